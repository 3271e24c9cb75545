//! The written form of a column's values, to write invented ones alike.
//!
//! Start at [`AmountForm::of`] and [`dated`]. A form keeps separators, guards, groups and lengths, but of digits
//! and letters only their number.
//!
//! Invariant: a form contains no digit, letter or word of a cell, except currency names.

use crate::rulebook::bank::{AmountStyle, DateOrder};
use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

/// How a cell protects the digits of a number from spreadsheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    None,
    Quote,
    Formula,
}

impl Guard {
    fn of(cell: &str) -> (Self, &str) {
        if let Some(inner) = cell.strip_prefix("=\"").and_then(|cell| cell.strip_suffix('"')) {
            return (Self::Formula, inner);
        }
        cell.strip_prefix('\'').map_or((Self::None, cell), |inner| (Self::Quote, inner))
    }

    fn around(self, text: &str) -> String {
        match self {
            Self::None => text.to_owned(),
            Self::Quote => format!("'{text}"),
            Self::Formula => format!("=\"{text}\""),
        }
    }
}

/// The form of an amount column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AmountForm {
    guard: Guard,
    style: AmountStyle,
    before: &'static str,
    behind: &'static str,
    grouped: bool,
    decimals: usize,
    plus: bool,
}

/// Currency signs and names that may precede an amount.
const BEFORE: [&str; 6] = ["￥", "¥", "CNY ", "CNY", "RMB ", "RMB"];

/// The decimal mark and the group separator.
const fn marks(style: AmountStyle) -> (char, char) {
    match style {
        AmountStyle::Point => ('.', ','),
        AmountStyle::Comma => (',', '.'),
    }
}

impl AmountForm {
    /// The form of the non-empty cells.
    pub(super) fn of<'c>(cells: impl Iterator<Item = &'c str> + Clone, style: AmountStyle) -> Self {
        let (point, comma) = marks(style);
        let longest = cells.clone().max_by_key(|cell| cell.len()).unwrap_or("0.00");
        let (guard, bare) = Guard::of(longest);
        let before = BEFORE.into_iter().find(|before| bare.starts_with(before)).unwrap_or("");
        let decimals = |cell: &str| {
            let behind = cell.rsplit_once(point).map_or("", |(_, behind)| behind);
            behind.bytes().filter(u8::is_ascii_digit).count()
        };
        Self {
            guard,
            style,
            before,
            behind: if bare.ends_with('元') { "元" } else { "" },
            grouped: cells.clone().any(|cell| cell.contains(comma)),
            decimals: cells.clone().map(decimals).max().unwrap_or(2).min(2),
            plus: cells.clone().any(|cell| Guard::of(cell).1.starts_with('+')),
        }
    }

    /// The smallest amount that the form can express, in fen.
    pub(super) const fn step(&self) -> i64 {
        match self.decimals {
            0 => 100,
            1 => 10,
            _ => 1,
        }
    }

    /// An amount in the file's form.
    pub(super) fn written(&self, fen: i64) -> String {
        let (whole, fraction) = self.parts(fen);
        let (point, comma) = marks(self.style);
        let mut text = String::new();
        text.push_str(if fen < 0 {
            "-"
        } else if self.plus {
            "+"
        } else {
            ""
        });
        // Readers know no form with a sign before the currency.
        text.push_str(if text.is_empty() { self.before } else { "" });
        for (place, digit) in whole.chars().enumerate() {
            if self.grouped && place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(comma);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(point);
            text.push_str(&fraction);
        }
        text.push_str(self.behind);
        self.guard.around(&text)
    }

    /// The amount as parsed: the file's decimals, no groups.
    pub(super) fn plain(&self, fen: i64) -> String {
        let (whole, fraction) = self.parts(fen);
        let sign = if fen < 0 { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }

    fn parts(&self, fen: i64) -> (String, String) {
        let fen = fen.abs();
        let fraction: String = format!("{:02}", fen % 100).chars().take(self.decimals).collect();
        ((fen / 100).to_string(), fraction)
    }
}

/// The shortest cell shows best whether months and days may have one digit.
pub(super) fn shortest<'c>(cells: impl Iterator<Item = &'c str>) -> &'c str {
    cells.min_by_key(|cell| cell.chars().count()).unwrap_or_default()
}

/// A part of a day's or time's form.
enum Piece {
    Digits(usize),
    Mark(char),
}

/// Marks allowed in days and times.
const MARKS: &str = "-/.: 年月日时分秒T";

fn pieces(form: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for c in form.chars() {
        match (c.is_ascii_digit(), pieces.last_mut()) {
            (true, Some(Piece::Digits(count))) => *count += 1,
            (true, _) => pieces.push(Piece::Digits(1)),
            (false, _) if MARKS.contains(c) => pieces.push(Piece::Mark(c)),
            // A time zone, or something that no day has: the form ends here.
            (false, _) => break,
        }
    }
    pieces
}

fn padded(value: u32, digits: usize) -> String {
    if digits >= 2 { format!("{value:02}") } else { value.to_string() }
}

/// A day, with the time if the form has one, as the column writes it; and the time as parsed.
pub(super) fn dated(
    form: &str,
    order: DateOrder,
    on: NaiveDate,
    at: NaiveTime,
) -> (String, Option<NaiveTime>) {
    let (guard, form) = Guard::of(form);
    let year = |digits: usize| {
        if digits == 2 { format!("{:02}", on.year() % 100) } else { on.year().to_string() }
    };
    let clock = [at.hour(), at.minute(), at.second()];
    let year_at = if order == DateOrder::YearFirst || starts_with_year(form) { 0 } else { 2 };
    let (mut text, mut place, mut times) = (String::new(), 0, 0);
    for piece in pieces(form) {
        match piece {
            Piece::Mark(mark) if times < clock.len() => text.push(mark),
            Piece::Mark(mark) => {
                if mark == '秒' {
                    text.push(mark);
                }
                break;
            }
            Piece::Digits(digits) if place == 0 && digits >= 8 => {
                text.push_str(&on.format("%Y%m%d").to_string());
                place = 3;
                // Without separators: two digits each, the last may have one.
                let glued = (digits - 8).div_ceil(2).min(clock.len());
                for value in clock.iter().take(glued) {
                    text.push_str(&padded(*value, 2));
                }
                times = glued;
            }
            Piece::Digits(digits) if place < 3 => {
                let month_at = usize::from(year_at == 0 || order != DateOrder::MonthFirst);
                let month = place == month_at;
                text.push_str(&if place == year_at {
                    year(digits)
                } else if month {
                    padded(on.month(), digits)
                } else {
                    padded(on.day(), digits)
                });
                place += 1;
            }
            Piece::Digits(digits) => {
                let (shown, used) = timed_piece(&clock, times, digits);
                text.push_str(&shown);
                times += used;
            }
        }
    }
    let text = text.trim_end().trim_end_matches(['T', ':', '.']).to_owned();
    (guard.around(&text), time_read(&clock, times))
}

/// A time as the column writes it, after a day if the form has one.
pub(super) fn timed(
    form: &str,
    order: DateOrder,
    on: NaiveDate,
    at: NaiveTime,
) -> (String, Option<NaiveTime>) {
    let (guard, bare) = Guard::of(form);
    let first = bare.bytes().take_while(u8::is_ascii_digit).count();
    let day = first >= 8 || matches!(bare.as_bytes().get(first), Some(b'-' | b'/' | b'.'));
    if day || bare.contains('年') {
        return dated(form, order, on, at);
    }
    let clock = [at.hour(), at.minute(), at.second()];
    let (mut text, mut times) = (String::new(), 0);
    for piece in pieces(bare) {
        match piece {
            Piece::Mark(mark) if times < clock.len() => text.push(mark),
            Piece::Mark(_) => break,
            Piece::Digits(digits) => {
                let (shown, used) = timed_piece(&clock, times, digits);
                text.push_str(&shown);
                times += used;
            }
        }
    }
    (guard.around(&text), time_read(&clock, times))
}

/// Hours, minutes or seconds, or several without separators; with their count.
fn timed_piece(clock: &[u32; 3], from: usize, digits: usize) -> (String, usize) {
    let used = (digits / 2).max(1).min(clock.len().saturating_sub(from));
    let shown = clock.iter().skip(from).take(used).map(|value| padded(*value, digits));
    (shown.collect(), used)
}

fn time_read(clock: &[u32; 3], times: usize) -> Option<NaiveTime> {
    let part = |place: usize| clock.get(place).copied().filter(|_| place < times).unwrap_or(0);
    (times > 0).then(|| NaiveTime::from_hms_opt(part(0), part(1), part(2))).flatten()
}

/// The year first is read in any date order.
fn starts_with_year(form: &str) -> bool {
    form.bytes().take_while(u8::is_ascii_digit).count() >= 4
}

/// A number of the same length and marks: the first digit is ours, and the last digits count.
pub(super) fn numbered(form: &str, first: char, count: usize) -> String {
    let (guard, bare) = Guard::of(form);
    let digits = bare.chars().filter(char::is_ascii_digit).count();
    let counted = format!("{count:0width$}", width = digits.saturating_sub(1));
    let mut counted = counted.chars().skip(counted.len().saturating_sub(digits.saturating_sub(1)));
    let mut begun = false;
    let mut text = String::new();
    for c in bare.chars() {
        match c {
            '0'..='9' if begun => text.push(counted.next().unwrap_or('0')),
            '0'..='9' => {
                begun = true;
                text.push(first);
            }
            'a'..='z' => text.push('x'),
            'A'..='Z' => text.push('X'),
            '*' | '-' | ' ' | '/' => text.push(c),
            _ => {}
        }
    }
    guard.around(&text)
}

/// A number as parsed.
pub(super) fn unguarded(cell: &str) -> &str {
    Guard::of(cell).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_written_as_the_column_writes_them() {
        use DateOrder::{DayFirst, MonthFirst, YearFirst};
        let on = NaiveDate::from_ymd_opt(2026, 5, 11).unwrap();
        let at = NaiveTime::from_hms_opt(9, 30, 0).unwrap();
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("2019-12-03",           YearFirst,  "2026-05-11",          None),
            ("2019/1/3",             YearFirst,  "2026/5/11",           None),
            ("20191203",             YearFirst,  "20260511",            None),
            ("20191203141516",       YearFirst,  "20260511093000",      Some(at)),
            ("20191203 14:15:16",    YearFirst,  "20260511 09:30:00",   Some(at)),
            ("2019年12月3日",         YearFirst,  "2026年05月11日",       None),
            ("2019-12-03T14:15:16Z", YearFirst,  "2026-05-11T09:30:00", Some(at)),
            ("2019-12-03 14:15:16.771", YearFirst, "2026-05-11 09:30:00", Some(at)),
            ("03.12.2019",           DayFirst,   "11.05.2026",          None),
            ("3.12.19",              DayFirst,   "11.05.26",            None),
            ("12/03/2019 14:15",     MonthFirst, "05/11/2026 09:30",    Some(at)),
            ("2019-12-03",           DayFirst,   "2026-05-11",          None),
            ("=\"2019-12-03\"",      YearFirst,  "=\"2026-05-11\"",     None),
        ];
        for (form, order, want, time) in rows {
            assert_eq!(dated(form, order, on, at), (want.to_owned(), time), "{form}");
        }
        for (form, want) in [
            ("14:15:16", "09:30:00"),
            ("141516", "093000"),
            ("1415", "0930"),
            ("2019-12-03 14:15", "2026-05-11 09:30"),
        ] {
            assert_eq!(timed(form, YearFirst, on, at), (want.to_owned(), Some(at)), "{form}");
        }
    }

    #[test]
    fn amounts_are_written_as_the_column_writes_them() {
        use AmountStyle::{Comma, Point};
        #[rustfmt::skip] // A table is read by column.
        let rows: [(&[&str], AmountStyle, i64, &str, &str); 8] = [
            (&["1,234,567.89", "5.00"], Point, 1200_50,  "1,200.50",   "1200.50"),
            (&["1234.50"],              Point, 1200_50,  "1200.50",    "1200.50"),
            (&["￥77.00"],              Point, 1200_00,  "￥1200.00",  "1200.00"),
            (&["77.00元"],              Point, 1200_00,  "1200.00元",  "1200.00"),
            (&["77", "5"],              Point, 1200_00,  "1200",       "1200"),
            (&["+77.0", "-5.0"],        Point, -20_00,   "-20.0",      "-20.0"),
            (&["+77.00", "-5.00"],      Point, 20_00,    "+20.00",     "20.00"),
            (&["1.234,56"],             Comma, 1200_50,  "1.200,50",   "1200.50"),
        ];
        for (cells, style, fen, want, plain) in rows {
            let form = AmountForm::of(cells.iter().copied(), style);
            assert_eq!(
                (form.written(fen).as_str(), form.plain(fen).as_str()),
                (want, plain),
                "{cells:?}"
            );
        }
    }

    #[test]
    fn of_a_number_only_its_shape_is_kept() {
        for (form, want) in [
            ("6222021234567890123", "6000000000000000007"),
            ("'6222021", "'6000007"),
            ("=\"6222\"", "=\"6007\""),
            ("AB-123/c", "XX-607/x"),
            ("6222****0123", "6000****0007"),
            ("9", "6"),
            ("转账 12", " 67"),
        ] {
            assert_eq!(numbered(form, '6', 7), want, "{form}");
        }
    }
}
