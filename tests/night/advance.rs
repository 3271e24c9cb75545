//! Notices issued here and paid in parts, or together with an advance balance.
//!
//! Start at [`hall`]: an employer with one employee, 800 a month.

use super::centre::{Backing, Centre, every_store, same};
use super::feed::csv;
use super::office::{approver, clerk, item, settle};
use duizhang::matching::Explanation;
use duizhang::remittance::{
    Author, Id, Language, Localized, Money, NoticeStage, Operation, PaymentReference,
};
use duizhang::store::{Gap, MoneyPlace, NoticeFilter};
use duizhang::suspense::Act;
use serde_json::{Value, json};
use std::sync::Arc;

/// A centre in which E2 has enrolled, with one employee, and remitted months from May on.
fn hall(backing: Backing, months: &[&str]) -> Centre {
    let centre = Centre::new(backing, &[]);
    let on = "2026-05-11";
    centre.apply(&[
        json!({"op": "open_employer", "on": on, "employer_id": "E2", "name": "示例乙公司",
            "kind": "company", "uscc": "91350100M000100Y43",
            "agent": {"name": "经办人", "mobile": "13800000000", "email": "b@example.com"},
            "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2026-05"}),
        json!({"op": "open_account", "on": on, "employer_id": "E2", "employee_id": "A",
            "id_no": super::desk::id_no(1), "name": "某人", "base": "5000.00", "month": "2026-05"}),
    ]);
    for month in months {
        centre.apply(&[json!({"op": "remit", "on": on, "employer_id": "E2", "month": month})]);
    }
    centre
}

/// The answer to one operation, done or refused.
fn ask(centre: &Centre, operation: &Value) -> Value {
    let operation = serde_json::from_value::<Operation>(operation.clone()).unwrap();
    let policy = Arc::new(duizhang::rulebook::policy::shipped().unwrap());
    let mut answer = Value::Null;
    let undo = duizhang::remittance::file::OnRefusal::UndoAll;
    let take = |said: &_| answer = serde_json::to_value(said).unwrap();
    centre.store.apply_file(policy, Author::default(), [(1, Ok(operation))], undo, take).unwrap();
    centre.prove(&answer.to_string());
    answer
}

/// Issues a notice for a month, and returns the answer.
fn issue(centre: &Centre, month: &str, from_advance: Option<&str>) -> Value {
    let mut operation = json!({"op": "issue_notice", "on": "2026-05-11", "employer_id": "E2",
        "months": [month]});
    if let Some(wanted) = from_advance {
        operation["from_advance"] = json!(wanted);
    }
    ask(centre, &operation)
}

fn reference(answer: &Value) -> PaymentReference {
    answer["reference"].as_str().unwrap().parse().unwrap()
}

fn stage(centre: &Centre, reference: PaymentReference) -> NoticeStage {
    let mut stage = None;
    let filter = NoticeFilter { reference: Some(reference), ..NoticeFilter::default() };
    centre.store.notices(&filter, |row| stage.replace(row.status).is_none()).unwrap();
    stage.unwrap()
}

/// A row of the feed whose remark is this reference.
fn row(text: &str, reference: PaymentReference) -> String {
    let file = csv(&[text]);
    file.replace("公积金", &reference.to_string())
}

#[test]
fn a_notice_of_which_a_part_is_here_is_revoked_only_by_whoever_says_where_the_part_goes() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05"]);
        let notice = reference(&issue(&centre, "2026-05", None));
        assert_eq!(stage(&centre, notice), NoticeStage::Awaiting);
        let file = row("S1 05-11 icbc 300.50 -", notice) + &row("S2 05-12 icbc 200 -", notice);
        let file = file.replacen(&format!("\n{}", super::feed::HEADER), "", 1);
        centre.night_of("05-12", &[file]);
        centre.expect("", &["S1 awaiting", "S2 awaiting"]);
        assert_eq!(stage(&centre, notice), NoticeStage::PartlyReceived);
        let revoke = json!({"op": "revoke_notice", "on": "2026-05-13",
            "reference": notice.to_string()});
        // While it is open, and when the month is closed.
        for night in ["05-13", "06-04"] {
            centre.night(night, &[]);
            let refused = ask(&centre, &revoke);
            assert_eq!(refused["error"], "notice-partly-received", "{refused}");
            let message = refused["message"].as_str().unwrap();
            assert!(message.contains("2 payments of 500.50"), "{message}");
        }
        centre.expect("", &["S1 suspense underpaid", "S2 suspense underpaid"]);
        assert_eq!(stage(&centre, notice), NoticeStage::PartlyReceived);
        let mut revoke = revoke;
        revoke["parts"] = json!("to-suspense");
        let done = ask(&centre, &revoke);
        assert_eq!(done["ok"], true, "{done}");
        assert_eq!(done["parts"], json!({"count": 2, "sum": "500.50"}));
        assert_eq!(stage(&centre, notice), NoticeStage::Revoked);
        centre.night("06-05", &[]);
        centre.expect("", &["S1 suspense notice-revoked", "S2 suspense notice-revoked"]);
    });
}

#[test]
fn a_notice_without_money_is_revoked_as_ever_and_what_staff_took_away_is_no_part() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05", "2026-06"]);
        let notice = reference(&issue(&centre, "2026-05", None));
        let revoke = json!({"op": "revoke_notice", "on": "2026-05-13",
            "reference": notice.to_string()});
        let done = ask(&centre, &revoke);
        assert_eq!((&done["ok"], &done["parts"]), (&json!(true), &Value::Null));
        let other = reference(&issue(&centre, "2026-06", None));
        centre.notices(&["P1 300"]);
        centre.night_of("06-04", &[row("S1 05-11 icbc 300 -", other)]);
        centre.expect("", &["S1 suspense underpaid"]);
        centre.does(&[item("icbc", "S1")], &settle(&["P1"]), "06-04");
        assert_eq!(stage(&centre, other), NoticeStage::Awaiting);
        let revoke = json!({"op": "revoke_notice", "on": "2026-06-05",
            "reference": other.to_string()});
        assert_eq!(ask(&centre, &revoke)["ok"], true);
    });
}

/// Money on E2's advance balance: it came without a reference, and staff credited it.
fn advance(centre: &Centre, serial: &str, yuan: &str, day: &str) {
    centre.night_of(day, &[csv(&[format!("{serial} {day} icbc {yuan} -")])]);
    let act = Act::Advance { employer_id: Some("E2".to_owned()) };
    centre.does(&[item("icbc", serial)], &act, day);
}

/// An employee's balance at E2, and the advance balance: its total and its free part.
fn held(centre: &Centre) -> [String; 3] {
    let policy = Arc::new(duizhang::rulebook::policy::shipped().unwrap());
    let (employer, on) = (Id::from("E2"), super::centre::date("05-11"));
    let look = |books: &mut duizhang::store::Books<'_>| {
        books.employer(&employer, on)?;
        books.accounts(&employer)?;
        books.reservations(&employer)?;
        let centre = books.centre();
        let account = centre.account(&employer, &Id::from("A")).unwrap().balance;
        let advance = centre.employer(&employer).unwrap().balances.advance;
        Ok([account, advance, centre.free_advance(&employer)].map(|money| money.to_string()))
    };
    centre.store.look(policy, look).unwrap()
}

#[test]
fn a_notice_reserves_what_is_free_and_answers_what_is_to_be_transferred() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05", "2026-06", "2026-07", "2026-08"]);
        advance(&centre, "A1", "1000", "05-11");
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // month     asked             answered                                    free after
            ("2026-05", Some("1500.00"), Err("amount-differs"),                        "1000.00"),
            ("2026-05", Some("300.00"),  Ok(("800.00", "300.00", "500.00")),           "700.00"),
            ("2026-06", Some("750"),     Err("advance-reserved"),                      "700.00"),
            ("2026-06", Some("none"),    Ok(("800.00", "0.00", "800.00")),             "700.00"),
            ("2026-07", None,            Ok(("800.00", "700.00", "100.00")),           "0.00"),
            ("2026-08", Some("auto"),    Ok(("800.00", "0.00", "800.00")),             "0.00"),
        ];
        for (month, asked, want, free) in rows {
            let answer = issue(&centre, month, asked);
            let got = match answer["ok"].as_bool() {
                Some(true) => {
                    let said = |key: &str| answer[key].as_str().unwrap();
                    Ok((said("amount"), said("from_advance"), said("payable")))
                }
                _ => Err(answer["error"].as_str().unwrap()),
            };
            assert_eq!(got, want, "{month} {asked:?}: {answer}");
            assert_eq!(held(&centre)[2], free, "{month} {asked:?}");
        }
    });
}

#[test]
fn what_is_missing_settles_with_the_balance_in_one_commit_and_goes_back_with_it() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05"]);
        advance(&centre, "A1", "300", "05-11");
        let notice = reference(&issue(&centre, "2026-05", None));
        assert_eq!(held(&centre), ["0.00", "300.00", "0.00"]);
        centre.night_of("05-12", &[row("S1 05-12 icbc 500 -", notice)]);
        assert_eq!(held(&centre), ["800.00", "0.00", "0.00"]);
        assert_eq!(stage(&centre, notice), NoticeStage::Paid);
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "800.00");
        let sheet = centre.store.transaction_sheet(1, "S1").unwrap().unwrap();
        let why: Explanation = sheet.explanation.unwrap().parse().unwrap();
        assert!(why.in_language(Language::Chinese).contains("连同单位暂存款300.00元"), "{why:?}");
        let before = centre.dump();
        centre.night("05-12", &[]);
        same(&before, &centre.dump(), "the night again");
        // The bank reverses the transfer: the balance has its part again, reserved again.
        centre.night_of("05-13", &[csv(&["R1 05-13 icbc -500 - reversal"])]);
        let debit = [item("icbc", "R1")];
        for _ in 0..2 {
            let credit = item("icbc", "S1");
            centre.does(&debit, &Act::TakeBack { credit }, "05-14");
            assert_eq!(held(&centre), ["0.00", "300.00", "0.00"]);
            assert_eq!(stage(&centre, notice), NoticeStage::Awaiting);
            centre.does(&debit, &Act::Reverse, "05-14");
            assert_eq!(held(&centre), ["800.00", "0.00", "0.00"]);
        }
    });
}

#[test]
fn a_transfer_of_the_whole_amount_leaves_the_balance_alone() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05"]);
        advance(&centre, "A1", "300", "05-11");
        let notice = reference(&issue(&centre, "2026-05", None));
        centre.night_of("05-12", &[row("S1 05-12 icbc 800 -", notice)]);
        assert_eq!(stage(&centre, notice), NoticeStage::Paid);
        assert_eq!(held(&centre), ["800.00", "300.00", "300.00"]);
    });
}

#[test]
fn what_the_balance_covers_whole_is_settled_by_the_next_run_unless_money_is_at_hand() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05", "2026-06"]);
        advance(&centre, "A1", "1600", "05-11");
        let answer = issue(&centre, "2026-05", None);
        assert_eq!(answer["payable"], "0.00");
        let (first, other) = (reference(&answer), reference(&issue(&centre, "2026-06", None)));
        // Somebody transferred a part all the same: a person decides.
        centre.night_of("05-12", &[row("S1 05-12 icbc 500 -", other)]);
        centre.expect("", &["S1 awaiting"]);
        assert_eq!(stage(&centre, first), NoticeStage::Paid);
        assert_eq!(stage(&centre, other), NoticeStage::PartlyReceived);
        assert_eq!(held(&centre), ["800.00", "800.00", "0.00"]);
        let pay = json!({"op": "pay_from_advance", "on": "2026-05-13",
            "reference": other.to_string()});
        assert_eq!(ask(&centre, &pay)["ok"], true);
        assert_eq!(held(&centre), ["1600.00", "0.00", "0.00"]);
        centre.night("05-14", &[]);
        centre.expect("", &["S1 suspense notice-already-paid"]);
    });
}

#[test]
fn what_is_reserved_is_spent_by_nobody_else_until_the_notice_gives_it_free() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05", "2026-06"]);
        advance(&centre, "A1", "900", "05-11");
        let first = reference(&issue(&centre, "2026-05", Some("200")));
        let other = reference(&issue(&centre, "2026-06", Some("none")));
        let pay = json!({"op": "pay_from_advance", "on": "2026-05-13",
            "reference": other.to_string()});
        let refused = ask(&centre, &pay);
        assert_eq!(refused["error"], "advance-reserved", "{refused}");
        assert!(refused["message"].as_str().unwrap().contains(&first.to_string()), "{refused}");
        let a1 = [item("icbc", "A1")];
        let reversal = centre.proposes(&a1, &Act::Reverse, "05-13");
        let refused = centre.approve_as(&approver("bert"), &reversal, "05-13").unwrap_err();
        assert_eq!(refused.code(), "advance-reserved", "{refused}");
        let revoke = json!({"op": "revoke_notice", "on": "2026-05-13",
            "reference": first.to_string()});
        assert_eq!(ask(&centre, &revoke)["ok"], true);
        assert_eq!(held(&centre), ["0.00", "900.00", "900.00"]);
        assert_eq!(ask(&centre, &pay)["ok"], true);
        assert_eq!(held(&centre), ["800.00", "100.00", "100.00"]);
    });
}

#[test]
fn the_audit_names_a_reservation_that_is_not_there_and_a_payment_that_never_was() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05"]);
        advance(&centre, "A1", "300", "05-11");
        issue(&centre, "2026-05", None);
        let gaps = || {
            let audit = centre.store.audit().unwrap();
            // The altered row is reported beside its effect on the books.
            let tampered = |gap: &&Gap| matches!(gap, Gap::Tampered(_));
            let (of_the_row, of_the_books): (Vec<_>, Vec<_>) =
                audit.gaps.iter().partition(tampered);
            assert_eq!(of_the_row.len(), 1, "{of_the_row:?}");
            of_the_books.into_iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        centre.tamper("update notice set advance_fen = 30001 where advance_fen = 30000");
        let reserves = "employer whose notices reserve more than the advance balance holds: 1";
        assert_eq!(gaps(), [reserves]);
        centre
            .tamper("update notice set advance_fen = 30000, status = 2 where advance_fen = 30001");
        assert_eq!(gaps(), ["paid notice with lines that no settlement paid: 1"]);
    });
}

#[test]
fn a_list_says_nothing_else_of_a_notice_issued_here_than_the_books() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05"]);
        let notice = reference(&issue(&centre, "2026-05", None)).to_string();
        let offer = |row: &str| {
            let text = format!(
                "reference,employer_id,amount,issued_on,month,status\n{notice},{row}\n\
                 P1906130009,E1,7.00,2026-05-01,2026-05,\n"
            );
            let mut list = duizhang::import::notices(text.as_bytes()).unwrap().rows;
            centre.store.import_notices(&mut list)
        };
        let refused = |row: &str, field: &str| {
            let before = centre.dump();
            let said = offer(row).unwrap_err().to_string();
            assert!(said.contains(&format!("{field} is")), "{row}: {said}");
            same(&before, &centre.dump(), row);
        };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("E2,800.00,2026-05-11,2026-05,paid",    "status"),
            ("E2,800.00,2026-05-11,2026-05,revoked", "status"),
            ("E2,801.00,2026-05-11,2026-05,",        "amount"),
            ("E1,800.00,2026-05-11,2026-05,",        "employer_id"),
            ("E2,800.00,2026-05-12,2026-05,",        "issued_on"),
            ("E2,800.00,2026-05-11,2026-06,",        "month"),
        ];
        rows.iter().for_each(|(row, field)| refused(row, field));
        // An import may repeat the books' values, and the paid status; nothing changes.
        assert_eq!(offer("E2,800.00,2026-05-11,2026-05,awaiting").unwrap().unchanged, 1);
        centre.night_of("05-12", &[row("S1 05-12 icbc 800 -", notice.parse().unwrap())]);
        let before = centre.dump();
        assert_eq!(offer("E2,800.00,2026-05-11,2026-05,paid").unwrap().unchanged, 2);
        same(&before, &centre.dump(), "paid");
        refused("E2,800.00,2026-05-11,2026-05,revoked", "status");
    });
}

#[test]
fn notices_of_employers_that_are_not_known_are_taken_and_counted() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 100", "P2 100 awaiting E8", "P3 100 awaiting E8"]);
        let text =
            super::centre::notices_csv(&["P4 100", "P5 100 awaiting E9", "P6 5 awaiting E8"]);
        let mut list = duizhang::import::notices(text.as_bytes()).unwrap().rows;
        assert_eq!(centre.store.import_notices(&mut list).unwrap().added, 3);
        let unknown = centre.store.unknown_employers(&list).unwrap();
        let named: Vec<_> =
            unknown.iter().map(|one| (one.employer_id.as_str(), one.notices)).collect();
        assert_eq!(named, [("E8", 1), ("E9", 1)]);
        assert_eq!(centre.store.notices_of_unknown_employers().unwrap(), (4, 2));
    });
}

#[test]
fn staff_add_the_balance_to_short_money_in_one_act_and_it_goes_back_with_it() {
    every_store(|backing| {
        let centre = hall(backing, &["2026-05", "2026-06"]);
        advance(&centre, "A1", "500", "05-11");
        let notice = reference(&issue(&centre, "2026-05", Some("100")));
        let other = reference(&issue(&centre, "2026-06", Some("none")));
        centre.night_of("05-12", &[csv(&["S1 05-12 icbc 550 -"])]);
        let s1 = [item("icbc", "S1")];
        let with = |reference, yuan: &str| Act::Settle {
            notices: vec![reference],
            from_advance: Some(Money::from_yuan(yuan).unwrap()),
        };
        let both = Act::Settle {
            notices: vec![notice, other],
            from_advance: Some(Money::from_yuan("250").unwrap()),
        };
        centre.night_of("05-13", &[csv(&["S2 05-13 icbc 250 -"])]);
        let s2 = [item("icbc", "S2")];
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (&s1, with(notice, "249.99"), "sum"),
            (&s1, with(notice, "0"),      "not-positive"),
            (&s1, both,                   "advance-for-several"),
            (&s2, with(notice, "550"),    "advance-too-small"),
            (&s2, with(other, "550"),     "advance-too-small"),
        ];
        for (items, act, code) in rows {
            let refused = centre.propose_as(&clerk("anna"), items, &act, "05-13").unwrap_err();
            assert_eq!(refused.code(), code, "{act:?}");
        }
        for _ in 0..2 {
            centre.does(&s1, &with(notice, "250"), "05-13");
            assert_eq!(held(&centre), ["800.00", "250.00", "250.00"]);
            // The surplus does not use the other one, whatever is free.
            let short = centre.propose_as(&clerk("anna"), &s2, &with(other, "550"), "05-13");
            assert_eq!(short.unwrap_err().code(), "advance-too-small");
            centre.does(&s1, &Act::Reverse, "05-14");
            assert_eq!(held(&centre), ["0.00", "500.00", "400.00"]);
        }
        // A notice may use the part without reservations of others: 400 of 500.
        centre.night_of("05-14", &[csv(&["S3 05-14 icbc 350 -"])]);
        let s3 = [item("icbc", "S3")];
        let reserved =
            centre.propose_as(&clerk("anna"), &s3, &with(other, "450"), "05-14").unwrap_err();
        assert_eq!(reserved.code(), "advance-reserved", "{reserved}");
        assert!(
            reserved.in_language(Language::Chinese).contains(&notice.to_string()),
            "{}",
            reserved.in_language(Language::Chinese)
        );
    });
}
