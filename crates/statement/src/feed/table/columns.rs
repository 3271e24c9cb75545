//! Assigns columns to fields: by the bank's layout, by the headings, and by the rows below them.
//!
//! Each step fills what the steps before left free, in the order in which `Plan::of` calls them: the layout, the
//! headings, the day, the time, the parties, the serial.

use super::header::Header;
use super::plan::{NOWHERE, Plan, Sample, WORD_FIELDS};
use super::value;
use crate::feed::date;
use crate::feed::heading::{DayRank, Meaning};
use crate::feed::rows::KeptRow;
use crate::rules::bank::{Field, Precedence};

impl Plan<'_> {
    /// The columns that the bank's layout names. Its days and times only if headings do not name them.
    pub(super) fn place_layout(&mut self, header: &Header<'_>) {
        let Some((layout, places)) = header.layout else { return };
        let chinese = (0..header.cells.len()).any(|column| header.day_rank(column).is_some());
        for field in layout.columns.keys() {
            let column = places.get(*field as usize).copied().unwrap_or(NOWHERE);
            let said = chinese && layout.precedence != Precedence::Learned;
            let day = matches!(field, Field::Date | Field::Time) && said;
            if column == NOWHERE || day {
                continue;
            }
            if !self.add_words(*field, column) {
                self.set(*field, column);
            }
        }
    }

    /// Assigns a column to a field for words, which may have several; `false` for any other field.
    fn add_words(&mut self, field: Field, column: usize) -> bool {
        let place = WORD_FIELDS.iter().position(|words| *words == field);
        let words = place.and_then(|place| self.words.get_mut(place));
        words.map(|words| words.push(column)).is_some()
    }

    /// The columns that their headings name, if the layout names no other.
    pub(super) fn place_headings(&mut self, header: &Header<'_>) {
        let mut ranks = [u8::MAX; Field::COUNT];
        let (by_layout, taken) = (self.columns, self.taken());
        let passes = |heading: &String| self.layout.is_some_and(|one| one.passed.contains(heading));
        let is_free = |(column, cell): (usize, &String)| !taken.contains(&column) && !passes(cell);
        let free: Vec<bool> = header.cells.iter().enumerate().map(is_free).collect();
        let headings = header.headings.iter().zip(&header.cells).enumerate();
        for (column, (heading, cell)) in headings.filter(|(at, _)| free.get(*at) == Some(&true)) {
            match heading.meaning {
                Meaning::Field(field, _) if self.add_words(field, column) => {}
                Meaning::Field(field, rank) => {
                    let at = field as usize;
                    let fixed = by_layout.get(at).is_some_and(|column| *column != NOWHERE);
                    if let Some(known) = ranks.get_mut(at).filter(|known| rank < **known && !fixed)
                    {
                        *known = rank;
                        self.set(field, column);
                    }
                }
                Meaning::Unknown => self.unknown.push(column),
                Meaning::Nothing if cell.is_empty() => self.unknown.push(column),
                Meaning::Day(_) | Meaning::Moment(_) | Meaning::Nothing => {}
            }
        }
    }

    /// The columns that already have a field.
    fn taken(&self) -> Vec<usize> {
        let words = self.words.iter().flatten();
        self.columns.iter().chain(words).copied().filter(|column| *column != NOWHERE).collect()
    }

    /// The booking day: among the days in the rows, the one whose heading says booking, otherwise a day, otherwise an
    /// instant.
    pub(super) fn place_day(&mut self, header: &Header<'_>, rows: &[KeptRow]) {
        if self.has(Field::Date) {
            return;
        }
        let mut candidates: Vec<(DayRank, usize)> = (0..header.cells.len())
            .filter_map(|column| header.day_rank(column).map(|rank| (rank, column)))
            .collect();
        candidates.sort_unstable();
        let filled = |column: usize| {
            rows.iter().map(move |row| row.row().cell(column)).filter(|cell| !cell.is_empty())
        };
        let days = |column: usize| {
            filled(column)
                .filter(|cell| date::day(value::unguarded(cell), self.dates).is_some())
                .count()
        };
        let serials =
            |column: usize| filled(column).filter(|cell| date::serial_day(cell).is_some()).count();
        let most = candidates
            .iter()
            .map(|(_, column)| days(*column).max(serials(*column)))
            .max()
            .unwrap_or(0);
        let chosen = candidates.iter().find(|(_, column)| {
            let found = days(*column).max(serials(*column));
            most == 0 || found * 2 > most
        });
        let Some((_, column)) = chosen.copied() else { return };
        self.serial_days = serials(column) > days(column);
        self.set(Field::Date, column);
    }

    /// The time of day, if a column holds one.
    pub(super) fn place_time(&mut self, header: &Header<'_>, rows: &[KeptRow]) {
        let day = self.column(Field::Date);
        let is_time = |cell: &str| {
            let rest = date::day(cell, self.dates).map_or(cell, |found| found.rest);
            date::time(date::zoned(rest).0).is_ok()
        };
        let meaning = |column: usize| header.headings.get(column).map(|heading| heading.meaning);
        let beside = (0..header.headings.len()).filter(|column| *column != day);
        let moments =
            beside.clone().filter(|column| matches!(meaning(*column), Some(Meaning::Moment(_))));
        // A column without any time is none, and its rows lose nothing important: it is reported as not read.
        let fits = |column: &usize| {
            let mut cells = rows
                .iter()
                .map(|row| row.row().cell(*column))
                .filter(|cell| !self.says_nothing(cell))
                .peekable();
            cells.peek().is_none() || cells.any(is_time)
        };
        let time = if self.has(Field::Time) {
            Some(self.column(Field::Time))
        } else {
            moments.clone().find(fits)
        };
        if time.is_none() {
            let unread: Vec<usize> = moments.collect();
            self.unknown.extend(unread);
        }
        self.set(Field::Time, time.unwrap_or(NOWHERE));
        let mut others = beside.filter(|column| matches!(meaning(*column), Some(Meaning::Day(_))));
        self.time_day = others.next().unwrap_or(NOWHERE);
    }

    /// Whether payer and payee have separate columns; if only the payer does, that is the counterparty.
    pub(super) fn place_parties(&mut self, sample: &Sample<'_>) {
        let payer = self.has(Field::PayerAccount) || self.has(Field::PayerName);
        let payee = self.has(Field::PayeeAccount) || self.has(Field::PayeeName);
        let other = self.has(Field::CounterpartyAccount) || self.has(Field::CounterpartyName);
        self.two_parties = payer && payee && !other;
        if payer && !payee && !other {
            for (from, to) in [
                (Field::PayerAccount, Field::CounterpartyAccount),
                (Field::PayerName, Field::CounterpartyName),
                (Field::PayerBankCode, Field::BankCode),
                (Field::PayerBankName, Field::BankName),
            ] {
                self.set(to, self.column(from));
            }
        }
        if self.two_parties && self.own_account.is_none() {
            let accounts = [Field::PayerAccount, Field::PayeeAccount];
            let mut cells = sample.rows.iter().flat_map(|row| {
                accounts
                    .map(|field| value::unguarded(row.row().cell(self.column(field))).to_owned())
            });
            self.own_account =
                cells.find(|cell| !cell.is_empty() && (sample.is_own)(cell) == Some(true));
        }
    }

    /// A serial column that counts 1, 2, 3 … in each file does not identify transactions.
    pub(super) fn look_at_serials(&mut self, rows: &[KeptRow]) {
        let column = self.column(Field::Serial);
        let layout_says =
            self.layout.is_some_and(|layout| layout.columns.contains_key(&Field::Serial));
        if column == NOWHERE || layout_says {
            return;
        }
        let mut values = rows.iter().filter(|row| {
            date::day(row.row().cell(self.column(Field::Date)), self.dates).is_some()
        });
        let count = values.clone().count();
        let number = |row: &KeptRow| row.row().cell(column).parse::<usize>().ok();
        let rising = values.clone().zip(1..).all(|(row, place)| number(row) == Some(place));
        let falling =
            values.by_ref().zip((1..=count).rev()).all(|(row, place)| number(row) == Some(place));
        self.serial_counts_rows = count > 0 && (rising || falling);
    }
}
