//! The sealed tables and their columns, read from the database.
//!
//! Reading them from the database, not from a list, seals every column that a later migration adds. A
//! connection reads them once, before the first sealed row it writes.

use super::super::sql::{Connection, Dialect, params};
use crate::store::StoreError;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The column that holds the seal.
pub(crate) const SEAL: &str = "seal";

/// A table whose rows are sealed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) table: Arc<str>,
    /// All columns but the seal, in their order.
    pub(crate) columns: Vec<String>,
    /// The position of the seal among all columns, from 0.
    pub(crate) seal_at: usize,
    /// Positions of the key's columns among `columns`, in the key's order, without the centre.
    pub(crate) key: Vec<usize>,
}

impl Shape {
    /// The columns without the seal, for a statement.
    pub(crate) fn list(&self) -> String {
        self.columns.join(", ")
    }

    /// The columns, then the seal.
    pub(crate) fn whole_list(&self) -> String {
        format!("{}, {SEAL}", self.list())
    }

    /// The names of the key's columns, without the centre.
    pub(crate) fn key_names(&self) -> impl Iterator<Item = &str> {
        self.key.iter().filter_map(|place| self.columns.get(*place)).map(String::as_str)
    }

    /// Whether its rows are bank transactions: their digests are also stored beside the receipts.
    pub(crate) fn is_of_transactions(&self) -> bool {
        &*self.table == "bank_transaction"
    }
}

/// The sealed tables by name.
#[derive(Debug, Default)]
pub(crate) struct Shapes(BTreeMap<String, Arc<Shape>>);

const ON_SQLITE: &str = "
    select m.name, p.name, p.pk from sqlite_schema m join pragma_table_info(m.name) p
    where m.type = 'table'
        and exists (select 1 from pragma_table_info(m.name) s where s.name = 'seal')
    order by m.name, p.cid";

const ON_POSTGRES: &str = "
    select cast(c.relname as text), cast(a.attname as text), coalesce((
        select k.place from unnest(i.indkey) with ordinality k(attnum, place)
        where k.attnum = a.attnum), 0)
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relkind in ('r', 'p') and not c.relispartition and pg_table_is_visible(c.oid)
        and a.attnum > 0 and not a.attisdropped
        and exists (select 1 from pg_attribute s
            where s.attrelid = c.oid and s.attname = 'seal' and not s.attisdropped)
    order by 1, a.attnum";

impl Shapes {
    pub(super) fn read(connection: &Connection) -> Result<Self, StoreError> {
        let sql = match connection.dialect() {
            Dialect::Sqlite => ON_SQLITE,
            Dialect::Postgres => ON_POSTGRES,
        };
        let found: Vec<(String, String, usize)> =
            connection.prepare_as_is(sql)?.query_all(params![], |row| row.read())?;
        let mut tables: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
        for (table, column, place) in found {
            tables.entry(table).or_default().push((column, place));
        }
        let shapes = tables.into_iter().map(|(table, all)| {
            let shape = Arc::new(shape(&table, all));
            (table, shape)
        });
        Ok(Self(shapes.collect()))
    }

    pub(crate) fn of(&self, table: &str) -> Option<&Arc<Shape>> {
        self.0.get(table)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Shape>> {
        self.0.values()
    }
}

fn shape(table: &str, all: Vec<(String, usize)>) -> Shape {
    let seal_at = all.iter().position(|(name, _)| name == SEAL).unwrap_or(all.len());
    let columns: Vec<(String, usize)> = all.into_iter().filter(|(name, _)| name != SEAL).collect();
    // The first column is the centre; every statement has it anyway.
    let in_key = columns.iter().enumerate().skip(1).filter(|(_, (_, place))| *place > 0);
    let mut key: Vec<(usize, usize)> = in_key.map(|(at, (_, place))| (*place, at)).collect();
    key.sort_unstable();
    Shape {
        table: Arc::from(table),
        seal_at,
        key: key.into_iter().map(|(_, at)| at).collect(),
        columns: columns.into_iter().map(|(name, _)| name).collect(),
    }
}
