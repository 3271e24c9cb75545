//! The desk: one proposes, another approves, the books move in one commit, and everything can be reversed.

use super::centre::{Backing, Centre, every_store, same};
use super::feed::csv;
use super::office::{approver, clerk, item, notice, now, rules, settle};
use duizhang::nightly::{self, Step, Watch};
use duizhang::remittance::{Language, Localized, Money, Subject};
use duizhang::store::{Approved, Edit, MoneyPlace, ProposalFilter, Store, StoreError};
use duizhang::suspense::ItemChange;
use duizhang::suspense::trail::TrailEvent;
use duizhang::suspense::{
    Act, Actor, DeskRefusal, Draft, Permission, Person, ProposalState, Role, Share, Stage,
};
use serde_json::json;
use std::sync::atomic::{AtomicU32, Ordering};

/// Open items: 600 and 400 for P1 at two banks after May is closed, 500 without a reference, 350 read as P9.
fn open_item(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000", "P2 300", "P3 200", "P5 350", "P6 450"]);
    centre.night_of(
        "06-03",
        &[csv(&[
            "S1 05-11 icbc 600 P1",
            "S2 05-11 ccb 400 P1",
            "S3 05-12 icbc 500 -",
            "S4 05-12 icbc 350 P9",
        ])],
    );
    centre
}

/// An act on items, their stages after it, and the balances.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], Act, &'a str, &'a [(MoneyPlace, &'a str)]);

#[test]
fn an_act_moves_the_money_when_another_person_approves_it() {
    let split = |short: &str, fen| Act::Split {
        shares: vec![Share {
            item: item("icbc", "S3"),
            notice: notice(short),
            amount: Money::from_fen(fen),
        }],
        rest_to: Some("E1".into()),
    };
    let advance = |employer_id: &str| Act::Advance { employer_id: Some(employer_id.to_owned()) };
    #[rustfmt::skip] // A table is read by column.
    let rows: [Row<'_>; 6] = [
        ("two items, one notice",  &[("icbc", "S1"), ("ccb", "S2")],  settle(&["P1"]),       "resolved settle",   &[(MoneyPlace::EmployeeAccounts, "1000.00"), (MoneyPlace::Suspense, "850.00")]),
        ("one item, two notices",  &[("icbc", "S3")],                 settle(&["P2", "P3"]), "resolved settle",   &[(MoneyPlace::EmployeeAccounts, "500.00"), (MoneyPlace::Suspense, "1350.00")]),
        ("the rest in advance",    &[("icbc", "S3")],                 split("P2", 300_00),   "resolved split",    &[(MoneyPlace::EmployeeAccounts, "300.00"), (MoneyPlace::Advance, "200.00")]),
        ("to an advance balance",  &[("icbc", "S3"), ("icbc", "S4")], advance("E1"),         "resolved advance",  &[(MoneyPlace::Advance, "850.00")]),
        ("back to the payer",      &[("icbc", "S3")],                 Act::Refund,           "resolved refund",   &[(MoneyPlace::RefundDue, "500.00")]),
        ("not ours",               &[("icbc", "S3")],                 Act::NotOurs,          "resolved not-ours", &[(MoneyPlace::Ignored, "500.00")]),
    ];
    every_store(|backing| rows.iter().for_each(|row| there_and_back(backing, row)));
}

/// Proposes, approves, reverses and repeats it, with nights between.
fn there_and_back(backing: Backing, (what, items, act, want, places): &Row<'_>) {
    let centre = open_item(backing);
    let before = centre.standing(MoneyPlace::Suspense);
    let items: Vec<_> = items.iter().map(|(own, serial)| item(own, serial)).collect();
    let first = &items[0];
    let draft = centre.draft(&items, act);
    let dump = centre.dump();
    let preview = centre.store.preview(rules(), &clerk("anna"), &draft, now("06-04"));
    let preview = preview.unwrap().unwrap();
    same(&dump, &centre.dump(), "a preview writes nothing");
    let proposal = centre.proposes(&items, act, "06-04");
    assert_eq!(preview.amount, proposal.amount, "{what}");
    assert_eq!(centre.standing(MoneyPlace::Suspense), before, "{what}: not before it is approved");
    centre.night("06-05", &[]);
    assert_eq!(centre.stage(first), "proposed", "{what}: a night leaves it alone");
    let done = centre.approve_as(&approver("bert"), &proposal, "06-05");
    assert_eq!(done, Ok(Approved::Booked), "{what}");
    assert_eq!(centre.stage(first), *want, "{what}");
    for (place, amount) in *places {
        assert_eq!(centre.standing(*place), *amount, "{what}: {place:?}");
    }
    let decided = centre.books();
    centre.night("06-06", &[]);
    same(&decided, &centre.books(), &format!("{what}: the next night leaves it alone"));
    centre.does(&items[..1], &Act::Reverse, "06-07");
    assert_eq!(centre.standing(MoneyPlace::Suspense), before, "{what}: booked back");
    assert_eq!(centre.stage(first), "open", "{what}");
    centre.night("06-08", &[]);
    assert_eq!(centre.standing(MoneyPlace::Suspense), before, "{what}: and hangs as before");
    // A reopened notice can be settled again.
    centre.does(&items, act, "06-09");
    assert_eq!(centre.stage(first), *want, "{what}");
    let told = centre.told(first).join(", ");
    let want =
        "anna proposed, bert approved, anna proposed, bert reversed, anna proposed, bert approved";
    assert_eq!(told, want, "{what}");
}

#[test]
fn several_items_pay_several_notices_where_a_split_says_which() {
    every_store(|backing| {
        let centre = open_item(backing);
        let share = |own: &str, serial: &str, short: &str, fen| Share {
            item: item(own, serial),
            notice: notice(short),
            amount: Money::from_fen(fen),
        };
        let items = [item("icbc", "S3"), item("ccb", "S2")];
        let refused =
            centre.propose_as(&clerk("anna"), &items, &settle(&["P6", "P2", "P3"]), "06-04");
        assert_eq!(refused.unwrap_err().code(), "sum");
        let shares = vec![
            share("icbc", "S3", "P6", 450_00),
            share("icbc", "S3", "P5", 50_00),
            share("ccb", "S2", "P5", 300_00),
        ];
        let nowhere = Act::Split { shares: shares.clone(), rest_to: None };
        let refused = centre.propose_as(&clerk("anna"), &items, &nowhere, "06-04");
        assert_eq!(refused.unwrap_err().code(), "sum", "100 of S2 are left over");
        let act = Act::Split { shares, rest_to: Some("E1".into()) };
        centre.does(&items, &act, "06-04");
        centre.expect("", &["S3 matched P5 P6", "S2 matched P5"]);
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "800.00");
        assert_eq!(centre.standing(MoneyPlace::Advance), "100.00");
        centre.does(&items[1..], &Act::Reverse, "06-05");
        assert_eq!(
            centre.standing(MoneyPlace::Suspense),
            "1850.00",
            "all of it, from one of its items"
        );
    });
}

#[test]
fn a_corrected_reference_is_judged_by_the_engines_own_rules() {
    every_store(|backing| {
        let centre = open_item(backing);
        let (s3, s4) = (item("icbc", "S3"), item("icbc", "S4"));
        let read_as = |short| Act::CorrectReference { reference: notice(short) };
        let unknown =
            centre.propose_as(&clerk("anna"), std::slice::from_ref(&s4), &read_as("P9"), "06-04");
        assert_eq!(unknown.unwrap_err().code(), "same-reference");
        centre.does(std::slice::from_ref(&s4), &read_as("P5"), "06-04");
        centre.does(std::slice::from_ref(&s3), &read_as("P6"), "06-04");
        assert_eq!(centre.stage(&s4), "open");
        centre.night("06-05", &[]);
        // It pays P5 to the fen; 500 for a notice of 450 is overpaid, whoever decides.
        centre.expect("", &["S4 matched P5", "S3 suspense overpaid"]);
        assert_eq!(centre.stage(&s4), "resolved");
        centre.does(std::slice::from_ref(&s4), &Act::Reverse, "06-06");
        centre.does(std::slice::from_ref(&s3), &Act::Reverse, "06-06");
        centre.night("06-07", &[]);
        centre.expect("", &["S4 suspense unknown-reference", "S3 suspense no-reference"]);
    });
}

#[test]
fn others_who_paid_with_a_corrected_reference_wait_again_when_it_is_reversed() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-13", &[csv(&["S1 05-11 icbc 600 P1", "S2 05-12 icbc 400 P8"])]);
        centre.expect("", &["S1 awaiting", "S2 suspense unknown-reference"]);
        let s2 = item("icbc", "S2");
        centre.does(
            std::slice::from_ref(&s2),
            &Act::CorrectReference { reference: notice("P1") },
            "05-13",
        );
        centre.night("05-14", &[]);
        centre.expect("", &["S1 matched P1", "S2 matched P1"]);
        centre.does(std::slice::from_ref(&s2), &Act::Reverse, "05-15");
        centre.expect("", &["S1 awaiting", "S2 suspense unknown-reference"]);
        centre.night("05-16", &[]);
        centre.expect("", &["S1 awaiting", "S2 suspense unknown-reference"]);
        centre.night_of("05-17", &[csv(&["S3 05-16 icbc 400 P1"])]);
        centre.expect("", &["S1 matched P1", "S3 matched P1", "S2 suspense unknown-reference"]);
    });
}

#[test]
fn what_waits_is_woken_by_the_night_of_its_day() {
    every_store(|backing| {
        let centre = open_item(backing);
        let s4 = item("icbc", "S4");
        let until = |day: &str| Act::WaitUntil { day: super::centre::date(day) };
        for (day, want) in [("06-04", "day"), ("09-30", "day")] {
            let refused =
                centre.propose_as(&clerk("anna"), std::slice::from_ref(&s4), &until(day), "06-04");
            assert_eq!(refused.unwrap_err().code(), want, "{day}");
        }
        centre.does(std::slice::from_ref(&s4), &until("06-10"), "06-04");
        centre.notices(&["P9 350"]);
        centre.night("06-09", &[]);
        assert_eq!(centre.stage(&s4), "approved", "not before its day");
        centre.night("06-10", &[]);
        // Reopened and decided in one night: its notice has arrived meanwhile.
        centre.expect("", &["S4 matched P9"]);
        assert_eq!(centre.told(&s4), ["anna proposed", "bert approved", "night woken"]);
        let before = centre.dump();
        centre.night("06-10", &[]);
        same(&before, &centre.dump(), "the night again");
    });
}

#[test]
fn nobody_approves_what_they_proposed_not_even_the_database() {
    every_store(|backing| {
        let centre = open_item(backing);
        let act = Act::Refund;
        let bert = approver("bert");
        let proposal = centre.propose_as(&bert, &[item("icbc", "S3")], &act, "06-04").unwrap();
        assert_eq!(centre.approve_as(&bert, &proposal, "06-04"), Err(DeskRefusal::SamePerson));
        let refused = centre.approve_as(&clerk("carl"), &proposal, "06-04");
        let (role, permission) = (Role::Clerk, Permission::Approve);
        assert_eq!(refused, Err(DeskRefusal::MayNot { role, permission }));
        let sql = format!(
            "update proposal set state = 'approved', first_by = 'bert'
             where proposal_id = '{}'",
            proposal.proposal_id
        );
        let forced = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| centre.tamper(&sql)));
        assert!(forced.is_err(), "a constraint of the table refuses it");
        assert!(centre.approve_as(&approver("dora"), &proposal, "06-04").is_ok());
    });
}

#[test]
fn above_the_limit_two_others_approve_and_an_edit_voids_the_first() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1500000"]);
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 1500000 -"])]);
        let s1 = [item("icbc", "S1")];
        let (anna, bert, dora) = (clerk("anna"), approver("bert"), approver("dora"));
        let proposal = centre.proposes(&s1, &settle(&["P1"]), "05-13");
        assert_eq!(proposal.approvals_needed, 2);
        assert_eq!(centre.approve_as(&bert, &proposal, "05-13"), Ok(Approved::NeedsAnother));
        assert_eq!(centre.approve_as(&bert, &proposal, "05-13"), Err(DeskRefusal::SamePerson));
        let (id, digest) = (&proposal.proposal_id, proposal.digest());
        let (proposal_id, note) = (id.clone(), "改".to_owned());
        let edit = Edit { proposal_id, digest, act: Act::NotOurs, note };
        let before = centre.dump();
        let preview = centre.store.preview_edit(rules(), &anna, &edit, now("05-13"));
        let preview = preview.unwrap().unwrap();
        assert_eq!(preview.postings, [(Subject::Suspense, Subject::Other, proposal.amount.into())]);
        same(&before, &centre.dump(), "a preview writes nothing");
        let reverse = Edit { act: Act::Reverse, ..edit.clone() };
        let refused = centre.store.edit(rules(), &anna, &reverse, now("05-13")).unwrap();
        assert_eq!(refused.unwrap_err().code(), "not-from");
        let edited = centre.store.edit(rules(), &anna, &edit, now("05-13"));
        let edited = edited.unwrap().unwrap();
        assert!(edited.approvals.is_empty());
        let refused = centre.approve_as(&dora, &proposal, "05-13").unwrap_err();
        assert_eq!(refused, DeskRefusal::Edited { proposal_id: id.clone() });
        assert_eq!(centre.approve_as(&dora, &edited, "05-13"), Ok(Approved::NeedsAnother));
        assert_eq!(centre.approve_as(&bert, &edited, "05-13"), Ok(Approved::Booked));
        assert_eq!(centre.standing(MoneyPlace::Ignored), "1500000.00");
    });
}

#[test]
fn of_two_people_who_act_at_once_one_wins_and_the_other_is_told() {
    every_store(|backing| {
        let centre = open_item(backing);
        let s3 = item("icbc", "S3");
        let draft = centre.draft(std::slice::from_ref(&s3), &Act::Refund);
        let propose =
            |who: &Actor| centre.store.propose(rules(), who, &draft, now("06-04")).unwrap();
        propose(&clerk("anna")).unwrap();
        let told = propose(&clerk("carl")).unwrap_err();
        let by = Some(Person("anna".into()));
        let at = Some(now("06-04").at);
        let change = ItemChange::Event(TrailEvent::Proposed);
        assert_eq!(told, DeskRefusal::Changed { item: s3.clone(), by, change, at });
        assert!(
            told.in_language(Language::Chinese).contains("已被 anna 处理（提交处理意见）"),
            "{}",
            told.in_language(Language::Chinese)
        );
        // Two people approve one proposal.
        let proposal = centre.store.proposals(&ProposalFilter::default(), 5).unwrap().remove(0);
        centre.approve_as(&approver("bert"), &proposal, "06-04").unwrap();
        let told = centre.approve_as(&approver("dora"), &proposal, "06-04").unwrap_err();
        assert_eq!(told.code(), "closed");
        // A night was faster.
        let s4 = item("icbc", "S4");
        let draft = centre.draft(std::slice::from_ref(&s4), &Act::Refund);
        centre.notices(&["P9 350"]);
        centre.night("06-05", &[]);
        let told = centre.store.propose(rules(), &clerk("carl"), &draft, now("06-05")).unwrap();
        let DeskRefusal::Changed { by, .. } = told.unwrap_err() else {
            panic!("changed by the night")
        };
        assert_eq!(by, None);
    });
}

#[test]
fn people_at_once_in_threads_settle_a_notice_once() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 70"]);
        let rows: Vec<String> =
            (0..8).map(|n| format!("S{n} 05-11 icbc 70 - from=62220000{n}")).collect();
        centre.night_of("05-12", &[csv(&rows)]);
        let won: usize = std::thread::scope(|scope| {
            let people: Vec<_> = (0..8)
                .map(|n| {
                    let draft = centre.draft(&[item("icbc", &format!("S{n}"))], &settle(&["P1"]));
                    let store = &centre.store;
                    scope.spawn(move || {
                        let who = clerk(&format!("clerk{n}"));
                        let made = store.propose(rules(), &who, &draft, now("05-13"));
                        // The later one finds the notice already paid.
                        let Ok(made) = made.unwrap() else { return false };
                        let boss = approver(&format!("boss{n}"));
                        let (id, digest) = (&made.proposal_id, made.digest());
                        store.approve(rules(), &boss, id, &digest, now("05-13")).unwrap().is_ok()
                    })
                })
                .collect();
            people.into_iter().map(|one| usize::from(one.join().unwrap())).sum()
        });
        assert_eq!(won, 1);
        centre.prove("after eight at once");
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "70.00");
        assert!(centre.store.verify_trail().unwrap().is_ok());
    });
}

#[test]
fn what_was_not_approved_is_taken_back_or_sent_back() {
    every_store(|backing| {
        let centre = open_item(backing);
        let s3 = [item("icbc", "S3")];
        let (anna, bert) = (clerk("anna"), approver("bert"));
        let first = centre.proposes(&s3, &Act::Refund, "06-04");
        let digest = first.digest();
        let carl = centre.store.withdraw(&clerk("carl"), &first.proposal_id, &digest, now("06-04"));
        assert_eq!(carl.unwrap().unwrap_err().code(), "not-yours");
        centre.store.withdraw(&anna, &first.proposal_id, &digest, now("06-04")).unwrap().unwrap();
        assert_eq!(centre.stage(&s3[0]), "assigned");
        let second = centre.proposes(&s3, &Act::NotOurs, "06-04");
        let digest = second.digest();
        let back =
            |why| centre.store.send_back(&bert, &second.proposal_id, &digest, why, now("06-05"));
        assert_eq!(back(" ").unwrap().unwrap_err().code(), "nothing-named");
        back("请附单位来函").unwrap().unwrap();
        let ended = centre.store.proposal(&second.proposal_id).unwrap().unwrap();
        assert_eq!(ended.state, ProposalState::SentBack);
        assert_eq!(ended.ended.unwrap().1, "请附单位来函");
        assert_eq!(centre.row(&s3[0]).stage, Stage::Assigned);
        centre.night("06-06", &[]);
        centre.expect("", &["S3 suspense no-reference"]);
    });
}

#[test]
fn what_cannot_be_done_is_refused_and_changes_nothing() {
    every_store(|backing| {
        let centre = open_item(backing);
        let (s1, s3) = (item("icbc", "S1"), item("icbc", "S3"));
        centre.does(&[item("icbc", "S4")], &settle(&["P5"]), "06-04");
        let before = centre.dump();
        let none = Draft { items: Vec::new(), act: Act::Refund, note: String::new() };
        let twice = centre.draft(&[s3.clone(), s3.clone()], &Act::Refund);
        let on = |items: &[_], act: &Act| centre.draft(items, act);
        let one = std::slice::from_ref(&s3);
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (none,                                                        Role::Clerk,   "nothing-named"),
            (twice,                                                       Role::Clerk,   "named-twice"),
            (on(one, &settle(&[])),                                       Role::Clerk,   "nothing-named"),
            (on(one, &settle(&["P2"])),                                   Role::Clerk,   "sum"),
            (on(one, &settle(&["P2", "P2"])),                             Role::Clerk,   "named-twice"),
            (on(one, &settle(&["P8"])),                                   Role::Clerk,   "no-such"),
            (on(one, &settle(&["P5"])),                                   Role::Clerk,   "notice-not-open"),
            (on(&[s1, item("ccb", "S2")], &settle(&["P1", "P2"])),        Role::Clerk,   "sum"),
            (on(one, &Act::Advance { employer_id: Some("E7".into()) }),   Role::Clerk,   "no-such"),
            (on(one, &Act::Advance { employer_id: None }),                Role::Clerk,   "no-owner"),
            (on(one, &Act::Reverse),                                      Role::Clerk,   "nothing-to-reverse"),
            (on(&[item("icbc", "S4")], &Act::Refund),                     Role::Clerk,   "not-from"),
            (on(one, &Act::Refund),                                       Role::Auditor, "may-not"),
            (on(one, &Act::Refund),                                       Role::Administrator, "may-not"),
        ];
        for (draft, role, want) in rows {
            let who = Actor::of(Person("anna".into()), role);
            let refused = centre.store.propose(rules(), &who, &draft, now("06-04")).unwrap();
            let refused = refused.unwrap_err();
            assert_eq!(refused.code(), want, "{draft:?}");
            assert!(
                !refused.in_language(Language::Chinese).is_empty()
                    && !refused.to_string().is_empty()
            );
            same(&before, &centre.dump(), want);
        }
    });
}

#[test]
fn bulk_is_all_or_nothing_and_shown_before() {
    every_store(|backing| {
        let centre = open_item(backing);
        let refund = |serial| centre.draft(&[item("icbc", serial)], &Act::Refund);
        let mut drafts = vec![refund("S3"), refund("S4")];
        drafts.push(centre.draft(&[item("ccb", "S2")], &settle(&["P3"])));
        let anna = clerk("anna");
        let shown = centre.store.preview_all(rules(), &anna, &drafts, now("06-04")).unwrap();
        let shown: Vec<bool> = shown.iter().map(Result::is_ok).collect();
        assert_eq!(shown, [true, true, false]);
        let before = centre.dump();
        let all = centre.store.propose_all(rules(), &anna, &drafts, now("06-04")).unwrap();
        assert_eq!(all.unwrap_err().code(), "sum");
        same(&before, &centre.dump(), "one of three does not fit");
        drafts.pop();
        let all = centre.store.propose_all(rules(), &anna, &drafts, now("06-04")).unwrap().unwrap();
        let named: Vec<_> = all.iter().map(|one| (one.proposal_id.clone(), one.digest())).collect();
        let done = centre.store.approve_all(rules(), &approver("bert"), &named, now("06-04"));
        assert_eq!(done.unwrap().unwrap(), [Approved::Booked, Approved::Booked]);
        centre.prove("bulk");
        assert_eq!(centre.standing(MoneyPlace::RefundDue), "850.00");
    });
}

/// E2 has two employees and a notice for their May list.
fn with_lines(centre: &Centre) -> String {
    let on = "2026-05-11";
    let hire = |id: &str, id_no: &str| {
        json!({"op": "open_account", "on": on, "employer_id": "E2", "employee_id": id,
            "id_no": id_no, "name": "某人", "base": "5000.00", "month": "2026-05"})
    };
    let answers = centre.apply(&[
        json!({"op": "open_employer", "on": on, "employer_id": "E2", "name": "示例乙公司",
            "kind": "company", "uscc": "91350100M000100Y43",
            "agent": {"name": "经办人", "mobile": "13800000000", "email": "b@example.com"},
            "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2026-05",
            "channel": "counter"}),
        hire("A", &id_no(1)),
        hire("B", &id_no(2)),
        json!({"op": "remit", "on": on, "employer_id": "E2", "month": "2026-05"}),
        json!({"op": "issue_notice", "on": on, "employer_id": "E2", "months": ["2026-05"],
            "supplements": true}),
    ]);
    answers.last().unwrap()["reference"].as_str().unwrap().to_owned()
}

pub(crate) fn id_no(number: u32) -> String {
    let body = format!("4502041950{:04}{:03}", 101, number);
    format!("{body}{}", duizhang::remittance::identity::id_check(&body).unwrap())
}

#[test]
fn a_settlement_with_lines_is_posted_to_employees_and_booked_back_in_red() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        let reference: duizhang::remittance::PaymentReference =
            with_lines(&centre).parse().unwrap();
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 1600 -"])]);
        let s1 = [item("icbc", "S1")];
        let act = Act::settle(vec![reference]);
        for _ in 0..2 {
            centre.does(&s1, &act, "05-13");
            assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "1600.00");
            centre.does(&s1, &Act::Reverse, "05-14");
            assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "0.00");
        }
        // The same money may come through an advance balance, and cannot be reversed after it was used.
        centre.does(&s1, &Act::Advance { employer_id: Some("E2".into()) }, "05-15");
        centre.apply(&[json!({"op": "pay_from_advance", "on": "2026-05-16",
            "reference": reference.to_string()})]);
        centre.prove("paid from the advance balance");
        let reversal = centre.propose_as(&clerk("anna"), &s1, &Act::Reverse, "05-17").unwrap();
        let spent = centre.approve_as(&approver("bert"), &reversal, "05-17").unwrap_err();
        let (held, needed) = (Money::ZERO, Money::from_fen(1600_00));
        assert_eq!(spent, DeskRefusal::Spent { employer_id: "E2".into(), held, needed });
        assert_eq!(centre.stage(&s1[0]), "resolved advance");
    });
}

#[test]
fn the_trail_tells_everything_and_shows_whatever_is_done_to_it() {
    every_store(|backing| {
        let centre = open_item(backing);
        centre.does(&[item("icbc", "S3")], &Act::Refund, "06-04");
        let anna = clerk("anna");
        let s4 = item("icbc", "S4");
        let to = Person("carl".into());
        let give = |to| centre.store.assign(&anna, &[centre.seen(&s4)], to, now("06-04"));
        give(Some(&to)).unwrap().unwrap();
        assert_eq!(centre.row(&s4).assignee.as_deref(), Some("carl"));
        give(None).unwrap().unwrap();
        centre.store.note(&anna, &s4, "已电话联系", now("06-04")).unwrap().unwrap();
        assert_eq!(centre.told(&s4), ["anna assigned", "anna released", "anna noted"]);
        let chain = centre.store.verify_trail().unwrap().unwrap();
        // The first is the night's.
        assert_eq!(chain.len(), 6);
        centre.tamper("update trail set actor = 'eve' where sequence = 2");
        let broken = centre.store.audit().unwrap();
        let gaps: Vec<String> = broken.gaps.iter().map(ToString::to_string).collect();
        assert_eq!(gaps, ["audit trail: entry 2 was changed"]);
    });
}

#[test]
fn the_operator_at_the_command_line_leaves_an_entry_and_can_be_reversed() {
    every_store(|backing| {
        let centre = open_item(backing);
        let s3 = item("icbc", "S3");
        let resolve = |act: &Act| {
            centre.store.resolve(std::slice::from_ref(&s3), act, "wang", "来函", now("06-04"))
        };
        resolve(&settle(&["P2", "P3"])).unwrap();
        assert!(matches!(resolve(&Act::Refund), Err(StoreError::Refused(_))));
        centre.prove("resolved");
        assert_eq!(centre.told(&s3), ["wang resolved"]);
        centre.does(std::slice::from_ref(&s3), &Act::Reverse, "06-05");
        assert_eq!(centre.standing(MoneyPlace::Suspense), "1850.00");
    });
}

/// Staff refund an item during a run.
struct Meanwhile<'a> {
    store: &'a Store,
    draft: Draft,
    decided: AtomicU32,
}

impl Watch for Meanwhile<'_> {
    fn step(&self, step: Step, _: Option<u64>) {
        if step != Step::Decide || self.decided.fetch_add(1, Ordering::SeqCst) > 0 {
            return;
        }
        let Self { store, draft, .. } = self;
        let made = store.propose(rules(), &clerk("anna"), draft, now("06-05")).unwrap().unwrap();
        let (id, digest) = (&made.proposal_id, made.digest());
        store.approve(rules(), &approver("bert"), id, &digest, now("06-05")).unwrap().unwrap();
    }

    fn advance(&self, _: u64) {}
}

#[test]
fn a_night_looks_again_when_staff_acted_while_it_decided() {
    every_store(|backing| {
        let centre = open_item(backing);
        // The notice that S4 names has arrived: this run would settle it.
        centre.notices(&["P9 350"]);
        let draft = centre.draft(&[item("icbc", "S4")], &Act::Refund);
        let watch = Meanwhile { store: &centre.store, draft, decided: AtomicU32::new(0) };
        let settings = centre.settings("06-05", &[]);
        nightly::run(&centre.store, super::centre::rules(), &settings, &watch).unwrap();
        centre.prove("overtaken");
        assert_eq!(watch.decided.load(Ordering::SeqCst), 2, "it decided once more");
        assert_eq!(centre.stage(&item("icbc", "S4")), "resolved refund");
        assert_eq!(centre.standing(MoneyPlace::RefundDue), "350.00");
    });
}
