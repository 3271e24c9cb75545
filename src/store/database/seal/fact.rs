//! The digests of what files brought, beside their receipts.
//!
//! Start at [`write`]. While rows go in their digests are summed by own account and booking day; a file's sums are
//! written in its commit. Whatever else changes transactions leaves a row under no file, so that over all rows
//! of an account and a day the sum is always that of the transactions that are there.

use super::super::sql::{Connection, params};
use super::{Digest, Facts};
use crate::store::StoreError;
use std::collections::BTreeMap;

/// Writes what the open transaction changed of a centre's transactions, under a file's name.
pub(crate) fn write(connection: &Connection, centre: i64, feed_id: &str) -> Result<(), StoreError> {
    write_all(connection, feed_id, connection.sealing().take_facts_of(centre))
}

/// Writes what is left of such changes at the end of a transaction: no file's.
pub(super) fn write_rest(connection: &Connection) -> Result<(), StoreError> {
    write_all(connection, "", connection.sealing().take_facts())
}

fn write_all(connection: &Connection, feed_id: &str, facts: Facts) -> Result<(), StoreError> {
    let mut turns: BTreeMap<i64, i64> = BTreeMap::new();
    for ((centre, account, day), digest) in facts {
        if digest == Digest::default() {
            continue;
        }
        let turn = match turns.get(&centre) {
            Some(turn) => *turn,
            None => {
                let sql = "select coalesce(max(turn), 0) + 1 from receipt_digest
                    where centre_id = ?1 and feed_id = ?2";
                let turn = connection.fetch_one(sql, params![centre, feed_id])?;
                turns.insert(centre, turn);
                turn
            }
        };
        let sql = "insert into receipt_digest (centre_id, feed_id, turn, account_id, booked_on,
                digest)
            values (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = params![centre, feed_id, turn, account, day, digest.hex()];
        connection.execute(sql, values)?;
    }
    Ok(())
}
