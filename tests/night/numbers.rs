//! Amounts that make no sense: none comes in, and those that are in already stop nothing.
//!
//! A serial in the amount's column, swapped columns, and rows of 92,233,720,368,547,758.07 yuan that an earlier
//! release let in: the night of the other banks goes on, the books stay proved, and the delivery can be taken back.

use super::centre::{Backing, Centre, SQLITE, date, every_store, sqlite_url};
use super::feed::{HEADER, account, csv, mt940};
use super::postgres;
use super::tampered::before_seals;
use duizhang::remittance::Total;
use duizhang::store::{InTheWay, QueueFilter, Store, Withdrawal};
use duizhang::suspense::Moment;
use std::sync::atomic::{AtomicU32, Ordering};

/// The largest amount that 64 bits hold, in yuan.
const MOST: &str = "92233720368547758.07";

/// A camt statement with one credit of this amount.
fn camt(amount: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">\
         <BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><Othr><Id>{}</Id></Othr></Id></Acct><Ntry>\
         <Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-05-11\
         </Dt></BookgDt><AcctSvcrRef>C1</AcctSvcrRef></Ntry></Stmt></BkToCstmrStmt></Document>",
        account("icbc2")
    )
}

/// A file whose rows have these serials and amounts.
fn rows_of(rows: &[(&str, &str)]) -> String {
    let row = |(serial, amount): &(&str, &str)| {
        format!(
            "{},{serial},2026-05-11,,贷,{amount},,62220,示例,转账,P1906130001,\n",
            account("icbc")
        )
    };
    format!("{HEADER}\n{}", rows.iter().map(row).collect::<String>())
}

#[test]
fn no_amount_past_the_bound_comes_in_and_the_other_bank_is_settled() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000", "P2 500"]);
        let absurd = rows_of(&[
            ("A1", MOST),
            ("A2", MOST),
            ("A3", "1000000000000.00"),
            ("1200.00", "2026051100001234567"), // Serial and amount swapped.
            ("A5", "2026051100001234567890123"),
        ]);
        let files = [
            centre.lay(None, "absurd.csv", absurd),
            centre.lay(None, "absurd.xml", camt("92233720368547758.07")),
            centre.lay(None, "long.xml", camt("999999999999999999")),
            centre.lay(
                None,
                "absurd.sta",
                mt940("icbc2", "05-11", "0.00", "0.00", &["M1 - - 92233720368547 P1"]),
            ),
            centre.lay(None, "good.csv", csv(&["G1 05-11 ccb 500 P2"])),
        ];
        let night = centre.night("05-12", &files);
        let total = night.intakes.total();
        assert_eq!((total.fresh, total.rejected), (1, 8));
        centre.expect("the good file", &["G1 matched P2"]);
        let run_details = centre.store.run_details(date("05-12")).unwrap();
        let told: Vec<String> = run_details
            .set_aside
            .iter()
            .filter(|row| row.file_name == "absurd.csv")
            .map(|row| format!("{} {} {}", row.line, row.found, row.problem))
            .collect();
        assert_eq!(told[0], format!("2 {MOST} expected at most 999999999999.99"));
        // Whatever the statements say of themselves, the night after goes on.
        centre.night("05-13", &[]);
    });
}

#[test]
fn a_balance_that_makes_no_sense_stops_nothing() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        let sta = mt940("icbc2", "05-11", "922337203685477580.00", "0.00", &["M1 - - 1000 P1"]);
        centre.night("05-12", &[centre.lay(None, "balance.sta", sta)]);
        centre.expect("a statement of an absurd opening", &["M1 matched P1"]);
        centre.night("05-13", &[]);
    });
}

/// A centre whose database is its own, so that it can be made one of an earlier release.
struct Older {
    centre: Centre,
    url: String,
    code: String,
}

impl Older {
    fn new(backing: Backing, notices: &[&str]) -> Self {
        if backing.name == SQLITE.name {
            let centre = Centre::new(backing, notices);
            let url = sqlite_url(centre.store.path().unwrap());
            return Self { centre, url, code: "450200".to_owned() };
        }
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("older_{}", MADE.fetch_add(1, Ordering::Relaxed));
        let url = postgres::database(&name).unwrap();
        let centre = Centre::on(backing, &url, notices);
        Self { centre, url, code: "450200".to_owned() }
    }

    fn put(&self, sql: &str) -> u64 {
        let here = format!("where centre_id = {} and ", self.centre.store.centre_id());
        self.run(&sql.replace("where ", &here))
    }

    fn run(&self, sql: &str) -> u64 {
        match self.centre.store.path() {
            Some(path) => {
                rusqlite::Connection::open(path).unwrap().execute(sql, []).unwrap() as u64
            }
            None => postgres::Client::connect(&self.url).unwrap().execute(sql).unwrap(),
        }
    }

    /// Takes the seals off, as an earlier release had none: the next start seals what it finds.
    fn opened_by_this_release(mut self) -> Centre {
        let run = |sql: &str| {
            self.run(sql);
        };
        before_seals(run, self.centre.store.path().is_none());
        self.centre.store = Store::open(&self.url, &self.code, false).unwrap();
        self.centre
    }
}

/// What an earlier release let in: five credits and two debits of the most that 64 bits hold, in a delivery of two
/// thousand million million yuan that its receipt cuts off.
fn let_in(older: &Older) {
    let from = "from collection_account where account_id = 1";
    let put = |sql: &str| assert_eq!(older.put(sql), 1, "{sql}");
    put(&format!(
        "insert into feed (centre_id, feed_id, file_name, format, encoding, taken_on, entries, fresh,
            seen, conflicting, rejected, judged)
         select centre_id, 'feedfeed/old', 'old.csv', 'csv', 'utf-8', 20585, 7, 7, 0, 0, 0, 0 {from}"
    ));
    put(&format!(
        "insert into receipt (centre_id, feed_id, account_id, booked_on, credit_fen, debit_fen)
         select centre_id, 'feedfeed/old', 1, 20584, 9223372036854775807, 9223372036854775807 {from}"
    ));
    for (serial, direction, reversal) in [
        ("X1", 1, 0),
        ("X2", 1, 0),
        ("X3", 1, 0),
        ("X4", 1, 0),
        ("X5", 1, 0),
        ("Y1", 2, 0),
        ("Y2", 2, 1),
    ] {
        put(&format!(
            "insert into bank_transaction (centre_id, account_id, serial, booked_on, direction,
                amount_fen, counterparty_name, postscript, reversal, taken_on, contradicted)
             select centre_id, 1, '{serial}', 20584, {direction}, 9223372036854775807, '{serial}',
                'P1906130001', {reversal}, 20585, 0 {from}"
        ));
        if older.centre.store.path().is_none() {
            put(&format!(
                "insert into transaction_identity (centre_id, account_id, serial, booked_on)
                 select centre_id, 1, '{serial}', 20584 {from}"
            ));
        }
    }
}

#[test]
fn what_is_in_already_stops_nothing_and_can_be_taken_back() {
    every_store(|backing| {
        let older = Older::new(backing, &["P1 1000", "P2 500"]);
        older.centre.night_of("05-12", &[csv(&["G1 05-11 icbc 1 -"])]);
        let never = Centre::new(backing, &["P1 1000", "P2 500"]);
        never.night_of("05-12", &[csv(&["G1 05-11 icbc 1 -"])]);
        let_in(&older);
        let centre = older.opened_by_this_release();
        // The nights of the other banks go on, also the same one again; what is absurd hangs.
        for night in ["05-13", "05-13", "05-14"] {
            centre.night(night, &[]);
        }
        let night = centre.night_of("05-15", &[csv(&["G2 05-14 ccb 500 P2"])]);
        assert_eq!(night.intakes.total().fresh, 1);
        centre.expect("beside", &["G2 matched P2", "X1 suspense overpaid"]);
        let credits: Total = (0..5).map(|_| Total::from_fen(i64::MAX.into())).sum();
        let audit = centre.store.audit().unwrap();
        assert_eq!(audit.received, credits + Total::from_fen(500_00 + 1_00));
        // Everything that sums is asked once.
        let on = date("05-15");
        assert!(centre.store.run_details(on).unwrap().nights.len() >= 3);
        assert_eq!(centre.store.runs(None, 10).unwrap().len(), 4);
        centre.store.figures(on).unwrap();
        centre.store.awaiting_total().unwrap();
        let counts = centre.store.counts(&QueueFilter::default(), on, 100).unwrap();
        assert!(counts.total().count >= 6, "{:?}", counts.total());
        let feeds = centre.store.feeds(None, None).unwrap();
        assert_eq!(feeds.len(), 3);
        // It goes as it came.
        let now = Moment::midnight(on);
        let done = centre
            .store
            .withdraw_feeds(&["feedfeed".to_owned()], ("dora", "operator"), "序号误作金额", now)
            .unwrap();
        let Withdrawal::Done(done) = done else { panic!("{done:?}") };
        assert_eq!(done.feeds[0].transactions, 7);
        assert_eq!(done.feeds[0].credit, credits);
        centre.prove("withdrawn");
        for night in ["05-13", "05-13", "05-14"] {
            never.night(night, &[]);
        }
        never.night_of("05-15", &[csv(&["G2 05-14 ccb 500 P2"])]);
        centre.night("05-16", &[]);
        never.night("05-16", &[]);
        assert_eq!(centre.said(), never.said());
        assert_eq!(centre.store.audit().unwrap().balances, never.store.audit().unwrap().balances);
    });
}

#[test]
fn two_deliveries_of_one_night_that_no_release_told_apart_go_together() {
    every_store(|backing| {
        let older = Older::new(backing, &[]);
        older.centre.night_of("05-12", &[csv(&["G1 05-11 icbc 1 -"])]);
        let_in(&older);
        for sql in [
            "update feed set number = null where file_name = 'feed.csv'",
            "update bank_transaction set feed_no = null where serial = 'G1'",
        ] {
            assert_eq!(older.put(sql), 1);
        }
        let centre = older.opened_by_this_release();
        centre.night("05-13", &[]);
        let withdraw = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let now = Moment::midnight(date("05-13"));
            centre.store.withdraw_feeds(&names, ("dora", "operator"), "误", now).unwrap()
        };
        let Withdrawal::Refused(in_the_way) = withdraw(&["feedfeed"]) else { panic!("refused") };
        let [InTheWay::Beside { feed_id, file_name, .. }] = in_the_way.as_slice() else {
            panic!("{in_the_way:?}")
        };
        assert_eq!(file_name, "feed.csv");
        assert!(matches!(withdraw(&["feedfeed", feed_id]), Withdrawal::Done(_)));
        centre.prove("both withdrawn");
        assert_eq!(centre.transactions().len(), 0);
    });
}

#[test]
fn the_database_itself_takes_in_no_amount_past_the_bound() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-12", &[csv(&["G1 05-11 icbc 1000 P1"])]);
        for sql in [
            "update bank_transaction set amount_fen = 100000000000000 where serial = 'G1'",
            "update notice set amount_fen = 100000000000000 where reference = 1906130001",
        ] {
            let refused =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| centre.tamper(sql)));
            assert!(refused.is_err(), "{sql}");
        }
    });
}
