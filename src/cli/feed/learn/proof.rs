//! Reads the whole file with a layout and follows its balances, as the proof of the layout.
//!
//! Start at [`Proof::of`]. A file may be oldest or newest first, so both orders are followed for each own account;
//! the one with fewer breaks is right.

use crate::feed::{
    self, BlockRead, FeedError, Flag, Reject, Sink, Source, Statement, StatementEntry,
};
use crate::remittance::Direction;
use crate::rulebook::bank::BankLayouts;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Places and rows listed.
const NAMED_MAX: usize = 5;

/// The result of reading the file.
#[derive(Default)]
pub(super) struct Proof {
    pub(super) layout: Option<String>,
    pub(super) entries: u64,
    pub(super) rejected: u64,
    /// The first unreadable rows as messages, and the first readable ones.
    pub(super) rejects: Vec<String>,
    pub(super) first: Vec<String>,
    pub(super) blocks: Vec<BlockRead>,
    /// The currency of the first entry.
    pub(super) currency: Option<String>,
    accounts: BTreeMap<String, Steps>,
}

#[derive(Default)]
struct Steps {
    /// Balance and movement of the previous row.
    before: Option<(Decimal, Decimal)>,
    tried: u64,
    rising: Breaks,
    falling: Breaks,
}

#[derive(Default)]
struct Breaks {
    count: u64,
    lines: Vec<u64>,
}

impl Breaks {
    fn note(&mut self, holds: bool, line: u64) {
        if !holds {
            self.count += 1;
            if self.lines.len() < NAMED_MAX {
                self.lines.push(line);
            }
        }
    }
}

/// The result of following the balances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Balances {
    pub(super) tried: u64,
    pub(super) broken: u64,
    /// The first lines whose balance does not follow.
    pub(super) lines: Vec<u64>,
}

impl Balances {
    pub(super) const fn hold(&self) -> bool {
        self.tried > 0 && self.broken == 0
    }

    /// More than an occasional gap: the columns must mean something else.
    pub(super) const fn contradict(&self) -> bool {
        self.broken * 8 > self.tried
    }
}

impl Proof {
    /// # Errors
    /// When the file as a whole cannot be read with these layouts.
    pub(super) fn of(input: &mut dyn Source, layouts: &BankLayouts) -> Result<Self, FeedError> {
        let mut proof = Self::default();
        let facts = feed::read(input, layouts, &mut proof)?;
        proof.layout = facts.layout;
        Ok(proof)
    }

    pub(super) fn balances(&self) -> Balances {
        let mut all = Balances::default();
        for steps in self.accounts.values() {
            let falling = steps.falling.count < steps.rising.count;
            let breaks = if falling { &steps.falling } else { &steps.rising };
            all.tried += steps.tried;
            all.broken += breaks.count;
            all.lines.extend(breaks.lines.iter().take(NAMED_MAX.saturating_sub(all.lines.len())));
        }
        all
    }
}

impl Sink for Proof {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        self.entries += 1;
        self.currency = self.currency.take().or_else(|| entry.currency.map(str::to_owned));
        if self.first.len() < NAMED_MAX {
            let way = if entry.direction == Direction::Credit { "in 收入" } else { "out 支出" };
            let balance =
                entry.balance.map_or(String::new(), |balance| format!(", balance 余额 {balance}"));
            let told = format!(
                "line {}: {}, {way} {}{balance}",
                entry.line, entry.booked_on, entry.amount
            );
            self.first.push(told);
        }
        let movement =
            if entry.direction == Direction::Credit { entry.amount } else { -entry.amount };
        let account = entry.account.unwrap_or_default();
        if !self.accounts.contains_key(account) {
            self.accounts.insert(account.to_owned(), Steps::default());
        }
        let Some(steps) = self.accounts.get_mut(account) else { return };
        let Some(balance) = entry.balance else {
            steps.before = None;
            return;
        };
        if let Some((before, moved)) = steps.before {
            steps.tried += 1;
            let is = |sum: Option<Decimal>| sum == Some(balance);
            steps.rising.note(is(before.checked_add(movement)), entry.line);
            steps.falling.note(is(before.checked_sub(moved)), entry.line);
        }
        steps.before = Some((balance, movement));
    }

    fn reject(&mut self, reject: Reject) {
        self.rejected += 1;
        // An unreadable row leaves the balance unknown.
        self.accounts.values_mut().for_each(|steps| steps.before = None);
        if self.rejects.len() < NAMED_MAX {
            self.rejects.push(reject.to_string());
        }
    }

    fn statement(&mut self, _: Statement<'_>) {}

    fn flag(&mut self, _: Flag) {}

    fn block(&mut self, block: BlockRead) {
        self.blocks.push(block);
    }
}
