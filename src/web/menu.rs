//! The menu of the desk: which pages it leads to, and who sees them there.

use super::session::Access;
use crate::suspense::Permission;

/// A page that the menu leads to, in its order.
pub(crate) struct Entry {
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

const READ: Access = Access::Permission(Permission::Read);
const TRAIL: Access = Access::Permission(Permission::ReadTrail);
const PEOPLE: Access = Access::Permission(Permission::AdministerPeople);

/// What the menu shows, where the role may go there.
pub(crate) const PAGES: &[Entry] = &[
    Entry { path: "/", access: READ, zh: "总览", en: "Today" },
    Entry { path: "/queue", access: READ, zh: "挂账处理", en: "Queue" },
    Entry { path: "/approvals", access: READ, zh: "复核", en: "Approvals" },
    Entry { path: "/refunds", access: READ, zh: "退款", en: "Refunds" },
    Entry { path: "/counter", access: READ, zh: "柜台业务", en: "Counter" },
    Entry { path: "/transactions", access: READ, zh: "流水", en: "Transactions" },
    Entry { path: "/notices", access: READ, zh: "通知书", en: "Notices" },
    Entry { path: "/employers", access: READ, zh: "单位", en: "Employers" },
    Entry { path: "/letters", access: READ, zh: "函件", en: "Letters" },
    Entry { path: "/runs", access: READ, zh: "批次", en: "Runs" },
    Entry { path: "/rules", access: READ, zh: "规则", en: "Rules" },
    Entry { path: "/trail", access: TRAIL, zh: "操作日志", en: "Trail" },
    Entry { path: "/access", access: TRAIL, zh: "权限变更", en: "Access" },
    Entry { path: "/people", access: PEOPLE, zh: "人员", en: "People" },
    Entry { path: "/tokens", access: PEOPLE, zh: "接口令牌", en: "Tokens" },
];
