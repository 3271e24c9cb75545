//! The quarantined files, and their release.

use crate::store::database::columns::columns;
use crate::store::database::sql::params;
use crate::store::{Store, StoreError};

/// A quarantined file, or directory entry that is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFile {
    /// The account folder it was in; empty if none.
    pub folder: String,
    pub file_name: String,
    pub reason: String,
}

columns! { impl HeldFile { folder, file_name, reason } }

impl Store {
    /// All quarantined files, ordered by folder and name.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn held_files(&self) -> Result<Vec<HeldFile>, StoreError> {
        let tx = self.reading()?;
        let from = "from quarantined_feed where centre_id = ?1 order by folder, file_name";
        tx.connection.select_all(from, params![tx.centre_id])
    }

    /// Records that an entry is no longer in quarantine.
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
