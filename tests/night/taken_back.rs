//! Money that a bank reversed after it had settled a notice: what staff can do about the debit.

use super::centre::{Backing, Centre, every_store, same};
use super::feed::csv;
use super::office::{clerk, item, settle};
use duizhang::store::MoneyPlace;
use duizhang::suspense::TakeBackFault;
use duizhang::suspense::{Act, DeskRefusal, ItemId};

/// S1 settled P1 alone, S2 and S3 settled P2 together; then the bank reverses S1 and S2.
fn taken_back(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000", "P2 900", "P3 50"]);
    let rows = [
        "S1 05-11 icbc 1000 P1",
        "S2 05-11 icbc 600 P2",
        "S3 05-11 icbc 300 P2",
        "S4 05-11 icbc 50 -",
    ];
    centre.night_of("05-11", &[csv(&rows)]);
    let rows =
        ["R1 05-12 icbc -1000 - reversal", "R2 05-12 icbc -600 - reversal", "R4 05-12 icbc 50 -"];
    centre.night_of("05-12", &[csv(&rows)]);
    centre.expect("", &["R1 suspense reversal-of-matched", "S1 matched P1", "S2 matched P2"]);
    centre
}

fn take(serial: &str) -> Act {
    Act::TakeBack { credit: item("icbc", serial) }
}

#[test]
fn what_a_credit_had_paid_is_booked_back_and_the_two_are_even() {
    every_store(|backing| {
        let centre = taken_back(backing);
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "1900.00");
        let debit = [item("icbc", "R1")];
        centre.does(&debit, &take("S1"), "05-13");
        centre.expect("", &["R1 returned", "S1 returned", "S2 matched P2"]);
        assert_eq!(centre.stage(&debit[0]), "resolved take-back");
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "900.00");
        let decided = centre.books();
        centre.night("05-13", &[]);
        same(&decided, &centre.books(), "the next night leaves it alone");
        // Reversed and undone: the credit pays again what it had paid.
        centre.does(&debit, &Act::Reverse, "05-14");
        centre.expect("", &["R1 suspense reversal-of-matched", "S1 matched P1"]);
        centre.night("05-14", &[]);
        centre.expect("", &["R1 suspense reversal-of-matched", "S1 matched P1"]);
        centre.does(&debit, &take("S1"), "05-15");
        // The employer pays again; from then on the notice belongs to the new payment.
        centre.night_of("05-16", &[csv(&["S5 05-16 icbc 1000 P1"])]);
        centre.expect("", &["R1 returned", "S1 returned", "S5 matched P1"]);
        let late = centre.propose_as(&clerk("anna"), &debit, &Act::Reverse, "05-17").unwrap();
        let refused = centre.approve_as(&super::office::approver("bert"), &late, "05-17");
        assert_eq!(refused.unwrap_err().code(), "notice-not-open");
    });
}

#[test]
fn others_that_paid_the_notice_wait_for_it_again() {
    every_store(|backing| {
        let centre = taken_back(backing);
        let debit = [item("icbc", "R2")];
        centre.does(&debit, &take("S2"), "05-13");
        centre.expect("", &["R2 returned", "S2 returned", "S3 awaiting"]);
        assert_eq!(centre.standing(MoneyPlace::Awaiting), "300.00");
        centre.does(&debit, &Act::Reverse, "05-13");
        centre.expect("", &["R2 suspense reversal-of-matched", "S2 matched P2", "S3 matched P2"]);
        centre.does(&debit, &take("S2"), "05-14");
        centre.night_of("05-15", &[csv(&["S6 05-15 icbc 600 P2"])]);
        centre.expect("", &["S2 returned", "S3 matched P2", "S6 matched P2"]);
    });
}

#[test]
fn money_that_went_out_pays_for_nothing_but_may_be_no_reversal() {
    every_store(|backing| {
        let centre = taken_back(backing);
        centre.does(&[item("icbc", "S4")], &settle(&["P3"]), "05-13");
        let refused = |own: &ItemId, act: &Act| {
            centre.propose_as(&clerk("anna"), std::slice::from_ref(own), act, "05-13").unwrap_err()
        };
        let (r1, r4) = (item("icbc", "R1"), item("icbc", "R4"));
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("another amount",       &r1, take("S2"),                        "not-taken-back"),
            ("no such credit",       &r1, take("S9"),                        "no-such"),
            ("a debit itself",       &r1, take("R2"),                        "not-taken-back"),
            ("a credit takes none",  &r4, take("S4"),                        "not-taken-back"),
            ("no settling",          &r1, settle(&["P3"]),                   "debit"),
            ("no refund",            &r1, Act::Refund,                       "debit"),
            ("no advance",           &r1, Act::Advance { employer_id: None }, "debit"),
        ];
        for (what, own, act, code) in rows {
            assert_eq!(refused(own, &act).code(), code, "{what}");
        }
        // An ordinary payment of the centre's that only looked like a reversal.
        let before = centre.standing(MoneyPlace::Suspense);
        centre.does(std::slice::from_ref(&r1), &Act::NotOurs, "05-13");
        assert_eq!(centre.stage(&r1), "resolved not-ours");
        centre.night("05-14", &[]);
        assert_eq!(centre.stage(&r1), "resolved not-ours");
        centre.does(std::slice::from_ref(&r1), &Act::Reverse, "05-14");
        assert_eq!(
            (centre.stage(&r1).as_str(), centre.standing(MoneyPlace::Suspense)),
            ("open", before)
        );
    });
}

#[test]
fn what_staff_settled_is_booked_back_first() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-11", &[csv(&["S1 05-11 icbc 1000 -"])]);
        centre.does(&[item("icbc", "S1")], &settle(&["P1"]), "05-12");
        centre.night_of("05-12", &[csv(&["R1 05-12 icbc -1000 - reversal"])]);
        let debit = [item("icbc", "R1")];
        let refused = centre.propose_as(&clerk("anna"), &debit, &take("S1"), "05-13");
        let why = TakeBackFault::ByStaff;
        let want = DeskRefusal::TakenBack { credit: item("icbc", "S1"), why };
        assert_eq!(refused.unwrap_err(), want);
        // After the reversal the credit is open again, and the run links the two by its own rules.
        centre.does(&[item("icbc", "S1")], &Act::Reverse, "05-13");
        centre.night("05-14", &[]);
        centre.expect("", &["R1 returned", "S1 returned"]);
    });
}

#[test]
fn staff_say_which_of_the_credits_that_are_held_back_was_taken_back() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 500", "P2 500"]);
        let rows = [
            "S1 05-11 icbc 500 P1",
            "S2 05-11 icbc 500 P2 from=6222 by=某人",
            "R1 05-11 icbc -500 - reversal from= by=",
        ];
        centre.night_of("05-11", &[csv(&rows)]);
        let held = [
            "R1 suspense reversal-unclear",
            "S1 suspense reversal-unclear",
            "S2 suspense reversal-unclear",
        ];
        centre.expect("", &held);
        let debit = [item("icbc", "R1")];
        centre.does(&debit, &take("S1"), "05-12");
        centre.expect("", &["R1 returned", "S1 returned", "S2 suspense reversal-unclear"]);
        centre.night("05-12", &[]);
        centre.expect("", &["R1 returned", "S1 returned", "S2 matched P2"]);
        assert_eq!(centre.standing(MoneyPlace::EmployeeAccounts), "500.00");
        // Staff were wrong: after the reversal S1 and its debit are open again; S2 has settled and stays.
        centre.does(&debit, &Act::Reverse, "05-13");
        centre.expect("", &["R1 suspense reversal-unclear", "S1 suspense reversal-unclear"]);
        centre.night("05-13", &[]);
        centre.expect("", &["R1 suspense reversal-unclear", "S1 suspense reversal-unclear"]);
        centre.does(&debit, &take("S1"), "05-14");
        centre.night("05-14", &[]);
        centre.expect("", &["R1 returned", "S1 returned", "S2 matched P2"]);
    });
}
