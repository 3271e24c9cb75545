//! Why an act on an employer's advance balance (单位暂存款) is refused, in both languages.

use remittance::{Language, Localized, Money, PaymentReference, said};
use std::borrow::Cow;
use std::fmt;

/// The obstacle on an advance balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdvanceRefusal {
    /// It holds less than the act takes.
    Short { employer_id: String, held: Money, needed: Money },
    /// Too little of it is free: open notices have the rest reserved.
    Reserved { employer_id: String, free: Money, needed: Money, notices: Vec<PaymentReference> },
    /// It can add money to one notice only: among several the choice would be arbitrary.
    ForSeveral,
    /// The owner is unknown; until somebody names one, the money stays in suspense.
    NoOwner,
}

impl AdvanceRefusal {
    /// A code for programs; kebab-case, kept forever.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Short { .. } => "advance-too-small",
            Self::Reserved { .. } => "advance-reserved",
            Self::ForSeveral => "advance-for-several",
            Self::NoOwner => "no-owner",
        }
    }
}

impl Localized for AdvanceRefusal {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
Self::Short { employer_id, held, needed } => said!(language, "单位暂存款不足：需要{needed}元，余额{held}元", "the advance balance of {employer_id} is {held}, {needed} is needed"),
Self::Reserved { employer_id, free, needed, notices } => said!(language, ("单位暂存款可用余额{free}元，需要{needed}元；其余已由待收款通知书 {} 预留，撤销通知书后释放",
                listed(notices)), ("{free} of the advance balance of {employer_id} is free, {needed} is needed; the rest is \
                 reserved by {}, which waits: revoke_notice gives it free",
                listed(notices))),
Self::ForSeveral => language.choose("连同暂存款核销时，一次只能核销一份通知书", "several notices: expected one where an advance balance adds to the money").into(),
Self::NoOwner => language.choose("尚不知道是哪个单位的款项，不能转入暂存款；请填写单位编号，查明之前留在挂账", "nobody can say whose this is, so it is on nobody's advance balance: name the employer \
                 (--employer ID), or leave it in suspense until it is known").into(),
        }
    }
}

impl fmt::Display for AdvanceRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

fn listed(notices: &[PaymentReference]) -> String {
    notices.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
