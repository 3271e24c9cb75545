//! The end of a block or the file: footers, declared values, final balances.
//!
//! Start at [`TableReader::finish`].

use super::facts::Facts;
use super::footer::{follows, names_payer};
use super::header::Nearest;
use super::label::labels;
use super::state::{Before, Block, State, TableReader};
use crate::feed::{BlockRead, FeedError, FeedErrorKind, Sink};
use chrono::NaiveDate;

impl<'a> TableReader<'a> {
    /// The block ends: the waiting rows are its footer, unless they moved money.
    pub(super) fn end_block(&mut self, block: &Block<'a>, sink: &mut dyn Sink) {
        for kept in std::mem::take(&mut self.waiting) {
            let row = kept.row();
            let balance = self.running.last_balance();
            let named = names_payer(&block.plan, row)
                && labels(self.finder.layouts.headings(), row).is_empty();
            if !self.turns_page(block, row) && (named || follows(&block.plan, row, balance)) {
                self.reject(block, row, sink);
            }
        }
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
        // A label that begins a block is followed by rows, or by a header of its own.
        let only_label = std::mem::take(&mut self.by_label) && block.accounts.is_empty();
        if block.accounts.is_empty() && !only_label {
            self.blocks.push(read(self.facts.account.clone(), None));
        }
        self.blocks.extend(
            block.accounts.iter().map(|(account, days)| read(account.clone(), Some(*days))),
        );
        let behind = std::mem::take(&mut self.behind);
        // A closing balance after the rows is theirs, unless an opening one shows that it belongs to the following
        // ones.
        if behind.opening.is_none() {
            self.facts.closing = self.facts.closing.or(behind.closing);
        }
        let next = Facts { closing: behind.closing.filter(|_| behind.opening.is_some()), ..behind };
        if only_label {
            // Its labels belong to the following header.
            self.facts = next.or(std::mem::take(&mut self.facts));
            return;
        }
        self.end_statement(block);
        let account = self.facts.account.take();
        self.before = Some(Before {
            account,
            accounts: block.accounts.iter().map(|(account, _)| account.clone()).collect(),
            headings: block.header.cells.clone(),
            amounts: block.plan.amounts,
            one_is_in: block.plan.flags.one_is_in,
        });
        self.facts = next;
    }

    /// The block's declared values for its account; an account column names it if there is only one.
    fn end_statement(&mut self, block: &Block<'a>) {
        let mut accounts = block.accounts.iter().map(|(account, _)| account.clone());
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

    pub(super) fn end_state(&mut self, sink: &mut dyn Sink) -> Result<(), FeedError> {
        // Parsing the kept rows may begin another block, which also ends here.
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

    /// Ends the file: sums, balances and oddities. Returns the name of the matching layout.
    ///
    /// # Errors
    /// If no header was found, or the balances contradict every reading.
    pub(in crate::feed) fn finish(
        mut self,
        sink: &mut dyn Sink,
    ) -> Result<Option<String>, FeedError> {
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
