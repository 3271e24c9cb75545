//! The remittance domain through its public interface: every rule of the handbook, and the invariants.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share panics with them"
)]

mod counter;
mod hall;
mod hall_rules;
mod log;
mod month;
mod people;
mod properties;
mod receipt;
mod reversal;
mod revocation;
mod rules;
#[path = "../../../../tests/made/shared.rs"]
mod shared;
mod sheets;
