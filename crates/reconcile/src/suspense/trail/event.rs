//! The events of the audit trail, with code and name in both languages.
//!
//! A code is kept forever. Any trail can be read, because only what is read can be checked: a word that this release
//! does not know is [`TrailEvent::Other`].

use remittance::{Bilingual, Language, Localized};
use std::borrow::Cow;
use std::fmt;

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident $code:literal $zh:literal $en:literal)+) => {
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum TrailEvent {
            $($(#[$doc])* $variant,)+
            /// Written by another release or by hand: it is hashed and shown unchanged.
            Other(Box<str>),
        }

        impl TrailEvent {
            /// Each event known to this release, by code.
            pub const KNOWN: &'static [(&'static str, Bilingual)] =
                &[$(($code, Bilingual::fixed($zh, $en))),+];

            /// The stored word.
            #[must_use]
            pub fn code(&self) -> &str {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Other(word) => word,
                }
            }

            #[must_use]
            pub fn from_code(code: &str) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    word => Self::Other(word.into()),
                }
            }
        }

        impl Localized for TrailEvent {
            fn in_language(&self, language: Language) -> Cow<'static, str> {
                match self {
                    $(Self::$variant => language.choose($zh, $en).into(),)+
                    Self::Other(word) => word.to_string().into(),
                }
            }
        }
    };
}

#[rustfmt::skip] // A table is read by column.
events! {
    Assigned "assigned" "分派" "assigned"
    Released "released" "取消分派" "released"
    Noted "noted" "备注" "noted"
    Proposed "proposed" "提交处理意见" "proposed"
    Edited "edited" "修改处理意见" "edited"
    Withdrawn "withdrawn" "撤回处理意见" "withdrawn"
    SentBack "sent-back" "退回" "sent back"
    Approved "approved" "复核通过" "approved"
    ApprovedFirst "approved-first" "第一复核通过" "approved once"
    Reversed "reversed" "红冲" "reversed"
    Resolved "resolved" "命令行处理" "resolved at the command line"
    RefundAsked "refund-asked" "提出更改退款" "change of a refund asked for"
    RefundDropped "refund-dropped" "退款更改未通过" "change of a refund dropped"
    RefundChanged "refund-changed" "更改退款" "refund changed"
    RefundPaid "refund-paid" "退款已汇出" "refund paid"
    RefundReturned "refund-returned" "退款被退回" "refund came back"
    CounterAsked "counter-asked" "提交柜台业务" "counter operation asked for"
    CounterApproved "counter-approved" "柜台业务复核通过" "counter operation approved"
    CounterSentBack "counter-sent-back" "退回柜台业务" "counter operation sent back"
    CounterWithdrawn "counter-withdrawn" "撤回柜台业务" "counter operation withdrawn"
    Woken "woken" "暂缓到期" "woken"
    Unmasked "unmasked" "查看完整号码" "unmasked"
    Exported "exported" "导出" "exported"
    LoggedIn "logged-in" "登录" "logged in"
    LoginFailed "login-failed" "登录失败" "login failed"
    LoggedOut "logged-out" "退出登录" "logged out"
    PersonAdded "person-added" "新增人员" "person added"
    PersonChanged "person-changed" "变更人员" "person changed"
    PersonLocked "person-locked" "停用人员" "person locked"
    PasswordChanged "password-changed" "修改密码" "password changed"
    SecondFactorChanged "second-factor-changed" "变更动态口令" "second factor changed"
    TokenMade "token-made" "生成接口令牌" "token made"
    AccessAsked "access-asked" "申请权限变更" "change of access asked for"
    AccessConfirmed "access-confirmed" "确认权限变更" "change of access confirmed"
    AccessDropped "access-dropped" "取消权限变更" "change of access dropped"
    TokenRevoked "token-revoked" "作废接口令牌" "token revoked"
    AddressSet "address-set" "登记函件地址" "address for letters set"
    AddressConfirmed "address-confirmed" "确认函件地址" "address for letters confirmed"
    LetterRetried "letter-retried" "重发函件" "letter sent again"
    Called "called" "电话联系单位" "employer called"
    LettersHeld "letters-held" "暂扣函件" "letters held"
    LettersReleased "letters-released" "放行函件" "letters released"
    LettersDropped "letters-dropped" "撤下函件" "letters dropped"
    AddressBlocked "address-blocked" "停用函件地址" "address for letters blocked"
    AddressKept "address-kept" "保留函件地址" "address for letters kept in use"
    MailDealtWith "mail-dealt-with" "处理来信" "mail that came in dealt with"
    RulesChanged "rules-changed" "规则变更" "rules changed"
    FeedWithdrawn "feed-withdrawn" "撤回流水文件" "delivery withdrawn"
    /// A run that changed the books: their state, for keepers of the trail's head.
    Night "night" "夜间对账" "night"
    /// A run found an altered row, and did not use it for a decision.
    RowHeld "row-held" "数据被改动，暂停处理" "row held, it was changed by hand"
    AdviceDeclined "advice-declined" "单位退订填写提示" "advice declined"
    AddressesUnblocked "addresses-unblocked" "批量恢复函件地址" "addresses for letters unblocked"
    WaysSet "ways-set" "登记函件送达方式" "ways for letters set"
    Imported "imported" "导入名单" "list imported"
    ImportUndone "import-undone" "撤销导入" "import taken back"
}

impl From<&str> for TrailEvent {
    fn from(code: &str) -> Self {
        Self::from_code(code)
    }
}

impl fmt::Display for TrailEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
