//! A database file damaged by a bad disk: detected, named by file and page, and none of its bytes printed.

use crate::centre::{Centre, NIGHT};
use std::fs;
use std::path::PathBuf;

/// A byte that no page holds: it would show if any of the page were printed.
const SPOILT: u8 = 0xA7;

fn database(centre: &Centre) -> PathBuf {
    centre.path().join("duizhang.db")
}

/// The first page of a table, counted from 1, and the size of a page.
fn page_of(centre: &Centre, table: &str) -> (usize, usize) {
    let connection = rusqlite::Connection::open(database(centre)).unwrap();
    let root = "select rootpage from sqlite_master where type = 'table' and name = ?1";
    let root: i64 = connection.query_row(root, [table], |row| row.get(0)).unwrap();
    let size: i64 = connection.query_row("pragma page_size", [], |row| row.get(0)).unwrap();
    (usize::try_from(root).unwrap(), usize::try_from(size).unwrap())
}

fn spoil(centre: &Centre, page: usize, size: usize) {
    let mut bytes = fs::read(database(centre)).unwrap();
    bytes[(page - 1) * size..page * size].fill(SPOILT);
    fs::write(database(centre), bytes).unwrap();
}

fn says_what_to_do(said: &str, page: usize) {
    assert!(said.contains("duizhang.db") && said.contains("damaged"), "{said}");
    assert!(said.contains(&page.to_string()), "page {page}: {said}");
    assert!(said.contains("docs/operations.md"), "{said}");
    assert!(!said.contains("167") && !said.contains('\u{fffd}') && said.len() < 2_000, "{said}");
}

#[test]
fn a_spoilt_page_is_found_by_audit_doctor_and_the_night() {
    for table in ["decision", "bank_transaction", "telling", "suspense_item"] {
        let centre = Centre::after_a_night();
        let (page, size) = page_of(&centre, table);
        spoil(&centre, page, size);
        says_what_to_do(&centre.stderr(&["audit"], 1), page);
        let doctor =
            centre.run(&["doctor", "--format", "json"]).assert().code(1).get_output().clone();
        says_what_to_do(&String::from_utf8(doctor.stdout).unwrap(), page);
        says_what_to_do(&centre.stderr(&["nightly", "--as-of", NIGHT], 1), page);
        let commands: [&[&str]; 3] =
            [&["transactions"], &["suspense", "list"], &["match", "--as-of", NIGHT]];
        for command in commands {
            let output = centre.run(command).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            if output.status.code() != Some(0) {
                says_what_to_do(&said, page);
            }
        }
    }
}

#[test]
fn a_file_that_is_no_database_any_more_is_named_too() {
    let centre = Centre::after_a_night();
    let mut bytes = fs::read(database(&centre)).unwrap();
    bytes[..200].fill(SPOILT);
    fs::write(database(&centre), bytes).unwrap();
    for command in [&["audit"][..], &["nightly", "--as-of", NIGHT], &["transactions"]] {
        let said = centre.stderr(command, 1);
        assert!(said.contains("duizhang.db") && said.contains("docs/operations.md"), "{said}");
    }
    let doctor = centre.run(&["doctor", "--format", "json"]).assert().code(1).get_output().clone();
    assert!(String::from_utf8(doctor.stdout).unwrap().contains("docs/operations.md"));
}

#[test]
fn a_value_that_makes_no_sense_is_told_by_its_kind_and_its_file() {
    let centre = Centre::after_a_night();
    let connection = rusqlite::Connection::open(database(&centre)).unwrap();
    // An invalid text, as an overwritten page may hold.
    let sql = "update letter set subject = cast(x'a7a7a7a7' as text)";
    assert!(connection.execute(sql, []).unwrap() > 0);
    drop(connection);
    let said = centre.stderr(&["alert", "list"], 1);
    assert!(said.contains("4 bytes that are no text"), "{said}");
    assert!(!said.contains("167") && !said.contains('\u{fffd}'), "{said}");
}

#[test]
fn a_whole_file_is_said_to_be_whole() {
    let centre = Centre::after_a_night();
    let rows = centre.json(&["doctor"]);
    let file = rows.iter().find(|row| row["what"] == "database file").unwrap();
    assert_eq!(file["holds"], true, "{file}");
}
