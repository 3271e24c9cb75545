//! Letters on their way: a real mail server that misbehaves on demand, and what becomes of each letter.
//!
//! [`server`] is the mail server, [`shelf`] an outbox in memory. [`faults`] goes through everything a
//! server can do wrong, [`signed`] through DKIM and TLS. One crate, so that it is linked once.
#![cfg(feature = "app")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a step that fails ends its test; the server's script is a small language"
)]

#[path = "mail/faults.rs"]
mod faults;
#[path = "mail/server.rs"]
mod server;
#[path = "mail/shelf.rs"]
mod shelf;
#[path = "mail/signed.rs"]
mod signed;
