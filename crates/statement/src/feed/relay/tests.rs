//! Everything sent over a relay arrives unchanged; other bytes are an error.

use super::*;
use crate::feed::{FeedErrorKind, Odd, Problem, look, read};
use crate::rules::bank::BankLayouts;
use rust_decimal::Decimal;
use std::io::Cursor;

/// Writes every call as a line.
#[derive(Default)]
struct Told(Vec<String>);

impl Sink for Told {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        self.0.push(format!("{entry:?}"));
    }
    fn reject(&mut self, reject: Reject) {
        self.0.push(format!("{reject:?}"));
    }
    fn statement(&mut self, statement: Statement<'_>) {
        self.0.push(format!("{statement:?}"));
    }
    fn flag(&mut self, flag: Flag) {
        self.0.push(format!("{flag:?}"));
    }
    fn block(&mut self, block: BlockRead) {
        self.0.push(format!("{block:?}"));
    }
    fn names_account(&mut self, account: &str, line: u64) {
        self.0.push(format!("{account} {line}"));
    }
    fn begins_again(&mut self) {
        self.0.push("again".to_owned());
    }
    fn member(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }
    fn serial_period(&mut self, period: SerialPeriod) {
        self.0.push(format!("{period:?}"));
    }
}

fn relayed(bytes: &[u8]) -> (Vec<u8>, Result<FeedFacts, FeedError>) {
    let layouts = BankLayouts::shipped().unwrap();
    let mut relay = Relay::new(Vec::new(), None);
    let facts = read(&mut Cursor::new(bytes), &layouts, &mut relay);
    relay.goes_on();
    relay.end(&facts).unwrap();
    (relay.to, facts)
}

const FILES: &[&[u8]] = &[
    include_bytes!("../../../../../fixtures/feeds/camt/statement.xml"),
    include_bytes!("../../../../../fixtures/feeds/mt/statement.sta"),
    "本方账号,交易流水号,交易日期,交易时间,借贷标志,交易金额,余额,附言,甲\n\
     1,S1,2026-05-11,09:30:01,贷,1200.00,1200.00,P1906133753,一二三四\n\
     1,S2,2026-05-12,,借,-1o,1190.00,x,\n1,S2,2026-05-12,,借,0.00,9.00,x,\n"
        .as_bytes(),
    "甲,乙,丙,丁\n1,2,3,4\n".as_bytes(),
    b"<html><title>x</title></html>",
];

#[test]
fn behind_a_relay_a_reader_says_the_same() {
    let layouts = BankLayouts::shipped().unwrap();
    for file in FILES {
        let mut here = Told::default();
        let facts = read(&mut Cursor::new(file), &layouts, &mut here);
        let (bytes, _) = relayed(file);
        let mut there = Told::default();
        assert_eq!(replay(&mut bytes.as_slice(), &mut there).unwrap(), facts);
        assert_eq!(there.0, here.0);
        assert_ne!(here.0.is_empty(), facts.is_ok(), "{facts:?}");
    }
}

#[test]
fn every_error_arrives_as_it_was() {
    let text = || "字 x".to_owned();
    let member =
        FeedErrorKind::Member { name: text(), error: Box::new(FeedErrorKind::Empty.at(3)) };
    let kinds = [
        FeedErrorKind::Empty,
        FeedErrorKind::UnknownFormat { found: text() },
        FeedErrorKind::Encoding { expected: "UTF-8", found: text() },
        FeedErrorKind::UnknownLayout { header: text() },
        FeedErrorKind::NotUnderstood {
            understood: vec![(text(), "balance")],
            missing: vec!["the day", "the amount"],
            header: text(),
            columns: vec![3, 7],
        },
        FeedErrorKind::Contradicted { tried: 9, broken: 8 },
        FeedErrorKind::Page { title: text() },
        FeedErrorKind::Feature { needs: "xlsx", found: "x" },
        FeedErrorKind::Structure { expected: text(), found: text() },
        FeedErrorKind::Forbidden { found: "x" },
        FeedErrorKind::Stopped { why: text() },
        FeedErrorKind::Io(text()),
        member,
    ];
    for kind in kinds {
        let error = kind.at(7);
        let mut relay = Relay::new(Vec::new(), None);
        relay.end(&Err(error.clone())).unwrap();
        let got = replay(&mut relay.to.as_slice(), &mut Told::default()).unwrap();
        assert_eq!(got, Err(error));
    }
}

#[test]
fn every_reject_and_flag_arrives_as_it_was() {
    let text = || "字 x".to_owned();
    let problems = [
        Problem::Missing,
        Problem::Amount(text()),
        Problem::Date { expected: "a date" },
        Problem::Word { expected: text() },
        Problem::Fields { expected: text() },
        Problem::Currency,
        Problem::Direction,
        Problem::Text { expected: "text" },
    ];
    let (mut relay, mut want) = (Relay::new(Vec::new(), None), Told::default());
    for (problem, column) in problems.into_iter().zip([None, Some(3)].into_iter().cycle()) {
        let reject = Reject { line: 2, column, field: text(), found: text(), problem, row: text() };
        relay.reject(reject.clone());
        want.reject(reject);
    }
    let (expected, found) = (Decimal::new(-125, 2), Decimal::ONE);
    let flags = [
        Flag::BalanceBroken { line: 1, account: Some(text()), expected, found },
        Flag::BalanceBroken { line: 1, account: None, expected, found },
        Flag::RunningBalanceBroken { line: 1, expected, found },
        Flag::ControlSum { line: 1, what: "rows", declared: text(), found: text() },
    ];
    let odd = Odd::ALL.map(|odd| Flag::Oddity { line: 5, odd, found: text() });
    for flag in flags.into_iter().chain(odd) {
        relay.flag(flag.clone());
        want.flag(flag);
    }
    relay.end(&Err(FeedErrorKind::Empty.at(0))).unwrap();
    let mut got = Told::default();
    replay(&mut relay.to.as_slice(), &mut got).unwrap().unwrap_err();
    assert_eq!(got.0, want.0);
}

#[test]
fn what_is_asked_arrives_with_the_same_rules_and_accounts() {
    let layouts = BankLayouts::shipped().unwrap();
    let file = FILES[2];
    let looked = look(&mut Cursor::new(file)).unwrap();
    let mut bytes = Vec::new();
    ask(&mut bytes, &looked, &layouts, Some(&["1", "2"])).unwrap();
    let asked = asked(&mut bytes.as_slice()).unwrap();
    assert_eq!(asked.own, Some(vec!["1".to_owned(), "2".to_owned()]));
    let (headings, files) = asked.files.split_first().unwrap();
    let again = BankLayouts::from_files(headings, files).unwrap();
    let (mut here, mut there) = (Told::default(), Told::default());
    looked.read(&mut Cursor::new(file), &layouts, &mut here).unwrap();
    asked.look.read(&mut Cursor::new(file), &again, &mut there).unwrap();
    assert_eq!(here.0, there.0);
}

/// Goal: any bytes on the wire are a call or an error, and take no more memory than their length. Method: the packets
/// of a good file, cut at each byte, and with each byte changed.
#[test]
fn bytes_that_are_cut_or_changed_are_an_error_and_no_panic() {
    let (bytes, _) = relayed(FILES[2]);
    for end in 0..bytes.len() {
        let cut = replay(&mut &bytes[..end], &mut Told::default());
        assert!(cut.is_err(), "cut at {end}");
    }
    for place in 0..bytes.len() {
        for change in [1, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[place] ^= change;
            let _ = replay(&mut changed.as_slice(), &mut Told::default());
        }
    }
}
