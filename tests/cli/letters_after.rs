//! Goal: no letter says that nothing more is to be done while a notice for its money is open. Method: the demo's
//! suspense is cleared item by item in different ways, and a letter a night is compared with the books.

use assert_cmd::Command;
use mail_parser::MessageParser;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tempfile::TempDir;

const DONE: [&str; 3] = ["不需要再做任何事", "已经办妥", "目前无需您办理"];

/// How the items are cleared, in turn; `--notice` with the nearest one, if that adds up.
const WAYS: [&str; 4] = ["--advance", "--refund", "--not-ours", "--notice"];

struct Demo(TempDir);

impl Demo {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        Command::cargo_bin("duizhang")
            .unwrap()
            .current_dir(dir.path())
            .args(["demo", "centre"])
            .assert()
            .code(0);
        // Clearing everything in a day writes more letters than three usual nights; held letters are not tested here.
        let settings = dir.path().join("centre/duizhang.toml");
        let text = std::fs::read_to_string(&settings).unwrap();
        std::fs::write(&settings, text.replace("hold = \"brake\"", "hold = \"never\"")).unwrap();
        Self(dir)
    }

    fn run(&self, args: &[&str]) -> (i32, String) {
        let mut command = Command::cargo_bin("duizhang").unwrap();
        command.current_dir(self.0.path().join("centre")).args(args);
        let output = command.output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), out)
    }

    fn json(&self, args: &[&str]) -> Vec<Value> {
        let (code, text) = self.run(&[args, &["--format", "json"]].concat());
        assert_eq!(code, 0, "{args:?}");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The letters in the outbox that were not read before.
    fn letters(&self, read: &mut BTreeSet<String>) -> Vec<String> {
        let mut letters = Vec::new();
        let folder = self.0.path().join("centre/outbox");
        for file in folder.read_dir().into_iter().flatten().flatten() {
            let path = file.path();
            let is_mail = path.extension().is_some_and(|ending| ending == "eml");
            if is_mail && read.insert(path.display().to_string()) {
                letters.push(text(&path));
            }
        }
        letters
    }
}

fn text(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    mail.body_text(0).unwrap().replace("\r\n", "\n")
}

fn field<'v>(row: &'v Value, key: &str) -> &'v str {
    row[key].as_str().unwrap_or_default()
}

/// The items of a letter, each from its headline: `N. 2026-05-11 到账 …`.
fn items(letter: &str) -> Vec<&str> {
    let starts: Vec<usize> = letter
        .match_indices('\n')
        .map(|(at, _)| at + 1)
        .filter(|at| {
            let line = &letter[*at..];
            let digits = line.chars().take_while(char::is_ascii_digit).count();
            digits > 0 && line[digits..].starts_with(". 20")
        })
        .collect();
    let ends = starts.iter().skip(1).copied().chain([letter.len()]);
    starts.iter().zip(ends).map(|(from, to)| &letter[*from..to]).collect()
}

impl Demo {
    /// Open notices with their employers' names.
    fn open(&self) -> BTreeMap<String, String> {
        let row =
            |row: &Value| (field(row, "reference").to_owned(), field(row, "employer").to_owned());
        self.json(&["notices", "--status", "awaiting"]).iter().map(row).collect()
    }

    /// Clears an item in the first way that is not refused, beginning with the one at `number`.
    fn clear(&self, item: &Value, number: usize) -> Option<&'static str> {
        let ways = WAYS.iter().cycle().skip(number % WAYS.len()).take(WAYS.len());
        ways.copied().find(|way| {
            let mut args = vec!["suspense", "resolve", field(item, "id"), way];
            match (*way, field(item, "nearest")) {
                ("--notice", "") => return false,
                ("--notice", nearest) => args.push(nearest),
                _ => {}
            }
            args.extend(["--by", "017", "--note", "核实", "--as-of", "2026-06-04"]);
            self.run(&args).0 == 0
        })
    }
}

#[test]
fn no_letter_says_that_all_is_done_while_a_notice_its_money_was_for_is_open() {
    let demo = Demo::new();
    let mut read = BTreeSet::new();
    demo.letters(&mut read);
    let suspense = demo.json(&["suspense", "list"]);
    let credits: Vec<&Value> =
        suspense.iter().filter(|item| !field(item, "amount").starts_with('-')).collect();
    assert!(credits.len() >= 25, "{}", credits.len());
    let mut cleared = BTreeMap::<&str, u32>::new();
    for (number, item) in credits.iter().enumerate() {
        let way = demo.clear(item, number).unwrap_or_else(|| panic!("{item} cannot be cleared"));
        *cleared.entry(way).or_default() += 1;
    }
    assert_eq!(cleared.len(), WAYS.len(), "{cleared:?}");
    demo.run(&["nightly", "--as-of", "2026-06-10"]);
    assert_eq!(demo.run(&["audit"]).0, 0);
    let (open, letters) = (demo.open(), demo.letters(&mut read));
    let mut told = 0;
    for item in &credits {
        let id = field(item, "id");
        let serial = id.rsplit_once('/').unwrap().1;
        let transaction = demo.json(&["transactions", "--account", id.rsplit_once('/').unwrap().0]);
        let transaction = transaction.iter().find(|row| field(row, "serial") == serial).unwrap();
        let reference = field(transaction, "reference");
        let Some(employer) = open.get(reference) else { continue };
        let headline =
            format!("{} 到账 {} 元", field(item, "booked_on"), grouped(field(item, "amount")));
        for letter in letters.iter().filter(|one| one.contains(&format!("贵单位（{employer}）")))
        {
            for told_item in items(letter).iter().filter(|one| one.contains(&headline)) {
                told += 1;
                let line = format!("{reference}（");
                assert!(told_item.contains(&line) && told_item.contains("还差"), "{id}: {letter}");
                assert!(told_item.contains("请这样办理"), "{id}: {letter}");
                let opening: Vec<&str> = letter.split("\n\n").skip(2).take(2).collect();
                let opening = opening.join("\n");
                assert!(!DONE.iter().any(|done| opening.contains(done)), "{id}: {letter}");
            }
        }
    }
    assert!(told >= 3, "letters name notices that stay open: {told} of {}", letters.len());
    assert!(letters.iter().any(|letter| letter.contains(DONE[0])), "and some are done");
}

/// `12000.00` as letters write it: `12,000.00`.
fn grouped(amount: &str) -> String {
    let (yuan, fen) = amount.split_once('.').unwrap();
    let mut text = String::new();
    for (place, digit) in yuan.chars().enumerate() {
        if place > 0 && (yuan.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text}.{fen}")
}
