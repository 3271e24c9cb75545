//! SQLite: how a file is opened, and the conversion of values and rows.
//!
//! One thread at a time uses the connection. The page size of a new database, its journal and its timeouts are
//! chosen here, each with the measurement behind it.

use super::value::Type;
use super::{Bind, StoreError, Value};
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// Page size of a new database in bytes: wide rows in clustered trees split less often in larger pages
/// (measured: 868k rows/s at 16 KiB against 772k at 4 KiB).
const PAGE_SIZE: i64 = 16_384;

/// Page cache of a connection, in KiB: holds the inner pages of every tree a night appends to, and
/// bounds its memory.
pub(in crate::store) const CACHE_KIB: i64 = 128 * 1024;

/// How long a statement waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Opens a database file; makes it if `create` is given. A file that cannot be written to is opened read-only.
pub(crate) fn open(path: &Path, create: bool) -> Result<Connection, StoreError> {
    if is_read_only(path) {
        return open_to_read(path);
    }
    // SQLite's own mutexes around every bound value took a tenth of a night.
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let fail = |source| StoreError::Open { path: path.to_owned(), source };
    if create {
        private(path);
    }
    let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    let set = |name: &str, value: &dyn ToSql| connection.pragma_update(None, name, value);
    connection.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
    set("page_size", &PAGE_SIZE).map_err(fail)?;
    // A night has one writer: a rollback journal writes an appended page once, a write-ahead log twice
    // (measured: 2.6 s against 4.3 s for a million transactions).
    let journal = connection.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()));
    journal.map_err(fail)?;
    set("cache_size", &-CACHE_KIB).map_err(fail)?;
    set("synchronous", &"full").map_err(fail)?;
    ready(connection).map_err(fail)
}

/// Configures a connection.
fn ready(connection: Connection) -> Result<Connection, rusqlite::Error> {
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(128);
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_aggregate_function("sum", 1, flags, WideSum)?;
    Ok(connection)
}

/// Restricts a new file to its owner before anything is in it; SQLite gives its journal the same permissions.
/// If that fails, the open that follows reports why.
fn private(path: &Path) {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    const OWNER: u32 = 0o600;
    let fresh = std::fs::OpenOptions::new().write(true).create_new(true).mode(OWNER).open(path);
    if let Ok(file) = fresh {
        let _ = file.set_permissions(std::fs::Permissions::from_mode(OWNER));
    }
}

/// Whether a file exists and neither it nor its folder can be written to: a copy on read-only media.
///
/// A file or folder without any write permission is treated as read-only, even for a user who could write it.
pub(crate) fn is_read_only(path: &Path) -> bool {
    let Ok(file) = std::fs::metadata(path) else { return false };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let folder = std::fs::metadata(folder).is_ok_and(|folder| folder.permissions().readonly());
    if folder || file.permissions().readonly() {
        return true;
    }
    let opened = std::fs::OpenOptions::new().write(true).open(path);
    opened.is_err_and(|error| {
        matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
    })
}

/// Opens a file as immutable: no lock, no journal, no file beside it.
fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let fail = |source| StoreError::Open { path: path.to_owned(), source };
    let beside = |ending| {
        let mut beside = path.as_os_str().to_owned();
        beside.push(ending);
        let is_there = std::fs::metadata(&beside).is_ok_and(|file| file.len() > 0);
        is_there.then(|| StoreError::Unfinished { path: beside.into() })
    };
    // Uncommitted changes would be read.
    if let Some(unfinished) = beside("-journal") {
        return Err(unfinished);
    }
    let log = beside("-wal");
    let mode = if log.is_some() { "?mode=ro" } else { "?immutable=1" };
    let mut uri = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'?' | b'#' | b'%' => uri.push_str(&format!("%{byte:02x}")),
            _ if byte.is_ascii() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    uri.push_str(mode);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri, flags).map_err(fail)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB).map_err(fail)?;
    // Committed pages that are only in the log must be read too, or the open fails.
    match (connection.query_row("select count(*) from sqlite_schema", [], |_| Ok(())), log) {
        (Ok(()), _) => ready(connection).map_err(fail),
        (Err(_), Some(unfinished)) => Err(unfinished),
        (Err(source), None) => Err(fail(source)),
    }
}

/// `sum` over whole numbers in 128 bits. SQLite's own aborts the statement past 64 bits, so that one absurd row
/// would stop every later night. Past 64 bits it is a text of digits, which our statements cast sums to anyway;
/// so equal sums are equal, and only `double precision` compares sums by size.
struct WideSum;

impl Aggregate<Option<i128>, Option<Wide>> for WideSum {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<i128>> {
        Ok(None)
    }

    fn step(&self, row: &mut Context<'_>, sum: &mut Option<i128>) -> rusqlite::Result<()> {
        if let Some(number) = row.get::<Option<i64>>(0)? {
            *sum = Some(sum.unwrap_or_default().saturating_add(i128::from(number)));
        }
        Ok(())
    }

    fn finalize(
        &self,
        _: &mut Context<'_>,
        sum: Option<Option<i128>>,
    ) -> rusqlite::Result<Option<Wide>> {
        Ok(sum.flatten().map(Wide))
    }
}

struct Wide(i128);

impl ToSql for Wide {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match i64::try_from(self.0) {
            Ok(number) => ToSqlOutput::from(number),
            Err(_) => ToSqlOutput::from(self.0.to_string()),
        })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null(_) => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// Binds a statement's values; refuses too few or too many.
pub(super) fn bind(
    statement: &mut Statement<'_>,
    values: &[&dyn Bind],
) -> Result<(), rusqlite::Error> {
    let wanted = statement.parameter_count();
    if wanted != values.len() {
        return Err(rusqlite::Error::InvalidParameterCount(values.len(), wanted));
    }
    for (position, value) in (1..).zip(values) {
        statement.raw_bind_parameter(position, value.value())?;
    }
    Ok(())
}

pub(super) fn text<'r>(
    row: &'r rusqlite::Row<'_>,
    column: usize,
) -> Result<Option<&'r str>, StoreError> {
    let found = row.get_ref(column)?;
    match found.as_str_or_null() {
        Ok(text) => Ok(text),
        Err(_) => Err(unexpected(column, found)),
    }
}

/// Reports the kind of the value found, never the value: in a damaged file it may be personal data.
fn unexpected(column: usize, found: ValueRef<'_>) -> StoreError {
    let found = match found {
        ValueRef::Null => "nothing".to_owned(),
        ValueRef::Integer(_) => "a number".to_owned(),
        ValueRef::Real(_) => "a fraction".to_owned(),
        ValueRef::Text(bytes) => format!("{} bytes that are no text", bytes.len()),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    };
    StoreError::Column { column, found }
}

pub(super) fn value<'r>(
    row: &'r rusqlite::Row<'_>,
    column: usize,
) -> Result<Value<'r>, StoreError> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(Value::Null(Type::Integer)),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        found @ (ValueRef::Text(_) | ValueRef::Real(_) | ValueRef::Blob(_)) => match found.as_str()
        {
            Ok(text) => Ok(Value::Text(text)),
            Err(_) => Err(unexpected(column, found)),
        },
    }
}
