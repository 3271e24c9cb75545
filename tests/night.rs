//! Tests a night through the library: from the files in the inbox to the books.
//!
//! Start at `night/decisions.rs`, the contract's table end to end; the other files each prove one thing that must hold
//! for every night. `night/centre.rs` is the invented centre for all of them, and the small language for feeds and
//! outcomes.
//!
//! Every suite takes its store as an argument ([`centre::Backing`]), so that a second database runs the same suites.
//! `.ci/slow` runs the long ones at full length.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that meets the impossible stops; it says when it skips, and finds data by the environment"
)]

#[path = "night/advance.rs"]
mod advance;
#[path = "night/again.rs"]
mod again;
#[path = "night/archive.rs"]
mod archive;
#[path = "night/arrears.rs"]
mod arrears;
#[path = "night/books.rs"]
mod books;
#[path = "night/by_hand.rs"]
mod by_hand;
#[path = "night/came_back.rs"]
mod came_back;
#[path = "night/centre.rs"]
mod centre;
#[path = "night/conservation.rs"]
mod conservation;
#[path = "night/counter.rs"]
mod counter;
#[path = "night/counter_requests.rs"]
mod counter_requests;
#[path = "night/decisions.rs"]
mod decisions;
#[path = "night/desk.rs"]
mod desk;
#[path = "night/dice.rs"]
mod dice;
#[path = "night/duplicates.rs"]
mod duplicates;
#[path = "night/entries.rs"]
mod entries;
#[path = "night/feed.rs"]
mod feed;
#[path = "night/filed.rs"]
mod filed;
#[path = "night/filing.rs"]
mod filing;
#[path = "night/halves.rs"]
mod halves;
#[path = "night/held.rs"]
mod held;
#[path = "night/histories.rs"]
mod histories;
#[path = "night/identities.rs"]
mod identities;
#[path = "night/imports.rs"]
mod imports;
#[path = "night/killed.rs"]
mod killed;
#[path = "night/letters.rs"]
mod letters;
#[path = "night/letters_after.rs"]
mod letters_after;
#[path = "night/list_imports.rs"]
mod list_imports;
#[path = "night/lists_undone.rs"]
mod lists_undone;
#[path = "night/numbers.rs"]
mod numbers;
#[path = "night/office.rs"]
mod office;
#[path = "night/outstanding.rs"]
mod outstanding;
#[path = "night/payments.rs"]
mod payments;
#[path = "night/postgres.rs"]
mod postgres;
#[path = "night/quarantine.rs"]
mod quarantine;
#[path = "night/quarter.rs"]
mod quarter;
#[path = "night/readers.rs"]
mod readers;
#[path = "night/refunds.rs"]
mod refunds;
#[path = "night/schema.rs"]
mod schema;
#[path = "night/shifts.rs"]
mod shifts;
#[path = "night/silent.rs"]
mod silent;
#[path = "night/staff.rs"]
mod staff;
#[path = "night/statements.rs"]
mod statements;
#[path = "night/taken_back.rs"]
mod taken_back;
#[path = "night/tampered.rs"]
mod tampered;
#[path = "night/truth.rs"]
mod truth;
#[path = "night/turn.rs"]
mod turn;
#[path = "night/withdraw.rs"]
mod withdraw;
#[path = "made/workbook.rs"]
mod workbook;
