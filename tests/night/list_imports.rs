//! Effects of a list on the store, on every store: changes are reported, values beyond the list's authority are kept
//! and reported, and impossible ones refuse the list.
//!
//! `store/import/employees/judge.rs` has a table for one row and one account; these tests cover what only a store
//! knows.

use super::centre::{Centre, Dump, every_store};
use super::feed::csv;
use super::filing::{enrol, filed, hire, id_no, remit, said};
use duizhang::import::{self, List};
use duizhang::rulebook::policy;
use duizhang::store::{
    HIDDEN_FIELDS, ImportOrder, ImportOrigin, Imported, ListImport, ListRows, RowChange, RowEffect,
    StoreError, StoreRefusal,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) const EMPLOYEES: &str = "employee_id,employer_id,name,id_no,base,status";

/// The default order of an import in tests: author and day do not matter, unless given.
pub(crate) fn order(text: &str, day: &str) -> ImportOrder {
    ImportOrder {
        policy: Arc::new(policy::shipped().unwrap()),
        list_day: day.parse().unwrap(),
        full: false,
        origin: Some(ImportOrigin {
            file: "list.csv".into(),
            // A fake digest: the shell computes the file's real one.
            sha256: format!("{:x}", text.len()),
            by: Some("wang".into()),
            at: 1_780_000_000,
        }),
    }
}

/// Imports a list of `employees`, `employers`, `notices` or `accounts`, with its heading.
pub(crate) fn hand_in(
    centre: &Centre,
    list: &str,
    text: &str,
    order: &ImportOrder,
) -> Result<ListImport, StoreError> {
    let bytes = text.as_bytes();
    match list {
        "employees" => {
            let list = import::employees(bytes).unwrap();
            centre.store.import_list(&ListRows::Employees(&list.rows), order)
        }
        "employers" => {
            let list = import::employers(bytes).unwrap();
            centre.store.import_list(&ListRows::Employers(&list.rows), order)
        }
        "accounts" => {
            let list = import::accounts(bytes).unwrap();
            centre.store.import_list(&ListRows::Accounts(&list.rows), order)
        }
        _ => {
            let mut list: List<_> = import::notices(bytes).unwrap();
            list.sort_by_key(|notice| notice.reference);
            let rows = ListRows::Notices { rows: &list.rows, status: list.has("status") };
            centre.store.import_list(&rows, order)
        }
    }
}

/// Imports a list of employees, without its heading.
pub(crate) fn employees(centre: &Centre, rows: &[String]) -> Result<ListImport, StoreError> {
    let text = format!("{EMPLOYEES}\n{}\n", rows.join("\n"));
    hand_in(centre, "employees", &text, &order(&text, "2026-06-01"))
}

/// Every change of an import, each as `A1 E1 base 5000.00>6000.00` and `A1 E1 kept status active (operation)`.
pub(crate) fn changes(centre: &Centre, done: &ListImport) -> Vec<String> {
    let mut all = Vec::new();
    let id = done.import_id.as_ref().unwrap();
    let take = |row: &RowChange| {
        let who = [Some(&row.key), row.employer_id.as_ref()].into_iter().flatten();
        let who = who.cloned().collect::<Vec<_>>().join(" ");
        match row.effect {
            RowEffect::Added => all.push(format!("{who} added")),
            RowEffect::Missing => all.push(format!("{who} missing")),
            RowEffect::Changed => {}
        }
        for one in row.changed.iter().filter(|one| !HIDDEN_FIELDS.contains(&&*one.field)) {
            let text = |value: &Option<String>| value.clone().unwrap_or("-".into());
            let (before, after) = (text(&one.before), text(&one.after));
            all.push(format!("{who} {} {before}>{after}", one.field));
        }
        for one in &row.kept {
            let known = one.known.as_deref().unwrap_or("-");
            all.push(format!("{who} kept {} {known} ({})", one.field, one.why.code()));
        }
        Ok::<_, StoreError>(())
    };
    centre.store.import_changes(id, take).unwrap();
    all
}

/// The refusals of a list: `0 base base-below-floor`, with the place of the row.
fn refused(result: Result<ListImport, StoreError>) -> Vec<String> {
    let refused = result.unwrap_err();
    let StoreError::Refused(StoreRefusal::List(unfit)) = refused else { panic!("{refused}") };
    unfit.iter().map(|one| format!("{} {}: {}", one.row, one.field, one.why)).collect()
}

/// All stored data except the trail and the imports themselves.
pub(crate) fn apart_from_imports(mut dump: Dump) -> Dump {
    // The import is recorded there, and each commit is counted.
    let tells =
        |table: &str| ["list_import", "trail", "books_"].iter().any(|of| table.starts_with(of));
    dump.retain(|table, _| !tells(table));
    dump
}

/// Two employers that enrolled, with A active at the first.
pub(crate) fn two_employers(centre: &Centre) {
    assert_eq!(said(centre, &[enrol("F1"), enrol("F2"), hire("F1", "A", 1)]), ["ok"; 3]);
}

fn row(number: &str, employer: &str, person: u32, rest: &str) -> String {
    format!("{number},{employer},某人,{},{rest}", id_no(person))
}

/// Settles a notice over A's month, so that A's account has money.
fn pay(centre: &Centre) {
    let issue = json!({"op": "issue_notice", "employer_id": "F1", "months": ["2026-05"]});
    let answers = filed(centre, &[remit("F1", "2026-05"), issue]);
    let reference = answers[1]["reference"].as_str().unwrap();
    centre.night_of("05-12", &[csv(&[&format!("S1 05-12 icbc 800 {reference}")])]);
}

#[test]
fn who_holds_an_account_is_not_a_list_s_to_say_and_nothing_of_such_a_list_is_taken() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        two_employers(&centre);
        pay(&centre);
        let before = centre.dump();
        let bad = [
            row("A", "F1", 2, "5000,active"),        // Another person's number.
            row("B", "F1", 3, "100,active"),         // Under the floor.
            row("C", "F1", 4, "99999,sealed"),       // Above the cap.
            "D,F1,某人,1101,5000,active".to_owned(), // No identity number.
            row("E", "F9", 5, "5000,active"),        // This employer is unknown.
            row("F", "F2", 1, "5000,active"),        // A is active at F1.
            row("G", "F1", 6, "5000,active"),
            row("H", "F1", 6, "5000,active"), // G under another number.
            row("I", "F2", 6, "5000,active"), // G at another employer.
            row("J", "F1", 7, "5000,active"),
        ];
        let told = refused(employees(&centre, &bad));
        let want = [
            ("0 id_no", "has money or was written by an operation"),
            ("1 base", "in 2026-06 give one from 1690.00"),
            ("2 base", "in 2026-06 give one from 1690.00"),
            ("3 id_no", "expected 18 characters"),
            ("4 employer_id", "an employer that is known"),
            ("5 id_no", "A has an active account at F1"),
            ("7 id_no", "found the same identity number beside G"),
            ("8 id_no", "active at F1 too"),
        ];
        assert_eq!(told.len(), want.len(), "{told:#?}");
        for (told, (place, words)) in told.iter().zip(want) {
            assert!(told.starts_with(place) && told.contains(words), "{told}, not {words}");
        }
        super::centre::same(&before, &centre.dump(), "nothing of the list is taken in");
    });
}

#[test]
fn what_money_or_an_operation_rests_on_stays_and_is_told() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        two_employers(&centre);
        assert_eq!(said(&centre, &[hire("F1", "B", 2)]), ["ok"]);
        pay(&centre);
        let done = employees(
            &centre,
            &[row("A", "F1", 1, "9999,sealed"), row("B", "F1", 2, "5000,active")],
        );
        let done = done.unwrap();
        assert_eq!(done.imported, Imported { unchanged: 2, kept: 1, ..Imported::default() });
        let want = ["A F1 kept base 5000.00 (entries)", "A F1 kept status active (entries)"];
        assert_eq!(changes(&centre, &done), want);
        // B moves to F2; the list of the previous month still has B at F1.
        let seal = json!({"op": "seal", "employer_id": "F1", "employee_id": "B", "month": "2026-06",
            "reason": "离职"});
        let transfer = json!({"op": "transfer", "employee_id": "B", "from_employer": "F1",
            "to_employer": "F2", "city": "柳州市"});
        assert_eq!(said(&centre, &[seal, transfer]), ["ok"; 2]);
        let before = apart_from_imports(centre.dump());
        let done = employees(&centre, &[row("B", "F1", 2, "5000,active")]).unwrap();
        assert_eq!(changes(&centre, &done), ["B F1 kept status transferred (transferred)"]);
        super::centre::same(&before, &apart_from_imports(centre.dump()), "a sign stays one");
    });
}

#[test]
fn a_list_may_seal_somebody_here_and_have_them_active_there() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        centre.employers("F1,甲,,\nF2,乙,,");
        let list = [row("A", "F1", 1, "5000,active"), row("B", "F1", 2, "5000,active")];
        assert_eq!(employees(&centre, &list).unwrap().imported.added, 2);
        // Alone it would make the person active twice.
        let second = row("A2", "F2", 1, "5000,active");
        let told = refused(employees(&centre, std::slice::from_ref(&second)));
        assert!(told[0].contains("A has an active account at F1"), "{told:?}");
        let both = [row("A", "F1", 1, "5000,sealed"), second];
        let done = employees(&centre, &both).unwrap();
        assert_eq!(changes(&centre, &done), ["A F1 status active>sealed", "A2 F2 added"]);
        // The same number and person at another employer is the account itself, which moves.
        let moves = [row("B", "F2", 2, "6000,active")];
        let done = employees(&centre, &moves).unwrap();
        let want = ["B F2 base 5000.00>6000.00", "B F2 employer_id F1>F2"];
        assert_eq!(changes(&centre, &done), want);
        // The same number of another person is another account.
        let other = [row("B", "F1", 3, "5000,active")];
        assert_eq!(employees(&centre, &other).unwrap().imported.added, 1);
        let full = ImportOrder { full: true, ..order("", "2026-06-01") };
        let text = format!("{EMPLOYEES}\n{}\n", other[0]);
        let done = hand_in(&centre, "employees", &text, &full).unwrap();
        assert_eq!((done.imported.missing, done.imported.unchanged), (3, 1));
        let mut missing = changes(&centre, &done);
        missing.sort();
        assert_eq!(missing, ["A F1 missing", "A2 F2 missing", "B F2 missing"]);
    });
}

#[test]
fn an_opening_balance_is_not_brought_twice_by_a_list_from_before_a_transfer() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        centre.employers("F1,甲,,\nF2,乙,,");
        let text =
            format!("{EMPLOYEES},opening_balance\n{},12.34\n", row("A", "F1", 1, "5000,sealed"));
        let by = order(&text, "2026-05-01");
        assert_eq!(hand_in(&centre, "employees", &text, &by).unwrap().imported.added, 1);
        let transfer = json!({"op": "transfer", "employee_id": "A", "from_employer": "F1",
            "to_employer": "F2", "city": "柳州市"});
        assert_eq!(said(&centre, &[transfer]), ["ok"]);
        let digest = centre.digest();
        let done = hand_in(&centre, "employees", &text, &by).unwrap();
        assert_eq!(changes(&centre, &done), ["A F1 kept status transferred (transferred)"]);
        assert_eq!(digest, centre.digest());
    });
}

#[test]
fn an_absent_column_changes_nothing_and_an_empty_cell_clears() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 10", "P2 10 paid"]);
        let take = |list: &str, text: &str| {
            let done = hand_in(&centre, list, text, &order(text, "2026-06-01")).unwrap();
            changes(&centre, &done)
        };
        let whole = "employer_id,name,uscc,email,contact,mobile,payer_accounts,payday\n\
            E9,九公司,91350100m000100y43,a@example.com,王,138,6222;6223,15\n";
        assert_eq!(take("employers", whole)[0], "E9 added");
        assert!(take("employers", whole).is_empty());
        assert!(take("employers", "employer_id,name\nE9,九公司\n").is_empty());
        let cleared = "employer_id,name,uscc,email,contact,mobile,payer_accounts,payday\n\
            E9,改名公司,,,,,6223,\n";
        let want = [
            "E9 name 九公司>改名公司",
            "E9 uscc 91350100M000100Y43>-",
            "E9 email a@example.com>-",
            "E9 contact 王>-",
            "E9 mobile 138>-",
            "E9 payer_accounts 6222;6223>6223",
            "E9 payday 15>-",
        ];
        assert_eq!(take("employers", cleared), want);
        let none = "employer_id,name,payer_accounts\nE9,改名公司,\n";
        assert_eq!(take("employers", none), ["E9 payer_accounts 6223>-"]);
        // A list of notices without their status does not change it; an empty one is the default.
        let head = "reference,employer_id,amount,issued_on,month";
        let row = "P1906130002,E1,10,2026-05-01,2026-05";
        assert!(take("notices", &format!("{head}\n{row}\n")).is_empty());
        let said = take("notices", &format!("{head},status\n{row},\n"));
        assert_eq!(said, ["P1906130002 status paid>awaiting"]);
        let accounts =
            "account_no,bank,bank_name,account_name\n2105400009300123456,B,丙银行,专户\n";
        assert_eq!(take("accounts", accounts).len(), 1);
        let other = accounts.replace(",B,", ",C,");
        assert_eq!(take("accounts", &other), ["2105400009300123456 bank B>C"]);
    });
}

#[test]
fn what_an_operation_changed_later_than_the_list_stays() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        let update = json!({"op": "update_basic", "on": "2026-05-20", "employer_id": "F1",
            "contact": "李", "email": "new@example.com", "payday": 20});
        assert_eq!(said(&centre, &[enrol("F1"), update]), ["ok"; 2]);
        let text = "employer_id,name,email,payday,employer_rate,employee_rate,paid_to\n\
            F1,甲公司,old@example.com,10,0.1,0.1,2026-03\n";
        let take = |day: &str| {
            let done = hand_in(&centre, "employers", text, &order(text, day)).unwrap();
            changes(&centre, &done)
        };
        // Before it enrolled here, on 2026-05-11.
        let want = [
            "F1 kept name 示例公司 (later-operation)",
            "F1 kept email new@example.com (later-operation)",
            "F1 kept payday 20 (later-operation)",
            "F1 kept rates 0.08 and 0.08 from 2026-05 (later-operation)",
        ];
        assert_eq!(take("2026-05-01"), want);
        let want = [
            "F1 name 示例公司>甲公司",
            "F1 rates 0.08 and 0.08 from 2026-05>0.10 and 0.10 from 2026-04",
            "F1 kept email new@example.com (later-operation)",
            "F1 kept payday 20 (later-operation)",
        ];
        assert_eq!(take("2026-05-15"), want);
        let want = ["F1 email new@example.com>old@example.com", "F1 payday 20>10"];
        assert_eq!(take("2026-05-20"), want);
        // Rates that no employer may have.
        let refused = |rates: &str| {
            let text = format!(
                "employer_id,name,employer_rate,employee_rate,paid_to\nF1,甲公司,0.1,{rates},2026-03\n"
            );
            refused(hand_in(&centre, "employers", &text, &order(&text, "2026-06-01")))
        };
        assert!(refused("0.2")[0].starts_with("0 employee_rate: the"), "{:?}", refused("0.2"));
    });
}

#[test]
fn an_import_stands_in_the_trail_and_a_list_again_changes_nothing() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        centre.employers("F1,甲,,");
        let list = [row("A", "F1", 1, "5000,active")];
        let first = employees(&centre, &list).unwrap();
        let before = apart_from_imports(centre.dump());
        let again = employees(&centre, &list).unwrap();
        assert_eq!(again.imported, Imported { unchanged: 1, ..Imported::default() });
        assert_ne!(first.import_id, again.import_id);
        super::centre::same(&before, &apart_from_imports(centre.dump()), "the same list again");
        let mut entries: Vec<Value> = Vec::new();
        centre
            .store
            .whole_trail::<StoreError>(|link| {
                assert_eq!((&*link.entry.actor, link.entry.event.code()), ("wang", "imported"));
                entries.push(serde_json::from_str(&link.entry.detail).unwrap());
                Ok(())
            })
            .unwrap();
        let figures =
            |entry: &Value| ["list", "file", "added", "unchanged"].map(|key| entry[key].clone());
        let want = [json!("employees"), json!("list.csv"), json!(1), json!(0)];
        assert_eq!(figures(&entries[0]), want);
        assert_eq!((entries.len(), &entries[1]["unchanged"]), (2, &json!(1)));
        assert!(centre.store.verify_trail().unwrap().is_ok());
    });
}
