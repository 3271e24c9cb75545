//! The permissions of each role at the desk, as a table.
//!
//! Start at [`Role::may`]. Limits by amount are rules (`rulebook/desk.rs`); no rule can widen this table. Roles that
//! decide about money do not manage people, and the other way round, so that nobody can create their own second person.

pub use crate::rulebook::desk::Role;
use remittance::{Language, Localized};
use std::borrow::Cow;

/// A permission; every page and every verb of the desk requires one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See items, transactions, notices, runs, the rules, and decisions of staff.
    Read,
    /// See full account and identity numbers; each look is in the trail.
    Unmask,
    /// Assign items to people, write notes on them.
    Assign,
    /// Propose an act, change or withdraw one's own proposal.
    Propose,
    /// Approve or send back another's proposal.
    Approve,
    /// Set the address of an employer's letters, lift a block, resend one, report what came back.
    Correspond,
    /// Add people, change roles, lock people out, reset a second factor, make tokens.
    AdministerPeople,
    /// Export lists from the desk as files.
    Export,
    /// Use the JSON interface with a token; each action there also needs its own permission.
    UseApi,
    /// See the audit trail and export it.
    ReadTrail,
}

impl Permission {
    pub const ALL: [Self; 10] = [
        Self::Read,
        Self::Unmask,
        Self::Assign,
        Self::Propose,
        Self::Approve,
        Self::Correspond,
        Self::AdministerPeople,
        Self::Export,
        Self::UseApi,
        Self::ReadTrail,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Unmask => "unmask",
            Self::Assign => "assign",
            Self::Propose => "propose",
            Self::Approve => "approve",
            Self::Correspond => "correspond",
            Self::AdministerPeople => "administer-people",
            Self::Export => "export",
            Self::UseApi => "use-api",
            Self::ReadTrail => "read-trail",
        }
    }
}

impl Localized for Permission {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Read => language.choose("查看", "read"),
            Self::Unmask => language.choose("查看完整号码", "unmask"),
            Self::Assign => language.choose("分派与备注", "assign"),
            Self::Propose => language.choose("提交处理意见", "propose"),
            Self::Approve => language.choose("复核", "approve"),
            Self::Correspond => language.choose("管理函件", "correspond"),
            Self::AdministerPeople => language.choose("人员管理", "administer-people"),
            Self::Export => language.choose("导出", "export"),
            Self::UseApi => language.choose("使用接口", "use-api"),
            Self::ReadTrail => language.choose("查看审计日志", "read-trail"),
        })
    }
}

impl Role {
    #[must_use]
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        #[rustfmt::skip] // A table is read by column.
        let (clerk, approver, administrator, auditor) = match permission {
            P::Read             => (true,  true,  true,  true),
            P::Unmask           => (true,  true,  false, true),
            P::Assign           => (true,  true,  false, false),
            P::Propose          => (true,  true,  false, false),
            P::Approve          => (false, true,  false, false),
            P::Correspond       => (true,  true,  true,  false),
            P::AdministerPeople => (false, false, true,  false),
            P::Export           => (true,  true,  false, true),
            P::UseApi           => (true,  true,  true,  true),
            P::ReadTrail        => (false, true,  true,  true),
        };
        match self {
            Self::Clerk => clerk,
            Self::Approver => approver,
            Self::Administrator => administrator,
            Self::Auditor => auditor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_decides_about_money_and_about_people() {
        for role in Role::ALL {
            let people = role.may(Permission::AdministerPeople);
            let money = role.may(Permission::Propose) || role.may(Permission::Approve);
            assert!(!(people && money), "{role:?}");
        }
    }

    #[test]
    fn an_auditor_reads_all_and_changes_nothing() {
        let changes = [
            Permission::Assign,
            Permission::Propose,
            Permission::Approve,
            Permission::Correspond,
            Permission::AdministerPeople,
        ];
        for permission in Permission::ALL {
            assert_eq!(Role::Auditor.may(permission), !changes.contains(&permission));
        }
    }

    #[test]
    fn rules_let_nobody_do_what_their_role_may_not() {
        let rules = crate::rulebook::desk::shipped().unwrap();
        for limit in &rules.limits {
            assert!(limit.propose.iter().all(|role| role.may(Permission::Propose)), "{}", limit.id);
            assert!(limit.approve.iter().all(|role| role.may(Permission::Approve)), "{}", limit.id);
        }
    }
}
