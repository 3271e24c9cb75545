//! The remittance domain: what employers file and owe, how they pay, what may become of the money.
//!
//! Two doors. Reconciliation starts at [`PaymentNotice`] (what is owed) and [`BankTransaction`] (what
//! came); [`Outcome`] and [`Reason`] say what can become of it. An online hall starts at
//! [`Centre::apply`], which does one [`Operation`] of an employer whole or refuses it with a
//! [`Refusal`], and at [`Centre::settle`], which posts a paid notice to the employees.
//!
//! A month of an employer, in the order of the modules: [`enrolment`], [`register`] (open, unseal,
//! seal; [`adjustment`], [`supplement`], [`transfer`]), [`roster`] (the month's list), [`payment`]
//! (the notice and its reference, [`receipt`] to print), [`settlement`] and [`ledger`] (who got
//! what), [`revocation`] (what may be undone), [`query`] (what can be asked).
//!
//! This layer uses nothing above it, reads no clock and does no I/O, so it can be used alone.

pub mod account;
pub mod adjustment;
pub mod appointment;
mod centre;
pub mod change;
pub mod decision;
pub mod employee;
pub mod employer;
pub mod enrolment;
mod filing;
mod id;
pub mod identity;
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
pub mod refusal;
pub mod register;
pub mod revocation;
pub mod roster;
pub mod settlement;
pub mod supplement;
pub mod template;
pub mod transaction;
pub mod transfer;
pub mod wire;

pub use account::CollectionAccount;
pub use centre::Centre;
pub use change::Change;
pub use decision::{Outcome, Reason};
pub use employee::EmployeeAccount;
pub use employer::Employer;
pub use enrolment::EmployerAccount;
pub use id::Id;
pub use money::{Money, MoneyError};
pub use month::YearMonth;
pub use notice::{NoticeStatus, PaymentNotice};
pub use operation::{Answer, Applied, Operation};
pub use payment::IssuedNotice;
pub use policy::Policy;
pub use rate::{Rate, Rounding};
pub use reference::PaymentReference;
pub use refusal::{Refusal, RefusalCode};
pub use settlement::Payment;
pub use transaction::{BankTransaction, Counterparty, Direction, RemarkField, Remarks};
