//! Which rows a delivery brought, and which other deliveries repeat them.
//!
//! Start at [`Work::other_feeds`]. A transaction that a second delivery repeats would be lost with the first,
//! though the bank reported it twice; assigning it to the second would attribute to that one what only the
//! first said. So the second is named, and the two are withdrawn together: a new delivery then stores exactly
//! what it says.
//!
//! A delivery ingested by an earlier release has no number. Its rows are those of its night, account and day;
//! if another delivery of that night brought rows of the same account and day, or a later one may have matched
//! them, that one is named.

use super::Work;
use super::standing::{InTheWay, MINE, NAMED_MAX};
use crate::remittance::Total;
use crate::store::StoreError;
use crate::store::database::row::day;
use crate::store::database::sql::{Bind, params};
use std::collections::BTreeMap;

/// Later feeds' matches with one, by its number.
const LATER: &str = "select f.feed_id, f.file_name, m.seen, m.changed, m.conflicting
    from feed_met m join feed f on f.centre_id = m.centre_id and f.number = m.feed_no
    where m.centre_id = ?1 and m.before_no = ?2";

/// Later feeds' matches, on an account and between two days, with feeds without a number.
const LATER_OF_UNNUMBERED: &str = "select f.feed_id, f.file_name, m.seen, m.changed, m.conflicting
    from feed_met m join feed f on f.centre_id = m.centre_id and f.number = m.feed_no
    where m.centre_id = ?1 and m.before_no = 0 and m.account_id = ?2
        and m.first_on <= ?3 and m.last_on >= ?3";

/// Feeds without a number, of that night or later, with matches that may be on an account's day.
const UNNUMBERED_LATER: &str = "select f.feed_id, f.file_name, f.seen, 0, f.conflicting from feed f
    where f.centre_id = ?1 and f.number is null and f.taken_on >= ?4 and f.seen + f.conflicting > 0
        and (not exists (select 1 from statement s
                where s.centre_id = f.centre_id and s.feed_id = f.feed_id)
            or exists (select 1 from statement s
                where s.centre_id = f.centre_id and s.feed_id = f.feed_id and s.account_id = ?2
                    and coalesce(s.opening_on, ?3) <= ?3 and coalesce(s.closing_on, ?3) >= ?3))";

/// What a feed changed of earlier ones.
const CHANGED: &str = "select f.feed_id, f.file_name, m.changed
    from feed_met m join feed f on f.centre_id = m.centre_id and f.number = m.before_no
    where m.centre_id = ?1 and m.feed_no = ?2 and m.changed > 0";

/// What a feed changed of feeds without a number that brought rows on those days.
const CHANGED_OF_UNNUMBERED: &str = "select f.feed_id, f.file_name, m.changed
    from feed_met m join receipt r on r.centre_id = m.centre_id and r.account_id = m.account_id
        and r.booked_on between m.first_on and m.last_on
    join feed f on f.centre_id = r.centre_id and f.feed_id = r.feed_id
    where m.centre_id = ?1 and m.feed_no = ?2 and m.before_no = 0 and m.changed > 0
        and f.number is null";

const BESIDE: &str = "select f.feed_id, f.file_name from receipt r
    join feed f on f.centre_id = r.centre_id and f.feed_id = r.feed_id
    where r.centre_id = ?1 and r.account_id = ?2 and r.booked_on = ?3 and f.number is null
        and f.taken_on = ?4 and (r.credit_fen <> 0 or r.debit_fen <> 0)";

/// Feeds by id, with their file's name and their counts.
type Counted = BTreeMap<String, (String, [u64; 3])>;

impl Work<'_> {
    /// Deliveries that repeat rows of these, or whose rows these changed.
    pub(super) fn other_feeds(&self) -> Result<Vec<InTheWay>, StoreError> {
        let centre = self.tx.centre_id;
        let (mut later, mut under) = (Counted::new(), Counted::new());
        for number in self.numbers() {
            self.count(LATER, params![centre, number], &mut later)?;
            for sql in [CHANGED, CHANGED_OF_UNNUMBERED] {
                let changed = self.tx.connection.fetch_all(sql, params![centre, number])?;
                for (feed_id, file_name, changed) in changed {
                    under.insert(feed_id, (file_name, [0, changed, 0]));
                }
            }
        }
        for feed in self.feeds.iter().filter(|feed| feed.number.is_none()) {
            for (account, on) in &feed.days {
                let key = params![centre, account, on];
                self.count(LATER_OF_UNNUMBERED, key, &mut later)?;
                let key = params![centre, account, on, feed.taken_on];
                let mut unnumbered = Counted::new();
                self.count(UNNUMBERED_LATER, key, &mut unnumbered)?;
                later.extend(unnumbered);
            }
        }
        let mut found = Vec::new();
        let others = later.into_iter().filter(|(feed_id, _)| !self.is_mine(feed_id));
        found.extend(others.take(NAMED_MAX).map(|(feed_id, (file_name, counts))| {
            let [seen, changed, conflicting] = counts;
            InTheWay::Feed { feed_id, file_name, seen, changed, conflicting }
        }));
        let others = under.into_iter().filter(|(feed_id, _)| !self.is_mine(feed_id));
        found.extend(others.take(NAMED_MAX).map(|(feed_id, (file_name, [_, changed, _]))| {
            InTheWay::Under { feed_id, file_name, changed }
        }));
        Ok(found)
    }

    fn count(
        &self,
        sql: &str,
        values: &[&dyn Bind],
        counted: &mut Counted,
    ) -> Result<(), StoreError> {
        let mut select = self.tx.connection.prepare_cached(sql)?;
        let mut rows = select.query(values)?;
        while let Some(row) = rows.next()? {
            let (feed_id, file_name, seen, changed, conflicting): (_, _, u64, u64, u64) =
                row.read()?;
            let (_, counts) = counted.entry(feed_id).or_insert((file_name, [0; 3]));
            for (count, more) in counts.iter_mut().zip([seen, changed, conflicting]) {
                *count += more;
            }
        }
        Ok(())
    }

    /// Account days on which its rows cannot be distinguished from others, or differ from its receipts.
    pub(super) fn rows_told_apart(&self) -> Result<Vec<InTheWay>, StoreError> {
        let mut found = self.beside()?;
        if !found.is_empty() {
            return Ok(found);
        }
        let sql = format!(
            "select t.direction, cast(sum(t.amount_fen) as text) from bank_transaction t
             where t.centre_id = ?1 and {MINE} group by t.direction"
        );
        let mut rows_of: BTreeMap<(i64, i64), [Total; 2]> = BTreeMap::new();
        for (account, on, number, taken_on) in self.places() {
            let mut select = self.tx.connection.prepare_cached(&sql)?;
            let mut rows =
                select.query(params![self.tx.centre_id, account, on, number, taken_on])?;
            let [credit, debit] = rows_of.entry((account, on)).or_default();
            while let Some(row) = rows.next()? {
                let (direction, sum): (i64, Total) = row.read()?;
                *(if direction == 1 { &mut *credit } else { &mut *debit }) += sum;
            }
        }
        for ((account, on), said) in &self.days {
            let rows = rows_of.get(&(*account, *on)).copied().unwrap_or_default();
            for (files, transactions) in [said.credit, said.debit].into_iter().zip(rows) {
                let equal = files == transactions || (said.cut_off && files < transactions);
                if !equal && found.len() < NAMED_MAX {
                    let (account_no, booked_on) = (self.account_no(*account)?, day(*on)?);
                    found.push(InTheWay::Unclear { account_no, booked_on, files, transactions });
                }
            }
        }
        Ok(found)
    }

    fn beside(&self) -> Result<Vec<InTheWay>, StoreError> {
        let mut found = Vec::new();
        for feed in self.feeds.iter().filter(|feed| feed.number.is_none()) {
            for (account, on) in &feed.days {
                let key = params![self.tx.centre_id, account, on, feed.taken_on];
                let others = self.tx.connection.fetch_all::<(String, String)>(BESIDE, key)?;
                for (feed_id, file_name) in others {
                    if !self.is_mine(&feed_id) && found.len() < NAMED_MAX {
                        let (account_no, booked_on) = (self.account_no(*account)?, day(*on)?);
                        let beside = InTheWay::Beside { feed_id, file_name, account_no, booked_on };
                        found.push(beside);
                    }
                }
            }
        }
        Ok(found)
    }
}
