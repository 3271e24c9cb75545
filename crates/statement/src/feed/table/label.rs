//! Parses the text before and after the rows: `账号：…`, a balance, a declared total.
//!
//! Start at [`labels`]. A label and its value are in one cell, in two neighbouring ones, or with others in a merged
//! cell of several lines. A label is parsed by the same parts as a heading; a label directly followed by a label has no
//! value.

use super::value;
use crate::feed::amount::Amount;
use crate::feed::date;
use crate::feed::heading::{self, LabelKind};
use crate::feed::rows::Row;
use crate::rules::bank::{AmountStyle, DateOrder};
use crate::rules::headings::Headings;
use chrono::NaiveDate;
use remittance::Direction;

/// The fewest digits or letters of an account; a label with fewer names none.
const ACCOUNT_CHARS_MIN: usize = 5;
/// The most characters of one label with its translation: a longer text is a sentence.
const LABEL_CHARS_MAX: usize = 100;

/// The most bytes of a cell with labels: a merged cell of several lines passes, a text does not.
const CELL_BYTES_MAX: usize = 2000;

/// A label with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Account(String),
    Currency(String),
    Opening(Amount),
    Closing(Amount),
    From(NaiveDate),
    To(NaiveDate),
    Count { way: Option<Direction>, count: u64 },
    Sum { way: Direction, sum: Amount },
}

/// The labels of a row that have a value.
pub(super) fn labels(rules: &Headings, row: Row<'_>) -> Vec<Label> {
    let mut found = Vec::new();
    for index in 0..row.len() {
        let cell = row.cell(index);
        if cell.is_empty() || cell.len() > CELL_BYTES_MAX {
            continue;
        }
        let beside =
            || (index + 1..row.len()).map(|next| row.cell(next)).find(|cell| !cell.is_empty());
        let pieces: Vec<&str> = cell.split([':', '：']).collect();
        if let [whole] = pieces.as_slice() {
            if let (Some(kind), Some(value)) = (kind_of(rules, whole), beside()) {
                found.extend(all_of(kind, value));
            }
            continue;
        }
        for (label, value) in pieces.iter().zip(pieces.iter().skip(1)) {
            let value = if value.trim().is_empty() { beside().unwrap_or_default() } else { value };
            if let Some(kind) = kind_of(rules, label) {
                found.extend(all_of(kind, value));
            }
        }
    }
    found
}

/// The kind of the label at the end of a text: after a value may come the next label.
fn kind_of(rules: &Headings, text: &str) -> Option<LabelKind> {
    let text = text.trim();
    let from = text.char_indices().rev().nth(LABEL_CHARS_MAX - 1).map_or(0, |(at, _)| at);
    let text = text.get(from..).unwrap_or_default();
    let starts =
        text.char_indices().filter(|(at, c)| *at == 0 || !is_value(*c) && is_start(text, *at));
    for (at, _) in starts {
        // The longest known label decides, even if it is unused.
        if let Some(known) = heading::label(rules, text.get(at..).unwrap_or_default()) {
            return known;
        }
    }
    None
}

/// Whether a label may begin here: at the beginning, after a blank or a sign, after a value.
fn is_start(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    before.is_none_or(|c| {
        c.is_whitespace()
            || c.is_ascii_punctuation()
            || is_value(c)
            || matches!(c, '，' | '；' | '、' | '|' | '　')
    })
}

const fn is_value(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '*' | '.' | ',' | '+' | '-')
}

/// The facts in a label with its value; a period gives two.
fn all_of(kind: LabelKind, text: &str) -> Vec<Label> {
    match (kind, days(text).as_slice()) {
        (LabelKind::Period, [from, to]) => vec![Label::From(*from), Label::To(*to)],
        (LabelKind::Day, [day]) => vec![Label::From(*day), Label::To(*day)],
        (LabelKind::Day, [from, to]) => vec![Label::From(*from), Label::To(*to)],
        _ => of(kind, text).into_iter().collect(),
    }
}

/// The days in a text, at most two: `20260501-20260531`, `2026-05-01 至 2026-05-31`.
fn days(text: &str) -> Vec<NaiveDate> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let next = match date::day(rest, DateOrder::YearFirst) {
            Some(day) => {
                found.push(day.day);
                day.rest
            }
            // `2026051120260531` is none; such a number is skipped.
            None if first.is_ascii_digit() => rest.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest.get(first.len_utf8()..).unwrap_or_default(),
        };
        if found.len() == 2 || next.len() >= rest.len() {
            break;
        }
        rest = next;
    }
    found
}

/// The value of a label; `None` if it is not of its kind.
fn of(kind: LabelKind, text: &str) -> Option<Label> {
    let amount = || Amount::read(value::money(number(text)?), AmountStyle::Point).ok();
    match kind {
        LabelKind::Account => account(text).map(Label::Account),
        LabelKind::Currency => {
            let word = text.split(char::is_whitespace).find(|word| !word.is_empty())?;
            Some(Label::Currency(word.to_owned()))
        }
        LabelKind::From => days(text).first().copied().map(Label::From),
        LabelKind::To => days(text).first().copied().map(Label::To),
        LabelKind::Period | LabelKind::Day => None,
        LabelKind::Opening => amount().map(Label::Opening),
        LabelKind::Closing => amount().map(Label::Closing),
        LabelKind::Count(way) => {
            let count = number(text)?.parse().ok()?;
            Some(Label::Count { way, count })
        }
        LabelKind::Sum(way) => amount().map(|sum| Label::Sum { way, sum }),
    }
}

/// The number at the start of a text.
fn number(text: &str) -> Option<&str> {
    let text = value::unguarded(text.trim()).trim_start_matches(['￥', '¥', '+']);
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-')));
    let number = text.get(..end.unwrap_or(text.len()))?.trim_end_matches([',', '.']);
    (!number.is_empty()).then_some(number)
}

/// The account number at the start of a text, without the blanks and guards of spreadsheets.
fn account(text: &str) -> Option<String> {
    let text = value::unguarded(text.trim());
    let mut account = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' | 'A'..='Z' | 'a'..='z' | '*' | '-' => account.push(c),
            // Numbers are written in groups of four.
            ' ' | '\t' | '\u{a0}' if !account.is_empty() => {}
            '\'' | '"' | '=' if account.is_empty() => {}
            _ => break,
        }
    }
    let digits = account.bytes().filter(u8::is_ascii_digit).count();
    (digits >= ACCOUNT_CHARS_MIN || (digits >= 3 && account.contains('*'))).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::rows::Cells;
    use crate::rules::bank::BankLayouts;

    fn labels_of(cells: &[&str]) -> Vec<Label> {
        let banks = BankLayouts::shipped().unwrap();
        let mut row = Cells::new();
        cells.iter().for_each(|cell| row.push(cell));
        labels(banks.headings(), row.row(1))
    }

    fn accounts(cells: &[&str]) -> Vec<String> {
        let account =
            |label| if let Label::Account(account) = label { Some(account) } else { None };
        labels_of(cells).into_iter().filter_map(account).collect()
    }

    #[test]
    fn an_own_account_is_found_wherever_banks_write_it() {
        #[rustfmt::skip] // A table is read by column.
        let rows: &[(&[&str], &[&str])] = &[
            (&["账号：2105400000000000011"],                           &["2105400000000000011"]),
            (&["账　　号：2105400000000000011", "币种：人民币"],        &["2105400000000000011"]),
            (&["账号", "2105400000000000011"],                        &["2105400000000000011"]),
            (&["账户号", "", "20109000000000033", "账户名称", "", "甲"], &["20109000000000033"]),
            (&["公司名称", "甲", "银行账号", "771900000000066"],        &["771900000000066"]),
            (&["查询账号[ Inquirer account number ]", "620400000044"], &["620400000044"]),
            (&["户名：甲\n帳號：2105400000000000011\n币种：人民币"],     &["2105400000000000011"]),
            (&["账号:2105400000000000011 户名:甲"],                     &["2105400000000000011"]),
            (&["户名：甲公司 账号：2105400000000000011"],               &["2105400000000000011"]),
            (&["账号：", "'99990000000000001"],                        &["99990000000000001"]),
            (&["账号：", "=\"99990000000000001\""],                    &["99990000000000001"]),
            (&["账号：6222 0000 0000 0000 001"],                       &["6222000000000000001"]),
            (&["账号：6222****0001"],                                  &["6222****0001"]),
            (&["账号", "户名", "起止日期"],                             &[]),
            (&["对方账号：2105400000000000011"],                       &[]),
            (&["账号："],                                              &[]),
        ];
        for (cells, want) in rows {
            assert_eq!(accounts(cells), *want, "{cells:?}");
        }
    }

    #[test]
    fn the_days_of_the_rows_are_found() {
        let day = |text: &str| date::day(text, DateOrder::YearFirst).unwrap().day;
        let from_to = |from, to| vec![Label::From(day(from)), Label::To(day(to))];
        #[rustfmt::skip] // A table is read by column.
        let rows: Vec<(&[&str], Vec<Label>)> = vec![
            (&["起止日期：20260501-20260531"],                from_to("20260501", "20260531")),
            (&["起始日期：2026-05-11", "终止日期：2026-05-11"], from_to("20260511", "20260511")),
            (&["交易日期：2026年5月11日"],                     from_to("20260511", "20260511")),
            (&["查询时间范围[ Time Range ]", "20260501-20260531"], from_to("20260501", "20260531")),
            (&["查询日期：2026-06-18 14:54:01"],              vec![]),
            (&["打印日期：2026-06-18"],                       vec![]),
        ];
        for (cells, want) in rows {
            assert_eq!(labels_of(cells), want, "{cells:?}");
        }
    }

    #[test]
    fn balances_counts_and_sums_are_labels_too() {
        let amount = |text: &str| Amount::read(text, AmountStyle::Point).unwrap();
        #[rustfmt::skip] // A table is read by column.
        let rows: Vec<(&[&str], Vec<Label>)> = vec![
            (&["期初余额：100.00"],              vec![Label::Opening(amount("100.00"))]),
            (&["总笔数[ Total number ]", "29"],  vec![Label::Count { way: None, count: 29 }]),
            (&["借方（支出）笔数汇总：1"],        vec![Label::Count { way: Some(Direction::Debit), count: 1 }]),
            (&["贷方（收入）金额汇总：1,300.00"], vec![Label::Sum { way: Direction::Credit, sum: amount("1300.00") }]),
            (&["借方交易笔数", "1", "借方交易金额", "20.00"],
             vec![Label::Count { way: Some(Direction::Debit), count: 1 }, Label::Sum { way: Direction::Debit, sum: amount("20.00") }]),
            (&["收入合计：1200.00"],             vec![Label::Sum { way: Direction::Credit, sum: amount("1200.00") }]),
            (&["本页累计借方发生额：5.00"],       vec![]),
            (&["打印时间：2026-06-01 09:00:00"],  vec![]),
        ];
        for (cells, want) in rows {
            assert_eq!(labels_of(cells), want, "{cells:?}");
        }
    }
}
