//! Random histories of several nights: the invariants after every one of them.
//!
//! Start at the test. Each seed makes a few notices with small amounts and nights of payments for them: parts, doubles,
//! probable readings, several references, reversals, late feeds, repeated deliveries, changed and late notices,
//! decisions of staff. A failure names its seed.

use super::centre::{Backing, Centre, date, every_store};
use super::dice::Dice;
use super::feed::csv;
use duizhang::store::{NoticeFilter, SuspenseFilter};
use duizhang::suspense::{Act, ItemId, Moment};
use std::collections::BTreeSet;

/// Histories in the ordinary run; `.ci/slow` runs thousands.
const HISTORIES: u64 = 15;

const NIGHTS: [&str; 4] = ["05-12", "05-29", "06-02", "07-03"];
const DAYS: [&[&str]; 4] = [
    &["05-11", "05-12"],
    &["05-11", "05-28", "05-29"],
    &["05-29", "06-01"],
    &["06-01", "06-30", "07-01"],
];
const TOLD: [&str; 12] =
    ["P1", "P1", "P2", "P2", "P3", "P3", "P4", "~P1", "~P2", "P1+P2", "-", "P1…"];

fn row(dice: &mut Dice, night: usize, number: usize) -> String {
    let sign = if dice.roll(8) == 0 { "-" } else { "" };
    let flag = if sign == "-" && dice.roll(3) > 0 { "reversal" } else { "" };
    let time = dice.pick(&["time=09:00:00", "time=10:00:00", ""]);
    format!(
        "S{night}{number} {} {} {sign}{} {} {flag} {time}",
        dice.pick(DAYS[night]),
        dice.pick(&["icbc", "icbc", "icbc2", "ccb"]),
        dice.pick(&["1", "2", "3", "4", "5", "6", "8"]),
        dice.pick(&TOLD),
    )
}

/// The notices settled so far.
fn settled(centre: &Centre) -> BTreeSet<(String, String)> {
    let mut settled = BTreeSet::new();
    let take = |notice: duizhang::store::NoticeRow| {
        if let Some(on) = notice.settled_on {
            settled.insert((notice.reference.to_string(), on.to_string()));
        }
        true
    };
    centre.store.notices(&NoticeFilter::default(), take).unwrap();
    settled
}

/// Staff pick an open item and try a decision that may be impossible.
fn staff(dice: &mut Dice, centres: [&Centre; 2], on: &str, seed: u64) {
    let items = centres[0].store.suspense(&SuspenseFilter::default()).unwrap();
    if items.is_empty() {
        return;
    }
    let item = &items[dice.roll(items.len())];
    let reference = super::feed::reference(dice.pick(&["P1", "P2", "P3"])).parse().unwrap();
    let resolution = match dice.roll(4) {
        0 => Act::Advance { employer_id: Some("E1".to_owned()) },
        1 => Act::Refund,
        2 => Act::NotOurs,
        _ => Act::settle(vec![reference]),
    };
    let id = ItemId { ..item.id.clone() };
    let done = centres.map(|centre| {
        centre
            .store
            .resolve(
                std::slice::from_ref(&id),
                &resolution,
                "clerk",
                "",
                Moment::midnight(date(on)),
            )
            .is_ok()
    });
    assert_eq!(done[0], done[1], "seed {seed}");
}

fn history(backing: Backing, seed: u64) {
    let dice = &mut Dice(seed * 2_654_435_761 + 1);
    let notices = ["P1 5", "P2 6", "P3 8"];
    let (one, other) = (Centre::new(backing, &notices), Centre::new(backing, &notices));
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    let mut all: Vec<String> = Vec::new();
    for (night, as_of) in NIGHTS.iter().enumerate() {
        let count = 1 + dice.roll(7);
        let mut rows: Vec<String> = (0..count).map(|number| row(dice, night, number)).collect();
        if night > 0 && dice.roll(2) == 0 {
            rows.push(all[dice.roll(all.len())].clone());
        }
        all.extend(rows.iter().cloned());
        if dice.roll(4) == 0 {
            let change = dice.pick(&["P4 3", "P4 4 revoked", "P4 4"]);
            for centre in [&one, &other] {
                let list = super::centre::notices_csv(&[change]);
                let mut list = duizhang::import::notices(list.as_bytes()).unwrap().rows;
                // Refused if it is settled, in both alike.
                drop(centre.store.import_notices(&mut list));
            }
        }
        let cut = dice.roll(rows.len() + 1);
        one.night_of(as_of, &[csv(&rows)]);
        let turned: Vec<&String> = rows.iter().rev().collect();
        other.night_of(as_of, &[csv(&turned[..cut]), csv(&turned[cut..])]);
        assert_eq!(
            one.digest(),
            other.digest(),
            "seed {seed}, {as_of}: files and lines in another order"
        );
        let now = settled(&one);
        assert!(known.is_subset(&now), "seed {seed}, {as_of}: {known:?} then {now:?}");
        known = now;
        if dice.roll(2) == 0 {
            staff(dice, [&one, &other], as_of, seed);
            one.prove("after staff");
            // A decision of staff may change the state of the notice's other parts.
            one.night(as_of, &[]);
            other.night(as_of, &[]);
        }
        let before = one.digest();
        one.night(as_of, &[]);
        assert_eq!(before, one.digest(), "seed {seed}, {as_of}: judged again");
    }
}

#[test]
fn whatever_comes_in_the_books_are_whole_and_no_order_matters() {
    let histories = std::env::var("DUIZHANG_HISTORIES").ok().and_then(|count| count.parse().ok());
    every_store(|backing| {
        for seed in 0..histories.unwrap_or(HISTORIES) {
            history(backing, seed);
        }
    });
}
