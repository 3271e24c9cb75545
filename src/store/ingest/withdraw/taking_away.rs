//! Deletes the rows of deliveries and their open suspense, day by day of each account.
//!
//! Start at [`Work::take_away`]. It runs only if there is no obstacle, in the same transaction.

use super::standing::MINE;
use super::{TakenBack, Withdrawn, Work};
use crate::remittance::Total;
use crate::store::StoreError;
use crate::store::database::row::day;
use crate::store::database::sql::params;

/// The open-suspense rows of a transaction that nobody decided, each found by its serial; the transaction is
/// deleted last, because the others are found through it. The journal is deleted too: its postings concern only
/// this delivery.
const HANGING: [&str; 4] = ["telling", "suspense_item", "journal", "decision"];

/// The records of a feed; its own row is deleted last.
const OF_FEED: [&str; 5] = ["receipt", "statement", "set_aside", "feed_flag", "feed"];

impl Work<'_> {
    /// Deletes all of it.
    pub(super) fn take_away(&self) -> Result<Withdrawn, StoreError> {
        let withdrawn = Withdrawn { feeds: self.counted()? };
        for place in self.places() {
            self.take_out(place)?;
        }
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        for number in self.numbers() {
            self.forget_bookings(number)?;
            for sql in [
                "delete from booking where centre_id = ?1 and feed_no = ?2",
                "delete from feed_met where centre_id = ?1 and feed_no = ?2",
                "delete from feed_met where centre_id = ?1 and before_no = ?2",
            ] {
                connection.execute(sql, params![centre, number])?;
            }
        }
        for feed in &self.feeds {
            for table in OF_FEED {
                let sql = format!("delete from {table} where centre_id = ?1 and feed_id = ?2");
                connection.execute(&sql, params![centre, feed.feed_id])?;
            }
        }
        Ok(withdrawn)
    }

    /// Deletes the postings of a sum that a delivery split, together with their reversals.
    fn forget_bookings(&self, number: i64) -> Result<(), StoreError> {
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let sql = "select account_id, serial, booked_on from booking
            where centre_id = ?1 and feed_no = ?2";
        let wholes = connection.fetch_all::<(i64, String, i64)>(sql, params![centre, number])?;
        let sql = "delete from journal where centre_id = ?1 and account_id = ?2 and serial = ?3
            and booked_on = ?4";
        for (account, serial, on) in wholes {
            connection.prepare_cached(sql)?.execute(params![centre, account, serial, on])?;
        }
        Ok(())
    }

    fn take_out(
        &self,
        (account, on, number, taken_on): (i64, i64, i64, i64),
    ) -> Result<(), StoreError> {
        let connection = &self.tx.connection;
        let key = params![self.tx.centre_id, account, on, number, taken_on];
        let identity = connection.dialect().identities();
        for table in HANGING.into_iter().chain(identity) {
            let sql = format!(
                "delete from {table} where centre_id = ?1 and account_id = ?2 and booked_on = ?3
                    and serial in (select t.serial from bank_transaction t
                        where t.centre_id = ?1 and {MINE})"
            );
            connection.execute(&sql, key)?;
        }
        let mine = MINE.replace("t.", "");
        let sql = format!("delete from bank_transaction where centre_id = ?1 and {mine}");
        connection.execute(&sql, key).map(|_| ())
    }

    /// Counts what each of them brought, before it is deleted.
    fn counted(&self) -> Result<Vec<TakenBack>, StoreError> {
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let sql = format!(
            "select t.direction, count(*), cast(sum(t.amount_fen) as text), count(i.serial)
             from bank_transaction t
             left join suspense_item i on i.centre_id = t.centre_id
                and i.account_id = t.account_id and i.serial = t.serial
                and i.booked_on = t.booked_on and i.closed_on is null
             where t.centre_id = ?1 and {MINE} group by t.direction"
        );
        let set_aside = "select count(*) from set_aside where centre_id = ?1 and feed_id = ?2";
        let mut all = Vec::new();
        for feed in &self.feeds {
            let rows_aside: i64 = connection.fetch_one(set_aside, params![centre, feed.feed_id])?;
            let mut one = TakenBack {
                feed_id: feed.feed_id.clone(),
                file_name: feed.file_name.clone(),
                taken_on: day(feed.taken_on)?,
                transactions: 0,
                credit: Total::ZERO,
                debit: Total::ZERO,
                items: 0,
                set_aside: rows_aside.cast_unsigned(),
            };
            for (account, on) in &feed.days {
                let (number, taken_on) = match feed.number {
                    Some(number) => (number, 0),
                    None => (0, feed.taken_on),
                };
                let key = params![centre, account, on, number, taken_on];
                let counted: Vec<(i64, u64, Total, u64)> = connection.fetch_all(&sql, key)?;
                for (direction, transactions, sum, items) in counted {
                    one.transactions += transactions;
                    one.items += items;
                    *(if direction == 1 { &mut one.credit } else { &mut one.debit }) += sum;
                }
            }
            all.push(one);
        }
        Ok(all)
    }
}
