//! Loads many rows into a table, in the binary form of COPY.
//!
//! Start at [`Session::copy_in`]. Every value is written in the width of its column ([`column_types`]).

use super::super::value::Type as Kind;
use super::super::{StoreError, Value};
use super::{Session, arguments};
use sqlx::postgres::{PgConnection, PgCopyIn};

/// A server type of our columns, and how its values are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WireType {
    Int2,
    Int4,
    Int8,
    Text,
}

impl WireType {
    /// The type with an OID of `pg_type`; the numbers never change.
    pub(super) const fn from_oid(oid: u32) -> Option<Self> {
        match oid {
            21 => Some(Self::Int2),
            23 => Some(Self::Int4),
            20 => Some(Self::Int8),
            25 | 1043 | 19 => Some(Self::Text), // text, varchar, name
            _ => None,
        }
    }

    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Int2 | Self::Int4 | Self::Int8 => Kind::Integer,
            Self::Text => Kind::Text,
        }
    }

    /// The number in these bytes, if they are one.
    pub(super) fn number(self, bytes: &[u8]) -> Option<i64> {
        match self {
            Self::Int2 => bytes.try_into().ok().map(|bytes| i16::from_be_bytes(bytes).into()),
            Self::Int4 => bytes.try_into().ok().map(|bytes| i32::from_be_bytes(bytes).into()),
            Self::Int8 => bytes.try_into().ok().map(i64::from_be_bytes),
            Self::Text => None,
        }
    }

    /// Writes a value, preceded by its length.
    fn write(self, value: &Value<'_>, into: &mut Vec<u8>) -> Result<(), StoreError> {
        match (value, self) {
            (Value::Null(_), _) => into.extend((-1_i32).to_be_bytes()),
            (Value::Integer(number), Self::Int2) => {
                let number =
                    i16::try_from(*number).map_err(|error| StoreError::Value(error.into()))?;
                framed(&number.to_be_bytes(), into)?;
            }
            (Value::Integer(number), Self::Int4) => {
                let number =
                    i32::try_from(*number).map_err(|error| StoreError::Value(error.into()))?;
                framed(&number.to_be_bytes(), into)?;
            }
            (Value::Integer(number), Self::Int8) => framed(&number.to_be_bytes(), into)?,
            (Value::Text(text), Self::Text) => framed(text.as_bytes(), into)?,
            (Value::Integer(_), Self::Text) | (Value::Text(_), _) => {
                return Err(StoreError::Value(format!("{self:?} cannot hold it").into()));
            }
        }
        Ok(())
    }
}

fn framed(bytes: &[u8], into: &mut Vec<u8>) -> Result<(), StoreError> {
    let length = i32::try_from(bytes.len()).map_err(|error| StoreError::Value(error.into()))?;
    into.extend(length.to_be_bytes());
    into.extend_from_slice(bytes);
    Ok(())
}

/// Bytes sent per message.
const COPY_BYTES: usize = 256 * 1024;

/// The header of a binary copy: the signature, no flags, no extension.
const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// A copy in progress.
pub(crate) struct CopyIn<'c> {
    session: &'c Session,
    copy: PgCopyIn<&'c mut PgConnection>,
    types: &'c [WireType],
    buffer: Vec<u8>,
    column: usize,
}

impl Session {
    /// Copies the rows that `fill` writes into a table; `types` are its column types ([`column_types`]). If
    /// `fill` fails, no row is written. The rows commit or roll back with the transaction.
    pub(crate) fn copy_in(
        &self,
        into: &str,
        types: &[WireType],
        fill: impl FnOnce(&mut CopyIn<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = format!("copy {into} from stdin with (format binary)");
        let mut connection = self.connection.borrow_mut();
        let copy = self.wait(connection.copy_in_raw(&statement))?;
        let mut buffer = Vec::with_capacity(COPY_BYTES + 4096);
        buffer.extend_from_slice(COPY_HEADER);
        let mut rows = CopyIn { session: self, copy, types, buffer, column: 0 };
        match fill(&mut rows) {
            Ok(()) => rows.finish(),
            Err(error) => {
                // The first failure is reported, not a lost connection's failure to abort.
                let _ = self.wait(rows.copy.abort("the rows cannot be made"));
                Err(error)
            }
        }
    }
}

impl CopyIn<'_> {
    pub(crate) fn row(&mut self) -> Result<(), StoreError> {
        if self.buffer.len() >= COPY_BYTES {
            self.flush()?;
        }
        self.column = 0;
        let columns = i16::try_from(self.types.len()).unwrap_or(i16::MAX);
        self.buffer.extend(columns.to_be_bytes());
        Ok(())
    }

    /// Writes the next value of the row.
    pub(crate) fn value(&mut self, value: &Value<'_>) -> Result<(), StoreError> {
        let of = self.types.get(self.column).ok_or(StoreError::Writer)?;
        self.column += 1;
        of.write(value, &mut self.buffer)
    }

    fn finish(mut self) -> Result<(), StoreError> {
        self.buffer.extend((-1_i16).to_be_bytes());
        self.flush()?;
        self.session.wait(self.copy.finish()).map(drop)
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.session.wait(self.copy.send(self.buffer.as_slice()))?;
        self.buffer.clear();
        Ok(())
    }
}

/// The types of a table's columns, in their order.
pub(crate) fn column_types(session: &Session, table: &str) -> Result<Vec<WireType>, StoreError> {
    let sql = "select cast(atttypid as bigint) from pg_attribute where attrelid = to_regclass($1)
        and attnum > 0 and not attisdropped order by attnum";
    let rows = session.query(sql, arguments([Value::Text(table)])?)?;
    rows.iter()
        .map(|row| {
            let unknown = |oid| StoreError::Column {
                column: 0,
                found: format!("type {oid:?} in table {table}"),
            };
            match super::value(row, 0)? {
                Value::Integer(oid) => u32::try_from(oid)
                    .ok()
                    .and_then(WireType::from_oid)
                    .ok_or_else(|| unknown(Value::Integer(oid))),
                other @ (Value::Null(_) | Value::Text(_)) => Err(unknown(other)),
            }
        })
        .collect()
}
