//! Every file of the corpus, parsed as in `duizhang feed inspect`, against its figures.
//!
//! The corpus is not part of the project: `DUIZHANG_SHARED` says where it is (default `../shared`); without it the
//! tests say so and pass. Real camt and MT files must agree to the fen with `expected.json`; attacks and malformed
//! files must end as their `expect` says, within a second each and a hundred megabytes together. OFX and BAI2 are
//! refused by name.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where its data is not what it must be, and says when it skips"
)]

use serde_json::Value;
use statement::feed::inspect::{Summary, inspect};
use statement::rules::bank::BankLayouts;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static LAYOUTS: LazyLock<BankLayouts> = LazyLock::new(|| BankLayouts::shipped().unwrap());

/// The summary keys that are also in `expected.json`.
const FIGURES: [&str; 8] = [
    "statements",
    "entries",
    "sum_credit",
    "sum_debit",
    "currency",
    "opening",
    "closing",
    "balance_ok",
];

fn shared() -> Option<PathBuf> {
    let shared = crate::shared::shared();
    if shared.join("corpus/expected.json").exists() {
        return Some(shared);
    }
    println!("skipped: no corpus in {}", shared.display());
    None
}

/// The corpus's folder, and its expectations for files in these formats.
fn corpus(formats: &[&str]) -> Option<(PathBuf, Vec<Value>)> {
    let root = shared()?.join("corpus");
    let text = std::fs::read_to_string(root.join("expected.json")).unwrap();
    let mut files: Vec<Value> = serde_json::from_str(&text).unwrap();
    files.retain(|file| formats.iter().any(|f| file["format"].as_str().unwrap().starts_with(f)));
    Some((root, files))
}

fn summary(root: &Path, expected: &Value) -> Summary {
    let file = expected["file"].as_str().unwrap();
    let began = Instant::now();
    let summary = inspect(file, &mut File::open(root.join(file)).unwrap(), &LAYOUTS, &mut |_| {});
    assert!(began.elapsed() < Duration::from_secs(1), "{file}: took {:?}", began.elapsed());
    summary
}

/// The figures in which a summary differs from the expected ones.
fn differences(summary: &Summary, expected: &Value) -> Vec<String> {
    let got = serde_json::to_value(summary).unwrap();
    let differs = FIGURES.iter().filter(|key| got[**key] != expected[**key]);
    differs.map(|key| format!("{key}: got {}, want {}", got[key], expected[key])).collect()
}

fn report(wrong: &[String], count: usize) {
    assert!(wrong.is_empty(), "{} of {count} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    println!("{count} files end as expected");
}

#[test]
fn every_camt_and_mt_sample_agrees_with_its_figures() {
    let Some((root, files)) = corpus(&["camt.05", "mt94"]) else { return };
    let (mut wrong, mut count) = (Vec::new(), 0);
    for expected in &files {
        let class = expected["class"].as_str().unwrap();
        if !matches!(class, "sample" | "fragment" | "malformed-real") {
            continue;
        }
        count += 1;
        let got = summary(&root, expected);
        let mut differences = differences(&got, expected);
        differences.extend(got.error.clone());
        if class == "sample" && got.format != expected["format"].as_str() {
            differences.push(format!("read as {:?}", got.format));
        }
        if !differences.is_empty() {
            wrong.push(format!("{}: {} {:?}", got.file, differences.join("; "), got.flags));
        }
    }
    report(&wrong, count);
}

#[test]
fn every_attack_and_malformed_file_ends_as_expected() {
    let Some((root, files)) = corpus(&["camt.05", "mt94", "csv"]) else { return };
    let (mut wrong, mut count) = (Vec::new(), 0);
    for expected in &files {
        let Some(expect) = expected["expect"].as_str() else { continue };
        count += 1;
        let got = summary(&root, expected);
        let rejected = got.error.is_some() || got.rejected > 0;
        let flagged = rejected || !got.flags.is_empty();
        let exact = !rejected && differences(&got, expected).is_empty();
        let ends_well = match expect {
            "reject" => rejected,
            "flag" | "reject-or-flag" => flagged,
            "accept" => exact,
            "accept-or-flag" => exact || flagged,
            "accept-exact-or-reject" | "reject-or-accept" => exact || rejected,
            other => panic!("{}: expect {other:?} is not known", got.file),
        };
        // Accepted content must be correct, unless there is nothing to compare with.
        let silent = !flagged && expected["entries"].is_u64() && !exact;
        if !ends_well || silent {
            let differences = differences(&got, expected);
            let end = serde_json::to_string(&got).unwrap();
            wrong.push(format!("{}: want {expect}: {differences:?} {end}", got.file));
        }
    }
    report(&wrong, count);
}

#[test]
fn formats_that_are_not_read_are_refused_by_name() {
    let Some((root, files)) = corpus(&["ofx", "bai2"]) else { return };
    let (mut wrong, mut count) = (Vec::new(), 0);
    for expected in &files {
        count += 1;
        let got = summary(&root, expected);
        let named = got.error.as_ref().is_some_and(|error| {
            error.starts_with("expected CSV, camt, MT940 or settlement records, found")
                || error.starts_with("expected a statement, found an empty file")
        });
        // Content that is broken beyond recognition is still refused.
        let broken = got.error.is_some() && expected["class"] != "sample";
        if !named && !broken {
            wrong.push(serde_json::to_string(&got).unwrap());
        }
    }
    report(&wrong, count);
}

#[test]
fn all_shared_files_are_read_or_refused_without_panic_in_bounded_memory() {
    let Some(shared) = shared() else { return };
    let mut folders = vec![shared.join("corpus"), shared.join("domain/samples")];
    let (mut count, mut read) = (0, 0);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.display().to_string();
            let got = inspect(&name, &mut File::open(&path).unwrap(), &LAYOUTS, &mut |_| {});
            assert_eq!(got.error.is_none(), got.format.is_some(), "{name}");
            count += 1;
            read += u32::from(got.error.is_none());
        }
    }
    assert!(count > 400 && read > 200, "{read} of {count}");
    // Linux reports the peak memory of this process; elsewhere nothing is checked.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: u64 = peak.map_or(0, |peak| peak.replace("kB", "").trim().parse().unwrap());
    assert!(kilobytes < 100_000, "{kilobytes} kB");
    println!("{read} of {count} files read, {kilobytes} kB at most");
}
