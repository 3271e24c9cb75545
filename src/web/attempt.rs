//! Checks secrets, with limits on failed attempts.
//!
//! Start at [`attempt`]. Only failures are counted, not checks in progress. A thousand concurrent guesses are
//! limited all the same: few are checked at a time, and each reads the count at the start of its turn and records
//! its failure before the next turn.
//!
//! There are three counts. A known device ([`super::device`]) is counted by itself: other people's failures do not
//! delay it, and it has its own turn. Any other browser is counted by its address for that login, and by its
//! address for all logins. When strangers fail too often at one login, they are checked one a second, in order of
//! arrival and one per address. This limits guesses to a hundred-thousandth of what a good password
//! withstands, and somebody with the right password still gets in after a while.

use super::device::Device;
use super::session::Session;
use super::{Desk, Fault, password, second_factor, secret};
use crate::store::{Pace, Person, Store, Subject};
use crate::suspense::trail::{TrailEntry, TrailEvent};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Time per attempt in the slow lane.
const HEARD_EVERY: Duration = Duration::from_secs(1);
/// Longest wait in the slow lane.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// Name, password and code as typed.
pub(super) struct Secrets {
    pub(super) person_id: String,
    pub(super) password: String,
    pub(super) code: String,
    /// In the form that is counted.
    pub(super) address: String,
    pub(super) device: Option<Device>,
}

/// The slow lanes by login.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<BTreeMap<String, Lane>>);

#[derive(Debug, Default)]
struct Lane {
    turn: Arc<tokio::sync::Mutex<()>>,
    addresses: BTreeSet<String>,
}

/// A place in a lane, released on drop.
struct LanePlace<'l> {
    lanes: &'l Lanes,
    login: String,
    address: String,
}

impl Lanes {
    /// Joins the lane of a login, unless somebody from that address is already in it.
    fn join(
        &self,
        login: &str,
        address: &str,
    ) -> Option<(LanePlace<'_>, Arc<tokio::sync::Mutex<()>>)> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(login.to_owned()).or_default();
        let turn = Arc::clone(&lane.turn);
        let (login, joined) = (login.to_owned(), lane.addresses.insert(address.to_owned()));
        joined.then(|| (LanePlace { lanes: self, login, address: address.to_owned() }, turn))
    }
}

impl Drop for LanePlace<'_> {
    fn drop(&mut self) {
        let mut lanes = self.lanes.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get_mut(&self.login) {
            lane.addresses.remove(&self.address);
            if lane.addresses.is_empty() {
                lanes.remove(&self.login);
            }
        }
    }
}

/// The counts of an attempt.
struct Counted {
    /// Each of these can delay it.
    subjects: Vec<Subject>,
    /// Strangers' failures at the login: above the limit they use the slow lane.
    strangers: Option<Subject>,
}

impl Counted {
    fn of(desk: &Desk, secrets: &Secrets) -> Self {
        let rules = &desk.rules().login;
        let id = &secrets.person_id;
        let doubling =
            Pace::Doubling { free: rules.free_failures, longest: rules.wait_seconds_max };
        if let Some(device) = &secrets.device {
            let subject = Subject { hash: device.subject(id), pace: doubling };
            return Self { subjects: vec![subject], strangers: None };
        }
        let address = &secrets.address;
        let own = secret::hash("account-from", &format!("{id}\n{address}"));
        let hourly = |hash, most| Subject { hash, pace: Pace::Hourly { most } };
        Self {
            subjects: vec![
                Subject { hash: own, pace: doubling },
                hourly(secret::hash("address", address), rules.address_failures_an_hour),
            ],
            strangers: Some(hourly(secret::hash("account", id), rules.login_failures_an_hour)),
        }
    }

    fn all(&self) -> Vec<Subject> {
        self.subjects.iter().chain(&self.strangers).cloned().collect()
    }
}

/// Checks name, password and code; `None` if any is wrong, without revealing which.
pub(super) async fn attempt(desk: &Desk, secrets: Secrets) -> Result<Option<Person>, Fault> {
    let (counted, now) = (Counted::of(desk, &secrets), desk.now());
    let (subjects, strangers) = (counted.subjects.clone(), counted.strangers.clone());
    // Reject early, before anything slow is done.
    let (seconds, strangers_wait) = desk
        .read(move |store| {
            let strangers: Vec<Subject> = strangers.into_iter().collect();
            Ok((store.login_wait(&subjects, now)?, store.login_wait(&strangers, now)? > 0))
        })
        .await?;
    if seconds > 0 {
        return Err(Fault::TooMany { seconds });
    }
    let known = secrets.device.is_some();
    let (login, address) = (secrets.person_id.clone(), secrets.address.clone());
    let _place = if strangers_wait { Some(heard(desk, &login, &address).await?) } else { None };
    let worker = desk.clone();
    let check = move || check(&worker, &counted, &secrets);
    if known { desk.hashing_for_known(check).await? } else { desk.hashing(check).await? }
}

/// Waits for a turn in the slow lane.
async fn heard<'d>(desk: &'d Desk, login: &str, address: &str) -> Result<LanePlace<'d>, Fault> {
    let again = |seconds| Fault::TooMany { seconds };
    let (place, turn) = desk.lanes.join(login, address).ok_or_else(|| again(1))?;
    // First come, first served: tokio's mutex guarantees it.
    let turn = tokio::time::timeout(WAIT_MAX, turn.lock_owned()).await;
    let turn = turn.map_err(|_| again(1))?;
    tokio::time::sleep(HEARD_EVERY).await;
    drop(turn);
    Ok(place)
}

/// One turn, on a blocking thread: reads the count, checks, and records a failure.
fn check(desk: &Desk, counted: &Counted, secrets: &Secrets) -> Result<Option<Person>, Fault> {
    let (store, now) = (&desk.setup().store, desk.now());
    let seconds = store.login_wait(&counted.subjects, now)?;
    if seconds > 0 {
        return Err(Fault::TooMany { seconds });
    }
    let person = store.person(&secrets.person_id)?;
    let kept = person.as_ref().map(|person| person.password.as_str());
    let right = password::is_right(&secrets.password, kept);
    let known = person.as_ref().map(|person| person.person_id.clone());
    let person = person.filter(|person| right && person.disabled_at.is_none());
    let entered = match person {
        Some(person) if has_code(desk, store, &person, &secrets.code)? => Some(person),
        Some(_) | None => None,
    };
    if entered.is_some() {
        // A successful login does not clear failures of strangers or of others at the address.
        let own = counted.subjects.first().map(|subject| subject.hash.as_str());
        store.login_succeeded(own.as_slice())?;
    } else {
        store.login_failed(&counted.all(), now)?;
        // The typed name may be a password, so only existing names are recorded.
        store.append(&failed(known.unwrap_or_default(), now))?;
    }
    Ok(entered)
}

fn failed(person_id: String, at: i64) -> TrailEntry {
    TrailEntry {
        at,
        actor: person_id.clone(),
        role: String::new(),
        event: TrailEvent::LoginFailed,
        subject: person_id,
        detail: String::new(),
    }
}

/// Whether the code or recovery code is right and unused. Somebody without a second factor needs none: the guard
/// lets them only set one up.
fn has_code(desk: &Desk, store: &Store, person: &Person, code: &str) -> Result<bool, Fault> {
    let Some(kept) = &person.second_factor else { return Ok(true) };
    let (id, now) = (person.person_id.as_str(), desk.now());
    let key = desk.setup().keys.open((store.centre_id(), id), kept);
    if key.is_none() {
        tracing::error!(
            "a second factor does not open: it was sealed under another key, or changed"
        );
    }
    let step = key.and_then(|key| second_factor::step(&key, code, now));
    Ok(match step {
        Some(step) => store.take_step(id, step)?,
        None => store.take_recovery_code(id, &second_factor::recovery_hash(code), now)?,
    })
}

/// Checks the password of a logged-in person; `None` if wrong. Counted by person only, because this needs a
/// session.
pub(super) async fn confirm(
    desk: &Desk,
    session: &Session,
    given: String,
) -> Result<Option<Person>, Fault> {
    let rules = &desk.rules().login;
    let pace = Pace::Doubling { free: rules.free_failures, longest: rules.wait_seconds_max };
    let subject = Subject { hash: secret::hash("session-of", &session.person_id), pace };
    let (worker, id) = (desk.clone(), session.person_id.clone());
    let check = move || -> Result<Option<Person>, Fault> {
        let (store, now) = (&worker.setup().store, worker.now());
        let subjects = [subject];
        let seconds = store.login_wait(&subjects, now)?;
        if seconds > 0 {
            return Err(Fault::TooMany { seconds });
        }
        let person = store.person(&id)?.ok_or(Fault::NoSession)?;
        if password::is_right(&given, Some(&person.password)) {
            let hash = subjects.each_ref().map(|subject| subject.hash.as_str());
            store.login_succeeded(&hash)?;
            return Ok(Some(person));
        }
        store.login_failed(&subjects, now)?;
        Ok(None)
    };
    desk.hashing_for_known(check).await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_address_stands_in_the_lane_of_a_login() {
        let lanes = Lanes::default();
        let first = lanes.join("li.na", "192.0.2.1").map(|(place, _)| place);
        assert!(first.is_some());
        assert!(lanes.join("li.na", "192.0.2.1").is_none(), "it stands there already");
        let second = lanes.join("li.na", "192.0.2.2").map(|(place, _)| place);
        assert!(second.is_some() && lanes.join("wang.wei", "192.0.2.1").is_some());
        drop(first);
        assert!(lanes.join("li.na", "192.0.2.1").is_some());
        drop(second);
        assert!(lanes.0.lock().unwrap().is_empty(), "nothing is kept of whoever left");
    }
}
