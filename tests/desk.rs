//! The desk for a browser or a program: a real server on a free port, through a socket.
//!
//! Start at `desk/walk.rs`: every address as every role. `desk/served.rs` runs the desk, `desk/wire.rs` is the socket.
//! Tests of the store run on every kind of database (`night/centre.rs`).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that meets the impossible stops; it says when it skips, and finds data by the environment"
)]

#[path = "desk/access.rs"]
mod access;
#[path = "desk/api.rs"]
mod api;
#[path = "desk/board.rs"]
mod board;
#[path = "night/centre.rs"]
#[expect(dead_code, reason = "the suites of the night need more of it")]
mod centre;
#[path = "desk/counter.rs"]
mod counter;
#[path = "night/feed.rs"]
#[expect(dead_code, reason = "the suites of the night need more of it")]
mod feed;
#[path = "desk/held.rs"]
mod held;
#[path = "desk/hostile.rs"]
mod hostile;
#[path = "desk/letters.rs"]
mod letters;
#[path = "desk/login.rs"]
mod login;
#[path = "desk/pages.rs"]
mod pages;
#[path = "desk/people.rs"]
mod people;
#[path = "night/postgres.rs"]
#[expect(dead_code, reason = "the suites of the night need more of it")]
mod postgres;
#[path = "desk/refunds.rs"]
mod refunds;
#[path = "desk/served.rs"]
mod served;
#[path = "desk/unsubscribe.rs"]
mod unsubscribe;
#[path = "desk/walk.rs"]
mod walk;
#[path = "desk/wire.rs"]
mod wire;
#[path = "desk/work.rs"]
mod work;
