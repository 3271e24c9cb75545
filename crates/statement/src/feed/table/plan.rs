//! How to read a table: the columns of the fields, the form of the amounts, the words for the direction.
//!
//! Start at [`Plan`]. There is one plan a block; `planning.rs` makes it.

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
    /// Columns with unknown headings.
    pub(super) unknown: Vec<usize>,
    pub(super) amounts: Amounts,
    pub(super) flags: Flags,
    /// The first bytes of cells that mean empty.
    pub(super) fillers: Box<[bool; 256]>,
    pub(super) dates: DateOrder,
    pub(super) style: AmountStyle,
    /// Rows may end early: trailing empty cells are omitted.
    pub(super) ragged: bool,
    /// The text was decoded: U+FFFD in it marks invalid bytes.
    pub(super) decoded: bool,
    pub(super) currency: Option<String>,
    /// Days are day numbers of a spreadsheet.
    pub(super) serial_days: bool,
    /// The serial column only counts the rows.
    pub(super) serial_counts_rows: bool,
    /// The day that the time's column belongs to, if it is not the booking day's column.
    pub(super) time_day: usize,
    /// Payer and payee have separate columns; the direction decides which is the counterparty.
    pub(super) two_parties: bool,
    pub(super) own_account: Option<String>,
    /// The meaning of each column, and why.
    pub(super) reads: Vec<ColumnRead>,
}

/// The columns of amounts, and their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amounts {
    pub(super) model: Model,
    pub(super) minus: Minus,
    /// The headings name money in from the view of the account's owner.
    pub(super) swapped: bool,
    pub(super) balance: usize,
}

/// How a table tells the direction; the numbers are columns.
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
    /// By the side of the own account.
    Parties {
        amount: usize,
    },
}

/// The meaning of a minus beside a column or a word that already tells the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Minus {
    /// Money in the other direction: a correction (红字).
    Red,
    /// The same direction again: each outgoing row has one.
    Repeats,
    /// No row reveals it.
    Unexplained,
}

/// The basis of a plan besides the header.
pub(super) struct Sample<'s> {
    /// The first rows below the header.
    pub(super) rows: &'s [KeptRow],
    pub(super) account: Option<&'s str>,
    pub(super) currency: Option<&'s str>,
    pub(super) opening: Option<i64>,
    pub(super) ragged: bool,
    /// The statement is of one day, so its rows need none.
    pub(super) daily: bool,
    /// How the previous block was read, if it has the same headings.
    pub(super) before: Option<(Amounts, Option<bool>)>,
    /// Whether an account is the centre's, if known.
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

    /// Whether a cell means empty.
    pub(super) fn says_nothing(&self, cell: &str) -> bool {
        if cell.is_empty() || value::is_filler(cell) {
            return true;
        }
        let by_layout =
            || self.layout.is_some_and(|layout| layout.blank.iter().any(|word| word == cell));
        self.rules.values.nothing.iter().any(|word| word.eq_ignore_ascii_case(cell)) || by_layout()
    }
}
