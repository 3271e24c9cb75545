//! An employer's month: the list, the notice, the payment, and each employee's part of it.

use crate::hall::{Hall, id_no, today};
use remittance::log::LogKind;
use remittance::payment::reference_candidates;
use remittance::{
    Employer, EmployerAccount, Id, Language, Localized, Money, NoticeStatus, Payment,
    PaymentNotice, PaymentReference, Subject, Total,
};
use serde_json::json;

/// A centre with employer E1 and three employees; B's shares are rounded.
fn three() -> Hall {
    let mut hall = Hall::with_employer();
    for (name, number, base) in [("A", 1, "5000.00"), ("B", 2, "5006.25"), ("C", 3, "1999.99")] {
        hall.ok(json!({"op": "open_account", "employee_id": name, "id_no": id_no(number),
            "name": "某人", "base": base, "month": "2026-05"}));
    }
    hall
}

#[test]
fn the_months_list_is_base_times_rate_each_side_rounded_and_the_month_moves_on() {
    let mut hall = three();
    let answer = hall.ok(json!({"op": "remit", "month": "2026-05"}));
    // 400 + 400, 401 + 401 (400.50 rounds up), 160 + 160 (159.9992).
    assert_eq!(answer["total"], "1922.00");
    assert_eq!(answer["headcount"], 3);
    assert_eq!(answer["roster_month"], "2026-06");
    let roster = hall.centre.roster(&Id::from("E1"), "2026-05".parse().unwrap()).unwrap();
    let shares: Vec<String> =
        roster.lines.iter().map(|line| line.employer_share.to_string()).collect();
    assert_eq!(shares, ["400.00", "401.00", "160.00"]);
}

#[test]
fn a_month_is_remitted_once_and_in_order() {
    let mut hall = three();
    assert_eq!(hall.refused(json!({"op": "remit", "month": "2026-06"})).0, "month-not-next");
    assert_eq!(hall.refused(json!({"op": "remit", "month": "2026-04"})).0, "month-not-next");
    hall.ok(json!({"op": "remit", "month": "2026-05"}));
    assert_eq!(hall.refused(json!({"op": "remit", "month": "2026-05"})).0, "roster-exists");
    hall.ok(json!({"op": "remit", "month": "2026-06"}));
}

#[test]
fn deleting_the_list_moves_the_roster_month_back() {
    let mut hall = three();
    assert_eq!(
        hall.refused(json!({"op": "delete_roster", "month": "2026-05"})).0,
        "roster-missing"
    );
    hall.ok(json!({"op": "remit", "month": "2026-05"}));
    hall.ok(json!({"op": "remit", "month": "2026-06"}));
    let (code, message) = hall.refused(json!({"op": "delete_roster", "month": "2026-05"}));
    assert_eq!(code, "revoke-in-reverse-order");
    assert!(message.ends_with("first delete_roster 2026-06"), "{message}");
    let answer = hall.ok(json!({"op": "delete_roster", "month": "2026-06"}));
    assert_eq!(answer["roster_month"], "2026-06");
    hall.ok(json!({"op": "delete_roster", "month": "2026-05"}));
    hall.ok(json!({"op": "remit", "month": "2026-05"}));
}

#[test]
fn a_sealed_employee_is_not_on_the_list() {
    let mut hall = three();
    hall.ok(json!({"op": "seal", "employee_id": "B", "month": "2026-05", "reason": "退休"}));
    assert_eq!(hall.ok(json!({"op": "remit", "month": "2026-05"}))["headcount"], 2);
}

#[test]
fn one_notice_is_over_chosen_lists_and_supplements() {
    let mut hall = three();
    let issue = |months: &[&str], supplements: bool| {
        json!({"op": "issue_notice", "months": months,
        "supplements": supplements})
    };
    assert_eq!(hall.refused(issue(&["2026-05"], false)).0, "roster-missing");
    assert_eq!(hall.refused(issue(&[], true)).0, "nothing-to-pay");
    hall.ok(json!({"op": "remit", "month": "2026-05"}));
    hall.ok(json!({"op": "supplement", "employee_id": "A", "for_month": "2026-03",
        "amount": "33.33"}));
    hall.ok(json!({"op": "remit", "month": "2026-06"}));
    assert_eq!(hall.refused(issue(&["2026-05", "2026-05"], false)).0, "double-remittance");
    let may = hall.ok(issue(&["2026-05"], false));
    assert_eq!(may["amount"], "1922.00");
    let (code, message) = hall.refused(issue(&["2026-05", "2026-06"], true));
    assert_eq!(code, "double-remittance");
    assert!(message.contains("revoke_notice it first"), "{message}");
    let rest = hall.ok(issue(&["2026-06"], true));
    assert_eq!(rest["amount"], "1955.33");
    hall.pay(may["reference"].as_str().unwrap());
    let (code, message) = hall.refused(issue(&["2026-05"], false));
    assert_eq!(code, "double-remittance");
    assert!(message.contains("was paid with"), "{message}");
}

#[test]
fn a_reference_is_unique_for_ever_and_the_same_in_a_replay() {
    let issue = json!({"op": "issue_notice", "months": ["2026-05"]});
    let run = |taken: &[usize]| {
        let mut hall = three();
        hall.ok(json!({"op": "remit", "month": "2026-05"}));
        let employer = hall.centre.employer(&Id::from("E1")).unwrap();
        let months = ["2026-05".parse().unwrap()];
        let on = "2026-05-11".parse().unwrap();
        let tried: Vec<_> = reference_candidates(employer, &months, on).take(4).collect();
        for index in taken {
            hall.centre.reserve_reference(tried[*index]);
        }
        let mut given = Vec::new();
        for _ in 0..3 {
            let reference = hall.ok(issue.clone())["reference"].as_str().unwrap().to_owned();
            hall.ok(json!({"op": "revoke_notice", "reference": reference}));
            given.push(reference);
        }
        (tried, given)
    };
    let (tried, given) = run(&[]);
    assert_eq!(given[0], tried[0].to_string());
    assert!(given[0] != given[1] && given[1] != given[2] && given[0] != given[2]);
    assert_eq!(given, run(&[]).1, "a replay gives the same");
    assert_eq!(
        run(&[0, 1]).1[0],
        tried[2].to_string(),
        "a reference given elsewhere is stepped over"
    );
}

/// Goal: references rise with the day of issue, and no slip of a payer gives another open notice. Method: an employer
/// issues and revokes on days of several years; all references are compared in pairs.
#[test]
fn references_rise_with_the_day_and_no_two_are_a_slip_apart() {
    let mut hall = three();
    hall.ok(json!({"op": "remit", "month": "2026-05"}));
    let mut given: Vec<PaymentReference> = Vec::new();
    for on in ["2026-05-11", "2026-05-12", "2026-12-31", "2027-01-01", "2028-12-31", "2029-01-01"] {
        let issue = json!({"op": "issue_notice", "months": ["2026-05"], "on": on});
        let mut of_day = Vec::new();
        for _ in 0..20 {
            let reference = hall.ok(issue.clone())["reference"].as_str().unwrap().to_owned();
            hall.ok(json!({"op": "revoke_notice", "reference": reference}));
            of_day.push(reference.parse::<PaymentReference>().unwrap());
        }
        assert!(given.iter().all(|before| of_day.iter().all(|one| before < one)), "{on}");
        given.extend(of_day);
    }
    assert!(given.iter().all(|one| one.has_check_digit()));
    assert!(given[0].to_string().starts_with("P26") && given[119].to_string().starts_with("P29"));
    for one in &given {
        assert!(one.slips().all(|(slip, _)| !given.contains(&slip)), "{one}");
    }
}

#[test]
fn a_reference_is_no_slip_away_from_an_imported_one_that_is_open() {
    let issue = json!({"op": "issue_notice", "months": ["2026-05"]});
    let with_imported = |status: NoticeStatus| {
        let mut hall = three();
        hall.ok(json!({"op": "remit", "month": "2026-05"}));
        let employer = hall.centre.employer(&Id::from("E1")).unwrap();
        let on = "2026-05-11".parse().unwrap();
        let months = ["2026-05".parse().unwrap()];
        let tried: Vec<_> = reference_candidates(employer, &months, on).take(2).collect();
        let (slip, _) = tried[0].slips().last().unwrap();
        let notice = PaymentNotice {
            reference: slip,
            employer_id: "E1".into(),
            amount: Money::from_fen(1),
            issued_on: on,
            month: "2026-05".parse().unwrap(),
            status,
        };
        hall.centre.import_notice(&notice).unwrap();
        let given = hall.ok(issue.clone())["reference"].as_str().unwrap().to_owned();
        tried.iter().position(|one| one.to_string() == given)
    };
    assert_eq!(with_imported(NoticeStatus::Awaiting), Some(1));
    assert_eq!(with_imported(NoticeStatus::Revoked), Some(0));
}

#[test]
fn a_paid_notice_posts_to_each_employee_exactly_its_line() {
    let mut hall = three();
    hall.ok(json!({"op": "supplement", "employee_id": "A", "for_month": "2026-03",
        "amount": "33.33"}));
    let reference = hall.remit_and_issue("2026-05");
    hall.pay(&reference);
    assert_eq!(hall.balance("E1", "A"), "833.33");
    assert_eq!(hall.balance("E1", "B"), "802.00");
    assert_eq!(hall.balance("E1", "C"), "320.00");
    let (employer, employee) = (Id::from("E1"), Id::from("A"));
    let statement: Vec<String> = hall
        .centre
        .statement(&employer, &employee)
        .map(|e| {
            format!(
                "{} {} {} {} {}",
                e.kind.in_language(Language::Chinese),
                e.for_month.unwrap(),
                e.employer_share,
                e.employee_share,
                e.balance
            )
        })
        .collect();
    assert_eq!(statement, ["汇缴 2026-05 400.00 400.00 800.00", "补缴 2026-03 16.67 16.66 833.33"]);
    let notice = hall.centre.notice(reference.parse().unwrap()).unwrap();
    let lines: Total = hall
        .centre
        .lines_of(notice)
        .flat_map(|line| [line.employer_share, line.employee_share])
        .sum();
    assert_eq!(lines, notice.amount);
    assert_eq!(notice.as_payment_notice().status, NoticeStatus::Paid);
    let ledger: Vec<_> = hall.centre.ledger(&employer).flat_map(|v| v.postings.clone()).collect();
    assert_eq!(ledger.len(), 2);
    assert_eq!((ledger[0].subject, ledger[0].debit), (Subject::BankDeposit, notice.amount));
    assert_eq!((ledger[1].subject, ledger[1].credit), (Subject::Contributions, notice.amount));
}

#[test]
fn bank_parts_must_be_the_notice_to_the_fen() {
    let mut hall = three();
    let reference = hall.remit_and_issue("2026-05").parse().unwrap();
    let pay = |parts: &[i64]| Payment {
        bank_parts: parts.iter().map(|fen| Money::from_fen(*fen)).collect(),
        from_advance: Money::ZERO,
    };
    for parts in [&[1921_99][..], &[1922_01], &[1000_00, 922_01], &[]] {
        let refusal = hall.centre.settle(reference, today(), &pay(parts)).unwrap_err();
        assert_eq!(refusal.code().code(), "amount-differs", "{parts:?}");
    }
    hall.centre.settle(reference, today(), &pay(&[1000_00, 922_00])).unwrap();
    let again = hall.centre.settle(reference, today(), &pay(&[1922_00])).unwrap_err();
    assert_eq!(again.code().code(), "notice-paid");
}

#[test]
fn the_advance_balance_takes_an_overpayment_and_pays_a_later_notice() {
    let mut hall = three();
    let reference = hall.remit_and_issue("2026-05");
    let employer = Id::from("E1");
    let pay = json!({"op": "pay_from_advance", "reference": reference});
    hall.centre.credit_advance(&employer, today(), Money::from_fen(1921_99)).unwrap();
    let (code, message) = hall.refused(pay.clone());
    assert_eq!(code, "advance-too-small");
    assert!(message.contains("is 1921.99, 1922.00 is needed"), "{message}");
    hall.centre.credit_advance(&employer, today(), Money::from_fen(10_01)).unwrap();
    hall.ok(pay);
    assert_eq!(hall.centre.employer_view(&employer).unwrap().advance, Money::from_fen(10_00));
    hall.centre.refund_advance(&employer, today(), Money::from_fen(10_00)).unwrap();
    hall.centre.refund_advance(&employer, today(), Money::from_fen(1)).unwrap_err();
    hall.centre.audit().unwrap();
    assert_eq!(hall.balance("E1", "A"), "800.00");
}

#[test]
fn a_notice_is_paid_by_bank_and_advance_together() {
    let mut hall = three();
    let reference = hall.remit_and_issue("2026-05").parse().unwrap();
    hall.centre.credit_advance(&Id::from("E1"), today(), Money::from_fen(22_00)).unwrap();
    let bank_parts = vec![Money::from_fen(1900_00)];
    let payment = Payment { bank_parts, from_advance: Money::from_fen(22_00) };
    hall.centre.settle(reference, today(), &payment).unwrap();
    hall.centre.audit().unwrap();
}

#[test]
fn money_never_moves_by_a_list_whose_lines_are_not_its_total() {
    let mut hall = three();
    let reference: remittance::PaymentReference = hall.remit_and_issue("2026-05").parse().unwrap();
    let (employer, month) = (Id::from("E1"), "2026-05".parse().unwrap());
    let mut roster = (**hall.centre.roster(&employer, month).unwrap()).clone();
    let whole = roster.clone();
    roster.lines = std::sync::Arc::new(Vec::new());
    hall.centre.load(roster.clone());
    let bank_parts = vec![Money::from_fen(1922_00)];
    let payment = Payment { bank_parts, from_advance: Money::ZERO };
    let refusal = hall.centre.settle(reference, today(), &payment).unwrap_err();
    assert_eq!(refusal.to_string(), format!("{reference} asks for 1922.00, its lines are 0.00"));
    hall.centre.load(whole);
    hall.centre.settle(reference, today(), &payment).unwrap();
}

#[test]
fn an_employer_of_a_core_system_has_books_before_it_enrols() {
    let mut hall = three();
    let known =
        Employer { employer_id: "C1".into(), name: "某单位".into(), ..Employer::default() };
    hall.centre.load(EmployerAccount::known(&known, today()));
    let notice = PaymentNotice {
        reference: "P1906133753".parse().unwrap(),
        employer_id: "C1".into(),
        amount: Money::from_fen(500_00),
        issued_on: today(),
        month: "2026-05".parse().unwrap(),
        status: NoticeStatus::Awaiting,
    };
    hall.centre.import_notice(&notice).unwrap();
    hall.pay("P1906133753");
    let employer = hall.centre.employer(&Id::from("C1")).unwrap();
    assert_eq!(employer.balances.clearing, Money::from_fen(500_00));
    assert_eq!(employer.as_employer(), known);
    hall.enrol("C1", "2026-05");
    let employer = hall.centre.employer(&Id::from("C1")).unwrap();
    assert_eq!(employer.balances.clearing, Money::from_fen(500_00));
}

#[test]
fn an_imported_notice_without_lines_settles_to_the_clearing_account() {
    let mut hall = three();
    let notice = PaymentNotice {
        reference: "P1906133753".parse().unwrap(),
        employer_id: "E1".into(),
        amount: Money::from_fen(500_00),
        issued_on: today(),
        month: "2026-05".parse().unwrap(),
        status: NoticeStatus::Awaiting,
    };
    hall.centre.import_notice(&notice).unwrap();
    assert_eq!(hall.centre.import_notice(&notice).unwrap_err().code().code(), "duplicate-notice");
    hall.pay("P1906133753");
    let view = hall.centre.employer_view(&Id::from("E1")).unwrap();
    assert_eq!((view.clearing, view.fund), (Money::from_fen(500_00), Money::ZERO));
}

#[test]
fn a_list_paid_after_a_transfer_follows_the_employee() {
    let mut hall = three();
    hall.enrol("E2", "2026-05");
    let reference = hall.remit_and_issue("2026-05");
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-06", "reason": "调出"}));
    hall.ok(json!({"op": "transfer", "employee_id": "A", "from_employer": "E1",
        "to_employer": "E2", "city": "柳州"}));
    hall.pay(&reference);
    assert_eq!(hall.balance("E2", "A"), "800.00");
    assert_eq!(hall.balance("E1", "A"), "0.00");
    assert_eq!(hall.balance("E1", "B"), "802.00");
    // And back, with its balance: the transit balance is zero over the centre.
    hall.ok(json!({"op": "transfer", "employee_id": "A", "from_employer": "E2",
        "to_employer": "E1", "city": "柳州"}));
    hall.centre.audit_entries().unwrap();
    assert_eq!(hall.balance("E1", "A"), "800.00");
    let transit = |id: &str| hall.centre.employer(&Id::from(id)).unwrap().balances.transit.fen();
    assert_eq!(transit("E1") + transit("E2"), 0);
}

#[test]
fn nobody_is_remitted_twice_for_a_month_by_way_of_a_transfer() {
    let mut hall = three();
    hall.enrol("E2", "2026-05");
    hall.ok(json!({"op": "remit", "month": "2026-05"}));
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-06", "reason": "调出"}));
    hall.ok(json!({"op": "transfer", "employee_id": "A", "from_employer": "E1",
        "to_employer": "E2", "city": "柳州"}));
    let unseal = |month: &str| {
        json!({"op": "unseal", "employer_id": "E2", "employee_id": "A",
        "month": month})
    };
    let (code, message) = hall.refused(unseal("2026-05"));
    assert_eq!(code, "double-remittance");
    assert!(message.ends_with("keep the account sealed until 2026-06"), "{message}");
    hall.ok(json!({"op": "remit", "employer_id": "E2", "month": "2026-05"}));
    hall.ok(unseal("2026-06"));
    let answer = hall.ok(json!({"op": "remit", "employer_id": "E2", "month": "2026-06"}));
    assert_eq!(answer["headcount"], 1);
}

#[test]
fn queries_and_log_tell_what_happened() {
    let mut hall = three();
    let reference = hall.remit_and_issue("2026-05");
    hall.pay(&reference);
    let (employer, employee) = (Id::from("E1"), Id::from("A"));
    let view = serde_json::to_value(hall.centre.employee_view(&employer, &employee)).unwrap();
    assert_eq!(
        view,
        json!({"employee_id": "A", "employer_id": "E1", "name": "某人", "status": "active",
            "base": "5000.00", "monthly": "800.00", "balance": "800.00",
            "opening_balance": "0.00"})
    );
    let log: Vec<(&str, LogKind)> =
        hall.centre.log(&employer).map(|entry| (entry.what.as_str(), entry.kind)).collect();
    use LogKind::{Paid, Submitted};
    assert_eq!(
        log,
        [
            ("open_employer", Submitted),
            ("open_account", Submitted),
            ("open_account", Submitted),
            ("open_account", Submitted),
            ("remit", Submitted),
            ("issue_notice", Submitted),
            ("settle", Paid),
        ]
    );
    assert_eq!(hall.centre.registers(&employer).count(), 3);
    assert_eq!(hall.centre.rosters(&employer).count(), 1);
    assert_eq!(hall.centre.accounts_by_number(&employee).count(), 1);
}
