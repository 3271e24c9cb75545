//! Every refusal for a line of `apply`: its code, both sentences, its parameters.

use crate::centre::{Centre, ICBC};
use duizhang::remittance::RefusalCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Codes that no line can produce here, and why.
const NOT_BY_A_LINE: &[(&str, &str)] = &[
    ("invalid-uscc", "the shipped policy takes a credit code as it is written"),
    ("unknown-branch", "the shipped policy takes any branch"),
    ("unknown-slot", "the shipped policy takes any slot"),
    ("duplicate-notice", "references are given here; a list brings one twice"),
    ("amount-too-large", "the caps are met first"),
    ("amount-differs", "only a settlement has parts"),
    ("balance-too-small", "nothing takes from an account what its lists brought"),
    ("corrected", "only a settlement that is booked back meets it"),
    ("notice-partly-received", "needs money at a bank; the tests of advances have it"),
    ("advance-reserved", "needs an advance balance; the tests of advances have it"),
    ("approval-missing", "deferral and low rates have tests of their own"),
    ("span-backwards", "deferral and low rates have tests of their own"),
    ("already-deferred", "deferral and low rates have tests of their own"),
    ("rates-differ", "deferral and low rates have tests of their own"),
    ("ambiguous-number", "needs two numbers that differ by zeros; the tests of sheets have it"),
    ("invalid-payday", "the payday has tests of its own"),
];

/// An employer's afternoon, line by line: done ("ok") or refused.
struct Afternoon {
    centre: Centre,
    /// Values from earlier answers: `$reference`, `$register_id`, `$appointment_id`.
    named: Vec<(&'static str, String)>,
    met: BTreeSet<String>,
}

impl Afternoon {
    fn answer(&mut self, mut line: Value) -> Value {
        let op = line["op"].as_str().unwrap().to_owned();
        let unnamed = ["transfer", "revoke_notice", "pay_from_advance", "cancel_appointment"];
        if line.get("on").is_none() {
            line["on"] = json!("2026-05-11");
        }
        if line.get("employer_id").is_none() && !unnamed.contains(&op.as_str()) {
            line["employer_id"] = json!("H1");
        }
        let mut text = line.to_string();
        for (name, value) in &self.named {
            text = text.replace(name, value);
        }
        let output = self.centre.run(&["apply", "-"]).write_stdin(text).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    #[track_caller]
    fn ok(&mut self, line: Value) {
        let answer = self.answer(line.clone());
        assert_eq!(answer["ok"], true, "{line}: {answer}");
        for (name, key) in [
            ("$reference", "reference"),
            ("$register_id", "register_id"),
            ("$appointment_id", "appointment_id"),
        ] {
            if let Some(value) = answer[key].as_str() {
                self.named.retain(|(known, _)| *known != name);
                self.named.push((name, value.to_owned()));
            }
        }
    }

    /// Expects this code, with these parameters (`name=value`) beside both sentences.
    #[track_caller]
    fn refused(&mut self, code: &str, parameters: &str, line: Value) {
        let answer = self.answer(line.clone());
        assert_eq!(answer["error"], code, "{line}: {answer}");
        let chinese = answer["message_zh"].as_str().unwrap();
        assert!(chinese.chars().any(|c| ('一'..='龥').contains(&c)), "{chinese}");
        assert!(answer["message"].as_str().is_some_and(|said| said.len() > 10), "{answer}");
        for parameter in parameters.split(' ') {
            let (name, value) = parameter.split_once('=').unwrap();
            let named = self.named.iter().find(|(known, _)| *known == value);
            let value = named.map_or(value, |(_, value)| value);
            assert_eq!(answer[name], value, "{name} of {answer}");
        }
        self.met.insert(code.to_owned());
    }
}

fn employer(id: &str, changes: &[(&str, &str)]) -> Value {
    let mut line = json!({"op": "open_employer", "employer_id": id, "name": "某公司", "kind": "company",
        "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2026-05", "channel": "counter"});
    for (field, value) in changes {
        line[field] = json!(value);
    }
    line
}

fn open(id_no: &str, employee: &str, base: &str) -> Value {
    json!({"op": "open_account", "id_no": id_no, "name": "某人", "base": base, "month": "2026-05",
        "employee_id": employee})
}

const A1: &str = "11010519491231002X";
const A2: &str = "440524194910010012";

fn enrolment(day: &mut Afternoon) {
    day.ok(employer("H1", &[]));
    day.ok(employer("H2", &[]));
    day.refused(
        "malformed-operation",
        "found=\"2026-13\"",
        json!({"op": "remit", "month": "2026-13"}),
    );
    day.refused("malformed-operation", "field=month", json!({"op": "remit"}));
    day.refused(
        "unknown-employer",
        "employer=H9",
        json!({"op": "remit", "month": "2026-05", "employer_id": "H9"}),
    );
    day.refused(
        "not-enrolled",
        "employer=E1",
        json!({"op": "remit", "month": "2026-05", "employer_id": "E1"}),
    );
    day.refused("duplicate-employer", "employer=H1", employer("H1", &[]));
    day.refused(
        "channel-not-allowed",
        "employer=H3",
        employer("H3", &[("kind", "institution"), ("channel", "online")]),
    );
    day.refused("empty-name", "field=name", employer("H3", &[("name", " ")]));
    let rate = |rate: &str| json!({"op": "adjust_rate", "employer_rate": rate, "employee_rate": "0.08", "month": "2026-05"});
    day.refused(
        "rate-below-minimum",
        "side=employer value=0.04 least=0.05 most=0.12",
        rate("0.04"),
    );
    day.refused(
        "rate-above-maximum",
        "side=employer value=0.13 least=0.05 most=0.12",
        rate("0.13"),
    );
    day.refused("seal-required", "employer=H1", json!({"op": "update_key", "name": "新名公司"}));
}

fn beside(day: &mut Afternoon) {
    day.refused(
        "name-differs",
        "employee=A1 value=别人",
        json!({"op": "file_register", "month": "2026-05",
            "register": {"seal": [{"employee_id": "A1", "reason": "离职"}]},
            "beside": [{"row": 1, "name": "别人"}]}),
    );
}

fn registers(day: &mut Afternoon) {
    day.ok(open(A1, "A1", "5000.00"));
    day.ok(open(A2, "A2", "6000.00"));
    day.refused("duplicate-account", "employer=H1 employee=A1", open(A1, "A7", "5000.00"));
    day.refused(
        "invalid-id-no",
        "value=110105194912310021",
        open("110105194912310021", "A7", "5000.00"),
    );
    let base = |base: &str| json!({"op": "adjust_base", "employee_id": "A1", "base": base, "month": "2026-05"});
    day.refused(
        "base-below-floor",
        "employee=A1 value=100.00 month=2026-05 least=1690.00",
        base("100.00"),
    );
    day.refused(
        "base-above-cap",
        "employee=A1 value=90000.00 month=2026-05 least=1690.00",
        base("90000.00"),
    );
    let seal = |who: &str, reason: &str| json!({"op": "seal", "employee_id": who, "month": "2026-05", "reason": reason});
    day.refused("unknown-employee", "employer=H1 employee=A9", seal("A9", "离职"));
    day.refused("invalid-seal-reason", "value=??", seal("A1", "??"));
    day.refused(
        "not-sealed",
        "employee=A1",
        json!({"op": "unseal", "employee_id": "A1", "month": "2026-05"}),
    );
    beside(day);
    day.ok(seal("A2", "离职"));
    day.refused("already-sealed", "employee=A2", seal("A2", "离职"));
    day.refused(
        "not-active",
        "employee=A2",
        json!({"op": "adjust_base", "employee_id": "A2", "base": "5000.00", "month": "2026-05"}),
    );
    day.ok(base("5200.00"));
    day.refused("base-already-adjusted", "employee=A1 before=2026-05", base("5300.00"));
    day.refused(
        "nothing-filed",
        "employer=H1",
        json!({"op": "file_register", "month": "2026-05", "register": {"seal": []}}),
    );
    day.refused(
        "unknown-register",
        "employer=H1",
        json!({"op": "revoke", "month": "2026-05", "register_id": "H1-R99"}),
    );
}

fn transfers(day: &mut Afternoon) {
    let mut elsewhere = open(A1, "A1", "5000.00");
    elsewhere["employer_id"] = json!("H2");
    day.refused("active-elsewhere", "employee=A1 employer=H1", elsewhere);
    let transfer = |who: &str, to: &str, city: &str| json!({"op": "transfer", "employee_id": who, "from_employer": "H1", "to_employer": to, "city": city});
    day.refused("outside-city", "employee=A2 city=南宁", transfer("A2", "H2", "南宁"));
    day.refused("same-employer", "employee=A2 employer=H1", transfer("A2", "H1", "柳州"));
    let supplement = |month: &str, amount: &str| json!({"op": "supplement", "employee_id": "A1", "for_month": month, "amount": amount});
    day.refused("amount-not-positive", "employee=A1 value=0.00", supplement("2026-05", "0.00"));
    day.refused("cap-exceeded", "employee=A1 month=2026-05", supplement("2026-05", "99000.00"));
    day.refused("month-too-old", "employee=A1 month=2010-01", supplement("2010-01", "1.00"));
    let mut span = supplement("2026-05", "1.00");
    span["to_month"] = json!("2026-04");
    day.refused("invalid-span", "month=2026-05 to_month=2026-04", span);
}

fn payment(day: &mut Afternoon) {
    let remit = |month: &str| json!({"op": "remit", "month": month});
    let issue = json!({"op": "issue_notice", "months": ["2026-05"], "supplements": false});
    let revoke = json!({"op": "revoke_notice", "reference": "$reference"});
    day.refused("month-not-next", "month=2026-07 next=2026-05", remit("2026-07"));
    day.refused("roster-missing", "employer=H1 month=2026-05", issue.clone());
    day.refused(
        "nothing-to-pay",
        "employer=H1",
        json!({"op": "issue_notice", "months": [], "supplements": true}),
    );
    day.ok(remit("2026-05"));
    day.refused("roster-exists", "month=2026-05 next=2026-06", remit("2026-05"));
    let undo = json!({"op": "revoke", "month": "2026-05", "register_id": "$register_id"});
    day.refused("revoke-in-reverse-order", "filed=$register_id", undo);
    day.ok(issue.clone());
    day.refused("double-remittance", "month=2026-05", issue.clone());
    let mut of_another = revoke.clone();
    of_another["employer_id"] = json!("H2");
    day.refused("not-this-employer", "employer=H2", of_another);
    day.refused(
        "unknown-notice",
        "reference=P0000000000",
        json!({"op": "revoke_notice", "reference": "P0000000000"}),
    );
    day.refused(
        "advance-too-small",
        "employer=H1 held=0.00 needed=832.00",
        json!({"op": "pay_from_advance", "reference": "$reference"}),
    );
    day.ok(revoke.clone());
    day.refused("notice-not-awaiting", "reference=$reference", revoke.clone());
    day.ok(issue);
}

/// After the payment, and refusals for two persons at the counter.
fn paid(day: &mut Afternoon) {
    let revoke = json!({"op": "revoke_notice", "reference": "$reference"});
    let undo = json!({"op": "revoke", "month": "2026-05", "register_id": "$register_id"});
    let by_two = |line: Value| {
        let mut line = line;
        for (field, value) in [("by", "017"), ("approved_by", "018"), ("reason", "录入有误")] {
            line[field] = json!(value);
        }
        line
    };
    let correct = |who: &str, amount: &str| json!({"op": "correct_paid", "employee_id": who, "month": "2026-05", "amount": amount});
    day.refused("not-paid", "month=2026-05", by_two(correct("A1", "1.00")));
    let reference = day.named.iter().find(|(name, _)| *name == "$reference").unwrap().1.clone();
    day.centre.feed(
        "inbox/H01.csv",
        &format!(
            "{ICBC},H01,2026-06-11,09:00:00,贷,832.00,6200000000000000009,某公司,转账,{reference}\n"
        ),
    );
    day.centre.run(&["nightly", "--as-of", "2026-06-12"]).assert().code(0);
    day.refused("notice-paid", "reference=$reference", revoke);
    day.refused("not-revocable", "register=$register_id", undo);
    day.refused("two-persons-required", "by=017", json!({"op": "correct_paid", "employee_id": "A1", "month": "2026-05", "amount": "1.00", "by": "017"}));
    let mut silent = by_two(correct("A1", "1.00"));
    silent["reason"] = json!(" ");
    day.refused("reason-missing", "by=017", silent);
    day.refused("not-listed", "employee=A2 month=2026-05", by_two(correct("A2", "1.00")));
    day.refused(
        "above-line",
        "employee=A1 value=900.00 most=832.00",
        by_two(correct("A1", "900.00")),
    );
    day.refused(
        "nothing-changes",
        "employee=A1",
        by_two(json!({"op": "correct_identity", "employee_id": "A1", "name": "某人"})),
    );
    day.refused(
        "same-employee",
        "employee=A1",
        by_two(json!({"op": "merge_employees", "employee_id": "A1", "into": "A1"})),
    );
    let defer = |to: &str, approval: &str| {
        by_two(json!({"op": "defer", "from": "2026-07", "to": to, "approval": approval}))
    };
    day.refused("approval-missing", "from=2026-07 to=2026-08", defer("2026-08", ""));
    day.refused("span-backwards", "from=2026-07 to=2026-06", defer("2026-06", "8"));
    day.ok(defer("2026-08", "8"));
    day.refused("already-deferred", "from=2026-07 to=2026-08 approval=8", defer("2026-09", "9"));
    day.refused("invalid-payday", "value=32", json!({"op": "update_basic", "payday": 32}));
    let rate = json!({"op": "adjust_rate", "employer_rate": "0.09", "employee_rate": "0.09", "month": "2026-06"});
    day.ok(rate.clone());
    day.refused("rate-already-adjusted", "before=2026-06", rate);
}

fn appointments(day: &mut Afternoon) {
    let book = |date: &str| json!({"op": "book_appointment", "branch": "示例网点", "date": date, "slot": "09:00", "business": "开户", "contact": "经办人"});
    let cancel = |id: &str| json!({"op": "cancel_appointment", "appointment_id": id});
    day.refused("day-is-past", "day=2026-05-08 least=2026-05-11", book("2026-05-08"));
    day.refused("not-a-working-day", "day=2026-05-23 next=2026-05-25", book("2026-05-23"));
    day.refused("unknown-appointment", "appointment=A0", cancel("A0"));
    for _ in 0..3 {
        day.ok(book("2026-05-20"));
    }
    day.refused("slot-full", "day=2026-05-20 slot=09:00 held=3", book("2026-05-20"));
    day.ok(cancel("$appointment_id"));
    day.refused("appointment-not-booked", "status=cancelled", cancel("$appointment_id"));
}

#[test]
fn every_refusal_has_its_code_both_sentences_and_what_it_is_about() {
    let centre = Centre::after_a_night();
    let mut day = Afternoon { centre, named: Vec::new(), met: BTreeSet::new() };
    enrolment(&mut day);
    registers(&mut day);
    transfers(&mut day);
    payment(&mut day);
    paid(&mut day);
    appointments(&mut day);
    let met = |code: &RefusalCode| day.met.contains(code.code());
    let excused = |code: &RefusalCode| NOT_BY_A_LINE.iter().any(|(known, _)| *known == code.code());
    let silent: Vec<_> =
        RefusalCode::ALL.iter().filter(|code| !met(code) && !excused(code)).collect();
    assert!(silent.is_empty(), "no line meets {silent:?}: give it a row, or say why none can");
}
