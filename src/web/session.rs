//! The logged-in person as handlers see it, and what a route requires.
//!
//! The guard finds the session and adds it to the request; a handler takes it as an argument.

use super::Desk;
use super::account;
use super::fault::Fault;
use super::visit::Visit;
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::suspense::{Permission, Role};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// Seconds without a request after which a session ends.
pub(crate) const IDLE_SECONDS: i64 = 15 * 60;
/// Seconds after which a session always ends.
pub(crate) const LASTING_SECONDS: i64 = 8 * 3600;
/// Shortest interval between updates of a session's last use: a write per request would block readers.
pub(crate) const SEEN_EVERY_SECONDS: i64 = 60;

/// What a route requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// Nothing: the address itself contains the proof, and a mail system that posts to it has no page of ours.
    Link,
    /// A session, even one that must complete set-up.
    OwnAccount,
    /// A session whose role has the permission.
    Permission(Permission),
    /// A token whose role has the permission.
    Token(Permission),
}

/// A logged-in person.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The login; acts are recorded under it.
    pub(crate) person_id: String,
    /// The display name.
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The CSRF token of this session's forms.
    pub(crate) csrf: String,
    /// The session's hash in the store.
    pub(crate) token_hash: String,
    /// Only the personal pages are open until the password is changed and the second factor set up.
    pub(crate) setup_incomplete: bool,
    /// Somebody else chose the password.
    pub(crate) given_password: bool,
    /// Access changes are pending or were recently made at the command line.
    pub(crate) access_news: bool,
    pub(crate) visit: Visit,
}

impl Session {
    pub(crate) fn may(&self, permission: Permission) -> bool {
        !self.setup_incomplete && self.role.may(permission)
    }

    /// An audit trail entry for this person; `detail` is one more word, or empty.
    pub(crate) fn entry(
        &self,
        desk: &Desk,
        event: TrailEvent,
        subject: &str,
        detail: &str,
    ) -> TrailEntry {
        TrailEntry {
            at: desk.now(),
            actor: self.person_id.clone(),
            role: self.role.code().to_owned(),
            event,
            subject: subject.to_owned(),
            detail: account::detail(detail),
        }
    }

    pub(crate) fn reaches(&self, access: Access) -> bool {
        match access {
            Access::Public | Access::Link | Access::OwnAccount => true,
            Access::Permission(permission) => self.may(permission),
            Access::Token(_) => false,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or(Fault::NoSession)
    }
}
