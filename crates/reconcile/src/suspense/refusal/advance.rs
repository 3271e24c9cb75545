//! Why an act that touches an employer's advance balance (单位暂存款) is not done, in both languages.

use remittance::{Money, PaymentReference};
use std::fmt;

/// What is in the way on an advance balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdvanceRefusal {
    /// It holds less than is to be taken from it.
    Short { employer_id: String, held: Money, needed: Money },
    /// What is free of it is too little: notices that wait have the rest reserved.
    Reserved { employer_id: String, free: Money, needed: Money, notices: Vec<PaymentReference> },
    /// What it adds goes to one notice: of several nobody could say which.
    ForSeveral,
    /// Nobody says whose it is; until somebody does, the money stays in suspense.
    NoOwner,
}

impl AdvanceRefusal {
    /// A word for programs; kebab-case, kept forever.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Short { .. } => "advance-too-small",
            Self::Reserved { .. } => "advance-reserved",
            Self::ForSeveral => "advance-for-several",
            Self::NoOwner => "no-owner",
        }
    }

    pub(super) fn chinese(&self) -> String {
        match self {
            Self::Short { held, needed, .. } => {
                format!("单位暂存款不足：需要{needed}元，余额{held}元")
            }
            Self::Reserved { free, needed, notices, .. } => format!(
                "单位暂存款可用余额{free}元，需要{needed}元；其余已由待收款通知书 {} 预留，撤销通知书后释放",
                listed(notices)
            ),
            Self::ForSeveral => "连同暂存款核销时，一次只能核销一份通知书".to_owned(),
            Self::NoOwner => {
                "尚不知道是哪个单位的款项，不能转入暂存款；请填写单位编号，查明之前留在挂账"
                    .to_owned()
            }
        }
    }
}

impl fmt::Display for AdvanceRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { employer_id, held, needed } => {
                write!(f, "the advance balance of {employer_id} is {held}, {needed} is needed")
            }
            Self::Reserved { employer_id, free, needed, notices } => write!(
                f,
                "{free} of the advance balance of {employer_id} is free, {needed} is needed; the rest is \
                 reserved by {}, which waits: revoke_notice gives it free",
                listed(notices)
            ),
            Self::ForSeveral => {
                f.write_str("several notices: expected one where an advance balance adds to the money")
            }
            Self::NoOwner => f.write_str(
                "nobody can say whose this is, so it is on nobody's advance balance: name the employer \
                 (--employer ID), or leave it in suspense until it is known",
            ),
        }
    }
}

fn listed(notices: &[PaymentReference]) -> String {
    notices.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
