//! Checks whether the statements of one file are consecutive: numbers, pages, opening after closing.
//!
//! Start at [`Sequence::take`], once a statement; [`Sequence::finish`] reports what is missing. Files are oldest or
//! newest first, so both orders are tried and the one with fewer faults wins. The store checks whether a file follows
//! that of the day before.
//!
//! Invariant: memory is bounded by [`ACCOUNTS_MAX`] and [`FLAGS_MAX`] for any file.

use super::{Balance, Flag, Odd, Sink};
use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::HashMap;

/// Accounts of one file that are tracked; those beyond are not.
const ACCOUNTS_MAX: usize = 4096;
/// Gaps of one account that are reported singly; the rest is counted.
const FLAGS_MAX: usize = 16;

/// A statement's place among others, as it says itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    /// Physical line on which the statement starts, from 1.
    pub(super) line: u64,
    /// The statement's number; `None` if it has none, or zero.
    pub(super) number: Option<u64>,
    /// The page's number within the statement, from 1.
    pub(super) page: Option<u64>,
    /// Its opening balance is an intermediate one: earlier pages exist.
    pub(super) continues: bool,
    /// It says that further pages exist.
    pub(super) more: bool,
    pub(super) opening: Option<Balance>,
    pub(super) closing: Option<Balance>,
    /// Its number follows that of the previous statement in the file, whichever account that had: some banks number
    /// deliveries and not bookings.
    pub(super) joined: bool,
}

/// The statements of one file so far.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    tracks: Vec<Track>,
    places: HashMap<String, usize>,
    before: Part,
}

/// The statements of one account.
#[derive(Debug)]
struct Track {
    first: Part,
    last: Part,
    ascending: Order,
    descending: Order,
}

/// What is missing if the file has this order.
#[derive(Debug, Default)]
struct Order {
    /// Steps that contradict the order itself.
    faults: u64,
    flags: Vec<Flag>,
    flags_more: u64,
}

impl Sequence {
    /// Adds a statement, in file order; omit repeated ones.
    pub(super) fn take(&mut self, account: &str, currency: &str, mut part: Part) {
        part.joined = follows(&self.before, &part) || follows(&part, &self.before);
        self.before = part;
        let key = format!("{account}\u{1}{currency}");
        if let Some(track) = self.places.get(&key).and_then(|place| self.tracks.get_mut(*place)) {
            track.ascending.step(&track.last, &part, part.joined);
            track.descending.step(&part, &track.last, part.joined);
            track.last = part;
        } else if self.tracks.len() < ACCOUNTS_MAX {
            self.places.insert(key, self.tracks.len());
            let (ascending, descending) = (Order::default(), Order::default());
            self.tracks.push(Track { first: part, last: part, ascending, descending });
        }
    }

    /// Reports what is missing.
    pub(super) fn finish(self, sink: &mut dyn Sink) {
        for track in self.tracks {
            let newest_first = track.descending.faults < track.ascending.faults;
            let (mut order, head, tail) = if newest_first {
                (track.descending, track.last, track.first)
            } else {
                (track.ascending, track.first, track.last)
            };
            order.ends(&head, &tail);
            order.flags.into_iter().for_each(|flag| sink.flag(flag));
            if order.flags_more > 0 {
                let found = format!("{} more", order.flags_more);
                sink.flag(Flag::Oddity { line: tail.line, odd: Odd::PageMissing, found });
            }
        }
    }
}

/// Whether only days without business separate two statements that are numbered by day: of the year, or as `YYMMDD`.
fn over_a_week_end(earlier: &Part, later: &Part) -> bool {
    let by_day = |part: &Part| {
        part.number.zip(part.on()).is_some_and(|(number, on)| {
            let dated = on.format("%y%m%d").to_string().parse() == Ok(number);
            dated || number == u64::from(on.ordinal())
        })
    };
    let Some((from, to)) = earlier.on().zip(later.on()) else { return false };
    let mut between = from.iter_days().skip(1).take_while(|day| *day < to);
    let closed = |day: NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    by_day(earlier) && by_day(later) && between.all(closed)
}

/// Whether one is the next number or page of the other.
fn follows(earlier: &Part, later: &Part) -> bool {
    let (Some(from), Some(to)) = (earlier.number, later.number) else { return false };
    let next_page = from == to && earlier.page.zip(later.page).is_some_and(|(p, q)| q == p + 1);
    to == from + 1 || next_page
}

impl Part {
    fn on(&self) -> Option<NaiveDate> {
        self.closing.or(self.opening).and_then(|balance| balance.on)
    }
}

impl Order {
    /// Two adjacent statements of one account.
    fn step(&mut self, earlier: &Part, later: &Part, joined: bool) {
        if let (Some(closing), Some(opening)) = (earlier.closing, later.opening)
            && closing.amount != opening.amount
        {
            self.faults += 1;
            let found = format!("{}, closing before {}", opening.amount, closing.amount);
            self.flag(Flag::Oddity { line: later.line, odd: Odd::OpeningNotClosing, found });
        }
        let days = earlier.on().zip(later.on()).map(|(from, to)| (to - from).num_days());
        self.faults += u64::from(days.is_some_and(|days| days < 0));
        match (earlier.number, later.number) {
            (Some(from), Some(to)) if to < from => self.faults += 1,
            (Some(from), Some(to)) if to > from => {
                if to > from + 1 && !joined && !over_a_week_end(earlier, later) {
                    let found = match to - from {
                        2 => format!("number {}", from + 1),
                        _ => format!("numbers {} to {}", from + 1, to - 1),
                    };
                    self.missing(later.line, found);
                }
                let next = earlier.page.zip(later.page).is_some_and(|(p, q)| q == p + 1);
                if !next {
                    self.tail(earlier);
                }
                if !next && !joined {
                    self.head(later);
                }
            }
            (number, other) if number == other => self.step_page(earlier, later),
            _ => {}
        }
    }

    /// Two pages of one statement, or of statements without a number.
    fn step_page(&mut self, earlier: &Part, later: &Part) {
        let (Some(from), Some(to)) = (earlier.page, later.page) else { return };
        self.faults += u64::from(to < from);
        if to > from + 1 {
            let pages = match to - from {
                2 => format!("page {}", from + 1),
                _ => format!("pages {} to {}", from + 1, to - 1),
            };
            self.missing(later.line, pages + &of(later));
        } else if to == 1 && earlier.more && earlier.number.is_none() {
            self.tail(earlier);
        }
    }

    /// What the first and the last statement of an account say about others beyond them.
    fn ends(&mut self, head: &Part, tail: &Part) {
        if !head.joined {
            self.head(head);
        }
        self.tail(tail);
    }

    fn head(&mut self, part: &Part) {
        match part.page {
            Some(2) => self.missing(part.line, "page 1".to_owned() + &of(part)),
            Some(page) if page > 2 => {
                self.missing(part.line, format!("pages 1 to {}", page - 1) + &of(part));
            }
            None if part.continues => {
                self.missing(part.line, "the pages before".to_owned() + &of(part));
            }
            Some(_) | None => {}
        }
    }

    fn tail(&mut self, part: &Part) {
        if part.more {
            let page =
                part.page.map_or("the pages after".to_owned(), |page| format!("page {}", page + 1));
            self.missing(part.line, page + &of(part));
        }
    }

    fn missing(&mut self, line: u64, found: String) {
        self.flag(Flag::Oddity { line, odd: Odd::PageMissing, found });
    }

    fn flag(&mut self, flag: Flag) {
        if self.flags.len() < FLAGS_MAX {
            self.flags.push(flag);
        } else {
            self.flags_more += 1;
        }
    }
}

fn of(part: &Part) -> String {
    part.number.map_or(String::new(), |number| format!(" of number {number}"))
}

/// A statement's number or page: digits that are more than zero.
pub(super) fn number(text: &str) -> Option<u64> {
    // Saturates if a bank uses more digits than a number holds: then there is no next one.
    text.trim().parse().ok().filter(|number| (1..u64::MAX).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[derive(Default)]
    struct Told(Vec<String>);

    impl Sink for Told {
        fn entry(&mut self, _: super::super::StatementEntry<'_>) {}
        fn reject(&mut self, _: super::super::Reject) {}
        fn statement(&mut self, _: super::super::Statement<'_>) {}
        fn flag(&mut self, flag: Flag) {
            self.0.push(flag.to_string());
        }
    }

    /// `number/page opening closing day`, `-` for none, `+` after a page that is not the last.
    fn part(line: u64, text: &str) -> Part {
        let mut fields = text.split(' ');
        let mut field = || fields.next().unwrap_or("-");
        let (place, opening, closing, day) = (field(), field(), field(), field());
        let (statement, page) = place.split_once('/').unwrap_or((place, "-"));
        let on = day.parse().ok().and_then(|day| NaiveDate::from_ymd_opt(2026, 5, day));
        let balance =
            |text: &str| Some(Balance { amount: Decimal::new(text.parse().ok()?, 0), on });
        Part {
            line,
            number: number(statement),
            page: number(page.trim_end_matches('+')),
            more: page.ends_with('+'),
            opening: balance(opening),
            closing: balance(closing),
            ..Part::default()
        }
    }

    fn told(parts: &[(&str, &str)]) -> Vec<String> {
        let mut sequence = Sequence::default();
        for ((account, text), line) in parts.iter().zip(1..) {
            sequence.take(account, "CNY", part(line, text));
        }
        let mut told = Told::default();
        sequence.finish(&mut told);
        told.0
    }

    #[test]
    fn what_is_missing_between_statements_is_told() {
        #[rustfmt::skip] // A table is read by column.
        let rows: &[(&[&str], &[&str])] = &[
            (&["1/1 0 5 10", "2/1 5 9 11", "3/1 9 9 12"],           &[]),
            (&["3/1 9 9 12", "2/1 5 9 11", "1/1 0 5 10"],           &[]), // Newest first.
            (&["12/1+ 0 5 10", "12/2+ 5 6 10", "12/3 6 9 10"],      &[]),
            (&["12/3 6 9 10", "12/2+ 5 6 10", "12/1+ 0 5 10"],      &[]),
            (&["12/1+ 0 5 10", "12/3 6 9 10"],
             &["2: opening-not-closing: found \"6, closing before 5\"", "2: page-missing: found \"page 2 of number 12\""]),
            (&["1/1 0 5 10", "3/1 5 9 11"],                         &["2: page-missing: found \"number 2\""]),
            (&["1/1 0 5 10", "9/1 5 9 11"],                         &["2: page-missing: found \"numbers 2 to 8\""]),
            (&["3/1 5 9 12", "1/1 0 5 11"],                         &["1: page-missing: found \"number 2\""]),
            (&["128/1 0 5 8", "131/1 5 9 11"],                      &[]), // Days of the year, over a week-end.
            (&["260508/1 0 5 8", "260511/1 5 9 11"],                &[]),
            (&["131/1 0 5 11", "133/1 5 9 13"],                     &["2: page-missing: found \"number 132\""]),
            (&["28/1 0 5 8", "31/1 5 9 11"],                        &["2: page-missing: found \"numbers 29 to 30\""]),
            (&["1/1 0 5 10", "2/1 6 9 11"],                         &["2: opening-not-closing: found \"6, closing before 5\""]),
            (&["365/1 0 5 10", "1/1 5 9 11"],                       &[]), // A new year.
            (&["1/1 0 5 10", "1/1 5 9 11"],                         &[]), // One number for all.
            (&["1/1+ 0 5 10"],                                      &["1: page-missing: found \"page 2 of number 1\""]),
            (&["7/3 0 5 10"],                                       &["1: page-missing: found \"pages 1 to 2 of number 7\""]),
            (&["1/1+ 0 5 10", "2/1 5 9 11"],                        &["1: page-missing: found \"page 2 of number 1\""]),
            (&["1/1 0 5 10", "2/2 5 9 11"],                         &[]), // Pages that go on.
            (&["1/1 0 5 10", "3/4 5 9 11"],
             &["2: page-missing: found \"number 2\"", "2: page-missing: found \"pages 1 to 3 of number 3\""]),
            (&["-/1+ 0 5 10", "-/2 5 9 10"],                        &[]),
            (&["-/1+ 0 5 10", "-/3 5 9 10"],                        &["2: page-missing: found \"page 2\""]),
            (&["- - - -", "0/0 1 2 11"],                            &[]),
        ];
        for (parts, want) in rows {
            let parts: Vec<_> = parts.iter().map(|text| ("1", *text)).collect();
            assert_eq!(told(&parts), *want, "{parts:?}");
        }
    }

    #[test]
    fn numbers_that_count_what_is_delivered_have_no_gap_an_account() {
        assert_eq!(told(&[("1", "1/1 0 5 10"), ("2", "2/1 0 5 10"), ("1", "3/1 5 6 11")]), [""; 0]);
        assert_eq!(
            told(&[("1", "64/1 0 5 10"), ("2", "64/2 0 5 10"), ("3", "64/3 0 1 10")]),
            [""; 0]
        );
    }

    #[test]
    fn a_thousand_gaps_are_counted() {
        let parts: Vec<_> = (0..1000).map(|n| format!("{}/1 0 0 10", n * 3 + 1)).collect();
        let told = told(&parts.iter().map(|text| ("1", text.as_str())).collect::<Vec<_>>());
        assert_eq!(told.len(), FLAGS_MAX + 1);
        assert_eq!(told[FLAGS_MAX], "1000: page-missing: found \"983 more\"");
    }
}
