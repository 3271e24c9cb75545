//! Revocation: in reverse order only, never a paid thing, and without a trace.

use crate::hall::{Hall, id_no, today};
use crate::properties::standing;
use remittance::file::{OnRefusal, malformed};
use remittance::{Centre, Id, Money};
use serde_json::{Value, json};

#[test]
fn a_refused_revocation_says_what_must_be_undone_first_until_all_is_undone() {
    let mut hall = Hall::with_employer();
    let start = standing(&hall.centre);
    let open = hall.hire("A", 1, "2026-05");
    let other = hall.hire("B", 2, "2026-05");
    let reference = hall.remit_and_issue("2026-05");
    let revoke = |answer: &Value| {
        json!({"op": "revoke", "month": "2026-05",
        "register_id": answer["register_id"]})
    };
    let delete = json!({"op": "delete_roster", "month": "2026-05"});
    let notice = json!({"op": "revoke_notice", "reference": reference});
    let reverse = |hall: &mut Hall, op: &Value, first: &str| {
        let (code, message) = hall.refused(op.clone());
        assert_eq!(code, "revoke-in-reverse-order");
        assert!(message.contains(first), "{message}");
    };
    reverse(
        &mut hall,
        &revoke(&open),
        &format!("revoke_notice {reference}, then delete_roster 2026-05"),
    );
    reverse(&mut hall, &delete, &format!("is on notice {reference}; revoke_notice it first"));
    hall.ok(notice.clone());
    assert_eq!(hall.refused(notice).0, "notice-not-awaiting");
    reverse(&mut hall, &revoke(&other), "first delete_roster 2026-05");
    hall.ok(delete.clone());
    assert_eq!(hall.refused(delete).0, "roster-missing");
    reverse(
        &mut hall,
        &revoke(&open),
        &format!("first revoke register {}", other["register_id"].as_str().unwrap()),
    );
    hall.ok(revoke(&other));
    assert_eq!(hall.refused(revoke(&other)).0, "not-revocable");
    hall.ok(revoke(&open));
    assert_eq!(standing(&hall.centre), start);
}

#[test]
fn a_register_filed_for_the_next_month_keeps_the_list_before_it() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    hall.ok(json!({"op": "remit", "month": "2026-05"}));
    let seal = hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-06",
        "reason": "离职"}));
    let delete = json!({"op": "delete_roster", "month": "2026-05"});
    assert_eq!(hall.refused(delete.clone()).0, "revoke-in-reverse-order");
    hall.ok(json!({"op": "revoke", "month": "2026-06", "register_id": seal["register_id"]}));
    hall.ok(delete);
}

#[test]
fn what_is_paid_is_never_revoked() {
    let mut hall = Hall::with_employer();
    let open = hall.hire("A", 1, "2026-05");
    let reference = hall.remit_and_issue("2026-05");
    hall.pay(&reference);
    let rows = [
        (json!({"op": "revoke_notice", "reference": reference}), "notice-paid"),
        (json!({"op": "delete_roster", "month": "2026-05"}), "notice-paid"),
        (
            json!({"op": "revoke", "month": "2026-05", "register_id": open["register_id"]}),
            "not-revocable",
        ),
    ];
    for (op, want) in rows {
        assert_eq!(hall.refused(op.clone()).0, want, "{op}");
    }
}

#[test]
fn an_account_with_money_is_not_closed_by_revoking_its_opening() {
    let mut hall = Hall::with_employer();
    let open = hall.hire("A", 1, "2026-05");
    hall.ok(json!({"op": "supplement", "employee_id": "A", "for_month": "2026-04",
        "amount": "100.00"}));
    let notice = hall.ok(json!({"op": "issue_notice", "months": [], "supplements": true}));
    hall.pay(notice["reference"].as_str().unwrap());
    let (code, message) = hall
        .refused(json!({"op": "revoke", "month": "2026-05", "register_id": open["register_id"]}));
    assert_eq!(code, "not-revocable");
    assert!(message.contains("money was posted"), "{message}");
}

#[test]
fn a_rate_adjustment_is_not_revoked_and_bars_nothing() {
    let mut hall = Hall::with_employer();
    let open = hall.hire("A", 1, "2026-05");
    let rate = hall.ok(json!({"op": "adjust_rate", "employer_rate": "0.10",
        "employee_rate": "0.10", "month": "2026-05"}));
    let revoke = |answer: &Value| {
        json!({"op": "revoke", "month": "2026-05",
        "register_id": answer["register_id"]})
    };
    assert_eq!(hall.refused(revoke(&rate)).0, "not-revocable");
    hall.ok(revoke(&open));
}

#[test]
fn a_register_is_named_by_its_id_or_by_the_line_that_filed_it() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let line = hall.line();
    let by_line = |month: &str, line: u64| json!({"op": "revoke", "month": month, "op_line": line});
    assert_eq!(hall.refused(by_line("2026-06", line)).0, "unknown-register");
    assert_eq!(hall.refused(by_line("2026-05", line - 1)).0, "unknown-register");
    assert_eq!(hall.refused(json!({"op": "revoke", "month": "2026-05"})).0, "unknown-register");
    let foreign = json!({"op": "revoke", "month": "2026-05", "register_id": "E2-R2"});
    assert_eq!(hall.refused(foreign).0, "unknown-register");
    hall.centre.begin_file();
    assert_eq!(hall.refused(by_line("2026-05", line)).0, "unknown-register");
    hall.hire("B", 2, "2026-05");
    let line = hall.line();
    hall.ok(by_line("2026-05", line));
}

#[test]
fn a_transfer_is_revoked_at_both_employers_together() {
    let mut hall = Hall::with_employer();
    hall.enrol("E2", "2026-06");
    hall.hire("A", 1, "2026-05");
    let reference = hall.remit_and_issue("2026-05");
    hall.pay(&reference);
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-06", "reason": "调出"}));
    let before = standing(&hall.centre);
    let transfer = hall.ok(json!({"op": "transfer", "employee_id": "A", "from_employer": "E1",
        "to_employer": "E2", "city": "柳州"}));
    let unseal = hall.ok(json!({"op": "unseal", "employer_id": "E2", "employee_id": "A",
        "month": "2026-06"}));
    let revoke =
        json!({"op": "revoke", "month": "2026-06", "register_id": transfer["register_id"]});
    let (code, message) = hall.refused(revoke.clone());
    assert_eq!(code, "revoke-in-reverse-order");
    assert!(message.contains(unseal["register_id"].as_str().unwrap()), "{message}");
    hall.ok(json!({"op": "revoke", "employer_id": "E2", "month": "2026-06",
        "register_id": unseal["register_id"]}));
    hall.ok(revoke);
    assert_eq!(standing(&hall.centre), before);
    assert_eq!(hall.balance("E1", "A"), "800.00");
    hall.centre.audit_entries().unwrap();
}

#[test]
fn a_paid_list_does_not_bar_an_older_unpaid_supplement() {
    let mut hall = Hall::with_employer();
    hall.enrol("E2", "2026-05");
    hall.hire("A", 1, "2026-05");
    hall.hire("B", 2, "2026-05");
    let supplement = hall.ok(json!({"op": "supplement", "employee_id": "A",
        "for_month": "2026-04", "amount": "100.00"}));
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-05", "reason": "调出"}));
    hall.ok(json!({"op": "transfer", "employee_id": "A", "from_employer": "E1",
        "to_employer": "E2", "city": "柳州"}));
    hall.ok(json!({"op": "remit", "month": "2026-05"}));
    let revoke = json!({"op": "revoke", "month": "2026-05",
        "register_id": supplement["register_id"]});
    assert_eq!(hall.refused(revoke.clone()).0, "revoke-in-reverse-order");
    let notice = hall.ok(json!({"op": "issue_notice", "months": ["2026-05"]}));
    hall.pay(notice["reference"].as_str().unwrap());
    let asked = |hall: &Hall| {
        let (employer, employee) = (Id::from("E2"), Id::from("A"));
        hall.centre.account(&employer, &employee).unwrap().year_total(2025).to_string()
    };
    // Seal, transfer and list are completed; the account and its year's total are at E2 now.
    assert_eq!(asked(&hall), "100.00");
    hall.ok(revoke);
    assert_eq!(asked(&hall), "0.00");
}

/// Goal: the default of `duizhang apply`, which undoes everything on the first refusal. Method: the changes of a file's
/// operations, reverted together.
#[test]
fn a_files_changes_are_taken_back_without_a_copy_of_the_centre() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let before = hall.state();
    let file = [
        json!({"op": "open_account", "on": "2026-05-11", "employer_id": "E1", "id_no": id_no(2),
            "name": "某人", "base": "5000.00", "month": "2026-05"}),
        json!({"op": "remit", "on": "2026-05-11", "employer_id": "E1", "month": "2026-05"}),
        json!({"op": "issue_notice", "on": "2026-05-11", "employer_id": "E1",
            "months": ["2026-05"], "supplements": false}),
        json!({"op": "remit", "on": "2026-05-11", "employer_id": "E1", "month": "2026-05"}),
        json!({"op": "remit", "on": "2026-05-11", "employer_id": "E1"}),
    ];
    let lines = || {
        let read = |operation: &Value| serde_json::from_value(operation.clone()).map_err(malformed);
        (1..).zip(file.iter().map(read))
    };
    let mut said = Vec::new();
    let undone = hall.centre.apply_file(lines(), OnRefusal::UndoAll, |answer| said.push(answer.ok));
    assert_eq!((said, undone.undone_at), (vec![true, true, true, false], Some(4)));
    assert!(undone.changes.is_empty());
    assert_eq!(hall.state(), before);
    let kept = hall.centre.apply_file(lines(), OnRefusal::KeepGoing, |_| {});
    assert_eq!((kept.done, kept.refused), (3, 2));
    let after = hall.state();
    assert_ne!(after, before);
    hall.centre.undo(kept.changes.clone());
    assert_eq!(hall.state(), before);
    hall.centre.redo(kept.changes);
    assert_eq!(hall.state(), after);
}

#[test]
fn a_centre_is_loaded_from_its_parts_and_goes_on_as_if_it_had_never_stopped() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let reference = hall.remit_and_issue("2026-05");
    let mut loaded = Centre::new(std::sync::Arc::new(hall.centre.policy().clone()));
    fn load<E>(from: &Centre, to: &mut Centre)
    where
        E: remittance::change::Entity + Clone + serde::de::DeserializeOwned,
    {
        for row in from.all::<E>() {
            // Through text, as in a store.
            let text = serde_json::to_string(&**row).unwrap();
            to.load::<E>(serde_json::from_str(&text).unwrap());
        }
    }
    load::<remittance::EmployerAccount>(&hall.centre, &mut loaded);
    load::<remittance::EmployeeAccount>(&hall.centre, &mut loaded);
    load::<remittance::register::Register>(&hall.centre, &mut loaded);
    load::<remittance::roster::Roster>(&hall.centre, &mut loaded);
    load::<remittance::IssuedNotice>(&hall.centre, &mut loaded);
    let reference = reference.parse().unwrap();
    let amount = loaded.notice(reference).unwrap().amount;
    let payment = remittance::Payment { bank_parts: vec![amount], from_advance: Money::ZERO };
    let here = hall.centre.settle(reference, today(), &payment).unwrap();
    let there = loaded.settle(reference, today(), &payment).unwrap();
    assert_eq!(here, there, "history is written and never read back by a rule");
}
