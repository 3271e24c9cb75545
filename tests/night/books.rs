//! The audit finds tampering, and names it.
//!
//! Method: a centre with data in every table, one change behind the program's back, an audit.

use super::centre::{Backing, Centre, date, every_store};
use super::feed::{account, csv};
use duizhang::store::Gap;
use duizhang::suspense::{Act, ItemId, Moment};

fn centre(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000", "P2 500", "P3 300", "P4 800"]);
    centre.night_of(
        "05-11",
        &[csv(&[
            "S1 05-11 icbc 1000 P1",
            "S2 05-11 icbc 800 P2+P3",
            "S3 05-11 icbc 400 P4",
            "S4 05-11 icbc 66 -",
            "S5 05-11 icbc 67 -",
            "S6 05-11 icbc -67 - reversal",
            "S7 05-11 ccb -5 -",
            "S8 05-11 ccb 8.88 - interest",
            "S9 05-11 ccb 40 -",
        ])],
    );
    let item = ItemId { account_no: account("ccb").to_owned(), serial: "S9".to_owned() };
    centre
        .store
        .resolve(&[item], &Act::Refund, "clerk", "", Moment::midnight(date("05-11")))
        .unwrap();
    centre.prove("before");
    centre
}

/// The change, and the expected report of the audit.
const TAMPERED: &[(&str, &str)] = &[
    ("delete from decision where serial = 'S1'", "P1906130001"),
    ("delete from decision where serial = 'S3'", "without a decision"),
    ("delete from decision where serial = 'S4'", "hanging item"),
    ("delete from decision where serial = 'S6'", "without a decision"),
    ("delete from decision where serial = 'S7'", "without a decision"),
    ("update bank_transaction set amount_fen = amount_fen + 1 where serial = 'S1'", "Received"),
    ("update bank_transaction set amount_fen = amount_fen + 1 where serial = 'S7'", "Received"),
    ("update bank_transaction set direction = 1 where serial = 'S7'", "Received"),
    ("update bank_transaction set account_id = 2 where serial = 'S1'", "Received"),
    ("delete from bank_transaction where serial = 'S4'", "decision without its transaction"),
    ("update receipt set credit_fen = credit_fen + 1 where account_id = 1", "Received"),
    ("update receipt set debit_fen = debit_fen + 1 where account_id = 3", "Received"),
    ("delete from receipt where account_id = 3", "Received"),
    ("delete from settlement where reference = 1906130001", "P1906130001"),
    (
        "update settlement set amount_fen = amount_fen - 1 where reference = 1906130002",
        "P1906130002",
    ),
    (
        "insert into settlement (centre_id, reference, settled_on, amount_fen)
            select centre_id, 1906130004, settled_on, 80000 from settlement
            where reference = 1906130001",
        "P1906130004",
    ),
    ("update notice set amount_fen = 1 where reference = 1906130001", "P1906130001"),
    ("delete from notice where reference = 1906130001", "P1906130001"),
    ("delete from allocation where reference = 1906130003", "P1906130003"),
    (
        "update allocation set amount_fen = amount_fen + 1 where reference = 1906130003",
        "P1906130003",
    ),
    ("delete from journal where serial = 'S4'", "Suspense"),
    ("update journal set amount_fen = amount_fen + 1 where serial = 'S9' and step = 2", "Refund"),
    ("delete from suspense_item where serial = 'S4'", "without its item"),
    ("update suspense_item set resolution = 'advance' where serial = 'S9'", "decided otherwise"),
    ("update suspense_item set resolution = null where serial = 'S9'", "only staff"),
    ("update decision set outcome = 6 where serial = 'S9'", "Advance"),
    ("update decision set outcome = 5 where serial = 'S4'", "hanging item"),
    ("update decision set outcome = 2 where serial = 'S1'", "P1906130001"),
    ("update decision set notice = 1906130004 where serial = 'S1'", "P1906130004"),
    ("update decision set outcome = 5 where serial = 'S5'", "returned"),
];

/// A gap as text, for searching words in it.
fn named(gaps: &[Gap]) -> String {
    format!("{gaps:?}")
}

#[test]
fn every_planted_gap_is_found_and_named() {
    every_store(|backing| {
        centre(backing).prove("before anybody tampers");
        for (sql, says) in TAMPERED {
            let centre = centre(backing);
            assert!(centre.tamper(sql) > 0, "{sql}");
            let gaps = centre.store.audit().unwrap().gaps;
            assert!(named(&gaps).contains(says), "{sql}: {says:?} is not in {gaps:?}");
        }
    });
}

#[test]
fn two_wrongs_do_not_hide_each_other() {
    every_store(|backing| {
        let centre = centre(backing);
        // Transaction and receipt agree again, but that does not pay the notice.
        centre.tamper(
            "update bank_transaction set amount_fen = amount_fen - 100 where serial = 'S1'",
        );
        centre.tamper("update receipt set credit_fen = credit_fen - 100 where account_id = 1");
        let gaps = centre.store.audit().unwrap().gaps;
        assert!(named(&gaps).contains("P1906130001"), "{gaps:?}");
        assert!(gaps.iter().all(|gap| !matches!(gap, Gap::Received { .. })), "{gaps:?}");
    });
}
