//! Who is logged in, as a handler sees it, and what a route needs of whoever asks.
//!
//! The guard finds the session and puts it into the request; a handler takes it as an argument.

use super::Desk;
use super::account;
use super::fault::Fault;
use super::visit::Visit;
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::suspense::{Permission, Role};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// Seconds without a request after which a session is over.
pub(crate) const IDLE_SECONDS: i64 = 15 * 60;
/// Seconds after which a session is over in any case.
pub(crate) const LASTING_SECONDS: i64 = 8 * 3600;
/// A session's last use is written down at most this often: a write a request would make readers wait.
pub(crate) const SEEN_EVERY_SECONDS: i64 = 60;

/// What a route needs of whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// Nothing: the address itself holds what proves it, and a mail system that posts to it has no page of ours before.
    Link,
    /// A session, be it confined to password and second factor.
    OwnAccount,
    /// A session whose role may.
    Permission(Permission),
    /// A program's token whose role may.
    Token(Permission),
}

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The name one logs in with; acts are recorded under it.
    pub(crate) person_id: String,
    /// What pages call the person.
    pub(crate) name: String,
    pub(crate) role: Role,
    /// What this session's forms carry.
    pub(crate) csrf: String,
    /// The hash that the store knows the session by.
    pub(crate) token_hash: String,
    /// Only the own pages are open until the password is changed and the second factor set up.
    pub(crate) setup_incomplete: bool,
    /// Somebody else chose the password.
    pub(crate) given_password: bool,
    /// Changes of people's access wait, or were made at the command line of late.
    pub(crate) access_news: bool,
    pub(crate) visit: Visit,
}

impl Session {
    pub(crate) fn may(&self, permission: Permission) -> bool {
        !self.setup_incomplete && self.role.may(permission)
    }

    /// What this person did, for the audit trail; `detail` is one word more, or empty.
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
