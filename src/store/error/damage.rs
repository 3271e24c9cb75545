//! Explains SQLite's errors to the operator: a damaged file, a full disk, a file locked by another program.

use std::fmt;
use std::path::Path;

/// Whether SQLite reports that its file is damaged or no database.
pub(in crate::store) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// What to do about a SQLite error that is not caused by the file's content.
fn advice(error: &rusqlite::Error) -> Option<&'static str> {
    use rusqlite::ErrorCode as Code;
    const ADVICE: [(&[Code], &str); 4] = [
        (
            &[Code::DiskFull],
            "the disk is full: make room, and run it again; nothing is half-written",
        ),
        (
            &[Code::ReadOnly, Code::PermissionDenied, Code::CannotOpen],
            "its file and its folder must be this user's to write",
        ),
        (
            &[Code::DatabaseBusy, Code::DatabaseLocked],
            "another program holds its file; run it again",
        ),
        (
            &[Code::SystemIoFailure],
            "the disk could not be read or written: look at it before anything else",
        ),
    ];
    let code = error.sqlite_error_code()?;
    ADVICE.iter().find(|(codes, _)| codes.contains(&code)).map(|(_, advice)| *advice)
}

/// Which file, where in it, and what to do.
pub(in crate::store) fn say(
    path: &Path,
    found: &[String],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(
        f,
        "{}: the database file is damaged: {}. Write nothing more to it: stop `duizhang serve` and the timers, \
         keep the file as it is, put the last good backup back (docs/operations.md, Backup), run `duizhang audit` \
         and then `duizhang nightly`, which takes in again what the inbox still holds",
        path.display(),
        found.join("; ")
    )
}

/// Explains SQLite's error to the reader.
pub(in crate::store) fn say_of(error: &rusqlite::Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if is_damage(error) {
        return write!(
            f,
            "the database file is damaged: write nothing more to it; `duizhang doctor` says where, \
             docs/operations.md what to do"
        );
    }
    match advice(error) {
        Some(advice) => write!(f, "the database failed: {advice}"),
        None => write!(f, "the database failed"),
    }
}
