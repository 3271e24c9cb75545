//! Workbooks (`.xlsx`, `.xlsb`, `.xls`): the existing cells of a sheet, row by row, whatever it declares.
//!
//! Start at [`Workbook::open`], then [`Workbook::rows`]. Only statements (`feed`) use this; lists and registers, whose
//! formats and hidden rows matter, use `sheet`. An `.xlsx` is streamed: the cost depends on the existing cells, never
//! on a dimension, a count or the place of a cell. `.xls` and `.xlsb` are old formats that calamine reads into a dense
//! range, so files of strangers are read in a process with limits (`nightly::child`).
//!
//! Invariant: no number in the file is trusted. An impossible count of strings is removed before calamine reserves
//! memory for it, and a place beyond the limits of a sheet is an error.

mod count;

use calamine::{Data, DataRef, Reader, Sheet, SheetVisible, Xls, Xlsb, Xlsx, XlsxError};
use std::fmt;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use zip::ZipArchive;

/// The largest workbook; a million rows are far smaller.
const PACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The largest sum of unpacked members, against zip bombs.
const UNPACKED_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Sheets compress about ten to one; a large archive far beyond that is a zip bomb.
const RATIO_MAX: u64 = 100;
const SMALL_BYTES: u64 = 32 * 1024 * 1024;
/// The most members of an archive; a workbook has some dozens.
const MEMBERS_MAX: usize = 10_000;
/// The limits of a sheet (ECMA-376).
const ROWS_MAX: u32 = 1_048_576;
const COLUMNS_MAX: u32 = 16_384;
/// Places that rows may span for each existing cell, and those that any sheet may span. A row with a far cell costs its
/// span, so that a sheet of only far cells would cost ten thousand times its content.
const SPAN_MAX: u64 = 16;
const SPAN_FREE: u64 = 1 << 21;

/// A cell with its column, from 0.
pub(crate) type Cell = (usize, Data);

/// Why a workbook is unreadable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorkbookError {
    pub(crate) expected: &'static str,
    pub(crate) found: String,
}

/// An open workbook.
pub(crate) struct Workbook<R: Read + Seek> {
    book: Book<R>,
}

enum Book<R: Read + Seek> {
    Xlsx(Xlsx<BufReader<R>>),
    /// A copy in memory without an impossible count.
    Mended(Xlsx<Cursor<Vec<u8>>>),
    Xlsb(Xlsb<BufReader<R>>),
    Xls(Xls<BufReader<R>>),
}

impl<R: Read + Seek> Workbook<R> {
    /// Opens a workbook; its content decides the kind.
    ///
    /// # Errors
    /// If it is none, or larger than any from a bank or a clerk.
    pub(crate) fn open(input: R) -> Result<Self, WorkbookError> {
        caught(|| Self::opened(input))
    }

    fn opened(input: R) -> Result<Self, WorkbookError> {
        let mut input = BufReader::new(input);
        let packed = input.seek(SeekFrom::End(0)).map_err(|error| broken(&error))?;
        if packed > PACKED_BYTES_MAX {
            return Err(large());
        }
        input.rewind().map_err(|error| broken(&error))?;
        let mut magic = [0; 4];
        input.read_exact(&mut magic).map_err(|error| broken(&error))?;
        input.rewind().map_err(|error| broken(&error))?;
        let book = if magic == *b"PK\x03\x04" {
            packed_book(input, packed)?
        } else {
            Book::Xls(Xls::new(input).map_err(|error| broken(&error))?)
        };
        Ok(Self { book })
    }

    /// The names of the visible sheets; hidden ones are neither statements nor lists. If all are hidden, all are read.
    pub(crate) fn sheets(&self) -> Vec<String> {
        let sheets = match &self.book {
            Book::Xlsx(book) => book.sheets_metadata(),
            Book::Mended(book) => book.sheets_metadata(),
            Book::Xlsb(book) => book.sheets_metadata(),
            Book::Xls(book) => book.sheets_metadata(),
        };
        let visible = |sheet: &&Sheet| sheet.visible == SheetVisible::Visible;
        let name = |sheet: &Sheet| sheet.name.clone();
        let names: Vec<String> = sheets.iter().filter(visible).map(name).collect();
        if names.is_empty() { sheets.iter().map(name).collect() } else { names }
    }

    /// Passes on the non-empty rows of a sheet until no more are wanted, each with its number in the sheet, from 1, and
    /// its cells in column order.
    ///
    /// # Errors
    /// If the sheet is broken or impossible; discard what was passed on before.
    pub(crate) fn rows(
        &mut self,
        sheet: &str,
        take: &mut dyn FnMut(u64, &[Cell]) -> bool,
    ) -> Result<(), WorkbookError> {
        let mut rows = Rows { take, row: Vec::new(), at: 0, cells: 0, spanned: 0 };
        caught(|| self.rows_of(sheet, &mut rows))
    }

    fn rows_of(&mut self, sheet: &str, rows: &mut Rows<'_>) -> Result<(), WorkbookError> {
        match &mut self.book {
            Book::Xlsx(book) => stream(book, sheet, rows),
            Book::Mended(book) => stream(book, sheet, rows),
            Book::Xlsb(book) => {
                let cells = book.worksheet_cells_reader(sheet);
                let mut cells = cells.map_err(|error| broken(&error))?;
                while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
                    if !rows.cell(cell.get_position(), cell.get_value().clone())? {
                        return Ok(());
                    }
                }
                rows.finish()
            }
            Book::Xls(book) => {
                let range = book.worksheet_range(sheet).map_err(|error| broken(&error))?;
                let Some((top, left)) = range.start() else { return Ok(()) };
                for (row, column, data) in range.used_cells() {
                    let place = u32::try_from(row).ok().zip(u32::try_from(column).ok());
                    let place = place.map(|(row, column)| (row + top, column + left));
                    let place = place.unwrap_or((u32::MAX, u32::MAX));
                    if !rows.put(place, data.clone())? {
                        return Ok(());
                    }
                }
                rows.finish()
            }
        }
    }
}

/// Calamine panics on a number with too many digits.
fn caught<T>(read: impl FnOnce() -> Result<T, WorkbookError>) -> Result<T, WorkbookError> {
    let stumbled = || WorkbookError {
        expected: "numbers that a workbook can have",
        found: "one that its reader stumbles over".to_owned(),
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(stumbled()))
}

/// Opens what is packed as a zip archive.
fn packed_book<R: Read + Seek>(
    mut input: BufReader<R>,
    packed: u64,
) -> Result<Book<R>, WorkbookError> {
    let mut archive = ZipArchive::new(&mut input).map_err(|_| large())?;
    if archive.len() > MEMBERS_MAX {
        return Err(large());
    }
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|_| large())?;
        unpacked = unpacked.saturating_add(member.size());
    }
    let bomb = unpacked > SMALL_BYTES && unpacked / packed.max(1) > RATIO_MAX;
    if unpacked > UNPACKED_BYTES_MAX || bomb {
        return Err(large());
    }
    let mended = count::mended(&mut archive, UNPACKED_BYTES_MAX)?;
    let is_binary = archive.file_names().flatten().any(|name| name.ends_with("workbook.bin"));
    drop(archive);
    input.rewind().map_err(|error| broken(&error))?;
    Ok(match mended {
        Some(bytes) => Book::Mended(Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?),
        None if is_binary => Book::Xlsb(Xlsb::new(input).map_err(|error| broken(&error))?),
        None => Book::Xlsx(Xlsx::new(input).map_err(|error| broken(&error))?),
    })
}

/// The cells of a sheet as they come.
fn stream<R: Read + Seek>(
    book: &mut Xlsx<R>,
    sheet: &str,
    rows: &mut Rows<'_>,
) -> Result<(), WorkbookError> {
    let mut cells = match book.worksheet_cells_reader(sheet) {
        // A chart sheet has no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
        cells => cells.map_err(|error| broken(&error))?,
    };
    while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
        if !rows.cell(cell.get_position(), cell.get_value().clone())? {
            return Ok(());
        }
    }
    rows.finish()
}

/// Gathers cells into rows.
struct Rows<'t> {
    take: &'t mut dyn FnMut(u64, &[Cell]) -> bool,
    row: Vec<Cell>,
    at: u32,
    cells: u64,
    spanned: u64,
}

impl Rows<'_> {
    fn cell(&mut self, place: (u32, u32), data: DataRef<'_>) -> Result<bool, WorkbookError> {
        self.put(place, data.into())
    }

    /// Adds a cell; `false` if no more are wanted.
    fn put(&mut self, (row, column): (u32, u32), data: Data) -> Result<bool, WorkbookError> {
        if row >= ROWS_MAX || column >= COLUMNS_MAX {
            return Err(beyond(format!(
                "one in row {}, column {}",
                row.wrapping_add(1),
                column.wrapping_add(1)
            )));
        }
        if matches!(data, Data::Empty) {
            return Ok(true);
        }
        if row != self.at && !self.row.is_empty() {
            if row < self.at {
                let expected = "rows of a sheet in their order";
                let found = format!("row {} behind row {}", row + 1, self.at + 1);
                return Err(WorkbookError { expected, found });
            }
            if !self.hand_over()? {
                return Ok(false);
            }
        }
        self.at = row;
        if self.row.len() > 2 * COLUMNS_MAX as usize {
            return Err(beyond("the same cells again and again".to_owned()));
        }
        self.row.push((column as usize, data));
        Ok(true)
    }

    fn hand_over(&mut self) -> Result<bool, WorkbookError> {
        let sorted = self.row.is_sorted_by(|one, other| one.0 < other.0);
        if !sorted {
            // Of two cells in one place the last counts, as in Excel.
            self.row.reverse();
            self.row.sort_by_key(|(column, _)| *column);
            self.row.dedup_by_key(|(column, _)| *column);
        }
        self.cells += self.row.len() as u64;
        self.spanned += self.row.last().map_or(0, |(column, _)| *column as u64 + 1);
        if self.spanned > SPAN_FREE + SPAN_MAX * self.cells {
            return Err(beyond("a sheet of far cells".to_owned()));
        }
        let more = (self.take)(u64::from(self.at) + 1, &self.row);
        self.row.clear();
        Ok(more)
    }

    fn finish(&mut self) -> Result<(), WorkbookError> {
        if !self.row.is_empty() {
            self.hand_over()?;
        }
        Ok(())
    }
}

fn broken(error: &dyn fmt::Display) -> WorkbookError {
    WorkbookError { expected: "an Excel workbook", found: error.to_string() }
}

fn large() -> WorkbookError {
    let found = "more, or a broken archive".to_owned();
    WorkbookError { expected: "a workbook of at most 512 MiB", found }
}

fn beyond(found: String) -> WorkbookError {
    WorkbookError { expected: "cells within 1,048,576 rows and 16,384 columns", found }
}

impl fmt::Display for WorkbookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}
