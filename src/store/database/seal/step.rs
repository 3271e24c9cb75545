//! Counts commits: each commit that changed sealed rows is a step, chained to the one before.
//!
//! Start at [`write`]. A step records which tables changed, by how many rows and by which difference of their
//! digests; the sum of all steps must equal the tables. Every night writes the last step's hash into the trail
//! ([`Steps`] is compared with it), so that the trail's head covers the steps too.
//!
//! Invariant: a step is part of the commit that it counts. Steps are only ever added.

use super::super::columns::columns;
use super::super::sql::{Connection, Read, params};
use super::{Delta, Digest};
use crate::store::StoreError;
use crate::suspense::trail::GENESIS;
use std::collections::BTreeMap;

/// The head of a centre's steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepHead {
    pub(crate) ordinal: i64,
    pub(crate) chain: String,
}

columns! { impl StepHead { ordinal, chain } }

/// Writes the open transaction's changes as a step of each centre; gives the number of centres.
pub(crate) fn write(connection: &Connection) -> Result<usize, StoreError> {
    super::fact::write_rest(connection)?;
    let mut centres: BTreeMap<i64, String> = BTreeMap::new();
    for ((centre, table), delta) in connection.sealing().take_changed() {
        if delta.is_nothing() {
            continue;
        }
        let changes = centres.entry(centre).or_default();
        if !changes.is_empty() {
            changes.push(';');
        }
        changes.push_str(&format!("{table} {:+} {:016x}", delta.rows, delta.sum));
    }
    centres.iter().try_for_each(|(centre, changes)| append(connection, *centre, changes))?;
    Ok(centres.len())
}

fn append(connection: &Connection, centre: i64, changes: &str) -> Result<(), StoreError> {
    let held = hold(connection, centre)?;
    let ordinal = held.ordinal + 1;
    let chain = chain_after(&held.chain, ordinal, changes);
    let sql = "insert into books_step (centre_id, ordinal, changes, chain)
        values (?1, ?2, ?3, ?4)";
    connection.execute(sql, params![centre, ordinal, changes, chain])?;
    let sql = "update books_head set ordinal = ?2, chain = ?3 where centre_id = ?1";
    connection.execute(sql, params![centre, ordinal, chain])?;
    Ok(())
}

/// Locks the head until the transaction ends.
fn hold(connection: &Connection, centre: i64) -> Result<StepHead, StoreError> {
    let hold = connection.dialect().to_hold();
    let from = format!("from books_head where centre_id = ?1{hold}");
    if let Some(head) = connection.select_optional(&from, params![centre])? {
        return Ok(head);
    }
    let sql = "insert into books_head (centre_id, ordinal, chain)
        values (?1, 0, ?2) on conflict (centre_id) do nothing";
    connection.execute(sql, params![centre, GENESIS])?;
    connection.select_optional(&from, params![centre])?.ok_or(StoreError::NoRow)
}

/// The head as stored.
pub(crate) fn head(connection: &Connection, centre: i64) -> Result<StepHead, StoreError> {
    let from = "from books_head where centre_id = ?1";
    let found = connection.select_optional(from, params![centre])?;
    Ok(found.unwrap_or_else(|| StepHead { ordinal: 0, chain: GENESIS.to_owned() }))
}

fn chain_after(previous: &str, ordinal: i64, changes: &str) -> String {
    Digest::of(format!("{previous}\n{ordinal}\n{changes}").as_bytes()).hex()
}

/// The steps of a centre, read from the first.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    /// The expected content of each table.
    pub(crate) tables: BTreeMap<String, Delta>,
    /// The first step that does not follow from the one before.
    pub(crate) broken: Option<i64>,
    /// The hashes of the wanted steps.
    pub(crate) chains: BTreeMap<i64, Option<String>>,
}

impl Steps {
    /// Reads and proves the steps; `wanted` are the ordinals whose hashes are recorded elsewhere.
    pub(crate) fn read(
        connection: &Connection,
        centre: i64,
        wanted: impl IntoIterator<Item = i64>,
    ) -> Result<Self, StoreError> {
        let mut steps = Self {
            chains: wanted.into_iter().map(|ordinal| (ordinal, None)).collect(),
            ..Self::default()
        };
        let (mut ordinal, mut chain) = (0, GENESIS.to_owned());
        let sql = "select ordinal, changes, chain from books_step where centre_id = ?1
            order by ordinal";
        connection.prepare_cached(sql)?.each(params![centre], |row| {
            let (found, changes, said): (i64, &str, &str) = row.read()?;
            ordinal += 1;
            chain = chain_after(&chain, ordinal, changes);
            if found != ordinal || said != chain || !steps.count(changes) {
                steps.broken = Some(ordinal);
                return Ok(Read::Enough);
            }
            if let Some(wanted) = steps.chains.get_mut(&ordinal) {
                *wanted = Some(chain.clone());
            }
            Ok(Read::On)
        })?;
        let said = head(connection, centre)?;
        if steps.broken.is_none() && (said.ordinal, said.chain) != (ordinal, chain) {
            steps.broken = Some(ordinal + 1);
        }
        Ok(steps)
    }

    fn count(&mut self, changes: &str) -> bool {
        changes.split(';').all(|change| {
            let mut words = change.split(' ');
            let (Some(table), Some(rows), Some(sum)) = (words.next(), words.next(), words.next())
            else {
                return false;
            };
            let (Ok(rows), Ok(sum)) = (rows.parse(), u64::from_str_radix(sum, 16)) else {
                return false;
            };
            let whole = self.tables.entry(table.to_owned()).or_default();
            *whole = whole.and(Delta { rows, sum });
            true
        })
    }
}
