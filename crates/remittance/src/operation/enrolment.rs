//! Enrols an employer and changes its basic information.

use super::{Applied, OpenEmployer, Output, UpdateBasic};
use crate::centre::{Centre, Work};
use crate::enrolment::{
    Agent, AgentChange, Channel, EmployerAccount, EmployerKind, ImportedTerms, RatePeriod,
};
use crate::identity::check_uscc;
use crate::ledger::Balances;
use crate::log::LogKind;
use crate::policy::RateLimits;
use crate::refusal::{Refusal, Side};
use crate::{Id, Rate};

/// Refuses rates outside the limits, naming the side.
pub(super) fn check_rates(
    limits: RateLimits,
    employer_rate: Rate,
    employee_rate: Rate,
) -> Result<(), Refusal> {
    let RateLimits { minimum: least, maximum: most } = limits;
    for (side, value) in [(Side::Employer, employer_rate), (Side::Employee, employee_rate)] {
        if value < least {
            return Err(Refusal::RateBelowMinimum { side, value, least, most });
        }
        if value > most {
            return Err(Refusal::RateAboveMaximum { side, value, least, most });
        }
    }
    Ok(())
}

impl Centre {
    /// Imports a core system's terms for an employer; the rates enrol it if it has none.
    ///
    /// If an employer has made a list or adjusted its rates here, our books decide the next month; rates that differ
    /// from ours are refused.
    ///
    /// # Errors
    /// [`Refusal`]: the employer is unknown, its books have other rates for that month, or the rates are outside the
    /// limits of that month.
    pub fn take_terms(
        &mut self,
        employer_id: &Id,
        terms: &ImportedTerms,
    ) -> Result<Applied, Refusal> {
        let known = self.employer(employer_id).map(|employer| employer.enrolled_on);
        let on = terms.rates.map_or(known, |period| Some(period.from.first_day()));
        self.work(on.unwrap_or_default(), None, |work| {
            let before = work.employer(employer_id)?;
            let mut employer = before.clone();
            if let Some(period) = terms.rates {
                take_rates(&mut employer, period, work.policy().rates.in_month(period.from))?;
            }
            employer.payday = terms.payday.unwrap_or(employer.payday);
            employer.address = terms.address.clone().unwrap_or(employer.address);
            if employer != before {
                work.put(employer);
            }
            Ok(Output::default())
        })
    }

    pub(super) fn check_key(&self, uscc: Option<&str>) -> Result<Option<String>, Refusal> {
        let Some(uscc) = uscc else { return Ok(None) };
        match check_uscc(uscc) {
            Ok(canonical) => Ok(Some(canonical)),
            Err(_) if !self.policy.check_uscc => Ok(Some(uscc.trim().to_owned())),
            Err(why) => Err(Refusal::InvalidUscc { value: uscc.to_owned(), why }),
        }
    }
}

/// Sets an employer's rates from a list, or compares them with its present ones.
fn take_rates(
    employer: &mut EmployerAccount,
    period: RatePeriod,
    limits: RateLimits,
) -> Result<(), Refusal> {
    let untouched = employer.rates.len() <= 1 && employer.roster_month == employer.first_month;
    if untouched {
        check_rates(limits, period.employer_rate, period.employee_rate)?;
        employer.rates = vec![period];
        (employer.first_month, employer.roster_month) = (period.from, period.from);
        return Ok(());
    }
    let known = employer.rates_in(period.from);
    let same =
        known.employer_rate == period.employer_rate && known.employee_rate == period.employee_rate;
    if same {
        return Ok(());
    }
    let (employer, month) = (employer.employer_id.clone(), period.from);
    Err(Refusal::ListedRatesDiffer { employer, month })
}

pub(super) fn open(work: &mut Work<'_>, op: &OpenEmployer) -> Result<Output, Refusal> {
    let known = work.employer(&op.employer_id).ok();
    if known.as_ref().is_some_and(|known| !known.rates.is_empty()) {
        return Err(Refusal::EmployerEnrolled { employer: op.employer_id.clone() });
    }
    if op.channel == Channel::Online && op.kind != EmployerKind::Company {
        return Err(Refusal::OnlineForCompanies { employer: op.employer_id.clone() });
    }
    let name = named("name", &op.name)?;
    let agent = op.agent.as_ref().map(|agent| -> Result<Agent, Refusal> {
        Ok(Agent { name: named("agent.name", &agent.name)?, ..agent.clone() })
    });
    let agent = agent.transpose()?.unwrap_or_default();
    let limits = work.policy().rates.in_month(op.first_month);
    check_rates(limits, op.employer_rate, op.employee_rate)?;
    let uscc = work.centre.check_key(op.uscc.as_deref())?;
    let rates = vec![RatePeriod {
        from: op.first_month,
        employer_rate: op.employer_rate,
        employee_rate: op.employee_rate,
        approved: false,
    }];
    // An employer that a core system named before keeps its books and its ordinals.
    let balances = known.as_ref().map_or_else(Balances::default, |known| known.balances);
    let notices_issued = known.as_ref().map_or(0, |known| known.notices_issued);
    let ordinal = known.map_or(0, |known| known.ordinal) + 1;
    work.put(EmployerAccount {
        employer_id: op.employer_id.clone(),
        name,
        kind: op.kind,
        uscc,
        agent,
        address: op.address.clone(),
        phone: op.phone.clone(),
        legal_person: op.legal_person.clone(),
        channel: op.channel,
        enrolled_on: op.on,
        first_month: op.first_month,
        roster_month: op.first_month,
        rates,
        payday: checked_payday(op.payday)?,
        balances,
        ordinal,
        notices_issued,
        deferrals: Vec::new(),
    });
    work.note(&op.employer_id, ordinal, LogKind::Submitted, "open_employer", op.name.clone(), None);
    Ok(Output { roster_month: Some(op.first_month), ..Output::default() })
}

/// Changes basic information at once; missing fields keep their values.
pub(super) fn update_basic(work: &mut Work<'_>, op: &UpdateBasic) -> Result<Output, Refusal> {
    let mut employer = work.employer(&op.employer_id)?;
    let beside = AgentChange {
        name: op.contact.clone(),
        mobile: op.mobile.clone(),
        email: op.email.clone(),
    };
    for change in op.agent.iter().chain([&beside]) {
        if let Some(name) = &change.name {
            employer.agent.name = named("agent.name", name)?;
        }
        changed(&mut employer.agent.mobile, change.mobile.as_deref());
        changed(&mut employer.agent.email, change.email.as_deref());
    }
    changed(&mut employer.address, op.address.as_deref());
    changed(&mut employer.phone, op.phone.as_deref());
    employer.payday = checked_payday(op.payday)?.or(employer.payday);
    let ordinal = employer.next_ordinal();
    work.put(employer);
    work.note(&op.employer_id, ordinal, LogKind::Changed, "update_basic", String::new(), None);
    Ok(Output::default())
}

/// A name as we store it: without surrounding white space, and never empty.
pub(super) fn named(field: &str, name: &str) -> Result<String, Refusal> {
    match name.trim() {
        "" => Err(Refusal::EmptyName { field: field.to_owned() }),
        name => Ok(name.to_owned()),
    }
}

/// Changes an optional text: a missing value keeps it, an empty one clears it.
fn changed(kept: &mut Option<String>, given: Option<&str>) {
    if let Some(text) = given.map(str::trim) {
        *kept = Some(text.to_owned()).filter(|text| !text.is_empty());
    }
}

/// A day that at least one month has.
fn checked_payday(payday: Option<u8>) -> Result<Option<u8>, Refusal> {
    match payday {
        Some(day) if !(1..=31).contains(&day) => {
            Err(Refusal::NoSuchPayday { value: usize::from(day) })
        }
        Some(_) | None => Ok(payday),
    }
}
