//! Parses tables: rows in, entries and rejects out, for any bank.
//!
//! Start at [`TableReader::row`] (`block.rs`). It gets the rows of a file one by one, from CSV, a workbook, HTML or
//! SpreadsheetML alike, and finds blocks in them, each with its own header, account and columns. `header.rs` finds a
//! header by the parts of its headings. `planning.rs` decides once a block how to read its columns, with the balances
//! as proof (`proof.rs`, `variants.rs`). `row.rs` and `movement.rs` parse one row; `label.rs`, `footer.rs` and
//! `totals.rs` parse the text around the rows.
//!
//! Invariant: each row after a header is an entry, a reject, or known to be no movement.

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
