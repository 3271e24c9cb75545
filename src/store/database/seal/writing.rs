//! Runs statements that change sealed rows: the statement, then the seals of the rows it touched.
//!
//! Start at [`Marking`]: it checks each row before a change and reads each row after it. A row inserted with
//! all its values carries its seal and costs no second statement.

use super::super::listed::{execute_many, query_many};
use super::super::sql::{Bind, Connection, OwnedValue, Row, Statement, Value};
use super::super::tx::{Binder, OwnedRow};
use super::plan::Verb;
use super::{Gathered, Plan, RowSeal, of_row};
use crate::store::StoreError;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A statement that changes sealed rows, ready to run.
pub(crate) struct SealedStatement<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) plan: Arc<Plan>,
}

/// The result of a statement.
pub(crate) struct Done {
    pub(crate) touched: usize,
    /// The rows it returns itself.
    pub(crate) rows: Vec<OwnedRow>,
}

/// Rows changed per batch, so that a long list needs little memory.
const TOGETHER: usize = 10_000;

impl SealedStatement<'_> {
    pub(crate) fn run(&self, values: &[&dyn Bind]) -> Result<Done, StoreError> {
        self.connection.within(|| match &self.plan.direct {
            Some(direct) => self.put_in(direct, values),
            None => self.change(values),
        })
    }

    /// Inserts a row whose every value is given.
    fn put_in(&self, direct: &str, values: &[&dyn Bind]) -> Result<Done, StoreError> {
        let shape = &self.plan.shape;
        let mut seal = RowSeal::default();
        seal.begin(&shape.table);
        values.iter().for_each(|value| seal.add(&value.value()));
        let row = seal.end();
        let number = row.digest.seal();
        let mut all: Vec<&dyn Bind> = values.to_vec();
        all.push(&number);
        let touched = self.connection.prepare_as_is(direct)?.execute(&all)?;
        if touched > 0 {
            let mut gathered = Gathered::of(Arc::clone(shape));
            gathered.put_in(&row);
            self.connection.sealing().gather(gathered);
        }
        Ok(Done { touched, rows: Vec::new() })
    }

    fn change(&self, values: &[&dyn Bind]) -> Result<Done, StoreError> {
        let mut marking = Marking::of(&self.plan);
        if let Some(before) = &self.plan.before {
            let mut select = self.connection.prepare_as_is(before)?;
            let mut rows = select.query_some(values)?;
            while let Some(row) = rows.next()? {
                marking.look(&row)?;
            }
        }
        let mut run = self.connection.prepare_as_is(&self.plan.run)?;
        let mut rows = run.query(values)?;
        while let Some(row) = rows.next()? {
            marking.take(&row)?;
        }
        drop(rows);
        drop(run);
        marking.write(self.connection)
    }
}

/// Updates something for every row of a list, if the rows are sealed.
pub(crate) fn change_listed<R>(
    connection: &Connection,
    centre: i64,
    plan: &Plan,
    columns: usize,
    rows: &[R],
    mut bind: impl FnMut(&mut Binder<'_, '_>, &R) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    connection.within(|| {
        for some in rows.chunks(TOGETHER) {
            let mut marking = Marking::of(plan);
            if let Some(before) = &plan.before {
                let look = |row: &Row<'_>| marking.look(row);
                query_many(connection, centre, before, columns, some, &mut bind, look)?;
            }
            let take = |row: &Row<'_>| marking.take(row);
            query_many(connection, centre, &plan.run, columns, some, &mut bind, take)?;
            marking.write(connection)?;
        }
        Ok(())
    })
}

/// The rows that a statement touches, before and after it.
struct Marking<'p> {
    plan: &'p Plan,
    seal: RowSeal,
    gathered: Gathered,
    /// The old seals that did not fit: those rows keep them.
    broken: BTreeSet<Option<i64>>,
    /// Keys and new seals, by centre.
    marks: BTreeMap<i64, Vec<OwnedRow>>,
    touched: usize,
    own: Vec<OwnedRow>,
}

impl<'p> Marking<'p> {
    fn of(plan: &'p Plan) -> Self {
        Self {
            plan,
            seal: RowSeal::default(),
            gathered: Gathered::of(Arc::clone(&plan.shape)),
            broken: BTreeSet::new(),
            marks: BTreeMap::new(),
            touched: 0,
            own: Vec::new(),
        }
    }

    /// Checks a row that the statement will touch.
    fn look(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        let shape = &self.plan.shape;
        let found = of_row(&mut self.seal, shape, row, 0)?;
        let stands: Option<i64> = row.get(shape.columns.len())?;
        if stands == Some(found.digest.seal()) {
            self.gathered.fact(&found, found.digest.negative());
        } else {
            self.broken.insert(stands);
        }
        Ok(())
    }

    /// Counts a row that the statement changed or deleted.
    fn take(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        let (shape, own) = (&self.plan.shape, self.plan.own);
        self.touched += 1;
        if own > 0 {
            let values = (0..own).map(|column| row.value(column).map(OwnedValue::from));
            self.own.push(values.collect::<Result<_, _>>()?);
        }
        let found = of_row(&mut self.seal, shape, row, own)?;
        let (stands, fits): (Option<i64>, i64) =
            (row.get(own + shape.columns.len())?, found.digest.seal());
        match (self.plan.verb, stands) {
            (Verb::Delete, stands) => {
                if stands == Some(fits) {
                    self.gathered.take_out(&found);
                }
            }
            (Verb::Insert, None) => {
                self.gathered.put_in(&found);
                self.mark(row, found.centre, fits)?;
            }
            (_, Some(stands)) if !self.broken.contains(&Some(stands)) => {
                if self.plan.verb == Verb::Update {
                    self.gathered.fact(&found, found.digest);
                }
                if stands != fits {
                    self.gathered.change(found.centre, stands, fits);
                    self.mark(row, found.centre, fits)?;
                }
            }
            (Verb::Insert | Verb::Update, _) => {}
        }
        Ok(())
    }

    fn mark(&mut self, row: &Row<'_>, centre: i64, seal: i64) -> Result<(), StoreError> {
        let key = self.plan.shape.key.iter();
        let values = key.map(|place| row.value(self.plan.own + place).map(OwnedValue::from));
        let mut values: OwnedRow = values.collect::<Result<_, _>>()?;
        values.push(OwnedValue::Integer(seal));
        self.marks.entry(centre).or_default().push(values);
        Ok(())
    }

    fn write(self, connection: &Connection) -> Result<Done, StoreError> {
        for (centre, rows) in &self.marks {
            mark(connection, *centre, &self.plan.shape, rows)?;
        }
        connection.sealing().gather(self.gathered);
        Ok(Done { touched: self.touched, rows: self.own })
    }
}

/// Writes the seals of rows: each row is its key, then its seal.
pub(super) fn mark(
    connection: &Connection,
    centre: i64,
    shape: &super::Shape,
    rows: &[OwnedRow],
) -> Result<(), StoreError> {
    let (sql, columns) = (Plan::mark(shape), shape.key.len() + 1);
    execute_many(connection, centre, &sql, columns, rows, |binder, row| {
        row.iter().try_for_each(|value| binder.bind(value))
    })
}

impl Connection {
    /// Does the work in the open transaction, or in one of its own: a row and its seal are one commit.
    pub(crate) fn within<T>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let sealing = self.sealing();
        if sealing.is_open() {
            return work();
        }
        self.begin(None)?;
        sealing.begin(true);
        let done = work().and_then(|done| super::step::write(self).map(|_| done));
        sealing.begin(false);
        match done {
            Ok(done) => self.commit().map(|()| done),
            Err(error) => {
                // The first failure is reported, not a lost connection's failure to roll back.
                let _ = self.rollback();
                Err(error)
            }
        }
    }
}

/// A value of a buffered row.
pub(crate) fn value(row: &[OwnedValue], column: usize) -> Result<Value<'_>, StoreError> {
    match row.get(column) {
        Some(value) => Ok(value.value()),
        None => Err(StoreError::Column { column, found: "nothing".to_owned() }),
    }
}

impl<'c> Statement<'c> {
    /// A statement that changes sealed rows.
    pub(crate) const fn sealed(connection: &'c Connection, plan: Arc<Plan>) -> Self {
        Self::Sealed(SealedStatement { connection, plan })
    }
}
