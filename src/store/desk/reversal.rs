//! 红冲: reverses an approved act and reopens its items.
//!
//! Start at [`Desk::reverse`]. Every posting gets its opposite, dated today; employees' lines are reversed in
//! red (`crates/remittance/src/operation/reversal.rs`); a settlement moves to `settlement_undone` with its
//! reversing posting, so that the notice can be settled again. Later operations that use the money prevent the
//! reversal, and the refusal names them.

use super::item::Held;
use super::item::Posting;
use super::{Desk, Stop, total};
use crate::remittance::{Money, Outcome, PaymentReference, Subject};
use crate::store::database::row::reference_number;
use crate::store::database::sql::params;
use crate::store::letters::{notice_news, notification};
use crate::store::operations;
use crate::store::operations::outstanding;
use crate::suspense::{Act, DeskRefusal, Proposal, ProposalState};
use std::collections::{BTreeMap, BTreeSet};

/// The settlement with its reversing posting, numbered within its notice.
const UNDONE: &str = "insert into settlement_undone (centre_id, reference, ordinal, settled_on,
        undone_on, amount_fen, proposal_id)
    select s.centre_id, s.reference, 1 + coalesce((select max(u.ordinal) from settlement_undone u
            where u.centre_id = ?1 and u.reference = ?2), 0), s.settled_on, ?3, s.amount_fen, ?4
    from settlement s where s.centre_id = ?1 and s.reference = ?2";

const RESTORE: &str = "update decision set outcome = 3, rule = null, decided_on = ?5,
        reason = (select p.reason from proposal_item p where p.centre_id = ?1
            and p.proposal_id = ?6 and p.account_id = ?2 and p.serial = ?3),
        reference = (select p.reference from proposal_item p where p.centre_id = ?1
            and p.proposal_id = ?6 and p.account_id = ?2 and p.serial = ?3),
        notice = (select p.notice from proposal_item p where p.centre_id = ?1
            and p.proposal_id = ?6 and p.account_id = ?2 and p.serial = ?3),
        because = (select p.because from proposal_item p where p.centre_id = ?1
            and p.proposal_id = ?6 and p.account_id = ?2 and p.serial = ?3)
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4";

/// Other transactions that paid a notice settled by the engine await it again.
const WAIT_AGAIN: &str = "update decision set outcome = 2, decided_on = ?3,
        reference = coalesce(reference, notice), notice = null
    where centre_id = ?1 and notice = ?2 and outcome = 1";

impl Desk<'_> {
    /// Reverses the decision on the items.
    pub(super) fn reverse(
        &self,
        reversal: &Proposal,
        items: &mut [Held],
    ) -> Result<Vec<Posting>, Stop> {
        let Some(first) = items.first() else { return Ok(Vec::new()) };
        let nothing = || DeskRefusal::NothingToReverse { item: first.id.clone() };
        let mut original = self.proposal(first.decided.as_deref().ok_or_else(nothing)?)?;
        let postings = match &original.act {
            Act::Settle { .. } | Act::Split { .. } => {
                self.unsettle(reversal, &original.act.notices(), items)?
            }
            Act::Advance { employer_id } => {
                if let Some(employer_id) = employer_id {
                    self.take_back_advance(employer_id, total(items)?)?;
                    for item in &*items {
                        self.unlearn_payer(item, employer_id)?;
                    }
                }
                self.return_to_suspense(items, Subject::Advance)?
            }
            Act::Refund => {
                self.reverse_refunds(items)?;
                self.return_to_suspense(items, Subject::Refund)?
            }
            Act::NotOurs => self.return_to_suspense(items, Subject::Other)?,
            Act::TakeBack { credit } => self.give_back(&original, credit, items)?,
            Act::CorrectReference { .. } => self.read_as_before(reversal, items)?,
            Act::WaitUntil { .. } => Vec::new(),
            Act::Reverse => return Err(nothing().into()),
        };
        for item in &mut *items {
            self.restore(&original, item)?;
            self.reopen(item)?;
            let key = (item.account_id, item.id.serial.as_str(), item.booked_on);
            notification::look_again(&self.tx.connection, self.tx.centre_id, key)?;
            item.pending = None;
            self.save(item)?;
        }
        original.state = ProposalState::Reversed;
        self.save_proposal(&original)?;
        let sql = "update proposal set undoes = ?3 where centre_id = ?1 and proposal_id = ?2";
        let undoes = params![self.tx.centre_id, reversal.proposal_id, original.proposal_id];
        self.tx.connection.prepare_cached(sql)?.execute(undoes)?;
        Ok(postings)
    }

    pub(super) fn return_to_suspense(
        &self,
        items: &[Held],
        from: Subject,
    ) -> Result<Vec<Posting>, Stop> {
        let moves: Vec<(&Held, Posting)> =
            items.iter().map(|item| (item, item.flows(from, Subject::Suspense))).collect();
        self.post(&moves)
    }

    fn restore(&self, original: &Proposal, item: &Held) -> Result<(), Stop> {
        self.tx.connection.prepare_cached(RESTORE)?.execute(params![
            self.tx.centre_id,
            item.account_id,
            item.id.serial,
            item.booked_on,
            self.on(),
            original.proposal_id
        ])?;
        Ok(())
    }

    /// Reopens the notices that these items settled, and returns the money to suspense.
    fn unsettle(
        &self,
        reversal: &Proposal,
        notices: &[PaymentReference],
        items: &[Held],
    ) -> Result<Vec<Posting>, Stop> {
        let mut postings = self.open_again(reversal, notices, false)?;
        let mut rests: BTreeMap<String, Money> = BTreeMap::new();
        for item in items {
            let rest = self.advance_part(item)?;
            let of_rest = rest.as_ref().map(|(_, money)| *money).unwrap_or_default();
            let paid = item.amount.checked_sub(of_rest).unwrap_or(item.amount);
            let mut moves = vec![(item, (Subject::Receipts, Subject::Suspense, paid))];
            if let Some((employer_id, money)) = rest {
                moves.push((item, (Subject::Advance, Subject::Suspense, money)));
                let sum = rests.entry(employer_id).or_default();
                *sum = Money::together([*sum, money]);
            }
            for notice in self.notices_of(item)? {
                self.remember_undone(item, notice)?;
                self.unlearn_payer(item, &self.notice(notice)?.0.employer_id)?;
            }
            self.forget_split(item)?;
            postings.extend(self.post(&moves)?);
        }
        for (employer_id, money) in rests {
            self.take_back_advance(&employer_id, money)?;
        }
        Ok(postings)
    }

    /// Reverses settlements, also in the employees' books; the employers are to be notified.
    pub(super) fn open_again(
        &self,
        reversal: &Proposal,
        notices: &[PaymentReference],
        by_bank: bool,
    ) -> Result<Vec<Posting>, Stop> {
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let mut postings = Vec::new();
        for notice in notices {
            let number = reference_number(*notice);
            let used = operations::reverse(self.tx, *notice, self.now.on)?;
            let amount = self.notice(*notice)?.0.amount;
            connection.prepare_cached(UNDONE)?.execute(params![
                centre,
                number,
                self.on(),
                reversal.proposal_id
            ])?;
            connection
                .prepare_cached("delete from settlement where centre_id = ?1 and reference = ?2")?
                .execute(params![centre, number])?;
            outstanding::keep(self.tx, &[number])?;
            notice_news::reopened(self.tx, *notice, by_bank, self.on())?;
            postings.push((Subject::Contributions, Subject::Receipts, amount));
            if !used.is_zero() {
                postings.push((Subject::Receipts, Subject::Advance, used));
            }
        }
        Ok(postings)
    }

    /// Deletes the allocation of an item; its proposal keeps it permanently.
    fn forget_split(&self, item: &Held) -> Result<(), Stop> {
        for table in ["allocation", "advance_part"] {
            let sql = format!(
                "delete from {table} where centre_id = ?1 and account_id = ?2 and serial = ?3
                    and booked_on = ?4"
            );
            let key = params![self.tx.centre_id, item.account_id, item.id.serial, item.booked_on];
            self.tx.connection.prepare_cached(&sql)?.execute(key)?;
        }
        Ok(())
    }

    fn take_back_advance(&self, employer_id: &str, needed: Money) -> Result<(), Stop> {
        let advance = operations::advance_of(self.tx, employer_id)?;
        let (employer, held) = (employer_id.to_owned(), advance.held);
        if held < needed {
            return Err(DeskRefusal::Spent { employer_id: employer, held, needed }.into());
        }
        if advance.free() < needed {
            return Err(advance.reserved(employer, needed).into());
        }
        operations::reverse_advance(self.tx, employer_id, self.now.on, needed)?;
        Ok(())
    }

    /// Restores the earlier reading of the remark; the engine's decision on the correction is reversed with it.
    fn read_as_before(&self, reversal: &Proposal, items: &[Held]) -> Result<Vec<Posting>, Stop> {
        let mut postings = Vec::new();
        let mut opened: BTreeSet<PaymentReference> = BTreeSet::new();
        for item in items {
            match Outcome::from_number(item.decision.outcome) {
                Some(Outcome::Suspense) => {}
                Some(Outcome::Awaiting) => {
                    let moved = (Subject::Receipts, Subject::Suspense, item.amount);
                    postings.extend(self.post(&[(item, moved)])?);
                }
                Some(Outcome::Matched) => {
                    // Two corrected items may have settled one notice together.
                    let settled = self.notices_of(item)?;
                    let settled = settled.into_iter().filter(|one| opened.insert(*one));
                    let settled: Vec<PaymentReference> = settled.collect();
                    postings.extend(self.unsettle(
                        reversal,
                        &settled,
                        std::slice::from_ref(item),
                    )?);
                    self.reopen_notices(&settled)?;
                }
                Some(
                    Outcome::Returned
                    | Outcome::Ignored
                    | Outcome::Advance
                    | Outcome::RefundDue
                    | Outcome::Refunded,
                )
                | None => {
                    return Err(DeskRefusal::NothingToReverse { item: item.id.clone() }.into());
                }
            }
        }
        Ok(postings)
    }

    /// Other payments of the reopened notices await the next night.
    pub(super) fn reopen_notices(&self, notices: &[PaymentReference]) -> Result<(), Stop> {
        for notice in notices {
            let key = params![self.tx.centre_id, reference_number(*notice), self.on()];
            self.tx.connection.prepare_cached(WAIT_AGAIN)?.execute(key)?;
        }
        Ok(())
    }
}
