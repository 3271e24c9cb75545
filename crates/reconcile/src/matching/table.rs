//! The contract's decision table again, row by row, readable by a clerk.
//!
//! Start at the first test. [`item`] parses the small language of the rows: a payment is `day bank amount remark`, so
//! `05-11 icbc 600 P1` is 600 fen booked on 11 May 2026 at ICBC with a certain reading of P1. `~P1` is a probable
//! reading, `P1+P2` several, `P1+~P2` several of which one is doubtful, `P1…` a truncated one, `-` none. After it may
//! come the payer, `by=NAME` and `from=ACCOUNT` (all payments without both have the same payer, `from=` is an account
//! that the bank does not give), `contradicted`, and the rule that would ignore it, `rule=ID`.

use super::explanation::PartsVerdict;
use super::suggest::EmployerIndex;
use super::*;
use crate::rulebook;
use remittance::NoticeStatus;

mod explained;

/// P1 to P4 are open over 1000, 2000, 3000 and 10 fen, P12 and P21 over 2000, P8 is paid, P9 revoked. P5 is over 1100,
/// of which 300 are reserved on the advance balance, P6 over 500 and P15 over 800; all others are unknown. Each is the
/// notice of employer E1, E2 and so on, who pays from account `a1`, `a2` …; the account `agency` usually pays for both
/// E2 and E12.
fn notices() -> NoticeBook {
    let fact = |(number, fen, status): (u64, _, _)| NoticeFact {
        reference: reference(number),
        amount: Money::from_fen(fen),
        payable: Money::from_fen(if number == 5 { 800 } else { fen }),
        status,
        employer: EmployerIndex(u32::try_from(number).unwrap()),
    };
    let (awaiting, paid) = (NoticeStatus::Awaiting, NoticeStatus::Paid);
    let all = [
        (1, 1000, awaiting),
        (2, 2000, awaiting),
        (3, 3000, awaiting),
        (4, 10, awaiting),
        (12, 2000, awaiting),
        (21, 2000, awaiting),
        (5, 1100, awaiting),
        (6, 500, awaiting),
        (15, 800, awaiting),
    ];
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
        _ if text.contains("+~") => Claim::SeveralDoubtful(text.split('+').map(number).collect()),
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
    let flags: Vec<&str> = words.collect();
    let value = |name: &str| flags.iter().find_map(|flag| flag.strip_prefix(name));
    let told = value("from=").or_else(|| value("by=").map(|_| ""));
    let ignored = value("rule=").map(|id| Kind::Ignored(rule(id)));
    Item {
        account: AccountIndex(bank),
        bank: BankIndex(bank),
        paying_bank: PayingBank(0),
        serial,
        booked_on,
        booked_time: None,
        direction: if fen < 0 { Direction::Debit } else { Direction::Credit },
        amount: Money::from_fen(fen.abs()),
        counterparty_account: told.unwrap_or("62220000000000001"),
        counterparty_name: value("by=").unwrap_or_default(),
        claim,
        kind: match ignored {
            Some(kind) => kind,
            None if reversal => Kind::Reversal,
            None => Kind::Remittance,
        },
        refund: None,
        contradicted: flags.contains(&"contradicted"),
    }
}

fn rule(id: &str) -> RuleIndex {
    let rules = rulebook::matching::shipped().unwrap();
    let found = rules.ignore.iter().position(|rule| rule.id == id).unwrap();
    RuleIndex(u16::try_from(found).unwrap())
}

/// The employers by account and by name.
fn payers(items: &[Item<'_>]) -> Payers {
    let mut directory = Directory::default();
    let accounts = ["a1", "a2", "a3", "a4", "a5", "a12", "a15", "a21"];
    for account in accounts {
        let employer = EmployerIndex(account.trim_start_matches('a').parse().unwrap());
        directory.add_account(account, employer);
        directory.add_name(&account.replace('a', "E"), employer);
    }
    for employer in [2, 12] {
        directory.add_account("agency", EmployerIndex(employer));
    }
    Payers::of(items, &notices(), &directory)
}

fn judge(rows: &[&'static str], as_of: &str) -> Vec<Decision> {
    let serials = ["s1", "s2", "s3", "s4", "s5", "s6"];
    let items: Vec<_> = rows.iter().zip(serials).map(|(row, serial)| item(row, serial)).collect();
    let rules = rulebook::matching::shipped().unwrap();
    let calendar = rulebook::calendar::shipped().unwrap();
    let as_of = format!("2026-{as_of}").parse().unwrap();
    let known = Known { payers: payers(&items), ..Known::default() };
    decide(&items, &notices(), &known, &rules, &calendar, as_of)
}

/// `matched`, `matched with advance`, or `awaiting`, or the reason, or the id of the rule.
fn said(decision: &Decision) -> String {
    let rules = rulebook::matching::shipped().unwrap();
    match (decision.reason, decision.rule) {
        (Some(reason), _) => reason.code().to_owned(),
        (None, Some(rule)) => rules.rule(rule).unwrap().id.clone(),
        (None, None) if decision.with_advance => format!("{} with advance", decision.outcome),
        (None, None) => decision.outcome.code().to_owned(),
    }
}

/// As of a day: the items and their outcomes.
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
    // The month of the latest part decides how long to wait: May closes on 2 June.
    ("06-01", &[("05-11 icbc 600 P1",     "awaiting")]),
    ("06-02", &[("05-11 icbc 600 P1",     "underpaid")]),
    ("06-01", &[("04-30 icbc 300 P1",     "awaiting"),             ("05-11 ccb 300 P1",  "awaiting")]),
    // Once it is closed, parts that fall short and cross banks or months are reported so; in one split they are
    // underpaid.
    ("06-02", &[("05-08 icbc 300 P1",     "underpaid"),            ("05-11 icbc 300 P1", "underpaid")]),
    ("06-02", &[("05-08 icbc 300 P1",     "cross-bank"),           ("05-11 ccb 300 P1",  "cross-bank")]),
    ("06-02", &[("04-30 icbc 300 P1",     "cross-month"),          ("05-11 icbc 300 P1", "cross-month")]),
    ("06-02", &[("04-30 icbc 300 P1",     "cross-month"),          ("05-11 ccb 300 P1",  "cross-month")]),
    // Sets: the only one settles and the surplus is reported; with two of them nothing settles.
    ("05-12", &[("05-11 icbc 1000 P1",    "matched"),              ("05-12 icbc 1000 P1", "notice-already-paid")]),
    ("05-12", &[("05-12 icbc 1000 P1",    "notice-already-paid"),  ("05-11 icbc 1000 P1", "matched")]),
    ("05-12", &[("05-12 icbc 1000 P1",    "notice-already-paid"),  ("05-11 ccb 1000 P1",  "matched")]),
    ("05-12", &[("05-11 icbc 600 P1",     "matched"),              ("05-11 icbc 600 P1",  "notice-already-paid"), ("05-12 icbc 400 P1", "matched")]),
    ("05-12", &[("05-11 icbc 1000 P1",    "ambiguous-parts"),      ("05-11 icbc 600 P1",  "ambiguous-parts"),     ("05-12 icbc 400 P1", "ambiguous-parts")]),
    ("05-12", &[("05-11 icbc 1500 P1",    "notice-already-paid"),  ("05-11 icbc 600 P1",  "matched"),             ("05-12 icbc 400 P1", "matched")]),
    // A notice with a reservation: first the full amount; if no set reaches it, the rest.
    ("05-12", &[("05-11 icbc 1100 P5",    "matched")]),
    ("05-12", &[("05-11 icbc 800 P5",     "matched with advance")]),
    ("05-12", &[("05-11 icbc 500 P5",     "matched with advance"), ("05-12 icbc 300 P5",  "matched with advance")]),
    ("05-12", &[("05-11 icbc 800 P5",     "matched"),              ("05-12 icbc 300 P5",  "matched")]),
    ("05-12", &[("05-11 icbc 500 P5",     "notice-already-paid"),  ("05-12 icbc 300 P5",  "matched"),             ("05-12 icbc 800 P5", "matched")]),
    ("05-12", &[("05-11 icbc 800 P5",     "matched with advance"), ("05-12 icbc 700 P5",  "notice-already-paid")]),
    ("05-12", &[("05-11 icbc 800 P5",     "notice-already-paid"),  ("05-12 ccb 1100 P5",  "matched")]),
    ("05-12", &[("05-11 icbc 800 P5",     "matched with advance"), ("05-12 ccb 500 P5",   "notice-already-paid"), ("05-13 ccb 300 P5",  "notice-already-paid")]),
    ("05-12", &[("05-11 icbc 1100 P5",    "ambiguous-parts"),      ("05-11 icbc 600 P5",  "ambiguous-parts"),     ("05-11 icbc 500 P5", "ambiguous-parts"), ("05-11 icbc 800 P5", "ambiguous-parts")]),
    ("05-12", &[("05-11 icbc 800 P5",     "ambiguous-parts"),      ("05-11 icbc 450 P5",  "ambiguous-parts"),     ("05-11 icbc 350 P5", "ambiguous-parts")]),
    ("05-12", &[("05-11 icbc 500 P5",     "awaiting"),             ("05-12 ccb 300 P5",   "awaiting")]),
    ("06-02", &[("05-11 icbc 500 P5",     "cross-bank"),           ("05-12 ccb 300 P5",   "cross-bank")]),
    ("05-12", &[("05-11 icbc 900 P5",     "awaiting")]),
    ("06-02", &[("05-11 icbc 900 P5",     "underpaid")]),
    ("05-12", &[("05-11 icbc 1101 P5",    "overpaid")]),
    ("05-12", &[("05-11 icbc 1600 P5+P6", "matched")]),
    ("05-12", &[("05-11 icbc 1300 P5+P6", "matched with advance")]),
    ("05-12", &[("05-11 icbc 1300 P5+~P6", "several-references")]),
    ("05-12", &[("05-11 icbc 1400 P5+P6", "several-references")]),
    ("05-12", &[("05-11 icbc 1300 P5+P6", "several-references"),   ("05-11 icbc 800 P5",  "matched with advance")]),
    ("05-12", &[("05-11 icbc 1100 ~P5",   "matched")]),
    ("05-12", &[("05-11 icbc 800 ~P5",    "matched with advance")]),
    ("05-12", &[("05-11 icbc 801 ~P5",    "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 800 ~P5",    "unreadable-reference"), ("05-12 icbc 9 P5",    "awaiting")]),
    ("05-12", &[("05-11 icbc 800 ~P5 from=a15", "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 800 P5 from=a5",   "matched with advance")]),
    ("05-12", &[("05-11 icbc 800 P5 from=a15",  "payer-disagrees")]),
    ("05-12", &[("05-11 icbc 800 P15 from=a5",  "payer-disagrees")]),   // What its own notice waits for is 800 too.
    ("05-12", &[("05-11 icbc 1100 P5 from=a15", "matched")]),
    ("05-12", &[("05-11 icbc 800 P5 from=a15",  "matched with advance"), ("05-11 icbc 800 P15 from=a15", "matched")]),
    ("05-12", &[("05-11 icbc 800 P5 from=a15",  "matched"),              ("05-12 icbc 300 P5 from=a5",   "matched")]),
    ("05-12", &[("05-11 icbc 800 P5 from=a15",  "payer-disagrees"),      ("05-12 icbc 800 P5 from=a5",   "awaiting")]), // Two of them: nobody guesses.
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
    // One doubtful reference among several makes all of them doubtful.
    ("05-12", &[("05-11 icbc 3000 P1+~P2", "several-references")]),
    ("05-12", &[("05-11 icbc 1000 P1 contradicted", "several-references")]),
    ("05-12", &[("05-11 icbc 1000 - contradicted", "several-references")]),
    ("05-12", &[("05-11 icbc 3000 P1+P2 contradicted", "several-references"), ("05-11 icbc 1000 ~P1", "unreadable-reference")]),
    // A probable reading: alone, exactly, if nothing certain and nothing else probable names the notice.
    ("05-12", &[("05-11 icbc 1000 ~P1",   "matched")]),
    ("05-12", &[("05-11 icbc 999 ~P1",    "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 1000 ~P7",   "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 1000 ~P8",   "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 600 ~P1",    "unreadable-reference"), ("05-12 icbc 400 P1",  "awaiting")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "unreadable-reference"), ("05-12 icbc 1000 P1", "matched")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "unreadable-reference"), ("05-12 icbc 400 P1",  "awaiting")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "unreadable-reference"), ("05-12 icbc 1200 P1", "overpaid")]),
    ("06-02", &[("05-11 icbc 1000 ~P1",   "unreadable-reference"), ("05-12 icbc 400 P1",  "underpaid")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "unreadable-reference"), ("05-12 icbc 9 P1+P2", "several-references")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "unreadable-reference"), ("05-12 icbc 9 P1 contradicted", "several-references")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "unreadable-reference"), ("05-12 icbc 1000 ~P1", "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "unreadable-reference"), ("05-12 icbc 999 ~P1",  "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "unreadable-reference"), ("05-12 icbc 9 P2+~P1", "several-references")]),
    // A reversed credit is no longer present; a debit never was.
    ("05-12", &[("05-11 icbc 1000 ~P1",   "matched"),              ("05-12 icbc 400 P1",  "returned"), ("05-12 icbc !-400 P1", "returned")]),
    ("05-12", &[("05-11 icbc 1000 ~P1",   "matched"),              ("05-12 icbc -400 P1", "debit")]),
    // A held credit is: a notice whose certain money may have been reversed goes to no probable reading.
    ("05-12", &[("05-11 icbc 7 P1 from=a1", "reversal-unclear"),   ("05-11 icbc 7 P2 from=a2", "reversal-unclear"), ("05-12 icbc !-7 - from=", "reversal-unclear"), ("05-12 icbc 1000 ~P1", "unreadable-reference")]),
    // Its payer must not usually pay for another employer, by account or by name; paying for both counts for the
    // notice's.
    ("05-12", &[("05-11 icbc 1000 ~P1 from=a1", "matched")]),
    ("05-12", &[("05-11 icbc 1000 ~P1 from=a2", "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 1000 ~P1 by=E2",   "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 1000 ~P1 by=nobody", "matched")]),
    ("05-12", &[("05-11 icbc 1000 ~P1 from=a1 by=E2", "matched")]),
    ("05-12", &[("05-11 icbc 2000 ~P2 from=agency", "matched")]),
    // A certain reading that is exact alone, of a payer whose own equal notice is one slip away.
    ("05-12", &[("05-11 icbc 2000 P2 from=a12",    "payer-disagrees")]),   // One digit.
    ("05-12", &[("05-11 icbc 2000 P12 from=a21",   "payer-disagrees")]),   // Two neighbours swapped.
    ("05-12", &[("05-11 icbc 2000 P2 from=a21",    "matched")]),           // Two slips.
    ("05-12", &[("05-11 icbc 2000 P2 from=a3",     "matched")]),           // Its notice asks for another amount.
    ("05-12", &[("05-11 icbc 2000 P2 from=agency", "matched")]),           // It pays for both.
    ("05-12", &[("05-11 icbc 2000 P2 by=E12",      "matched")]),           // A name is not registered.
    ("05-12", &[("05-11 icbc 900 P2 from=a12",     "awaiting")]),          // Not exact.
    ("05-12", &[("05-11 icbc 2000 P8 from=a1",     "notice-already-paid")]),
    ("05-12", &[("05-11 icbc 2000 P2 from=a12",    "payer-disagrees"),   ("05-11 icbc 700 P2 from=a2",   "awaiting")]),
    ("05-12", &[("05-11 icbc 2000 P2 from=a12",    "notice-already-paid"), ("05-12 icbc 2000 P2 from=a2", "matched")]),
    ("05-12", &[("05-11 icbc 2000 P2 from=a12",    "payer-disagrees"),   ("05-12 icbc 2000 ~P2 from=a2", "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 2000 P2 from=a12",    "payer-disagrees"),   ("05-11 icbc 2000 P12 from=a2", "payer-disagrees")]), // Crossed.
    // Once that notice is settled, the written one was meant.
    ("05-12", &[("05-11 icbc 2000 P2 from=a12",    "matched"),           ("05-12 icbc 2000 P12 from=a12", "matched")]),
    ("05-12", &[("05-11 icbc 2000 P2 from=a12",    "matched"),           ("05-12 icbc 2000 ~P12",         "matched")]),
    // An ignore rule yields to any reading, and to a known payer; the absolute rules do not.
    ("05-12", &[("05-11 icbc 1000 - from= rule=bank-interest",    "bank-interest")]),
    ("05-12", &[("05-11 icbc 1000 P1 from= rule=bank-interest",   "matched")]),
    ("05-12", &[("05-11 icbc 1000 ~P1 from= rule=bank-interest",  "matched")]),
    ("05-12", &[("05-11 icbc 999 P1+P2 from= rule=bank-fee",      "several-references")]),
    ("05-12", &[("05-11 icbc 1000 P1… from= rule=bank-fee",       "unreadable-reference")]),
    ("05-12", &[("05-11 icbc 1000 - by=E1 rule=bank-fee",         "no-reference")]),
    ("05-12", &[("05-11 icbc 1000 - from=a1 rule=bank-fee",       "no-reference")]),
    ("05-12", &[("05-11 icbc 1000 - by=nobody rule=bank-fee",     "bank-fee")]),
    ("05-12", &[("05-11 icbc 1000 P1 by=E1 rule=own-transfer",    "own-transfer")]),
    ("05-12", &[("05-11 icbc 1000 - from= contradicted rule=bank-interest", "several-references")]),
    // Debits, and reversals by the bank.
    ("05-12", &[("05-11 icbc -1000 P1",   "debit")]),
    ("05-12", &[("05-11 icbc !-1000 P1",  "reversal-unclear")]),
    ("05-12", &[("05-11 icbc !1000 P1",   "reversal-credit")]),
    ("05-12", &[("05-11 icbc 1000 P1",    "returned"),             ("05-12 icbc !-1000 -", "returned")]),
    ("05-12", &[("05-11 icbc 1000 P1",    "returned"),             ("05-12 icbc !-1000 - from=", "returned")]), // Silence.
    ("05-12", &[("05-11 icbc 1000 P1 by=E1", "returned"),          ("05-12 icbc !-1000 - by=E1", "returned")]),
    ("05-12", &[("05-11 icbc 1000 - from=", "returned"),           ("05-12 icbc !-1000 P1 from=a1", "returned")]),
    ("05-12", &[("05-11 icbc 1000 P1",    "matched"),              ("05-12 icbc -1000 P1", "debit")]),         // No mark.
    ("05-12", &[("05-12 icbc 1000 P1",    "matched"),              ("05-11 icbc !-1000 -", "reversal-unclear")]), // Before the credit.
    ("05-12", &[("05-11 icbc 1000 P1",    "matched"),              ("05-12 ccb !-1000 -",  "reversal-unclear")]), // Another account.
    ("05-12", &[("05-11 icbc 1000 P1",    "matched"),              ("05-12 icbc !-999 -",  "reversal-unclear")]), // Another amount.
    ("05-12", &[("05-11 icbc 1000 P1",    "matched"),              ("05-12 icbc !-1000 P2", "reversal-unclear")]), // Another reference,
    ("05-12", &[("05-11 icbc 1000 P1 from=a1", "matched"),         ("05-12 icbc !-1000 - from=a2", "reversal-unclear")]), // account,
    ("05-12", &[("05-11 icbc 1000 P1 by=E1", "matched"),           ("05-12 icbc !-1000 - by=E2", "reversal-unclear")]), // or name.
    ("05-12", &[("05-11 icbc !1000 P1",   "reversal-credit"),      ("05-12 icbc !-1000 -", "reversal-unclear")]), // Undoes a debit itself.
    ("05-12", &[("05-11 icbc 1000 - from= rule=bank-interest", "returned"), ("05-12 icbc !-1000 - from=", "returned")]),
    ("05-12", &[("05-11 icbc 1000 P1 contradicted", "returned"),   ("05-12 icbc !-1000 -", "returned")]),
    // Several alike: one of them. Several different: the debit's details decide, otherwise nobody can.
    ("05-12", &[("05-11 icbc 1000 P1",    "matched"),              ("05-12 icbc 1000 P1",  "returned"), ("05-12 icbc !-1000 -", "returned")]),
    ("05-12", &[("05-11 icbc 2000 P1",    "returned"),             ("05-11 icbc 2000 P2",  "matched"),  ("05-12 icbc !-2000 P1", "returned")]),
    ("05-12", &[("05-11 icbc 2000 P2 from=a2", "matched"),         ("05-11 icbc 2000 - from=a3", "returned"), ("05-12 icbc !-2000 - from=a3", "returned")]),
    ("05-12", &[("05-11 icbc 2000 P2",    "reversal-unclear"),     ("05-11 icbc 2000 P12", "reversal-unclear"), ("05-12 icbc !-2000 -", "reversal-unclear")]),
    ("05-12", &[("05-11 icbc 2000 P2 from=a2", "reversal-unclear"), ("05-11 icbc 2000 P2 from=a12", "reversal-unclear"), ("05-12 icbc !-2000 - from=", "reversal-unclear")]),
    ("05-12", &[("05-11 icbc 2000 - from=", "reversal-unclear"),   ("05-11 icbc 2000 - from=", "reversal-unclear"), ("05-12 icbc !-2000 - from=", "reversal-unclear")]), // Nobody knows that they are alike.
    ("05-12", &[("05-11 icbc 2000 P2 from=a2", "matched"),         ("05-11 icbc 2000 P12", "returned"), ("05-11 icbc !-2000 P12 from=", "returned")]),
    ("05-12", &[("05-11 icbc 2000 P2",    "returned"),             ("05-11 icbc 2000 P12", "returned"), ("05-12 icbc !-2000 - from=", "returned"), ("05-11 icbc !-2000 - from=", "returned")]), // All of them.
    // One debit says which it means; the rest is then clear for the other.
    ("05-12", &[("05-11 icbc 2000 P2",    "returned"),             ("05-11 icbc 2000 P12", "returned"), ("05-11 icbc !-2000 - from=", "returned"), ("05-12 icbc !-2000 P2", "returned")]),
    // A debit whose credit is already reversed stays open.
    ("05-12", &[("05-11 icbc 2000 P2",    "returned"),             ("05-12 icbc !-2000 - from=", "reversal-unclear"), ("05-12 icbc !-2000 P2", "returned")]),
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
    for (parts, want) in [(24, None), (25, Some(PartsVerdict::TooManyParts))] {
        // One fen each, for a notice of ten fen: any ten will do, and the earliest ten do.
        let serials: Vec<String> = (0..parts).map(|number| format!("{number:02}")).collect();
        let base = item("05-11 icbc 1 P4", "");
        let items: Vec<Item<'_>> =
            serials.iter().map(|serial| Item { serial, ..base.clone() }).collect();
        let as_of = "2026-05-12".parse().unwrap();
        let decisions = decide(&items, &notices(), &Known::default(), &rules, &calendar, as_of);
        match (&decisions[0].explanation, want) {
            (Explanation::Parts(standing), Some(verdict)) => {
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
fn where_the_policy_asks_for_it_parts_must_also_come_from_one_bank() {
    let calendar = rulebook::calendar::shipped().unwrap();
    let mut rules = rulebook::matching::shipped().unwrap();
    for (policy, want) in [(false, "matched"), (true, "cross-bank")] {
        rules.same_paying_bank = policy;
        let other = Item { paying_bank: PayingBank(7), ..item("05-12 icbc 400 P1", "s2") };
        let items = [item("05-11 icbc 600 P1", "s1"), other];
        let as_of = "2026-05-12".parse().unwrap();
        let decisions = decide(&items, &notices(), &Known::default(), &rules, &calendar, as_of);
        assert!(decisions.iter().all(|one| said(one) == want), "{policy}: {decisions:?}");
    }
}
