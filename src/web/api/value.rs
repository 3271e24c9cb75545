//! Values in the API's JSON, all as text: money, days, instants, references and codes.
//!
//! Each has its own type, so that an answer cannot contain a bare amount or day, and the description defines its
//! format in one place. Codes come from the domain's lists, so a new one is described at once.

use crate::alert;
use crate::remittance::{self, Money, NoticeStage, PaymentReference, Total, YearMonth, wire};
use crate::suspense;
use chrono::{DateTime, NaiveDate, SecondsFormat};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Yuan with two decimals, as text: no float ever holds money.
#[derive(Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = r"^-?[0-9]+\.[0-9]{2}$", examples("1200.00"))]
pub(crate) struct Amount(Total);

/// A day in China.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Date)]
pub(crate) struct Day(#[serde(with = "wire::day")] pub(crate) NaiveDate);

#[derive(Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}$")]
pub(crate) struct Month(YearMonth);

/// UTC.
#[derive(Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = DateTime)]
pub(crate) struct Instant(String);

/// A payment reference (缴款登记号).
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = "^P[0-9]{10}$")]
pub(crate) struct Reference(pub(crate) PaymentReference);

/// The centre's account and the bank's serial, ACCOUNT/SERIAL.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = "^[^/]+/.+$")]
pub(crate) struct ItemId(pub(crate) suspense::ItemId);

impl From<Money> for Amount {
    fn from(amount: Money) -> Self {
        Self(amount.into())
    }
}

impl From<Total> for Amount {
    fn from(amount: Total) -> Self {
        Self(amount)
    }
}

impl From<NaiveDate> for Day {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl From<YearMonth> for Month {
    fn from(month: YearMonth) -> Self {
        Self(month)
    }
}

impl Instant {
    /// The instant these seconds after 1970-01-01T00:00:00Z, in RFC 3339.
    pub(crate) fn of(seconds: i64) -> Self {
        let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        Self(at.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl From<PaymentReference> for Reference {
    fn from(reference: PaymentReference) -> Self {
        Self(reference)
    }
}

impl From<&suspense::ItemId> for ItemId {
    fn from(id: &suspense::ItemId) -> Self {
        Self(id.clone())
    }
}

/// A domain value with a code, and the list of all codes.
macro_rules! codes {
    ($($name:ident($value:ty): $all:expr;)+) => {$(
        pub(crate) struct $name($value);

        impl From<$value> for $name {
            fn from(value: $value) -> Self {
                Self(value)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.code())
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let codes = $all.into_iter().map(|value: $value| value.code());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

codes! {
    Reason(remittance::Reason): remittance::Reason::ALL;
    Stage(suspense::Stage): suspense::Stage::ALL;
    Outcome(remittance::Outcome): remittance::Outcome::ALL;
    NoticeStatus(NoticeStage): NoticeStage::ALL;
    ProposalState(suspense::ProposalState): suspense::ProposalState::ALL;
    LetterState(alert::LetterState): alert::LetterState::ALL;
}
