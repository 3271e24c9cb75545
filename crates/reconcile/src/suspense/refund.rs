//! A refund after its decision: its state until payment, and the changes staff may make.
//!
//! Start at [`RefundState`]. A run advances a refund by the bank's bookings (`matching/refund.rs`). Staff make a
//! [`RefundChange`], which one person requests and another approves ([`RefundRequest`]): changing an account or linking
//! a debit can send or hide money as surely as the decision itself.

use super::canonical::Canonical;
use super::{ItemId, Person};
use remittance::{Language, Localized, RefundReference};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The state of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefundState {
    /// Decided; the bank is not told yet.
    Due,
    /// The bank has the order; the money has not been seen leaving.
    Exported,
    /// Linked to the bank's debit that paid it.
    Refunded,
    /// The decision was reversed (红冲) before the money left.
    Reversed,
}

impl RefundState {
    pub const ALL: [Self; 4] = [Self::Due, Self::Exported, Self::Refunded, Self::Reversed];

    /// A permanent code.
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

    /// Whether the money has not left yet.
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

/// A change by staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
pub enum RefundChange {
    /// Its payee, while it is due.
    Payee { name: String, account: String, bank: String },
    /// The bank did not execute the exported order: it is due again.
    Recall,
    /// This debit paid it, though its remark does not say so.
    Paid { debit: ItemId },
    /// The linked debit did not pay it.
    NotPaid,
    /// This credit returned it (退票), though its remark does not say so.
    Returned { credit: ItemId },
}

/// A change that one person requested and another must approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    pub change: RefundChange,
    pub note: String,
    pub by: Person,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
}

impl RefundChange {
    /// A permanent code.
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

    /// The states in which it is allowed.
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
    /// What an approval covers: the refund, the change and its reason.
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
