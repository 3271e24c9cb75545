//! The centre's lock: one run at a time.
//!
//! The operating system holds this file lock for as long as the process lives. A killed process releases it at
//! once, so that the night can be run again.

use crate::store::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// Holds the lock until it is dropped.
#[derive(Debug)]
pub struct CentreLock {
    _file: File,
}

impl CentreLock {
    /// Takes the lock of the centre in this database; `None` if another run holds it.
    ///
    /// # Errors
    /// [`StoreError::Lock`] where the lock file cannot be made.
    pub fn try_take(database: &Path, centre: &str) -> Result<Option<Self>, StoreError> {
        let mut name = database.as_os_str().to_owned();
        let safe =
            |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
        name.push(format!(".{}.lock", centre.chars().map(safe).collect::<String>()));
        let path = Path::new(&name);
        let fail = |source| StoreError::Lock { path: path.to_owned(), source };
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(fail(source)),
        }
    }
}
