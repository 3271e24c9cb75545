//! Templates of bulk registers: the columns of a CSV or XLSX file, and how its rows become lines.
//!
//! Start at [`Template`]: `duizhang template NAME` writes [`Template::columns`] and an example row; the rows of a
//! filled-in file go to [`Template::request`]. The shell reads the files.

use super::document::DocumentType;
use super::register::{
    BaseLine, OpenLine, RegisterRequest, SealLine, SupplementRequest, TransferLine, UnsealLine,
};
use super::{Id, Money, YearMonth};
use crate::{Language, Localized};
use std::borrow::Cow;
use std::fmt;

/// A kind of register that can be filed in bulk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Template {
    Open,
    Unseal,
    Seal,
    AdjustBase,
    Supplement,
    Transfer,
}

/// An error in a filled-in template; `row` counts data rows from 1.
///
/// Prints as `row 3, 缴存基数: amount "5.000": expected …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    pub row: usize,
    pub column: &'static str,
    pub message: String,
}

impl Template {
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Unseal, Self::Seal, Self::AdjustBase, Self::Supplement, Self::Transfer];

    /// The name of a template in commands.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unseal => "unseal",
            Self::Seal => "seal",
            Self::AdjustBase => "adjust-base",
            Self::Supplement => "supplement",
            Self::Transfer => "transfer",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.name() == name)
    }

    /// The column headings, in order.
    #[must_use]
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Open => &["身份证号", "姓名", "缴存基数", "职工编号", "证件类型"],
            Self::Unseal => &["职工编号", "缴存基数"],
            Self::Seal => &["职工编号", "封存原因"],
            Self::AdjustBase => &["职工编号", "缴存基数"],
            Self::Supplement => &["职工编号", "补缴月份", "补缴金额", "补缴至月份", "补缴原因"],
            Self::Transfer => &["职工编号", "转入单位编号", "转入城市"],
        }
    }

    /// An example row; the identity number is the standard's own example.
    #[must_use]
    pub const fn example(self) -> &'static [&'static str] {
        match self {
            Self::Open => &["11010519491231002X", "张某", "5000.00", "", "居民身份证"],
            Self::Unseal => &["E0000000000000001", "5200.00"],
            Self::Seal => &["E0000000000000001", "离职"],
            Self::AdjustBase => &["E0000000000000001", "5200.00"],
            Self::Supplement => &["E0000000000000001", "2026-04", "800.00", "", ""],
            Self::Transfer => &["E0000000000000001", "450200002", ""],
        }
    }

    /// Turns rows into a register; a row has the cells of the columns in order.
    ///
    /// # Errors
    /// The first wrong cell of every row; nothing is filed then.
    pub fn request<'a>(
        self,
        rows: impl IntoIterator<Item = &'a [&'a str]>,
    ) -> Result<RegisterRequest, Vec<TemplateError>> {
        let mut sheet = Sheet { template: self, row: 0, cells: &[], errors: Vec::new() };
        let rows: Vec<&[&str]> = rows.into_iter().collect();
        let request = match self {
            Self::Open => RegisterRequest::Open(sheet.lines(&rows, |s| {
                let id_type =
                    if s.optional(4).is_some() { s.document(4)? } else { DocumentType::default() };
                Some(OpenLine {
                    id_type,
                    id_no: s.text(0)?,
                    name: s.text(1)?,
                    base: s.money(2)?,
                    employee_id: s.optional(3).map(Id::from),
                })
            })),
            Self::Unseal => RegisterRequest::Unseal(sheet.lines(&rows, |s| {
                let base = if s.optional(1).is_some() { Some(s.money(1)?) } else { None };
                Some(UnsealLine { employee_id: s.text(0)?.into(), base })
            })),
            Self::Seal => RegisterRequest::Seal(sheet.lines(&rows, |s| {
                Some(SealLine { employee_id: s.text(0)?.into(), reason: s.text(1)? })
            })),
            Self::AdjustBase => RegisterRequest::AdjustBase(sheet.lines(&rows, |s| {
                Some(BaseLine { employee_id: s.text(0)?.into(), base: s.money(1)? })
            })),
            Self::Supplement => RegisterRequest::Supplement(sheet.lines(&rows, |s| {
                let employee_id = s.text(0)?.into();
                let (for_month, amount) = (s.month(1)?, s.money(2)?);
                let to_month = if s.optional(3).is_some() { Some(s.month(3)?) } else { None };
                let reason = s.optional(4).map(str::to_owned);
                Some(SupplementRequest { employee_id, for_month, to_month, amount, reason })
            })),
            Self::Transfer => RegisterRequest::Transfer(sheet.lines(&rows, |s| {
                let (employee_id, to_employer) = (s.text(0)?.into(), s.text(1)?.into());
                let city = s.optional(2).map(str::to_owned);
                Some(TransferLine { employee_id, to_employer, city })
            })),
        };
        if sheet.errors.is_empty() { Ok(request) } else { Err(sheet.errors) }
    }
}

/// The register's name.
impl Localized for Template {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Open => language.choose("开户清册", "register of openings"),
            Self::Unseal => language.choose("启封清册", "register of unsealings"),
            Self::Seal => language.choose("封存清册", "register of sealings"),
            Self::AdjustBase => language.choose("基数调整清册", "register of bases"),
            Self::Supplement => language.choose("补缴清册", "register of supplements"),
            Self::Transfer => language.choose("职工转移清册", "register of transfers"),
        })
    }
}

/// A sheet being parsed: the present position, and the errors so far.
struct Sheet<'a> {
    template: Template,
    row: usize,
    cells: &'a [&'a str],
    errors: Vec<TemplateError>,
}

impl<'a> Sheet<'a> {
    fn lines<T>(&mut self, rows: &[&'a [&'a str]], line: fn(&mut Self) -> Option<T>) -> Vec<T> {
        let mut lines = Vec::with_capacity(rows.len());
        for cells in rows {
            self.row += 1;
            self.cells = cells;
            lines.extend(line(self));
        }
        lines
    }

    fn optional(&self, index: usize) -> Option<&'a str> {
        self.cells.get(index).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    fn text(&mut self, index: usize) -> Option<String> {
        self.read(index, |text| Ok(text.to_owned()))
    }

    fn money(&mut self, index: usize) -> Option<Money> {
        self.read(index, |text| {
            Money::from_yuan(text).map_err(|error| format!("amount {text:?}: {error}"))
        })
    }

    fn document(&mut self, index: usize) -> Option<DocumentType> {
        self.read(index, |text| {
            text.parse().map_err(|error: super::document::DocumentTypeError| error.to_string())
        })
    }

    fn month(&mut self, index: usize) -> Option<YearMonth> {
        self.read(index, |text| text.parse().map_err(|error| format!("{error}")))
    }

    fn read<T>(&mut self, index: usize, read: impl Fn(&str) -> Result<T, String>) -> Option<T>
    where
        T: 'a,
    {
        let expected = || Err("expected a value, found nothing".to_owned());
        let result = self.optional(index).map_or_else(expected, read);
        let column = self.template.columns().get(index).copied().unwrap_or_default();
        let row = self.row;
        result.map_err(|message| self.errors.push(TemplateError { row, column, message })).ok()
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}, {}: {}", self.row, self.column, self.message)
    }
}

impl std::error::Error for TemplateError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_reads_its_own_example_as_one_line() {
        for template in Template::ALL {
            assert_eq!(template.columns().len(), template.example().len(), "{}", template.name());
            let request = template.request([template.example()]).unwrap();
            assert_eq!(request.len(), 1, "{}", template.name());
            assert_eq!(Template::from_name(template.name()), Some(template));
        }
    }

    #[test]
    fn a_sheet_with_wrong_rows_names_each_and_files_nothing() {
        let rows: [&[&str]; 3] = [&["E1", "2026-04", "800"], &["", "2026-4", "8.001"], &["E2"]];
        let errors = Template::Supplement.request(rows).unwrap_err();
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            errors,
            [
                "row 2, 职工编号: expected a value, found nothing",
                "row 3, 补缴月份: expected a value, found nothing",
            ]
        );
    }
}
