//! The same bank entries as CSV, camt.053 and MT940: both readers must agree with the CSV.
//!
//! The generator is not part of the project: `DUIZHANG_SHARED` says where it is (default `../shared`); without it, or
//! without python3, the test says so and passes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where its data is not what it must be, and says when it skips"
)]

use statement::feed::{self, FeedError, Flag, Format, Reject, Sink, Statement, StatementEntry};
use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;
use std::process::Command;

/// The values of an entry in all three formats.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    account: String,
    day: String,
    time: String,
    direction: String,
    amount: String,
    other_account: String,
    other_name: String,
    bank_code: String,
    summary: String,
    remark: String,
}

#[derive(Default)]
struct Rows {
    rows: BTreeMap<String, Row>,
    count: usize,
    problems: Vec<String>,
}

impl Sink for Rows {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        self.count += 1;
        assert_eq!(entry.currency, Some("CNY"));
        let row = Row {
            account: entry.account.unwrap_or_default().to_owned(),
            day: entry.booked_on.to_string(),
            time: entry.booked_time.map(|time| time.to_string()).unwrap_or_default(),
            direction: entry.direction.to_string(),
            amount: entry.amount.to_string(),
            other_account: entry.counterparty.account.to_owned(),
            other_name: entry.counterparty.name.to_owned(),
            bank_code: entry.counterparty.bank_code.to_owned(),
            summary: entry.remarks.summary.to_owned(),
            remark: entry.remarks.postscript.to_owned(),
        };
        self.rows.insert(entry.serial.to_owned(), row);
    }

    fn reject(&mut self, reject: Reject) {
        self.problems.push(reject.to_string());
    }

    fn statement(&mut self, statement: Statement<'_>) {
        if statement.balance_ok() != Some(true) {
            self.problems.push(format!("{statement:?}"));
        }
    }

    fn flag(&mut self, flag: Flag) {
        self.problems.push(format!("{flag:?}"));
    }
}

type Read = fn(&mut dyn BufRead, &mut dyn Sink) -> Result<Format, FeedError>;

fn read_all(folder: &Path, read: Read) -> Rows {
    let mut rows = Rows::default();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = std::fs::File::open(file.unwrap().path()).unwrap();
        read(&mut std::io::BufReader::new(file), &mut rows).unwrap();
    }
    rows
}

/// The CSV's rows without the repeated ones.
fn csv_rows(path: &Path) -> BTreeMap<String, Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|title| title == name).unwrap();
    let columns = [
        "本方账号",
        "交易日期",
        "交易时间",
        "借贷标志",
        "交易金额",
        "对方账号",
        "对方户名",
        "对方行号",
        "摘要",
        "附言",
    ]
    .map(column);
    let serial = column("交易流水号");
    let mut rows = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let [
            account,
            day,
            time,
            mark,
            amount,
            other_account,
            other_name,
            bank_code,
            summary,
            remark,
        ] = columns.map(|index| record[index].to_owned());
        let direction = if mark == "贷" { "credit" } else { "debit" }.to_owned();
        let row = Row {
            account,
            day,
            time,
            direction,
            amount,
            other_account,
            other_name,
            bank_code,
            summary,
            remark,
        };
        rows.insert(record[serial].to_owned(), row);
    }
    rows
}

fn generate(into: &Path, seed: u64) -> bool {
    let generator = crate::shared::shared().join("bench/gen.py");
    let made = generator.exists()
        && Command::new("python3")
            .arg(&generator)
            .args(["--quiet", "-n", "3000", "--formats", "camt,mt940", "--seed", &seed.to_string()])
            .arg("--out")
            .arg(into)
            .status()
            .is_ok_and(|status| status.success());
    if !made {
        println!("skipped: no generator at {}, or no python3", generator.display());
    }
    made
}

#[test]
fn camt_and_mt940_give_what_the_csv_says() {
    for seed in [7, 20_261_124] {
        let folder = tempfile::tempdir().unwrap();
        if !generate(folder.path(), seed) {
            return;
        }
        let want = csv_rows(&folder.path().join("feed.csv"));
        let formats: [(&str, Read); 2] = [("camt", feed::camt::read), ("mt940", feed::mt::read)];
        for (name, read) in formats {
            let got = read_all(&folder.path().join(name), read);
            assert!(got.problems.is_empty(), "seed {seed}, {name}: {:?}", got.problems.first());
            assert_eq!(got.count, want.len(), "seed {seed}, {name}");
            for (serial, row) in &want {
                assert_eq!(got.rows.get(serial), Some(row), "seed {seed}, {name}, serial {serial}");
            }
        }
    }
}
