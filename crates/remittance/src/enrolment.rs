//! The employer's account (单位账户): enrolment, basic and key information.
//!
//! Enrolment happens at the counter, with the agreement on paper, or online, where a newly
//! registered company was told by text message to enrol. Basic information changes at once; key
//! information (name, kind, credit code) carries the reference of an electronic seal, which only
//! companies have, or is changed at the counter by two persons. Login and passwords belong to the desk, not here.

use super::centre::{Centre, Work};
use super::identity::check_uscc;
use super::ledger::Balances;
use super::log::LogKind;
use super::operation::{Applied, OpenEmployer, Output, UpdateBasic};
use super::policy::RateLimits;
use super::refusal::{Refusal, Side};
use super::relief::Approval;
use super::wire::day;
use super::{Id, Rate, YearMonth};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One employer, as the books know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmployerAccount {
    pub employer_id: Id,
    pub name: String,
    pub kind: EmployerKind,
    /// 统一社会信用代码.
    pub uscc: Option<String>,
    pub agent: Agent,
    pub address: Option<String>,
    pub phone: Option<String>,
    /// 法定代表人.
    pub legal_person: Option<String>,
    pub channel: Channel,
    #[serde(with = "day")]
    pub enrolled_on: NaiveDate,
    pub first_month: YearMonth,
    /// 清册月份: the next month to remit.
    pub roster_month: YearMonth,
    /// Rates in the order of the months from which they hold; the first is the enrolment's.
    pub rates: Vec<RatePeriod>,
    /// 发薪日: the day of the month on which wages are paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payday: Option<u8>,
    pub balances: Balances,
    /// Numbers the employer's registers, vouchers and log: the last one given.
    pub ordinal: u32,
    /// Notices issued so far, revoked ones too.
    pub notices_issued: u32,
    /// 缓缴, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferrals: Vec<Approval>,
}

/// 经办人.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    pub name: String,
    #[serde(default)]
    pub mobile: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
}

/// What changes of an agent; what is not given stays, an empty text clears what may be without.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentChange {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub mobile: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
}

/// Rates from a roster month on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatePeriod {
    pub from: YearMonth,
    pub employer_rate: Rate,
    pub employee_rate: Rate,
    /// By an approval ([`super::relief`]), or the return from one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approved: bool,
}

/// What a list of a core system says of an employer beside name and contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedTerms {
    /// The rates, from the month after the one paid to.
    pub rates: Option<RatePeriod>,
    /// Absent where the list does not say; `None` inside where it says that there is none.
    pub payday: Option<Option<u8>>,
    pub address: Option<Option<String>>,
}

impl ImportedTerms {
    /// Whether the list says nothing of them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What an employer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmployerKind {
    #[serde(
        alias = "enterprise",
        alias = "corporation",
        alias = "private",
        alias = "state_owned",
        alias = "企业",
        alias = "公司"
    )]
    Company,
    #[serde(alias = "agency", alias = "机关")]
    Government,
    #[serde(alias = "public_institution", alias = "public-institution", alias = "事业单位")]
    Institution,
    #[serde(alias = "organisation", alias = "social_organization", alias = "社会团体")]
    Organization,
    #[serde(alias = "sole_trader", alias = "self_employed", alias = "个体工商户")]
    Individual,
    #[serde(alias = "其他")]
    Other,
}

/// How an employer enrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 柜台: the agreement on paper.
    #[default]
    #[serde(alias = "柜台")]
    Counter,
    /// 网上: a newly registered company, told by text message.
    #[serde(alias = "web", alias = "网上")]
    Online,
}

impl EmployerAccount {
    /// The rates in force in a roster month.
    #[must_use]
    pub fn rates_in(&self, month: YearMonth) -> RatePeriod {
        let in_force = self.rates.iter().rev().find(|period| period.from <= month);
        // Before the first month the enrolment's rates hold: a supplement may reach back there.
        in_force.or(self.rates.first()).copied().unwrap_or(RatePeriod {
            from: self.first_month,
            employer_rate: Rate::ZERO,
            employee_rate: Rate::ZERO,
            approved: false,
        })
    }

    /// An employer that a core system names and that has not enrolled here: it has books, so that its
    /// notices settle, and no rates.
    #[must_use]
    pub fn known(employer: &super::Employer, on: NaiveDate) -> Self {
        let month = YearMonth::of(on);
        Self {
            employer_id: employer.employer_id.as_str().into(),
            name: employer.name.clone(),
            kind: EmployerKind::Other,
            uscc: employer.uscc.clone(),
            agent: Agent {
                name: employer.contact.clone().unwrap_or_default(),
                mobile: employer.mobile.clone(),
                email: employer.email.clone(),
            },
            address: None,
            phone: None,
            legal_person: None,
            channel: Channel::Counter,
            enrolled_on: on,
            first_month: month,
            roster_month: month,
            rates: Vec::new(),
            payday: None,
            balances: Balances::default(),
            ordinal: 0,
            notices_issued: 0,
            deferrals: Vec::new(),
        }
    }

    /// The next number of the employer's own count.
    pub(super) fn next_ordinal(&mut self) -> u32 {
        self.ordinal += 1;
        self.ordinal
    }

    /// What reconciliation needs to know of the employer.
    #[must_use]
    pub fn as_employer(&self) -> super::Employer {
        super::Employer {
            employer_id: self.employer_id.to_string(),
            name: self.name.clone(),
            uscc: self.uscc.clone(),
            email: self.agent.email.clone(),
            contact: Some(self.agent.name.clone()).filter(|name| !name.is_empty()),
            mobile: self.agent.mobile.clone(),
            payer_accounts: Vec::new(),
        }
    }
}

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
    /// Takes in what a core system says of an employer; its rates enrol it where it has none.
    ///
    /// Of an employer that has made a list or adjusted its rates here the books know better which month is
    /// next; other rates than theirs are refused.
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

/// Gives an employer the rates of a list, or compares them with those it has.
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

/// Enrols an employer.
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
    // An employer that a core system named before keeps its books and its count.
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

/// Changes basic information at once; what is not given stays.
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

/// A name as it is kept: without white space around it, and never empty.
pub(super) fn named(field: &str, name: &str) -> Result<String, Refusal> {
    match name.trim() {
        "" => Err(Refusal::EmptyName { field: field.to_owned() }),
        name => Ok(name.to_owned()),
    }
}

/// Changes a text that may be missing: not given it stays, empty it is cleared.
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
