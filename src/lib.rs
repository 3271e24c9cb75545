//! duizhang (对账): reconciles bank receipts with the payments that employers were asked for.
//!
//! Every month an employer (缴存单位) gets a payment notice (缴款通知书) with a reference such as `P1906133753` and writes
//! it into the remark of its bank transfer. From that remark alone the centre (公积金中心) must find which notice was
//! paid. One wrong settlement is worse than a hundred items in suspense (挂账): nothing is settled by a guess,
//! nothing is lost, and every decision is explained.
//!
//! Three pure libraries: [`remittance`] (the domain), [`statement`] (parsers for bank and other files),
//! [`reconcile`] (remarks, matching, suspense, report). This crate is the program around them.
//!
//! Start reading at [`nightly`], which shows a night from top to bottom. [`store`] commits its decisions, [`alert`]
//! writes to employers, [`web`] is the staff's desk, [`cli`] has the commands.

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
