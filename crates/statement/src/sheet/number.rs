//! The displayed text of a number cell: parses its format as far as needed to know the visible digits.
//!
//! Start at [`Format::parse`] and [`Format::shown`]. A key typed as a number is its displayed text (`0012`), not the
//! stored value (`12`). An amount is the stored value, which must equal the displayed one. An unknown format shows
//! nothing reliable.
//!
//! Invariant: a text is returned only if Excel and WPS show the same.

use chrono::{NaiveDate, TimeDelta};
use rust_decimal::{Decimal, RoundingStrategy};

/// The digits that a spreadsheet keeps of a number.
const DIGITS_KEPT: u32 = 15;
/// The longest format that is parsed.
const CODE_CHARS_MAX: usize = 255;

/// A number format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    General,
    /// A day; `day` if it shows the day and not only the month.
    Date {
        day: bool,
    },
    /// A time of day or a duration.
    Time,
    Percent,
    Digits(Digits),
    /// Fractions, scientific notation, scaled by thousands, Chinese numerals and everything else.
    Unclear,
    /// The reader of the cell does not know the format.
    Unknown,
}

/// Digits by placeholders, with the text around and between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    whole: Vec<Token>,
    /// Fewest and most decimals.
    decimals: (usize, usize),
    grouped: bool,
    behind: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// `0`, or `#` and `?`, which show no leading zero.
    Place {
        zero: bool,
    },
    Literal(char),
}

/// The displayed text of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    As(String),
    /// Some stored digits are hidden.
    Rounded(String),
    Unclear,
}

/// A number stored in a workbook, with no more digits than a spreadsheet keeps.
#[must_use]
pub fn decimal(raw: &str) -> Option<Decimal> {
    let exact = if raw.contains(['e', 'E']) {
        Decimal::from_scientific(raw).ok()?
    } else {
        // A float may have more digits than a decimal holds.
        raw.get(..raw.len().min(28))?.parse::<Decimal>().ok()?
    };
    Some(exact.round_sf(DIGITS_KEPT)?.normalize())
}

/// Digits of a number's integer part, before rounding.
#[must_use]
pub fn whole_digits(raw: &str) -> usize {
    let (mantissa, exponent) = raw.split_once(['e', 'E']).unwrap_or((raw, "0"));
    let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap_or(0);
    let whole = mantissa.trim_start_matches('-').split('.').next().unwrap_or_default();
    let whole = i64::try_from(whole.trim_start_matches('0').len()).unwrap_or(i64::MAX);
    usize::try_from(whole.saturating_add(exponent)).unwrap_or(0)
}

/// The day of a day number, and the time after it; `None` before March 1900, because Excel counts a day that never
/// existed.
#[must_use]
pub fn day(raw: &str, since_1904: bool) -> Option<(NaiveDate, Option<String>)> {
    const FIRST: i64 = 61;
    let value = decimal(raw)?;
    let days = i64::try_from(value.trunc().mantissa()).ok()? + if since_1904 { 1462 } else { 0 };
    if value.is_sign_negative() || days < FIRST {
        return None;
    }
    let day = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_signed(TimeDelta::days(days))?;
    let seconds = value.fract().checked_mul(Decimal::from(86_400))?.round();
    let seconds = u32::try_from(seconds.normalize().mantissa()).ok()?;
    let time = (seconds > 0).then(|| {
        let (hour, minute) = (seconds / 3600 % 24, seconds / 60 % 60);
        format!("{hour:02}:{minute:02}:{:02}", seconds % 60)
    });
    Some((day, time))
}

impl Format {
    /// One of the numbered formats that every workbook has.
    #[must_use]
    pub fn builtin(id: u32) -> Self {
        match id {
            0 | 49 => Self::General,
            1 => Self::parse("0"),
            2 => Self::parse("0.00"),
            3 | 37 | 38 => Self::parse("#,##0"),
            4 | 7 | 8 | 39 | 40 | 43 | 44 => Self::parse("#,##0.00"),
            5 | 6 | 41 | 42 => Self::parse("#,##0"),
            9 | 10 => Self::Percent,
            14..=16 | 22 => Self::Date { day: true },
            17 => Self::Date { day: false },
            18..=21 | 32..=35 | 45..=47 => Self::Time,
            // Chinese and Japanese workbooks: days, and months only (27, 36, 50, 57 show 2026年5月).
            28..=31 | 51 | 53..=54 | 58 => Self::Date { day: true },
            27 | 36 | 50 | 52 | 55..=57 => Self::Date { day: false },
            _ => Self::Unclear,
        }
    }

    /// Parses a format; of several sections it uses the one for positive numbers.
    #[must_use]
    pub fn parse(code: &str) -> Self {
        if code.chars().count() > CODE_CHARS_MAX {
            return Self::Unclear;
        }
        let pieces = pieces(code);
        if pieces.is_empty() || pieces == [Piece::Sign('@')] || is_general(&pieces) {
            return Self::General;
        }
        if pieces.contains(&Piece::Strange) {
            return Self::Unclear;
        }
        if let Some(found) = of_days(&pieces) {
            return found;
        }
        if pieces.contains(&Piece::Sign('%')) {
            return Self::Percent;
        }
        digits(&pieces).map_or(Self::Unclear, Self::Digits)
    }

    /// The displayed text of a stored number in this format.
    #[must_use]
    pub fn shown(&self, raw: &str) -> Shown {
        let Some(value) = decimal(raw) else { return Shown::Unclear };
        match self {
            Self::General => Shown::As(value.to_string()),
            Self::Digits(digits) => digits.shown(value),
            Self::Date { .. } | Self::Time | Self::Percent | Self::Unclear | Self::Unknown => {
                Shown::Unclear
            }
        }
    }
}

/// A part of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A character with a meaning.
    Sign(char),
    /// A literal character.
    Literal(char),
    /// A duration such as `[h]`.
    Elapsed,
    /// A condition, or numerals of another script.
    Strange,
}

fn pieces(code: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => break,
            '"' => pieces.extend(chars.by_ref().take_while(|c| *c != '"').map(Piece::Literal)),
            '\\' | '!' => pieces.extend(chars.next().map(Piece::Literal)),
            // A blank as wide as the next character, or a fill of it.
            '_' | '*' => _ = chars.next(),
            '[' => pieces
                .extend(bracket(&chars.by_ref().take_while(|c| *c != ']').collect::<String>())),
            '0' | '#' | '?' | '.' | ',' | '%' | '@' | '/' => pieces.push(Piece::Sign(c)),
            c if c.is_ascii_alphabetic() => pieces.push(Piece::Sign(c.to_ascii_lowercase())),
            c => pieces.push(Piece::Literal(c)),
        }
    }
    pieces
}

/// The meaning of brackets: a colour, a currency, a locale, a duration, a condition.
fn bracket(inside: &str) -> Vec<Piece> {
    if let Some(currency) = inside.strip_prefix('$') {
        return currency
            .split('-')
            .next()
            .unwrap_or_default()
            .chars()
            .map(Piece::Literal)
            .collect();
    }
    let lower = inside.to_ascii_lowercase();
    if !lower.is_empty() && ["h", "m", "s"].iter().any(|unit| lower.replace(unit, "").is_empty()) {
        return vec![Piece::Elapsed];
    }
    let colours = ["black", "blue", "cyan", "green", "magenta", "red", "white", "yellow", "color"];
    let colour = colours.iter().any(|colour| lower.starts_with(colour))
        || ["黑", "蓝", "青", "绿", "洋红", "红", "白", "黄", "颜色"]
            .iter()
            .any(|c| lower.starts_with(c));
    if colour { Vec::new() } else { vec![Piece::Strange] }
}

/// The word `General`, whose letters have no meaning.
fn is_general(pieces: &[Piece]) -> bool {
    pieces.iter().copied().eq("general".chars().map(Piece::Sign))
        || pieces.iter().copied().eq("G/通用格式".chars().map(|c| match c {
            'G' => Piece::Sign('g'),
            '/' => Piece::Sign('/'),
            other => Piece::Literal(other),
        }))
}

fn of_days(pieces: &[Piece]) -> Option<Format> {
    let has = |wanted: char| pieces.contains(&Piece::Sign(wanted));
    if pieces.contains(&Piece::Elapsed) {
        return Some(Format::Time);
    }
    // `e` is a year in Chinese formats, and an exponent after a digit.
    let digits = has('0') || has('#') || has('?');
    if has('y') || has('d') || (has('m') && !has('h') && !has('s')) || (has('e') && !digits) {
        return Some(Format::Date { day: has('d') });
    }
    (has('h') || has('s')).then_some(Format::Time)
}

fn digits(pieces: &[Piece]) -> Option<Digits> {
    let place = |piece: &Piece| matches!(piece, Piece::Sign('0' | '#' | '?'));
    let first = pieces.iter().position(place)?;
    let last = pieces.iter().rposition(place)?;
    let mut found =
        Digits { whole: Vec::new(), decimals: (0, 0), grouped: false, behind: String::new() };
    let mut in_decimals = false;
    for (index, piece) in pieces.iter().enumerate() {
        match *piece {
            Piece::Sign('.') if !in_decimals && index > 0 && index <= last + 1 => {
                in_decimals = true
            }
            // After the last place a comma divides by a thousand.
            Piece::Sign(',') if index > first && index < last && !in_decimals => {
                let next = pieces.get(index + 1);
                if !next.is_some_and(place) {
                    return None;
                }
                found.grouped = true;
            }
            Piece::Sign(sign @ ('0' | '#' | '?')) if in_decimals => {
                found.decimals.1 += 1;
                found.decimals.0 += usize::from(sign == '0');
            }
            Piece::Sign(sign @ ('0' | '#' | '?')) => {
                found.whole.push(Token::Place { zero: sign == '0' });
            }
            // 万 shows a part of the amount.
            Piece::Literal('万' | '千' | '百' | '亿') => return None,
            Piece::Literal(c) if in_decimals && index < last => {
                let _ = c;
                return None;
            }
            Piece::Literal(c) if in_decimals || index > last => found.behind.push(c),
            Piece::Literal(c) => found.whole.push(Token::Literal(c)),
            Piece::Sign(_) | Piece::Elapsed | Piece::Strange => return None,
        }
    }
    Some(found)
}

impl Digits {
    /// The displayed number.
    fn shown(&self, value: Decimal) -> Shown {
        let most = u32::try_from(self.decimals.1).unwrap_or(0);
        let rounded = value.round_dp_with_strategy(most, RoundingStrategy::MidpointAwayFromZero);
        let plain = rounded.abs().to_string();
        let (whole, decimals) = plain.split_once('.').unwrap_or((plain.as_str(), ""));
        let whole = if whole == "0" { "" } else { whole };
        let mut text: String = if value.is_sign_negative() { "-" } else { "" }.to_owned();
        text.push_str(&self.whole(whole));
        let decimals = decimals.trim_end_matches('0');
        let width = decimals.len().max(self.decimals.0);
        if width > 0 {
            text.push('.');
            text.push_str(&format!("{decimals:0<width$}"));
        }
        text.push_str(&self.behind);
        if rounded == value { Shown::As(text) } else { Shown::Rounded(text) }
    }

    /// The digits before the point, filled in from the right.
    fn whole(&self, digits: &str) -> String {
        let mut rest: Vec<char> = digits.chars().collect();
        let mut places =
            self.whole.iter().filter(|token| matches!(token, Token::Place { .. })).count();
        let mut reversed: Vec<char> = Vec::new();
        let mut written = 0;
        let mut write = |reversed: &mut Vec<char>, digit: char| {
            if self.grouped && written > 0 && written % 3 == 0 {
                reversed.push(',');
            }
            written += 1;
            reversed.push(digit);
        };
        for token in self.whole.iter().rev() {
            match token {
                Token::Literal(c) => reversed.push(*c),
                Token::Place { zero } => {
                    match rest.pop() {
                        Some(digit) => write(&mut reversed, digit),
                        None if *zero => write(&mut reversed, '0'),
                        None => {}
                    }
                    places -= 1;
                    if places == 0 {
                        while let Some(digit) = rest.pop() {
                            write(&mut reversed, digit);
                        }
                    }
                }
            }
        }
        reversed.iter().rev().collect()
    }
}

#[cfg(test)]
mod tests;
