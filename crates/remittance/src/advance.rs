//! The advance balance 单位暂存款: money of an employer that no notice has yet.
//!
//! Start at [`Centre::credit_advance`](crate::Centre::credit_advance): what staff decide of an overpayment. It pays later notices: a notice
//! reserves a part of it when it is issued ([`FromAdvance`]), and takes it when it is settled by what is
//! missing (`operation/settlement.rs`). It goes back by [`Centre::refund_advance`](crate::Centre::refund_advance).
//!
//! Invariant: what notices that wait have reserved is in the balance; nobody else spends it.

use super::Money;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a notice takes from the advance balance, as its employer says it when it is issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FromAdvance {
    /// As much as is free, up to the notice's amount.
    #[default]
    Auto,
    None,
    /// This much and no less.
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
