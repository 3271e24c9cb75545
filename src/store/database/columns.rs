//! Rows by name: a struct, the list that selects its columns, and its reader, all from one list of fields.
//!
//! Start at [`columns!`]. A query for such a struct gives only its `from … where …`: [`select`] puts the type's
//! column list before it, so that list and reader cannot disagree. A small query names its columns itself and
//! gives a tuple of their types ([`Connection::fetch_one`]). An insert names each column beside its value
//! ([`insert_into!`]). Nobody counts columns.
//!
//! Invariant: [`Row::read`] reads a row to its last column. A list that has more columns than its reader is an
//! error, never a shifted value.

use super::sql::{Bind, Column, Connection, Row, Value};
use crate::store::StoreError;

/// A type read from the next columns of a row: a value, a struct of [`columns!`], or a tuple of these.
pub(crate) trait FromRow<'r>: Sized {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError>;
}

/// A type that knows which columns it is read from.
pub(crate) trait Columns {
    /// Appends its columns to a list.
    fn list(into: &mut Vec<&'static str>);
}

/// The column list of a type, for a statement.
pub(crate) fn columns_of<T: Columns>() -> String {
    let mut list = Vec::new();
    T::list(&mut list);
    list.join(", ")
}

/// A query for rows of a type; `from` is everything after the column list.
pub(crate) fn select<T: Columns>(from: &str) -> String {
    format!("select {} {from}", columns_of::<T>())
}

/// Reads a row column by column.
#[derive(Clone, Copy)]
pub(crate) struct RowReader<'r> {
    row: Row<'r>,
    column: usize,
}

impl<'r> RowReader<'r> {
    pub(crate) fn next<T: FromRow<'r>>(&mut self) -> Result<T, StoreError> {
        T::from_row(self)
    }

    /// Skips columns that are read by other means; gives the row and the index of the first of them.
    pub(crate) const fn pass(&mut self, columns: usize) -> (Row<'r>, usize) {
        let first = self.column;
        self.column += columns;
        (self.row, first)
    }

    /// Ends the row: an unread column is an error.
    pub(crate) fn end(self) -> Result<(), StoreError> {
        if self.column == self.row.len() {
            return Ok(());
        }
        let found = "a column that its reader does not know".to_owned();
        Err(StoreError::Column { column: self.column, found })
    }
}

impl<'r> Row<'r> {
    /// Begins at the first column; the caller checks that all are read ([`RowReader::end`]).
    pub(crate) const fn reader(&self) -> RowReader<'r> {
        RowReader { row: *self, column: 0 }
    }

    /// Reads the whole row.
    pub(crate) fn read<T: FromRow<'r>>(&self) -> Result<T, StoreError> {
        let mut at = self.reader();
        let read = at.next()?;
        at.end()?;
        Ok(read)
    }
}

impl<'r, T: Column> FromRow<'r> for T {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
        let (row, column) = at.pass(1);
        Self::read(&row, column)
    }
}

/// Borrows the text; empty where the column is null.
impl<'r> FromRow<'r> for &'r str {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
        let (row, column) = at.pass(1);
        row.text(column)
    }
}

impl<'r> FromRow<'r> for Option<&'r str> {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
        let (row, column) = at.pass(1);
        row.text_or_null(column)
    }
}

/// Any value.
impl<'r> FromRow<'r> for Value<'r> {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
        let (row, column) = at.pass(1);
        row.value(column)
    }
}

macro_rules! tuples {
    ($(($($part:ident),+)),+ $(,)?) => {$(
        impl<'r, $($part: FromRow<'r>),+> FromRow<'r> for ($($part,)+) {
            fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
                Ok(($(at.next::<$part>()?,)+))
            }
        }

        impl<$($part: Columns),+> Columns for ($($part,)+) {
            fn list(into: &mut Vec<&'static str>) {
                $($part::list(into);)+
            }
        }
    )+};
}
tuples!((A, B), (A, B, C), (A, B, C, D), (A, B, C, D, E), (A, B, C, D, E, F));

impl Connection {
    /// Reads the one row there must be.
    pub(crate) fn fetch_one<T: for<'r> FromRow<'r>>(
        &self,
        sql: &str,
        values: &[&dyn Bind],
    ) -> Result<T, StoreError> {
        self.prepare_cached(sql)?.query_row(values, |row| row.read())
    }

    /// Reads the first row, if any.
    pub(crate) fn fetch_optional<T: for<'r> FromRow<'r>>(
        &self,
        sql: &str,
        values: &[&dyn Bind],
    ) -> Result<Option<T>, StoreError> {
        self.prepare_cached(sql)?.query_row_optional(values, |row| row.read())
    }

    /// Reads all rows into a list.
    pub(crate) fn fetch_all<T: for<'r> FromRow<'r>>(
        &self,
        sql: &str,
        values: &[&dyn Bind],
    ) -> Result<Vec<T>, StoreError> {
        self.prepare_cached(sql)?.query_all(values, |row| row.read())
    }

    /// [`Self::fetch_optional`], with the type's column list put before `from`.
    pub(crate) fn select_optional<T: Columns + for<'r> FromRow<'r>>(
        &self,
        from: &str,
        values: &[&dyn Bind],
    ) -> Result<Option<T>, StoreError> {
        self.fetch_optional(&select::<T>(from), values)
    }

    /// [`Self::fetch_all`], with the type's column list put before `from`.
    pub(crate) fn select_all<T: Columns + for<'r> FromRow<'r>>(
        &self,
        from: &str,
        values: &[&dyn Bind],
    ) -> Result<Vec<T>, StoreError> {
        self.fetch_all(&select::<T>(from), values)
    }
}

/// Declares a struct of columns, or implements [`FromRow`] and [`Columns`] for an existing struct.
///
/// A field is read from the column of its name under the alias after `of`, from the expression after `=`, or
/// from the columns of the type after `as`. Fields that are not read follow a semicolon.
///
/// ```ignore
/// columns! {
///     struct Owed<'r> of "n" {
///         reference: PaymentReference, // n.reference
///         employer_name: &'r str = "e.name",
///     }
/// }
/// columns! { impl Employer of "e" { employer_id, name, mail = "e.email"; payer_accounts: Vec::new() } }
/// ```
macro_rules! columns {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$r:lifetime> $(of $alias:literal)? {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty $(= $text:expr)?),+ $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name<$r> {
            $($(#[$field_meta])* $field_vis $field: $type,)+
        }
        $crate::store::database::columns::columns! {
            @read $r [$name<$r>] [$name<'_>] [$($alias)?] { $([$field $($text)?])+ } []
        }
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident $(of $alias:literal)? {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty $(= $text:expr)?),+ $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name {
            $($(#[$field_meta])* $field_vis $field: $type,)+
        }
        $crate::store::database::columns::columns! {
            @read 'r [$name] [$name] [$($alias)?] { $([$field $($text)?])+ } []
        }
    };
    (impl $name:ident $(of $alias:literal)? {
        $($field:ident $(as $part:ty)? $(= $text:expr)?),+ $(,)? $(; $($other:ident: $value:expr),+ $(,)?)?
    }) => {
        $crate::store::database::columns::columns! {
            @read 'r [$name] [$name] [$($alias)?] { $([$field $(as $part)? $($text)?])+ } [$($($other: $value,)+)?]
        }
    };
    (@read $r:lifetime [$name:ty] [$listed:ty] $alias:tt { $([$field:ident $($column:tt)*])+ } [$($others:tt)*]) => {
        impl $crate::store::database::columns::Columns for $listed {
            fn list(into: &mut Vec<&'static str>) {
                $($crate::store::database::columns::columns!(@list into $alias $field $($column)*);)+
            }
        }

        impl<$r> $crate::store::database::columns::FromRow<$r> for $name {
            fn from_row(
                at: &mut $crate::store::database::columns::RowReader<$r>,
            ) -> Result<Self, $crate::store::StoreError> {
                Ok(Self { $($field: at.next()?,)+ $($others)* })
            }
        }
    };
    (@list $into:ident $alias:tt $field:ident as $part:ty) => {
        <$part as $crate::store::database::columns::Columns>::list($into)
    };
    (@list $into:ident $alias:tt $field:ident $text:expr) => { $into.push($text) };
    (@list $into:ident [$alias:literal] $field:ident) => {
        $into.push(concat!($alias, ".", stringify!($field)))
    };
    (@list $into:ident [] $field:ident) => { $into.push(stringify!($field)) };
}
pub(crate) use columns;

/// Inserts rows that do not exist yet ([`super::tx::Tx::insert`]), each column beside its value, in the table's
/// order.
///
/// ```ignore
/// insert_into!(tx, "settlement", &settled, |one| {
///     centre_id: tx.centre_id,
///     reference: reference_number(one.reference),
/// })
/// ```
macro_rules! insert_into {
    ($tx:expr, $table:literal, $rows:expr, |$row:pat_param| {
        $first:ident: $first_value:expr $(, $column:ident: $value:expr)* $(,)?
    }) => {
        $tx.insert(
            $table,
            concat!(stringify!($first) $(, ", ", stringify!($column))*),
            $rows,
            |binder, $row| {
                binder.bind($first_value)?;
                $(binder.bind($value)?;)*
                Ok(())
            },
        )
    };
}
pub(crate) use insert_into;

#[cfg(test)]
mod tests {
    use super::super::sql::OwnedValue;
    use super::*;

    columns! {
        #[derive(Debug, PartialEq)]
        struct Owed<'r> of "n" {
            reference: i64,
            employer: &'r str = "e.name",
        }
    }

    #[derive(Debug, PartialEq)]
    struct Line {
        settled: bool,
        serial: String,
        notes: Vec<String>,
    }

    columns! { impl Line of "t" { settled = "s.reference is not null", serial; notes: Vec::new() } }

    struct Sheet {
        line: Line,
        day: Option<i64>,
    }

    columns! { impl Sheet { line as Line, day } }

    fn kept(number: i64, text: &str) -> Vec<OwnedValue> {
        vec![OwnedValue::Integer(number), OwnedValue::Text(text.to_owned())]
    }

    #[test]
    fn a_type_lists_the_columns_that_it_reads() {
        let sql = select::<(Owed<'_>, Sheet)>("from notice n");
        let want =
            "select n.reference, e.name, s.reference is not null, t.serial, day from notice n";
        assert_eq!(sql, want);
    }

    #[test]
    fn what_stands_behind_another_is_read_behind_it() {
        let row = [kept(7, "a"), kept(1, "b"), kept(20_000, "c")].concat();
        let (owed, sheet, rest): (Owed<'_>, Sheet, &str) = Row::Kept(&row).read().unwrap();
        assert_eq!(owed, Owed { reference: 7, employer: "a" });
        let line = Line { settled: true, serial: "b".to_owned(), notes: Vec::new() };
        assert_eq!((sheet.line, sheet.day, rest), (line, Some(20_000), "c"));
    }

    #[test]
    fn a_list_that_is_longer_or_shorter_than_its_reader_is_an_error() {
        let row = [kept(7, "a"), kept(1, "b")].concat();
        for columns in [1, 3, 4] {
            let read = Row::Kept(&row[..columns]).read::<Owed<'_>>();
            assert!(matches!(read, Err(StoreError::Column { .. })), "{columns} columns");
        }
    }
}
