//! The program on PostgreSQL: the same night as on SQLite, many centres, and a failing server.
//!
//! Each test has its own database on the server that `postgres.rs` starts, and reports that it skips without one.

use crate::centre::{Centre, LISTS, NIGHT};
use crate::postgres::{self, as_nobody_special, free_port};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The results of a night for people: reports and letters. A spreadsheet has a timestamp of its archive format; its
/// figures are in the others.
fn left_behind(centre: &Centre) -> BTreeMap<PathBuf, Vec<u8>> {
    let below = |path: PathBuf| path.strip_prefix(centre.path()).unwrap().to_path_buf();
    let files = centre.files().into_iter().map(|(path, bytes)| (below(path), bytes));
    let kept = |path: &PathBuf| path.starts_with("outbox") || path.starts_with("reports");
    files.filter(|(path, _)| kept(path) && path.extension().unwrap() != "xlsx").collect()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn a_night_gives_the_same_books_and_the_same_bytes_as_on_sqlite() {
    let Some(database) = postgres::database("same_night") else { return };
    let (sqlite, postgres) = (Centre::new(), Centre::on(&database, "1"));
    for centre in [&sqlite, &postgres] {
        centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
        centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    }
    assert_eq!(sqlite.outcomes(), postgres.outcomes());
    assert_eq!(sqlite.json(&["transactions"]), postgres.json(&["transactions"]));
    assert_eq!(sqlite.json(&["notices"]), postgres.json(&["notices"]));
    assert_eq!(sqlite.json(&["suspense", "list"]), postgres.json(&["suspense", "list"]));
    assert_eq!(sqlite.json(&["audit"]), postgres.json(&["audit"]));
    assert_eq!(sqlite.digest(), postgres.digest());
    assert_eq!(left_behind(&sqlite), left_behind(&postgres));
    postgres.run(&["doctor"]).assert().code(0);
}

#[test]
fn a_rehearsal_writes_nothing() {
    let Some(database) = postgres::database("rehearsal") else { return };
    let centre = Centre::on(&database, "1");
    let before = (centre.digest(), left_behind(&centre));
    let said = centre.stderr(&["nightly", "--as-of", NIGHT, "--dry-run"], 0);
    assert!(said.contains("nothing was written"), "{said}");
    assert_eq!((centre.digest(), left_behind(&centre)), before);
}

#[test]
fn a_centre_moves_to_postgres_and_back() {
    let Some(database) = postgres::database("moved") else { return };
    let centre = Centre::after_a_night();
    let here = format!("sqlite://{}", centre.path().join("duizhang.db").display());
    let back = format!("sqlite://{}", centre.path().join("back.db").display());
    let digest = centre.digest();
    centre.run(&["migrate", "--from", &here, "--to", &database]).assert().code(0);
    centre.run(&["migrate", "--from", &database, "--to", &back]).assert().code(0);
    for url in [&database, &back] {
        let there = centre.json(&["audit", "--digest", "--history", "--database", url]);
        assert_eq!(text(&there[0], "digest"), digest, "{url}");
        centre.run(&["audit", "--database", url]).assert().code(0);
        // It continues there as it would have here.
        centre.run(&["nightly", "--as-of", NIGHT, "--database", url]).assert().code(0);
    }
    let said = centre.stderr(&["migrate", "--from", &here, "--to", &database], 1);
    assert!(said.contains("not empty"), "{said}");
}

/// Several centres in one database, below one folder.
struct Province {
    centre: Centre,
    codes: Vec<String>,
}

impl Province {
    /// Centres of different sizes, each before a night's work.
    fn new(database: &str, count: usize) -> Self {
        let centre = Centre::on(database, "450200");
        let codes: Vec<String> = (0..count).map(|number| format!("4502{number:02}")).collect();
        for (number, code) in codes.iter().enumerate() {
            for list in ["accounts", "employers", "notices"] {
                let file = format!("{list}.csv");
                centre
                    .run(&["import", list, &file, "--centre", code, "--as-of", LISTS])
                    .assert()
                    .code(0);
            }
            let may: String =
                crate::centre::MAY.lines().skip(number % 3).map(|row| format!("{row}\n")).collect();
            centre.feed(&format!("inbox/{code}/may.csv"), &may);
        }
        // The settings name a centre that does not exist, and `all` must not create it.
        let file = centre.path().join("duizhang.toml");
        let settings = fs::read_to_string(&file).unwrap();
        fs::write(&file, settings.replace("code = \"450200\"", "code = \"1\"")).unwrap();
        Self { centre, codes }
    }

    fn digests(&self) -> BTreeMap<String, String> {
        let digest = |code: &String| {
            let line = self.centre.json(&["audit", "--digest", "--history", "--centre", code]);
            (code.clone(), text(&line[0], "digest").to_owned())
        };
        self.codes.iter().map(digest).collect()
    }

    fn nights(&self, workers: &str) -> Vec<Value> {
        self.centre.json(&["nightly", "--centres", "all", "--workers", workers, "--as-of", NIGHT])
    }
}

#[test]
fn workers_killed_at_random_leave_what_one_worker_leaves() {
    let Some(one) = postgres::database("one_worker") else { return };
    let many = postgres::database("many_workers").unwrap();
    let (one, many) = (Province::new(&one, 6), Province::new(&many, 6));
    let began = Instant::now();
    let ended = one.nights("1");
    let took = began.elapsed();
    assert!(ended.iter().all(|row| text(row, "ending") == "done"), "{ended:?}");
    let start = || {
        let args = ["nightly", "--centres", "all", "--workers", "2", "--as-of", NIGHT];
        let program = assert_cmd::cargo::cargo_bin("duizhang");
        let mut command = std::process::Command::new(program);
        command.args(args).current_dir(many.centre.path());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    // Machines come and are killed, at moments spread over the time that one worker takes.
    for kill in 1..=6 {
        let mut worker = start();
        std::thread::sleep(took * kill / 12);
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    // A dead worker's claim must expire; the test does not wait a minute for that.
    forget_claims(&many);
    let (mut here, mut there) = (start(), start());
    assert!(here.wait().unwrap().success() & there.wait().unwrap().success());
    assert_eq!(many.digests(), one.digests());
    let again = many.nights("2");
    assert!(again.iter().all(|row| text(row, "ending") == "done-before"), "{again:?}");
}

/// Expires every claim now.
fn forget_claims(province: &Province) {
    let settings = fs::read_to_string(province.centre.path().join("duizhang.toml")).unwrap();
    let url = settings.lines().find_map(|line| line.strip_prefix("database = \"")).unwrap();
    let mut client = postgres::Client::connect(url.trim_end_matches('"')).unwrap();
    client.execute("update centre_lease set lease_until = 0").unwrap();
}

#[test]
fn a_centre_that_fails_stops_no_other() {
    let Some(database) = postgres::database("one_fails") else { return };
    let province = Province::new(&database, 3);
    let broken = &province.codes[1];
    fs::remove_dir_all(province.centre.path().join("inbox").join(broken)).unwrap();
    let args = ["nightly", "--centres", "all", "--as-of", NIGHT, "--format", "json"];
    let output = province.centre.run(&args).assert().code(1).get_output().clone();
    let rows = String::from_utf8(output.stdout).unwrap();
    assert_eq!(rows.matches("\"ending\":\"done\"").count(), 2, "{rows}");
    let status = province.centre.json(&["nightly", "status"]);
    let failed = status.iter().find(|row| text(row, "centre") == broken).unwrap();
    assert_eq!((text(failed, "ending"), text(failed, "state")), ("failed", "free"));
    assert!(text(failed, "failure").contains("inbox"), "{failed}");
    // After the repair it is the only one left.
    fs::create_dir_all(province.centre.path().join("inbox").join(broken)).unwrap();
    let endings: Vec<String> =
        province.nights("1").iter().map(|row| text(row, "ending").to_owned()).collect();
    assert_eq!(endings, ["done-before", "done", "done-before"]);
}

#[test]
fn a_held_centre_is_refused_with_4() {
    let Some(database) = postgres::database("held") else { return };
    let centre = Centre::on(&database, "1");
    let mut client = postgres::Client::connect(&database).unwrap();
    client
        .execute("update centre_lease set holder = 'elsewhere/1/1', lease_until = 99999999999")
        .unwrap();
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 4);
    assert!(said.contains("another run holds"), "{said}");
    client.execute("update centre_lease set lease_until = 1").unwrap();
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
}

#[test]
fn a_night_whose_connections_are_cut_ends_as_if_they_had_not_been() {
    let Some(database) = postgres::database("cut") else { return };
    let undisturbed = Centre::after_a_night();
    let centre = Centre::on(&database, "1");
    let program = assert_cmd::cargo::cargo_bin("duizhang");
    let mut night = std::process::Command::new(program)
        .args(["nightly", "--as-of", NIGHT])
        .current_dir(centre.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut client = postgres::Client::connect(&database).unwrap();
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and application_name = 'duizhang'";
    let mut cuts = 0;
    while night.try_wait().unwrap().is_none() && cuts < 3 {
        let found: i64 = client.rows(cut)[0][0].parse().unwrap();
        cuts += u32::from(found > 0);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(cuts > 0, "no connection was ever there to be cut");
    let ended = night.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(centre.digest(), undisturbed.digest());
}

#[test]
fn tls_is_verified() {
    let Some(database) = postgres::database("tls") else { return };
    let server = postgres::server().unwrap();
    if server.port == 0 {
        return; // Somebody else's server has a certificate of its own.
    }
    let certificate = server.folder.join("server.pem").display().to_string();
    let url = |mode: &str| format!("postgres://duizhang@localhost:{}/tls?{mode}", server.port);
    let centre = Centre::on(&database, "1");
    let trusted = url(&format!("sslmode=require&sslrootcert={certificate}"));
    centre.run(&["nightly", "--as-of", NIGHT, "--database", &trusted]).assert().code(0);
    let said = centre.stderr(&["audit", "--database", &url("sslmode=require")], 1);
    assert!(said.contains("certificate"), "{said}");
}

#[test]
fn a_pooler_that_gives_each_transaction_another_connection_is_no_trouble() {
    let Some(database) = postgres::database("pooled") else { return };
    let server = postgres::server().unwrap();
    let pooler = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"]
        .into_iter()
        .find(|path| PathBuf::from(path).exists());
    let (Some(pooler), true) = (pooler, server.port != 0) else {
        println!("skipped: no pgbouncer is installed (Debian: pgbouncer)");
        return;
    };
    let port = free_port();
    let settings = format!(
        "[databases]\n* = host={} port={} user=duizhang\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\nserver_round_robin = 1\n",
        server.folder.display(),
        server.port
    );
    let file = server.folder.join("pgbouncer.ini");
    fs::write(&file, settings).unwrap();
    let mut running =
        as_nobody_special(&server.folder, pooler).arg(&file).stderr(Stdio::null()).spawn().unwrap();
    let pooled = format!("postgres://duizhang@localhost:{port}/pooled?sslmode=disable");
    let began = Instant::now();
    while postgres::Client::connect(&pooled).is_err() {
        assert!(began.elapsed() < Duration::from_secs(20), "pgbouncer does not answer");
        std::thread::sleep(Duration::from_millis(50));
    }
    let undisturbed = Centre::after_a_night();
    let centre = Centre::on(&pooled, "1");
    let province = Province::new(&pooled, 3);
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let ended = province.nights("3");
    running.kill().unwrap();
    running.wait().unwrap();
    // The night of centre 1 has just been done.
    let endings: Vec<&str> = ended.iter().map(|row| text(row, "ending")).collect();
    assert_eq!(endings, ["done-before", "done", "done", "done"], "{ended:?}");
    let direct = centre.json(&["audit", "--digest", "--history", "--database", &database]);
    assert_eq!(text(&direct[0], "digest"), undisturbed.digest());
}
