//! A small online hall for tests: operations as JSON, answers as JSON or as a refusal's code.

use chrono::NaiveDate;
use reconcile::rulebook::policy;
use remittance::identity::id_check;
use remittance::{Answer, Centre, Id, Money, Operation, Payment, Policy};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) struct Hall {
    pub(crate) centre: Centre,
    line: u64,
}

/// The default day of an operation.
pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 11).unwrap()
}

/// An invented identity number with a correct check digit.
pub(crate) fn id_no(number: u32) -> String {
    let body = format!("450204{:04}0101{:03}", 1950 + number / 1000, number % 1000);
    let check = id_check(&body).unwrap();
    format!("{body}{check}")
}

impl Hall {
    /// A centre with the shipped policy and no employer.
    pub(crate) fn empty() -> Self {
        Self::under(policy::shipped().unwrap())
    }

    pub(crate) fn under(policy: Policy) -> Self {
        Self { centre: Centre::new(Arc::new(policy)), line: 0 }
    }

    /// A centre with employer E1 (8 %, 8 %, first month 2026-05).
    pub(crate) fn with_employer() -> Self {
        let mut hall = Self::empty();
        hall.enrol("E1", "2026-05");
        hall
    }

    pub(crate) fn enrol(&mut self, employer_id: &str, first_month: &str) {
        self.ok(json!({"op": "open_employer", "employer_id": employer_id, "name": "某公司",
            "kind": "company", "uscc": "91350100M000100Y43",
            "agent": {"name": "经办人", "mobile": "13800000000", "email": "a@example.com"},
            "employer_rate": "0.08", "employee_rate": "0.08", "first_month": first_month,
            "channel": "counter"}));
    }

    /// Opens an account at E1 with a given number.
    pub(crate) fn hire(&mut self, employee_id: &str, number: u32, month: &str) -> Value {
        self.ok(json!({"op": "open_account", "employee_id": employee_id, "id_no": id_no(number),
            "name": "某人", "base": "5000.00", "month": month}))
    }

    /// Applies an operation; fills in `on` and `employer_id` E1 if it has such fields.
    pub(crate) fn apply(&mut self, mut operation: Value) -> Value {
        self.line += 1;
        operation["on"] = operation.get("on").cloned().unwrap_or(json!("2026-05-11"));
        let unnamed = [
            "transfer",
            "revoke_notice",
            "pay_from_advance",
            "cancel_appointment",
            "keep_appointment",
            "miss_appointment",
        ];
        let op = operation["op"].as_str().unwrap().to_owned();
        if operation.get("employer_id").is_none() && !unnamed.contains(&op.as_str()) {
            operation["employer_id"] = json!("E1");
        }
        let operation: Operation = serde_json::from_value(operation.clone())
            .unwrap_or_else(|e| panic!("{e}: {operation}"));
        let before = self.state();
        let result = self.centre.apply(&operation, self.line).map(|applied| applied.output);
        if result.is_err() {
            assert_eq!(self.state(), before, "a refused operation changes nothing");
        }
        self.centre.audit().unwrap();
        serde_json::to_value(Answer::new(self.line, result)).unwrap()
    }

    pub(crate) fn ok(&mut self, operation: Value) -> Value {
        let answer = self.apply(operation.clone());
        assert_eq!(answer["ok"], json!(true), "{operation}: {answer}");
        answer
    }

    /// The code and the message of a refusal.
    pub(crate) fn refused(&mut self, operation: Value) -> (String, String) {
        let answer = self.apply(operation.clone());
        assert_eq!(answer["ok"], json!(false), "{operation}: {answer}");
        let text = |key: &str| answer[key].as_str().unwrap().to_owned();
        (text("error"), text("message"))
    }

    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Pays a notice by one bank transaction.
    pub(crate) fn pay(&mut self, reference: &str) {
        let reference = reference.parse().unwrap();
        let amount = self.centre.notice(reference).unwrap().amount;
        let payment = Payment { bank_parts: vec![amount], from_advance: Money::ZERO };
        self.centre.settle(reference, today(), &payment).unwrap();
        self.centre.audit().unwrap();
        self.centre.audit_entries().unwrap();
    }

    /// Remits a month of E1, issues its notice and returns the reference.
    pub(crate) fn remit_and_issue(&mut self, month: &str) -> String {
        self.ok(json!({"op": "remit", "month": month}));
        let answer = self.ok(json!({"op": "issue_notice", "months": [month], "supplements": true}));
        answer["reference"].as_str().unwrap().to_owned()
    }

    pub(crate) fn balance(&self, employer_id: &str, employee_id: &str) -> String {
        let (employer_id, employee_id) = (Id::from(employer_id), Id::from(employee_id));
        self.centre.account(&employer_id, &employee_id).unwrap().balance.to_string()
    }

    pub(crate) fn status(&self, employer_id: &str, employee_id: &str) -> String {
        let (employer_id, employee_id) = (Id::from(employer_id), Id::from(employee_id));
        self.centre.account(&employer_id, &employee_id).unwrap().status.code().to_owned()
    }

    /// The full state, as bytes.
    pub(crate) fn state(&self) -> String {
        serde_json::to_string(&self.centre).unwrap()
    }
}
