//! The kinds of errors in a sheet, and the sentences that say what to write instead.
//!
//! Start at [`Problem`]. Every kind has a row in [`SENTENCES`], in both languages; `{}` is the value of the kind.

use super::heading;
use crate::sheet::Unreadable;
use remittance::{Bilingual, Language, Localized};
use std::borrow::Cow;
use std::fmt;

/// The required form of a cell; the English sentence begins with `expected`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected(Bilingual);

impl Expected {
    pub(super) fn new(
        chinese: impl Into<Cow<'static, str>>,
        english: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Bilingual::new(chinese, english))
    }
}

impl From<String> for Expected {
    /// A sentence that exists in one language only.
    fn from(english: String) -> Self {
        Self::new(format!("内容不符合要求（{english}）"), english)
    }
}

impl Localized for Expected {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        self.0.in_language(language)
    }
}

/// The kinds of errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file has no header and no rows.
    Empty,
    /// The header has an unknown column.
    UnknownColumn { known: String },
    /// The header has a column twice.
    RepeatedColumn,
    /// The header lacks a column.
    MissingColumn { name: &'static str },
    /// A row of text has more cells than the header, so some of them are in the wrong column.
    Cells { expected: usize, found: usize },
    /// An amount split in two by its own comma.
    PartedAmount { whole: String },
    /// A column without a heading has content.
    NoHeading,
    /// A required cell is empty.
    Missing,
    /// The cell has another kind of value than the column.
    Expected(Expected),
    /// The same key is on an earlier line with other content.
    Conflict { line: u64 },
    /// Two keys, one typed as a number: one may have lost its zeros.
    AlikeKeys { other: String, line: u64 },
    /// It contradicts what is already known.
    Unfit(Bilingual),
    /// `#N/A` and similar errors.
    Fault,
    /// A formula that was never calculated.
    Uncalculated,
    /// A character that was lost, or that only one computer knows.
    Lost { found: char },
    /// More digits than a spreadsheet keeps.
    Rounded,
    /// A number in a key column whose cell does not show it plainly.
    NumberAsKey,
    /// An amount of which the cell shows less than the stored value.
    ShownRounded { shown: String },
    /// A number instead of a month or a day: 2026.1 may be October.
    NumberAsDate,
    /// The cell was converted to a day.
    BecameDate,
    /// A day of which the cell shows only the month.
    DayNotShown,
    /// `TRUE` or `FALSE`.
    Truth,
    /// It was written back for fixing and is unchanged.
    Unmended,
    /// The same person is in another row too.
    Repeated { line: u64 },
    /// The row is hidden.
    HiddenRow,
    /// The column is hidden.
    HiddenColumn,
    /// The cell is merged with others above or beside it.
    Merged,
    /// Another sheet has rows too.
    SecondSheet { first: String, second: String },
    /// The file cannot be read.
    Unreadable(Unreadable),
}

/// What to do with a column whose cells lost their typed text.
macro_rules! as_text {
    ($before:literal) => {
        concat!($before, "; format the column as text and type it again")
    };
}

/// Kind, English, Chinese.
#[rustfmt::skip] // A table is read by its sentences.
const SENTENCES: &[(&str, &str, &str)] = &[
    ("empty",           "expected a header line, found none",
                        "没有表头；请保留模板的表头行"),
    ("unknown-column",  "expected one of the columns {}; delete what is not needed",
                        "没有这一列；可用的列：{}。不需要的列请删除"),
    ("repeated-column", "expected each column once, found it twice",
                        "这一列重复；每列只保留一个"),
    ("missing-column",  "expected a column {}, found none",
                        "缺少“{}”列；请补上该列"),
    ("cells",           "expected {} cells as in the header, found {}; put quotes around what holds a comma",
                        "表头有 {} 个单元格，这一行有 {} 个；内容中的逗号须加引号，或另存为“Excel 工作簿（.xlsx）”"),
    ("parted-amount",   "expected an amount in one cell, found {} parted by its comma; leave the comma out",
                        "金额 {} 被千分位逗号拆成两格；请去掉千分位，或加引号"),
    ("no-heading",      "expected nothing, for the column has no heading; delete it or move it",
                        "该列没有标题，内容不知属于哪一列；请删除，或移到有标题的列"),
    ("missing",         "expected a value, found nothing",
                        "不能为空；请填写"),
    ("wrong-value",     "{}", "{}"),
    ("unfit",           "{}", "{}"),
    ("unreadable",      "{}", "{}"),
    ("conflict",        "expected each key once, found it with other content on line {} too",
                        "与第 {} 行重复而内容不同；请只保留一行"),
    ("alike-keys",      as_text!("expected keys that differ, found {:?} on line {} and a number that may have lost its zeros"),
                        "与“{}”（第 {} 行）只差前面的零，而单元格是数字；请将该列设为文本格式后重新填写"),
    ("fault",           "expected a value, found an error of the spreadsheet",
                        "单元格是错误值；请填写实际内容"),
    ("uncalculated",    "expected a value, found a formula that was never calculated; open and save it in Excel or WPS",
                        "公式没有计算结果；请用 Excel 或 WPS 打开并保存，或直接填写内容"),
    ("lost-character",  "expected characters that every computer knows, found {:?}; type it again",
                        "含有丢失或无法识别的字符“{}”；请重新填写"),
    ("rounded",         as_text!("expected at most fifteen digits in a number, found one that was rounded"),
                        "数字超过 15 位，已被表格舍入；请将该列设为文本格式后重新填写"),
    ("number-as-key",   as_text!("expected a key, found a number that its cell does not show plainly"),
                        "单元格是数字，显示的不是完整编号；请将该列设为文本格式后重新填写"),
    ("shown-rounded",   "expected the amount that the cell shows, found another than {:?}",
                        "单元格显示为“{}”，与实际数值不符；请按实际金额填写"),
    ("number-as-date",  "expected a month such as 2026-05, found a number that may be two of them (2026.1)",
                        "单元格是数字，看不出年月（2026.1 可能是 1 月，也可能是 10 月）；请写成 2026-01 这样的形式"),
    ("became-date",     as_text!("expected no day, found a cell that became one"),
                        "单元格变成了日期；请将该列设为文本格式后重新填写"),
    ("day-not-shown",   "expected a day such as 2026-05-11, found a cell that shows the month alone",
                        "单元格只显示到月；请写成 2026-05-11 这样的日期"),
    ("truth",           "expected a value, found TRUE or FALSE",
                        "单元格是逻辑值；请填写实际内容"),
    ("unmended",        "expected a value, found what was marked to be mended; type it again",
                        "尚未更正；请删去“≈”并重新填写"),
    ("repeated",        "expected each person once, found it on line {} too",
                        "与第 {} 行是同一人；请只保留一行"),
    ("hidden-row",      "expected no hidden row; show it or delete it",
                        "该行被隐藏或筛掉；请取消隐藏，或删除该行"),
    ("hidden-column",   "expected no hidden column with content; show it or delete it",
                        "该列被隐藏而有内容；请取消隐藏，或删除该列"),
    ("merged",          "expected a cell of its own, found merged cells; part them and fill in each row",
                        "单元格已合并；请取消合并，逐行填写"),
    ("second-sheet",    "expected rows in one sheet, found them in {:?} and {:?}; keep one",
                        "工作表“{}”和“{}”都有数据；请只保留一个"),
];

impl Problem {
    /// One word for each kind, by which many are summarized.
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
            Self::Unfit(_) => "unfit",
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

    /// Whether the cell's displayed text must not be used, though it is valid text.
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

    /// The values of the kind.
    fn carries(&self, language: Language) -> Vec<Cow<'static, str>> {
        let same = |text: &dyn fmt::Display| Cow::Owned(text.to_string());
        match self {
            Self::UnknownColumn { known } => vec![same(known)],
            Self::MissingColumn { name } => {
                vec![language.choose(heading::name_in_chinese(name), *name).into()]
            }
            Self::Cells { expected, found } => vec![same(expected), same(found)],
            Self::PartedAmount { whole } => vec![same(whole)],
            Self::Expected(expected) => vec![expected.in_language(language)],
            Self::Unfit(said) => vec![said.in_language(language)],
            Self::Conflict { line } | Self::Repeated { line } => vec![same(line)],
            Self::AlikeKeys { other, line } => vec![same(other), same(line)],
            Self::Lost { found } => vec![same(found)],
            Self::ShownRounded { shown } => vec![same(shown)],
            Self::SecondSheet { first, second } => vec![same(first), same(second)],
            Self::Unreadable(why) => vec![why.in_language(language)],
            Self::Empty
            | Self::RepeatedColumn
            | Self::NoHeading
            | Self::Missing
            | Self::Fault
            | Self::Uncalculated
            | Self::Rounded
            | Self::NumberAsKey
            | Self::NumberAsDate
            | Self::BecameDate
            | Self::DayNotShown
            | Self::Truth
            | Self::Unmended
            | Self::HiddenRow
            | Self::HiddenColumn
            | Self::Merged => Vec::new(),
        }
    }
}

/// What to write instead.
impl Localized for Problem {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let row = SENTENCES.iter().find(|row| row.0 == self.code());
        let mut rest = row.map_or("", |(_, english, chinese)| language.choose(*chinese, *english));
        let mut sentence = String::new();
        for text in self.carries(language) {
            let Some((before, behind)) = rest.split_once('{') else { break };
            let (how, behind) = behind.split_once('}').unwrap_or(("", behind));
            sentence.push_str(before);
            sentence.push_str(&if how == ":?" { format!("{text:?}").into() } else { text });
            rest = behind;
        }
        if sentence.is_empty() { rest.into() } else { (sentence + rest).into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}
