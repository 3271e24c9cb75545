//! Old workbooks (Excel 97-2003, WPS `.et`): the records of BIFF8, with formats and hidden rows.
//!
//! Start at [`read`]. `compound.rs` opens the compound file. Crate calamine reads these files too, but not number
//! formats or hidden rows, and those decide the text of a key. Formats older than BIFF8 (Excel 95) are refused with a
//! hint on how to save the file.

mod record;

use super::compound::Compound;
use super::markup::dated_since;
use super::text::trimmed;
use super::{Builder, Format, Head, Kind, Merged, Unreadable, Visitor};
use remittance::Bilingual;
use std::collections::{BTreeMap, BTreeSet};

/// The largest file of this kind; sixty thousand rows are smaller.
const BYTES_MAX: usize = 64 << 20;

fn broken(found: &str) -> Unreadable {
    Unreadable::Broken(found.to_owned())
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

/// Passes on every row that is not blank.
pub(super) fn read(bytes: &[u8], visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    if bytes.len() > BYTES_MAX {
        return Err(broken("a file of more than 64 MiB"));
    }
    let file = Compound::open(bytes).ok_or_else(|| broken("a compound file that breaks off"))?;
    if file.has("EncryptedPackage") || file.has("EncryptionInfo") {
        return Err(Unreadable::Encrypted);
    }
    let Some(stream) = file.stream("Workbook") else {
        return Err(match (file.has("Book"), file.has("WordDocument")) {
            (true, _) => {
                Unreadable::Foreign(Bilingual::fixed(" Excel 95 工作簿", "a workbook of Excel 95"))
            }
            (_, true) => Unreadable::Foreign(Bilingual::fixed(" Word 文档", "a Word document")),
            _ => Unreadable::Foreign(Bilingual::fixed(
                "不含工作簿的复合文件",
                "a compound file without a workbook",
            )),
        });
    };
    let book = Book::read(&stream)?;
    for (head, at) in &book.sheets {
        let sheet =
            Sheet::read(&stream, *at, &book).ok_or_else(|| broken("a sheet that breaks off"))?;
        sheet.show(head, &book, visitor);
    }
    Ok(())
}

/// Records one after the other: number, data, start of the next.
fn next(stream: &[u8], at: usize) -> Option<(u16, &[u8], usize)> {
    let (number, length) = (u16_at(stream, at)?, usize::from(u16_at(stream, at + 2)?));
    Some((number, stream.get(at + 4..at + 4 + length)?, at + 4 + length))
}

#[derive(Default)]
struct Book {
    sheets: Vec<(Head, usize)>,
    texts: Vec<String>,
    formats: Vec<Format>,
    since_1904: bool,
}

impl Book {
    fn read(stream: &[u8]) -> Result<Self, Unreadable> {
        let mut book = Self::default();
        let mut codes: BTreeMap<u16, Format> = BTreeMap::new();
        let mut styles: Vec<u16> = Vec::new();
        let mut at = 0;
        while let Some((number, data, behind)) = next(stream, at) {
            match number {
                record::BOF if at == 0 && u16_at(data, 0) != Some(0x0600) => {
                    return Err(Unreadable::Foreign(Bilingual::fixed(
                        " Excel 95 工作簿",
                        "a workbook of Excel 95",
                    )));
                }
                record::FILEPASS => return Err(Unreadable::Encrypted),
                record::DATEMODE => book.since_1904 = u16_at(data, 0) == Some(1),
                record::BOUNDSHEET => book.sheets.extend(bound_sheet(data)),
                record::FORMAT => {
                    if let (Some(id), Some((code, _))) = (u16_at(data, 0), long_text(data, 2)) {
                        codes.insert(id, Format::parse(&code));
                    }
                }
                record::XF => styles.extend(u16_at(data, 2)),
                record::SST => book.texts = shared_texts(stream, at).unwrap_or_default(),
                record::EOF => break,
                _ => {}
            }
            at = behind;
        }
        let format =
            |id: &u16| codes.get(id).cloned().unwrap_or_else(|| Format::builtin(u32::from(*id)));
        book.formats = styles.iter().map(format).collect();
        Ok(book)
    }
}

/// A sheet's name and place; charts and macros are skipped.
fn bound_sheet(data: &[u8]) -> Option<(Head, usize)> {
    let at = usize::try_from(u32_at(data, 0)?).ok()?;
    let (hidden, kind, count) = (*data.get(4)? & 3 != 0, *data.get(5)?, usize::from(*data.get(6)?));
    let (name, _) = characters(data, 8, count, *data.get(7)? & 1 != 0)?;
    (kind == 0).then(|| (Head { name, hidden, ..Head::default() }, at))
}

/// Characters of one or two bytes, and their end.
fn characters(data: &[u8], at: usize, count: usize, wide: bool) -> Option<(String, usize)> {
    if wide {
        let bytes = data.get(at..at + count * 2)?;
        let units: Vec<u16> =
            bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
        return Some((String::from_utf16_lossy(&units), at + count * 2));
    }
    Some((data.get(at..at + count)?.iter().map(|byte| char::from(*byte)).collect(), at + count))
}

/// A text preceded by its two-byte length.
fn long_text(data: &[u8], at: usize) -> Option<(String, usize)> {
    let (count, flags) = (usize::from(u16_at(data, at)?), *data.get(at + 2)?);
    let runs = if flags & 8 != 0 { 2 } else { 0 };
    let phonetic = if flags & 4 != 0 { 4 } else { 0 };
    characters(data, at + 3 + runs + phonetic, count, flags & 1 != 0)
}

/// Bytes continued over several records; a continued text gives its width again.
struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    fn of(stream: &'a [u8], at: usize) -> Option<Self> {
        let (_, data, mut behind) = next(stream, at)?;
        let mut pieces = vec![data];
        while let Some((record::CONTINUE, data, end)) = next(stream, behind) {
            pieces.push(data);
            behind = end;
        }
        Some(Self { pieces, piece: 0, at: 0 })
    }

    fn byte(&mut self) -> Option<u8> {
        while self.at >= self.pieces.get(self.piece)?.len() {
            (self.piece, self.at) = (self.piece + 1, 0);
        }
        self.at += 1;
        self.pieces.get(self.piece)?.get(self.at - 1).copied()
    }

    fn number(&mut self, bytes: u32) -> Option<usize> {
        (0..bytes)
            .try_fold(0, |number, index| Some(number | usize::from(self.byte()?) << (8 * index)))
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        (0..count).try_for_each(|_| self.byte().map(drop))
    }

    fn text(&mut self) -> Option<String> {
        let count = self.number(2)?;
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { self.number(2)? } else { 0 };
        let phonetic = if flags & 4 != 0 { self.number(4)? } else { 0 };
        let mut wide = flags & 1 != 0;
        let mut units = Vec::with_capacity(count.min(1 << 12));
        while units.len() < count {
            if self.at >= self.pieces.get(self.piece)?.len() {
                wide = self.byte()? & 1 != 0;
            }
            let unit = if wide { self.number(2)? } else { usize::from(self.byte()?) };
            units.push(u16::try_from(unit).ok()?);
        }
        self.skip(runs * 4 + phonetic)?;
        Some(String::from_utf16_lossy(&units))
    }
}

fn shared_texts(stream: &[u8], at: usize) -> Option<Vec<String>> {
    let mut pieces = Pieces::of(stream, at)?;
    pieces.skip(4)?;
    let count = pieces.number(4)?;
    let mut texts = Vec::with_capacity(count.min(1 << 16));
    for _ in 0..count {
        // A truncated table has the texts before the end.
        match pieces.text() {
            Some(text) => texts.push(text),
            None => break,
        }
    }
    Some(texts)
}

/// A cell in a record.
enum Stored {
    Text(String),
    Number(String),
    Truth(bool),
    Fault(u8),
}

/// The rows of one sheet; cell records may come in any order.
#[derive(Default)]
struct Sheet {
    cells: BTreeMap<(u16, u16), (Stored, usize)>,
    hidden_rows: BTreeSet<u16>,
    hidden_columns: Vec<(usize, usize)>,
    merged: Vec<Merged>,
    /// The cell of a formula whose text is in the next record.
    awaited: Option<(u16, u16, usize)>,
}

impl Sheet {
    fn read(stream: &[u8], start: usize, book: &Book) -> Option<Self> {
        let mut sheet = Self::default();
        let (mut at, mut depth) = (start, 0);
        loop {
            let (number, data, behind) = next(stream, at)?;
            match number {
                record::BOF => depth += 1,
                record::EOF if depth <= 1 => return Some(sheet),
                record::EOF => depth -= 1,
                // A chart within the sheet has its own records.
                _ if depth == 1 => _ = sheet.take(number, data, book),
                _ => {}
            }
            at = behind;
        }
    }

    fn put(&mut self, data: &[u8], stored: Stored) -> Option<()> {
        let (row, column, style) = (u16_at(data, 0)?, u16_at(data, 2)?, u16_at(data, 4)?);
        self.cells.insert((row, column), (stored, usize::from(style)));
        Some(())
    }

    fn take(&mut self, number: u16, data: &[u8], book: &Book) -> Option<()> {
        match number {
            record::ROW => {
                let flat = u16_at(data, 6)? & 0x7fff == 0;
                if u16_at(data, 12)? & 0x20 != 0 || flat {
                    self.hidden_rows.insert(u16_at(data, 0)?);
                }
            }
            record::COLINFO if u16_at(data, 8)? & 1 != 0 || u16_at(data, 4)? == 0 => {
                self.hidden_columns
                    .push((usize::from(u16_at(data, 0)?), usize::from(u16_at(data, 2)?)));
            }
            record::LABELSST => {
                let index = usize::try_from(u32_at(data, 6)?).ok()?;
                self.put(data, Stored::Text(book.texts.get(index).cloned().unwrap_or_default()))?;
            }
            record::LABEL => self.put(data, Stored::Text(long_text(data, 6)?.0))?,
            record::NUMBER => self.put(data, Stored::Number(double(data.get(6..14)?)?))?,
            record::RK => self.put(data, Stored::Number(rk(u32_at(data, 6)?)))?,
            record::MULRK => {
                let (row, first) = (u16_at(data, 0)?, u16_at(data, 2)?);
                let pairs = data.get(4..data.len().checked_sub(2)?)?.as_chunks::<6>().0;
                for (column, pair) in (first..).zip(pairs) {
                    let stored = Stored::Number(rk(u32_at(pair, 2)?));
                    self.cells.insert((row, column), (stored, usize::from(u16_at(pair, 0)?)));
                }
            }
            record::BOOLERR => {
                let (value, fault) = (*data.get(6)?, *data.get(7)? != 0);
                self.put(
                    data,
                    if fault { Stored::Fault(value) } else { Stored::Truth(value != 0) },
                )?;
            }
            record::FORMULA => self.formula(data)?,
            record::STRING => {
                let (row, column, style) = self.awaited.take()?;
                self.cells.insert((row, column), (Stored::Text(long_text(data, 0)?.0), style));
            }
            record::MERGEDCELLS => {
                let ranges = data.get(2..)?.as_chunks::<8>().0;
                for range in ranges {
                    let at = |index| u16_at(range, index).unwrap_or_default();
                    self.merged.push(Merged {
                        rows: (u64::from(at(0)) + 1, u64::from(at(2)) + 1),
                        columns: (usize::from(at(4)), usize::from(at(6))),
                    });
                }
            }
            _ => {}
        }
        Some(())
    }

    /// A formula's stored value: a number, or another kind by its bytes.
    fn formula(&mut self, data: &[u8]) -> Option<()> {
        let value = data.get(6..14)?;
        let stored = match (value.get(6..8)?, *value.first()?) {
            ([0xff, 0xff], 0) => {
                self.awaited =
                    Some((u16_at(data, 0)?, u16_at(data, 2)?, usize::from(u16_at(data, 4)?)));
                return Some(());
            }
            ([0xff, 0xff], 1) => Stored::Truth(*value.get(2)? != 0),
            ([0xff, 0xff], 2) => Stored::Fault(*value.get(2)?),
            ([0xff, 0xff], _) => Stored::Text(String::new()),
            _ => Stored::Number(double(value)?),
        };
        self.put(data, stored)
    }

    fn show(&self, head: &Head, book: &Book, visitor: &mut dyn Visitor) {
        let head = Head { hidden_columns: self.hidden_columns.clone(), ..head.clone() };
        if !visitor.sheet(&head) {
            return;
        }
        let mut builder = Builder::default();
        let mut cells = self.cells.iter().peekable();
        while let Some(row) = cells.peek().map(|((row, _), _)| *row) {
            builder.clear();
            while let Some(((_, column), (stored, style))) =
                cells.next_if(|((at, _), _)| *at == row)
            {
                push(&mut builder, usize::from(*column), stored, *style, book);
            }
            let hidden = self.hidden_rows.contains(&row);
            let shown = builder.row(u64::from(row) + 1, hidden, &book.formats);
            if !shown.cells.is_empty() && !visitor.row(shown) {
                return;
            }
        }
        self.merged.iter().for_each(|merged| visitor.merged(*merged));
    }
}

fn push(builder: &mut Builder, column: usize, stored: &Stored, style: usize, book: &Book) {
    match stored {
        Stored::Text(text) => builder.push(column, Kind::Text, trimmed(text), 0),
        Stored::Truth(truth) => {
            builder.push(column, Kind::Truth, if *truth { "TRUE" } else { "FALSE" }, 0);
        }
        Stored::Fault(code) => {
            let name = match code {
                0x00 => "#NULL!",
                0x07 => "#DIV/0!",
                0x0f => "#VALUE!",
                0x17 => "#REF!",
                0x1d => "#NAME?",
                0x24 => "#NUM!",
                _ => "#N/A",
            };
            builder.push(column, Kind::Fault, name, 0);
        }
        Stored::Number(number) => match book.formats.get(style) {
            Some(format @ Format::Date { .. }) => {
                dated_since(builder, column, number, format, book.since_1904);
            }
            _ => builder.push(column, Kind::Number, number, style),
        },
    }
}

fn double(bytes: &[u8]) -> Option<String> {
    // The shortest text that parses to the same number: what was typed.
    Some(f64::from_le_bytes(bytes.try_into().ok()?).to_string())
}

/// A four-byte number: an integer or half a float, perhaps in hundredths.
fn rk(packed: u32) -> String {
    let hundredths = packed & 1 != 0;
    if packed & 2 != 0 {
        let whole = packed.cast_signed() >> 2;
        if !hundredths {
            return whole.to_string();
        }
        let sign = if whole < 0 { "-" } else { "" };
        let fen = whole.unsigned_abs();
        return format!("{sign}{}.{:02}", fen / 100, fen % 100);
    }
    let number = f64::from_bits(u64::from(packed & 0xffff_fffc) << 32);
    if !hundredths {
        return number.to_string();
    }
    let parsed = super::number::decimal(&number.to_string());
    parsed
        .and_then(|number| number.checked_div(100.into()))
        .map_or_else(|| "?".to_owned(), |n| n.normalize().to_string())
}

#[cfg(test)]
mod tests;
