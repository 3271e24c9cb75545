//! Checks rows as they are read for a decision: a row that does not fit its seal settles nothing.
//!
//! Start at [`RowCheck`]: a query selects the whole row after its own columns, and each row is compared with
//! its seal as it is read.

use super::super::columns::RowReader;
use super::super::sql::{Bind, Connection};
use super::shape::SEAL;
use super::{RowSeal, Shape, of_row};
use crate::store::StoreError;
use std::sync::Arc;

/// Compares rows of a table with their seals.
#[derive(Debug)]
pub(crate) struct RowCheck {
    shape: Arc<Shape>,
    seal: RowSeal,
}

impl RowCheck {
    pub(crate) fn of(connection: &Connection, table: &'static str) -> Result<Self, StoreError> {
        let shape = connection.shape(table)?.ok_or_else(|| StoreError::Unknown {
            table,
            column: SEAL,
            found: "nothing".to_owned(),
        })?;
        Ok(Self { shape, seal: RowSeal::default() })
    }

    /// The whole row under an alias, for a column list.
    pub(crate) fn columns(&self, alias: &str) -> String {
        let mut list = String::new();
        for name in &self.shape.columns {
            list.push_str(&format!("{alias}.{name}, "));
        }
        list + alias + "." + SEAL
    }

    /// Whether a whole row, starting at the reader's position, fits its seal.
    pub(crate) fn fits(&mut self, at: &mut RowReader<'_>) -> Result<bool, StoreError> {
        let (row, first) = at.pass(self.shape.columns.len());
        let found = of_row(&mut self.seal, &self.shape, &row, first)?;
        let stands: Option<i64> = at.next()?;
        Ok(stands == Some(found.digest.seal()))
    }

    /// Whether every row of the table that meets a condition (alias `r`) fits its seal.
    pub(crate) fn all_fit(
        &mut self,
        connection: &Connection,
        condition: &str,
        values: &[&dyn Bind],
    ) -> Result<bool, StoreError> {
        let sql = format!(
            "select {} from {} r where r.centre_id = ?1 and {condition}",
            self.columns("r"),
            self.shape.table
        );
        let mut select = connection.prepare_cached(&sql)?;
        let mut rows = select.query(values)?;
        while let Some(row) = rows.next()? {
            if !self.fits(&mut row.reader())? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
