//! A refund from decision to end: listed, exported, paid by the bank's debit, returned and paid again.

use super::centre::{Backing, Centre, date, every_store, same};
use super::dice::Dice;
use super::feed::csv;
use super::office::{approver, clerk, item, now, settle};
use duizhang::remittance::{Language, Localized, Money, RefundReference, Subject, Total};
use duizhang::store::{MoneyPlace, RefundFilter, RefundRow};
use duizhang::suspense::{Act, DeskRefusal, ItemId, RefundChange, RefundFault, RefundState};

/// The payer of S1 and S2, who is also the payee.
const PAYEE: &str = "6222000000000000001";

/// 500 and 350 without a reference, sent by one payer.
fn open_item(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 500"]);
    centre.night_of("05-12", &[csv(&["S1 05-11 icbc 500 -", "S2 05-11 icbc 350 -"])]);
    centre
}

/// `anna` proposes to return S1, `bert` approves.
fn decided(backing: Backing) -> (Centre, RefundRow) {
    let centre = open_item(backing);
    centre.does(&[item("icbc", "S1")], &Act::Refund, "05-13");
    let row = centre.refund_of("S1");
    (centre, row)
}

impl Centre {
    fn refund_of(&self, serial: &str) -> RefundRow {
        let filter = RefundFilter { item: Some(item("icbc", serial)), ..RefundFilter::default() };
        self.store.refunds(&filter).unwrap().pop().unwrap()
    }

    fn work_list(&self) -> Vec<String> {
        let filter = RefundFilter { open: true, ..RefundFilter::default() };
        let rows = self.store.refunds(&filter).unwrap();
        rows.iter().map(|row| format!("{} {} {}", row.item.serial, row.amount, row.state)).collect()
    }

    /// One row in a night of its own.
    fn books_row(&self, night: &str, row: &str) {
        self.night_of(night, &[csv(&[row])]);
    }

    fn refund_balance(&self) -> Total {
        let audit = self.store.audit().unwrap();
        audit.balances.iter().find(|(subject, _)| *subject == Subject::Refund).unwrap().1
    }

    fn changes(&self, serial: &str, change: &RefundChange, on: &str) -> Result<(), String> {
        let reference = self.refund_of(serial).reference;
        let done = self.store.change_refund(reference, change, "dora", "电话核实", now(on));
        self.prove(on);
        done.map_err(|error| error.to_string())
    }
}

fn debit(night: &str, amount: &str, told: impl std::fmt::Display, more: &str) -> String {
    format!("D{} {night} icbc -{amount} {told} from={PAYEE} {more}", night.replace('-', ""))
}

#[test]
fn a_refund_ends_when_the_banks_debit_is_seen() {
    every_store(|backing| {
        let (centre, row) = decided(backing);
        assert_eq!((row.payee_account.as_str(), row.payee_name.as_str()), (PAYEE, "示例甲公司"));
        assert_eq!((row.proposed_by.as_str(), row.approved_by.as_str()), ("anna", "bert"));
        assert_eq!((row.why.as_str(), row.decided_on), ("电话核实", date("05-13")));
        centre.expect("", &["S1 refund-due", "S2 suspense no-reference"]);
        assert_eq!(centre.work_list(), ["S1 500.00 due"]);
        assert_eq!(centre.refund_balance(), Money::from_fen(-500_00));
        // Any account of the centre may have paid it.
        let paid = format!("D1 05-14 ccb -500 {} from={PAYEE}", row.reference);
        centre.books_row("05-14", &paid);
        centre.expect("", &["S1 refunded", "D1 refunded"]);
        assert_eq!(centre.standing(MoneyPlace::Refunded), "500.00");
        assert_eq!(centre.standing(MoneyPlace::RefundDue), "0.00");
        assert_eq!(centre.refund_balance(), Money::ZERO);
        assert!(centre.work_list().is_empty());
        let row = centre.refund_of("S1");
        assert_eq!(row.paid_by, Some((item("ccb", "D1"), date("05-14"))));
        assert_eq!(row.tied_by.as_deref(), Some("night"));
        let told = ["anna proposed", "bert approved", "night refund-paid"];
        assert_eq!(centre.told(&item("icbc", "S1")), told);
        let dump = centre.dump();
        centre.night("05-14", &[]);
        same(&dump, &centre.dump(), "the night again");
    });
}

#[test]
fn what_does_not_agree_in_all_three_is_left_to_people() {
    every_store(|backing| {
        for (what, amount, account, named) in [
            ("another amount", "499.99", PAYEE, true),
            ("another account", "500", "6222000000000000009", true),
            ("an account that is not told whole", "500", "6222****0001", true),
            ("no reference", "500", PAYEE, false),
        ] {
            let (centre, row) = decided(backing);
            let told = if named { row.reference.to_string() } else { "-".to_owned() };
            let paid = format!("D1 05-14 icbc -{amount} {told} from={account}");
            centre.books_row("05-14", &paid);
            centre.expect(what, &["S1 refund-due", "D1 ignored debit"]);
            assert_eq!(centre.work_list(), ["S1 500.00 due"], "{what}");
        }
    });
}

#[test]
fn a_debit_that_came_too_early_is_looked_at_again_once_the_account_is_right() {
    every_store(|backing| {
        let (centre, row) = decided(backing);
        let other = "6222000000000000009";
        centre.books_row("05-14", &format!("D1 05-14 icbc -500 {} from={other}", row.reference));
        centre.expect("", &["S1 refund-due", "D1 ignored debit"]);
        let payee = RefundChange::Payee {
            name: "示例甲公司".to_owned(),
            account: "6222 0000 0000 0000 009".to_owned(),
            bank: "示例银行".to_owned(),
        };
        centre.changes("S1", &payee, "05-15").unwrap();
        assert_eq!(centre.refund_of("S1").payee_account, other);
        centre.night("05-15", &[]);
        centre.expect("", &["S1 refunded", "D1 refunded"]);
        // The payee is history now.
        let refused = centre.changes("S1", &payee, "05-16").unwrap_err();
        assert!(refused.contains("is refunded now"), "{refused}");
    });
}

#[test]
fn a_refund_that_comes_back_is_due_again_and_can_leave_again() {
    every_store(|backing| {
        for (what, back) in [
            ("it names the refund", "from= by="),
            ("it is marked and names it", "from= by= reversal"),
            ("it is marked and from the payee", "- reversal"),
        ] {
            let (centre, row) = decided(backing);
            let reference = row.reference;
            centre.books_row("05-14", &debit("05-14", "500", reference, ""));
            let (told, flags) = match back.strip_prefix("- ") {
                Some(flags) => ("-".to_owned(), flags),
                None => (reference.to_string(), back),
            };
            centre.books_row("05-18", &format!("R1 05-18 icbc 500 {told} {flags}"));
            centre.expect(what, &["S1 refund-due", "D0514 returned", "R1 returned"]);
            assert_eq!(centre.work_list(), ["S1 500.00 due"], "{what}");
            let row = centre.refund_of("S1");
            assert_eq!((row.returns, row.returned_on), (1, Some(date("05-18"))), "{what}");
            assert_eq!(centre.refund_balance(), Money::from_fen(-500_00), "{what}");
            let dump = centre.dump();
            centre.night("05-18", &[]);
            same(&dump, &centre.dump(), what);
            centre.books_row("05-20", &debit("05-20", "500", reference, ""));
            centre.expect(what, &["S1 refunded", "D0514 returned", "D0520 refunded"]);
            assert!(centre.work_list().is_empty(), "{what}");
        }
    });
}

#[test]
fn out_back_and_out_again_is_the_same_in_one_night_and_in_any_order() {
    every_store(|backing| {
        let rows = |reference: RefundReference| {
            [
                debit("05-14", "500", reference, ""),
                format!("R1 05-15 icbc 500 {reference} from= by="),
                debit("05-16", "500", reference, ""),
            ]
        };
        for turned in [false, true] {
            let (centre, row) = decided(backing);
            let mut all = rows(row.reference).to_vec();
            if turned {
                all.reverse();
            }
            centre.night_of("05-18", &[csv(&all)]);
            let want = ["S1 refunded", "D0514 returned", "R1 returned", "D0516 refunded"];
            centre.expect("", &want);
            assert_eq!(centre.refund_of("S1").returns, 1);
            let dump = centre.dump();
            centre.night("05-18", &[]);
            same(&dump, &centre.dump(), "the night again");
        }
    });
}

#[test]
fn a_return_that_may_be_anybodys_waits_for_a_person() {
    every_store(|backing| {
        let (centre, row) = decided(backing);
        centre.books_row("05-14", &debit("05-14", "500", row.reference, ""));
        centre.books_row("05-15", "R1 05-15 icbc 500 - from= by= reversal");
        centre.expect("", &["S1 refunded", "R1 suspense reversal-unclear"]);
        centre.night("05-16", &[]);
        centre.expect("", &["S1 refunded", "R1 suspense reversal-unclear"]);
        let back = RefundChange::Returned { credit: item("icbc", "R1") };
        centre.changes("S1", &back, "05-16").unwrap();
        centre.expect("", &["S1 refund-due", "R1 returned", "D0514 returned"]);
        assert_eq!(centre.stage(&item("icbc", "R1")), "resolved refund-returned");
        assert_eq!(centre.work_list(), ["S1 500.00 due"]);
        centre.night("05-17", &[]);
        centre.expect("", &["S1 refund-due", "R1 returned", "D0514 returned"]);
    });
}

#[test]
fn staff_tie_a_debit_that_does_not_say_so_itself_and_may_be_wrong() {
    every_store(|backing| {
        let (centre, row) = decided(backing);
        // The bank's own word for returned money makes it a reversal of a staff decision.
        centre.books_row("05-14", "D1 05-14 icbc -500 - from= by= summary=原路退回");
        centre.books_row("05-15", "D2 05-15 icbc -500 -");
        centre.expect("", &["D1 suspense reversal-of-matched", "D2 ignored debit"]);
        for (serial, state) in [("D1", "open"), ("D2", "")] {
            let tie = RefundChange::Paid { debit: item("icbc", serial) };
            centre.changes("S1", &tie, "05-16").unwrap();
            centre.expect(serial, &["S1 refunded", &format!("{serial} refunded")]);
            centre.night("05-16", &[]);
            centre.expect(serial, &["S1 refunded", &format!("{serial} refunded")]);
            assert_eq!(centre.refund_of("S1").tied_by.as_deref(), Some("dora"));
            centre.changes("S1", &RefundChange::NotPaid, "05-17").unwrap();
            centre.expect(serial, &["S1 refund-due"]);
            if !state.is_empty() {
                assert_eq!(centre.stage(&item("icbc", serial)), state);
            }
            centre.night("05-17", &[]);
            centre.expect("", &["D1 suspense reversal-of-matched", "D2 ignored debit"]);
        }
        let unfit = |serial: &str| RefundChange::Paid { debit: item("icbc", serial) };
        for (serial, want) in [("S2", "expected a movement"), ("D9", "no transaction")] {
            let refused = centre.changes("S1", &unfit(serial), "05-18").unwrap_err();
            assert!(refused.contains(want), "{refused}");
        }
        let silent =
            centre.store.change_refund(row.reference, &unfit("D2"), "dora", " ", now("05-18"));
        assert!(silent.unwrap_err().to_string().contains("a note"));
    });
}

#[test]
fn who_asks_for_a_change_does_not_approve_it() {
    every_store(|backing| {
        let (centre, row) = decided(backing);
        let (anna, bert, dora) = (clerk("anna"), approver("bert"), approver("dora"));
        let reference = row.reference;
        let change = RefundChange::Payee {
            name: "示例甲公司".to_owned(),
            account: "6222000000000000009".to_owned(),
            bank: String::new(),
        };
        let store = &centre.store;
        let ask = |change: &RefundChange, who| {
            store.ask_refund(who, reference, change, "来函", now("05-14"))
        };
        ask(&change, &bert).unwrap().unwrap();
        let unfit = |what| Err(DeskRefusal::RefundUnfit { refund: reference, what });
        assert_eq!(ask(&change, &anna).unwrap(), unfit(RefundFault::Waits));
        let request = centre.refund_of("S1").request.unwrap();
        let digest = request.digest(reference);
        let approve =
            |who, digest: &str| store.approve_refund(who, reference, digest, now("05-14")).unwrap();
        assert_eq!(approve(&bert, &digest), Err(DeskRefusal::SamePerson));
        assert_eq!(approve(&anna, &digest).unwrap_err().code(), "may-not");
        assert_eq!(approve(&dora, "0000").unwrap_err().code(), "edited");
        // No money leaves while the payee is unclear.
        let (ready, stay) =
            store.export_refunds(("bert", "approver"), false, now("05-14")).unwrap();
        assert_eq!((ready.len(), stay.len()), (0, 1));
        assert_eq!(approve(&dora, &digest), Ok(()));
        assert_eq!(centre.refund_of("S1").payee_account, "6222000000000000009");
        assert_eq!(approve(&dora, &digest), unfit(RefundFault::NothingWaits));
        ask(&change, &anna).unwrap().unwrap();
        let digest = centre.refund_of("S1").request.unwrap().digest(reference);
        store.drop_refund(&anna, reference, &digest, now("05-15")).unwrap().unwrap();
        assert_eq!(centre.refund_of("S1").request, None);
        centre.prove("after the requests");
    });
}

#[test]
fn what_was_exported_is_not_exported_twice_and_not_reversed() {
    every_store(|backing| {
        let (centre, _) = decided(backing);
        centre.does(&[item("icbc", "S2")], &Act::Refund, "05-13");
        let export = |again, on| {
            centre.store.export_refunds(("bert", "approver"), again, now(on)).unwrap().0
        };
        assert_eq!(export(false, "05-14").len(), 2);
        assert_eq!(export(false, "05-14").len(), 0);
        assert_eq!(export(true, "05-15").len(), 2);
        assert_eq!(centre.refund_of("S1").exported_on, Some(date("05-15")));
        let reverse = |serial: &str, on| {
            let proposal = centre.proposes(&[item("icbc", serial)], &Act::Reverse, on);
            let (id, digest, bert) = (&proposal.proposal_id, proposal.digest(), approver("bert"));
            let done = centre.approve_as(&bert, &proposal, on);
            if done.is_err() {
                centre.store.send_back(&bert, id, &digest, "不行", now(on)).unwrap().unwrap();
            }
            done
        };
        let refused = reverse("S1", "05-16").unwrap_err();
        assert_eq!(refused.code(), "refund-state");
        assert!(
            refused.in_language(Language::Chinese).contains("已导出"),
            "{}",
            refused.in_language(Language::Chinese)
        );
        // The bank did not execute it: it is due, and can be reversed again.
        centre.changes("S2", &RefundChange::Recall, "05-16").unwrap();
        assert!(reverse("S2", "05-16").is_ok());
        assert_eq!(centre.refund_of("S2").state, RefundState::Reversed);
        centre.expect("", &["S1 refund-due", "S2 suspense no-reference"]);
        assert_eq!(centre.work_list(), ["S1 500.00 exported"]);
        // Decided again, it is another refund with another reference.
        let before = centre.refund_of("S2").reference;
        centre.does(&[item("icbc", "S2")], &Act::Refund, "05-17");
        assert_ne!(centre.refund_of("S2").reference, before);
        centre.books_row("05-17", &debit("05-17", "350", before, ""));
        centre.expect(
            "what was reversed is paid by nothing",
            &["S2 refund-due", "D0517 ignored debit"],
        );
        let paid = centre.refund_of("S1").reference;
        centre.books_row("05-18", &debit("05-18", "500", paid, ""));
        let refused = reverse("S1", "05-19").unwrap_err();
        assert_eq!(refused, DeskRefusal::Refund { refund: paid, state: RefundState::Refunded });
    });
}

#[test]
fn the_bank_that_takes_back_what_was_to_be_returned_is_still_told() {
    every_store(|backing| {
        let (centre, row) = decided(backing);
        centre.books_row("05-14", "D1 05-14 icbc -500 - reversal");
        centre.expect("", &["S1 refund-due", "D1 suspense reversal-of-matched"]);
        // Staff decide: it is the refund, or the bank's own booking.
        let tie = RefundChange::Paid { debit: item("icbc", "D1") };
        centre.changes("S1", &tie, "05-15").unwrap();
        centre.expect("", &["S1 refunded", "D1 refunded"]);
        centre.books_row("05-16", &format!("D2 05-16 icbc -500 {} from={PAYEE}", row.reference));
        centre.expect("a second payment is none", &["S1 refunded", "D2 ignored debit"]);
    });
}

#[test]
fn a_notice_is_not_paid_by_what_was_returned() {
    every_store(|backing| {
        let (centre, _) = decided(backing);
        let refused =
            centre.propose_as(&clerk("anna"), &[item("icbc", "S1")], &settle(&["P1"]), "05-14");
        assert_eq!(refused.unwrap_err().code(), "not-from");
    });
}

/// Histories in the ordinary run; `.ci/slow` runs thousands.
const HISTORIES: u64 = 2;

/// `transactions` by outcome equals `audit`, and the work list equals the balance of 应退款项.
fn sums_agree(centre: &Centre, when: &str) {
    centre.prove(when);
    let audit = centre.store.audit().unwrap();
    for standing in &audit.places {
        let of_outcome = centre.transactions().into_iter().filter(|row| {
            row.direction == duizhang::remittance::Direction::Credit
                && row.outcome == Some(standing.place.outcome())
        });
        let sum: Total = of_outcome.map(|row| row.amount).sum();
        assert_eq!(sum, standing.by_outcome, "{when}: {:?}", standing.place);
    }
    let open = RefundFilter { open: true, ..RefundFilter::default() };
    let owed: Total = centre.store.refunds(&open).unwrap().iter().map(|row| row.amount).sum();
    assert_eq!(-owed, centre.refund_balance(), "{when}");
    let refunded = RefundFilter { state: Some(RefundState::Refunded), ..RefundFilter::default() };
    let left: Total = centre.store.refunds(&refunded).unwrap().iter().map(|row| row.amount).sum();
    assert_eq!(left.to_string(), centre.standing(MoneyPlace::Refunded), "{when}");
}

/// A movement that may belong to some refund: correct, or wrong in one thing.
fn movement(dice: &mut Dice, refunds: &[RefundReference], number: usize, day: &str) -> String {
    let named = |dice: &mut Dice| {
        let which = dice.roll(refunds.len() + 1);
        refunds.get(which).map_or("-".to_owned(), RefundReference::to_string)
    };
    let amount = dice.pick(&["500", "350"]);
    let told = named(dice);
    let from = dice.pick(&[PAYEE, PAYEE, PAYEE, "", "6222000000000000009"]);
    let mark = if dice.roll(3) == 0 { "reversal" } else { "" };
    let sign = if dice.roll(5) < 3 { "-" } else { "" };
    format!("M{number} {day} icbc {sign}{amount} {told} from={from} by= {mark}")
}

/// Staff try an act that may be impossible.
fn staff(dice: &mut Dice, centres: [&Centre; 2], number: usize, on: &str, seed: u64) {
    let serial = |dice: &mut Dice| dice.pick(&["S1", "S2", "S3"]);
    let named = |dice: &mut Dice| item("icbc", &format!("M{}", dice.roll(number + 1)));
    let of = serial(dice);
    let refund = |centre: &Centre| {
        let item = Some(item("icbc", of));
        let rows = centre.store.refunds(&RefundFilter { item, ..RefundFilter::default() });
        rows.unwrap().into_iter().max_by_key(|row| row.state.is_open())
    };
    let change = match dice.roll(8) {
        0 | 1 => {
            let act = if dice.roll(4) == 0 { Act::NotOurs } else { Act::Refund };
            let done = centres.map(|centre| {
                let ids: [ItemId; 1] = [item("icbc", of)];
                centre.store.resolve(&ids, &act, "dora", "退", now(on)).is_ok()
            });
            return assert_eq!(done[0], done[1], "seed {seed}");
        }
        2 => {
            let done = centres.map(|centre| {
                let ids = [item("icbc", of)];
                let draft = centre.draft(&ids, &Act::Reverse);
                let rules = super::office::rules();
                let proposed =
                    centre.store.propose(rules, &clerk("anna"), &draft, now(on)).unwrap();
                let Ok(proposal) = proposed else { return false };
                let (id, digest) = (&proposal.proposal_id, proposal.digest());
                let bert = approver("bert");
                let done = centre.store.approve(rules, &bert, id, &digest, now(on)).unwrap();
                if done.is_err() {
                    let back = centre.store.send_back(&bert, id, &digest, "不行", now(on));
                    back.unwrap().unwrap();
                }
                done.is_ok()
            });
            return assert_eq!(done[0], done[1], "seed {seed}");
        }
        3 => {
            for centre in centres {
                centre.store.export_refunds(("dora", "operator"), false, now(on)).unwrap();
            }
            return;
        }
        4 => RefundChange::Recall,
        5 => RefundChange::NotPaid,
        6 => RefundChange::Paid { debit: named(dice) },
        _ => RefundChange::Returned { credit: named(dice) },
    };
    let done = centres.map(|centre| {
        let row = refund(centre);
        row.is_some_and(|row| {
            centre.store.change_refund(row.reference, &change, "dora", "核实", now(on)).is_ok()
        })
    });
    assert_eq!(done[0], done[1], "seed {seed}: {change:?}");
}

/// Goal: whatever banks and staff do with refunds, each fen is in one place, lists and audit agree, a repeated night
/// changes nothing, and the order of rows does not matter. Method: three open payments; nights of debits and credits
/// that are correct or wrong in one thing, with acts of staff between them, on two centres with files in opposite
/// order.
#[test]
fn whatever_happens_to_refunds_each_fen_is_in_one_place() {
    let histories = std::env::var("DUIZHANG_HISTORIES").ok().and_then(|count| count.parse().ok());
    every_store(|backing| {
        for seed in 0..histories.unwrap_or(HISTORIES) {
            let dice = &mut Dice(seed * 2_654_435_761 + 17);
            let rows = ["S1 05-11 icbc 500 -", "S2 05-11 icbc 350 -", "S3 05-11 icbc 500 -"];
            let centres = [Centre::new(backing, &[]), Centre::new(backing, &[])];
            centres.iter().for_each(|centre| {
                centre.night_of("05-12", &[csv(&rows)]);
            });
            let mut number = 0;
            for day in 13..21 {
                let on = format!("05-{day}");
                for _ in 0..dice.roll(4) {
                    staff(dice, [&centres[0], &centres[1]], number, &on, seed);
                    centres
                        .iter()
                        .for_each(|centre| sums_agree(centre, &format!("seed {seed}, {on}")));
                }
                let all = centres[0].store.refunds(&RefundFilter::default()).unwrap();
                let known: Vec<RefundReference> = all.iter().map(|row| row.reference).collect();
                let mut rows: Vec<String> = Vec::new();
                for _ in 0..dice.roll(4) {
                    rows.push(movement(dice, &known, number, &on));
                    number += 1;
                }
                let turned: Vec<&String> = rows.iter().rev().collect();
                centres[0].night_of(&on, &[csv(&rows)]);
                centres[1].night_of(&on, &[csv(&turned)]);
                let when = format!("seed {seed}, {on}: {rows:?}");
                centres.iter().for_each(|centre| sums_agree(centre, &when));
                assert_eq!(centres[0].said(), centres[1].said(), "{when}");
                let before = centres[0].dump();
                centres[0].night(&on, &[]);
                same(&before, &centres[0].dump(), &when);
            }
        }
    });
}
