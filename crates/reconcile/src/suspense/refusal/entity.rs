//! The things that a request names: one may be missing, named twice, or not named at all.

use remittance::{Language, Localized};
use std::borrow::Cow;
use std::fmt;

/// A kind of thing in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityKind {
    AccessChange,
    Call,
    Centre,
    CounterOperation,
    Employer,
    Import,
    Item,
    /// An item that is on the named proposal.
    ItemOfProposal,
    Letter,
    /// A rule that limits a role's decisions.
    Limit,
    /// Received mail.
    Message,
    /// Received mail that nobody has handled.
    WaitingMessage,
    Note,
    Notice,
    Person,
    Proposal,
    Reason,
    Refund,
    Role,
    Share,
    Table,
    /// A token that is not revoked.
    TokenInForce,
    Transaction,
}

impl Localized for EntityKind {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::AccessChange => language.choose("权限变更", "change of access"),
            Self::Call => language.choose("待联系单位的款项", "call"),
            Self::Centre => language.choose("公积金中心", "centre"),
            Self::CounterOperation => language.choose("柜台业务", "counter operation"),
            Self::Employer => language.choose("单位", "employer"),
            Self::Import => language.choose("导入", "import"),
            Self::Item => language.choose("挂账", "item"),
            Self::ItemOfProposal => language.choose("挂账", "item of this proposal"),
            Self::Letter => language.choose("函件", "letter"),
            Self::Limit => language.choose("权限规则", "limit"),
            Self::Message => language.choose("来信", "message"),
            Self::WaitingMessage => language.choose("待处理的来信", "message that waits"),
            Self::Note => language.choose("备注", "note"),
            Self::Notice => language.choose("通知书", "notice"),
            Self::Person => language.choose("人员", "person"),
            Self::Proposal => language.choose("处理意见", "proposal"),
            Self::Reason => language.choose("原因", "reason"),
            Self::Refund => language.choose("退款", "refund"),
            Self::Role => language.choose("角色", "role"),
            Self::Share => language.choose("分配", "share"),
            Self::Table => language.choose("数据表", "table"),
            Self::TokenInForce => language.choose("有效的接口令牌", "token in force"),
            Self::Transaction => language.choose("流水", "transaction"),
        })
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}
