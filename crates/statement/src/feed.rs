//! Reads what banks deliver: bytes in, entries and rejects out.
//!
//! Start at [`read`]: it finds out format and encoding and drives one of the readers below this
//! module. A reader pushes what it understood into a [`Sink`] as it goes, so memory does not grow
//! with the file; what it could not understand is a [`Reject`] with its place, never a default.
//! Bank layouts are data (`rules/banks/*.toml`). Files are opened by the shell, not here.
//!
//! Invariant: every data row of a file reaches the sink exactly once, as an entry or as a reject;
//! when [`read`] gives an error, the whole file counts as unread.

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

/// What a file can be read from: twice, from its beginning.
pub trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// What was found out about a file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedFacts {
    pub format: Format,
    /// The encoding's name in lower case, such as `utf-8`, `gb18030`, `utf-16le`.
    pub encoding: &'static str,
    pub bytes: u64,
    /// Of the file's bytes; "this file was delivered before".
    pub sha256: [u8; 32],
    /// The layout that fits, for tables.
    pub layout: Option<String>,
}

/// Takes what a reader finds, in file order.
pub trait Sink {
    /// A movement that the bank booked.
    fn entry(&mut self, entry: StatementEntry<'_>);
    /// A row that cannot be read.
    fn reject(&mut self, reject: Reject);
    /// A statement ended; its entries came before.
    fn statement(&mut self, statement: Statement<'_>);
    /// Something a person should know, though nothing is lost by it.
    fn flag(&mut self, flag: Flag);
    /// A block of a table was read: how its columns were understood. Blocks come at the end of the file.
    fn block(&mut self, _block: BlockRead) {}
    /// A block names its own account by a label, whether rows follow or not.
    fn names_account(&mut self, _account: &str, _line: u64) {}
    /// Whether an account is one of the centre's; `None` where that is not known.
    fn is_own(&self, _account: &str) -> Option<bool> {
        None
    }
    /// The statement that begins is one that the file held before, as far as its head tells: rows
    /// without a serial that are equal in both are the same rows. It ends with `statement`.
    fn begins_again(&mut self) {}
    /// Another file of an archive begins: lines count from 1 again, and it is a delivery of its own.
    fn member(&mut self, _name: &str) {}
    /// For how long the serials of the entries that follow are unique; said before them, where a layout knows.
    fn serial_period(&mut self, _period: SerialPeriod) {}
}

/// One booked entry, in whatever currency the file has; borrowed from the reader's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementEntry<'a> {
    /// Physical line on which the entry starts, from 1.
    pub line: u64,
    /// The centre's account the entry belongs to; `None` where the file names none.
    pub account: Option<&'a str>,
    /// ISO 4217 code; `None` where the file names none (then it is CNY, as the layout says).
    pub currency: Option<&'a str>,
    /// The bank's serial number; empty where it gives none.
    pub serial: &'a str,
    pub booked_on: NaiveDate,
    pub booked_time: Option<NaiveTime>,
    pub direction: Direction,
    /// More than or equal to zero, with exactly the decimals the file has.
    pub amount: Decimal,
    pub balance: Option<Decimal>,
    pub counterparty: remittance::Counterparty<'a>,
    pub remarks: remittance::Remarks<'a>,
    pub reversal: bool,
    /// The booking that this entry is a part of; `None` where the entry is a booking of its own.
    pub booking: Option<Booking<'a>>,
    /// What the file says of this entry contradicts itself (a booking and its details do not sum up):
    /// no reference in it settles.
    pub contradicted: bool,
}

/// A booking that the bank wrote with several parts, each with an amount of its own (camt `TxDtls`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking<'a> {
    /// The booking's own serial; empty where the bank gives none.
    pub serial: &'a str,
    /// What its parts sum to.
    pub amount: Decimal,
}

/// What a statement says of itself, and what its entries sum to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Physical line on which the statement starts, from 1.
    pub line: u64,
    pub account: Option<&'a str>,
    pub currency: Option<&'a str>,
    /// The statement's own identification (`:20:`, `Stmt/Id`) and number, as written.
    pub identification: Option<&'a str>,
    pub opening: Option<Balance>,
    pub closing: Option<Balance>,
    pub entries: u64,
    pub sum_credit: Decimal,
    pub sum_debit: Decimal,
    /// Whether the balances prove that each entry moved money once; `None` where there are no balances
    /// to prove it by.
    pub proved: Option<bool>,
}

/// A block of a table: rows under one header, of one own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRead {
    /// Physical line of the header, from 1.
    pub line: u64,
    pub account: Option<String>,
    /// First and last booking day; `None` where no row was read.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub entries: u64,
    /// The layout of `rules/banks/` that adds to the headings.
    pub layout: Option<String>,
    pub columns: Vec<ColumnRead>,
    /// Whether the balances prove each row; `None` where there are none to prove it by.
    pub proved: Option<bool>,
}

/// What a column was understood as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnRead {
    /// As the file writes it.
    pub heading: String,
    /// A field's name, `nothing` for what is of no use, `not read` for what nobody understands.
    pub reads: &'static str,
    /// What settled it: `heading`, `layout`, `balances`, `of no use`, `unknown`.
    pub why: &'static str,
}

/// A balance; negative where the account is overdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    pub amount: Decimal,
    pub on: Option<NaiveDate>,
}

/// What a file is.
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

/// Reads one file: finds out what it is, in which encoding, and drives its reader.
///
/// The file is gone through twice: [`look`], then [`Look::read`]. Neither holds it in memory.
///
/// # Errors
/// [`FeedError`] when the file cannot be read as a whole; what the sink got until then is void.
pub fn read(
    input: &mut dyn Source,
    layouts: &BankLayouts,
    sink: &mut dyn Sink,
) -> Result<FeedFacts, FeedError> {
    look(input)?.read(input, layouts, sink)
}

/// What the first pass over a file found out: enough to know whether it was delivered before.
pub struct Look {
    scan: encoding::Scan,
    kind: sniff::Kind,
}

/// Goes through a file once: hashes it, sees whether it is UTF-8 throughout, looks at its beginning.
///
/// # Errors
/// [`FeedError`] when the file is empty or surely none of ours, or the input failed.
pub fn look(input: &mut dyn Source) -> Result<Look, FeedError> {
    let scan = encoding::scan(input)?;
    // Its content says what it is; its name is never asked.
    let kind = sniff::kind(&scan)?;
    Ok(Look { scan, kind })
}

impl Look {
    /// The digest of the file's bytes.
    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.scan.sha256
    }

    /// Whether the file's bytes begin so.
    #[must_use]
    pub fn begins_with(&self, text: &str) -> bool {
        self.scan.head.starts_with(text.as_bytes())
    }

    /// Decodes and reads the file that was looked at.
    ///
    /// # Errors
    /// [`FeedError`] when the file cannot be read as a whole; what the sink got until then is void.
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
    /// Whether opening + credits − debits = closing; `None` where one of the balances is missing.
    #[must_use]
    pub fn balance_ok(&self) -> Option<bool> {
        let (opening, closing) = (self.opening?, self.closing?);
        Some(opening.amount + self.sum_credit - self.sum_debit == closing.amount)
    }
}
