//! Turns a cell of a sheet into the text for its column, or an error.
//!
//! Start at [`read`]. Cells are normalised here by the kind of their column: a key is the displayed text, an amount
//! loses its currency sign, a name its padding. An ambiguous cell, or one that lost digits, is an error. `field.rs` and
//! `when.rs` judge the value itself.

use super::error::{Expected, Problem};
use super::heading::{Holds, is_unseen, narrow};
use crate::sheet::{Cell, Format, Kind, Row, Shown, number};

/// The result for a cell beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) problem: Option<Problem>,
    /// A key that was typed as a number: its leading zeros are lost.
    pub(super) from_number: bool,
}

/// The mark on a written-back cell that must not be accepted unchanged.
pub(super) const UNMENDED: char = '≈';

/// So many adjacent digits are a number of their own.
const NUMBER_DIGITS: usize = 4;
/// The digits that a spreadsheet keeps of a number.
const DIGITS_KEPT: usize = 15;

/// Writes a cell's normalised text to `out`; for a wrong cell its displayed text.
pub(super) fn read(row: &Row<'_>, cell: &Cell, holds: Holds, out: &mut String) -> Outcome {
    let text = row.text(cell);
    let problem = match cell.kind {
        Kind::Text if is_fault(text) => Some(Problem::Fault),
        Kind::Text if text.starts_with(UNMENDED) => Some(Problem::Unmended),
        Kind::Text if matches!(text, "TRUE" | "FALSE") => Some(Problem::Truth),
        Kind::Text => return of_text(text, holds, out),
        Kind::Number => return of_number(text, row.format(cell), holds, out),
        Kind::Day { whole } => return of_day(text, whole, holds, out),
        Kind::Fault => Some(Problem::Fault),
        Kind::Uncalculated => Some(Problem::Uncalculated),
        Kind::Truth => Some(Problem::Truth),
    };
    out.push_str(text);
    Outcome { problem, ..Outcome::default() }
}

/// The displayed text of a cell, for headings and for writing it back.
pub(super) fn shown(row: &Row<'_>, cell: &Cell) -> String {
    let text = row.text(cell);
    match cell.kind {
        Kind::Number => match row.format(cell).shown(text) {
            Shown::As(shown) if number::whole_digits(text) <= DIGITS_KEPT => shown,
            Shown::As(_) | Shown::Rounded(_) | Shown::Unclear => text.to_owned(),
        },
        Kind::Day { whole: false } => text.get(..7).unwrap_or(text).to_owned(),
        Kind::Uncalculated => "#N/A".to_owned(),
        Kind::Text | Kind::Day { .. } | Kind::Truth | Kind::Fault => text.to_owned(),
    }
}

/// An error value, also as text in a CSV.
fn is_fault(text: &str) -> bool {
    text.starts_with('#')
        && ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"]
            .contains(&text)
}

fn of_text(text: &str, holds: Holds, out: &mut String) -> Outcome {
    let start = out.len();
    match holds {
        Holds::Key => out.extend(text.chars().map(narrow).filter(|c| !is_unseen(*c))),
        Holds::Number => out.extend(visible(text).filter(|c| !c.is_whitespace() && *c != '\'')),
        Holds::Numbers => out.extend(visible(text).filter(|c| *c != '\'')),
        Holds::Name => name(text, out),
        Holds::Text => out.extend(text.chars().filter(|c| !is_unseen(*c) || is_turning(*c))),
        Holds::Money => money(text, out),
        Holds::Month | Holds::Day | Holds::Rate | Holds::Count => {
            out.extend(visible(text).filter(|c| !c.is_whitespace() || *c == ' '));
        }
        Holds::Word => word(text, out),
    }
    let folded = out.get(start..).unwrap_or_default();
    let from = folded.trim_start();
    let (skip, length) = (folded.len() - from.len(), from.trim_end().len());
    if skip > 0 {
        out.drain(start..start + skip);
    }
    out.truncate(start + length);
    let folded = out.get(start..).unwrap_or_default();
    let problem = lost(text, holds).map(|found| Problem::Lost { found }).or_else(|| {
        let key = matches!(holds, Holds::Key | Holds::Number | Holds::Numbers);
        (key && is_scientific(folded)).then_some(Problem::Rounded)
    });
    Outcome { problem, from_number: false }
}

fn visible(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(narrow).filter(|c| !is_unseen(*c))
}

/// A mark that changes the direction of a text: it is displayed in another order than stored.
const fn is_turning(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A character that was lost, that reverses a text, or that only one computer knows.
fn lost(text: &str, holds: Holds) -> Option<char> {
    if text.is_ascii() {
        return None;
    }
    let strange =
        |c: char| c == '\u{fffd}' || is_turning(c) || matches!(c, '\u{e000}'..='\u{f8ff}');
    if let Some(found) = text.chars().find(|c| strange(*c)) {
        return Some(found);
    }
    // Encodings turn a missing character into a question mark.
    (holds == Holds::Name && text.contains('?')).then_some('?')
}

/// A long number as a spreadsheet writes it to a CSV: `1.10105E+17`.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.strip_prefix('+').is_some_and(digits);
    exponent && mantissa.split('.').all(digits) && mantissa.split('.').count() <= 2
}

/// A name: blanks between Chinese characters are only alignment.
fn name(text: &str, out: &mut String) {
    let mut blank = false;
    let mut last = None;
    for c in text.chars().filter(|c| !is_unseen(*c) || is_turning(*c)) {
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank)
            && last.is_some_and(|last| !(is_chinese(last) && is_chinese(c)))
        {
            out.push(' ');
        }
        out.push(c);
        last = Some(c);
    }
}

/// Why a text is no person's name.
pub(super) fn no_name(text: &str) -> Option<Expected> {
    let strange = |c: char| c.is_control() || "=+@\"<>{}[]\\/|;,:!#$%^&*_~".contains(c);
    let found = text.chars().find(|c| strange(*c));
    // 陈1 distinguishes one 陈 from another; an identity or telephone number is no name.
    let number = || {
        let mut pieces = text.split(|c: char| !c.is_ascii_digit());
        let long = pieces.any(|digits| digits.len() >= NUMBER_DIGITS);
        let digit = text.chars().find(char::is_ascii_digit)?;
        (long || !text.chars().any(char::is_alphabetic)).then_some(digit)
    };
    let found = found.or_else(number)?;
    Some(Expected::new(
        format!("应为姓名，不能有“{found}”"),
        format!("expected a person's name, found {found:?} in it"),
    ))
}

const fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

/// An amount without its currency; commas of any width separate thousands.
fn money(text: &str, out: &mut String) {
    let plain: String = visible(text)
        .filter(|c| !c.is_whitespace())
        .map(|c| if c == '，' { ',' } else { c })
        .collect();
    let plain = plain.trim_start_matches(['¥', '￥']);
    let plain = plain.strip_prefix("RMB").or_else(|| plain.strip_prefix("CNY")).unwrap_or(plain);
    let plain = plain.strip_prefix("人民币").unwrap_or(plain).trim_start_matches(':');
    out.push_str(plain.strip_suffix('元').unwrap_or(plain));
}

/// One of a few words; for `01-离职` of a drop-down, the word after the number.
fn word(text: &str, out: &mut String) {
    let plain: String = visible(text).filter(|c| !c.is_whitespace()).collect();
    let rest = plain.trim_start_matches(|c: char| c.is_ascii_digit());
    let behind = rest.trim_start_matches(['-', '－', '—', '–', '_', '.', '、', ':', ')']);
    let numbered =
        plain.len() > rest.len() && plain.len() - rest.len() <= 3 && rest.len() > behind.len();
    out.push_str(if numbered && !behind.is_empty() { behind } else { &plain });
}

fn of_number(raw: &str, format: &Format, holds: Holds, out: &mut String) -> Outcome {
    let start = out.len();
    out.push_str(raw);
    let problem = |problem| Outcome { problem: Some(problem), from_number: true };
    let Some(value) = number::decimal(raw) else { return problem(Problem::Rounded) };
    if number::whole_digits(raw) > DIGITS_KEPT {
        return problem(Problem::Rounded);
    }
    let mut write = |text: &str| {
        out.truncate(start);
        out.push_str(text);
    };
    write(&value.to_string());
    match holds {
        Holds::Key | Holds::Number | Holds::Numbers => {
            let Shown::As(shown) = format.shown(raw) else { return problem(Problem::NumberAsKey) };
            let shown = shown.trim();
            let plain = !shown.is_empty() && shown.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !plain || !value.is_integer() {
                return problem(Problem::NumberAsKey);
            }
            write(shown);
            // If the format itself shows leading zeros, none is lost.
            return Outcome { problem: None, from_number: shown == value.to_string() };
        }
        Holds::Money => match format {
            Format::Percent | Format::Date { .. } | Format::Time | Format::Unclear => {
                return problem(Problem::ShownRounded { shown: "?".to_owned() });
            }
            Format::Digits(_) => {
                if let Shown::Rounded(shown) = format.shown(raw) {
                    return problem(Problem::ShownRounded { shown: shown.trim().to_owned() });
                }
                if format.shown(raw) == Shown::Unclear {
                    return problem(Problem::ShownRounded { shown: "?".to_owned() });
                }
            }
            Format::General | Format::Unknown => {}
        },
        Holds::Month | Holds::Day => {
            // Six digits are a month and eight a day; with a point, 2026.1 may be October, and fewer digits are a day
            // number.
            let digits = value.to_string();
            let fits = value.is_integer()
                && (digits.len() == 8 || (digits.len() == 6 && holds == Holds::Month));
            if !fits || value.is_sign_negative() {
                return problem(Problem::NumberAsDate);
            }
        }
        Holds::Name | Holds::Text | Holds::Word => match format.shown(raw) {
            Shown::As(shown) | Shown::Rounded(shown) => write(shown.trim()),
            Shown::Unclear => {}
        },
        Holds::Rate | Holds::Count => {}
    }
    Outcome::default()
}

fn of_day(text: &str, whole: bool, holds: Holds, out: &mut String) -> Outcome {
    let problem = match holds {
        Holds::Day if !whole => Some(Problem::DayNotShown),
        Holds::Day => None,
        Holds::Month => {
            out.push_str(if whole {
                text.split(' ').next().unwrap_or(text)
            } else {
                text.get(..7).unwrap_or(text)
            });
            return Outcome::default();
        }
        Holds::Key
        | Holds::Number
        | Holds::Numbers
        | Holds::Name
        | Holds::Text
        | Holds::Money
        | Holds::Word
        | Holds::Rate
        | Holds::Count => Some(Problem::BecameDate),
    };
    out.push_str(text);
    Outcome { problem, from_number: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(holds: Holds, text: &str) -> String {
        let mut out = String::new();
        match of_text(text, holds, &mut out).problem {
            None => out,
            Some(problem) => format!("{}!", problem.code()),
        }
    }

    #[test]
    fn what_is_plain_is_folded() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (Holds::Key,    "B\u{200b}1",              "B1"),
            (Holds::Key,    "Ｅ００１",                  "E001"),
            (Holds::Number, "'110105 19850201 1009",   "110105198502011009"),
            (Holds::Number, "１１０１０５１９８５０２０１１００９", "110105198502011009"),
            (Holds::Number, "1.10105E+17",             "rounded!"),
            (Holds::Name,   "陈  三",                   "陈三"),
            (Holds::Name,   "John  Smith",             "John Smith"),
            (Holds::Name,   "买买提·艾力",               "买买提·艾力"),
            (Holds::Name,   "赵?明",                    "lost-character!"),
            (Holds::Name,   "李\u{fffd}华",             "lost-character!"),
            (Holds::Name,   "陈\u{202e}二",             "lost-character!"),
            (Holds::Money,  "¥ 5，000.00 元",           "5,000.00"),
            (Holds::Money,  "５０００",                  "5000"),
            (Holds::Money,  "人民币：5000元",            "5000"),
            (Holds::Word,   "01-离职",                  "离职"),
            (Holds::Word,   "1 、离职",                 "离职"),
            (Holds::Word,   "01",                      "01"),
            (Holds::Word,   "离 职",                    "离职"),
            (Holds::Month,  "２０２６年５月",             "2026年5月"),
        ];
        for (holds, found, want) in rows {
            assert_eq!(text(holds, found), want, "{holds:?} {found:?}");
        }
    }

    #[test]
    fn a_number_is_taken_only_for_what_its_cell_shows() {
        let read = |holds, code: &str, raw: &str| {
            let mut out = String::new();
            let outcome = of_number(raw, &Format::parse(code), holds, &mut out);
            let lost = if outcome.from_number { "~" } else { "" };
            outcome.problem.map_or(format!("{lost}{out}"), |problem| format!("{}!", problem.code()))
        };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (Holds::Key,    "0000",       "12",                   "0012"),
            (Holds::Key,    "General",    "12",                   "~12"),
            (Holds::Key,    "0.0",        "12",                   "number-as-key!"),
            (Holds::Key,    "#,##0",      "1234",                 "number-as-key!"),
            (Holds::Key,    "0.00%",      "0.12",                 "number-as-key!"),
            (Holds::Key,    "General",    "12.5",                 "number-as-key!"),
            (Holds::Number, "General",    "1.10105198502011e+17", "rounded!"),
            (Holds::Money,  "General",    "5000.1000000000004",   "5000.1"),
            (Holds::Money,  "General",    "5000.125",             "5000.125"),
            (Holds::Money,  "0",          "5000.4",               "shown-rounded!"),
            (Holds::Money,  "0.00%",      "0.08",                 "shown-rounded!"),
            (Holds::Money,  "0!.0,\"万\"", "50000",               "shown-rounded!"),
            (Holds::Money,  "#,##0.00",   "5000",                 "5000"),
            (Holds::Month,  "General",    "202604",               "202604"),
            (Holds::Month,  "General",    "2026.1",               "number-as-date!"),
            (Holds::Month,  "General",    "46144",                "number-as-date!"),
            (Holds::Day,    "General",    "46144",                "number-as-date!"),
            (Holds::Day,    "General",    "20260511",             "20260511"),
            (Holds::Word,   "00",         "1",                    "01"),
        ];
        for (holds, code, raw, want) in rows {
            assert_eq!(read(holds, code, raw), want, "{holds:?} {code} {raw}");
        }
    }
}
