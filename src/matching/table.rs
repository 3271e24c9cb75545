//! The decision table of the contract once more, row by row, readable by a clerk.
//!
//! Start at the first test. The small language of the rows is read by [`item`]: a payment is
//! `day bank amount remark`, so `05-11 icbc 600 P1` is 600 fen booked on 11 May 2026 at ICBC with a
//! certain reading of P1. `~P1` is a probable reading, `P1+P2` several, `P1…` a truncated one, `-` none.

use super::because::Verdict;
use super::*;
use crate::remittance::NoticeStatus;
use crate::rulebook;
use std::fmt::Write;

/// P1 to P4 are open over 1000, 2000, 3000 and 10 fen, P8 is paid, P9 revoked; all others are unknown.
fn notices() -> NoticeBook {
    let fact = |(number, fen, status)| NoticeFact {
        reference: reference(number),
        amount: Money::from_fen(fen),
        status,
    };
    let (awaiting, paid) = (NoticeStatus::Awaiting, NoticeStatus::Paid);
    let all = [(1, 1000, awaiting), (2, 2000, awaiting), (3, 3000, awaiting), (4, 10, awaiting)];
    let closed = [(8, 1000, paid), (9, 1000, NoticeStatus::Revoked)];
    NoticeBook::new(all.into_iter().chain(closed).map(fact).collect())
}

fn reference(number: u64) -> PaymentReference {
    PaymentReference::from_number(number).unwrap()
}

fn claim(text: &str) -> Claim {
    let number = |text: &str| reference(text.trim_start_matches(['~', 'P']).parse().unwrap());
    match text {
        "-" => Claim::None,
        _ if text.ends_with('…') => Claim::Truncated,
        _ if text.contains('+') => Claim::Several(text.split('+').map(number).collect()),
        _ if text.starts_with('~') => Claim::Probable(number(text)),
        _ => Claim::Certain(number(text)),
    }
}

/// One payment; a debit has a negative amount, `!` before the amount is the bank's mark of a reversal.
fn item(row: &'static str, serial: &'static str) -> Item<'static> {
    let mut words = row.split_whitespace();
    let mut word = || words.next().unwrap();
    let booked_on = format!("2026-{}", word()).parse().unwrap();
    let bank = if word() == "icbc" { 0 } else { 1 };
    let amount = word();
    let fen: i64 = amount.trim_start_matches('!').parse().unwrap();
    let claim = claim(word());
    let reversal = amount.starts_with('!');
    Item {
        account: AccountIndex(bank),
        bank: BankIndex(bank),
        paying_bank: PayingBank(0),
        serial,
        booked_on,
        booked_time: None,
        direction: if fen < 0 { Direction::Debit } else { Direction::Credit },
        amount: Money::from_fen(fen.abs()),
        counterparty_account: "62220000000000001",
        claim,
        kind: if reversal { Kind::Reversal } else { Kind::Remittance },
    }
}

fn judge(rows: &[&'static str], as_of: &str) -> Vec<Decision> {
    let serials = ["s1", "s2", "s3", "s4", "s5", "s6"];
    let items: Vec<_> = rows.iter().zip(serials).map(|(row, serial)| item(row, serial)).collect();
    let rules = rulebook::matching::shipped().unwrap();
    let calendar = rulebook::calendar::shipped().unwrap();
    let as_of = format!("2026-{as_of}").parse().unwrap();
    decide(&items, &notices(), &[], &rules, &calendar, as_of)
}

/// `matched`, or `awaiting`, or the reason, or the id of the rule.
fn said(decision: &Decision) -> String {
    let rules = rulebook::matching::shipped().unwrap();
    match (decision.reason, decision.rule) {
        (Some(reason), _) => reason.code().to_owned(),
        (None, Some(rule)) => rules.rule(rule).unwrap().id.clone(),
        (None, None) => decision.outcome.code().to_owned(),
    }
}

/// As of a day, what comes in and what becomes of it.
#[rustfmt::skip] // A table is read by column.
const TABLE: &[(&str, &[(&str, &str)])] = &[
    // as of   day  bank amount remark    becomes
    ("05-12", &[("05-11 icbc 1000 P1",    "matched")]),
    ("05-12", &[("05-11 icbc 600 P1",     "matched"),              ("05-12 icbc 400 P1", "matched")]),
    ("05-12", &[("05-11 icbc 600 P1",     "awaiting")]),
    ("05-12", &[("05-11 icbc 1000 -",     "no-reference")]),
    ("05-12", &[("05-11 icbc 1000 P1…",   "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 1000 P7",    "unknown-reference")]),
    ("05-12", &[("05-11 icbc 1000 P9",    "notice-revoked")]),
    ("05-12", &[("05-11 icbc 1000 P8",    "notice-already-paid")]),
    ("05-12", &[("05-11 icbc 999 P8",     "notice-already-paid")]),   // Paid is news before the amount is.
    ("05-12", &[("05-11 icbc 1001 P1",    "overpaid")]),
    ("05-12", &[("05-11 icbc 700 P1",     "overpaid"),             ("05-12 icbc 400 P1", "overpaid")]),
    ("05-12", &[("05-11 icbc 600 P1",     "cross-bank"),           ("05-12 ccb 400 P1",  "cross-bank")]),
    ("05-12", &[("05-11 icbc 600 P1",     "cross-bank"),           ("05-12 ccb 500 P1",  "cross-bank")]),
    ("05-12", &[("04-30 icbc 600 P1",     "cross-month"),          ("05-06 icbc 400 P1", "cross-month")]),
    ("05-12", &[("04-30 icbc 600 P1",     "cross-month"),          ("05-06 ccb 400 P1",  "cross-month")]),
    // The month of the latest part decides how long is waited: May closes on 2 June.
    ("06-01", &[("05-11 icbc 600 P1",     "awaiting")]),
    ("06-02", &[("05-11 icbc 600 P1",     "underpaid")]),
    ("06-01", &[("04-30 icbc 300 P1",     "awaiting"),             ("05-11 ccb 300 P1",  "awaiting")]),
    // Once it is closed, parts that fall short are told what they span; in one split they are underpaid.
    ("06-02", &[("05-08 icbc 300 P1",     "underpaid"),            ("05-11 icbc 300 P1", "underpaid")]),
    ("06-02", &[("05-08 icbc 300 P1",     "cross-bank"),           ("05-11 ccb 300 P1",  "cross-bank")]),
    ("06-02", &[("04-30 icbc 300 P1",     "cross-month"),          ("05-11 icbc 300 P1", "cross-month")]),
    ("06-02", &[("04-30 icbc 300 P1",     "cross-month"),          ("05-11 ccb 300 P1",  "cross-month")]),
    // Sets: the only one settles, what is left over is told so, two of them settle nothing.
    ("05-12", &[("05-11 icbc 1000 P1",    "matched"),              ("05-12 icbc 1000 P1", "notice-already-paid")]),
    ("05-12", &[("05-12 icbc 1000 P1",    "notice-already-paid"),  ("05-11 icbc 1000 P1", "matched")]),
    ("05-12", &[("05-12 icbc 1000 P1",    "notice-already-paid"),  ("05-11 ccb 1000 P1",  "matched")]),
    ("05-12", &[("05-11 icbc 600 P1",     "matched"),              ("05-11 icbc 600 P1",  "notice-already-paid"), ("05-12 icbc 400 P1", "matched")]),
    ("05-12", &[("05-11 icbc 1000 P1",    "ambiguous-parts"),      ("05-11 icbc 600 P1",  "ambiguous-parts"),     ("05-12 icbc 400 P1", "ambiguous-parts")]),
    ("05-12", &[("05-11 icbc 1500 P1",    "notice-already-paid"),  ("05-11 icbc 600 P1",  "matched"),             ("05-12 icbc 400 P1", "matched")]),
    // In another bank: earliest completed wins.
    ("05-13", &[("05-11 icbc 600 P1",     "notice-already-paid"),  ("05-12 ccb 1000 P1",  "matched"),             ("05-13 icbc 400 P1", "notice-already-paid")]),
    // Several references: all of them, exactly, or none.
    ("05-12", &[("05-11 icbc 3000 P1+P2", "matched")]),
    ("05-12", &[("05-11 icbc 3001 P1+P2", "several-references")]),
    ("05-12", &[("05-11 icbc 1000 P1+P8", "several-references")]),
    ("05-12", &[("05-11 icbc 1000 P1+P7", "several-references")]),
    ("05-12", &[("05-11 icbc 1000 P1+P1", "matched")]),
    ("05-12", &[("05-11 icbc 3000 P1+P2", "several-references"),   ("05-12 icbc 1000 P1", "matched")]),
    ("05-12", &[("05-11 icbc 3000 P1+P2", "matched"),              ("05-12 icbc 600 P1",  "notice-already-paid")]),
    ("05-12", &[("05-12 icbc 3000 P1+P2", "several-references"),   ("05-11 icbc 5000 P2+P3", "matched")]),
    // A probable reading: alone, exactly, and only what nobody claims for certain.
    ("05-12", &[("05-11 icbc 1000 ~P1",   "matched")]),
    ("05-12", &[("05-11 icbc 999 ~P1",    "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 1000 ~P7",   "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 1000 ~P8",   "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 600 ~P1",    "unreadable-reference"), ("05-12 icbc 400 P1",  "awaiting")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "unreadable-reference"), ("05-12 icbc 1000 P1", "matched")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "matched"),              ("05-12 icbc 400 P1",  "notice-already-paid")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "matched"),              ("05-12 icbc 1000 ~P1", "unreadable-reference")]),
    // What goes out, and what the bank takes back.
    ("05-12", &[("05-11 icbc -1000 P1",   "debit")]),
    ("05-12", &[("05-11 icbc !-1000 P1",  "debit")]),
    ("05-12", &[("05-11 icbc !1000 P1",   "reversal-credit")]),
    ("05-12", &[("05-11 icbc 1000 P1",    "returned"),             ("05-12 icbc !-1000 -", "returned")]),
    ("05-12", &[("05-11 icbc 1000 P1",    "matched"),              ("05-12 icbc -1000 P1", "debit")]),
    ("05-12", &[("05-12 icbc 1000 P1",    "matched"),              ("05-11 icbc !-1000 -", "debit")]),  // Before the credit.
    ("05-12", &[("05-11 icbc 1000 P1",    "matched"),              ("05-12 ccb !-1000 -",  "debit")]),  // Another account.
    ("05-12", &[("05-11 icbc 1000 P1",    "matched"),              ("05-12 icbc 1000 P1",  "returned"), ("05-12 icbc !-1000 -", "returned")]),
    ("05-12", &[("05-11 icbc 2000 P1",    "returned"),             ("05-11 icbc 2000 P2",  "matched"),  ("05-12 icbc !-2000 P1", "returned")]),
    ("05-12", &[("05-11 icbc 2000 P1",    "ambiguous-parts"),      ("05-11 icbc 2000 P2",  "ambiguous-parts"), ("05-12 icbc !-2000 -", "reversal-of-matched")]),
];

#[test]
fn every_row_of_the_contracts_table_is_decided_as_it_says() {
    for (as_of, rows) in TABLE {
        let payments: Vec<&str> = rows.iter().map(|(payment, _)| *payment).collect();
        let got: Vec<String> = judge(&payments, as_of).iter().map(said).collect();
        let want: Vec<&str> = rows.iter().map(|(_, becomes)| *becomes).collect();
        assert_eq!(got, want, "as of {as_of}: {payments:?}");
    }
}

#[test]
fn past_its_budget_the_search_says_so_and_leaves_it_to_staff() {
    let rules = rulebook::matching::shipped().unwrap();
    let calendar = rulebook::calendar::shipped().unwrap();
    for (parts, want) in [(24, None), (25, Some(Verdict::TooManyParts))] {
        // One fen each, for a notice of ten fen: any ten will do, and the earliest ten do.
        let serials: Vec<String> = (0..parts).map(|number| format!("{number:02}")).collect();
        let base = item("05-11 icbc 1 P4", "");
        let items: Vec<Item<'_>> =
            serials.iter().map(|serial| Item { serial, ..base.clone() }).collect();
        let as_of = "2026-05-12".parse().unwrap();
        let decisions = decide(&items, &notices(), &[], &rules, &calendar, as_of);
        match (&decisions[0].because, want) {
            (Because::Standing(standing), Some(verdict)) => {
                assert_eq!(standing.verdict, verdict);
                assert!(decisions.iter().all(|one| one.reason == Some(Reason::AmbiguousParts)));
            }
            (_, None) => {
                let matched = |one: &Decision| one.outcome == Outcome::Matched;
                assert!(decisions.iter().take(10).all(matched), "the first ten settle it");
                assert!(!decisions.iter().skip(10).any(matched), "the others are left over");
            }
            (other, Some(_)) => panic!("{parts} parts: {other:?}"),
        }
    }
}

#[test]
fn a_debit_that_takes_back_a_settled_credit_goes_to_a_person() {
    let settled = Settled {
        account: AccountIndex(0),
        serial: "earlier",
        booked_on: "2026-05-11".parse().unwrap(),
        amount: Money::from_fen(1000),
        counterparty_account: "62220000000000001",
        references: &[reference(8)],
    };
    let rules = rulebook::matching::shipped().unwrap();
    let calendar = rulebook::calendar::shipped().unwrap();
    let items = [item("05-12 icbc !-1000 -", "s1")];
    let as_of = "2026-05-12".parse().unwrap();
    let decisions = decide(&items, &notices(), &[settled], &rules, &calendar, as_of);
    assert_eq!(said(&decisions[0]), "reversal-of-matched");
    let words = "冲正或退汇2026年5月11日的来款（流水earlier），但该款已经入账，需人工处理。";
    assert_eq!(decisions[0].because.in_chinese(), words);
}

#[test]
fn an_ignore_rule_yields_to_a_certain_reference_unless_it_is_absolute() {
    let rules = rulebook::matching::shipped().unwrap();
    let calendar = rulebook::calendar::shipped().unwrap();
    let index = |id: &str| {
        let found = rules.ignore.iter().position(|rule| rule.id == id).unwrap();
        RuleIndex(u16::try_from(found).unwrap())
    };
    for (rule, row, want) in [
        ("bank-interest", "05-11 icbc 1000 P1", "matched"),
        ("bank-interest", "05-11 icbc 1000 ~P1", "bank-interest"),
        ("bank-interest", "05-11 icbc 1000 -", "bank-interest"),
        ("own-transfer", "05-11 icbc 1000 P1", "own-transfer"),
    ] {
        let items = [Item { kind: Kind::Ignored(index(rule)), ..item(row, "s1") }];
        let as_of = "2026-05-12".parse().unwrap();
        let decisions = decide(&items, &notices(), &[], &rules, &calendar, as_of);
        assert_eq!(said(&decisions[0]), want, "{rule}: {row}");
    }
}

/// What staff read, for every kind of explanation. The golden file is read by people: keep it so.
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
        ("05-12", &["05-11 icbc 1000 ~P1", "05-12 icbc 1000 ~P1"]),
        ("05-12", &["05-11 icbc 999 ~P1"]),
        ("05-12", &["05-11 icbc -1000 P1"]),
        ("05-12", &["05-11 icbc !-1000 P1"]),
        ("05-12", &["05-11 icbc 1000 P1", "05-12 icbc !-1000 -"]),
        ("05-12", &["05-11 icbc 2000 P1", "05-11 icbc 2000 P2", "05-12 icbc !-2000 -"]),
    ];
    let mut page = String::new();
    for (as_of, rows) in nights {
        writeln!(page, "as of 2026-{as_of}").unwrap();
        for (row, decision) in rows.iter().zip(judge(rows, as_of)) {
            let because = &decision.because;
            writeln!(page, "  {row}: {}", said(&decision)).unwrap();
            writeln!(page, "    {}", because.in_chinese()).unwrap();
            writeln!(page, "    {}", because.in_english()).unwrap();
            writeln!(page, "    {}", because.to_code()).unwrap();
            assert_eq!(&because.to_code().parse::<Because>().unwrap(), because, "{row}");
        }
    }
    let golden = include_str!("../../fixtures/matching/explanations.txt");
    assert!(page == golden, "fixtures/matching/explanations.txt differs; it would be\n{page}");
}

#[test]
fn where_the_policy_asks_for_it_parts_must_also_come_from_one_bank() {
    let calendar = rulebook::calendar::shipped().unwrap();
    let mut rules = rulebook::matching::shipped().unwrap();
    for (policy, want) in [(false, "matched"), (true, "cross-bank")] {
        rules.same_paying_bank = policy;
        let other = Item { paying_bank: PayingBank(7), ..item("05-12 icbc 400 P1", "s2") };
        let items = [item("05-11 icbc 600 P1", "s1"), other];
        let as_of = "2026-05-12".parse().unwrap();
        let decisions = decide(&items, &notices(), &[], &rules, &calendar, as_of);
        assert!(decisions.iter().all(|one| said(one) == want), "{policy}: {decisions:?}");
    }
}
