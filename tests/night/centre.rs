//! An invented centre in a temporary folder, on the store chosen by a suite.
//!
//! Start at [`every_store`]: it runs a suite once for each kind of database. A [`Centre`] has three collection
//! accounts, an employer with an address, and the suite's notices.

use super::feed::{account, day, reference};
use super::postgres;
use chrono::{Datelike, NaiveDate};
use duizhang::alert::CentreContact;
use duizhang::nightly::{
    self, Delivery, Isolation, LARGE, Nobody, RunError, RunSettings, RunSummary,
};
use duizhang::remittance::{Direction, Outcome, Total};
use duizhang::rulebook::Rulebook;
use duizhang::store::{Audit, Store, TransactionFilter, TransactionRow};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// Every table with its rows, in a fixed order.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// A kind of database: how to open a new one, and how to dump it.
#[derive(Clone, Copy)]
pub(crate) struct Backing {
    pub(crate) name: &'static str,
    /// The URL of the database for this folder.
    pub(crate) url: fn(&Path) -> String,
    /// The centre's code in it: one server holds the centres of all tests at once.
    pub(crate) code: fn(&Path) -> String,
    pub(crate) dump: fn(&Store) -> Dump,
    /// Copies the database content of one folder to another; the folder itself is already copied.
    pub(crate) copy: fn(&Path, &Path),
    /// Runs a statement behind the store's back.
    pub(crate) tamper: fn(&Store, &str) -> u64,
}

pub(crate) const SQLITE: Backing = Backing {
    name: "sqlite",
    url: |folder| sqlite_url(&folder.join("centre.db")),
    code: |_| "450200".to_owned(),
    dump: sqlite_dump,
    copy: |_, _| {},
    tamper: |store, sql| {
        let connection = rusqlite::Connection::open(store.path().unwrap()).unwrap();
        connection.execute(sql, []).unwrap() as u64
    },
};

pub(crate) const POSTGRES: Backing = Backing {
    name: "postgres",
    url: |_| postgres::url().unwrap().to_owned(),
    code: |folder| folder.display().to_string(),
    dump: postgres_dump,
    copy: |from, to| {
        let open = |folder: &Path| {
            let code = (POSTGRES.code)(folder);
            Store::open(postgres::url().unwrap(), &code, true).unwrap()
        };
        open(from).copy_into(&open(to)).unwrap();
    },
    tamper: |_, sql| {
        postgres::Client::connect(postgres::url().unwrap()).unwrap().execute(sql).unwrap()
    },
};

/// A server of its own, whose months are detached.
pub(crate) const ARCHIVING: Backing = Backing { name: "archiving", ..POSTGRES };

/// Runs a suite on every available kind of database.
pub(crate) fn every_store(suite: impl Fn(Backing)) {
    let postgres = postgres::url().map(|_| POSTGRES);
    for backing in [SQLITE].into_iter().chain(postgres) {
        println!("on {}", backing.name);
        suite(backing);
    }
}

/// The kind of database with this name.
pub(crate) fn named(name: &str) -> Backing {
    if name == POSTGRES.name { POSTGRES } else { SQLITE }
}

pub(crate) fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

/// A folder deleted after the test; in memory if possible, because these tests do not need a slow disk.
pub(crate) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.unwrap()
}

/// The shipped rules, parsed once.
pub(crate) fn rules() -> &'static Rulebook {
    static RULES: OnceLock<Rulebook> = OnceLock::new();
    RULES.get_or_init(|| Rulebook::read(Vec::new()).unwrap())
}

pub(crate) fn date(text: &str) -> NaiveDate {
    day(text).parse().unwrap()
}

/// A centre and its database.
pub(crate) struct Centre {
    pub(crate) store: Store,
    pub(crate) folder: PathBuf,
    backing: Backing,
    files: std::cell::Cell<u32>,
    /// Removes the folder at the end.
    kept: Option<TempDir>,
}

impl Centre {
    /// A fresh centre with accounts and an employer, and these notices (see [`Centre::notices`]).
    pub(crate) fn new(backing: Backing, notices: &[&str]) -> Self {
        let folder = scratch();
        let mut centre = Self::empty(backing, folder.path().to_owned());
        centre.kept = Some(folder);
        centre.accounts();
        centre.notices(notices);
        centre
    }

    /// A fresh centre in a database of its own.
    pub(crate) fn on(backing: Backing, url: &str, notices: &[&str]) -> Self {
        let centre = Self::over(backing, Store::open(url, "450200", true).unwrap());
        centre.accounts();
        centre.notices(notices);
        centre
    }

    /// A centre in this folder, existing or new.
    pub(crate) fn at(backing: Backing, folder: &Path) -> Self {
        Self::empty(backing, folder.to_owned())
    }

    /// A centre on a store that a suite opened itself.
    pub(crate) fn over(backing: Backing, store: Store) -> Self {
        let folder = scratch();
        let files = std::cell::Cell::new(0);
        Self { store, folder: folder.path().to_owned(), backing, files, kept: Some(folder) }
    }

    /// Where the database is.
    pub(crate) fn url(&self) -> String {
        (self.backing.url)(&self.folder)
    }

    fn empty(backing: Backing, folder: PathBuf) -> Self {
        let url = (backing.url)(&folder);
        let store = Store::open(&url, &(backing.code)(&folder), true).unwrap();
        Self { store, folder, backing, files: std::cell::Cell::new(0), kept: None }
    }

    fn accounts(&self) {
        let accounts = format!(
            "account_no,bank,bank_name,account_name\n{},ICBC,工商银行,归集户一\n{},ICBC,工商银行,归集户二\n\
             {},CCB,建设银行,归集户三\n",
            account("icbc"),
            account("icbc2"),
            account("ccb")
        );
        let accounts = duizhang::import::accounts(accounts.as_bytes()).unwrap();
        self.store.import_accounts(&accounts.rows).unwrap();
        self.employers("E1,示例甲公司,finance@example.com,");
    }

    /// Imports employers, each written `E1,name,email,payer accounts`.
    pub(crate) fn employers(&self, rows: &str) {
        let employers = format!("employer_id,name,email,payer_accounts\n{rows}\n");
        let employers = duizhang::import::employers(employers.as_bytes()).unwrap();
        self.store.import_employers(&employers.rows).unwrap();
    }

    /// Imports notices, each written `P1 1000`, `P1 1000 revoked`, or `P1 1000 awaiting E2`.
    pub(crate) fn notices(&self, notices: &[&str]) {
        let mut list = duizhang::import::notices(notices_csv(notices).as_bytes()).unwrap().rows;
        self.store.import_notices(&mut list).unwrap();
    }

    /// Writes a file and returns its path.
    pub(crate) fn lay(
        &self,
        folder: Option<&str>,
        name: &str,
        content: impl AsRef<[u8]>,
    ) -> Delivery {
        let number = self.files.get() + 1;
        self.files.set(number);
        let path = self.folder.join("laid").join(number.to_string());
        std::fs::create_dir_all(&path).unwrap();
        let path = path.join(name);
        std::fs::write(&path, content).unwrap();
        Delivery { account_no: folder.map(str::to_owned), path }
    }

    /// The settings of a run. On even days it takes the path of a large one, so that the suites cover both.
    pub(crate) fn settings(&self, as_of: &str, deliveries: &[Delivery]) -> RunSettings {
        let as_of = date(as_of);
        RunSettings {
            as_of,
            today: as_of.max(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()),
            large_from: if as_of.day().is_multiple_of(2) { 0 } else { LARGE },
            deliveries: deliveries.to_vec(),
            inbox: Some(self.folder.join("inbox")),
            isolation: Isolation::default(),
            quarantine: self.folder.join("quarantine"),
            centre: contact(),
            hold: duizhang::alert::Hold::default(),
            any_day: true,
        }
    }

    /// Runs a night with a day that differs from the real one.
    pub(crate) fn night_told(&self, as_of: &str, today: &str, deliveries: &[Delivery]) {
        let today = date(today);
        let settings = RunSettings { today, ..self.settings(as_of, deliveries) };
        nightly::run(&self.store, rules(), &settings, &Nobody).unwrap();
        self.prove(as_of);
    }

    pub(crate) fn try_night(
        &self,
        as_of: &str,
        deliveries: &[Delivery],
    ) -> Result<RunSummary, RunError> {
        let settings = self.settings(as_of, deliveries);
        nightly::run(&self.store, rules(), &settings, &Nobody)
    }

    /// Runs a night on these files, then checks the books.
    pub(crate) fn night(&self, as_of: &str, deliveries: &[Delivery]) -> RunSummary {
        let night = self.try_night(as_of, deliveries).unwrap();
        self.prove(as_of);
        night
    }

    /// Runs a night on files with these contents.
    pub(crate) fn night_of(&self, as_of: &str, files: &[String]) -> RunSummary {
        let lay = |file: &String| self.lay(None, "feed.csv", file);
        let deliveries: Vec<Delivery> = files.iter().map(lay).collect();
        self.night(as_of, &deliveries)
    }

    pub(crate) fn ingest(&self, as_of: &str, deliveries: &[Delivery]) {
        let settings = self.settings(as_of, deliveries);
        nightly::ingest(&self.store, rules(), &settings, &Nobody).unwrap();
        self.prove(as_of);
    }

    pub(crate) fn judge(&self, as_of: &str) {
        let settings = self.settings(as_of, &[]);
        nightly::judge(&self.store, rules(), &settings, &Nobody).unwrap();
        self.prove(as_of);
    }

    /// Checks the books: no gap, and every credited fen is in one place.
    pub(crate) fn prove(&self, when: &str) {
        let audit = self.store.audit().unwrap();
        assert!(audit.gaps.is_empty(), "{when}: {:?}", audit.gaps);
        let placed: Total = audit.places.iter().map(|standing| standing.amount).sum();
        assert_eq!(placed, audit.received, "{when}");
        let figures = audit.advance;
        let left = figures.put_in + figures.corrected - figures.used;
        assert_eq!(left, figures.left, "{when}: put in, corrected, used, left");
        let balances: Total = audit.balances.iter().map(|(_, balance)| *balance).sum();
        assert_eq!(balances, Total::ZERO, "{when}: debits are credits");
        // A detached month is proved by its sums, and not listed any more.
        if self.backing.name != ARCHIVING.name {
            self.prove_lists(&audit, when);
        }
    }

    /// The lists add up to the audit, outcome by outcome.
    fn prove_lists(&self, audit: &Audit, when: &str) {
        let mut listed: BTreeMap<Outcome, Total> = BTreeMap::new();
        let credits = |row: &TransactionRow| row.direction == Direction::Credit;
        for row in self.transactions().into_iter().filter(credits) {
            // What no run has decided yet is waiting.
            *listed.entry(row.outcome.unwrap_or(Outcome::Awaiting)).or_default() +=
                row.amount.into();
        }
        for standing in &audit.places {
            let listed = listed.get(&standing.place.outcome()).copied().unwrap_or_default();
            let place = standing.place.code();
            assert_eq!(listed, standing.by_outcome, "{when}: {place} as it is listed");
        }
    }

    pub(crate) fn transactions(&self) -> Vec<TransactionRow> {
        let mut rows = Vec::new();
        let take = |row| {
            rows.push(row);
            true
        };
        self.store.transactions(&TransactionFilter::default(), take).unwrap();
        rows
    }

    /// The outcome of every transaction, by serial: `matched P1`, `suspense underpaid`, `ignored debit`.
    pub(crate) fn said(&self) -> BTreeMap<String, String> {
        self.transactions().into_iter().map(|row| (row.serial.clone(), said(&row))).collect()
    }

    /// Compares with rows such as `S1 matched P1`; other transactions are ignored.
    pub(crate) fn expect(&self, when: &str, want: &[&str]) {
        let said = self.said();
        for row in want {
            let (serial, becomes) = row.split_once(' ').unwrap();
            assert_eq!(
                said.get(serial).map(String::as_str),
                Some(becomes),
                "{when}: {serial} of {said:?}"
            );
        }
    }

    /// One value for all decisions of runs and staff: equal for equal nights.
    pub(crate) fn digest(&self) -> String {
        format!("{} {}", self.store.digest().unwrap(), self.store.history_digest().unwrap())
    }

    /// Changes rows of this centre behind the store's back; every statement has one `where`.
    pub(crate) fn tamper(&self, sql: &str) -> u64 {
        let here = format!("where centre_id = {} and ", self.store.centre_id());
        (self.backing.tamper)(&self.store, &sql.replace("where ", &here))
    }

    /// Decisions and postings, without the later letters.
    pub(crate) fn books(&self) -> Dump {
        const BOOKS: [&str; 5] =
            ["decision", "allocation", "settlement", "journal", "suspense_item"];
        self.dump().into_iter().filter(|(table, _)| BOOKS.contains(&table.as_str())).collect()
    }

    pub(crate) fn dump(&self) -> Dump {
        (self.backing.dump)(&self.store)
    }
}

/// One transaction in the language of the suites, with the short names of notices.
fn said(row: &TransactionRow) -> String {
    let outcome = row.outcome.map_or("undecided", Outcome::code);
    let mut said = outcome.to_owned();
    for word in row
        .reason_code()
        .into_iter()
        .map(str::to_owned)
        .chain(row.notices.iter().map(|notice| short(&notice.to_string())))
    {
        said.push(' ');
        said.push_str(&word);
    }
    said
}

/// `P1906130001` as `P1`.
fn short(reference: &str) -> String {
    let number = reference.strip_prefix("P190613").and_then(|number| number.parse::<u32>().ok());
    number.map_or_else(|| reference.to_owned(), |number| format!("P{number}"))
}

pub(crate) fn notices_csv(notices: &[&str]) -> String {
    let mut text = "reference,employer_id,amount,issued_on,month,status\n".to_owned();
    for notice in notices {
        let words: Vec<&str> = notice.split_whitespace().collect();
        let status = words.get(2).unwrap_or(&"awaiting");
        let employer = words.get(3).unwrap_or(&"E1");
        text.push_str(&format!(
            "{},{employer},{},2026-05-01,2026-05,{status}\n",
            reference(words[0]),
            words[1]
        ));
    }
    text
}

pub(crate) fn contact() -> CentreContact {
    CentreContact {
        centre_id: "450200".into(),
        name: "示例市住房公积金管理中心".into(),
        phone: "0772-12329".into(),
        hours: "工作日 9:00–17:00".into(),
        address: "示例市示例路1号".into(),
        sender: "gjj@example.org".into(),
        unsubscribe: None,
        reply_to: None,
    }
}

fn sqlite_dump(store: &Store) -> Dump {
    let connection = rusqlite::Connection::open(store.path().unwrap()).unwrap();
    let mut tables = connection
        .prepare("select name from sqlite_master where type = 'table' and name not like '\\_%' escape '\\' and name <> 'centre_lease'")
        .unwrap();
    let names: Vec<String> =
        tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let table = |name: String| {
        let mut select = connection.prepare(&format!("select * from {name}")).unwrap();
        let columns = select.column_count();
        let read = |row: &rusqlite::Row<'_>| {
            let cell = |column| {
                row.get::<_, rusqlite::types::Value>(column).map(|cell| format!("{cell:?}"))
            };
            Ok((0..columns).map(cell).collect::<Result<Vec<_>, _>>()?.join("|"))
        };
        let mut rows: Vec<String> =
            select.query_map([], read).unwrap().map(Result::unwrap).collect();
        rows.sort();
        (name, rows)
    };
    names.into_iter().map(table).collect()
}

/// The rows of one centre, without the centre's number, as texts.
fn postgres_dump(store: &Store) -> Dump {
    let mut client = postgres::Client::connect(postgres::url().unwrap()).unwrap();
    let tables = "select table_name::text, string_agg(quote_ident(column_name), ',' order by ordinal_position)
        from information_schema.columns c where table_schema = 'public' and column_name <> 'centre_id'
            and exists (select 1 from information_schema.columns k where k.table_schema = 'public'
                and k.table_name = c.table_name and k.column_name = 'centre_id')
            and table_name not in ('centre', 'centre_lease') and table_name !~ '_[0-9]{4}_[0-9]{2}$'
        group by 1";
    let mut dump = Dump::new();
    for table in client.rows(tables) {
        let (name, columns, centre) = (&table[0], &table[1], store.centre_id());
        let rows = client.rows(&format!(
            "select row({columns})::text from {name} where centre_id = {centre} order by 1"
        ));
        dump.insert(name.clone(), rows.concat());
    }
    dump
}

/// Fails if two stores differ, and names table and row.
pub(crate) fn same(one: &Dump, other: &Dump, when: &str) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{when}");
    for (table, rows) in one {
        let others = &other[table];
        if rows == others {
            continue;
        }
        let only = rows.iter().find(|row| !others.contains(row));
        let new = others.iter().find(|row| !rows.contains(row));
        panic!(
            "{when}: {table}: {} rows and {}; only before {only:?}, only after {new:?}",
            rows.len(),
            others.len()
        );
    }
}
