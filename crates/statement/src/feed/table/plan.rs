//! How a table is read: which column holds what, how amounts stand, which words say a way.
//!
//! Start at [`Plan`]. One plan a block; how it is worked out is `planning.rs`.

use super::flags::Flags;
use super::header::Places;
use super::value;
use crate::feed::ColumnRead;
use crate::feed::rows::KeptRow;
use crate::rules::bank::{AmountStyle, BankLayout, DateOrder, Field};
use crate::rules::headings::Headings;

/// The fields for words, in the order of [`Plan::words`].
pub(super) const WORD_FIELDS: [Field; 4] =
    [Field::Postscript, Field::Purpose, Field::Summary, Field::Note];
/// No column.
pub(super) const NOWHERE: usize = usize::MAX;

/// How the rows of a block are read.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) layout: Option<&'a BankLayout>,
    pub(super) rules: &'a Headings,
    pub(super) header: Vec<String>,
    pub(super) columns: Places,
    /// The columns that carry words, for each of [`WORD_FIELDS`].
    pub(super) words: [Vec<usize>; WORD_FIELDS.len()],
    /// Columns whose headings nobody understands.
    pub(super) unknown: Vec<usize>,
    pub(super) amounts: Amounts,
    pub(super) flags: Flags,
    /// The bytes with which a cell may begin that stands for an empty one.
    pub(super) fillers: Box<[bool; 256]>,
    pub(super) dates: DateOrder,
    pub(super) style: AmountStyle,
    /// Rows may end early: trailing cells that are empty are left out.
    pub(super) ragged: bool,
    /// The text was decoded: U+FFFD in it stands for bytes that are no text.
    pub(super) decoded: bool,
    pub(super) currency: Option<String>,
    /// Days are numbers as spreadsheets count them.
    pub(super) serial_days: bool,
    /// What is headed as a serial only counts the rows.
    pub(super) serial_counts_rows: bool,
    /// The day that the time's column belongs to, where it is not the booking day's column.
    pub(super) time_day: usize,
    /// Payer and payee stand in columns of their own; which is the other side follows from the direction.
    pub(super) two_parties: bool,
    pub(super) own_account: Option<String>,
    /// What each column was understood as, and why.
    pub(super) reads: Vec<ColumnRead>,
}

/// Where amounts stand, and what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amounts {
    pub(super) model: Model,
    pub(super) minus: Minus,
    /// Money in is what the headings call out: the books of the account's owner.
    pub(super) swapped: bool,
    pub(super) balance: usize,
}

/// How a table says which way money went; the numbers are columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    Pair {
        credit: usize,
        debit: usize,
    },
    Flagged {
        amount: usize,
        flag: usize,
    },
    Signed {
        amount: usize,
    },
    /// By the side on which the own account stands.
    Parties {
        amount: usize,
    },
}

/// What a minus says beside a column or a word that says a way already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Minus {
    /// Money the other way: a correction (红字).
    Red,
    /// The same way once more: each outgoing row carries one.
    Repeats,
    /// No row says.
    Unexplained,
}

/// What a plan is made from, besides the header.
pub(super) struct Sample<'s> {
    /// The first rows below the header.
    pub(super) rows: &'s [KeptRow],
    pub(super) account: Option<&'s str>,
    pub(super) currency: Option<&'s str>,
    pub(super) opening: Option<i64>,
    pub(super) ragged: bool,
    /// The statement is of one day, so its rows need name none.
    pub(super) daily: bool,
    /// How the block before was read, where it has the same headings.
    pub(super) before: Option<(Amounts, Option<bool>)>,
    /// Whether an account is the centre's, where that is known.
    pub(super) is_own: &'s dyn Fn(&str) -> Option<bool>,
}

impl Plan<'_> {
    pub(super) fn column(&self, field: Field) -> usize {
        self.columns.get(field as usize).copied().unwrap_or(NOWHERE)
    }

    pub(super) fn set(&mut self, field: Field, column: usize) {
        if let Some(place) = self.columns.get_mut(field as usize) {
            *place = column;
        }
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.column(field) != NOWHERE
    }

    /// Whether a cell stands for an empty one.
    pub(super) fn says_nothing(&self, cell: &str) -> bool {
        if cell.is_empty() || value::is_filler(cell) {
            return true;
        }
        let by_layout =
            || self.layout.is_some_and(|layout| layout.blank.iter().any(|word| word == cell));
        self.rules.values.nothing.iter().any(|word| word.eq_ignore_ascii_case(cell)) || by_layout()
    }
}
