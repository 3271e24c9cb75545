//! What became of an item, as values and in the letter's words: where its money is, and which notices stay open.
//!
//! Start at [`Whereabouts`], which is what the books say; [`note`], [`open_notices`] and [`steps`] say it with the
//! sentences of `rules/letters/life.txt`. Whether that leaves anything to do is [`super::item::About`]'s to say.

use crate::remittance::{Money, PaymentReference, Total, YearMonth};
use crate::report::text;
use crate::rulebook::letter::LetterRules;

/// What became of what was in suspense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Solution {
    /// It pays notices of the employer, in part perhaps.
    Matched,
    /// It pays for somebody else; this employer hears no more of it than that.
    Elsewhere,
    /// On the employer's advance balance (单位暂存款).
    Advance,
    /// It is to be returned and has not left yet.
    RefundDue,
    Refunded,
    /// No payment to the fund.
    NotOurs,
    /// The bank took it back.
    Returned,
    /// A part of a notice whose other parts are missing.
    Awaiting,
}

/// Where the money of an item went, and which of the employer's notices stay open after that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// The employer's notices that it pays, or is a part of, each with how much of it.
    pub notices: Vec<(PaymentReference, Money)>,
    /// What a split left on the employer's advance balance.
    pub rest: Option<Money>,
    /// Notices that the money was for, or may have been for, and that are open.
    pub open: Vec<OpenNotice>,
    /// The payer or staff named them; else they are what the employer owes.
    pub named: bool,
    /// Open notices that are not listed.
    pub more: usize,
}

/// A notice that is open, as the books have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenNotice {
    pub reference: PaymentReference,
    pub month: YearMonth,
    pub amount: Money,
    /// How much of it is here and waits for the rest.
    pub here: Total,
    /// How much names it and is in suspense.
    pub in_suspense: Total,
}

impl Solution {
    /// Whether the money is where it stays.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::RefundDue | Self::Awaiting => false,
            Self::Matched
            | Self::Elsewhere
            | Self::Advance
            | Self::Refunded
            | Self::NotOurs
            | Self::Returned => true,
        }
    }

    pub(super) const fn settled_code(self) -> &'static str {
        match self {
            Self::Matched => "settled",
            Self::Elsewhere => "settled-elsewhere",
            Self::Advance => "settled-advance",
            Self::RefundDue => "settled-refund-due",
            Self::Refunded => "settled-refunded",
            Self::NotOurs => "settled-not-ours",
            Self::Returned => "settled-returned",
            Self::Awaiting => "settled-awaiting",
        }
    }

    pub(super) const fn unfinished_code(self) -> &'static str {
        match self {
            Self::Matched => "unfinished",
            Self::Elsewhere => "unfinished-elsewhere",
            Self::Advance => "unfinished-advance",
            Self::RefundDue => "unfinished-refund-due",
            Self::Refunded => "unfinished-refunded",
            Self::NotOurs => "unfinished-not-ours",
            Self::Returned => "unfinished-returned",
            Self::Awaiting => "unfinished-awaiting",
        }
    }
}

impl OpenNotice {
    /// What is still to be paid.
    #[must_use]
    pub fn missing(&self) -> Money {
        (Total::from(self.amount) - self.here).max(Total::ZERO).nearest_money()
    }
}

/// Where the money is.
pub(super) fn note(solution: Solution, whereabouts: &Whereabouts, rules: &LetterRules) -> String {
    let notices = &whereabouts.notices;
    let each = notices.iter().map(|(reference, _)| reference.to_string());
    let names = each.collect::<Vec<_>>().join("、");
    match (solution, whereabouts.rest) {
        (Solution::Matched, Some(rest)) => {
            let shares = notices.iter().map(share).collect::<Vec<_>>().join("、");
            let rest = text::grouped(rest);
            rules.fill("settled-split", &[("notices", &shares), ("rest", &rest)])
        }
        (Solution::Matched, None) if notices.len() > 1 => {
            let shares = notices.iter().map(share).collect::<Vec<_>>().join("、");
            rules.fill("settled-matched", &[("notices", &shares)])
        }
        (Solution::Matched, None) => rules.fill("settled-matched", &[("notices", &names)]),
        (Solution::Awaiting, _) => rules.fill("settled-awaiting", &[("notices", &names)]),
        (Solution::Elsewhere, _) => rules.fill("settled-elsewhere", &[]),
        (Solution::Advance, _) => rules.fill("settled-advance", &[]),
        (Solution::RefundDue, _) => rules.fill("settled-refund-due", &[]),
        (Solution::Refunded, _) => rules.fill("settled-refunded", &[]),
        (Solution::NotOurs, _) => rules.fill("settled-not-ours", &[]),
        (Solution::Returned, _) => rules.fill("settled-returned", &[]),
    }
}

fn share((reference, amount): &(PaymentReference, Money)) -> String {
    format!("{reference}（{} 元）", text::grouped(*amount))
}

/// What the open notices are to the money, and a line for each.
pub(super) fn open_notices(
    whereabouts: &Whereabouts,
    rules: &LetterRules,
) -> (String, Vec<String>) {
    if whereabouts.open.is_empty() {
        return (String::new(), Vec::new());
    }
    let section = if whereabouts.named { "open-named" } else { "open-others" };
    let mut lines: Vec<String> =
        whereabouts.open.iter().map(|notice| open_notice(notice, rules)).collect();
    if whereabouts.more > 0 {
        lines.push(rules.fill("open-more", &[("count", &whereabouts.more.to_string())]));
    }
    (rules.fill(section, &[]), lines)
}

pub(super) fn open_notice(notice: &OpenNotice, rules: &LetterRules) -> String {
    let (reference, month) = (notice.reference.to_string(), notice.month.chinese());
    let [amount, here, missing] =
        [Total::from(notice.amount), notice.here, notice.missing().into()].map(text::grouped);
    let mut line = rules.fill(
        "open-notice",
        &[
            ("reference", &reference),
            ("month", &month),
            ("amount", &amount),
            ("here", &here),
            ("missing", &missing),
        ],
    );
    if !notice.in_suspense.is_zero() {
        let held = text::grouped(notice.in_suspense);
        line.push_str(&rules.fill("open-notice-suspense", &[("suspense", &held)]));
    }
    line
}

/// What to do about the notices that stay open, a line a step.
pub(super) fn steps(
    solution: Solution,
    whereabouts: &Whereabouts,
    values: &[(&str, &str)],
    rules: &LetterRules,
) -> String {
    let section = match solution {
        _ if !whereabouts.named => "open-others.steps",
        Solution::Awaiting => "open-awaiting.steps",
        Solution::Advance => "open-advance.steps",
        Solution::Matched if whereabouts.rest.is_some() => "open-advance.steps",
        Solution::Matched
        | Solution::Elsewhere
        | Solution::RefundDue
        | Solution::Refunded
        | Solution::NotOurs
        | Solution::Returned => "open-named.steps",
    };
    let phone = values.iter().find(|(name, _)| *name == "phone").map_or("", |(_, phone)| phone);
    rules.fill(section, &[("phone", phone)])
}
