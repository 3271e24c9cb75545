//! What the decision table leaves out: knowledge from earlier runs, and the words for people.
//!
//! Start at the golden file of explanations, the last test; the rows use the language of `table.rs`.

use super::*;
use remittance::{Language, Localized};
use std::fmt::Write;

/// A credit of an earlier run that settled P8.
fn credit(state: CreditState, claim: &Claim) -> Credit<'_> {
    Credit {
        account: AccountIndex(0),
        serial: "earlier",
        booked_on: "2019-05-11".parse().unwrap(),
        booked_time: None,
        amount: Money::from_fen(1000),
        counterparty_account: "62220000000000001",
        counterparty_name: "",
        claim,
        notices: &[],
        state,
    }
}

#[test]
fn a_debit_that_takes_back_what_is_settled_or_decided_goes_to_a_person_however_old_that_is() {
    let rules = rulebook::matching::shipped().unwrap();
    let calendar = rulebook::calendar::shipped().unwrap();
    let as_of = "2026-05-12".parse().unwrap();
    let (p8, p1) = (claim("P8"), claim("P1"));
    let settled = || credit(CreditState::Settled, &p8);
    let handled = || credit(CreditState::Handled, &p1);
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (vec![settled()], vec!["05-12 icbc !-1000 -"], "reversal-of-matched", "但该款已经入账，需人工处理。"),
        (vec![handled()], vec!["05-12 icbc !-1000 -"], "reversal-of-matched", "但该款已由工作人员处理，需人工处理。"),
        (vec![settled(), handled()], vec!["05-12 icbc !-1000 -"], "reversal-unclear", "不能确定是哪一笔。"),
        (vec![settled(), handled()], vec!["05-12 icbc !-1000 P8"], "reversal-of-matched", "但该款已经入账，需人工处理。"),
        // Alike: the unsettled one; different: nobody can decide.
        (vec![settled()], vec!["05-12 icbc !-1000 -", "05-11 icbc 1000 P8"], "returned", "该款尚未入账。"),
        (vec![settled()], vec!["05-12 icbc !-1000 -", "05-11 icbc 1000 P1"], "reversal-unclear", "不能确定是哪一笔。"),
    ];
    for (credits, rows, want, words) in rows {
        let items: Vec<_> = rows.iter().zip(["s1", "s2"]).map(|(row, s)| item(row, s)).collect();
        let known = Known { credits, ..Known::default() };
        let decisions = decide(&items, &notices(), &known, &rules, &calendar, as_of);
        assert_eq!(said(&decisions[0]), want, "{rows:?}");
        let sentence = decisions[0].explanation.in_language(Language::Chinese);
        assert!(sentence.ends_with(words), "{rows:?}: {sentence}");
    }
}

#[test]
fn a_probable_reading_yields_to_what_an_earlier_payment_named() {
    let rules = rulebook::matching::shipped().unwrap();
    let calendar = rulebook::calendar::shipped().unwrap();
    let known = Known { named_before: [reference(1)].into(), ..Known::default() };
    let items = [item("05-11 icbc 1000 ~P1", "s1"), item("05-11 icbc 2000 ~P2", "s2")];
    let as_of = "2026-05-12".parse().unwrap();
    let decisions = decide(&items, &notices(), &known, &rules, &calendar, as_of);
    assert_eq!(decisions.iter().map(said).collect::<Vec<_>>(), ["unreadable-reference", "matched"]);
}

/// What staff read, for every kind of explanation. Keep the golden file readable: people read it.
#[test]
fn explanations_read_well_and_come_back_from_what_is_kept() {
    let nights: &[(&str, &[&str])] = &[
        ("05-12", &["05-11 icbc 1000 P1"]),
        ("05-12", &["05-11 icbc 600 P1", "05-12 icbc 400 P1", "05-12 icbc 400 P1"]),
        ("05-12", &["05-11 icbc 600 P1"]),
        ("06-02", &["05-11 icbc 600 P1", "05-12 icbc 300 P1"]),
        ("06-02", &["05-11 icbc 600 P1", "05-12 ccb 300 P1"]),
        ("05-12", &["05-11 icbc 1050 P1"]),
        ("05-12", &["05-11 icbc 700 P1", "05-12 icbc 400 P1"]),
        ("05-12", &["05-11 icbc 600 P1", "05-12 ccb 400 P1"]),
        ("05-12", &["04-30 icbc 600 P1", "05-06 icbc 500 P1"]),
        ("05-12", &["05-11 icbc 1000 P1", "05-11 icbc 600 P1", "05-12 icbc 400 P1"]),
        ("05-12", &["05-11 icbc 1000 -"]),
        ("05-12", &["05-11 icbc 1000 P1…"]),
        ("05-12", &["05-11 icbc 1000 P7"]),
        ("05-12", &["05-11 icbc 1000 P8"]),
        ("05-12", &["05-11 icbc 1000 P9"]),
        ("05-12", &["05-11 icbc 3000 P1+P2"]),
        ("05-12", &["05-11 icbc 3001 P1+P2"]),
        ("05-12", &["05-11 icbc 1000 P1+P8+P7"]),
        ("05-12", &["05-11 icbc 3000 P1+~P2", "05-12 icbc 1000 P1 contradicted"]),
        ("05-12", &["05-11 icbc 1000 ~P1", "05-11 icbc 2000 ~P2", "05-12 icbc 2000 ~P2"]),
        ("05-12", &["05-11 icbc 1000 ~P1 from=a2", "05-11 icbc 10 ~P4", "05-11 icbc 9 P4"]),
        ("05-12", &["05-11 icbc 2000 P2 from=a12"]),
        ("05-12", &["05-11 icbc 999 ~P1"]),
        ("05-12", &["05-11 icbc 800 P5"]),
        ("05-12", &["05-11 icbc 500 P5", "05-12 icbc 300 P5"]),
        ("05-12", &["05-11 icbc 900 P5"]),
        ("06-02", &["05-11 icbc 900 P5"]),
        ("05-12", &["05-11 icbc 800 P5", "05-11 icbc 450 P5", "05-11 icbc 350 P5"]),
        ("05-12", &["05-11 icbc 1300 P5+P6"]),
        ("05-12", &["05-11 icbc 800 ~P5"]),
        ("05-12", &["05-11 icbc 800 P5 from=a15"]),
        ("05-12", &["05-11 icbc -1000 P1"]),
        ("05-12", &["05-11 icbc !-1000 P1"]),
        ("05-12", &["05-11 icbc 1000 P1", "05-12 icbc !-1000 -"]),
        ("05-12", &["05-11 icbc 2000 P1", "05-11 icbc 2000 P2", "05-12 icbc !-2000 -"]),
    ];
    let mut page = String::new();
    for (as_of, rows) in nights {
        writeln!(page, "as of 2026-{as_of}").unwrap();
        for (row, decision) in rows.iter().zip(judge(rows, as_of)) {
            let explanation = &decision.explanation;
            writeln!(page, "  {row}: {}", said(&decision)).unwrap();
            writeln!(page, "    {}", explanation.in_language(Language::Chinese)).unwrap();
            writeln!(page, "    {}", explanation.in_language(Language::English)).unwrap();
            writeln!(page, "    {}", explanation.to_code()).unwrap();
            assert_eq!(
                &explanation.to_code().parse::<Explanation>().unwrap(),
                explanation,
                "{row}"
            );
        }
    }
    let golden = include_str!("../../../../../fixtures/matching/explanations.txt");
    assert!(page == golden, "fixtures/matching/explanations.txt differs; it would be\n{page}");
}
