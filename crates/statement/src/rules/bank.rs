//! The layouts of banks' statements: `rules/banks/*.toml`.
//!
//! Start at [`BankLayouts`]; a [`BankLayout`] says which headings carry which [`Field`], the form of amounts and dates,
//! and which rows are no data. The shipped layouts are compiled in; a centre's own files replace or add to them. `feed`
//! applies a layout.
//!
//! Invariant: every layout has a unique name and an example, which `cargo test` parses.

pub use super::field::Field;
use super::headings::Headings;
use super::shipped;
use super::{RuleError, RuleFile};
use regex::RegexSet;
use remittance::RemarkField;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// How a layout tells the direction of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AmountModel {
    /// One column; a minus is money out.
    Signed,
    /// One column and a word.
    Flagged,
    /// A column for money in, one for money out; a flag beside them must agree.
    Pair,
}

/// The preference among several fitting layouts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precedence {
    /// Used only if no other fits.
    Fallback,
    #[default]
    Bank,
    /// The contract's own: used if it knows every heading, or as many as a bank's layout.
    Standard,
    /// Learnt from a file of this centre, because headings or another layout were wrong: preferred to all others, and
    /// its day to the days in headings.
    Learned,
}

/// The order of a date's parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    #[default]
    YearFirst,
    DayFirst,
    MonthFirst,
}

/// How a layout writes amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AmountStyle {
    /// `1,234.56`
    #[default]
    Point,
    /// `1.234,56`, also with spaces or apostrophes between thousands, `(1,00)` for −1,00.
    Comma,
}

/// The period in which a bank's serials are unique: `serial = "day"` in a layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SerialPeriod {
    #[default]
    Ever,
    Year,
    Month,
    Day,
}

/// A text in a layout, and its expected result.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutExample {
    pub text: String,
    /// A line for each entry, in the form of the test in `feed/layout.rs`.
    pub entries: String,
}

/// One layout as in its file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: Spanned<String>,
    #[expect(dead_code, reason = "for whoever reads the rule file")]
    why: String,
    amount: Option<AmountModel>,
    #[serde(default)]
    precedence: Precedence,
    #[serde(default)]
    ragged: bool,
    #[serde(default)]
    dates: DateOrder,
    #[serde(default)]
    style: AmountStyle,
    #[serde(default)]
    serial: SerialPeriod,
    currency: Option<String>,
    #[serde(default)]
    encodings: Vec<Spanned<String>>,
    #[serde(default)]
    credit: Vec<String>,
    #[serde(default)]
    debit: Vec<String>,
    #[serde(default)]
    reversal: Vec<String>,
    #[serde(default)]
    ordinary: Vec<String>,
    #[serde(default)]
    passed: Vec<String>,
    #[serde(default)]
    blank: Vec<String>,
    skip: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    must: Vec<Field>,
    remarks: Option<Vec<Remark>>,
    columns: BTreeMap<Field, Vec<String>>,
    #[serde(default)]
    preamble: Preamble,
    example: Vec<LayoutExample>,
}

/// The labels of values in rows before the header.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Preamble {
    pub account: Vec<String>,
    pub currency: Vec<String>,
    pub opening: Vec<String>,
    pub closing: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Remark {
    Postscript,
    Purpose,
    Summary,
    Note,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BankFile {
    bank: String,
    name: String,
    layout: Vec<Written>,
}

/// One layout, checked.
#[derive(Clone, Debug)]
pub struct BankLayout {
    pub id: String,
    pub bank: String,
    pub bank_name: String,
    /// How it tells the direction; `None` if the headings do.
    pub amount: Option<AmountModel>,
    pub precedence: Precedence,
    /// Rows may end early: trailing empty cells are omitted.
    pub ragged: bool,
    pub dates: DateOrder,
    pub style: AmountStyle,
    /// The period in which its serials are unique.
    pub serial: SerialPeriod,
    /// The currency of files without one.
    pub currency: Option<String>,
    /// The bank's encodings besides UTF-8.
    pub encodings: Vec<String>,
    pub credit: Vec<String>,
    pub debit: Vec<String>,
    pub reversal: Vec<String>,
    /// The reversal column's content in an ordinary row.
    pub ordinary: Vec<String>,
    /// Headings of columns without use at this bank.
    pub passed: Vec<String>,
    /// Cells that mean nothing, such as `-`.
    pub blank: Vec<String>,
    /// Patterns of the first cell in rows that are no data.
    pub skip: RegexSet,
    /// Columns without which the layout does not fit.
    pub required: Vec<Field>,
    /// The fields to search for a reference, in order.
    pub remarks: Vec<RemarkField>,
    /// Headings of each field, the preferred first.
    pub columns: BTreeMap<Field, Vec<String>>,
    pub preamble: Preamble,
    pub examples: Vec<LayoutExample>,
}

/// All possible layouts of a file.
#[derive(Clone, Debug)]
pub struct BankLayouts {
    headings: Headings,
    layouts: Vec<BankLayout>,
    /// Their source files, the headings first: a reader in another process parses them again.
    files: Vec<RuleFile>,
}

impl BankLayouts {
    /// The shipped layouts.
    ///
    /// # Errors
    /// Never for a build that passed its tests.
    pub fn shipped() -> Result<Self, RuleError> {
        let (banks, headings): (Vec<_>, Vec<_>) =
            shipped().into_iter().partition(|file| file.path.starts_with("banks/"));
        let nothing = RuleFile { path: "headings.toml".to_owned(), text: String::new() };
        Self::from_files(headings.first().unwrap_or(&nothing), &banks)
    }

    /// The rules of headings, and the layouts of these files.
    ///
    /// # Errors
    /// [`RuleError`] with the place of the first error.
    pub fn from_files(headings_file: &RuleFile, files: &[RuleFile]) -> Result<Self, RuleError> {
        let headings = Headings::parse(headings_file)?;
        let mut layouts: Vec<BankLayout> = Vec::new();
        for file in files {
            let parsed: BankFile = file.parse()?;
            for written in parsed.layout {
                let span = written.id.span();
                if layouts.iter().any(|layout| layout.id == *written.id.get_ref()) {
                    return Err(file.error_at(span, "expected a name that no other layout has"));
                }
                layouts.push(checked(file, &parsed.bank, &parsed.name, written)?);
            }
        }
        let files = std::iter::once(headings_file).chain(files).cloned().collect();
        Ok(Self { headings, layouts, files })
    }

    /// Their source files, the headings first; empty for a subset of layouts.
    #[must_use]
    pub fn files(&self) -> &[RuleFile] {
        &self.files
    }

    /// The rules for the parts of headings.
    #[must_use]
    pub const fn headings(&self) -> &Headings {
        &self.headings
    }

    pub fn iter(&self) -> impl Iterator<Item = &BankLayout> {
        self.layouts.iter()
    }

    /// The layouts without those learnt at the centre, except for one. Its example and all others are tested with
    /// these, because a learnt layout may precede a shipped one.
    #[must_use]
    pub fn without_learned_but(&self, id: &str) -> Self {
        let stays =
            |layout: &&BankLayout| layout.precedence != Precedence::Learned || layout.id == id;
        let layouts = self.layouts.iter().filter(stays).cloned().collect();
        Self { headings: self.headings.clone(), layouts, files: Vec::new() }
    }

    /// The order of a bank's remark fields, by the layout's name.
    #[must_use]
    pub fn remarks_of(&self, id: &str) -> &[RemarkField] {
        let found = self.layouts.iter().find(|layout| layout.id == id);
        found.map_or(&RemarkField::DEFAULT_ORDER, |layout| &layout.remarks)
    }
}

fn checked(
    file: &RuleFile,
    bank: &str,
    bank_name: &str,
    written: Written,
) -> Result<BankLayout, RuleError> {
    let at = written.id.span();
    let mut required = match written.amount {
        Some(AmountModel::Signed) => vec![Field::Date, Field::Amount],
        Some(AmountModel::Flagged) => vec![Field::Date, Field::Amount, Field::Flag],
        Some(AmountModel::Pair) => vec![Field::Date, Field::Credit, Field::Debit],
        None => Vec::new(),
    };
    required.extend(written.must);
    if let Some(field) = required.iter().find(|field| !written.columns.contains_key(field)) {
        return Err(file.error_at(at, &format!("expected headings for the column {field:?}")));
    }
    if written.example.is_empty() {
        return Err(file.error_at(at, "expected an example"));
    }
    for label in &written.encodings {
        if encoding_rs::Encoding::for_label_no_replacement(label.get_ref().as_bytes()).is_none() {
            return Err(file.error_at(label.span(), "expected the name of an encoding"));
        }
    }
    let skip = match &written.skip {
        Some(skip) => RegexSet::new(skip.get_ref())
            .map_err(|error| file.error_at(skip.span(), &error.to_string()))?,
        None => RegexSet::empty(),
    };
    Ok(BankLayout {
        id: written.id.into_inner(),
        bank: bank.to_owned(),
        bank_name: bank_name.to_owned(),
        amount: written.amount,
        precedence: written.precedence,
        ragged: written.ragged,
        dates: written.dates,
        style: written.style,
        serial: written.serial,
        currency: written.currency,
        encodings: written.encodings.into_iter().map(Spanned::into_inner).collect(),
        credit: written.credit,
        debit: written.debit,
        reversal: written.reversal,
        ordinary: written.ordinary,
        passed: written.passed,
        blank: written.blank,
        skip,
        required,
        remarks: written.remarks.map_or(RemarkField::DEFAULT_ORDER.to_vec(), |fields| {
            fields.into_iter().map(RemarkField::from).collect()
        }),
        columns: written.columns,
        preamble: written.preamble,
        examples: written.example,
    })
}

impl From<Remark> for RemarkField {
    fn from(remark: Remark) -> Self {
        match remark {
            Remark::Postscript => Self::Postscript,
            Remark::Purpose => Self::Purpose,
            Remark::Summary => Self::Summary,
            Remark::Note => Self::Note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let file = RuleFile { path: "banks/x.toml".into(), text: text.into() };
        let headings = shipped().into_iter().find(|file| file.path == "headings.toml").unwrap();
        BankLayouts::from_files(&headings, &[file]).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn the_layouts_that_ship_are_sound() {
        let layouts = BankLayouts::shipped().unwrap_or_else(|error| panic!("{error}"));
        assert!(layouts.iter().count() >= 15);
    }

    #[test]
    fn a_layout_that_cannot_work_is_an_error_with_its_place() {
        let head = "bank = \"x\"\nname = \"X\"\n[[layout]]\nid = \"x\"\nwhy = \"test\"\n";
        let tail = "[[layout.example]]\ntext = \"\"\nentries = \"\"\n";
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("amount = \"signed\"\n[layout.columns]\ndate = [\"日期\"]\n",
             "rules/banks/x.toml:4:6: expected headings for the column Amount"),
            ("amount = \"signed\"\nencodings = [\"klingon\"]\n[layout.columns]\ndate = [\"日期\"]\namount = [\"额\"]\n",
             "rules/banks/x.toml:7:14: expected the name of an encoding"),
        ];
        for (body, want) in rows {
            assert_eq!(error(&format!("{head}{body}{tail}")), want);
        }
    }
}
