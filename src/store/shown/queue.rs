//! The queue: what hangs, filtered, a page at a time.
//!
//! Start at [`Store::queue`]. A page begins behind the last row of the one before ([`RowPlace`]); an index
//! on what hangs gives the oldest first without sorting. How many rows each filter would leave is
//! counted in [`super::count`], over the same conditions.

use super::super::bulk::Bulk;
use super::super::row::{day_number, reference_number};
use super::super::slate::TRANSACTION_COLUMNS;
use super::super::sql::{Bind, OwnedValue, Row};
use super::super::suspense::{ITEM_COLUMNS, SuspenseRow, suspense_row};
use super::super::{Store, StoreError};
use super::pattern;
use crate::remittance::{Money, PaymentReference, Reason};
use crate::suspense::Stage;
use chrono::NaiveDate;

/// Which items to show; a field that is `None` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueFilter {
    pub bank: Option<String>,
    pub reason: Option<Reason>,
    pub stage: Option<Stage>,
    pub assigned: Option<Assigned>,
    pub booked_from: Option<NaiveDate>,
    pub booked_to: Option<NaiveDate>,
    pub amount_from: Option<Money>,
    pub amount_to: Option<Money>,
    /// By the notice that was read, or the account that paid.
    pub employer_id: Option<String>,
    /// Anywhere in what the bank gave: names, free texts, serial; or a reference.
    pub text: Option<String>,
}

/// Whose items.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assigned {
    Nobody,
    To(String),
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The money that has been here longest first.
    #[default]
    Oldest,
    /// The largest amount first.
    Largest,
}

/// A row's place in an order: the day or the fen it is ordered by, then its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPlace {
    pub key: i64,
    pub account_id: i64,
    pub serial: String,
}

/// An item as the queue names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hanging {
    /// The small number of the centre's account: names it in an address without giving it away.
    pub account_id: i64,
    pub item: SuspenseRow,
}

/// One of the centre's collection accounts, by its small number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAccount {
    pub account_id: i64,
    pub account_no: String,
    pub bank: String,
    pub bank_name: String,
}

/// What hangs and passes the filter. Values 1 to 12 are [`conditions`].
pub(super) const HANGING: &str = "
    from suspense_item i
    join bank_transaction t using (centre_id, account_id, serial, booked_on)
    join collection_account a using (centre_id, account_id)
    join decision d using (centre_id, account_id, serial, booked_on)
    where i.centre_id = ?1 and i.closed_on is null
        and (?2 is null or a.bank = ?2)
        and (?3 is null or d.reason = ?3)
        and (?4 is null or i.state = ?4)
        and (?5 is null or coalesce(i.assignee, '') = ?5)
        and (?6 is null or i.booked_on >= ?6)
        and (?7 is null or i.booked_on <= ?7)
        and (?8 is null or t.amount_fen >= ?8)
        and (?9 is null or t.amount_fen <= ?9)
        and (?10 is null
            or exists (select 1 from notice n where n.centre_id = i.centre_id
                and n.reference = coalesce(d.reference, d.notice) and n.employer_id = ?10)
            or exists (select 1 from payer_account p where p.centre_id = i.centre_id
                and p.account_no = t.counterparty_account and p.employer_id = ?10))
        and (?11 is null or d.reference = ?12
            or lower(coalesce(t.counterparty_name, '') || ' ' || coalesce(t.postscript, '') || ' '
                || coalesce(t.purpose, '') || ' ' || coalesce(t.summary, '') || ' '
                || coalesce(t.note, '') || ' ' || t.serial) like ?11 escape '!')";

/// The values of [`HANGING`], in order; the first is the centre.
pub(super) fn conditions(centre_id: i64, filter: &QueueFilter) -> Vec<OwnedValue> {
    let assigned = filter.assigned.as_ref().map(|assigned| match assigned {
        Assigned::Nobody => "",
        Assigned::To(person) => person,
    });
    let text = filter.text.as_deref().filter(|text| !text.trim().is_empty());
    let reference = text.and_then(|text| text.trim().parse::<PaymentReference>().ok());
    let values: [&dyn Bind; 12] = [
        &centre_id,
        &filter.bank,
        &filter.reason.map(Reason::number),
        &filter.stage.map(Stage::code),
        &assigned,
        &filter.booked_from.map(day_number),
        &filter.booked_to.map(day_number),
        &filter.amount_from.map(Money::fen),
        &filter.amount_to.map(Money::fen),
        &filter.employer_id,
        &text.map(pattern),
        &reference.map(reference_number),
    ];
    values.iter().map(|value| value.value().into()).collect()
}

impl Store {
    /// Items that hang, at most `limit`, behind a place or from the start.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn queue(
        &self,
        filter: &QueueFilter,
        order: Order,
        behind: Option<&RowPlace>,
        limit: u32,
    ) -> Result<Vec<Hanging>, StoreError> {
        let bulk = Bulk::open(self)?;
        let rest = match order {
            Order::Oldest => {
                "and (i.booked_on, i.account_id, i.serial) > (?13, ?14, ?15)
                 order by i.booked_on, i.account_id, i.serial limit ?16"
            }
            Order::Largest => {
                "and (t.amount_fen, i.account_id, i.serial) < (?13, ?14, ?15)
                 order by t.amount_fen desc, i.account_id desc, i.serial desc limit ?16"
            }
        };
        let sql = format!("select {TRANSACTION_COLUMNS}, {ITEM_COLUMNS} {HANGING} {rest}");
        let mut values = conditions(bulk.centre_id, filter);
        values.extend(place(order, behind));
        values.push(OwnedValue::Integer(limit.into()));
        let values: Vec<&dyn Bind> = values.iter().map(|value| value as &dyn Bind).collect();
        bulk.connection.prepare_cached(&sql)?.query_all(&values, hanging)
    }

    /// The centre's collection accounts with their small numbers.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn own_accounts(&self) -> Result<Vec<OwnAccount>, StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = "select account_id, account_no, bank, bank_name from collection_account
            where centre_id = ?1 order by account_id";
        bulk.connection.prepare_cached(sql)?.query_all(&[&bulk.centre_id], |row| {
            Ok(OwnAccount {
                account_id: row.get(0)?,
                account_no: row.get(1)?,
                bank: row.get(2)?,
                bank_name: row.get(3)?,
            })
        })
    }

    /// One item, also one that hangs no longer.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn hanging(&self, account_id: i64, serial: &str) -> Result<Option<Hanging>, StoreError> {
        let sql = format!(
            "select {TRANSACTION_COLUMNS}, {ITEM_COLUMNS} from suspense_item i
             join bank_transaction t using (centre_id, account_id, serial, booked_on)
             join collection_account a using (centre_id, account_id)
             join decision d using (centre_id, account_id, serial, booked_on)
             where i.centre_id = ?1 and i.account_id = ?2 and i.serial = ?3"
        );
        let bulk = Bulk::open(self)?;
        let mut select = bulk.connection.prepare_cached(&sql)?;
        let key: [&dyn Bind; 3] = [&bulk.centre_id, &account_id, &serial];
        select.query_row_optional(&key, hanging)
    }
}

/// The values a page begins behind. The first page begins before every row there can be.
fn place(order: Order, behind: Option<&RowPlace>) -> [OwnedValue; 3] {
    let start = match order {
        Order::Oldest => RowPlace { key: i64::MIN, account_id: 0, serial: String::new() },
        Order::Largest => RowPlace { key: i64::MAX, account_id: 0, serial: String::new() },
    };
    let RowPlace { key, account_id, serial } = behind.cloned().unwrap_or(start);
    [OwnedValue::Integer(key), OwnedValue::Integer(account_id), OwnedValue::Text(serial)]
}

fn hanging(row: &Row<'_>) -> Result<Hanging, StoreError> {
    Ok(Hanging { account_id: row.get(0)?, item: suspense_row(row)? })
}

impl Hanging {
    /// Where it stands in an order, for the page behind it.
    #[must_use]
    pub fn place(&self, order: Order) -> RowPlace {
        let key = match order {
            Order::Oldest => day_number(self.item.booked_on),
            Order::Largest => self.item.amount.fen(),
        };
        RowPlace { key, account_id: self.account_id, serial: self.item.id.serial.clone() }
    }
}
