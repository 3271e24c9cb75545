//! Finds the row of headings of a table, and the bank's layout that may fit it.
//!
//! Start at [`Finder::header`]: a row is a header if its headings, parsed by their parts, name a day and an amount. A
//! header may take two rows (发生额 over 借方 and 贷方): [`Finder::under`]. A layout of `rules/banks/` that fits adds its
//! bank's exceptions; of several that fit, the one that knows most columns wins.
//!
//! Invariant: a row of data is never a header, because none of its cells is made of parts of headings.

use super::value;
use crate::feed::encoding::Encoding;
use crate::feed::heading::{self, DayRank, Heading, Meaning};
use crate::feed::rows::Row;
use crate::feed::{FeedError, FeedErrorKind};
use crate::rules::bank::{BankLayout, BankLayouts, Field, Precedence};

/// The fewest filled cells of a header.
pub(in crate::feed) const CELLS_MIN: usize = 3;
/// The most bytes of a heading with its translation.
const HEADING_BYTES_MAX: usize = 300;
/// Characters of a header shown in an error.
const HEADER_CHARS_MAX: usize = 200;

/// The column of each field of a layout; past the last cell for a missing field.
pub(super) type Places = [usize; Field::COUNT];

/// A row of headings.
#[derive(Clone, Debug)]
pub(super) struct Header<'a> {
    pub(super) line: u64,
    /// The headings in the file; those of two rows are joined.
    pub(super) cells: Vec<String>,
    pub(super) headings: Vec<Heading>,
    pub(super) layout: Option<(&'a BankLayout, Places)>,
}

/// The row that was most like a header.
#[derive(Clone, Debug)]
pub(in crate::feed) struct Nearest {
    line: u64,
    known: usize,
    shown: String,
    understood: Vec<(String, &'static str)>,
    missing: Vec<&'static str>,
    columns: Vec<u64>,
}

/// Searches for headers.
#[derive(Clone, Copy)]
pub(in crate::feed) struct Finder<'a> {
    pub(super) layouts: &'a BankLayouts,
    pub(super) encoding: Encoding,
}

impl<'a> Finder<'a> {
    pub(in crate::feed) const fn new(layouts: &'a BankLayouts, encoding: Encoding) -> Self {
        Self { layouts, encoding }
    }

    /// Whether the row is a header; it needs no day if the statement covers only one, which `TableReader` knows.
    pub(in crate::feed) fn is_header(&self, row: Row<'_>, daily: bool) -> bool {
        self.header_where(row, daily).is_some()
    }

    /// The row as a header, if it is one.
    pub(super) fn header(&self, row: Row<'_>) -> Option<Header<'a>> {
        self.header_where(row, false)
    }

    /// The row as a header; it needs no day if the statement covers only one.
    pub(super) fn header_where(&self, row: Row<'_>, daily: bool) -> Option<Header<'a>> {
        row.cells().filter(|cell| !cell.is_empty()).nth(CELLS_MIN - 1)?;
        if row.cells().any(is_number) {
            return None;
        }
        self.of_cells(row.line, row.cells().map(str::to_owned).collect(), daily)
    }

    fn of_cells(&self, line: u64, cells: Vec<String>, daily: bool) -> Option<Header<'a>> {
        let headings: Vec<Heading> = cells.iter().map(|cell| self.read(cell)).collect();
        let reads = self.reads_chinese() && is_header(&headings, daily);
        // Headings with all the information need no fallback.
        let adds = |(layout, _): &(&BankLayout, Places)| {
            !reads || layout.precedence > Precedence::Fallback
        };
        let layout = self.layout(&cells).filter(adds);
        let is_header = reads || layout.is_some();
        is_header.then_some(Header { line, cells, headings, layout })
    }

    pub(super) fn read(&self, cell: &str) -> Heading {
        // A longer one is a text and is not split into parts.
        let cell = if cell.len() > HEADING_BYTES_MAX { "…" } else { cell };
        heading::read(self.layouts.headings(), cell)
    }

    /// Chinese headings prove Unicode and GB18030, but not other encodings that might decode.
    fn reads_chinese(&self) -> bool {
        let name = self.encoding.name();
        name.starts_with("utf-") || name == "gb18030"
    }

    /// A header of two rows, if the row below says more about its columns.
    pub(super) fn under(&self, top: &Header<'a>, row: Row<'_>) -> Option<Header<'a>> {
        let below: Vec<&str> = row.cells().collect();
        let filled = || below.iter().filter(|cell| !cell.is_empty());
        let is_heading = |cell: &&&str| {
            !cell.bytes().any(|byte| byte.is_ascii_digit())
                && self.read(cell).meaning != Meaning::Unknown
        };
        if filled().next().is_none() || !filled().all(|cell| is_heading(&cell)) {
            return None;
        }
        if self.header(row).is_some() {
            return None;
        }
        let mut over = "";
        let mut cells = Vec::with_capacity(top.cells.len().max(below.len()));
        for index in 0..top.cells.len().max(below.len()) {
            let above = top.cells.get(index).map_or("", String::as_str);
            let cell = below.get(index).copied().unwrap_or_default();
            if !above.is_empty() {
                over = above;
            }
            // A heading over several columns is in the first of them.
            let above = if cell.is_empty() { above } else { over };
            cells.push(format!("{above}{cell}"));
        }
        self.of_cells(top.line, cells, false)
    }

    /// The layout that fits, if one does; if two fit equally well neither is used.
    fn layout(&self, cells: &[String]) -> Option<(&'a BankLayout, Places)> {
        let headings: Vec<String> = cells.iter().map(|cell| normalised(cell)).collect();
        let filled = headings.iter().filter(|heading| !heading.is_empty()).count();
        let mut best: Option<(Rank, &'a BankLayout, Places)> = None;
        let mut shared = false;
        for layout in self.layouts.iter().filter(|layout| self.encoding.suits(layout)) {
            let (places, known) = placed(layout, &headings);
            if !has_all(layout, &places) {
                continue;
            }
            let rank = rank(layout, known, filled);
            match &best {
                Some((other, ..)) if *other > rank => {}
                Some((other, ..)) if *other == rank => shared = true,
                _ => (best, shared) = (Some((rank, layout, places)), false),
            }
        }
        best.filter(|_| !shared).map(|(_, layout, places)| (layout, places))
    }

    /// Records what a row lacks to be a header.
    pub(in crate::feed) fn nearest(&self, row: Row<'_>, best: &mut Option<Nearest>) {
        let cells: Vec<&str> = row.cells().collect();
        let filled = (1..).zip(&cells).filter(|(_, cell)| !cell.is_empty());
        let read: Vec<(u64, (&str, Heading))> =
            filled.map(|(column, cell)| (column, (*cell, self.read(cell)))).collect();
        // A title of one cell may name a field by chance, which does not make it a header.
        let wide = read.len() >= CELLS_MIN;
        let fields = read.iter().filter(|(_, (_, heading))| wide && is_field(heading)).count();
        // Among rows without a meaning, the widest is most likely the header.
        let known = fields * 1000 + read.len();
        if best.as_ref().is_some_and(|best| best.known >= known) {
            return;
        }
        let headings: Vec<Heading> = read.iter().map(|(_, (_, heading))| heading.clone()).collect();
        let understood = read.iter().filter(|(_, (_, heading))| wide && is_field(heading));
        *best = Some(Nearest {
            line: row.line,
            known,
            shown: shortened(row.text, HEADER_CHARS_MAX),
            columns: understood.clone().map(|(column, _)| *column).collect(),
            understood: understood
                .map(|(_, (cell, heading))| (shortened(cell, 40), heading.meaning.code()))
                .collect(),
            missing: missing(&headings),
        });
    }
}

impl Nearest {
    /// Why the table is not understood.
    pub(in crate::feed) fn error(self) -> FeedError {
        let Self { line, shown, understood, missing, columns, .. } = self;
        if understood.is_empty() {
            return FeedErrorKind::UnknownLayout { header: shown }.at(line);
        }
        FeedErrorKind::NotUnderstood { understood, missing, header: shown, columns }.at(line)
    }
}

/// Whether a cell begins like a day, an amount or a number: then the row is data, whatever words it has.
fn is_number(cell: &str) -> bool {
    let cell = value::unguarded(cell).trim_start_matches(['+', '-', '￥', '¥', '(']);
    cell.starts_with(|c: char| c.is_ascii_digit())
}

/// The quality of a fit, in this order: a layout learnt at this centre; the contract's layout if it knows every
/// heading; a bank's before a fallback; more known headings; the contract's before a bank's.
type Rank = (bool, bool, bool, usize, bool);

fn rank(layout: &BankLayout, known: usize, filled: usize) -> Rank {
    let standard = layout.precedence == Precedence::Standard;
    let learned = layout.precedence == Precedence::Learned;
    (
        learned,
        standard && known == filled,
        layout.precedence > Precedence::Fallback,
        known,
        standard,
    )
}

fn is_field(heading: &Heading) -> bool {
    matches!(heading.meaning, Meaning::Field(..) | Meaning::Day(_) | Meaning::Moment(_))
}

fn has_field(headings: &[Heading], field: Field) -> bool {
    headings
        .iter()
        .any(|heading| matches!(heading.meaning, Meaning::Field(found, _) if found == field))
}

fn has_day(headings: &[Heading]) -> bool {
    headings.iter().any(|heading| matches!(heading.meaning, Meaning::Day(_) | Meaning::Moment(_)))
}

fn is_header(headings: &[Heading], daily: bool) -> bool {
    let has = |field| has_field(headings, field);
    (daily || has_day(headings))
        && (has(Field::Amount) || (has(Field::Credit) && has(Field::Debit)))
}

/// What the headings lack to be a header.
fn missing(headings: &[Heading]) -> Vec<&'static str> {
    let has = |field| has_field(headings, field);
    let mut missing = Vec::new();
    if !has_day(headings) {
        missing.push("the day");
    }
    match (has(Field::Amount), has(Field::Credit), has(Field::Debit)) {
        (true, ..) | (_, true, true) => {}
        (_, true, false) => missing.push("the amount of money out"),
        (_, false, true) => missing.push("the amount of money in"),
        (false, false, false) => missing.push("the amount"),
    }
    missing
}

/// The columns of the layout's fields, and the number of known headings.
fn placed(layout: &BankLayout, headings: &[String]) -> (Places, usize) {
    let mut columns = [usize::MAX; Field::COUNT];
    let mut known = 0;
    for (field, words) in &layout.columns {
        let place = words.iter().find_map(|word| {
            let word = normalised(word);
            headings.iter().position(|heading| *heading == word)
        });
        if let (Some(place), Some(column)) = (place, columns.get_mut(*field as usize)) {
            *column = place;
            known += 1;
        }
    }
    (columns, known)
}

fn has_all(layout: &BankLayout, places: &Places) -> bool {
    let there = |field: &Field| places.get(*field as usize).is_some_and(|at| *at != usize::MAX);
    layout.required.iter().all(there)
}

/// A heading for comparison with layouts: without what banks vary, such as inner white space, the width of brackets, or
/// a translation in square brackets at the end.
pub(super) fn normalised(heading: &str) -> String {
    let own = match heading.split_once('[') {
        Some((own, _)) if !own.trim().is_empty() => own,
        _ => heading,
    };
    own.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{feff}')
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            '：' => ':',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

/// The first characters of a text, with a mark if it is longer.
pub(in crate::feed) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl Header<'_> {
    /// Whether a column could hold the day.
    pub(super) fn day_rank(&self, column: usize) -> Option<DayRank> {
        match self.headings.get(column)?.meaning {
            Meaning::Day(rank) | Meaning::Moment(rank) => Some(rank),
            Meaning::Field(..) | Meaning::Nothing | Meaning::Unknown => None,
        }
    }
}
