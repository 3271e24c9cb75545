//! Seals rows that were here before there were seals, as they are found.
//!
//! Start at [`seal_all`]: the step of the schema that makes the column runs it, in the same commit. Whatever was
//! changed by hand before that day is sealed with the change; what is done afterwards shows.

use super::super::StoreError;
use super::super::sql::{Bind, Connection, OwnedValue, params};
use super::super::tx::OwnedRow;
use super::{Gathered, RowSeal, Shape, of_row, step, writing};
use std::sync::Arc;

/// Rows sealed together.
const PAGE: usize = 10_000;

/// Seals every row of every centre.
pub(crate) fn seal_all(connection: &Connection) -> Result<(), StoreError> {
    let sql = "select centre_id from centre order by centre_id";
    let centres = connection.fetch_all::<i64>(sql, params![])?;
    for centre in centres {
        let shapes: Vec<Arc<Shape>> = connection.shapes()?.iter().map(Arc::clone).collect();
        for shape in &shapes {
            seal_table(connection, centre, shape)?;
        }
    }
    // Which file brought which transaction nobody wrote down before: their digests stand under no file.
    step::write(connection).map(|_| ())
}

fn seal_table(connection: &Connection, centre: i64, shape: &Arc<Shape>) -> Result<(), StoreError> {
    let (list, table) = (shape.list(), &shape.table);
    let key: Vec<&str> = shape.key_names().collect();
    let places: Vec<String> = (2..).take(key.len()).map(|place| format!("?{place}")).collect();
    let key = key.join(", ");
    let behind = format!("({key}) > ({})", places.join(", "));
    let order = if key.is_empty() { String::new() } else { format!("order by {key}") };
    let mut last: Option<OwnedRow> = None;
    let mut seal = RowSeal::default();
    loop {
        let further = if last.is_some() { format!("and {behind}") } else { String::new() };
        let sql = format!(
            "select {list} from {table} where centre_id = ?1 {further} {order} limit {PAGE}"
        );
        let mut values: Vec<&dyn Bind> = vec![&centre];
        values.extend(last.iter().flatten().map(|value| value as &dyn Bind));
        let mut select = connection.prepare_cached(&sql)?;
        let mut rows = select.query(&values)?;
        let mut gathered = Gathered::of(Arc::clone(shape));
        let mut marks: Vec<OwnedRow> = Vec::new();
        while let Some(row) = rows.next()? {
            let found = of_row(&mut seal, shape, &row, 0)?;
            gathered.put_in(&found);
            let key = shape.key.iter().map(|place| row.value(*place).map(OwnedValue::from));
            let mut mark: OwnedRow = key.collect::<Result<_, _>>()?;
            mark.push(OwnedValue::Integer(found.digest.seal()));
            marks.push(mark);
        }
        drop(rows);
        drop(select);
        writing::mark(connection, centre, shape, &marks)?;
        connection.sealing().gather(gathered);
        if marks.len() < PAGE || shape.key.is_empty() {
            return Ok(());
        }
        last = marks.pop().map(|mut mark| {
            mark.pop();
            mark
        });
    }
}
