//! One person, one account, one cap; nothing twice; a refusal reports every person concerned.

use crate::hall::{Hall, id_no};
use reconcile::rulebook::policy;
use remittance::policy::{CapPer, Dated};
use remittance::{Employer, EmployerAccount, Id, Money, Policy};
use serde_json::{Value, json};

/// Employers E1 and E2 under a policy.
fn two_employers(change: impl FnOnce(&mut Policy)) -> Hall {
    let mut rules = policy::shipped().unwrap();
    change(&mut rules);
    let mut hall = Hall::under(rules);
    hall.enrol("E1", "2026-05");
    hall.enrol("E2", "2026-05");
    hall
}

fn open(employer_id: &str, employee_id: &str, number: u32, base: &str) -> Value {
    json!({"op": "open_account", "employer_id": employer_id, "employee_id": employee_id,
        "id_no": id_no(number), "name": "某人", "base": base, "month": "2026-05"})
}

fn supplement(employer_id: &str, employee_id: &str, month: &str, amount: &str) -> Value {
    json!({"op": "supplement", "employer_id": employer_id, "employee_id": employee_id,
        "for_month": month, "amount": amount})
}

fn remit(employer_id: &str, month: &str) -> Value {
    json!({"op": "remit", "employer_id": employer_id, "month": month})
}

fn code(hall: &mut Hall, operation: Value) -> String {
    hall.apply(operation)["error"].as_str().unwrap_or("ok").to_owned()
}

#[test]
fn whoever_is_active_at_one_employer_is_opened_and_unsealed_at_no_other() {
    let mut hall = two_employers(|_| ());
    hall.ok(open("E1", "A", 1, "5000.00"));
    let refused = hall.apply(open("E2", "B", 1, "5000.00"));
    assert_eq!(refused["error"], "active-elsewhere");
    assert_eq!((&refused["employee"], &refused["employer"]), (&json!("A"), &json!("E1")));
    assert!(refused["message"].as_str().unwrap().contains("seal it there and transfer it"));
    // The correct way: sealed there, transferred, unsealed here.
    hall.ok(json!({"op": "seal", "employee_id": "A", "month": "2026-05", "reason": "调出"}));
    hall.ok(json!({"op": "transfer", "employee_id": "A", "from_employer": "E1",
        "to_employer": "E2", "city": "柳州"}));
    let unseal = |employer_id: &str| {
        json!({"op": "unseal", "employer_id": employer_id, "employee_id": "A",
        "month": "2026-05"})
    };
    hall.ok(unseal("E2"));
    // Sealed at one, active at the other: it cannot be unsealed as well.
    hall.ok(open("E1", "C", 2, "5000.00"));
    hall.ok(json!({"op": "seal", "employee_id": "C", "month": "2026-05", "reason": "离职"}));
    hall.ok(open("E2", "C", 2, "5000.00"));
    let again =
        json!({"op": "unseal", "employer_id": "E1", "employee_id": "C", "month": "2026-05"});
    assert_eq!(code(&mut hall, again), "active-elsewhere");

    let mut hall = two_employers(|rules| rules.several_employers = true);
    hall.ok(open("E1", "A", 1, "5000.00"));
    hall.ok(open("E2", "B", 1, "5000.00"));
}

/// The cap of a month is 26000 × 12 % × 2 = 6240, that of the year is twelve such months, with lower ones before July
/// 2025; E1 lists 20000 × 8 % × 2 = 3200 a month.
#[test]
fn caps_count_a_person_over_all_employers_by_month_and_by_year() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        // cap            month at E2   supplement at E2   remit at E2
        (CapPer::Month, "2026-05", "3040.00", "ok"),
        (CapPer::Month, "2026-05", "3040.01", "cap-exceeded"),
        (CapPer::Both,  "2026-05", "3040.01", "cap-exceeded"),
        (CapPer::Year,  "2026-05", "3040.01", "ok"),
    ];
    for (cap_per, month, amount, want) in rows {
        let mut hall = two_employers(|rules| {
            (rules.cap_per, rules.several_employers) = (cap_per, true);
        });
        hall.ok(open("E1", "A", 1, "20000.00"));
        hall.ok(open("E2", "B", 1, "5000.00"));
        hall.ok(remit("E1", "2026-05"));
        let answer = hall.apply(supplement("E2", "B", month, amount));
        assert_eq!(answer["error"].as_str().unwrap_or("ok"), want, "{cap_per:?} {amount}");
        if want != "ok" {
            let (held, most) = (&answer["held"], &answer["most"]);
            assert_eq!((held, most), (&json!("3200.00"), &json!("6240.00")));
            continue;
        }
        // 3200 + 3040 and E2's own 800 of the month exceed the month's cap, not the year's.
        let listed = code(&mut hall, remit("E2", "2026-05"));
        assert_eq!(listed, if cap_per.month() { "cap-exceeded" } else { "ok" });
    }
    let mut hall = two_employers(|rules| {
        (rules.cap_per, rules.several_employers) = (CapPer::Year, true);
    });
    hall.ok(open("E1", "A", 1, "20000.00"));
    hall.ok(open("E2", "B", 1, "5000.00"));
    let cap = hall.centre.policy().year_cap(2025);
    let rest = |less: i64| Money::from_fen(cap.fen() - less).to_string();
    hall.ok(supplement("E1", "A", "2026-04", "1000.00"));
    assert_eq!(
        code(&mut hall, supplement("E2", "B", "2026-03", &rest(999_99))),
        "cap-exceeded",
        "what another employer asks for counts"
    );
    hall.ok(supplement("E2", "B", "2026-03", &rest(1000_00)));
    assert_eq!(code(&mut hall, remit("E1", "2026-05")), "cap-exceeded");
}

#[test]
fn an_employer_without_rates_remits_and_adjusts_nothing() {
    let mut hall = Hall::with_employer();
    let known =
        Employer {
            employer_id: "C1".into(), name: "某中心单位".into(), ..Employer::default()
        };
    hall.centre.load(EmployerAccount::known(&known, crate::hall::today()));
    let of = |mut operation: Value| {
        operation["employer_id"] = json!("C1");
        operation
    };
    for operation in [
        json!({"op": "remit", "month": "2026-05"}),
        json!({"op": "open_account", "id_no": id_no(1), "name": "某人", "base": "5000.00",
            "month": "2026-05"}),
        json!({"op": "unseal", "employee_id": "A", "month": "2026-05"}),
        json!({"op": "adjust_base", "employee_id": "A", "base": "5000.00", "month": "2026-05"}),
        json!({"op": "adjust_rate", "employer_rate": "0.08", "employee_rate": "0.08",
            "month": "2026-05"}),
        json!({"op": "supplement", "employee_id": "A", "for_month": "2026-05", "amount": "1.00"}),
        json!({"op": "save_register", "month": "2026-05",
            "register": {"supplement": [{"employee_id": "A", "for_month": "2026-05",
                "amount": "1.00"}]}}),
    ] {
        let refused = hall.apply(of(operation.clone()));
        assert_eq!(refused["error"], "not-enrolled", "{operation}");
        assert_eq!(refused["employer"], "C1");
    }
}

#[test]
fn a_month_is_supplemented_once_by_an_amount_and_not_when_it_is_paid_in_full() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    hall.ok(supplement("E1", "A", "2026-04", "100.00"));
    let reference = hall.remit_and_issue("2026-05");
    hall.ok(supplement("E1", "A", "2026-05", "10.00"));
    hall.pay(&reference);
    let twice = hall.apply(supplement("E1", "A", "2026-04", "100.00"));
    assert_eq!(twice["error"], "double-remittance", "paid is still once: {twice}");
    let full = hall.apply(supplement("E1", "A", "2026-05", "20.00"));
    assert_eq!((&full["error"], &full["held"]), (&json!("double-remittance"), &json!("810.00")));
    // The base was too low: the difference may be paid, 5200 × 16 % = 832.
    hall.ok(json!({"op": "adjust_base", "employee_id": "A", "base": "5200.00",
        "month": "2026-06"}));
    let filed = hall.ok(supplement("E1", "A", "2026-05", "22.00"));
    hall.ok(json!({"op": "revoke", "month": "2026-06", "register_id": filed["register_id"]}));
    hall.ok(supplement("E1", "A", "2026-05", "22.00"));
    assert_eq!(code(&mut hall, supplement("E1", "A", "2026-05", "1.00")), "double-remittance");
}

#[test]
fn a_supplement_may_reach_over_a_span_and_not_further_back_than_sixty_months() {
    let mut hall = Hall::with_employer();
    hall.hire("A", 1, "2026-05");
    let span = |from: &str, to: &str, amount: &str| {
        let mut operation = supplement("E1", "A", from, amount);
        operation["to_month"] = json!(to);
        operation["reason"] = json!("少缴补缴");
        operation
    };
    assert_eq!(code(&mut hall, span("2026-03", "2026-02", "1.00")), "invalid-span");
    assert_eq!(code(&mut hall, span("2026-03", "2026-06", "1.00")), "month-not-next");
    assert_eq!(code(&mut hall, span("2026-01", "2026-03", "0.02")), "amount-not-positive");
    let refused = hall.apply(span("2021-04", "2021-06", "300.00"));
    assert_eq!(
        (&refused["error"], &refused["least"]),
        (&json!("month-too-old"), &json!("2021-05"))
    );
    hall.ok(span("2021-05", "2021-06", "300.00"));
    let filed = hall.ok(span("2026-01", "2026-03", "100.00"));
    assert_eq!(filed["amount"], "100.00");
    let employer = Id::from("E1");
    let register = hall.centre.registers(&employer).last().unwrap().clone();
    let lines: Vec<String> = register
        .supplements()
        .iter()
        .map(|line| {
            let amount = Money::together([line.employer_share, line.employee_share]);
            format!("{} {amount} {}", line.for_month, line.reason.as_deref().unwrap())
        })
        .collect();
    assert_eq!(
        lines,
        ["2026-01 33.34 少缴补缴", "2026-02 33.33 少缴补缴", "2026-03 33.33 少缴补缴"]
    );
    let account = hall.centre.account(&employer, &Id::from("A")).unwrap();
    assert_eq!(account.month_total(2025, "2026-02".parse().unwrap()).to_string(), "33.33");
}

#[test]
fn everybody_who_is_in_the_way_is_told_with_the_row() {
    let mut hall = Hall::with_employer();
    let line =
        |number: u32, base: &str| json!({"id_no": id_no(number), "name": "某人", "base": base});
    let lines = [line(1, "5000.00"), line(2, "1.00"), line(3, "99999.00"), line(1, "5000.00")];
    let refused = hall.apply(json!({"op": "file_register", "month": "2026-05",
        "register": {"open": lines}}));
    assert_eq!(refused["error"], "base-below-floor");
    let told: Vec<(u64, &str)> = refused["offenders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["row"].as_u64().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(2, "base-below-floor"), (3, "base-above-cap"), (4, "duplicate-account")]);
    assert_eq!(refused["offenders"][1]["most"], "26000.00");
    assert!(refused["message"].as_str().unwrap().starts_with("3 lines cannot be done: row 2: "));
    assert!(refused["message_zh"].as_str().unwrap().starts_with("共 3 条不能办理：第 2 行："));
    // A register of one line gets that line's own refusal.
    let one = hall.apply(json!({"op": "file_register", "month": "2026-05",
        "register": {"open": [line(2, "1.00")]}}));
    assert_eq!((&one["error"], one.get("offenders")), (&json!("base-below-floor"), None));
}

#[test]
fn a_list_with_bases_outside_the_limits_names_everybody() {
    let mut rules = policy::shipped().unwrap();
    let first = rules.bases.in_month("2026-05".parse().unwrap());
    let day = |text: &str| text.parse().unwrap();
    let mut later = first;
    (later.floor, later.cap) = (Money::from_fen(2000_00), Money::from_fen(20_000_00));
    rules.bases =
        Dated::from_values(vec![(day("2024-07-01"), first), (day("2026-07-01"), later)]).unwrap();
    let mut hall = Hall::under(rules);
    hall.enrol("E1", "2026-05");
    for (employee_id, number, base) in
        [("A", 1, "1999.99"), ("B", 2, "2000.00"), ("C", 3, "20000.01"), ("D", 4, "1700.00")]
    {
        hall.ok(open("E1", employee_id, number, base));
    }
    hall.ok(remit("E1", "2026-05"));
    hall.ok(remit("E1", "2026-06"));
    let refused = hall.apply(remit("E1", "2026-07"));
    let told: Vec<(&str, &str)> = refused["offenders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["employee"].as_str().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    let want = [("A", "base-below-floor"), ("C", "base-above-cap"), ("D", "base-below-floor")];
    assert_eq!(told, want);
    assert_eq!(refused["offenders"][0]["least"], "2000.00");
    for (employee_id, base) in [("A", "2000.00"), ("C", "20000.00"), ("D", "2000.00")] {
        hall.ok(json!({"op": "adjust_base", "employee_id": employee_id, "base": base,
            "month": "2026-07"}));
    }
    hall.ok(remit("E1", "2026-07"));
}

#[test]
fn of_base_and_rate_one_is_adjusted_a_contribution_year_where_the_policy_says_so() {
    let base = |month: &str| {
        json!({"op": "adjust_base", "employee_id": "A", "base": "5200.00",
        "month": month})
    };
    let rate = |month: &str| {
        json!({"op": "adjust_rate", "employer_rate": "0.10", "employee_rate": "0.10",
        "month": month})
    };
    for (switch, first, second, want) in [
        (true, base("2026-05"), rate("2026-05"), "rate-already-adjusted"),
        (true, rate("2026-05"), base("2026-05"), "base-already-adjusted"),
        (true, rate("2026-07"), base("2026-05"), "ok"),
        (true, base("2026-05"), rate("2026-07"), "ok"),
        (false, base("2026-05"), rate("2026-05"), "ok"),
        (false, rate("2026-05"), base("2026-05"), "ok"),
    ] {
        let mut rules = policy::shipped().unwrap();
        rules.one_of_base_and_rate = switch;
        let mut hall = Hall::under(rules);
        hall.enrol("E1", "2026-05");
        hall.hire("A", 1, "2026-05");
        hall.ok(first.clone());
        assert_eq!(code(&mut hall, second.clone()), want, "{switch}: {first}, then {second}");
    }
}

#[test]
fn appointments_are_for_working_days() {
    let mut hall = Hall::with_employer();
    let book = |date: &str| {
        json!({"op": "book_appointment", "branch": "城中管理部", "date": date,
        "slot": "09:00-10:00", "business": "信息变更"})
    };
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("2026-05-16", "not-a-working-day", "2026-05-18"), // Saturday.
        ("2026-06-19", "not-a-working-day", "2026-06-22"), // 端午节, a Friday.
        ("2026-10-10", "ok", ""),                          // A Saturday that is a working day for 国庆节.
        ("2026-05-12", "ok", ""),
    ];
    for (date, want, next) in rows {
        let answer = hall.apply(book(date));
        assert_eq!(answer["error"].as_str().unwrap_or("ok"), want, "{date}: {answer}");
        assert_eq!(answer["next"].as_str().unwrap_or_default(), next, "{date}");
    }
}

#[test]
fn basic_information_keeps_what_is_not_given_and_names_are_never_empty() {
    let mut hall = Hall::with_employer();
    let agent = |hall: &Hall| {
        let view = hall.centre.employer_view(&Id::from("E1")).unwrap();
        serde_json::to_value(view).unwrap()["agent"].clone()
    };
    hall.ok(json!({"op": "update_basic", "agent": {"mobile": "13900000000"}}));
    let want = json!({"name": "经办人", "mobile": "13900000000", "email": "a@example.com"});
    assert_eq!(agent(&hall), want);
    hall.ok(json!({"op": "update_basic", "agent": {"name": " 新经办 ", "email": ""}}));
    assert_eq!(agent(&hall), json!({"name": "新经办", "mobile": "13900000000", "email": null}));
    hall.ok(json!({"op": "update_basic", "address": "某路 1 号"}));
    assert_eq!(agent(&hall)["name"], "新经办");
    let enrol = |name: &str, agent: Value| {
        json!({"op": "open_employer", "employer_id": "E9", "name": name, "kind": "company",
            "agent": agent, "employer_rate": "0.08", "employee_rate": "0.08",
            "first_month": "2026-05"})
    };
    for (operation, field) in [
        (enrol(" ", json!(null)), "name"),
        (enrol("某公司", json!({"name": ""})), "agent.name"),
        (json!({"op": "update_basic", "agent": {"name": ""}}), "agent.name"),
        (json!({"op": "update_basic", "contact": "\u{3000}"}), "agent.name"),
        (json!({"op": "update_key", "name": "", "seal_ref": "S1"}), "name"),
        (
            json!({"op": "open_account", "id_no": id_no(1), "name": "", "base": "5000.00",
            "month": "2026-05"}),
            "name",
        ),
    ] {
        let refused = hall.apply(operation.clone());
        assert_eq!(refused["error"], "empty-name", "{operation}: {refused}");
        assert_eq!(refused["field"], field, "{operation}");
    }
}
