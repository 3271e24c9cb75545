//! A settlement is reversed: in red, to the fen, wherever the employees are now.

use crate::hall::{Hall, today};
use remittance::register::Register;
use remittance::{Id, Money, NoticeStatus, RefusalCode};
use serde_json::json;

/// E1 with two employees, the list of May and a supplement for A on one notice.
fn two() -> (Hall, String) {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    hall.hire("B", 2, "2026-05");
    hall.ok(json!({"op": "supplement", "employee_id": "A", "for_month": "2026-04",
        "amount": "100.00"}));
    let reference = hall.remit_and_issue("2026-05");
    (hall, reference)
}

fn open_registers(hall: &Hall) -> usize {
    hall.centre.all::<Register>().iter().filter(|register| register.is_open()).count()
}

fn reverse(hall: &mut Hall, reference: &str) -> Result<(), (RefusalCode, String)> {
    let before = hall.state();
    let done = hall.centre.reverse_settlement(reference.parse().unwrap(), today());
    hall.centre.audit().unwrap();
    hall.centre.audit_entries().unwrap();
    if done.is_err() {
        assert_eq!(before, hall.state(), "a refused reversal changes nothing");
    }
    done.map(|_| ()).map_err(|refusal| (refusal.code(), refusal.to_string()))
}

#[test]
fn a_reversal_gives_back_every_line_and_opens_the_notice_again() {
    let (mut hall, reference) = two();
    let open = open_registers(&hall);
    hall.pay(&reference);
    assert_eq!((hall.balance("E1", "A"), open_registers(&hall)), ("900.00".into(), 0));
    reverse(&mut hall, &reference).unwrap();
    assert_eq!((hall.balance("E1", "A"), hall.balance("E1", "B")), ("0.00".into(), "0.00".into()));
    assert_eq!(open_registers(&hall), open);
    let parsed = reference.parse().unwrap();
    let notice = hall.centre.notice(parsed).unwrap();
    assert_eq!(NoticeStatus::from(notice.status), NoticeStatus::Awaiting);
    let fund = hall.centre.employer(&Id::from("E1")).unwrap().balances.fund;
    assert_eq!(fund, Money::ZERO);
    // It can be paid again, but only once.
    assert_eq!(reverse(&mut hall, &reference).unwrap_err().0, RefusalCode::NotRevocable);
    hall.pay(&reference);
    assert_eq!(hall.balance("E1", "A"), "900.00");
}

#[test]
fn a_reversal_follows_an_account_that_was_transferred() {
    let (mut hall, reference) = two();
    hall.enrol("E2", "2026-05");
    hall.pay(&reference);
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-06", "reason": "调出"}));
    hall.ok(json!({"op": "transfer", "employee_id": "A", "from_employer": "E1",
        "to_employer": "E2", "city": "柳州"}));
    assert_eq!(hall.balance("E2", "A"), "900.00");
    reverse(&mut hall, &reference).unwrap();
    assert_eq!(hall.balance("E2", "A"), "0.00");
    for employer in ["E1", "E2"] {
        let fund = hall.centre.employer(&Id::from(employer)).unwrap().balances.fund;
        assert_eq!(fund, Money::ZERO, "{employer}");
    }
}

#[test]
fn a_supplement_that_was_filed_again_is_in_the_way() {
    let (mut hall, reference) = two();
    hall.pay(&reference);
    let again = json!({"op": "supplement", "employee_id": "A", "for_month": "2026-04",
        "amount": "100.00"});
    assert_eq!(hall.refused(again.clone()).0, "double-remittance");
    // An account of the previous release does not record its supplements.
    let mut account = hall.centre.account(&Id::from("E1"), &Id::from("A")).unwrap().clone();
    account.years.iter_mut().for_each(|year| year.supplements.clear());
    hall.centre.load(account);
    hall.ok(again);
    let (code, message) = reverse(&mut hall, &reference).unwrap_err();
    assert_eq!(code, RefusalCode::NotRevocable);
    assert!(message.contains("was filed again; revoke that first"), "{message}");
}

#[test]
fn an_advance_balance_is_taken_back_while_it_is_there() {
    let (mut hall, _) = two();
    let employer = Id::from("E1");
    hall.centre.credit_advance(&employer, today(), Money::from_fen(500)).unwrap();
    let refused = hall.centre.reverse_advance(&employer, today(), Money::from_fen(501));
    assert_eq!(refused.unwrap_err().code(), RefusalCode::AdvanceTooSmall);
    hall.centre.reverse_advance(&employer, today(), Money::from_fen(500)).unwrap();
    assert_eq!(hall.centre.employer_view(&employer).unwrap().advance, Money::ZERO);
    hall.centre.audit().unwrap();
}
