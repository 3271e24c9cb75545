//! Reads statements of Chinese banks, and sheets filled in by people, as they are.
//!
//! [`feed`] turns bank deliveries (CSV, XLSX, XLS, HTML, camt.05x, MT940, settlement records) into entries; [`import`]
//! and [`sheet`] read the lists of a centre and the registers of employers; [`rules`] holds the data: headings, and the
//! differences between banks.
//!
//! Pure: a reader takes bytes and returns values; the caller opens files. A row that cannot be read is a value with its
//! place, never a default and never a panic.

pub mod feed;
pub mod import;
pub mod rules;
pub mod sheet;
#[cfg(feature = "xlsx")]
mod workbook;
