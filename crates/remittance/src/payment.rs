//! Payment confirmation 缴款确认: one notice over chosen lists and supplements.
//!
//! Start at [`IssuedNotice`]; reconciliation sees it as a [`PaymentNotice`]. Its reference comes
//! from the day and from what it is ([`reference_candidates`]), so a replay gives the same one; where two
//! notices would meet in one reference, the later steps on. It is never given again.
//!
//! Invariant: while it is awaiting or paid, a notice's amount is the sum of its lines; what is to be
//! transferred, and what it reserves of the advance balance (`advance.rs`), are the amount.

use super::employee::digest;
use super::enrolment::EmployerAccount;
use super::wire::{day, day_or_none};
use super::{Id, Money, NoticeStatus, PaymentNotice, PaymentReference, YearMonth};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A notice with what it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedNotice {
    pub reference: PaymentReference,
    pub employer_id: Id,
    pub amount: Money,
    /// What was reserved for it of the employer's advance balance when it was issued.
    #[serde(default)]
    pub from_advance: Money,
    #[serde(with = "day")]
    pub issued_on: NaiveDate,
    /// The roster month it is shown under: the latest it is over.
    pub month: YearMonth,
    /// The lists it is over.
    pub months: Vec<YearMonth>,
    /// The supplement registers it is over, by their ordinals.
    pub supplements: Vec<u32>,
    pub status: NoticeState,
    #[serde(with = "day_or_none")]
    pub paid_on: Option<NaiveDate>,
    /// What paid it of the employer's advance balance; zero while it is not paid.
    #[serde(default)]
    pub advance_used: Money,
}

/// [`NoticeStatus`] as it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    Awaiting,
    Paid,
    Revoked,
}

/// One line of a notice: what one employee gets of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeLine<'a> {
    pub employee_id: &'a Id,
    pub for_month: YearMonth,
    pub supplement: bool,
    pub employer_share: Money,
    pub employee_share: Money,
    /// What corrections took back of it since it was paid.
    pub corrected: Money,
}

impl IssuedNotice {
    /// What reconciliation needs to know of it.
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

    /// What of the advance balance nobody else may spend: its reservation, while it waits.
    #[must_use]
    pub const fn reserved(&self) -> Money {
        match self.status {
            NoticeState::Awaiting => self.from_advance,
            NoticeState::Paid | NoticeState::Revoked => Money::ZERO,
        }
    }

    /// What the advance balance brings: what is reserved while it waits, what was used once it is paid.
    #[must_use]
    pub const fn deduction(&self) -> Money {
        match self.status {
            NoticeState::Awaiting => self.from_advance,
            NoticeState::Paid => self.advance_used,
            NoticeState::Revoked => Money::ZERO,
        }
    }

    /// What is left to be transferred beside [`IssuedNotice::deduction`].
    #[must_use]
    pub fn payable(&self) -> Money {
        self.amount.checked_sub(self.deduction()).unwrap_or(self.amount)
    }

    /// Whether it stands and says what each employee gets; one from a core system may not.
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
/// So many candidates lie in the numbers of one day before the days that follow are tried too.
const TRIES_A_SPAN: u64 = 16;
/// The longest span that is tried: 2 to this many days.
const SPAN_MAX: u64 = 7;
/// Where that many are taken something else is wrong.
const CANDIDATES_MAX: u64 = 1_024;

/// The references a notice may get, in the order in which they are tried.
///
/// Nine digits and a check digit ([`PaymentReference::with_check_digit`]). The first digits are the year and
/// how far it has gone, so references rise with the day of issue and a store finds the open ones together;
/// the rest is from what the notice is (employer, months, how many came before), so a replay gives the same.
/// Where a day's numbers are taken, those of the days after it are tried.
///
/// A store that loads one employer asks which of the first few exist elsewhere in the centre, or are a slip
/// away from one that waits for money, and reserves them ([`Centre::reserve_reference`]) before it applies
/// `issue_notice`. Two issued here are never a slip apart; one of a core system may be.
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
