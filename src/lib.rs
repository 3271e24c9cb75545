//! duizhang (对账): reconciles what banks received with what employers were asked to pay.
//!
//! Every month an employer (缴存单位) gets a payment notice (缴款通知书) with a reference such as
//! `P1906133753` and writes it into the remark of its bank transfer. From nothing but that remark
//! the centre (公积金中心) must find which notice was paid. One wrong settlement is worse than a
//! hundred items in suspense (挂账): nothing is settled by a guess, nothing is lost, and every
//! decision can say why.
//!
//! Where to start reading, along the way of the money:
//! [`feed`] (bytes to entries), [`remark`] (what a remark says), [`matching`] (what becomes of a
//! transaction), `store` (one commit), [`report`] (what people see in the morning). [`remittance`]
//! is the domain they all speak of, [`rulebook`] the rules they follow.
//!
//! Layers 0 to 2 are pure: no clock, file, database or environment. With `default-features = false`
//! the crate is those layers alone.

#[cfg(feature = "app")]
pub mod alert;
pub mod calendar;
#[cfg(feature = "app")]
pub mod cli;
#[cfg(feature = "app")]
pub mod demo;
#[cfg(feature = "app")]
pub mod durable;
pub mod feed;
mod hex;
pub mod import;
pub mod matching;
#[cfg(feature = "app")]
pub mod nightly;
pub mod remark;
pub mod remittance;
pub mod report;
pub mod rulebook;
pub mod sheet;
#[cfg(feature = "app")]
pub mod store;
pub mod suspense;
#[cfg(feature = "app")]
pub mod web;
#[cfg(feature = "xlsx")]
mod workbook;
