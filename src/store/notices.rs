//! The notices a night needs: those its transactions name.
//!
//! Invariant: a night costs what it judges, not what the years hold. Few references are looked up
//! one by one; only a night that names very many reads the whole table, in one pass.

use super::bulk::Bulk;
use super::row::{reference, reference_number, status};
use super::slate::account_index;
use super::{Store, StoreError};
use crate::matching::{AccountIndex, Item, Kind, NoticeFact};
use crate::remark::Claim;
use crate::remittance::{
    CollectionAccount, Direction, Money, NoticeStatus, PaymentReference, YearMonth,
};
use chrono::NaiveDate;
use rusqlite::{Row, Rows, params};

/// From how many references on one pass over all notices is cheaper than looking each up
/// (measured: a look-up is about 2 µs, a row of the pass 0.3 µs).
const PASS_FROM: usize = 100_000;

/// A notice that waits for money, as the store writes it.
const AWAITING: i64 = super::row::status_number(NoticeStatus::Awaiting);

const COLUMNS: &str = "select n.reference, n.amount_fen,
    case when s.reference is not null then 2 else n.status end
    from notice n left join settlement s on s.centre_id = n.centre_id and s.reference = n.reference
    where n.centre_id = ?1";

/// A credit that settled on an earlier night, with texts of its own.
#[derive(Clone, Debug)]
pub struct SettledCredit {
    pub account: AccountIndex,
    pub serial: String,
    pub booked_on: NaiveDate,
    pub amount: Money,
    pub counterparty_account: String,
    pub references: Vec<PaymentReference>,
}

impl Store {
    /// The centre's collection accounts, in the order of its list.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub async fn accounts(&self) -> Result<Vec<CollectionAccount>, StoreError> {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "select account_no, bank, bank_name, account_name from collection_account
             where centre_id = ?1 order by account_id",
        )
        .bind(self.centre_id)
        .fetch_all(&self.pool)
        .await?;
        let account = |(account_no, bank, bank_name, account_name)| CollectionAccount {
            account_no,
            bank,
            bank_name,
            account_name,
        };
        Ok(rows.into_iter().map(account).collect())
    }

    /// What is known of every notice that one of the items names.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn notices_named(&self, items: &[Item<'_>]) -> Result<Vec<NoticeFact>, StoreError> {
        let mut named: Vec<PaymentReference> = Vec::new();
        for item in items {
            match &item.claim {
                Claim::None | Claim::Truncated => {}
                Claim::Certain(reference) | Claim::Probable(reference) => named.push(*reference),
                Claim::Several(references) => named.extend(references.iter().copied()),
            }
        }
        named.sort_unstable();
        named.dedup();
        let bulk = Bulk::open(self)?;
        let mut facts = Vec::with_capacity(named.len());
        if named.len() < PASS_FROM {
            let mut select = bulk.connection.prepare(&format!("{COLUMNS} and n.reference = ?2"))?;
            for wanted in named {
                let mut rows = select.query(params![bulk.centre_id, reference_number(wanted)])?;
                if let Some(row) = rows.next()? {
                    facts.push(fact(row)?);
                }
            }
            return Ok(facts);
        }
        drop(bulk);
        let mut named = named.into_iter().peekable();
        self.all_notices(|fact| {
            while named.next_if(|wanted| *wanted < fact.reference).is_some() {}
            if named.next_if(|wanted| *wanted == fact.reference).is_some() {
                facts.push(fact);
            }
        })?;
        Ok(facts)
    }

    /// What is known of every notice, in the order of references: one pass over the table.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn all_notices(&self, mut take: impl FnMut(NoticeFact)) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        let mut select =
            bulk.connection.prepare(&format!("{COLUMNS} order by n.centre_id, n.reference"))?;
        let mut rows = select.query(params![bulk.centre_id])?;
        while let Some(row) = rows.next()? {
            take(fact(row)?);
        }
        Ok(())
    }

    /// The settled credits that a reversal among the items could take back: same amount, same
    /// account of the centre.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn settled_credits(&self, items: &[Item<'_>]) -> Result<Vec<SettledCredit>, StoreError> {
        let mut amounts: Vec<i64> = items
            .iter()
            .filter(|item| item.direction == Direction::Debit && item.kind == Kind::Reversal)
            .map(|item| item.amount.fen())
            .collect();
        amounts.sort_unstable();
        amounts.dedup();
        if amounts.is_empty() {
            return Ok(Vec::new());
        }
        let bulk = Bulk::open(self)?;
        let mut select = bulk.connection.prepare(
            "select t.account_id, t.serial, t.booked_on, t.amount_fen, t.counterparty_account,
                d.notice, l.reference
             from bank_transaction t
             join decision d using (centre_id, account_id, serial)
             left join allocation l using (centre_id, account_id, serial)
             where t.centre_id = ?1 and d.outcome = 1 and t.direction = 1
                and t.amount_fen in (select value from json_each(?2))
             order by 1, 2, 7",
        )?;
        let amounts: Vec<String> = amounts.iter().map(i64::to_string).collect();
        let mut rows = select.query(params![bulk.centre_id, format!("[{}]", amounts.join(","))])?;
        let mut credits: Vec<SettledCredit> = Vec::new();
        while let Some(row) = rows.next()? {
            let credit = settled_credit(row)?;
            match credits.last_mut() {
                Some(last) if last.account == credit.account && last.serial == credit.serial => {
                    last.references.extend(credit.references);
                }
                _ => credits.push(credit),
            }
        }
        Ok(credits)
    }

    /// Every notice that waits for money, for suggestions.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn open_notices(
        &self,
        mut take: impl FnMut(PaymentReference, &str, Money, YearMonth),
    ) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        // Both tables in the order of references, side by side: a third of the time of asking for
        // each notice whether it is settled.
        let mut settled = bulk.connection.prepare(
            "select reference from settlement where centre_id = ?1 order by centre_id, reference",
        )?;
        let mut settled = settled.query(params![bulk.centre_id])?;
        let mut paid: Option<i64> = next_number(&mut settled)?;
        let mut select = bulk.connection.prepare(
            "select reference, employer_id, amount_fen, month, status from notice
             where centre_id = ?1 order by centre_id, reference",
        )?;
        let mut rows = select.query(params![bulk.centre_id])?;
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            while paid.is_some_and(|paid| paid < number) {
                paid = next_number(&mut settled)?;
            }
            if paid == Some(number) || row.get::<_, i64>(4)? != AWAITING {
                continue;
            }
            let employer_id = row.get_ref(1)?.as_str().unwrap_or_default();
            let month = YearMonth::from_ordinal(row.get(3)?);
            take(reference(number)?, employer_id, Money::from_fen(row.get(2)?), month);
        }
        Ok(())
    }
}

fn next_number(rows: &mut Rows<'_>) -> Result<Option<i64>, StoreError> {
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
}

fn fact(row: &Row<'_>) -> Result<NoticeFact, StoreError> {
    let status: NoticeStatus = status(row.get(2)?)?;
    Ok(NoticeFact {
        reference: reference(row.get(0)?)?,
        amount: Money::from_fen(row.get(1)?),
        status,
    })
}

fn settled_credit(row: &Row<'_>) -> Result<SettledCredit, StoreError> {
    let references: [Option<i64>; 2] = [row.get(5)?, row.get(6)?];
    Ok(SettledCredit {
        account: account_index(row.get(0)?)?,
        serial: row.get(1)?,
        booked_on: super::row::day(row.get(2)?)?,
        amount: Money::from_fen(row.get(3)?),
        counterparty_account: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
        references: references.into_iter().flatten().map(reference).collect::<Result<_, _>>()?,
    })
}
