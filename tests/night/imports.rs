//! Deliveries of the core system: a file is imported completely or not at all, a repetition changes nothing, and
//! nothing settled is contradicted.

use super::centre::{Backing, Centre, every_store, notices_csv, same};
use super::feed::csv;
use duizhang::import;
use duizhang::remittance::NoticeStage;
use duizhang::store::{Imported, NoticeFilter, StoreError};

fn settled(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000", "P2 500"]);
    centre.night_of("05-11", &[csv(&["S1 05-11 icbc 1000 P1"])]);
    centre
}

fn offer(centre: &Centre, list: &str) -> Result<Imported, StoreError> {
    let mut list = import::notices(list.as_bytes()).unwrap().rows;
    centre.store.import_notices(&mut list)
}

#[test]
fn a_file_with_one_bad_row_is_no_list() {
    let good = notices_csv(&["P1 1000", "P2 500"]);
    for bad in [
        "P1906130003,E1,12.345,2026-05-01,2026-05,",
        "P19061300,E1,1,2026-05-01,2026-05,",
        "P1906130001,E1,9,2026-05-01,2026-05,",
    ] {
        assert!(import::notices(format!("{good}{bad}\n").as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn the_same_list_again_changes_nothing() {
    every_store(|backing| {
        let centre = settled(backing);
        let before = centre.dump();
        let list = notices_csv(&["P2 500", "P1 1000"]);
        assert_eq!(
            offer(&centre, &list).unwrap(),
            Imported { unchanged: 2, ..Imported::default() }
        );
        same(&before, &centre.dump(), "notices");
        let employers =
            "employer_id,name,email\nE1,示例甲公司,finance@example.com\nE2,示例乙公司,\n";
        let employers = import::employers(employers.as_bytes()).unwrap().rows;
        let first = centre.store.import_employers(&employers).unwrap();
        assert_eq!(first, Imported { added: 1, unchanged: 1, ..Imported::default() });
        let again = centre.store.import_employers(&employers).unwrap();
        assert_eq!(again, Imported { unchanged: 2, ..Imported::default() });
    });
}

#[test]
fn a_settled_notice_keeps_amount_employer_and_standing() {
    every_store(|backing| {
        let centre = settled(backing);
        let changed =
            |from: &str, to: &str| notices_csv(&["P1 1000", "P3 7"]).replacen(from, to, 1);
        for (from, to, field) in [
            ("1000", "1001", "amount"),
            ("E1", "E9", "employer_id"),
            ("awaiting", "revoked", "status"),
        ] {
            let before = centre.dump();
            let refused = offer(&centre, &changed(from, to)).unwrap_err();
            assert!(matches!(refused, StoreError::Refused(_)), "{refused:?}");
            assert!(refused.to_string().contains(field), "{refused}");
            same(&before, &centre.dump(), "nothing of the list is taken in");
        }
        // The core system may report that it is paid.
        let taken = offer(&centre, &changed("awaiting", "paid")).unwrap();
        assert_eq!((taken.added, taken.changed), (1, 1));
        centre.prove("after the import");
        let before = centre.digest();
        centre.night("05-11", &[]);
        assert_eq!(before, centre.digest());
    });
}

#[test]
fn an_open_notice_changes_and_is_judged_by_what_it_is_now() {
    every_store(|backing| {
        let centre = settled(backing);
        centre.night_of("05-12", &[csv(&["S2 05-12 icbc 450 P2"])]);
        centre.expect("", &["S2 awaiting"]);
        assert_eq!(offer(&centre, &notices_csv(&["P2 450"])).unwrap().changed, 1);
        centre.night("05-13", &[]);
        centre.expect("", &["S2 matched P2"]);
    });
}

#[test]
fn notices_are_listed_as_they_stand() {
    every_store(|backing| {
        let centre = settled(backing);
        centre.notices(&["P3 1 paid", "P4 1 revoked"]);
        for (status, want) in [
            (NoticeStage::Paid, vec!["P1906130001", "P1906130003"]),
            (NoticeStage::Awaiting, vec!["P1906130002"]),
            (NoticeStage::Revoked, vec!["P1906130004"]),
        ] {
            let mut got = Vec::new();
            let filter = NoticeFilter { status: Some(status), ..NoticeFilter::default() };
            centre
                .store
                .notices(&filter, |notice| {
                    got.push(notice.reference.to_string());
                    true
                })
                .unwrap();
            assert_eq!(got, want, "{status}");
        }
    });
}
