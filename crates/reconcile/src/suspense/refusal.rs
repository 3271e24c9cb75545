//! Why the desk refuses a request: a value, with words for people in both languages.
//!
//! Start at [`DeskRefusal`]. It is no error of the program: the page shows it, and nothing was changed.

mod access;
mod advance;
mod entity;
mod refund;
mod take_back;

pub use access::AccessRefusal;
pub use advance::AdvanceRefusal;
pub use entity::EntityKind;
pub use refund::RefundFault;
pub use take_back::TakeBackFault;

use super::trail::TrailEvent;
use super::{ItemId, Permission, Person, ProposalState, RefundState, Role, Stage, Step};
use chrono::NaiveDate;
use remittance::{
    AMOUNT_MAX, Language, Localized, Money, NoticeStatus, PaymentReference, RefundReference, Total,
    said,
};
use std::borrow::Cow;
use std::fmt;

/// What happened to an item after it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemChange {
    /// Its last event in the trail.
    Event(TrailEvent),
    /// The matching engine settled it.
    Settled,
}

/// Why an act is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskRefusal {
    /// Another person or a run was faster: the item has changed since it was seen.
    Changed { item: ItemId, by: Option<Person>, change: ItemChange, at: Option<i64> },
    /// The proposal was edited after it was seen; the approval is for something else.
    Edited { proposal_id: String },
    /// The proposal is already decided, withdrawn or sent back.
    Closed { proposal_id: String, state: ProposalState },
    /// The step is not allowed in the item's stage.
    NotFrom { stage: Stage, step: Step },
    /// The proposer does not approve, and nobody approves twice.
    SamePerson,
    /// Only the proposer may change or withdraw it.
    NotYours { proposed_by: Person },
    /// The role may never do this.
    MayNot { role: Role, permission: Permission },
    /// A rule does not allow the role this amount.
    Limit { rule: String, role: Role, amount: Money },
    /// There is no such item, notice, proposal or employer.
    NoSuch { what: EntityKind, id: String },
    /// Nothing was named.
    Nothing { what: EntityKind },
    /// Something was named twice: its money would move twice.
    Twice { what: EntityKind, id: String },
    /// It does not add up to the fen.
    Sum { given: Total, wanted: Total },
    /// Not more than zero, or more than a proposal may have.
    Amount { amount: Total },
    /// Several items and several notices: a split must say which pays what.
    ManyToMany,
    /// An item of the proposal pays for nothing.
    Untouched { item: ItemId },
    /// The notice is not open.
    Notice { reference: PaymentReference, state: NoticeStatus },
    /// Money that went out pays for nothing.
    Debit { item: ItemId },
    /// Not a settled or open credit that this debit can have reversed.
    TakenBack { credit: ItemId, why: TakeBackFault },
    /// A row that it depends on was altered after it was written.
    Altered { id: String },
    /// The day is not in the future, or further away than a rule allows.
    Day { day: NaiveDate, after: NaiveDate, latest: NaiveDate },
    /// It already has that reading.
    SameReference { reference: PaymentReference },
    /// It has no decision of staff to reverse.
    NothingToReverse { item: ItemId },
    /// The employer's advance balance was used since; too little is left to return.
    Spent { employer_id: String, held: Money, needed: Money },
    /// The refund's state does not allow this.
    Refund { refund: RefundReference, state: RefundState },
    /// The refund, or the movement named with it, does not fit.
    RefundUnfit { refund: RefundReference, what: RefundFault },
    /// A change of access.
    Access(AccessRefusal),
    /// The employer's advance balance prevents it.
    Advance(AdvanceRefusal),
    /// The remittance domain refuses it, or refuses to undo it because later entries need it.
    Books { because: Box<remittance::Refusal> },
}

impl DeskRefusal {
    /// A code for programs; kebab-case, kept forever.
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
}

/// In English the event's code, which the command line shows everywhere.
impl Localized for ItemChange {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match (self, language) {
            (Self::Event(TrailEvent::Other(_)) | Self::Settled, Language::Chinese) => {
                "状态已变".into()
            }
            (Self::Event(event), Language::Chinese) => event.in_language(language),
            (Self::Event(event), Language::English) => event.code().to_owned().into(),
            (Self::Settled, Language::English) => "settled".into(),
        }
    }
}

impl Localized for DeskRefusal {
    #[expect(clippy::too_many_lines, reason = "a table: one sentence a refusal, in both languages")]
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Changed { item, by, change, .. } => {
                let change = change.in_language(language);
                match by {
                    Some(by) => said!(
                        language,
                        "{item} 已被 {by} 处理（{change}），请刷新后再看",
                        "item {item} was changed by {by} in the meantime ({change})"
                    ),
                    None => said!(
                        language,
                        "{item} 已有变化（{change}），请刷新后再看",
                        "item {item} changed in the meantime ({change})"
                    ),
                }
            }
            Self::Edited { proposal_id } => said!(
                language,
                "处理意见在您查看之后已被修改，请重新核对后再复核",
                "proposal {proposal_id} was edited after it was looked at"
            ),
            Self::Closed { proposal_id, state } => said!(
                language,
                ("该处理意见已不在待复核状态（{}）", state.in_language(language)),
                ("proposal {proposal_id} is {}, expected open", state.code())
            ),
            Self::NotFrom { stage, step } => said!(
                language,
                ("该笔当前为“{}”，不能这样处理", stage.in_language(language)),
                ("cannot {} an item that is {}", step.code(), stage.code())
            ),
            Self::SamePerson => said!(
                language,
                "经办与复核不能是同一人，同一人也不能复核两次",
                "expected another person than who proposed or approved"
            ),
            Self::NotYours { proposed_by } => said!(
                language,
                "只有提交人 {proposed_by} 可以修改或撤回",
                "only {proposed_by}, who proposed it, may change it or take it back"
            ),
            Self::MayNot { role, permission } => said!(
                language,
                (
                    "{}岗位没有“{}”权限",
                    role.in_language(language),
                    permission.in_language(language)
                ),
                ("role {} may not {}", role.code(), permission.code())
            ),
            Self::Limit { rule, role, amount } => said!(
                language,
                ("{amount}元超出{}岗位的权限", role.in_language(language)),
                ("rule {rule}: role {} may not decide over {amount}", role.code())
            ),
            Self::NoSuch { what, id } => {
                let what = what.in_language(language);
                said!(language, "没有这个{what}：{id}", "no {what} {id}")
            }
            Self::Nothing { what } => {
                let what = what.in_language(language);
                said!(language, "请至少选择一个{what}", "expected at least one {what}, found none")
            }
            Self::Twice { what, id } => {
                let what = what.in_language(language);
                said!(language, "{what}重复：{id}", "{what} {id} is named twice")
            }
            Self::Sum { given, wanted } => said!(
                language,
                "金额不平：来款{given}元，应为{wanted}元",
                "expected amounts that sum to {wanted}, found {given}"
            ),
            Self::Amount { amount } => said!(
                language,
                "金额应大于零且不超过{AMOUNT_MAX}元，现为{amount}元",
                "expected more than zero and at most {AMOUNT_MAX}, found {amount}"
            ),
            Self::ManyToMany => said!(
                language,
                "多笔对多张通知书时，请用“拆分核销”逐笔写明",
                "several items and several notices: expected a split that says which"
            ),
            Self::Untouched { item } => {
                said!(language, "{item} 没有分配到任何通知书", "item {item} pays for nothing")
            }
            Self::Notice { reference, state } => said!(
                language,
                ("通知书 {reference} 不是待收款状态（{}）", state.in_language(language)),
                "notice {reference} is {state}, expected awaiting"
            ),
            Self::Debit { item } => said!(
                language,
                "{item} 是付出款项，只能冲回已入账款、认定为非缴存款项或暂缓",
                "item {item} is a debit, expected a credit"
            ),
            Self::TakenBack { credit, why } => {
                let why = why.in_language(language);
                said!(
                    language,
                    "{credit} 不是可以冲回的来款：{why}",
                    "{credit} cannot have been taken back: {why}"
                )
            }
            Self::Altered { id } => said!(
                language,
                "{id} 的记录被人从数据库里改动过，暂停处理，请联系系统管理员",
                "the row of {id} is not as it was written"
            ),
            Self::Day { day, after, latest } => said!(
                language,
                "暂缓日期应在{after}之后、{latest}之前（含）",
                "expected a day after {after} and not after {latest}, found {day}"
            ),
            Self::SameReference { reference } => {
                said!(language, "该笔本来就读作 {reference}", "it is read as {reference} already")
            }
            Self::NothingToReverse { item } => said!(
                language,
                "{item} 没有可以红冲的处理",
                "nothing that staff decided stands on item {item}"
            ),
            Self::Spent { employer_id, held, needed } => said!(
                language,
                "单位暂存款已被使用：需冲回{needed}元，余额只有{held}元",
                "the advance balance of {employer_id} is {held}, {needed} is needed to give back"
            ),
            Self::Refund { refund, state } => said!(
                language,
                ("退款 {refund} 当前为“{}”，不能这样处理", state.in_language(language)),
                "refund {refund} is {state} now"
            ),
            Self::RefundUnfit { refund, what } => {
                let what = what.in_language(language);
                said!(language, "退款 {refund}：{what}", "refund {refund}: {what}")
            }
            Self::Access(refusal) => refusal.in_language(language),
            Self::Advance(refusal) => refusal.in_language(language),
            Self::Books { because } => {
                let because = because.in_language(language);
                said!(language, "账务上不能办理：{because}", "the books do not allow it: {because}")
            }
        }
    }
}

impl fmt::Display for DeskRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl std::error::Error for DeskRefusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_books_refuse_is_said_in_the_reader_s_language() {
        let because = Box::new(remittance::Refusal::MoneyPosted { employee: "A1".into() });
        let refusal = DeskRefusal::Books { because };
        assert_eq!(
            refusal.in_language(Language::Chinese),
            "账务上不能办理：职工 A1 的账户已有入账，不能撤销开户"
        );
        assert!(refusal.to_string().starts_with("the books do not allow it: money was posted"));
    }
}
