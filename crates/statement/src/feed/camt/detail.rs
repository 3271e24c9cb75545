//! One `TxDtls`: its fields, and its share of the entry.
//!
//! A detail's amount is `Amt`, otherwise `AmtDtls/TxAmt/Amt`. The instructed amount (`InstdAmt`) is another currency's
//! or another bank's figure and is ignored. An amount in another currency than the entry's is no share of it.

use super::place::Side;
use super::text::{Span, Texts};
use super::value::{Exact, UNITS_MAX};

/// Letters in a payment reference, and digits after it: see [`looks_like_a_reference`].
const REFERENCE_LENGTH: usize = 11;

/// A party with its account and its bank, as words of the entry.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Party {
    pub(super) name: Span,
    pub(super) account: Span,
    pub(super) member: Span,
    pub(super) bic: Span,
    pub(super) bank_name: Span,
}

/// The fields of a detail: spans of the entry's words, and of the three buffers of pieces.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Detail {
    /// Physical line on which it starts, from 1.
    pub(super) line: u64,
    pub(super) amount: Span,
    pub(super) amount_currency: Span,
    pub(super) transaction_amount: Span,
    pub(super) transaction_currency: Span,
    pub(super) indicator: Span,
    pub(super) servicer_reference: Span,
    pub(super) end_to_end: Span,
    pub(super) debtor: Party,
    pub(super) creditor: Party,
    pub(super) purpose: Span,
    pub(super) unstructured: Span,
    pub(super) structured: Span,
    pub(super) note: Span,
}

/// A detail's share of its entry.
#[derive(Clone, Copy, Debug)]
pub(super) enum Share {
    /// Names no amount in the entry's currency.
    Unnamed,
    Named(Exact, i128),
    /// Names one in the other direction.
    Against(Exact),
    /// Names something that is no amount.
    Unreadable(Span),
}

impl Detail {
    pub(super) const fn party_mut(&mut self, side: Side) -> &mut Party {
        match side {
            Side::Debtor => &mut self.debtor,
            Side::Creditor => &mut self.creditor,
        }
    }

    pub(super) const fn party(&self, side: Side) -> &Party {
        match side {
            Side::Debtor => &self.debtor,
            Side::Creditor => &self.creditor,
        }
    }

    /// Whether the payer or a bank wrote any words with it.
    pub(super) const fn has_words(&self) -> bool {
        !(self.unstructured.is_empty() && self.structured.is_empty() && self.note.is_empty())
    }

    /// Its share of an entry in that currency and direction.
    pub(super) fn share(&self, words: &Texts, currency: &str, indicator: &str) -> Share {
        let amounts = [
            (self.amount, self.amount_currency),
            (self.transaction_amount, self.transaction_currency),
        ];
        let own = |(amount, of): &(Span, Span)| !amount.is_empty() && words.get(*of) == currency;
        let Some((span, _)) = amounts.into_iter().find(own) else { return Share::Unnamed };
        let read = Exact::read(words.get(span), b'.').ok();
        let units = read.and_then(|exact| Some((exact, exact.units()?)));
        match (units, words.get(self.indicator)) {
            (Some((exact, units)), side) if (0..=UNITS_MAX).contains(&units) => {
                if side.is_empty() || side == indicator {
                    Share::Named(exact, units)
                } else {
                    Share::Against(exact)
                }
            }
            _ => Share::Unreadable(span),
        }
    }
}

/// Whether an `EndToEndId` is a payment reference and nothing else.
///
/// It is the payer's own field, so it may hold a reference; but most systems fill it with their own numbers, which must
/// not be mistaken for one.
pub(super) fn looks_like_a_reference(text: &str) -> bool {
    match text.as_bytes() {
        [b'P' | b'p', digits @ ..] => {
            text.len() == REFERENCE_LENGTH && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}
