//! Gives a serial number to entries from banks without one.
//!
//! Start at [`Serials::serial`]. The identity of a transaction is (own account, serial). If a bank gives no serial, it
//! is the content and the ordinal among equal rows of that day (contract.md, "Input files"). Use one [`Serials`] a
//! file: ordinals count within it, so that a second delivery of a day gets the same ones, and two real, equal payments
//! in it stay two.
//!
//! Invariant: the order of rows changes no serial, because only equal rows share a count.

use super::StatementEntry;
use crate::rules::bank::SerialPeriod;
use chrono::NaiveDate;
use remittance::{BankTransaction, Money};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write;

/// Bytes of the content's hash in a serial: 16 hexadecimal digits.
const DIGEST_BYTES: usize = 8;

/// What banks write without a number, in capitals and without blanks and punctuation.
const NO_SERIAL: [&str; 13] = [
    "NONREF",
    "NOREF",
    "NOREFERENCE",
    "NOTPROVIDED",
    "NOTAVAILABLE",
    "NONE",
    "NIL",
    "NULL",
    "NA",
    "UNKNOWN",
    "无",
    "暂无",
    "空",
];

/// Whether a text in a serial's place means none: only zeros, only punctuation, or a word for it.
#[must_use]
pub fn is_no_serial(text: &str) -> bool {
    // The fast path for nearly every serial.
    if text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        return false;
    }
    let letters = || text.chars().filter(|c| c.is_alphanumeric());
    if letters().all(|c| matches!(c, '0' | '０')) {
        return true;
    }
    let is = |word: &&str| letters().map(|c| c.to_ascii_uppercase()).eq(word.chars());
    NO_SERIAL.iter().any(is)
}

/// Counts equal rows of one file; uses 40 bytes for each different row without a serial.
#[derive(Default)]
pub struct Serials {
    seen: HashMap<[u8; 16], u32>,
    /// For a statement that is in the file again: its rows are counted separately.
    again: Option<HashMap<[u8; 16], u32>>,
    text: String,
    period: SerialPeriod,
}

impl Serials {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A statement of the file begins again: its rows are the earlier ones, not additional ones.
    pub fn begin_again(&mut self) {
        self.again = Some(HashMap::new());
    }

    /// The statement ended.
    pub fn end_again(&mut self) {
        self.again = None;
    }

    /// From now on the bank's serials restart each period.
    pub const fn begin_anew(&mut self, period: SerialPeriod) {
        self.period = period;
    }

    /// The length of the bank's own part of an entry's serial.
    #[must_use]
    pub const fn own(&self, entry: &StatementEntry<'_>) -> Option<usize> {
        match self.period {
            SerialPeriod::Ever => None,
            _ if entry.serial.is_empty() => None,
            SerialPeriod::Year | SerialPeriod::Month | SerialPeriod::Day => {
                Some(entry.serial.len())
            }
        }
    }

    /// The bank's serial, followed by its period if it restarts (`12~2026`, `12~202605`, `12~20260511`); or
    /// `~yyyymmdd-content-ordinal`. No bank's serial begins with `~`.
    pub fn serial<'a>(&'a mut self, account: &str, entry: &StatementEntry<'a>) -> &'a str {
        if !entry.serial.is_empty() {
            let day = match self.period {
                SerialPeriod::Ever => return entry.serial,
                SerialPeriod::Year => "%Y",
                SerialPeriod::Month => "%Y%m",
                SerialPeriod::Day => "%Y%m%d",
            };
            self.text.clear();
            // Writing into a string cannot fail.
            let _ = write!(self.text, "{}~{}", entry.serial, entry.booked_on.format(day));
            return &self.text;
        }
        let digest = content(account, entry);
        let mut key = [0; 16];
        key.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        let ordinal = self.again.as_mut().unwrap_or(&mut self.seen).entry(key).or_default();
        *ordinal += 1;
        self.text.clear();
        name(&mut self.text, entry.booked_on, digest);
        // Writing into a string cannot fail.
        let _ = write!(self.text, "-{ordinal}");
        &self.text
    }
}

/// The start of a serial for banks that give none: the day and the content of a transaction. The ordinal follows.
#[must_use]
pub fn content_name(account: &str, transaction: &BankTransaction<'_>) -> String {
    let yuan = |amount: Money| Decimal::new(amount.fen(), 2);
    let digest = content(
        account,
        &StatementEntry {
            line: 0,
            account: None,
            currency: None,
            serial: "",
            booked_on: transaction.booked_on,
            booked_time: transaction.booked_time,
            direction: transaction.direction,
            amount: yuan(transaction.amount),
            balance: transaction.balance.map(yuan),
            counterparty: transaction.counterparty,
            remarks: transaction.remarks,
            reversal: transaction.reversal,
            booking: None,
            contradicted: transaction.contradicted,
        },
    );
    let mut text = String::new();
    name(&mut text, transaction.booked_on, digest);
    text
}

/// `~yyyymmdd-content`.
fn name(text: &mut String, booked_on: NaiveDate, digest: [u8; 32]) {
    // Writing into a string cannot fail.
    let _ = write!(text, "~{}-", booked_on.format("%Y%m%d"));
    for byte in digest.iter().take(DIGEST_BYTES) {
        let _ = write!(text, "{byte:02x}");
    }
}

/// All of an entry except its place; each field follows its length.
fn content(account: &str, entry: &StatementEntry<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut field = |text: &str| {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    field(account);
    field(entry.currency.unwrap_or("CNY"));
    field(&entry.booked_on.to_string());
    field(&entry.booked_time.map_or(String::new(), |time| time.to_string()));
    field(entry.direction.code());
    // Without trailing zeros: 5 and 5.00 are the same amount.
    field(&entry.amount.normalize().to_string());
    field(&entry.balance.map_or(String::new(), |balance| balance.normalize().to_string()));
    field(entry.counterparty.account);
    field(entry.counterparty.name);
    field(entry.counterparty.bank_code);
    field(entry.counterparty.bank_name);
    field(entry.remarks.postscript);
    field(entry.remarks.purpose);
    field(entry.remarks.summary);
    field(entry.remarks.note);
    field(if entry.reversal { "reversal" } else { "" });
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use remittance::{Counterparty, Direction, Remarks};

    fn entry(serial: &'static str, fen: i64, line: u64) -> StatementEntry<'static> {
        StatementEntry {
            line,
            account: None,
            currency: None,
            serial,
            booked_on: NaiveDate::from_ymd_opt(2026, 5, 11).unwrap(),
            booked_time: None,
            direction: Direction::Credit,
            amount: Decimal::new(fen, 2),
            balance: None,
            counterparty: Counterparty::default(),
            remarks: Remarks { postscript: "P1906133753", ..Remarks::default() },
            reversal: false,
            booking: None,
            contradicted: false,
        }
    }

    fn serials(fens: &[i64]) -> Vec<String> {
        let mut serials = Serials::new();
        fens.iter()
            .zip(1..)
            .map(|(fen, line)| serials.serial("1", &entry("", *fen, line)).to_owned())
            .collect()
    }

    #[test]
    fn a_serial_of_the_bank_stays_as_it_is() {
        assert_eq!(Serials::new().serial("1", &entry("42", 5_00, 1)), "42");
    }

    #[test]
    fn a_serial_that_begins_anew_has_its_period_behind_it() {
        let mut serials = Serials::new();
        for (period, want) in [
            (SerialPeriod::Ever, "42"),
            (SerialPeriod::Year, "42~2026"),
            (SerialPeriod::Month, "42~202605"),
            (SerialPeriod::Day, "42~20260511"),
        ] {
            serials.begin_anew(period);
            let entry = entry("42", 5_00, 1);
            assert_eq!(serials.serial("1", &entry), want);
            assert_eq!(serials.own(&entry), (period != SerialPeriod::Ever).then_some(2));
        }
    }

    #[test]
    fn what_is_kept_has_the_name_that_its_row_had() {
        let row = StatementEntry { balance: Some(Decimal::new(9_000, 3)), ..entry("", 5_00, 1) };
        let transaction = row.transaction("1", "x").unwrap();
        let name = Serials::new().serial("1", &row).to_owned();
        assert_eq!(name, format!("{}-1", content_name("1", &transaction)));
    }

    #[test]
    fn equal_rows_are_counted_and_their_order_changes_nothing() {
        let (mut one, mut other) = (serials(&[5_00, 6_00, 5_00]), serials(&[6_00, 5_00, 5_00]));
        one.sort();
        other.sort();
        assert_eq!(one, other);
        one.dedup();
        assert_eq!(one.len(), 3);
        assert!(one.iter().all(|serial| serial.starts_with("~20260511-")));
    }

    #[test]
    fn an_overlapping_delivery_gives_the_serials_again() {
        let (part, whole) = (serials(&[5_00, 5_00]), serials(&[7_00, 5_00, 5_00, 5_00]));
        assert_eq!(part, whole[1..3]);
    }

    #[test]
    fn a_statement_that_stands_there_twice_gives_its_serials_again() {
        let mut all = Serials::new();
        let mut next = || all.serial("1", &entry("", 5_00, 1)).to_owned();
        let (first, second) = (next(), next());
        all.begin_again();
        assert_eq!(all.serial("1", &entry("", 5_00, 9)), first);
        all.end_again();
        let third = all.serial("1", &entry("", 5_00, 10)).to_owned();
        assert!(third != first && third != second && third.ends_with("-3"), "{third}");
    }

    #[test]
    fn zeros_marks_and_words_for_nothing_are_no_serial() {
        for text in
            ["", " ", "0", "0000000000", "00-00", "０００", "NONREF", "nonref", "NOTPROVIDED"]
        {
            assert!(is_no_serial(text), "{text:?}");
        }
        for text in
            ["Not Provided", "NONE", "N/A", "n.a.", "NULL", "---", "//", "无", "（无）", "UNKNOWN"]
        {
            assert!(is_no_serial(text), "{text:?}");
        }
        for text in ["10", "0001", "NONREF1", "A", "NANA", "无1", "X0", "NO", "0A0"] {
            assert!(!is_no_serial(text), "{text:?}");
        }
    }

    #[test]
    fn trailing_zeros_and_the_line_are_no_content() {
        assert_eq!(
            content("1", &entry("", 5_00, 1)),
            content("1", &StatementEntry { amount: Decimal::new(5, 0), ..entry("", 0, 9) })
        );
    }
}
