//! PostgreSQL's error, or why it could not be reached, for the operator.

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};
use std::fmt;

/// PostgreSQL refused something, or could not be reached.
///
/// Prints as `ERROR: duplicate key value …` or `Connection refused (os error 111)`.
#[derive(Debug)]
pub struct PostgresError(sqlx::Error);

impl PostgresError {
    /// The SQLSTATE of the server's error; `None` if there was no answer.
    pub(crate) fn code(&self) -> Option<&str> {
        self.said().map(PgDatabaseError::code)
    }

    /// The server's error.
    pub(crate) fn said(&self) -> Option<&PgDatabaseError> {
        let said = self.0.as_database_error();
        said.and_then(|said: &dyn DatabaseError| said.try_downcast_ref())
    }

    /// Whether the server refused something and is ready for more. After any other error the state of the
    /// connection is unknown.
    pub(crate) fn is_refusal(&self) -> bool {
        self.said().is_some_and(|said| !is_fatal(said))
    }

    /// Whether a later retry may succeed, by SQLSTATE class or code: 08 connection, 40 transaction rollback
    /// (serialization failure, deadlock), 57P01 to 57P03 shutdown and start-up, 53300 too many connections,
    /// 55P03 a lock that was not available.
    pub(crate) fn is_passing(&self) -> bool {
        match self.code() {
            Some(code) => {
                code.starts_with("08")
                    || code.starts_with("40")
                    || matches!(code, "57P01" | "57P02" | "57P03" | "53300" | "55P03")
            }
            // The server gave no answer: the connection is lost, or was never made.
            None => true,
        }
    }

    /// Whether a row was rejected because its key exists.
    pub(crate) fn is_duplicate(&self) -> bool {
        self.code() == Some("23505")
    }
}

impl fmt::Display for PostgresError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(said) = self.said() else {
            // The driver's error would only repeat its source.
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

/// Whether the error ended the connection.
fn is_fatal(said: &PgDatabaseError) -> bool {
    matches!(said.severity(), PgSeverity::Fatal | PgSeverity::Panic)
}

impl std::error::Error for PostgresError {}

impl From<sqlx::Error> for PostgresError {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}
