//! What can be wrong in a sheet, with its place, in both languages; and what is only told.
//!
//! An [`ImportError`] prints without the file's name; the shell puts that before it. All that is wrong is kept,
//! up to [`ERRORS_MAX`], so that one look is enough to mend a file.

use super::heading;
use crate::sheet::{Unreadable, letters};
use std::fmt;

/// Errors kept of one file; a sheet with more than these is no sheet of this kind.
pub const ERRORS_MAX: usize = 100_000;

/// Characters of a cell that an error quotes.
const FOUND_CHARS_MAX: usize = 60;

/// One thing that is wrong in a sheet.
///
/// Prints as `14:C: amount "1,2o0.00": expected a digit at position 4, found 'o'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// Physical line (row of the sheet), from 1; 0 where it concerns the file as a whole.
    pub line: u64,
    /// Column from 1, where the error is in one.
    pub column: Option<usize>,
    /// The column's name; empty where the error is in none.
    pub field: &'static str,
    /// What was found, shortened for showing.
    pub found: String,
    pub problem: Problem,
}

/// What a cell must be: a sentence in each language, the English one beginning with `expected`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub english: String,
    pub chinese: String,
}

impl Expected {
    pub(super) fn new(english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self { english: english.into(), chinese: chinese.into() }
    }
}

impl From<String> for Expected {
    /// A sentence that is there in one language only.
    fn from(english: String) -> Self {
        Self { chinese: format!("内容不符合要求（{english}）"), english }
    }
}

/// What was expected instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file has no header, let alone rows.
    Empty,
    /// The header has a column that the list does not know.
    UnknownColumn { known: String },
    /// The header has a column twice.
    RepeatedColumn,
    /// The header lacks a column.
    MissingColumn { name: &'static str },
    /// A row of text has more cells than the header, so some of them stand in the wrong column.
    Cells { expected: usize, found: usize },
    /// An amount that its own comma parted in two.
    PartedAmount { whole: String },
    /// Something stands in a column that has no heading.
    NoHeading,
    /// A cell that must be filled is empty.
    Missing,
    /// The cell is not what the column holds.
    Expected(Expected),
    /// The same key stands on an earlier line with other content.
    Conflict { line: u64 },
    /// Two keys of which one was typed as a number: one may have lost its zeros.
    AlikeKeys { other: String, line: u64 },
    /// It does not go with what is known already; a sentence in each language.
    Unfit { english: String, chinese: String },
    /// `#N/A` and its kin.
    Fault,
    /// A formula that was never calculated.
    Uncalculated,
    /// A character that was lost on the way, or that only one computer knows.
    Lost { found: char },
    /// More digits than a spreadsheet keeps.
    Rounded,
    /// A number in the column of a key whose cell does not show it plainly.
    NumberAsKey,
    /// An amount of which the cell shows less than is stored.
    ShownRounded { shown: String },
    /// A number where a month or a day belongs: 2026.1 may be October.
    NumberAsDate,
    /// The cell became a day.
    BecameDate,
    /// A day of which the cell shows the month alone.
    DayNotShown,
    /// `TRUE` or `FALSE`.
    Truth,
    /// It was written back to be mended and still stands there.
    Unmended,
    /// The same person stands in another row too.
    Repeated { line: u64 },
    /// The row is not seen.
    HiddenRow,
    /// The column is not seen.
    HiddenColumn,
    /// The cell is one with others above or beside it.
    Merged,
    /// Rows stand in another sheet too.
    SecondSheet { first: String, second: String },
    /// The file cannot be read.
    Unreadable(Unreadable),
}

/// Something that is told and stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// 0 where it concerns no row.
    pub line: u64,
    pub english: String,
    pub chinese: String,
}

impl Note {
    pub(super) fn new(line: u64, english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self { line, english: english.into(), chinese: chinese.into() }
    }
}

impl ImportError {
    pub(super) fn new(
        line: u64,
        column: Option<usize>,
        field: &'static str,
        found: &str,
        problem: Problem,
    ) -> Self {
        let mut quoted: String = found.chars().take(FOUND_CHARS_MAX).collect();
        if quoted.len() < found.len() {
            quoted.push('…');
        }
        Self { line, column, field, found: quoted, problem }
    }

    pub(super) fn whole(found: &str, problem: Problem) -> Self {
        Self::new(0, None, "", found, problem)
    }

    /// Something about the file as a whole; a sentence in each language.
    #[must_use]
    pub fn of_file((english, chinese): (String, String)) -> Self {
        Self::whole("", Problem::Unfit { english, chinese })
    }

    /// The column's letters, as spreadsheets show them.
    #[must_use]
    pub fn letters(&self) -> Option<String> {
        self.column.map(|column| letters(column.saturating_sub(1)))
    }

    /// The column's name for people; empty where the error is in none.
    #[must_use]
    pub fn heading(&self) -> &'static str {
        heading::chinese(self.field)
    }

    /// The whole sentence in Chinese, with its place.
    #[must_use]
    pub fn chinese(&self) -> String {
        let mut place = String::new();
        if self.line > 0 {
            place.push_str(&format!("第 {} 行", self.line));
        }
        if let Some(letters) = self.letters() {
            place.push_str(&format!(" {letters} 列"));
        }
        if !self.field.is_empty() && self.field != "column" {
            place.push_str(&format!("“{}”", self.heading()));
        }
        if !self.found.is_empty() {
            place.push_str(&format!("（现为“{}”）", self.found));
        }
        let what = self.problem.chinese();
        if place.is_empty() { what } else { format!("{place}：{what}") }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
        }
        if let Some(letters) = self.letters() {
            write!(f, "{letters}:")?;
        }
        if self.line > 0 {
            f.write_str(" ")?;
        }
        if !self.field.is_empty() {
            write!(f, "{} ", self.field)?;
        }
        if !self.found.is_empty() || !self.field.is_empty() {
            write!(f, "{:?}: ", self.found)?;
        }
        self.problem.fmt(f)
    }
}

impl Problem {
    /// One word a kind, by which many are summed up.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::UnknownColumn { .. } => "unknown-column",
            Self::RepeatedColumn => "repeated-column",
            Self::MissingColumn { .. } => "missing-column",
            Self::Cells { .. } => "cells",
            Self::PartedAmount { .. } => "parted-amount",
            Self::NoHeading => "no-heading",
            Self::Missing => "missing",
            Self::Expected(_) => "wrong-value",
            Self::Conflict { .. } => "conflict",
            Self::AlikeKeys { .. } => "alike-keys",
            Self::Unfit { .. } => "unfit",
            Self::Fault => "fault",
            Self::Uncalculated => "uncalculated",
            Self::Lost { .. } => "lost-character",
            Self::Rounded => "rounded",
            Self::NumberAsKey => "number-as-key",
            Self::ShownRounded { .. } => "shown-rounded",
            Self::NumberAsDate => "number-as-date",
            Self::BecameDate => "became-date",
            Self::DayNotShown => "day-not-shown",
            Self::Truth => "truth",
            Self::Unmended => "unmended",
            Self::Repeated { .. } => "repeated",
            Self::HiddenRow => "hidden-row",
            Self::HiddenColumn => "hidden-column",
            Self::Merged => "merged",
            Self::SecondSheet { .. } => "second-sheet",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Whether what the cell shows must not be taken, though it could be read as a text.
    pub(super) const fn is_misleading(&self) -> bool {
        matches!(
            self,
            Self::Uncalculated
                | Self::AlikeKeys { .. }
                | Self::Rounded
                | Self::NumberAsKey
                | Self::ShownRounded { .. }
                | Self::NumberAsDate
                | Self::BecameDate
                | Self::DayNotShown
                | Self::Truth
                | Self::Merged
        )
    }

    /// The sentence in Chinese: what to write instead.
    #[must_use]
    pub fn chinese(&self) -> String {
        let fixed = match self {
            Self::Empty => "没有表头；请保留模板的表头行",
            Self::UnknownColumn { known } => {
                return format!("没有这一列；可用的列：{known}。不需要的列请删除");
            }
            Self::RepeatedColumn => "这一列重复；每列只保留一个",
            Self::MissingColumn { name } => {
                return format!("缺少“{}”列；请补上该列", heading::chinese(name));
            }
            Self::Cells { expected, found } => {
                return format!(
                    "有 {found} 个单元格，表头只有 {expected} 个；内容中的逗号须加引号，或另存为“Excel 工作簿（.xlsx）”"
                );
            }
            Self::PartedAmount { whole } => {
                return format!("金额 {whole} 被千分位逗号拆成两格；请去掉千分位，或加引号");
            }
            Self::NoHeading => "该列没有标题，内容不知属于哪一列；请删除，或移到有标题的列",
            Self::Missing => "不能为空；请填写",
            Self::Expected(expected) => return expected.chinese.clone(),
            Self::Conflict { line } => {
                return format!("与第 {line} 行重复而内容不同；请只保留一行");
            }
            Self::AlikeKeys { other, line } => {
                return format!(
                    "与第 {line} 行的“{other}”只差前面的零，而单元格是数字；请将该列设为文本格式后重新填写"
                );
            }
            Self::Unfit { chinese, .. } => return chinese.clone(),
            Self::Fault => "单元格是错误值；请填写实际内容",
            Self::Uncalculated => "公式没有计算结果；请用 Excel 或 WPS 打开并保存，或直接填写内容",
            Self::Lost { found } if *found == '?' || *found == '\u{fffd}' => {
                "有文字在转换时丢失；请重新填写"
            }
            Self::Lost { .. } => "含有别的电脑无法识别的字符（造字或不可见字符）；请重新填写",
            Self::Rounded => "数字超过 15 位，已被表格舍入；请将该列设为文本格式后重新填写",
            Self::NumberAsKey => "单元格是数字，显示的不是完整编号；请将该列设为文本格式后重新填写",
            Self::ShownRounded { shown } => {
                return format!("单元格显示为 {shown}，与实际数值不符；请按实际金额填写");
            }
            Self::NumberAsDate => {
                "单元格是数字，看不出月份（2026.1 可能是 1 月，也可能是 10 月）；请写成 2026-01 这样的形式"
            }
            Self::BecameDate => "单元格变成了日期；请将该列设为文本格式后重新填写",
            Self::DayNotShown => "单元格只显示到月；请写成 2026-05-11 这样的日期",
            Self::Truth => "单元格是逻辑值；请填写实际内容",
            Self::Unmended => "尚未更正；请删去“≈”并重新填写",
            Self::Repeated { line } => {
                return format!("与第 {line} 行是同一人；请只保留一行");
            }
            Self::HiddenRow => "该行被隐藏或筛掉；请取消隐藏，或删除该行",
            Self::HiddenColumn => "该列被隐藏而有内容；请取消隐藏，或删除该列",
            Self::Merged => "单元格已合并；请取消合并，逐行填写",
            Self::SecondSheet { first, second } => {
                return format!("工作表“{first}”和“{second}”都有数据；请只保留一个");
            }
            Self::Unreadable(why) => return why.chinese(),
        };
        fixed.to_owned()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const AS_TEXT: &str = "format the column as text and type it again";
        match self {
            Self::Empty => write!(f, "expected a header line, found none"),
            Self::UnknownColumn { known } => {
                write!(f, "expected one of the columns {known}; delete what is not needed")
            }
            Self::RepeatedColumn => write!(f, "expected each column once, found it twice"),
            Self::MissingColumn { name } => write!(f, "expected a column {name}, found none"),
            Self::Cells { expected, found } => {
                write!(
                    f,
                    "expected {expected} cells as in the header, found {found}; put quotes around what holds a comma"
                )
            }
            Self::PartedAmount { whole } => {
                write!(
                    f,
                    "expected an amount in one cell, found {whole} parted by its comma; leave the comma out"
                )
            }
            Self::NoHeading => {
                write!(f, "expected nothing, for the column has no heading; delete it or move it")
            }
            Self::Missing => write!(f, "expected a value, found nothing"),
            Self::Expected(Expected { english: sentence, .. })
            | Self::Unfit { english: sentence, .. } => f.write_str(sentence),
            Self::Conflict { line } => {
                write!(f, "expected each key once, found it with other content on line {line} too")
            }
            Self::AlikeKeys { other, line } => {
                write!(
                    f,
                    "expected keys that differ, found {other:?} on line {line} and a number that may have lost its zeros; {AS_TEXT}"
                )
            }
            Self::Fault => write!(f, "expected a value, found an error of the spreadsheet"),
            Self::Uncalculated => {
                write!(
                    f,
                    "expected a value, found a formula that was never calculated; open and save it in Excel or WPS"
                )
            }
            Self::Lost { found } => {
                write!(
                    f,
                    "expected characters that every computer knows, found {found:?}; type it again"
                )
            }
            Self::Rounded => {
                write!(
                    f,
                    "expected at most fifteen digits in a number, found one that was rounded; {AS_TEXT}"
                )
            }
            Self::NumberAsKey => {
                write!(
                    f,
                    "expected a key, found a number that its cell does not show plainly; {AS_TEXT}"
                )
            }
            Self::ShownRounded { shown } => {
                write!(
                    f,
                    "expected the amount that the cell shows, found more decimals than {shown:?}"
                )
            }
            Self::NumberAsDate => {
                write!(
                    f,
                    "expected a month such as 2026-05, found a number that may be two of them (2026.1)"
                )
            }
            Self::BecameDate => {
                write!(f, "expected no day, found a cell that became one; {AS_TEXT}")
            }
            Self::DayNotShown => write!(
                f,
                "expected a day such as 2026-05-11, found a cell that shows the month alone"
            ),
            Self::Truth => write!(f, "expected a value, found TRUE or FALSE"),
            Self::Unmended => {
                write!(f, "expected a value, found what was marked to be mended; type it again")
            }
            Self::Repeated { line } => {
                write!(f, "expected each person once, found it on line {line} too")
            }
            Self::HiddenRow => write!(f, "expected no hidden row; show it or delete it"),
            Self::HiddenColumn => {
                write!(f, "expected no hidden column with content; show it or delete it")
            }
            Self::Merged => write!(
                f,
                "expected a cell of its own, found merged cells; part them and fill in each row"
            ),
            Self::SecondSheet { first, second } => {
                write!(
                    f,
                    "expected rows in one sheet, found them in {first:?} and {second:?}; keep one"
                )
            }
            Self::Unreadable(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for ImportError {}
