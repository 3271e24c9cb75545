//! Why something asked of the desk is not done: a value, with words for people in both languages.
//!
//! Start at [`Refusal`]. It is no error of the program: the page shows it, and nothing was changed.

mod access;
mod advance;
mod refund;

pub use access::AccessRefusal;
pub use advance::AdvanceRefusal;
pub use refund::RefundFault;

use super::{ItemId, Permission, Person, RefundState, Role, Stage, Step};
use chrono::NaiveDate;
use remittance::{AMOUNT_MAX, Money, PaymentReference, RefundReference, Total};
use std::fmt;

/// Why an act is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody, or a night, was faster: the item is no longer what was looked at.
    Changed { item: ItemId, by: Option<Person>, event: String, at: Option<i64> },
    /// The proposal was edited after it was looked at; the approval is for something else.
    Edited { proposal_id: String },
    /// The proposal is decided, taken back or sent back already.
    Closed { proposal_id: String, state: &'static str },
    /// The step does not follow from where the item stands.
    NotFrom { stage: Stage, step: Step },
    /// Who proposes does not approve, and nobody approves twice.
    SamePerson,
    /// Only whoever proposed it may change it or take it back.
    NotYours { proposed_by: Person },
    /// The role may not do this at all.
    MayNot { role: Role, permission: Permission },
    /// The role may not do this up to this amount; a rule says so.
    Limit { rule: String, role: Role, amount: Money },
    /// No item, notice, proposal, employer of that name.
    NoSuch { what: &'static str, id: String },
    /// Nothing is named.
    Nothing { what: &'static str },
    /// Something is named twice: its money would move twice.
    Twice { what: &'static str, id: String },
    /// It does not add up to the fen.
    Sum { given: Total, wanted: Total },
    /// Not more than zero, or more than a proposal can be about.
    Amount { amount: Total },
    /// Several items and several notices: a split must say which pays what.
    ManyToMany,
    /// An item of the proposal pays for nothing.
    Untouched { item: ItemId },
    /// The notice is not open.
    Notice { reference: PaymentReference, state: &'static str },
    /// Money that went out pays for nothing.
    Debit { item: ItemId },
    /// Not a settled or open credit that this debit can have taken back.
    TakenBack { credit: ItemId, state: &'static str },
    /// A row that it rests on is not as it was written.
    Altered { id: String },
    /// The day to wait for is not ahead, or further than a rule allows.
    Day { day: NaiveDate, after: NaiveDate, latest: NaiveDate },
    /// It is read as that already.
    SameReference { reference: PaymentReference },
    /// Nothing of staff stands on it that could be reversed.
    NothingToReverse { item: ItemId },
    /// The employer's advance balance was used since; what is left is too little to give back.
    Spent { employer_id: String, held: Money, needed: Money },
    /// The refund does not stand where this could be done of it.
    Refund { refund: RefundReference, state: RefundState },
    /// The refund, or the movement that is named with it, is not what it would have to be.
    RefundUnfit { refund: RefundReference, what: RefundFault },
    /// A change of people's access.
    Access(AccessRefusal),
    /// The advance balance of the employer is in the way.
    Advance(AdvanceRefusal),
    /// The remittance domain says why it cannot be done, or undone because what came later needs it.
    Books { because: Box<remittance::Refusal> },
}

impl Refusal {
    /// A word for programs; kebab-case, kept forever.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Edited { .. } => "edited",
            Self::Closed { .. } => "closed",
            Self::NotFrom { .. } => "not-from",
            Self::SamePerson => "same-person",
            Self::NotYours { .. } => "not-yours",
            Self::MayNot { .. } => "may-not",
            Self::Limit { .. } => "limit",
            Self::NoSuch { .. } => "no-such",
            Self::Nothing { .. } => "nothing-named",
            Self::Twice { .. } => "named-twice",
            Self::Sum { .. } => "sum",
            Self::Amount { amount } if *amount <= Money::ZERO => "not-positive",
            Self::Amount { .. } => "amount-too-large",
            Self::ManyToMany => "many-to-many",
            Self::Untouched { .. } => "untouched",
            Self::Notice { .. } => "notice-not-open",
            Self::Debit { .. } => "debit",
            Self::TakenBack { .. } => "not-taken-back",
            Self::Altered { .. } => "altered",
            Self::Day { .. } => "day",
            Self::SameReference { .. } => "same-reference",
            Self::NothingToReverse { .. } => "nothing-to-reverse",
            Self::Spent { .. } => "advance-spent",
            Self::Refund { .. } => "refund-state",
            Self::RefundUnfit { .. } => "refund-unfit",
            Self::Access(refusal) => refusal.code(),
            Self::Advance(refusal) => refusal.code(),
            Self::Books { .. } => "books",
        }
    }

    /// The sentence for people.
    #[must_use]
    pub fn chinese(&self) -> String {
        match self {
            Self::Changed { item, by, event, .. } => match by {
                Some(by) => {
                    format!("{item} 已被 {by} 处理（{}），请刷新后再看", event_chinese(event))
                }
                None => format!("{item} 已有变化（{}），请刷新后再看", event_chinese(event)),
            },
            Self::Edited { .. } => "处理意见在您查看之后已被修改，请重新核对后再复核".to_owned(),
            Self::Closed { state, .. } => {
                format!("该处理意见已不在待复核状态（{}）", state_chinese(state))
            }
            Self::NotFrom { stage, .. } => format!("该笔当前为“{}”，不能这样处理", stage.chinese()),
            Self::SamePerson => "经办与复核不能是同一人，同一人也不能复核两次".to_owned(),
            Self::NotYours { proposed_by } => format!("只有提交人 {proposed_by} 可以修改或撤回"),
            Self::MayNot { role, permission } => {
                format!("{}岗位没有“{}”权限", role.chinese(), permission.chinese())
            }
            Self::Limit { role, amount, .. } => {
                format!("{amount}元超出{}岗位的权限", role.chinese())
            }
            Self::NoSuch { what, id } => format!("没有这个{}：{id}", what_chinese(what)),
            Self::Nothing { what } => format!("请至少选择一个{}", what_chinese(what)),
            Self::Twice { what, id } => format!("{}重复：{id}", what_chinese(what)),
            Self::Sum { given, wanted } => {
                format!("金额不平：来款{given}元，应为{wanted}元")
            }
            Self::Amount { amount } => amount_chinese(*amount),
            Self::ManyToMany => "多笔对多张通知书时，请用“拆分核销”逐笔写明".to_owned(),
            Self::Untouched { item } => format!("{item} 没有分配到任何通知书"),
            Self::Notice { reference, state } => {
                format!("通知书 {reference} 不是待缴状态（{}）", state_chinese(state))
            }
            Self::Debit { item } => {
                format!("{item} 是付出款项，只能冲回已入账款、认定为非缴存款项或暂缓")
            }
            Self::TakenBack { credit, state } => {
                format!("{credit} 不是可以冲回的来款：{}", taken_back_chinese(state))
            }
            Self::Altered { id } => {
                format!("{id} 的记录被人从数据库里改动过，暂停处理，请联系系统管理员")
            }
            Self::Day { after, latest, .. } => {
                format!("暂缓日期应在{after}之后、{latest}之前（含）")
            }
            Self::SameReference { reference } => format!("该笔本来就读作 {reference}"),
            Self::NothingToReverse { item } => format!("{item} 没有可以红冲的处理"),
            Self::Spent { held, needed, .. } => {
                format!("单位暂存款已被使用：需冲回{needed}元，余额只有{held}元")
            }
            Self::Refund { refund, state } => {
                format!("退款 {refund} 当前为“{}”，不能这样处理", state.chinese())
            }
            Self::RefundUnfit { refund, what } => format!("退款 {refund}：{}", what.chinese()),
            Self::Access(refusal) => refusal.chinese(),
            Self::Advance(refusal) => refusal.chinese(),
            Self::Books { because } => format!("账务上不能办理：{}", because.chinese()),
        }
    }
}

fn what_chinese(what: &str) -> &str {
    match what {
        "notice" => "通知书",
        "share" => "分配",
        "item" | "item of this proposal" => "挂账",
        "proposal" => "处理意见",
        "refund" => "退款",
        "transaction" => "流水",
        "employer" => "单位",
        "counter operation" => "柜台业务",
        "person" => "人员",
        "change of access" => "权限变更",
        "reason" => "原因",
        other => other,
    }
}

/// Why a credit was not taken back, as `store/desk/taking_back.rs` says it.
fn taken_back_chinese(state: &str) -> &'static str {
    match state {
        "another account, amount or a later day" => "须为同一收款账户、同额、不晚于本笔的来款",
        "decided by staff" => "该款由人工处理，请先红冲原处理",
        _ => "该款没有入账，也不在挂账",
    }
}

fn state_chinese(state: &str) -> &str {
    match state {
        "open" => "待复核",
        "approved" => "已通过",
        "withdrawn" => "已撤回",
        "sent-back" => "已退回",
        "reversed" => "已红冲",
        "paid" => "已缴",
        "revoked" => "已作废",
        other => other,
    }
}

fn event_chinese(event: &str) -> &str {
    super::trail::event_chinese(event).unwrap_or("状态已变")
}

fn amount_english(amount: Total) -> String {
    format!("expected more than zero and at most {AMOUNT_MAX}, found {amount}")
}

fn amount_chinese(amount: Total) -> String {
    format!("金额应大于零且不超过{AMOUNT_MAX}元，现为{amount}元")
}

fn sum(given: Total, wanted: Total, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "expected amounts that sum to {wanted}, found {given}")
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { item, by, event, .. } => {
                let by = by.as_ref().map(|by| format!("was changed by {by}"));
                let changed = by.as_deref().unwrap_or("changed");
                write!(f, "item {item} {changed} in the meantime ({event})")
            }
            Self::Edited { proposal_id } => {
                write!(f, "proposal {proposal_id} was edited after it was looked at")
            }
            Self::Closed { proposal_id, state } => {
                write!(f, "proposal {proposal_id} is {state}, expected open")
            }
            Self::NotFrom { stage, step } => {
                write!(f, "cannot {} an item that is {}", step.code(), stage.code())
            }
            Self::SamePerson => write!(f, "expected another person than who proposed or approved"),
            Self::NotYours { proposed_by } => {
                write!(f, "only {proposed_by}, who proposed it, may change it or take it back")
            }
            Self::MayNot { role, permission } => {
                write!(f, "role {} may not {}", role.code(), permission.code())
            }
            Self::Limit { rule, role, amount } => {
                write!(f, "rule {rule}: role {} may not decide over {amount}", role.code())
            }
            Self::NoSuch { what, id } => write!(f, "no {what} {id}"),
            Self::Nothing { what } => write!(f, "expected at least one {what}, found none"),
            Self::Twice { what, id } => write!(f, "{what} {id} is named twice"),
            Self::Sum { given, wanted } => sum(*given, *wanted, f),
            Self::Amount { amount } => f.write_str(&amount_english(*amount)),
            Self::ManyToMany => {
                write!(f, "several items and several notices: expected a split that says which")
            }
            Self::Untouched { item } => write!(f, "item {item} pays for nothing"),
            Self::Notice { reference, state } => {
                write!(f, "notice {reference} is {state}, expected awaiting")
            }
            Self::Debit { item } => write!(f, "item {item} is a debit, expected a credit"),
            Self::TakenBack { credit, state } => {
                write!(f, "{credit} cannot have been taken back: {state}")
            }
            Self::Altered { id } => write!(f, "the row of {id} is not as it was written"),
            Self::Day { day, after, latest } => {
                write!(f, "expected a day after {after} and not after {latest}, found {day}")
            }
            Self::SameReference { reference } => write!(f, "it is read as {reference} already"),
            Self::NothingToReverse { item } => {
                write!(f, "nothing that staff decided stands on item {item}")
            }
            Self::Spent { employer_id, held, needed } => write!(
                f,
                "the advance balance of {employer_id} is {held}, {needed} is needed to give back"
            ),
            Self::Refund { refund, state } => write!(f, "refund {refund} is {state} now"),
            Self::RefundUnfit { refund, what } => write!(f, "refund {refund}: {}", what.english()),
            Self::Access(refusal) => write!(f, "{refusal}"),
            Self::Advance(refusal) => write!(f, "{refusal}"),
            Self::Books { because } => write!(f, "the books do not allow it: {because}"),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_books_refuse_is_said_in_the_reader_s_language() {
        let because = Box::new(remittance::Refusal::MoneyPosted { employee: "A1".into() });
        let refusal = Refusal::Books { because };
        assert_eq!(refusal.chinese(), "账务上不能办理：职工 A1 的账户已有入账，不能撤销开户");
        assert!(refusal.to_string().starts_with("the books do not allow it: money was posted"));
    }
}
