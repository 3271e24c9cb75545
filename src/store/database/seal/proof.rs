//! Proves that no row was changed, inserted or deleted behind the program's back.
//!
//! Start at [`prove`]. It reads every sealed row once, unsorted, and compares each row with its seal, each
//! table with the sum of the steps, each account and day with the delivered files, and the steps with the
//! hashes the nights wrote into the trail.

use super::super::row::day;
use super::super::sql::{Connection, Read, Row, Value, params};
use super::step::Steps;
use super::tampering::Tampering;
use super::{Delta, Digest, RowSeal, Shape, of_row};
use crate::remittance::account::masked;
use crate::store::StoreError;
use crate::suspense::trail::TrailEvent;
use std::collections::{BTreeMap, BTreeSet};

/// Rows named per table.
const NAMED_MAX: usize = 20;

/// Finds tampering, in the order of tables.
pub(crate) fn prove(connection: &Connection, centre: i64) -> Result<Vec<Tampering>, StoreError> {
    let mut found = Vec::new();
    let nights = nights(connection, centre)?;
    let steps = Steps::read(connection, centre, nights.iter().map(|night| night.step))?;
    if let Some(ordinal) = steps.broken {
        found.push(Tampering::Step { ordinal });
    }
    let accounts = accounts(connection, centre)?;
    let mut facts = Expected::read(connection, centre)?;
    for shape in connection.shapes()?.iter() {
        let table = Table { shape, accounts: &accounts };
        let stands = table.prove(connection, centre, &mut facts, &mut found)?;
        let expected = steps.tables.get(&*shape.table).copied().unwrap_or_default();
        if steps.broken.is_none() && stands != expected {
            let table = shape.table.to_string();
            found.push(Tampering::Rows { table, expected: expected.rows, found: stands.rows });
        }
    }
    found.extend(facts.differing(&accounts));
    for night in nights {
        let said = steps.chains.get(&night.step).and_then(Option::as_ref);
        // If the steps are broken, the first broken one is already named.
        if steps.broken.is_none() && said != Some(&night.chain) {
            found.push(Tampering::Night { sequence: night.sequence });
        }
    }
    let sql = "select count(*) from trail where centre_id = ?1 and sequence <= 0";
    let count = connection.fetch_one(sql, params![centre])?;
    if count > 0 {
        found.push(Tampering::BeforeTrail { count });
    }
    found.extend(super::acts::prove(connection, centre)?);
    Ok(found)
}

/// The steps' hash that a night wrote into the trail.
struct Night {
    sequence: i64,
    step: i64,
    chain: String,
}

fn nights(connection: &Connection, centre: i64) -> Result<Vec<Night>, StoreError> {
    let sql = "select sequence, detail from trail where centre_id = ?1 and event = ?2
        order by sequence";
    connection.prepare_cached(sql)?.query_all(params![centre, TrailEvent::Night.code()], |row| {
        // Any other content matches no step.
        let (sequence, detail): (_, &str) = row.read()?;
        let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
        let (step, chain) = (detail.get("step"), detail.get("chain"));
        Ok(Night {
            sequence,
            step: step.and_then(serde_json::Value::as_i64).unwrap_or_default(),
            chain: chain.and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
        })
    })
}

/// Own accounts as displayed.
fn accounts(connection: &Connection, centre: i64) -> Result<BTreeMap<i64, String>, StoreError> {
    let sql = "select account_id, account_no from collection_account where centre_id = ?1";
    let found = connection.prepare_cached(sql)?.query_all(params![centre], |row| {
        let (account_id, account_no): (_, &str) = row.read()?;
        Ok((account_id, masked(account_no)))
    })?;
    Ok(found.into_iter().collect())
}

/// A table under proof.
struct Table<'t> {
    shape: &'t Shape,
    accounts: &'t BTreeMap<i64, String>,
}

impl Table<'_> {
    /// Compares every row with its seal; gives the number of rows and the sum of their digests.
    fn prove(
        &self,
        connection: &Connection,
        centre: i64,
        facts: &mut Expected,
        found: &mut Vec<Tampering>,
    ) -> Result<Delta, StoreError> {
        let shape = self.shape;
        let (list, table) = (shape.whole_list(), &shape.table);
        let sql = format!("select {list} from {table} where centre_id = ?1");
        let (mut stands, mut seal, mut more) = (Delta::default(), RowSeal::default(), 0);
        let named = found.len();
        let place = |column: &str| shape.columns.iter().position(|name| name == column);
        let (account_at, day_at) = (place("account_id"), place("booked_on"));
        connection.prepare_cached(&sql)?.each(params![centre], |row| {
            let number: Option<i64> = row.get(shape.columns.len())?;
            stands.put_in(number.unwrap_or_default());
            // A row that cannot even be read was not written here.
            let sealed = match of_row(&mut seal, shape, row, 0) {
                Err(StoreError::Column { .. }) => None,
                sealed => Some(sealed?).filter(|row| Some(row.digest.seal()) == number),
            };
            if shape.is_of_transactions() {
                let number =
                    |at: Option<usize>| at.and_then(|at| row.get(at).ok()).unwrap_or_default();
                let (account, day) = (number(account_at), number(day_at));
                facts.meet((account, day), sealed.map(|row| row.digest));
            }
            if sealed.is_some() {
                return Ok(Read::On);
            }
            if found.len() - named >= NAMED_MAX {
                more += 1;
                return Ok(Read::On);
            }
            let (table, row) = (table.to_string(), self.name(row)?);
            found.push(match number {
                Some(_) => Tampering::Changed { table, row },
                None => Tampering::Unsealed { table, row },
            });
            Ok(Read::On)
        })?;
        if more > 0 {
            found.push(Tampering::More { table: table.to_string(), count: more });
        }
        Ok(stands)
    }

    /// A row by its key, without anything confidential.
    fn name(&self, row: &Row<'_>) -> Result<String, StoreError> {
        let mut name = String::new();
        for place in &self.shape.key {
            let column = self.shape.columns.get(*place).map(String::as_str).unwrap_or_default();
            let said = match row.value(*place)? {
                Value::Null(_) => "nothing".to_owned(),
                Value::Integer(number) => self.number(column, number)?,
                Value::Text(text) => word(column, text),
            };
            let column = column.strip_suffix("_id").unwrap_or(column).replace('_', " ");
            name.push_str(&format!("{}{column} {said}", if name.is_empty() { "" } else { ", " }));
        }
        Ok(name)
    }

    fn number(&self, column: &str, number: i64) -> Result<String, StoreError> {
        Ok(match column {
            "account_id" => account(self.accounts, number),
            // A refund's reference has twelve digits and no `P`.
            "reference" if !self.shape.table.starts_with("refund") => format!("P{number:010}"),
            // An invalid day is printed as it is.
            _ if column.ends_with("_on") => {
                day(number).map_or_else(|_| number.to_string(), |day| day.to_string())
            }
            _ => number.to_string(),
        })
    }
}

fn account(accounts: &BTreeMap<i64, String>, id: i64) -> String {
    accounts.get(&id).cloned().unwrap_or_else(|| format!("number {id}"))
}

/// A word of a key: account numbers, addresses and names are masked except for their ends.
fn word(column: &str, text: &str) -> String {
    match column {
        "account_no" | "address" | "name" | "recipient" | "code_hash" | "token_hash" => {
            masked(text)
        }
        _ => text.chars().map(|one| if one.is_control() { '·' } else { one }).collect(),
    }
}

/// The digests of delivered files, by own account and booking day.
struct Expected {
    days: BTreeMap<(i64, i64), Digest>,
    /// Days with a row that is already named.
    told: BTreeSet<(i64, i64)>,
    /// Transactions of earlier days are archived.
    archived_until: i64,
}

impl Expected {
    fn read(connection: &Connection, centre: i64) -> Result<Self, StoreError> {
        let sql = "select coalesce(max(booked_until), 0) from archived_month where centre_id = ?1";
        let archived_until = connection.fetch_one(sql, params![centre])?;
        let mut days: BTreeMap<(i64, i64), Digest> = BTreeMap::new();
        let sql = "select account_id, booked_on, digest from receipt_digest where centre_id = ?1";
        connection.prepare_cached(sql)?.each(params![centre], |row| {
            let (day, digest): (_, &str) = row.read()?;
            let sum = days.entry(day).or_default();
            // An invalid digest matches nothing; its own row is named too.
            *sum = sum.plus(Digest::from_hex(digest).unwrap_or_default());
            Ok(Read::On)
        })?;
        Ok(Self { days, told: BTreeSet::new(), archived_until })
    }

    fn meet(&mut self, (account, day): (i64, i64), digest: Option<Digest>) {
        match digest {
            Some(digest) => {
                let sum = self.days.entry((account, day)).or_default();
                *sum = sum.plus(digest.negative());
            }
            None => {
                self.told.insert((account, day));
            }
        }
    }

    fn differing(self, accounts: &BTreeMap<i64, String>) -> Vec<Tampering> {
        let mut found = Vec::new();
        for ((id, booked_on), rest) in self.days {
            let told = self.told.contains(&(id, booked_on)) || booked_on < self.archived_until;
            if rest != Digest::default() && !told && found.len() < NAMED_MAX {
                let booked_on =
                    day(booked_on).map_or_else(|_| booked_on.to_string(), |day| day.to_string());
                found.push(Tampering::Facts { account: account(accounts, id), booked_on });
            }
        }
        found
    }
}
