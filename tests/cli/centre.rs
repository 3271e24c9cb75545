//! A small centre for tests that run the real binary: two accounts, a handful of notices.
//!
//! Everything is written here and invented. [`Centre::json`] parses a command's output.

use assert_cmd::Command;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

pub(crate) const ICBC: &str = "2100000000000000017";
pub(crate) const CCB: &str = "4500000000000000025";

pub(crate) const ACCOUNTS: &str = "account_no,bank,bank_name,account_name\n\
    2100000000000000017,102,中国工商银行示例分行,示例市归集专户\n\
    4500000000000000025,105,中国建设银行示例分行,示例市归集专户\n";

pub(crate) const EMPLOYERS: &str = "employer_id,name,email,payer_accounts\n\
    E1,甲示例有限公司,gjj@e1.example.com,6200000000000000001\n\
    E2,乙示例有限公司,gjj@e2.example.com,\n\
    E3,丙示例有限公司,,\n";

pub(crate) const NOTICES: &str = "reference,employer_id,amount,issued_on,month,status\n\
    P1000000001,E1,1200.00,2026-05-01,2026-05,\n\
    P1000000002,E2,500.00,2026-05-01,2026-05,\n\
    P1000000003,E3,800.00,2026-05-01,2026-05,\n\
    P1000000004,E1,300.00,2026-05-01,2026-05,revoked\n\
    P1000000005,E2,900.00,2026-05-01,2026-05,\n\
    P1000000006,E3,1000.00,2026-05-01,2026-05,\n";

const HEADER: &str =
    "本方账号,交易流水号,交易日期,交易时间,借贷标志,交易金额,对方账号,对方户名,摘要,附言\n";

/// May 2026: a line for each common outcome. June's feed is [`JUNE`].
pub(crate) const MAY: &str = "\
    2100000000000000017,S01,2026-05-11,09:00:00,贷,1200.00,6200000000000000001,甲示例有限公司,转账,P1000000001\n\
    2100000000000000017,S02,2026-05-11,09:01:00,贷,200.00,6200000000000000002,乙示例有限公司,转账,P1000000002公积金\n\
    4500000000000000025,S03,2026-05-12,09:02:00,贷,300.00,6200000000000000002,乙示例有限公司,转账,P1000000002公积金\n\
    2100000000000000017,S04,2026-05-12,09:03:00,贷,799.99,6200000000000000003,丙示例有限公司,转账,P1000000003\n\
    2100000000000000017,S05,2026-05-13,09:04:00,贷,300.00,6200000000000000001,甲示例有限公司,转账,P1000000004\n\
    2100000000000000017,S06,2026-05-13,09:05:00,贷,77.00,6200000000000000001,甲示例有限公司,转账,5月公积金\n\
    2100000000000000017,S07,2026-05-13,09:06:00,借,15.00,,,手续费,网银手续费\n\
    2100000000000000017,S08,2026-05-14,09:07:00,贷,40.00,6200000000000000003,丙示例有限公司,转账,P9999999999\n\
    2100000000000000017,S09,2026-05-14,09:08:00,贷,1000.00,6200000000000000003,丙示例有限公司,转账,Ｐ１００００００００６\n";

/// The day of a new centre's lists: the trail has it instead of the clock's.
pub(crate) const LISTS: &str = "2026-05-01";
/// The night on which May is closed.
pub(crate) const NIGHT: &str = "2026-06-10";

pub(crate) struct Centre {
    dir: TempDir,
}

/// Created once a run, then copied: creating a database takes several synchronous commits.
static NEW: OnceLock<Centre> = OnceLock::new();
static AFTER_A_NIGHT: OnceLock<Centre> = OnceLock::new();

impl Centre {
    /// A centre with its lists, its May feed in the inbox, and no night yet.
    pub(crate) fn new() -> Self {
        NEW.get_or_init(|| Self::made("new")).copy()
    }

    /// The same after its first run.
    pub(crate) fn after_a_night() -> Self {
        let made = || {
            let centre = Self::made("after-a-night");
            centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
            centre
        };
        AFTER_A_NIGHT.get_or_init(made).copy()
    }

    /// Creates a centre below `target/`: statics are never dropped, so it would remain in the system's folder.
    fn made(name: &str) -> Self {
        let below = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("centre-{name}"));
        let _ = fs::remove_dir_all(&below);
        fs::create_dir_all(&below).unwrap();
        let centre = Self { dir: TempDir::new_in(below).unwrap() };
        centre.run(&["init", ".", "--name", "示例市住房公积金管理中心"]).assert().code(0);
        for (list, text) in [("accounts", ACCOUNTS), ("employers", EMPLOYERS), ("notices", NOTICES)]
        {
            let file = format!("{list}.csv");
            centre.write(&file, text.as_bytes());
            centre.run(&["import", list, &file, "--as-of", LISTS]).assert().code(0);
        }
        centre.feed("inbox/may.csv", MAY);
        centre
    }

    /// A centre with only these lists.
    pub(crate) fn with(lists: &[(&str, &str)]) -> Self {
        Self::within(&std::env::temp_dir(), lists)
    }

    /// The same in a folder below this one.
    pub(crate) fn within(folder: &Path, lists: &[(&str, &str)]) -> Self {
        let centre = Self { dir: TempDir::new_in(folder).unwrap() };
        centre.run(&["init", ".", "--name", "示例市住房公积金管理中心"]).assert().code(0);
        for (list, text) in lists {
            let file = format!("{list}.csv");
            centre.write(&file, text.as_bytes());
            centre.run(&["import", list, &file, "--as-of", LISTS]).assert().code(0);
        }
        centre
    }

    /// Another centre with the same files.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self { dir: TempDir::new().unwrap() };
        for folder in ["inbox", "quarantine", "reports", "outbox"] {
            fs::create_dir_all(copy.path().join(folder)).unwrap();
        }
        for (path, bytes) in self.files() {
            let below = path.strip_prefix(self.path()).unwrap().to_string_lossy().into_owned();
            copy.write(&below, &bytes);
        }
        copy
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn write(&self, file: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// A feed of these rows in the standard layout.
    pub(crate) fn feed(&self, file: &str, rows: &str) {
        self.write(file, format!("{HEADER}{rows}").as_bytes());
    }

    /// A centre in its own folder on this database; its lists are imported, its feed waits.
    pub(crate) fn on(database: &str, code: &str) -> Self {
        let centre = Self { dir: TempDir::new().unwrap() };
        centre.run(&["init", ".", "--name", "示例市住房公积金管理中心"]).assert().code(0);
        fs::remove_file(centre.path().join("duizhang.db")).unwrap();
        let file = centre.path().join("duizhang.toml");
        let text = fs::read_to_string(&file).unwrap();
        let text = text.replace("sqlite://duizhang.db", database);
        fs::write(&file, text.replace("code = \"1\"", &format!("code = \"{code}\""))).unwrap();
        for (list, text) in [("accounts", ACCOUNTS), ("employers", EMPLOYERS), ("notices", NOTICES)]
        {
            let file = format!("{list}.csv");
            centre.write(&file, text.as_bytes());
            centre.run(&["import", list, &file, "--as-of", LISTS]).assert().code(0);
        }
        centre.feed("inbox/may.csv", MAY);
        centre
    }

    pub(crate) fn run(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("duizhang").unwrap();
        command.current_dir(self.path()).env("NO_COLOR", "1").args(args);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DUIZHANG_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// The output of a successful command with `--format json`, a value a line.
    pub(crate) fn json(&self, args: &[&str]) -> Vec<Value> {
        let output =
            self.run(args).args(["--format", "json"]).assert().code(0).get_output().clone();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// A command's output on standard error.
    pub(crate) fn stderr(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args).assert().code(code).get_output().clone();
        String::from_utf8(output.stderr).unwrap()
    }

    /// Outcome and reason of each serial, as `outcome` or `outcome/reason`.
    pub(crate) fn outcomes(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let row = |row: &Value| {
            let (outcome, reason) = (text(&row["outcome"]), text(&row["reason"]));
            let outcome = if reason.is_empty() { outcome } else { format!("{outcome}/{reason}") };
            (text(&row["serial"]), outcome)
        };
        self.json(&["transactions"]).iter().map(row).collect()
    }

    /// One value for all decisions of runs and staff, with time and way.
    pub(crate) fn digest(&self) -> String {
        self.digest_by(&["audit", "--digest", "--history"])
    }

    /// One value for the outcome of all money.
    pub(crate) fn books_digest(&self) -> String {
        self.digest_by(&["audit", "--digest"])
    }

    fn digest_by(&self, words: &[&str]) -> String {
        let lines = self.json(words);
        lines.first().and_then(|line| line.get("digest")?.as_str()).unwrap().to_owned()
    }

    /// Every file below the centre's folder with its bytes, without the lock.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else if path.extension().is_none_or(|ending| ending != "lock") {
                    found.insert(path.clone(), fs::read(&path).unwrap());
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(self.path(), &mut found);
        found
    }
}
