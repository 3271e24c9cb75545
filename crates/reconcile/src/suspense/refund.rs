//! A refund after it was decided: where it stands on its way out, and what staff may change of it.
//!
//! Start at [`RefundState`]. The night moves a refund on by what the bank books (`matching/refund.rs`); what staff
//! say of it is a [`RefundChange`], asked for by one person and approved by another ([`RefundRequest`]), since an
//! account that is changed, or a debit that is tied, sends or hides money as surely as the decision itself.

use super::canonical::Canonical;
use super::{ItemId, Person};
use remittance::{Language, Localized, RefundReference};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefundState {
    /// Decided; nobody has told the bank.
    Due,
    /// The bank was given the order; the money has not been seen leaving.
    Exported,
    /// The bank's debit that paid it is tied to it.
    Refunded,
    /// The decision was reversed (红冲) before the money left.
    Reversed,
}

impl RefundState {
    pub const ALL: [Self; 4] = [Self::Due, Self::Exported, Self::Refunded, Self::Reversed];

    /// A word that stays.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Exported => "exported",
            Self::Refunded => "refunded",
            Self::Reversed => "reversed",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether the money is still to leave.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Due | Self::Exported)
    }
}

impl Localized for RefundState {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Due => language.choose("待退款", "Due"),
            Self::Exported => language.choose("已导出，待银行汇出", "Exported"),
            Self::Refunded => language.choose("已退款", "Refunded"),
            Self::Reversed => language.choose("已红冲", "Reversed"),
        })
    }
}

/// What staff say of a refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
pub enum RefundChange {
    /// Whom it goes to, while it is due.
    Payee { name: String, account: String, bank: String },
    /// The bank did not carry the exported order out: it is due again.
    Recall,
    /// This debit paid it, though it does not say so itself.
    Paid { debit: ItemId },
    /// The debit that is tied to it did not pay it.
    NotPaid,
    /// This credit brought it back (退票), though it does not say so itself.
    Returned { credit: ItemId },
}

/// A change that one person asked for and another has to approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    pub change: RefundChange,
    pub note: String,
    pub by: Person,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
}

impl RefundChange {
    /// A word that stays.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Payee { .. } => "payee",
            Self::Recall => "recall",
            Self::Paid { .. } => "paid",
            Self::NotPaid => "not-paid",
            Self::Returned { .. } => "returned",
        }
    }

    /// The states in which it can be done.
    #[must_use]
    pub const fn is_possible(&self, state: RefundState) -> bool {
        match self {
            Self::Payee { .. } => matches!(state, RefundState::Due),
            Self::Recall => matches!(state, RefundState::Exported),
            Self::Paid { .. } => state.is_open(),
            Self::NotPaid | Self::Returned { .. } => matches!(state, RefundState::Refunded),
        }
    }
}

impl Localized for RefundChange {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Payee { .. } => language.choose("更改收款人或账号", "another payee or account"),
            Self::Recall => {
                language.choose("银行未办理，重新退款", "not done by the bank: due again")
            }
            Self::Paid { .. } => language.choose("认定已汇出", "it was paid"),
            Self::NotPaid => language.choose("撤销汇出认定", "it was not paid after all"),
            Self::Returned { .. } => language.choose("认定退票", "it came back"),
        })
    }
}

impl RefundRequest {
    /// What an approval is bound to: the refund, the change and the reason given for it.
    #[must_use]
    pub fn digest(&self, refund: RefundReference) -> String {
        let mut text = Canonical::default();
        text.add(&refund.to_string());
        text.add(self.change.code());
        match &self.change {
            RefundChange::Payee { name, account, bank } => {
                [name, account, bank].into_iter().for_each(|part| text.add(part));
            }
            RefundChange::Paid { debit } => text.add(&debit.to_string()),
            RefundChange::Returned { credit } => text.add(&credit.to_string()),
            RefundChange::Recall | RefundChange::NotPaid => {}
        }
        text.add(&self.note);
        text.add(&self.by.0);
        text.hex()
    }
}

impl fmt::Display for RefundState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
