//! The program without a database.
//!
//! Exit codes, streams, and the files of `init`. Each test runs the real binary in an empty folder.

use assert_cmd::Command;
use std::fs;
use tempfile::TempDir;

fn duizhang(dir: &TempDir) -> Command {
    let mut command = Command::cargo_bin("duizhang").unwrap();
    command.current_dir(dir.path()).env("NO_COLOR", "1");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DUIZHANG_") {
            command.env_remove(name);
        }
    }
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn help_is_an_answer_and_a_wrong_word_is_wrong_usage() {
    let dir = TempDir::new().unwrap();
    let output = duizhang(&dir).arg("--help").assert().code(0).get_output().clone();
    assert!(text(&output.stdout).contains("Exit codes:"), "help goes to standard output");
    for wrong in
        [&["frobnicate"][..], &[], &["import", "dragons", "x.csv"], &["nightly", "--as-of", "soon"]]
    {
        let output = duizhang(&dir).args(wrong).assert().code(2).get_output().clone();
        assert!(output.stdout.is_empty(), "{wrong:?} says it on standard error");
    }
}

#[test]
fn every_command_teaches() {
    let dir = TempDir::new().unwrap();
    for command in [
        "demo",
        "init",
        "import",
        "nightly",
        "ingest",
        "match",
        "remark",
        "feed",
        "transactions",
        "notices",
        "suspense",
        "report",
        "audit",
        "rules",
        "alert",
        "doctor",
        "completions",
        "man",
    ] {
        duizhang(&dir).args([command, "--help"]).assert().code(0);
    }
}

#[test]
fn init_makes_a_centre_and_overwrites_nothing() {
    let dir = TempDir::new().unwrap();
    duizhang(&dir).args(["init", "gjj", "--name", "甲市“示例”中心"]).assert().code(0);
    let settings = fs::read_to_string(dir.path().join("gjj/duizhang.toml")).unwrap();
    assert!(settings.contains("甲市“示例”中心"));
    for folder in ["inbox", "reports", "outbox", "rules"] {
        assert!(dir.path().join("gjj").join(folder).is_dir(), "{folder}");
    }
    fs::write(dir.path().join("gjj/duizhang.toml"), "# mine\n").unwrap();
    let output = duizhang(&dir).args(["init", "gjj"]).assert().code(1).get_output().clone();
    assert!(text(&output.stderr).contains("overwrites nothing"));
    assert_eq!(fs::read_to_string(dir.path().join("gjj/duizhang.toml")).unwrap(), "# mine\n");
}

#[test]
fn a_dry_init_makes_nothing() {
    let dir = TempDir::new().unwrap();
    duizhang(&dir).args(["init", "gjj", "--dry-run"]).assert().code(0);
    assert!(!dir.path().join("gjj").exists());
}

#[test]
fn completions_and_manual_pages_are_printed() {
    let dir = TempDir::new().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let output = duizhang(&dir).args(["completions", shell]).assert().code(0);
        assert!(text(&output.get_output().stdout).contains("suspense"), "{shell}");
    }
    duizhang(&dir).args(["man", "pages"]).assert().code(0);
    assert!(dir.path().join("pages/duizhang.1").is_file());
    assert!(dir.path().join("pages/duizhang-nightly.1").is_file());
}
