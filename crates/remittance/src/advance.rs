//! The advance balance 单位暂存款: an employer's money that no notice has used yet.
//!
//! Start at [`Centre::credit_advance`](crate::Centre::credit_advance): staff credit an overpayment. The balance pays
//! later notices: a notice reserves a part when it is issued ([`FromAdvance`]), and takes what is missing when it is
//! settled (`operation/settlement.rs`). [`Centre::refund_advance`](crate::Centre::refund_advance) returns it.
//!
//! Invariant: the balance covers what open notices have reserved; nobody else spends that.

use super::Money;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a notice takes from the advance balance; the employer says so when it issues the notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FromAdvance {
    /// All that is free, up to the notice's amount.
    #[default]
    Auto,
    None,
    /// Exactly this much.
    Amount(Money),
}

impl Serialize for FromAdvance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::None => serializer.serialize_str("none"),
            Self::Amount(amount) => amount.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for FromAdvance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::None),
            amount => Money::from_yuan(amount).map(Self::Amount).map_err(|error| {
                de::Error::custom(format!("from_advance {text:?}: {error}; or auto, or none"))
            }),
        }
    }
}
