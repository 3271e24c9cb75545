//! Changes of access: requested by one administrator, and confirmed by another or effective after a day.
//!
//! Start at [`Store::request_access`] and [`Store::confirm_access`]; [`Store::settle_access`] applies changes
//! whose day has passed. [`Store::change_access`] is for the command line, where the owner of the database acts
//! alone; its changes are recorded in the same table. `crates/reconcile/src/suspense/access.rs` decides which
//! changes need a second person.
//!
//! Invariant: only [`effect`] changes another person's role, password or token, and the table itself rejects a
//! change that grants rights if one person alone made it.

mod effect;

use super::super::{Store, StoreError};
use super::{Answered, Desk, OPERATOR, Stop};
use crate::rulebook::desk::Renewed;
use crate::store::database::columns::columns;
use crate::store::database::row::read_as;
use crate::store::database::row::unknown;
use crate::store::database::sql::params;
use crate::suspense::trail::TrailEvent;
use crate::suspense::{
    AccessChange, AccessKind, AccessRefusal, AccessRequest, AccessState, Actor, DELAY_SECONDS,
    DeskRefusal, EntityKind, Moment, Permission, Person, Role, may,
};

/// The result of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requested {
    /// One person suffices.
    Done,
    /// Another administrator must confirm it; if there is none, it takes effect at the given time.
    Waits { change_id: String, effective_after: Option<i64> },
}

/// For how many days after a change of access the person's acts are flagged.
type Watched = u16;

const INSERT: &str = "insert into access_change (centre_id, change_id, kind, subject, name, role,
        secret, password_given, expires_at, requested_by, requested_at, operator,
        effective_after, watched_days, state, decided_by, decided_at)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, null, ?16)";

const CHANGES: &str = "from access_change where centre_id = ?1";

columns! {
    /// The row of a change.
    struct ChangeColumns {
        change_id: String,
        kind: AccessKind,
        subject: String,
        name: String,
        role: String,
        requested_by: Person,
        requested_at: i64,
        operator: bool,
        effective_after: Option<i64>,
        state: AccessState,
        decided_by: Option<Person>,
        decided_at: Option<i64>,
        secret: Option<String>,
        password_given: bool,
        expires_at: Option<i64>,
    }
}

read_as! {
    AccessKind: String => |code: String| Self::from_code(&code)
        .ok_or_else(|| unknown("access_change", "kind", &code));
    AccessState: String => |code: String| Self::from_code(&code)
        .ok_or_else(|| unknown("access_change", "state", &code));
}

/// Administrators who can confirm a request of `?2` for `?3`: neither of these, and nobody whose own access
/// `?2` recently renewed, who may be the same person at another keyboard.
const CONFIRMERS: &str = "select count(*) from person p
    where p.centre_id = ?1 and p.role = 'administrator' and p.disabled_at is null
        and p.person_id <> ?2 and p.person_id <> ?3
        and not exists (select 1 from access_change r where r.centre_id = p.centre_id
            and r.subject = p.person_id and r.state = 'done' and r.operator = 0
            and r.requested_by = ?2 and r.kind in ('person', 'role', 'enable', 'reset')
            and r.decided_at + r.watched_days * 86400 > ?4)";

/// Only while it is pending, and only by an administrator who neither requested it nor is its subject.
const CONFIRM: &str = "update access_change
    set state = 'done', decided_by = ?3, decided_at = ?4, secret = null
    where centre_id = ?1 and change_id = ?2 and state = 'waiting' and requested_by <> ?3
        and subject <> ?3 and exists (select 1 from person p where p.centre_id = ?1
            and p.person_id = ?3 and p.role = 'administrator' and p.disabled_at is null)";

const FALL_DUE: &str = "update access_change
    set state = 'done', decided_at = ?3, secret = null
    where centre_id = ?1 and change_id = ?2 and state = 'waiting' and effective_after <= ?3";

const DROP: &str = "update access_change
    set state = 'dropped', decided_by = ?3, decided_at = ?4, secret = null
    where centre_id = ?1 and change_id = ?2 and state = 'waiting'";

/// The person who renewed somebody's access recently enough that the acts are flagged.
const RENEWED_BY: &str = "select case when operator = 1 then requested_by || ' (operator)'
            else requested_by end
    from access_change where centre_id = ?1 and subject = ?2 and state = 'done'
        and kind <> 'lock' and (kind <> 'token' or change_id = ?3)
        and (operator = 1 or requested_by <> ?2) and decided_at + watched_days * 86400 > ?4
    order by decided_at desc, change_id limit 1";

/// A stored change with its values.
struct Pending {
    change: AccessChange,
    request: AccessRequest,
}

impl Store {
    /// Requests a change of access; a change that removes rights takes effect at once.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn request_access(
        &self,
        renewed: &Renewed,
        actor: &Actor,
        request: &AccessRequest,
        now: Moment,
    ) -> Answered<Requested> {
        self.act(actor, now, |desk| desk.request_access(renewed.days, actor, request))
    }

    /// Confirms another administrator's request; it takes effect in the same commit.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn confirm_access(&self, actor: &Actor, change_id: &str, now: Moment) -> Answered<()> {
        self.act(actor, now, |desk| {
            may(actor.role, Permission::AdministerPeople)?;
            let Pending { change, request } = desk.waiting(change_id)?;
            let (by, centre) = (&actor.person.0, desk.tx.centre_id);
            let fit = desk.confirmers(&change.requested_by.0, &change.subject.0, Some(by))?;
            let values = params![centre, change_id, by, now.at];
            if fit == 0 || desk.tx.connection.prepare_cached(CONFIRM)?.execute(values)? == 0 {
                return Err(DeskRefusal::Access(AccessRefusal::NotAnother).into());
            }
            let asked = &change.requested_by.0;
            desk.tell_access(TrailEvent::AccessConfirmed, change_id, &request, asked)?;
            desk.take_effect(change_id, &request, &[("asked_by", asked)])
        })
    }

    /// Drops a pending change: an administrator withdraws it, or an approver objects.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn drop_access(&self, actor: &Actor, change_id: &str, now: Moment) -> Answered<()> {
        self.act(actor, now, |desk| {
            let administers = actor.role.may(Permission::AdministerPeople);
            if !administers {
                may(actor.role, Permission::Approve)?;
            }
            let Pending { change, request } = desk.waiting(change_id)?;
            let values = params![desk.tx.centre_id, change_id, actor.person.0, now.at];
            desk.tx.connection.prepare_cached(DROP)?.execute(values)?;
            desk.tell_access(TrailEvent::AccessDropped, change_id, &request, &change.requested_by.0)
        })
    }

    /// Applies the changes that nobody could confirm and nobody objected to within a day; gives their number.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn settle_access(&self, now: Moment) -> Result<usize, StoreError> {
        let tx = self.reading()?;
        let from = format!(
            "{CHANGES} and state = 'waiting' and effective_after <= ?2
             order by effective_after, change_id"
        );
        let due: Vec<ChangeColumns> =
            tx.connection.select_all(&from, params![tx.centre_id, now.at])?;
        drop(tx);
        let mut done = 0;
        for Pending { change, request } in due.into_iter().map(ChangeColumns::pending) {
            let (id, by) = (&change.change_id, change.requested_by.0.as_str());
            let role = Role::Administrator.code();
            let fell_due = self.at_desk(now, (by, role), true, |desk| {
                let values = params![desk.tx.centre_id, id, now.at];
                if desk.tx.connection.prepare_cached(FALL_DUE)?.execute(values)? == 1 {
                    desk.take_effect(id, &request, &[("unopposed", by)])?;
                }
                Ok(())
            })?;
            if fell_due.is_ok() {
                done += 1;
                continue;
            }
            // The situation has changed in a day: the name is taken, or no administrator would remain.
            let dropped = self.at_desk(now, (by, role), true, |desk| {
                let values = params![desk.tx.centre_id, id, Option::<String>::None, now.at];
                desk.tx.connection.prepare_cached(DROP)?.execute(values)?;
                desk.tell_access(TrailEvent::AccessDropped, id, &request, by)
            })?;
            dropped.map_err(super::as_error)?;
        }
        Ok(done)
    }

    /// Changes access at the command line: the act of one person, recorded as such and reported to the
    /// approvers.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if the change is invalid; nothing is then changed.
    pub fn change_access(
        &self,
        renewed: &Renewed,
        by: &str,
        request: &AccessRequest,
        now: Moment,
    ) -> Result<(), StoreError> {
        let done = self.at_desk(now, (by, OPERATOR), true, |desk| {
            desk.role_between(request)?;
            let id = request.id(by, now.at);
            desk.insert_access(&id, request, renewed.days, None)?;
            desk.take_effect(&id, request, &[])
        })?;
        done.map_err(super::as_error)
    }

    /// The pending changes, and the latest decided ones, at most `most`.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn access_changes(&self, most: u32) -> Result<Vec<AccessChange>, StoreError> {
        let tx = self.reading()?;
        let from = format!(
            "{CHANGES} order by case when state = 'waiting' then 0 else 1 end,
                requested_at desc, change_id limit ?2"
        );
        let found: Vec<ChangeColumns> =
            tx.connection.select_all(&from, params![tx.centre_id, i64::from(most)])?;
        Ok(found.into_iter().map(|change| change.pending().change).collect())
    }
}

impl Desk<'_> {
    fn request_access(
        &self,
        watched: Watched,
        actor: &Actor,
        request: &AccessRequest,
    ) -> Result<Requested, Stop> {
        may(actor.role, Permission::AdministerPeople)?;
        let by = actor.person.0.as_str();
        if request.subject == by && request.kind != AccessKind::Token {
            return Err(DeskRefusal::Access(AccessRefusal::Oneself).into());
        }
        let (from, to) = self.role_between(request)?;
        if !request.kind.needs_another(from, to) {
            self.take_effect(&request.id(by, self.now.at), request, &[])?;
            return Ok(Requested::Done);
        }
        self.nothing_waits(request)?;
        let change_id = request.id(by, self.now.at);
        let lone = self.confirmers(by, &request.subject, None)? == 0;
        let effective_after = lone.then_some(self.now.at + DELAY_SECONDS);
        self.insert_access(&change_id, request, watched, effective_after)?;
        self.tell_access(TrailEvent::AccessAsked, &change_id, request, by)?;
        Ok(Requested::Waits { change_id, effective_after })
    }

    fn insert_access(
        &self,
        change_id: &str,
        request: &AccessRequest,
        watched: Watched,
        effective_after: Option<i64>,
    ) -> Result<(), Stop> {
        let operator = self.role == OPERATOR;
        let state = if operator { AccessState::Done } else { AccessState::Waiting };
        self.tx.connection.prepare_cached(INSERT)?.execute(params![
            self.tx.centre_id,
            change_id,
            request.kind.code(),
            request.subject,
            request.name,
            request.role.map_or("", Role::code),
            if operator { None } else { request.secret.clone() },
            i64::from(request.password_given),
            request.token.as_ref().map(|(_, expires_at)| *expires_at),
            self.actor,
            self.now.at,
            i64::from(operator),
            effective_after,
            i64::from(watched),
            state.code(),
            operator.then_some(self.now.at)
        ])?;
        Ok(())
    }

    /// How many administrators can confirm; with `only`, whether that one can.
    fn confirmers(&self, by: &str, subject: &str, only: Option<&str>) -> Result<i64, StoreError> {
        let sql = format!("{CONFIRMERS} and (cast(?5 as text) is null or p.person_id = ?5)");
        let mut select = self.tx.connection.prepare_cached(&sql)?;
        let only = only.map(str::to_owned);
        let values = params![self.tx.centre_id, by, subject, self.now.at, only];
        select.query_row(values, |row| row.read())
    }

    fn nothing_waits(&self, request: &AccessRequest) -> Result<(), Stop> {
        let sql = "select 1 from access_change where centre_id = ?1 and state = 'waiting'
            and kind = ?2 and subject = ?3 and kind <> 'token'";
        let values = params![self.tx.centre_id, request.kind.code(), request.subject];
        if self.tx.connection.prepare_cached(sql)?.exists(values)? {
            return Err(DeskRefusal::Access(AccessRefusal::Waits).into());
        }
        Ok(())
    }

    fn waiting(&self, change_id: &str) -> Result<Pending, Stop> {
        let from = format!("{CHANGES} and change_id = ?2");
        let key = params![self.tx.centre_id, change_id];
        let found: Option<ChangeColumns> = self.tx.connection.select_optional(&from, key)?;
        let (what, id) = (EntityKind::AccessChange, change_id.to_owned());
        let found = found.ok_or(DeskRefusal::NoSuch { what, id })?.pending();
        if found.change.state != AccessState::Waiting {
            let state = found.change.state;
            return Err(DeskRefusal::Access(AccessRefusal::Decided { state }).into());
        }
        Ok(found)
    }

    /// The person who recently renewed somebody's access.
    pub(super) fn renewed_by(&self, actor: &Actor) -> Result<Option<Person>, StoreError> {
        let token = actor.token.clone().unwrap_or_default();
        let values = params![self.tx.centre_id, actor.person.0, token, self.now.at];
        self.tx.connection.fetch_optional(RENEWED_BY, values)
    }
}

impl ChangeColumns {
    fn pending(self) -> Pending {
        let Self { change_id, kind, subject, name, .. } = self;
        let role = Role::from_code(&self.role);
        let request = AccessRequest {
            kind,
            subject: subject.clone(),
            name: name.clone(),
            role,
            secret: self.secret,
            password_given: self.password_given,
            token: self.expires_at.map(|expires_at| (change_id.clone(), expires_at)),
        };
        let change = AccessChange {
            change_id,
            kind,
            subject: Person(subject),
            name,
            role,
            requested_by: self.requested_by,
            requested_at: self.requested_at,
            operator: self.operator,
            effective_after: self.effective_after,
            state: self.state,
            decided: self.decided_at.map(|at| (self.decided_by, at)),
        };
        Pending { change, request }
    }
}
