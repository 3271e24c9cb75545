//! The results of the night: files, outcomes, the change of the suspense balance, waiting parts, earlier nights.
//!
//! Start at [`Movement`]: opening + new − cleared = closing, and the ledger must agree. All amounts are signed; a
//! settled credit that a bank reversed is open with a negative amount.

use super::{Tally, as_text};
use chrono::NaiveDate;
use remittance::{Money, Outcome, PaymentReference, Total, YearMonth};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// The centre the report is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Centre {
    pub centre_id: String,
    pub name: String,
}

/// What the night ingested, rejected and quarantined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NightFigures {
    pub files_taken: u64,
    pub files_quarantined: u64,
    /// Movements seen for the first time.
    pub transactions_new: u64,
    /// Movements delivered again with the same content: ignored.
    pub seen_before: u64,
    pub rows_rejected: u64,
    pub conflicting_duplicates: u64,
    /// Letters written to employers.
    pub letters: u64,
}

/// The count and sum of the night's movements with this outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeTotal {
    #[serde(serialize_with = "as_text")]
    pub outcome: Outcome,
    #[serde(flatten)]
    pub tally: Tally,
}

/// The suspense balance over the night, and the ledger's figure for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    pub opening: Tally,
    pub new: Tally,
    pub cleared: Tally,
    /// The balance of the suspense account in the ledger, read independently of the items.
    pub ledger: Total,
}

/// A part that waits for the rest of its notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Awaiting {
    #[serde(serialize_with = "as_text")]
    pub reference: PaymentReference,
    pub employer: String,
    pub bank_name: String,
    pub serial: String,
    #[serde(serialize_with = "as_text")]
    pub booked_on: NaiveDate,
    #[serde(serialize_with = "as_text")]
    pub amount: Money,
    /// The notice's full amount.
    #[serde(serialize_with = "as_text")]
    pub due: Money,
    /// The sum received for it so far, with this part.
    #[serde(serialize_with = "as_text")]
    pub received: Total,
    /// The month of the booking, open until `until`.
    #[serde(serialize_with = "as_text")]
    pub month: YearMonth,
    /// The day on which the month is closed; the parts are in suspense if the rest has not come by then.
    #[serde(serialize_with = "as_text")]
    pub until: NaiveDate,
}

/// One night on the trend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NightPoint {
    #[serde(serialize_with = "as_text")]
    pub night: NaiveDate,
    pub opened: Tally,
    pub cleared: Tally,
    pub closing: Tally,
    /// Credits decided that night, and the matched ones among them.
    pub judged: u64,
    pub matched: u64,
}

impl Movement {
    /// Opening + new − cleared.
    #[must_use]
    pub fn closing(&self) -> Tally {
        self.opening.plus(self.new).minus(self.cleared)
    }

    /// Whether the ledger agrees.
    #[must_use]
    pub fn ties(&self) -> bool {
        self.closing().amount == self.ledger
    }

    /// The ledger's figure minus ours; zero if all is well.
    #[must_use]
    pub fn gap(&self) -> Total {
        self.ledger - self.closing().amount
    }
}

impl Serialize for Movement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut movement = serializer.serialize_struct("Movement", 7)?;
        movement.serialize_field("opening", &self.opening)?;
        movement.serialize_field("new", &self.new)?;
        movement.serialize_field("cleared", &self.cleared)?;
        movement.serialize_field("closing", &self.closing())?;
        movement.serialize_field("ledger_amount", &self.ledger.to_string())?;
        movement.serialize_field("gap", &self.gap().to_string())?;
        movement.serialize_field("ties", &self.ties())?;
        movement.end()
    }
}

impl NightPoint {
    /// Matched over decided as `97.5`, in percent rounded down; `None` if nothing was decided.
    #[must_use]
    pub fn matched_percent(&self) -> Option<String> {
        percent(self.matched, self.judged)
    }
}

/// A share in percent with one decimal, rounded down, so that 100.0 means all.
#[must_use]
pub fn percent(part: u64, whole: u64) -> Option<String> {
    let per_mille = (u128::from(part) * 1000).checked_div(u128::from(whole))?;
    Some(format!("{}.{}", per_mille / 10, per_mille % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_balance_ties_to_the_ledger_or_names_the_gap() {
        let tally = |count, fen| Tally { count, amount: Total::from_fen(fen) };
        let movement = Movement {
            opening: tally(3, 900_00),
            new: tally(2, 200_00),
            cleared: tally(1, 100_00),
            ledger: Total::from_fen(1000_00),
        };
        assert_eq!(movement.closing(), tally(4, 1000_00));
        assert!(movement.ties());
        let off = Movement { ledger: Total::from_fen(999_99), ..movement };
        assert!(!off.ties());
        assert_eq!(off.gap().to_string(), "-0.01");
    }

    #[test]
    fn a_share_is_rounded_down() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (0, 0, None), (0, 5, Some("0.0")), (1, 3, Some("33.3")),
            (9_999, 10_000, Some("99.9")), (7, 7, Some("100.0")),
        ];
        for (part, whole, want) in rows {
            assert_eq!(percent(part, whole).as_deref(), want, "{part} of {whole}");
        }
    }
}
