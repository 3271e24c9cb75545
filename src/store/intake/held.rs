//! What lies in quarantine, and that it no longer does.

use crate::store::sql::params;
use crate::store::{Store, StoreError};

/// A file, or an entry that is none, of which nothing was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFile {
    /// The account folder it lay in; empty where in none.
    pub folder: String,
    pub file_name: String,
    pub reason: String,
}

impl Store {
    /// All that is held, in the order of folders and names.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn held_files(&self) -> Result<Vec<HeldFile>, StoreError> {
        let tx = self.reading()?;
        let sql = "select folder, file_name, reason from quarantined_feed
            where centre_id = ?1 order by folder, file_name";
        let held = |row: &crate::store::sql::Row<'_>| {
            Ok(HeldFile { folder: row.get(0)?, file_name: row.get(1)?, reason: row.get(2)? })
        };
        tx.connection.prepare_cached(sql)?.query_all(params![tx.centre_id], held)
    }

    /// Notes that an entry lies there no longer.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn release_held(&self, held: &HeldFile) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let sql = "delete from quarantined_feed
            where centre_id = ?1 and folder = ?2 and file_name = ?3";
        let key = params![tx.centre_id, held.folder, held.file_name];
        tx.connection.prepare_cached(sql)?.execute(key)?;
        Ok(())
    }
}
