//! Distributes a centre's rows on a distributed PostgreSQL: all on one node, by `centre_id`.
//!
//! Every table of a centre is distributed by its first column and co-located with the others, so that a night
//! or an act on one centre is an ordinary transaction on one node. The list of centres is small and is
//! replicated to every node.

use super::migration::TABLES;
use super::pool::Pool;
use super::sql::Dialect;
use crate::store::{Store, StoreError};

/// Tables of a centre that are not copied, but are distributed like the others.
const BESIDE: &[&str] = &["transaction_identity", "centre_lease"];

/// The table that the others are co-located with.
const FIRST: &str = "collection_account";

/// The statements that make Citus distribute the tables, in order; each is a transaction of its own.
#[must_use]
pub fn distribution() -> Vec<String> {
    let reference = "select create_reference_table('centre')".to_owned();
    let placed = TABLES.iter().chain(BESIDE).map(|table| {
        let beside = if *table == FIRST { "none" } else { FIRST };
        format!(
            "select create_distributed_table('{table}', 'centre_id', colocate_with => '{beside}')"
        )
    });
    std::iter::once(reference).chain(placed).collect()
}

impl Store {
    /// Distributes the tables; those already distributed stay.
    ///
    /// # Errors
    /// [`StoreError`] where the database is no Citus coordinator, or fails.
    pub fn distribute(&self) -> Result<(), StoreError> {
        let connection = Pool::acquire(&self.pool)?;
        if connection.dialect() == Dialect::Sqlite {
            return Err(StoreError::NotDistributed);
        }
        let sql = "select 1 from pg_extension where extname = 'citus'";
        if !connection.prepare_cached(sql)?.exists(super::sql::params![])? {
            return Err(StoreError::NotDistributed);
        }
        for statement in distribution() {
            let table = statement.split('\'').nth(1).unwrap_or_default();
            let sql = "select 1 from pg_dist_partition where logicalrelid = to_regclass(?1)";
            if !connection.prepare_cached(sql)?.exists(super::sql::params![table])? {
                connection.execute_batch(&statement)?;
            }
        }
        Ok(())
    }
}
