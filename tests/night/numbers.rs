//! Impossible amounts: none is ingested, and those inserted by hand stop nothing.
//!
//! A serial in the amount's column, swapped columns, and rows of 92,233,720,368,547,758.07 yuan: the night continues
//! for the other banks, and sums past 64 bits are correct.

use super::centre::{Centre, date, every_store};
use super::feed::{HEADER, account, csv, mt940};
use duizhang::remittance::Total;
use duizhang::store::{Gap, QueueFilter};

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
        // Whatever the statements declare, the next night works.
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

/// Inserted by hand, past every reader: five credits and two debits of the largest 64-bit amount, in a delivery of two
/// thousand million million yuan, which its receipt caps.
fn put_in(centre: &Centre) {
    let from = "from collection_account where account_id = 1";
    let put = |sql: &str| assert_eq!(centre.tamper(sql), 1, "{sql}");
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
        if centre.store.path().is_none() {
            put(&format!(
                "insert into transaction_identity (centre_id, account_id, serial, booked_on)
                 select centre_id, 1, '{serial}', 20584 {from}"
            ));
        }
    }
}

#[test]
fn sums_past_64_bits_stop_nothing() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000", "P2 500"]);
        centre.night_of("05-12", &[csv(&["G1 05-11 icbc 1 -"])]);
        put_in(&centre);
        // The nights of the other banks continue, repeated ones too.
        for night in ["05-13", "05-13", "05-14"] {
            centre.try_night(night, &[]).unwrap();
        }
        let delivered = [centre.lay(None, "feed.csv", csv(&["G2 05-14 ccb 500 P2"]))];
        let night = centre.try_night("05-15", &delivered).unwrap();
        assert_eq!(night.intakes.total().fresh, 1);
        centre.expect("beside", &["G2 matched P2"]);
        let credits: Total = (0..5).map(|_| Total::from_fen(i64::MAX.into())).sum();
        let audit = centre.store.audit().unwrap();
        assert_eq!(audit.received, credits + Total::from_fen(500_00 + 1_00));
        let tampered = |gap: &Gap| matches!(gap, Gap::Tampered(_));
        assert!(audit.gaps.iter().any(tampered), "{:?}", audit.gaps);
        // Queries everything that sums once.
        let on = date("05-15");
        assert!(centre.store.run_details(on).unwrap().nights.len() >= 3);
        assert_eq!(centre.store.runs(None, 10).unwrap().len(), 4);
        centre.store.figures(on).unwrap();
        centre.store.awaiting_total().unwrap();
        centre.store.counts(&QueueFilter::default(), on, 100).unwrap();
        assert_eq!(centre.store.feeds(None, None).unwrap().len(), 3);
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
