//! Finds the blocks of a file and reads their rows: a header begins one, so does the label of another own account.
//!
//! Start at [`TableReader::row`]. Before a header rows are labels; below it the first rows are kept until the plan is worked
//! out, then all are read as they come. A row without a day waits until it is known whether a row with one follows: between
//! rows it is a reject, behind the last one a footer, unless it names a payer or the balance shows that it moved money.
//!
//! Invariant: memory is bounded by [`SAMPLE_ROWS`] and [`WAITING_MAX`], whatever the file holds.

use super::header::{Finder, Header, Nearest, normalised};
use super::label::{Label, labels};
use super::plan::{NOWHERE, Plan, Sample};
use super::proof::hundredths;
use super::row::{Joined, RowReader};
use super::totals::Totals;
use super::value;
use crate::feed::amount::Amount;
use crate::feed::rows::{KeptRow, Row};
use crate::feed::running::Running;
use crate::feed::{BlockRead, FeedError, FeedErrorKind, Flag, Odd, Sink, date};
use crate::rulebook::bank::Field;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Rows below a header from which its plan is worked out.
const SAMPLE_ROWS: usize = 256;
/// Rows without a day that wait; more than any footer has.
const WAITING_MAX: usize = 1024;
/// Ambiguous dates of one file that are named.
const AMBIGUOUS_MAX: u32 = 8;
/// Own accounts of one block that are told apart for whoever asks.
const ACCOUNTS_MAX: usize = 64;
/// Columns that are named because nobody reads them.
const UNREAD_MAX: usize = 32;

/// How rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::feed) struct Delivered {
    /// Rows may end early: what is left out is empty (HTML, workbooks).
    pub(in crate::feed) ragged: bool,
}

/// What stands before the rows of a block, and between blocks.
#[derive(Clone, Debug, Default)]
struct Facts {
    account: Option<String>,
    currency: Option<String>,
    opening: Option<Amount>,
    closing: Option<Amount>,
}

/// The rows that are read, from one header on.
struct Block<'a> {
    header: Header<'a>,
    plan: Plan<'a>,
    line: u64,
    /// Of each own account: first and last day, number of rows.
    accounts: BTreeMap<Option<String>, (NaiveDate, NaiveDate, u64)>,
}

enum State<'a> {
    /// Before the first header of the file or sheet.
    Before,
    /// Below a header, until enough is seen.
    Sampling { header: Header<'a>, rows: Vec<KeptRow> },
    Reading(Box<Block<'a>>),
}

/// Reads the rows of a file.
pub(in crate::feed) struct TableReader<'a> {
    finder: Finder<'a>,
    delivered: Delivered,
    state: State<'a>,
    facts: Facts,
    /// The own account that an earlier block was of, and its headings.
    before: Option<(Option<String>, Vec<String>)>,
    waiting: Vec<KeptRow>,
    running: Running,
    totals: Totals,
    joined: Joined,
    nearest: Option<Nearest>,
    /// A row before any header that looks like data.
    headless: Option<u64>,
    layout: Option<String>,
    blocks: Vec<BlockRead>,
    ambiguous: u32,
    unread: u32,
}

impl<'a> TableReader<'a> {
    pub(in crate::feed) fn new(finder: Finder<'a>, delivered: Delivered) -> Self {
        Self {
            finder,
            delivered,
            state: State::Before,
            facts: Facts::default(),
            before: None,
            waiting: Vec::new(),
            running: Running::default(),
            totals: Totals::default(),
            joined: Joined::default(),
            nearest: None,
            headless: None,
            layout: None,
            blocks: Vec::new(),
            ambiguous: 0,
            unread: 0,
        }
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// When the table cannot be read as a whole.
    pub(in crate::feed) fn row(&mut self, row: Row<'_>, sink: &mut dyn Sink) -> Result<(), FeedError> {
        match std::mem::replace(&mut self.state, State::Before) {
            State::Before => self.before_header(row),
            State::Sampling { header, mut rows } => {
                // A header of two rows; or the label of another account, and its own header behind it.
                let next = || self.finder.under(&header, row).or_else(|| self.finder.header(row));
                if rows.is_empty() && let Some(header) = next() {
                    self.state = State::Sampling { header, rows };
                    return Ok(());
                }
                rows.push(KeptRow::of(row));
                let enough = rows.len() >= SAMPLE_ROWS;
                self.state = State::Sampling { header, rows };
                if enough { self.begin_reading(sink) } else { Ok(()) }
            }
            State::Reading(mut block) => {
                if self.read_row(&mut block, row, sink) {
                    self.state = State::Reading(block);
                    return Ok(());
                }
                self.other_row(block, row, sink)
            }
        }
    }

    /// A new sheet or table begins: it has a header and labels of its own.
    pub(in crate::feed) fn sheet(&mut self, sink: &mut dyn Sink) -> Result<(), FeedError> {
        self.end_state(sink)?;
        self.facts = Facts::default();
        Ok(())
    }

    /// A row before a header: labels, or the header.
    fn before_header(&mut self, row: Row<'_>) -> Result<(), FeedError> {
        if let Some(header) = self.finder.header(row) {
            return self.begin_block(header);
        }
        self.finder.nearest(row, &mut self.nearest);
        let labels = labels(self.finder.layouts.headings(), row);
        if labels.is_empty() && looks_like_data(row) {
            self.headless.get_or_insert(row.line);
        }
        labels.iter().for_each(|label| self.note(row.line, label));
        Ok(())
    }

    fn note(&mut self, line: u64, label: &Label) {
        let facts = &mut self.facts;
        match label {
            Label::Account(account) => facts.account = facts.account.take().or_else(|| Some(account.clone())),
            Label::Currency(currency) => {
                facts.currency = facts.currency.take().or_else(|| Some(currency.clone()));
            }
            Label::Opening(amount) => facts.opening = facts.opening.or(Some(*amount)),
            Label::Closing(amount) => facts.closing = facts.closing.or(Some(*amount)),
            Label::Count { .. } | Label::Sum { .. } => self.totals.declare(line, label),
        }
    }

    fn begin_block(&mut self, header: Header<'a>) -> Result<(), FeedError> {
        if let Some(line) = self.headless {
            let (expected, found) = ("a header before the first row".to_owned(), "rows without one".to_owned());
            return Err(FeedErrorKind::Structure { expected, found }.at(line));
        }
        self.state = State::Sampling { header, rows: Vec::new() };
        Ok(())
    }

    /// Works out the plan and reads what was kept.
    fn begin_reading(&mut self, sink: &mut dyn Sink) -> Result<(), FeedError> {
        let State::Sampling { header, rows } = std::mem::replace(&mut self.state, State::Before) else {
            return Ok(());
        };
        self.inherit_account(&header)?;
        let own = rows.iter().take_while(|row| self.finder.header(row.row()).is_none()).count();
        let plan = {
            let is_own = |account: &str| sink.is_own(account);
            let sample = Sample {
                rows: rows.get(..own).unwrap_or_default(),
                account: self.facts.account.as_deref(),
                currency: self.facts.currency.as_deref(),
                opening: self.facts.opening.and_then(|amount| hundredths(amount.signed())),
                ragged: self.delivered.ragged,
                is_own: &is_own,
            };
            Plan::of(&self.finder, &header, &sample)?
        };
        if let Some(account) = self.facts.account.as_deref().filter(|_| !plan.has(Field::Account)) {
            sink.names_account(account, header.line);
        }
        let layout = plan.layout.map(|layout| layout.id.clone());
        self.layout = self.layout.take().or(layout);
        let line = header.line;
        let block = Block { header, plan, line, accounts: BTreeMap::new() };
        self.state = State::Reading(Box::new(block));
        for kept in &rows {
            self.row(kept.row(), sink)?;
        }
        Ok(())
    }

    /// A block without a label of its own goes on with the account before it where it is a page more of the same table.
    fn inherit_account(&mut self, header: &Header<'a>) -> Result<(), FeedError> {
        let has_column = header.headings.iter().any(|heading| {
            matches!(heading.meaning, crate::feed::heading::Meaning::Field(Field::Account | Field::PayeeAccount, _))
        });
        if self.facts.account.is_some() || has_column {
            return Ok(());
        }
        match &self.before {
            Some((account, headings)) if *headings == header.cells => self.facts.account = account.clone(),
            Some((Some(account), _)) => {
                let expected = format!(
                    "the own account of this block, as the one before names {}",
                    crate::remittance::account::masked(account)
                );
                let found = "none".to_owned();
                return Err(FeedErrorKind::Structure { expected, found }.at(header.line));
            }
            Some((None, _)) | None => {}
        }
        Ok(())
    }

    /// Reads a row of a movement; `false` where it is none, or cannot be read.
    fn read_row(&mut self, block: &mut Block<'a>, row: Row<'_>, sink: &mut dyn Sink) -> bool {
        if !self.waiting.is_empty() && (RowReader { plan: &block.plan }).day(row).is_ok() {
            self.reject_waiting(block, sink);
        }
        let reader = RowReader { plan: &block.plan };
        let account = self.facts.account.as_deref();
        let Ok(reading) = reader.read(row, account, &mut self.joined) else { return false };
        let entry = &reading.entry;
        self.running.entry(entry, reading.amount, reading.balance);
        self.totals.entry(entry.direction, reading.amount.hundredths, reading.credit_column);
        note_day(&mut block.accounts, entry.account, entry.booked_on);
        if reading.ambiguous && self.ambiguous < AMBIGUOUS_MAX {
            self.ambiguous += 1;
            let found = reader.value(row, Field::Date).to_owned();
            sink.flag(Flag::Oddity { line: row.line, odd: Odd::AmbiguousDate, found });
        }
        sink.entry(reading.entry);
        if !block.plan.unknown.is_empty() {
            self.look_for_words(block, row, sink);
        }
        true
    }

    /// Names a column that holds words and that nobody reads: nobody shall be told that a payer wrote nothing.
    fn look_for_words(&mut self, block: &mut Block<'a>, row: Row<'_>, sink: &mut dyn Sink) {
        let unread = &mut self.unread;
        let header = &block.plan.header;
        block.plan.unknown.retain(|column| {
            let cell = row.cell(*column);
            let digits = cell.bytes().filter(u8::is_ascii_digit).count();
            let words = digits >= 10 || cell.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) || cell.bytes().filter(u8::is_ascii_alphabetic).count() > 3;
            if !words {
                return true;
            }
            *unread += 1;
            if usize::try_from(*unread).is_ok_and(|unread| unread <= UNREAD_MAX) {
                let heading = header.get(*column).filter(|heading| !heading.is_empty());
                let found = heading.cloned().unwrap_or_else(|| format!("column {}", column + 1));
                sink.flag(Flag::Oddity { line: row.line, odd: Odd::ColumnNotRead, found });
            }
            false
        });
    }

    /// What is no movement: a header, a label, a footer, or a row that cannot be read.
    fn other_row(&mut self, mut block: Box<Block<'a>>, row: Row<'_>, sink: &mut dyn Sink) -> Result<(), FeedError> {
        let reader = RowReader { plan: &block.plan };
        if row.cells().all(str::is_empty) {
            self.state = State::Reading(block);
            return Ok(());
        }
        if reader.day(row).is_ok() || is_day_misspelt(value::unguarded(reader.value(row, Field::Date))) {
            self.reject_waiting(&block, sink);
            self.reject(&block, row, sink);
            self.state = State::Reading(block);
            return Ok(());
        }
        if let Some(header) = self.finder.header(row) {
            self.end_block(&block, sink);
            return self.begin_block(header);
        }
        let labels = labels(self.finder.layouts.headings(), row);
        let named = labels.iter().find_map(|label| if let Label::Account(account) = label { Some(account) } else { None });
        if let Some(account) = named.filter(|account| self.facts.account.as_ref() != Some(account))
            && !moves_money(&block, row)
        {
            // The same columns, another account: what follows is read with a plan of its own.
            let header = block.header.clone();
            self.end_block(&block, sink);
            self.facts = Facts { account: Some(account.clone()), ..Facts::default() };
            self.state = State::Sampling { header, rows: Vec::new() };
            return Ok(());
        }
        labels.iter().for_each(|label| self.totals.declare(row.line, label));
        if self.waiting.len() >= WAITING_MAX {
            self.reject(&block, row, sink);
        } else {
            self.waiting.push(KeptRow::of(row));
        }
        block.line = block.line.max(row.line);
        self.state = State::Reading(block);
        Ok(())
    }

    fn reject(&mut self, block: &Block<'a>, row: Row<'_>, sink: &mut dyn Sink) {
        let reader = RowReader { plan: &block.plan };
        if let Err(refusal) = reader.read(row, self.facts.account.as_deref(), &mut self.joined) {
            self.running.gap();
            self.totals.reject();
            sink.reject(reader.rejected(row, refusal));
        }
    }

    /// A movement follows: what waited before it is a reject, but for what turns a page.
    fn reject_waiting(&mut self, block: &Block<'a>, sink: &mut dyn Sink) {
        for kept in std::mem::take(&mut self.waiting) {
            if !self.turns_page(block, kept.row()) {
                self.reject(block, kept.row(), sink);
            }
        }
    }

    /// 承前页, 本页合计 and what the bank's layout passes over.
    fn turns_page(&self, block: &Block<'a>, row: Row<'_>) -> bool {
        let Some(first) = row.cells().find(|cell| !cell.is_empty()) else { return true };
        let rules = self.finder.layouts.headings();
        let folded = rules.folded(first);
        rules.values.page_turn.iter().any(|word| folded.starts_with(word.as_str()))
            || block.plan.layout.is_some_and(|layout| layout.skip.is_match(&normalised(first)))
    }

    /// The block ends: what waits is its footer, but for what moved money.
    fn end_block(&mut self, block: &Block<'a>, sink: &mut dyn Sink) {
        for kept in std::mem::take(&mut self.waiting) {
            let row = kept.row();
            let balance = self.running.last_balance();
            let named = names_payer(block, row) && labels(self.finder.layouts.headings(), row).is_empty();
            if !self.turns_page(block, row) && (named || follows(block, row, balance)) {
                self.reject(block, row, sink);
            }
        }
        self.totals.end_block();
        let columns = block.plan.reads.clone();
        let layout = block.plan.layout.map(|layout| layout.id.clone());
        let read = |account: Option<String>, days: Option<(NaiveDate, NaiveDate, u64)>| BlockRead {
            line: block.header.line,
            account,
            from: days.map(|(from, ..)| from),
            to: days.map(|(_, to, _)| to),
            entries: days.map_or(0, |(.., entries)| entries),
            layout: layout.clone(),
            columns: columns.clone(),
            proved: None,
        };
        if block.accounts.is_empty() {
            self.blocks.push(read(self.facts.account.clone(), None));
        }
        self.blocks.extend(block.accounts.iter().map(|(account, days)| read(account.clone(), Some(*days))));
        self.end_statement(block);
        let account = self.facts.account.take();
        self.before = Some((account, block.header.cells.clone()));
        self.facts = Facts::default();
    }

    /// What the block declared of its account; an account column names it where there is one account.
    fn end_statement(&mut self, block: &Block<'a>) {
        let mut accounts = block.accounts.keys().cloned();
        let only = accounts.next().filter(|_| accounts.next().is_none());
        let (account, alone) = match (&self.facts.account, only, block.accounts.is_empty()) {
            (Some(account), _, _) => (Some(account.clone()), true),
            (None, Some(account), _) => (account, true),
            (None, None, empty) => (None, empty),
        };
        if alone {
            let declared = [self.facts.opening, self.facts.closing];
            let currency = block.plan.currency.as_deref();
            self.running.end_block(block.header.line, account.as_deref(), currency, declared);
        }
    }

    fn end_state(&mut self, sink: &mut dyn Sink) -> Result<(), FeedError> {
        // Reading what was kept may begin another block, which ends here too.
        loop {
            match std::mem::replace(&mut self.state, State::Before) {
                State::Before => return Ok(()),
                State::Sampling { header, rows } => {
                    self.state = State::Sampling { header, rows };
                    self.begin_reading(sink)?;
                }
                State::Reading(block) => self.end_block(&block, sink),
            }
        }
    }

    /// Ends the file: sums, balances, and what is odd of them. Gives the name of the layout that fits.
    ///
    /// # Errors
    /// Where no header was found, or the balances contradict every reading.
    pub(in crate::feed) fn finish(mut self, sink: &mut dyn Sink) -> Result<Option<String>, FeedError> {
        self.end_state(sink)?;
        if self.blocks.is_empty() {
            let unknown = FeedErrorKind::Empty.at(0);
            return Err(self.nearest.map_or(unknown, Nearest::error));
        }
        if let Some(line) = self.headless {
            let (expected, found) = ("a header above the rows".to_owned(), "none".to_owned());
            return Err(FeedErrorKind::Structure { expected, found }.at(line));
        }
        self.running.check()?;
        for block in &mut self.blocks {
            block.proved = self.running.proved(block.account.as_deref());
        }
        self.totals.compare(sink);
        for block in std::mem::take(&mut self.blocks) {
            sink.block(block);
        }
        self.running.finish(sink);
        Ok(self.layout)
    }
}

fn note_day(
    accounts: &mut BTreeMap<Option<String>, (NaiveDate, NaiveDate, u64)>,
    account: Option<&str>,
    day: NaiveDate,
) {
    let known = accounts.iter_mut().find(|(known, _)| known.as_deref() == account);
    if let Some((_, (from, to, entries))) = known {
        (*from, *to, *entries) = ((*from).min(day), (*to).max(day), *entries + 1);
    } else if accounts.len() < ACCOUNTS_MAX {
        accounts.insert(account.map(str::to_owned), (day, day, 1));
    }
}

/// Whether a row before any header has a day and an amount and no word that explains them.
fn looks_like_data(row: Row<'_>) -> bool {
    let filled = row.cells().filter(|cell| !cell.is_empty()).count();
    let is_day = |cell: &str| {
        date::day(value::unguarded(cell), crate::rulebook::bank::DateOrder::YearFirst).is_some()
    };
    let is_amount = |cell: &str| {
        cell.contains('.') && Amount::read(value::money(cell), crate::rulebook::bank::AmountStyle::Point).is_ok()
    };
    filled >= 4 && row.cells().any(is_day) && row.cells().any(is_amount)
}

/// Whether what stands in the day's column was meant as a day: four digits of a year and a mark, or eight digits.
fn is_day_misspelt(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let century = text.starts_with("19") || text.starts_with("20");
    let marked = digits == 4 && matches!(bytes.get(4), Some(b'-' | b'/')) && bytes.get(5).is_some_and(u8::is_ascii_digit);
    let plain = digits == 8 && bytes.len() == 8;
    century && (marked || plain)
}

/// Whether a row without a day has an amount where its block has them.
fn amount_of(block: &Block<'_>, row: Row<'_>) -> Option<Amount> {
    use super::plan::Model;
    let plan = &block.plan;
    let columns = match plan.amounts.model {
        Model::Pair { credit, debit } => [credit, debit],
        Model::Flagged { amount, .. } | Model::Signed { amount } | Model::Parties { amount } => [amount, NOWHERE],
    };
    columns.into_iter().find_map(|column| {
        let cell = row.cell(column);
        Amount::read(value::money(cell), plan.style).ok().filter(|amount| amount.hundredths != 0)
    })
}

fn moves_money(block: &Block<'_>, row: Row<'_>) -> bool {
    amount_of(block, row).is_some()
}

/// Whether a row without a day has an amount and names who paid it.
fn names_payer(block: &Block<'_>, row: Row<'_>) -> bool {
    let plan = &block.plan;
    let fields = [
        Field::CounterpartyAccount,
        Field::CounterpartyName,
        Field::PayerAccount,
        Field::PayerName,
    ];
    let named = fields.into_iter().any(|field| {
        let cell = row.cell(plan.column(field));
        !plan.says_nothing(cell)
    });
    named && moves_money(block, row)
}

/// Whether a row without a day has a balance that follows from the one before by its amount.
fn follows(block: &Block<'_>, row: Row<'_>, before: Option<i64>) -> bool {
    let (Some(amount), Some(before)) = (amount_of(block, row), before) else { return false };
    let plan = &block.plan;
    let balance = Amount::read(value::money(row.cell(plan.amounts.balance)), plan.style);
    let Ok(balance) = balance else { return false };
    let moved = balance.hundredths.saturating_sub(before);
    moved.saturating_abs() == amount.hundredths.saturating_abs()
}

