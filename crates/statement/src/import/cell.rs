//! A cell of a sheet as the text that its column takes, or what is wrong with it.
//!
//! Start at [`read`]. What is plain is folded here, by what the column holds: a key is what its cell shows, an
//! amount loses its sign of currency, a name its padding. What could mean two things, or lost digits on its way,
//! is a problem. Whether the text is a good value is the readers' to say (`field.rs`, `when.rs`).

use super::error::{Expected, Problem};
use super::heading::{Holds, is_unseen, narrow};
use crate::sheet::{Cell, Format, Kind, Row, Shown, number};

/// What came out of a cell beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) problem: Option<Problem>,
    /// A key that was typed as a number: zeros in front of it are lost.
    pub(super) from_number: bool,
}

/// Stands before what was written back and must not be taken as it is.
pub(super) const UNMENDED: char = '≈';

/// Digits in a row that are a number of their own.
const NUMBER_DIGITS: usize = 4;
/// Digits of a number that a spreadsheet keeps.
const DIGITS_KEPT: usize = 15;

/// Writes a cell's text to `out`, folded as its column wants it; of a cell that is wrong what it shows.
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

/// What a cell shows, for headings and for writing it back.
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

/// An error value, also where a CSV has it as text.
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

/// A mark that turns the direction of a text: what is read is not what stands there.
const fn is_turning(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A character that was lost on the way, that turns a text round, or that only one computer knows.
fn lost(text: &str, holds: Holds) -> Option<char> {
    if text.is_ascii() {
        return None;
    }
    let strange =
        |c: char| c == '\u{fffd}' || is_turning(c) || matches!(c, '\u{e000}'..='\u{f8ff}');
    if let Some(found) = text.chars().find(|c| strange(*c)) {
        return Some(found);
    }
    // A character that an encoding does not have becomes a question mark.
    (holds == Holds::Name && text.contains('?')).then_some('?')
}

/// What a spreadsheet makes of a long number in a CSV: `1.10105E+17`.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.strip_prefix('+').is_some_and(digits);
    exponent && mantissa.split('.').all(digits) && mantissa.split('.').count() <= 2
}

/// A name: blanks between Chinese characters only align it with longer ones.
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
    // 陈1 tells one 陈 from another; a number of a person or of a telephone is no name.
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

/// An amount without its currency; commas of any width part thousands.
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

/// A word of a few: of `01-离职` what stands behind the number, as a drop-down has it.
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
            // Where the format itself shows zeros in front, none is lost.
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
            // Six digits are a month and eight a day; with a point 2026.1 may be October, and fewer digits
            // count days.
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
