//! What a confirmed payment teaches: who pays for whom. It makes suggestions better and settles nothing.
//!
//! A fact counts how often it was confirmed; what is undone counts it down again, and the pair that was
//! undone is remembered, so that it is not the first thing suggested once more.

use super::super::row::{day, reference, reference_number};
use super::super::sql::params;
use super::super::{Store, StoreError, bulk::Bulk, trail};
use super::item::Held;
use super::{Desk, Stop};
use crate::remittance::PaymentReference;
use crate::suspense::ItemId;
use chrono::NaiveDate;
use std::collections::BTreeMap;

const LEARN: &str = "insert into payer_fact values (?1, ?2, ?3, ?4, 1, ?5)
    on conflict (centre_id, account_no, name, employer_id) do update set
        confirmed = payer_fact.confirmed + 1, last_on = excluded.last_on";

const UNLEARN: &str = "update payer_fact set confirmed = confirmed - 1
    where centre_id = ?1 and account_no = ?2 and name = ?3 and employer_id = ?4 and confirmed > 0";

/// What hung and was settled by a later night teaches too; the list's columns are its key and the day.
pub(in crate::store) const LEARN_SETTLED: [&str; 2] = [
    "insert into payer_fact
     select t.centre_id, coalesce(t.counterparty_account, ''), coalesce(t.counterparty_name, ''),
         n.employer_id, count(*), max(v.column4) from (values ",
    ") v join bank_transaction t on t.centre_id = ?1 and t.account_id = v.column1
            and t.serial = v.column2 and t.booked_on = v.column3
        join decision d on d.centre_id = t.centre_id and d.account_id = t.account_id
            and d.serial = t.serial and d.booked_on = t.booked_on
        join notice n on n.centre_id = t.centre_id and n.reference = d.notice
        where t.direction = 1
            and (t.counterparty_account is not null or t.counterparty_name is not null)
        group by 1, 2, 3, 4
     on conflict (centre_id, account_no, name, employer_id) do update set
        confirmed = payer_fact.confirmed + excluded.confirmed, last_on = excluded.last_on",
];

/// A payer that was confirmed to pay for an employer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PayerFact {
    /// Empty where the bank gave none.
    pub account_no: String,
    pub name: String,
    pub employer_id: String,
    pub confirmed: u32,
    pub last_on: NaiveDate,
}

impl Desk<'_> {
    /// Remembers that who paid these items pays for an employer.
    pub(super) fn learn_payers<'h>(
        &self,
        items: impl IntoIterator<Item = &'h Held>,
        employer_id: &str,
    ) -> Result<(), Stop> {
        let mut learn = self.bulk.connection.prepare_cached(LEARN)?;
        for item in items.into_iter().filter(|item| names_payer(item)) {
            let (account, name) = (&item.payer_account, &item.payer_name);
            learn.execute(params![self.bulk.centre_id, account, name, employer_id, self.on()])?;
        }
        Ok(())
    }

    pub(super) fn unlearn_payer(&self, item: &Held, employer_id: &str) -> Result<(), Stop> {
        let (account, name) = (&item.payer_account, &item.payer_name);
        let key = params![self.bulk.centre_id, account, name, employer_id];
        self.bulk.connection.prepare_cached(UNLEARN)?.execute(key)?;
        Ok(())
    }

    /// Remembers that an item was settled with a notice and should not have been.
    pub(super) fn remember_undone(
        &self,
        item: &Held,
        notice: PaymentReference,
    ) -> Result<(), Stop> {
        let sql = "insert into undone_pair values (?1, ?2, ?3, ?4, ?5)
            on conflict (centre_id, account_id, serial, reference)
                do update set undone_on = excluded.undone_on";
        self.bulk.connection.prepare_cached(sql)?.execute(params![
            self.bulk.centre_id,
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
    /// Changes whenever suggestions may have to be drawn anew: a night ran, or staff acted.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn advice_stamp(&self) -> Result<(Option<NaiveDate>, i64), StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = "select max(as_of) from night where centre_id = ?1";
        let night: Option<i64> =
            bulk.connection.query_row(sql, params![bulk.centre_id], |row| row.get(0))?;
        Ok((night.map(day).transpose()?, trail::turn(self)?))
    }

    /// Who was confirmed to pay for whom.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn payer_facts(&self) -> Result<Vec<PayerFact>, StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = "select account_no, name, employer_id, confirmed, last_on from payer_fact
            where centre_id = ?1 and confirmed > 0 order by account_no, name, employer_id";
        bulk.connection.prepare_cached(sql)?.query_all(params![bulk.centre_id], |row| {
            Ok(PayerFact {
                account_no: row.get(0)?,
                name: row.get(1)?,
                employer_id: row.get(2)?,
                confirmed: u32::try_from(row.get::<i64>(3)?).unwrap_or(u32::MAX),
                last_on: day(row.get(4)?)?,
            })
        })
    }

    /// The notices with which items that hang were settled before, and that was undone.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn undone_pairs(&self) -> Result<BTreeMap<ItemId, Vec<PaymentReference>>, StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = "select a.account_no, u.serial, u.reference from undone_pair u
            join collection_account a using (centre_id, account_id)
            where u.centre_id = ?1 order by 1, 2, 3";
        let mut pairs: BTreeMap<ItemId, Vec<PaymentReference>> = BTreeMap::new();
        let mut select = bulk.connection.prepare_cached(sql)?;
        let mut rows = select.query(params![bulk.centre_id])?;
        while let Some(row) = rows.next()? {
            let id = ItemId { account_no: row.get(0)?, serial: row.get(1)? };
            pairs.entry(id).or_default().push(reference(row.get(2)?)?);
        }
        Ok(pairs)
    }
}
