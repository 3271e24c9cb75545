//! Rules about the code that no compiler checks, each as a test.
//!
//! Layers: which module may name which, without a circle among the modules of one layer (`tidy/circles.rs`). Files:
//! each has a module doc, and is one idea long. Migrations: both dialects have the same steps. Nothing shipped names a
//! place on somebody's machine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a check that cannot look stops"
)]

#[path = "tidy/circles.rs"]
mod circles;

use circles::Tree;
use std::fs;
use std::path::{Path, PathBuf};

/// The packages, from the bottom up. Cargo says which package may name which.
const PACKAGES: &[&str] =
    &["crates/remittance/src", "crates/statement/src", "crates/reconcile/src", "src"];

/// A module, and those it may name.
type Row = (&'static str, &'static [&'static str]);

/// The modules that a module may name through `crate::` within a package. Reading down a table is reading up the
/// layers; a module may always name itself. The domain has no table: its modules are one layer.
#[rustfmt::skip] // A table is read by column.
const MAY_USE: &[(&str, &[Row])] = &[
    ("crates/statement/src", &[
        ("workbook", &[]), // Cells of a sheet, for statements and for lists alike.
        ("rules",    &[]),
        ("feed",     &["workbook", "rules"]),
        ("sheet",    &[]),
        ("import",   &["sheet"]),
    ]),
    ("crates/reconcile/src", &[
        ("calendar", &[]),
        ("rulebook", &["calendar"]),
        ("remark",   &["rulebook"]),
        ("matching", &["calendar", "rulebook", "remark"]),
        ("suspense", &["calendar", "rulebook", "remark", "matching"]),
        ("report",   &["calendar", "rulebook", "remark", "matching", "suspense"]),
    ]),
    ("src", &[
        ("demo",     &[]),
        ("alert",    &[]),
        ("durable",  &[]), // Files alone, whatever is in them.
        ("store",    &["alert"]),
        ("nightly",  &["alert", "durable", "store"]),
        ("web",      &["alert", "store", "nightly"]),
        ("cli",      &["demo", "alert", "durable", "store", "nightly", "web"]),
    ]),
];

/// Allowed circles: the package, the module in which they are, and why. A parent and its descendants are one
/// module, so one thing in several files needs no row.
const CIRCLES: &[(&str, &str, &str)] = &[(
    "src",
    "store::database",
    "a statement seals the rows it writes, and a seal is taken of rows that a statement gives",
)];

/// The re-exports of the program from its libraries; any module of it may name them.
const PASSED_ON: &[&str] = &[
    "calendar",
    "matching",
    "remark",
    "report",
    "rulebook",
    "suspense",
    "remittance",
    "feed",
    "import",
    "sheet",
];

/// Words that the libraries may not use: only the program has I/O.
const WORLD: &[&str] = &["tokio", "sqlx", "rusqlite", "lettre", "std::fs", "std::env", "std::net"];

/// Lines of a file with its tests: the aim, and the limit.
const LINES_AIM: usize = 400;
const LINES_MAX: usize = 600;
/// Longer files for now, each with its reason.
const OVERLONG: &[(&str, &str)] = &[];
/// How many files may be longer than the aim.
const LONG_FILES_MAX: usize = 12;

/// Characters of a template line: one element a line, with many attributes wrapped.
const TEMPLATE_LINE_MAX: usize = 140;
/// The only foreign file there.
const HTMX: &str = "htmx-2.0.11.min.js";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with this ending, as a path from the root.
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

/// Every source file, each with its package.
fn sources() -> impl Iterator<Item = (&'static str, PathBuf)> {
    let of = |package: &&'static str| {
        let package = *package;
        files(package, ".rs").into_iter().map(move |path| (package, path))
    };
    PACKAGES.iter().flat_map(of)
}

/// A file's module within its package.
fn module(package: &str, path: &Path) -> String {
    let below = path.strip_prefix(package).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The names in a line of code from its package's root.
fn named_from_the_root(code: &str) -> impl Iterator<Item = &str> {
    let word = |found: char| !(found.is_alphanumeric() || found == '_');
    code.split("crate::").skip(1).map(move |rest| rest.split(word).next().unwrap_or_default())
}

/// Numbered lines of code, without comments and the unit tests at the end.
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
    for (package, path) in sources() {
        let Some((_, table)) = MAY_USE.iter().find(|(name, _)| *name == package) else { continue };
        let module = module(package, &path);
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some((_, may_use)) = table.iter().find(|(name, _)| *name == module) else {
            faults.push(format!("{}: {module} has no row in the table", path.display()));
            continue;
        };
        for (line, code) in code(&text(&path)) {
            for used in named_from_the_root(code) {
                let known = table.iter().any(|(name, _)| *name == used);
                let passed_on = package == "src" && PASSED_ON.contains(&used);
                if !passed_on && known && used != module && !may_use.contains(&used) {
                    faults.push(format!("{}:{line}: {module} must not use {used}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn modules_stand_in_no_circle() {
    let mut faults = Vec::new();
    let mut unseen: Vec<_> = CIRCLES.iter().collect();
    for package in PACKAGES {
        let mut tree = Tree::default();
        for path in files(package, ".rs") {
            let below = path.strip_prefix(package).unwrap().to_str().unwrap();
            // `main.rs` is a package of its own, and unit tests may look anywhere.
            if below != "main.rs" && !below.ends_with("tests.rs") {
                tree.add(below, &text(&path));
            }
        }
        for circle in tree.circles() {
            let may = |(of, at, _): &&(&str, &str, &str)| of == package && circle.below == *at;
            match CIRCLES.iter().find(may) {
                Some(row) => unseen.retain(|other| *other != row),
                None => faults.push(format!("{package}: {circle}")),
            }
        }
    }
    faults.extend(unseen.iter().map(|row| format!("no circle any more, take it out: {row:?}")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_core_does_not_know_the_world() {
    let mut faults = Vec::new();
    for (_, path) in sources().filter(|(package, _)| *package != "src") {
        for (line, code) in code(&text(&path)) {
            for word in WORLD.iter().filter(|word| code.contains(**word)) {
                // Unit tests in their own files may open fixtures.
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
    let tests = ["tests", "crates/statement/tests", "crates/reconcile/tests"];
    let tests = tests.into_iter().flat_map(|folder| files(folder, ".rs"));
    for path in sources().map(|(_, path)| path).chain(tests) {
        if !text(&path).starts_with("//! ") {
            faults.push(format!("{}: begins without `//!`", path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_file_is_one_idea_long() {
    let mut long = Vec::new();
    for (_, path) in sources() {
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
fn a_line_of_a_template_can_be_read() {
    let mut faults = Vec::new();
    // Files by others remain unchanged.
    for path in files("templates", "").into_iter().filter(|path| !path.ends_with(HTMX)) {
        for (index, line) in text(&path).lines().enumerate() {
            let length = line.chars().count();
            if length > TEMPLATE_LINE_MAX {
                faults.push(format!("{}:{}: {length} characters", path.display(), index + 1));
            }
        }
    }
    assert!(faults.is_empty(), "longer than {TEMPLATE_LINE_MAX}:\n{}", faults.join("\n"));
}

#[test]
fn every_step_of_the_schema_is_run_in_its_order() {
    let steps = fs::read_to_string(root().join("src/store/database/schema.rs")).unwrap();
    let listed = (1..).map_while(|number: u32| {
        let (_, name) = steps.split_once(&format!("\n    {number} \"{number:04}_"))?;
        Some(format!("{number:04}_{}.sql", name.split('"').next().unwrap()))
    });
    let files = files("migrations", "").into_iter();
    let there = files.map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
    assert_eq!(there.collect::<Vec<_>>(), listed.collect::<Vec<_>>());
}

#[test]
fn nothing_names_a_place_on_a_machine() {
    let mut faults = Vec::new();
    let kinds = ["src", "crates", "tests", "rules", "migrations", "fixtures", "benches", "docs"];
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
