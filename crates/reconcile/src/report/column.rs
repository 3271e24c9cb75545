//! The columns of the detail sheet: one table for CSV and XLSX.
//!
//! Adding a column is adding a row to [`COLUMNS`]. Identifiers are text, so that no program rounds a
//! serial number; only amounts, ages and numbers are numbers.

use super::{Age, Bilingual, Item, Language, words};
use chrono::NaiveDate;
use remittance::{RemarkField, Total};
use std::borrow::Cow;

/// One column: its heading, its width in characters, and where its value comes from.
pub(super) struct Column {
    pub(super) heading: words::Words,
    #[cfg_attr(not(feature = "xlsx"), expect(dead_code, reason = "a CSV has no widths"))]
    pub(super) width: u8,
    pub(super) value: for<'a> fn(&'a Item, Language) -> Value<'a>,
}

/// What a cell holds.
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
    column("原因", "Reason", 16, |item, language| text(words::reason(item.reason).of(language))),
    column("说明", "Explanation", 44, |item, language| text(explanation(&item.explanation, language))),
    column("建议", "Suggestions", 44, suggestions),
    column("账龄(天)", "Age (days)", 9, |item, _| Value::Count(item.age_days.into())),
    column("账龄段", "Age band", 10, |item, language| text(words::age(Age::of(item.age_days)).of(language))),
    column("责任人", "Assignee", 10, |item, _| text(item.assignee.as_deref().unwrap_or_default())),
    column("状态", "Status", 9, |item, language| text(words::stage(item.status).of(language))),
    column("备注", "Note", 24, |item, _| text(&item.note)),
];

const fn column(
    chinese: &'static str,
    english: &'static str,
    width: u8,
    value: for<'a> fn(&'a Item, Language) -> Value<'a>,
) -> Column {
    Column { heading: words::Words(chinese, english), width, value }
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

fn suggestions(item: &Item, language: Language) -> Value<'_> {
    Value::Text(Cow::Owned(words::suggestions(&item.suggestions, language)))
}

fn explanation(explanation: &Bilingual, language: Language) -> &str {
    match language {
        Language::Chinese => &explanation.zh,
        Language::English => &explanation.en,
    }
}
