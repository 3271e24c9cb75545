//! What is wrong with a refund, or with a request about it, in both languages.

use remittance::{Language, Localized};
use std::borrow::Cow;

/// What is wrong with a refund, or with a movement that a request links to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundFault {
    /// The payee's account is unknown.
    NoAccount,
    /// The typed text is no account number.
    Account,
    /// Its amount, direction, day or counterparty does not fit.
    Movement,
    /// The movement is already decided: it paid something, was returned, or staff decided it.
    Decided,
    /// A change of it is pending approval.
    Waits,
    /// No change of it is pending approval.
    NothingWaits,
    /// The reason is missing.
    NoNote,
}

impl Localized for RefundFault {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::NoAccount => language.choose("收款账号不明，请先补登", "the payee's account is not known; give it first"),
            Self::Account => language.choose("收款账号应为数字（可有空格或连字符）", "expected an account number in digits"),
            Self::Movement => language.choose("所指流水的方向、金额、日期或对方账户与该笔退款不符", "expected a movement of its amount, in the right direction, not before it, with the payee"),
            Self::Decided => language.choose("所指流水已作其他处理", "the movement is decided otherwise"),
            Self::Waits => language.choose("已有一项更改待复核，请先处理", "a change of it waits for approval"),
            Self::NothingWaits => language.choose("没有待复核的更改", "no change of it waits for approval"),
            Self::NoNote => language.choose("请写明原因", "expected a note that says why"),
        })
    }
}
