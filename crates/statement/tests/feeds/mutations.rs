//! Files that are almost correct: for any cut, duplication or overwrite in a good file, a reader returns a value, and
//! its statements match its entries.

use proptest::prelude::*;
use remittance::Direction;
use rust_decimal::Decimal;
use statement::feed::{self, FeedError, Flag, Format, Reject, Sink, Statement, StatementEntry};
use std::io::BufRead;

const CAMT: &str = include_str!("../../../../fixtures/feeds/camt/statement.xml");
const MT940: &str = include_str!("../../../../fixtures/feeds/mt/statement.sta");

/// Sums up the entries, and compares them with the statements.
#[derive(Default)]
struct Books {
    credit: Decimal,
    debit: Decimal,
    /// The number of bookings: consecutive entries of one booking count once.
    bookings: u64,
    booking: Option<(String, Decimal)>,
    rejects: u64,
}

impl Sink for Books {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        assert!(!entry.amount.is_sign_negative() || entry.amount.is_zero());
        let booking = entry.booking.map(|booking| (booking.serial.to_owned(), booking.amount));
        self.bookings += u64::from(booking.is_none() || booking != self.booking);
        self.booking = booking;
        match entry.direction {
            Direction::Credit => self.credit += entry.amount,
            Direction::Debit => self.debit += entry.amount,
        }
    }

    fn reject(&mut self, reject: Reject) {
        assert!(reject.line > 0 && reject.row.chars().count() <= 4096);
        self.rejects += 1;
    }

    fn statement(&mut self, statement: Statement<'_>) {
        let books = std::mem::take(self);
        assert!(statement.entries >= books.bookings + books.rejects);
        if books.rejects == 0 {
            assert_eq!((statement.sum_credit, statement.sum_debit), (books.credit, books.debit));
        }
    }

    fn flag(&mut self, _: Flag) {}
}

type Read = fn(&mut dyn BufRead, &mut dyn Sink) -> Result<Format, FeedError>;

/// A place in the file (in thousandths) and its change.
fn change() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..4),
        prop::sample::select(vec![
            "<",
            ">",
            "&",
            "&amp;",
            "<Ntry>",
            "</Ntry>",
            "<TxDtls>",
            "</TxDtls>",
            "<TxDtls><Amt Ccy=\"CNY\">1</Amt></TxDtls>",
            "<CdtDbtInd>DBIT</CdtDbtInd>",
            "<!--",
            "-->",
            "<![CDATA[",
            "\r",
            "\n",
            ":61:",
            ":86:",
            ":20:",
            ":62F:",
            "-}",
            "?20",
            "?",
            ",",
            "9999999999",
            "汇",
            "@@",
            "\u{feff}",
            "<!DOCTYPE x>",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    (0..1000_usize, 0..30_usize, piece)
}

fn changed(good: &str, changes: &[(usize, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = good.as_bytes().to_vec();
    for (place, cut, piece) in changes {
        let from = place * bytes.len() / 1000;
        let to = (from + cut).min(bytes.len());
        bytes.splice(from..to, piece.iter().copied());
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_changed_file_never_breaks_a_reader(changes in prop::collection::vec(change(), 1..6)) {
        for (good, read) in [(CAMT, feed::camt::read as Read), (MT940, feed::mt::read)] {
            let bytes = changed(good, &changes);
            let whole = read(&mut bytes.as_slice(), &mut Books::default());
            // The same in pieces of seven bytes: buffer boundaries must change nothing.
            let mut pieces = std::io::BufReader::with_capacity(7, bytes.as_slice());
            prop_assert_eq!(whole, read(&mut pieces, &mut Books::default()));
        }
    }
}

#[test]
fn the_good_files_are_good() {
    for (good, read) in [(CAMT, feed::camt::read as Read), (MT940, feed::mt::read)] {
        let mut books = Books::default();
        assert!(read(&mut good.as_bytes(), &mut books).is_ok());
    }
}
