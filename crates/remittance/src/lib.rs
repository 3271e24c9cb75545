//! The remittance domain: what employers file and owe, how they pay, and what can happen to the money.
//!
//! There are two entry points. Reconciliation starts at [`PaymentNotice`] (what is owed) and [`BankTransaction`] (what
//! came); [`Outcome`] and [`Reason`] say what can happen to it. An online hall starts at [`Centre::apply`], which does
//! one [`Operation`] of an employer completely or refuses it with a [`Refusal`], and at [`Centre::settle`], which posts
//! a paid notice to the employees.
//!
//! A month of an employer, in the order of the modules: [`enrolment`], [`register`] (open, unseal,
//! seal; [`adjustment`], [`supplement`], [`transfer`]), [`roster`] (the month's list), [`payment`]
//! (the notice and its reference, [`receipt`] to print), [`settlement`], [`advance`] and [`ledger`]
//! (who got what), [`revocation`] (what can be undone), [`counter`] (what two persons correct, [`correction`]),
//! [`query`] (the queries).
//!
//! # Words
//!
//! One word means one thing, here and in everything built on it.
//!
//! | 中文 | here | what it is |
//! |---|---|---|
//! | 公积金中心 | [`Centre`] | whose books these are |
//! | 缴存单位 | [`Employer`], [`EmployerAccount`] | who pays, by name alone or with what it enrolled |
//! | 经办人 | [`enrolment::Agent`] | who acts for an employer |
//! | 职工, 个人账户 | [`EmployeeAccount`] | a person at one employer, with the balance |
//! | 缴存基数 | base | the monthly wage that contributions are reckoned from, in fen |
//! | 缴存比例 | `employer_rate`, `employee_rate` | the share of the base that either side pays |
//! | 月缴存额 | [`policy::MonthlyContribution`] | base × rate, each side rounded on its own |
//! | 变更清册: 开户, 启封, 封存 | [`register`]: open, unseal, seal | what an employer files of its people |
//! | 汇缴清册, 清册月份 | [`roster`], `roster_month` | the list of one month, person by person |
//! | 补缴清册 | [`supplement`] | what is paid for months gone by |
//! | 缴款通知书, 登记号 | [`PaymentNotice`], [`PaymentReference`] | what is to be paid, and its number in a remark |
//! | 归集专户, 转入银行 | [`CollectionAccount`], receiving bank | where the money comes in |
//! | 流水, 附言 | [`BankTransaction`], [`Remarks`] | the bank's fact, and what the payer wrote |
//! | 分账 | allocation, [`settlement`] | a paid notice posted to its employees |
//! | 挂账 | suspense, [`Reason`] | money that settles nothing yet, and why |
//! | 单位暂存款 | [`advance`] balance | money of an employer that no notice asks for yet |
//! | 单位流水账 | [`ledger`] | what was posted, entry by entry |
//! | 冲正, 红冲 | [`reversal`] | a posting reversed by one of the same sides with negative amounts |
//! | 业务撤销 | [`revocation`] | an operation undone while nothing rests on it |
//! | 汇缴年度 | contribution year | July to June, by policy |
//!
//! This crate reads no clock and does no I/O, so it can be used alone. A [`Policy`], a plain value, holds the centre's
//! own decisions. `examples/online_hall.rs` is a year of one employer; this is a month:
//!
//! ```
//! use remittance::document::DocumentType;
//! use remittance::operation::{IssueNotice, OpenAccount, OpenEmployer, Remit};
//! use remittance::policy::{BaseLimits, CapPer, Dated, OncePer, OpenDays, Policy, RateLimits};
//! use remittance::{Centre, FromAdvance, Id, Money, Operation, Payment, RefusalCode, Rounding, enrolment};
//!
//! let policy = Policy {
//!     city: vec!["某市".into()],
//!     rates: Dated::always(RateLimits { minimum: "0.05".parse()?, maximum: "0.12".parse()? }),
//!     bases: Dated::always(BaseLimits { floor: Money::from_yuan("1690.00")?, cap: Money::from_yuan("26000.00")? }),
//!     rounding: Dated::always(Rounding::Yuan),
//!     contribution_year_month: 7,
//!     base_once_per: OncePer::CalendarYear,
//!     rate_once_per: OncePer::ContributionYear,
//!     one_of_base_and_rate: false,
//!     several_employers: false,
//!     cap_per: CapPer::Both,
//!     supplement_months_back: 60,
//!     remit_within_days: 5,
//!     arrears_letters: false,
//!     arrears_letter_every_days: 30,
//!     supplement_sealed: false,
//!     check_uscc: false,
//!     seal_reasons: vec![],
//!     branches: vec![],
//!     open_days: OpenDays::default(),
//! };
//! let mut centre = Centre::new(std::sync::Arc::new(policy));
//! let on = "2026-05-11".parse()?;
//! let employer_id = Id::from("450200001");
//! let month = "2026-05".parse()?;
//! let enrol = Operation::OpenEmployer(OpenEmployer {
//!     on,
//!     by: None,
//!     employer_id: employer_id.clone(),
//!     name: "某公司".into(),
//!     kind: enrolment::EmployerKind::Company,
//!     uscc: None,
//!     agent: Some(enrolment::Agent { name: "经办人".into(), mobile: None, email: None }),
//!     address: None,
//!     phone: None,
//!     legal_person: None,
//!     employer_rate: "0.08".parse()?,
//!     employee_rate: "0.08".parse()?,
//!     first_month: month,
//!     channel: enrolment::Channel::Counter,
//!     payday: None,
//! });
//! centre.apply(&enrol, 1)?;
//!
//! // 开户. The answer has the new monthly amount, to be checked after saving.
//! let open = Operation::OpenAccount(OpenAccount {
//!     on,
//!     by: None,
//!     employer_id: employer_id.clone(),
//!     id_type: DocumentType::ResidentCard,
//!     id_no: "11010519491231002X".into(),
//!     name: "某人".into(),
//!     base: Money::from_yuan("5000.00")?,
//!     month,
//!     employee_id: None,
//! });
//! let opened = centre.apply(&open, 2)?.output;
//! assert_eq!(opened.monthly, Some(Money::from_yuan("800.00")?));
//!
//! // Asked twice, it is refused, and nothing has changed.
//! assert_eq!(centre.apply(&open, 3).unwrap_err().code(), RefusalCode::DuplicateAccount);
//!
//! // 汇缴, 缴款确认. A store would write each answer's `changes` in one transaction.
//! let remit = Remit { on, by: None, employer_id: employer_id.clone(), month };
//! centre.apply(&Operation::Remit(remit), 4)?;
//! let issue = IssueNotice { on, by: None, employer_id: employer_id.clone(), months: vec![month], supplements: true,
//!     from_advance: FromAdvance::Auto };
//! let notice = centre.apply(&Operation::IssueNotice(issue), 5)?.output;
//! let reference = notice.reference.ok_or("a reference")?;
//!
//! // 分账: reconciliation found the money.
//! let payment = Payment { bank_parts: vec![Money::from_yuan("800.00")?], from_advance: Money::ZERO };
//! centre.settle(reference, on, &payment)?;
//! let employee_id = opened.employee_id.ok_or("an employee")?;
//! let account = centre.account(&employer_id, &employee_id).ok_or("an account")?;
//! assert_eq!(account.balance, Money::from_yuan("800.00")?);
//! assert_eq!(centre.audit(), Ok(()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod account;
pub mod advance;
mod answer;
pub mod appointment;
pub mod arrears;
pub mod audit;
pub mod beijing;
mod bound;
mod centre;
pub mod correction;
pub mod counter;
pub mod decision;
pub mod document;
pub mod email;
pub mod employee;
pub mod employer;
pub mod enrolment;
pub mod file;
mod found;
mod id;
pub mod identity;
pub mod language;
pub mod ledger;
pub mod log;
pub mod money;
pub mod month;
pub mod notice;
pub mod operation;
pub mod payment;
pub mod policy;
pub mod query;
pub mod rate;
pub mod receipt;
pub mod reference;
pub mod refund;
pub mod refusal;
pub mod register;
pub mod relief;
pub mod roster;
pub mod subject;
mod tally;
pub mod template;
pub mod total;
pub mod transaction;
pub mod wire;

pub use account::CollectionAccount;
pub use advance::FromAdvance;
pub use centre::Centre;
pub use centre::change::{self, Change};
pub use decision::{Outcome, Reason};
pub use employee::EmployeeAccount;
pub use employer::Employer;
pub use enrolment::EmployerAccount;
pub use id::Id;
pub use language::{Bilingual, Language, Localized};
pub use log::Author;
pub use money::{AMOUNT_MAX, Money, MoneyError};
pub use month::YearMonth;
pub use notice::{NoticeStage, NoticeStatus, PartsHere, PaymentNotice};
pub use operation::{Answer, Applied, Operation};
pub use operation::{
    adjustment, beside, person, reversal, revocation, settlement, supplement, transfer,
};
pub use payment::IssuedNotice;
pub use policy::Policy;
pub use rate::{Rate, Rounding};
pub use reference::PaymentReference;
pub use refund::RefundReference;
pub use refusal::{Refusal, RefusalCode};
pub use settlement::Payment;
pub use subject::Subject;
pub use tally::Tally;
pub use total::Total;
pub use transaction::{BankTransaction, Counterparty, Direction, RemarkField, Remarks};
