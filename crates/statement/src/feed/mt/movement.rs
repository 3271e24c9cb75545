//! `:61:`, one movement: `YYMMDD[MMDD]mark[funds]amount` `Ntyp` `customer's//bank's reference`.

use super::balance::{amount_of, day, day_near, year};
use crate::feed::Problem;
use crate::feed::camt::value::{Exact, UNITS_MAX};
use crate::feed::identity::is_no_serial;
use chrono::NaiveDate;
use remittance::{AMOUNT_MAX, Direction};

/// The most characters of an amount (SWIFT `15d`).
const AMOUNT_CHARACTERS_MAX: usize = 15;

/// A movement as sums need it; its dates are still text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Movement<'a> {
    value: &'a str,
    entry: &'a str,
    pub(super) direction: Direction,
    pub(super) reversal: bool,
    /// `EC` and `ED`: announced, not booked.
    pub(super) expected: bool,
    pub(super) amount: Exact,
    /// The amount, unchanged.
    pub(super) written: &'a str,
    ends: bool,
    pub(super) units: i128,
    /// The bank's reference, after `//`.
    pub(super) serial: &'a str,
}

/// Why a movement is rejected: the part, its content, the error.
#[derive(Debug)]
pub(super) struct BadPart<'a>(pub(super) &'static str, pub(super) &'a str, pub(super) Problem);

/// The day of a movement, and whether its value date does not exist.
pub(super) struct Booked {
    pub(super) on: NaiveDate,
    pub(super) value_impossible: bool,
}

impl<'a> Movement<'a> {
    /// Parses the field's first line.
    pub(super) fn read(text: &'a str) -> Result<Self, BadPart<'a>> {
        let word = |expected: &str| Problem::Word { expected: expected.to_owned() };
        let date_digits = text.bytes().take(10).take_while(u8::is_ascii_digit).count();
        let (dates, rest) = match date_digits {
            10 => text.split_at_checked(10),
            6..10 => text.split_at_checked(6),
            _ => None,
        }
        .ok_or_else(|| BadPart("value date", text, word("YYMMDD")))?;
        let (value, entry) = dates.split_at_checked(6).unwrap_or((dates, ""));
        // Some banks write four blanks instead of the entry date.
        let rest = rest.trim_start_matches(' ');
        let ((direction, reversal, expected), rest) =
            mark(rest).ok_or_else(|| BadPart("mark", rest, word("C, D, RC or RD")))?;
        // The funds code, third letter of the currency.
        let rest = rest.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest);
        let (amount, rest) = split_amount(rest);
        let refuse = |why: String| BadPart("amount", amount, Problem::Amount(why));
        if amount.len() > AMOUNT_CHARACTERS_MAX {
            return Err(refuse(format!("expected at most {AMOUNT_CHARACTERS_MAX} characters")));
        }
        let exact = amount_of(amount).map_err(refuse)?;
        let units = exact
            .units()
            .filter(|units| *units <= UNITS_MAX)
            .ok_or_else(|| refuse(format!("expected at most {AMOUNT_MAX}")))?;
        let references = rest.split_at_checked(4).map_or("", |(_, references)| references);
        let serial = references.split_once("//").map_or("", |(_, bank)| bank.trim());
        let serial = if is_no_serial(serial) { "" } else { serial };
        Ok(Self {
            value,
            entry,
            direction,
            reversal,
            expected,
            amount: exact,
            written: amount,
            ends: !rest.is_empty(),
            units,
            serial,
        })
    }

    /// Whether text follows the amount, so that it is complete.
    pub(super) const fn ends(&self) -> bool {
        self.ends
    }

    /// The booking day: the entry date or, if the bank omits it, the value date.
    pub(super) fn booked(&self) -> Result<Booked, BadPart<'a>> {
        let refuse =
            |field, found| BadPart(field, found, Problem::Date { expected: "a day that exists" });
        let value = day(self.value);
        if self.entry.is_empty() {
            let on = value.ok_or_else(|| refuse("value date", self.value))?;
            return Ok(Booked { on, value_impossible: false });
        }
        // At some banks interest runs to 30 February: only the year is needed.
        let near = value.or_else(|| {
            let digits = self.value.as_bytes().get(..2)?;
            NaiveDate::from_ymd_opt(year(digits)?, 7, 1)
        });
        let on = near
            .and_then(|near| day_near(self.entry, near))
            .ok_or_else(|| refuse("entry date", self.entry))?;
        Ok(Booked { on, value_impossible: value.is_none() })
    }
}

/// Splits off the amount with any wrong characters inside it: it ends at the type's letter, or at the slash of a
/// reference if the type is omitted.
fn split_amount(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| c.is_ascii_alphabetic() || c == '/').unwrap_or(text.len());
    let (amount, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (amount.trim_end(), rest)
}

/// Splits off the mark: direction, whether a reversal, whether only expected.
fn mark(text: &str) -> Option<((Direction, bool, bool), &str)> {
    let (first, rest) = text.split_at_checked(1)?;
    match first {
        "C" | "c" => Some(((Direction::Credit, false, false), rest)),
        "D" | "d" => Some(((Direction::Debit, false, false), rest)),
        "R" | "r" | "E" | "e" => {
            let reversal = first.eq_ignore_ascii_case("R");
            let (second, rest) = rest.split_at_checked(1)?;
            // The reversal of a credit is money out.
            let direction = match (second, reversal) {
                ("C" | "c", false) | ("D" | "d", true) => Direction::Credit,
                ("D" | "d", false) | ("C" | "c", true) => Direction::Debit,
                _ => return None,
            };
            Some(((direction, reversal, !reversal), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movement_is_read_or_refused_by_its_part() {
        #[rustfmt::skip]
        let rows = [
            ("2403050305C100,00NTRFREF1//B1",     "2024-03-05 credit 100.00 B1"),
            ("2403050305CR100,00NTRFREF1",        "2024-03-05 credit 100.00 "),
            ("2403050305RC100,00NTRFREF1",        "2024-03-05 debit 100.00 reversal "),
            ("2403050305RDR10,00NTRFREF1",        "2024-03-05 credit 10.00 reversal "),
            ("240305d7,NTRF",                     "2024-03-05 debit 7 "),
            ("2401011231C1,5NTRFA//NONREF",       "2023-12-31 credit 1.5 "),
            ("1602300301D6,00N024NONREF",         "2016-03-01 debit 6.00 "),
            ("240305EC6,00N024NONREF",            "2024-03-05 credit 6.00 expected "),
            ("2403050305C1.000,00NTRFREF1",       "amount"),
            ("2403050305C90071992547409,93NTRF",  "amount"),
            ("2403050305CNTRF",                   "amount"),
            ("240305    DD1.5,NTRF",              "amount"),
            ("2403050305C1200.00NTRFX",           "2024-03-05 credit 1200.00 "),
            ("2403050305C1200NTRFX",              "2024-03-05 credit 1200 "),
            ("2403050305C1200,00 NTRFX//B",       "2024-03-05 credit 1200.00 B"),
            ("2403050305C1200,00//B",             "2024-03-05 credit 1200.00 "),
            ("2403050305C1 200,00NTRFX",          "amount"),
            ("2403050305C1'200,00NTRFX",          "amount"),
            ("2403050305C1\u{a0}200,00NTRFX",     "amount"),
            ("2403050305C1-200,00NTRFX",          "amount"),
            ("2403050305C-200,00NTRFX",           "amount"),
            ("2403050305C+200,00NTRFX",           "amount"),
            ("2403050305C1,200NTRFX",             "amount"),
            ("2403050305C1,200,00NTRFX",          "amount"),
            ("2403050305C1,200.00NTRFX",          "amount"),
            ("2403050305C1.200NTRFX",             "amount"),
            ("2403050305C1.2.0NTRFX",             "amount"),
            ("2403050305C1,00 5NTRFX",            "amount"),
            ("2403050305C１,00NTRFX",             "amount"),
            ("2403050305C1000000000000,NTRF",     "amount"),
            ("2403050305C999999999999,99NTRF",    "2024-03-05 credit 999999999999.99 "),
            ("2403050305C5,NTRFA//0000",          "2024-03-05 credit 5 "),
            ("2403050305C5,NTRFA//NOTPROVIDED",   "2024-03-05 credit 5 "),
            ("240305    DD21.50NTRF//Z",          "2024-03-05 debit 21.50 Z"),
            ("2403050230C1,NTRF",                 "entry date"),
            ("240230C1,NTRF",                     "value date"),
            ("2403050305X1,NTRF",                 "mark"),
            ("24030C1,NTRF",                      "value date"),
            ("",                                  "value date"),
        ];
        for (text, want) in rows {
            let read = Movement::read(text)
                .and_then(|movement| movement.booked().map(|booked| (movement, booked)));
            let got = match read {
                Err(BadPart(part, ..)) => part.to_owned(),
                Ok((movement, booked)) => format!(
                    "{} {} {} {}{}{}",
                    booked.on,
                    movement.direction,
                    movement.amount.decimal(),
                    if movement.reversal { "reversal " } else { "" },
                    if movement.expected { "expected " } else { "" },
                    movement.serial,
                ),
            };
            assert_eq!(got, want, "{text}");
        }
    }
}
