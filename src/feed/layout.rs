//! Finds the header of a table and the one layout that fits it.
//!
//! Start at [`Search::offer`]: it is given the first rows of a file one by one and answers with a
//! [`Plan`] at the header. Rows before it are the preamble, which may name account, currency and
//! balances. A layout fits when all columns it needs are there; of several that fit, the one that
//! knows the most columns is taken, and where two know as many the file is refused.
//!
//! Invariant: a fallback layout is taken only where no other fits.

use super::amount::Amount;
use super::encoding::Encoding;
use super::rows::Row;
use super::{FeedError, FeedErrorKind};
use crate::rulebook::bank::{BankLayout, BankLayouts, Field, Precedence};
use rust_decimal::Decimal;

/// Rows among which the header must be; the longest preamble known has 16.
pub(super) const PREAMBLE_ROWS_MAX: usize = 64;

/// How a file is to be read.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) layout: &'a BankLayout,
    pub(super) delimiter: u8,
    /// Rows up to and with the header.
    pub(super) header_rows: usize,
    /// The headings as the file writes them.
    pub(super) header: Vec<String>,
    /// Where each field stands; past the last cell for a field that is not there.
    pub(super) columns: [usize; Field::COUNT],
    pub(super) preamble: PreambleFacts,
    /// The text was decoded: U+FFFD in it stands for bytes that are no text.
    pub(super) decoded: bool,
}

/// What the rows before the header say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PreambleFacts {
    pub(super) account: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) opening: Option<Decimal>,
    pub(super) closing: Option<Decimal>,
}

/// The layout that came nearest without fitting.
struct Near {
    line: u64,
    /// Headings known, then how far before others its kind goes: not the order of rule files.
    rank: (usize, Precedence),
    layout: String,
    missing: Vec<String>,
    header: String,
}

/// Looks for the header among the rows it is offered.
pub(super) struct Search<'a> {
    layouts: &'a BankLayouts,
    encoding: Encoding,
    delimiter: u8,
    before: Vec<Vec<String>>,
    near: Option<Near>,
    widest: (usize, u64, String),
}

impl<'a> Search<'a> {
    pub(super) const fn new(layouts: &'a BankLayouts, encoding: Encoding, delimiter: u8) -> Self {
        Self {
            layouts,
            encoding,
            delimiter,
            before: Vec::new(),
            near: None,
            widest: (0, 0, String::new()),
        }
    }

    /// Whether more rows are worth offering.
    pub(super) const fn is_over(&self) -> bool {
        self.before.len() >= PREAMBLE_ROWS_MAX
    }

    /// How much of a layout the best row knew; tells which of several failures to report.
    pub(super) fn known(&self) -> (usize, usize) {
        (self.near.as_ref().map_or(0, |near| near.rank.0), self.widest.0)
    }

    /// # Errors
    /// When several layouts fit the row equally well, or a heading that counts is there twice.
    pub(super) fn offer(&mut self, row: Row<'_>) -> Result<Option<Plan<'a>>, FeedError> {
        let cells: Vec<String> = row.cells().map(str::to_owned).collect();
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        if filled > self.widest.0 {
            self.widest = (filled, row.line, shortened(row.text, 200));
        }
        if filled >= 3 {
            let headings: Vec<String> = cells.iter().map(|cell| normalised(cell)).collect();
            if let Some((layout, columns)) = self.fitting(&headings, row)? {
                return Ok(Some(Plan {
                    layout,
                    delimiter: self.delimiter,
                    header_rows: self.before.len() + 1,
                    preamble: preamble(layout, &self.before),
                    header: cells,
                    columns,
                    decoded: !self.encoding.is_valid(),
                }));
            }
        }
        self.before.push(cells);
        Ok(None)
    }

    fn fitting(
        &mut self,
        headings: &[String],
        row: Row<'_>,
    ) -> Result<Option<(&'a BankLayout, [usize; Field::COUNT])>, FeedError> {
        let mut fits: Vec<(usize, &BankLayout, [usize; Field::COUNT])> = Vec::new();
        for layout in self.layouts.iter().filter(|layout| self.encoding.suits(layout)) {
            let (columns, known) = placed(layout, headings);
            let missing = missing(layout, &columns);
            if missing.is_empty() {
                fits.push((known, layout, columns));
            } else if known > missing.len()
                && self.near.as_ref().is_none_or(|near| near.rank < (known, layout.precedence))
            {
                let header = shortened(row.text, 200);
                let rank = (known, layout.precedence);
                let layout = layout.id.clone();
                self.near = Some(Near { line: row.line, rank, layout, missing, header });
            }
        }
        let filled = headings.iter().filter(|heading| !heading.is_empty()).count();
        // How good a fit is: the contract's layout where it knows every heading; else a bank's
        // before a fallback, then by the headings known, then the contract's before a bank's.
        let rank = |(known, layout, _): &(usize, &BankLayout, [usize; Field::COUNT])| {
            let standard = layout.precedence == Precedence::Standard;
            let whole = standard && *known == filled;
            (whole, layout.precedence > Precedence::Fallback, *known, standard)
        };
        let best = fits.iter().map(rank).max();
        fits.retain(|fit| Some(rank(fit)) == best);
        match fits.as_slice() {
            [] => Ok(None),
            [(_, layout, columns)] => {
                unrepeated(headings, columns, row)?;
                Ok(Some((layout, *columns)))
            }
            several => {
                let layouts = several.iter().map(|(_, layout, _)| layout.id.clone()).collect();
                let header = shortened(row.text, 200);
                Err(FeedErrorKind::AmbiguousLayout { layouts, header }.at(row.line))
            }
        }
    }

    /// Why no layout was found.
    pub(super) fn error(self) -> FeedError {
        match self.near {
            Some(Near { line, layout, missing, header, .. }) => {
                FeedErrorKind::MissingColumns { layout, missing, header }.at(line)
            }
            None => FeedErrorKind::UnknownLayout { header: self.widest.2 }.at(self.widest.1),
        }
    }
}

/// Where the layout's fields stand, and how many of the headings it knows.
fn placed(layout: &BankLayout, headings: &[String]) -> ([usize; Field::COUNT], usize) {
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

/// The preferred headings of the columns that the layout needs and that are not there.
fn missing(layout: &BankLayout, columns: &[usize; Field::COUNT]) -> Vec<String> {
    let absent = |field: &&Field| columns.get(**field as usize).is_none_or(|at| *at == usize::MAX);
    let heading = |field: &Field| layout.columns.get(field)?.first().cloned();
    layout.required.iter().filter(absent).filter_map(heading).collect()
}

/// A heading that carries a field must be there once: which of two is meant cannot be told.
fn unrepeated(
    headings: &[String],
    columns: &[usize; Field::COUNT],
    row: Row<'_>,
) -> Result<(), FeedError> {
    for heading in columns.iter().filter_map(|column| headings.get(*column)) {
        let times = headings.iter().filter(|other| *other == heading).count();
        if times > 1 {
            let expected = format!("the column {heading} once");
            let found = shortened(row.text, 200);
            return Err(FeedErrorKind::Structure { expected, found }.at(row.line));
        }
    }
    Ok(())
}

/// A heading without what banks vary: white space inside it, the width of brackets, a
/// translation in square brackets behind it.
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

/// Reads `label: value`, in one cell or in two that stand side by side.
fn preamble(layout: &BankLayout, rows: &[Vec<String>]) -> PreambleFacts {
    let mut facts = PreambleFacts::default();
    for row in rows {
        for (index, cell) in row.iter().enumerate() {
            let (label, value) = match cell.split_once(['：', ':']) {
                Some((label, value)) => (normalised(label), value.trim()),
                None => (normalised(cell), ""),
            };
            let beside = row.get(index + 1..).unwrap_or_default();
            let beside = beside.iter().find(|cell| !cell.is_empty()).map_or("", String::as_str);
            let value = if value.is_empty() { beside } else { value };
            let names = |words: &[String]| words.iter().any(|word| normalised(word) == label);
            let amount = || Amount::read(value, layout.style).ok().map(Amount::signed);
            if value.is_empty() {
            } else if names(&layout.preamble.account) {
                facts.account.get_or_insert_with(|| value.to_owned());
            } else if names(&layout.preamble.currency) {
                facts.currency.get_or_insert_with(|| value.to_owned());
            } else if names(&layout.preamble.opening) {
                facts.opening = facts.opening.or_else(amount);
            } else if names(&layout.preamble.closing) {
                facts.closing = facts.closing.or_else(amount);
            }
        }
    }
    facts
}

/// The first characters of a text, with a mark where it goes on.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
