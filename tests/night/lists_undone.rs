//! Undoing an import: everything is as before, or the data that depends on it is named.

use super::centre::{Centre, every_store, same};
use super::dice::Dice;
use super::feed::csv;
use super::filing::{enrol, id_no, remit, said};
use super::list_imports::{EMPLOYEES, apart_from_imports, employees, hand_in, order};
use duizhang::store::{StoreError, StoreRefusal};
use serde_json::json;

fn undo(centre: &Centre, id: &str) -> Result<(u64, u64), String> {
    let undone = centre.store.undo_import(id, Some("li"), 1_780_000_100);
    undone.map(|undone| (undone.removed, undone.restored)).map_err(|error| error.to_string())
}

const HEADS: [(&str, &str); 4] = [
    (
        "employers",
        "employer_id,name,email,payer_accounts,employer_rate,employee_rate,paid_to,payday",
    ),
    ("employees", "employee_id,employer_id,name,id_no,base,status,opening_balance"),
    ("notices", "reference,employer_id,amount,issued_on,month,status"),
    ("accounts", "account_no,bank,bank_name,account_name"),
];

/// A random row of a list.
fn thrown(dice: &mut Dice, list: &str, number: usize) -> String {
    let employer = |dice: &mut Dice| format!("E{}", 1 + dice.roll(3));
    match list {
        "employers" => {
            let mail = dice.pick(&["a@example.com", "b@example.com", ""]);
            let payers = dice.pick(&["6222", "6222;6223", ""]);
            let terms = dice.pick(&["0.08,0.08,2026-03,15", "0.1,0.1,2026-04,", ",,,3"]);
            format!("E{},公司{},{mail},{payers},{terms}", 1 + number, dice.roll(2))
        }
        "employees" => {
            let (employer, person) = (employer(dice), id_no(1 + u32::try_from(number).unwrap()));
            let base = dice.pick(&["5000", "6000"]);
            let status = dice.pick(&["active", "sealed"]);
            let opening = dice.pick(&["", "1.23", "4.56"]);
            format!("A{number},{employer},某人{},{person},{base},{status},{opening}", dice.roll(2))
        }
        "notices" => {
            let (employer, status) = (employer(dice), dice.pick(&["awaiting", "paid", "revoked"]));
            let (fen, month) = (1 + dice.roll(3), 4 + dice.roll(2));
            format!("P190613{number:04},{employer},{fen},2026-05-0{fen},2026-0{month},{status}")
        }
        _ => format!("2105400009300{number:06},B{},银行{},专户", dice.roll(2), dice.roll(2)),
    }
}

/// Goal: an undone import leaves nothing but its trail. Method: random lists of each kind, one after the other; each is
/// imported, imported again (nothing changes), and undone from the last one on. `DUIZHANG_LISTS` says how many such
/// histories.
#[test]
fn whatever_was_imported_and_taken_back_was_never_there() {
    let histories = std::env::var("DUIZHANG_LISTS").map_or(1, |count| count.parse().unwrap());
    every_store(|backing| {
        for seed in 1..=histories {
            let mut dice = Dice(seed);
            let centre = Centre::new(backing, &[]);
            centre.employers("E1,甲,,\nE2,乙,,\nE3,丙,,");
            let mut done = Vec::new();
            for step in 0..4 {
                let (list, head) = dice.pick(&HEADS);
                let mut rows = Vec::new();
                for number in 0..6 {
                    rows.extend((dice.roll(3) > 0).then(|| thrown(&mut dice, list, number)));
                }
                let text = format!("{head}\n{}\n", rows.join("\n"));
                // Each list is another file.
                let order = order(&" ".repeat(step), "2026-06-01");
                let before = (apart_from_imports(centre.dump()), centre.digest());
                let import = hand_in(&centre, list, &text, &order).unwrap();
                let again = hand_in(&centre, list, &text, &order).unwrap().imported;
                assert_eq!((again.added, again.changed), (0, 0), "seed {seed}: {text}");
                if import.imported.added + import.imported.changed > 0 {
                    done.push((import, before, text));
                }
            }
            for (import, (dump, digest), text) in done.into_iter().rev() {
                undo(&centre, import.import_id.as_ref().unwrap()).unwrap();
                same(&dump, &apart_from_imports(centre.dump()), &format!("seed {seed}: {text}"));
                assert_eq!(digest, centre.digest(), "seed {seed}: {text}");
            }
            assert!(centre.store.verify_trail().unwrap().is_ok());
        }
    });
}

#[test]
fn an_import_is_taken_back_by_the_beginning_of_its_id_and_once() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        centre.employers("F1,甲,,");
        let list = [format!("A,F1,某人,{},5000,active", id_no(1))];
        let id = employees(&centre, &list).unwrap().import_id.unwrap();
        let nothing = employees(&centre, &list).unwrap().import_id.unwrap();
        let refusals = [
            ("zz", "no import zz"),
            ("", "no import "),
            ("0000000000000000", "no import 0000000000000000"),
            (&nothing, "is one that changed nothing"),
        ];
        for (id, want) in refusals {
            let refused = undo(&centre, id).unwrap_err();
            assert!(refused.contains(want), "{id}: {refused}");
        }
        assert_eq!(undo(&centre, &id[..8]), Ok((1, 0)));
        assert!(undo(&centre, &id).unwrap_err().contains("is taken back already"));
        // The same list again is another import.
        let again = employees(&centre, &list).unwrap();
        assert_eq!(again.imported.added, 1);
        assert_eq!(undo(&centre, &again.import_id.unwrap()), Ok((1, 0)));
    });
}

#[test]
fn whatever_rests_on_an_import_stands_in_its_way_and_is_named() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        assert_eq!(said(&centre, &[enrol("F1")]), ["ok"]);
        let take = |list: &str, head: &str, row: &str, day: &str| {
            let text = format!("{head}\n{row}\n");
            hand_in(&centre, list, &text, &order(&text, day)).unwrap().import_id.unwrap()
        };
        let day = "2026-06-01";
        let account = take("accounts", HEADS[3].1, "6225000000000001,B,银行,专户", day);
        let employers = take("employers", "employer_id,name", "E7,七\nE8,八", day);
        let notices = take("notices", HEADS[2].1, "P1906130001,E7,10,2026-05-01,2026-05,", day);
        let person = |base: &str| format!("A,F1,某人,{},{base},active", id_no(1));
        let first = take("employees", EMPLOYEES, &person("5000"), day);
        let second = take("employees", EMPLOYEES, &person("6000"), day);
        let renamed = take("employers", "employer_id,name,email", "F1,改名,a@example.com", day);
        let rests = |id: &str, want: &str| {
            let refused = centre.store.undo_import(id, None, 0).unwrap_err();
            let StoreError::Refused(StoreRefusal::ImportRests { .. }) = &refused else {
                panic!("{want}: {refused}")
            };
            assert!(refused.to_string().contains(want), "{want}: {refused}");
        };
        rests(&employers, "E7 has notices");
        rests(&first, &format!("A of F1 was changed by import {second} since"));
        let update = json!({"op": "update_basic", "employer_id": "F1", "email": "b@example.com"});
        assert_eq!(said(&centre, &[update]), ["ok"]);
        rests(&renamed, "F1: email was changed since");
        // The month's list is made with A in it.
        assert_eq!(said(&centre, &[remit("F1", "2026-05")]), ["ok"]);
        rests(&second, "A of F1 has entries or is on a list");
        // Money arrives, at an account of the list, for a notice of the list.
        let feed = csv(&["S1 05-12 icbc 10 P1"]);
        let icbc = super::feed::account("icbc");
        centre.night_of("05-12", &[feed.replace(icbc, "6225000000000001")]);
        rests(&notices, "P1906130001: money was found for it");
        rests(&account, "6225000000000001 has transactions");
    });
}
