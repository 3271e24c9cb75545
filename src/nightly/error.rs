//! Errors that stop a night, for the operator to fix.

use super::shown::shown_path;
use crate::durable::DiskError;
use crate::store::StoreError;
use std::fmt;
use std::path::PathBuf;

/// The environment failed during a night. Committed work stays, the rest is rolled back.
#[derive(Debug)]
pub enum RunError {
    Store(StoreError),
    /// A file or folder cannot be read or written.
    File {
        path: PathBuf,
        doing: &'static str,
        source: std::io::Error,
    },
    /// No collection account is registered, so no feed can belong to one.
    NoAccounts,
    /// A thread of the night died.
    Reader,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "{error}"),
            Self::File { path, doing, .. } => write!(f, "{}: cannot {doing}", shown_path(path)),
            Self::NoAccounts => write!(
                f,
                "the centre has no collection account; `duizhang import accounts FILE` takes them in"
            ),
            Self::Reader => write!(f, "a thread of the night stopped"),
        }
    }
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(error) => error.source(),
            Self::File { source, .. } => Some(source),
            Self::NoAccounts | Self::Reader => None,
        }
    }
}

impl From<DiskError> for RunError {
    fn from(error: DiskError) -> Self {
        Self::File { path: error.path, doing: "write the letter", source: error.source }
    }
}

impl From<StoreError> for RunError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
