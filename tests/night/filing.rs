//! Employers' filings on every store: which data of other employers is loaded, and what only a store knows.
//!
//! The rules themselves are tested on the domain (`domain` of `crates/reconcile`); these tests check only that the
//! store loads what the rules need, and keeps what they write.

use super::centre::{Centre, every_store};
use duizhang::import;
use duizhang::remittance::file::OnRefusal;
use duizhang::remittance::identity::id_check;
use duizhang::remittance::{Author, PaymentReference};
use duizhang::rulebook::policy;
use serde_json::{Value, json};
use std::sync::Arc;

/// Applies operations, continuing after refusals, and returns the answers.
pub(crate) fn filed(centre: &Centre, operations: &[Value]) -> Vec<Value> {
    let lines = (1..).zip(operations).map(|(line, operation)| {
        let mut operation = operation.clone();
        operation["on"] = operation.get("on").cloned().unwrap_or(json!("2026-05-11"));
        (line, Ok(serde_json::from_value(operation).unwrap()))
    });
    let mut answers = Vec::new();
    let policy = Arc::new(policy::shipped().unwrap());
    let take = |answer: &_| answers.push(serde_json::to_value(answer).unwrap());
    centre.store.apply_file(policy, Author::default(), lines, OnRefusal::KeepGoing, take).unwrap();
    answers
}

/// Applies operations and returns `ok` or the code of each.
pub(crate) fn said(centre: &Centre, operations: &[Value]) -> Vec<String> {
    let answers = filed(centre, operations);
    let word = |answer: &Value| answer["error"].as_str().unwrap_or("ok").to_owned();
    answers.iter().map(word).collect()
}

pub(crate) fn id_no(number: u32) -> String {
    let body = format!("45020419500101{number:03}");
    format!("{body}{}", id_check(&body).unwrap())
}

pub(crate) fn enrol(employer_id: &str) -> Value {
    json!({"op": "open_employer", "employer_id": employer_id, "name": "示例公司", "kind": "company",
        "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2026-05"})
}

pub(crate) fn hire(employer_id: &str, employee_id: &str, number: u32) -> Value {
    json!({"op": "open_account", "employer_id": employer_id, "employee_id": employee_id,
        "id_no": id_no(number), "name": "某人", "base": "5000.00", "month": "2026-05"})
}

pub(crate) fn remit(employer_id: &str, month: &str) -> Value {
    json!({"op": "remit", "employer_id": employer_id, "month": month})
}

#[test]
fn a_reference_is_no_slip_away_from_an_open_notice_of_the_core_system() {
    every_store(|backing| {
        let mut given = Vec::new();
        for status in ["none", "awaiting", "revoked"] {
            let centre = Centre::new(backing, &[]);
            let mut file = vec![enrol("F1"), hire("F1", "A", 1), remit("F1", "2026-05")];
            if let Some(first) = given.first() {
                let first: &PaymentReference = first;
                let (slip, _) = first.slips().last().unwrap();
                let list = format!(
                    "reference,employer_id,amount,issued_on,month,status\n\
                     {slip},E1,10,2026-05-01,2026-05,{status}\n"
                );
                let mut list = import::notices(list.as_bytes()).unwrap().rows;
                centre.store.import_notices(&mut list).unwrap();
            }
            file.push(json!({"op": "issue_notice", "employer_id": "F1", "months": ["2026-05"]}));
            let answers = filed(&centre, &file);
            let reference = answers[3]["reference"].as_str().unwrap();
            given.push(reference.parse::<PaymentReference>().unwrap());
        }
        let [alone, beside_open, beside_revoked] = given[..] else { panic!("{given:?}") };
        assert!(alone.has_check_digit() && beside_open.has_check_digit());
        assert_ne!(alone, beside_open);
        assert_eq!(alone, beside_revoked);
    });
}

/// Each employer has its own file, so that only the store's own loading is tested.
#[test]
fn one_person_is_judged_over_all_employers() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        let seal = json!({"op": "seal", "employer_id": "F1", "employee_id": "B", "month": "2026-05",
            "reason": "离职"});
        let first = [enrol("F1"), enrol("F2"), hire("F1", "A", 1), hire("F1", "B", 2), seal];
        assert_eq!(said(&centre, &first), ["ok"; 5]);
        let register = |lines: Value| {
            json!({"op": "file_register", "employer_id": "F2", "month": "2026-05",
                "register": {"open": lines}})
        };
        let line = |number: u32| json!({"id_no": id_no(number), "name": "某人", "base": "5000.00"});
        assert_eq!(said(&centre, &[hire("F2", "A2", 1)]), ["active-elsewhere"]);
        assert_eq!(said(&centre, &[register(json!([line(1)]))]), ["active-elsewhere"]);
        let many: Vec<Value> = (1..100).map(line).collect();
        let refused = filed(&centre, &[register(json!(many))]);
        assert_eq!(refused[0]["offenders"].as_array().map(Vec::len), Some(1), "{refused:?}");
        assert_eq!(refused[0]["offenders"][0]["row"], 1);
        // A person sealed at the first may be opened at the second, and then cannot be unsealed at the first.
        assert_eq!(said(&centre, &[hire("F2", "B2", 2)]), ["ok"]);
        let unseal = json!({"op": "unseal", "employer_id": "F1", "employee_id": "B",
            "month": "2026-05"});
        assert_eq!(said(&centre, &[unseal]), ["active-elsewhere"]);
        // The year's cap: what F1 was asked for B counts at F2, for a supplement and for the list.
        let supplement = |employer_id: &str, employee_id: &str, month: &str, amount: &str| {
            json!({"op": "supplement", "employer_id": employer_id, "employee_id": employee_id,
                "for_month": month, "amount": amount})
        };
        let base = json!({"op": "adjust_base", "employer_id": "F2", "employee_id": "B2",
            "base": "26000.00", "month": "2026-05"});
        assert_eq!(said(&centre, &[base]), ["ok"]);
        let whole = supplement("F2", "B2", "2026-05", "2080.00");
        assert_eq!(said(&centre, &[whole]), ["ok"]);
        assert_eq!(said(&centre, &[remit("F2", "2026-05")]), ["ok"], "4160 and 2080 are the cap");
        let list = json!({"op": "seal", "employer_id": "F2", "employee_id": "B2", "month": "2026-06",
            "reason": "离职"});
        let back = json!({"op": "unseal", "employer_id": "F1", "employee_id": "B",
            "month": "2026-05"});
        assert_eq!(said(&centre, &[list, back]), ["ok", "ok"]);
        assert_eq!(said(&centre, &[remit("F1", "2026-05")]), ["cap-exceeded"]);
        assert_eq!(said(&centre, &[supplement("F1", "B", "2026-05", "1.00")]), ["cap-exceeded"]);
    });
}

#[test]
fn a_supplement_is_not_paid_twice_nor_for_a_month_that_is_paid_in_full() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        let supplement = |month: &str, amount: &str| {
            json!({"op": "supplement", "employer_id": "F1", "employee_id": "A", "for_month": month,
                "amount": amount, "reason": "少缴补缴"})
        };
        let issue = json!({"op": "issue_notice", "employer_id": "F1", "months": ["2026-05"],
            "supplements": true});
        let first = [
            enrol("F1"),
            hire("F1", "A", 1),
            supplement("2026-04", "100.00"),
            remit("F1", "2026-05"),
            issue,
        ];
        let answers = filed(&centre, &first);
        let reference = answers[4]["reference"].as_str().unwrap();
        let advance = duizhang::suspense::Act::Advance { employer_id: Some("F1".into()) };
        centre.night_of("05-12", &[super::feed::csv(&["S1 05-11 icbc 900 -"])]);
        centre.does(&[super::office::item("icbc", "S1")], &advance, "05-13");
        let pay = json!({"op": "pay_from_advance", "on": "2026-05-14", "reference": reference});
        assert_eq!(said(&centre, &[pay]), ["ok"]);
        let again = [supplement("2026-04", "100.00"), supplement("2026-05", "1.00")];
        assert_eq!(said(&centre, &again), ["double-remittance"; 2]);
        assert_eq!(said(&centre, &[supplement("2026-04", "99.00")]), ["ok"]);
        centre.prove("supplemented");
    });
}

#[test]
fn a_list_of_employers_enrols_with_rates_and_the_month_paid_to() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        let import = |rows: &str| {
            let head = "employer_id,name,employer_rate,employee_rate,paid_to,payday\n";
            let list = import::employers(format!("{head}{rows}").as_bytes()).unwrap();
            centre.store.import_employers(&list.rows).map(|done| (done.added, done.changed))
        };
        assert_eq!(import("F1,示例公司,0.08,0.08,2026-03,15\nF2,示例二,,,,\n").unwrap(), (2, 0));
        // Nothing was made here yet, so the list is trusted again.
        assert_eq!(import("F1,示例公司,0.08,0.08,2026-04,15\n").unwrap(), (0, 1));
        assert_eq!(import("F1,示例公司,0.08,0.08,2026-04,15\n").unwrap(), (0, 0));
        let hire = |employer_id: &str, number: u32| hire(employer_id, "A", number);
        assert_eq!(said(&centre, &[hire("F1", 1), hire("F2", 2)]), ["ok", "not-enrolled"]);
        let answers = filed(&centre, &[remit("F1", "2026-05")]);
        assert_eq!(
            (&answers[0]["total"], &answers[0]["roster_month"]),
            (&json!("800.00"), &json!("2026-06"))
        );
        // The books decide the next month; a file with other rates is refused.
        assert_eq!(import("F1,示例公司,0.08,0.08,2026-04,20\n").unwrap(), (0, 1));
        assert_eq!(import("F1,示例公司,0.08,0.08,2026-04,\n").unwrap(), (0, 1));
        let refused = import("F1,改名公司,0.10,0.08,2026-04,\n").unwrap_err();
        assert!(refused.to_string().contains("other rates from 2026-05"), "{refused}");
        assert_eq!(filed(&centre, &[remit("F1", "2026-06")])[0]["total"], "800.00");
    });
}
