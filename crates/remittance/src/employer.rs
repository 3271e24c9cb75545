//! The employer (缴存单位) for reconciliation: its identity and contact data.

use super::email::Addresses;

/// One employer; every field but the first two may be unknown (`None`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Employer {
    pub employer_id: String,
    pub name: String,
    /// 统一社会信用代码.
    pub uscc: Option<String>,
    /// Where letters go, as typed: [`Addresses`] parses it. Without an address, letters are printed.
    pub email: Option<String>,
    /// 经办人.
    pub contact: Option<String>,
    pub mobile: Option<String>,
    /// Accounts that it usually pays from.
    pub payer_accounts: Vec<String>,
}

impl Employer {
    /// Whether its field holds an address, whatever else is in it.
    #[must_use]
    pub fn has_address(&self) -> bool {
        self.email.as_deref().is_some_and(|typed| !Addresses::read(typed).good.is_empty())
    }
}
