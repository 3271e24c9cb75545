//! A sheet as rows of declared columns: finds the heading row, and skips and notes other rows.
//!
//! Start at [`read`]. Titles and notes may precede the heading; columns may be in any order. An unknown column is an
//! error, because a mistyped optional column would be lost silently. Rows that call themselves totals, examples or
//! notes are skipped. Hidden content is neither read nor skipped: the author of the sheet decides.
//!
//! Invariant: `visit` gets every row that is not blank exactly once, in file order, as a row or as an error.

use super::cell::{self, Outcome};
use super::error::{ImportError, Note, Problem};
use super::heading::{self, Aside, Column, Holds, Meaning};
pub(super) use crate::sheet::Encoding;
use crate::sheet::{self, Head, Merged, Visitor, letters};

/// Rows searched for the heading.
const ROWS_LOOKED_AT: usize = 100;
/// Rows of one kind that are noted singly.
const TOLD_MAX: usize = 20;

/// The detected kind of a file, and its notes.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) encoding: Encoding,
    pub(super) notes: Vec<Note>,
    /// It came from a prefilled template.
    pub(super) prefilled: bool,
}

/// One row; its cells are addressed by the index of the declared column.
pub(super) struct Row<'a> {
    pub(super) line: u64,
    columns: &'static [Column],
    places: &'a [Option<usize>],
    text: &'a str,
    cells: &'a [Folded],
}

/// A cell prepared for its column.
#[derive(Default)]
struct Folded {
    start: usize,
    end: usize,
    outcome: Outcome,
}

impl<'a> Row<'a> {
    /// The normalised text of a declared column; empty if the file does not have it.
    pub(super) fn text(&self, column: usize) -> &'a str {
        let cell = self.cells.get(column);
        cell.and_then(|cell| self.text.get(cell.start..cell.end)).unwrap_or_default()
    }

    /// The error of a cell, found before parsing its value.
    pub(super) fn problem(&self, column: usize) -> Option<&Problem> {
        self.cells.get(column).and_then(|cell| cell.outcome.problem.as_ref())
    }

    /// Whether a key was typed as a number without leading zeros.
    pub(super) fn typed_as_number(&self, column: usize) -> bool {
        self.cells.get(column).is_some_and(|cell| cell.outcome.from_number)
    }

    /// The declared columns of the file, each with its place from 1.
    pub(super) fn present(&self) -> Vec<(&'static str, usize)> {
        let named = self.columns.iter().zip(self.places);
        named.filter_map(|(column, place)| Some((column.name, (*place)? + 1))).collect()
    }

    /// Whether the file has a declared column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.places.get(column).is_some_and(Option::is_some)
    }

    /// An error in a declared column of this row.
    pub(super) fn error(&self, column: usize, problem: Problem) -> ImportError {
        let place = self.places.get(column).copied().flatten().map(|place| place + 1);
        let field = self.columns.get(column).map_or("", |column| column.name);
        ImportError::new(self.line, place, field, self.text(column), problem)
    }
}

/// Passes every row of the file to `visit`.
///
/// # Errors
/// If the file is unreadable or its header is wrong; all errors of the header at once.
pub(super) fn read(
    bytes: &[u8],
    columns: &'static [Column],
    visit: impl FnMut(Result<Row<'_>, ImportError>),
) -> Result<Found, Vec<ImportError>> {
    let mut table = Table::new(columns, visit);
    let encoding = sheet::read(bytes, &mut table).map_err(|why| {
        let problem =
            if why == sheet::Unreadable::Empty { Problem::Empty } else { Problem::Unreadable(why) };
        vec![ImportError::whole("", problem)]
    })?;
    table.finish(encoding)
}

/// The places of the declared columns in a sheet.
struct Header {
    places: Vec<Option<usize>>,
    /// The meanings of the sheet's columns, in order.
    meanings: Vec<Meaning>,
    /// Cells of the heading row; a row of text may not have more.
    width: usize,
    /// The text above the first declared column, to recognize the heading again.
    first: Option<(usize, String)>,
    errors: Vec<ImportError>,
    /// The number of declared columns found.
    known: usize,
    complete: bool,
}

/// A sheet being read: the search for its heading, and the results so far.
struct Table<V> {
    columns: &'static [Column],
    holds: Vec<Holds>,
    visit: V,
    head: Head,
    header: Option<Header>,
    /// The row most like a heading, in any sheet so far.
    nearest: Option<Header>,
    looked_at: usize,
    /// The sheet whose rows were passed on.
    filled: Option<String>,
    /// A second one was found and refused.
    twice: bool,
    found_any: bool,
    lines: Vec<u64>,
    hidden_told: Vec<usize>,
    text: String,
    cells: Vec<Folded>,
    notes: Vec<Note>,
    asides: usize,
    /// First row and count of keys typed as numbers, by declared column.
    typed: Vec<Option<(u64, usize)>>,
    prefilled: bool,
    rows: usize,
}

impl<V: FnMut(Result<Row<'_>, ImportError>)> Table<V> {
    fn new(columns: &'static [Column], visit: V) -> Self {
        Self {
            columns,
            holds: columns.iter().map(|column| heading::holds(columns, column.name)).collect(),
            visit,
            head: Head::default(),
            header: None,
            nearest: None,
            looked_at: 0,
            filled: None,
            twice: false,
            found_any: false,
            lines: Vec::new(),
            hidden_told: Vec::new(),
            text: String::new(),
            cells: Vec::new(),
            notes: Vec::new(),
            asides: 0,
            typed: vec![None; columns.len()],
            prefilled: false,
            rows: 0,
        }
    }

    fn finish(mut self, encoding: Encoding) -> Result<Found, Vec<ImportError>> {
        self.sheet_ends();
        if !self.found_any {
            let errors = self.nearest.map(|header| header.errors).unwrap_or_default();
            return Err(if errors.is_empty() {
                vec![ImportError::whole("", Problem::Empty)]
            } else {
                errors
            });
        }
        for (column, typed) in self.columns.iter().zip(&self.typed) {
            if let Some((first, count)) = typed {
                let name = heading::name_in_chinese(column.name);
                self.notes.push(Note::new(*first, format!(
                        "“{name}”列有 {count} 个单元格是数字（第 {first} 行起），前面的零可能已丢失；请将该列设为文本格式"
                    ), format!(
                        "{count} cells of {} are numbers, from row {first} on: zeros in front of them are \
                         lost; format the column as text",
                        column.name
                    )));
            }
        }
        if self.rows == 0 {
            self.notes.push(Note::new(
                0,
                "表头下没有数据行",
                "no rows below the heading: nothing to take in",
            ));
        }
        Ok(Found { encoding, notes: self.notes, prefilled: self.prefilled })
    }

    fn sheet_ends(&mut self) {
        let header = self.header.take();
        if header.is_none() && self.looked_at > 0 && !self.head.name.is_empty() {
            let name = &self.head.name;
            self.notes.push(Note::new(
                0,
                format!("工作表“{name}”没有表头，未读取"),
                format!("sheet {name:?} has no heading row and was not read"),
            ));
        }
        self.looked_at = 0;
    }

    /// Checks whether a row is the heading.
    fn seek(&mut self, row: &sheet::Row<'_>) {
        self.looked_at += 1;
        let header = Header::of(row, self.columns);
        let better = self.nearest.as_ref().is_none_or(|nearest| header.known > nearest.known);
        if !header.complete {
            if better {
                self.nearest = Some(header);
            }
            return;
        }
        self.found_any |= header.errors.is_empty();
        if !header.errors.is_empty() {
            self.nearest = Some(Header { known: usize::MAX, ..header });
            return;
        }
        self.prefilled |= header.meanings.contains(&Meaning::Prefilled);
        self.tell_unused(row, &header);
        self.header = Some(header);
    }

    fn tell_unused(&mut self, row: &sheet::Row<'_>, header: &Header) {
        for cell in row.cells {
            if header.meanings.get(cell.column) == Some(&Meaning::NoUse) {
                let (name, letters) = (cell::shown(row, cell), letters(cell.column));
                self.notes.push(Note::new(
                    row.number,
                    format!("{letters} 列“{name}”不读取"),
                    format!("column {letters} {name:?} is not read"),
                ));
            }
        }
    }

    fn aside(&mut self, line: u64, aside: Aside) {
        self.asides += 1;
        if self.asides > TOLD_MAX {
            return;
        }
        let (english, chinese) = match aside {
            Aside::Total => ("a total", "合计行"),
            Aside::Example => ("an example", "示例行"),
            Aside::Note => ("a note", "说明行"),
        };
        self.notes.push(Note::new(
            line,
            format!("第 {line} 行是{chinese}，未读取"),
            format!("row {line} is {english} and was not read"),
        ));
    }

    /// Whether a row is to be skipped: the heading again, a total, an example, a note.
    fn is_aside(&mut self, row: &sheet::Row<'_>, header: &Header) -> bool {
        let text = |column: usize| {
            let cell = row.cells.iter().find(|cell| cell.column == column);
            cell.map_or("", |cell| row.text(cell))
        };
        if let Some((column, heading)) = &header.first
            && text(*column) == heading
            && Header::of(row, self.columns).places == header.places
        {
            let line = row.number;
            self.notes.push(Note::new(
                line,
                format!("第 {line} 行是重复的表头，未读取"),
                format!("row {line} is the heading again and was not read"),
            ));
            return true;
        }
        let key = header.places.first().copied().flatten().map_or("", text);
        let said = row.cells.iter().take(3).find_map(|cell| heading::aside(row.text(cell)));
        // A row with a key of its own is a row, whatever its other cells say.
        match said.filter(|_| key.is_empty() || heading::aside(key).is_some()) {
            Some(aside) => {
                self.aside(row.number, aside);
                true
            }
            None => false,
        }
    }

    fn show(&mut self, row: &sheet::Row<'_>, header: &Header) {
        let line = row.number;
        if self.head.separated.is_some() && row.width > header.width {
            let problem = self
                .parted(row, header)
                .unwrap_or(Problem::Cells { expected: header.width, found: row.width });
            return (self.visit)(Err(ImportError::new(line, None, "", "", problem)));
        }
        if row.hidden {
            return (self.visit)(Err(ImportError::new(line, None, "", "", Problem::HiddenRow)));
        }
        if let Some(problem) = self.parted(row, header) {
            return (self.visit)(Err(ImportError::new(line, None, "", "", problem)));
        }
        self.strangers(row, header);
        self.fold(row, header);
        self.rows += 1;
        self.lines.push(line);
        (self.visit)(Ok(Row {
            line,
            columns: self.columns,
            places: &header.places,
            text: &self.text,
            cells: &self.cells,
        }));
    }

    /// An amount split by its own comma: `12` and `000.00` in adjacent cells, without quotes.
    fn parted(&self, row: &sheet::Row<'_>, header: &Header) -> Option<Problem> {
        if self.head.separated != Some(',') {
            return None;
        }
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let declared = |column: usize| match header.meanings.get(column) {
            Some(Meaning::Column(index)) => Some(*index),
            _ => None,
        };
        row.cells.windows(2).find_map(|pair| {
            let [left, right] = pair else { return None };
            let amount = declared(left.column)
                .is_some_and(|index| self.holds.get(index) == Some(&Holds::Money));
            if !amount || left.quoted || right.quoted || right.column != left.column + 1 {
                return None;
            }
            let (head, tail) = (row.text(left), row.text(right));
            let (thousands, decimals) = tail.split_once('.').unwrap_or((tail, "0"));
            let whole = head.trim_start_matches(['¥', '￥', '-']);
            let fits =
                digits(whole) && whole.len() <= 3 && digits(thousands) && thousands.len() == 3;
            // In a required column the row is shifted if a comma splits the amount before it.
            let must = declared(right.column).and_then(|index| self.columns.get(index));
            let its_own = must.is_some_and(|column| column.required)
                && row.width == header.width
                && !tail.contains('.');
            (fits && digits(decimals) && decimals.len() <= 2 && !its_own)
                .then(|| Problem::PartedAmount { whole: format!("{head},{tail}") })
        })
    }

    /// Cells in an undeclared or hidden column.
    fn strangers(&mut self, row: &sheet::Row<'_>, header: &Header) {
        for cell in row.cells {
            let at = cell.column;
            let meaning = header.meanings.get(at).copied().unwrap_or(Meaning::Unknown);
            let problem = match meaning {
                Meaning::Unknown => Problem::NoHeading,
                Meaning::Column(_)
                    if !self.hidden_told.contains(&at)
                        && self
                            .head
                            .hidden_columns
                            .iter()
                            .any(|(first, last)| (*first..=*last).contains(&at)) =>
                {
                    self.hidden_told.push(at);
                    Problem::HiddenColumn
                }
                Meaning::Column(_) | Meaning::NoUse | Meaning::Prefilled | Meaning::Errors => {
                    continue;
                }
            };
            let field = match meaning {
                Meaning::Column(index) => self.columns.get(index).map_or("", |column| column.name),
                Meaning::NoUse | Meaning::Prefilled | Meaning::Errors | Meaning::Unknown => "",
            };
            let found = cell::shown(row, cell);
            (self.visit)(Err(ImportError::new(row.number, Some(at + 1), field, &found, problem)));
        }
    }

    fn fold(&mut self, row: &sheet::Row<'_>, header: &Header) {
        self.text.clear();
        self.cells.clear();
        self.cells.resize_with(self.columns.len(), Folded::default);
        for cell in row.cells {
            let Some(Meaning::Column(index)) = header.meanings.get(cell.column) else { continue };
            let holds = self.holds.get(*index).copied().unwrap_or(Holds::Text);
            let start = self.text.len();
            let mut outcome = cell::read(row, cell, holds, &mut self.text);
            let end = self.text.len();
            if holds == Holds::Name && outcome.problem.is_none() {
                let name = self.text.get(start..end).unwrap_or_default();
                outcome.problem = cell::no_name(name).map(Problem::Expected);
            }
            if outcome.from_number
                && outcome.problem.is_none()
                && let Some(typed) = self.typed.get_mut(*index)
            {
                typed.get_or_insert((row.number, 0)).1 += 1;
            }
            if let Some(folded) = self.cells.get_mut(*index) {
                *folded = Folded { start, end, outcome };
            }
        }
    }
}

impl<V: FnMut(Result<Row<'_>, ImportError>)> Visitor for Table<V> {
    fn sheet(&mut self, head: &Head) -> bool {
        self.sheet_ends();
        self.head = head.clone();
        self.lines.clear();
        self.hidden_told.clear();
        let name = &head.name;
        let why = if head.hidden {
            ("is hidden", "已隐藏")
        } else if heading::is_for_readers(name) {
            ("is for its readers", "是说明")
        } else {
            return true;
        };
        self.notes.push(Note::new(
            0,
            format!("工作表“{name}”{}，未读取", why.1),
            format!("sheet {name:?} {} and was not read", why.0),
        ));
        false
    }

    fn row(&mut self, row: sheet::Row<'_>) -> bool {
        let Some(header) = self.header.take() else {
            self.seek(&row);
            return self.header.is_some() || self.looked_at < ROWS_LOOKED_AT;
        };
        let mut go_on = true;
        if !self.is_aside(&row, &header) && has_content(&row, &header) {
            match self.filled.as_ref().filter(|first| **first != self.head.name) {
                Some(first) => {
                    let (first, second) = (first.clone(), self.head.name.clone());
                    let problem = Problem::SecondSheet { first, second };
                    if !std::mem::replace(&mut self.twice, true) {
                        (self.visit)(Err(ImportError::new(row.number, None, "", "", problem)));
                    }
                    go_on = false;
                }
                None => {
                    self.filled.get_or_insert_with(|| self.head.name.clone());
                    self.show(&row, &header);
                }
            }
        }
        self.header = Some(header);
        go_on
    }

    fn merged(&mut self, merged: Merged) {
        let Some(header) = &self.header else { return };
        let (top, bottom) = merged.rows;
        let from = self.lines.partition_point(|line| *line < top);
        let (first, last) = merged.columns;
        for line in self.lines.iter().skip(from).take_while(|line| **line <= bottom) {
            for (column, place) in self.columns.iter().zip(&header.places) {
                let Some(place) = place.filter(|place| (first..=last).contains(place)) else {
                    continue;
                };
                // The first cell holds the displayed text of all of them.
                if *line == top && place == first {
                    continue;
                }
                let error =
                    ImportError::new(*line, Some(place + 1), column.name, "", Problem::Merged);
                (self.visit)(Err(error));
            }
        }
    }
}

/// Whether any used column has content.
fn has_content(row: &sheet::Row<'_>, header: &Header) -> bool {
    row.cells.iter().any(|cell| {
        let meaning = header.meanings.get(cell.column).copied().unwrap_or(Meaning::Unknown);
        matches!(meaning, Meaning::Column(_) | Meaning::Unknown)
    })
}

impl Header {
    /// Parses a row as a heading.
    fn of(row: &sheet::Row<'_>, columns: &'static [Column]) -> Self {
        let line = row.number;
        let mut header = Self {
            places: vec![None; columns.len()],
            meanings: Vec::new(),
            width: row.width,
            first: None,
            errors: Vec::new(),
            known: 0,
            complete: false,
        };
        for cell in row.cells {
            let text = cell::shown(row, cell);
            let meaning = heading::meaning(columns, &text);
            if header.meanings.len() <= cell.column {
                header.meanings.resize(cell.column + 1, Meaning::Unknown);
            }
            if let Some(slot) = header.meanings.get_mut(cell.column) {
                *slot = meaning;
            }
            let mut refuse = |problem| {
                let place = Some(cell.column + 1);
                header.errors.push(ImportError::new(line, place, "column", &text, problem));
            };
            match meaning {
                Meaning::Unknown => refuse(Problem::UnknownColumn { known: known(columns) }),
                Meaning::Column(index) => match header.places.get_mut(index) {
                    Some(slot @ None) => {
                        *slot = Some(cell.column);
                        header.known += 1;
                        header.first.get_or_insert((cell.column, row.text(cell).to_owned()));
                    }
                    _ => refuse(Problem::RepeatedColumn),
                },
                Meaning::NoUse | Meaning::Prefilled | Meaning::Errors => {}
            }
        }
        let missing =
            |(column, place): &(&Column, &Option<usize>)| column.required && place.is_none();
        let named = columns.iter().zip(&header.places).filter(missing);
        let absent: Vec<&'static str> = named.map(|(column, _)| column.name).collect();
        header.complete = absent.is_empty();
        let absent = absent
            .into_iter()
            .map(|name| ImportError::new(line, None, "", "", Problem::MissingColumn { name }));
        header.errors.extend(absent);
        header
    }
}

fn known(columns: &[Column]) -> String {
    let name = |column: &Column| match heading::name_in_chinese(column.name) {
        chinese if chinese == column.name => chinese.to_owned(),
        chinese => format!("{} {chinese}", column.name),
    };
    columns.iter().map(name).collect::<Vec<_>>().join(", ")
}
