//! Unread columns with words.

use super::plan::Plan;
use crate::feed::rows::Row;
use crate::feed::{Flag, Odd, Sink};

/// The most columns reported of one file.
const NAMED_MAX: usize = 32;
/// So many digits may be a reference, so many letters a word.
const DIGITS_MIN: usize = 10;
const LETTERS_MIN: usize = 4;

/// Reports each unread column in which this row holds words: nobody may be told that a payer wrote nothing.
pub(super) fn look(plan: &mut Plan<'_>, row: Row<'_>, named: &mut usize, sink: &mut dyn Sink) {
    let header = &plan.header;
    plan.unknown.retain(|column| {
        if !holds_words(row.cell(*column)) {
            return true;
        }
        *named += 1;
        if *named <= NAMED_MAX {
            let heading = header.get(*column).filter(|heading| !heading.is_empty());
            let found = heading.cloned().unwrap_or_else(|| format!("column {}", column + 1));
            sink.flag(Flag::Oddity { line: row.line, odd: Odd::ColumnNotRead, found });
        }
        false
    });
}

fn holds_words(cell: &str) -> bool {
    cell.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_MIN
        || cell.bytes().filter(u8::is_ascii_alphabetic).count() >= LETTERS_MIN
        || cell.chars().any(|c| c.is_alphabetic() && !c.is_ascii())
}
