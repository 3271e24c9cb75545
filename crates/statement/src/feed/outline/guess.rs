//! Guesses from contents and balances what headings do not say: the day, and the columns of amounts.
//!
//! Start at [`guess`]. It guesses only if exactly one reading makes every balance follow from the previous one. A guess
//! is a proposal for the author of a layout; no file is ever read by it.

use super::{Outline, Understood};
use crate::feed::amount::Amount;
use crate::feed::date;
use crate::rules::bank::{AmountStyle, DateOrder, Field};

/// The most columns of amounts to try; a table with more is something else.
const COLUMNS_MAX: usize = 8;
/// Steps that prove a reading.
const STEPS_MIN: usize = 2;
/// The most characters of a word for a direction.
const WORD_CHARS_MAX: usize = 4;

/// The columns of amounts with their fields.
type Reading = Vec<(usize, Field)>;

/// Proposes fields for unknown columns.
pub(super) fn guess(outline: &mut Outline) {
    let mut found = Reading::new();
    if column(outline, Field::Date).is_none() {
        let mut days = (0..outline.columns.len())
            .filter(|column| is_unknown(outline, *column) && holds_days(outline, *column));
        if let (Some(only), None) = (days.next(), days.next()) {
            found.push((only, Field::Date));
        }
    }
    let day = found.first().map(|(column, _)| *column).or_else(|| column(outline, Field::Date));
    let known = [Field::Amount, Field::Credit, Field::Debit]
        .iter()
        .any(|field| column(outline, *field).is_some());
    if let Some(day) = day.filter(|_| !known) {
        found.extend(amounts(outline, day));
    }
    for (column, field) in found {
        if let Some(column) = outline.columns.get_mut(column)
            && column.understood == Understood::Unknown
        {
            column.understood = Understood::Guessed(field);
        }
    }
}

fn column(outline: &Outline, field: Field) -> Option<usize> {
    outline.columns.iter().position(|column| column.understood == Understood::Field(field))
}

fn is_unknown(outline: &Outline, column: usize) -> bool {
    outline.columns.get(column).is_some_and(|column| column.understood == Understood::Unknown)
}

fn holds_days(outline: &Outline, column: usize) -> bool {
    let filled = outline.filled(column).count();
    let days = outline.filled(column).filter(|cell| is_day(cell)).count();
    days > 0 && days * 5 >= filled * 4
}

/// Whether a cell is a day in some order.
fn is_day(cell: &str) -> bool {
    [DateOrder::DayFirst, DateOrder::MonthFirst]
        .into_iter()
        .any(|order| date::day(cell, order).is_some())
}

/// The only reading of the amounts that the balances prove.
fn amounts(outline: &Outline, day: usize) -> Reading {
    let has_day = |row: &&Vec<String>| row.get(day).is_some_and(|cell| is_day(cell));
    let rows: Vec<&Vec<String>> = outline.rows.iter().filter(has_day).collect();
    let balance = column(outline, Field::Balance);
    let candidates = (0..outline.columns.len()).filter(|column| *column != day);
    let candidates =
        candidates.filter(|column| is_unknown(outline, *column) || Some(*column) == balance);
    let all: Vec<usize> = candidates.collect();
    let style = outline.amount_style(&all);
    let read: Vec<(usize, Vec<Option<i64>>)> = all
        .into_iter()
        .filter_map(|column| Some((column, values(&rows, column, style)?)))
        .collect();
    if read.len() > COLUMNS_MAX {
        return Reading::new();
    }
    let mut proved: Vec<Reading> = Vec::new();
    for (at, balances) in read.iter().filter(|(at, _)| balance.is_none_or(|known| known == *at)) {
        let others = || read.iter().filter(|(other, _)| other != at);
        for (one, values) in others() {
            let moved: Vec<i64> = values.iter().map(|value| value.unwrap_or(0)).collect();
            if moved.iter().any(|moved| *moved < 0) && holds(balances, &moved) {
                proved.push(vec![(*at, Field::Balance), (*one, Field::Amount)]);
            }
            for (other, minus) in others().filter(|(other, _)| other != one) {
                let pairs = values.iter().zip(minus);
                let moved: Vec<i64> =
                    pairs.map(|(credit, debit)| credit.unwrap_or(0) - debit.unwrap_or(0)).collect();
                if holds(balances, &moved) {
                    proved.push(vec![
                        (*at, Field::Balance),
                        (*one, Field::Credit),
                        (*other, Field::Debit),
                    ]);
                }
            }
            proved.extend(flagged(outline, &rows, (*at, balances), (*one, &moved)));
        }
    }
    if proved.len() == 1 { proved.pop().unwrap_or_default() } else { Reading::new() }
}

/// The amounts of a column in hundredths; `None` if it holds anything else, or nothing.
fn values(rows: &[&Vec<String>], column: usize, style: AmountStyle) -> Option<Vec<Option<i64>>> {
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let cell = row.get(column).map_or("", String::as_str);
        let filler = cell.chars().all(|c| matches!(c, '-' | '—'));
        values.push(if filler { None } else { Some(Amount::read(cell, style).ok()?.hundredths) });
    }
    values.iter().any(Option::is_some).then_some(values)
}

/// Whether every balance follows from the previous one, oldest or newest row first.
fn holds(balances: &[Option<i64>], moved: &[i64]) -> bool {
    let steps = balances.len().saturating_sub(1);
    let first = moved.first();
    if steps < STEPS_MIN || moved.iter().all(|one| Some(one) == first) {
        return false;
    }
    let pairs = || balances.iter().zip(balances.iter().skip(1));
    let follows = |before: &Option<i64>, balance: &Option<i64>, by: i64| {
        before.zip(*balance).is_some_and(|(before, balance)| before.saturating_add(by) == balance)
    };
    let rising = pairs()
        .zip(moved.iter().skip(1))
        .all(|((before, balance), by)| follows(before, balance, *by));
    rising
        || pairs()
            .zip(moved)
            .all(|((before, balance), by)| follows(before, balance, by.saturating_neg()))
}

/// Amounts without a sign, beside the only column whose two words tell the direction.
fn flagged(
    outline: &Outline,
    rows: &[&Vec<String>],
    (at, balances): (usize, &[Option<i64>]),
    (one, moved): (usize, &[i64]),
) -> Option<Reading> {
    let mut proved = None;
    let words = (0..outline.columns.len())
        .filter(|column| is_unknown(outline, *column) || column_is_flag(outline, *column));
    for flag in words {
        let word = |row: &&Vec<String>| row.get(flag).map_or("", String::as_str).to_owned();
        let said: Vec<String> = rows.iter().map(word).collect();
        let first = said.first()?;
        let other = said.iter().find(|word| *word != first);
        let short = |word: &String| !word.is_empty() && word.chars().count() <= WORD_CHARS_MAX;
        let two = other.is_some_and(|other| {
            said.iter().all(|word| (word == first || word == other) && short(word))
        });
        // Digits and points are amounts, not words.
        if !two || said.iter().any(|word| word.contains('.')) {
            continue;
        }
        for sign in [1, -1] {
            let signed: Vec<i64> = moved
                .iter()
                .zip(&said)
                .map(|(moved, word)| if word == first { *moved * sign } else { *moved * -sign })
                .collect();
            if holds(balances, &signed) {
                if proved.is_some() {
                    return None;
                }
                proved =
                    Some(vec![(at, Field::Balance), (one, Field::Amount), (flag, Field::Flag)]);
            }
        }
    }
    proved
}

fn column_is_flag(outline: &Outline, at: usize) -> bool {
    column(outline, Field::Flag) == Some(at)
}

#[cfg(test)]
mod tests {
    use super::super::outline;
    use super::*;
    use crate::rules::bank::BankLayouts;
    use std::io::Cursor;

    #[test]
    fn a_column_is_guessed_only_where_the_balances_allow_one_reading() {
        let layouts = BankLayouts::shipped().unwrap();
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("项,进,出,剩,谁\n2026/1/5,500.00,,1500.00,甲\n2026/1/6,,88.80,1411.20,乙\n2026/1/7,30.00,,1441.20,丙\n",
             "date credit debit balance -"),
            // Newest first.
            ("项,出,进,剩\n2026/1/7,,30.00,1441.20\n2026/1/6,88.80,,1411.20\n2026/1/5,,500.00,1500.00\n",
             "date debit credit balance"),
            ("项,数,剩\n2026/1/5,500.00,1500.00\n2026/1/6,-88.80,1411.20\n2026/1/7,30.00,1441.20\n",
             "date amount balance"),
            ("项,向,数,剩\n2026/1/5,来,500.00,1500.00\n2026/1/6,去,88.80,1411.20\n2026/1/7,来,30.00,1441.20\n",
             "date flag amount balance"),
            // One step proves nothing; nor do balances that do not follow, or two columns with the same amounts.
            ("项,进,出,剩\n2026/1/5,500.00,,1500.00\n2026/1/6,,88.80,1411.20\n",                     "date - - -"),
            ("项,进,出,剩\n2026/1/5,5.00,,1.00\n2026/1/6,,8.80,2.00\n2026/1/7,3.00,,9.00\n",         "date - - -"),
            ("项,进,又,出,剩\n2026/1/5,500.00,500.00,,1500.00\n2026/1/6,,,88.80,1411.20\n2026/1/7,30.00,30.00,,1441.20\n",
             "date - - - -"),
        ];
        for (text, want) in rows {
            let outline = outline(&mut Cursor::new(text), &layouts, Some(1)).unwrap();
            let code = |understood| match understood {
                Understood::Guessed(field) => Field::code(field),
                Understood::Field(_) | Understood::Nothing | Understood::Unknown => "-",
            };
            let got: Vec<&str> =
                outline.columns.iter().map(|column| code(column.understood)).collect();
            assert_eq!(got.join(" "), want, "{text}");
        }
    }
}
