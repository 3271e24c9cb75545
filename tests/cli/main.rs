//! The program as its users meet it: the real binary, in folders of its own.
//!
//! One crate, so that it is linked once. [`apply`] is what employers file, [`face`] needs no database, [`night`] is about exit codes
//! and files, [`on_postgres`] about the second database and many centres, [`data`] about what is printed and what staff decide, [`demo`] about the invented
//! centre, [`feed`] and [`public`] about statements, [`killed`] about machines that fail. Small lists and feeds for all of them are in [`centre`].

#![cfg(feature = "app")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a step that fails ends its test; one that skips says so"
)]

mod apply;
mod centre;
mod data;
mod demo;
mod face;
mod feed;
mod history;
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
mod public;
mod refunds;
mod refusals;
mod sheets;
mod tour;
