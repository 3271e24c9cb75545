//! The pages of the desk: each a question to the store, a view in words, a template.
//!
//! Start at [`queue`], the page staff spend the day on, and [`item`], where one of its rows is worked
//! out. Acts are drafted in [`draft`], looked at before anybody else sees them in [`propose`], and
//! decided in [`approval`]. A handler asks the store once, on a thread that may wait, and shows what
//! came; nothing on a page is found out while its template runs.

pub(crate) mod act;
pub(crate) mod address;
pub(crate) mod approval;
pub(crate) mod call;
pub(crate) mod came_back;
pub(crate) mod counter;
pub(crate) mod draft;
pub(crate) mod employer;
pub(crate) mod export;
pub(crate) mod held;
pub(crate) mod item;
pub(crate) mod letter;
pub(crate) mod notice;
pub(crate) mod propose;
pub(crate) mod queue;
pub(crate) mod refund;
pub(crate) mod rule;
pub(crate) mod run;
pub(crate) mod today;
pub(crate) mod trail;
pub(crate) mod transaction;

use crate::store::{Store, StoreError};
use crate::suspense::{Actor, Moment, Permission, Person, Role};
use crate::web::Desk;
use crate::web::session::Session;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Rows on a page.
pub(crate) const ROWS: u32 = 50;

/// Splits off the row behind the page, which says that there is another page.
fn cut<T>(mut rows: Vec<T>) -> (Vec<T>, bool) {
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    (rows, more)
}

/// Who acts.
fn actor(session: &Session) -> Actor {
    Actor::of(Person(session.person_id.clone()), session.role)
}

/// When: what is done now is booked today.
fn moment(desk: &Desk) -> Moment {
    desk.moment()
}

/// The day that ages are counted to: the latest night's, so that the desk and the report agree.
fn as_of(store: &Store, today: NaiveDate) -> Result<NaiveDate, StoreError> {
    Ok(store.latest_night(today)?.unwrap_or(today))
}

/// What people are called, by what they log in with.
fn people(store: &Store) -> Result<BTreeMap<String, String>, StoreError> {
    let people = store.people()?.into_iter();
    Ok(people.map(|person| (person.person_id, person.name)).collect())
}

/// Who may be given items: what they log in with, and what they are called.
fn workers(store: &Store) -> Result<Vec<(String, String)>, StoreError> {
    let people = store.people()?.into_iter().filter(|person| {
        let role = Role::from_code(&person.role);
        person.disabled_at.is_none() && role.is_some_and(|role| role.may(Permission::Propose))
    });
    Ok(people.map(|person| (person.person_id, person.name)).collect())
}
