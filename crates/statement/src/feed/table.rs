//! Reads tables: rows in, entries and rejects out, whatever the bank.
//!
//! Start at [`TableReader::row`] (`block.rs`): it is given the rows of a file one after the other, from CSV, a workbook, HTML or
//! SpreadsheetML alike, and finds blocks in them, each with its own header, account and columns. A header is found by
//! the parts of its headings (`header.rs`); how the columns below it are read is worked out once a block (`planning.rs`), with
//! the balances as proof (`proof.rs`, `variants.rs`). One row is read in `row.rs` and
//! `movement.rs`; what stands around the rows in `label.rs`, `footer.rs` and `totals.rs`.
//!
//! Invariant: each row behind a header is an entry, a reject, or known to be no movement.

mod block;
mod cell;
mod columns;
mod ending;
mod facts;
mod flags;
mod footer;
mod header;
mod label;
mod movement;
mod page;
mod plan;
mod planning;
mod proof;
mod reads;
mod row;
mod state;
mod totals;
mod unread;
mod value;
mod variants;

pub(super) use header::{CELLS_MIN, Finder, Nearest, shortened};
pub(super) use row::{FOUND_CHARS_MAX, ROW_CHARS_MAX, currency_code};
pub(super) use state::{Delivered, TableReader};
