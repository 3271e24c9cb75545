//! Finds the blocks of a file and parses their rows: a header or the label of another own account begins one.
//!
//! Start at [`TableReader::row`]. Before a header rows are labels. Below it the first rows are kept until the plan is
//! made, then all are parsed as they come. A row without a day waits for the next row with one: between rows it is a
//! reject; after the last one it is a footer, unless it names a payer or the balance shows that it moved money.
//!
//! Invariant: memory is bounded by [`SAMPLE_ROWS`] and [`WAITING_MAX`] for any file.

use super::cell::RowReader;
use super::facts::Facts;
use super::footer::{follows, is_day_misspelt, looks_like_data, moves_money, names_payer};
use super::header::{Finder, Header, normalised};
use super::label::{Label, labels};
use super::plan::{Plan, Sample};
use super::proof::hundredths;
use super::row::Joined;
use super::state::{Accounts, Block, Delivered, State, TableReader, note_day};
use super::totals::Totals;
use super::unread;
use super::value;
use crate::feed::rows::{KeptRow, Row};
use crate::feed::running::Running;
use crate::feed::{FeedError, FeedErrorKind, Flag, Odd, Sink};
use crate::rules::bank::{Field, SerialPeriod};
use chrono::NaiveDate;

/// Rows below a header that its plan is based on.
const SAMPLE_ROWS: usize = 256;
/// The most waiting rows without a day; no footer has more.
const WAITING_MAX: usize = 1024;
/// Ambiguous dates of one file that are reported.
const AMBIGUOUS_MAX: u32 = 8;

impl<'a> TableReader<'a> {
    pub(in crate::feed) fn new(finder: Finder<'a>, delivered: Delivered) -> Self {
        Self {
            finder,
            delivered,
            state: State::Before,
            facts: Facts::default(),
            behind: Facts::default(),
            before: None,
            waiting: Vec::new(),
            running: Running::default(),
            totals: Totals::default(),
            joined: Joined::default(),
            nearest: None,
            headless: None,
            layout: None,
            by_label: false,
            told_day: false,
            blocks: Vec::new(),
            ambiguous: 0,
            unread: 0,
        }
    }

    /// Handles the next row.
    ///
    /// # Errors
    /// If the table is unusable.
    pub(in crate::feed) fn row(
        &mut self,
        row: Row<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), FeedError> {
        match std::mem::replace(&mut self.state, State::Before) {
            State::Before => self.before_header(row),
            State::Sampling { header, mut rows } => {
                // A header of two rows; or the label of another account, followed by its own header.
                let next = || self.finder.under(&header, row).or_else(|| self.finder.header(row));
                if rows.is_empty()
                    && let Some(header) = next()
                {
                    let header = Box::new(header);
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

    /// A new sheet or table begins, with its own header and labels.
    pub(in crate::feed) fn sheet(&mut self, sink: &mut dyn Sink) -> Result<(), FeedError> {
        self.end_state(sink)?;
        self.facts = Facts::default();
        Ok(())
    }

    /// A row before a header: labels, or the header.
    fn before_header(&mut self, row: Row<'_>) -> Result<(), FeedError> {
        let daily = self.facts.only_day().is_some();
        if let Some(header) = self.finder.header_where(row, daily) {
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
        // After rows a label is this block's, or begins another; see `other_row`.
        let before = matches!(self.state, State::Before);
        let facts = if before { &mut self.facts } else { &mut self.behind };
        facts.note(label);
        self.totals.declare(line, label);
    }

    fn begin_block(&mut self, header: Header<'a>) -> Result<(), FeedError> {
        if let Some(line) = self.headless {
            let (expected, found) =
                ("a header before the first row".to_owned(), "rows without one".to_owned());
            return Err(FeedErrorKind::Structure { expected, found }.at(line));
        }
        self.state = State::Sampling { header: Box::new(header), rows: Vec::new() };
        Ok(())
    }

    /// Makes the plan and parses the kept rows.
    pub(super) fn begin_reading(&mut self, sink: &mut dyn Sink) -> Result<(), FeedError> {
        let State::Sampling { header, rows } = std::mem::replace(&mut self.state, State::Before)
        else {
            return Ok(());
        };
        let same_table = self.inherit_account(&header)?;
        let own = rows.iter().take_while(|row| self.finder.header(row.row()).is_none()).count();
        let plan = {
            let is_own = |account: &str| sink.is_own(account);
            let sample = Sample {
                rows: rows.get(..own).unwrap_or_default(),
                account: self.facts.account.as_deref(),
                currency: self.facts.currency.as_deref(),
                opening: self.facts.opening.and_then(|amount| hundredths(amount.signed())),
                ragged: self.delivered.ragged,
                daily: self.facts.only_day().is_some(),
                before: self.read_before(&header),
                is_own: &is_own,
            };
            Plan::of(&self.finder, &header, &sample)?
        };
        let first = rows.first().map(|row| row.row().cell(plan.column(Field::Account)));
        self.totals.begin_block(same_table && self.was_of(first.unwrap_or_default()));
        if let Some(account) = self.facts.account.as_deref().filter(|_| !plan.has(Field::Account)) {
            sink.names_account(account, header.line);
        }
        sink.serial_period(plan.layout.map_or(SerialPeriod::Ever, |layout| layout.serial));
        let layout = plan.layout.map(|layout| layout.id.clone());
        self.layout = self.layout.take().or(layout);
        let line = header.line;
        let block = Block { header: *header, plan, line, accounts: Accounts::new() };
        self.state = State::Reading(Box::new(block));
        for kept in &rows {
            self.row(kept.row(), sink)?;
        }
        Ok(())
    }

    /// Parses a row of a movement; `false` if it is none, or cannot be parsed.
    fn read_row(&mut self, block: &mut Block<'a>, row: Row<'_>, sink: &mut dyn Sink) -> bool {
        if !self.waiting.is_empty() && (RowReader { plan: &block.plan }).day(row).is_ok() {
            self.reject_waiting(block, sink);
            self.behind = Facts::default();
        }
        self.read_row_of(block, row, None, sink)
    }

    /// Parses a row, with the given day if it has none itself.
    fn read_row_of(
        &mut self,
        block: &mut Block<'a>,
        row: Row<'_>,
        day: Option<NaiveDate>,
        sink: &mut dyn Sink,
    ) -> bool {
        let reader = RowReader { plan: &block.plan };
        let account = self.facts.account.as_deref();
        let Ok(reading) = reader.read(row, account, day, &mut self.joined) else { return false };
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
            unread::look(&mut block.plan, row, &mut self.unread, sink);
        }
        true
    }

    /// Rows that are no movement: a header, a label, a footer, or a row that cannot be parsed.
    fn other_row(
        &mut self,
        mut block: Box<Block<'a>>,
        row: Row<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), FeedError> {
        let reader = RowReader { plan: &block.plan };
        if row.cells().all(str::is_empty) {
            self.state = State::Reading(block);
            return Ok(());
        }
        if reader.day(row).is_ok()
            || is_day_misspelt(value::unguarded(reader.value(row, Field::Date)))
        {
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
        let named = labels.iter().find_map(|label| {
            if let Label::Account(account) = label { Some(account) } else { None }
        });
        if let Some(account) = named.filter(|account| self.facts.account.as_ref() != Some(account))
            && !moves_money(&block.plan, row)
        {
            // The same columns, another account: the following rows get their own plan.
            let header = block.header.clone();
            self.end_block(&block, sink);
            self.facts.account = Some(account.clone());
            self.state = State::Sampling { header: Box::new(header), rows: Vec::new() };
            self.by_label = true;
            return Ok(());
        }
        if labels.is_empty() && self.read_on_only_day(&mut block, row, sink) {
            self.state = State::Reading(block);
            return Ok(());
        }
        self.state = State::Reading(block);
        labels.iter().for_each(|label| self.note(row.line, label));
        self.wait(row, sink);
        Ok(())
    }

    /// A movement without a day gets the day of the statement, if that is a single one, and a flag.
    fn read_on_only_day(
        &mut self,
        block: &mut Block<'a>,
        row: Row<'_>,
        sink: &mut dyn Sink,
    ) -> bool {
        let Some(day) = self.facts.only_day() else { return false };
        let before = self.running.last_balance();
        let moved = names_payer(&block.plan, row) || follows(&block.plan, row, before);
        if !moved || !self.read_row_of(block, row, Some(day), sink) {
            return false;
        }
        if !std::mem::replace(&mut self.told_day, true) {
            let found = day.to_string();
            sink.flag(Flag::Oddity { line: row.line, odd: Odd::BookedOnStatementDay, found });
        }
        true
    }

    /// Keeps a row without a day until the next row.
    fn wait(&mut self, row: Row<'_>, sink: &mut dyn Sink) {
        let State::Reading(mut block) = std::mem::replace(&mut self.state, State::Before) else {
            return;
        };
        if self.waiting.len() >= WAITING_MAX {
            self.reject(&block, row, sink);
        } else {
            self.waiting.push(KeptRow::of(row));
        }
        block.line = block.line.max(row.line);
        self.state = State::Reading(block);
    }

    pub(super) fn reject(&mut self, block: &Block<'a>, row: Row<'_>, sink: &mut dyn Sink) {
        let reader = RowReader { plan: &block.plan };
        if let Err(refusal) =
            reader.read(row, self.facts.account.as_deref(), None, &mut self.joined)
        {
            self.running.gap();
            self.totals.reject();
            sink.reject(reader.rejected(row, refusal));
        }
    }

    /// A movement follows: the rows waiting before it are rejects, apart from page breaks.
    fn reject_waiting(&mut self, block: &Block<'a>, sink: &mut dyn Sink) {
        for kept in std::mem::take(&mut self.waiting) {
            if !self.turns_page(block, kept.row()) {
                self.reject(block, kept.row(), sink);
            }
        }
    }

    /// 承前页, 本页合计 and the rows that the bank's layout skips.
    pub(super) fn turns_page(&self, block: &Block<'a>, row: Row<'_>) -> bool {
        let Some(first) = row.cells().find(|cell| !cell.is_empty()) else { return true };
        let rules = self.finder.layouts.headings();
        let folded = rules.folded(first);
        rules.values.page_turn.iter().any(|word| folded.starts_with(word.as_str()))
            || block.plan.layout.is_some_and(|layout| layout.skip.is_match(&normalised(first)))
    }
}
