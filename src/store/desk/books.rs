//! The effect of an approved act on the books and its items.
//!
//! Start at [`Desk::book`]. Money leaves suspense by the general journal; a settlement moves it on from
//! receipts by the settlement journal, like a night's, and is allocated to employees if the notice has lines.
//! Every previous decision is kept, for a reversal.

use super::super::StoreError;
use super::item::{Held, Posting};
use super::{Desk, Stop, total};
use crate::remittance::decision::NOT_OURS;
use crate::remittance::{Money, Outcome, PaymentReference, Subject};
use crate::store::database::row::{day_number, reference, reference_number};
use crate::store::database::sql::params;
use crate::store::operations;
use crate::store::posting::journal;
use crate::suspense::{Act, Allocation, Proposal, Share, Stage, Step};

const KEEP: &str =
    "update proposal_item set outcome = ?5, reason = ?6, reference = ?7, notice = ?8,
        because = ?9
    where centre_id = ?1 and proposal_id = ?2 and account_id = ?3 and serial = ?4";

/// A decision of staff that settles nothing.
const DECIDED: &str = "update decision set outcome = ?5, reason = null, rule = ?6, decided_on = ?7
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4";

/// The rule name of a staff decision.
const STAFF: &str = "staff";

const MATCHED: &str = "update decision set outcome = 1, reason = null, rule = 'staff',
        reference = coalesce(reference, notice), notice = ?5, decided_on = ?6
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4";

impl Desk<'_> {
    /// Books an approved act and resolves its items; gives the postings.
    pub(super) fn book(
        &self,
        proposal: &Proposal,
        items: &mut [Held],
    ) -> Result<Vec<Posting>, Stop> {
        if proposal.act == Act::Reverse {
            return self.reverse(proposal, items);
        }
        self.keep_decisions(proposal, items)?;
        let postings = match &proposal.act {
            Act::Settle { .. } | Act::Split { .. } => self.settle(&proposal.act, items)?,
            Act::Advance { employer_id } => {
                if let Some(employer_id) = employer_id {
                    let given = total(items)?.fen();
                    operations::credit_advance(self.tx, employer_id, self.now.on, given)?;
                    self.learn_payers(items.iter(), employer_id)?;
                }
                self.decide(items, Outcome::Advance, STAFF)?;
                self.leave_suspense(items, Subject::Advance)?
            }
            Act::Refund => {
                self.decide(items, Outcome::RefundDue, STAFF)?;
                self.open_refunds(proposal, items)?;
                self.leave_suspense(items, Subject::Refund)?
            }
            Act::NotOurs => {
                self.decide(items, Outcome::Ignored, NOT_OURS)?;
                self.leave_suspense(items, Subject::Other)?
            }
            Act::TakeBack { credit } => self.take_back(proposal, credit, items)?,
            Act::CorrectReference { .. } | Act::WaitUntil { .. } | Act::Reverse => Vec::new(),
        };
        for item in items {
            self.resolve_item(proposal, item)?;
        }
        Ok(postings)
    }

    /// The state of an item after its act is booked.
    fn resolve_item(&self, proposal: &Proposal, item: &mut Held) -> Result<(), Stop> {
        let operator = item.stage != Stage::Proposed;
        let step = |step: Step| if operator { Ok(Stage::Open) } else { item.stage.after(step) };
        match &proposal.act {
            Act::CorrectReference { reference } => {
                item.stage = step(Step::Reread)?;
                item.read_as = Some(*reference);
            }
            Act::WaitUntil { day } => {
                item.stage = if operator { Stage::Approved } else { step(Step::PutOff)? };
                item.wake_on = Some(day_number(*day));
            }
            Act::Settle { .. }
            | Act::Split { .. }
            | Act::Advance { .. }
            | Act::Refund
            | Act::NotOurs
            | Act::TakeBack { .. }
            | Act::Reverse => {
                step(Step::Post)?;
                self.close(item, proposal.act.kind().code());
            }
        }
        if !proposal.note.is_empty() {
            item.note = Some(proposal.note.clone());
        }
        item.pending = None;
        item.decided = Some(proposal.proposal_id.clone());
        self.save(item)
    }

    fn keep_decisions(&self, proposal: &Proposal, items: &[Held]) -> Result<(), Stop> {
        let mut keep = self.tx.connection.prepare_cached(KEEP)?;
        for item in items {
            let decided = &item.decision;
            keep.execute(params![
                self.tx.centre_id,
                proposal.proposal_id,
                item.account_id,
                item.id.serial,
                decided.outcome,
                decided.reason,
                decided.reference,
                decided.notice,
                decided.explanation
            ])?;
        }
        Ok(())
    }

    /// Writes the decision of staff on items that settle nothing.
    fn decide(&self, items: &[Held], outcome: Outcome, rule: &str) -> Result<(), Stop> {
        let mut update = self.tx.connection.prepare_cached(DECIDED)?;
        for item in items {
            update.execute(params![
                self.tx.centre_id,
                item.account_id,
                item.id.serial,
                item.booked_on,
                outcome.number(),
                rule,
                self.on()
            ])?;
        }
        Ok(())
    }

    pub(super) fn leave_suspense(&self, items: &[Held], to: Subject) -> Result<Vec<Posting>, Stop> {
        let moves: Vec<(&Held, Posting)> =
            items.iter().map(|item| (item, item.flows(Subject::Suspense, to))).collect();
        self.post(&moves)
    }

    /// Posts moves of items to the general journal, each as its item's next step.
    pub(super) fn post(&self, moves: &[(&Held, Posting)]) -> Result<Vec<Posting>, Stop> {
        let post = |(item, posting): &(&Held, Posting)| {
            self.move_of((item.account_id, &item.id.serial, item.booked_on), *posting)
        };
        moves.iter().map(post).collect()
    }

    /// Posts a transaction's next step. One at a time: a transaction can move twice in one act.
    pub(super) fn move_of(
        &self,
        transaction: (i64, &str, i64),
        posting: Posting,
    ) -> Result<Posting, Stop> {
        journal::post_step(self.tx, self.on(), transaction, posting)?;
        Ok(posting)
    }

    /// Settles a notice in full.
    pub(super) fn settle_notice(&self, number: i64, amount: Money) -> Result<(), StoreError> {
        let sql = "insert into settlement (centre_id, reference, settled_on, amount_fen)
            values (?1, ?2, ?3, ?4)";
        let settlement = params![self.tx.centre_id, number, self.on(), amount.fen()];
        self.tx.connection.prepare_cached(sql)?.execute(settlement).map(|_| ())
    }

    fn settle(&self, act: &Act, items: &[Held]) -> Result<Vec<Posting>, Stop> {
        let checked = self.check(act, items)?;
        let allocate = checked.allocate.unwrap_or_default();
        let mut postings = Vec::new();
        let mut settled: Vec<operations::Settled> = Vec::new();
        for notice in &checked.notices {
            self.settle_notice(reference_number(notice.reference), notice.amount)?;
            postings.push((Subject::Receipts, Subject::Contributions, notice.amount));
            settled.push(operations::Settled {
                reference: notice.reference,
                amount: notice.amount,
                from_advance: act.from_advance(),
            });
            if !act.from_advance().is_zero() {
                postings.push((Subject::Advance, Subject::Receipts, act.from_advance()));
            }
        }
        for item in items {
            postings.extend(self.settle_item(act, item, &allocate)?);
        }
        operations::allocate(self.tx, &settled, self.now.on)?;
        if let Act::Split { rest_to: Some(employer_id), .. } = act {
            let rest = Money::together(allocate.rest.values().copied()).fen();
            if rest > 0 {
                operations::credit_advance(self.tx, employer_id, self.now.on, rest)?;
            }
        }
        for notice in &checked.notices {
            let paid = |item: &&Held| {
                allocate
                    .shares
                    .iter()
                    .any(|one| one.item == item.id && one.notice == notice.reference)
            };
            let payers: Vec<&Held> = items.iter().filter(paid).collect();
            self.learn_payers(payers, &notice.employer_id)?;
        }
        Ok(postings)
    }

    /// Writes what one item pays for, and moves its money.
    fn settle_item(
        &self,
        act: &Act,
        item: &Held,
        allocate: &Allocation,
    ) -> Result<Vec<Posting>, Stop> {
        let connection = &self.tx.connection;
        let centre = self.tx.centre_id;
        let shares: Vec<&Share> =
            allocate.shares.iter().filter(|share| share.item == item.id).collect();
        let rest = allocate.rest.get(&item.id).copied();
        let only = match (shares.as_slice(), rest) {
            ([only], None) => Some(reference_number(only.notice)),
            _ => None,
        };
        if only.is_none() {
            let sql = "insert into allocation (centre_id, account_id, serial, booked_on,
                    reference, amount_fen)
                values (?1, ?2, ?3, ?4, ?5, ?6)";
            let mut insert = connection.prepare_cached(sql)?;
            for share in &shares {
                insert.execute(params![
                    centre,
                    item.account_id,
                    item.id.serial,
                    item.booked_on,
                    reference_number(share.notice),
                    share.amount.fen()
                ])?;
            }
        }
        let key = params![centre, item.account_id, item.id.serial, item.booked_on, only, self.on()];
        connection.prepare_cached(MATCHED)?.execute(key)?;
        let paid = Money::together(shares.iter().map(|share| share.amount));
        let mut moves = vec![(item, (Subject::Suspense, Subject::Receipts, paid))];
        if let (Some(rest), Act::Split { rest_to: Some(employer_id), .. }) = (rest, act) {
            let sql = "insert into advance_part (centre_id, account_id, serial, booked_on,
                    employer_id, amount_fen)
                values (?1, ?2, ?3, ?4, ?5, ?6)";
            connection.prepare_cached(sql)?.execute(params![
                centre,
                item.account_id,
                item.id.serial,
                item.booked_on,
                employer_id,
                rest.fen()
            ])?;
            moves.push((item, (Subject::Suspense, Subject::Advance, rest)));
        }
        self.post(&moves)
    }

    /// The notices an item now pays for.
    pub(super) fn notices_of(&self, item: &Held) -> Result<Vec<PaymentReference>, Stop> {
        if let Some(only) = item.decision.notice {
            return Ok(vec![reference(only)?]);
        }
        let sql = "select reference from allocation
            where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4
            order by reference";
        let key = params![self.tx.centre_id, item.account_id, item.id.serial, item.booked_on];
        let found = self.tx.connection.fetch_all::<PaymentReference>(sql, key);
        Ok(found?)
    }

    /// The remainder of an item's allocation: the employer whose advance balance got it, and the amount.
    pub(super) fn advance_part(&self, item: &Held) -> Result<Option<(String, Money)>, StoreError> {
        let sql = "select employer_id, amount_fen from advance_part
            where centre_id = ?1 and account_id = ?2 and serial = ?3";
        let key = params![self.tx.centre_id, item.account_id, item.id.serial];
        self.tx.connection.fetch_optional::<(_, Money)>(sql, key)
    }
}
