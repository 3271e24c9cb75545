//! Rows without a day: footers, or movements with an unreadable day.
//!
//! After the last row of a block such a row is a footer, whatever sums it has, unless it names a payer
//! ([`names_payer`]) or its balance follows from the previous one ([`follows`]). A misspelt day ([`is_day_misspelt`])
//! does not count as missing.

use super::plan::{Model, NOWHERE, Plan};
use super::value;
use crate::feed::amount::Amount;
use crate::feed::date;
use crate::feed::rows::Row;
use crate::rules::bank::{AmountStyle, DateOrder, Field};

/// Digits of an account that is certainly one.
const ACCOUNT_DIGITS_MIN: usize = 8;

/// Whether a row before any header has a day and an amount and no word that explains them.
pub(super) fn looks_like_data(row: Row<'_>) -> bool {
    let filled = row.cells().filter(|cell| !cell.is_empty()).count();
    let is_day = |cell: &str| date::day(value::unguarded(cell), DateOrder::YearFirst).is_some();
    let is_amount = |cell: &str| {
        cell.contains('.') && Amount::read(value::money(cell), AmountStyle::Point).is_ok()
    };
    filled >= 3 && row.cells().any(is_day) && row.cells().any(is_amount)
}

/// Whether the text in the day's column was meant as a day: eight digits, or three numbers with two separators.
pub(super) fn is_day_misspelt(text: &str) -> bool {
    let marks = text.chars().filter(|c| matches!(c, '-' | '/' | '.')).count();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let only = digits + marks == text.len() && text.starts_with(|c: char| c.is_ascii_digit());
    let century = text.starts_with("19") || text.starts_with("20");
    (only && marks == 2 && digits >= 4)
        || (only && marks == 0 && digits == 8 && century)
        || (text.contains('年') && text.contains('月') && century)
}

/// Whether a row without a day has an amount in its block's columns.
pub(super) fn amount_of(plan: &Plan<'_>, row: Row<'_>) -> Option<Amount> {
    let columns = match plan.amounts.model {
        Model::Pair { credit, debit } => [credit, debit],
        Model::Flagged { amount, .. } | Model::Signed { amount } | Model::Parties { amount } => {
            [amount, NOWHERE]
        }
    };
    columns.into_iter().find_map(|column| {
        let cell = row.cell(column);
        Amount::read(value::money(cell), plan.style).ok().filter(|amount| amount.hundredths != 0)
    })
}

pub(super) fn moves_money(plan: &Plan<'_>, row: Row<'_>) -> bool {
    amount_of(plan, row).is_some()
}

/// Whether a row without a day names the payer: by an account, or by a name beside an amount.
pub(super) fn names_payer(plan: &Plan<'_>, row: Row<'_>) -> bool {
    let filled = |field: Field| {
        let cell = row.cell(plan.column(field));
        (!plan.says_nothing(cell)).then_some(cell)
    };
    let accounts = [Field::CounterpartyAccount, Field::PayerAccount];
    let is_account = |cell: &str| {
        cell.bytes().filter(u8::is_ascii_digit).count() >= ACCOUNT_DIGITS_MIN
            && cell
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '\'' | '"' | '=' | '-'))
    };
    let named = [Field::CounterpartyName, Field::PayerName];
    accounts.into_iter().filter_map(filled).any(is_account)
        || (named.into_iter().chain(accounts).any(|field| filled(field).is_some())
            && moves_money(plan, row))
}

/// Whether the balance of a row without a day follows from the previous one by its amount.
pub(super) fn follows(plan: &Plan<'_>, row: Row<'_>, before: Option<i64>) -> bool {
    let (Some(amount), Some(before)) = (amount_of(plan, row), before) else { return false };
    let balance = Amount::read(value::money(row.cell(plan.amounts.balance)), plan.style);
    let Ok(balance) = balance else { return false };
    let moved = balance.hundredths.saturating_sub(before);
    moved.saturating_abs() == amount.hundredths.saturating_abs()
}
