//! The contract's table end to end: feeds in, every outcome and reason out, over several nights.
//!
//! Start at [`HISTORIES`]. A history is a title and its nights. A night is its day, the notices imported before it, the
//! rows from the banks, and the list afterwards. The books are checked after every night, and each night runs twice.

use super::centre::{Centre, every_store, same};
use super::feed::csv;
use super::office::item;
use duizhang::remittance::{Outcome, Reason};
use duizhang::suspense::Act;
use std::collections::BTreeSet;

/// As of, notices, rows, and what is listed.
type Step =
    (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip] // A table is read by column.
const HISTORIES: &[(&str, &[Step])] = &[
    ("one payment, one notice", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 1000 P1"], &["S1 matched P1"]),
        ("05-12", &[], &[], &["S1 matched P1"]),
    ]),
    ("a part waits, and the rest comes within the month", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 600 P1"], &["S1 awaiting"]),
        ("05-12", &[], &["S2 05-12 icbc2 400 P1"], &["S1 matched P1", "S2 matched P1"]),
    ]),
    ("a part waits until its month is closed", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 600 P1"], &["S1 awaiting"]),
        ("06-01", &[], &[], &["S1 awaiting"]),
        ("06-02", &[], &[], &["S1 suspense underpaid"]),
        // The bank's late file was booked in May: the booking date counts, not the arrival.
        ("06-10", &[], &["S2 05-29 icbc 400 P1"], &["S1 matched P1", "S2 matched P1"]),
    ]),
    ("a late rest booked in the next month is another month", &[
        ("05-29", &["P1 1000"], &["S1 05-29 icbc 600 P1"], &["S1 awaiting"]),
        ("06-03", &[], &["S2 06-03 icbc 400 P1"], &["S1 suspense cross-month", "S2 suspense cross-month"]),
    ]),
    ("parts at two banks reach the amount", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 600 P1", "S2 05-11 ccb 400 P1"],
            &["S1 suspense cross-bank", "S2 suspense cross-bank"]),
        // A full payment at one bank settles it after all; the parts are surplus.
        ("05-12", &[], &["S3 05-12 ccb 1000 P1"],
            &["S1 suspense notice-already-paid", "S2 suspense notice-already-paid", "S3 matched P1"]),
    ]),
    ("parts that fall short after closing, over banks and over months", &[
        ("05-11", &["P1 1000", "P2 1000"],
            &["S1 05-11 icbc 300 P1", "S2 05-11 ccb 300 P1", "S3 05-11 icbc 300 P2"],
            &["S1 awaiting", "S2 awaiting", "S3 awaiting"]),
        ("06-02", &[], &["S4 06-01 icbc 300 P2"],
            &["S1 suspense cross-bank", "S2 suspense cross-bank", "S3 awaiting", "S4 awaiting"]),
        ("07-02", &[], &[],
            &["S1 suspense cross-bank", "S2 suspense cross-bank", "S3 suspense cross-month", "S4 suspense cross-month"]),
    ]),
    ("more than the notice", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 1000.01 P1"], &["S1 suspense overpaid"]),
    ]),
    ("two different sets are exact", &[
        ("05-11", &["P1 1000"],
            &["S1 05-11 icbc 1000 P1", "S2 05-11 icbc 600 P1", "S3 05-11 icbc 400 P1"],
            &["S1 suspense ambiguous-parts", "S2 suspense ambiguous-parts", "S3 suspense ambiguous-parts"]),
    ]),
    ("a second payment, in the same night and in a later one", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 1000 P1 time=09:00:00", "S2 05-11 icbc 1000 P1 time=10:00:00"],
            &["S1 matched P1", "S2 suspense notice-already-paid"]),
        ("05-12", &[], &["S3 05-12 ccb 1 P1"], &["S3 suspense notice-already-paid"]),
    ]),
    ("nothing like a reference, one broken off, one that nobody issued", &[
        ("05-11", &[], &["S1 05-11 icbc 1 -", "S2 05-11 icbc 2 P1…", "S3 05-11 icbc 3 P7"],
            &["S1 suspense no-reference", "S2 suspense unreadable-reference", "S3 suspense unknown-reference"]),
        // The core system delivers the notice a day late.
        ("05-12", &["P7 3"], &[], &["S3 matched P7", "S1 suspense no-reference"]),
    ]),
    ("a revoked notice, and one that is revoked while its part waits", &[
        ("05-11", &["P1 1000 revoked", "P2 1000"], &["S1 05-11 icbc 1000 P1", "S2 05-11 icbc 600 P2"],
            &["S1 suspense notice-revoked", "S2 awaiting"]),
        ("05-12", &["P2 1000 revoked"], &[], &["S2 suspense notice-revoked"]),
        ("05-13", &["P2 600"], &[], &["S2 matched P2"]),
    ]),
    ("a notice that was paid elsewhere", &[
        ("05-11", &["P1 1000 paid"], &["S1 05-11 icbc 1000 P1"], &["S1 suspense notice-already-paid"]),
    ]),
    ("a probable reading needs the notice and the amount", &[
        ("05-11", &["P1 1000", "P2 1000"], &["S1 05-11 icbc 1000 ~P1", "S2 05-11 icbc 999 ~P2", "S3 05-11 icbc 50 ~P3"],
            &["S1 matched P1", "S2 suspense unreadable-reference", "S3 suspense unreadable-reference"]),
        ("05-12", &["P3 50"], &[], &["S3 matched P3"]),
    ]),
    ("one payment for several notices", &[
        ("05-11", &["P1 1000", "P2 500"], &["S1 05-11 icbc 1500 P1+P2", "S2 05-11 icbc 900 P3+P4"],
            &["S1 matched P1 P2", "S2 suspense several-references"]),
        ("05-12", &["P3 400", "P4 500"], &["S3 05-12 icbc 500 P2"],
            &["S2 matched P3 P4", "S3 suspense notice-already-paid"]),
    ]),
    ("several notices that do not sum", &[
        ("05-11", &["P1 1000", "P2 500"], &["S1 05-11 icbc 1400 P1+P2"], &["S1 suspense several-references"]),
        ("05-12", &[], &["S2 05-12 icbc 1000 P1"], &["S1 suspense several-references", "S2 matched P1"]),
    ]),
    ("the bank takes a credit back in the same night", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 1000 P1", "S2 05-11 icbc -1000 - reversal"],
            &["S1 returned", "S2 returned"]),
        // The notice is still open.
        ("05-12", &[], &["S3 05-12 icbc 1000 P1"], &["S3 matched P1"]),
    ]),
    ("the bank takes a waiting and a hanging credit back in later nights", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 600 P1", "S2 05-11 icbc 70 P7"],
            &["S1 awaiting", "S2 suspense unknown-reference"]),
        ("05-12", &[], &["S3 05-12 icbc -600 - reversal"], &["S1 returned", "S3 returned"]),
        ("05-13", &[], &["S4 05-13 icbc -70 - summary=退汇"], &["S2 returned", "S4 returned"]),
    ]),
    ("the bank takes a credit back and says nothing of its payer, by the reference, by the name, by neither", &[
        ("05-11", &["P1 1000", "P2 800", "P3 600"], &[
            "S1 05-11 icbc 1000 P1", "R1 05-11 icbc -1000 P1 reversal from= by=",
            "S2 05-11 icbc 800 P2", "R2 05-11 icbc -800 - reversal from=",
            "S3 05-11 icbc 600 P3", "R3 05-11 icbc -600 - reversal from= by=",
        ], &["S1 returned", "R1 returned", "S2 returned", "R2 returned", "S3 returned", "R3 returned"]),
    ]),
    ("a reversal comes the night before its credit", &[
        ("05-11", &["P1 1000"], &["R1 05-11 icbc -1000 P1 reversal"], &["R1 suspense reversal-unclear"]),
        ("05-12", &[], &["S2 05-12 icbc 1000 P1"], &["R1 suspense reversal-unclear", "S2 matched P1"]),  // Booked after it.
        ("05-13", &[], &["S1 05-11 icbc 1000 P1"], &["R1 returned", "S1 returned", "S2 matched P1"]),
    ]),
    ("two payers and a debit that names neither; the bank's next file says which", &[
        ("05-11", &["P1 1000", "P2 1000"], &["S1 05-11 icbc 1000 P1", "S2 05-11 icbc 1000 P2 from=6222 by=某人"], &["S1 matched P1", "S2 matched P2"]),
        ("05-12", &["P3 500", "P4 500"], &["S3 05-12 icbc 500 P3", "S4 05-12 icbc 500 P4 from=6222 by=某人", "R3 05-12 icbc -500 - reversal from= by="],
            &["R3 suspense reversal-unclear", "S3 suspense reversal-unclear", "S4 suspense reversal-unclear"]),
        // The other one is reversed too, so it does not matter which is which.
        ("05-13", &[], &["R4 05-13 icbc -500 P4 reversal from= by="],
            &["R3 returned", "R4 returned", "S3 returned", "S4 returned"]),
        ("05-14", &[], &["R1 05-14 icbc -1000 - reversal from= by="], &["R1 suspense reversal-unclear", "S1 matched P1", "S2 matched P2"]),
    ]),
    ("what is held back is given to no probable reading", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 500 P1", "S2 05-11 icbc 500 P7", "R1 05-12 icbc -500 - reversal", "S3 05-12 icbc 1000 ~P1"],
            &["R1 suspense reversal-unclear", "S1 suspense reversal-unclear", "S2 suspense reversal-unclear", "S3 suspense unreadable-reference"]),
        // Once S1 is reversed, no certain payment is present.
        ("05-12", &[], &["R2 05-12 icbc -500 P1 reversal"], &["R1 returned", "R2 returned", "S1 returned", "S2 returned", "S3 matched P1"]),
    ]),
    ("months and years later the bank takes a settled credit back, and one that a rule had ignored", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 1000 P1", "S2 05-11 icbc 8.88 - interest"], &["S1 matched P1", "S2 ignored bank-interest"]),
        ("2028-03-01", &[], &["R1 2028-03-01 icbc -1000 P1 reversal from= by=", "R2 2028-03-01 icbc -8.88 - reversal from= by="],
            &["R1 suspense reversal-of-matched", "R2 returned", "S1 matched P1", "S2 returned"]),
    ]),
    ("red ink: a credit that undoes a debit pays nothing and is nobody's to take back", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 1000 P1 reversal", "R1 05-12 icbc -1000 - reversal"], &["R1 suspense reversal-unclear", "S1 ignored reversal-credit"]),
    ]),
    ("a probable reading waits while certain money is at hand, whatever becomes of that", &[
        ("05-11", &["P1 1000", "P2 1000"], &["S1 05-11 icbc 1200 P1", "S2 05-11 icbc 1000 ~P1", "S3 05-11 icbc 400 P2"],
            &["S1 suspense overpaid", "S2 suspense unreadable-reference", "S3 awaiting"]),
        ("05-12", &[], &["S4 05-12 icbc 1000 ~P2"], &["S2 suspense unreadable-reference", "S3 awaiting", "S4 suspense unreadable-reference"]),
        ("06-02", &[], &[], &["S2 suspense unreadable-reference", "S3 suspense underpaid", "S4 suspense unreadable-reference"]),
    ]),
    ("two probable readings claim one notice, in one night and in two", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 1000 ~P1", "S2 05-11 icbc 999 ~P1"], &["S1 suspense unreadable-reference", "S2 suspense unreadable-reference"]),
        ("05-12", &[], &["R2 05-12 icbc -999 - reversal"], &["R2 returned", "S1 matched P1", "S2 returned"]),
    ]),
    ("an employer's fee and interest are no bank's", &[
        ("05-11", &["P1 1000"], &[
            "S1 05-11 icbc 1000 P1 from= summary=手续费", "S2 05-11 icbc 5 - from= summary=利息",
            "S3 05-11 icbc 6 - from= by= summary=结息", "S4 05-11 icbc 7 ~P7 from= by= summary=结息",
            "S5 05-11 icbc 8 P1… from= by= summary=手续费",
        ], &[
            "S1 matched P1", "S2 suspense no-reference", "S3 ignored bank-interest", "S4 suspense unreadable-reference",
            "S5 suspense unreadable-reference",
        ]),
    ]),
    ("the bank takes a settled credit back", &[
        ("05-11", &["P1 1000"], &["S1 05-11 icbc 1000 P1"], &["S1 matched P1"]),
        ("05-12", &[], &["S2 05-12 icbc -1000 - reversal"], &["S1 matched P1", "S2 suspense reversal-of-matched"]),
        ("05-13", &[], &[], &["S1 matched P1", "S2 suspense reversal-of-matched"]),
    ]),
    ("what is no remittance", &[
        ("05-11", &["P1 1000"], &[
            "S1 05-11 icbc 1000 P1 own", "S2 05-11 icbc 8.88 - interest", "S3 05-11 icbc -1000 P1",
            "S4 05-11 icbc 1000 - reversal", "S5 05-11 ccb -1000 - summary=冲正",
        ], &[
            "S1 ignored own-transfer", "S2 ignored bank-interest", "S3 ignored debit",
            "S4 ignored reversal-credit", "S5 suspense reversal-unclear",
        ]),
    ]),
    ("one serial at two accounts is two transactions", &[
        ("05-11", &["P1 1000", "P2 1000"], &["S1 05-11 icbc 1000 P1", "S1 05-11 ccb 1000 P2"], &[]),
    ]),
];

#[test]
fn every_history_ends_as_the_contract_says() {
    every_store(|backing| {
        for (title, steps) in HISTORIES {
            let centre = Centre::new(backing, &[]);
            for (as_of, notices, rows, want) in *steps {
                let when = format!("{title}, night of {as_of}");
                centre.notices(notices);
                let files = if rows.is_empty() { vec![] } else { vec![csv(rows)] };
                centre.night_of(as_of, &files);
                centre.expect(&when, want);
                let before = centre.dump();
                centre.night_of(as_of, &files);
                same(&before, &centre.dump(), &format!("{when}, again"));
            }
        }
    });
}

#[test]
fn the_histories_reach_every_outcome_and_reason() {
    let want = HISTORIES.iter().flat_map(|(_, steps)| *steps).flat_map(|(.., want)| *want);
    let said: BTreeSet<&str> = want.flat_map(|row| row.split(' ').skip(1)).collect();
    let by_staff = [Outcome::Advance, Outcome::RefundDue, Outcome::Refunded];
    for outcome in Outcome::ALL.into_iter().filter(|outcome| !by_staff.contains(outcome)) {
        assert!(said.contains(outcome.code()), "{outcome}");
    }
    // This needs a second employer: see the next test.
    for reason in Reason::ALL.into_iter().filter(|reason| *reason != Reason::PayerDisagrees) {
        assert!(said.contains(reason.code()), "{reason}");
    }
}

#[test]
fn a_payer_who_is_one_slip_away_from_its_own_notice_settles_nobody_elses() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 398", "P2 398 awaiting E2", "P3 398"]);
        centre.employers("E1,示例甲公司,finance@example.com,62221\nE2,示例乙公司,,62222");
        let rows = [
            "S1 05-11 icbc 398 P1 from=62222 by=示例乙公司",
            "S2 05-11 icbc 398 ~P3 from= by=示例乙公司",
            "S3 05-11 icbc 100 P3 from=62222",
        ];
        centre.night_of("05-11", &[csv(&rows)]);
        let want =
            ["S1 suspense payer-disagrees", "S2 suspense unreadable-reference", "S3 awaiting"];
        centre.expect("", &want);
        let before = centre.books();
        centre.night("05-12", &[]);
        same(&before, &centre.books(), "the next night says the same");
        // It pays its own notice after all, so the written one was meant.
        centre.night_of("05-13", &[csv(&["S4 05-13 icbc 398 P2 from=62222 by=示例乙公司"])]);
        centre.expect("", &["S1 matched P1", "S4 matched P2"]);
    });
}

#[test]
fn what_staff_did_with_certain_money_keeps_its_notice_from_a_probable_reading() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-11", &[csv(&["S1 05-11 icbc 1200 P1"])]);
        centre.does(&[item("icbc", "S1")], &Act::Refund, "05-12");
        centre.night_of("05-12", &[csv(&["S2 05-12 icbc 1000 ~P1"])]);
        centre.expect("", &["S2 suspense unreadable-reference"]);
    });
}

#[test]
fn a_reversal_of_what_staff_decided_is_theirs_to_look_at() {
    for act in [Act::Refund, Act::Advance { employer_id: Some("E1".to_owned()) }, Act::NotOurs] {
        every_store(|backing| {
            let centre = Centre::new(backing, &["P1 1000"]);
            centre.night_of("05-11", &[csv(&["S1 05-11 icbc 1200 P1"])]);
            centre.does(&[item("icbc", "S1")], &act, "05-12");
            centre.night_of("05-13", &[csv(&["R1 05-13 icbc -1200 P1 reversal from= by="])]);
            centre.expect(act.kind().code(), &["R1 suspense reversal-of-matched"]);
        });
    }
}

#[test]
fn equal_serials_at_two_accounts_settle_their_own_notices() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000", "P2 2000"]);
        centre.night_of("05-11", &[csv(&["S1 05-11 icbc 1000 P1", "S1 05-11 ccb 2000 P2"])]);
        let rows = centre.transactions();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.outcome == Some(Outcome::Matched)), "{rows:?}");
    });
}

#[test]
fn the_store_lists_a_settled_notice_and_every_transaction_that_names_it() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000", "P2 500"]);
        centre.night_of(
            "05-11",
            &[csv(&["S1 05-11 icbc 1500 P1+P2", "S2 05-11 icbc 1 P2", "S3 05-11 icbc 1 -"])],
        );
        let reference = super::feed::reference("P2").parse().unwrap();
        let filter =
            duizhang::store::TransactionFilter { reference: Some(reference), ..Default::default() };
        let mut serials = Vec::new();
        centre
            .store
            .transactions(&filter, |row| {
                serials.push(row.serial);
                true
            })
            .unwrap();
        assert_eq!(serials, ["S1", "S2"], "one settles it with another, one is read as it");
        let mut settled = Vec::new();
        centre
            .store
            .notices(&Default::default(), |notice| {
                settled.push((
                    notice.reference.to_string(),
                    notice.settled_on.map(|on| on.to_string()),
                ));
                true
            })
            .unwrap();
        let on = Some("2026-05-11".to_owned());
        assert_eq!(
            settled,
            [(super::feed::reference("P1"), on.clone()), (super::feed::reference("P2"), on)]
        );
    });
}
