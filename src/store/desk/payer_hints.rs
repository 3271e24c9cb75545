//! Payer hints from confirmed payments: who pays for whom. They improve suggestions and settle nothing.
//!
//! A hint counts its confirmations; a reversal decrements the count, and the reversed pair is stored, so that
//! it is not the first suggestion again.

use super::super::trail::{self, Marks};
use super::super::{Store, StoreError};
use super::item::Held;
use super::{Desk, Stop};
use crate::remittance::PaymentReference;
use crate::store::database::columns::columns;
use crate::store::database::row::reference_number;
use crate::store::database::sql::params;
use crate::suspense::{Act, ItemId};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

const LEARN: &str = "insert into payer_fact (centre_id, account_no, name, employer_id, confirmed,
        last_on)
    values (?1, ?2, ?3, ?4, 1, ?5)
    on conflict (centre_id, account_no, name, employer_id) do update set
        confirmed = payer_fact.confirmed + 1, last_on = excluded.last_on";

const UNLEARN: &str = "update payer_fact set confirmed = confirmed - 1
    where centre_id = ?1 and account_no = ?2 and name = ?3 and employer_id = ?4 and confirmed > 0";

/// A payer confirmed to pay for an employer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PayerFact {
    /// Empty if the bank gave none.
    pub account_no: String,
    pub name: String,
    pub employer_id: String,
    pub confirmed: u32,
    pub last_on: NaiveDate,
}

columns! { impl PayerFact { account_no, name, employer_id, confirmed, last_on } }

/// Staff acts that suggestions depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Something was booked: payer hints may have changed.
    pub books: bool,
    /// The notices that were settled or reopened, and whether each is now open.
    pub notices: BTreeMap<PaymentReference, bool>,
}

/// How many trail entries are read; with more, everything is reloaded.
const ACTS_MAX: i64 = 10_000;

/// What a trail entry says was booked.
#[derive(Deserialize)]
struct Booked {
    proposal: String,
    act: Act,
}

const BOOKED: &str = "select distinct detail from trail
    where centre_id = ?1 and sequence > ?2 and sequence <= ?3
        and event in ('approved', 'resolved', 'reversed')
    order by detail";

const OPENED: &str = "select reference from settlement_undone
    where centre_id = ?1 and proposal_id = ?2 order by reference";

const IS_OPEN: &str = "select 1 from notice n
    where n.centre_id = ?1 and n.reference = ?2 and n.status = 1 and not exists (
        select 1 from settlement s where s.centre_id = n.centre_id and s.reference = n.reference)";

impl Desk<'_> {
    /// Records that the payers of these items pay for an employer.
    pub(super) fn learn_payers<'h>(
        &self,
        items: impl IntoIterator<Item = &'h Held>,
        employer_id: &str,
    ) -> Result<(), Stop> {
        let mut learn = self.tx.connection.prepare_cached(LEARN)?;
        for item in items.into_iter().filter(|item| names_payer(item)) {
            let (account, name) = (&item.payer_account, &item.payer_name);
            learn.execute(params![self.tx.centre_id, account, name, employer_id, self.on()])?;
        }
        Ok(())
    }

    pub(super) fn unlearn_payer(&self, item: &Held, employer_id: &str) -> Result<(), Stop> {
        let (account, name) = (&item.payer_account, &item.payer_name);
        let key = params![self.tx.centre_id, account, name, employer_id];
        self.tx.connection.prepare_cached(UNLEARN)?.execute(key)?;
        Ok(())
    }

    /// Records that an item was wrongly settled with a notice.
    pub(super) fn remember_undone(
        &self,
        item: &Held,
        notice: PaymentReference,
    ) -> Result<(), Stop> {
        let sql = "insert into undone_pair (centre_id, account_id, serial, reference, undone_on)
            values (?1, ?2, ?3, ?4, ?5)
            on conflict (centre_id, account_id, serial, reference)
                do update set undone_on = excluded.undone_on";
        self.tx.connection.prepare_cached(sql)?.execute(params![
            self.tx.centre_id,
            item.account_id,
            item.id.serial,
            reference_number(notice),
            self.on()
        ])?;
        Ok(())
    }
}

fn names_payer(item: &Held) -> bool {
    !item.payer_account.is_empty() || !item.payer_name.is_empty()
}

impl Store {
    /// The current marks of the centre.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn marks(&self) -> Result<Marks, StoreError> {
        trail::marks(&*self.reading()?)
    }

    /// The staff acts between two marks that suggestions depend on; `None` if more has changed than these.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn touched(&self, then: Marks, now: Marks) -> Result<Option<Touched>, StoreError> {
        let acts = now.sequence - then.sequence;
        if then.rebuild_epoch != now.rebuild_epoch || !(0..=ACTS_MAX).contains(&acts) {
            return Ok(None);
        }
        let tx = self.reading()?;
        let (connection, centre) = (&tx.connection, tx.centre_id);
        let mut select = connection.prepare_cached(BOOKED)?;
        let booked: Vec<String> =
            select.query_all(params![centre, then.sequence, now.sequence], |row| row.read())?;
        let mut touched = Touched { books: !booked.is_empty(), ..Touched::default() };
        for detail in booked {
            let unknown =
                |_| StoreError::Unknown { table: "trail", column: "detail", found: detail.clone() };
            let Booked { proposal, act } = serde_json::from_str(&detail).map_err(unknown)?;
            let mut notices = act.notices();
            if matches!(act, Act::Reverse | Act::TakeBack { .. }) {
                let undone = connection.prepare_cached(OPENED)?;
                notices = { undone }
                    .query_all(params![centre, proposal], |row| row.read::<PaymentReference>())?;
            }
            for notice in notices {
                let key = params![centre, reference_number(notice)];
                let open: bool = connection.prepare_cached(IS_OPEN)?.exists(key)?;
                touched.notices.insert(notice, open);
            }
        }
        Ok(Some(touched))
    }

    /// The payer hints.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn payer_facts(&self) -> Result<Vec<PayerFact>, StoreError> {
        let tx = self.reading()?;
        let from = "from payer_fact
            where centre_id = ?1 and confirmed > 0 order by account_no, name, employer_id";
        tx.connection.select_all(from, params![tx.centre_id])
    }

    /// For open items, the notices of reversed settlements.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn undone_pairs(&self) -> Result<BTreeMap<ItemId, Vec<PaymentReference>>, StoreError> {
        let tx = self.reading()?;
        let sql = "select a.account_no, u.serial, u.reference from undone_pair u
            join collection_account a using (centre_id, account_id)
            where u.centre_id = ?1 order by 1, 2, 3";
        let mut pairs: BTreeMap<ItemId, Vec<PaymentReference>> = BTreeMap::new();
        let mut select = tx.connection.prepare_cached(sql)?;
        let mut rows = select.query(params![tx.centre_id])?;
        while let Some(row) = rows.next()? {
            let (id, reference): (ItemId, PaymentReference) = row.read()?;
            pairs.entry(id).or_default().push(reference);
        }
        Ok(pairs)
    }
}
