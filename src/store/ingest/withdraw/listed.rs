//! The ingested deliveries, for lists and for look-up by name.

use crate::remittance::Total;
use crate::store::database::columns::columns;
use crate::store::database::row::WideTotal;
use crate::store::database::row::day_number;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::{Store, StoreError};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// A delivery in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedRow {
    /// The digest of its bytes, and the account of its folder if it was in one.
    pub feed_id: String,
    pub file_name: String,
    pub format: String,
    pub encoding: String,
    pub taken_on: NaiveDate,
    pub entries: u64,
    pub fresh: u64,
    pub seen: u64,
    pub conflicting: u64,
    pub rejected: u64,
    /// The sums of its rows.
    pub credit: Total,
    pub debit: Total,
}

columns! {
    /// A delivery `f` and the sums of its receipts `r`.
    struct FeedColumns of "f" {
        feed_id: String,
        file_name: String,
        format: String,
        encoding: String,
        taken_on: NaiveDate,
        entries: u64,
        fresh: u64,
        seen: u64,
        conflicting: u64,
        rejected: u64,
        credit: WideTotal = "cast(coalesce(sum(r.credit_fen), 0) as text),
            cast(coalesce(sum(r.credit_over), 0) as text)",
        debit: WideTotal = "cast(coalesce(sum(r.debit_fen), 0) as text),
            cast(coalesce(sum(r.debit_over), 0) as text)",
    }
}

/// A delivery to be withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Feed {
    pub(super) feed_id: String,
    pub(super) file_name: String,
    pub(super) taken_on: i64,
    /// `None` if an earlier release ingested it.
    pub(super) number: Option<i64>,
    /// The account days with its rows.
    pub(super) days: BTreeSet<(i64, i64)>,
}

columns! { impl Feed { feed_id, file_name, taken_on, number; days: BTreeSet::new() } }

const NAMED: &str = "from feed
    where centre_id = ?1 and feed_id = ?2";

const BEGINNING: &str = "from feed
    where centre_id = ?1 and substr(feed_id, 1, length(?2)) = ?2 order by feed_id";

/// The feed with this id, or else those whose id begins so.
pub(super) fn named(tx: &Tx, name: &str) -> Result<Vec<Feed>, StoreError> {
    let key = params![tx.centre_id, name];
    let exact: Vec<Feed> = tx.connection.select_all(NAMED, key)?;
    if !exact.is_empty() || name.is_empty() {
        return Ok(exact);
    }
    tx.connection.select_all(BEGINNING, key)
}

impl Store {
    /// The deliveries ingested in a range of days, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn feeds(
        &self,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> Result<Vec<FeedRow>, StoreError> {
        let tx = self.reading()?;
        let sums =
            "from feed f left join receipt r on r.centre_id = f.centre_id and r.feed_id = f.feed_id
            where f.centre_id = ?1 and f.taken_on between ?2 and ?3
            group by f.feed_id, f.file_name, f.format, f.taken_on, f.entries, f.fresh, f.seen,
                f.conflicting, f.rejected, f.encoding
            order by f.taken_on desc, f.file_name, f.feed_id";
        let first = from.map_or(i64::from(i32::MIN), day_number);
        let last = to.map_or(i64::from(i32::MAX), day_number);
        let found: Vec<FeedColumns> =
            tx.connection.select_all(sums, params![tx.centre_id, first, last])?;
        let row = |feed: FeedColumns| FeedRow {
            feed_id: feed.feed_id,
            file_name: feed.file_name,
            format: feed.format,
            encoding: feed.encoding,
            taken_on: feed.taken_on,
            entries: feed.entries,
            fresh: feed.fresh,
            seen: feed.seen,
            conflicting: feed.conflicting,
            rejected: feed.rejected,
            credit: feed.credit.0,
            debit: feed.debit.0,
        };
        Ok(found.into_iter().map(row).collect())
    }
}
