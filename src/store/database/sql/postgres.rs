//! PostgreSQL: a connection to a server, and the conversion of values and rows.
//!
//! Start at [`Session`], which bridges blocking verbs and an async driver: each connection has a small runtime
//! of its own, which runs on the calling thread while it waits for the answer. So an answer costs no thread
//! switch, and nothing runs in the background.
//!
//! Statements are sent with the types of their values and are not kept on the server, so that a pooler may give
//! each transaction another server. The driver works in two steps (parse, then bind and run): a statement
//! outside a transaction gets one of its own, or the steps could reach two servers.
//!
//! How a server is found and trusted is in [`super::super::server`]; bulk loading is in [`copy`].

pub(crate) mod copy;

use super::value::Type as Kind;
use super::{OwnedValue, Read, StoreError, Value};
use crate::store::error::PostgresError;
use copy::WireType;
use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgRow};
use sqlx::query::Query;
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Postgres, Row as _,
};
use sqlx::{TypeInfo as _, ValueRef as _};
use std::cell::{Cell, RefCell};
use std::io::{Error as IoError, ErrorKind};
use std::pin::pin;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

/// A server's address, and its timeouts.
pub(crate) struct Reach {
    pub(crate) place: PgConnectOptions,
    /// How long connecting may take.
    pub(crate) connect_timeout: Duration,
    /// How long a statement runs before the session checks that the server is still reachable.
    pub(crate) silence: Duration,
}

/// A connection to a server.
pub(crate) struct Session {
    runtime: Runtime,
    /// The driver needs exclusive references; the store's verbs share their connection.
    connection: RefCell<PgConnection>,
    reach: Reach,
    in_transaction: Cell<bool>,
    /// Its state is unknown: it must not be used again.
    is_lost: Cell<bool>,
}

impl Session {
    pub(crate) fn open(reach: Reach) -> Result<Self, PostgresError> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(sqlx::Error::Io)?;
        let connection = runtime.block_on(reach.connect())?;
        Ok(Self {
            runtime,
            connection: RefCell::new(connection),
            reach,
            in_transaction: Cell::new(false),
            is_lost: Cell::new(false),
        })
    }

    /// Closes the connection properly, or the server would log it as lost.
    pub(crate) fn close(self) {
        let connection = self.connection.into_inner();
        let _ = self.runtime.block_on(async { timeout(GOODBYE, connection.close()).await });
    }

    /// Whether it can be reused.
    pub(crate) const fn is_whole(&self) -> bool {
        !self.is_lost.get() && !self.in_transaction.get()
    }

    /// Whether the server answers within the given time.
    pub(crate) fn answers(&self, within: Duration) -> bool {
        let mut connection = self.connection.borrow_mut();
        let asked = self.runtime.block_on(async { timeout(within, connection.ping()).await });
        matches!(asked, Ok(Ok(())))
    }

    /// Whether the server accepts writes, so is no standby.
    pub(crate) fn is_writable(&self) -> Result<bool, StoreError> {
        let sql = "select current_setting('transaction_read_only')";
        let rows = self.query(sql, PgArguments::default())?;
        Ok(rows.first().map(|row| text(row, 0)).transpose()?.flatten() == Some("off"))
    }

    /// Runs several statements that take no values.
    pub(crate) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        let batch = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let mut connection = self.connection.borrow_mut();
        self.wait(batch.execute(&mut *connection)).map(drop)
    }

    /// Begins a transaction; `begin` may contain further statements.
    pub(crate) fn begin(&self, begin: &str) -> Result<(), StoreError> {
        // Set even if `begin` fails: a transaction that began and then failed must not be reused.
        self.in_transaction.set(true);
        self.batch(begin)
    }

    /// Ends a transaction: `commit` or `rollback`.
    pub(crate) fn end(&self, how: &str) -> Result<(), StoreError> {
        self.in_transaction.set(false);
        self.batch(how)
    }

    /// Runs a statement; gives the number of rows it touched.
    pub(crate) fn execute(&self, sql: &str, values: PgArguments) -> Result<usize, StoreError> {
        let done = self.in_one_piece(|| {
            let mut connection = self.connection.borrow_mut();
            self.wait(statement(sql, values).execute(&mut *connection))
        })?;
        Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
    }

    /// Runs a statement and gives its rows.
    pub(crate) fn query(&self, sql: &str, values: PgArguments) -> Result<Vec<PgRow>, StoreError> {
        self.in_one_piece(|| {
            let mut connection = self.connection.borrow_mut();
            self.wait(statement(sql, values).fetch_all(&mut *connection))
        })
    }

    /// Reads rows in batches as they arrive. Nothing is awaited while the reader handles a batch, so the reader
    /// may query another connection.
    pub(crate) fn each(
        &self,
        sql: &str,
        values: PgArguments,
        mut read: impl FnMut(&PgRow) -> Result<Read, StoreError>,
    ) -> Result<(), StoreError> {
        self.in_one_piece(|| {
            let mut connection = self.connection.borrow_mut();
            let mut rows = statement(sql, values).fetch(&mut *connection);
            let mut some = Vec::with_capacity(ROWS_TOGETHER);
            loop {
                self.wait(async {
                    while some.len() < ROWS_TOGETHER
                        && let Some(row) = rows.try_next().await?
                    {
                        some.push(row);
                    }
                    Ok(())
                })?;
                let is_last = some.len() < ROWS_TOGETHER;
                for row in some.drain(..) {
                    if read(&row)? == Read::Enough {
                        return Ok(());
                    }
                }
                if is_last {
                    return Ok(());
                }
            }
        })
    }

    /// Wraps several driver steps in a transaction, if none is open.
    fn in_one_piece<T>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.in_transaction.get() {
            return work();
        }
        self.begin("begin")?;
        match work() {
            Ok(done) => self.end("commit").map(|()| done),
            Err(error) => {
                // The first failure is reported, not a lost connection's failure to roll back.
                let _ = self.end("rollback");
                Err(error)
            }
        }
    }

    /// Waits for an answer. If it takes long, checks whether the server can still be reached: a server that
    /// disappeared silently never answers.
    fn wait<T>(&self, work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
        let done = self.runtime.block_on(async {
            if self.is_lost.get() {
                return Err(IoError::from(ErrorKind::NotConnected).into());
            }
            let mut work = pin!(work);
            loop {
                match timeout(self.reach.silence, work.as_mut()).await {
                    Ok(done) => return done,
                    Err(_) if self.reach.is_there().await => {}
                    Err(_) => return Err(timed_out("the server fell silent")),
                }
            }
        });
        done.map_err(|error| {
            let error = PostgresError::from(error);
            if !error.is_refusal() {
                self.is_lost.set(true);
            }
            error.into()
        })
    }
}

/// How long closing may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// Rows read per batch.
const ROWS_TOGETHER: usize = 256;

impl Reach {
    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        match timeout(self.connect_timeout, self.place.connect()).await {
            Ok(connected) => connected,
            Err(_) => Err(timed_out("no connection came about in time")),
        }
    }

    /// Whether the server accepts a connection, or refuses with a reason.
    async fn is_there(&self) -> bool {
        match self.connect().await {
            Ok(connection) => connection.close().await.is_ok(),
            Err(error) => error.as_database_error().is_some(),
        }
    }
}

fn timed_out(what: &str) -> sqlx::Error {
    sqlx::Error::Io(IoError::new(ErrorKind::TimedOut, what.to_owned()))
}

/// A statement that is not kept on the server.
fn statement(sql: &str, values: PgArguments) -> Query<'static, Postgres, PgArguments> {
    sqlx::query_with(AssertSqlSafe(sql.to_owned()), values).persistent(false)
}

/// Typed values for the driver.
pub(crate) fn arguments<'v>(
    values: impl IntoIterator<Item = Value<'v>>,
) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    for value in values {
        let added = match value {
            Value::Null(Kind::Integer) => arguments.add(None::<i64>),
            Value::Null(Kind::Text) => arguments.add(None::<&str>),
            Value::Integer(number) => arguments.add(number),
            Value::Text(text) => arguments.add(text),
        };
        added.map_err(StoreError::Value)?;
    }
    Ok(arguments)
}

/// The value of a column; every integer type is read as ours.
pub(super) fn value(row: &PgRow, column: usize) -> Result<Value<'_>, StoreError> {
    let unexpected = |found: String| StoreError::Column { column, found };
    let found = row.try_get_raw(column).map_err(PostgresError::from)?;
    let Some(of) = found.type_info().oid().and_then(|oid| WireType::from_oid(oid.0)) else {
        return Err(unexpected(format!("type {}", found.type_info().name())));
    };
    if found.is_null() {
        return Ok(Value::Null(of.kind()));
    }
    let bytes = found.as_bytes().map_err(StoreError::Value)?;
    match of.number(bytes) {
        Some(number) => Ok(Value::Integer(number)),
        None if of.kind() == Kind::Text => {
            found.as_str().map(Value::Text).map_err(StoreError::Value)
        }
        None => Err(unexpected(format!("{} bytes", bytes.len()))),
    }
}

/// The text in a column.
pub(super) fn text(row: &PgRow, column: usize) -> Result<Option<&str>, StoreError> {
    match value(row, column)? {
        Value::Text(text) => Ok(Some(text)),
        Value::Null(Kind::Text) => Ok(None),
        Value::Null(Kind::Integer) | Value::Integer(_) => {
            Err(StoreError::Column { column, found: "a number".to_owned() })
        }
    }
}

pub(super) fn columns(row: &PgRow) -> usize {
    row.len()
}

/// A column of a list of rows, as an array.
#[derive(Debug)]
pub(crate) enum Array {
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
}

impl Array {
    fn new(of: Kind) -> Self {
        match of {
            Kind::Integer => Self::Integers(Vec::new()),
            Kind::Text => Self::Texts(Vec::new()),
        }
    }

    fn push(&mut self, value: OwnedValue) -> Result<(), StoreError> {
        match (self, value) {
            (Self::Integers(column), OwnedValue::Integer(number)) => column.push(Some(number)),
            (Self::Integers(column), OwnedValue::Null(Kind::Integer)) => column.push(None),
            (Self::Texts(column), OwnedValue::Text(text)) => column.push(Some(text)),
            (Self::Texts(column), OwnedValue::Null(Kind::Text)) => column.push(None),
            _ => return Err(StoreError::Writer),
        }
        Ok(())
    }
}

/// Appends a row to the arrays of its list.
pub(crate) fn push_row(list: &mut Vec<Array>, row: Vec<OwnedValue>) -> Result<(), StoreError> {
    use super::Bind as _;
    if list.is_empty() {
        *list = row.iter().map(|value| Array::new(value.value().of())).collect();
    }
    list.iter_mut().zip(row).try_for_each(|(column, value)| column.push(value))
}

/// The centre and a list, for the driver.
pub(crate) fn list_arguments(centre: i64, list: Vec<Array>) -> Result<PgArguments, StoreError> {
    let mut arguments = arguments([Value::Integer(centre)])?;
    for column in list {
        let added = match column {
            Array::Integers(column) => arguments.add(column),
            Array::Texts(column) => arguments.add(column),
        };
        added.map_err(StoreError::Value)?;
    }
    Ok(arguments)
}
