//! The report as one JSON document for programs; the keys are those of the value itself.
//!
//! One object on one line, ended by a newline. Nothing is shortened, unlike on a page or in a cell.

use super::Report;
use std::io::{self, Write};

/// Writes the report.
///
/// # Errors
/// If the writer fails.
pub fn write<W: Write>(report: &Report, mut out: W) -> io::Result<()> {
    serde_json::to_writer(&mut out, report)?;
    out.write_all(b"\n")
}
