//! The data of an open `Ntry`: its fields and its details, as spans of texts.
//!
//! Start at [`Gathered::store`]. `entry.rs` interprets it when the entry closes.
//!
//! Invariant: memory is bounded by the text that one entry may carry (`walk.rs`) and by
//! [`DETAILS_MAX`].

use super::detail::{Detail, looks_like_a_reference};
use super::place::EntryField;
use super::text::{Span, Texts};

/// The most details kept of one entry: a payroll of the largest employer, and eleven megabytes.
pub(super) const DETAILS_MAX: usize = 65_536;

/// The data of the open entry.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) fields: Fields,
    /// The details that closed.
    pub(super) details: Vec<Detail>,
    /// The count of details that were not kept.
    pub(super) details_more: u64,
    detail: Detail,
    pub(super) words: Texts,
    pub(super) unstructured: Texts,
    pub(super) structured: Texts,
    pub(super) notes: Texts,
}

/// The entry's own fields, as words.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields {
    pub(super) line: u64,
    pub(super) reference: Span,
    pub(super) servicer_reference: Span,
    pub(super) amount: Span,
    pub(super) currency: Span,
    pub(super) indicator: Span,
    pub(super) reversal: Span,
    pub(super) status: Span,
    pub(super) booked: Span,
    pub(super) valued: Span,
    pub(super) text: Span,
    /// The sum of all `Btch/NbOfTxs`; `None` if one is no number.
    pub(super) batch_count: Option<u64>,
    pub(super) batch_text: Span,
}

impl Gathered {
    pub(super) fn begin(&mut self, line: u64) {
        self.fields = Fields { line, batch_count: Some(0), ..Fields::default() };
        self.details.clear();
        self.details_more = 0;
        self.words.clear();
        self.unstructured.clear();
        self.structured.clear();
        self.notes.clear();
    }

    pub(super) fn begin_detail(&mut self, line: u64) {
        self.detail = Detail { line, ..Detail::default() };
    }

    /// Stores a field of the entry or of its open detail; `currency` is an amount's attribute.
    pub(super) fn store(&mut self, field: EntryField, text: &str, currency: &str) {
        if text.is_empty() {
            return;
        }
        let (fields, detail, words) = (&mut self.fields, &mut self.detail, &mut self.words);
        let single = match field {
            EntryField::Reference => &mut fields.reference,
            EntryField::ServicerReference => &mut fields.servicer_reference,
            EntryField::Amount => {
                fields.currency = words.word(currency);
                &mut fields.amount
            }
            EntryField::Indicator => &mut fields.indicator,
            EntryField::Reversal => &mut fields.reversal,
            EntryField::Status => &mut fields.status,
            EntryField::BookingDate => &mut fields.booked,
            EntryField::ValueDate => &mut fields.valued,
            EntryField::Text => &mut fields.text,
            EntryField::BatchCount => {
                let count = text.parse().ok();
                fields.batch_count =
                    fields.batch_count.zip(count).and_then(|(sum, more)| sum.checked_add(more));
                &mut fields.batch_text
            }
            EntryField::DetailServicerReference => &mut detail.servicer_reference,
            EntryField::EndToEnd => &mut detail.end_to_end,
            EntryField::DetailAmount => {
                detail.amount_currency = words.word(currency);
                &mut detail.amount
            }
            EntryField::DetailTransactionAmount => {
                detail.transaction_currency = words.word(currency);
                &mut detail.transaction_amount
            }
            EntryField::DetailIndicator => &mut detail.indicator,
            EntryField::Name(side) => &mut detail.party_mut(side).name,
            EntryField::OtherAccount(side) if !detail.party(side).account.is_empty() => return,
            EntryField::Iban(side) | EntryField::OtherAccount(side) => {
                &mut detail.party_mut(side).account
            }
            EntryField::Member(side) => &mut detail.party_mut(side).member,
            EntryField::Bic(side) => &mut detail.party_mut(side).bic,
            EntryField::AgentName(side) => &mut detail.party_mut(side).bank_name,
            EntryField::Unstructured => {
                return self.unstructured.extend(&mut detail.unstructured, text);
            }
            EntryField::Structured => return self.structured.join(&mut detail.structured, text),
            EntryField::Purpose => &mut detail.purpose,
            EntryField::DetailText => return self.notes.extend(&mut detail.note, text),
        };
        *single = words.word(text);
    }

    /// Keeps the detail that closed.
    pub(super) fn close_detail(&mut self) {
        if self.details.len() == DETAILS_MAX {
            self.details_more += 1;
            return;
        }
        let detail = &mut self.detail;
        if !detail.purpose.is_empty() {
            self.structured.join(&mut detail.structured, self.words.get(detail.purpose));
        }
        let end_to_end = self.words.get(detail.end_to_end);
        if looks_like_a_reference(end_to_end) {
            self.notes.join(&mut detail.note, end_to_end);
        }
        self.details.push(*detail);
    }

    pub(super) fn amount(&self) -> &str {
        self.words.get(self.fields.amount)
    }

    pub(super) fn currency(&self) -> &str {
        self.words.get(self.fields.currency)
    }

    pub(super) fn indicator(&self) -> &str {
        self.words.get(self.fields.indicator)
    }
}
