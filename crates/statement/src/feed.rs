//! Parses bank statements: bytes in, entries and rejects out.
//!
//! Start at [`read`]: it detects format and encoding and drives one of the readers below this module. A reader pushes
//! its results into a [`Sink`] as it goes, so memory does not grow with the file. What it cannot parse is a [`Reject`]
//! with its place, never a default. Bank layouts are data (`rules/banks/*.toml`). The shell opens files.
//!
//! Invariant: every data row of a file reaches the sink exactly once, as an entry or as a reject; when [`read`] returns
//! an error, the file counts as unread.

mod amount;
mod archive;
pub mod camt;
mod checked;
mod csv;
mod date;
mod encoding;
mod entry;
mod error;
mod flag;
mod heading;
mod html;
pub mod identity;
pub mod inspect;
pub mod mt;
pub mod outline;
mod reject;
pub mod relay;
mod rows;
mod running;
mod sequence;
mod settlement;
mod sniff;
mod spreadsheet_xml;
mod table;
mod xlsx;

pub use encoding::Utf8Reader;
pub use error::{FeedError, FeedErrorKind};
pub use flag::{Flag, KeptFlag, Odd};
pub use reject::{Problem, Reject};

use crate::rules::bank::{BankLayouts, SerialPeriod};
use chrono::{NaiveDate, NaiveTime};
use remittance::Direction;
use rust_decimal::Decimal;
use std::io::{Read, Seek};

/// The input of a file, read twice from its beginning.
pub trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// The facts about a parsed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedFacts {
    pub format: Format,
    /// The encoding's name in lower case, such as `utf-8`, `gb18030`, `utf-16le`.
    pub encoding: &'static str,
    pub bytes: u64,
    /// Of the file's bytes; identifies an earlier delivery of the same file.
    pub sha256: [u8; 32],
    /// The matching layout, for tables.
    pub layout: Option<String>,
}

/// Receives the results of a reader, in file order.
pub trait Sink {
    /// A movement that the bank booked.
    fn entry(&mut self, entry: StatementEntry<'_>);
    /// A row that cannot be parsed.
    fn reject(&mut self, reject: Reject);
    /// A statement ended; its entries came before.
    fn statement(&mut self, statement: Statement<'_>);
    /// Something for a person to know, though nothing is lost by it.
    fn flag(&mut self, flag: Flag);
    /// The columns of a table's block, as parsed. Blocks come at the end of the file.
    fn block(&mut self, _block: BlockRead) {}
    /// A block names its own account by a label, with or without rows.
    fn names_account(&mut self, _account: &str, _line: u64) {}
    /// Whether an account is one of the centre's; `None` if unknown.
    fn is_own(&self, _account: &str) -> Option<bool> {
        None
    }
    /// The statement that begins is in the file a second time, judging by its head: rows without a serial that are
    /// equal in both are the same rows. It ends with `statement`.
    fn begins_again(&mut self) {}
    /// Another file of an archive begins: line numbers restart at 1, and it is a delivery of its own.
    fn member(&mut self, _name: &str) {}
    /// The period in which the serials of the following entries are unique; called first, if a layout knows it.
    fn serial_period(&mut self, _period: SerialPeriod) {}
}

/// One booked entry, in the file's currency; borrowed from the parser's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementEntry<'a> {
    /// Physical line on which the entry starts, from 1.
    pub line: u64,
    /// The centre's account of the entry; `None` if the file names none.
    pub account: Option<&'a str>,
    /// ISO 4217 code; `None` if the file names none (then it is CNY, as the layout says).
    pub currency: Option<&'a str>,
    /// The bank's serial number; empty if it gives none.
    pub serial: &'a str,
    pub booked_on: NaiveDate,
    pub booked_time: Option<NaiveTime>,
    pub direction: Direction,
    /// At least zero, with exactly the decimals of the file.
    pub amount: Decimal,
    pub balance: Option<Decimal>,
    pub counterparty: remittance::Counterparty<'a>,
    pub remarks: remittance::Remarks<'a>,
    pub reversal: bool,
    /// The booking that this entry is a part of; `None` if it is its own booking.
    pub booking: Option<Booking<'a>>,
    /// The file contradicts itself about this entry (a booking and its details do not add up): no reference in it
    /// settles.
    pub contradicted: bool,
}

/// A booking that the bank wrote as several parts with their own amounts (camt `TxDtls`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking<'a> {
    /// The booking's own serial; empty if the bank gives none.
    pub serial: &'a str,
    /// The sum of its parts.
    pub amount: Decimal,
}

/// A statement's own data, and the sums of its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Physical line on which the statement starts, from 1.
    pub line: u64,
    pub account: Option<&'a str>,
    pub currency: Option<&'a str>,
    /// The statement's own identification (`:20:`, `Stmt/Id`) and number, unchanged.
    pub identification: Option<&'a str>,
    pub opening: Option<Balance>,
    pub closing: Option<Balance>,
    pub entries: u64,
    pub sum_credit: Decimal,
    pub sum_debit: Decimal,
    /// Whether the balances prove that each entry moved money once; `None` without balances for that.
    pub proved: Option<bool>,
}

/// A block of a table: rows under one header, of one own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRead {
    /// Physical line of the header, from 1.
    pub line: u64,
    pub account: Option<String>,
    /// First and last booking day; `None` if no row was parsed.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub entries: u64,
    /// The layout of `rules/banks/` that adds to the headings.
    pub layout: Option<String>,
    pub columns: Vec<ColumnRead>,
    /// Whether the balances prove each row; `None` without balances for that.
    pub proved: Option<bool>,
}

/// The meaning of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnRead {
    /// Unchanged from the file.
    pub heading: String,
    /// A field's name, `nothing` for a known but unused column, `not read` for an unknown one.
    pub reads: &'static str,
    /// The evidence: `heading`, `layout`, `balances`, `of no use`, `unknown`.
    pub why: &'static str,
}

/// A balance; negative for an overdrawn account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    pub amount: Decimal,
    pub on: Option<NaiveDate>,
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    Csv,
    Xlsx,
    Camt052,
    Camt053,
    Camt054,
    Mt940,
    Mt942,
    /// `|` records of SBDC100/BDC113, plain or in the XML envelope.
    Settlement,
}

/// Reads one file: detects its format and encoding, and drives its reader.
///
/// The file is read twice: [`look`], then [`Look::read`]. Neither holds it in memory.
///
/// # Errors
/// [`FeedError`] if the file is unusable; discard what the sink received.
pub fn read(
    input: &mut dyn Source,
    layouts: &BankLayouts,
    sink: &mut dyn Sink,
) -> Result<FeedFacts, FeedError> {
    look(input)?.read(input, layouts, sink)
}

/// The result of the first pass over a file: enough to know whether it was delivered before.
pub struct Look {
    scan: encoding::Scan,
    kind: sniff::Kind,
}

/// Reads a file once: hashes it, checks whether all of it is UTF-8, and inspects its beginning.
///
/// # Errors
/// [`FeedError`] if the file is empty or of no supported kind, or the input failed.
pub fn look(input: &mut dyn Source) -> Result<Look, FeedError> {
    let scan = encoding::scan(input)?;
    // The content decides the format, never the name.
    let kind = sniff::kind(&scan)?;
    Ok(Look { scan, kind })
}

impl Look {
    /// The digest of the file's bytes.
    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.scan.sha256
    }

    /// Whether the file begins with these bytes.
    #[must_use]
    pub fn begins_with(&self, text: &str) -> bool {
        self.scan.head.starts_with(text.as_bytes())
    }

    /// Decodes and parses the file.
    ///
    /// # Errors
    /// [`FeedError`] if the file is unusable; discard what the sink received.
    pub fn read(
        &self,
        input: &mut dyn Source,
        layouts: &BankLayouts,
        sink: &mut dyn Sink,
    ) -> Result<FeedFacts, FeedError> {
        let scan = &self.scan;
        input.rewind()?;
        let mut checked = checked::Checked::new(sink);
        let sink: &mut dyn Sink = &mut checked;
        let mut layout = None;
        let (format, encoding) = match self.kind {
            sniff::Kind::Xml => {
                let encoding = encoding::of_xml(scan)?;
                (camt::read(&mut Utf8Reader::new(input, encoding), sink)?, encoding.name())
            }
            sniff::Kind::Mt => {
                let encoding = encoding::of_messages(scan);
                if !encoding.is_certain() {
                    let found = encoding.name().to_owned();
                    sink.flag(Flag::Oddity { line: 1, odd: Odd::EncodingAssumed, found });
                }
                (mt::read(&mut Utf8Reader::new(input, encoding), sink)?, encoding.name())
            }
            sniff::Kind::Settlement => {
                let encoding = encoding::of_settlement(scan)?;
                settlement::read_plain(Utf8Reader::new(input, encoding), sink)?;
                (Format::Settlement, encoding.name())
            }
            sniff::Kind::SettlementEnvelope => {
                let encoding = encoding::of_xml(scan)?;
                settlement::read_envelope(&mut Utf8Reader::new(input, encoding), sink)?;
                (Format::Settlement, encoding.name())
            }
            sniff::Kind::Excel => {
                layout = xlsx::read(input, layouts, sink)?;
                (Format::Xlsx, encoding::Encoding::UTF_8.name())
            }
            sniff::Kind::Archive => {
                let facts = archive::read(input, layouts, sink)?;
                layout = facts.layout;
                (facts.format, facts.encoding)
            }
            sniff::Kind::Html => {
                let encoding = html::encoding(scan, layouts)?;
                let finder = table::Finder::new(layouts, encoding);
                layout = html::read(Utf8Reader::new(input, encoding), finder, sink)?;
                (Format::Csv, encoding.name())
            }
            sniff::Kind::SpreadsheetXml => {
                let encoding = encoding::of_xml(scan)?;
                let finder = table::Finder::new(layouts, encoding);
                layout = spreadsheet_xml::read(Utf8Reader::new(input, encoding), finder, sink)?;
                (Format::Xlsx, encoding.name())
            }
            sniff::Kind::Text => {
                let (encoding, delimiter) = csv::plan(scan, layouts)?;
                let finder = table::Finder::new(layouts, encoding);
                layout = csv::read(Utf8Reader::new(input, encoding), finder, delimiter, sink)?;
                (Format::Csv, encoding.name())
            }
        };
        checked.finish();
        Ok(FeedFacts { format, encoding, bytes: scan.bytes, sha256: scan.sha256, layout })
    }
}

impl Format {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Camt052 => "camt.052",
            Self::Camt053 => "camt.053",
            Self::Camt054 => "camt.054",
            Self::Mt940 => "mt940",
            Self::Mt942 => "mt942",
            Self::Settlement => "settlement",
        }
    }
}

impl Statement<'_> {
    /// Whether opening + credits − debits = closing; `None` if one of the balances is missing.
    #[must_use]
    pub fn balance_ok(&self) -> Option<bool> {
        let (opening, closing) = (self.opening?, self.closing?);
        Some(opening.amount + self.sum_credit - self.sum_debit == closing.amount)
    }
}
