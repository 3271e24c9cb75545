//! The generator's truth: every line's outcome, reason and notice, in all four formats.
//!
//! The generator is not part of the project: `DUIZHANG_SHARED` says where it is (default `../shared`); without it, or
//! without python3, the test says so and passes. `DUIZHANG_TRUTH_N` and `DUIZHANG_TRUTH_SEED` change its size and seed.

use super::centre::{Backing, Centre, every_store, scratch};
use duizhang::import;
use duizhang::nightly::Delivery;
use duizhang::remittance::Outcome;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const SEED: u64 = 7;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

/// Runs the generator into the folder; returns the night's day, or `None` if it cannot run.
fn generate(into: &Path, count: u64, seed: u64) -> Option<String> {
    let shared = std::env::var("DUIZHANG_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let generator = PathBuf::from(shared).join("bench/gen.py");
    let mut python = Command::new("python3");
    python.arg(&generator).args(["--quiet", "-n", &count.to_string(), "--seed", &seed.to_string()]);
    let made = generator.exists()
        && python.arg("--out").arg(into).status().is_ok_and(|status| status.success());
    if !made {
        println!("skipped: no generator at {}, or no python3", generator.display());
        return None;
    }
    let meta = std::fs::read_to_string(into.join("meta.json")).unwrap();
    let meta: serde_json::Value = serde_json::from_str(&meta).unwrap();
    Some(meta["as_of"].as_str().unwrap().to_owned())
}

/// By serial: outcome, reason, notice. A repeated line has those of its first one.
fn truth(folder: &Path) -> BTreeMap<String, [String; 3]> {
    let mut reader = csv::Reader::from_path(folder.join("truth.csv")).unwrap();
    let mut truth = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        if &record[2] != "seen" {
            let said = [&record[2], &record[3], &record[4]].map(str::to_owned);
            assert!(truth.insert(record[1].to_owned(), said).is_none(), "{record:?}");
        }
    }
    truth
}

fn deliveries(folder: &Path, format: &str) -> Vec<Delivery> {
    let place = folder.join(format);
    let mut paths: Vec<PathBuf> = if place.is_dir() {
        std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()).collect()
    } else {
        vec![place]
    };
    paths.sort();
    paths.into_iter().map(|path| Delivery { account_no: None, path }).collect()
}

fn prepared(backing: Backing, folder: &Path) -> Centre {
    let centre = Centre::new(backing, &[]);
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    centre.store.import_accounts(&import::accounts(&read("accounts.csv")).unwrap().rows).unwrap();
    centre
        .store
        .import_employers(&import::employers(&read("employers.csv")).unwrap().rows)
        .unwrap();
    let mut notices = import::notices(&read("notices.csv")).unwrap().rows;
    centre.store.import_notices(&mut notices).unwrap();
    centre
}

#[test]
fn every_line_becomes_what_the_generator_says_in_every_format() {
    let count = number("DUIZHANG_TRUTH_N").unwrap_or(3_000);
    let seed = number("DUIZHANG_TRUTH_SEED").unwrap_or(SEED);
    every_store(|backing| {
        let folder = scratch();
        let Some(as_of) = generate(folder.path(), count, seed) else { return };
        let truth = truth(folder.path());
        let mut digests = Vec::new();
        for format in ["feed.csv", "feed.gb18030.csv", "camt", "mt940"] {
            let centre = prepared(backing, folder.path());
            let night = centre.night(&as_of, &deliveries(folder.path(), format));
            let total = night.intakes.total();
            assert_eq!((total.conflicting, total.rejected), (0, 0), "{format}, seed {seed}");
            agrees(&centre, &truth, &format!("{format}, seed {seed}"));
            digests.push((format, centre.digest()));
            // The other formats add nothing and contradict nothing.
            if count <= 3_000 {
                let other = if format == "camt" { "feed.csv" } else { "camt" };
                let again = centre.night(&as_of, &deliveries(folder.path(), other)).intakes.total();
                assert_eq!((again.fresh, again.conflicting), (0, 0), "{other} after {format}");
            }
        }
        let (_, first) = &digests[0];
        assert!(digests.iter().all(|(_, digest)| digest == first), "seed {seed}: {digests:?}");
        println!("seed {seed}: {} transactions agree in four formats", truth.len());
    });
}

fn agrees(centre: &Centre, truth: &BTreeMap<String, [String; 3]>, when: &str) {
    let rows = centre.transactions();
    assert_eq!(rows.len(), truth.len(), "{when}");
    for row in rows {
        let notices: Vec<String> = row.notices.iter().map(ToString::to_string).collect();
        let got = [
            row.outcome.map_or("", Outcome::code).to_owned(),
            row.reason_code().unwrap_or_default().to_owned(),
            notices.join(" "),
        ];
        assert_eq!(Some(&got), truth.get(&row.serial), "{when}: {}", row.serial);
    }
}
