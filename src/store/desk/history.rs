//! The history of an item, day by day: the acts of the engine and of people, with their postings.
//!
//! Start at [`Store::history`]. People's acts are in the audit trail; the engine's are in the item's own dates
//! and in the general journal, whose every step is dated.

use super::super::{Store, StoreError};
use crate::remittance::{Language, Localized, Money, Outcome, PaymentReference, Subject, beijing};
use crate::store::database::columns::columns;
use crate::store::database::sql::params;
use crate::suspense::trail::TrailEvent;
use crate::suspense::{ItemId, Person};
use chrono::NaiveDate;
use std::borrow::Cow;

/// One event of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    pub on: NaiveDate,
    /// Seconds since 1970-01-01T00:00:00Z, for a person's act.
    pub at: Option<i64>,
    /// `None` for the engine, in a night.
    pub by: Option<Person>,
    /// `None` for a posting.
    pub event: Option<TrailEvent>,
    /// More of it, as the trail's JSON; may be empty.
    pub detail: String,
    /// A posting: debit, credit, amount.
    pub posting: Option<(Subject, Subject, Money)>,
}

impl HistoryEntry {
    /// The code for programs: the event's, or `posted` for a posting.
    #[must_use]
    pub fn code(&self) -> &str {
        self.event.as_ref().map_or("posted", TrailEvent::code)
    }
}

impl Localized for HistoryEntry {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match &self.event {
            Some(event) => event.in_language(language),
            None => language.choose("记账", "posted").into(),
        }
    }
}

/// A similar item, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimilarItem {
    pub id: ItemId,
    pub booked_on: NaiveDate,
    pub amount: Money,
    pub reason: Option<i64>,
    pub outcome: Outcome,
    pub resolution: Option<String>,
    pub notice: Option<PaymentReference>,
    pub resolved_by: Option<String>,
}

const TRAIL: &str = "select done_at, actor, event, detail from trail
    where centre_id = ?1 and subject = ?2 order by sequence";

const JOURNAL: &str = "select j.posted_on, j.debit, j.credit, j.amount_fen from journal j
    join collection_account a on a.centre_id = j.centre_id and a.account_id = j.account_id
    where j.centre_id = ?1 and a.account_no = ?2 and j.serial = ?3 order by j.step";

columns! { impl SimilarItem of "i" {
    id = "a.account_no, i.serial", booked_on, amount = "t.amount_fen", reason = "d.reason",
    outcome = "d.outcome", resolution, notice = "d.notice", resolved_by,
} }

/// Closed items of the same payer, by account or by name.
const SIMILAR: &str = "from suspense_item i
    join collection_account a on a.centre_id = i.centre_id and a.account_id = i.account_id
    join bank_transaction t on t.centre_id = i.centre_id and t.account_id = i.account_id
        and t.serial = i.serial and t.booked_on = i.booked_on
    join decision d on d.centre_id = i.centre_id and d.account_id = i.account_id
        and d.serial = i.serial and d.booked_on = i.booked_on
    where i.centre_id = ?1 and i.closed_on is not null and t.direction = 1
        and not (a.account_no = ?2 and i.serial = ?3)
        and exists (select 1 from suspense_item x
            join collection_account b on b.centre_id = x.centre_id and b.account_id = x.account_id
            join bank_transaction y on y.centre_id = x.centre_id and y.account_id = x.account_id
                and y.serial = x.serial and y.booked_on = x.booked_on
            where x.centre_id = i.centre_id and b.account_no = ?2 and x.serial = ?3
                and (y.counterparty_account = t.counterparty_account
                    or y.counterparty_name = t.counterparty_name))
    order by i.booked_on desc, i.account_id, i.serial limit ?4";

impl Store {
    /// All events of an item, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn history(&self, item: &ItemId) -> Result<Vec<HistoryEntry>, StoreError> {
        let tx = self.reading()?;
        let moves = params![tx.centre_id, item.account_no, item.serial];
        let mut found = tx.connection.prepare_cached(JOURNAL)?.query_all(moves, |row| {
            let (on, debit, credit, amount) = row.read()?;
            Ok(HistoryEntry {
                on,
                at: None,
                by: None,
                event: None,
                detail: String::new(),
                posting: Some((debit, credit, amount)),
            })
        })?;
        let told = params![tx.centre_id, item.to_string()];
        found.extend(tx.connection.prepare_cached(TRAIL)?.query_all(told, |row| {
            let (at, actor, event, detail) = row.read()?;
            Ok(HistoryEntry {
                on: beijing::time(at).unwrap_or_default().date(),
                at: Some(at),
                by: Some(Person(actor)).filter(|by| by.0 != crate::suspense::trail::NIGHT),
                event,
                detail,
                posting: None,
            })
        })?);
        // On the same day, an approval comes before the posting it caused.
        found.sort_by_key(|entry| (entry.on, entry.posting.is_some(), entry.at));
        Ok(found)
    }

    /// Closed items of the same payer, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn similar(&self, item: &ItemId, limit: u32) -> Result<Vec<SimilarItem>, StoreError> {
        let tx = self.reading()?;
        let key = params![tx.centre_id, item.account_no, item.serial, i64::from(limit)];
        tx.connection.select_all(SIMILAR, key)
    }
}
