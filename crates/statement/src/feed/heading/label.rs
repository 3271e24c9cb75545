//! Parses a label before or after the rows by the same parts as a heading.

use super::{Meaning, Taken, meaning, way, without_brackets, without_translation};
use crate::rules::bank::Field;
use crate::rules::headings::{Headings, Part};
use remittance::Direction;

/// The meaning of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::feed) enum LabelKind {
    /// The own account.
    Account,
    Currency,
    Opening,
    Closing,
    /// The first and the last day of the rows, both in one, or the only one.
    From,
    To,
    Period,
    Day,
    /// The number of rows, in one direction or in both.
    Count(Option<Direction>),
    /// The sum of the rows in one direction.
    Sum(Direction),
}

/// Parses a label before or after the rows: `None` if it has unknown parts, `Some(None)` if it is known but unused.
pub(in crate::feed) fn label(rules: &Headings, text: &str) -> Option<Option<LabelKind>> {
    let (main, remarks) = without_brackets(&rules.folded(without_translation(text)));
    let (taken, remark) = (Taken::of(rules, &main), Taken::of(rules, &remarks));
    if main.is_empty() || taken.residue {
        return None;
    }
    let way = way(&taken, &remark);
    if let Some(kind) = of_days(&taken) {
        return Some(Some(kind));
    }
    Some(of_file(&taken, way))
}

/// A label of the account, the balances or the sums.
fn of_file(taken: &Taken, way: Option<Direction>) -> Option<LabelKind> {
    let is = |field| matches!(meaning(taken, way), Meaning::Field(found, _) if found == field);
    if taken.has(Part::Page) {
        None
    } else if taken.has(Part::Opening) && taken.all.has_any(&[Part::Balance, Part::Amount]) {
        Some(LabelKind::Opening)
    } else if taken.has(Part::Closing) && taken.has(Part::Balance) {
        Some(LabelKind::Closing)
    } else if taken.has(Part::Count) {
        Some(LabelKind::Count(way))
    } else if is(Field::Account) {
        Some(LabelKind::Account)
    } else if is(Field::Currency) {
        Some(LabelKind::Currency)
    } else if taken.all.has_any(&[Part::Total, Part::Amount]) {
        way.map(LabelKind::Sum)
    } else {
        None
    }
}

/// A label of the days of the rows. 查询日期 is the day of the query.
fn of_days(taken: &Taken) -> Option<LabelKind> {
    let day = taken.all.has_any(&[Part::Day, Part::Time]) && !taken.has(Part::Passed);
    if taken.has(Part::Period) {
        return Some(LabelKind::Period);
    }
    match (taken.has(Part::Opening), taken.has(Part::Closing)) {
        (true, false) if day => Some(LabelKind::From),
        (false, true) if day => Some(LabelKind::To),
        (false, false) if day && !taken.has(Part::Own) => Some(LabelKind::Day),
        _ => None,
    }
}
