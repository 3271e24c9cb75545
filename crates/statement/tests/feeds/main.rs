//! The readers through their public face: every format, every container, what is broken, what is made by chance.

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
