//! The README's month of an employer, as a reader would type it: it ends with the printed balance.

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use std::fs;
use std::process::Command;
use tempfile::TempDir;

/// The commands under a heading, in order.
fn commands(readme: &str, heading: &str) -> String {
    let (_, section) = readme.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    section.lines().filter_map(|line| line.strip_prefix("    ")).fold(
        String::new(),
        |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        },
    )
}

/// A command without its explanation.
fn bare(command: &str) -> &str {
    command.split(" #").next().unwrap_or_default().trim_end()
}

#[test]
fn the_tour_of_the_readme_ends_with_the_balance_it_prints() {
    let english = commands(include_str!("../../README.md"), "A month of an employer");
    let chinese = commands(include_str!("../../README.zh-CN.md"), "单位的一个月");
    let both = [&english, &chinese].map(|tour| tour.lines().map(bare).collect::<Vec<_>>());
    assert_eq!(both[0], both[1], "both languages type the same");
    let (_, rest) = english.split_once("duizhang show employee A1").unwrap();
    let printed = rest.lines().next().unwrap().trim_start_matches([' ', '#']);
    let folder = TempDir::new().unwrap();
    let tour = format!("{english}duizhang show employee A1 --format json > ../shown.json\n");
    let binary = cargo_bin("duizhang");
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &tour]).current_dir(&folder).env("PATH", path);
    let done = bash.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let shown = fs::read_to_string(folder.path().join("shown.json")).unwrap();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(format!("balance {}", shown["balance"].as_str().unwrap()), printed);
}
