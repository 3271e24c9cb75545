//! Rows of one kind by key, and what a write replaced.

use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::collections::btree_map::Values;
use std::sync::Arc;

/// One row that was added (`before` is `None`), changed, or deleted (`after` is `None`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put<E> {
    pub before: Option<Arc<E>>,
    pub after: Option<Arc<E>>,
}

/// Rows of one kind, in key order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<K, E> {
    rows: BTreeMap<K, Arc<E>>,
}

impl<K, E> Default for Rows<K, E> {
    fn default() -> Self {
        Self { rows: BTreeMap::new() }
    }
}

impl<K: Ord, E> Rows<K, E> {
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&Arc<E>> {
        self.rows.get(key)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn iter(&self) -> Values<'_, K, Arc<E>> {
        self.rows.values()
    }

    /// The rows from a key on.
    pub fn from_key(&self, key: K) -> impl DoubleEndedIterator<Item = &Arc<E>> {
        self.rows.range(key..).map(|(_, row)| row)
    }

    pub(super) fn write(&mut self, key: K, row: Option<Arc<E>>) -> Option<Arc<E>> {
        match row {
            Some(row) => self.rows.insert(key, row),
            None => self.rows.remove(&key),
        }
    }
}

impl<'a, K: Ord, E> IntoIterator for &'a Rows<K, E> {
    type Item = &'a Arc<E>;
    type IntoIter = Values<'a, K, Arc<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A table is serialized as the list of its rows, in key order.
impl<K, E: Serialize> Serialize for Rows<K, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.values().map(|row| &**row))
    }
}
