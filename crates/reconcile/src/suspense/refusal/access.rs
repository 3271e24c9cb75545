//! Why a change of access is refused.

use super::super::AccessState;
use super::Role;
use remittance::{Language, Localized, said};
use std::borrow::Cow;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessRefusal {
    /// People change their own access only on their own page.
    Oneself,
    /// The requester, the person concerned, and anyone whom the requester qualified for this may not confirm.
    NotAnother,
    /// It is already decided.
    Decided {
        state: AccessState,
    },
    /// The same request is already pending.
    Waits,
    /// The login name is taken.
    Taken {
        login: String,
    },
    /// A token's role is at most its owner's.
    Beyond {
        role: Role,
        owner: Role,
    },
    LastAdministrator,
    /// They are locked out; a token or a reset would be useless.
    Locked,
}

impl AccessRefusal {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Oneself => "own-access",
            Self::NotAnother => "not-another-administrator",
            Self::Decided { .. } => "access-decided",
            Self::Waits => "access-waits",
            Self::Taken { .. } => "login-taken",
            Self::Beyond { .. } => "beyond-owner",
            Self::LastAdministrator => "last-administrator",
            Self::Locked => "person-locked",
        }
    }
}

impl Localized for AccessRefusal {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Oneself => said!(
                language,
                "不能更改自己，请另一位管理员办理",
                "nobody changes themselves here; ask another administrator"
            ),
            Self::NotAnother => said!(
                language,
                "须由另一位管理员确认：不能是申请人或本人，其权限也不能是申请人近日办理的",
                "expected another administrator to confirm: not who asked, not whose access it is, and nobody whose \
                 access the one who asked renewed of late"
            ),
            Self::Decided { state } => said!(
                language,
                ("该项权限变更已有结果（{}）", state.in_language(language)),
                ("the change of access is {}, expected waiting", state.code())
            ),
            Self::Waits => {
                said!(language, "同样的权限变更已在等待确认", "the same change waits already")
            }
            Self::Taken { login } => {
                said!(language, "用户名 {login} 已被使用", "the login name {login} is taken")
            }
            Self::Beyond { role, owner } => said!(
                language,
                (
                    "令牌的角色（{}）不能超出所属人员的角色（{}）",
                    role.in_language(language),
                    owner.in_language(language)
                ),
                ("expected a role within its owner's, {}, found {}", owner.code(), role.code())
            ),
            Self::LastAdministrator => {
                said!(language, "至少保留一位管理员", "expected one administrator to remain")
            }
            Self::Locked => said!(language, "该人员已停用", "the person is locked out"),
        }
    }
}

impl fmt::Display for AccessRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}
