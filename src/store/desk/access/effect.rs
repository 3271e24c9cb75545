//! Applies a change of access: the only place that changes a person's role, password or token.

use super::super::super::{ApiToken, Person as Kept};
use super::super::{Desk, Stop};
use crate::store::database::row::unknown;
use crate::store::identity::{person, token};
use crate::suspense::trail::TrailEvent;
use crate::suspense::{AccessKind, AccessRefusal, AccessRequest, DeskRefusal, EntityKind, Role};

impl Desk<'_> {
    /// A person's present role, and the new one of the person or their token.
    pub(super) fn role_between(
        &self,
        request: &AccessRequest,
    ) -> Result<(Option<Role>, Role), Stop> {
        let refused = |refusal| Stop::from(DeskRefusal::Access(refusal));
        let found = person::find(self.tx, &request.subject)?;
        let role =
            |code: &str| Role::from_code(code).ok_or_else(|| unknown("person", "role", code));
        let found = match (found, request.kind) {
            (Some(_), AccessKind::Person) => {
                return Err(refused(AccessRefusal::Taken { login: request.subject.clone() }));
            }
            (None, AccessKind::Person) => None,
            (None, _) => {
                let (what, id) = (EntityKind::Person, request.subject.clone());
                return Err(DeskRefusal::NoSuch { what, id }.into());
            }
            (Some(found), _) => Some(found),
        };
        let from = found.as_ref().map(|found| role(&found.role)).transpose()?;
        let to = request.role.or(from).ok_or(DeskRefusal::Nothing { what: EntityKind::Role })?;
        let locked = found.as_ref().is_some_and(|found| found.disabled_at.is_some());
        let leaves = match request.kind {
            AccessKind::Role => to != Role::Administrator,
            AccessKind::Lock => true,
            AccessKind::Person | AccessKind::Enable | AccessKind::Reset | AccessKind::Token => {
                false
            }
        };
        if leaves && !locked && from == Some(Role::Administrator) {
            let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
            if person::administrators(connection, centre)? <= 1 {
                return Err(refused(AccessRefusal::LastAdministrator));
            }
        }
        if let (AccessKind::Token, Some(owner)) = (request.kind, from) {
            if locked {
                return Err(refused(AccessRefusal::Locked));
            }
            if !owner.covers(to) {
                return Err(refused(AccessRefusal::Beyond { role: to, owner }));
            }
        }
        Ok((from, to))
    }

    /// Applies a change and records it in the trail; `because` says how it was authorized.
    pub(super) fn take_effect(
        &self,
        change_id: &str,
        request: &AccessRequest,
        because: &[(&str, &str)],
    ) -> Result<(), Stop> {
        // The current role: it may have changed since the request.
        let (_, to) = self.role_between(request)?;
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let subject = request.subject.as_str();
        let secret = request.secret.clone().unwrap_or_default();
        let (event, told, is) = match request.kind {
            AccessKind::Person => {
                let fresh = self.newcomer(request, to);
                person::insert(connection, centre, &fresh)?;
                (TrailEvent::PersonAdded, subject, to.code())
            }
            AccessKind::Role => {
                person::set_role(connection, centre, subject, to.code())?;
                (TrailEvent::PersonChanged, subject, to.code())
            }
            AccessKind::Enable => {
                person::set_disabled(connection, centre, subject, None)?;
                (TrailEvent::PersonChanged, subject, "enabled")
            }
            AccessKind::Lock => {
                person::set_disabled(connection, centre, subject, Some(self.now.at))?;
                (TrailEvent::PersonLocked, subject, "")
            }
            AccessKind::Reset => {
                let password = (secret.as_str(), request.password_given);
                person::reset(connection, centre, subject, password)?;
                (TrailEvent::PersonChanged, subject, "reset")
            }
            AccessKind::Token => {
                let (token_id, expires_at) = request.token.clone().unwrap_or_default();
                let kept = ApiToken {
                    token_id,
                    token_hash: secret,
                    name: request.name.clone(),
                    role: to.code().to_owned(),
                    made_by: self.actor.to_owned(),
                    made_at: self.now.at,
                    expires_at,
                    revoked_at: None,
                    owner: subject.to_owned(),
                };
                token::insert(connection, centre, &kept)?;
                (TrailEvent::TokenMade, change_id, to.code())
            }
        };
        let owner = (request.kind == AccessKind::Token).then_some(("owner", subject));
        let is = Some(("is", is)).filter(|(_, is)| !is.is_empty());
        let said = is.iter().chain(&owner).chain(because);
        let detail: serde_json::Map<String, serde_json::Value> =
            said.map(|(name, text)| ((*name).to_owned(), (*text).into())).collect();
        let detail = if detail.is_empty() { String::new() } else { json_text(detail) };
        self.tell(event, told.to_owned(), &detail)
    }

    /// The row of a new person.
    fn newcomer(&self, request: &AccessRequest, role: Role) -> Kept {
        Kept {
            person_id: request.subject.clone(),
            name: request.name.clone(),
            role: role.code().to_owned(),
            password: request.secret.clone().unwrap_or_default(),
            password_given: request.password_given,
            second_factor: None,
            made_at: self.now.at,
            disabled_at: None,
        }
    }

    pub(super) fn tell_access(
        &self,
        event: TrailEvent,
        change_id: &str,
        request: &AccessRequest,
        asked_by: &str,
    ) -> Result<(), Stop> {
        let detail = serde_json::json!({
            "change": request.kind.code(),
            "is": request.role.map(Role::code),
            "asked_by": asked_by,
            "id": change_id,
        });
        self.tell(event, request.subject.clone(), &detail.to_string())
    }
}

fn json_text(fields: serde_json::Map<String, serde_json::Value>) -> String {
    serde_json::Value::Object(fields).to_string()
}
