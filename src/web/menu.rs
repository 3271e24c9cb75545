//! The menu of the desk: its pages and who sees them.

use super::session::Access;
use crate::remittance::Bilingual;
use crate::suspense::Permission;

/// A page in the menu, in order.
pub(crate) struct MenuPage {
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) name: Bilingual,
}

const READ: Access = Access::Permission(Permission::Read);
const TRAIL: Access = Access::Permission(Permission::ReadTrail);
const PEOPLE: Access = Access::Permission(Permission::AdministerPeople);

/// The entries, shown if the role may open them.
pub(crate) static PAGES: &[MenuPage] = &[
    MenuPage { path: "/", access: READ, name: Bilingual::fixed("总览", "Today") },
    MenuPage { path: "/queue", access: READ, name: Bilingual::fixed("挂账处理", "Queue") },
    MenuPage { path: "/approvals", access: READ, name: Bilingual::fixed("复核", "Approvals") },
    MenuPage { path: "/refunds", access: READ, name: Bilingual::fixed("退款", "Refunds") },
    MenuPage { path: "/counter", access: READ, name: Bilingual::fixed("柜台业务", "Counter") },
    MenuPage {
        path: "/transactions",
        access: READ,
        name: Bilingual::fixed("流水", "Transactions"),
    },
    MenuPage { path: "/notices", access: READ, name: Bilingual::fixed("通知书", "Notices") },
    MenuPage { path: "/employers", access: READ, name: Bilingual::fixed("单位", "Employers") },
    MenuPage { path: "/letters", access: READ, name: Bilingual::fixed("函件", "Letters") },
    MenuPage { path: "/runs", access: READ, name: Bilingual::fixed("批次", "Runs") },
    MenuPage { path: "/rules", access: READ, name: Bilingual::fixed("规则", "Rules") },
    MenuPage { path: "/trail", access: TRAIL, name: Bilingual::fixed("操作日志", "Trail") },
    MenuPage { path: "/access", access: TRAIL, name: Bilingual::fixed("权限变更", "Access") },
    MenuPage { path: "/people", access: PEOPLE, name: Bilingual::fixed("人员", "People") },
    MenuPage { path: "/tokens", access: PEOPLE, name: Bilingual::fixed("接口令牌", "Tokens") },
];
