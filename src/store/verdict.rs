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
use crate::matching::{AccountIndex, Because, Decision, Item, NoticeBook, Notices};
use crate::remark::Claim;
use crate::remittance::{Direction, Money, Outcome, PaymentReference, Reason, Subject};
use crate::report::Tally;
use crate::rulebook::matching::MatchingRules;
use chrono::NaiveDate;
use rusqlite::{Statement, params};
use std::collections::BTreeMap;

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
    /// What is decided anew, by outcome.
    pub(super) anew: BTreeMap<Outcome, Tally>,
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
            anew: BTreeMap::new(),
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
        let cases = cases(verdict);
        for case in &cases {
            self.totals.judged += 1;
            add(self.totals.of(case.decision.outcome), case.item);
        }
        // First those that were never decided: for them a decision is an appended row.
        let (first, again): (Vec<Case<'_>>, Vec<Case<'_>>) =
            cases.into_iter().partition(|case| case.prior.is_none());
        let mut writer = Writer::new(&self.bulk, verdict.rules, day_number(self.as_of))?;
        writer.decide_first(&first)?;
        for case in &first {
            add(&mut self.received, case.item);
        }
        let mut changed = first;
        for case in again {
            if writer.decide_again(&case)? {
                changed.push(case);
            }
        }
        for case in &changed {
            writer.follow(case)?;
            add(self.anew.entry(case.decision.outcome).or_default(), case.item);
            let (hung, hangs) = (case.hung(), case.hangs());
            if hangs && !hung {
                add(&mut self.totals.opened, case.item);
                self.opened.push(case.place);
            }
            if hung && !hangs {
                add(&mut self.totals.cleared, case.item);
            }
            if case.decision.outcome == Outcome::Matched {
                add(&mut self.newly_matched, case.item);
                self.settled.push(case.place);
            }
        }
        Ok(())
    }

    /// One row a notice that is settled, in the order of references.
    fn settlements(&mut self, verdict: &Verdict<'_>) -> Result<(), StoreError> {
        let mut settled: Vec<PaymentReference> = Vec::new();
        for decision in verdict.decisions {
            settled.extend(decision.notices.as_slice());
        }
        settled.sort_unstable();
        settled.dedup();
        let (centre, on) = (self.bulk.centre_id, day_number(self.as_of));
        self.bulk.insert("settlement", 4, &settled, |row, reference| {
            // A notice that matching settled is in its book; the audit would show one that is not.
            let amount = verdict.notices.get(*reference).map(|notice| notice.amount.fen());
            row.bind(centre)?;
            row.bind(reference_number(*reference))?;
            row.bind(on)?;
            row.bind(amount)
        })?;
        super::remittance::spread(&self.bulk, &settled, self.as_of)
    }
}

/// A transaction and what was decided of it, tonight and before.
struct Case<'a> {
    place: usize,
    item: &'a Item<'a>,
    decision: &'a Decision,
    prior: Option<&'a Prior>,
}

impl Case<'_> {
    fn before(&self) -> Option<Outcome> {
        self.prior.and_then(|prior| Outcome::from_number(prior.outcome))
    }

    fn hung(&self) -> bool {
        self.before() == Some(Outcome::Suspense)
    }

    fn hangs(&self) -> bool {
        self.decision.outcome == Outcome::Suspense
    }
}

/// The cases in the order of their keys, in which their rows are an append.
fn cases<'a>(verdict: &Verdict<'a>) -> Vec<Case<'a>> {
    // A bank's serials mostly rise as they come: an account at a time, sorting them costs little.
    let mut accounts: BTreeMap<AccountIndex, Vec<Case<'a>>> = BTreeMap::new();
    for (place, (item, decision)) in verdict.items.iter().zip(verdict.decisions).enumerate() {
        let case = Case { place, item, decision, prior: verdict.slate.prior(place) };
        accounts.entry(item.account).or_default().push(case);
    }
    for cases in accounts.values_mut() {
        cases.sort_by_key(|case| case.item.serial);
    }
    accounts.into_values().flatten().collect()
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

/// Writes the rows of transactions. The statements are prepared once a night: for a million rows,
/// looking them up each time costs as much as a third table.
struct Writer<'a> {
    bulk: &'a Bulk,
    rules: &'a MatchingRules,
    on: i64,
    again: Statement<'a>,
    allocate: Statement<'a>,
    journal: Statement<'a>,
    open: Statement<'a>,
    close: Statement<'a>,
}

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
    fn new(bulk: &'a Bulk, rules: &'a MatchingRules, on: i64) -> Result<Self, StoreError> {
        let prepare = |sql| bulk.connection.prepare(sql);
        Ok(Self {
            bulk,
            rules,
            on,
            again: prepare(AGAIN)?,
            allocate: prepare(ALLOCATE)?,
            journal: prepare(JOURNAL)?,
            open: prepare(OPEN)?,
            close: prepare(CLOSE)?,
        })
    }

    /// Writes the decisions of transactions that had none.
    fn decide_first(&mut self, cases: &[Case<'_>]) -> Result<(), StoreError> {
        let (centre, on, rules) = (self.bulk.centre_id, self.on, self.rules);
        self.bulk.insert("decision", 10, cases, |row, case| {
            let kept = kept(case.decision);
            row.bind(centre)?;
            row.bind(account_id(case.item.account))?;
            row.bind(case.item.serial)?;
            row.bind(kept.outcome)?;
            row.bind(kept.reason)?;
            row.bind(rule_id(case.decision, rules))?;
            row.bind(read_otherwise(case, kept.notice))?;
            row.bind(kept.notice)?;
            row.bind(on)?;
            row.bind(kept.because)
        })
    }

    /// Writes a decision over an earlier one; says whether it is news.
    fn decide_again(&mut self, case: &Case<'_>) -> Result<bool, StoreError> {
        let kept = kept(case.decision);
        if case.prior == Some(&kept) {
            return Ok(false);
        }
        self.again.execute(params![
            self.bulk.centre_id,
            account_id(case.item.account),
            case.item.serial,
            kept.outcome,
            kept.reason,
            rule_id(case.decision, self.rules),
            read_otherwise(case, kept.notice),
            kept.notice,
            self.on,
            kept.because
        ])?;
        Ok(true)
    }

    /// Writes what follows from a decision: how the amount splits, where the money now stands,
    /// whether the item hangs.
    fn follow(&mut self, case: &Case<'_>) -> Result<(), StoreError> {
        let (centre, account) = (self.bulk.centre_id, account_id(case.item.account));
        if let Notices::Several(references) = &case.decision.notices {
            for reference in references {
                let number = reference_number(*reference);
                self.allocate.execute(params![centre, account, case.item.serial, number])?;
            }
        }
        self.journal(case)?;
        match (case.hung(), case.hangs()) {
            (false, true) => {
                self.open.execute(params![centre, account, case.item.serial, self.on])?;
            }
            (true, false) => {
                self.close.execute(params![centre, account, case.item.serial, self.on])?;
            }
            (true, true) | (false, false) => {}
        }
        Ok(())
    }

    /// Moves the money where it now stands.
    fn journal(&mut self, case: &Case<'_>) -> Result<(), StoreError> {
        let item = case.item;
        let from = home(item.direction, case.before());
        let to = home(item.direction, Some(case.decision.outcome));
        if from == to {
            return Ok(());
        }
        let (debit, credit) = match item.direction {
            Direction::Credit => (from, to),
            Direction::Debit => (to, from),
        };
        self.journal.execute(params![
            self.bulk.centre_id,
            account_id(item.account),
            item.serial,
            self.on,
            debit.number(),
            credit.number(),
            item.amount.fen()
        ])?;
        Ok(())
    }
}

/// A decision as the store keeps it.
fn kept(decision: &Decision) -> Prior {
    let notice = match &decision.notices {
        Notices::One(reference) => Some(reference_number(*reference)),
        Notices::None | Notices::Several(_) => None,
    };
    Prior {
        outcome: decision.outcome.number(),
        reason: decision.reason.map(Reason::number),
        notice,
        because: kept_because(&decision.because),
    }
}

fn rule_id<'r>(decision: &Decision, rules: &'r MatchingRules) -> Option<&'r str> {
    decision.rule.and_then(|rule| rules.rule(rule)).map(|rule| rule.id.as_str())
}

/// What the remark was read as, where that is not the notice that was settled.
fn read_otherwise(case: &Case<'_>, notice: Option<i64>) -> Option<i64> {
    read_as(&case.item.claim).map(reference_number).filter(|read| Some(*read) != notice)
}
