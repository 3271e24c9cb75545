//! The explanation in words for finance staff.
//!
//! Start at [`Explanation`]. A sentence names the reading, the condition that failed and by how much. Amounts are
//! grouped (`1,200.00元`) because people read them here; our files never group.
//!
//! `words/parts.rs` has the sentences on the parts of a notice, `words/refund.rs` those on refunds.
//!
//! Invariant: no text of a payer is quoted, so a sentence is safe in any page or letter.

mod parts;
mod refund;

use super::{
    Doubt, Explanation, Named, NoticeState, PayerDisagrees, ReversalLink, Role, SeveralNotices,
    Unconfirmed,
};
use chrono::{Datelike, NaiveDate};
use remittance::{Language, Localized, Money, PaymentReference, Total, said};
use std::borrow::Cow;
use std::fmt::Write;

/// One or two sentences for staff.
impl Localized for Explanation {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let money = |amount: &Money| money(*amount, language);
        match self {
            Self::Alone { reference, due } => {
                let due = money(due);
                said!(
                    language,
                    "登记号{reference}，单笔{due}，与通知书应缴金额一致。",
                    "{reference}: one payment of {due}, exactly what the notice asks for."
                )
            }
            Self::Confirmed { reference, due, from_advance } => {
                confirmed(*reference, *due, *from_advance, language)
            }
            Self::Unconfirmed(unconfirmed) => unconfirmed.in_language(language),
            Self::Parts(summary) => summary.in_language(language),
            Self::SeveralNotices(together) => together.in_language(language),
            Self::Notice { reference, state } => notice(*reference, state, language),
            Self::NoReference => said!(
                language,
                "备注中没有登记号（字母P加十位数字）。",
                "The remark holds no reference (P and ten digits)."
            ),
            Self::Truncated => said!(
                language,
                "备注中的登记号不完整，不足十位数字，不能确定是哪份通知书。",
                "The reference in the remark is cut short of its ten digits."
            ),
            Self::PayerDisagrees(disagrees) => disagrees.in_language(language),
            Self::Contradicted => said!(
                language,
                "银行报文的明细与记账金额不符，明细所写的登记号不能作为入账依据，请核对银行回单。",
                "The bank's details contradict the amount it booked; nothing they name is settled."
            ),
            Self::Rule => {
                said!(language, "按规则不属于单位缴款。", "Not a payment, by the rule named.")
            }
            Self::Reversal(link) => link.in_language(language),
            Self::Refund(link) => link.in_language(language),
        }
    }
}

/// Says that its notice confirms a repaired reference.
fn confirmed(
    reference: PaymentReference,
    due: Money,
    from_advance: Money,
    language: Language,
) -> Cow<'static, str> {
    let (due, advance) = (money(due, language), money(from_advance, language));
    if from_advance.is_zero() {
        return said!(
            language,
            "备注经修正读作登记号{reference}；该通知书待收款，应缴{due}与本笔金额一致，予以确认。",
            "The remark, repaired, reads {reference}; that notice is open and asks for exactly {due}."
        );
    }
    said!(
        language,
        "备注经修正读作登记号{reference}；该通知书待收款，本笔连同单位暂存款{advance}，与应缴{due}一致，予以确认。",
        "The remark, repaired, reads {reference}; that notice is open and asks for {due}, which this is with {advance} of the employer's advance balance."
    )
}

/// The state of the notice that a remark names.
fn notice(
    reference: PaymentReference,
    state: &NoticeState,
    language: Language,
) -> Cow<'static, str> {
    let money = |due: &Money| money(*due, language);
    match state {
        NoticeState::Unknown => said!(
            language,
            "备注写明登记号{reference}，但没有这份通知书。",
            "The remark says {reference}; there is no such notice."
        ),
        NoticeState::Revoked(due) => said!(
            language,
            ("登记号{reference}的通知书（应缴{}）已撤销，不能再收款。", money(due)),
            ("Notice {reference} over {} was revoked.", money(due))
        ),
        NoticeState::Paid(due) => said!(
            language,
            (
                "登记号{reference}的通知书（应缴{}）已由其他款项恰好缴清，本笔是多出的一笔。",
                money(due)
            ),
            (
                "Notice {reference} over {} is settled exactly by other payments; this one is left over.",
                money(due)
            )
        ),
        NoticeState::Open(due) => said!(
            language,
            ("登记号{reference}的通知书待收款，应缴{}。", money(due)),
            ("Notice {reference} is open over {}.", money(due))
        ),
    }
}

impl Localized for PayerDisagrees {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let Self { reference, due, nearest, from_advance } = self;
        let (due, advance) = (money(*due, language), money(*from_advance, language));
        let beside = match *from_advance {
            Money::ZERO => said!(language, "与通知书应缴金额一致", ""),
            _ => said!(
                language,
                "连同单位暂存款{advance}与通知书应缴金额一致",
                " beside {advance} of the advance balance"
            ),
        };
        said!(
            language,
            "登记号{reference}，单笔{due}，{beside}；但付款账号登记在另一单位名下，该单位有应缴同为{due}、登记号只差一处笔误的待收款通知书{nearest}，请核实属于哪一份。",
            "{reference} asks for exactly {due}{beside}, but the payer's account is registered with another employer, whose open notice {nearest} asks for the same and is one slip away."
        )
    }
}

impl Localized for Doubt {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::CertainAtHand => language
                .choose("已有款项写明该登记号", "a payment that names it plainly is at hand"),
            Self::AnotherProbable => {
                language.choose("另有款项也可能是该登记号", "another payment may mean it too")
            }
            Self::OtherPayer => language.choose(
                "付款账号或户名属于其他单位",
                "the payer is known to pay for another employer",
            ),
        })
    }
}

impl Localized for Unconfirmed {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let Self { reference, received, state, doubt } = self;
        let why = match (state, doubt) {
            (NoticeState::Open(_), Some(doubt)) => doubt.in_language(language),
            (NoticeState::Unknown, _) => {
                said!(language, "没有这份通知书", "there is no such notice")
            }
            (NoticeState::Open(due), None) => said!(
                language,
                ("本笔{}，比应缴{}{}", yuan(*received), yuan(*due), more_or_less(*received, *due)),
                ("{} came where {} is asked for", cny(*received), cny(*due))
            ),
            (NoticeState::Paid(_), _) => {
                said!(language, "该通知书已由其他款项缴清", "other payments settled that notice")
            }
            (NoticeState::Revoked(_), _) => {
                said!(language, "该通知书已撤销", "that notice was revoked")
            }
        };
        said!(
            language,
            "备注书写有误，可能是登记号{reference}，但{why}，不能确认。",
            "The remark is miswritten; it may mean {reference}, but {why}."
        )
    }
}

impl Localized for SeveralNotices {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let named: Vec<_> = self.named.iter().map(|one| one.in_language(language)).collect();
        let (named, count) = (named.join(language.choose("、", ", ")), self.named.len());
        let received = money(self.received, language);
        let end = match (self.exact, self.due_if_open()) {
            (true, _) => {
                let with = self.with_advance(language);
                // Digits here and words below, as these sentences have always had.
                return said!(
                    language,
                    "备注写明{count}个登记号：{named}；均待收款，{with}合计与本笔{received}一致。",
                    "The remark names {named}; all are open and sum to exactly {received}{with}."
                );
            }
            (false, _) if !self.certain => said!(
                language,
                "其中有的书写有误，不能确认，本笔{received}不能自动分配",
                "not all are written plainly, so {received} cannot be shared out"
            ),
            (false, Some(due)) => said!(
                language,
                ("合计应缴{}，比本笔{received}{}", yuan(due), more_or_less(due, self.received)),
                ("they sum to {}, but {received} came", cny(due))
            ),
            (false, None) => said!(
                language,
                "并非都待收款，本笔{received}不能自动分配",
                "not all are open, so {received} cannot be shared out"
            ),
        };
        said!(
            language,
            ("备注写明{}个登记号：{named}；{end}。", number(count)),
            "The remark names {named}; {end}."
        )
    }
}

impl SeveralNotices {
    /// The sum of the notices, if all are open.
    fn due_if_open(&self) -> Option<Total> {
        self.named.iter().try_fold(Total::ZERO, |sum, named| match named.state {
            NoticeState::Open(due) => Some(sum + due.into()),
            NoticeState::Unknown | NoticeState::Paid(_) | NoticeState::Revoked(_) => None,
        })
    }

    /// What advance balances add to it; empty if nothing.
    fn with_advance(&self, language: Language) -> Cow<'static, str> {
        let advance = money(self.from_advance, language);
        match self.from_advance {
            Money::ZERO => "".into(),
            _ => {
                said!(language, "连同单位暂存款{advance}，", " with {advance} of advance balances")
            }
        }
    }
}

impl Localized for Named {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let state = match self.state {
            NoticeState::Unknown => said!(language, "不存在", "unknown"),
            NoticeState::Open(due) => {
                said!(language, ("应缴{}", yuan(due)), ("open, {}", cny(due)))
            }
            NoticeState::Paid(_) => {
                said!(language, "已由其他款项缴清", "settled by other payments")
            }
            NoticeState::Revoked(_) => said!(language, "已撤销", "revoked"),
        };
        let reference = self.reference;
        said!(language, "{reference}（{state}）", "{reference} ({state})")
    }
}

impl Localized for ReversalLink {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let Self { serial, candidates, .. } = self;
        let on = day_in(self.on, language);
        match self.role {
            Role::Credit => said!(
                language,
                "入账前被银行冲正或退汇（{on}，流水{serial}）。",
                "The bank took it back on {on} ({serial}) before it was settled."
            ),
            Role::Debit => said!(
                language,
                "冲正或退汇{on}的来款（流水{serial}），该款尚未入账。",
                "Takes back the credit of {on} ({serial}), not yet settled."
            ),
            Role::DebitOfSettled => said!(
                language,
                "冲正或退汇{on}的来款（流水{serial}），但该款已经入账，需人工处理。",
                "Takes back the credit of {on} ({serial}), which had settled a notice."
            ),
            Role::DebitOfHandled => said!(
                language,
                "冲正或退汇{on}的来款（流水{serial}），但该款已由工作人员处理，需人工处理。",
                "Takes back the credit of {on} ({serial}), which staff have dealt with."
            ),
            Role::DebitOfOneOf => said!(
                language,
                (
                    "冲正或退汇的来款可能是{}笔中的一笔（最近一笔{on}，流水{serial}），不能确定是哪一笔。",
                    number(*candidates)
                ),
                "Takes back one of {candidates} credits, the latest of {on} ({serial}); which one is not clear."
            ),
            Role::CreditPerhaps => said!(
                language,
                "银行于{on}冲正或退汇了一笔同户同额的来款（流水{serial}），可能是本笔，核实前不入账。",
                "The bank took back an equal credit on {on} ({serial}); it may be this one."
            ),
            Role::DebitOfNone => said!(
                language,
                "银行标记为冲正或退汇，但没有同户同额且不相矛盾的来款与之对应；每晚重新核对。",
                "Marked as a reversal, but no credit fits it yet; looked at again every night."
            ),
        }
    }
}

fn difference(more: impl Into<Total>, less: impl Into<Total>) -> Total {
    more.into() - less.into()
}

fn more_or_less(one: impl Into<Total>, other: impl Into<Total>) -> String {
    let (one, other) = (one.into(), other.into());
    if one > other {
        format!("多{}", yuan(difference(one, other)))
    } else {
        format!("少{}", yuan(difference(other, one)))
    }
}

/// Counts as people say them: 两 rather than 2, digits from eleven.
fn number(count: usize) -> String {
    let said = ["零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十"];
    said.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

fn day(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

fn day_in(on: NaiveDate, language: Language) -> String {
    language.choose(day(on), on.to_string())
}

fn money(amount: impl Into<Total>, language: Language) -> String {
    match language {
        Language::Chinese => yuan(amount),
        Language::English => cny(amount),
    }
}

fn yuan(amount: impl Into<Total>) -> String {
    grouped(amount) + "元"
}

fn cny(amount: impl Into<Total>) -> String {
    format!("CNY {}", grouped(amount))
}

fn grouped(amount: impl Into<Total>) -> String {
    let plain = amount.into().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, "00"));
    let mut out = String::new();
    let digits = whole.trim_start_matches('-').len();
    for (index, digit) in whole.trim_start_matches('-').chars().enumerate() {
        if index > 0 && (digits - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if whole.starts_with('-') { "-" } else { "" };
    let mut all = String::new();
    // Writing to a String cannot fail.
    let _ = write!(all, "{sign}{out}.{fraction}");
    all
}
