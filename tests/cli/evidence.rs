//! An auditor's evidence: the trail's head that was sent out, and a read-only copy.

use crate::centre::{Centre, NIGHT};
use crate::postgres;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn report(centre: &Centre) -> Value {
    let path = centre.path().join(format!("reports/suspense-1-{NIGHT}.json"));
    let path = if path.exists() { path } else { the_json(&centre.path().join("reports")) };
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn the_json(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let json = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
    files.filter(json).max().unwrap()
}

/// A key as `openssl genpkey -algorithm ed25519` writes it; only for tests.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
    -----END PRIVATE KEY-----\n";

#[test]
fn a_head_that_left_the_house_is_continued_by_the_trail_or_the_audit_says_not() {
    let centre = Centre::after_a_night();
    let written = report(&centre)["trail"]["head"].as_str().unwrap().to_owned();
    for form in ["html", "json"] {
        let page = the_json(&centre.path().join("reports")).with_extension(form);
        assert!(fs::read_to_string(page).unwrap().contains(&written), "{form}");
    }
    // More happens afterwards, and the head is still an entry of the trail.
    centre.feed("inbox/june.csv", "2100000000000000017,S10,2026-06-11,09:00:00,贷,1.00,,,转账,-\n");
    centre.run(&["nightly", "--as-of", "2026-06-11"]).assert().code(0);
    let found = &centre.json(&["audit", "--head", &written.to_uppercase()])[0];
    assert_eq!((found["day"].as_str(), found["event"].as_str()), (Some(NIGHT), Some("night")));
    assert!(found["entries"].as_i64() > found["entry"].as_i64(), "{found}");
    assert_eq!(found["signed"], false);
    assert!(centre.stderr(&["audit", "--head", &"0".repeat(64)], 1).contains("does not continue"));
    centre.run(&["audit", "--head", "beef"]).assert().code(2);
    centre.run(&["audit", "--head", &written, "--signature", "AA=="]).assert().code(2);
    // A rewritten trail has another head.
    let file = rusqlite::Connection::open(centre.path().join("duizhang.db")).unwrap();
    let changed = file.execute("update trail set actor = 'nobody' where sequence = 1", []).unwrap();
    assert_eq!(changed, 1);
    assert!(centre.stderr(&["audit", "--head", &written], 1).contains("is not whole"));
}

#[test]
fn a_head_is_signed_where_the_centre_has_a_key() {
    let centre = Centre::new();
    centre.write("trail.pem", KEY.as_bytes());
    let settings = fs::read_to_string(centre.path().join("duizhang.toml")).unwrap();
    centre.write(
        "duizhang.toml",
        format!("{settings}\n[audit]\nsign_key = \"trail.pem\"\n").as_bytes(),
    );
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let trail = report(&centre)["trail"].clone();
    let said = |key: &str| trail["signature"][key].as_str().unwrap().to_owned();
    let head = trail["head"].as_str().unwrap();
    let (signature, key) = (said("ed25519"), said("public_key"));
    let args = ["audit", "--head", head, "--signature", &signature, "--public-key", &key];
    assert_eq!(centre.json(&args)[0]["signed"], true);
    let other = format!("{}00", &key[..62]);
    let args = ["audit", "--head", head, "--signature", &signature, "--public-key", &other];
    assert!(centre.stderr(&args, 1).contains("signature is not"));
    // The same night again gives the same bytes.
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    assert_eq!(report(&centre)["trail"], trail);
}

/// An auditor's work on a copy; `out` has free space.
fn look_through(centre: &Centre, out: &Path) {
    let out = out.to_string_lossy().into_owned();
    for args in [
        &["audit"] as &[&str],
        &["audit", "--digest"],
        &["transactions"],
        &["notices"],
        &["suspense", "list"],
        &["trail"],
        &["show", "employer", "E1"],
        &["refunds", "list"],
        &["alert", "status"],
        &["report", "--out", &out],
        &["doctor"],
    ] {
        centre.run(args).assert().code(0);
    }
    assert!(the_json(Path::new(&out)).exists());
}

fn lock(path: &Path, writable: bool) {
    use std::os::unix::fs::PermissionsExt;
    let mode = match (writable, path.is_dir()) {
        (true, true) => 0o755,
        (true, false) => 0o644,
        (false, true) => 0o555,
        (false, false) => 0o444,
    };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_copy_on_read_only_media_is_audited_and_reported() {
    let out = tempfile::tempdir().unwrap();
    for journal in ["delete", "wal"] {
        let centre = Centre::after_a_night();
        let database = centre.path().join("duizhang.db");
        let file = rusqlite::Connection::open(&database).unwrap();
        file.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(())).unwrap();
        file.close().unwrap();
        for beside in ["duizhang.db-wal", "duizhang.db-shm"] {
            let _ = fs::remove_file(centre.path().join(beside));
        }
        let before = centre.files();
        lock(&database, false);
        lock(centre.path(), false);
        look_through(&centre, &out.path().join(journal));
        assert_eq!(centre.files(), before, "{journal}: nothing was written");
        // Commands that must write report that they cannot.
        centre.run(&["nightly", "--as-of", "2026-06-11"]).assert().code(1);
        lock(centre.path(), true);
        lock(&database, true);
        assert_eq!(centre.files(), before, "{journal}: nothing was written");
    }
}

#[test]
fn a_copy_that_nobody_can_bring_up_to_date_says_so() {
    let centre = Centre::after_a_night();
    let database = centre.path().join("duizhang.db");
    let file = rusqlite::Connection::open(&database).unwrap();
    file.execute("delete from _migration where version = 9", []).unwrap();
    file.close().unwrap();
    lock(&database, false);
    assert!(centre.stderr(&["audit"], 1).contains("its schema lacks step 9"));
    lock(&database, true);
    centre.write("duizhang.db-journal", b"something was under way");
    lock(&database, false);
    assert!(centre.stderr(&["audit"], 1).contains("in the middle of a commit"));
}

#[test]
fn a_role_that_may_only_read_can_audit() {
    let Some(database) = postgres::database("auditor") else { return };
    let centre = Centre::on(&database, "1");
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let mut client = postgres::Client::connect(&database).unwrap();
    client
        .execute(
            "do $$ begin if not exists (select 1 from pg_roles where rolname = 'auditor') then
                create role auditor login; end if; end $$;
             grant select on all tables in schema public to auditor;
             alter database auditor set default_transaction_read_only = on",
        )
        .or_else(|_| client.execute("grant select on all tables in schema public to auditor"))
        .unwrap();
    let out = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(centre.path().join("duizhang.toml")).unwrap();
    let read_only = if database.contains('?') { "&" } else { "?" };
    let url = format!("{database}{read_only}options=-c%20default_transaction_read_only%3Don");
    centre.write("duizhang.toml", text.replace(&database, &url).as_bytes());
    look_through(&centre, out.path());
    let said = centre.stderr(&["nightly", "--as-of", "2026-06-11"], 1);
    assert!(said.contains("read-only"), "{said}");
}
