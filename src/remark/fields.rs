//! One claim from all the texts a bank gives with a movement.
//!
//! Start at [`Reader::claim_fields`]. Fields are read in the order of the bank's profile:
//! - A certain reference wins over everything probable in other fields, so that ten bare digits in
//!   a bank's own note do no harm, whichever field comes first.
//! - Different certain references, in different fields or in one, are several; a field that names
//!   several is not overruled by another that repeats one of them, since the others were named too.
//! - With nothing certain, equal probable readings are one, different ones are several.
//! - A cut-off reference counts only where no field has anything better.

use super::{Claim, Reader, Verdict};
use crate::remark::find::Rank;
use crate::remittance::{PaymentReference, RemarkField, Remarks};

/// What all fields say together, and the first field that says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldClaim {
    pub claim: Claim,
    pub field: Option<RemarkField>,
}

/// What the fields read so far amount to.
struct Sum {
    claim: Claim,
    /// Whether the claim rests on a certain reading.
    strong: bool,
    field: Option<RemarkField>,
}

impl Reader {
    /// Reads the fields in `order` and says what they claim together.
    #[must_use]
    pub fn claim_fields(&self, remarks: &Remarks<'_>, order: &[RemarkField]) -> FieldClaim {
        let mut sum = Sum { claim: Claim::None, strong: false, field: None };
        for field in order {
            let text = remarks.field(*field);
            if text.is_empty() {
                continue;
            }
            let (claim, strong) = self.weighed(text);
            sum.add(claim, strong, *field);
        }
        FieldClaim { claim: sum.claim, field: sum.field }
    }

    /// A field's claim, and whether a certain reading is in it.
    fn weighed(&self, text: &str) -> (Claim, bool) {
        if let Some(claim) = self.quick.claim(text) {
            let strong = matches!(claim, Claim::Certain(_));
            return (claim, strong);
        }
        let verdict = self.tally(text).verdict();
        let strong = match &verdict {
            Verdict::One(found) => found.rank == Rank::Certain,
            Verdict::Several(several) => several.iter().any(|found| found.rank == Rank::Certain),
            Verdict::None | Verdict::Truncated(_) => false,
        };
        (Claim::of(&verdict), strong)
    }
}

impl Sum {
    fn add(&mut self, claim: Claim, strong: bool, field: RemarkField) {
        let weight = |claim: &Claim, strong: bool| match claim {
            Claim::None => 0,
            Claim::Truncated => 1,
            Claim::Certain(_) | Claim::Probable(_) | Claim::Several(_) => 2 + u8::from(strong),
        };
        let (old, new) = (weight(&self.claim, self.strong), weight(&claim, strong));
        if new > old {
            *self = Self { claim, strong, field: Some(field) };
        } else if new == old && new >= 2 {
            self.merge(&claim);
        }
    }

    /// Adds the references of a claim of the same weight.
    fn merge(&mut self, claim: &Claim) {
        let known = self.claim.references();
        let fresh: Vec<PaymentReference> =
            claim.references().iter().filter(|one| !known.contains(one)).copied().collect();
        if !fresh.is_empty() {
            self.claim = Claim::Several(known.iter().copied().chain(fresh).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_certain_field_wins_unless_certain_fields_differ() {
        let reader = Reader::shipped();
        const A: &str = "P1906133753";
        const B: &str = "P1906133754";
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // 附言            用途              摘要            claim                field
            ("",               "",               "",             "none",              ""),
            (A,                "",               "转账",         "certain P1906133753", "附言"),
            ("",               A,                "",             "certain P1906133753", "用途"),
            ("公积金",          A,                A,              "certain P1906133753", "用途"),
            (A,                B,                "",             "several P1906133753 P1906133754", "附言"),
            // Probable readings never stand against a certain one, wherever they are.
            ("1906133754",     A,                "",             "certain P1906133753", "用途"),
            (A,                "",               "1906133754",   "certain P1906133753", "附言"),
            ("P19O6133754",    "",               A,              "certain P1906133753", "摘要"),
            (A,                "1906133755 1906133754", "",      "certain P1906133753", "附言"),
            // Only probable ones: equal is one, different are several.
            ("1906133753",     "HP1906133753",   "",             "probable P1906133753", "附言"),
            ("1906133753",     "1906133754",     "",             "several P1906133753 P1906133754", "附言"),
            // A field that names several is not overruled by one that repeats one of them.
            ("P1906133753、P1906133754", A,      "",             "several P1906133753 P1906133754", "附言"),
            (A, "P1906133753、P1906133754",      "",             "several P1906133753 P1906133754", "附言"),
            (A, "P1906133753、P1906133753",      "",             "certain P1906133753", "附言"),
            // A cut-off one counts only where nothing is better.
            ("P190613375",     "公积金",          "",             "truncated",         "附言"),
            ("P190613375",     "1906133753",     "",             "probable P1906133753", "用途"),
            ("P190613375",     "",               A,              "certain P1906133753", "摘要"),
            // A reference is never put together from two fields.
            ("P19061",         "33753",          "",             "truncated",         "附言"),
        ];
        for (postscript, purpose, summary, want, field) in rows {
            let remarks = Remarks { postscript, purpose, summary, note: "" };
            let got = reader.claim_fields(&remarks, &RemarkField::DEFAULT_ORDER);
            let names: Vec<String> =
                got.claim.references().iter().map(ToString::to_string).collect();
            let word = match got.claim {
                Claim::None => "none",
                Claim::Truncated => "truncated",
                Claim::Certain(_) => "certain",
                Claim::Probable(_) => "probable",
                Claim::Several(_) => "several",
            };
            let text = format!("{word} {}", names.join(" "));
            let found = got.field.map_or("", RemarkField::chinese);
            assert_eq!(
                (text.trim_end(), found),
                (want, field),
                "{postscript:?} {purpose:?} {summary:?}"
            );
        }
    }

    #[test]
    fn the_order_is_the_bank_profiles() {
        let remarks =
            Remarks { postscript: "1906133753", note: "HP1906133753", ..Remarks::default() };
        let order = [RemarkField::Note, RemarkField::Postscript];
        let got = Reader::shipped().claim_fields(&remarks, &order);
        assert_eq!(got.field, Some(RemarkField::Note));
    }
}
