//! The program as its users meet it: the real binary, in folders of its own.
//!
//! One crate, so that it is linked once. [`access`] is who may what, [`apply`] what employers file, [`face`] needs no database, [`night`] is about exit codes
//! and files, [`on_postgres`] about the second database and many centres, [`data`] about what is printed and what staff decide, [`demo`] about the invented
//! centre, [`feed`] and [`public`] about statements, [`hostile`] about files that mean harm, [`killed`] about machines that fail. Small lists and feeds for all of them are in [`centre`].

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
