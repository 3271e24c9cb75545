//! One `TxDtls`, and what several of them leave of each other in their entry.
//!
//! A batch entry is one booking with many payers: its texts are joined so that every reference
//! stays readable, its counterparty is kept only where all details name the same.

use super::place::Side;
use super::value::Exact;

/// Stands between texts of different origin. Words, because a reference may be broken by spaces and
/// signs: nothing of the one text may ever complete a number cut off in the other.
const JOINT: &str = "；另：";

/// Letters in a payment reference, and digits after it: see [`looks_like_a_reference`].
const REFERENCE_LENGTH: usize = 11;

/// A party with its account and its bank.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Party {
    pub(super) name: String,
    pub(super) account: String,
    pub(super) member: String,
    pub(super) bic: String,
    pub(super) bank_name: String,
}

/// What is gathered of the detail that is open.
#[derive(Debug, Default)]
pub(super) struct Detail {
    pub(super) amount: String,
    pub(super) amount_currency: String,
    pub(super) indicator: String,
    pub(super) servicer_reference: String,
    pub(super) end_to_end: String,
    pub(super) debtor: Party,
    pub(super) creditor: Party,
    pub(super) unstructured: String,
    pub(super) structured: String,
    pub(super) purpose: String,
    pub(super) text: String,
}

impl Party {
    pub(super) fn clear(&mut self) {
        self.name.clear();
        self.account.clear();
        self.member.clear();
        self.bic.clear();
        self.bank_name.clear();
    }
}

impl Detail {
    pub(super) fn clear(&mut self) {
        self.amount.clear();
        self.amount_currency.clear();
        self.indicator.clear();
        self.servicer_reference.clear();
        self.end_to_end.clear();
        self.debtor.clear();
        self.creditor.clear();
        self.unstructured.clear();
        self.structured.clear();
        self.purpose.clear();
        self.text.clear();
    }

    pub(super) const fn party(&mut self, side: Side) -> &mut Party {
        match side {
            Side::Debtor => &mut self.debtor,
            Side::Creditor => &mut self.creditor,
        }
    }

    /// The detail's share of an entry in that currency and direction; `None` where it names none.
    pub(super) fn units(&self, currency: &str, indicator: &str) -> Option<i128> {
        let units = Exact::read(&self.amount, b'.').ok()?.units()?;
        if self.amount_currency != currency {
            return None;
        }
        Some(if self.indicator.is_empty() || self.indicator == indicator { units } else { -units })
    }
}

/// Adds a text of another origin.
pub(in crate::feed) fn join(whole: &mut String, part: &str) {
    if !part.is_empty() {
        if !whole.is_empty() {
            whole.push_str(JOINT);
        }
        whole.push_str(part);
    }
}

/// Adds the next piece of the same text (banks cut it after 140 characters).
pub(super) fn extend(whole: &mut String, part: &str) {
    if !whole.is_empty() && !part.is_empty() {
        whole.push(' ');
    }
    whole.push_str(part);
}

/// Whether an `EndToEndId` is a payment reference and nothing else.
///
/// It is the payer's own field, so a reference may stand there; but most systems fill it by
/// themselves with numbers that must not be mistaken for one.
pub(super) fn looks_like_a_reference(text: &str) -> bool {
    match text.as_bytes() {
        [b'P' | b'p', digits @ ..] => {
            text.len() == REFERENCE_LENGTH && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}
