//! Workbooks (`.xlsx`, `.xlsb`, `.xls`): the cells that a sheet has, row by row, whatever it says it has.
//!
//! Start at [`Workbook::open`], then [`Workbook::rows`]. Statements (`feed`) are read through here alone; lists and
//! registers, whose formats and hidden rows count, through `sheet`. An `.xlsx` is read as a stream: what it costs
//! follows from the cells that exist, never from a dimension, a count or the place of a cell. `.xls` and `.xlsb` are old formats that calamine reads into a dense range; whoever reads
//! files of strangers does that in a process with limits (`nightly::child`).
//!
//! Invariant: no number in the file is believed. A count of strings that cannot be is taken out before calamine
//! reserves room for it, and a place beyond what a sheet can have is an error.

mod count;

use calamine::{Data, DataRef, Reader, Sheet, SheetVisible, Xls, Xlsb, Xlsx, XlsxError};
use std::fmt;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use zip::ZipArchive;

/// Largest workbook that is read; a million rows are far below.
const PACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Largest sum of unpacked members, against archives made to fill memory.
const UNPACKED_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Sheets pack about ten to one; far beyond that, and large, an archive is made to fill memory.
const RATIO_MAX: u64 = 100;
const SMALL_BYTES: u64 = 32 * 1024 * 1024;
/// Members of an archive; a workbook has some dozens.
const MEMBERS_MAX: usize = 10_000;
/// What a sheet can have (ECMA-376).
const ROWS_MAX: u32 = 1_048_576;
const COLUMNS_MAX: u32 = 16_384;
/// Places that rows may span for each cell that exists, and those that any sheet may: a row with a far cell costs what
/// it spans, so that a sheet of nothing but far cells would cost ten thousand times what it holds.
const SPAN_MAX: u64 = 16;
const SPAN_FREE: u64 = 1 << 21;

/// A cell with its column, from 0.
pub(crate) type Cell = (usize, Data);

/// Why a workbook cannot be read.
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
    /// A copy in memory, with a count taken out that cannot be.
    Mended(Xlsx<Cursor<Vec<u8>>>),
    Xlsb(Xlsb<BufReader<R>>),
    Xls(Xls<BufReader<R>>),
}

impl<R: Read + Seek> Workbook<R> {
    /// Opens a workbook; its content says which kind it is.
    ///
    /// # Errors
    /// Where it is none, or larger than any that a bank or a clerk makes.
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

    /// The sheets that people see, by name; what is hidden is neither statement nor list. A book that hides all is read
    /// whole.
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

    /// Hands over the rows of a sheet that have a cell, each with its number in the sheet, from 1, and its cells in
    /// the order of their columns; until no more are wanted.
    ///
    /// # Errors
    /// Where the sheet is broken or no sheet can be like it; what was handed over until then is void.
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

/// A number with more digits than it can have is a panic of calamine's.
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
        // A sheet that is a chart has no cells.
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

    /// Takes a cell; `false` where no more are wanted.
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
            // Of two cells in one place the last counts, as Excel has it.
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
