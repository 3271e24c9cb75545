//! Database access: connections, transactions, statements and rows, on SQLite and PostgreSQL.
//!
//! Start at [`tx`], a connection with its transaction, and at [`within`], which lets several verbs share one.
//! [`sql`] runs the same text on both databases, [`columns`] reads rows by name, [`listed`] runs a statement
//! for many rows at once, [`seal`] seals written rows, and [`schema`] migrates a database.
//!
//! Invariant: nothing here knows what a table is for; [`row`] knows how a domain value is kept in a column.

pub(super) mod claim;
pub(super) mod columns;
pub(super) mod damage;
pub(super) mod distribution;
pub(super) mod lease;
pub(super) mod listed;
pub(super) mod lock;
pub(super) mod migration;
pub(super) mod month;
pub(super) mod partition;
pub(super) mod pool;
pub(super) mod row;
pub(super) mod row_hash;
pub(super) mod schema;
pub(super) mod seal;
pub(super) mod server;
pub(super) mod sql;
pub(super) mod tx;
pub(super) mod within;
