//! The program as its users meet it: the real binary, in folders of its own.
//!
//! One crate, so that it is linked once. [`apply`] is what employers file, [`face`] needs no database, [`night`] is about exit codes
//! and files, [`data`] about what is printed and what staff decide, [`demo`] about the invented
//! centre, [`killed`] about machines that fail. Small lists and feeds for all of them are in [`centre`].

#![cfg(feature = "app")]
#![expect(clippy::unwrap_used, reason = "a step that fails ends its test")]

mod apply;
mod centre;
mod data;
mod demo;
mod face;
mod killed;
mod letters;
#[path = "../mail/server.rs"]
#[expect(dead_code, reason = "tests/mail.rs uses the rest of it")]
mod mail_server;
mod night;
