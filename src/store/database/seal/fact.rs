//! The digests of delivered transactions, stored beside the files' receipts.
//!
//! Start at [`write`]. As rows are inserted, their digests are summed by own account and booking day; a file's
//! sums are written in its commit. Any other change to transactions adds a row under no file, so that the sum
//! over all rows of an account and a day always equals that of the transactions present.

use super::super::sql::{Connection, params};
use super::{Digest, Facts};
use crate::store::StoreError;
use std::collections::BTreeMap;

/// Writes the open transaction's changes to a centre's transactions, under a file's name.
pub(crate) fn write(connection: &Connection, centre: i64, feed_id: &str) -> Result<(), StoreError> {
    write_all(connection, feed_id, connection.sealing().take_facts_of(centre))
}

/// Writes the remaining changes at the end of a transaction, under no file.
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
