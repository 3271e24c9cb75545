//! duizhang (对账): reconciles what banks received with what employers were asked to pay.
//!
//! Every month an employer (缴存单位) gets a payment notice (缴款通知书) with a reference such as
//! `P1906133753` and writes it into the remark of its bank transfer. From nothing but that remark
//! the centre (公积金中心) must find which notice was paid. One wrong settlement is worse than a
//! hundred items in suspense (挂账): nothing is settled by a guess, nothing is lost, and every
//! decision can say why.
//!
//! Three libraries hold what is pure: [`remittance`] (the domain), [`statement`] (what banks and people
//! send, read), [`reconcile`] (remarks, matching, suspense, report). Here is the program around them.
//!
//! Where to start reading: [`nightly`] shows a night from top to bottom, [`store`] keeps what it
//! decided in one commit, [`alert`] writes to employers, [`web`] is the desk of staff, [`cli`] the commands.

pub mod alert;
pub mod cli;
pub mod demo;
pub mod durable;
pub mod nightly;
pub mod store;
pub mod web;

pub use reconcile::{calendar, matching, remark, report, rulebook, suspense};
pub use remittance;
pub use statement::{feed, import, sheet};
