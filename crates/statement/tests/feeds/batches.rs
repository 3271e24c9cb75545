//! Random camt entries with details: whatever the details say, the money is counted once.
//!
//! Goal: a statement's entries add up to its bookings, in each direction; parts exist if all details carry amounts that
//! add up, and only then; no reference in a contradictory entry can settle. Method: the generator knows the expected
//! result for each entry.

#![expect(clippy::unwrap_used, reason = "a test stops where its data is not what it must be")]

use proptest::prelude::*;
use remittance::Direction;
use rust_decimal::Decimal;
use statement::feed::inspect::inspect;
use statement::feed::{self, Flag, Reject, Sink, Statement, StatementEntry};
use statement::rules::bank::BankLayouts;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::LazyLock;

static LAYOUTS: LazyLock<BankLayouts> = LazyLock::new(|| BankLayouts::shipped().unwrap());

/// What the details of an entry say about their amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    NoDetails,
    NoAmounts,
    OfTransaction,
    Fit,
    Short,
    Over,
    Partial,
    Against,
    Foreign,
}

const KINDS: [Kind; 9] = [
    Kind::NoDetails,
    Kind::NoAmounts,
    Kind::OfTransaction,
    Kind::Fit,
    Kind::Short,
    Kind::Over,
    Kind::Partial,
    Kind::Against,
    Kind::Foreign,
];

/// An entry: its kind, whether it is a credit, its serial, and its details with their own serials.
#[derive(Clone, Debug)]
struct Booked {
    kind: Kind,
    credit: bool,
    serial: &'static str,
    details: Vec<(u32, &'static str)>,
}

impl Booked {
    fn fen(&self) -> i64 {
        self.details.iter().map(|(fen, _)| i64::from(*fen)).sum()
    }

    /// As many details as there are amounts, or none.
    fn count(&self) -> usize {
        if self.kind == Kind::NoDetails { 0 } else { self.details.len() }
    }

    fn contradicts(&self) -> bool {
        match self.kind {
            Kind::NoDetails | Kind::NoAmounts | Kind::OfTransaction | Kind::Fit | Kind::Foreign => {
                false
            }
            Kind::Short | Kind::Over | Kind::Against => true,
            // A single detail without its amount is just a detail without an amount.
            Kind::Partial => self.details.len() > 1,
        }
    }

    fn transactions(&self) -> usize {
        let parts = matches!(self.kind, Kind::Fit | Kind::OfTransaction);
        if parts { self.details.len() } else { 1 }
    }

    fn write(&self, text: &mut String) {
        let side = |credit: bool| if credit { "CRDT" } else { "DBIT" };
        text.push_str(&format!(
            "<Ntry><Amt Ccy=\"CNY\">{}</Amt><CdtDbtInd>{}</CdtDbtInd><Sts>BOOK</Sts>\
             <BookgDt><Dt>2026-05-11</Dt></BookgDt><AcctSvcrRef>{}</AcctSvcrRef><NtryDtls>",
            Decimal::new(self.fen(), 2),
            side(self.credit),
            self.serial,
        ));
        for (index, (fen, own)) in self.details.iter().take(self.count()).enumerate() {
            let first = index == 0;
            let short = i64::from(first && self.kind == Kind::Short);
            let over = i64::from(first && self.kind == Kind::Over);
            let fen = i64::from(*fen) - short + over;
            let amount = Decimal::new(fen, 2);
            let amount = match self.kind {
                Kind::NoDetails | Kind::NoAmounts => String::new(),
                Kind::Partial if first => String::new(),
                Kind::Foreign => format!("<Amt Ccy=\"USD\">{amount}</Amt>"),
                Kind::OfTransaction => {
                    format!("<AmtDtls><TxAmt><Amt Ccy=\"CNY\">{amount}</Amt></TxAmt></AmtDtls>")
                }
                Kind::Fit | Kind::Short | Kind::Over | Kind::Partial | Kind::Against => {
                    format!("<Amt Ccy=\"CNY\">{amount}</Amt>")
                }
            };
            let against = if self.kind == Kind::Against && first {
                format!("<CdtDbtInd>{}</CdtDbtInd>", side(!self.credit))
            } else {
                String::new()
            };
            text.push_str(&format!(
                "<TxDtls><Refs><AcctSvcrRef>{own}</AcctSvcrRef></Refs>{amount}{against}\
                 <RmtInf><Ustrd>P{index:010}</Ustrd></RmtInf></TxDtls>"
            ));
        }
        text.push_str("</NtryDtls></Ntry>\n");
    }
}

fn booked() -> impl Strategy<Value = Booked> {
    let serials = || prop::sample::select(vec!["", "0", "NONREF", "R1", "R2", "T1"]);
    let detail = (1..100_000_000_u32, serials());
    (
        prop::sample::select(KINDS.to_vec()),
        any::<bool>(),
        serials(),
        prop::collection::vec(detail, 1..6),
    )
        .prop_map(|(kind, credit, serial, details)| Booked { kind, credit, serial, details })
}

fn statement(entries: &[Booked]) -> String {
    let sum: i64 =
        entries.iter().map(|entry| if entry.credit { entry.fen() } else { -entry.fen() }).sum();
    let balance = |code: &str, fen: i64| {
        let side = if fen < 0 { "DBIT" } else { "CRDT" };
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{}</Amt>\
             <CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>2026-05-11</Dt></Dt></Bal>",
            Decimal::new(fen.abs(), 2)
        )
    };
    let mut text = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt><Id>S1</Id>\
         <Acct><Id><IBAN>CN01</IBAN></Id><Ccy>CNY</Ccy></Acct>{}{}",
        balance("OPBD", 1_000_00),
        balance("CLBD", 1_000_00 + sum),
    );
    entries.iter().for_each(|entry| entry.write(&mut text));
    text + "</Stmt></BkToCstmrStmt></Document>"
}

/// The money of an entry.
#[derive(Debug)]
struct Given {
    credit: bool,
    amount: Decimal,
    serial: String,
    booking: Option<(String, Decimal)>,
    contradicted: bool,
    remark: String,
}

#[derive(Default)]
struct Books {
    given: Vec<Given>,
    told: usize,
    proved: Option<bool>,
    sums: (Decimal, Decimal),
    entries: u64,
}

impl Sink for Books {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        self.given.push(Given {
            credit: entry.direction == Direction::Credit,
            amount: entry.amount,
            serial: entry.serial.to_owned(),
            booking: entry.booking.map(|booking| (booking.serial.to_owned(), booking.amount)),
            contradicted: entry.contradicted,
            remark: entry.remarks.postscript.to_owned(),
        });
    }
    fn reject(&mut self, reject: Reject) {
        assert!(reject.row.is_empty(), "{reject}");
    }
    fn statement(&mut self, statement: Statement<'_>) {
        self.proved = statement.proved;
        self.sums = (statement.sum_credit, statement.sum_debit);
        self.entries = statement.entries;
    }
    fn flag(&mut self, _: Flag) {
        self.told += 1;
    }
}

fn check(entry: &Booked, given: &[Given]) {
    let amount = Decimal::new(entry.fen(), 2);
    let sum: Decimal = given.iter().map(|part| part.amount).sum();
    assert_eq!(sum, amount, "{entry:?} {given:?}");
    let several = given.len() > 1;
    let serial = if matches!(entry.serial, "0" | "NONREF") { "" } else { entry.serial };
    for (part, (own, index)) in given.iter().zip(entry.details.iter().zip(1..)) {
        assert_eq!(part.credit, entry.credit, "{entry:?}");
        assert_eq!(part.contradicted, entry.contradicts(), "{entry:?} {given:?}");
        let booking = several.then(|| (serial.to_owned(), amount));
        assert_eq!(part.booking, booking, "{entry:?}");
        if several {
            let of_whole =
                if serial.is_empty() { String::new() } else { format!("{serial}#{index}") };
            assert!(
                [own.1, of_whole.as_str()].contains(&part.serial.as_str()),
                "{entry:?} {given:?}"
            );
            assert_eq!(part.amount, Decimal::new(i64::from(own.0), 2), "{entry:?}");
            assert_eq!(part.remark, format!("P{:010}", index - 1));
        } else if entry.count() > 1 {
            let remarks = (0..entry.count()).map(|index| format!("P{index:010}"));
            assert_eq!(part.remark, remarks.collect::<Vec<_>>().join("；另："), "{entry:?}");
        }
    }
    let serials: BTreeSet<_> = given.iter().map(|part| part.serial.as_str()).collect();
    let none = given.iter().filter(|part| part.serial.is_empty()).count();
    assert_eq!(serials.len() + none.saturating_sub(1), given.len(), "one serial twice: {given:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn the_money_of_a_batch_is_counted_once(entries in prop::collection::vec(booked(), 0..8)) {
        let text = statement(&entries);
        let mut books = Books::default();
        feed::camt::read(&mut text.as_bytes(), &mut books).unwrap();
        let mut rest = books.given.as_slice();
        for entry in &entries {
            let (given, behind) = rest.split_at(entry.transactions().min(rest.len()));
            check(entry, given);
            rest = behind;
        }
        prop_assert!(rest.is_empty());
        let sum = |credit| -> Decimal {
            books.given.iter().filter(|part| part.credit == credit).map(|part| part.amount).sum()
        };
        prop_assert_eq!((sum(true), sum(false)), books.sums);
        prop_assert_eq!(books.proved, Some(true));
        prop_assert_eq!(books.told, entries.iter().filter(|entry| entry.contradicts()).count());
        // The output of `feed inspect` counts both.
        let summary = inspect("x.xml", &mut Cursor::new(text.as_bytes()), &LAYOUTS, &mut |_| {});
        prop_assert_eq!(summary.entries, books.entries);
        prop_assert_eq!(usize::try_from(summary.transactions).unwrap(), books.given.len());
    }

    #[test]
    fn an_amount_of_mt940_is_what_is_written_or_refused(text in "[0-9]{0,4}[ ,.'+-]{0,2}[0-9]{0,4}[ ,.'-]?[0-9]{0,2}") {
        let file = format!(":20:S\n:25:1\n:28C:1/1\n:60F:C260510CNY1,\n:61:2605110511C{text}NTRFX//B\n:62F:C260511CNY1,\n-\n");
        struct Amounts(Vec<Decimal>, usize, usize);
        impl Sink for Amounts {
            fn entry(&mut self, entry: StatementEntry<'_>) {
                self.0.push(entry.amount);
            }
            fn reject(&mut self, _: Reject) {
                self.1 += 1;
            }
            fn statement(&mut self, _: Statement<'_>) {}
            fn flag(&mut self, flag: Flag) {
                self.2 += usize::from(flag.code() == "amount-without-comma");
            }
        }
        let mut amounts = Amounts(Vec::new(), 0, 0);
        feed::mt::read(&mut file.as_bytes(), &mut amounts).unwrap();
        prop_assert_eq!(amounts.0.len() + amounts.1, 1);
        if let [amount] = amounts.0.as_slice() {
            // Blanks before the type are not part of the amount.
            let written = text.trim_end();
            let marks = written.bytes().filter(|byte| !byte.is_ascii_digit()).count();
            prop_assert!(marks <= 1, "{} read from {:?}", amount, text);
            let (whole, decimals) = written.split_once([',', '.']).unwrap_or((written, ""));
            prop_assert!(decimals.len() <= 2, "{} read from {:?}", amount, text);
            let fen = format!("{whole}{decimals:0<2}").parse().unwrap();
            prop_assert_eq!(*amount, Decimal::new(fen, 2));
            prop_assert_eq!(amounts.2 == 1, !written.contains(','), "{:?}", text);
        }
    }
}
