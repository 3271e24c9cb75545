//! Rebuilt public statements, and scenes of settlement: full nights by the real binary, each checked against its case.
//!
//! The cases are not part of the project: `DUIZHANG_SHARED` says where they are (default `../shared`); without them the
//! tests say so and pass. A statement's case names its transactions one by one; a scene names outcome and reason by
//! serial.

use super::centre::Centre;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn shared(below: &str) -> Option<PathBuf> {
    let shared = std::env::var("DUIZHANG_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let folder = PathBuf::from(shared).join(below);
    if folder.exists() {
        return Some(folder);
    }
    println!("skipped: nothing at {}", folder.display());
    None
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Runs a night and returns its exit code.
fn night(centre: &Centre, inbox: &Path, as_of: &str) -> i32 {
    let inbox = inbox.to_string_lossy().into_owned();
    let output = centre.run(&["nightly", "--inbox", &inbox, "--as-of", as_of]).output().unwrap();
    output.status.code().unwrap_or(-1)
}

/// A centre with every account in the cases, and two open notices.
fn centre_of(cases: &[Value]) -> Centre {
    let mut accounts = vec!["99990000000000001".to_owned(), "68080000000000001".to_owned()];
    for case in cases {
        accounts.extend(case["account"].as_str().map(str::to_owned));
        let transactions = case["transactions"].as_array().unwrap();
        accounts.extend(transactions.iter().map(|transaction| text(transaction, "account")));
    }
    accounts.sort();
    accounts.dedup();
    let rows: String = accounts.iter().map(|account| format!("{account},B1,银行,专户\n")).collect();
    Centre::with(&[
        ("accounts", &format!("account_no,bank,bank_name,account_name\n{rows}")),
        ("employers", "employer_id,name\nE1,示例甲公司\nE2,示例乙公司\n"),
        (
            "notices",
            "reference,employer_id,amount,issued_on,month\n\
             P1906133753,E1,1200.00,2026-05-01,2026-05\nP1906133754,E2,500.00,2026-05-01,2026-05\n",
        ),
    ])
}

/// The difference from the case's expected end, if any.
fn wrong(base: &Path, case: &Value, centre: &Centre) -> Option<String> {
    let (mut worst, mut told) = (0, false);
    for (number, files) in case["nights"].as_array().unwrap().iter().enumerate() {
        let inbox = centre.path().join(format!("in{number}"));
        let folder = case["account"].as_str().map_or(inbox.clone(), |account| inbox.join(account));
        fs::create_dir_all(&folder).unwrap();
        for file in files.as_array().unwrap() {
            let file = file.as_str().unwrap();
            fs::copy(base.join(file), folder.join(file)).unwrap();
            let path = base.join(file).to_string_lossy().into_owned();
            let shown =
                centre.run(&["feed", "inspect", &path, "--format", "json"]).output().unwrap();
            let shown: Value = serde_json::from_slice(&shown.stdout).unwrap_or_default();
            told |= shown["error"].is_string()
                || shown["flags"].as_array().is_some_and(|f| !f.is_empty());
        }
        let as_of = text(case, "as_of");
        let day: usize = as_of[8..].parse().unwrap();
        worst = worst.max(night(centre, &inbox, &format!("{}{:02}", &as_of[..8], day + number)));
    }
    let reports = centre.path().join("reports");
    told |= reported(&reports);
    let mut left: Vec<&Value> = case["transactions"].as_array().unwrap().iter().collect();
    let rows = centre.json(&["transactions"]);
    let refused = rows.is_empty() && worst == 3;
    let mut unexpected = Vec::new();
    for row in &rows {
        let same = |want: &&Value| {
            let keys = ["account", "booked_on", "direction", "amount"];
            keys.iter().all(|key| want[*key] == row[*key])
                && ["outcome", "notice"]
                    .iter()
                    .all(|key| want[*key].is_null() || want[*key] == row[*key])
        };
        match left.iter().position(same) {
            Some(place) => drop(left.remove(place)),
            None => unexpected.push(row.to_string()),
        }
    }
    if refused && case["refuse"] == "or" {
        return None;
    }
    if !left.is_empty() || !unexpected.is_empty() {
        return Some(format!("left {left:?}, unexpected {unexpected:?}, exit {worst}"));
    }
    let audit = centre.run(&["audit"]).output().unwrap().status.code();
    if audit != Some(0) {
        return Some(format!("audit ends with {audit:?}"));
    }
    let flagged = case["flag"].as_bool().unwrap_or(false);
    if flagged && !told {
        return Some("nothing is told".to_owned());
    }
    let want = i32::try_from(case["exit"].as_i64().unwrap_or(0)).unwrap();
    let fits = worst == want || (flagged && matches!(worst, 0 | 3));
    (!fits).then(|| format!("exit {worst}, want {want}"))
}

/// Whether a report has a warning.
fn reported(reports: &Path) -> bool {
    fs::read_dir(reports).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return reported(&path);
        }
        let json = path.extension().is_some_and(|ending| ending == "json");
        let report: Value = if json {
            serde_json::from_slice(&fs::read(&path).unwrap()).unwrap_or_default()
        } else {
            Value::Null
        };
        report["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty())
    })
}

#[test]
fn every_rebuilt_public_statement_ends_as_its_case_says() {
    let Some(base) = shared("statements") else { return };
    let cases: Vec<Value> =
        serde_json::from_slice(&fs::read(base.join("cases.json")).unwrap()).unwrap();
    let centre = centre_of(&cases);
    let mut faults = Vec::new();
    for case in &cases {
        if let Some(fault) = wrong(&base, case, &centre.copy()) {
            faults.push(format!("{}: {fault}", text(case, "name")));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
    println!("{} statements end as they should", cases.len());
}

#[test]
fn every_scene_of_settlement_ends_as_it_says() {
    let Some(base) = shared("cases/settlement") else { return };
    let mut faults = Vec::new();
    let mut scenes: Vec<PathBuf> =
        fs::read_dir(&base).unwrap().map(|e| e.unwrap().path()).collect();
    scenes.sort();
    for scene in &scenes {
        let name = scene.file_name().unwrap().to_string_lossy().into_owned();
        let want: Value =
            serde_json::from_slice(&fs::read(scene.join("want.json")).unwrap()).unwrap();
        let list = |name: &str| fs::read_to_string(scene.join(format!("{name}.csv"))).unwrap();
        let lists = ["accounts", "employers", "notices"].map(|name| (name, list(name)));
        let centre = Centre::with(&lists.each_ref().map(|(name, text)| (*name, text.as_str())));
        for (number, day) in want["nights"].as_array().unwrap().iter().enumerate() {
            let inbox = centre.path().join(format!("in{number}"));
            copy_all(&scene.join(format!("night{}", number + 1)), &inbox);
            let exit = night(&centre, &inbox, day.as_str().unwrap());
            if !want["exits"].as_array().unwrap().contains(&Value::from(exit)) {
                faults.push(format!("{name}: exit {exit}"));
            }
            if let Some(act) = want["between"].get(number).and_then(Value::as_array) {
                let act: Vec<&str> = act.iter().map(|word| word.as_str().unwrap()).collect();
                centre.run(&act).assert().code(0);
            }
        }
        let rows = centre.json(&["transactions"]);
        if let Some(count) = want["count"].as_u64()
            && u64::try_from(rows.len()).unwrap() != count
        {
            faults.push(format!("{name}: {} transactions, want {count}", rows.len()));
        }
        for (serial, end) in want["want"].as_object().unwrap() {
            let of_serial: Vec<&Value> = rows
                .iter()
                .filter(|row| serial == "*" || row["serial"] == *serial.as_str())
                .collect();
            let ends = |row: &&Value| {
                row["outcome"] == end[0] && (end[1].is_null() || row["reason"] == end[1])
            };
            if of_serial.is_empty() || !of_serial.iter().all(ends) {
                faults.push(format!("{name}: {serial} wants {end}, got {of_serial:?}"));
            }
        }
        centre.run(&["audit"]).assert().code(0);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!("{} scenes end as they should", scenes.len());
}
