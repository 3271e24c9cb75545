//! Figures for monitoring: open suspense by reason, its oldest item, the last night.

use crate::remittance::{Reason, Total};
use crate::store::database::row::day;
use crate::store::database::sql::params;
use crate::store::{Store, StoreError};
use chrono::NaiveDate;

/// Counts and sums of a centre, without personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// The number and sum of open items by reason; outgoing money counts negative.
    pub open_item: Vec<(Reason, i64, Total)>,
    /// The booking day of the oldest item.
    pub oldest_on: Option<NaiveDate>,
    /// On or before today.
    pub last_night: Option<NaiveDate>,
}

impl Store {
    /// The current figures.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn figures(&self, today: NaiveDate) -> Result<Metrics, StoreError> {
        let tx = self.reading()?;
        let (connection, centre) = (&tx.connection, params![tx.centre_id]);
        let open_item =
            "select d.reason, count(*), cast(sum(case t.direction when 1 then t.amount_fen
                else -t.amount_fen end) as text)
            from suspense_item i
            join bank_transaction t using (centre_id, account_id, serial, booked_on)
            join decision d using (centre_id, account_id, serial, booked_on)
            where i.centre_id = ?1 and i.closed_on is null and d.reason is not null
            group by d.reason order by d.reason";
        let open_item = connection.fetch_all::<(Reason, _, _)>(open_item, centre)?;
        let a_day = |sql: &str| {
            let found = connection.fetch_one::<Option<i64>>(sql, centre)?;
            found.map(day).transpose()
        };
        Ok(Metrics {
            open_item,
            oldest_on: a_day(
                "select min(booked_on) from suspense_item
                 where centre_id = ?1 and closed_on is null",
            )?,
            last_night: crate::store::posting::turn::latest(connection, tx.centre_id, today)?,
        })
    }
}
