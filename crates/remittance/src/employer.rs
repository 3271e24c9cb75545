//! The employer (缴存单位) as reconciliation knows it: who it is and how to reach it.

/// One employer; every field but the first two may be unknown (`None`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Employer {
    pub employer_id: String,
    pub name: String,
    /// 统一社会信用代码.
    pub uscc: Option<String>,
    /// Where letters go; without it no letter is written.
    pub email: Option<String>,
    /// 经办人.
    pub contact: Option<String>,
    pub mobile: Option<String>,
    /// Accounts it is known to pay from.
    pub payer_accounts: Vec<String>,
}
