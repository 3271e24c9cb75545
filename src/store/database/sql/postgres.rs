//! PostgreSQL: a connection to a server, and how values and rows pass.
//!
//! Start at [`Session`], the bridge between verbs that wait and a driver that does not: each connection
//! has a small runtime of its own, which runs on the thread that asks, while it waits for the answer.
//! So an answer costs no thread switch, and nothing runs behind a verb's back.
//!
//! Statements travel with the types of their values and are not kept on the server, so that a pooler may
//! give each transaction another one. The driver asks in two steps (parse, then bind and run): a
//! statement outside a transaction gets one of its own, or the steps could reach two servers.
//!
//! How a server is found and trusted is [`super::super::server`]'s to say; how many rows go in is in
//! [`copy`].

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

/// Where a server is, and how long it is waited for.
pub(crate) struct Reach {
    pub(crate) place: PgConnectOptions,
    /// How long a connection may take to come about.
    pub(crate) connect_timeout: Duration,
    /// How long a statement is waited for before it is looked whether the server is still there.
    pub(crate) silence: Duration,
}

/// A connection to a server.
pub(crate) struct Session {
    runtime: Runtime,
    /// The driver works by exclusive reference, the store's verbs share their connection.
    connection: RefCell<PgConnection>,
    reach: Reach,
    in_transaction: Cell<bool>,
    /// Its state is not known any more: it is not to be used again.
    is_lost: Cell<bool>,
}

impl Session {
    /// Connects.
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

    /// Says goodbye, or the server would take it for lost.
    pub(crate) fn close(self) {
        let connection = self.connection.into_inner();
        let _ = self.runtime.block_on(async { timeout(GOODBYE, connection.close()).await });
    }

    /// Whether it can be used again by whoever comes next.
    pub(crate) const fn is_whole(&self) -> bool {
        !self.is_lost.get() && !self.in_transaction.get()
    }

    /// Whether the server answers within a time.
    pub(crate) fn answers(&self, within: Duration) -> bool {
        let mut connection = self.connection.borrow_mut();
        let asked = self.runtime.block_on(async { timeout(within, connection.ping()).await });
        matches!(asked, Ok(Ok(())))
    }

    /// Whether rows can be written there: it is no standby.
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

    /// Begins a transaction by this statement, with what else is said at once behind it.
    pub(crate) fn begin(&self, begin: &str) -> Result<(), StoreError> {
        // Whatever comes of it: one that began and then failed must not be anybody else's.
        self.in_transaction.set(true);
        self.batch(begin)
    }

    /// Ends a transaction: `commit` or `rollback`.
    pub(crate) fn end(&self, how: &str) -> Result<(), StoreError> {
        self.in_transaction.set(false);
        self.batch(how)
    }

    /// Runs a statement; gives how many rows it touched.
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

    /// Reads every row of a statement as it comes, some at a time: while rows are read nothing is waited for,
    /// so that the reader may ask another connection.
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

    /// A transaction around what takes the driver more than one step, where none is open.
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
                // What failed is the news; that a lost connection cannot roll back is not.
                let _ = self.end("rollback");
                Err(error)
            }
        }
    }

    /// Waits for an answer. Where it takes long, it is looked whether the server can still be reached: of one that
    /// is gone without a word nothing would ever come.
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

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// Rows read before they are looked at.
const ROWS_TOGETHER: usize = 256;

impl Reach {
    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        match timeout(self.connect_timeout, self.place.connect()).await {
            Ok(connected) => connected,
            Err(_) => Err(timed_out("no connection came about in time")),
        }
    }

    /// Whether the server lets somebody in, or says why not.
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

/// Values as the driver takes them, each with its type.
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

/// What is in a column; every whole number is one type of ours.
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

/// A column of a list of rows, as the protocol takes it.
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

/// Adds a row to the columns of its list.
pub(crate) fn push_row(list: &mut Vec<Array>, row: Vec<OwnedValue>) -> Result<(), StoreError> {
    use super::Bind as _;
    if list.is_empty() {
        *list = row.iter().map(|value| Array::new(value.value().of())).collect();
    }
    list.iter_mut().zip(row).try_for_each(|(column, value)| column.push(value))
}

/// The centre and a list, as the driver takes them.
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
