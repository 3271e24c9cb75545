//! Notices issued here, whose money comes in part, or beside an advance balance.
//!
//! Start at [`hall`]: an employer with one employee, 800 a month.

use super::centre::{Backing, Centre, every_store};
use super::feed::csv;
use super::office::{item, settle};
use duizhang::remittance::{NoticeStage, Operation, PaymentReference};
use duizhang::store::NoticeFilter;
use serde_json::{Value, json};
use std::sync::Arc;

/// A centre in which E2 has enrolled, with one employee, and remitted months from May on.
fn hall(backing: Backing, months: &[&str]) -> Centre {
    let centre = Centre::new(backing, &[]);
    let on = "2026-05-11";
    centre.apply(&[
        json!({"op": "open_employer", "on": on, "employer_id": "E2", "name": "示例乙公司",
            "kind": "company", "uscc": "91350100M000100Y43",
            "agent": {"name": "经办人", "mobile": "13800000000", "email": "b@example.com"},
            "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2026-05"}),
        json!({"op": "open_account", "on": on, "employer_id": "E2", "employee_id": "A",
            "id_no": super::desk::id_no(1), "name": "某人", "base": "5000.00", "month": "2026-05"}),
    ]);
    for month in months {
        centre.apply(&[json!({"op": "remit", "on": on, "employer_id": "E2", "month": month})]);
    }
    centre
}

/// What one operation answers, done or refused.
fn ask(centre: &Centre, operation: &Value) -> Value {
    let operation = serde_json::from_value::<Operation>(operation.clone()).unwrap();
    let policy = Arc::new(duizhang::rulebook::policy::shipped().unwrap());
    let mut answer = Value::Null;
    let undo = duizhang::remittance::file::OnRefusal::UndoAll;
    let take = |said: &_| answer = serde_json::to_value(said).unwrap();
    centre.store.apply_file(policy, [(1, Ok(operation))], undo, take).unwrap();
    centre.prove(&answer.to_string());
    answer
}

/// Issues a notice over a month, and gives what is answered.
fn issue(centre: &Centre, month: &str, from_advance: Option<&str>) -> Value {
    let mut operation = json!({"op": "issue_notice", "on": "2026-05-11", "employer_id": "E2",
        "months": [month]});
    if let Some(wanted) = from_advance {
        operation["from_advance"] = json!(wanted);
    }
    ask(centre, &operation)
}

fn reference(answer: &Value) -> PaymentReference {
    answer["reference"].as_str().unwrap().parse().unwrap()
}

fn stage(centre: &Centre, reference: PaymentReference) -> NoticeStage {
    let mut stage = None;
    let filter = NoticeFilter { reference: Some(reference), ..NoticeFilter::default() };
    centre.store.notices(&filter, |row| stage.replace(row.status).is_none()).unwrap();
    stage.unwrap()
}

/// A row of the feed whose remark is this reference.
fn row(text: &str, reference: PaymentReference) -> String {
    let file = csv(&[text]);
    file.replace("公积金", &reference.to_string())
}

#[test]
fn a_notice_of_which_a_part_is_here_is_revoked_only_by_whoever_says_where_the_part_goes() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05"]);
        let notice = reference(&issue(&centre, "2026-05", None));
        assert_eq!(stage(&centre, notice), NoticeStage::Awaiting);
        let file = row("S1 05-11 icbc 300.50 -", notice) + &row("S2 05-12 icbc 200 -", notice);
        let file = file.replacen(&format!("\n{}", super::feed::HEADER), "", 1);
        centre.night_of("05-12", &[file]);
        centre.expect("", &["S1 awaiting", "S2 awaiting"]);
        assert_eq!(stage(&centre, notice), NoticeStage::PartlyReceived);
        let revoke = json!({"op": "revoke_notice", "on": "2026-05-13",
            "reference": notice.to_string()});
        // While it waits, and when the month is closed.
        for night in ["05-13", "06-04"] {
            centre.night(night, &[]);
            let refused = ask(&centre, &revoke);
            assert_eq!(refused["error"], "notice-partly-received", "{refused}");
            let message = refused["message"].as_str().unwrap();
            assert!(message.contains("2 payments of 500.50"), "{message}");
        }
        centre.expect("", &["S1 suspense underpaid", "S2 suspense underpaid"]);
        assert_eq!(stage(&centre, notice), NoticeStage::PartlyReceived);
        let mut revoke = revoke;
        revoke["parts"] = json!("to-suspense");
        let done = ask(&centre, &revoke);
        assert_eq!(done["ok"], true, "{done}");
        assert_eq!(done["parts"], json!({"count": 2, "sum": "500.50"}));
        assert_eq!(stage(&centre, notice), NoticeStage::Revoked);
        centre.night("06-05", &[]);
        centre.expect("", &["S1 suspense notice-revoked", "S2 suspense notice-revoked"]);
    });
}

#[test]
fn a_notice_without_money_is_revoked_as_ever_and_what_staff_took_away_is_no_part() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05", "2026-06"]);
        let notice = reference(&issue(&centre, "2026-05", None));
        let revoke = json!({"op": "revoke_notice", "on": "2026-05-13",
            "reference": notice.to_string()});
        let done = ask(&centre, &revoke);
        assert_eq!((&done["ok"], &done["parts"]), (&json!(true), &Value::Null));
        let other = reference(&issue(&centre, "2026-06", None));
        centre.notices(&["P1 300"]);
        centre.night_of("06-04", &[row("S1 05-11 icbc 300 -", other)]);
        centre.expect("", &["S1 suspense underpaid"]);
        centre.does(&[item("icbc", "S1")], &settle(&["P1"]), "06-04");
        assert_eq!(stage(&centre, other), NoticeStage::Awaiting);
        let revoke = json!({"op": "revoke_notice", "on": "2026-06-05",
            "reference": other.to_string()});
        assert_eq!(ask(&centre, &revoke)["ok"], true);
    });
}
