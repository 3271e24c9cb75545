//! Public sample files, read from the shared corpus where it is there.
//!
//! Goal: nothing panics, and each malformed, hostile or odd table ends as the corpus expects.
//! Method: every file below `csv` and every table below `malformed` goes through the reader.
//! `DUIZHANG_SHARED` names the folder that holds the corpus; without it the test says it skips.

use duizhang::feed::inspect::{Summary, inspect};
use duizhang::rulebook::bank::BankLayouts;
use serde_json::Value;
use std::fs::File;
use std::path::PathBuf;

#[expect(clippy::disallowed_methods, reason = "a test is told where the shared data is")]
fn shared() -> Option<PathBuf> {
    let folder = std::env::var("DUIZHANG_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let folder = PathBuf::from(folder);
    folder.join("corpus/expected.json").exists().then_some(folder)
}

fn ends(summary: &Summary) -> &'static str {
    match summary {
        Summary { error: Some(_), .. } => "reject",
        Summary { rejected: 1.., .. } => "reject",
        Summary { flags, .. } if !flags.is_empty() => "flag",
        _ => "accept",
    }
}

#[test]
fn each_table_of_the_corpus_ends_as_expected() {
    let Some(shared) = shared() else {
        println!("skipped: no shared corpus (set DUIZHANG_SHARED)");
        return;
    };
    let layouts = BankLayouts::shipped().unwrap();
    let text = std::fs::read_to_string(shared.join("corpus/expected.json")).unwrap();
    let files: Vec<Value> = serde_json::from_str(&text).unwrap();
    let (mut wrong, mut read) = (Vec::new(), 0);
    for expected in files.iter().filter(|file| file["format"] == "csv") {
        let name = expected["file"].as_str().unwrap();
        let mut input = File::open(shared.join("corpus").join(name)).unwrap();
        let got = inspect(name, &mut input, &layouts, &mut |_| {});
        read += u32::from(got.error.is_none());
        let Some(expect) = expected["expect"].as_str() else { continue };
        let end = ends(&got);
        let end_fits = expect.split('-').any(|word| word == end);
        // What is taken in must be what the corpus says is there.
        let figure = |key: &str| expected[key].as_str().map(str::to_owned);
        let figures = figure("sum_credit").is_none()
            || (got.sum_credit == figure("sum_credit")
                && got.sum_debit == figure("sum_debit")
                && got.closing == figure("closing")
                && Some(got.entries) == expected["entries"].as_u64());
        if !end_fits || (end != "reject" && !figures) {
            wrong.push(format!("{name}: {expect}: {}", serde_json::to_string(&got).unwrap()));
        }
    }
    assert!(read > 0);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_of_every_kind_are_read_or_refused_without_panic() {
    let Some(shared) = shared() else {
        println!("skipped: no shared corpus (set DUIZHANG_SHARED)");
        return;
    };
    let layouts = BankLayouts::shipped().unwrap();
    let mut folders = vec![shared.join("corpus"), shared.join("domain/samples")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            if file.is_dir() {
                folders.push(file);
            } else {
                let name = file.display().to_string();
                let got = inspect(&name, &mut File::open(&file).unwrap(), &layouts, &mut |_| {});
                assert!(got.error.is_some() || got.format.is_some(), "{name}");
                println!("{}", serde_json::to_string(&got).unwrap());
                count += 1;
            }
        }
    }
    assert!(count > 400);
}
