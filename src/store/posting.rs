//! Records a night's decisions with their journals, suspense items and letters, in one commit.
//!
//! Start at [`Store::record`]. Unchanged rows are not rewritten, so that running a night twice leaves the same
//! bytes. Rows are written in key order: a million new ones are an append to each tree, and journals of old
//! ones are near each other.
//!
//! Invariant: at every commit each fen is on the subject that its decision requires ([`home`]).

pub(super) mod held;
pub(super) mod journal;
pub(super) mod night_row;
pub(super) mod reversed;
pub(super) mod turn;
pub(super) mod working_set;
use self::turn::Turn;
use self::working_set::{PreviousDecision, account_id};
use super::{Store, StoreError, WorkingSet};
use crate::matching::{AccountIndex, Decision, Explanation, Item, NoticeBook, NoticeFact, Notices};
use crate::remark::Claim;
use crate::remittance::{Direction, Money, Outcome, PaymentReference, Reason, Subject, Tally};
use crate::rulebook::matching::MatchingRules;
use crate::store::database::columns::insert_into;
use crate::store::database::row::{day_number, reference_number};
use crate::store::database::seal::check::RowCheck;
use crate::store::database::sql::params;
use crate::store::database::tx::{Binder, Tx};
use crate::store::operations;
use crate::store::operations::outstanding;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What a night decided, ready to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct RunDecisions<'a> {
    pub working_set: &'a WorkingSet,
    pub items: &'a [Item<'a>],
    pub decisions: &'a [Decision],
    pub notices: &'a NoticeBook,
    pub rules: &'a MatchingRules,
    pub as_of: NaiveDate,
    /// Today's date from the shell; no night after it is valid.
    pub today: NaiveDate,
}

/// The changes made by a run; counts and sums of transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecisionTotals {
    pub judged: u64,
    pub matched: Tally,
    pub awaiting: Tally,
    pub suspense: Tally,
    pub returned: Tally,
    /// Debits that paid refunds.
    pub refunded: Tally,
    pub ignored: Tally,
    /// Items that were opened.
    pub opened: Tally,
    /// Items that were cleared.
    pub cleared: Tally,
    pub letters: u64,
    /// Printed letters, to employers without an address.
    pub printed: u64,
    /// Altered notices and transactions: no decision rests on them.
    pub held: u64,
    /// Letters held for a person; they are neither mailed nor printed.
    pub letters_held: u64,
}

/// An open transaction: the decisions are written, and their consequences can be read and added.
#[derive(Debug)]
pub struct Recording {
    pub(super) tx: Tx,
    pub(super) as_of: NaiveDate,
    pub(super) turn: Turn,
    pub totals: DecisionTotals,
    /// Transactions judged for the first time, and those settled by this run.
    received: Tally,
    newly_matched: Tally,
    /// The new decisions, by outcome.
    pub(super) anew: BTreeMap<Outcome, Tally>,
    /// Working-set positions of the opened items.
    pub opened: Vec<usize>,
    /// Working-set positions of the settled transactions.
    pub settled: Vec<usize>,
    /// Ids of the letters written by this run.
    pub(super) posted: Vec<String>,
}

impl Store {
    /// Writes the decisions and leaves the transaction open, so that letters go with it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; nothing is then written.
    pub fn record(&self, verdict: &RunDecisions<'_>) -> Result<Recording, StoreError> {
        let tx = Tx::open(self)?;
        tx.begin()?;
        let (as_of, today) = (verdict.as_of, verdict.today);
        let last = turn::latest(&tx.connection, tx.centre_id, today)?;
        let mut recording = Recording {
            tx,
            as_of,
            turn: Turn { as_of, today, last },
            totals: DecisionTotals::default(),
            received: Tally::default(),
            newly_matched: Tally::default(),
            anew: BTreeMap::new(),
            opened: Vec::new(),
            settled: Vec::new(),
            posted: Vec::new(),
        };
        // Staff never wait for a night: if they acted since the working set was read, the night reads again.
        let head = super::trail::hold(&recording.tx.connection, recording.tx.centre_id)?;
        if head.turn != verdict.working_set.turn() {
            recording.tx.rollback()?;
            return Err(StoreError::Overtaken);
        }
        recording.mend()?;
        recording.decisions(verdict)?;
        recording.forget_kept()?;
        recording.refunds(verdict)?;
        recording.settlements(verdict)?;
        let centre = recording.tx.centre_id;
        self::held::note(&recording.tx, verdict)?;
        recording.totals.held = verdict.working_set.held().len() as u64;
        // A held transaction that was never decided is read again by the next night.
        if !verdict.working_set.holds_undecided() {
            recording.tx.connection.execute(
                "update feed set judged = 1 where centre_id = ?1 and judged = 0",
                params![centre],
            )?;
        }
        Ok(recording)
    }
}

impl Recording {
    /// Commits everything.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; nothing is then written.
    pub fn commit(self) -> Result<DecisionTotals, StoreError> {
        self.night(self.received, self.newly_matched)?;
        outstanding::advance(&self.tx, self.as_of)?;
        if !self.anew.is_empty() {
            super::trail::rebuild_epoch(&self.tx.connection, self.tx.centre_id)?;
        }
        super::trail::note_books(&self.tx.connection, self.tx.centre_id, self.as_of)?;
        self.tx.commit()?;
        Ok(self.totals)
    }

    fn decisions(&mut self, verdict: &RunDecisions<'_>) -> Result<(), StoreError> {
        let cases = cases(verdict);
        for case in &cases {
            self.totals.judged += 1;
            if let Some(tally) = self.totals.of(case.decision.outcome) {
                add(tally, case.item);
            }
        }
        // Undecided transactions first: their decisions are appended rows.
        let (first, again): (Vec<DecidedItem<'_>>, Vec<DecidedItem<'_>>) =
            cases.into_iter().partition(|case| case.previous.is_none());
        let writer = Writer {
            tx: &self.tx,
            rules: verdict.rules,
            on: day_number(self.as_of),
            counts_from: day_number(self.turn.counts_from()),
            is_over: self.turn.is_over(),
        };
        writer.decide_first(&first)?;
        writer.follow(&first, true)?;
        for case in &first {
            add(&mut self.received, case.item);
        }
        let news = |case: &DecidedItem<'_>| case.previous != Some(&kept(case.decision));
        let again: Vec<DecidedItem<'_>> = again.into_iter().filter(news).collect();
        writer.decide_again(&again)?;
        writer.follow(&again, false)?;
        let mut changed = first;
        changed.extend(again);
        for case in &changed {
            add(self.anew.entry(case.decision.outcome).or_default(), case.item);
            if case.opens() {
                add(&mut self.totals.opened, case.item);
                self.opened.push(case.place);
            }
            if case.clears() {
                add(&mut self.totals.cleared, case.item);
            }
            if case.decision.outcome == Outcome::Matched {
                add(&mut self.newly_matched, case.item);
                self.settled.push(case.place);
            }
        }
        Ok(())
    }

    /// Writes one row per settled notice, in the order of references.
    fn settlements(&mut self, verdict: &RunDecisions<'_>) -> Result<(), StoreError> {
        let mut settled: Vec<operations::Settled> = Vec::new();
        for decision in verdict.decisions {
            for reference in decision.notices.as_slice() {
                // Matching settles only notices in its book; the audit would report any other.
                let fact = verdict.notices.get(*reference);
                let reserved = fact.map(NoticeFact::reserved).filter(|_| decision.with_advance);
                settled.push(operations::Settled {
                    reference: *reference,
                    amount: fact.map(|fact| fact.amount).unwrap_or_default(),
                    from_advance: reserved.unwrap_or_default(),
                });
            }
        }
        settled.extend(self.paid_whole_by_advance()?);
        settled.sort_unstable();
        settled.dedup();
        let (centre, on) = (self.tx.centre_id, day_number(self.as_of));
        insert_into!(self.tx, "settlement", &settled, |settled| {
            centre_id: centre,
            reference: reference_number(settled.reference),
            settled_on: on,
            amount_fen: settled.amount.fen(),
        })?;
        operations::allocate(&self.tx, &settled, self.as_of)
    }

    /// Settles the notices that need no transfer: the advance balance reserved for them covers them fully, so
    /// the empty set of payments is exact. If a payment names the notice, a person decides instead.
    fn paid_whole_by_advance(&self) -> Result<Vec<operations::Settled>, StoreError> {
        let mut check = RowCheck::of(&self.tx.connection, "notice")?;
        let sql = format!("select n.reference, n.amount_fen, {} {PAID_WHOLE}", check.columns("n"));
        let mut paid = Vec::new();
        let mut select = self.tx.connection.prepare_cached(&sql)?;
        let mut rows = select.query(params![self.tx.centre_id])?;
        while let Some(row) = rows.next()? {
            let mut at = row.reader();
            let (reference, amount) = at.next()?;
            let fits = check.fits(&mut at)?;
            at.end()?;
            if fits {
                paid.push(operations::Settled { reference, amount, from_advance: amount });
            }
        }
        Ok(paid)
    }
}

/// Suspense that a later night settled also yields payer hints; the list's columns are its key and the day.
const LEARN_SETTLED: &str = "
    insert into payer_fact (centre_id, account_no, name, employer_id, confirmed, last_on)
    select t.centre_id, coalesce(t.counterparty_account, ''), coalesce(t.counterparty_name, ''),
        n.employer_id, count(*), max(v.column4)
    from (values …) v
    join bank_transaction t on t.centre_id = ?1 and t.account_id = v.column1
        and t.serial = v.column2 and t.booked_on = v.column3
    join decision d on d.centre_id = t.centre_id and d.account_id = t.account_id
        and d.serial = t.serial and d.booked_on = t.booked_on
    join notice n on n.centre_id = t.centre_id and n.reference = d.notice
    where t.direction = 1
        and (t.counterparty_account is not null or t.counterparty_name is not null)
    group by 1, 2, 3, 4
    on conflict (centre_id, account_no, name, employer_id) do update set
        confirmed = payer_fact.confirmed + excluded.confirmed, last_on = excluded.last_on";

const PAID_WHOLE: &str = "from notice n
    where n.centre_id = ?1 and n.advance_fen > 0 and n.advance_fen = n.amount_fen and n.status = 1
        and not exists (select 1 from settlement s
            where s.centre_id = n.centre_id and s.reference = n.reference)
        and not exists (select 1 from decision d where d.centre_id = n.centre_id
            and d.reference = n.reference and d.outcome in (2, 3))
    order by n.reference";

/// A transaction with tonight's and the previous decision.
struct DecidedItem<'a> {
    place: usize,
    item: &'a Item<'a>,
    decision: &'a Decision,
    previous: Option<&'a PreviousDecision>,
}

/// The columns that [`DecidedItem::key`] binds.
const KEY: &str = "account_id, serial, booked_on";

/// The columns that [`DecidedItem::decided`] binds.
const DECIDED: &str = "outcome, reason, rule, reference, notice, decided_on, because";

impl DecidedItem<'_> {
    fn before(&self) -> Option<Outcome> {
        self.previous.and_then(|previous| Outcome::from_number(previous.outcome))
    }

    fn was_open(&self) -> bool {
        self.before() == Some(Outcome::Suspense)
    }

    fn is_open(&self) -> bool {
        self.decision.outcome == Outcome::Suspense
    }

    fn opens(&self) -> bool {
        self.is_open() && !self.was_open()
    }

    fn clears(&self) -> bool {
        self.was_open() && !self.is_open()
    }

    /// The move of its money; `None` if it stays.
    fn moves(&self) -> Option<Move> {
        let direction = self.item.direction;
        let from = home(direction, self.before());
        let to = home(direction, Some(self.decision.outcome));
        if from == to {
            return None;
        }
        Some(match direction {
            Direction::Credit => Move { debit: from, credit: to },
            Direction::Debit => Move { debit: to, credit: from },
        })
    }

    /// Binds the transaction's key, after the centre.
    fn key(&self, row: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        row.bind(account_id(self.item.account))?;
        row.bind(self.item.serial)?;
        row.bind(day_number(self.item.booked_on))
    }

    /// Binds the decision, after the key.
    fn decided(
        &self,
        row: &mut Binder<'_, '_>,
        rules: &MatchingRules,
        on: i64,
    ) -> Result<(), StoreError> {
        let kept = kept(self.decision);
        row.bind(kept.outcome)?;
        row.bind(kept.reason)?;
        row.bind(rule_id(self.decision, rules))?;
        row.bind(read_otherwise(self, kept.notice))?;
        row.bind(kept.notice)?;
        row.bind(on)?;
        row.bind(kept.explanation)
    }
}

/// The cases in key order, so that their rows are appended.
fn cases<'a>(verdict: &RunDecisions<'a>) -> Vec<DecidedItem<'a>> {
    // A bank's serials mostly arrive in ascending order, so sorting per account is cheap.
    let mut accounts: BTreeMap<AccountIndex, Vec<DecidedItem<'a>>> = BTreeMap::new();
    for (place, (item, decision)) in verdict.items.iter().zip(verdict.decisions).enumerate() {
        let case =
            DecidedItem { place, item, decision, previous: verdict.working_set.previous(place) };
        accounts.entry(item.account).or_default().push(case);
    }
    for cases in accounts.values_mut() {
        cases.sort_by_key(|case| case.item.serial);
    }
    accounts.into_values().flatten().collect()
}

impl DecisionTotals {
    /// The tally of an outcome; `None` for outcomes that only staff decide.
    const fn of(&mut self, outcome: Outcome) -> Option<&mut Tally> {
        match outcome {
            Outcome::Matched => Some(&mut self.matched),
            Outcome::Awaiting => Some(&mut self.awaiting),
            Outcome::Suspense => Some(&mut self.suspense),
            Outcome::Returned => Some(&mut self.returned),
            Outcome::Ignored => Some(&mut self.ignored),
            Outcome::Refunded => Some(&mut self.refunded),
            Outcome::Advance | Outcome::RefundDue => None,
        }
    }
}

/// Counts a movement; outgoing money counts negative.
fn add(tally: &mut Tally, item: &Item<'_>) {
    let amount = match item.direction {
        Direction::Credit => item.amount,
        Direction::Debit => Money::from_fen(-item.amount.fen()),
    };
    *tally = tally.plus(Tally::one(amount));
}

/// The subject that holds a transaction's money. A credit is posted to receipts, a debit to other movements; a
/// settlement moves money out of receipts.
const fn home(direction: Direction, outcome: Option<Outcome>) -> Subject {
    match (outcome, direction) {
        (Some(Outcome::Suspense), _) => Subject::Suspense,
        (_, Direction::Debit)
        | (Some(Outcome::Returned | Outcome::Ignored | Outcome::Refunded), Direction::Credit) => {
            Subject::Other
        }
        (Some(Outcome::Advance), Direction::Credit) => Subject::Advance,
        (Some(Outcome::RefundDue), Direction::Credit) => Subject::Refund,
        (None | Some(Outcome::Matched | Outcome::Awaiting), Direction::Credit) => Subject::Receipts,
    }
}

/// The one reference that a remark was read as.
const fn read_as(claim: &Claim) -> Option<PaymentReference> {
    match claim {
        Claim::Certain(reference) | Claim::Probable(reference) => Some(*reference),
        Claim::None | Claim::Truncated | Claim::Several(_) | Claim::SeveralDoubtful(_) => None,
    }
}

/// The explanation as stored. One payment for one notice explains itself: the decision's columns say
/// everything, so four rows of five need no text.
fn kept_explanation(explanation: &Explanation) -> Option<String> {
    match explanation {
        Explanation::Alone { .. } => None,
        Explanation::Confirmed { .. }
        | Explanation::Unconfirmed(_)
        | Explanation::Parts(_)
        | Explanation::SeveralNotices(_)
        | Explanation::Notice { .. }
        | Explanation::NoReference
        | Explanation::Truncated
        | Explanation::PayerDisagrees(_)
        | Explanation::Contradicted
        | Explanation::Rule
        | Explanation::Reversal(_)
        | Explanation::Refund(_) => Some(explanation.to_code()),
    }
}

/// Writes the rows of transactions in batches.
struct Writer<'a> {
    tx: &'a Tx,
    rules: &'a MatchingRules,
    on: i64,
    /// The day from which opened and cleared items count.
    counts_from: i64,
    /// A later night has run, and the next may reopen what this one closes.
    is_over: bool,
}

/// Updates earlier decisions; `column1` to `column3` are the transaction.
const AGAIN: &str = "
    update decision set outcome = v.column4, reason = v.column5, rule = v.column6,
        reference = v.column7, notice = v.column8, decided_on = v.column9, because = v.column10
    from (values …) v
    where decision.centre_id = ?1 and decision.account_id = v.column1
        and decision.serial = v.column2 and decision.booked_on = v.column3";

/// Allocates one transaction to several notices: each takes its amount due, or what the advance balance leaves
/// of it (`column5` is then 1).
const ALLOCATE: &str = "
    insert into allocation (centre_id, account_id, serial, booked_on, reference, amount_fen)
    select n.centre_id, v.column1, v.column2, v.column3, n.reference,
        n.amount_fen - v.column5 * n.advance_fen
    from (values …) v join notice n on n.centre_id = ?1 and n.reference = v.column4";

/// Opens or reopens items.
const OPEN: &str = "
    insert into suspense_item (centre_id, account_id, serial, booked_on, opened_on, state)
    select ?1, v.column1, v.column2, v.column3, v.column4, 'open' from (values …) v where true
    on conflict (centre_id, account_id, serial) do update set
        opened_on = coalesce(suspense_item.kept_on, excluded.opened_on), kept_on = null,
        closed_on = null, state = 'open', assignee = null,
        version = suspense_item.version + 1";

/// Closes items by the engine's own decision.
const CLOSE: &str = "
    update suspense_item set closed_on = v.column3, state = 'resolved',
        kept_on = case v.column4 when 1 then suspense_item.opened_on else null end,
        version = suspense_item.version + 1
    from (values …) v
    where suspense_item.centre_id = ?1 and suspense_item.account_id = v.column1
        and suspense_item.serial = v.column2";

impl Writer<'_> {
    /// Inserts the decisions of undecided transactions.
    fn decide_first(&self, cases: &[DecidedItem<'_>]) -> Result<(), StoreError> {
        let (centre, on, rules) = (self.tx.centre_id, self.on, self.rules);
        let columns = format!("centre_id, {KEY}, {DECIDED}");
        self.tx.insert("decision", &columns, cases, |row, case| {
            row.bind(centre)?;
            case.key(row)?;
            case.decided(row, rules, on)
        })
    }

    /// Updates earlier decisions.
    fn decide_again(&self, cases: &[DecidedItem<'_>]) -> Result<(), StoreError> {
        let (on, rules) = (self.on, self.rules);
        self.tx.change(AGAIN, cases, |row, case| {
            case.key(row)?;
            case.decided(row, rules, on)
        })
    }

    /// Writes what follows from decisions: the allocation, the subject of the money, and whether the item is
    /// open. `first` means that nothing was posted for them before.
    fn follow(&self, cases: &[DecidedItem<'_>], first: bool) -> Result<(), StoreError> {
        let on = self.on;
        let mut splits: Vec<(&DecidedItem<'_>, PaymentReference)> = Vec::new();
        for case in cases {
            if let Notices::Several(references) = &case.decision.notices {
                splits.extend(references.iter().map(|reference| (case, *reference)));
            }
        }
        self.tx.change(ALLOCATE, &splits, |row, (case, reference)| {
            case.key(row)?;
            row.bind(reference_number(*reference))?;
            row.bind(i64::from(case.decision.with_advance))
        })?;
        self.journal(cases, first)?;
        let opened: Vec<&DecidedItem<'_>> = cases.iter().filter(|case| case.opens()).collect();
        self.tx.change(OPEN, &opened, |row, case| {
            case.key(row)?;
            row.bind(self.counts_from)
        })?;
        let closed: Vec<&DecidedItem<'_>> = cases.iter().filter(|case| case.clears()).collect();
        self.tx.change(CLOSE, &closed, |row, case| {
            row.bind(account_id(case.item.account))?;
            row.bind(case.item.serial)?;
            row.bind(self.counts_from)?;
            row.bind(i64::from(self.is_over))
        })?;
        let matched = |case: &&&DecidedItem<'_>| case.decision.outcome == Outcome::Matched;
        let settled: Vec<&DecidedItem<'_>> = closed.iter().filter(matched).copied().collect();
        self.tx.change(LEARN_SETTLED, &settled, |row, case| {
            case.key(row)?;
            row.bind(on)
        })
    }

    /// Posts the money to its new subject.
    fn journal(&self, cases: &[DecidedItem<'_>], first: bool) -> Result<(), StoreError> {
        let (centre, on) = (self.tx.centre_id, self.on);
        let moves: Vec<(&DecidedItem<'_>, Move)> =
            cases.iter().filter_map(|case| Some((case, case.moves()?))).collect();
        if first {
            let columns = format!("centre_id, {KEY}, step, {MOVED}");
            return self.tx.insert("journal", &columns, &moves, |row, (case, moved)| {
                row.bind(centre)?;
                case.key(row)?;
                row.bind(1)?;
                moved.bind(row, on, case)
            });
        }
        self.tx.change(journal::NEXT_STEP, &moves, |row, (case, moved)| {
            case.key(row)?;
            moved.bind(row, on, case)
        })
    }
}

/// The subjects between which a transaction's money moves.
struct Move {
    debit: Subject,
    credit: Subject,
}

/// The columns that [`Move::bind`] binds.
const MOVED: &str = "posted_on, debit, credit, amount_fen";

impl Move {
    fn bind(
        &self,
        row: &mut Binder<'_, '_>,
        on: i64,
        case: &DecidedItem<'_>,
    ) -> Result<(), StoreError> {
        row.bind(on)?;
        row.bind(self.debit.number())?;
        row.bind(self.credit.number())?;
        row.bind(case.item.amount.fen())
    }
}

/// A decision as stored.
fn kept(decision: &Decision) -> PreviousDecision {
    let notice = match &decision.notices {
        Notices::One(reference) => Some(reference_number(*reference)),
        Notices::None | Notices::Several(_) => None,
    };
    PreviousDecision {
        outcome: decision.outcome.number(),
        reason: decision.reason.map(Reason::number),
        notice,
        explanation: kept_explanation(&decision.explanation),
    }
}

fn rule_id<'r>(decision: &Decision, rules: &'r MatchingRules) -> Option<&'r str> {
    decision.rule.and_then(|rule| rules.rule(rule)).map(|rule| rule.id.as_str())
}

/// The reference read from the remark, if it differs from the settled notice.
fn read_otherwise(case: &DecidedItem<'_>, notice: Option<i64>) -> Option<i64> {
    read_as(&case.item.claim).map(reference_number).filter(|read| Some(*read) != notice)
}
