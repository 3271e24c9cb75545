//! Why a change of access is not done.

use super::Role;
use std::fmt;

/// Why nobody's access changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessRefusal {
    /// Nobody changes their own access but by their own page.
    Oneself,
    /// Whoever asked does not confirm, nor whose access it is, nor whom the one who asked made fit for it.
    NotAnother,
    /// It is decided already.
    Decided {
        state: &'static str,
    },
    /// The same waits already.
    Waits,
    /// The name to log in with is taken.
    Taken {
        login: String,
    },
    /// A token's role is at most its owner's.
    Beyond {
        role: Role,
        owner: Role,
    },
    LastAdministrator,
    /// They are locked out; a token or a reset would be of no use.
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

    #[must_use]
    pub fn chinese(&self) -> String {
        match self {
            Self::Oneself => "不能更改自己，请另一位管理员办理".to_owned(),
            Self::NotAnother => {
                "须由另一位管理员确认：不能是申请人或本人，其权限也不能是申请人近日办理的"
                    .to_owned()
            }
            Self::Decided { state } => format!("该项权限变更已有结果（{state}）"),
            Self::Waits => "同样的权限变更已在等待确认".to_owned(),
            Self::Taken { login } => format!("用户名 {login} 已被使用"),
            Self::Beyond { role, owner } => format!(
                "令牌的角色（{}）不能超出所属人员的角色（{}）",
                role.chinese(),
                owner.chinese()
            ),
            Self::LastAdministrator => "至少保留一位管理员".to_owned(),
            Self::Locked => "该人员已停用".to_owned(),
        }
    }
}

impl fmt::Display for AccessRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oneself => write!(f, "nobody changes themselves here; ask another administrator"),
            Self::NotAnother => write!(
                f,
                "expected another administrator to confirm: not who asked, not whose access it is, and nobody whose \
                 access the one who asked renewed of late"
            ),
            Self::Decided { state } => {
                write!(f, "the change of access is {state}, expected waiting")
            }
            Self::Waits => write!(f, "the same change waits already"),
            Self::Taken { login } => write!(f, "the login name {login} is taken"),
            Self::Beyond { role, owner } => write!(
                f,
                "expected a role within its owner's, {}, found {}",
                owner.code(),
                role.code()
            ),
            Self::LastAdministrator => write!(f, "expected one administrator to remain"),
            Self::Locked => write!(f, "the person is locked out"),
        }
    }
}
