//! The remittance domain: what employers owe, how they pay, what may become of the money.
//!
//! Start at [`PaymentNotice`] (what is owed) and [`BankTransaction`] (what came); [`Outcome`] and
//! [`Reason`] say what can become of it. This layer uses nothing above it, reads no clock and does
//! no I/O, so it can be used alone.

pub mod account;
pub mod decision;
pub mod employer;
pub mod money;
pub mod month;
pub mod notice;
pub mod reference;
pub mod subject;
pub mod transaction;

pub use account::CollectionAccount;
pub use decision::{Outcome, Reason};
pub use employer::Employer;
pub use money::{Money, MoneyError};
pub use month::YearMonth;
pub use notice::{NoticeStatus, PaymentNotice};
pub use reference::PaymentReference;
pub use subject::Subject;
pub use transaction::{BankTransaction, Counterparty, Direction, RemarkField, Remarks};
