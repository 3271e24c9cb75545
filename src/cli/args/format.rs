//! The output formats of data and log lines.

use super::Global;
use clap::ValueEnum;

/// How data is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    Table,
    Json,
    Csv,
    /// CSV for people who open it in a spreadsheet: `--for-spreadsheet`.
    #[value(skip)]
    Spreadsheet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogFormat {
    Text,
    Json,
}

impl Global {
    /// How data is printed; `None` where a spreadsheet is asked for together with another form.
    pub(in crate::cli) fn form(&self) -> Option<Format> {
        match (self.for_spreadsheet, self.format) {
            (false, format) => Some(format.unwrap_or(Format::Table)),
            (true, None | Some(Format::Csv)) => Some(Format::Spreadsheet),
            (true, Some(Format::Table | Format::Json | Format::Spreadsheet)) => None,
        }
    }
}
