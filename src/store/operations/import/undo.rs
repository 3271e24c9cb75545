//! Undoes an import while nothing depends on it: added rows are deleted, changed rows restored.
//!
//! Start at [`Store::undo_import`]. Each list has its own module below: its obstacles ([`Obstacle`]), and its
//! writes. A row changed since the import is an obstacle too, whoever changed it.
//!
//! Invariant: an import is undone completely or not at all, in one commit with its entry in the trail; the
//! record of the import stays.

mod accounts;
mod employees;
mod employers;
mod notices;

use super::{FieldChange, ImportedList, RowChange, RowEffect, journal};
use crate::store::database::columns::columns;
use crate::store::database::row::read_as;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::error::{Obstacle, Rests};
use crate::store::error::{StateRefusal, StoreRefusal};
use crate::store::{Store, StoreError, trail};
use crate::suspense::EntityKind;
use crate::suspense::trail::TrailEvent;
use std::collections::BTreeSet;

/// An undone import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportUndone {
    pub import_id: String,
    pub list: ImportedList,
    pub file: String,
    /// Deleted rows.
    pub removed: u64,
    /// Restored rows.
    pub restored: u64,
}

/// How many obstacles are named; the rest are counted.
const NAMED_MAX: usize = 20;

/// An undo in progress, inside the open transaction.
struct Undoing<'u> {
    tx: &'u Tx,
    obstacles: Vec<Obstacle>,
}

/// The stored record of an import, besides its changes.
struct Kept {
    import_id: String,
    list: ImportedList,
    file: String,
    sequence: i64,
    undone: bool,
}

columns! { impl Kept {
    import_id, list, file, sequence, undone = "case when undone is null then 0 else 1 end",
} }

read_as! { ImportedList: String => |code: String| Self::read(&code); }

impl Store {
    /// Undoes an import; its id may be a unique prefix.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if there is no such import, it is already undone, it changed nothing, or
    /// something depends on it, all of which is then named; [`StoreError`] where the database fails. Nothing is
    /// then changed.
    pub fn undo_import(
        &self,
        import_id: &str,
        by: Option<&str>,
        at: i64,
    ) -> Result<ImportUndone, StoreError> {
        let tx = self.writing()?;
        tx.atomically(|connection| {
            let kept = find(&tx, import_id)?;
            let import_id = || kept.import_id.clone();
            let refuse = |why| Err(StoreError::Refused(StoreRefusal::State(why)));
            if kept.undone {
                return refuse(StateRefusal::ImportUndone { import_id: import_id() });
            }
            let mut changes = Vec::new();
            journal::changes(&tx, &kept.import_id, |change| {
                changes.extend(does_anything(&change).then_some(change));
                Ok(())
            })?;
            if changes.is_empty() {
                return refuse(StateRefusal::ImportEmpty { import_id: import_id() });
            }
            let mut undoing = Undoing { tx: &tx, obstacles: Vec::new() };
            undoing.later_imports(&kept, &changes)?;
            undoing.take_back(&kept, &changes)?;
            let is_added = |change: &&RowChange| change.effect == RowEffect::Added;
            let removed = changes.iter().filter(is_added).count() as u64;
            let restored = changes.len() as u64 - removed;
            let detail = serde_json::json!({"list": kept.list.code(), "file": kept.file,
                "removed": removed, "restored": restored});
            let entry = journal::entry(
                by,
                at,
                TrailEvent::ImportUndone,
                &kept.import_id,
                detail.to_string(),
            );
            let link = trail::append(connection, tx.centre_id, &entry)?;
            let sql = "update list_import set undone = ?3
                where centre_id = ?1 and import_id = ?2";
            connection.execute(sql, params![tx.centre_id, kept.import_id, link.sequence])?;
            trail::rebuild_epoch(connection, tx.centre_id)?;
            let Kept { import_id, list, file, .. } = kept;
            Ok(ImportUndone { import_id, list, file, removed, restored })
        })
    }
}

impl Undoing<'_> {
    fn take_back(&mut self, kept: &Kept, changes: &[RowChange]) -> Result<(), StoreError> {
        match kept.list {
            ImportedList::Accounts => self.accounts(kept, changes),
            ImportedList::Employers => self.employers(kept, changes),
            ImportedList::Employees => self.employees(kept, changes),
            ImportedList::Notices => self.notices(kept, changes),
        }
    }

    fn stands_in_the_way(&mut self, change: &RowChange, rests: Rests) {
        let (key, employer_id) = (change.key.clone(), change.employer_id.clone());
        self.obstacles.push(Obstacle { key, employer_id, rests });
    }

    /// Adds an obstacle if a field differs from the import's value.
    fn unless_changed(&mut self, change: &RowChange, field: &FieldChange, is: Option<&str>) {
        if is != field.after.as_deref() {
            let field = field.field.to_string();
            self.stands_in_the_way(change, Rests::ChangedSince { field });
        }
    }

    /// Later imports of the same list that changed the same rows.
    fn later_imports(&mut self, kept: &Kept, changes: &[RowChange]) -> Result<(), StoreError> {
        let key = |change: &RowChange| (change.employer_id.clone(), change.key.clone());
        let ours: BTreeSet<(Option<String>, String)> = changes.iter().map(key).collect();
        let sql = "select import_id from list_import
            where centre_id = ?1 and list = ?2 and sequence > ?3 and undone is null
                and (added > 0 or changed > 0)
            order by sequence";
        let later: Vec<String> = self
            .tx
            .connection
            .fetch_all(sql, params![self.tx.centre_id, kept.list.code(), kept.sequence])?;
        for import_id in later {
            let mut same = Vec::new();
            journal::changes(self.tx, &import_id, |change| {
                let is_same = does_anything(&change) && ours.contains(&key(&change));
                same.extend(is_same.then_some(change));
                Ok(())
            })?;
            for change in same {
                let import_id = import_id.clone();
                self.stands_in_the_way(&change, Rests::LaterImport { import_id });
            }
        }
        Ok(())
    }

    /// Refuses if there is any obstacle.
    fn clear(&mut self, kept: &Kept) -> Result<(), StoreError> {
        let mut obstacles = std::mem::take(&mut self.obstacles);
        if obstacles.is_empty() {
            return Ok(());
        }
        let more = obstacles.len().saturating_sub(NAMED_MAX);
        obstacles.truncate(NAMED_MAX);
        let import_id = kept.import_id.clone();
        Err(StoreError::Refused(StoreRefusal::ImportRests { import_id, obstacles, more }))
    }
}

/// Whether a change has any effect; a mere report has none.
fn does_anything(change: &RowChange) -> bool {
    change.effect == RowEffect::Added || !change.changed.is_empty()
}

fn find(tx: &Tx, import_id: &str) -> Result<Kept, StoreError> {
    let none = || {
        let id = import_id.to_owned();
        StoreError::Refused(StoreRefusal::NoSuch { what: EntityKind::Import, id })
    };
    let is_id = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id(import_id) {
        return Err(none());
    }
    let from = "from list_import where centre_id = ?1 and import_id >= ?2 and import_id < ?3
        order by import_id limit 2";
    let start = import_id.to_ascii_lowercase();
    // Greater than any following digit.
    let end = format!("{start}g");
    let key = params![tx.centre_id, start, end];
    let mut found: Vec<Kept> = tx.connection.select_all(from, key)?;
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(none()),
        (Some(one), true) => Ok(one),
        (Some(_), false) => {
            Err(StoreError::Refused(StoreRefusal::State(StateRefusal::ImportAmbiguous {
                beginning: import_id.to_owned(),
            })))
        }
    }
}
