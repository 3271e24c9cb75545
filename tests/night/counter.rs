//! The counter on every database: paid lines are returned, numbers are merged, and the audit proves it or reports the
//! error.
//!
//! Method: an employer with a paid list, a correction and a merge; then one change behind the program's back.

use super::centre::{Backing, Centre, every_store};
use super::feed::csv;
use duizhang::store::MoneyPlace;
use serde_json::{Value, json};

fn id_no(number: u32) -> String {
    let body = format!("45020419900101{number:03}");
    let check = duizhang::remittance::identity::id_check(&body).unwrap();
    format!("{body}{check}")
}

fn by_two(mut operation: Value) -> Value {
    for (key, value) in [
        ("on", "2026-05-12"),
        ("employer_id", "H1"),
        ("by", "017"),
        ("approved_by", "008"),
        ("reason", "更正"),
    ] {
        operation[key] = json!(value);
    }
    operation
}

/// H1 with A and B, May of A paid by a bank's transfer.
pub(crate) fn paid(backing: Backing) -> (Centre, String) {
    let centre = Centre::new(backing, &[]);
    let open = |employee: &str, number: u32| {
        json!({"op": "open_account", "on": "2026-05-06", "employer_id": "H1", "employee_id": employee,
            "id_no": id_no(number), "name": "某人", "base": "5000.00", "month": "2026-05"})
    };
    let filed = centre.apply(&[
        json!({"op": "open_employer", "on": "2026-05-06", "employer_id": "H1", "name": "手册示例公司",
            "kind": "company", "employer_rate": "0.08", "employee_rate": "0.08",
            "first_month": "2026-05", "channel": "counter"}),
        open("A", 1),
        open("B", 2),
        json!({"op": "seal", "on": "2026-05-06", "employer_id": "H1", "employee_id": "B",
            "month": "2026-05", "reason": "离职"}),
        json!({"op": "remit", "on": "2026-05-07", "employer_id": "H1", "month": "2026-05"}),
        json!({"op": "issue_notice", "on": "2026-05-07", "employer_id": "H1", "months": ["2026-05"]}),
    ]);
    let reference = filed.last().unwrap()["reference"].as_str().unwrap().to_owned();
    centre.night_of("05-11", &[csv(&["S1 05-11 icbc 800 P9"]).replace("P1906130009", &reference)]);
    centre.prove("paid");
    (centre, reference)
}

/// The same, with 160.00 of A's line returned, and A then merged into B's number.
fn corrected(backing: Backing) -> (Centre, String) {
    let (centre, reference) = paid(backing);
    centre.apply(&[by_two(json!({"op": "correct_paid", "employee_id": "A", "month": "2026-05",
        "amount": "160.00"}))]);
    centre.prove("corrected");
    centre.apply(&[
        by_two(json!({"op": "correct_identity", "employee_id": "A", "name": "张某"})),
        by_two(json!({"op": "merge_employees", "employee_id": "A", "into": "B"})),
    ]);
    (centre, reference)
}

#[test]
fn what_was_corrected_is_the_employers_and_every_fen_is_in_one_place() {
    every_store(|backing| {
        let (centre, _) = corrected(backing);
        centre.prove("merged");
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "640.00");
        assert_eq!(centre.standing(MoneyPlace::Advance), "160.00");
        // The next run has nothing to do about it.
        centre.night_of("05-12", &[]);
        centre.prove("the night after");
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "640.00");
    });
}

#[test]
fn the_audit_names_a_correction_that_does_not_hold_together() {
    every_store(|backing| {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("delete from correction where ordinal > 0", "red entries"),
            ("update correction set employer_fen = employer_fen + 1 where ordinal > 0", "red entries"),
            ("update correction set employer_fen = employer_fen + 1 where ordinal > 0", "advance balance did not get"),
            ("delete from advance_entry where ordinal > 0", "advance balance did not get"),
            ("update account_entry set amount_fen = amount_fen - 1 where kind = 11", "Contributions"),
            ("update correction set employer_fen = employer_fen + 40000 where ordinal > 0", "more was corrected than it paid"),
            ("delete from settlement where amount_fen > 0", "of a notice that is not settled"),
        ];
        for (sql, says) in rows {
            let (centre, _) = corrected(backing);
            assert!(centre.tamper(sql) > 0, "{sql}");
            let gaps = centre.store.audit().unwrap().gaps;
            assert!(format!("{gaps:?}").contains(says), "{sql}: {says:?} is not in {gaps:?}");
        }
    });
}
