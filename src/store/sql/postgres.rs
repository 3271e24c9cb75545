//! PostgreSQL: how values, rows and many rows pass.
//!
//! Statements travel with the types of their values in one round trip and are not kept on the
//! server: whatever server a pooler gives, it needs to know nothing from before. How a connection
//! is made is [`super::super::server`]'s to say.

use super::value::Type as Kind;
use super::{Bind, OwnedValue, Read, StoreError, Value};
use bytes::{BufMut, BytesMut};
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Row};
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;

/// A statement in PostgreSQL's words: `?1` becomes `$1`. Texts and comments in our statements hold no
/// question mark (`tests/statements.rs` looks).
pub(crate) fn placeholders(sql: &str) -> String {
    let sql = sql.replace('?', "$");
    if sql.contains(SUM) { bounded(&sql) } else { sql }
}

/// How our statements ask for a sum as a whole number.
const SUM: &str = " as bigint)";

/// A sum ends at the bounds of 64 bits, as it does on SQLite: the server would rather stop the statement.
fn bounded(sql: &str) -> String {
    let mut bounded = String::with_capacity(sql.len() + 256);
    let mut rest = sql;
    while let Some(at) = rest.find("cast(") {
        let (before, from) = rest.split_at(at + "cast(".len());
        bounded.push_str(before);
        rest = from;
        let Some(end) = closing(from) else { continue };
        let (cast, behind) = from.split_at(end);
        match cast.strip_suffix(" as bigint") {
            Some(sum) if sum.contains("sum(") => {
                let (least, most) = (i64::MIN, i64::MAX);
                // Of nothing there is no sum, and least and greatest would give a bound for it.
                bounded.push_str(&format!(
                    "case when ({sum}) is null then null else least(greatest({sum}, {least}), {most}) end \
                     as bigint"
                ));
                rest = behind;
            }
            Some(_) | None => {}
        }
    }
    bounded.push_str(rest);
    bounded
}

/// Where the bracket closes that was opened before.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1_u32;
    text.bytes().position(|byte| {
        match byte {
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {}
        }
        open == 0
    })
}

/// A value with its type, as the protocol sends it.
pub(crate) type Typed<'v> = (&'v (dyn ToSql + Sync), Type);

/// Values with their types, as the protocol sends them.
pub(super) fn typed<'v>(values: &'v [Value<'v>]) -> Vec<Typed<'v>> {
    values.iter().map(|value| (value as &(dyn ToSql + Sync), wire_type(value))).collect()
}

const fn wire_type(value: &Value<'_>) -> Type {
    match value.of() {
        Kind::Integer => Type::INT8,
        Kind::Text => Type::TEXT,
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null(_) => return Ok(IsNull::Yes),
            Self::Text(text) => out.put_slice(text.as_bytes()),
            Self::Integer(number) => match *ty {
                Type::INT2 => out.put_i16(i16::try_from(*number)?),
                Type::INT4 => out.put_i32(i32::try_from(*number)?),
                _ => out.put_i64(*number),
            },
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT2 | Type::INT4 | Type::INT8 | Type::TEXT)
    }

    to_sql_checked!();
}

/// Reads every row of a statement as it comes.
pub(super) fn each(
    client: &mut Client,
    sql: &str,
    values: &[Value<'_>],
    mut read: impl FnMut(&Row) -> Result<Read, StoreError>,
) -> Result<(), StoreError> {
    let mut rows = client.query_typed_raw(sql, typed(values))?;
    while let Some(row) = rows.next()? {
        if read(&row)? == Read::Enough {
            break;
        }
    }
    Ok(())
}

/// What is in a column; every whole number is one type of ours.
pub(super) fn value(row: &Row, column: usize) -> Result<Value<'_>, StoreError> {
    let ty = row.columns().get(column).map(|column| column.type_().clone());
    let number = |found: Option<i64>| found.map_or(Value::Null(Kind::Integer), Value::Integer);
    match ty {
        Some(Type::INT8) => Ok(number(row.try_get(column)?)),
        Some(Type::INT4) => Ok(number(row.try_get::<_, Option<i32>>(column)?.map(i64::from))),
        Some(Type::INT2) => Ok(number(row.try_get::<_, Option<i16>>(column)?.map(i64::from))),
        Some(Type::TEXT | Type::VARCHAR | Type::NAME) => {
            let text: Option<&str> = row.try_get(column)?;
            Ok(text.map_or(Value::Null(Kind::Text), Value::Text))
        }
        other => Err(StoreError::Column { column, found: format!("type {other:?}") }),
    }
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
    if list.is_empty() {
        *list = row.iter().map(|value| Array::new(value.value().of())).collect();
    }
    list.iter_mut().zip(row).try_for_each(|(column, value)| column.push(value))
}

/// The centre and a list, with their types.
pub(crate) fn typed_list<'v>(centre_id: &'v i64, list: &'v [Array]) -> Vec<Typed<'v>> {
    let mut values: Vec<Typed<'v>> = vec![(centre_id, Type::INT8)];
    values.extend(list.iter().map(|column| -> Typed<'v> {
        match column {
            Array::Integers(column) => (column, Type::INT8_ARRAY),
            Array::Texts(column) => (column, Type::TEXT_ARRAY),
        }
    }));
    values
}

/// Bytes sent together while copying in.
const COPY_BYTES: usize = 256 * 1024;

/// What a binary copy begins with: the signature, no flags, no extension.
const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Rows on their way into a table, in the binary form of COPY.
pub(crate) struct CopyIn<'c> {
    writer: postgres::CopyInWriter<'c>,
    types: &'c [Type],
    buffer: BytesMut,
    column: usize,
}

impl<'c> CopyIn<'c> {
    /// Begins; `types` are those of the table's columns ([`column_types`]).
    pub(crate) fn begin(
        client: &'c mut Client,
        table: &str,
        types: &'c [Type],
    ) -> Result<Self, StoreError> {
        let writer = client.copy_in(&format!("copy {table} from stdin with (format binary)"))?;
        let mut buffer = BytesMut::with_capacity(COPY_BYTES + 4096);
        buffer.put_slice(COPY_HEADER);
        Ok(Self { writer, types, buffer, column: 0 })
    }

    /// Begins a row.
    pub(crate) fn row(&mut self) -> Result<(), StoreError> {
        if self.buffer.len() >= COPY_BYTES {
            self.flush()?;
        }
        self.column = 0;
        self.buffer.put_i16(i16::try_from(self.types.len()).unwrap_or(i16::MAX));
        Ok(())
    }

    /// Gives the next value of the row.
    pub(crate) fn value(&mut self, value: &Value<'_>) -> Result<(), StoreError> {
        let ty = self.types.get(self.column).ok_or(StoreError::Writer)?;
        self.column += 1;
        let start = self.buffer.len();
        self.buffer.put_i32(-1);
        let written = value.to_sql(ty, &mut self.buffer).map_err(StoreError::Value)?;
        if let IsNull::No = written {
            let length = self.buffer.len() - start - 4;
            let length = i32::try_from(length).map_err(|error| StoreError::Value(error.into()))?;
            if let Some(place) = self.buffer.get_mut(start..start + 4) {
                place.copy_from_slice(&length.to_be_bytes());
            }
        }
        Ok(())
    }

    /// Ends the copy; the rows are in as far as the transaction is.
    pub(crate) fn finish(mut self) -> Result<(), StoreError> {
        self.buffer.put_i16(-1);
        self.flush()?;
        self.writer.finish()?;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.writer.write_all(&self.buffer).map_err(StoreError::copy)?;
        self.buffer.clear();
        Ok(())
    }
}

/// The types of a table's columns, in their order.
pub(crate) fn column_types(client: &mut Client, table: &str) -> Result<Vec<Type>, StoreError> {
    let sql = "select atttypid from pg_attribute where attrelid = to_regclass($1)
        and attnum > 0 and not attisdropped order by attnum";
    let rows = client.query_typed(sql, &[(&table, Type::TEXT)])?;
    rows.iter()
        .map(|row| {
            let oid: u32 = row.try_get(0)?;
            Type::from_oid(oid).ok_or_else(|| StoreError::Column {
                column: 0,
                found: format!("type {oid} in table {table}"),
            })
        })
        .collect()
}

/// Placeholders for `rows` rows of `columns` values, from the `first` on: `(?2, ?3), (?4, ?5)`.
pub(crate) fn value_lists(first: usize, columns: usize, rows: usize) -> String {
    let mut list = String::new();
    for row in 0..rows {
        let start = first + row * columns;
        list.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            write!(list, "{comma}?{}", start + column).unwrap_or_default();
        }
        list.push(')');
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_bounded_and_nothing_else_is_touched() {
        let within = |sum: &str| {
            format!(
                "cast(case when ({sum}) is null then null else least(greatest({sum}, {}), {}) end as bigint)",
                i64::MIN,
                i64::MAX
            )
        };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("select cast(sum(a) as bigint) from t where b = ?1", format!("select {} from t where b = $1", within("sum(a)"))),
            ("select cast(coalesce(sum(a), 0) as bigint), cast(c as text)",
             format!("select {}, cast(c as text)", within("coalesce(sum(a), 0)"))),
            ("select cast(a as bigint)", "select cast(a as bigint)".to_owned()),
            ("select cast(a", "select cast(a".to_owned()),
        ];
        for (sql, want) in rows {
            assert_eq!(placeholders(sql), want, "{sql}");
        }
    }
}
