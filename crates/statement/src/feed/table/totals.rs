//! Compares a file's declared totals with its rows.
//!
//! Start at [`Totals::compare`]. A total may be of its block or of the whole file, and a red correction may count on
//! the side of its column or of its money: a difference is reported only if no such reading holds.

use super::label::Label;
use crate::feed::amount::Amount;
use crate::feed::{Flag, Sink};
use remittance::Direction;
use rust_decimal::Decimal;

/// The sums of some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// By the direction of the money: in, out.
    rows: [u64; 2],
    hundredths: [i128; 2],
    /// By the column of the amount, if each direction has one.
    column_rows: [u64; 2],
    column_hundredths: [i128; 2],
    /// Rows that move nothing.
    zeros: u64,
    rejected: u64,
}

/// A declared total.
#[derive(Clone, Debug)]
struct Declared {
    line: u64,
    what: &'static str,
    way: Option<Direction>,
    is: Total,
    /// The blocks before and after it: between two blocks it may belong to either.
    blocks: [Option<usize>; 2],
}

#[derive(Clone, Copy, Debug)]
enum Total {
    Count(u64),
    Sum(Amount),
}

/// The totals of a file.
#[derive(Default)]
pub(super) struct Totals {
    /// For each block; the pages of one table are one block.
    blocks: Vec<Sums>,
    declared: Vec<Declared>,
    /// The number of declared totals before the last row so far.
    settled: usize,
}

/// The most blocks told apart; later rows are added to the last.
const BLOCKS_MAX: usize = 1 << 16;

/// The most totals kept of one file; no real file declares more.
const DECLARED_MAX: usize = 1024;

const fn side(way: Direction) -> usize {
    match way {
        Direction::Credit => 0,
        Direction::Debit => 1,
    }
}

impl Sums {
    fn add(&mut self, way: Direction, amount: i64, credit_column: Option<bool>) {
        if amount == 0 {
            self.zeros += 1;
            return;
        }
        let size = i128::from(amount.unsigned_abs());
        let into = way == Direction::Credit;
        let in_column = credit_column.unwrap_or(into);
        count(&mut self.rows, &mut self.hundredths, into, size);
        // In its column a correction is subtracted.
        let signed = if in_column == into { size } else { -size };
        count(&mut self.column_rows, &mut self.column_hundredths, in_column, signed);
    }

    /// The sum of both.
    fn with(mut self, other: &Self) -> Self {
        for (sum, more) in
            [(&mut self.rows, &other.rows), (&mut self.column_rows, &other.column_rows)]
        {
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        for (sum, more) in [
            (&mut self.hundredths, &other.hundredths),
            (&mut self.column_hundredths, &other.column_hundredths),
        ] {
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        self.zeros += other.zeros;
        self.rejected += other.rejected;
        self
    }

    fn agrees(&self, declared: &Declared) -> bool {
        let at = |values: &[u64; 2]| match declared.way {
            Some(way) => values.get(side(way)).copied().unwrap_or(0),
            None => values.iter().sum(),
        };
        match declared.is {
            Total::Count(count) => {
                let counts = [at(&self.rows), at(&self.column_rows)];
                let more = if declared.way.is_none() { self.zeros + self.rejected } else { 0 };
                counts.iter().any(|found| {
                    *found == count || found + more == count || found + self.zeros == count
                })
            }
            Total::Sum(sum) => {
                let wanted = i128::from(sum.hundredths).abs();
                let sums = |values: &[i128; 2]| {
                    declared.way.and_then(|way| values.get(side(way)).copied())
                };
                [sums(&self.hundredths), sums(&self.column_hundredths)]
                    .into_iter()
                    .flatten()
                    .any(|found| found.abs() == wanted)
            }
        }
    }

    fn shown(&self, declared: &Declared) -> String {
        let both = |values: &[u64; 2]| values.iter().sum::<u64>();
        match (declared.is, declared.way) {
            (Total::Count(_), None) => both(&self.rows).to_string(),
            (Total::Count(_), Some(way)) => {
                self.rows.get(side(way)).copied().unwrap_or(0).to_string()
            }
            (Total::Sum(_), way) => {
                let sum = way.and_then(|way| self.hundredths.get(side(way)).copied()).unwrap_or(0);
                Decimal::try_from_i128_with_scale(sum, 2)
                    .map(|sum| sum.to_string())
                    .unwrap_or_default()
            }
        }
    }
}

/// Counts one more row on the first side or on the second.
const fn count(counts: &mut [u64; 2], sums: &mut [i128; 2], first: bool, size: i128) {
    let ([first_count, second_count], [first_sum, second_sum]) = (counts, sums);
    if first {
        *first_count += 1;
        *first_sum += size;
    } else {
        *second_count += 1;
        *second_sum += size;
    }
}

impl Totals {
    pub(super) fn entry(&mut self, way: Direction, amount: i64, credit_column: Option<bool>) {
        self.settled = self.declared.len();
        if let Some(block) = self.blocks.last_mut() {
            block.add(way, amount, credit_column);
        }
    }

    pub(super) fn reject(&mut self) {
        if let Some(block) = self.blocks.last_mut() {
            block.rejected += 1;
        }
    }

    /// Another block begins, unless it is another page of the previous one.
    pub(super) fn begin_block(&mut self, goes_on: bool) {
        // Another page declares nothing of its own.
        if goes_on && !self.blocks.is_empty() && self.settled == self.declared.len() {
            return;
        }
        if self.blocks.len() < BLOCKS_MAX {
            self.blocks.push(Sums::default());
        }
        // A total after the previous rows belongs to them, or to the following ones.
        let block = self.blocks.len().checked_sub(1);
        for declared in self.declared.iter_mut().skip(self.settled) {
            let [_, behind] = &mut declared.blocks;
            *behind = block;
        }
    }

    /// Adds a label with a declared total.
    pub(super) fn declare(&mut self, line: u64, label: &Label) {
        let (what, way, is) = match label {
            Label::Count { way, count } => ("count", *way, Total::Count(*count)),
            Label::Sum { way, sum } => ("sum", Some(*way), Total::Sum(*sum)),
            Label::Account(_)
            | Label::Currency(_)
            | Label::Opening(_)
            | Label::Closing(_)
            | Label::From(_)
            | Label::To(_) => {
                return;
            }
        };
        let what = match (what, way) {
            ("count", None) => "number of rows",
            ("count", Some(Direction::Credit)) => "number of rows of money in",
            ("count", Some(Direction::Debit)) => "number of rows of money out",
            (_, Some(Direction::Debit)) => "sum of money out",
            _ => "sum of money in",
        };
        if self.declared.len() < DECLARED_MAX {
            let before = self.blocks.len().checked_sub(1);
            self.declared.push(Declared { line, what, way, is, blocks: [before, None] });
        }
    }

    /// Reports the differences.
    pub(super) fn compare(self, sink: &mut dyn Sink) {
        let file = self.blocks.iter().fold(Sums::default(), Sums::with);
        for declared in &self.declared {
            let of = |block: Option<usize>| block.and_then(|block| self.blocks.get(block));
            let [before, behind] = declared.blocks.map(of);
            let holds = |sums: Option<&Sums>| sums.is_some_and(|sums| sums.agrees(declared));
            if holds(before) || holds(behind) || file.agrees(declared) {
                continue;
            }
            let shown = match declared.is {
                Total::Count(count) => count.to_string(),
                Total::Sum(sum) => sum.decimal().to_string(),
            };
            let found = behind.or(before).unwrap_or(&file).shown(declared);
            sink.flag(Flag::ControlSum {
                line: declared.line,
                what: declared.what,
                declared: shown,
                found,
            });
        }
    }
}
