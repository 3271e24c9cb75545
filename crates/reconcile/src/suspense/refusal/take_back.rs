//! Why a debit cannot have reversed a credit.

use remittance::{Language, Localized};
use std::borrow::Cow;

/// What is wrong with the credit that staff name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeBackFault {
    /// Its account or amount differs, or it came later than the debit.
    Unlike,
    /// Staff decided it; reverse that first.
    ByStaff,
    /// It is neither settled nor open.
    Nowhere,
}

impl Localized for TakeBackFault {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Unlike => language.choose(
                "须为同一收款账户、同额、不晚于本笔的来款",
                "another account, amount or a later day",
            ),
            Self::ByStaff => language.choose("该款由人工处理，请先红冲原处理", "decided by staff"),
            Self::Nowhere => {
                language.choose("该款没有入账，也不在挂账", "neither settled nor open")
            }
        })
    }
}
