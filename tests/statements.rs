//! Checks every SQL statement and every migration for use on a distributed PostgreSQL.
//!
//! A centre is the unit of placement, work and loss: its number is first in every key and occurs in every statement, so
//! that a run stays on one node. The rules are few and check the text; a statement that breaks one on purpose is listed
//! in [`MEANT`] with its reason.

#![expect(clippy::unwrap_used, reason = "a check that cannot look stops")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Statements over all centres, or over none.
#[rustfmt::skip] // A table is read by column.
const MEANT: &[(&str, &str)] = &[
    ("from centre c join centre_lease l using (centre_id)", "the list of centres, for whoever spreads nights; outside every night"),
    ("from _migration",                                     "what was done to the schema belongs to no centre"),
    ("into _migration",                                     "what was done to the schema belongs to no centre"),
    ("create table if not exists _migration",               "what was done to the schema belongs to no centre"),
    ("pg_inherits",                                         "which partitions there are belongs to no centre"),
    ("pg_attribute",                                        "the types of columns belong to no centre"),
    ("pg_extension",                                        "whether this is a cluster belongs to no centre"),
    ("pg_dist_partition",                                   "which tables are placed belongs to no centre"),
    ("{standing} where t.booked_on",                        "a month is taken off for all centres at once"),
    ("pg_class",                                            "which partitions there are belongs to no centre"),
    ("{partition}",                                         "a month is made for all centres at once"),
    ("from {listed}",                                       "the look-up that is put in names the centre"),
    ("pragma_table_info",                                   "which columns a table has belongs to no centre"),
    ("sqlite_schema",                                       "which tables there are belongs to no centre"),
    ("insert into {} ({columns}){rest}",                    "a statement of the store with its columns named"),
    ("select {}, {}.{seal} from {list} {filter}",           "a statement of the store asked beforehand: its own condition names the centre"),
    ("select {columns}, {t}.{seal} from {list}{t} where {on}", "the key of a conflict begins with the centre"),
    ("update {table} set {set} where {}",                   "a test changes a row behind the store's back"),
    ("delete from {table} where {first}",                   "a test takes a row out behind the store's back"),
    ("insert into {table} select {copied}",                 "a test puts a row in behind the store's back"),
    ("{open_item} order by",                                  "the piece that is put in names the centre"),
    ("balance_fen, entries from employee",                  "a head: whoever ends it names the centre"),
];

/// Words of one dialect, of a session, or of a single machine.
#[rustfmt::skip] // A table is read by column.
const FORBIDDEN: &[(&str, &str)] = &[
    ("insert or ",           "SQLite's own; say on conflict"),
    ("replace into",         "SQLite's own; say on conflict"),
    ("on conflict do",       "a conflict names its key, which begins with the centre"),
    ("indexed by",           "SQLite's own"),
    ("rowid",                "SQLite's own"),
    ("group_concat",         "SQLite's own; string_agg is known to both"),
    (" glob ",               "SQLite's own"),
    ("json_each",            "SQLite's own; give a list of values"),
    ("ilike",                "PostgreSQL's own"),
    ("temp table",           "lost between two transactions behind a pooler"),
    ("temporary table",      "lost between two transactions behind a pooler"),
    ("pg_advisory_lock",     "a session's lock is lost behind a pooler; a lease is a row"),
    ("listen ",              "a session's"),
    ("notify ",              "a session's"),
    ("nextval",              "ids come from content"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The texts in a Rust file with their first lines, without comments.
fn texts(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut characters = source.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' => line += 1,
            '/' if characters.peek() == Some(&'/') => {
                for skipped in characters.by_ref() {
                    if skipped == '\n' {
                        line += 1;
                        break;
                    }
                }
            }
            // A quote as a character must not begin a text.
            '\'' if characters.peek() == Some(&'"') => {
                characters.next();
            }
            '"' => {
                let (begins, mut text) = (line, String::new());
                while let Some(inner) = characters.next() {
                    match inner {
                        '"' => break,
                        '\\' => {
                            let escaped = characters.next();
                            line += usize::from(escaped == Some('\n'));
                            text.push(' ');
                        }
                        _ => {
                            line += usize::from(inner == '\n');
                            text.push(inner);
                        }
                    }
                }
                found.push((begins, text));
            }
            _ => {}
        }
    }
    found
}

/// A text as one line of single spaces.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Every statement of the store: its place and its text.
fn statements() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let root = root();
    for path in files(&root.join("src/store"), ".rs").into_iter().chain([root.join("src/store.rs")])
    {
        let source = fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
        let shown = path.strip_prefix(&root).unwrap().display().to_string();
        let mut texts = texts(&source).into_iter();
        while let Some((line, text)) = texts.next() {
            let mut text = flat(&text);
            if text.ends_with("(values") {
                // A list of values is inserted between; the next text is the rest of the statement.
                text.push_str(&flat(&texts.next().unwrap().1));
            }
            // A text that begins with `from` gets a type's columns before it (`src/store/columns.rs`).
            let verbs = [
                "select ",
                "from ",
                "insert into ",
                "update ",
                "delete from ",
                "with ",
                "create table",
            ];
            if verbs.iter().any(|verb| text.starts_with(verb)) {
                found.push((format!("{shown}:{line}"), text));
            }
        }
    }
    assert!(found.len() > 100, "only {} statements were found: the search is broken", found.len());
    found
}

/// The tables of a centre, as `src/store/database/migration.rs` lists them.
fn listed_tables() -> BTreeSet<String> {
    let source = fs::read_to_string(root().join("src/store/database/migration.rs")).unwrap();
    let list = source.split("TABLES: &[&str] = &[").nth(1).unwrap().split("];").next().unwrap();
    list.split(',')
        .map(|name| name.trim().trim_matches('"').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The steps of the schema for both databases.
fn migrations() -> Vec<(PathBuf, String)> {
    let folder = root().join("migrations");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        // Ignore comments.
        let text: Vec<&str> =
            text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        (path, text.join("\n").to_lowercase())
    };
    files(&folder, ".sql").into_iter().map(read).collect()
}

#[test]
fn every_statement_names_its_centre() {
    let mut faults = Vec::new();
    for (place, statement) in statements() {
        let meant = MEANT.iter().any(|(words, _)| statement.contains(words));
        // A piece that is assembled elsewhere has no table of its own yet.
        let touches =
            [" from ", "into ", "update ", " join "].iter().any(|word| statement.contains(word));
        let whole_row = statement.starts_with("insert into") && statement.contains(" values");
        if touches && !meant && !whole_row && !statement.contains("centre_id") {
            faults.push(format!("{place}: {statement}"));
        }
    }
    assert!(faults.is_empty(), "no centre in\n{}", faults.join("\n"));
}

#[test]
fn statements_use_words_that_every_database_knows() {
    let mut faults = Vec::new();
    for (place, statement) in statements() {
        for (word, why) in FORBIDDEN {
            if statement.contains(word) {
                faults.push(format!("{place}: {word:?}: {why}"));
            }
        }
        for (_, rest) in statement.match_indices('?').map(|(at, _)| statement.split_at(at + 1)) {
            if !rest.starts_with(|next: char| next.is_ascii_digit() || next == '{') {
                faults.push(format!("{place}: a question mark that is no placeholder"));
            }
        }
        for conflict in statement.split("on conflict (").skip(1) {
            if !conflict.starts_with("centre_id") {
                faults.push(format!("{place}: the key of a conflict begins with centre_id"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Where rows are a database's own, and those of its schema.
const BELOW_THE_FACE: &[&str] = &[
    "src/store/database/sql",
    "src/store/database/damage",
    "src/store/database/schema",
    "src/store/database/seal/every_column_tests",
];

/// Columns are named, never counted, in writes and in reads.
#[test]
fn no_statement_and_no_reader_counts_columns() {
    let mut faults = Vec::new();
    for (place, statement) in statements() {
        let mut words = statement.split_whitespace();
        let is_insert = words.by_ref().take(2).eq(["insert", "into"]);
        // An inserted table comes with its columns.
        let named = words.next().is_some_and(|table| table.starts_with('{'));
        if is_insert && !named && matches!(words.next(), Some("values" | "select")) {
            faults.push(format!("{place}: {statement}"));
        }
    }
    for path in files(&root().join("src/store"), ".rs") {
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        if BELOW_THE_FACE.iter().any(|below| shown.starts_with(below)) {
            continue;
        }
        for (line, text) in (1..).zip(fs::read_to_string(&path).unwrap().lines()) {
            let counted = ["row.get", "row.text", "row.text_or_null", "row.total"]
                .into_iter()
                .flat_map(|call| text.split(call).skip(1))
                .filter_map(|rest| rest.split_once('('))
                .any(|(_, place)| place.starts_with(|first: char| first.is_ascii_digit()));
            if counted {
                faults.push(format!("{shown}:{line}: {}", text.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_key_begins_with_the_centre() {
    let mut faults = Vec::new();
    for (path, text) in migrations() {
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        let keys =
            ["primary key (", "unique ("].map(|word| text.split(word).skip(1).collect::<Vec<_>>());
        for key in keys.concat() {
            if !key.trim_start().starts_with("centre_id") {
                faults.push(format!("{shown}: a key begins with {:?}", key.get(..30)));
            }
        }
        for index in text.split("create index").chain(text.split("create unique index")).skip(1) {
            let columns = index.split('(').nth(1).unwrap_or_default();
            if index.contains(" on ") && !columns.trim_start().starts_with("centre_id") {
                faults.push(format!("{shown}: an index begins with {:?}", columns.get(..30)));
            }
        }
        for word in [
            "create trigger",
            "serial ,",
            "bigserial",
            "generated always as identity",
            "create sequence",
            "references",
        ] {
            if text.contains(word) {
                faults.push(format!("{shown}: {word}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The word in braces sorts by bytes on PostgreSQL, and gives numbers the width that they need.
#[test]
fn columns_have_types_that_both_databases_read_alike() {
    for (path, text) in migrations() {
        let mut is_in_table = false;
        for line in text.lines() {
            is_in_table =
                line.starts_with("create table") || (is_in_table && !line.starts_with(')'));
            let words: Vec<&str> = line.split_whitespace().collect();
            let [name, of, ..] = words.as_slice() else { continue };
            let is_column = is_in_table && line.starts_with("    ") && !line.starts_with("     ");
            let others = ["primary", "unique", "check", "constraint", "or"];
            if is_column && !others.contains(name) {
                let known = ["{big}", "{small}", "{text}", "integer"];
                let of = of.trim_end_matches(',');
                assert!(known.contains(&of), "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn every_table_of_a_centre_is_copied_or_made_anew() {
    let mut made = BTreeSet::new();
    for (_, text) in migrations() {
        for table in text.split("create table ").skip(1) {
            made.insert(table.split([' ', '(']).next().unwrap().trim().to_owned());
        }
    }
    // These record present workers or failed guesses, or derive from copied tables.
    for other in ["centre", "centre_lease", "login_failure", "session", "transaction_identity"] {
        made.remove(other);
    }
    assert_eq!(made, listed_tables());
}
