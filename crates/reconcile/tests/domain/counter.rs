//! Corrections by two persons at the counter: paid lines, identities, numbers.

use crate::hall::{Hall, id_no, today};
use remittance::{Id, Money, RefusalCode, YearMonth};
use serde_json::{Value, json};

/// E1 with A and B; May is listed, with a supplement of A for April, all of it paid.
fn paid() -> (Hall, String) {
    paid_in(Hall::with_employer())
}

fn paid_in(mut hall: Hall) -> (Hall, String) {
    hall.hire("A", 1, "2026-05");
    hall.hire("B", 2, "2026-05");
    hall.ok(json!({"op": "supplement", "employee_id": "A", "for_month": "2026-04",
        "amount": "100.01"}));
    let reference = hall.remit_and_issue("2026-05");
    hall.pay(&reference);
    (hall, reference)
}

fn by_two(mut operation: Value) -> Value {
    for (key, value) in [("by", "017"), ("approved_by", "008"), ("reason", "更正")] {
        if operation.get(key).is_none() {
            operation[key] = json!(value);
        }
    }
    operation
}

fn correct(employee: &str, amount: &str) -> Value {
    by_two(json!({"op": "correct_paid", "employee_id": employee, "month": "2026-05",
        "amount": amount}))
}

fn advance(hall: &Hall) -> String {
    hall.centre.employer(&Id::from("E1")).unwrap().balances.advance.to_string()
}

fn asked(hall: &Hall, employer: &str, employee: &str) -> (String, bool) {
    let account = hall.centre.account(&Id::from(employer), &Id::from(employee)).unwrap();
    let month: YearMonth = "2026-05".parse().unwrap();
    let year = hall.centre.policy().contribution_year(month);
    (account.year_total(year).to_string(), account.is_listed(year, month))
}

#[test]
fn what_was_paid_goes_back_in_red_to_the_advance_balance() {
    let (mut hall, reference) = paid();
    let answer = hall.ok(correct("A", "160.00"));
    assert_eq!((&answer["reference"], &answer["amount"]), (&json!(reference), &json!("160.00")));
    assert_eq!((hall.balance("E1", "A"), advance(&hall)), ("740.01".into(), "160.00".into()));
    assert_eq!(asked(&hall, "E1", "A"), ("740.01".into(), true));
    let entries: Vec<_> = hall.centre.statement(&Id::from("E1"), &Id::from("A")).cloned().collect();
    let red = serde_json::to_value(&**entries.last().unwrap()).unwrap();
    for (key, want) in [
        ("kind", "correction"),
        ("amount", "-160.00"),
        ("employer_share", "-80.00"),
        ("employee_share", "-80.00"),
        ("for_month", "2026-05"),
        ("balance", "740.01"),
    ] {
        assert_eq!(red[key], want, "{key}");
    }
    let voucher = hall.centre.ledger(&Id::from("E1")).last().cloned().unwrap();
    assert_eq!(
        serde_json::to_value(&voucher.postings).unwrap(),
        json!([{"subject": "201 住房公积金", "debit": "0.00", "credit": "-160.00"},
            {"subject": "21903 单位暂存款", "debit": "0.00", "credit": "160.00"}])
    );
    // The list and the notice keep what was paid; the correction is shown beside them.
    let notice = hall.centre.notice(reference.parse().unwrap()).unwrap();
    let lines: Vec<_> = hall.centre.lines_of(notice).collect();
    let corrected: Vec<String> = lines.iter().map(|line| line.corrected.to_string()).collect();
    assert_eq!(
        (lines[0].employer_share.to_string(), notice.amount.to_string()),
        ("400.00".into(), "1700.01".into())
    );
    assert_eq!(corrected, ["160.00", "0.00", "0.00"]);
    let log = hall.centre.log(&Id::from("E1")).last().cloned().unwrap();
    let log = serde_json::to_value(&*log).unwrap();
    assert_eq!(log["by"], "017");
    assert_eq!(
        log["counter"],
        json!({"approved_by": "008", "reason": "更正", "before": "800.00", "after": "640.00"})
    );
    // It pays the next notice.
    let june = hall.remit_and_issue("2026-06");
    let amount = hall.centre.notice(june.parse().unwrap()).unwrap().amount;
    let from_advance = Money::from_fen(160_00);
    let bank_parts = vec![amount.checked_sub(from_advance).unwrap()];
    let payment = remittance::Payment { bank_parts, from_advance };
    hall.centre.settle(june.parse().unwrap(), today(), &payment).unwrap();
    assert_eq!(advance(&hall), "0.00");
    hall.centre.audit_entries().unwrap();
}

#[test]
fn a_correction_never_takes_more_than_the_line_or_the_employee_has() {
    let (mut hall, _) = paid();
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (correct("A", "800.01"), "above-line"),
        (correct("A", "0.00"), "amount-not-positive"),
        (correct("C", "1.00"), "not-listed"),
        (by_two(json!({"op": "correct_paid", "employee_id": "A", "month": "2026-06", "amount": "1.00"})), "roster-missing"),
        (by_two(json!({"op": "correct_paid", "employee_id": "A", "month": "2026-05", "amount": "1.00", "register_id": "E1-R99"})), "unknown-register"),
        (by_two(json!({"op": "correct_paid", "employee_id": "A", "month": "2026-05", "amount": "1.00", "approved_by": "017"})), "two-persons-required"),
        (json!({"op": "correct_paid", "employee_id": "A", "month": "2026-05", "amount": "1.00", "by": "017", "reason": "x"}), "two-persons-required"),
        (by_two(json!({"op": "correct_paid", "employee_id": "A", "month": "2026-05", "amount": "1.00", "reason": " "})), "reason-missing"),
    ];
    for (operation, code) in rows {
        assert_eq!(hall.refused(operation.clone()).0, code, "{operation}");
    }
    hall.ok(correct("A", "500.00"));
    let (code, message) = hall.refused(correct("A", "300.01"));
    assert_eq!(code, "above-line");
    assert!(message.starts_with("300.00 is left of what"), "{message}");
    hall.ok(correct("A", "300.00"));
    // Nothing is left of May: the employer that should have paid it may do so.
    assert_eq!(asked(&hall, "E1", "A"), ("100.01".into(), false));
    assert_eq!((hall.balance("E1", "A"), advance(&hall)), ("100.01".into(), "800.00".into()));

    // An unpaid list is corrected by deleting it.
    hall.ok(json!({"op": "remit", "month": "2026-06"}));
    let june = by_two(
        json!({"op": "correct_paid", "employee_id": "A", "month": "2026-06", "amount": "1.00"}),
    );
    assert_eq!(hall.refused(june).0, "not-paid");
}

#[test]
fn a_supplement_is_corrected_under_its_register() {
    let (mut hall, reference) = paid();
    let of = |amount: &str| {
        by_two(json!({"op": "correct_paid", "employee_id": "A", "month": "2026-04",
            "register_id": "E1-R4", "amount": amount}))
    };
    hall.ok(of("33.34"));
    assert_eq!(hall.refused(of("66.68")).0, "above-line");
    hall.ok(of("66.67"));
    assert_eq!((hall.balance("E1", "A"), advance(&hall)), ("800.00".into(), "100.01".into()));
    assert_eq!(asked(&hall, "E1", "A"), ("800.00".into(), true));
    let notice = hall.centre.notice(reference.parse().unwrap()).unwrap();
    let corrected: Vec<_> =
        hall.centre.lines_of(notice).map(|line| line.corrected.to_string()).collect();
    assert_eq!(corrected, ["0.00", "0.00", "100.01"]);
}

#[test]
fn a_correction_follows_the_account_and_stops_where_its_money_is_gone() {
    let (mut hall, _) = paid();
    hall.enrol("E2", "2026-05");
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-06", "reason": "调出"}));
    hall.ok(json!({"op": "transfer", "employee_id": "A", "from_employer": "E1",
        "to_employer": "E2", "city": "柳州"}));
    hall.ok(correct("A", "800.00"));
    assert_eq!((hall.balance("E2", "A"), advance(&hall)), ("100.01".into(), "800.00".into()));
    assert_eq!(asked(&hall, "E2", "A"), ("100.01".into(), false));
    let fund = |id: &str| hall.centre.employer(&Id::from(id)).unwrap().balances.fund.to_string();
    assert_eq!((fund("E1"), fund("E2")), ("800.00".into(), "100.01".into()));
    // The month is free: E2 may list A for May.
    hall.ok(json!({"op": "unseal", "employer_id": "E2", "employee_id": "A", "month": "2026-05"}));
    hall.ok(json!({"op": "remit", "employer_id": "E2", "month": "2026-05"}));
}

#[test]
fn a_settlement_that_was_corrected_is_not_booked_back_and_the_way_is_named() {
    let (mut hall, reference) = paid();
    hall.ok(correct("B", "1.00"));
    let refused = hall.centre.reverse_settlement(reference.parse().unwrap(), today()).unwrap_err();
    assert_eq!(refused.code(), RefusalCode::Corrected);
    assert!(refused.to_string().contains("with correct_paid"), "{refused}");
    assert!(
        hall.refused(json!({"op": "revoke_notice", "reference": reference}))
            .1
            .contains("correct_paid")
    );
}

#[test]
fn a_name_and_a_number_are_corrected_wherever_the_person_has_the_account() {
    let (mut hall, _) = paid();
    hall.enrol("E2", "2026-05");
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-06", "reason": "调出"}));
    hall.ok(json!({"op": "transfer", "employee_id": "A", "from_employer": "E1",
        "to_employer": "E2", "city": "柳州"}));
    let right = |employer: &str| {
        by_two(json!({"op": "correct_identity", "employer_id": employer, "employee_id": "A",
            "name": "张某", "id_no": id_no(7)}))
    };
    assert_eq!(hall.refused(right("E1")).0, "unknown-employee"); // It is at E2 now.
    hall.ok(right("E2"));
    for employer in ["E1", "E2"] {
        let account = hall.centre.account(&Id::from(employer), &Id::from("A")).unwrap();
        assert_eq!(
            (account.name.as_str(), account.id_no.clone()),
            ("张某", id_no(7)),
            "{employer}"
        );
        let log = hall.centre.log(&Id::from(employer)).last().cloned().unwrap();
        let counter = log.counter.as_ref().unwrap();
        assert_eq!(counter.before, format!("A 某人 {}", id_no(1)));
        assert_eq!(counter.after, format!("A 张某 {}", id_no(7)));
    }
    // The old number is free, the new one is taken.
    hall.ok(json!({"op": "open_account", "employee_id": "C", "id_no": id_no(1), "name": "某人",
        "base": "5000.00", "month": "2026-06"}));
    let taken = by_two(json!({"op": "correct_identity", "employee_id": "C", "id_no": id_no(2)}));
    let (code, message) = hall.refused(taken);
    assert_eq!(code, "duplicate-account");
    assert!(message.contains("merge_employees"), "{message}");
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (by_two(json!({"op": "correct_identity", "employee_id": "C", "id_no": "1"})), "invalid-id-no"),
        (by_two(json!({"op": "correct_identity", "employee_id": "C", "name": "某人"})), "nothing-changes"),
        (by_two(json!({"op": "correct_identity", "employee_id": "C", "name": " "})), "nothing-changes"),
        (json!({"op": "correct_identity", "employee_id": "C", "name": "李某", "reason": "x"}), "two-persons-required"),
    ];
    for (operation, code) in rows {
        assert_eq!(hall.refused(operation.clone()).0, code, "{operation}");
    }
}

fn merge(employer: &str, employee: &str, into: &str) -> Value {
    by_two(json!({"op": "merge_employees", "employer_id": employer, "employee_id": employee,
        "into": into}))
}

#[test]
fn two_accounts_of_one_person_become_one_and_what_waits_settles_to_it() {
    let (mut hall, _) = paid();
    // June lists both; July only B, after A is sealed.
    let june = hall.remit_and_issue("2026-06");
    let (code, message) = hall.refused(merge("E1", "A", "B"));
    assert_eq!(code, "double-remittance");
    assert!(message.contains("correct_paid"), "{message}");
    hall.pay(&june);
    hall.ok(correct("A", "800.00"));
    hall.ok(by_two(
        json!({"op": "correct_paid", "employee_id": "A", "month": "2026-06", "amount": "800.00"}),
    ));
    hall.ok(
        json!({"op": "supplement", "employee_id": "A", "for_month": "2026-03", "amount": "50.00"}),
    );
    let waits = hall.ok(json!({"op": "issue_notice", "supplements": true}));
    let answer = hall.ok(merge("E1", "A", "B"));
    assert_eq!((&answer["employee_id"], &answer["amount"]), (&json!("B"), &json!("100.01")));
    assert_eq!(
        (hall.balance("E1", "A"), hall.balance("E1", "B")),
        ("0.00".into(), "1700.01".into())
    );
    assert_eq!(hall.status("E1", "A"), "merged");
    hall.pay(waits["reference"].as_str().unwrap());
    assert_eq!(
        (hall.balance("E1", "A"), hall.balance("E1", "B")),
        ("0.00".into(), "1750.01".into())
    );
    // The history of the ended number is still there, and a query for it says where it went.
    assert_eq!(hall.centre.statement(&Id::from("E1"), &Id::from("A")).count(), 6);
    let (code, message) = hall
        .refused(json!({"op": "seal", "employee_id": "A", "month": "2026-07", "reason": "离职"}));
    assert_eq!(code, "unknown-employee");
    assert!(message.contains("merged into B"), "{message}");
    assert_eq!(hall.refused(merge("E1", "A", "B")).0, "unknown-employee");
    assert_eq!(hall.refused(merge("E1", "B", "B")).0, "same-employee");
    assert_eq!(hall.refused(merge("E1", "B", "Z")).0, "unknown-employee");
    // The mistyped number is free for its real owner.
    hall.ok(json!({"op": "open_account", "employee_id": "C", "id_no": id_no(1), "name": "某人",
        "base": "5000.00", "month": "2026-07"}));
    let july = hall.ok(json!({"op": "remit", "month": "2026-07"}));
    assert_eq!(july["headcount"], 2);
    // A correction of the old number's payment follows it.
    hall.ok(by_two(json!({"op": "correct_paid", "employee_id": "A", "month": "2026-04",
        "register_id": "E1-R4", "amount": "100.01"})));
    assert_eq!(hall.balance("E1", "B"), "1650.00");
}

#[test]
fn numbers_of_one_person_at_several_employers_become_one() {
    let mut rules = reconcile::rulebook::policy::shipped().unwrap();
    rules.several_employers = true;
    let mut hall = Hall::under(rules);
    hall.enrol("E1", "2026-05");
    let (mut hall, _) = paid_in(hall);
    hall.enrol("E2", "2026-05");
    hall.ok(
        json!({"op": "open_account", "employer_id": "E2", "employee_id": "Z", "id_no": id_no(1),
        "name": "某人", "base": "5000.00", "month": "2026-05"}),
    );
    hall.ok(merge("E1", "A", "Z"));
    assert_eq!(hall.balance("E1", "Z"), "900.01");
    assert_eq!(asked(&hall, "E1", "Z"), ("900.01".into(), true));
    let number = Id::from("Z");
    assert_eq!(hall.centre.accounts_by_number(&number).count(), 2);
    // The obstacle is the sealed and forwarded account at E2, not the number.
    let listed = hall.ok(json!({"op": "remit", "month": "2026-06"}));
    assert_eq!(listed["headcount"], 2);
}

#[test]
fn a_person_without_a_resident_card_has_another_document() {
    let mut hall = Hall::with_employer();
    let open = |employee: &str, id_type: &str, number: &str| {
        json!({"op": "open_account", "employee_id": employee, "id_type": id_type, "id_no": number,
            "name": "某人", "base": "5000.00", "month": "2026-05"})
    };
    hall.ok(open("P", "护照", "e1234 5678"));
    hall.ok(open("H", "hk-macau-permit", "H12345678"));
    // One number with two types is two documents. The same one again is the same person.
    hall.ok(open("Q", "passport", "H12345678"));
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (open("R", "passport", "E12345678"), "duplicate-account"),
        (open("R", "hk-macau-permit", "H1234567801"), "duplicate-account"), // Renewed, the same person.
        (open("R", "taiwan-permit", "1234567"), "invalid-id-no"),
        (open("R", "resident-card", "E12345678"), "invalid-id-no"),
    ];
    for (operation, code) in rows {
        assert_eq!(hall.refused(operation.clone()).0, code, "{operation}");
    }
    let found = |kind, number| {
        let found = hall.centre.find_by_document(&Id::from("E1"), kind, number);
        found.map(|account| account.employee_id.to_string())
    };
    use remittance::document::DocumentType as D;
    assert_eq!(found(D::Passport, "E12345678").as_deref(), Some("P"));
    assert_eq!(found(D::HongKongMacauPermit, "h12345678").as_deref(), Some("H"));
    assert_eq!(found(D::TaiwanPermit, "12345678"), None);
    // The type was wrong: the permit was a passport of that number; another person's is refused.
    let correct = |number: &str| {
        by_two(json!({"op": "correct_identity", "employee_id": "H", "id_type": "passport",
            "id_no": number}))
    };
    assert_eq!(hall.refused(correct("H12345678")).0, "duplicate-account");
    hall.ok(correct("H87654321"));
    let account = hall.centre.account(&Id::from("E1"), &Id::from("H")).unwrap();
    assert_eq!(account.id_no, "passport:H87654321");
}

#[test]
fn transfers_in_bulk_are_filed_saved_and_submitted_whole() {
    let mut hall = Hall::with_employer();
    for employer in ["E2", "E3"] {
        hall.enrol(employer, "2026-05");
    }
    for (employee, number) in [("A", 1), ("B", 2), ("C", 3)] {
        hall.hire(employee, number, "2026-05");
    }
    let line = |employee: &str, to: &str| json!({"employee_id": employee, "to_employer": to});
    let both = json!({"transfer": [line("A", "E2"), line("B", "E3")]});
    let file =
        |register: &Value| json!({"op": "file_register", "month": "2026-05", "register": register});
    assert_eq!(hall.refused(file(&both)).0, "not-sealed");
    for employee in ["A", "B"] {
        hall.ok(
            json!({"op": "seal", "employee_id": employee, "month": "2026-05", "reason": "调出"}),
        );
    }
    let one_wrong = json!({"transfer": [line("A", "E2"), line("C", "E2")]});
    assert_eq!(hall.refused(file(&one_wrong)).0, "not-sealed");
    assert_eq!(hall.status("E1", "A"), "sealed", "nobody went");
    let away = json!({"transfer": [{"employee_id": "A", "to_employer": "E2", "city": "南宁"}]});
    assert_eq!(hall.refused(file(&away)).0, "outside-city");
    let saved = hall.ok(json!({"op": "save_register", "month": "2026-05", "register": both}));
    assert_eq!((saved["headcount"].clone(), hall.status("E1", "A")), (json!(2), "sealed".into()));
    let id = saved["register_id"].as_str().unwrap().to_owned();
    hall.ok(json!({"op": "submit_register", "register_id": id}));
    assert_eq!(
        (hall.status("E2", "A"), hall.status("E3", "B")),
        ("sealed".into(), "sealed".into())
    );
    assert_eq!(hall.centre.transfers(&Id::from("E1")).count(), 2);
    // Each can be revoked alone, the latest first.
    let last = hall.centre.transfers(&Id::from("E1")).last().unwrap().register_id();
    hall.ok(json!({"op": "revoke", "month": "2026-05", "register_id": last}));
    assert_eq!(
        (hall.status("E2", "A"), hall.status("E1", "B")),
        ("sealed".into(), "sealed".into())
    );
}

#[test]
fn who_has_no_electronic_seal_changes_key_information_by_two_persons() {
    let mut hall = Hall::with_employer();
    hall.ok(
        json!({"op": "open_employer", "employer_id": "G1", "name": "某局", "kind": "government",
        "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2026-05"}),
    );
    let rename = json!({"op": "update_key", "employer_id": "G1", "name": "某某局"});
    let (code, message) = hall.refused(rename.clone());
    assert_eq!(code, "seal-required");
    assert!(message.contains("by, approved_by and a reason"), "{message}");
    let mut alone = rename.clone();
    alone["by"] = json!("017");
    alone["approved_by"] = json!("017");
    assert_eq!(hall.refused(alone).0, "two-persons-required");
    let mut silent = by_two(rename.clone());
    silent["reason"] = json!("");
    assert_eq!(hall.refused(silent).0, "reason-missing");
    hall.ok(by_two(rename));
    let log = hall.centre.log(&Id::from("G1")).last().cloned().unwrap();
    let counter = log.counter.clone().unwrap();
    assert_eq!(counter.approved_by, "008");
    assert!(counter.before.starts_with("某局 ") && counter.after.starts_with("某某局 "));
}

fn approved(op: &str, rest: Value) -> Value {
    let mut operation = by_two(json!({"op": op, "from": "2026-06", "to": "2026-08",
        "approval": "柳房金〔2026〕8号"}));
    for (key, value) in rest.as_object().unwrap() {
        operation[key] = value.clone();
    }
    operation
}

#[test]
fn low_rates_are_approved_for_a_while_and_end_by_themselves() {
    let mut hall = Hall::with_employer();
    let low = json!({"employer_rate": "0.03", "employee_rate": "0.05"});
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (json!({"op": "adjust_rate", "employer_rate": "0.03", "employee_rate": "0.05", "month": "2026-06"}), "rate-below-minimum"),
        (approved("allow_low_rates", json!({"employer_rate": "0", "employee_rate": "0.05"})), "rate-below-minimum"),
        (approved("allow_low_rates", json!({"employer_rate": "0.13", "employee_rate": "0.05"})), "rate-above-maximum"),
        (approved("allow_low_rates", json!({"employer_rate": "0.03", "employee_rate": "0.05", "approval": " "})), "approval-missing"),
        (approved("allow_low_rates", json!({"employer_rate": "0.03", "employee_rate": "0.05", "to": "2026-05"})), "span-backwards"),
        (approved("allow_low_rates", json!({"employer_rate": "0.03", "employee_rate": "0.05", "approved_by": "017"})), "two-persons-required"),
    ];
    for (operation, code) in rows {
        assert_eq!(hall.refused(operation.clone()).0, code, "{operation}");
    }
    hall.hire("A", 1, "2026-05");
    hall.ok(approved("allow_low_rates", low));
    let total = |hall: &mut Hall, month: &str| {
        hall.ok(json!({"op": "remit", "month": month}))["total"].clone()
    };
    assert_eq!(total(&mut hall, "2026-05"), "800.00");
    assert_eq!(total(&mut hall, "2026-06"), "400.00");
    // The employer's own adjustment of the year is still available after the approval ends.
    hall.ok(json!({"op": "adjust_rate", "employer_rate": "0.10", "employee_rate": "0.10", "month": "2026-10"}));
    assert_eq!(total(&mut hall, "2026-07"), "400.00");
    assert_eq!(total(&mut hall, "2026-08"), "400.00");
    assert_eq!(total(&mut hall, "2026-09"), "800.00");
    assert_eq!(total(&mut hall, "2026-10"), "1000.00");
    assert_eq!(
        hall.refused(approved(
            "allow_low_rates",
            json!({"employer_rate": "0.03", "employee_rate": "0.05"})
        ))
        .0,
        "roster-exists"
    );
}

#[test]
fn a_month_is_owed_five_days_after_the_payday_and_a_deferred_one_after_its_deferral() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let owed = |hall: &Hall, on: &str| -> Vec<String> {
        let employer = hall.centre.employer(&Id::from("E1")).unwrap();
        let unpaid: Vec<_> = hall
            .centre
            .rosters(&Id::from("E1"))
            .filter(|r| r.paid_on.is_none())
            .map(|r| r.month)
            .collect();
        let owed = employer.owed(hall.centre.policy(), &unpaid, on.parse().unwrap(), |day| day);
        owed.iter().map(|owed| format!("{} {}", owed.month, owed.due_on)).collect()
    };
    // No known payday: the month's last day, and five more days.
    assert_eq!(owed(&hall, "2026-06-05"), [""; 0]);
    assert_eq!(owed(&hall, "2026-06-06"), ["2026-05 2026-06-05"]);
    for day in [0, 32] {
        assert_eq!(hall.refused(json!({"op": "update_basic", "payday": day})).0, "invalid-payday");
    }
    hall.ok(json!({"op": "update_basic", "payday": 10}));
    assert_eq!(owed(&hall, "2026-05-15"), [""; 0]);
    assert_eq!(owed(&hall, "2026-06-16"), ["2026-05 2026-05-15", "2026-06 2026-06-15"]);
    // An unpaid list is owed; a paid one is not.
    let reference = hall.remit_and_issue("2026-05");
    assert_eq!(owed(&hall, "2026-05-16"), ["2026-05 2026-05-15"]);
    hall.pay(&reference);
    assert_eq!(owed(&hall, "2026-05-16"), [""; 0]);
    hall.ok(approved("defer", json!({})));
    assert_eq!(
        hall.refused(approved("defer", json!({"from": "2026-08", "to": "2026-09"}))).0,
        "already-deferred"
    );
    assert_eq!(hall.refused(approved("defer", json!({"reason": ""}))).0, "reason-missing");
    assert_eq!(owed(&hall, "2026-09-15"), [""; 0]);
    let all =
        ["2026-06", "2026-07", "2026-08", "2026-09"].map(|month| format!("{month} 2026-09-15"));
    assert_eq!(owed(&hall, "2026-09-16"), all);
    // The list can be made while the month is deferred.
    hall.ok(json!({"op": "remit", "month": "2026-06"}));
    assert_eq!(owed(&hall, "2026-09-15"), [""; 0]);
}
