//! Workbooks, `.xls` and `.xlsx`: the cells become text, then the same layouts apply as for CSV.
//!
//! Start at [`read`]. A number in a workbook is a binary float. An amount is used only if two decimals give it exactly,
//! and an identifier only up to 15 digits, beyond which a float loses digits. [`crate::workbook`] reads the cells.

use super::{FeedError, FeedErrorKind, Sink, Source};
use crate::rules::bank::BankLayouts;

/// Without the feature a workbook gives an error.
#[cfg(not(feature = "xlsx"))]
pub(super) fn read(
    _: &mut dyn Source,
    _: &BankLayouts,
    _: &mut dyn Sink,
) -> Result<Option<String>, FeedError> {
    Err(FeedErrorKind::Feature { needs: "xlsx", found: "an Excel workbook" }.at(0))
}

/// Without the feature there are no rows.
#[cfg(not(feature = "xlsx"))]
pub(super) fn rows(
    _: &mut dyn Source,
    _: &mut dyn FnMut(super::rows::Row<'_>) -> bool,
) -> Result<(), FeedError> {
    Err(FeedErrorKind::Feature { needs: "xlsx", found: "an Excel workbook" }.at(0))
}

#[cfg(feature = "xlsx")]
pub(super) use sheets::{read, rows};

#[cfg(feature = "xlsx")]
mod sheets {
    use super::{BankLayouts, FeedError, FeedErrorKind, Sink, Source};
    use crate::feed::encoding::Encoding;
    use crate::feed::rows::{Cells, Row};
    use crate::feed::table::{Delivered, Finder, TableReader};
    use crate::workbook::{Cell, Workbook, WorkbookError};
    use calamine::Data;

    /// Rows of a sheet that decide its width: a header does not mention columns that it leaves empty.
    const SAMPLE_ROWS: usize = 256;
    /// Rows are filled up to this many columns: a cell further right directly follows the last nearer one. No statement
    /// is so wide, and rows are kept in memory during detection.
    const FILLED_MAX: usize = 256;
    /// The most consecutive empty rows passed on; more add nothing as a separator.
    const EMPTY_MAX: u64 = 1024;

    /// Parses every sheet; returns the name of the matching layout.
    pub(in crate::feed) fn read(
        input: &mut dyn Source,
        layouts: &BankLayouts,
        sink: &mut dyn Sink,
    ) -> Result<Option<String>, FeedError> {
        let mut book = Workbook::open(input)?;
        // Everything is UTF-8 here; the workbook declares its encoding itself.
        let finder = Finder::new(layouts, Encoding::UTF_8_VALID);
        let mut table = TableReader::new(finder, Delivered { ragged: true });
        for sheet in book.sheets() {
            table.sheet(sink)?;
            let mut wrong = None;
            sheet_rows(&mut book, &sheet, &mut |row| match table.row(row, sink) {
                Ok(()) => true,
                Err(error) => {
                    wrong = Some(error);
                    false
                }
            })?;
            if let Some(error) = wrong {
                return Err(error);
            }
        }
        table.finish(sink)
    }

    /// Passes on the raw rows of every sheet until no more are wanted.
    pub(in crate::feed) fn rows(
        input: &mut dyn Source,
        take: &mut dyn FnMut(Row<'_>) -> bool,
    ) -> Result<(), FeedError> {
        let mut book = Workbook::open(input)?;
        let mut more = true;
        for sheet in book.sheets() {
            sheet_rows(&mut book, &sheet, &mut |row| {
                more = take(row);
                more
            })?;
            if !more {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The rows of one sheet as text, from the first non-empty one.
    fn sheet_rows(
        book: &mut Workbook<&mut dyn Source>,
        sheet: &str,
        take: &mut dyn FnMut(Row<'_>) -> bool,
    ) -> Result<(), FeedError> {
        let mut filled = Filled { take, cells: Cells::new(), width: 0, last: None };
        let mut sample: Option<Vec<(u64, Vec<Cell>)>> = Some(Vec::new());
        book.rows(sheet, &mut |line, row| {
            let Some(first) = &mut sample else { return filled.row(line, row) };
            let width = row.last().map_or(0, |(column, _)| *column + 1).min(FILLED_MAX);
            filled.width = filled.width.max(width);
            first.push((line, row.to_vec()));
            first.len() < SAMPLE_ROWS || filled.rows(sample.take())
        })?;
        filled.rows(sample);
        Ok(())
    }

    /// Rows filled up to the width of the sheet, with the empty ones between them.
    struct Filled<'t> {
        take: &'t mut dyn FnMut(Row<'_>) -> bool,
        cells: Cells,
        width: usize,
        last: Option<u64>,
    }

    impl Filled<'_> {
        fn rows(&mut self, rows: Option<Vec<(u64, Vec<Cell>)>>) -> bool {
            rows.into_iter().flatten().all(|(line, row)| self.row(line, &row))
        }

        fn row(&mut self, line: u64, row: &[Cell]) -> bool {
            let empty = self.last.map_or(line, |last| last + 1)..line;
            for line in empty.take(usize::try_from(EMPTY_MAX).unwrap_or(0)) {
                self.cells.clear();
                self.cells.push("");
                if !(self.take)(self.cells.row(line)) {
                    return false;
                }
            }
            self.last = Some(line);
            self.cells.clear();
            for (column, data) in row {
                while self.cells.len() < (*column).min(FILLED_MAX) {
                    self.cells.push("");
                }
                self.cells.push(&text(data));
            }
            while self.cells.len() < self.width {
                self.cells.push("");
            }
            (self.take)(self.cells.row(line))
        }
    }

    impl From<WorkbookError> for FeedError {
        fn from(error: WorkbookError) -> Self {
            let WorkbookError { expected, found } = error;
            FeedErrorKind::Structure { expected: expected.to_owned(), found }.at(0)
        }
    }

    /// A cell as text. A float that two decimals do not give exactly, or an identifier with lost digits, begins with
    /// `≈`: as an amount this is an error and not a rounding, as an account it matches none.
    fn text(cell: &Data) -> String {
        match cell {
            Data::Empty => String::new(),
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
            Data::Int(number) => number.to_string(),
            Data::Float(number) => {
                let shown = format!("{number:.2}");
                let exact =
                    shown.parse::<f64>().is_ok_and(|back| back.to_bits() == number.to_bits());
                match shown.strip_suffix(".00") {
                    Some(whole) if exact && whole.len() <= 15 => whole.to_owned(),
                    _ if exact && shown.len() <= 17 => shown,
                    _ => format!("≈{number:e}"),
                }
            }
            Data::Bool(value) => value.to_string(),
            Data::DateTime(moment) => {
                let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
                let day = format!("{year:04}-{month:02}-{day:02}");
                if (hour, minute, second) == (0, 0, 0) {
                    return day; // A cell that is only a day says nothing of the time.
                }
                format!("{day} {hour:02}:{minute:02}:{second:02}")
            }
            Data::Error(error) => error.to_string(),
        }
    }
}
