//! The columns of the detail sheet: one table for CSV and XLSX.
//!
//! To add a column, add a row to [`COLUMNS`]. Identifiers are text, so that no program rounds a serial number; only
//! amounts, ages and numbers are numbers.

use super::{Age, Bilingual, Item, Language, Suggestion, text as shown};
use chrono::NaiveDate;
use remittance::{Localized, RemarkField, Total};
use std::borrow::Cow;

/// One column: its heading, its width in characters, and the source of its value.
pub(super) struct Column {
    pub(super) heading: Bilingual,
    #[cfg_attr(not(feature = "xlsx"), expect(dead_code, reason = "a CSV has no widths"))]
    pub(super) width: u8,
    pub(super) value: for<'a> fn(&'a Item, Language) -> Value<'a>,
}

/// The value of a cell.
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    Count(u64),
    Amount(Total),
    Date(NaiveDate),
}

#[rustfmt::skip] // A table is read by column.
pub(super) const COLUMNS: [Column; 20] = [
    column("序号", "No.", 6, |item, _| Value::Count(item.number)),
    column("银行", "Bank", 14, |item, _| text(&item.bank_name)),
    column("账号", "Account", 11, |item, _| text(item.account.as_str())),
    column("流水号", "Serial", 24, |item, _| text(&item.serial)),
    column("入账日", "Booked on", 11, |item, _| Value::Date(item.booked_on)),
    column("金额", "Amount", 15, |item, _| Value::Amount(item.amount.into())),
    column("付款方", "Payer", 28, |item, _| text(&item.payer_name)),
    column("付款账号", "Payer account", 11, |item, _| text(item.payer_account.as_str())),
    column("附言", "Postscript", 30, |item, _| text(item.remark(RemarkField::Postscript))),
    column("用途", "Purpose", 20, |item, _| text(item.remark(RemarkField::Purpose))),
    column("摘要", "Summary", 14, |item, _| text(item.remark(RemarkField::Summary))),
    column("银行备注", "Bank note", 14, |item, _| text(item.remark(RemarkField::Note))),
    column("原因", "Reason", 16, |item, language| said(&item.reason, language)),
    column("说明", "Explanation", 44, |item, language| said(&item.explanation, language)),
    column("建议", "Suggestions", 44, suggestions),
    column("账龄(天)", "Age (days)", 9, |item, _| Value::Count(item.age_days.into())),
    column("账龄段", "Age band", 10, |item, language| said(&Age::of(item.age_days), language)),
    column("责任人", "Assignee", 10, |item, _| text(item.assignee.as_deref().unwrap_or_default())),
    column("状态", "Status", 9, |item, language| said(&item.status, language)),
    column("备注", "Note", 24, |item, _| text(&item.note)),
];

const fn column(
    chinese: &'static str,
    english: &'static str,
    width: u8,
    value: for<'a> fn(&'a Item, Language) -> Value<'a>,
) -> Column {
    Column { heading: Bilingual::fixed(chinese, english), width, value }
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

fn said<'a>(value: &impl Localized, language: Language) -> Value<'a> {
    Value::Text(value.in_language(language))
}

/// Suggestions, one a line: `P1906133753 某某公司 2026-05 1,200.00 ✓金额 ≈名称`.
fn suggestions(item: &Item, language: Language) -> Value<'_> {
    let lines = item.suggestions.iter().map(|suggestion| line(suggestion, language));
    Value::Text(lines.collect::<Vec<_>>().join("\n").into())
}

fn line(suggestion: &Suggestion, language: Language) -> String {
    let Suggestion { reference, employer, month, amount, evidence } = suggestion;
    let mut line = format!("{reference} {employer} {month} {}", shown::grouped(*amount));
    for piece in evidence {
        let kind = piece.kind.in_language(language);
        line.push_str(&format!(" {}{kind}", piece.holds.tick()));
        let detail = piece.in_language(language);
        if !detail.is_empty() {
            line.push_str(&format!("({detail})"));
        }
    }
    line
}
