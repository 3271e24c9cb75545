//! Records the changes of a list in the same commit, and reads them back.
//!
//! Start at [`Journal`]: changes are written as they happen, some hundred lines a row, so that a list of any
//! length needs little memory. At the end the import gets its row and its entry in the trail.

use super::{ImportOrigin, Imported, ImportedList, RowChange};
use crate::store::database::row::{day_number, unknown};
use crate::store::database::sql::{Read, params};
use crate::store::database::tx::Tx;
use crate::store::{Store, StoreError, trail};
use crate::suspense::trail::{COMMAND_LINE, TrailEntry, TrailEvent};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

/// Bytes of lines per row.
const PART_BYTES: usize = 1 << 16;

/// The role of a person at the command line.
const OPERATOR: &str = "operator";

/// The changes of one import, as they are written.
pub(super) struct Journal<'j> {
    tx: &'j Tx,
    list: ImportedList,
    origin: &'j ImportOrigin,
    import_id: String,
    part: i64,
    lines: String,
}

impl<'j> Journal<'j> {
    pub(super) fn begin(
        tx: &'j Tx,
        list: ImportedList,
        origin: &'j ImportOrigin,
    ) -> Result<Self, StoreError> {
        let sql = "select count(*) from list_import
            where centre_id = ?1 and list = ?2 and sha256 = ?3";
        let key = params![tx.centre_id, list.code(), origin.sha256];
        let earlier: i64 = tx.connection.fetch_one(sql, key)?;
        let import_id = import_id(list, &origin.sha256, earlier);
        Ok(Self { tx, list, origin, import_id, part: 0, lines: String::new() })
    }

    pub(super) fn write(&mut self, change: &RowChange) -> Result<(), StoreError> {
        // It holds only texts, so serializing cannot fail.
        self.lines += &serde_json::to_string(change).map_err(|_| StoreError::Writer)?;
        self.lines.push('\n');
        if self.lines.len() < PART_BYTES { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if self.lines.is_empty() {
            return Ok(());
        }
        self.part += 1;
        let sql = "insert into list_import_part (centre_id, import_id, part, body)
            values (?1, ?2, ?3, ?4)";
        let row = params![self.tx.centre_id, self.import_id, self.part, self.lines];
        self.tx.connection.prepare_cached(sql)?.execute(row)?;
        self.lines.clear();
        Ok(())
    }

    /// Writes the row of the import and its entry in the trail; gives its id.
    pub(super) fn end(
        mut self,
        list_day: NaiveDate,
        imported: &Imported,
    ) -> Result<String, StoreError> {
        self.flush()?;
        let Imported { added, changed, unchanged, kept, missing } = *imported;
        let detail = serde_json::json!({
            "list": self.list.code(),
            "file": self.origin.file,
            "sha256": self.origin.sha256,
            "list_day": list_day.to_string(),
            "added": added, "changed": changed, "unchanged": unchanged, "kept": kept,
            "missing": missing,
        });
        let by = self.origin.by.as_deref();
        let entry =
            entry(by, self.origin.at, TrailEvent::Imported, &self.import_id, detail.to_string());
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let link = trail::append(connection, centre, &entry)?;
        let sql = "insert into list_import (centre_id, import_id, list, file, sha256, list_day,
                sequence, added, changed, unchanged, kept, missing, undone)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, null)";
        let [added, changed, unchanged, kept, missing] =
            [added, changed, unchanged, kept, missing].map(u64::cast_signed);
        connection.execute(
            sql,
            params![
                centre,
                self.import_id,
                self.list.code(),
                self.origin.file,
                self.origin.sha256,
                day_number(list_day),
                link.sequence,
                added,
                changed,
                unchanged,
                kept,
                missing
            ],
        )?;
        Ok(self.import_id)
    }
}

/// A trail entry for a person at the command line.
pub(super) fn entry(
    by: Option<&str>,
    at: i64,
    event: TrailEvent,
    subject: &str,
    detail: String,
) -> TrailEntry {
    TrailEntry {
        at,
        actor: by.unwrap_or(COMMAND_LINE).to_owned(),
        role: OPERATOR.to_owned(),
        event,
        subject: subject.to_owned(),
        detail,
    }
}

/// A hash of the list's kind, the file's bytes, and the number of their earlier imports.
fn import_id(list: ImportedList, sha256: &str, earlier: i64) -> String {
    let digest = Sha256::digest(format!("import\n{}\n{sha256}\n{earlier}\n", list.code()));
    hex::encode(digest.get(..8).unwrap_or_default())
}

/// Calls `show` for every change of an import, in order.
pub(super) fn changes(
    tx: &Tx,
    import_id: &str,
    mut show: impl FnMut(RowChange) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = "select body from list_import_part
        where centre_id = ?1 and import_id = ?2 order by part";
    let key = params![tx.centre_id, import_id];
    tx.connection.prepare_cached(sql)?.each(key, |row| {
        for line in row.read::<&str>()?.lines() {
            let change = serde_json::from_str(line)
                .map_err(|error| unknown("list_import_part", "body", error))?;
            show(change)?;
        }
        Ok(Read::On)
    })
}

impl Store {
    /// Calls `show` for the changes of an import and the values not applied, row by row.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails, or what `show` gives.
    pub fn import_changes<E: From<StoreError>>(
        &self,
        import_id: &str,
        mut show: impl FnMut(&RowChange) -> Result<(), E>,
    ) -> Result<(), E> {
        let tx = self.reading()?;
        let mut stopped = None;
        let shown = changes(&tx, import_id, |change| {
            if stopped.is_none() {
                stopped = show(&change).err();
            }
            Ok(())
        });
        shown.map_err(E::from)?;
        stopped.map_or(Ok(()), Err)
    }
}
