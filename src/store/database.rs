//! The way to the database: connections, transactions, statements and rows, for both of them.
//!
//! Start at [`tx`], which is a connection with its transaction, and at [`within`], which lets several verbs share one.
//! [`sql`] runs one text on SQLite and on PostgreSQL, [`columns`] reads rows by name, [`listed`] takes many rows at
//! once, [`seal`] seals what is written, [`schema`] brings a database up to date.
//!
//! Invariant: nothing here knows what the rows mean.

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
pub(super) mod schema;
pub(super) mod seal;
pub(super) mod server;
pub(super) mod sql;
pub(super) mod tx;
pub(super) mod within;
