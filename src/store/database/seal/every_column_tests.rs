//! Measures which manual changes to a database the audit detects: every column of every table, every deleted
//! row, every duplicated row.
//!
//! Method: an empty table gets two rows through the store's own insert; then one value at a time is changed
//! behind the store's back, the audit runs, and the value is restored. [`UNSEEN`] lists what may go undetected,
//! with the reason; anything else undetected fails the test.

use super::super::sql::Bind;
use super::super::tx::Tx;
use super::tampering::Tampering;
use crate::store::Gap;
use crate::store::Store;
use crate::suspense::trail::TrailEvent;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Tables and columns that cannot matter, and why. The column `*` means the whole table.
#[rustfmt::skip] // A table is read by column.
const UNSEEN: &[(&str, &str, &str)] = &[
    ("_migration",         "*",      "compared with this release's steps each time the database is opened"),
    ("centre",             "*",      "compared with the code that is asked for each time it is opened; a row nobody asks for holds nothing"),
    ("centre_lease",       "*",      "who works now; it runs out by itself, and says nothing of money"),
    ("session",            "*",      "who is logged in now; it ends by itself, and whose it is was checked at the login"),
    ("login_failure",      "*",      "guesses counted against a limit; forgotten after minutes"),
    ("notice_mark",        "*",      "how far the list of open notices was gone through; only the order of reading rests on it"),
    ("notice_outstanding", "*",      "a list of open notices made from notices and settlements"),
    ("came_back",          "*",      "what others wrote, to be read by a person; nothing is settled by it, and who dealt with it stands in the trail"),
    ("address_failure",    "*",      "how often mail to an address failed; all it can lead to is a block, and that row is sealed"),
    ("trail_head",         "turn",   "says to a night that staff acted while it read; counted anew by the next act"),
    ("trail_head",         "remade", "says to the desk that its picture of the queue is old"),
];

/// Values for columns that the schema checks.
#[rustfmt::skip] // A table is read by column.
const GIVEN: &[(&str, &str, &str)] = &[
    ("access_change",   "kind",        "'role'"),
    ("access_change",   "state",       "'done'"),
    ("access_change",   "operator",    "1"),
    ("access_change",   "effective_after", "null"),
    ("archived_month",  "booked_until", "0"),
    ("counter_request", "state",       "'open'"),
    ("counter_request", "decided_by",  "null"),
    ("proposal",        "state",       "'open'"),
    ("proposal",        "approvals_needed", "1"),
];

/// A table's columns: name, whether it is a whole number, its place in the key, whether it may be null.
fn columns(file: &Connection, table: &str) -> Vec<(String, bool, i64, bool)> {
    let sql = "select name, type, pk, \"notnull\" from pragma_table_info(?1) order by cid";
    let mut select = file.prepare(sql).unwrap();
    let read = |row: &rusqlite::Row<'_>| {
        let (of, not_null): (String, i64) = (row.get(1)?, row.get(3)?);
        Ok((row.get(0)?, of.eq_ignore_ascii_case("integer"), row.get(2)?, not_null == 0))
    };
    select.query_map([table], read).unwrap().map(Result::unwrap).collect()
}

fn tables(file: &Connection) -> Vec<String> {
    let sql = "select name from sqlite_schema where type = 'table' order by name";
    let mut select = file.prepare(sql).unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Puts two rows into every sealed table, as the store does.
fn fill(store: &Store, file: &Connection) {
    let tx = Tx::open(store).unwrap();
    tx.atomically(|connection| {
        // The digests of delivered files follow from the transactions.
        let filled = |table: &str| table != "receipt_digest";
        for shape in connection.shapes()?.iter().filter(|shape| filled(&shape.table)) {
            let columns = columns(file, &shape.table);
            // A table keyed by the centre has one row.
            let rows =
                if columns.iter().any(|(name, _, place, _)| *place > 0 && name != "centre_id") {
                    2
                } else {
                    1
                };
            for row in 1..=rows {
                let values: Vec<String> = columns
                    .iter()
                    .skip(1)
                    .filter(|(name, ..)| name != "seal")
                    .map(|(name, number, ..)| {
                        let given = GIVEN
                            .iter()
                            .find(|(table, column, _)| *table == &*shape.table && column == name);
                        match (given, number) {
                            (Some((.., given)), _) => (*given).to_owned(),
                            (None, true) => row.to_string(),
                            (None, false) => format!("'{name}-{row}'"),
                        }
                    })
                    .collect();
                let sql = format!(
                    "insert into {} ({}) values (?1, {})",
                    shape.table,
                    shape.list(),
                    values.join(", ")
                );
                let centre = &tx.centre_id as &dyn Bind;
                connection.prepare_cached(&sql)?.execute(&[centre])?;
            }
        }
        Ok(())
    })
    .unwrap();
    drop(tx);
    for sequence in 1..=3 {
        let entry = crate::suspense::trail::TrailEntry {
            at: sequence,
            actor: "clerk".into(),
            role: "clerk".into(),
            event: TrailEvent::Noted,
            subject: "one".into(),
            detail: "{}".into(),
        };
        store.append(&entry).unwrap();
    }
}

fn may_stay_unseen(table: &str, column: &str) -> bool {
    UNSEEN.iter().any(|(of, one, _)| *of == table && (*one == "*" || *one == column))
}

/// A complete centre in a file, and the audit's findings on it. Invented rows contradict each other everywhere;
/// only further findings count.
struct Whole {
    folder: TempDir,
    before: Vec<Gap>,
}

impl Whole {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let mut whole = Self { folder: folder.unwrap(), before: Vec::new() };
        let path = whole.path("whole");
        let store = store(&path, true);
        fill(&store, &Connection::open(&path).unwrap());
        whole.before = store.audit().unwrap().gaps;
        // Nobody acted, so the trail is empty.
        let untold = |gap: &Gap| {
            matches!(
                gap,
                Gap::Tampered(
                    Tampering::Role { .. } | Tampering::Token { .. } | Tampering::Proposal { .. }
                )
            )
        };
        let changed = |gap: &Gap| matches!(gap, Gap::Tampered(_) | Gap::Trail(_)) && !untold(gap);
        assert!(!whole.before.iter().any(changed), "{:?}", whole.before);
        whole
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.db"))
    }

    fn file(&self) -> Connection {
        Connection::open(self.path("whole")).unwrap()
    }

    /// The audit's further findings after statements behind the store's back.
    fn seen(&self, statements: &[String]) -> Vec<Gap> {
        let path = self.path("changed");
        let _ = std::fs::copy(self.path("whole"), &path).unwrap();
        let file = Connection::open(&path).unwrap();
        // As anybody who writes by hand can.
        file.pragma_update(None, "ignore_check_constraints", true).unwrap();
        for sql in statements {
            let changed = file.execute(sql, []).unwrap_or_else(|error| panic!("{sql}: {error}"));
            assert_eq!(changed, 1, "{sql}");
        }
        drop(file);
        let mut gaps = store(&path, false).audit().unwrap().gaps;
        gaps.retain(|gap| !self.before.contains(gap));
        gaps
    }
}

/// Whether a finding names the table: by a changed row, or by its number of rows.
fn names(gaps: &[Gap], of: &str) -> bool {
    gaps.iter().any(|gap| {
        matches!(
            gap,
            Gap::Tampered(
                Tampering::Changed { table, .. }
                | Tampering::Unsealed { table, .. }
                | Tampering::Rows { table, .. },
            ) if table == of
        )
    })
}

fn store(path: &Path, create: bool) -> Store {
    Store::open(&format!("sqlite://{}", path.display()), "1", create).unwrap()
}

/// The first row of a table, as a condition.
fn first_of(table: &str, all: &[(String, bool, i64, bool)]) -> String {
    let key: Vec<&str> =
        all.iter().filter(|(.., place, _)| *place > 0).map(|(name, ..)| name.as_str()).collect();
    let key = key.join(", ");
    format!("({key}) = (select {key} from {table} order by {key} limit 1)")
}

/// The statement that changes a column of a table's first row.
fn change(table: &str, all: &[(String, bool, i64, bool)], column: &str, number: bool) -> String {
    let set = if number {
        format!("{column} = coalesce({column}, 0) + 5")
    } else {
        format!("{column} = coalesce({column}, '') || '9'")
    };
    format!("update {table} set {set} where {}", first_of(table, all))
}

/// Whether a column outside the key is unique.
fn is_unique(table: &str, column: &str) -> bool {
    (table, column) == ("feed", "number")
}

/// Tables whose rows are proved by a hash chain: one broken link hides what follows.
const CHAINED: &[&str] = &["books_head", "books_step", "trail", "trail_head"];

#[test]
fn whatever_is_changed_by_hand_in_any_column_is_seen() {
    let whole = Whole::new();
    let file = whole.file();
    let (mut found, mut unseen) = (0, Vec::new());
    // One column of every sealed table at a time; each table must be named.
    let mut together: Vec<Vec<(String, String, String)>> = Vec::new();
    for table in tables(&file) {
        let all = columns(&file, &table);
        for (place, (name, number, ..)) in all.iter().enumerate() {
            if may_stay_unseen(&table, name) {
                continue;
            }
            let sql = change(&table, &all, name, *number);
            if CHAINED.contains(&table.as_str()) {
                if whole.seen(&[sql]).is_empty() {
                    unseen.push(format!("{table}.{name}"));
                } else {
                    found += 1;
                }
                continue;
            }
            together.resize_with(together.len().max(place + 1), Vec::new);
            together[place].push((table.clone(), name.clone(), sql));
        }
    }
    for changes in together {
        let statements: Vec<String> = changes.iter().map(|(.., sql)| sql.clone()).collect();
        let gaps = whole.seen(&statements);
        for (table, name, _) in changes {
            if names(&gaps, &table) {
                found += 1;
            } else {
                unseen.push(format!("{table}.{name}"));
            }
        }
    }
    println!("{found} of {} columns", found + unseen.len());
    for (table, column, why) in UNSEEN {
        println!("cannot matter: {table}.{column}: {why}");
    }
    assert!(unseen.is_empty(), "changed unseen:\n{}", unseen.join("\n"));
}

#[test]
fn a_row_taken_out_or_put_in_by_hand_is_seen() {
    let whole = Whole::new();
    let file = whole.file();
    let (mut deletes, mut copies) = (Vec::new(), Vec::new());
    for table in tables(&file) {
        if may_stay_unseen(&table, "*") {
            continue;
        }
        let all = columns(&file, &table);
        let first = first_of(&table, &all);
        let last = all.iter().rev().find(|(.., place, _)| *place > 0).unwrap();
        let given =
            |name: &str| GIVEN.iter().any(|(of, column, _)| *of == table && *column == name);
        let copied: Vec<String> = all
            .iter()
            .map(|(name, number, ..)| match number {
                true if *name == last.0 || is_unique(&table, name) => format!("{name} + 7"),
                false if !given(name) => format!("{name} || '7'"),
                _ => name.clone(),
            })
            .collect();
        let delete = format!("delete from {table} where {first}");
        let copied = copied.join(", ");
        let copy = format!("insert into {table} select {copied} from {table} where {first}");
        if CHAINED.contains(&table.as_str()) {
            assert!(!whole.seen(std::slice::from_ref(&delete)).is_empty(), "{delete}");
            // The heads have one row per centre.
            if last.0 != "centre_id" {
                assert!(!whole.seen(std::slice::from_ref(&copy)).is_empty(), "{copy}");
            }
        } else {
            deletes.push((delete, table.clone()));
            if last.0 != "centre_id" {
                copies.push((copy, table));
            }
        }
    }
    for changes in [deletes, copies] {
        let (statements, sealed): (Vec<String>, Vec<String>) = changes.into_iter().unzip();
        let gaps = whole.seen(&statements);
        let unseen: Vec<&String> = sealed.iter().filter(|table| !names(&gaps, table)).collect();
        assert_eq!(unseen, Vec::<&String>::new(), "{statements:?}");
    }
}
