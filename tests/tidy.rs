//! Rules about the code that a compiler does not check, each as a test.
//!
//! Layers: who may name whom. Files: each says what it is, and is one idea long. Migrations: both
//! dialects step alike. Nothing that is shipped names a place on somebody's machine.

#![expect(clippy::unwrap_used, reason = "a check that cannot look stops")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Who may name whom through `crate::`. Reading down the table is reading up the layers; a module
/// may always name itself.
#[rustfmt::skip] // A table is read by column.
const MAY_USE: &[(&str, &[&str])] = &[
    ("remittance", &[]),
    ("hex",        &[]),
    ("workbook",   &[]), // Cells of a sheet, for statements and for lists alike.
    ("calendar",   &["remittance"]), // Months are the domain's; closing them is the calendar's.
    ("rulebook",   &["remittance", "calendar"]),
    ("remark",     &["remittance", "rulebook"]),
    ("feed",       &["remittance", "workbook", "rulebook"]),
    ("sheet",      &[]),
    ("import",     &["remittance", "sheet"]),
    ("matching",   &["remittance", "calendar", "rulebook", "remark"]),
    ("suspense",   &["hex", "remittance", "calendar", "rulebook", "remark", "matching"]),
    ("report",     &["remittance", "calendar", "rulebook", "remark", "matching", "suspense", "feed"]),
    ("demo",       &["remittance", "import"]),
    ("alert",      &["hex", "remittance", "calendar", "rulebook", "remark", "matching", "suspense", "report"]),
    ("durable",    &[]), // Files alone, whatever is in them.
    ("store",      &["hex", "remittance", "calendar", "rulebook", "remark", "feed", "import", "matching",
                     "suspense", "report", "alert"]),
    ("nightly",    &["hex", "remittance", "calendar", "rulebook", "remark", "feed", "import", "matching",
                     "suspense", "report", "alert", "durable", "store"]),
    ("web",        &["hex", "remittance", "calendar", "rulebook", "remark", "matching", "suspense", "report",
                     "alert", "store", "nightly"]),
    ("cli",        &["hex", "remittance", "calendar", "rulebook", "remark", "feed", "import", "matching",
                     "suspense", "report", "demo", "alert", "durable", "store", "nightly", "web"]),
];

/// Words that layers 0 to 2 do not know: the world is the shell's.
const WORLD: &[&str] = &["tokio", "sqlx", "rusqlite", "lettre", "std::fs", "std::env", "std::net"];
const SHELL: &[&str] = &["store", "durable", "alert", "nightly", "web", "cli", "lib", "main"];

/// Lines of a file with its tests: what one sits down to, and what nobody may pass.
const LINES_AIM: usize = 400;
const LINES_MAX: usize = 600;
/// Longer than that for now, each with what it waits for.
const OVERLONG: &[(&str, &str)] = &[];
/// How many files may be longer than the aim.
const LONG_FILES_MAX: usize = 12;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder whose name ends so, as a path from the root.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort();
    found.iter().map(|path| path.strip_prefix(root()).unwrap().to_path_buf()).collect()
}

fn text(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The module of `src` that a file belongs to.
fn module(path: &Path) -> String {
    let below = path.strip_prefix("src").unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Lines of code with their numbers, comments and the unit tests at the end left out.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().enumerate().map(|(index, line)| (index + 1, line)).filter(|(_, line)| {
        let start = line.trim_start();
        !start.starts_with("//")
    })
}

#[test]
fn arrows_point_down_the_layers() {
    let mut faults = Vec::new();
    for path in files("src", ".rs") {
        let module = module(&path);
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            faults.push(format!("{}: {module} has no row in the table", path.display()));
            continue;
        };
        for (line, code) in code(&text(&path)) {
            for rest in code.split("crate::").skip(1) {
                let word = |found: char| !(found.is_alphanumeric() || found == '_');
                let used = rest.split(word).next().unwrap_or_default();
                let known = MAY_USE.iter().any(|(name, _)| *name == used);
                if known && used != module && !may_use.contains(&used) {
                    faults.push(format!("{}:{line}: {module} must not use {used}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_core_does_not_know_the_world() {
    let mut faults = Vec::new();
    for path in files("src", ".rs") {
        if SHELL.contains(&module(&path).as_str()) {
            continue;
        }
        for (line, code) in code(&text(&path)) {
            for word in WORLD.iter().filter(|word| code.contains(**word)) {
                // Unit tests in files of their own may open fixtures.
                if !path.ends_with("tests.rs") {
                    faults.push(format!("{}:{line}: names {word}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let mut faults = Vec::new();
    for path in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        if !text(&path).starts_with("//! ") {
            faults.push(format!("{}: begins without `//!`", path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_file_is_one_idea_long() {
    let mut long = Vec::new();
    for path in files("src", ".rs") {
        let lines = text(&path).lines().count();
        let overlong = OVERLONG.iter().any(|(name, _)| path.ends_with(name));
        let fits = lines <= LINES_MAX;
        assert!(fits || overlong, "{}: {lines} lines, at most {LINES_MAX}", path.display());
        assert!(!(fits && overlong), "{}: no longer overlong, take it out", path.display());
        if lines > LINES_AIM {
            long.push(format!("{}: {lines} lines", path.display()));
        }
    }
    assert!(
        long.len() <= LONG_FILES_MAX,
        "more than {LONG_FILES_MAX} files are longer than {LINES_AIM} lines:\n{}",
        long.join("\n")
    );
}

#[test]
fn both_dialects_step_alike() {
    let names = |folder: &str| -> BTreeSet<String> {
        let names = files(folder, ".sql").into_iter();
        names.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    };
    let (sqlite, postgres) = (names("migrations/sqlite"), names("migrations/postgres"));
    assert_eq!(sqlite, postgres);
}

#[test]
fn nothing_names_a_place_on_a_machine() {
    let mut faults = Vec::new();
    let kinds = ["src", "tests", "rules", "migrations", "fixtures", "benches", "docs"];
    let below = kinds.iter().flat_map(|folder| files(folder, ""));
    let top = ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "DECISIONS.md", "CHANGELOG.md"];
    for path in below.chain(top.map(PathBuf::from)) {
        let Ok(bytes) = fs::read(root().join(&path)) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        for (index, line) in text.lines().enumerate() {
            let place = ["/home/", "/root/", "/Users/"].iter().find(|place| line.contains(**place));
            if let Some(place) = place.filter(|_| !path.ends_with("tidy.rs")) {
                faults.push(format!("{}:{}: names {place}", path.display(), index + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
