//! What is kept while a table is read: the block at hand, the one before it, and what waits.

use super::facts::Facts;
use super::header::{Finder, Header, Nearest};
use super::plan::{Amounts, Plan};
use super::row::Joined;
use super::totals::Totals;
use crate::feed::BlockRead;
use crate::feed::rows::KeptRow;
use crate::feed::running::Running;
use chrono::NaiveDate;

/// How rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::feed) struct Delivered {
    /// Rows may end early: what is left out is empty (HTML, workbooks).
    pub(in crate::feed) ragged: bool,
}

/// The rows that are read, from one header on.
pub(super) struct Block<'a> {
    pub(super) header: Header<'a>,
    pub(super) plan: Plan<'a>,
    pub(super) line: u64,
    /// Of each own account: first and last day, number of rows.
    pub(super) accounts: Accounts,
}

pub(super) enum State<'a> {
    /// Before the first header of the file or sheet.
    Before,
    /// Below a header, until enough is seen.
    Sampling {
        header: Box<Header<'a>>,
        rows: Vec<KeptRow>,
    },
    Reading(Box<Block<'a>>),
}

/// Reads the rows of a file.
pub(in crate::feed) struct TableReader<'a> {
    pub(super) finder: Finder<'a>,
    pub(super) delivered: Delivered,
    pub(super) state: State<'a>,
    pub(super) facts: Facts,
    /// What stands behind the rows so far: of this block, or of the next.
    pub(super) behind: Facts,
    pub(super) before: Option<Before>,
    pub(super) waiting: Vec<KeptRow>,
    pub(super) running: Running,
    pub(super) totals: Totals,
    pub(super) joined: Joined,
    pub(super) nearest: Option<Nearest>,
    /// A row before any header that looks like data.
    pub(super) headless: Option<u64>,
    pub(super) layout: Option<String>,
    /// The block at hand was begun by the label of another account, under the header before it.
    pub(super) by_label: bool,
    /// That rows were booked on the statement's day was said.
    pub(super) told_day: bool,
    pub(super) blocks: Vec<BlockRead>,
    pub(super) ambiguous: u32,
    pub(super) unread: usize,
}

/// What the block before was.
pub(super) struct Before {
    /// By its label.
    pub(super) account: Option<String>,
    /// By its rows, as far as they are told apart.
    pub(super) accounts: Vec<Option<String>>,
    pub(super) headings: Vec<String>,
    pub(super) amounts: Amounts,
    pub(super) one_is_in: Option<bool>,
}

/// Of each own account of a block: first and last day, number of rows.
pub(super) type Accounts = Vec<(Option<String>, (NaiveDate, NaiveDate, u64))>;

/// Own accounts of one block that are told apart for whoever asks.
const ACCOUNTS_MAX: usize = 64;

pub(super) fn note_day(accounts: &mut Accounts, account: Option<&str>, day: NaiveDate) {
    let known = accounts.iter_mut().find(|(known, _)| known.as_deref() == account);
    if let Some((_, (from, to, entries))) = known {
        (*from, *to, *entries) = ((*from).min(day), (*to).max(day), *entries + 1);
    } else if accounts.len() < ACCOUNTS_MAX {
        accounts.push((account.map(str::to_owned), (day, day, 1)));
    }
}
