//! An item at the desk: loaded, compared with the viewed version, written back.
//!
//! Invariant: an item is written only over the version that was loaded, and increments it.

use super::{Desk, Stop};
use crate::remittance::{Direction, Money, PaymentReference, Subject};
use crate::store::database::columns::columns;
use crate::store::database::row::{day_number, reference_number};
use crate::store::database::sql::params;
use crate::suspense::trail::{NIGHT, TrailEvent};
use crate::suspense::{
    Act, DeskRefusal, Draft, EntityKind, ItemChange, ItemId, Person, Seen, Stage, Step,
};
use std::collections::BTreeSet;

/// Debit, credit, amount.
pub(super) type Posting = (Subject, Subject, Money);

/// An item, with its row and its transaction.
pub(super) struct Held {
    pub(super) id: ItemId,
    pub(super) account_id: i64,
    pub(super) booked_on: i64,
    pub(super) amount: Money,
    pub(super) direction: Direction,
    pub(super) payer_account: String,
    pub(super) payer_name: String,
    pub(super) stage: Stage,
    pub(super) version: i64,
    pub(super) assignee: Option<String>,
    pub(super) note: Option<String>,
    pub(super) closed_on: Option<i64>,
    pub(super) resolution: Option<String>,
    pub(super) resolved_by: Option<String>,
    pub(super) resolved_on: Option<i64>,
    pub(super) pending: Option<String>,
    pub(super) decided: Option<String>,
    pub(super) read_as: Option<PaymentReference>,
    pub(super) wake_on: Option<i64>,
    pub(super) decision: Decided,
}

/// The engine's decision, as recorded on the item.
#[derive(Clone)]
pub(super) struct Decided {
    pub(super) outcome: i64,
    pub(super) reason: Option<i64>,
    pub(super) reference: Option<i64>,
    pub(super) notice: Option<i64>,
    pub(super) explanation: Option<String>,
}

columns! { impl Decided of "d" { outcome, reason, reference, notice, explanation = "d.because" } }

columns! { impl Held of "i" {
    id = "a.account_no, i.serial", account_id, booked_on, amount = "t.amount_fen", direction = "t.direction",
    payer_account = "coalesce(t.counterparty_account, '')",
    payer_name = "coalesce(t.counterparty_name, '')",
    stage = "i.state", version, assignee, note, closed_on, resolution, resolved_by, resolved_on, pending,
    decided, read_as, wake_on, decision as Decided,
} }

const ITEM: &str = "from collection_account a
    join suspense_item i on i.centre_id = a.centre_id and i.account_id = a.account_id
    join bank_transaction t on t.centre_id = i.centre_id and t.account_id = i.account_id
        and t.serial = i.serial and t.booked_on = i.booked_on
    join decision d on d.centre_id = i.centre_id and d.account_id = i.account_id
        and d.serial = i.serial and d.booked_on = i.booked_on
    where a.centre_id = ?1 and a.account_no = ?2 and i.serial = ?3";

const SAVE: &str = "update suspense_item set version = version + 1, state = ?5, assignee = ?6,
        note = ?7, closed_on = ?8, resolution = ?9, resolved_by = ?10, resolved_on = ?11,
        pending = ?12, decided = ?13, read_as = ?14, wake_on = ?15
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and version = ?4";

impl Held {
    pub(super) fn seen(&self) -> Seen {
        Seen { id: self.id.clone(), version: self.version }
    }

    /// A posting of its money from one subject to another; reversed for an outgoing transaction.
    pub(super) const fn flows(&self, from: Subject, to: Subject) -> Posting {
        match self.direction {
            Direction::Credit => (from, to, self.amount),
            Direction::Debit => (to, from, self.amount),
        }
    }
}

impl Desk<'_> {
    pub(super) fn load(&self, id: &ItemId) -> Result<Held, Stop> {
        let key = params![self.tx.centre_id, id.account_no, id.serial];
        let found = self.tx.connection.select_optional(ITEM, key)?;
        found.ok_or_else(|| {
            DeskRefusal::NoSuch { what: EntityKind::Item, id: id.to_string() }.into()
        })
    }

    /// The items of a draft as viewed; for a reversal, all items of the reversed act.
    pub(super) fn take_up(&self, draft: &Draft) -> Result<Vec<Held>, Stop> {
        if draft.items.is_empty() {
            return Err(DeskRefusal::Nothing { what: EntityKind::Item }.into());
        }
        let mut ids = BTreeSet::new();
        for seen in &draft.items {
            if !ids.insert(&seen.id) {
                return Err(
                    DeskRefusal::Twice { what: EntityKind::Item, id: seen.id.to_string() }.into()
                );
            }
        }
        let loaded = draft.items.iter().map(|seen| self.fresh(seen));
        let mut items = loaded.collect::<Result<Vec<_>, _>>()?;
        if draft.act == Act::Reverse {
            items = self.all_decided_with(items)?;
        }
        for item in &items {
            if draft.act != Act::Reverse {
                item.stage.after(Step::Propose)?;
            }
        }
        Ok(items)
    }

    /// Every item that was decided together with these.
    fn all_decided_with(&self, items: Vec<Held>) -> Result<Vec<Held>, Stop> {
        let Some(first) = items.first() else { return Ok(items) };
        let nothing = |item: &Held| DeskRefusal::NothingToReverse { item: item.id.clone() };
        let decided = first.decided.clone().ok_or_else(|| nothing(first))?;
        for item in &items {
            if item.decided.as_ref() != Some(&decided) {
                return Err(nothing(item).into());
            }
            if item.pending.is_some() {
                return Err(self.changed(item)?.into());
            }
            item.stage.after(Step::Reverse)?;
        }
        let whole = self.proposal(&decided)?;
        whole.item_ids().iter().map(|id| self.load(id)).collect()
    }

    /// An item, if it is still the viewed version.
    pub(super) fn fresh(&self, seen: &Seen) -> Result<Held, Stop> {
        let item = self.load(&seen.id)?;
        if item.version == seen.version { Ok(item) } else { Err(self.changed(&item)?.into()) }
    }

    /// The current versions of items, for callers that viewed none.
    pub(super) fn as_they_stand(&self, items: &[ItemId]) -> Result<Vec<Seen>, Stop> {
        items.iter().map(|id| Ok(self.load(id)?.seen())).collect()
    }

    /// The refusal that names who changed an item since it was viewed, from its last entry in the trail.
    pub(super) fn changed(&self, item: &Held) -> Result<DeskRefusal, Stop> {
        let sql = "select actor, event, done_at from trail where centre_id = ?1 and subject = ?2
            order by sequence desc limit 1";
        let mut select = self.tx.connection.prepare_cached(sql)?;
        let subject = item.id.to_string();
        let last = select.query_row_optional(params![self.tx.centre_id, subject], |row| {
            row.read::<(String, TrailEvent, i64)>()
        })?;
        // A settlement by the engine has no trail entry.
        let by_engine = item.stage == Stage::Resolved && item.resolution.is_none();
        let id = item.id.clone();
        Ok(match last.filter(|_| !by_engine) {
            Some((actor, event, at)) => {
                let by = Some(Person(actor)).filter(|by| by.0 != NIGHT);
                DeskRefusal::Changed {
                    item: id,
                    by,
                    change: ItemChange::Event(event),
                    at: Some(at),
                }
            }
            None => {
                DeskRefusal::Changed { item: id, by: None, change: ItemChange::Settled, at: None }
            }
        })
    }

    /// Writes an item over the loaded version.
    pub(super) fn save(&self, item: &mut Held) -> Result<(), Stop> {
        let written = self.tx.connection.prepare_cached(SAVE)?.execute(params![
            self.tx.centre_id,
            item.account_id,
            item.id.serial,
            item.version,
            item.stage.code(),
            item.assignee,
            item.note,
            item.closed_on,
            item.resolution,
            item.resolved_by,
            item.resolved_on,
            item.pending,
            item.decided,
            item.read_as.map(reference_number),
            item.wake_on
        ])?;
        if written != 1 {
            return Err(self.changed(item)?.into());
        }
        item.version += 1;
        Ok(())
    }

    /// Closes an item by a decision of staff.
    pub(super) fn close(&self, item: &mut Held, resolution: &str) {
        let on = day_number(self.now.on);
        item.stage = Stage::Resolved;
        item.closed_on = Some(on);
        item.resolution = Some(resolution.to_owned());
        item.resolved_by = Some(self.actor.to_owned());
        item.resolved_on = Some(on);
    }

    /// Reopens an item, as if nobody had decided.
    pub(super) fn reopen(&self, item: &mut Held) -> Result<(), Stop> {
        item.stage = item.stage.after(Step::Reverse)?;
        item.assignee = None;
        item.closed_on = None;
        item.resolution = None;
        item.resolved_by = None;
        item.resolved_on = None;
        item.decided = None;
        item.read_as = None;
        item.wake_on = None;
        Ok(())
    }
}
