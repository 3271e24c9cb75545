//! One payment in a letter: why it is there, how its remark was written, and where its money is.

use super::identity::KnownBy;
use super::outcome::{Solution, Whereabouts};
use crate::remittance::{Money, PaymentReference, Reason};
use crate::report::{MaskedAccount, RemarkText};
use chrono::NaiveDate;

/// One transaction in a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestItem {
    /// The store's id of the transaction; part of the letter's identity.
    pub transaction_id: String,
    /// Its owner, and how that is known (`identify`).
    pub employer_id: String,
    pub known_by: KnownBy,
    pub about: About,
    pub booked_on: NaiveDate,
    pub amount: Money,
    /// The receiving bank and the centre's account there.
    pub bank_name: String,
    pub account: MaskedAccount,
    pub payer_account: MaskedAccount,
    /// The payer's fields, with the parsed parts marked.
    pub remarks: Vec<ReadRemark>,
    /// What exactly does not fit, for the payer; may be empty.
    pub explanation: String,
    pub rules: Vec<BrokenRule>,
    /// The deadline; in a reminder, that of the first letter.
    pub until: Option<NaiveDate>,
    /// When the employer was first told, in a reminder.
    pub reminds_of: Option<NaiveDate>,
    /// For an item in suspense, the notice it names as in the books. For a cleared item, where its money is and
    /// which notices stay open.
    pub whereabouts: Whereabouts,
}

/// Why a transaction is in the letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// It is open; the employer can correct it.
    Suspense(Reason),
    /// It is still open, this many days after the employer was told.
    Reminder(Reason, u32),
    /// It is cleared, but the money has not reached its final place or a notice it was for is open.
    Unfinished(Solution),
    /// It was open and is settled: nothing more to do.
    Settled(Solution),
}

/// A remark as written, with its parsed references, complete and one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRemark {
    pub text: RemarkText,
    pub read: Vec<PaymentReference>,
}

/// A rule of the handbook that the remark broke, with both forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRule {
    /// An advice code of the contract.
    pub code: String,
    /// The handbook's rule, verbatim; `None` if it has none for this.
    pub handbook: Option<HandbookQuote>,
    /// As written.
    pub wrong: String,
    /// As it should be; empty if unknown.
    pub right: String,
}

/// A sentence of the handbook with its number there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandbookQuote {
    pub number: u8,
    pub text: String,
}

impl About {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Suspense(reason) => reason.code(),
            Self::Reminder(_, ..=7) => "reminder",
            Self::Reminder(_, _) => "last-reminder",
            Self::Unfinished(solution) => solution.unfinished_code(),
            Self::Settled(solution) => solution.settled_code(),
        }
    }

    /// The order in a letter: urgent actions first, mere information last.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Suspense(_) => 0,
            Self::Reminder(..) => 1,
            Self::Unfinished(_) => 2,
            Self::Settled(_) => 3,
        }
    }

    /// The same with the open notices known: nothing is settled while a notice it was for is open.
    pub(super) const fn in_view_of(self, whereabouts: &Whereabouts) -> Self {
        match self {
            Self::Settled(solution) | Self::Unfinished(solution) => {
                Self::outcome(solution, whereabouts)
            }
            Self::Suspense(_) | Self::Reminder(..) => self,
        }
    }

    /// The outcome of an item in suspense: settled if the money is final and no notice it was for is open.
    #[must_use]
    pub const fn outcome(solution: Solution, whereabouts: &Whereabouts) -> Self {
        if solution.is_final() && whereabouts.open.is_empty() {
            Self::Settled(solution)
        } else {
            Self::Unfinished(solution)
        }
    }
}

impl DigestItem {
    /// The one open notice that it names.
    #[must_use]
    pub fn only_notice(&self) -> Option<PaymentReference> {
        match self.whereabouts.open.as_slice() {
            [only] if self.whereabouts.named => Some(only.reference),
            _ => None,
        }
    }

    /// Whether the employer must act.
    #[must_use]
    pub const fn asks_for_something(&self) -> bool {
        match self.about {
            About::Suspense(_) | About::Reminder(..) => true,
            About::Unfinished(_) => !self.whereabouts.open.is_empty(),
            About::Settled(_) => false,
        }
    }
}
