//! One row of a list of items.

use crate::remark::Reader;
use crate::remittance::{Direction, Language, Localized, Money};
use crate::report::Suggestion;
use crate::store::OpenItem;
use crate::suspense::{Age, age_days};
use crate::web::view::evidence::Candidate;
use crate::web::view::remark::Remark;
use crate::web::view::{self, address, foreign, yuan};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::collections::BTreeMap;

pub(crate) struct QueueLine {
    pub(crate) href: String,
    /// `account/version/serial`: its name in forms.
    pub(crate) seen: String,
    pub(crate) booked_on: NaiveDate,
    pub(crate) bank: String,
    pub(crate) payer: String,
    pub(crate) amount: String,
    /// Signed, for the total of the selection.
    pub(crate) fen: i64,
    /// The most useful remark: the first with a parsed part, or the first.
    pub(crate) remark: Option<Remark>,
    pub(crate) reason: Cow<'static, str>,
    /// The nearest notice.
    pub(crate) nearest: Option<Candidate>,
    pub(crate) age_days: u32,
    pub(crate) age_class: &'static str,
    pub(crate) assignee: String,
    pub(crate) stage: Cow<'static, str>,
    pub(crate) stage_class: &'static str,
}

impl QueueLine {
    pub(crate) fn of(
        row: &OpenItem,
        suggestions: &[Suggestion],
        as_of: NaiveDate,
        people: &BTreeMap<String, String>,
        reader: &Reader,
        language: Language,
    ) -> Self {
        let item = &row.item;
        let amount = signed(item.direction, item.amount);
        let days = age_days(item.booked_on, as_of);
        let mut remarks: Vec<Remark> = item
            .remarks
            .iter()
            .map(|(field, text)| Remark::read(*field, text, reader, language))
            .collect();
        let says_most = remarks.iter().position(Remark::speaks).unwrap_or(0);
        let remark = (says_most < remarks.len()).then(|| remarks.swap_remove(says_most));
        let assignee = item.assignee.as_deref().unwrap_or_default();
        Self {
            href: address::item(row.account_id, &item.id.serial),
            seen: seen(row),
            booked_on: item.booked_on,
            bank: foreign(&item.bank_name),
            payer: foreign(&item.counterparty_name),
            amount: yuan(amount),
            fen: amount.fen(),
            remark,
            reason: item.reason.map(|reason| reason.in_language(language)).unwrap_or_default(),
            nearest: suggestions.first().map(|nearest| Candidate::of(nearest, language)),
            age_days: days,
            age_class: view::age_class(Age::of(days)),
            assignee: foreign(people.get(assignee).map_or(assignee, String::as_str)),
            stage: item.stage.in_language(language),
            stage_class: item.stage.code(),
        }
    }
}

/// An item's name in forms: its account's small number, the version seen, its serial.
pub(crate) fn seen(row: &OpenItem) -> String {
    format!("{}/{}/{}", row.account_id, row.item.version, row.item.id.serial)
}

/// The signed amount: a debit in suspense is negative.
pub(crate) fn signed(direction: Direction, amount: Money) -> Money {
    match direction {
        Direction::Credit => amount,
        Direction::Debit => Money::from_fen(-amount.fen()),
    }
}
