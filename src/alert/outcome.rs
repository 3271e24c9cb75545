//! What became of an item: where its money is, and which notices stay open.
//!
//! Start at [`Whereabouts`], the data from the books. [`note`], [`open_notices`] and [`steps`] put it into
//! sentences of `rules/letters/life.txt`. [`super::item::About`] decides whether anything is left to do.

use crate::remittance::{Money, PaymentReference, Total, YearMonth};
use crate::report::text;
use crate::rulebook::letter::LetterRules;

/// How an item in suspense was cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Solution {
    /// It pays notices of the employer, perhaps partly.
    Matched,
    /// It pays for somebody else; the employer is told no more.
    Elsewhere,
    /// Booked to the employer's advance balance (单位暂存款).
    Advance,
    /// To be refunded, but not sent yet.
    RefundDue,
    Refunded,
    /// Not a payment to the fund.
    NotOurs,
    /// The bank reversed it.
    Returned,
    /// A part of a notice whose other parts are missing.
    Awaiting,
}

/// Where the money of an item went, and which of the employer's notices stay open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// The employer's notices that it pays fully or partly, each with the amount.
    pub notices: Vec<(PaymentReference, Money)>,
    /// The remainder of a split, on the employer's advance balance.
    pub rest: Option<Money>,
    /// Open notices that the money was or may have been for.
    pub open: Vec<OpenNotice>,
    /// The payer or staff named them; otherwise they are what the employer owes.
    pub named: bool,
    /// Open notices that are not listed.
    pub more: usize,
}

/// An open notice, from the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenNotice {
    pub reference: PaymentReference,
    pub month: YearMonth,
    pub amount: Money,
    /// What was received and waits for the rest.
    pub here: Total,
    /// Money in suspense that names it.
    pub in_suspense: Total,
}

impl Solution {
    /// Whether the money has reached its final place.
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
    /// The amount still to pay.
    #[must_use]
    pub fn missing(&self) -> Money {
        (Total::from(self.amount) - self.here).max(Total::ZERO).nearest_money()
    }
}

/// Says where the money is.
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

/// How the open notices relate to the money, and a line for each.
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

/// What to do about the open notices, one line per step.
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
