//! The values in statements and rows: whole numbers, texts, and null.
//!
//! Invariant: money, days, months and references are whole numbers, truth is 0 or 1. There is no fraction and
//! no other type, so that both databases store the same.

use super::{Row, StoreError};
use crate::remittance::Total;
use std::borrow::Cow;

/// A value as both databases know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A typed null: PostgreSQL needs the type.
    Null(Type),
    Integer(i64),
    Text(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Integer,
    Text,
}

impl Value<'_> {
    pub(crate) const fn of(&self) -> Type {
        match self {
            Self::Null(of) => *of,
            Self::Integer(_) => Type::Integer,
            Self::Text(_) => Type::Text,
        }
    }
}

/// The same, with an owned text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OwnedValue {
    Null(Type),
    Integer(i64),
    Text(String),
}

impl From<Value<'_>> for OwnedValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null(of) => Self::Null(of),
            Value::Integer(number) => Self::Integer(number),
            Value::Text(text) => Self::Text(text.to_owned()),
        }
    }
}

impl Bind for OwnedValue {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Null(of) => Value::Null(*of),
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(text),
        }
    }
}

/// A type that can be a value of a statement.
pub(crate) trait Bind {
    fn value(&self) -> Value<'_>;
}

/// The type of a null.
pub(crate) trait Typed {
    const TYPE: Type;
}

/// A type that can be read from a column.
pub(crate) trait Column: Sized {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, StoreError>;
}

macro_rules! whole_numbers {
    ($($number:ty),+) => {$(
        impl Bind for $number {
            fn value(&self) -> Value<'_> {
                Value::Integer(i64::from(*self))
            }
        }
        impl Typed for $number {
            const TYPE: Type = Type::Integer;
        }
    )+};
}
whole_numbers!(i64, i32, i16, u32, u16, u8, bool);

macro_rules! texts {
    ($($text:ty),+) => {$(
        impl Bind for $text {
            fn value(&self) -> Value<'_> {
                Value::Text(self)
            }
        }
        impl Typed for $text {
            const TYPE: Type = Type::Text;
        }
    )+};
}
texts!(str, String, Cow<'_, str>, Box<str>);

impl<T: Bind + ?Sized> Bind for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Typed + ?Sized> Typed for &T {
    const TYPE: Type = T::TYPE;
}

impl<T: Bind + Typed> Bind for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null(T::TYPE), Bind::value)
    }
}

impl Bind for Value<'_> {
    fn value(&self) -> Value<'_> {
        *self
    }
}

fn unexpected(column: usize, found: &Value<'_>) -> StoreError {
    let found = match found {
        Value::Null(_) => "nothing".to_owned(),
        Value::Integer(_) => "a number".to_owned(),
        Value::Text(text) => format!("a text of {} bytes", text.len()),
    };
    StoreError::Column { column, found }
}

impl Column for i64 {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, StoreError> {
        match row.value(column)? {
            Value::Integer(number) => Ok(number),
            other @ (Value::Null(_) | Value::Text(_)) => Err(unexpected(column, &other)),
        }
    }
}

/// The unit of a column in `_over`.
const OVER: i128 = 1_000_000_000_000_000_000;

/// A sum as two columns: the remainder in `_fen`, and the multiple of 10^18 in `_over`.
pub(crate) const fn in_columns(sum: Total) -> (i64, i64) {
    let (rest, over) = (sum.fen() % OVER, sum.fen() / OVER);
    // Less than 10^18 and, for sums of amounts, less than 1.8 * 10^20 times it.
    (clamped(rest), clamped(over))
}

#[expect(clippy::cast_possible_truncation, reason = "it lies between the bounds")]
const fn clamped(number: i128) -> i64 {
    let (least, most) = (i64::MIN as i128, i64::MAX as i128);
    if number < least {
        i64::MIN
    } else if number > most {
        i64::MAX
    } else {
        number as i64
    }
}

impl Row<'_> {
    /// The sum in two columns ([`in_columns`]), or in the sums of two columns.
    pub(crate) fn total(&self, fen: usize, over: usize) -> Result<Total, StoreError> {
        let (fen, over): (Total, Total) = (self.get(fen)?, self.get(over)?);
        Ok(Total::from_fen(fen.fen().saturating_add(over.fen().saturating_mul(OVER))))
    }
}

/// A sum that the statement casts to text, since both databases write all its digits.
impl Column for Total {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, StoreError> {
        match row.value(column)? {
            Value::Integer(fen) => Ok(Self::from_fen(fen.into())),
            Value::Text(fen) => {
                fen.parse().map(Self::from_fen).map_err(|_| unexpected(column, &Value::Text(fen)))
            }
            other @ Value::Null(_) => Err(unexpected(column, &other)),
        }
    }
}

macro_rules! narrower {
    ($($number:ty),+) => {$(
        impl Column for $number {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, StoreError> {
                let number = i64::read(row, column)?;
                number.try_into().map_err(|_| unexpected(column, &Value::Integer(number)))
            }
        }
    )+};
}
narrower!(i32, i16, u32, u16, u64, usize);

impl Column for bool {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, StoreError> {
        Ok(i64::read(row, column)? != 0)
    }
}

impl Column for String {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, StoreError> {
        match row.text_or_null(column)? {
            Some(text) => Ok(text.to_owned()),
            None => Err(unexpected(column, &Value::Null(Type::Text))),
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, StoreError> {
        match row.value(column)? {
            Value::Null(_) => Ok(None),
            Value::Integer(_) | Value::Text(_) => T::read(row, column).map(Some),
        }
    }
}
