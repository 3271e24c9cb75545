//! Operations of two persons at the counter (柜台业务): one requests them at the desk and another approves.
//!
//! Start at [`CounterOperation::signed`]: the desk sets the two persons and the day, whatever was typed. The remittance
//! domain defines each operation and why it is refused.

use super::canonical::Canonical;
use super::{Person, ProposalState};
use chrono::NaiveDate;
use remittance::operation::{
    AllowLowRates, CorrectIdentity, CorrectPaid, Defer, MergeEmployees, UpdateKey,
};
use remittance::{Bilingual, Id, Language, Localized, Operation};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

macro_rules! of_two_persons {
    ($($variant:ident $code:literal $zh:literal $en:literal)+) => {
        /// An operation that needs two persons; in JSON it is the [`Operation`] itself.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "op", rename_all = "snake_case")]
        pub enum CounterOperation {
            $($variant($variant),)+
        }

        impl CounterOperation {
            /// Each code with its name.
            pub const KINDS: &'static [(&'static str, Bilingual)] =
                &[$(($code, Bilingual::fixed($zh, $en))),+];

            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$variant(_) => $code,)+ }
            }

            #[must_use]
            pub const fn employer_id(&self) -> &Id {
                match self { $(Self::$variant(op) => &op.employer_id,)+ }
            }

            /// The operation for the domain: on this day, by these two.
            #[must_use]
            pub fn signed(&self, on: NaiveDate, by: &str, approved_by: &str) -> Operation {
                match self.clone() {
                    $(Self::$variant(mut op) => {
                        op.on = on;
                        op.by = Some(by.to_owned());
                        op.approved_by = Some(approved_by.to_owned());
                        Operation::$variant(op)
                    })+
                }
            }

            /// The operation as stored: the two persons are kept beside it, and the typed ones are dropped.
            #[must_use]
            pub fn unsigned(mut self) -> Self {
                match &mut self {
                    $(Self::$variant(op) => {
                        op.by = None;
                        op.approved_by = None;
                    })+
                }
                self
            }
        }

        impl Localized for CounterOperation {
            fn in_language(&self, language: Language) -> Cow<'static, str> {
                Cow::Borrowed(match self {
                    $(Self::$variant(_) => language.choose($zh, $en),)+
                })
            }
        }
    };
}

of_two_persons! {
    CorrectPaid "correct_paid" "错缴更正" "Correct what was paid"
    CorrectIdentity "correct_identity" "更正职工身份信息" "Correct an identity"
    MergeEmployees "merge_employees" "合并职工账户" "Merge employee numbers"
    UpdateKey "update_key" "变更单位关键信息" "Change key information"
    Defer "defer" "缓缴" "Defer payment"
    AllowLowRates "allow_low_rates" "降低缴存比例" "Allow low rates"
}

impl CounterOperation {
    /// The name of a code; empty for an unknown one.
    #[must_use]
    pub fn name_of(code: &str) -> Bilingual {
        let known = Self::KINDS.iter().find(|(known, _)| *known == code);
        known.map(|(_, name)| name.clone()).unwrap_or_default()
    }
}

/// A person's request, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterRequest {
    pub request_id: String,
    pub operation: CounterOperation,
    pub asked_by: Person,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub asked_at: i64,
    pub state: ProposalState,
    /// Why it was sent back; otherwise empty.
    pub note: String,
    pub decided: Option<(Person, i64)>,
    /// Who had recently renewed the access of the requester, or of the decider.
    pub asked_renewed_by: Option<Person>,
    pub decided_renewed_by: Option<Person>,
}

impl CounterRequest {
    /// The key of a request: its content (as JSON), its author and its time.
    #[must_use]
    pub fn id_of(operation: &str, asked_by: &Person, asked_at: i64) -> String {
        let mut text = Canonical::default();
        text.add(operation);
        text.add(&asked_by.0);
        text.add(&asked_at.to_string());
        text.hex().chars().take(16).collect()
    }
}
