//! The filters of the queue, each value with its count.
//!
//! A filter's counts apply all the other filters but not itself: after choosing a bank, the reader still sees the
//! counts of the other banks.

use super::{View, Wanted};
use crate::remittance::{Language, Localized, Reason, Tally};
use crate::store::{Assigned, Cell, Counts};
use crate::suspense::{Age, Stage};
use crate::web::session::Session;
use crate::web::view::{count, foreign, yuan};
use std::collections::{BTreeMap, BTreeSet};

/// A filter.
pub(crate) struct Facet {
    pub(crate) name: &'static str,
    pub(crate) chips: Vec<Chip>,
}

/// One value of a filter. Choosing it again clears it.
pub(crate) struct Chip {
    pub(crate) words: String,
    pub(crate) count: String,
    pub(crate) amount: String,
    pub(crate) href: String,
    pub(crate) is_chosen: bool,
}

/// The filter being counted, which does not apply to itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Reason,
    Bank,
    Age,
    Stage,
    Who,
    Nothing,
}

/// The tally under all filters together.
pub(super) fn left(counts: &Counts, wanted: &Wanted, _me: &str) -> Tally {
    counts.of(|cell| passes(cell, wanted, By::Nothing))
}

fn passes(cell: &Cell, wanted: &Wanted, but: By) -> bool {
    let filter = &wanted.filter;
    let holds = |by: By, agrees: bool| by == but || agrees;
    holds(By::Reason, filter.reason.is_none_or(|reason| cell.reason == Some(reason)))
        && holds(By::Bank, filter.bank.as_ref().is_none_or(|bank| cell.bank == *bank))
        && holds(By::Age, wanted.age.is_none_or(|age| cell.age == age))
        && holds(By::Stage, filter.stage.is_none_or(|stage| cell.stage == stage))
        && holds(By::Who, filter.assigned.as_ref().is_none_or(|who| cell.assigned == *who))
}

/// Makes the values of one filter.
struct Maker<'a> {
    view: &'a View,
    counts: &'a Counts,
    wanted: &'a Wanted,
}

impl Maker<'_> {
    fn chip(
        &self,
        by: By,
        (field, value, chosen): (&'static str, &str, &str),
        words: String,
        is_in: impl Fn(&Cell) -> bool,
    ) -> Option<Chip> {
        let tally = self.counts.of(|cell| passes(cell, self.wanted, by) && is_in(cell));
        let is_chosen = chosen == value;
        let next = if is_chosen { "" } else { value };
        (tally.count > 0 || is_chosen).then(|| Chip {
            words,
            count: count(tally.count),
            amount: yuan(tally.amount),
            href: self.view.query().with(field, next).on("/queue"),
            is_chosen,
        })
    }
}

/// All filters, in page order.
pub(super) fn all(
    view: &View,
    counts: &Counts,
    wanted: &Wanted,
    session: &Session,
    people: &BTreeMap<String, String>,
    language: Language,
) -> Vec<Facet> {
    let maker = Maker { view, counts, wanted };
    let reasons = Reason::ALL.into_iter().filter_map(|reason| {
        let field = ("reason", reason.code(), view.reason.as_str());
        let words = reason.in_language(language);
        maker.chip(By::Reason, field, words.into_owned(), |cell| cell.reason == Some(reason))
    });
    let banks: BTreeSet<(&str, &str)> =
        counts.cells.iter().map(|cell| (cell.bank.as_str(), cell.bank_name.as_str())).collect();
    let banks = banks.into_iter().filter_map(|(bank, name)| {
        maker.chip(By::Bank, ("bank", bank, &view.bank), foreign(name), |cell| cell.bank == bank)
    });
    let ages = Age::ALL.into_iter().filter_map(|age| {
        let words = age.in_language(language);
        maker.chip(By::Age, ("age", age.code(), &view.age), words.into_owned(), |cell| {
            cell.age == age
        })
    });
    let stages = Stage::ALL.into_iter().filter_map(|stage| {
        let words = stage.in_language(language);
        maker.chip(By::Stage, ("stage", stage.code(), &view.stage), words.into_owned(), |cell| {
            cell.stage == stage
        })
    });
    let facet = |zh, en, chips| Facet { name: language.choose(zh, en), chips };
    vec![
        facet("原因", "Reason", reasons.collect()),
        facet("银行", "Bank", banks.collect()),
        facet("账龄", "Age", ages.collect()),
        facet("状态", "State", stages.collect()),
        facet("责任人", "Assignee", whose(&maker, session, people, language)),
    ]
}

/// Mine and unassigned first, then others by name.
fn whose(
    maker: &Maker<'_>,
    session: &Session,
    people: &BTreeMap<String, String>,
    language: Language,
) -> Vec<Chip> {
    let chosen = maker.view.who.as_str();
    let me = Assigned::To(session.person_id.clone());
    let mine = language.choose("我的", "Mine").to_owned();
    let nobodys = language.choose("未分派", "Nobody's").to_owned();
    let mut chips = Vec::new();
    chips.extend(maker.chip(By::Who, ("who", "me", chosen), mine, |cell| cell.assigned == me));
    chips.extend(maker.chip(By::Who, ("who", "nobody", chosen), nobodys, |cell| {
        cell.assigned == Assigned::Nobody
    }));
    let others: BTreeSet<&str> = maker
        .counts
        .cells
        .iter()
        .filter_map(|cell| match &cell.assigned {
            Assigned::To(person) if cell.assigned != me => Some(person.as_str()),
            Assigned::To(_) | Assigned::Nobody => None,
        })
        .collect();
    chips.extend(others.into_iter().filter_map(|person| {
        let name = people.get(person).map_or(person, String::as_str);
        maker.chip(By::Who, ("who", person, chosen), foreign(name), |cell| {
            cell.assigned == Assigned::To(person.to_owned())
        })
    }));
    chips
}
