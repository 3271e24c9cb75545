//! Stand-in until the audit trail lands.
use super::StoreError;
use super::sql::Connection;
use crate::suspense::trail::Entry;

pub(super) fn append(_: &Connection, _: i64, _: &Entry) -> Result<(), StoreError> {
    Ok(())
}

impl super::Store {
    pub fn append(&self, _: &Entry) -> Result<(), StoreError> {
        Ok(())
    }
}
