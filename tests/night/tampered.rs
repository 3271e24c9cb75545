//! Manual changes of the database are found by the audit, and settle nothing.
//!
//! `src/store/database/seal/every_column_tests.rs` tests every column of every table; here it is a centre in use, on both
//! databases.

use super::centre::{Backing, Centre, date, every_store, rules};
use super::feed::csv;
use duizhang::nightly;
use duizhang::remittance::{Language, Localized};
use duizhang::report::Warning;
use duizhang::store::{Gap, Store, Tampering};
use duizhang::suspense::trail::TrailEvent;
use std::collections::BTreeSet;

fn contact() -> duizhang::report::Centre {
    duizhang::report::Centre { name: "示例中心".to_owned(), ..Default::default() }
}

/// A centre with open data: a transaction without a reference, a waiting part, an open notice.
fn centre(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000", "P2 500", "P3 300", "P4 800"]);
    centre.night_of(
        "05-11",
        &[csv(&["S1 05-11 icbc 1000 P1", "S2 05-11 icbc 500 -", "S3 05-11 icbc 400 P4"])],
    );
    centre
}

/// The tables in which the audit names a row.
fn named(store: &Store) -> BTreeSet<String> {
    let gaps = store.audit().unwrap().gaps;
    let table = |gap: &Gap| {
        if let Gap::Tampered(Tampering::Changed { table, .. } | Tampering::Unsealed { table, .. }) =
            gap
        {
            Some(table.clone())
        } else {
            None
        }
    };
    gaps.iter().filter_map(table).collect()
}

#[test]
fn a_changed_remark_and_a_changed_notice_settle_nothing_until_they_are_put_back() {
    every_store(|backing| {
        let centre = centre(backing);
        assert_eq!(
            centre.tamper(
                "update bank_transaction set postscript = 'P1906130002' where serial = 'S2'"
            ),
            1
        );
        assert_eq!(
            centre.tamper("update notice set amount_fen = 31000 where reference = 1906130003"),
            1
        );
        let paid =
            centre.lay(None, "feed.csv", csv(&["S4 05-12 icbc 310 P3", "S5 05-12 icbc 400 P4"]));
        let night = centre.try_night("05-12", &[paid]).unwrap();
        // The run continued for everything else.
        assert_eq!((night.verdict.held, night.verdict.matched.count), (2, 2));
        centre.expect(
            "held",
            &["S3 matched P4", "S5 matched P4", "S2 suspense no-reference", "S4 undecided"],
        );
        assert_eq!(named(&centre.store), ["bank_transaction", "notice"].map(str::to_owned).into());
        let gaps = centre.store.audit().unwrap().gaps;
        let says = |words: &str| gaps.iter().any(|gap| gap.to_string().contains(words));
        assert!(says("reference P1906130003") && says("serial S2"), "{gaps:?}");
        let report = nightly::report(&centre.store, rules(), contact(), date("05-12")).unwrap();
        let told = |warning: &&Warning| {
            warning.in_language(Language::English).contains("not as it was written")
        };
        assert_eq!(report.warnings.iter().filter(told).count(), 2, "{:?}", report.warnings);
        // The same in every repetition.
        assert_eq!(centre.try_night("05-13", &[]).unwrap().verdict.held, 2);
        centre.expect("held again", &["S2 suspense no-reference", "S4 undecided"]);
        // After the repair the next run continues; the correct amount is not reached.
        centre.tamper("update bank_transaction set postscript = '公积金' where serial = 'S2'");
        centre.tamper("update notice set amount_fen = 30000 where reference = 1906130003");
        centre.night("05-14", &[]);
        centre.expect("whole again", &["S2 suspense no-reference", "S4 suspense overpaid"]);
    });
}

#[test]
fn staff_settle_nothing_by_a_row_that_was_changed() {
    use duizhang::suspense::{Act, ItemId, Moment};
    every_store(|backing| {
        let centre = centre(backing);
        centre.tamper("update notice set amount_fen = 50000 where reference = 1906130003");
        let item =
            ItemId { account_no: super::feed::account("icbc").to_owned(), serial: "S2".to_owned() };
        let act = Act::Settle {
            notices: vec![super::feed::reference("P3").parse().unwrap()],
            from_advance: None,
        };
        let moment = Moment::midnight(date("05-12"));
        let refused = centre.store.resolve(&[item], &act, "clerk", "", moment).unwrap_err();
        assert!(refused.to_string().contains("not as it was written"), "{refused}");
    });
}

#[test]
fn what_is_written_after_a_change_by_hand_does_not_hide_it() {
    every_store(|backing| {
        let centre = centre(backing);
        centre.tamper("update suspense_item set note = 'x' where serial = 'S2'");
        centre.tamper("update decision set decided_on = decided_on - 1 where serial = 'S3'");
        // The night writes to both.
        let paid = csv(&["S5 05-12 icbc 400 P4", "S6 05-12 icbc -500 - reversal"]);
        let paid = centre.lay(None, "feed.csv", paid);
        centre.try_night("05-12", &[paid]).unwrap();
        let wanted = ["decision", "suspense_item"].map(str::to_owned);
        assert_eq!(named(&centre.store), wanted.into());
    });
}

#[test]
fn every_night_that_changed_something_is_in_the_trail_once() {
    every_store(|backing| {
        let centre = centre(backing);
        let nights = || {
            let filter = duizhang::store::TrailFilter {
                event: Some(TrailEvent::Night.to_string()),
                ..Default::default()
            };
            centre.store.trail(&filter, 10).unwrap().len()
        };
        assert_eq!(nights(), 1);
        centre.night("05-11", &[]);
        assert_eq!(nights(), 1, "nothing changed");
        centre.night_of("05-12", &[csv(&["S5 05-12 icbc 400 P4"])]);
        assert_eq!(nights(), 2);
        // Recounting the commits contradicts the trail.
        let step = centre.tamper(
            "update books_step set changes = 'notice +1 0000000000000001' where ordinal = 1",
        );
        assert_eq!(step, 1);
        let gaps = centre.store.audit().unwrap().gaps;
        let stepped = |gap: &Gap| matches!(gap, Gap::Tampered(Tampering::Step { ordinal: 1 }));
        assert!(gaps.iter().any(stepped), "{gaps:?}");
    });
}

#[test]
fn a_changed_row_of_every_table_is_named_on_every_database() {
    // The column does not matter here: it is the last text or number.
    const CHANGES: &[(&str, &str)] = &[
        ("collection_account", "bank_name = bank_name || 'x'"),
        ("employer", "email = 'thief@example.com'"),
        ("notice", "month = month + 1"),
        ("feed", "file_name = 'other.csv'"),
        ("receipt", "booked_on = booked_on + 1"),
        ("receipt_digest", "digest = digest || '0'"),
        ("bank_transaction", "counterparty_name = 'x'"),
        ("decision", "decided_on = decided_on + 1"),
        ("settlement", "settled_on = settled_on + 1"),
        ("journal", "posted_on = posted_on + 1"),
        ("suspense_item", "opened_on = opened_on - 1"),
        ("night", "matched_count = matched_count + 1"),
        ("night_outcome", "count = count + 1"),
        ("telling", "noted_on = noted_on + 1"),
        ("letter", "recipient = 'thief@example.com'"),
        ("outbox", "attempts = attempts + 1"),
    ];
    every_store(|backing| {
        let centre = centre(backing);
        for (table, set) in CHANGES {
            let rows = centre.tamper(&format!("update {table} set {set} where 1 = 1"));
            assert!(rows > 0, "{table} has rows");
        }
        let wanted: BTreeSet<String> =
            CHANGES.iter().map(|(table, _)| (*table).to_owned()).collect();
        assert_eq!(named(&centre.store), wanted);
    });
}

/// A role must be recorded in the trail, whatever the row's own seal says.
#[test]
fn a_role_that_nobody_gave_is_told() {
    use duizhang::rulebook::desk::Renewed;
    use duizhang::suspense::{AccessKind, AccessRequest, Moment, Role};
    every_store(|backing| {
        let centre = centre(backing);
        let request = AccessRequest {
            kind: AccessKind::Person,
            subject: "wang".to_owned(),
            name: "wang".to_owned(),
            role: Some(Role::Clerk),
            secret: Some("$argon2id$".to_owned()),
            password_given: false,
            token: None,
        };
        let now = Moment { at: 1, on: date("05-11") };
        centre.store.change_access(&Renewed::default(), "operator", &request, now).unwrap();
        centre.prove("told of");
        assert_eq!(centre.tamper("update person set role = 'admin' where person_id = 'wang'"), 1);
        let gaps = centre.store.audit().unwrap().gaps;
        let told = |gap: &Gap| matches!(gap, Gap::Tampered(Tampering::Role { .. }));
        assert_eq!(gaps.iter().filter(|gap| told(gap)).count(), 1, "{gaps:?}");
        // And its seal does not match.
        assert_eq!(gaps.len(), 2, "{gaps:?}");
    });
}
