//! Assigns items, adds notes, and reactivates snoozed items.

use super::super::{Store, StoreError, trail};
use super::Answered;
use crate::store::database::row::{day, day_number};
use crate::store::database::sql::params;
use crate::suspense::trail::{NIGHT, TrailEvent};
use crate::suspense::{
    Actor, DeskRefusal, EntityKind, ItemId, Moment, Permission, Person, Seen, Stage, Step, may,
};
use chrono::NaiveDate;

impl Store {
    /// Assigns items to a person, or to nobody; all or none.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn assign(
        &self,
        actor: &Actor,
        items: &[Seen],
        to: Option<&Person>,
        now: Moment,
    ) -> Answered<()> {
        self.act(actor, now, |desk| {
            may(actor.role, Permission::Assign)?;
            for seen in items {
                let mut item = desk.fresh(seen)?;
                let (step, event) = match to {
                    Some(_) => (Step::Assign, TrailEvent::Assigned),
                    None => (Step::Release, TrailEvent::Released),
                };
                item.stage = item.stage.after(step)?;
                item.assignee = to.map(|person| person.0.clone());
                desk.save(&mut item)?;
                let detail = serde_json::json!({ "to": item.assignee }).to_string();
                desk.tell(event, item.id.to_string(), &detail)?;
            }
            Ok(())
        })
    }

    /// Adds a note to an item; earlier ones stay in its history. The item's version does not change, so nobody
    /// who is viewing the item is refused for it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn note(&self, actor: &Actor, item: &ItemId, text: &str, now: Moment) -> Answered<()> {
        self.act(actor, now, |desk| {
            may(actor.role, Permission::Assign)?;
            if text.trim().is_empty() {
                return Err(DeskRefusal::Nothing { what: EntityKind::Note }.into());
            }
            let found = desk.load(item)?;
            let sql = "update suspense_item set note = ?4
                where centre_id = ?1 and account_id = ?2 and serial = ?3";
            let key = params![desk.tx.centre_id, found.account_id, item.serial, text];
            desk.tx.connection.prepare_cached(sql)?.execute(key)?;
            let detail = serde_json::json!({ "note": text }).to_string();
            desk.tell(TrailEvent::Noted, item.to_string(), &detail)
        })
    }

    /// Reopens the items snoozed until this day; gives their number.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn wake(&self, as_of: NaiveDate) -> Result<u64, StoreError> {
        let now = Moment::midnight(as_of);
        let due = self.due(as_of)?;
        if due.is_empty() {
            return Ok(0);
        }
        let done = self.at_desk(now, (NIGHT, ""), true, |desk| {
            let mut woken = 0;
            trail::next_turn(&desk.tx.connection, desk.tx.centre_id)?;
            for id in &due {
                let mut item = desk.load(id)?;
                let Some(day_of) = item.wake_on.filter(|_| item.stage == Stage::Approved) else {
                    continue;
                };
                // A pending proposal of a reversal takes precedence over the night.
                if item.pending.is_some() {
                    continue;
                }
                item.stage = item.stage.after(Step::Wake)?;
                item.wake_on = None;
                item.decided = None;
                desk.save(&mut item)?;
                let detail = serde_json::json!({ "day": day(day_of)?.to_string() }).to_string();
                desk.tell(TrailEvent::Woken, item.id.to_string(), &detail)?;
                woken += 1;
            }
            Ok(woken)
        })?;
        done.map_err(super::as_error)
    }

    /// Snoozed items that are due.
    fn due(&self, as_of: NaiveDate) -> Result<Vec<ItemId>, StoreError> {
        let tx = self.reading()?;
        let sql = "select a.account_no, i.serial from suspense_item i
            join collection_account a using (centre_id, account_id)
            where i.centre_id = ?1 and i.state = 'approved' and i.wake_on <= ?2
            order by i.account_id, i.serial";
        let key = params![tx.centre_id, day_number(as_of)];
        tx.connection.fetch_all(sql, key)
    }
}
