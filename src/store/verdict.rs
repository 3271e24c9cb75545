//! Records what a night decided: decisions, journals, suspense and letters, in one commit.
//!
//! Start at [`Store::record`]. What did not change is not written again, so that a night run twice
//! leaves the same bytes. Rows go in in the order of their keys: for a million new ones that is an
//! append to each tree, and the journal of an old one is a short walk.
//!
//! Invariant: at every commit a fen stands on the subject that its decision says ([`home`]).

use super::bulk::Bulk;
use super::row::{day_number, reference_number};
use super::slate::{Prior, account_id};
use super::{Slate, Store, StoreError};
use crate::matching::{Because, Decision, Item, NoticeBook, Notices};
use crate::remark::Claim;
use crate::remittance::{Direction, Money, Outcome, PaymentReference, Reason, Subject};
use crate::report::Tally;
use crate::rulebook::matching::MatchingRules;
use chrono::NaiveDate;
use rusqlite::{Statement, params};

/// What a night decided, ready to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Verdict<'a> {
    pub slate: &'a Slate,
    pub items: &'a [Item<'a>],
    pub decisions: &'a [Decision],
    pub notices: &'a NoticeBook,
    pub rules: &'a MatchingRules,
    pub as_of: NaiveDate,
}

/// What changed by a verdict; counts and sums of transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerdictTotals {
    pub judged: u64,
    pub matched: Tally,
    pub awaiting: Tally,
    pub suspense: Tally,
    pub returned: Tally,
    pub ignored: Tally,
    /// Items that began to hang.
    pub opened: Tally,
    /// Items that hang no longer.
    pub cleared: Tally,
    pub letters: u64,
}

/// An open commit: the decisions are written, and what follows from them can be read and added.
#[derive(Debug)]
pub struct Recording {
    pub(super) bulk: Bulk,
    pub(super) as_of: NaiveDate,
    pub totals: VerdictTotals,
    /// Transactions judged for the first time, and those that settled now.
    received: Tally,
    newly_matched: Tally,
    /// Places on the slate of what began to hang.
    pub opened: Vec<usize>,
    /// Places on the slate of what settled.
    pub settled: Vec<usize>,
}

impl Store {
    /// Writes a verdict and leaves the commit open, so that letters go with it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; nothing is then written.
    pub fn record(&self, verdict: &Verdict<'_>) -> Result<Recording, StoreError> {
        let bulk = Bulk::open(self)?;
        bulk.begin()?;
        let mut recording = Recording {
            bulk,
            as_of: verdict.as_of,
            totals: VerdictTotals::default(),
            received: Tally::default(),
            newly_matched: Tally::default(),
            opened: Vec::new(),
            settled: Vec::new(),
        };
        recording.decisions(verdict)?;
        recording.settlements(verdict)?;
        let centre = recording.bulk.centre_id;
        recording
            .bulk
            .connection
            .execute("update feed set judged = 1 where centre_id = ?1 and judged = 0", [centre])?;
        Ok(recording)
    }
}

impl Recording {
    /// Commits everything.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; nothing is then written.
    pub fn commit(self) -> Result<VerdictTotals, StoreError> {
        self.night(self.received, self.newly_matched)?;
        self.bulk.commit()?;
        Ok(self.totals)
    }

    fn decisions(&mut self, verdict: &Verdict<'_>) -> Result<(), StoreError> {
        let mut order: Vec<usize> = (0..verdict.items.len()).collect();
        order.sort_unstable_by_key(|place| {
            verdict.items.get(*place).map(|item| (item.account, item.serial))
        });
        let mut writer = Writer::new(&self.bulk, day_number(self.as_of))?;
        for place in order {
            let (Some(item), Some(decision)) =
                (verdict.items.get(place), verdict.decisions.get(place))
            else {
                continue;
            };
            let totals = &mut self.totals;
            totals.judged += 1;
            add(totals.of(decision.outcome), item);
            let prior = verdict.slate.prior(place);
            if !writer.decision(item, decision, prior, verdict.rules)? {
                continue;
            }
            let before = prior.and_then(|prior| Outcome::from_number(prior.outcome));
            let hung = before == Some(Outcome::Suspense);
            let hangs = decision.outcome == Outcome::Suspense;
            writer.journal(item, before, decision.outcome)?;
            if hangs && !hung {
                writer.open(item)?;
                add(&mut totals.opened, item);
                self.opened.push(place);
            }
            if hung && !hangs {
                writer.close(item)?;
                add(&mut totals.cleared, item);
            }
            if prior.is_none() {
                add(&mut self.received, item);
            }
            if decision.outcome == Outcome::Matched {
                add(&mut self.newly_matched, item);
                self.settled.push(place);
            }
        }
        Ok(())
    }

    /// One row a notice that is settled, in the order of references.
    fn settlements(&mut self, verdict: &Verdict<'_>) -> Result<(), StoreError> {
        let mut settled: Vec<PaymentReference> = Vec::new();
        for decision in verdict.decisions {
            match &decision.notices {
                Notices::None => {}
                Notices::One(reference) => settled.push(*reference),
                Notices::Several(references) => settled.extend(references.iter().copied()),
            }
        }
        settled.sort_unstable();
        settled.dedup();
        let mut insert =
            self.bulk.connection.prepare("insert into settlement values (?1, ?2, ?3, ?4)")?;
        for reference in settled {
            // A notice that matching settled is in its book; the audit would show one that is not.
            let amount = verdict.notices.get(reference).map(|notice| notice.amount.fen());
            insert.execute(params![
                self.bulk.centre_id,
                reference_number(reference),
                day_number(self.as_of),
                amount
            ])?;
        }
        Ok(())
    }
}

impl VerdictTotals {
    fn of(&mut self, outcome: Outcome) -> &mut Tally {
        match outcome {
            Outcome::Matched => &mut self.matched,
            Outcome::Awaiting => &mut self.awaiting,
            Outcome::Suspense => &mut self.suspense,
            Outcome::Returned => &mut self.returned,
            Outcome::Ignored => &mut self.ignored,
        }
    }
}

/// Counts a movement; money that went out counts negative.
fn add(tally: &mut Tally, item: &Item<'_>) {
    let amount = match item.direction {
        Direction::Credit => item.amount,
        Direction::Debit => Money::from_fen(-item.amount.fen()),
    };
    *tally = tally.plus(Tally::one(amount));
}

/// The subject on which a transaction's money stands. A credit comes in on receipts, a debit
/// against other movements; a settlement takes from receipts.
const fn home(direction: Direction, outcome: Option<Outcome>) -> Subject {
    match (outcome, direction) {
        (Some(Outcome::Suspense), _) => Subject::Suspense,
        (_, Direction::Debit) | (Some(Outcome::Returned | Outcome::Ignored), Direction::Credit) => {
            Subject::Other
        }
        (None | Some(Outcome::Matched | Outcome::Awaiting), Direction::Credit) => Subject::Receipts,
    }
}

/// The one reference that a remark was read as.
const fn read_as(claim: &Claim) -> Option<PaymentReference> {
    match claim {
        Claim::Certain(reference) | Claim::Probable(reference) => Some(*reference),
        Claim::None | Claim::Truncated | Claim::Several(_) => None,
    }
}

/// The explanation as it is kept. One payment for one notice explains itself: the decision's own
/// columns say all there is, and four rows of five need no text.
fn kept_because(because: &Because) -> Option<String> {
    match because {
        Because::Alone { .. } => None,
        Because::Confirmed { .. }
        | Because::Unconfirmed(_)
        | Because::Standing(_)
        | Because::Together(_)
        | Because::Notice { .. }
        | Because::NoReference
        | Because::Truncated
        | Because::Rule
        | Because::Undone(_) => Some(because.to_code()),
    }
}

/// Writes the rows of one transaction. The statements are prepared once a night: for a million
/// rows, looking them up each time costs as much as a third table.
struct Writer<'a> {
    centre_id: i64,
    on: i64,
    first: Statement<'a>,
    again: Statement<'a>,
    allocate: Statement<'a>,
    journal: Statement<'a>,
    open: Statement<'a>,
    close: Statement<'a>,
}

const FIRST: &str = "insert into decision values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

const AGAIN: &str = "update decision set outcome = ?4, reason = ?5, rule = ?6, reference = ?7,
        notice = ?8, decided_on = ?9, because = ?10
    where centre_id = ?1 and account_id = ?2 and serial = ?3";

/// How one transaction splits over several notices: each takes what it asks for.
const ALLOCATE: &str = "insert into allocation
    select ?1, ?2, ?3, reference, amount_fen from notice where centre_id = ?1 and reference = ?4";

/// The next step of a transaction.
pub(super) const JOURNAL: &str = "insert into journal
    select ?1, ?2, ?3, coalesce(max(step), 0) + 1, ?4, ?5, ?6, ?7 from journal
    where centre_id = ?1 and account_id = ?2 and serial = ?3";

/// The item begins to hang, or hangs again.
const OPEN: &str = "insert into suspense_item (centre_id, account_id, serial, opened_on, state)
    values (?1, ?2, ?3, ?4, 'open')
    on conflict do update set opened_on = excluded.opened_on, closed_on = null, state = 'open'";

/// The item hangs no longer, by the engine's own decision.
const CLOSE: &str = "update suspense_item set closed_on = ?4, state = 'resolved'
    where centre_id = ?1 and account_id = ?2 and serial = ?3";

impl<'a> Writer<'a> {
    fn new(bulk: &'a Bulk, on: i64) -> Result<Self, StoreError> {
        let prepare = |sql| bulk.connection.prepare(sql);
        Ok(Self {
            centre_id: bulk.centre_id,
            on,
            first: prepare(FIRST)?,
            again: prepare(AGAIN)?,
            allocate: prepare(ALLOCATE)?,
            journal: prepare(JOURNAL)?,
            open: prepare(OPEN)?,
            close: prepare(CLOSE)?,
        })
    }

    /// Writes a decision; says whether it is news.
    fn decision(
        &mut self,
        item: &Item<'_>,
        decision: &Decision,
        prior: Option<&Prior>,
        rules: &MatchingRules,
    ) -> Result<bool, StoreError> {
        let notice = match &decision.notices {
            Notices::One(reference) => Some(reference_number(*reference)),
            Notices::None | Notices::Several(_) => None,
        };
        let kept = Prior {
            outcome: decision.outcome.number(),
            reason: decision.reason.map(Reason::number),
            notice,
            because: kept_because(&decision.because),
        };
        if prior == Some(&kept) {
            return Ok(false);
        }
        let read = read_as(&item.claim).map(reference_number);
        let write = if prior.is_some() { &mut self.again } else { &mut self.first };
        write.execute(params![
            self.centre_id,
            account_id(item.account),
            item.serial,
            kept.outcome,
            kept.reason,
            decision.rule.and_then(|rule| rules.rule(rule)).map(|rule| &rule.id),
            if read == notice { None } else { read },
            notice,
            self.on,
            kept.because
        ])?;
        if let Notices::Several(references) = &decision.notices {
            for reference in references {
                let (account, number) = (account_id(item.account), reference_number(*reference));
                self.allocate.execute(params![self.centre_id, account, item.serial, number])?;
            }
        }
        Ok(true)
    }

    /// Moves the money where it now stands.
    fn journal(
        &mut self,
        item: &Item<'_>,
        before: Option<Outcome>,
        now: Outcome,
    ) -> Result<(), StoreError> {
        let from = home(item.direction, before);
        let to = home(item.direction, Some(now));
        if from == to {
            return Ok(());
        }
        let (debit, credit) = match item.direction {
            Direction::Credit => (from, to),
            Direction::Debit => (to, from),
        };
        self.journal.execute(params![
            self.centre_id,
            account_id(item.account),
            item.serial,
            self.on,
            debit.number(),
            credit.number(),
            item.amount.fen()
        ])?;
        Ok(())
    }

    fn open(&mut self, item: &Item<'_>) -> Result<(), StoreError> {
        let account = account_id(item.account);
        self.open.execute(params![self.centre_id, account, item.serial, self.on])?;
        Ok(())
    }

    fn close(&mut self, item: &Item<'_>) -> Result<(), StoreError> {
        let account = account_id(item.account);
        self.close.execute(params![self.centre_id, account, item.serial, self.on])?;
        Ok(())
    }
}
