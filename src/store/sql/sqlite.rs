//! SQLite: how a file is opened, and how values and rows pass.
//!
//! The connection is used by one thread at a time; the pages of a new database, its journal and its
//! waits are chosen here, each with the measurement that chose it.

use super::value::Type;
use super::{Bind, StoreError, Value};
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql};
use std::path::Path;
use std::time::Duration;

/// Bytes a page of a new database: wide rows in clustered trees split less often in larger pages
/// (measured: 868k rows/s at 16 KiB against 772k at 4 KiB).
const PAGE_SIZE: i64 = 16_384;

/// Page cache of a connection, in KiB: holds the inner pages of every tree a night appends to, and
/// bounds its memory.
const CACHE_KIB: i64 = 128 * 1024;

/// How long a statement waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Opens a database file; makes it where `create` is given.
pub(crate) fn open(path: &Path, create: bool) -> Result<Connection, StoreError> {
    // SQLite's own locks around every bound value were a tenth of a night.
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let fail = |source| StoreError::Open { path: path.to_owned(), source };
    let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    let set = |name: &str, value: &dyn ToSql| connection.pragma_update(None, name, value);
    connection.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
    set("page_size", &PAGE_SIZE).map_err(fail)?;
    // One writer by night: a rollback journal writes an appended page once, a write-ahead log twice
    // (measured: 2.6 s against 4.3 s for a million transactions).
    let journal = connection.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()));
    journal.map_err(fail)?;
    set("cache_size", &-CACHE_KIB).map_err(fail)?;
    set("synchronous", &"full").map_err(fail)?;
    set("temp_store", &"memory").map_err(fail)?;
    connection.set_prepared_statement_cache_capacity(128);
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_aggregate_function("sum", 1, flags, WideSum).map_err(fail)?;
    Ok(connection)
}

/// `sum` over whole numbers that ends at the bounds of 64 bits where SQLite's own stops the statement: one
/// absurd row must not stop every night after it.
struct WideSum;

impl Aggregate<Option<i128>, Option<i64>> for WideSum {
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
    ) -> rusqlite::Result<Option<i64>> {
        let (least, most) = (i128::from(i64::MIN), i128::from(i64::MAX));
        Ok(sum.flatten().and_then(|sum| i64::try_from(sum.clamp(least, most)).ok()))
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

/// Gives a statement its values; refuses too few or too many.
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

/// Says what kind of value was found, never the value: in a damaged file it may be anybody's.
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
