//! The facts about a block from its labels: its account, currency, balances, days.

use super::label::Label;
use crate::feed::amount::Amount;
use chrono::NaiveDate;

/// Facts before the rows of a block, and between blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) account: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) opening: Option<Amount>,
    pub(super) closing: Option<Amount>,
    /// First and last day of the rows.
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
}

impl Facts {
    /// The day of the rows, if there is only one.
    pub(super) fn only_day(&self) -> Option<NaiveDate> {
        self.from.filter(|from| self.to == Some(*from))
    }

    pub(super) fn note(&mut self, label: &Label) {
        match label {
            Label::Account(account) => {
                self.account.get_or_insert_with(|| account.clone());
            }
            Label::Currency(currency) => {
                self.currency.get_or_insert_with(|| currency.clone());
            }
            Label::Opening(amount) => self.opening = self.opening.or(Some(*amount)),
            Label::Closing(amount) => self.closing = self.closing.or(Some(*amount)),
            Label::From(day) => self.from = self.from.or(Some(*day)),
            Label::To(day) => self.to = self.to.or(Some(*day)),
            Label::Count { .. } | Label::Sum { .. } => {}
        }
    }

    /// Fills missing facts from others.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            account: self.account.or(other.account),
            currency: self.currency.or(other.currency),
            opening: self.opening.or(other.opening),
            closing: self.closing.or(other.closing),
            from: self.from.or(other.from),
            to: self.to.or(other.to),
        }
    }
}
