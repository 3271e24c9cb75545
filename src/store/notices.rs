//! The notices a night needs: those its transactions name.
//!
//! Invariant: a night costs what it judges, not what the years hold. Few references are looked up
//! one by one; a night that names very many reads the notices from the mark on (`store/outstanding.rs`)
//! in one pass, and looks up the older ones.

use super::bulk::Bulk;
use super::listed::{LIST, looked_up};
use super::row::{day_number, reference, reference_number, status};
use super::slate::account_index;
use super::sql::{Connection, Read, Row, params};
use super::{Store, StoreError, outstanding};
use crate::matching::{AccountIndex, Item, Kind, NoticeFact};
use crate::remark::Claim;
use crate::remittance::{
    CollectionAccount, Direction, Money, NoticeStatus, PaymentReference, YearMonth,
};
use chrono::NaiveDate;

/// From how many references on one pass over the notices is cheaper than looking each up
/// (measured: a look-up is about 2 µs, a row of the pass 0.3 µs).
const PASS_FROM: usize = 100_000;

/// A notice that waits for money, as the store writes it.
pub(super) const AWAITING: i64 = super::row::status_number(NoticeStatus::Awaiting);

/// A notice, and whether it is settled.
const FACT: &str =
    "n.reference, n.amount_fen, case when s.reference is not null then 2 else n.status end";

/// A list of references, with the notices `n` that are meant.
pub(super) fn notices_listed(connection: &Connection) -> String {
    looked_up(connection, LIST, "notice", "n.reference = v.column1", "n")
}

/// What is known of the notices from a reference on, in the order of references.
#[derive(Clone, Debug)]
pub struct RecentNotices {
    from: i64,
    facts: Vec<NoticeFact>,
}

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
    pub fn accounts(&self) -> Result<Vec<CollectionAccount>, StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = "select account_no, bank, bank_name, account_name from collection_account
            where centre_id = ?1 order by account_id";
        bulk.connection.prepare_cached(sql)?.query_all(params![bulk.centre_id], |row| {
            Ok(CollectionAccount {
                account_no: row.get(0)?,
                bank: row.get(1)?,
                bank_name: row.get(2)?,
                account_name: row.get(3)?,
            })
        })
    }

    /// What is known of every notice that one of the items names, and of those `read` before.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn notices_named(
        &self,
        items: &[Item<'_>],
        read: Option<RecentNotices>,
    ) -> Result<Vec<NoticeFact>, StoreError> {
        let mut named: Vec<i64> = Vec::new();
        let mut name = |reference: &PaymentReference| named.push(reference_number(*reference));
        for item in items {
            match &item.claim {
                Claim::None | Claim::Truncated => {}
                Claim::Certain(reference) | Claim::Probable(reference) => name(reference),
                Claim::Several(references) => references.iter().for_each(&mut name),
            }
        }
        named.sort_unstable();
        named.dedup();
        let recent = match read {
            Some(recent) => recent,
            None if named.len() >= PASS_FROM => self.recent_notices()?,
            None => RecentNotices { from: i64::MAX, facts: Vec::new() },
        };
        named.truncate(named.partition_point(|number| *number < recent.from));
        let bulk = Bulk::open(self)?;
        let mut facts = Vec::with_capacity(named.len() + recent.facts.len());
        let listed = notices_listed(&bulk.connection);
        let sql = format!(
            "select {FACT} from {listed}
             left join settlement s on s.centre_id = ?1 and s.reference = n.reference"
        );
        bulk.ask(
            &sql,
            1,
            &named,
            |row, number| row.bind(*number),
            |row| {
                facts.push(fact(row)?);
                Ok(())
            },
        )?;
        facts.extend(recent.facts);
        Ok(facts)
    }

    /// What is known of every notice from the mark on: one pass.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn recent_notices(&self) -> Result<RecentNotices, StoreError> {
        let bulk = Bulk::open(self)?;
        let from = outstanding::mark(&bulk.connection, bulk.centre_id)?;
        let sql = format!(
            "select {FACT} from notice n
             left join settlement s on s.centre_id = n.centre_id and s.reference = n.reference
                and s.reference >= ?2
             where n.centre_id = ?1 and n.reference >= ?2
             order by n.centre_id, n.reference"
        );
        let mut select = bulk.connection.prepare_cached(&sql)?;
        let facts = select.query_all(params![bulk.centre_id, from], fact)?;
        Ok(RecentNotices { from, facts })
    }

    /// The settled credits booked `since` a day that a reversal among the items could take back: same
    /// amount, same account of the centre.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn settled_credits(
        &self,
        items: &[Item<'_>],
        since: NaiveDate,
    ) -> Result<Vec<SettledCredit>, StoreError> {
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
        let sql =
            "select t.account_id, t.serial, t.booked_on, t.amount_fen, t.counterparty_account,
                d.notice, l.reference
             from bank_transaction t
             join decision d using (centre_id, account_id, serial, booked_on)
             left join allocation l using (centre_id, account_id, serial, booked_on)
             where t.centre_id = ?1 and t.booked_on >= ?2 and d.outcome = 1 and t.direction = 1
                and t.amount_fen in (values …)
             order by 1, 2, 7";
        let mut credits: Vec<SettledCredit> = Vec::new();
        let since = day_number(since);
        bulk.among(sql, params![bulk.centre_id, since], &amounts, |row| {
            let credit = settled_credit(row)?;
            match credits.last_mut() {
                Some(last) if last.account == credit.account && last.serial == credit.serial => {
                    last.references.extend(credit.references);
                }
                _ => credits.push(credit),
            }
            Ok(())
        })?;
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
        let (connection, centre) = (&bulk.connection, bulk.centre_id);
        let mut give = |row: &Row<'_>| -> Result<Read, StoreError> {
            let month = YearMonth::from_ordinal(row.get(3)?);
            take(reference(row.get(0)?)?, row.text(1)?, Money::from_fen(row.get(2)?), month);
            Ok(Read::On)
        };
        let sql = "select n.reference, n.employer_id, n.amount_fen, n.month
            from notice_outstanding o
            join notice n on n.centre_id = o.centre_id and n.reference = o.reference
            left join settlement s on s.centre_id = o.centre_id and s.reference = o.reference
            where o.centre_id = ?1 and n.status = ?2 and s.reference is null
            order by o.centre_id, o.reference";
        connection.prepare_cached(sql)?.each(params![centre, AWAITING], &mut give)?;
        // Both tables in the order of references, side by side: a third of the time of asking for
        // each notice whether it is settled.
        let from = outstanding::mark(connection, centre)?;
        let sql = "select reference from settlement where centre_id = ?1 and reference >= ?2
            order by centre_id, reference";
        let settled: Vec<i64> =
            connection.prepare_cached(sql)?.query_all(params![centre, from], |row| row.get(0))?;
        let mut settled = settled.into_iter().peekable();
        let sql = "select reference, employer_id, amount_fen, month, status from notice
            where centre_id = ?1 and reference >= ?2 order by centre_id, reference";
        connection.prepare_cached(sql)?.each(params![centre, from], |row| {
            let number: i64 = row.get(0)?;
            while settled.next_if(|paid| *paid < number).is_some() {}
            if settled.peek() != Some(&number) && row.get::<i64>(4)? == AWAITING {
                give(row)?;
            }
            Ok(Read::On)
        })
    }
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
        counterparty_account: row.text(4)?.to_owned(),
        references: references.into_iter().flatten().map(reference).collect::<Result<_, _>>()?,
    })
}
