//! Rules of the hall itself: bulk and saved registers, appointments, the form of an operation.

use crate::hall::{Hall, id_no};
use remittance::Operation;
use serde_json::{Value, json};

#[test]
fn a_register_in_bulk_is_done_whole_or_not_at_all() {
    let mut hall = Hall::with_employer();
    let line =
        |number: u32, base: &str| json!({"id_no": id_no(number), "name": "某人", "base": base});
    let file = |lines: Value| {
        json!({"op": "file_register", "month": "2026-05",
        "register": {"open": lines}})
    };
    let refused = file(json!([line(1, "5000.00"), line(2, "1.00")]));
    assert_eq!(hall.refused(refused).0, "base-below-floor");
    assert_eq!(hall.refused(file(json!([]))).0, "nothing-filed");
    let answer = hall.ok(file(json!([line(1, "5000.00"), line(2, "5000.00"), line(3, "5000.00")])));
    assert_eq!(answer["headcount"], 3);
    assert_eq!(hall.ok(json!({"op": "remit", "month": "2026-05"}))["headcount"], 3);
}

#[test]
fn a_saved_register_is_checked_and_has_no_effect_until_it_is_submitted() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let save = |reason: &str| {
        json!({"op": "save_register", "month": "2026-05",
        "register": {"seal": [{"employee_id": "A", "reason": reason}]}})
    };
    assert_eq!(hall.refused(save("??")).0, "invalid-seal-reason");
    let saved = hall.ok(save("离职"));
    assert_eq!(hall.status("E1", "A"), "active");
    let submit = json!({"op": "submit_register", "register_id": saved["register_id"]});
    hall.ok(submit.clone());
    assert_eq!(hall.status("E1", "A"), "sealed");
    assert_eq!(hall.refused(submit).0, "unknown-register");
}

#[test]
fn a_slot_holds_its_capacity_and_a_cancelled_appointment_makes_room() {
    let mut hall = Hall::with_employer();
    let book = json!({"op": "book_appointment", "branch": "城中管理部", "date": "2026-05-12",
        "slot": "09:00-10:00", "business": "信息变更", "contact": "13800000000"});
    let first = hall.ok(book.clone());
    hall.ok(book.clone());
    hall.ok(book.clone());
    assert_eq!(hall.refused(book.clone()).0, "slot-full");
    let cancel = json!({"op": "cancel_appointment", "appointment_id": first["appointment_id"]});
    hall.ok(cancel.clone());
    assert_eq!(hall.refused(cancel).0, "appointment-not-booked");
    let again = hall.ok(book.clone());
    hall.ok(json!({"op": "keep_appointment", "appointment_id": again["appointment_id"]}));
    assert_eq!(hall.refused(book).0, "slot-full");
    let past = json!({"op": "book_appointment", "branch": "城中管理部", "date": "2026-05-10",
        "slot": "09:00-10:00", "business": "信息变更", "contact": ""});
    assert_eq!(hall.refused(past).0, "day-is-past");
    let unknown = json!({"op": "cancel_appointment", "appointment_id": "A0"});
    assert_eq!(hall.refused(unknown).0, "unknown-appointment");
}

#[test]
fn an_operation_that_is_not_one_says_what_was_found_and_expected() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (r#"{"op":"fly","on":"2026-05-11"}"#, "unknown variant `fly`, expected one of `open_employer`"),
        (r#"{"on":"2026-05-11"}"#, "missing field `op`"),
        (r#"{"op":"remit","on":"2026-05-11","employer_id":"E1"}"#, "missing field `month`"),
        (r#"{"op":"remit","on":"2026-05-11","employer_id":"E1","month":"2026-05","x":1}"#, "unknown field `x`, expected one of `on`, `by`, `employer_id`, `month`"),
        (r#"{"op":"remit","on":"2026-05-11","employer_id":7,"month":"2026-05"}"#, "integer `7`, expected a string"),
        (r#"{"op":"remit","on":"2026-02-30","employer_id":"E1","month":"2026-05"}"#, "expected a day such as 2026-05-11, found \"2026-02-30\""),
        (r#"{"op":"remit","on":"2026-05-11","employer_id":"E1","month":5}"#, "integer `5`, expected a month as a string such as \"2026-05\""),
        (r#"{"op":"adjust_base","on":"2026-05-11","employer_id":"E1","employee_id":"A","base":5000,"month":"2026-05"}"#, "integer `5000`, expected yuan as a string such as \"5000.00\""),
        (r#"{"op":"adjust_rate","on":"2026-05-11","employer_id":"E1","employer_rate":0.08,"employee_rate":"0.08","month":"2026-05"}"#, "floating point `0.08`, expected a rate as a string such as \"0.08\""),
        (r#"{"op":"revoke_notice","on":"2026-05-11","reference":"P12"}"#, "reference \"P12\": expected 11 characters, found 3"),
    ];
    for (text, want) in rows {
        let error = serde_json::from_str::<Operation>(text).unwrap_err().to_string();
        assert!(error.contains(want), "{text}: {error}");
    }
}
