//! Seals rows: a row changed by hand is detected and named.
//!
//! Start at [`RowSeal`]: a row's digest covers its table and its columns, and its first 64 bits are in the
//! row's column `seal`. No verb of the store has to think of it: every statement passes
//! [`Connection::prepare_cached`](super::sql::Connection), [`Tx::insert`](super::tx::Tx) or
//! [`Tx::change`](super::tx::Tx), which go through [`writing`] if the table has seals. Every commit's changes
//! are counted ([`step`]), so that deleted and inserted rows show too; the audit compares ([`proof`]).
//!
//! Invariant: if a row's seal did not fit before a statement changed it, that statement does not reseal it, so
//! the tampering stays visible. The centre's own number is not hashed: a copied centre keeps its seals.

mod acts;
pub(crate) mod check;
#[cfg(test)]
mod every_column_tests;
pub(crate) mod fact;
mod plan;
pub(crate) mod proof;
mod shape;
pub(crate) mod step;
pub(in crate::store) mod tampering;
pub(crate) mod writing;

pub(crate) use plan::Plan;
pub(crate) use shape::Shape;

use super::sql::{Connection, Read, Row, Value, params};
use crate::store::StoreError;
use ring::digest::{SHA256, digest};
use shape::Shapes;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The digest of a row, and sums of them: 256 bits, the first word the highest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digest([u64; 4]);

impl Digest {
    fn of(bytes: &[u8]) -> Self {
        let hash = digest(&SHA256, bytes);
        let mut words = [0; 4];
        for (word, chunk) in words.iter_mut().zip(hash.as_ref().chunks_exact(8)) {
            *word = chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
        Self(words)
    }

    /// The value of the column `seal`.
    pub(crate) const fn seal(&self) -> i64 {
        let [first, ..] = self.0;
        first.cast_signed()
    }

    /// The sum modulo 2^256.
    pub(crate) fn plus(self, other: Self) -> Self {
        let mut sum = Self::default();
        let mut carry = false;
        for ((word, one), two) in sum.0.iter_mut().zip(self.0).zip(other.0).rev() {
            let (half, first) = one.overflowing_add(two);
            let (whole, second) = half.overflowing_add(u64::from(carry));
            *word = whole;
            carry = first || second;
        }
        sum
    }

    /// The value that adds up to zero with this one.
    pub(crate) fn negative(self) -> Self {
        let one = Self([0, 0, 0, 1]);
        Self(self.0.map(|word| !word)).plus(one)
    }

    /// As 64 hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        self.to_string()
    }

    pub(crate) fn from_hex(hex: &str) -> Option<Self> {
        let mut words = [0; 4];
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (position, word) in words.iter_mut().enumerate() {
            *word = u64::from_str_radix(hex.get(position * 16..position * 16 + 16)?, 16).ok()?;
        }
        Some(Self(words))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|word| write!(f, "{word:016x}"))
    }
}

/// Computes a row's digest, value by value in the order of its columns.
///
/// Each value is hashed with its column's number, its type and its length, so that none runs into the next; a
/// null is not hashed, so that a column may be added.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowSeal {
    bytes: Vec<u8>,
    column: u8,
    begun: bool,
    /// The whole numbers among the first columns: the centre, and the key of a transaction.
    numbers: [i64; 4],
}

impl RowSeal {
    pub(crate) fn begin(&mut self, table: &str) {
        self.bytes.clear();
        self.bytes.extend_from_slice(table.as_bytes());
        (self.column, self.begun, self.numbers) = (0, true, [0; 4]);
    }

    pub(crate) fn add(&mut self, value: &Value<'_>) {
        let column = self.column;
        self.column = column.saturating_add(1);
        if let (Value::Integer(number), Some(place)) =
            (value, self.numbers.get_mut(usize::from(column)))
        {
            *place = *number;
        }
        match value {
            _ if column == 0 => {}
            Value::Null(_) => {}
            Value::Integer(number) => {
                self.bytes.extend_from_slice(&[column, b'i']);
                self.bytes.extend_from_slice(&number.to_be_bytes());
            }
            Value::Text(text) => {
                self.bytes.extend_from_slice(&[column, b't']);
                self.bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
                self.bytes.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// Whether a row has been begun.
    pub(crate) const fn is_begun(&self) -> bool {
        self.begun
    }

    pub(crate) fn end(&mut self) -> Sealed {
        self.begun = false;
        let [centre, account, _, day] = self.numbers;
        Sealed { centre, fact: (centre, account, day), digest: Digest::of(&self.bytes) }
    }
}

/// A row's digest, with the parts of the row needed to count it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealed {
    pub(crate) centre: i64,
    /// The centre, the own account and the booking day, if the row is a transaction.
    pub(crate) fact: (i64, i64, i64),
    pub(crate) digest: Digest,
}

/// How a table changed: the number of rows, and the difference of their digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delta {
    pub(crate) rows: i64,
    pub(crate) sum: u64,
}

impl Delta {
    pub(crate) const fn put_in(&mut self, seal: i64) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(seal.cast_unsigned());
    }

    pub(crate) const fn take_out(&mut self, seal: i64) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(seal.cast_unsigned());
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self { rows: self.rows.wrapping_add(other.rows), sum: self.sum.wrapping_add(other.sum) }
    }

    const fn is_nothing(self) -> bool {
        self.rows == 0 && self.sum == 0
    }
}

/// Digests of transactions by centre, own account and booking day.
pub(crate) type Facts = BTreeMap<(i64, i64, i64), Digest>;

/// The changes of statements to one table.
#[derive(Debug)]
pub(crate) struct Gathered {
    shape: Arc<Shape>,
    deltas: BTreeMap<i64, Delta>,
    facts: Facts,
}

impl Gathered {
    pub(crate) const fn of(shape: Arc<Shape>) -> Self {
        Self { shape, deltas: BTreeMap::new(), facts: BTreeMap::new() }
    }

    pub(crate) fn put_in(&mut self, row: &Sealed) {
        self.deltas.entry(row.centre).or_default().put_in(row.digest.seal());
        self.fact(row, row.digest);
    }

    pub(crate) fn take_out(&mut self, row: &Sealed) {
        self.deltas.entry(row.centre).or_default().take_out(row.digest.seal());
        self.fact(row, row.digest.negative());
    }

    fn change(&mut self, centre: i64, before: i64, after: i64) {
        let delta = self.deltas.entry(centre).or_default();
        delta.take_out(before);
        delta.put_in(after);
    }

    fn fact(&mut self, row: &Sealed, digest: Digest) {
        if self.shape.is_of_transactions() {
            let sum = self.facts.entry(row.fact).or_default();
            *sum = sum.plus(digest);
        }
    }
}

/// A connection's knowledge of seals, and the changes of its open transaction.
#[derive(Debug, Default)]
pub(crate) struct Sealing {
    shapes: OnceCell<Shapes>,
    plans: RefCell<BTreeMap<String, Option<Arc<Plan>>>>,
    changed: RefCell<BTreeMap<(i64, Arc<str>), Delta>>,
    facts: RefCell<Facts>,
    open: Cell<bool>,
}

/// Plans kept by a connection; the store has fewer statements.
const PLANS_MAX: usize = 1_024;

impl Sealing {
    /// A transaction began, or rolled back.
    pub(crate) fn begin(&self, open: bool) {
        self.changed.borrow_mut().clear();
        self.facts.borrow_mut().clear();
        self.open.set(open);
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.open.get()
    }

    pub(crate) fn gather(&self, gathered: Gathered) {
        let mut changed = self.changed.borrow_mut();
        for (centre, delta) in gathered.deltas {
            let key = (centre, Arc::clone(&gathered.shape.table));
            let whole = changed.entry(key).or_default();
            *whole = whole.and(delta);
        }
        let mut facts = self.facts.borrow_mut();
        for (key, digest) in gathered.facts {
            let sum = facts.entry(key).or_default();
            *sum = sum.plus(digest);
        }
    }

    /// Takes the digests of the transactions that the open transaction changed.
    pub(crate) fn take_facts(&self) -> Facts {
        self.facts.take()
    }

    /// Takes the same for one centre.
    pub(crate) fn take_facts_of(&self, centre: i64) -> Facts {
        let (of, others) =
            self.take_facts().into_iter().partition(|((whose, ..), _)| *whose == centre);
        *self.facts.borrow_mut() = others;
        of
    }

    fn take_changed(&self) -> BTreeMap<(i64, Arc<str>), Delta> {
        self.changed.take()
    }
}

impl Connection {
    /// The table's columns; `None` if its rows are not sealed.
    pub(crate) fn shape(&self, table: &str) -> Result<Option<Arc<Shape>>, StoreError> {
        Ok(self.shapes()?.of(table).map(Arc::clone))
    }

    pub(crate) fn shapes(&self) -> Result<&Shapes, StoreError> {
        let shapes = &self.sealing().shapes;
        if let Some(known) = shapes.get() {
            return Ok(known);
        }
        let read = Shapes::read(self)?;
        Ok(shapes.get_or_init(|| read))
    }

    /// How to run a statement; `None` if it changes no sealed rows.
    pub(crate) fn plan(&self, sql: &str) -> Result<Option<Arc<Plan>>, StoreError> {
        let Some(table) = plan::changes(sql) else { return Ok(None) };
        if let Some(known) = self.sealing().plans.borrow().get(sql) {
            return Ok(known.clone());
        }
        let plan = match self.shape(table)? {
            Some(shape) => Some(Arc::new(Plan::of(sql, shape)?)),
            None => None,
        };
        let mut plans = self.sealing().plans.borrow_mut();
        if plans.len() >= PLANS_MAX {
            plans.clear();
        }
        plans.insert(sql.to_owned(), plan.clone());
        Ok(plan)
    }
}

/// Counts rows of every centre as deleted when their month is archived.
pub(crate) fn forget(
    connection: &Connection,
    table: &str,
    (from, until): (i64, i64),
) -> Result<(), StoreError> {
    let Some(shape) = connection.shape(table)? else { return Ok(()) };
    let mut gathered = Gathered::of(shape);
    let sql = format!(
        "select centre_id, seal from {table}
            where booked_on >= ?1 and booked_on < ?2 and seal is not null"
    );
    connection.prepare_cached(&sql)?.each(params![from, until], |row| {
        let (centre, seal) = row.read()?;
        gathered.deltas.entry(centre).or_default().take_out(seal);
        Ok(Read::On)
    })?;
    connection.sealing().gather(gathered);
    Ok(())
}

/// The digest of a row that was read: its columns from `first` on, in the order of its table.
pub(crate) fn of_row(
    seal: &mut RowSeal,
    shape: &Shape,
    row: &Row<'_>,
    first: usize,
) -> Result<Sealed, StoreError> {
    seal.begin(&shape.table);
    for column in first..first + shape.columns.len() {
        seal.add(&row.value(column)?);
    }
    Ok(seal.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_and_taken_out_again_is_nothing() {
        let rows = [Digest::of(b"one"), Digest::of(b"two"), Digest([u64::MAX; 4])];
        let sum = rows.iter().fold(Digest::default(), |sum, row| sum.plus(*row));
        let rest = rows.iter().rev().fold(sum, |sum, row| sum.plus(row.negative()));
        assert_eq!(rest, Digest::default());
        assert_eq!(Digest::from_hex(&sum.hex()), Some(sum));
        assert_eq!(Digest::from_hex("00"), None);
    }

    #[test]
    fn no_two_rows_have_one_digest() {
        let digest = |values: &[Value<'_>]| {
            let mut seal = RowSeal::default();
            seal.begin("notice");
            values.iter().for_each(|value| seal.add(value));
            seal.end().digest
        };
        let (one, text) = (Value::Integer(1), Value::Text);
        let rows = [
            digest(&[one, text("a"), text("b")]),
            digest(&[one, text("ab"), text("")]),
            digest(&[one, text(""), text("ab")]),
            digest(&[one, Value::Integer(1), text("b")]),
            digest(&[one, text("1"), text("b")]),
            digest(&[one, text("b")]),
        ];
        for (position, row) in rows.iter().enumerate() {
            assert!(rows.iter().skip(position + 1).all(|other| other != row), "row {position}");
        }
        let null = Value::Null(super::super::sql::Type::Text);
        assert_eq!(digest(&[one, text("a")]), digest(&[Value::Integer(2), text("a"), null]));
    }
}
