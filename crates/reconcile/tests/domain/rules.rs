//! The handbook's rules, one test a rule, through an employer's operations.
//!
//! `month.rs` has the rules of the month's list, notices, payment and revocation.

use crate::hall::{Hall, id_no};
use reconcile::rulebook::policy;
use remittance::Id;
use remittance::policy::OncePer;

use serde_json::{Value, json};

fn employer(changes: Value) -> Value {
    let mut op = json!({"op": "open_employer", "employer_id": "E9", "name": "甲公司", "kind": "company",
        "agent": {"name": "乙"}, "employer_rate": "0.08", "employee_rate": "0.08",
        "first_month": "2026-05", "channel": "online"});
    for (key, value) in changes.as_object().unwrap() {
        op[key] = value.clone();
    }
    op
}

#[test]
fn an_employer_enrols_at_the_counter_or_as_a_new_company_online() {
    let mut hall = Hall::empty();
    hall.ok(employer(json!({})));
    assert_eq!(hall.refused(employer(json!({}))).0, "duplicate-employer");
    let institution = json!({"employer_id": "E8", "kind": "institution"});
    assert_eq!(hall.refused(employer(institution.clone())).0, "channel-not-allowed");
    let mut at_the_counter = institution;
    at_the_counter["channel"] = json!("counter");
    hall.ok(employer(at_the_counter));
}

#[test]
fn rates_are_never_below_five_nor_above_twelve_percent() {
    let mut hall = Hall::with_employer();
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("0.05",   "0.05",   "ok"),
        ("0.12",   "0.12",   "ok"),
        ("0.0499", "0.08",   "rate-below-minimum"),
        ("0.08",   "0.0499", "rate-below-minimum"),
        ("0.1201", "0.08",   "rate-above-maximum"),
        ("0.08",   "0.13",   "rate-above-maximum"),
    ];
    for (index, (employer_rate, employee_rate, want)) in rows.into_iter().enumerate() {
        let rates = json!({"employer_id": format!("N{index}"), "employer_rate": employer_rate,
            "employee_rate": employee_rate});
        let answer = hall.apply(employer(rates));
        assert_eq!(
            answer["error"].as_str().unwrap_or("ok"),
            want,
            "{employer_rate} {employee_rate}"
        );
        if want != "ok" {
            let op = json!({"op": "adjust_rate", "employer_rate": employer_rate,
                "employee_rate": employee_rate, "month": "2026-05"});
            assert_eq!(hall.refused(op).0, want, "adjusted to {employer_rate} {employee_rate}");
        }
    }
}

#[test]
fn basic_information_changes_at_once_and_key_information_under_a_companys_seal() {
    let mut hall = Hall::with_employer();
    hall.ok(json!({"op": "update_basic", "mobile": "13900000000"}));
    let id = Id::from("E1");
    assert_eq!(hall.centre.employer(&id).unwrap().agent.mobile.as_deref(), Some("13900000000"));
    assert_eq!(hall.centre.employer(&id).unwrap().agent.name, "经办人");
    for seal in [json!(null), json!(""), json!("  ")] {
        let op = json!({"op": "update_key", "name": "新名", "seal_ref": seal});
        assert_eq!(hall.refused(op).0, "seal-required");
    }
    hall.ok(json!({"op": "update_key", "name": "新名", "seal_ref": "S-1"}));
    assert_eq!(hall.centre.employer(&id).unwrap().name, "新名");
    hall.ok(employer(json!({"employer_id": "G1", "kind": "government", "channel": "counter"})));
    let op = json!({"op": "update_key", "employer_id": "G1", "name": "新名", "seal_ref": "S-1"});
    let (code, message) = hall.refused(op);
    assert_eq!(code, "seal-required");
    assert!(message.contains("at the counter"), "{message}");
}

#[test]
fn an_account_is_opened_once_per_employer_with_a_right_identity_number() {
    let mut rules = policy::shipped().unwrap();
    rules.several_employers = true;
    let mut hall = Hall::under(rules);
    hall.enrol("E1", "2026-05");
    let open = |id: &str| {
        json!({"op": "open_account", "id_no": id, "name": "某人",
        "base": "5000.00", "month": "2026-05"})
    };
    let answer = hall.ok(open(&id_no(1)));
    assert_eq!(answer["monthly"], "800.00");
    assert!(answer["employee_id"].as_str().unwrap().starts_with('E'));
    assert_eq!(hall.refused(open(&id_no(1))).0, "duplicate-account");
    let given = json!({"op": "open_account", "id_no": id_no(2), "name": "某人", "base": "5000.00",
        "month": "2026-05", "employee_id": answer["employee_id"]});
    assert_eq!(hall.refused(given).0, "duplicate-account");
    let mut wrong = id_no(3);
    let last = wrong.pop().unwrap();
    wrong.push(if last == '1' { '2' } else { '1' });
    assert_eq!(hall.refused(open(&wrong)).0, "invalid-id-no");
    assert_eq!(hall.refused(open("110105491231002")).0, "invalid-id-no");
    hall.enrol("E2", "2026-05");
    let mut elsewhere = open(&id_no(1));
    elsewhere["employer_id"] = json!("E2");
    let other = hall.ok(elsewhere);
    assert_eq!(other["employee_id"], answer["employee_id"], "a person has one number");
}

#[test]
fn a_base_lies_inside_floor_and_cap() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let limits = hall.centre.policy().bases.in_month("2026-05".parse().unwrap());
    let (floor, cap) = (limits.floor.to_string(), limits.cap.to_string());
    let off = |money: remittance::Money, fen: i64| {
        remittance::Money::from_fen(money.fen() + fen).to_string()
    };
    let rows = [
        (off(limits.floor, -1), "base-below-floor"),
        (off(limits.cap, 1), "base-above-cap"),
        (floor, "ok"),
        (cap, "ok"),
    ];
    for (number, (base, want)) in rows.into_iter().enumerate() {
        let number = u32::try_from(number).unwrap() + 10;
        let open = json!({"op": "open_account", "id_no": id_no(number), "name": "某人", "base": base,
            "month": "2026-05"});
        assert_eq!(hall.apply(open)["error"].as_str().unwrap_or("ok"), want, "{base}");
        if want != "ok" {
            let adjust = json!({"op": "adjust_base", "employee_id": "A", "base": base,
                "month": "2026-05"});
            assert_eq!(hall.refused(adjust).0, want, "{base}");
        }
    }
}

#[test]
fn a_register_is_filed_for_the_next_month_to_remit() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let seal = |month: &str| {
        json!({"op": "seal", "employee_id": "A", "month": month,
        "reason": "离职"})
    };
    assert_eq!(hall.refused(seal("2026-06")).0, "month-not-next");
    assert_eq!(hall.refused(seal("2026-04")).0, "month-not-next");
    hall.ok(json!({"op": "remit", "month": "2026-05"}));
    let (code, message) = hall.refused(seal("2026-05"));
    assert_eq!(code, "roster-exists");
    assert!(message.contains("delete_roster"), "{message}");
    hall.ok(seal("2026-06"));
}

#[test]
fn a_sealed_account_is_unsealed_and_the_base_may_change_with_it() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let unseal = json!({"op": "unseal", "employee_id": "A", "month": "2026-05", "base": "6000.00"});
    assert_eq!(hall.refused(unseal.clone()).0, "not-sealed");
    let seal = json!({"op": "seal", "employee_id": "A", "month": "2026-05", "reason": "resigned"});
    hall.ok(seal.clone());
    assert_eq!(hall.refused(seal).0, "already-sealed");
    assert_eq!(hall.ok(unseal)["monthly"], "960.00");
    assert_eq!(hall.status("E1", "A"), "active");
}

#[test]
fn a_seal_has_a_right_reason_which_can_be_corrected_later() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let correct = |reason: &str| {
        json!({"op": "correct_seal_reason", "employee_id": "A",
        "reason": reason})
    };
    assert_eq!(hall.refused(correct("退休")).0, "not-sealed");
    let seal = json!({"op": "seal", "employee_id": "A", "month": "2026-05", "reason": "不想缴"});
    let (code, message) = hall.refused(seal);
    assert_eq!(code, "invalid-seal-reason");
    assert!(message.contains("resigned 解除或终止劳动关系"), "{message}");
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-05", "reason": "离职"}));
    assert_eq!(hall.refused(correct("???")).0, "invalid-seal-reason");
    hall.ok(correct("退休"));
    let found = hall.centre.find_by_document(
        &Id::from("E1"),
        remittance::query::DocumentType::ResidentCard,
        &id_no(1).to_lowercase(),
    );
    assert_eq!(found.unwrap().seal_reason(), Some("retired"));
}

#[test]
fn a_base_is_adjusted_once_a_calendar_year() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let adjust = |month: &str, base: &str| {
        json!({"op": "adjust_base", "employee_id": "A",
        "base": base, "month": month})
    };
    assert_eq!(hall.ok(adjust("2026-05", "6000.00"))["monthly"], "960.00");
    assert_eq!(hall.refused(adjust("2026-05", "7000.00")).0, "base-already-adjusted");
    // July opens another contribution year, but not another calendar year.
    for month in ["2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"] {
        hall.ok(json!({"op": "remit", "month": month}));
    }
    assert_eq!(hall.refused(adjust("2026-12", "7000.00")).0, "base-already-adjusted");
    hall.ok(json!({"op": "remit", "month": "2026-12"}));
    hall.ok(adjust("2027-01", "7000.00"));
}

#[test]
fn the_stricter_reading_of_one_choice_a_year_is_a_switch() {
    let mut strict = policy::shipped().unwrap();
    strict.base_once_per = OncePer::Both;
    let mut hall = Hall::under(strict);
    hall.enrol("E1", "2026-11");
    hall.hire("A", 1, "2026-11");
    let adjust = |month: &str, base: &str| {
        json!({"op": "adjust_base", "employee_id": "A",
        "base": base, "month": month})
    };
    hall.ok(adjust("2026-11", "6000.00"));
    hall.ok(json!({"op": "remit", "month": "2026-11"}));
    hall.ok(json!({"op": "remit", "month": "2026-12"}));
    // January is another calendar year, but the same contribution year.
    let (code, message) = hall.refused(adjust("2027-01", "7000.00"));
    assert_eq!(code, "base-already-adjusted");
    assert!(message.contains("calendar year and contribution year"), "{message}");
}

#[test]
fn a_sealed_account_has_no_base_to_adjust() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-05", "reason": "离职"}));
    let adjust = json!({"op": "adjust_base", "employee_id": "A", "base": "6000.00",
        "month": "2026-05"});
    assert_eq!(hall.refused(adjust).0, "not-active");
}

#[test]
fn rates_are_adjusted_once_a_contribution_year_from_their_month_on() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let adjust = |month: &str, rate: &str| {
        json!({"op": "adjust_rate", "employer_rate": rate,
        "employee_rate": "0.10", "month": month})
    };
    assert_eq!(hall.ok(json!({"op": "remit", "month": "2026-05"}))["total"], "800.00");
    hall.ok(adjust("2026-06", "0.10"));
    assert_eq!(hall.refused(adjust("2026-06", "0.12")).0, "rate-already-adjusted");
    assert_eq!(hall.ok(json!({"op": "remit", "month": "2026-06"}))["total"], "1000.00");
    hall.ok(adjust("2026-07", "0.12"));
    assert_eq!(hall.ok(json!({"op": "remit", "month": "2026-07"}))["total"], "1100.00");
}

#[test]
fn rates_may_be_adjusted_from_a_month_still_to_come_but_not_from_one_that_is_listed() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let adjust = |month: &str, rate: &str| json!({"op": "adjust_rate", "employer_rate": rate, "employee_rate": rate, "month": month});
    hall.ok(adjust("2026-07", "0.12"));
    hall.ok(adjust("2026-06", "0.10"));
    let mut totals = Vec::new();
    for month in ["2026-05", "2026-06", "2026-07"] {
        totals.push(hall.ok(json!({"op": "remit", "month": month}))["total"].clone());
    }
    assert_eq!(totals, ["800.00", "1000.00", "1200.00"]);
    hall.ok(json!({"op": "delete_roster", "month": "2026-07"}));
    let mut other = Hall::with_employer();
    other.ok(json!({"op": "remit", "month": "2026-05"}));
    assert_eq!(other.refused(adjust("2026-05", "0.10")).0, "roster-exists");
    assert_eq!(other.refused(adjust("2026-04", "0.10")).0, "month-not-next");
}

#[test]
fn a_supplement_adds_to_the_remittance_within_the_years_cap_and_never_twice() {
    let mut rules = policy::shipped().unwrap();
    rules.cap_per = remittance::policy::CapPer::Year;
    let mut hall = Hall::under(rules);
    hall.enrol("E1", "2026-05");
    hall.hire("A", 1, "2026-05");
    let supplement = |month: &str, amount: &str| {
        json!({"op": "supplement", "employee_id": "A",
        "for_month": month, "amount": amount})
    };
    assert_eq!(hall.refused(supplement("2026-05", "0.00")).0, "amount-not-positive");
    assert_eq!(hall.refused(supplement("2026-05", "-1.00")).0, "amount-not-positive");
    assert_eq!(hall.refused(supplement("2026-06", "100.00")).0, "month-not-next");
    hall.ok(supplement("2026-04", "100.01"));
    assert_eq!(hall.refused(supplement("2026-04", "100.01")).0, "double-remittance");
    hall.ok(supplement("2026-04", "100.02"));
    // The cap of July 2025 to June 2026, less what is already asked.
    let cap = hall.centre.policy().year_cap(2025).fen();
    let rest = remittance::Money::from_fen(cap - 200_03);
    let over = remittance::Money::from_fen(cap - 200_02);
    assert_eq!(hall.refused(supplement("2026-03", &over.to_string())).0, "cap-exceeded");
    hall.ok(supplement("2025-06", "100.00")); // June 2025 lies in the year before.
    let last = hall.ok(supplement("2026-03", &rest.to_string()));
    let (code, message) = hall.refused(json!({"op": "remit", "month": "2026-05"}));
    assert_eq!(code, "cap-exceeded");
    assert!(message.starts_with("A would have"), "{message}");
    hall.ok(json!({"op": "revoke", "month": "2026-05", "register_id": last["register_id"]}));
    hall.ok(json!({"op": "remit", "month": "2026-05"}));
    let notice = hall.ok(json!({"op": "issue_notice", "months": ["2026-05"], "supplements": true}));
    assert_eq!(notice["amount"], "1100.03"); // 800.00 + 100.01 + 100.02 + 100.00
}

#[test]
fn a_sealed_account_is_supplemented_only_where_the_policy_says_so() {
    for (allowed, want) in [(false, "not-active"), (true, "ok")] {
        let mut rules = policy::shipped().unwrap();
        rules.supplement_sealed = allowed;
        let mut hall = Hall::under(rules);
        hall.enrol("E1", "2026-05");
        hall.hire("A", 1, "2026-05");
        hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-05", "reason": "离职"}));
        let supplement = json!({"op": "supplement", "employee_id": "A", "for_month": "2026-04",
            "amount": "100.00"});
        assert_eq!(hall.apply(supplement)["error"].as_str().unwrap_or("ok"), want);
    }
}

#[test]
fn only_a_sealed_account_is_transferred_and_only_within_the_city() {
    let mut hall = Hall::with_employer();
    hall.enrol("E2", "2026-05");
    hall.hire("A", 1, "2026-05");
    let transfer = |to: &str, city: &str| {
        json!({"op": "transfer", "employee_id": "A",
        "from_employer": "E1", "to_employer": to, "city": city})
    };
    assert_eq!(hall.refused(transfer("E2", "柳州市")).0, "not-sealed");
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-05", "reason": "调出"}));
    let (code, message) = hall.refused(transfer("E2", "南宁"));
    assert_eq!(code, "outside-city");
    assert!(message.contains("A applies personally for 异地转移接续"), "{message}");
    assert_eq!(hall.refused(transfer("E3", "柳州")).0, "unknown-employer");
    assert_eq!(hall.refused(transfer("E1", "柳州")).0, "same-employer");
    hall.ok(transfer("E2", "柳州"));
    assert_eq!(hall.status("E2", "A"), "sealed");
    assert_eq!(hall.status("E1", "A"), "transferred");
    assert_eq!(hall.refused(transfer("E2", "柳州")).0, "unknown-employee");
    hall.ok(json!({"op": "unseal", "employer_id": "E2", "employee_id": "A", "month": "2026-05"}));
    assert_eq!(hall.centre.transfers(&Id::from("E1")).count(), 1);
    assert_eq!(hall.centre.transfers(&Id::from("E2")).count(), 1);
}

#[test]
fn nobody_is_transferred_to_an_employer_where_an_account_is() {
    let mut hall = Hall::with_employer();
    hall.enrol("E2", "2026-05");
    hall.hire("A", 1, "2026-05");
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-05", "reason": "调出"}));
    hall.ok(json!({"op": "open_account", "employer_id": "E2", "id_no": id_no(1), "name": "某人",
        "base": "5000.00", "month": "2026-05"}));
    let transfer = json!({"op": "transfer", "employee_id": "A", "from_employer": "E1",
        "to_employer": "E2", "city": "柳州"});
    assert_eq!(hall.refused(transfer).0, "duplicate-account");
}
