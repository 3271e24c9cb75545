//! The program as its users see it: the real binary, in folders of its own.
//!
//! One crate, so that it is linked once. [`access`] tests permissions, [`apply`] employers' filings, [`face`] runs
//! without a database, [`night`] tests exit codes and files, [`on_postgres`] the second database and many centres,
//! [`data`] output and staff decisions, [`demo`] the invented centre, [`feed`] and [`public`] statements, [`hostile`]
//! malicious files, [`killed`] failing machines. [`centre`] has small lists and feeds for all of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a step that fails ends its test; one that skips says so"
)]

mod access;
mod apply;
mod centre;
mod damage;
mod data;
mod demo;
mod evidence;
mod face;
mod feed;
mod gateway;
mod held;
mod history;
mod hostile;
mod imports;
mod killed;
mod letters;
mod letters_after;
#[path = "../mail/server.rs"]
#[expect(dead_code, reason = "tests/mail.rs uses the rest of it")]
mod mail_server;
mod night;
mod on_postgres;
mod opening;
#[path = "../night/postgres.rs"]
mod postgres;
mod power_cut;
mod public;
mod refunds;
mod refusals;
mod sending;
mod sheets;
mod tour;
mod turn;
mod withdraw;
#[path = "../made/workbook.rs"]
mod workbook;
