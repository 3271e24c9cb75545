//! The remittance domain through its public face: every rule of the handbook, and what always holds.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "what the tests share panics with them; one finds the handbook by the environment, and says where it skips"
)]

#[path = "remittance_domain/counter.rs"]
mod counter;
#[path = "remittance_domain/hall.rs"]
mod hall;
#[path = "remittance_domain/hall_rules.rs"]
mod hall_rules;
#[path = "remittance_domain/log.rs"]
mod log;
#[path = "remittance_domain/month.rs"]
mod month;
#[path = "remittance_domain/people.rs"]
mod people;
#[path = "remittance_domain/properties.rs"]
mod properties;
#[path = "remittance_domain/receipt.rs"]
mod receipt;
#[path = "remittance_domain/reversal.rs"]
mod reversal;
#[path = "remittance_domain/revocation.rs"]
mod revocation;
#[path = "remittance_domain/rules.rs"]
mod rules;
#[path = "remittance_domain/sheets.rs"]
mod sheets;
