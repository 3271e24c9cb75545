//! An employee of an imported list becomes an account like any other.

use super::super::StoreError;
use super::super::import::Row;
use super::super::sql::{Connection, params};
use super::write::{new_number, next_seat, set_opening};
use crate::import::EmployeeRow;

/// A number that was merged into another is a sign and stays one: what a list says of it changes nothing.
const UPDATE: &str = "update employee set name = ?4, id_no = ?5, base_fen = ?6, status = ?7,
        detail = case when status = ?7 then detail end
    where centre_id = ?1 and employer_no = ?2 and employee_no = ?3 and status <> 'merged'
        and (name, id_no, base_fen, status) is distinct from (?4, ?5, ?6, ?7)";

/// Where the employee is: here, or elsewhere with nothing listed or posted.
const FIND: &str = "select employer_no, employee_no from employee
    where centre_id = ?1 and employee_id = ?2 and (employer_no = ?3
        or (entries = 0 and years = '[]' and status <> 'transferred'))
    order by case when employer_no = ?3 then 0 else 1 end limit 1";

/// Takes in one employee.
pub(in crate::store) fn import_employee(
    connection: &Connection,
    centre: i64,
    row: &EmployeeRow,
) -> Result<Row, StoreError> {
    let sql = "select employer_no from employer_book where centre_id = ?1 and employer_id = ?2";
    let key = params![centre, row.employer_id];
    let number = connection.prepare_cached(sql)?.query_row_optional(key, |found| found.get(0))?;
    let number: i64 = match number {
        Some(number) => number,
        None => new_number(connection, centre, &row.employer_id)?,
    };
    let typed = row.id_no.contains(':');
    let id_no = if typed { row.id_no.clone() } else { row.id_no.to_ascii_uppercase() };
    let status = row.status.code();
    let found: Option<(i64, i64)> = connection
        .prepare_cached(FIND)?
        .query_row_optional(params![centre, row.employee_id, number], |found| {
            Ok((found.get(0)?, found.get(1)?))
        })?;
    if let Some((_, seat)) = found.filter(|(at, _)| *at == number) {
        let values = params![centre, number, seat, row.name, id_no, row.base.fen(), status];
        let changes = connection.prepare_cached(UPDATE)?.execute(values)?;
        let opened = opening(connection, (centre, number, seat), row)?;
        return Ok(if changes > 0 || opened { Row::Changed } else { Row::Unchanged });
    }
    let seat = next_seat(connection, centre, number)?;
    if let Some(from) = found {
        move_away(connection, centre, from, (number, seat))?;
    }
    let sql = "insert into employee
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, null, null, '[]', '[]', 0, 0)";
    let (employee_id, fen) = (&row.employee_id, row.base.fen());
    let values = params![centre, number, seat, employee_id, row.name, id_no, fen, status];
    connection.prepare_cached(sql)?.execute(values)?;
    opening(connection, (centre, number, seat), row)?;
    Ok(if found.is_some() { Row::Changed } else { Row::Added })
}

/// Sets the opening balance where the list has that column; an empty cell clears it.
fn opening(
    connection: &Connection,
    account: (i64, i64, i64),
    row: &EmployeeRow,
) -> Result<bool, StoreError> {
    match row.opening_balance {
        Some(amount) => set_opening(connection, account, amount.unwrap_or_default()),
        None => Ok(false),
    }
}

/// Makes room for an employee of whom the list says another employer; what it had goes along.
fn move_away(
    connection: &Connection,
    centre: i64,
    (from, seat): (i64, i64),
    (to, new_seat): (i64, i64),
) -> Result<(), StoreError> {
    let sql = "delete from employee
        where centre_id = ?1 and employer_no = ?2 and employee_no = ?3";
    connection.prepare_cached(sql)?.execute(params![centre, from, seat])?;
    let sql = "update opening_balance set employer_no = ?4, employee_no = ?5
        where centre_id = ?1 and employer_no = ?2 and employee_no = ?3";
    connection.prepare_cached(sql)?.execute(params![centre, from, seat, to, new_seat])?;
    Ok(())
}
