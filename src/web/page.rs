//! The pages of the desk: each queries the store, makes a view in words, and renders a template.
//!
//! Start at [`queue`], the page where staff spend the day, and [`item`], for work on one row. Acts are drafted in
//! [`draft`], previewed in [`propose`] and decided in [`approval`]. A handler queries the store once, on a blocking
//! thread; templates only render and look nothing up.

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

/// Rows per page.
pub(crate) const ROWS: u32 = 50;

/// Removes the extra row that shows that there is another page.
fn cut<T>(mut rows: Vec<T>) -> (Vec<T>, bool) {
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    (rows, more)
}

fn actor(session: &Session) -> Actor {
    Actor::of(Person(session.person_id.clone()), session.role)
}

/// The current moment: acts are booked today.
fn moment(desk: &Desk) -> Moment {
    desk.moment()
}

/// The reference day for ages: the latest night, so that desk and report agree.
fn as_of(store: &Store, today: NaiveDate) -> Result<NaiveDate, StoreError> {
    Ok(store.latest_night(today)?.unwrap_or(today))
}

/// Display names by login.
fn people(store: &Store) -> Result<BTreeMap<String, String>, StoreError> {
    let people = store.people()?.into_iter();
    Ok(people.map(|person| (person.person_id, person.name)).collect())
}

/// Login and display name of people who can be assigned items.
fn workers(store: &Store) -> Result<Vec<(String, String)>, StoreError> {
    let people = store.people()?.into_iter().filter(|person| {
        let role = Role::from_code(&person.role);
        person.disabled_at.is_none() && role.is_some_and(|role| role.may(Permission::Propose))
    });
    Ok(people.map(|person| (person.person_id, person.name)).collect())
}
