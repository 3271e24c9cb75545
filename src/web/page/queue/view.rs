//! The queue's query string, and the store query that it stands for.
//!
//! Fields are the raw texts of the address. An invalid value (unknown age, malformed amount) filters nothing, so
//! that an old link does not fail.

use crate::remittance::{Language, Reason};
use crate::store::{Assigned, Cursor, Order, QueueFilter, RowPlace};
use crate::suspense::{Age, Stage};
use crate::web::view::address::Query;
use crate::web::view::typed_amount;
use chrono::{Days, NaiveDate};
use serde::Deserialize;

/// The query string of the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct View {
    pub(crate) reason: String,
    pub(crate) bank: String,
    pub(crate) age: String,
    pub(crate) stage: String,
    /// `me`, `nobody`, or a login.
    pub(crate) who: String,
    pub(crate) q: String,
    pub(crate) employer: String,
    pub(crate) min: String,
    pub(crate) max: String,
    /// `largest`, or oldest first.
    pub(crate) order: String,
    /// Position of the previous page's last row.
    pub(crate) after: String,
    /// Position of the next page's first row; it overrides `after`.
    pub(crate) before: String,
    /// The result of an act, shown once.
    pub(crate) done: String,
}

/// The store query of a view.
pub(crate) struct Wanted {
    pub(crate) filter: QueueFilter,
    pub(crate) order: Order,
    pub(crate) cursor: Cursor,
    pub(crate) age: Option<Age>,
}

impl View {
    /// The store query; ages count to a day, `me` is the reader.
    pub(crate) fn wanted(&self, as_of: NaiveDate, me: &str) -> Wanted {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let age = Age::ALL.into_iter().find(|age| age.code() == self.age);
        let (booked_from, booked_to) = age.map_or((None, None), |age| booked(age, as_of));
        let filter = QueueFilter {
            bank: some(&self.bank),
            reason: Reason::from_code(&self.reason),
            stage: Stage::from_code(&self.stage),
            assigned: assigned(&self.who, me),
            booked_from,
            booked_to,
            amount_from: typed_amount(&self.min),
            amount_to: typed_amount(&self.max),
            employer_id: some(&self.employer),
            text: some(&self.q),
        };
        let order = if self.order == "largest" { Order::Largest } else { Order::Oldest };
        let cursor = match (place(&self.before), place(&self.after)) {
            (Some(before), _) => Cursor::Before(before),
            (None, Some(after)) => Cursor::After(after),
            (None, None) => Cursor::Start,
        };
        Wanted { filter, order, cursor, age }
    }

    /// The query string without the page and the result of an act.
    pub(crate) fn query(&self) -> Query {
        Query::default()
            .with("reason", &self.reason)
            .with("bank", &self.bank)
            .with("age", &self.age)
            .with("stage", &self.stage)
            .with("who", &self.who)
            .with("q", &self.q)
            .with("employer", &self.employer)
            .with("min", &self.min)
            .with("max", &self.max)
            .with("order", &self.order)
    }

    pub(crate) fn first(&self) -> String {
        self.query().on("/queue")
    }

    /// The address of this page.
    pub(crate) fn here(&self) -> String {
        self.query().with("after", &self.after).with("before", &self.before).on("/queue")
    }

    /// The page after a row.
    pub(crate) fn onward(&self, row: &RowPlace) -> String {
        self.query().with("after", &placed(row)).on("/queue")
    }

    /// The page before a row.
    pub(crate) fn backward(&self, row: &RowPlace) -> String {
        self.query().with("before", &placed(row)).on("/queue")
    }

    pub(crate) fn export(&self) -> String {
        self.query().on("/queue/export.xlsx")
    }

    pub(crate) fn reordered(&self) -> String {
        let order = if self.order == "largest" { "" } else { "largest" };
        self.query().with("order", order).on("/queue")
    }

    /// The fields to keep when searching: those without an input of their own.
    pub(crate) fn kept(&self) -> Vec<(&'static str, String)> {
        let asked = ["q", "employer", "min", "max"];
        let query = self.query();
        let kept = query.parts().filter(|(name, _)| !asked.contains(name));
        kept.map(|(name, value)| (name, value.to_owned())).collect()
    }

    pub(crate) fn is_searched(&self) -> bool {
        self.query().parts().next().is_some()
    }

    pub(crate) fn done_words(&self, language: Language) -> &'static str {
        match self.done.as_str() {
            "assigned" => language.choose("已分派。", "Assigned."),
            "released" => language.choose("已取消分派。", "Released."),
            "proposed" => {
                language.choose("已提交，等待复核。", "Proposed; somebody else approves.")
            }
            _ => "",
        }
    }
}

impl Wanted {
    /// The search without the counted filters.
    pub(crate) fn searched(&self) -> QueueFilter {
        QueueFilter {
            bank: None,
            reason: None,
            stage: None,
            assigned: None,
            booked_from: None,
            booked_to: None,
            ..self.filter.clone()
        }
    }
}

fn assigned(who: &str, me: &str) -> Option<Assigned> {
    match who {
        "" => None,
        "nobody" => Some(Assigned::Nobody),
        "me" => Some(Assigned::To(me.to_owned())),
        person => Some(Assigned::To(person.to_owned())),
    }
}

/// The booking days of an age.
fn booked(age: Age, as_of: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let before = |days: u64| as_of.checked_sub_days(Days::new(days));
    match age {
        Age::UpTo7 => (before(7), None),
        Age::UpTo30 => (before(30), before(8)),
        Age::UpTo60 => (before(60), before(31)),
        Age::Over60 => (None, before(61)),
    }
}

/// A row's position in an address: `key.account.serial`.
fn placed(row: &RowPlace) -> String {
    format!("{}.{}.{}", row.key, row.account_id, row.serial)
}

/// The inverse of [`placed`].
pub(crate) fn place(text: &str) -> Option<RowPlace> {
    let mut parts = text.splitn(3, '.');
    Some(RowPlace {
        key: parts.next()?.parse().ok()?,
        account_id: parts.next()?.parse().ok()?,
        serial: parts.next()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_booking_day_has_exactly_the_age_that_counts_it() {
        let as_of = day("2026-05-12");
        for days in 0..80 {
            let on = as_of.checked_sub_days(Days::new(days)).unwrap();
            let within = |age: &Age| {
                let (from, to) = booked(*age, as_of);
                from.is_none_or(|from| on >= from) && to.is_none_or(|to| on <= to)
            };
            let found: Vec<Age> = Age::ALL.into_iter().filter(within).collect();
            assert_eq!(found, [Age::of(u32::try_from(days).unwrap())], "{days}");
        }
    }

    #[test]
    fn a_view_survives_its_address() {
        let view = View {
            q: "张 & Co".into(),
            who: "me".into(),
            order: "largest".into(),
            ..View::default()
        };
        let address = view.first();
        let (_, query) = address.split_once('?').unwrap();
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let value =
            |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(
            (value("q"), value("who"), value("order")),
            (Some("张 & Co"), Some("me"), Some("largest"))
        );
    }

    #[test]
    fn a_place_may_hold_any_serial() {
        let place_of =
            |serial: &str| RowPlace { key: -5, account_id: 2, serial: serial.to_owned() };
        for serial in ["1.2.3", "", "a/b?c"] {
            let address = View::default().onward(&place_of(serial));
            let (_, query) = address.split_once('?').unwrap();
            let (_, after) = form_urlencoded::parse(query.as_bytes()).next().unwrap();
            assert_eq!(place(&after), Some(place_of(serial)), "{serial:?}");
        }
        assert_eq!(place("x.1.2"), None);
    }
}
