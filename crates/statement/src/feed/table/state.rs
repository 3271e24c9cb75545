//! The state of parsing a table: the current block, the previous one, and the waiting rows.

use super::facts::Facts;
use super::header::{Finder, Header, Nearest};
use super::plan::{Amounts, Plan};
use super::row::Joined;
use super::totals::Totals;
use crate::feed::BlockRead;
use crate::feed::rows::KeptRow;
use crate::feed::running::Running;
use chrono::NaiveDate;

/// The form of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::feed) struct Delivered {
    /// Rows may end early: missing cells are empty (HTML, workbooks).
    pub(in crate::feed) ragged: bool,
}

/// The rows being parsed, from one header on.
pub(super) struct Block<'a> {
    pub(super) header: Header<'a>,
    pub(super) plan: Plan<'a>,
    pub(super) line: u64,
    /// For each own account: first and last day, number of rows.
    pub(super) accounts: Accounts,
}

pub(super) enum State<'a> {
    /// Before the first header of the file or sheet.
    Before,
    /// Below a header, until enough rows are seen.
    Sampling {
        header: Box<Header<'a>>,
        rows: Vec<KeptRow>,
    },
    Reading(Box<Block<'a>>),
}

/// Parses the rows of a file.
pub(in crate::feed) struct TableReader<'a> {
    pub(super) finder: Finder<'a>,
    pub(super) delivered: Delivered,
    pub(super) state: State<'a>,
    pub(super) facts: Facts,
    /// Facts after the rows so far: of this block, or of the next.
    pub(super) behind: Facts,
    pub(super) before: Option<Before>,
    pub(super) waiting: Vec<KeptRow>,
    pub(super) running: Running,
    pub(super) totals: Totals,
    pub(super) joined: Joined,
    pub(super) nearest: Option<Nearest>,
    /// A row that looks like data before any header.
    pub(super) headless: Option<u64>,
    pub(super) layout: Option<String>,
    /// The label of another account began the current block, under the previous header.
    pub(super) by_label: bool,
    /// The flag on rows booked on the statement's day was sent.
    pub(super) told_day: bool,
    pub(super) blocks: Vec<BlockRead>,
    pub(super) ambiguous: u32,
    pub(super) unread: usize,
}

/// The previous block.
pub(super) struct Before {
    /// By its label.
    pub(super) account: Option<String>,
    /// By its rows, as far as they are told apart.
    pub(super) accounts: Vec<Option<String>>,
    pub(super) headings: Vec<String>,
    pub(super) amounts: Amounts,
    pub(super) one_is_in: Option<bool>,
}

/// For each own account of a block: first and last day, number of rows.
pub(super) type Accounts = Vec<(Option<String>, (NaiveDate, NaiveDate, u64))>;

/// The most own accounts of one block that are told apart for reports.
const ACCOUNTS_MAX: usize = 64;

pub(super) fn note_day(accounts: &mut Accounts, account: Option<&str>, day: NaiveDate) {
    let known = accounts.iter_mut().find(|(known, _)| known.as_deref() == account);
    if let Some((_, (from, to, entries))) = known {
        (*from, *to, *entries) = ((*from).min(day), (*to).max(day), *entries + 1);
    } else if accounts.len() < ACCOUNTS_MAX {
        accounts.push((account.map(str::to_owned), (day, day, 1)));
    }
}
