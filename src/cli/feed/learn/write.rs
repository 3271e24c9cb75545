//! Formats a layout for `rules/banks/`.
//!
//! Start at [`text`]. It writes only what [`Draft`] states: the reader's defaults need no words.

use super::draft::Draft;
use super::example::Example;
use crate::cli::args::SerialFor;
use crate::feed::outline::{Outline, Understood};
use crate::rulebook::bank::{AmountModel, AmountStyle, DateOrder, Field};

/// Names for the layout.
pub(super) struct Names {
    /// Id of the layout and its file.
    pub(super) id: String,
    pub(super) bank: String,
    pub(super) bank_name: String,
    /// The proof as one sentence.
    pub(super) proof: String,
}

/// A TOML string, which has the same form and escapes as in JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// The whole file.
pub(super) fn text(names: &Names, outline: &Outline, draft: &Draft, example: &Example) -> String {
    let mut text = format!(
        "# {}: learnt from a statement by `duizhang feed learn`. The headings are the bank's, the rows of the example are invented.\n\n\
         bank = {}\nname = {}\n\n[[layout]]\nid = {}\nwhy = {}\nprecedence = \"learned\"\ncurrency = \"CNY\"\n",
        names.bank_name.replace(['\n', '\r'], " "),
        quoted(&names.bank),
        quoted(&names.bank_name),
        quoted(&names.id),
        quoted(&names.proof),
    );
    let mut put = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
    match draft.amount {
        Some(AmountModel::Signed) => put("amount", quoted("signed")),
        Some(AmountModel::Flagged) => put("amount", quoted("flagged")),
        Some(AmountModel::Pair) => put("amount", quoted("pair")),
        None => {}
    }
    if !outline.encoding.starts_with("utf-") {
        put("encodings", list(&[outline.encoding.to_owned()]));
    }
    match draft.dates {
        DateOrder::YearFirst => {}
        DateOrder::DayFirst => put("dates", quoted("day-first")),
        DateOrder::MonthFirst => put("dates", quoted("month-first")),
    }
    match draft.serial {
        SerialFor::Ever => {}
        SerialFor::Year => put("serial", quoted("year")),
        SerialFor::Month => put("serial", quoted("month")),
        SerialFor::Day => put("serial", quoted("day")),
    }
    if draft.style == AmountStyle::Comma {
        put("style", quoted("comma"));
    }
    for (key, words) in
        [("credit", &draft.credit), ("debit", &draft.debit), ("reversal", &draft.reversal)]
    {
        if !words.is_empty() {
            put(key, list(words));
        }
    }
    let passed = passed(outline, draft);
    if !passed.is_empty() {
        put("passed", list(&passed));
    }
    // It applies only if all its columns are present: headings such as 日期 or 金额 alone would also match another
    // bank's file.
    let columns = columns(outline, draft);
    let codes: Vec<String> = columns.iter().map(|(field, _)| field.code().to_owned()).collect();
    put("must", list(&codes));
    text.push_str("\n[layout.columns]\n");
    for (field, heading) in columns {
        text.push_str(&format!("{} = {}\n", field.code(), list(&[heading])));
    }
    text.push_str("\n[[layout.example]]\n");
    text.push_str(&format!(
        "text = {}\nentries = {}\n",
        block(&example.text),
        block(&example.entries)
    ));
    text
}

/// Lines between triple quotes; escaped if they contain such quotes.
fn block(lines: &str) -> String {
    let plain = |c: char| c == '\n' || c == '\t' || !c.is_control();
    if lines.contains("'''") || !lines.chars().all(plain) {
        return quoted(lines);
    }
    format!("'''\n{lines}'''")
}

/// The columns of the layout. With two amount columns a direction column adds nothing, but its heading may.
fn columns(outline: &Outline, draft: &Draft) -> Vec<(Field, String)> {
    let named = |field: Field| {
        let heading = outline.columns.get(draft.column(field)?)?.heading.clone();
        Some((field, heading))
    };
    let flagged = draft.amount == Some(AmountModel::Flagged);
    Field::all().filter(|field| flagged || *field != Field::Flag).filter_map(named).collect()
}

/// Headings that would be recognised but must not be read.
fn passed(outline: &Outline, draft: &Draft) -> Vec<String> {
    let columns = outline.columns.iter().zip(&draft.roles).zip(&draft.given);
    let unwanted = columns.filter(|((column, role), given)| {
        let by_itself = matches!(column.understood, Understood::Field(_));
        role.is_none() && (**given || by_itself) && !column.heading.is_empty()
    });
    unwanted.map(|((column, _), _)| column.heading.clone()).collect()
}
