//! Parses one cell of a row under a plan: a text, a number, an amount or a day, or why the row is rejected.

use super::plan::Plan;
use super::value;
use crate::feed::amount::{self, Amount};
use crate::feed::rows::Row;
use crate::feed::{Problem, date};
use crate::rules::bank::Field;
use remittance::MoneyError;

/// Why a row is rejected, and where in it.
pub(super) struct BadCell {
    pub(super) column: usize,
    pub(super) problem: Problem,
}

/// Parses rows under a plan.
#[derive(Clone, Copy)]
pub(super) struct RowReader<'p> {
    pub(super) plan: &'p Plan<'p>,
}

impl RowReader<'_> {
    /// A cell; empty if its text means nothing.
    pub(super) fn cell<'a>(self, row: Row<'a>, column: usize) -> &'a str {
        let cell = row.cell(column);
        // The first byte shows that nearly every cell is not a placeholder.
        let first = cell.as_bytes().first().copied().unwrap_or_default();
        let may = self.plan.fillers.get(usize::from(first)).copied().unwrap_or(true);
        if may && self.plan.says_nothing(cell) { "" } else { cell }
    }

    pub(super) fn value<'a>(self, row: Row<'a>, field: Field) -> &'a str {
        self.cell(row, self.plan.column(field))
    }

    /// An account or a serial, without the guards that keep its digits in a spreadsheet.
    pub(super) fn number<'a>(self, row: Row<'a>, field: Field) -> &'a str {
        value::unguarded(self.value(row, field))
    }

    pub(super) fn refusal(self, field: Field, problem: Problem) -> BadCell {
        BadCell { column: self.plan.column(field), problem }
    }

    /// The day in the day's column, with the rest of the cell.
    pub(super) fn day<'a>(self, row: Row<'a>) -> Result<date::DayFound<'a>, BadCell> {
        let text = value::unguarded(self.value(row, Field::Date));
        let order = self.plan.dates;
        let found = date::day(text, order);
        let found = found.or_else(|| date::serial_day(text).filter(|_| self.plan.serial_days));
        found.ok_or_else(|| {
            let expected = date::expected(order);
            let problem =
                if text.is_empty() { Problem::Missing } else { Problem::Date { expected } };
            self.refusal(Field::Date, problem)
        })
    }

    pub(super) fn money(self, text: &str, column: usize) -> Result<Amount, BadCell> {
        let refuse = |error: MoneyError| BadCell { column, problem: amount::problem(&error) };
        Amount::read(value::money(text), self.plan.style).map_err(refuse)
    }
}
