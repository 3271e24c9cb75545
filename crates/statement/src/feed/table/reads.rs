//! The meaning of each column of a table, and why, for reports.

use super::header::Header;
use super::plan::{Model, Plan, WORD_FIELDS};
use crate::feed::ColumnRead;
use crate::rules::bank::Field;

/// Fields with one column, without amounts and words.
const SINGLE_FIELDS: [Field; 18] = [
    Field::Date,
    Field::Time,
    Field::Account,
    Field::Serial,
    Field::Flag,
    Field::Currency,
    Field::CounterpartyAccount,
    Field::CounterpartyName,
    Field::BankCode,
    Field::BankName,
    Field::PayerAccount,
    Field::PayerName,
    Field::PayerBankCode,
    Field::PayerBankName,
    Field::PayeeAccount,
    Field::PayeeName,
    Field::PayeeBankCode,
    Field::Reversal,
];

/// Records the meaning of each column, for reports.
pub(super) fn of(plan: &Plan<'_>, header: &Header<'_>) -> Vec<ColumnRead> {
    let amounts = plan.amounts;
    let role = |column: usize| -> Option<&'static str> {
        let way = |credit: bool| if credit != amounts.swapped { "credit" } else { "debit" };
        let moved = match amounts.model {
            Model::Pair { credit, debit } => {
                (credit == column).then(|| way(true)).or((debit == column).then(|| way(false)))
            }
            Model::Flagged { amount, .. }
            | Model::Signed { amount }
            | Model::Parties { amount } => (amount == column).then_some("amount"),
        };
        if moved.is_some() {
            return moved;
        }
        if amounts.balance == column {
            return Some("balance");
        }
        if let Some(place) = plan.words.iter().position(|words| words.contains(&column)) {
            return WORD_FIELDS.get(place).map(|field| field.code());
        }
        let is = |field: &&Field| plan.column(**field) == column;
        SINGLE_FIELDS.iter().find(is).map(|field| field.code())
    };
    let reads = header.cells.iter().enumerate().map(|(column, heading)| {
        let by_layout = header.layout.is_some_and(|(_, places)| places.contains(&column));
        let role = role(column);
        ColumnRead {
            heading: heading.clone(),
            reads: role.unwrap_or(if plan.unknown.contains(&column) {
                "not read"
            } else {
                "nothing"
            }),
            why: match (role, by_layout) {
                (Some(_), true) => "layout",
                (Some("credit" | "debit"), _) if amounts.swapped => "balances",
                (Some(_), false) => "heading",
                (None, _) if plan.unknown.contains(&column) => "unknown",
                (None, _) => "of no use",
            },
        }
    });
    reads.collect()
}
