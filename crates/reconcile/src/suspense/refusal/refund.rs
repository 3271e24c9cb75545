//! What is wrong about a refund, or about what is asked of it, in both languages.

use remittance::{Language, Localized};
use std::borrow::Cow;

/// What is wrong about a refund, or about a movement that is said to be its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundFault {
    /// Nobody knows the payee's account.
    NoAccount,
    /// What was typed is no account number.
    Account,
    /// Another amount, another direction, a day before it, or the other side is somebody else.
    Movement,
    /// The movement is decided otherwise: it paid something, was returned, or staff decided it.
    Decided,
    /// A change of it waits for approval.
    Waits,
    /// No change of it waits for approval.
    NothingWaits,
    /// Why is not said.
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
