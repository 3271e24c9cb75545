//! The operation log says who and when; operations on another employer's data are refused.

use crate::hall::Hall;
use remittance::log::LogEntry;
use remittance::{Author, Id};
use serde_json::json;

#[test]
fn the_log_says_who_acted_and_when_and_an_operation_s_own_word_goes_first() {
    let mut hall = Hall::with_employer();
    hall.centre.set_author(Author { by: Some("017".into()), at: Some(1_779_000_000) });
    hall.hire("A", 1, "2026-05");
    hall.ok(json!({"op": "remit", "month": "2026-05", "by": " 经办人甲 "}));
    hall.centre.set_author(Author::default());
    hall.ok(json!({"op": "delete_roster", "month": "2026-05"}));
    let employer = Id::from("E1");
    let said: Vec<_> = hall
        .centre
        .log(&employer)
        .skip(1)
        .map(|entry| (entry.what.as_str(), entry.by.as_deref(), entry.at))
        .collect();
    let want = [
        ("open_account", Some("017"), Some(1_779_000_000)),
        ("remit", Some("经办人甲"), Some(1_779_000_000)),
        ("delete_roster", None, None),
    ];
    assert_eq!(said, want);
}

#[test]
fn a_log_line_that_was_kept_before_it_said_who_is_read() {
    let kept = r#"{"employer_id":"E1","ordinal":4,"on":"2026-05-11","line":2,"kind":"submitted","what":"remit","subject":"2026-05","amount":"800.00"}"#;
    let entry: LogEntry = serde_json::from_str(kept).unwrap();
    assert_eq!((entry.by.as_deref(), entry.at), (None, None));
    assert_eq!(serde_json::to_string(&entry).unwrap(), kept, "and is written as it was");
}

#[test]
fn what_is_another_employer_s_is_refused_before_anything_is_said_of_it() {
    let mut hall = Hall::with_employer();
    hall.enrol("E2", "2026-05");
    hall.hire("A", 1, "2026-05");
    let reference = hall.remit_and_issue("2026-05");
    hall.pay(&reference);
    let booked = hall
        .ok(json!({"op": "book_appointment", "branch": "示例网点", "date": "2026-05-20",
        "slot": "09:00", "business": "开户", "contact": "经办人"}));
    let appointment = booked["appointment_id"].as_str().unwrap();
    let of = |employer: &str| {
        [
            json!({"op": "revoke_notice", "reference": reference, "employer_id": employer}),
            json!({"op": "pay_from_advance", "reference": reference, "employer_id": employer}),
            json!({"op": "miss_appointment", "appointment_id": appointment, "employer_id": employer}),
            json!({"op": "keep_appointment", "appointment_id": appointment, "employer_id": employer}),
            json!({"op": "cancel_appointment", "appointment_id": appointment, "employer_id": employer}),
        ]
    };
    for operation in of("E2") {
        let answer = hall.apply(operation);
        assert_eq!(answer["error"], "not-this-employer", "{answer}");
        assert_eq!(answer["employer"], "E2");
        assert!(!answer.to_string().contains("E1"), "whose it is is not said: {answer}");
    }
    let [revoke, pay, miss, ..] = of("E1");
    assert_eq!(hall.refused(revoke).0, "notice-paid");
    assert_eq!(hall.refused(pay).0, "notice-paid");
    assert_eq!(hall.ok(miss)["employer_id"], "E1");
}
