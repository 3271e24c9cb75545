//! Registers from sheets: all refusals at once, and a number must match the name and document beside it.

use crate::hall::{Hall, id_no};
use remittance::operation::FileRegister;
use remittance::{Language, Localized};
use serde_json::{Value, json};

fn filed(register: Value, beside: Value) -> FileRegister {
    let mut operation = json!({"on": "2026-05-11", "employer_id": "E1", "month": "2026-05",
        "register": register});
    operation["beside"] = beside;
    serde_json::from_value(operation).unwrap()
}

/// Row, code, name and number of every bad line.
fn checked(hall: &mut Hall, register: FileRegister) -> Vec<Value> {
    let offenders = hall.centre.check_register(&register);
    let told = offenders.iter().map(|offender| serde_json::to_value(offender).unwrap());
    told.map(|one| json!([one["row"], one["code"], one["name"], one["employee"]])).collect()
}

#[test]
fn every_line_that_cannot_be_done_is_told_with_its_row_and_nothing_is_changed() {
    let mut hall = Hall::with_employer();
    for (number, employee) in (1..).zip(["A1", "A2", "0012", "12"]) {
        hall.hire(employee, number, "2026-05");
    }
    let seal = json!({"seal": [
        {"employee_id": "A1", "reason": "离职"}, {"employee_id": "A2", "reason": "??"},
        {"employee_id": "12", "reason": "离职"}, {"employee_id": "A9", "reason": "离职"},
        {"employee_id": "0012", "reason": "离职"}]});
    let beside = json!([{"row": 1, "name": "别 人"}, {"row": 2, "name": "某 人"},
        {"row": 3, "zeros_lost": true}, {"row": 5, "id_no": id_no(4)}]);
    let want = [
        json!([1, "name-differs", "某人", "A1"]),
        json!([2, "invalid-seal-reason", "某人", null]),
        json!([3, "ambiguous-number", "某人", "12"]),
        json!([4, "unknown-employee", null, "A9"]),
        json!([5, "name-differs", "某人", "0012"]),
    ];
    assert_eq!(checked(&mut hall, filed(seal.clone(), beside)), want);
    // The month is reported beside the lines, though they alone would be reason enough.
    let mut of_june = filed(seal, json!([]));
    of_june.month = "2026-06".parse().unwrap();
    let told = checked(&mut hall, of_june);
    assert_eq!(told.last().unwrap(), &json!([null, "month-not-next", null, null]));
    // Correct lines are only tried.
    let good = filed(
        json!({"seal": [{"employee_id": "12", "reason": "离职"}]}),
        json!([{"row": 1, "name": "某人", "id_no": id_no(4), "zeros_lost": true}]),
    );
    assert_eq!(checked(&mut hall, good.clone()), [json!(null); 0]);
    assert_eq!(checked(&mut hall, good), [json!(null); 0]);
}

#[test]
fn transfers_of_a_register_are_told_one_and_all() {
    let mut hall = Hall::with_employer();
    hall.enrol("E2", "2026-05");
    for (number, employee) in (1..).zip(["A1", "A2"]) {
        hall.hire(employee, number, "2026-05");
    }
    let lines = json!({"transfer": [{"employee_id": "A1", "to_employer": "E2"},
        {"employee_id": "A2", "to_employer": "E1"}, {"employee_id": "A3", "to_employer": "E2"}]});
    let told = checked(&mut hall, filed(lines, json!([])));
    let want = [
        json!([1, "not-sealed", "某人", "A1"]),
        json!([2, "same-employer", "某人", "A2"]),
        json!([3, "unknown-employee", null, "A3"]),
    ];
    assert_eq!(told, want);
}

#[test]
fn whoever_has_no_number_yet_is_told_by_name() {
    let mut hall = Hall::with_employer();
    let line = |name: &str, number: u32, base: &str| json!({"id_no": id_no(number), "name": name, "base": base});
    let lines = json!({"open": [line("陈一", 1, "100.00"), line("陈二", 2, "5000.00"), line("陈二", 2, "5000.00")]});
    let offenders = hall.centre.check_register(&filed(lines, json!([])));
    let said: Vec<_> =
        offenders.iter().map(|offender| offender.refusal.in_language(Language::Chinese)).collect();
    assert!(said[0].starts_with("职工 陈一 的缴存基数 100.00 元低于下限"), "{said:?}");
    assert_eq!(said[1], "陈二 在本清册中重复；请只保留一行");
}
