//! What lies in quarantine, and that it no longer does.

use crate::store::database::columns::columns;
use crate::store::database::sql::params;
use crate::store::{Store, StoreError};

/// A file, or an entry that is none, of which nothing was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFile {
    /// The account folder it lay in; empty where in none.
    pub folder: String,
    pub file_name: String,
    pub reason: String,
}

columns! { impl HeldFile { folder, file_name, reason } }

impl Store {
    /// All that is held, in the order of folders and names.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn held_files(&self) -> Result<Vec<HeldFile>, StoreError> {
        let tx = self.reading()?;
        let from = "from quarantined_feed where centre_id = ?1 order by folder, file_name";
        tx.connection.select_all(from, params![tx.centre_id])
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
