//! Staff's work on refunds: an act opens one; people correct, export and match it.
//!
//! Start at [`Store::ask_refund`] and [`Store::approve_refund`]: one person requests a change and another
//! approves it. [`Store::change_refund`] is for the command line, where the owner of the database acts alone.
//! The states of a refund are in `store/refund.rs`, the night's automatic matching in `store/refund/night.rs`,
//! matching by people in [`tying`].
//!
//! Invariant: every change of a refund locks the head of the trail and is recorded in it; a concurrent night
//! reads again.

mod tying;

use self::tying::Named;
use super::super::refund::{RefundFilter, RefundRow, number, refund, refunds};
use super::super::{Store, StoreError, trail};
use super::item::Held;
use super::{Answered, Desk, OPERATOR, Stop};
use crate::remittance::{Direction, RefundReference};
use crate::store::database::sql::params;
use crate::suspense::trail::TrailEvent;
use crate::suspense::{
    Actor, DeskRefusal, EntityKind, Moment, Permission, Proposal, RefundChange, RefundFault,
    RefundRequest, RefundState, may,
};
use sha2::{Digest, Sha256};

const OPEN: &str = "insert into refund (centre_id, reference, account_id, serial, booked_on,
        amount_fen, payee_name, payee_account, payee_bank, why, proposed_by, approved_by,
        decided_on, state, exported_on, paid_account_id, paid_serial, paid_on, tied_on, tied_by,
        returned_on, returns)
    select t.centre_id, ?5, t.account_id, t.serial, t.booked_on, t.amount_fen,
        coalesce(t.counterparty_name, ''), coalesce(t.counterparty_account, ''),
        coalesce((select b.bank_name from bank_branch b where b.centre_id = t.centre_id
            and b.branch_id = t.counterparty_branch_id), ''),
        ?6, ?7, ?8, ?9, 'due', null, null, null, null, null, null, null, 0
    from bank_transaction t
    where t.centre_id = ?1 and t.account_id = ?2 and t.serial = ?3 and t.booked_on = ?4";

impl Store {
    /// Requests a change of a refund, for another person's approval.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn ask_refund(
        &self,
        actor: &Actor,
        reference: RefundReference,
        change: &RefundChange,
        note: &str,
        now: Moment,
    ) -> Answered<()> {
        self.act(actor, now, |desk| {
            may(actor.role, Permission::Propose)?;
            let row = desk.refund(reference)?;
            desk.may_change(&row, change, note)?;
            let sql = "insert into refund_request (centre_id, reference, change, note, asked_by,
                    asked_at)
                values (?1, ?2, ?3, ?4, ?5, ?6)";
            let body = serde_json::to_string(change).map_err(|_| StoreError::Writer)?;
            let by = &actor.person.0;
            let values = params![desk.tx.centre_id, number(reference), body, note, by, now.at];
            desk.tx.connection.prepare_cached(sql)?.execute(values)?;
            desk.tell_refund(TrailEvent::RefundAsked, &row, Some(change), note)
        })
    }

    /// Approves a change as viewed; it is applied in the same commit.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn approve_refund(
        &self,
        actor: &Actor,
        reference: RefundReference,
        digest: &str,
        now: Moment,
    ) -> Answered<()> {
        self.act(actor, now, |desk| {
            may(actor.role, Permission::Approve)?;
            let (row, request) = desk.requested(reference, digest)?;
            if request.by == actor.person {
                return Err(DeskRefusal::SamePerson.into());
            }
            desk.forget_request(reference)?;
            desk.change_refund(&row, &request.change, &request.note, &request.by.0)
        })
    }

    /// Drops a pending change: the requester withdraws it, or an approver rejects it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn drop_refund(
        &self,
        actor: &Actor,
        reference: RefundReference,
        digest: &str,
        now: Moment,
    ) -> Answered<()> {
        self.act(actor, now, |desk| {
            let (row, request) = desk.requested(reference, digest)?;
            if request.by != actor.person {
                may(actor.role, Permission::Approve)?;
            }
            desk.forget_request(reference)?;
            desk.tell_refund(TrailEvent::RefundDropped, &row, Some(&request.change), &request.note)
        })
    }

    /// Changes a refund at the command line.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if its state does not allow it; nothing is then changed.
    pub fn change_refund(
        &self,
        reference: RefundReference,
        change: &RefundChange,
        by: &str,
        note: &str,
        now: Moment,
    ) -> Result<(), StoreError> {
        let done = self.at_desk(now, (by, OPERATOR), true, |desk| {
            let row = desk.refund(reference)?;
            desk.may_change(&row, change, note)?;
            desk.change_refund(&row, change, note, by)
        })?;
        done.map_err(super::as_error)
    }

    /// Exports the refunds due for the bank, and marks them; `again` includes those exported before. Refunds
    /// with an unknown payee account or a pending change are not exported: they are the second list.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn export_refunds(
        &self,
        (by, role): (&str, &str),
        again: bool,
        now: Moment,
    ) -> Result<(Vec<RefundRow>, Vec<RefundRow>), StoreError> {
        let done = self.at_desk(now, (by, role), true, |desk| {
            let open = RefundFilter { open: true, ..RefundFilter::default() };
            let wanted = refunds(desk.tx, &open)?;
            let wanted = wanted.into_iter().filter(|row| again || row.state == RefundState::Due);
            let ready = |row: &RefundRow| !row.payee_account.is_empty() && row.request.is_none();
            let (ready, stay): (Vec<_>, Vec<_>) = wanted.partition(ready);
            let sql = "update refund set state = 'exported', exported_on = ?3
                where centre_id = ?1 and reference = ?2";
            for row in &ready {
                let values = params![desk.tx.centre_id, number(row.reference), desk.on()];
                desk.tx.connection.prepare_cached(sql)?.execute(values)?;
                desk.tell_refund(TrailEvent::Exported, row, None, "")?;
            }
            Ok((ready, stay))
        })?;
        done.map_err(super::as_error)
    }
}

impl Desk<'_> {
    /// Opens the refunds of a booked act.
    pub(super) fn open_refunds(&self, proposal: &Proposal, items: &[Held]) -> Result<(), Stop> {
        let approved: Vec<&str> = proposal.approvals.iter().map(|one| one.by.0.as_str()).collect();
        let approved = if approved.is_empty() { self.actor.to_owned() } else { approved.join(",") };
        for item in items {
            let reference = self.new_reference(proposal, item)?;
            self.tx.connection.prepare_cached(OPEN)?.execute(params![
                self.tx.centre_id,
                item.account_id,
                item.id.serial,
                item.booked_on,
                number(reference),
                proposal.note,
                proposal.proposed_by.0,
                approved,
                self.on()
            ])?;
        }
        Ok(())
    }

    /// A reference derived from the refund's content; if it is taken, another one from the same content.
    fn new_reference(&self, proposal: &Proposal, item: &Held) -> Result<RefundReference, Stop> {
        for attempt in 0_u32..1_000 {
            let content = format!("{}|{}|{attempt}", proposal.proposal_id, item.id);
            let digest = Sha256::digest(content.as_bytes());
            let content =
                digest.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
            let reference = RefundReference::of(self.now.on, content);
            if refund(self.tx, reference)?.is_none() {
                return Ok(reference);
            }
        }
        Err(StoreError::Writer.into())
    }

    /// Reverses the refunds of items before the money was sent.
    pub(super) fn reverse_refunds(&self, items: &[Held]) -> Result<(), Stop> {
        for item in items {
            let filter = RefundFilter { item: Some(item.id.clone()), ..RefundFilter::default() };
            let rows = refunds(self.tx, &filter)?;
            let standing = rows.iter().find(|row| row.state != RefundState::Reversed);
            let Some(row) = standing else { continue };
            // Money that was exported to the bank or sent cannot settle anything.
            if row.state != RefundState::Due {
                return Err(DeskRefusal::Refund { refund: row.reference, state: row.state }.into());
            }
            self.forget_request(row.reference)?;
            let sql =
                "update refund set state = 'reversed' where centre_id = ?1 and reference = ?2";
            let values = params![self.tx.centre_id, number(row.reference)];
            self.tx.connection.prepare_cached(sql)?.execute(values)?;
        }
        Ok(())
    }

    fn refund(&self, reference: RefundReference) -> Result<RefundRow, Stop> {
        let none = || DeskRefusal::NoSuch { what: EntityKind::Refund, id: reference.to_string() };
        Ok(refund(self.tx, reference)?.ok_or_else(none)?)
    }

    fn requested(
        &self,
        reference: RefundReference,
        digest: &str,
    ) -> Result<(RefundRow, RefundRequest), Stop> {
        let row = self.refund(reference)?;
        let unfit = |what| DeskRefusal::RefundUnfit { refund: reference, what };
        let request = row.request.clone().ok_or_else(|| unfit(RefundFault::NothingWaits))?;
        if request.digest(reference) != digest {
            return Err(DeskRefusal::Edited { proposal_id: reference.to_string() }.into());
        }
        Ok((row, request))
    }

    fn forget_request(&self, reference: RefundReference) -> Result<(), Stop> {
        let sql = "delete from refund_request where centre_id = ?1 and reference = ?2";
        let values = params![self.tx.centre_id, number(reference)];
        self.tx.connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Checks that a change is possible in the refund's state.
    fn may_change(&self, row: &RefundRow, change: &RefundChange, note: &str) -> Result<(), Stop> {
        let unfit = |what| DeskRefusal::RefundUnfit { refund: row.reference, what };
        if note.trim().is_empty() {
            return Err(unfit(RefundFault::NoNote).into());
        }
        if row.request.is_some() {
            return Err(unfit(RefundFault::Waits).into());
        }
        self.possible(row, change).map(|_| ())
    }

    /// The movement a change names, if the change is now possible.
    fn possible(&self, row: &RefundRow, change: &RefundChange) -> Result<Option<Named>, Stop> {
        let refund = row.reference;
        if !change.is_possible(row.state) {
            return Err(DeskRefusal::Refund { refund, state: row.state }.into());
        }
        let unfit = |what| Stop::from(DeskRefusal::RefundUnfit { refund, what });
        match change {
            RefundChange::Payee { account, .. } if !is_account(account) => {
                Err(unfit(RefundFault::Account))
            }
            RefundChange::Payee { .. } | RefundChange::Recall | RefundChange::NotPaid => Ok(None),
            RefundChange::Paid { debit } => {
                let named = self.named(debit)?;
                let fits = named.direction == Direction::Debit
                    && named.amount == row.amount
                    && named.movement.booked_on >= row.credit.booked_on;
                self.free(row, named, fits).map(Some)
            }
            RefundChange::Returned { credit } => {
                let named = self.named(credit)?;
                let debit = row.debit.as_ref();
                let fits = named.direction == Direction::Credit
                    && named.amount == row.amount
                    && debit.is_some_and(|debit| {
                        debit.account_id == named.movement.account_id
                            && debit.booked_on <= named.movement.booked_on
                    });
                self.free(row, named, fits).map(Some)
            }
        }
    }

    /// Applies a possible change and records it in the trail. `by` requested it.
    fn change_refund(
        &self,
        row: &RefundRow,
        change: &RefundChange,
        note: &str,
        by: &str,
    ) -> Result<(), Stop> {
        let named = self.possible(row, change)?;
        match (change, named) {
            (RefundChange::Payee { name, account, bank }, _) => {
                let sql = "update refund set payee_name = ?3, payee_account = ?4, payee_bank = ?5
                    where centre_id = ?1 and reference = ?2";
                let account: String = account.chars().filter(|c| !c.is_whitespace()).collect();
                let (centre, key) = (self.tx.centre_id, number(row.reference));
                let values = params![centre, key, name.trim(), account, bank.trim()];
                self.tx.connection.prepare_cached(sql)?.execute(values)?;
            }
            (RefundChange::Recall, _) => {
                let sql = "update refund set state = 'due', exported_on = null
                    where centre_id = ?1 and reference = ?2";
                let values = params![self.tx.centre_id, number(row.reference)];
                self.tx.connection.prepare_cached(sql)?.execute(values)?;
            }
            (RefundChange::Paid { .. }, Some(debit)) => self.tie_debit(row, &debit, by)?,
            (RefundChange::NotPaid, _) => self.untie_debit(row)?,
            (RefundChange::Returned { .. }, Some(credit)) => self.tie_return(row, &credit, by)?,
            (RefundChange::Paid { .. } | RefundChange::Returned { .. }, None) => {}
        }
        let event = match change {
            RefundChange::Paid { .. } => TrailEvent::RefundPaid,
            RefundChange::Returned { .. } => TrailEvent::RefundReturned,
            RefundChange::Payee { .. } | RefundChange::Recall | RefundChange::NotPaid => {
                TrailEvent::RefundChanged
            }
        };
        self.tell_refund(event, row, Some(change), note)
    }

    /// A trail entry, about the returned credit. It contains no account number of the payee.
    fn tell_refund(
        &self,
        event: TrailEvent,
        row: &RefundRow,
        change: Option<&RefundChange>,
        note: &str,
    ) -> Result<(), Stop> {
        trail::next_turn(&self.tx.connection, self.tx.centre_id)?;
        let named = change.and_then(|change| match change {
            RefundChange::Paid { debit: named } | RefundChange::Returned { credit: named } => {
                Some(named.to_string())
            }
            RefundChange::Payee { account, .. } => {
                Some(crate::remittance::account::masked(account))
            }
            RefundChange::Recall | RefundChange::NotPaid => None,
        });
        let detail = serde_json::json!({
            "refund": row.reference.to_string(),
            "change": change.map(RefundChange::code),
            "named": named,
            "amount": row.amount,
            "note": note,
        });
        self.tell(event, row.item.to_string(), &detail.to_string())
    }
}

/// Whether a text can be an account number: digits, possibly grouped.
fn is_account(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let others = text.chars().all(|c| c.is_ascii_digit() || c == '-' || c.is_whitespace());
    others && (6..=40).contains(&digits)
}
