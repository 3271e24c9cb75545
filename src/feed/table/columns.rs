//! Which column holds which field: by the bank's layout, by the headings, and by what stands below them.
//!
//! Each step fills what the ones before left free, in the order in which `Plan::of` calls them: the layout, the headings, the day,
//! the time, the parties, the serial.

use super::header::Header;
use super::plan::{NOWHERE, Plan, Sample, WORD_FIELDS};
use super::value;
use crate::feed::date;
use crate::feed::heading::{DayRank, Meaning};
use crate::feed::rows::KeptRow;
use crate::rulebook::bank::{Field, Precedence};

impl Plan<'_> {
    /// The columns that the bank's layout names. Its days and times only where headings do not say them.
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
            match WORD_FIELDS.iter().position(|words| words == field) {
                Some(place) => {
                    self.words.iter_mut().skip(place).take(1).for_each(|words| words.push(column))
                }
                None => self.set(*field, column),
            }
        }
    }

    /// The columns that their headings name, where the layout names no other.
    pub(super) fn place_headings(&mut self, header: &Header<'_>) {
        let mut ranks = [u8::MAX; Field::COUNT];
        let taken: Vec<usize> = self.taken();
        let passed = |cell: &str| {
            self.layout.is_some_and(|layout| layout.passed.iter().any(|heading| heading == cell))
        };
        let free: Vec<bool> = (0..header.cells.len())
            .map(|column| {
                !taken.contains(&column)
                    && !header.cells.get(column).is_some_and(|cell| passed(cell))
            })
            .collect();
        let by_layout: Vec<Field> = self.layout.map_or(Vec::new(), |_| {
            let fields = header.layout.map(|(layout, _)| layout.columns.keys().copied().collect());
            fields.unwrap_or_default()
        });
        for (column, heading) in header.headings.iter().enumerate() {
            if !free.get(column).copied().unwrap_or(false) {
                continue;
            }
            match heading.meaning {
                Meaning::Field(field, rank) => {
                    match WORD_FIELDS.iter().position(|words| *words == field) {
                        Some(place) => self
                            .words
                            .iter_mut()
                            .skip(place)
                            .take(1)
                            .for_each(|words| words.push(column)),
                        None => {
                            let fixed = by_layout.contains(&field)
                                && self.has(field)
                                && ranks.get(field as usize) == Some(&u8::MAX);
                            let better =
                                ranks.get(field as usize).is_some_and(|known| rank < *known);
                            if better && !fixed {
                                ranks
                                    .iter_mut()
                                    .skip(field as usize)
                                    .take(1)
                                    .for_each(|known| *known = rank);
                                self.set(field, column);
                            }
                        }
                    }
                }
                Meaning::Unknown => self.unknown.push(column),
                Meaning::Nothing if header.cells.get(column).is_some_and(String::is_empty) => {
                    self.unknown.push(column);
                }
                Meaning::Day(_) | Meaning::Moment(_) | Meaning::Nothing => {}
            }
        }
    }

    /// The columns that are given to a field already.
    fn taken(&self) -> Vec<usize> {
        let words = self.words.iter().flatten();
        self.columns.iter().chain(words).copied().filter(|column| *column != NOWHERE).collect()
    }

    /// The booking day: of the days that stand in the rows, the one whose heading says booking, else a day, else an instant.
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

    /// The time of day, where a column holds one.
    pub(super) fn place_time(&mut self, header: &Header<'_>, rows: &[KeptRow]) {
        let day = self.column(Field::Date);
        let is_time = |cell: &str| {
            let rest = date::day(cell, self.dates).map_or(cell, |found| found.rest);
            date::time(date::zoned(rest).0).is_ok()
        };
        let moments = (0..header.headings.len()).filter(|column| {
            *column != day
                && matches!(
                    header.headings.get(*column).map(|heading| heading.meaning),
                    Some(Meaning::Moment(_))
                )
        });
        // A column without any time in it is none, and its rows lose nothing that is needed: it is named as not read.
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
        let unread: Vec<usize> =
            moments.filter(|column| time.is_none() && *column != day).collect();
        self.unknown.extend(unread);
        self.set(Field::Time, time.unwrap_or(NOWHERE));
        let other_day = (0..header.headings.len()).find(|column| {
            *column != day
                && matches!(
                    header.headings.get(*column).map(|heading| heading.meaning),
                    Some(Meaning::Day(_))
                )
        });
        self.time_day = other_day.unwrap_or(NOWHERE);
    }

    /// Whether payer and payee stand apart; where only the payer does, that is the other side.
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

    /// A column of serials that counts 1, 2, 3 … in each file tells no transaction from another.
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
