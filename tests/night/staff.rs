//! Staff decisions: the money moves in one commit, sums are exact, and no night changes them.

use super::centre::{Backing, Centre, date, every_store, same};
use super::feed::{account, csv, reference};
use duizhang::store::{MoneyPlace, StoreError, SuspenseFilter};
use duizhang::suspense::{Act, ItemId, Moment};

/// Three open items: 600 and 400 in vain for P1 at two banks, 500 without a reference; the bank reversed a settled one.
fn open_item(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000", "P2 300", "P3 200", "P4 70"]);
    centre.night_of("05-11", &[csv(&["S0 05-11 icbc 70 P4"])]);
    centre.night_of(
        "05-12",
        &[csv(&[
            "S1 05-11 icbc 600 P1",
            "S2 05-11 ccb 400 P1",
            "S3 05-12 icbc 500 -",
            "S4 05-12 icbc -70 - reversal",
        ])],
    );
    centre
}

fn item(own: &str, serial: &str) -> ItemId {
    ItemId { account_no: account(own).to_owned(), serial: serial.to_owned() }
}

fn settle(notices: &[&str]) -> Act {
    let notices = notices.iter().map(|notice| reference(notice).parse().unwrap()).collect();
    Act::settle(notices)
}

fn resolve(centre: &Centre, items: &[ItemId], resolution: &Act) -> Result<(), StoreError> {
    let done = centre.store.resolve(
        items,
        resolution,
        "clerk",
        "电话核实",
        Moment::midnight(date("05-13")),
    );
    centre.prove("after staff");
    done
}

fn standing(centre: &Centre, wanted: MoneyPlace) -> String {
    let audit = centre.store.audit().unwrap();
    audit.places.iter().find(|standing| standing.place == wanted).unwrap().amount.to_string()
}

#[test]
fn staff_settle_one_notice_with_several_items() {
    every_store(|backing| {
        let centre = open_item(backing);
        resolve(&centre, &[item("icbc", "S1"), item("ccb", "S2")], &settle(&["P1"])).unwrap();
        assert_eq!(standing(&centre, MoneyPlace::EmployeeAccounts), "1070.00");
        let before = centre.books();
        centre.night("05-14", &[]);
        centre.expect("", &["S1 matched P1", "S2 matched P1"]);
        same(&before, &centre.books(), "the next night leaves it alone");
        centre.night_of("05-15", &[csv(&["S5 05-15 icbc 1000 P1"])]);
        centre.expect("", &["S5 suspense notice-already-paid", "S1 matched P1"]);
    });
}

#[test]
fn staff_settle_several_notices_with_one_item() {
    every_store(|backing| {
        let centre = open_item(backing);
        resolve(&centre, &[item("icbc", "S3")], &settle(&["P2", "P3"])).unwrap();
        centre.night("05-14", &[]);
        centre.expect("", &["S3 matched P2 P3"]);
        assert_eq!(standing(&centre, MoneyPlace::EmployeeAccounts), "570.00");
    });
}

#[test]
fn staff_give_money_another_place() {
    every_store(|backing| {
        for (resolution, place) in [
            (Act::Advance { employer_id: Some("E1".to_owned()) }, MoneyPlace::Advance),
            (Act::Refund, MoneyPlace::RefundDue),
            (Act::NotOurs, MoneyPlace::Ignored),
        ] {
            let centre = open_item(backing);
            resolve(&centre, &[item("icbc", "S3"), item("icbc", "S1")], &resolution).unwrap();
            assert_eq!(standing(&centre, place), "1100.00", "{resolution:?}");
            // The other part of P1 now waits alone.
            centre.night("05-14", &[]);
            centre.expect("", &["S2 awaiting"]);
            // A notice that would settle them no longer moves them.
            centre.notices(&["P1 600"]);
            centre.night("05-15", &[]);
            let items = centre
                .store
                .suspense(&SuspenseFilter { closed_too: true, ..Default::default() })
                .unwrap();
            let row = items.iter().find(|row| row.id == item("icbc", "S1")).unwrap();
            assert_eq!(row.resolution.as_deref(), Some(resolution.kind().code()));
            assert_eq!(standing(&centre, place), "1100.00", "{resolution:?}");
        }
    });
}

#[test]
fn what_does_not_add_up_is_refused_and_changes_nothing() {
    every_store(|backing| {
        let centre = open_item(backing);
        let before = centre.dump();
        let refused: [(&str, Vec<ItemId>, Act); 10] = [
            ("one fen short", vec![item("icbc", "S1")], settle(&["P1"])),
            ("more than the notice", vec![item("icbc", "S3")], settle(&["P2"])),
            ("many to many", vec![item("icbc", "S1"), item("ccb", "S2")], settle(&["P1", "P2"])),
            ("an unknown notice", vec![item("icbc", "S3")], settle(&["P9"])),
            ("a settled notice", vec![item("icbc", "S3")], settle(&["P4"])),
            ("no notice", vec![item("icbc", "S3")], settle(&[])),
            ("no item", vec![], settle(&["P2"])),
            ("an item twice", vec![item("icbc", "S3"), item("icbc", "S3")], settle(&["P1"])),
            ("an item that is settled", vec![item("icbc", "S0")], Act::Refund),
            ("a debit", vec![item("icbc", "S4")], Act::Refund),
        ];
        for (what, items, resolution) in refused {
            let result = resolve(&centre, &items, &resolution);
            assert!(matches!(result, Err(StoreError::Refused(_))), "{what}: {result:?}");
            same(&before, &centre.dump(), what);
        }
        let twice = [item("icbc", "S3"), item("icbc", "S3")];
        let result = resolve(&centre, &twice, &Act::Refund);
        assert!(matches!(result, Err(StoreError::Refused(_))), "it would leave twice: {result:?}");
        same(&before, &centre.dump(), "refunded twice");
        let result = resolve(&centre, &[item("icbc", "S3")], &settle(&["P2", "P2"]));
        assert!(matches!(result, Err(StoreError::Refused(_))), "{result:?}");
        same(&before, &centre.dump(), "a notice twice");
    });
}

#[test]
fn what_staff_decided_cannot_be_decided_again() {
    every_store(|backing| {
        let centre = open_item(backing);
        resolve(
            &centre,
            &[item("icbc", "S3")],
            &Act::Advance { employer_id: Some("E1".to_owned()) },
        )
        .unwrap();
        let before = centre.dump();
        for resolution in [
            Act::Refund,
            Act::Advance { employer_id: Some("E1".to_owned()) },
            settle(&["P2", "P3"]),
        ] {
            let again = resolve(&centre, &[item("icbc", "S3")], &resolution);
            assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
        }
        same(&before, &centre.dump(), "again");
    });
}

#[test]
fn a_transaction_that_staff_settled_has_no_reason() {
    every_store(|backing| {
        let centre = open_item(backing);
        resolve(&centre, &[item("icbc", "S3")], &settle(&["P2", "P3"])).unwrap();
        let rows = centre.transactions();
        let row = rows.iter().find(|row| row.serial == "S3").unwrap();
        assert_eq!(row.reason, None, "the contract gives matched no reason");
    });
}
