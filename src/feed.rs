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
pub mod camt;
mod csv;
mod date;
mod encoding;
mod entry;
mod html;
pub mod identity;
pub mod inspect;
mod layout;
pub mod mt;
mod rows;
mod running;
mod settlement;
mod sniff;
mod table;
mod xlsx;

pub use encoding::Utf8Reader;

use crate::remittance::Direction;
use crate::rulebook::bank::BankLayouts;
use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;
use std::fmt;
use std::io::{Read, Seek, SeekFrom};

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
    fn entry(&mut self, entry: Entry<'_>);
    /// A row that cannot be read.
    fn reject(&mut self, reject: Reject);
    /// A statement ended; its entries came before.
    fn statement(&mut self, statement: Statement<'_>);
    /// Something a person should know, though nothing is lost by it.
    fn flag(&mut self, flag: Flag);
}

/// One booked entry, in whatever currency the file has; borrowed from the reader's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
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
    pub counterparty: crate::remittance::Counterparty<'a>,
    pub remarks: crate::remittance::Remarks<'a>,
    pub reversal: bool,
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
}

/// A balance; negative where the account is overdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    pub amount: Decimal,
    pub on: Option<NaiveDate>,
}

/// A row that could not be read: where it stands, what was found, what was expected.
///
/// Prints as `bank-a-0303.csv:14:6: amount "1,2o0.00": expected a digit at position 4, found 'o'`
/// once the shell has put the file's name before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Physical line, from 1.
    pub line: u64,
    /// Column of the field in its row, from 1, where the format has columns.
    pub column: Option<u32>,
    /// The field, in the file's own word.
    pub field: String,
    /// What was found, shortened for showing.
    pub found: String,
    pub problem: Problem,
    /// The row as it stands in the file, so that nothing is lost; shortened past 4,096 characters.
    pub row: String,
}

/// What is wrong with a row that cannot be read. Carries values; the sentence is `Display`'s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A field that must be there is empty or absent.
    Missing,
    /// The field is not an amount; says why.
    Amount(String),
    /// The field is not a date or a time of day that exists.
    Date { expected: &'static str },
    /// The field is not one of the words that may stand there.
    Word { expected: String },
    /// The row has too few or too many fields.
    Fields { expected: String },
    /// The movement is not in CNY (contract: all but CNY is set aside).
    Currency,
    /// Debit and credit are both there, or neither.
    Direction,
    /// The text holds what no statement may hold there.
    Text { expected: &'static str },
}

/// What a person should know of a file that was read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Opening + credits − debits is not closing.
    BalanceBroken { line: u64, account: Option<String>, expected: Decimal, found: Decimal },
    /// A row's running balance does not follow from the row before it.
    RunningBalanceBroken { line: u64, expected: Decimal, found: Decimal },
    /// A count or sum that the file declares disagrees with what it holds.
    ControlSum { line: u64, what: &'static str, declared: String, found: String },
    /// Anything else that is odd but harmless; a kebab-case word that stays, and a place.
    Oddity { line: u64, code: &'static str, found: String },
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

/// Why a whole file cannot be read; nothing of it is taken in.
///
/// Prints as `line 3: expected …, found …`; the shell puts the file's name before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedError {
    /// Physical line, from 1; 0 where it concerns the file as a whole.
    pub line: u64,
    pub kind: FeedErrorKind,
}

/// The kinds of whole-file errors; carry values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedErrorKind {
    Empty,
    /// No reader knows it; `found` quotes its beginning.
    UnknownFormat {
        found: String,
    },
    Encoding {
        expected: &'static str,
        found: String,
    },
    /// No layout has these columns.
    UnknownLayout {
        header: String,
    },
    /// One layout comes near, but columns that it needs are not there.
    MissingColumns {
        layout: String,
        missing: Vec<String>,
        header: String,
    },
    /// Several layouts fit one header equally well.
    AmbiguousLayout {
        layouts: Vec<String>,
        header: String,
    },
    /// This build of the program cannot read it.
    Feature {
        needs: &'static str,
        found: &'static str,
    },
    /// The structure is broken (XML not well-formed, a block without end, a missing tag).
    Structure {
        expected: String,
        found: String,
    },
    /// A document type or an entity: refused unread, nothing is ever expanded.
    Forbidden {
        found: &'static str,
    },
    /// The world failed while reading.
    Io(String),
}

/// Reads one file: finds out what it is, in which encoding, and drives its reader.
///
/// The file is gone through twice. First to hash it, to see whether it is UTF-8 throughout, and to
/// look at its beginning; then to read it. Neither holds the file in memory.
///
/// # Errors
/// [`FeedError`] when the file cannot be read as a whole; what the sink got until then is void.
pub fn read(
    input: &mut dyn Source,
    layouts: &BankLayouts,
    sink: &mut dyn Sink,
) -> Result<FeedFacts, FeedError> {
    // 1. Look.      gives: hash, whether it is UTF-8, its beginning
    let scan = encoding::scan(input)?;
    // 2. Sniff.     gives: the kind of file; its name is never asked
    let kind = sniff::kind(&scan)?;
    // 3. Decode and read.
    input.seek(SeekFrom::Start(0))?;
    let mut layout = None;
    let (format, encoding) = match kind {
        sniff::Kind::Xml => {
            let encoding = encoding::of_xml(&scan)?;
            (camt::read(&mut Utf8Reader::new(input, encoding), sink)?, encoding)
        }
        sniff::Kind::Mt => {
            let encoding = encoding::of_messages(&scan)?;
            if !encoding.is_certain() {
                let found = encoding.name().to_owned();
                sink.flag(Flag::Oddity { line: 1, code: "encoding-assumed", found });
            }
            (mt::read(&mut Utf8Reader::new(input, encoding), sink)?, encoding)
        }
        sniff::Kind::Settlement => {
            let encoding = encoding::of_settlement(&scan)?;
            settlement::read_plain(Utf8Reader::new(input, encoding), sink)?;
            (Format::Settlement, encoding)
        }
        sniff::Kind::SettlementEnvelope => {
            let encoding = encoding::of_xml(&scan)?;
            settlement::read_envelope(&mut Utf8Reader::new(input, encoding), sink)?;
            (Format::Settlement, encoding)
        }
        sniff::Kind::Excel => {
            layout = Some(xlsx::read(input, layouts, sink)?);
            (Format::Xlsx, encoding::Encoding::UTF_8)
        }
        sniff::Kind::Html => {
            let (encoding, plan) = html::plan(&scan, layouts)?;
            layout = Some(plan.layout.id.clone());
            html::read(Utf8Reader::new(input, encoding), &plan, sink)?;
            (Format::Csv, encoding)
        }
        sniff::Kind::Text => {
            let (encoding, plan) = csv::plan(&scan, layouts)?;
            layout = Some(plan.layout.id.clone());
            csv::read(Utf8Reader::new(input, encoding), &plan, sink)?;
            (Format::Csv, encoding)
        }
    };
    Ok(FeedFacts {
        format,
        encoding: encoding.name(),
        bytes: scan.bytes,
        sha256: scan.sha256,
        layout,
    })
}

impl FeedErrorKind {
    /// The error at a line; 0 where it concerns the file as a whole.
    #[must_use]
    pub const fn at(self, line: u64) -> FeedError {
        FeedError { line, kind: self }
    }
}

impl From<std::io::Error> for FeedError {
    fn from(error: std::io::Error) -> Self {
        FeedErrorKind::Io(error.to_string()).at(0)
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

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "expected a value"),
            Self::Amount(why) => f.write_str(why),
            Self::Date { expected } => write!(f, "expected {expected}"),
            Self::Word { expected } => write!(f, "expected {expected}"),
            Self::Fields { expected } => write!(f, "expected {expected}"),
            Self::Currency => write!(f, "expected CNY"),
            Self::Direction => write!(f, "expected either a debit or a credit amount"),
            Self::Text { expected } => write!(f, "expected {expected}"),
        }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.line)?;
        if let Some(column) = self.column {
            write!(f, "{column}:")?;
        }
        write!(f, " {} {:?}: {}", self.field, self.found, self.problem)
    }
}

impl Flag {
    /// Where it was found: the physical line, from 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        match self {
            Self::BalanceBroken { line, .. }
            | Self::RunningBalanceBroken { line, .. }
            | Self::ControlSum { line, .. }
            | Self::Oddity { line, .. } => *line,
        }
    }

    /// A kebab-case word that stays.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BalanceBroken { .. } => "balance-broken",
            Self::RunningBalanceBroken { .. } => "running-balance-broken",
            Self::ControlSum { .. } => "control-sum",
            Self::Oddity { code, .. } => code,
        }
    }

    /// What was found, and what was expected.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::BalanceBroken { account: Some(account), expected, found, .. } => {
                let account = crate::remittance::account::masked(account);
                format!("account {account}: expected {expected}, found {found}")
            }
            Self::BalanceBroken { account: None, expected, found, .. }
            | Self::RunningBalanceBroken { expected, found, .. } => {
                format!("expected {expected}, found {found}")
            }
            Self::ControlSum { what, declared, found, .. } => {
                format!("{what}: declared {declared}, found {found}")
            }
            Self::Oddity { found, .. } => format!("found {found:?}"),
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.line(), self.code(), self.detail())
    }
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        match &self.kind {
            FeedErrorKind::Empty => write!(f, "expected a statement, found an empty file"),
            FeedErrorKind::UnknownFormat { found } => {
                write!(f, "expected CSV, camt, MT940 or settlement records, found {found:?}")
            }
            FeedErrorKind::Encoding { expected, found } => {
                write!(f, "expected {expected}, found {found}")
            }
            FeedErrorKind::UnknownLayout { header } => {
                write!(f, "expected the columns of a layout in rules/banks, found {header:?}")
            }
            FeedErrorKind::MissingColumns { layout, missing, header } => {
                let missing = missing.join(", ");
                write!(f, "expected the columns {missing} of layout {layout}, found {header:?}")
            }
            FeedErrorKind::AmbiguousLayout { layouts, header } => {
                let layouts = layouts.join(", ");
                write!(f, "expected one layout, found {layouts} for the header {header:?}")
            }
            FeedErrorKind::Feature { needs, found } => {
                write!(f, "expected a build with the feature {needs:?}, found {found}")
            }
            FeedErrorKind::Structure { expected, found } => {
                write!(f, "expected {expected}, found {found:?}")
            }
            FeedErrorKind::Forbidden { found } => write!(f, "refused: the file holds {found}"),
            FeedErrorKind::Io(error) => f.write_str(error),
        }
    }
}

impl std::error::Error for FeedError {}
