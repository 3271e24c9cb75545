//! Invariants over thousands of random sequences of operations.

use crate::hall::{Hall, id_no, today};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use remittance::register::Register;
use remittance::{Centre, Id, Money, Operation, Payment, YearMonth};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

const EMPLOYERS: [&str; 2] = ["E1", "E2"];
const PEOPLE: [&str; 4] = ["A", "B", "C", "D"];

/// One step of a sequence; its numbers are mapped to existing things when it is applied.
type Step = (u8, u8, u8, u8);

/// The state without history: no log, vouchers, entries, counts, revoked or moved things.
pub(crate) fn standing(centre: &Centre) -> Value {
    let mut state = serde_json::to_value(centre).unwrap();
    for history in ["log", "vouchers", "entries"] {
        state[history] = Value::Null;
    }
    for row in state["employers"].as_array_mut().unwrap() {
        row["ordinal"] = Value::Null;
        row["notices_issued"] = Value::Null;
        row["balances"]["transit"] = Value::Null; // History of transfers; the pair's sum is zero.
        row["balances"]["fund"] = Value::Null; // Checked against the accounts by the audit.
    }
    let accounts = state["accounts"].as_array_mut().unwrap();
    accounts.retain(|row| row["status"]["is"] != "transferred");
    accounts.iter_mut().for_each(|row| row["entries"] = Value::Null);
    for table in ["registers", "notices"] {
        state[table].as_array_mut().unwrap().retain(|row| row["status"] != "revoked");
    }
    state
}

/// A correction by two persons: a paid line, an identity, two numbers of one person.
fn at_counter(
    registers: &[&Arc<Register>],
    (employer, person, month): (&str, usize, YearMonth),
    (kind, how): (u8, u8),
) -> Value {
    let amount = ["0.01", "33.33", "400.00", "800.00"][usize::from(how) / 4 % 4];
    let mut operation = match kind {
        15 | 16 => json!({"op": "correct_paid", "month": month, "amount": amount}),
        _ if how % 8 == 0 => json!({"op": "merge_employees", "into": PEOPLE[(person + 1) % 4]}),
        _ => json!({"op": "correct_identity", "name": if how % 2 == 0 { "某人" } else { "另名" },
            "id_no": id_no(u32::from(how) % 6)}),
    };
    let both = [("employer_id", employer), ("employee_id", PEOPLE[person])];
    let counter = [("by", "017"), ("approved_by", "008"), ("reason", "更正")];
    for (key, value) in both.into_iter().chain(counter) {
        operation[key] = json!(value);
    }
    let supplement = registers.iter().rev().find(|register| register.is_supplement());
    if let (Some(register), true, 15 | 16) = (supplement, how % 3 == 0, kind) {
        let line = &register.supplements()[0];
        operation["register_id"] = json!(register.register_id());
        operation["month"] = json!(line.for_month);
        operation["employee_id"] = json!(line.employee_id);
    }
    operation
}

/// A step as an operation that is likely to be allowed.
fn operation(centre: &Centre, (kind, who, what, how): Step) -> Value {
    let employer = EMPLOYERS[usize::from(who) % 2];
    let other = EMPLOYERS[(usize::from(who) + 1) % 2];
    let person = usize::from(what) % 4;
    let employee = PEOPLE[person];
    let book = centre.employer(&Id::from(employer)).unwrap();
    let month = book.roster_month;
    let made = book.roster_month.previous();
    let base = ["1690.00", "5000.00", "5006.25", "26000.00", "26000.01"][usize::from(how) % 5];
    let rate = ["0.05", "0.08", "0.12", "0.13"][usize::from(how) % 4];
    let reason = ["离职", "退休", "?"][usize::from(how) % 3];
    let amount = ["0.01", "100.00", "33.33", "40000.00"][usize::from(how) / 4 % 4];
    let back = YearMonth::from_ordinal(month.ordinal() - i32::from(how % 4));
    let notices: Vec<_> = centre.all::<remittance::IssuedNotice>().iter().collect();
    let reference = match notices.as_slice() {
        [] => "P0000000000".to_owned(),
        some => some[usize::from(how) % some.len()].reference.to_string(),
    };
    let registers: Vec<_> = centre.registers(&book.employer_id).collect();
    let register = registers.iter().rev().nth(usize::from(how) % 3);
    match kind % 20 {
        0 | 1 => json!({"op": "open_account", "employer_id": employer, "employee_id": employee,
            "id_no": id_no(u32::try_from(person).unwrap()), "name": "某人", "base": base, "month": month}),
        2 => json!({"op": "seal", "employer_id": employer, "employee_id": employee, "month": month,
            "reason": reason}),
        3 => json!({"op": "unseal", "employer_id": employer, "employee_id": employee,
            "month": month, "base": base}),
        4 => json!({"op": "correct_seal_reason", "employer_id": employer, "employee_id": employee,
            "reason": reason}),
        5 => json!({"op": "adjust_base", "employer_id": employer, "employee_id": employee,
            "base": base, "month": month}),
        6 => json!({"op": "adjust_rate", "employer_id": employer, "employer_rate": rate,
            "employee_rate": "0.12", "month": month}),
        7 | 18 => json!({"op": "supplement", "employer_id": employer, "employee_id": employee,
            "for_month": back, "amount": amount}),
        8 => json!({"op": "transfer", "employee_id": employee, "from_employer": employer,
            "to_employer": other, "city": if how % 8 == 0 { "南宁" } else { "柳州" }}),
        9 | 10 => json!({"op": "remit", "employer_id": employer, "month": month}),
        11 => json!({"op": "delete_roster", "employer_id": employer, "month": made}),
        12 | 13 => json!({"op": "issue_notice", "employer_id": employer,
            "months": if how % 4 == 0 { vec![] } else { vec![made] }, "supplements": how % 2 == 0}),
        14 => json!({"op": "revoke_notice", "reference": reference}),
        15..=17 => at_counter(&registers, (employer, person, back.previous()), (kind % 20, how)),
        _ => json!({"op": "revoke", "employer_id": employer,
            "month": register.map_or(month, |register| register.month),
            "register_id": register.map_or("none".to_owned(), |register| register.register_id())}),
    }
}

/// Fills in the day and parses the operation.
fn read(mut operation: Value) -> Operation {
    operation["on"] = json!("2026-05-11");
    serde_json::from_value(operation).unwrap()
}

/// The operation that undoes another; `None` if there is none.
fn inverse(before: &Centre, operation: &Operation, answer: &Value) -> Option<Value> {
    let roster_month = |id: &Id| before.employer(id).unwrap().roster_month;
    let register = |employer: &Id, month: YearMonth| {
        Some(json!({"op": "revoke", "employer_id": employer, "month": month,
            "register_id": answer["register_id"]}))
    };
    match operation {
        Operation::Remit(op) => {
            Some(json!({"op": "delete_roster", "employer_id": op.employer_id, "month": op.month}))
        }
        Operation::IssueNotice(_) => {
            Some(json!({"op": "revoke_notice", "reference": answer["reference"]}))
        }
        Operation::OpenAccount(op) => register(&op.employer_id, op.month),
        Operation::Seal(op) => register(&op.employer_id, op.month),
        Operation::Unseal(op) => register(&op.employer_id, op.month),
        Operation::AdjustBase(op) => register(&op.employer_id, op.month),
        Operation::Supplement(op) => register(&op.employer_id, op.for_month),
        Operation::CorrectSealReason(op) => {
            register(&op.employer_id, roster_month(&op.employer_id))
        }
        Operation::Transfer(op) => register(&op.from_employer, roster_month(&op.from_employer)),
        Operation::OpenEmployer(_)
        | Operation::UpdateBasic(_)
        | Operation::UpdateKey(_)
        | Operation::AdjustRate(_)
        | Operation::FileRegister(_)
        | Operation::SaveRegister(_)
        | Operation::SubmitRegister(_)
        | Operation::DiscardRegister(_)
        | Operation::DeleteRoster(_)
        | Operation::RevokeNotice(_)
        | Operation::PayFromAdvance(_)
        | Operation::CorrectPaid(_)
        | Operation::Defer(_)
        | Operation::AllowLowRates(_)
        | Operation::CorrectIdentity(_)
        | Operation::MergeEmployees(_)
        | Operation::Revoke(_)
        | Operation::BookAppointment(_)
        | Operation::CancelAppointment(_)
        | Operation::KeepAppointment(_)
        | Operation::MissAppointment(_) => None,
    }
}

/// Nobody is above the cap, nobody has two accounts at one employer, no references are similar.
fn check(centre: &Centre) {
    centre.audit().unwrap();
    centre.audit_entries().unwrap();
    let mut held = BTreeSet::new();
    for account in centre.all::<remittance::EmployeeAccount>() {
        for year in &account.years {
            assert!(year.amount <= centre.policy().year_cap(year.year), "{account:?}");
            assert!(year.amount > Money::ZERO, "{account:?}");
        }
        assert!(account.balance >= Money::ZERO, "{account:?}");
        if account.is_merged() {
            assert_eq!(account.balance, Money::ZERO, "{account:?}");
            continue;
        }
        let key = (account.employer_id.clone(), account.id_no.clone());
        assert!(held.insert(key), "two accounts at one employer: {account:?}");
    }
    let transit =
        EMPLOYERS.map(|id| centre.employer(&Id::from(id)).unwrap().balances.transit.fen());
    assert_eq!(transit.iter().sum::<i64>(), 0);
}

/// Two employers with the shipped policy, three people at one and one at the other.
fn start() -> Centre {
    let mut hall = Hall::empty();
    for employer in EMPLOYERS {
        hall.enrol(employer, "2026-04");
    }
    for (number, (employer, employee)) in
        (0..).zip([("E1", "A"), ("E1", "B"), ("E1", "C"), ("E2", "D")])
    {
        hall.ok(json!({"op": "open_account", "employer_id": employer, "employee_id": employee,
            "id_no": id_no(number), "name": "某人", "base": "5000.00", "month": "2026-04"}));
    }
    hall.centre
}

/// Pays a step's notice, sometimes from the advance balance.
fn pay(centre: &mut Centre, how: u8) -> bool {
    let notices = centre.all::<remittance::IssuedNotice>();
    let Some(notice) = notices.iter().nth(usize::from(how) % notices.len().max(1)) else {
        return false;
    };
    let (reference, amount) = (notice.reference, notice.amount);
    let employer = notice.employer_id.clone();
    let mut payment = Payment { bank_parts: vec![amount], from_advance: Money::ZERO };
    if how.is_multiple_of(3) {
        centre.credit_advance(&employer, today(), amount).unwrap();
        payment = Payment { bank_parts: vec![], from_advance: amount };
    }
    centre.settle(reference, today(), &payment).is_ok()
}

/// Applies steps, some of them payments; returns the names of those done.
fn take(centre: &mut Centre, steps: &[Step]) -> Vec<String> {
    let mut done = Vec::new();
    for (line, step) in (1..).zip(steps) {
        if step.0 > 240 {
            done.extend(pay(centre, step.3).then(|| "pay".to_owned()));
            continue;
        }
        let asked = operation(centre, *step);
        let result = centre.apply(&read(asked.clone()), line);
        let name = asked["op"].as_str().unwrap();
        done.push(match result {
            Ok(_) => name.to_owned(),
            Err(refusal) => format!("{name} {}", refusal.code()),
        });
    }
    done
}

/// Goal: the properties below are not vacuous. Method: the same steps, from a fixed seed, must do and refuse every kind
/// of operation.
#[test]
fn random_sequences_reach_every_operation_and_most_refusals() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::<String, u32>::new();
    for _ in 0..400 {
        let steps = proptest::collection::vec(any::<Step>(), 60);
        let steps = steps.new_tree(&mut runner).unwrap().current();
        for name in take(&mut start(), &steps) {
            *seen.entry(name).or_default() += 1;
        }
    }
    for name in [
        "open_account",
        "seal",
        "unseal",
        "correct_seal_reason",
        "adjust_base",
        "adjust_rate",
        "supplement",
        "transfer",
        "remit",
        "delete_roster",
        "issue_notice",
        "revoke_notice",
        "revoke",
        "correct_paid",
        "correct_identity",
        "merge_employees",
        "pay",
        "open_account duplicate-account",
        "seal already-sealed",
        "unseal not-sealed",
        "unseal base-above-cap",
        "adjust_base base-already-adjusted",
        "adjust_rate rate-already-adjusted",
        "adjust_rate rate-above-maximum",
        "supplement cap-exceeded",
        "supplement double-remittance",
        "supplement not-active",
        "transfer outside-city",
        "transfer not-sealed",
        "transfer duplicate-account",
        "delete_roster roster-missing",
        "delete_roster notice-paid",
        "delete_roster revoke-in-reverse-order",
        "issue_notice double-remittance",
        "issue_notice nothing-to-pay",
        "revoke_notice notice-paid",
        "revoke_notice notice-not-awaiting",
        "correct_paid not-paid",
        "correct_paid not-listed",
        "correct_paid above-line",
        "correct_identity duplicate-account",
        "revoke revoke-in-reverse-order",
        "revoke not-revocable",
    ] {
        assert!(seen.get(name).copied().unwrap_or(0) >= 5, "{name} in {seen:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_balance_and_every_limit_holds_after_every_operation(
        steps in proptest::collection::vec(any::<Step>(), 1..60)
    ) {
        let mut centre = start();
        for step in &steps {
            take(&mut centre, std::slice::from_ref(step));
            check(&centre);
        }
    }

    #[test]
    fn a_replay_gives_the_same_bytes_and_changes_taken_back_leave_none(
        steps in proptest::collection::vec(any::<Step>(), 1..40)
    ) {
        let mut first = start();
        let begun = serde_json::to_string(&first).unwrap();
        let (mut operations, mut changes) = (Vec::new(), Vec::new());
        for (line, step) in (1..).zip(&steps) {
            let operation = read(operation(&first, *step));
            if let Ok(applied) = first.apply(&operation, line) {
                changes.extend(applied.changes);
            }
            operations.push(operation);
        }
        let ended = serde_json::to_string(&first).unwrap();
        let mut second = start();
        for (line, operation) in (1..).zip(&operations) {
            let _ = second.apply(operation, line);
        }
        prop_assert_eq!(serde_json::to_string(&second).unwrap(), ended);
        first.undo(changes);
        prop_assert_eq!(serde_json::to_string(&first).unwrap(), begun);
    }

    #[test]
    fn a_revoked_sequence_leaves_the_state_as_it_was(
        before in proptest::collection::vec(any::<Step>(), 0..30),
        steps in proptest::collection::vec(any::<Step>(), 1..20)
    ) {
        let mut centre = start();
        take(&mut centre, &before);
        let mut undo: Vec<(Value, Value)> = Vec::new();
        for (line, step) in (100..).zip(&steps) {
            let operation = read(operation(&centre, *step));
            let was = standing(&centre);
            let mut tried = centre.clone();
            let Ok(applied) = tried.apply(&operation, line) else { continue };
            let answer = serde_json::to_value(&applied.output).unwrap();
            if let Some(inverse) = inverse(&centre, &operation, &answer) {
                undo.push((inverse, was));
                centre = tried;
            }
        }
        for (inverse, was) in undo.into_iter().rev() {
            let operation = read(inverse);
            let done = centre.apply(&operation, 1000);
            prop_assert!(done.is_ok(), "{:?}: {:?}", operation, done);
            prop_assert_eq!(standing(&centre), was);
        }
    }
}
