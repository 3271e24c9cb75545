//! The row of a night: written at its end, and added to if the same day runs again.
//!
//! Start at [`Recording::night`]. `read/outcomes.rs` and `read/run.rs` read the row.
//!
//! Invariant: a sum is stored in full, however large ([`in_columns`]); its size never stops a night.

use super::StoreError;
use crate::remittance::Tally;
use crate::store::database::row::day_number;
use crate::store::database::sql::{Connection, in_columns, params};
use crate::store::posting::Recording;

/// Open suspense, signed: open items are looked up one by one, as they are few among all decisions.
pub(in crate::store) const OPEN: &str = "
    select count(*), cast(coalesce(sum(fen), 0) as text), 0 from (
        select (select case t.direction when 1 then t.amount_fen else -t.amount_fen end
            from bank_transaction t
            where t.centre_id = i.centre_id and t.booked_on = i.booked_on
                and t.account_id = i.account_id and t.serial = i.serial) as fen
        from suspense_item i
        where i.centre_id = ?1 and i.closed_on is null
            and (select d.outcome from decision d
                where d.centre_id = i.centre_id and d.booked_on = i.booked_on
                    and d.account_id = i.account_id and d.serial = i.serial) = 3) as hanging";

impl Recording {
    /// Writes this night's row. A second run on the same day adds to it.
    pub(super) fn night(&self, received: Tally, matched: Tally) -> Result<(), StoreError> {
        let (connection, centre, night) =
            (&self.tx.connection, self.tx.centre_id, day_number(self.as_of));
        let closing = tally(connection, OPEN, centre)?;
        let sql = "select received_count, received_fen, received_over, matched_count, matched_fen,
                matched_over, opened_count, opened_fen, opened_over
            from night where centre_id = ?1 and as_of = ?2";
        let before: Option<(Tally, Tally, Tally)> =
            connection.fetch_optional(sql, params![centre, night])?;
        let before = before.unwrap_or_default();
        let [received, matched, opened] =
            [before.0.plus(received), before.1.plus(matched), before.2.plus(self.totals.opened)];
        let [received_in, matched_in, opened_in, closing_in] =
            [received, matched, opened, closing].map(|tally| in_columns(tally.amount));
        connection
            .prepare_cached(
                "insert into night (centre_id, as_of, received_count, received_fen, received_over,
                    matched_count, matched_fen, matched_over, opened_count, opened_fen, opened_over,
                    closing_count, closing_fen, closing_over, mended, filed)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0,
                    ?15)
                 on conflict (centre_id, as_of) do update set
                    received_count = excluded.received_count,
                    received_fen = excluded.received_fen, received_over = excluded.received_over,
                    matched_count = excluded.matched_count,
                    matched_fen = excluded.matched_fen, matched_over = excluded.matched_over,
                    opened_count = excluded.opened_count,
                    opened_fen = excluded.opened_fen, opened_over = excluded.opened_over,
                    closing_count = excluded.closing_count,
                    closing_fen = excluded.closing_fen, closing_over = excluded.closing_over,
                    mended = 0, filed = night.filed * excluded.filed",
            )?
            .execute(params![
                centre,
                night,
                received.count.cast_signed(),
                received_in.0,
                received_in.1,
                matched.count.cast_signed(),
                matched_in.0,
                matched_in.1,
                opened.count.cast_signed(),
                opened_in.0,
                opened_in.1,
                closing.count.cast_signed(),
                closing_in.0,
                closing_in.1,
                // A run without letters leaves none to be filed; an unfinished filing stays due.
                self.turn.is_over() || self.totals.letters + self.totals.printed == 0
            ])?;
        self.night_outcomes()
    }

    /// Writes the night's new decisions, by outcome.
    fn night_outcomes(&self) -> Result<(), StoreError> {
        let (connection, centre, night) =
            (&self.tx.connection, self.tx.centre_id, day_number(self.as_of));
        let mut select = connection.prepare_cached(
            "select count, amount_fen, amount_over from night_outcome
             where centre_id = ?1 and as_of = ?2 and outcome = ?3",
        )?;
        let mut insert = connection.prepare_cached(
            "insert into night_outcome (centre_id, as_of, outcome, count, amount_fen, amount_over)
             values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (centre_id, as_of, outcome) do update set count = excluded.count,
                amount_fen = excluded.amount_fen, amount_over = excluded.amount_over",
        )?;
        for (outcome, tally) in &self.anew {
            let key = params![centre, night, outcome.number()];
            let before = select.query_row_optional(key, |row| row.read::<Tally>())?;
            let tally = before.unwrap_or_default().plus(*tally);
            let (fen, over) = in_columns(tally.amount);
            let count = tally.count.cast_signed();
            insert.execute(params![centre, night, outcome.number(), count, fen, over])?;
        }
        Ok(())
    }
}

pub(in crate::store) fn tally(
    connection: &Connection,
    sql: &str,
    centre: i64,
) -> Result<Tally, StoreError> {
    connection.fetch_one(sql, params![centre])
}
