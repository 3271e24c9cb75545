//! What the two databases do and say differently, in one place.
//!
//! A verb asks here rather than for the database's name, so that the reason stands beside the difference.
//! What needs a statement of its own on each side matches on [`Dialect`] where that statement is.

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Whether transactions and what belongs to them lie apart by month. One file keeps all of them together.
    pub(crate) const fn cuts_months(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// The table that names every transaction there ever was. Where nothing is cut, a transaction's own table does.
    pub(crate) const fn identities(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("transaction_identity"),
        }
    }

    /// Whether rows go in by a copy, which takes none that is there already; else by an insert that finds out.
    pub(crate) const fn copies_in(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// Whether a second connection can write beside the first: a file has one writer.
    pub(crate) const fn writes_beside(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// How a statement keeps the rows that it reads until its transaction ends. On SQLite that has the whole file
    /// already.
    pub(crate) const fn to_hold(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update",
        }
    }

    /// What is said at the beginning of a delivery, where anything is: what is asked in it is asked by key, of tables
    /// that grow in this very transaction, so that the planner has no figures of them yet and would read them whole.
    pub(crate) const fn asks_by_key(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(
                "set local enable_seqscan = off; set local enable_hashjoin = off;
                 set local enable_mergejoin = off",
            ),
        }
    }

    /// A list of rows in the `from` of a statement, its values from `?2` on.
    ///
    /// On SQLite it is written out. On PostgreSQL each column is one array: a statement over ten thousand rows is read
    /// and planned as fast as one over a single row, and the planner knows how many there are.
    pub(crate) fn list(self, columns: usize, rows: usize) -> String {
        match self {
            Self::Sqlite => format!("(values {}) v", super::value_lists(2, columns, rows)),
            Self::Postgres => {
                let numbered = |begin: &str, first: usize| {
                    let each = (0..columns).map(|one| format!("{begin}{}", first + one));
                    each.collect::<Vec<_>>().join(", ")
                };
                format!("unnest({}) v({})", numbered("?", 2), numbered("column", 1))
            }
        }
    }

    /// Rows and what a table holds of each: one look-up a row. `key` says which row of the table is meant.
    ///
    /// Both planners are held to the look-ups. Of a table that grew since it was last looked at PostgreSQL
    /// has no figures and would read a centre's all; SQLite would rather begin with the table.
    pub(crate) fn looked_up(self, rows: &str, table: &str, key: &str, alias: &str) -> String {
        match self {
            Self::Sqlite => {
                format!("{rows} cross join {table} {alias} on {alias}.centre_id = ?1 and {key}")
            }
            Self::Postgres => format!(
                "{rows} cross join lateral
                    (select * from {table} {alias} where {alias}.centre_id = ?1 and {key} offset 0) {alias}"
            ),
        }
    }

    /// A key that few rows of a centre have, where it is not the table's own: without figures SQLite takes a centre to
    /// have ten rows in any table, and would rather read them all than look into an index and then into the table.
    pub(crate) fn rare(self, key: &str) -> String {
        match self {
            Self::Sqlite => format!("unlikely({key})"),
            Self::Postgres => key.to_owned(),
        }
    }
}
