//! Relief for an employer in difficulties, by approval: deferral 缓缴, and rates below the minimum 降低缴存比例.
//!
//! Start at [`Approval`]. Both are entered at the counter by two persons with the approval's number, from a month
//! to a month. A deferral moves no list: the months are owed once it has ended (`arrears.rs`). Low rates are periods
//! of the employer's rates and end by themselves; neither uses the employer's own adjustment.

use super::centre::Work;
use super::counter::persons;
use super::enrolment::{EmployerAccount, RatePeriod, check_rates};
use super::log::LogKind;
use super::operation::{AllowLowRates, Defer, Output};
use super::policy::RateLimits;
use super::refusal::Refusal;
use super::{Rate, YearMonth};
use serde::{Deserialize, Serialize};

/// What was approved: for which months, under which number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    pub from: YearMonth,
    /// The last month, this one too.
    pub to: YearMonth,
    pub number: String,
}

impl Approval {
    #[must_use]
    pub fn covers(&self, month: YearMonth) -> bool {
        self.from <= month && month <= self.to
    }

    /// What the operation says, if it says all of it.
    fn of(from: YearMonth, to: YearMonth, number: &str) -> Result<Self, Refusal> {
        if to < from {
            return Err(Refusal::SpanBackwards { from, to });
        }
        let number = number.trim();
        if number.is_empty() {
            return Err(Refusal::ApprovalMissing { from, to });
        }
        Ok(Self { from, to, number: number.to_owned() })
    }

    fn words(&self) -> String {
        format!("{}..{} {}", self.from, self.to, self.number)
    }
}

/// Defers the payment of months.
pub(super) fn defer(work: &mut Work<'_>, op: &Defer) -> Result<Output, Refusal> {
    let counter = persons(op.by.as_deref(), op.approved_by.as_deref())?.because(&op.reason)?;
    let mut employer = work.employer(&op.employer_id)?;
    let approval = Approval::of(op.from, op.to, &op.approval)?;
    let overlaps = |known: &&Approval| known.from <= approval.to && approval.from <= known.to;
    if let Some(known) = employer.deferrals.iter().find(overlaps) {
        let approval = known.number.clone();
        return Err(Refusal::DeferredAlready { from: known.from, to: known.to, approval });
    }
    let subject = approval.words();
    employer.deferrals.push(approval);
    employer.deferrals.sort_by_key(|known| known.from);
    let ordinal = employer.next_ordinal();
    work.put(employer);
    let kind = LogKind::Approved;
    work.note_counter(&op.employer_id, ordinal, kind, "defer", subject, None, counter);
    Ok(Output::default())
}

/// Lets an employer have rates below the minimum for a while; afterwards it has those of before.
pub(super) fn allow_low_rates(work: &mut Work<'_>, op: &AllowLowRates) -> Result<Output, Refusal> {
    let counter = persons(op.by.as_deref(), op.approved_by.as_deref())?.because(&op.reason)?;
    let mut employer = work.employer(&op.employer_id)?;
    let approval = Approval::of(op.from, op.to, &op.approval)?;
    if op.from < employer.roster_month {
        return Err(Refusal::ListMade { month: op.from, next: employer.roster_month });
    }
    let maximum = work.policy().rates.in_month(op.from).maximum;
    // Above nothing: who pays nothing is deferred.
    let least = Rate::from_ten_thousandths(1).unwrap_or(Rate::ZERO);
    let limits = RateLimits { minimum: least, maximum };
    check_rates(limits, op.employer_rate, op.employee_rate)?;
    let (before, after) = (employer.rates_in(op.from), employer.rates_in(op.to.next()));
    let low = RatePeriod {
        from: op.from,
        employer_rate: op.employer_rate,
        employee_rate: op.employee_rate,
        approved: true,
    };
    // What was to begin inside the span begins after it: `after` has the last of it.
    employer.rates.retain(|known| known.from <= op.from || known.from > op.to);
    insert(&mut employer, low);
    insert(&mut employer, RatePeriod { from: op.to.next(), approved: true, ..after });
    let ordinal = employer.next_ordinal();
    work.put(employer);
    let words = |rates: RatePeriod| format!("{} {}", rates.employer_rate, rates.employee_rate);
    let counter = counter.changed(words(before), words(low));
    let (kind, subject) = (LogKind::Approved, approval.words());
    work.note_counter(&op.employer_id, ordinal, kind, "allow_low_rates", subject, None, counter);
    Ok(Output::default())
}

/// Puts a period among the rates; the span it opens has no other.
fn insert(employer: &mut EmployerAccount, period: RatePeriod) {
    employer.rates.retain(|known| !(known.approved && known.from == period.from));
    employer.rates.push(period);
    employer.rates.sort_by_key(|known| known.from);
}
