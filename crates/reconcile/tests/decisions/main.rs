//! Remarks, working days, matching and the report through their public interface.

mod calendar;
mod remarks;
mod report;
mod report_volume;
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what it makes is known to be right"
)]
mod sample;
#[path = "../../../../tests/made/shared.rs"]
mod shared;
mod simulation;
