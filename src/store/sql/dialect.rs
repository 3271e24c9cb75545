//! Which of the two databases it is.

/// What a statement must be written for, where the two have no words in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}
