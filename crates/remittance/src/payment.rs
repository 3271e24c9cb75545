//! Payment confirmation 缴款确认: one notice over chosen lists and supplements.
//!
//! Start at [`IssuedNotice`]; reconciliation sees it as a [`PaymentNotice`]. Its reference comes
//! from the day and from what it is ([`reference_candidates`]), so a replay gives the same one; where two
//! notices would meet in one reference, the later steps on. It is never given again.
//!
//! Invariant: while it is awaiting or paid, a notice's amount is the sum of its lines; what is to be
//! transferred, and what it reserves of the advance balance (`advance.rs`), are the amount.

mod revoking;

pub use revoking::PartsGo;
pub(super) use revoking::revoke;

use super::advance;
use super::centre::{Centre, Work, difference, sum};
use super::correction::LineKey;
use super::employee::digest;
use super::enrolment::EmployerAccount;
use super::log::LogKind;
use super::operation::{IssueNotice, Output};
use super::refusal::Refusal;
use super::register::Register;
use super::roster::Roster;
use super::wire::{day, day_or_none};
use super::{Id, Money, NoticeStatus, PaymentNotice, PaymentReference, YearMonth};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

impl Centre {
    /// The notice of a reference.
    #[must_use]
    pub fn notice(&self, reference: PaymentReference) -> Option<&IssuedNotice> {
        self.notices.get(&reference).map(|notice| &**notice)
    }

    /// What each employee gets of a notice: its lists by month, then its supplements.
    pub fn lines_of<'a>(
        &'a self,
        notice: &'a IssuedNotice,
    ) -> impl Iterator<Item = NoticeLine<'a>> {
        let rosters =
            notice.months.iter().filter_map(|month| self.roster(&notice.employer_id, *month));
        let listed = rosters.flat_map(|roster| {
            roster.lines.iter().map(|line| NoticeLine {
                employee_id: &line.employee_id,
                for_month: roster.month,
                supplement: false,
                employer_share: line.employer_share,
                employee_share: line.employee_share,
                corrected: self.corrected(
                    &notice.employer_id,
                    LineKey { employee_id: &line.employee_id, month: roster.month, register: None },
                ),
            })
        });
        let key = |ordinal: &u32| (notice.employer_id.clone(), *ordinal);
        let registers = notice.supplements.iter().filter_map(move |o| self.registers.get(&key(o)));
        let supplements = registers.flat_map(|register| {
            register.supplements().iter().map(|line| (register.ordinal, line))
        });
        listed.chain(supplements.map(|(ordinal, line)| NoticeLine {
            employee_id: &line.employee_id,
            for_month: line.for_month,
            supplement: true,
            employer_share: line.employer_share,
            employee_share: line.employee_share,
            corrected: self.corrected(
                &notice.employer_id,
                LineKey {
                    employee_id: &line.employee_id,
                    month: line.for_month,
                    register: Some(ordinal),
                },
            ),
        }))
    }

    /// The notices that are over what a revoked notice was over: its lists and its supplements.
    #[must_use]
    pub fn successors(&self, notice: &IssuedNotice) -> Vec<PaymentReference> {
        let employer_id = &notice.employer_id;
        let lists =
            notice.months.iter().filter_map(|month| self.roster(employer_id, *month)?.reference);
        let registers = self.registers(employer_id);
        let supplements = registers
            .filter(|register| notice.supplements.contains(&register.ordinal))
            .filter_map(|register| register.reference);
        let mut found: Vec<_> =
            lists.chain(supplements).filter(|other| *other != notice.reference).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Takes in a notice of a core system, which says no lines; it settles to the clearing account.
    ///
    /// # Errors
    /// When the employer is unknown, the reference exists, or there is nothing to pay.
    pub fn import_notice(
        &mut self,
        notice: &PaymentNotice,
    ) -> Result<super::operation::Applied, Refusal> {
        self.work(notice.issued_on, None, |work| {
            let employer_id = Id::from(notice.employer_id.as_str());
            work.employer(&employer_id)?;
            let reference = notice.reference;
            if work.is_taken(reference) {
                return Err(Refusal::NoticeExists { reference });
            }
            if notice.amount <= Money::ZERO {
                return Err(Refusal::NoticeOfNothing { reference });
            }
            work.put(IssuedNotice {
                reference,
                employer_id,
                amount: notice.amount,
                from_advance: Money::ZERO,
                issued_on: notice.issued_on,
                month: notice.month,
                months: Vec::new(),
                supplements: Vec::new(),
                status: notice.status.into(),
                paid_on: None,
                advance_used: Money::ZERO,
            });
            let amount = Some(notice.amount);
            Ok(Output { reference: Some(reference), amount, ..Output::default() })
        })
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

/// Issues one notice over lists and, where asked, every supplement that waits.
pub(super) fn issue(work: &mut Work<'_>, op: &IssueNotice) -> Result<Output, Refusal> {
    let mut employer = work.employer(&op.employer_id)?;
    let mut months = BTreeSet::new();
    if let Some(again) = op.months.iter().find(|month| !months.insert(**month)) {
        return Err(Refusal::MonthNamedTwice { month: *again });
    }
    let rosters = months.iter().map(|month| free_roster(work, &op.employer_id, *month));
    let rosters: Vec<Roster> = rosters.collect::<Result<_, _>>()?;
    let supplements: Vec<Register> =
        if op.supplements { waiting(work, &op.employer_id) } else { Vec::new() };
    let amounts = rosters.iter().map(|roster| roster.total);
    let mut amounts = amounts.chain(supplements.iter().map(Register::amount));
    let amount = amounts.try_fold(Money::ZERO, sum)?;
    super::bound::bounded(amount)?;
    if amount.is_zero() {
        return Err(Refusal::NothingWaits { employer: op.employer_id.clone() });
    }
    let from_advance = advance::reserve(work, &employer, amount, op.from_advance)?;
    let months: Vec<YearMonth> = months.into_iter().collect();
    let mut candidates = reference_candidates(&employer, &months, op.on);
    let reference = candidates.find(|candidate| work.may_give(*candidate));
    let Some(reference) = reference else {
        return Err(Refusal::NoReferenceLeft { employer: op.employer_id.clone() });
    };
    let latest = months.iter().chain(supplements.iter().map(|register| &register.month)).max();
    let month = latest.copied().unwrap_or(employer.roster_month);
    let ordinals = supplements.iter().map(|register| register.ordinal).collect();
    for roster in rosters {
        work.put(Roster { reference: Some(reference), ..roster });
    }
    for register in supplements {
        work.put(Register { reference: Some(reference), ..register });
    }
    let ordinal = employer.next_ordinal();
    employer.notices_issued += 1;
    work.put(employer);
    work.put(IssuedNotice {
        reference,
        employer_id: op.employer_id.clone(),
        amount,
        from_advance,
        issued_on: op.on,
        month,
        months,
        supplements: ordinals,
        status: NoticeState::Awaiting,
        paid_on: None,
        advance_used: Money::ZERO,
    });
    let subject = reference.to_string();
    work.note(&op.employer_id, ordinal, LogKind::Submitted, "issue_notice", subject, Some(amount));
    Ok(Output {
        reference: Some(reference),
        amount: Some(amount),
        from_advance: Some(from_advance),
        payable: Some(difference(amount, from_advance)?),
        ..Output::default()
    })
}

/// A list that no notice is over.
fn free_roster(work: &Work<'_>, employer_id: &Id, month: YearMonth) -> Result<Roster, Refusal> {
    let Some(roster) = work.centre.roster(employer_id, month) else {
        return Err(Refusal::ListMissing { employer: employer_id.clone(), month });
    };
    match (roster.reference, roster.paid_on) {
        (None, _) => Ok(Roster::clone(roster)),
        (Some(reference), Some(day)) => Err(Refusal::ListPaid { month, reference, day }),
        (Some(reference), None) => Err(Refusal::ListOnNotice { month, reference }),
    }
}

/// The submitted supplements that no notice is over.
fn waiting(work: &Work<'_>, employer_id: &Id) -> Vec<Register> {
    let registers = work.centre.registers.from_key((employer_id.clone(), 0));
    registers
        .take_while(|register| register.employer_id == *employer_id)
        .filter(|register| register.is_open() && register.is_supplement())
        .filter(|register| register.reference.is_none())
        .map(|register| Register::clone(register))
        .collect()
}

impl Work<'_> {
    fn is_taken(&self, reference: PaymentReference) -> bool {
        self.centre.notices.get(&reference).is_some()
            || self.centre.references_elsewhere.contains(&reference)
    }

    /// Whether a new notice may have a reference: it is new, and no slip away from one that is waited for.
    fn may_give(&self, reference: PaymentReference) -> bool {
        let awaits = |slip: PaymentReference| {
            let notice = self.centre.notices.get(&slip);
            notice.is_some_and(|notice| notice.status == NoticeState::Awaiting)
        };
        !self.is_taken(reference) && !reference.slips().any(|(slip, _)| awaits(slip))
    }

    /// The notice, if it still waits for its money.
    pub(super) fn awaiting(&self, reference: PaymentReference) -> Result<IssuedNotice, Refusal> {
        let Some(notice) = self.centre.notice(reference) else {
            return Err(Refusal::UnknownNotice { reference });
        };
        match notice.status {
            NoticeState::Awaiting => Ok(notice.clone()),
            NoticeState::Paid => Err(Refusal::NoticePaid { reference }),
            NoticeState::Revoked => Err(Refusal::NoticeRevoked { reference }),
        }
    }
}
