//! Why a `postgres://` URL cannot be used.

use super::PostgresError;
use std::fmt;
use std::path::PathBuf;

#[derive(Debug)]
pub enum ServerError {
    Syntax(PostgresError),
    /// An unknown parameter.
    Unknown {
        name: String,
    },
    /// A value that the parameter does not allow.
    Value {
        name: String,
        found: String,
        expected: &'static str,
    },
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    Authorities {
        path: PathBuf,
    },
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => write!(f, "{error}"),
            Self::Unknown { name } => write!(f, "{name}: no such word is known here"),
            Self::Value { name, found, expected } => {
                write!(f, "{name}={found}: expected {expected}")
            }
            Self::File { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Self::Authorities { path } => {
                write!(f, "{}: expected certificates in PEM form", path.display())
            }
        }
    }
}

impl std::error::Error for ServerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Syntax(error) => Some(error),
            Self::File { source, .. } => Some(source),
            Self::Unknown { .. } | Self::Value { .. } | Self::Authorities { .. } => None,
        }
    }
}
