//! Notices of past months: open ones are found at any age, without searching the others.

use super::centre::{Backing, Centre, every_store};
use super::feed::{csv, reference};
use super::office::{item, settle};
use duizhang::import;
use duizhang::suspense::Act;

fn offer(centre: &Centre, notices: &[&str]) {
    let mut list = "reference,employer_id,amount,issued_on,month,status\n".to_owned();
    for notice in notices {
        let words: Vec<&str> = notice.split_whitespace().collect();
        let [short, amount, month, status] = words[..] else { panic!("{notice}") };
        let row = format!("{},E1,{amount},{month}-01,{month},{status}\n", reference(short));
        list.push_str(&row);
    }
    let mut list = import::notices(list.as_bytes()).unwrap().rows;
    centre.store.import_notices(&mut list).unwrap();
}

/// The open notices in suggestions.
fn waiting(centre: &Centre) -> Vec<String> {
    let mut found = Vec::new();
    centre.store.open_notices(|reference, _, _, _| found.push(reference.to_string())).unwrap();
    found
}

fn expect(centre: &Centre, when: &str, want: &[&str]) {
    let want: Vec<String> = want.iter().map(|short| reference(short)).collect();
    assert_eq!(waiting(centre), want, "{when}");
}

/// The low-water mark's row.
fn mark(centre: &Centre) -> String {
    centre.dump()["notice_mark"].join(" ")
}

/// Four notices of January, one of which was paid then and one revoked, and one of June. In June the low-water mark is
/// above January.
fn after_half_a_year(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &[]);
    let january = ["P11 1000 2026-01 awaiting", "P12 500 2026-01 awaiting"];
    offer(&centre, &january);
    offer(&centre, &["P13 70 2026-01 revoked", "P14 80 2026-01 awaiting"]);
    offer(&centre, &["P20 300 2026-06 awaiting"]);
    centre.night_of("01-15", &[csv(&["S1 01-15 icbc 500 P12"])]);
    expect(&centre, "in January", &["P11", "P14", "P20"]);
    assert!(mark(&centre).contains("1906130011"), "nothing is old yet");
    centre.night_of("06-10", &[csv(&["S2 06-10 icbc 80 -"])]);
    assert!(mark(&centre).contains("1906130020"), "January is old");
    assert_eq!(centre.dump()["notice_outstanding"].len(), 2, "P11 and P14");
    centre
}

#[test]
fn an_old_notice_waits_until_it_is_paid() {
    every_store(|backing| {
        let centre = after_half_a_year(backing);
        expect(&centre, "in June", &["P11", "P14", "P20"]);
        centre.night_of("06-11", &[csv(&["S3 06-11 icbc 1000 P11", "S4 06-11 icbc 300 P20"])]);
        centre.expect("June", &["S3 matched P11", "S4 matched P20"]);
        expect(&centre, "paid late", &["P14"]);
    });
}

#[test]
fn an_old_notice_that_comes_late_or_is_opened_again_waits_too() {
    every_store(|backing| {
        let centre = after_half_a_year(backing);
        offer(&centre, &["P10 60 2026-01 awaiting", "P13 70 2026-01 awaiting"]);
        expect(&centre, "listed late", &["P10", "P11", "P13", "P14", "P20"]);
        let ids = [item("icbc", "S2")];
        centre.does(&ids, &settle(&["P14"]), "06-12");
        expect(&centre, "settled by staff", &["P10", "P11", "P13", "P20"]);
        centre.does(&ids, &Act::Reverse, "06-13");
        expect(&centre, "booked back", &["P10", "P11", "P13", "P14", "P20"]);
    });
}

#[test]
fn the_same_night_again_moves_no_mark() {
    every_store(|backing| {
        let centre = after_half_a_year(backing);
        let before = centre.dump();
        centre.night("06-10", &[]);
        centre.night("01-15", &[]);
        let after = centre.dump();
        for table in ["notice_mark", "notice_outstanding"] {
            assert_eq!(before[table], after[table], "{table}");
        }
    });
}
