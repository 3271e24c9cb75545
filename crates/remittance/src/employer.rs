//! The employer (缴存单位) as reconciliation knows it: who it is and how to reach it.

use super::email::Addresses;

/// One employer; every field but the first two may be unknown (`None`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Employer {
    pub employer_id: String,
    pub name: String,
    /// 统一社会信用代码.
    pub uscc: Option<String>,
    /// Where letters go, as it was typed: [`Addresses`] reads it. Without an address letters go on paper.
    pub email: Option<String>,
    /// 经办人.
    pub contact: Option<String>,
    pub mobile: Option<String>,
    /// Accounts it is known to pay from.
    pub payer_accounts: Vec<String>,
}

impl Employer {
    /// Whether an address stands in its field, beside whatever else.
    #[must_use]
    pub fn has_address(&self) -> bool {
        self.email.as_deref().is_some_and(|typed| !Addresses::read(typed).good.is_empty())
    }
}
