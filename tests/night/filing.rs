//! What employers file, on every store: what must be loaded of other employers, and what a store alone knows.
//!
//! The rules themselves are proved on the domain (`remittance_domain`); here only that the store loads what
//! they look at, and keeps what they write.

use super::centre::{Centre, every_store};
use duizhang::import;
use duizhang::remittance::file::OnRefusal;
use duizhang::remittance::identity::id_check;
use duizhang::remittance::{Author, PaymentReference};
use duizhang::rulebook::policy;
use serde_json::{Value, json};
use std::sync::Arc;

/// Applies operations, going on after a refusal, and gives the answers.
fn filed(centre: &Centre, operations: &[Value]) -> Vec<Value> {
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

fn id_no(number: u32) -> String {
    let body = format!("45020419500101{number:03}");
    format!("{body}{}", id_check(&body).unwrap())
}

fn enrol(employer_id: &str) -> Value {
    json!({"op": "open_employer", "employer_id": employer_id, "name": "示例公司", "kind": "company",
        "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2026-05"})
}

fn hire(employer_id: &str, employee_id: &str, number: u32) -> Value {
    json!({"op": "open_account", "employer_id": employer_id, "employee_id": employee_id,
        "id_no": id_no(number), "name": "某人", "base": "5000.00", "month": "2026-05"})
}

fn remit(employer_id: &str, month: &str) -> Value {
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
