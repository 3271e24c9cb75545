//! Hand-written rows ingested like a file, with what its balances prove.
//!
//! Start at [`given`], the small language of a row, and [`deliver`].

use super::centre::{Centre, date, rules};
use super::feed::{account, reference};
use duizhang::feed::Format;
use duizhang::feed::identity::content_name;
use duizhang::matching::TransactionClassifier;
use duizhang::remark::Reader;
use duizhang::remittance::{BankTransaction, Counterparty, Direction, Money, RemarkField, Remarks};
use duizhang::store::{
    Accounts, BranchNumbers, FeedMark, RowOrigin, StatementRecord, Taken, TransactionBatch,
};
use std::collections::HashMap;

/// A bank's row; missing values are empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Given {
    pub(crate) own: &'static str,
    /// Empty if the bank gives none.
    pub(crate) serial: String,
    pub(crate) day: String,
    pub(crate) yuan: i64,
    pub(crate) time: Option<u32>,
    pub(crate) balance: Option<i64>,
    pub(crate) payer: String,
    pub(crate) postscript: String,
    pub(crate) purpose: String,
    /// Its booking: serial and yuan.
    pub(crate) booking: Option<(&'static str, i64)>,
    /// The bank's rules say that its serials restart each day.
    pub(crate) daily: bool,
}

/// `S1 05-11 600`, optionally followed by: `P1` (in 附言), `用途=P1`, `time=9`, `balance=700`, `from=甲`, `of=1700` (a part
/// of `R1`), `daily`. The serial `-` is none.
pub(crate) fn given(text: &str) -> Given {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [serial, day, yuan, more @ ..] = words.as_slice() else { panic!("not a row: {text}") };
    let mut row = Given {
        own: "icbc",
        serial: if *serial == "-" { String::new() } else { (*serial).to_owned() },
        day: (*day).to_owned(),
        yuan: yuan.parse().unwrap(),
        time: None,
        balance: None,
        payer: String::new(),
        postscript: String::new(),
        purpose: String::new(),
        booking: None,
        daily: false,
    };
    for word in more {
        match word.split_once('=') {
            Some(("time", hour)) => row.time = Some(hour.parse().unwrap()),
            Some(("balance", yuan)) => row.balance = Some(yuan.parse().unwrap()),
            Some(("from", payer)) => row.payer = payer.to_owned(),
            Some(("用途", short)) => row.purpose = reference(short),
            Some(("of", yuan)) => row.booking = Some(("R1", yuan.parse().unwrap())),
            Some(_) => panic!("not a word: {word}"),
            None if *word == "daily" => row.daily = true,
            None if word.starts_with('P') => row.postscript = reference(word),
            None => row.postscript = (*word).to_owned(),
        }
    }
    row
}

impl Given {
    /// The stored form without its identity.
    fn transaction(&self) -> BankTransaction<'_> {
        BankTransaction {
            account: "",
            serial: "",
            booked_on: date(&self.day),
            booked_time: self.time.and_then(|hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0)),
            direction: Direction::Credit,
            amount: Money::from_fen(self.yuan * 100),
            balance: self.balance.map(|yuan| Money::from_fen(yuan * 100)),
            counterparty: Counterparty { name: &self.payer, ..Counterparty::default() },
            remarks: Remarks {
                postscript: &self.postscript,
                purpose: &self.purpose,
                ..Remarks::default()
            },
            reversal: false,
            contradicted: false,
        }
    }
}

/// The statements' own data for these rows.
fn statements(accounts: &Accounts, proved: Option<bool>, rows: &[Given]) -> Vec<StatementRecord> {
    let mut statements = Vec::new();
    for own in ["icbc", "icbc2"] {
        let mine = rows.iter().filter(|row| row.own == own);
        let sum: i64 = mine.clone().map(|row| row.yuan * 100).sum();
        if mine.clone().next().is_some() {
            statements.push(StatementRecord {
                line: 1,
                account: accounts.find(account(own)).unwrap(),
                identification: None,
                opening: None,
                closing: None,
                entries: mine.count() as u64,
                sum_credit: Money::from_fen(sum),
                sum_debit: Money::ZERO,
                proved,
            });
        }
    }
    statements
}

/// Ingests rows as one file, with or without balances that prove them.
pub(crate) fn deliver(centre: &Centre, as_of: &str, proved: Option<bool>, rows: &[Given]) -> Taken {
    let accounts = Accounts::new(centre.store.accounts().unwrap());
    let reader = Reader::new(&rules().remark);
    let numbers = accounts.as_slice().iter().map(|account| account.account_no.clone());
    let classifier = TransactionClassifier::new(&rules().matching, numbers);
    let ingest_session = centre.store.ingest_session(&reader, false).unwrap();
    let mut working_set = centre.store.new_working_set().unwrap();
    let mut intake = ingest_session.begin(date(as_of), &working_set).unwrap();
    let (mut batch, mut branches) = (TransactionBatch::default(), BranchNumbers::default());
    let mut ordinals: HashMap<String, u32> = HashMap::new();
    for (line, row) in (2..).zip(rows) {
        let mut transaction = row.transaction();
        let mut name = row.serial.clone();
        if name.is_empty() {
            name = content_name(account(row.own), &transaction);
            let ordinal = ordinals.entry(name.clone()).or_default();
            *ordinal += 1;
            name = format!("{name}-{ordinal}");
        }
        if row.daily {
            name = format!("{name}~{}", date(&row.day).format("%Y%m%d"));
        }
        transaction.serial = &name;
        let claim = reader.claim_fields(&transaction.remarks, &RemarkField::DEFAULT_ORDER).claim;
        let kind = classifier.classify(&transaction);
        let booking = row.booking.map(|(serial, yuan)| (serial, Money::from_fen(yuan * 100)));
        let origin = RowOrigin { line, booking, own_serial: row.daily.then_some(row.serial.len()) };
        let own = accounts.find(account(row.own)).unwrap();
        batch.push(origin, own, &transaction, claim, kind, &mut branches);
    }
    intake.write(batch, &mut working_set).unwrap();
    let statements = statements(&accounts, proved, rows);
    intake.end_delivery(&statements, &mut working_set).unwrap();
    let mark = FeedMark {
        feed_id: format!("{as_of} {proved:?} {rows:?}"),
        file_name: "by-hand".to_owned(),
        format: Format::Camt053,
        encoding: "utf-8".to_owned(),
    };
    let taken = intake.keep(&mark, &statements, Vec::new()).unwrap();
    centre.prove(as_of);
    taken
}
