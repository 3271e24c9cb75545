//! Queries (查询): employees, employers, statements, ledgers, transfers, registers, the log.
//!
//! Every answer, or its items, can be serialized as JSON, with money as yuan in text. Nothing here changes anything.

use super::centre::{Centre, rosters_from};
pub use super::document::DocumentType;
use super::employee::{AccountEntry, EmployeeAccount};
use super::enrolment::{Agent, EmployerAccount, EmployerKind};
use super::ledger::Voucher;
use super::log::LogEntry;
use super::policy::MonthlyContribution;
use super::register::{Draft, Register, RegisterContent, register_ordinal};
use super::{Id, Money, NoticeStatus, Rate, YearMonth};
use chrono::NaiveDate;
use serde::Serialize;
use std::sync::Arc;

/// An employee's account as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmployeeView<'a> {
    pub employee_id: &'a Id,
    pub employer_id: &'a Id,
    pub name: &'a str,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal_reason: Option<&'a str>,
    pub base: Money,
    /// Both sides of a month at the present rates; zero while sealed.
    pub monthly: Money,
    pub balance: Money,
    /// The balance in the previous system, apart from the present balance.
    pub opening_balance: Money,
    /// The employer it was transferred to, or the number it was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub went_to: Option<&'a Id>,
}

/// An employer as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmployerView<'a> {
    pub employer_id: &'a Id,
    pub name: &'a str,
    pub kind: EmployerKind,
    pub uscc: Option<&'a str>,
    pub agent: &'a Agent,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payday: Option<u8>,
    pub employer_rate: Rate,
    pub employee_rate: Rate,
    pub first_month: YearMonth,
    pub roster_month: YearMonth,
    pub active: usize,
    pub sealed: usize,
    pub fund: Money,
    pub advance: Money,
    /// The reserved and the free part of the advance balance.
    pub reserved: Money,
    pub free: Money,
    pub clearing: Money,
}

impl Centre {
    /// An employee's account at an employer.
    #[must_use]
    pub fn account(&self, employer_id: &Id, employee_id: &Id) -> Option<&EmployeeAccount> {
        self.accounts.get(&(employer_id.clone(), employee_id.clone())).map(|row| &**row)
    }

    /// An employer's account.
    #[must_use]
    pub fn employer(&self, employer_id: &Id) -> Option<&EmployerAccount> {
        self.employers.get(employer_id).map(|row| &**row)
    }

    /// Finds an employee of an employer by document type and number.
    #[must_use]
    pub fn find_by_document(
        &self,
        employer_id: &Id,
        document: DocumentType,
        number: &str,
    ) -> Option<&EmployeeAccount> {
        // A resident card's number is looked up as typed: one with a slip finds nobody.
        let key = match document {
            DocumentType::ResidentCard => number.trim().to_ascii_uppercase(),
            DocumentType::Passport
            | DocumentType::HongKongMacauPermit
            | DocumentType::TaiwanPermit
            | DocumentType::ForeignResidence => {
                super::document::identity(document, number, NaiveDate::MAX).ok()?
            }
        };
        let employee_id = self.documents.get(&(key, employer_id.clone()))?;
        self.account(employer_id, employee_id)
    }

    /// An employee's account as shown.
    #[must_use]
    pub fn employee_view(&self, employer_id: &Id, employee_id: &Id) -> Option<EmployeeView<'_>> {
        self.account(employer_id, employee_id).map(|account| self.view(account))
    }

    /// Every account of an employee number, at any employer.
    pub fn accounts_by_number<'a>(
        &'a self,
        employee_id: &'a Id,
    ) -> impl Iterator<Item = EmployeeView<'a>> {
        let all = self.accounts.iter().filter(move |account| account.employee_id == *employee_id);
        all.map(|account| self.view(account))
    }

    fn view<'a>(&'a self, account: &'a EmployeeAccount) -> EmployeeView<'a> {
        let employer = self.employers.get(&account.employer_id);
        let monthly = employer.filter(|_| account.is_active()).and_then(|employer| {
            let month = employer.roster_month;
            let rates = employer.rates_in(month);
            let (of_employer, of_employee) = (rates.employer_rate, rates.employee_rate);
            self.policy
                .monthly_contribution(account.base, of_employer, of_employee, month)
                .and_then(MonthlyContribution::total)
        });
        EmployeeView {
            employee_id: &account.employee_id,
            employer_id: &account.employer_id,
            name: &account.name,
            status: account.status.code(),
            seal_reason: account.seal_reason(),
            base: account.base,
            monthly: monthly.unwrap_or_default(),
            balance: account.balance,
            opening_balance: account.opening,
            went_to: account.went_to(),
        }
    }

    /// An employer as shown.
    #[must_use]
    pub fn employer_view(&self, employer_id: &Id) -> Option<EmployerView<'_>> {
        let employer = self.employer(employer_id)?;
        let rates = employer.rates_in(employer.roster_month);
        let of_employer = || self.accounts_of(&employer.employer_id);
        Some(EmployerView {
            employer_id: &employer.employer_id,
            name: &employer.name,
            kind: employer.kind,
            uscc: employer.uscc.as_deref(),
            agent: &employer.agent,
            address: employer.address.as_deref(),
            payday: employer.payday,
            employer_rate: rates.employer_rate,
            employee_rate: rates.employee_rate,
            first_month: employer.first_month,
            roster_month: employer.roster_month,
            active: of_employer().filter(|account| account.is_active()).count(),
            sealed: of_employer().filter(|account| account.seal_reason().is_some()).count(),
            fund: employer.balances.fund,
            advance: employer.balances.advance,
            reserved: self.reserved_advance(employer_id),
            free: self.free_advance(employer_id),
            clearing: employer.balances.clearing,
        })
    }

    /// 个人明细: the movements of one account, oldest first.
    pub fn statement<'a>(
        &'a self,
        employer_id: &'a Id,
        employee_id: &'a Id,
    ) -> impl Iterator<Item = &'a Arc<AccountEntry>> {
        let all = self.entries.from_key((employer_id.clone(), employee_id.clone(), 0));
        all.take_while(move |entry| {
            entry.employer_id == *employer_id && entry.employee_id == *employee_id
        })
    }

    /// 单位流水账: the vouchers of an employer, oldest first.
    pub fn ledger<'a>(&'a self, employer_id: &'a Id) -> impl Iterator<Item = &'a Arc<Voucher>> {
        let all = self.vouchers.from_key((employer_id.clone(), 0));
        all.take_while(move |voucher| voucher.employer_id == *employer_id)
    }

    /// The registers of an employer, in the order they were submitted.
    pub fn registers<'a>(&'a self, employer_id: &'a Id) -> impl Iterator<Item = &'a Arc<Register>> {
        let all = self.registers.from_key((employer_id.clone(), 0));
        all.take_while(move |register| register.employer_id == *employer_id)
    }

    /// An employer's saved registers that are not submitted.
    pub fn drafts<'a>(&'a self, employer_id: &'a Id) -> impl Iterator<Item = &'a Arc<Draft>> {
        let all = self.drafts.from_key((employer_id.clone(), 0));
        all.take_while(move |draft| draft.employer_id == *employer_id)
    }

    /// The present state of a log entry's subject: a register, a notice, a list, an appointment.
    #[must_use]
    pub fn state_of(&self, entry: &LogEntry) -> Option<&'static str> {
        let employer_id = &entry.employer_id;
        if let Some(ordinal) = register_ordinal(employer_id, &entry.subject) {
            let key = (employer_id.clone(), ordinal);
            let register = self.registers.get(&key).map(|register| register.status.code());
            return register.or_else(|| self.drafts.get(&key).map(|_| "saved"));
        }
        if let Ok(reference) = entry.subject.parse() {
            return self.notice(reference).map(|notice| NoticeStatus::from(notice.status).code());
        }
        if let Ok(month) = entry.subject.parse() {
            let roster = self.roster(employer_id, month);
            return Some(roster.map_or("deleted", |roster| roster.state()));
        }
        let appointment = self.appointments.get(&Id::from(entry.subject.as_str()));
        appointment.map(|appointment| appointment.status.code())
    }

    /// The employer's transfers, in and out.
    pub fn transfers<'a>(&'a self, employer_id: &'a Id) -> impl Iterator<Item = &'a Arc<Register>> {
        self.registers(employer_id).filter(|register| {
            matches!(
                register.content,
                RegisterContent::TransferIn(_) | RegisterContent::TransferOut(_)
            )
        })
    }

    /// The lists of an employer, oldest first.
    pub fn rosters<'a>(
        &'a self,
        employer_id: &'a Id,
    ) -> impl Iterator<Item = &'a Arc<super::roster::Roster>> {
        rosters_from(self, employer_id, YearMonth::from_ordinal(0))
    }

    /// 操作日志: an employer's operations, in order.
    pub fn log<'a>(&'a self, employer_id: &'a Id) -> impl Iterator<Item = &'a Arc<LogEntry>> {
        let all = self.log.from_key((employer_id.clone(), 0));
        all.take_while(move |entry| entry.employer_id == *employer_id)
    }
}
