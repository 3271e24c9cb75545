//! What PostgreSQL said, or why it could not be asked, in the operator's words.

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};
use std::fmt;

/// PostgreSQL refused something, or could not be asked.
///
/// Prints as `ERROR: duplicate key value …` or `Connection refused (os error 111)`.
#[derive(Debug)]
pub struct PostgresError(sqlx::Error);

impl PostgresError {
    /// The SQLSTATE of what the server said; `None` where it said nothing.
    pub(crate) fn code(&self) -> Option<&str> {
        self.said().map(PgDatabaseError::code)
    }

    /// What the server said.
    pub(crate) fn said(&self) -> Option<&PgDatabaseError> {
        let said = self.0.as_database_error();
        said.and_then(|said: &dyn DatabaseError| said.try_downcast_ref())
    }

    /// Whether the server refused something and is ready for more. After anything else nobody knows what the
    /// connection brings next.
    pub(crate) fn is_refusal(&self) -> bool {
        self.said().is_some_and(|said| !is_fatal(said))
    }

    /// Whether the same may succeed later: SQLSTATE classes and codes after which a retry is sensible. 08
    /// connection, 40 transaction rollback (serialization failure, deadlock), 57P01 to 57P03 shutdown and
    /// start-up, 53300 too many connections, 55P03 a lock that was not available.
    pub(crate) fn is_passing(&self) -> bool {
        match self.code() {
            Some(code) => {
                code.starts_with("08")
                    || code.starts_with("40")
                    || matches!(code, "57P01" | "57P02" | "57P03" | "53300" | "55P03")
            }
            // No answer of the server at all: the connection is gone, or never came about.
            None => true,
        }
    }

    /// Whether a row was refused because its key is there already.
    pub(crate) fn is_duplicate(&self) -> bool {
        self.code() == Some("23505")
    }
}

impl fmt::Display for PostgresError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(said) = self.said() else {
            // What the driver wraps says all that it would say.
            return match std::error::Error::source(&self.0) {
                Some(source) => write!(f, "{source}"),
                None => write!(f, "{}", self.0),
            };
        };
        let severity = if is_fatal(said) { "FATAL" } else { "ERROR" };
        write!(f, "{severity}: {}", said.message())?;
        if let Some(detail) = said.detail() {
            write!(f, "\nDETAIL: {detail}")?;
        }
        match said.hint() {
            Some(hint) => write!(f, "\nHINT: {hint}"),
            None => Ok(()),
        }
    }
}

/// Whether the server ended the connection with it.
fn is_fatal(said: &PgDatabaseError) -> bool {
    matches!(said.severity(), PgSeverity::Fatal | PgSeverity::Panic)
}

impl std::error::Error for PostgresError {}

impl From<sqlx::Error> for PostgresError {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}
