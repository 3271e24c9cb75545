//! Payment confirmation 缴款确认: one notice for chosen lists and supplements.
//!
//! Start at [`IssuedNotice`]; reconciliation sees it as a [`PaymentNotice`]. Its reference derives from the day and its
//! content ([`reference_candidates`]), so a replay gives the same one. If two notices would get one reference, the
//! later takes the next candidate. A reference is never issued again.
//!
//! Invariant: while open or paid, a notice's amount is the sum of its lines; the part to transfer and the part reserved
//! of the advance balance (`advance.rs`) add up to the amount.

use super::employee::digest;
use super::enrolment::EmployerAccount;
use super::wire::{day, day_or_none};
use super::{Id, Money, NoticeStatus, PaymentNotice, PaymentReference, YearMonth};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A notice with its lists and supplements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedNotice {
    pub reference: PaymentReference,
    pub employer_id: Id,
    pub amount: Money,
    /// The part of the employer's advance balance reserved for it at issue.
    #[serde(default)]
    pub from_advance: Money,
    #[serde(with = "day")]
    pub issued_on: NaiveDate,
    /// The roster month it is shown under: its latest.
    pub month: YearMonth,
    /// The months of its lists.
    pub months: Vec<YearMonth>,
    /// Its supplement registers, by ordinal.
    pub supplements: Vec<u32>,
    pub status: NoticeState,
    #[serde(with = "day_or_none")]
    pub paid_on: Option<NaiveDate>,
    /// The part of the employer's advance balance that paid it; zero until it is paid.
    #[serde(default)]
    pub advance_used: Money,
}

/// [`NoticeStatus`] as serialized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    Awaiting,
    Paid,
    Revoked,
}

/// One line of a notice: one employee's part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeLine<'a> {
    pub employee_id: &'a Id,
    pub for_month: YearMonth,
    pub supplement: bool,
    pub employer_share: Money,
    pub employee_share: Money,
    /// Corrections since it was paid.
    pub corrected: Money,
}

impl IssuedNotice {
    /// The notice as reconciliation needs it.
    #[must_use]
    pub fn as_payment_notice(&self) -> PaymentNotice {
        PaymentNotice {
            reference: self.reference,
            employer_id: self.employer_id.to_string(),
            amount: self.amount,
            issued_on: self.issued_on,
            month: self.month,
            status: self.status.into(),
        }
    }

    /// The part of the advance balance that is blocked for others: its reservation while it is open.
    #[must_use]
    pub const fn reserved(&self) -> Money {
        match self.status {
            NoticeState::Awaiting => self.from_advance,
            NoticeState::Paid | NoticeState::Revoked => Money::ZERO,
        }
    }

    /// The part that the advance balance pays: the reservation while open, the used part once paid.
    #[must_use]
    pub const fn deduction(&self) -> Money {
        match self.status {
            NoticeState::Awaiting => self.from_advance,
            NoticeState::Paid => self.advance_used,
            NoticeState::Revoked => Money::ZERO,
        }
    }

    /// The part to transfer beside [`IssuedNotice::deduction`].
    #[must_use]
    pub fn payable(&self) -> Money {
        self.amount.checked_sub(self.deduction()).unwrap_or(self.amount)
    }

    /// Whether it is in effect and says what each employee gets; one from a core system may not.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        let over_something = !(self.months.is_empty() && self.supplements.is_empty());
        over_something && self.status != NoticeState::Revoked
    }
}

impl From<NoticeState> for NoticeStatus {
    fn from(state: NoticeState) -> Self {
        match state {
            NoticeState::Awaiting => Self::Awaiting,
            NoticeState::Paid => Self::Paid,
            NoticeState::Revoked => Self::Revoked,
        }
    }
}

impl From<NoticeStatus> for NoticeState {
    fn from(status: NoticeStatus) -> Self {
        match status {
            NoticeStatus::Awaiting => Self::Awaiting,
            NoticeStatus::Paid => Self::Paid,
            NoticeStatus::Revoked => Self::Revoked,
        }
    }
}

/// Numbers of nine digits to a year and to a day: 366 days end before the year does.
const NUMBERS_A_YEAR: u64 = 10_u64.pow(7);
const NUMBERS_A_DAY: u64 = 27_000;
/// After this many candidates in one day's numbers, the following days are tried too.
const TRIES_A_SPAN: u64 = 16;
/// The longest span tried: 2 to this many days.
const SPAN_MAX: u64 = 7;
/// If this many are taken, something else is wrong.
const CANDIDATES_MAX: u64 = 1_024;

/// The candidate references of a notice, in the order they are tried.
///
/// Nine digits and a check digit ([`PaymentReference::with_check_digit`]). The first digits are the year and the day
/// within it, so references rise with the day of issue and a store finds the open ones together. The rest derives from
/// the content (employer, months, how many came before), so a replay gives the same. When a day's numbers are taken,
/// those of the following days are tried.
///
/// A store that loads one employer looks up which of the first candidates exist elsewhere in the centre or are one slip
/// from an open notice, and reserves them ([`Centre::reserve_reference`]) before it applies `issue_notice`. Two
/// references issued here are never one slip apart; one from a core system may be.
pub fn reference_candidates(
    employer: &EmployerAccount,
    months: &[YearMonth],
    on: NaiveDate,
) -> impl Iterator<Item = PaymentReference> + use<> {
    let months = months.iter().map(YearMonth::to_string).collect::<Vec<_>>().join(",");
    let (employer_id, count) = (employer.employer_id.clone(), employer.notices_issued + 1);
    let year = u64::from(on.year_ce().1 % 100);
    let first = year * NUMBERS_A_YEAR + u64::from(on.ordinal0()) * NUMBERS_A_DAY;
    (0..CANDIDATES_MAX).filter_map(move |attempt| {
        let span = NUMBERS_A_DAY << (attempt / TRIES_A_SPAN).min(SPAN_MAX);
        let (count, attempt) = (count.to_string(), attempt.to_string());
        let seed = digest(&["reference", employer_id.as_str(), &months, &count, &attempt]);
        PaymentReference::with_check_digit((first + seed % span) % 10_u64.pow(9))
    })
}
