//! Who may give whom access: changes that one administrator requests and another confirms.
//!
//! Start at [`AccessKind::needs_another`]. Anyone who could create two people, two tokens or two passwords alone could
//! be both persons of every act about money. So a change that gives power over money or people waits for a second
//! administrator, or, if there is none, for [`DELAY_SECONDS`], while every approver sees it and can object. Taking
//! rights away waits for nobody, except from an administrator: otherwise one of two could be alone at once.

use super::canonical::Canonical;
use super::{Permission, Person, Role};
use remittance::{Language, Localized};
use std::borrow::Cow;
use std::fmt;

/// How long a change waits if nobody can confirm it.
pub const DELAY_SECONDS: i64 = 24 * 3600;

/// A requested change of access.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessRequest {
    pub kind: AccessKind,
    /// The login name of the person concerned.
    pub subject: String,
    /// A new person's name, or the purpose of a token; otherwise empty.
    pub name: String,
    /// The new role: of a new person, by a change of role, or of a token.
    pub role: Option<Role>,
    /// The hash of the password or of the token.
    pub secret: Option<String>,
    /// Someone else chose the password.
    pub password_given: bool,
    /// A token's id and expiry.
    pub token: Option<(String, i64)>,
}

/// The kinds of changes to a person's access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessKind {
    /// A new person.
    Person,
    Role,
    /// May log in again.
    Enable,
    /// May no longer log in.
    Lock,
    /// A new password and a new second factor.
    Reset,
    /// A token of theirs.
    Token,
}

/// The state of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessState {
    Waiting,
    Done,
    Dropped,
}

/// A change of a person's access, pending or decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessChange {
    pub change_id: String,
    pub kind: AccessKind,
    /// The person concerned.
    pub subject: Person,
    /// A new person's name, or the purpose of a token.
    pub name: String,
    /// The new role, if any.
    pub role: Option<Role>,
    pub requested_by: Person,
    pub requested_at: i64,
    /// One person did it at the command line.
    pub operator: bool,
    /// When it takes effect by itself if nobody can confirm it.
    pub effective_after: Option<i64>,
    pub state: AccessState,
    pub decided: Option<(Option<Person>, i64)>,
}

impl AccessRequest {
    /// A change that gives neither a role nor a secret.
    #[must_use]
    pub fn plain(kind: AccessKind, subject: &str) -> Self {
        Self {
            kind,
            subject: subject.to_owned(),
            name: String::new(),
            role: None,
            secret: None,
            password_given: false,
            token: None,
        }
    }

    /// The key of a change: a token's own id, otherwise the request, its author and its time.
    #[must_use]
    pub fn id(&self, requested_by: &str, requested_at: i64) -> String {
        if let Some((token_id, _)) = &self.token {
            return token_id.clone();
        }
        let mut text = Canonical::default();
        let role = self.role.map_or("", Role::code);
        let at = requested_at.to_string();
        for part in [self.kind.code(), &self.subject, &self.name, role, requested_by, &at] {
            text.add(part);
        }
        text.hex().chars().take(16).collect()
    }
}

impl fmt::Debug for AccessRequest {
    /// Omits the secret's hash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, subject, role, .. } = self;
        f.debug_struct("AccessRequest")
            .field("kind", kind)
            .field("subject", subject)
            .field("role", role)
            .finish_non_exhaustive()
    }
}

impl AccessKind {
    pub const ALL: [Self; 6] =
        [Self::Person, Self::Role, Self::Enable, Self::Lock, Self::Reset, Self::Token];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Role => "role",
            Self::Enable => "enable",
            Self::Lock => "lock",
            Self::Reset => "reset",
            Self::Token => "token",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether one administrator is not enough; `from` is the person's role, `to` the requested one.
    #[must_use]
    pub fn needs_another(self, from: Option<Role>, to: Role) -> bool {
        let administers = from == Some(Role::Administrator);
        match self {
            Self::Person | Self::Enable => to.has_power(),
            Self::Role => {
                administers || (to.has_power() && from.is_none_or(|from| !from.covers(to)))
            }
            Self::Lock => administers,
            Self::Reset | Self::Token => true,
        }
    }
}

impl Localized for AccessKind {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Person => language.choose("新增人员", "add somebody"),
            Self::Role => language.choose("变更角色", "change a role"),
            Self::Enable => language.choose("启用", "let log in again"),
            Self::Lock => language.choose("停用", "lock out"),
            Self::Reset => language.choose("重置密码与动态码", "reset password and codes"),
            Self::Token => language.choose("生成接口令牌", "make a token"),
        })
    }
}

impl AccessState {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Waiting, Self::Done, Self::Dropped].into_iter().find(|state| state.code() == code)
    }
}

impl Localized for AccessState {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Waiting => language.choose("待确认", "waits"),
            Self::Done => language.choose("已生效", "in effect"),
            Self::Dropped => language.choose("已取消", "dropped"),
        })
    }
}

impl Role {
    /// Whether the role decides about money, or about who does.
    #[must_use]
    pub fn has_power(self) -> bool {
        [Permission::Propose, Permission::Approve, Permission::AdministerPeople]
            .into_iter()
            .any(|permission| self.may(permission))
    }

    /// Whether the role may do everything that another may: a token has at most its owner's role.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        Permission::ALL.into_iter().all(|permission| self.may(permission) || !other.may(permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Administrator, Approver, Auditor, Clerk};

    #[test]
    fn what_gives_power_needs_another_and_what_takes_it_does_not() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (AccessKind::Person, None,                Clerk,         true),
            (AccessKind::Person, None,                Administrator, true),
            (AccessKind::Person, None,                Auditor,       false),
            (AccessKind::Role,   Some(Clerk),         Approver,      true),
            (AccessKind::Role,   Some(Approver),      Clerk,         false),
            (AccessKind::Role,   Some(Auditor),       Clerk,         true),
            (AccessKind::Role,   Some(Clerk),         Auditor,       false),
            (AccessKind::Role,   Some(Administrator), Auditor,       true),
            (AccessKind::Enable, Some(Approver),      Approver,      true),
            (AccessKind::Enable, Some(Auditor),       Auditor,       false),
            (AccessKind::Lock,   Some(Approver),      Approver,      false),
            (AccessKind::Lock,   Some(Administrator), Administrator, true),
            (AccessKind::Reset,  Some(Auditor),       Auditor,       true),
            (AccessKind::Token,  Some(Auditor),       Auditor,       true),
        ];
        for (kind, from, to, want) in rows {
            assert_eq!(kind.needs_another(from, to), want, "{kind:?}: {from:?} to {to:?}");
        }
    }

    #[test]
    fn an_approver_may_all_that_a_clerk_may_and_an_administrator_does_not() {
        assert!(Approver.covers(Clerk) && Approver.covers(Auditor));
        assert!(!Clerk.covers(Approver) && !Clerk.covers(Auditor));
        assert!(!Administrator.covers(Clerk) && !Administrator.covers(Approver));
        assert!(Role::ALL.into_iter().all(|role| role.covers(role)));
    }
}
