//! The differences between the two databases, in one place.
//!
//! A verb asks here and does not check the database's name, so that the reason is beside the difference. Where
//! each side needs a statement of its own, the code matches on [`Dialect`] there.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Whether transactions and their dependent tables are partitioned by month. SQLite keeps them in one
    /// table.
    pub(crate) const fn cuts_months(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// The table of the identities of all transactions ever. Without partitions the transactions' own table
    /// serves.
    pub(crate) const fn identities(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("transaction_identity"),
        }
    }

    /// Whether rows are loaded by COPY, which accepts no existing row; otherwise an insert skips those.
    pub(crate) const fn copies_in(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// Whether a second connection can write at the same time: a file has one writer.
    pub(crate) const fn writes_beside(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// The clause that locks the rows a statement reads until its transaction ends. On SQLite the transaction
    /// locks the whole file.
    pub(crate) const fn to_hold(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update",
        }
    }

    /// The statement to run at the start of a delivery, if any. A delivery's queries go by key to tables that
    /// grow in the same transaction; the planner has no statistics on them yet and would scan them.
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
    /// On SQLite it is written out. On PostgreSQL each column is one array: a statement over ten thousand rows
    /// is parsed and planned as fast as one over a single row, and the planner knows their number.
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

    /// Rows joined with a table, by one look-up a row. `key` says which row of the table is meant.
    ///
    /// Both planners are forced to look up by key. PostgreSQL has no statistics on a table that grew since its
    /// last analyze and would scan the centre's rows; SQLite would rather start with the table.
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

    /// A selective key that is not the table's primary key. Without statistics SQLite assumes that a centre has
    /// ten rows in any table, and would scan them all before using a secondary index.
    pub(crate) fn rare(self, key: &str) -> String {
        match self {
            Self::Sqlite => format!("unlikely({key})"),
            Self::Postgres => key.to_owned(),
        }
    }
}
