//! The readers through their public interface: every format, every container, broken and random files.

mod archive;
mod batches;
mod corpus;
mod csv;
mod encodings_generated;
mod generated;
mod layouts;
mod mutations;
#[path = "../../../../tests/made/shared.rs"]
mod shared;
mod sheets_generated;
mod statements_generated;
mod xlsx;
