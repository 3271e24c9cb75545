//! The employer's account (单位账户): enrolment, basic and key information.
//!
//! An employer enrols at the counter, with the agreement on paper, or online, if a text message invited it as a newly
//! registered company. Basic information changes at once. Key information (name, kind, credit code) needs the reference
//! of an electronic seal, which only companies have, or two persons at the counter. Login and passwords belong to the
//! desk, not here.

use super::ledger::Balances;
use super::relief::Approval;
use super::wire::day;
use super::{Id, Rate, YearMonth};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One employer in the books.
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
    /// Rates in the order of their first months; the first row is from the enrolment.
    pub rates: Vec<RatePeriod>,
    /// 发薪日: the day of the month on which wages are paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payday: Option<u8>,
    pub balances: Balances,
    /// The last ordinal given to the employer's registers, vouchers and log.
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

/// A change of an agent. A missing field keeps its value; an empty text clears an optional one.
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
    /// By an approval ([`super::relief`]), or the rates after one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approved: bool,
}

/// What a core system's list says of an employer beside name and contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedTerms {
    /// The rates, from the month after the last paid one.
    pub rates: Option<RatePeriod>,
    /// `None` when the list does not say; `Some(None)` when it says that there is none.
    pub payday: Option<Option<u8>>,
    pub address: Option<Option<String>>,
}

impl ImportedTerms {
    /// Whether the list gives no terms.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 柜台: the agreement on paper.
    #[default]
    #[serde(alias = "柜台")]
    Counter,
    /// 网上: a newly registered company, invited by text message.
    #[serde(alias = "web", alias = "网上")]
    Online,
}

impl EmployerAccount {
    /// The rates in force in a roster month.
    #[must_use]
    pub fn rates_in(&self, month: YearMonth) -> RatePeriod {
        let in_force = self.rates.iter().rev().find(|period| period.from <= month);
        // The enrolment's rates also apply before the first month: a supplement may reach back there.
        in_force.or(self.rates.first()).copied().unwrap_or(RatePeriod {
            from: self.first_month,
            employer_rate: Rate::ZERO,
            employee_rate: Rate::ZERO,
            approved: false,
        })
    }

    /// An employer that a core system names and that has not enrolled here: it has books, so that its notices settle,
    /// and no rates.
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

    /// The employer's next ordinal.
    pub(super) fn next_ordinal(&mut self) -> u32 {
        self.ordinal += 1;
        self.ordinal
    }

    /// The employer as reconciliation needs it.
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
