//! The same files in halves over two nights, in either order: the same outcomes, the same books, one digest.
//!
//! Start at the tests. For honest feeds (no notice is paid twice, nothing settled is reversed) the outcomes are equal
//! in either order. For wild ones the contract lets the order of nights decide some: settled notices stay settled when
//! a second payment or the reversal comes a night later. If the outcomes are equal, so is the digest.

use super::centre::{Backing, Centre, every_store};
use super::dice::Dice;
use super::feed::{csv, reference};
use duizhang::remittance::identity::id_check;
use serde_json::json;

const NOTICES: [&str; 8] =
    ["P1 100", "P2 200", "P3 300", "P4 400", "P5 500", "P6 600", "P7 700 revoked", "P8 800"];

/// Two nights; all rows were booked before the first.
const NIGHTS: [&str; 2] = ["05-14", "05-15"];

/// In the ordinary run; `.ci/slow` asks for more.
const SEEDS: u64 = 5;

fn seeds() -> u64 {
    let asked = std::env::var("DUIZHANG_HALVES").ok().and_then(|count| count.parse().ok());
    asked.unwrap_or(SEEDS)
}

/// Feeds in which each notice is paid at most once, in one piece or in parts that are its only exact set.
fn honest(dice: &mut Dice) -> Vec<String> {
    let mut rows = Vec::new();
    for (number, amount) in (1..=6_u32).map(|number| (number, number * 100)) {
        let bank = dice.pick(&["icbc", "icbc2", "ccb"]);
        let day = dice.pick(&["05-11", "05-12", "05-13"]);
        let mut pay = |serial: &str, amount: u32, told: String| {
            rows.push(format!("{serial}{number} {day} {bank} {amount} {told}"));
        };
        match dice.roll(6) {
            0 => pay("W", amount, format!("P{number}")),
            1 => {
                pay("A", amount / 4, format!("P{number}"));
                pay("B", amount - amount / 4, format!("P{number}"));
            }
            // A part without its other part.
            2 => pay("A", amount / 3, format!("P{number}")),
            3 => pay("N", amount, "-".to_owned()),
            4 => pay("O", amount + 1, format!("P{number}")),
            _ => {}
        }
    }
    let junk = [
        "J1 05-12 icbc 77 P9",
        "J2 05-12 icbc 78 P1…",
        "J3 05-12 ccb 3.21 - interest",
        "J4 05-12 icbc -15 -",
        "J5 05-12 icbc 5000 - own",
        "J6 05-13 icbc 700 P7",
    ];
    rows.extend(junk.into_iter().filter(|_| dice.roll(2) == 0).map(str::to_owned));
    // A credit that nothing settles, and the debit that reverses it: together or apart, in either order.
    rows.push("R1 05-12 icbc 91 -".to_owned());
    rows.push("R2 05-13 icbc -91 - reversal".to_owned());
    rows
}

/// Random payments for a few notices.
fn wild(dice: &mut Dice) -> Vec<String> {
    let told = ["P1", "P1", "P2", "P3", "~P1", "P1+P2", "-", "P2…"];
    let row = |number: usize, dice: &mut Dice| {
        let (sign, flag) = if dice.roll(6) == 0 { ("-", "reversal") } else { ("", "") };
        let (bank, amount) = (dice.pick(&["icbc", "ccb"]), dice.pick(&["100", "200", "300", "50"]));
        format!("S{number} 05-12 {bank} {sign}{amount} {} {flag}", dice.pick(&told))
    };
    let count = 3 + dice.roll(6);
    (0..count).map(|number| row(number, dice)).collect()
}

/// A centre after two nights, each with its half.
fn after(backing: Backing, halves: [&[String]; 2]) -> Centre {
    let centre = Centre::new(backing, &NOTICES);
    for (night, half) in NIGHTS.into_iter().zip(halves) {
        let files: Vec<String> = if half.is_empty() { vec![] } else { vec![csv(half)] };
        centre.night_of(night, &files);
    }
    centre
}

fn split(dice: &mut Dice, rows: Vec<String>) -> (Vec<String>, Vec<String>) {
    rows.into_iter().partition(|_| dice.roll(2) == 0)
}

#[test]
fn honest_halves_end_the_same_in_either_order() {
    every_store(|backing| {
        for seed in 0..seeds() {
            let dice = &mut Dice(seed * 2_654_435_761 + 7);
            let rows = honest(dice);
            let (one, two) = split(dice, rows.clone());
            let forth = after(backing, [&one, &two]);
            let back = after(backing, [&two, &one]);
            let at_once = after(backing, [&[], &rows]);
            assert_eq!(forth.said(), back.said(), "seed {seed}: {one:?} {two:?}");
            for (centre, way) in [(&back, "the later half first"), (&at_once, "all at once")] {
                assert_eq!(
                    forth.store.digest().unwrap(),
                    centre.store.digest().unwrap(),
                    "seed {seed}, {way}: {one:?} {two:?}"
                );
            }
        }
    });
}

#[test]
fn wherever_outcomes_are_equal_the_digest_is_and_nowhere_else() {
    every_store(|backing| {
        let mut equal = 0;
        for seed in 0..seeds() {
            let dice = &mut Dice(seed * 2_654_435_761 + 11);
            let rows = wild(dice);
            let (one, two) = split(dice, rows);
            let (forth, back) = (after(backing, [&one, &two]), after(backing, [&two, &one]));
            let same = forth.said() == back.said();
            equal += u64::from(same);
            assert_eq!(
                same,
                forth.store.digest().unwrap() == back.store.digest().unwrap(),
                "seed {seed}: {one:?} {two:?}"
            );
        }
        println!("{equal} of {} wild histories end the same in either order", seeds());
    });
}

#[test]
fn a_credit_settled_before_its_reversal_came_stays_settled() {
    every_store(|backing| {
        let (credit, debit) =
            (["S1 05-11 icbc 100 P1".to_owned()], ["S2 05-12 icbc -100 P1 reversal".to_owned()]);
        let forth = after(backing, [&credit, &debit]);
        forth.expect("the credit first", &["S1 matched P1", "S2 suspense reversal-of-matched"]);
        let back = after(backing, [&debit, &credit]);
        back.expect("the reversal first", &["S1 returned", "S2 returned"]);
        assert_ne!(forth.store.digest().unwrap(), back.store.digest().unwrap());
    });
}

/// Goal: the digest detects changes. Method: the books are changed by hand, one thing a row.
#[test]
fn whatever_moves_money_moves_the_digest() {
    let acts = [
        "update decision set outcome = 9 where serial = 'S1'",
        "update decision set reason = 3 where serial = 'S2'",
        "update decision set notice = 1906130002 where serial = 'S1'",
        "update settlement set amount_fen = amount_fen + 1 where reference > 0",
        "update journal set amount_fen = amount_fen + 1 where serial = 'S2'",
        "update journal set credit = credit + 1 where serial = 'S2'",
        "update suspense_item set state = 'approved' where serial = 'S2'",
        "delete from suspense_item where serial = 'S2'",
        "delete from settlement where reference > 0",
    ];
    every_store(|backing| {
        for act in acts {
            let rows = ["S1 05-11 icbc 100 P1".to_owned(), "S2 05-12 icbc 70 -".to_owned()];
            let centre = after(backing, [&rows, &[]]);
            let before = centre.store.digest().unwrap();
            assert!(centre.tamper(act) > 0, "{act}");
            assert_ne!(centre.store.digest().unwrap(), before, "{act}");
        }
    });
}

/// Two months of one employer, each with its own notice; returns the notices.
fn enrolled(centre: &Centre) -> [String; 2] {
    let body = "45020419900101001";
    let id_no = format!("{body}{}", id_check(body).unwrap());
    let mut filed = [
        json!({"op": "open_employer", "name": "手册示例公司", "kind": "company",
            "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2026-04"}),
        json!({"op": "open_account", "employee_id": "A", "id_no": id_no, "name": "某人",
            "base": "5000.00", "month": "2026-04"}),
        json!({"op": "remit", "month": "2026-04"}),
        json!({"op": "issue_notice", "months": ["2026-04"]}),
        json!({"op": "remit", "month": "2026-05"}),
        json!({"op": "issue_notice", "months": ["2026-05"]}),
    ];
    for operation in &mut filed {
        operation["on"] = json!("2026-05-07");
        operation["employer_id"] = json!("H1");
    }
    let answers = centre.apply(&filed);
    assert!(answers.iter().all(|answer| answer["ok"] == true), "{answers:?}");
    [3, 5].map(|place| answers[place]["reference"].as_str().unwrap().to_owned())
}

#[test]
fn books_of_employees_are_the_same_in_whatever_order_their_months_are_paid() {
    every_store(|backing| {
        let paid = |order: [usize; 2]| {
            let centre = Centre::new(backing, &[]);
            let notices = enrolled(&centre);
            for (night, which) in NIGHTS.into_iter().zip(order) {
                let row = csv(&[format!("S{which} 05-11 icbc 800 P1")]);
                centre.night_of(night, &[row.replace(&reference("P1"), &notices[which])]);
            }
            assert!(centre.said().values().all(|said| said.starts_with("matched")));
            centre
        };
        let (forth, back) = (paid([0, 1]), paid([1, 0]));
        assert_eq!(forth.store.digest().unwrap(), back.store.digest().unwrap());
        assert_ne!(forth.store.history_digest().unwrap(), back.store.history_digest().unwrap());
    });
}
