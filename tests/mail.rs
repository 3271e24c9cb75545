//! Sending letters: a real mail server that misbehaves on demand, and the result for each letter.
//!
//! [`server`] is the mail server, [`shelf`] an outbox in a real store. [`faults`] tests everything a server can do
//! wrong, [`limits`] the limits of large receivers, [`senders`] several senders and a dying one, [`signed`] DKIM and
//! TLS. Tests of the store run on every kind of database (`night/centre.rs`).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a step that fails ends its test; the server's script is a small language"
)]

#[path = "mail/alike.rs"]
mod alike;
#[path = "night/centre.rs"]
#[expect(dead_code, reason = "the suites of the night need more of it")]
mod centre;
#[path = "mail/faults.rs"]
mod faults;
#[path = "night/feed.rs"]
#[expect(dead_code, reason = "the suites of the night need more of it")]
mod feed;
#[path = "mail/limits.rs"]
mod limits;
#[path = "night/postgres.rs"]
#[expect(dead_code, reason = "the suites of the night need more of it")]
mod postgres;
#[path = "mail/senders.rs"]
mod senders;
#[path = "mail/server.rs"]
mod server;
#[path = "mail/shelf.rs"]
mod shelf;
#[path = "mail/signed.rs"]
mod signed;
