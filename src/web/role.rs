//! Who may do what at the desk.

/// What a member of staff is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Clerk,
    Approver,
    Administrator,
    Auditor,
}

/// What a route asks of whoever comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Read,
    Propose,
    Approve,
    ManagePeople,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Clerk, Self::Approver, Self::Administrator, Self::Auditor];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Approver => "approver",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    #[must_use]
    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Read => true,
            Permission::Propose => matches!(self, Self::Clerk | Self::Approver),
            Permission::Approve => matches!(self, Self::Approver),
            Permission::ManagePeople => matches!(self, Self::Administrator),
        }
    }
}
