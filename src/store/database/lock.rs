//! One run at a time: the centre's lock.
//!
//! A file lock, held by the operating system for as long as the process lives: whoever is killed
//! lets go at that moment, so that the night can be run again at once.

use crate::store::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// Held for as long as it lives.
#[derive(Debug)]
pub struct CentreLock {
    _file: File,
}

impl CentreLock {
    /// Takes the lock of the centre in this database; `None` where another run holds it.
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
