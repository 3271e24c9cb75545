//! Statements of Chinese banks, and sheets that people fill, read as they are.
//!
//! [`feed`] turns what a bank delivers (CSV, XLSX, XLS, HTML, camt.05x, MT940, settlement records)
//! into entries; [`import`] and [`sheet`] read the lists of a centre and the registers of employers;
//! [`rules`] holds what is data: headings, and how one bank differs from another.
//!
//! Pure: a reader takes bytes and gives values; files are opened by the caller. A row that cannot be
//! read is a value with its place, never a default and never a panic.

pub mod feed;
pub mod import;
pub mod rules;
pub mod sheet;
#[cfg(feature = "xlsx")]
mod workbook;
