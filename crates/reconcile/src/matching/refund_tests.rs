//! The table of movements that pay and return refunds.
//!
//! A movement is written `day amount payee refund flags`: `06-05 -500 a R1` is a debit of 500 to the payee's account
//! that names R1. `!` before the amount is the bank's mark of a reversal, `-` is no account or no reference, `x`
//! another account. Every row is decided in both orders.

use super::explanation::RefundRole;
use super::*;
use crate::rulebook;
use remittance::{Language, Localized};

fn reference(number: u64) -> RefundReference {
    RefundReference::from_number(number).unwrap()
}

fn day(text: &str) -> NaiveDate {
    format!("2026-{text}").parse().unwrap()
}

fn item(row: &'static str, serial: &'static str) -> Item<'static> {
    let words: Vec<&str> = row.split_whitespace().collect();
    let fen: i64 = words[1].trim_start_matches('!').parse().unwrap();
    let direction = if fen < 0 { Direction::Debit } else { Direction::Credit };
    let rules = rulebook::matching::shipped().unwrap();
    Item {
        account: AccountIndex(if words.contains(&"ccb") { 1 } else { 0 }),
        bank: BankIndex(0),
        paying_bank: PayingBank(0),
        serial,
        booked_on: day(words[0]),
        booked_time: None,
        direction,
        amount: Money::from_fen(fen.abs()),
        counterparty_account: match words[2] {
            "a" => "6222 0001",
            "-" => "",
            other => other,
        },
        counterparty_name: "",
        claim: Claim::None,
        kind: match direction {
            _ if words[1].starts_with('!') => Kind::Reversal,
            Direction::Debit => Kind::Ignored(rules.debit()),
            Direction::Credit => Kind::Remittance,
        },
        refund: words[3].strip_prefix('R').map(|number| reference(number.parse().unwrap())),
        contradicted: false,
    }
}

/// `refunded`, `returned`, the reason, or the rule.
fn said(decision: &Decision) -> String {
    let rules = rulebook::matching::shipped().unwrap();
    match (decision.reason, decision.rule) {
        (Some(reason), _) => reason.code().to_owned(),
        (None, Some(rule)) => rules.rule(rule).unwrap().id.clone(),
        (None, None) => decision.outcome.code().to_owned(),
    }
}

/// What is known: R1 and R2 are due, over 500 to account `a`; R3 was paid by `d0` of 06-04 at icbc, R4 by `d9`, R5
/// over 700 by `d5`, all to `a`.
fn judge(items: &[Item<'_>], refunds: &[u64]) -> Vec<Decision> {
    let refund = |number: &u64| Refund {
        reference: reference(*number),
        amount: Money::from_fen(if *number == 5 { 700 } else { 500 }),
        payee_account: "62220001",
        serial: "c",
        booked_on: day("06-01"),
        paid_by: match number {
            3 => Some(PaidBy::earlier(AccountIndex(0), "d0", day("06-04"))),
            4 => Some(PaidBy::earlier(AccountIndex(0), "d9", day("06-04"))),
            5 => Some(PaidBy::earlier(AccountIndex(0), "d5", day("06-04"))),
            _ => None,
        },
    };
    let known = Known { refunds: refunds.iter().map(refund).collect(), ..Known::default() };
    let rules = rulebook::matching::shipped().unwrap();
    let calendar = rulebook::calendar::shipped().unwrap();
    decide(items, &NoticeBook::default(), &known, &rules, &calendar, day("06-20"))
}

/// The known refunds; movements, each with its outcome.
type Row = (&'static [u64], &'static [(&'static str, &'static str)]);

#[rustfmt::skip] // A table is read by column.
const TABLE: &[Row] = &[
    // refunds  movement                becomes
    (&[1],      &[("06-05 -500 a R1",        "refunded")]),
    (&[1],      &[("06-05 -500 a R1 ccb",    "refunded")]),   // From any account of the centre.
    (&[1],      &[("06-05 !-500 a R1",       "refunded")]),   // The bank calls it 退汇: the refund was ours.
    (&[1],      &[("06-05 -499 a R1",        "debit")]),
    (&[1],      &[("06-05 -500 x R1",        "debit")]),      // To another account.
    (&[1],      &[("06-05 -500 - R1",        "debit")]),      // To nobody knows which.
    (&[1],      &[("06-05 -500 a -",         "debit")]),      // A guess, however likely.
    (&[1],      &[("05-31 -500 a R1",        "debit")]),      // Before the money had come.
    (&[1],      &[("06-05 -500 a R2",        "debit")]),
    (&[1],      &[("06-05 -500 a R1",        "refunded"), ("06-06 -500 a R1", "debit")]),   // A second payment is none.
    (&[1, 2],   &[("06-05 -500 a R1",        "refunded"), ("06-05 -500 a R2", "refunded")]),
    (&[3],      &[("06-05 -500 a R3",        "debit")]),      // Paid already.
    // It comes back.
    (&[3],      &[("06-05 500 - R3",         "returned")]),
    (&[3],      &[("06-05 500 a R3",         "returned")]),
    (&[3],      &[("06-05 !500 x R3",        "returned")]),   // Marked and named: whoever passes it on.
    (&[3],      &[("06-05 500 x R3",         "no-reference")]),
    (&[3],      &[("06-05 !500 a -",         "returned")]),
    (&[3],      &[("06-05 !500 - -",         "reversal-unclear")]),
    (&[3],      &[("06-05 !500 x -",         "reversal-credit")]),  // Another debit of ours came back.
    (&[3],      &[("06-05 500 a -",          "no-reference")]),
    (&[3],      &[("06-05 !500 a - ccb",     "reversal-credit")]),
    (&[3],      &[("06-05 !499 a -",         "reversal-credit")]),
    (&[3],      &[("06-03 !500 a -",         "reversal-credit")]),  // Before it had left.
    (&[3, 4],   &[("06-05 !500 a -",         "reversal-unclear")]), // Which of the two?
    (&[3, 4],   &[("06-05 !500 a R4",        "returned")]),
    (&[3, 4],   &[("06-05 !500 a R4",        "returned"), ("06-06 !500 a -", "returned")]),
    (&[3],      &[("06-05 !500 a -",         "reversal-unclear"), ("06-06 !500 a -", "reversal-unclear")]),
    (&[3, 5],   &[("06-05 !500 a -",         "returned"), ("06-05 !700 a -", "returned")]),
    // Out, back and out again, in one night.
    (&[1],      &[("06-05 -500 a R1",        "returned"), ("06-06 500 - R1", "returned")]),
    (&[1],      &[("06-05 -500 a R1",        "returned"), ("06-06 !500 a -", "returned")]),
    (&[1],      &[("06-05 -500 a R1",        "returned"), ("06-06 500 - R1", "returned"), ("06-07 -500 a R1", "refunded")]),
    (&[1],      &[("06-05 -500 a R1",        "returned"), ("06-06 !500 a -", "returned"), ("06-07 -500 a R1", "refunded")]),
    (&[3],      &[("06-05 500 - R3",         "returned"), ("06-07 -500 a R3", "refunded")]),
    (&[3],      &[("06-05 500 - R3",         "returned"), ("06-06 500 - R3", "no-reference")]),
];

#[test]
fn a_refund_is_paid_and_comes_back_by_what_agrees_and_by_nothing_less() {
    let serials = ["s1", "s2", "s3"];
    for (refunds, rows) in TABLE {
        let mut items: Vec<_> =
            rows.iter().zip(serials).map(|((row, _), serial)| item(row, serial)).collect();
        let want: Vec<&str> = rows.iter().map(|(_, want)| *want).collect();
        let got: Vec<String> = judge(&items, refunds).iter().map(said).collect();
        assert_eq!(got, want, "{refunds:?} {rows:?}");
        items.reverse();
        let mut got: Vec<String> = judge(&items, refunds).iter().map(said).collect();
        got.reverse();
        assert_eq!(got, want, "{refunds:?} {rows:?}, the other way round");
    }
}

#[test]
fn the_explanation_names_the_other_side_and_is_read_back() {
    let items = [item("06-05 -500 a R1", "s1"), item("06-06 500 - R1", "s2|x")];
    let roles = [(RefundRole::PaidAndReturned, "s2|x"), (RefundRole::Returned, "s1")];
    for (decision, (role, other)) in judge(&items, &[1]).iter().zip(roles) {
        let Explanation::Refund(link) = &decision.explanation else { panic!("{decision:?}") };
        assert_eq!((link.role, &*link.serial), (role, other));
        assert_eq!(decision.explanation.to_code().parse().as_ref(), Ok(&decision.explanation));
        assert!(
            decision.explanation.in_language(Language::Chinese).contains(&reference(1).to_string())
        );
    }
}
