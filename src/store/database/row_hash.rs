//! Hashes the rows of a query, whatever their columns are, so that equal results have equal digests.

use super::sql::{Bind, Connection, Read, Value};
use crate::store::StoreError;
use sha2::{Digest, Sha256};

/// Adds all rows of a query to a digest.
pub(in crate::store) fn hash_rows(
    connection: &Connection,
    sql: &str,
    values: &[&dyn Bind],
    sha: &mut Sha256,
) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.each(values, |row| {
        for column in 0..row.len() {
            match row.value(column)? {
                Value::Null(_) => sha.update(b"-"),
                Value::Integer(number) => sha.update(number.to_string()),
                Value::Text(text) => sha.update(text),
            }
            sha.update(b"\x1f");
        }
        sha.update(b"\x1e");
        Ok(Read::On)
    })?;
    // Keeps the rows of one query apart from those of the next.
    sha.update(b"\x1d");
    Ok(())
}
