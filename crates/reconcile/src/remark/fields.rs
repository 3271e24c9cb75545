//! One claim from all texts of a movement.
//!
//! Start at [`Reader::claim_fields`]. Fields are read in the order of the bank's profile:
//! - A certain reference wins over everything probable in other fields, so that ten bare digits in a bank's own note do
//!   no harm, whichever field comes first.
//! - Different certain references, in different fields or in one, are several; a field that names several is not
//!   overruled by another that repeats one of them, because it named the others too.
//! - Without a certain one, equal probable readings are one, different ones are several.
//! - Several are all certain only if each is certain in some field.
//! - A truncated reference counts only if no field has anything better.

use super::{Claim, Judgement, Reader};
use crate::remark::find::Rank;
use remittance::{PaymentReference, RemarkField, Remarks};

/// The claim of all fields together, and the first field with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldClaim {
    pub claim: Claim,
    pub field: Option<RemarkField>,
}

/// The result of the fields read so far.
struct Sum {
    weighed: Weighed,
    field: Option<RemarkField>,
}

/// The claim of one field, or of several together.
struct Weighed {
    claim: Claim,
    /// Whether the claim rests on a certain reading.
    strong: bool,
    /// Of several references, those that need a repair.
    doubtful: Vec<PaymentReference>,
}

impl Reader {
    /// Parses the fields in `order` and returns their common claim.
    #[must_use]
    pub fn claim_fields(&self, remarks: &Remarks<'_>, order: &[RemarkField]) -> FieldClaim {
        let nothing = Weighed { claim: Claim::None, strong: false, doubtful: Vec::new() };
        let mut sum = Sum { weighed: nothing, field: None };
        for field in order {
            let text = remarks.field(*field);
            if text.is_empty() {
                continue;
            }
            sum.add(self.weighed(text), *field);
        }
        FieldClaim { claim: sum.weighed.claim, field: sum.field }
    }

    /// A field's claim, and whether it contains a certain reading.
    fn weighed(&self, text: &str) -> Weighed {
        if let Some(claim) = self.quick.claim(text) {
            let strong = matches!(claim, Claim::Certain(_));
            return Weighed { claim, strong, doubtful: Vec::new() };
        }
        let verdict = self.tally(text).verdict();
        let strong = match &verdict {
            Judgement::One(found) => found.rank == Rank::Certain,
            Judgement::Several(several) => several.iter().any(|found| found.rank == Rank::Certain),
            Judgement::None | Judgement::Truncated(_) => false,
        };
        let doubtful = match &verdict {
            Judgement::Several(several) => {
                let repaired = several.iter().filter(|found| found.rank != Rank::Certain);
                repaired.filter_map(|found| found.reference).collect()
            }
            Judgement::None | Judgement::Truncated(_) | Judgement::One(_) => Vec::new(),
        };
        Weighed { claim: Claim::of(&verdict), strong, doubtful }
    }
}

impl Weighed {
    const fn weight(&self) -> u8 {
        match self.claim {
            Claim::None => 0,
            Claim::Truncated => 1,
            Claim::Certain(_)
            | Claim::Probable(_)
            | Claim::Several(_)
            | Claim::SeveralDoubtful(_) => {
                if self.strong {
                    3
                } else {
                    2
                }
            }
        }
    }
}

impl Sum {
    fn add(&mut self, weighed: Weighed, field: RemarkField) {
        let (old, new) = (self.weighed.weight(), weighed.weight());
        if new > old {
            *self = Self { weighed, field: Some(field) };
        } else if new == old && new >= 2 {
            self.merge(&weighed);
        }
    }

    /// Adds the references of a claim of the same weight.
    fn merge(&mut self, other: &Weighed) {
        let ours = &mut self.weighed;
        let known = ours.claim.references();
        let other_names = other.claim.references();
        let fresh: Vec<PaymentReference> =
            other_names.iter().filter(|one| !known.contains(one)).copied().collect();
        let elsewhere =
            |one: &PaymentReference| other_names.contains(one) && !other.doubtful.contains(one);
        let all: Box<[PaymentReference]> = known.iter().copied().chain(fresh.clone()).collect();
        ours.doubtful.retain(|one| !elsewhere(one));
        ours.doubtful.extend(fresh.into_iter().filter(|one| other.doubtful.contains(one)));
        if all.len() > 1 {
            let certain = ours.strong && ours.doubtful.is_empty();
            ours.claim = if certain { Claim::Several(all) } else { Claim::SeveralDoubtful(all) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use remittance::{Language, Localized};
    use std::borrow::Cow;

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
            // Probable readings never compete with a certain one, wherever they are.
            ("1906133754",     A,                "",             "certain P1906133753", "用途"),
            (A,                "",               "1906133754",   "certain P1906133753", "附言"),
            ("P19O6133754",    "",               A,              "certain P1906133753", "摘要"),
            (A,                "1906133755 1906133754", "",      "certain P1906133753", "附言"),
            // Only probable ones: equal ones are one, different ones are several.
            ("1906133753",     "HP1906133753",   "",             "probable P1906133753", "附言"),
            ("1906133753",     "1906133754",     "",             "doubtful P1906133753 P1906133754", "附言"),
            ("1906133753 1906133754", "",        "",             "doubtful P1906133753 P1906133754", "附言"),
            // One repaired reference among several makes them doubtful, unless a field writes it correctly.
            ("P1906133753 P19O6133754", "",      "",             "doubtful P1906133753 P1906133754", "附言"),
            ("P1906133753 P19O6133754 P1906133754", "", "",      "several P1906133753 P1906133754", "附言"),
            ("P1906133753 P19O6133754", B,       "",             "several P1906133753 P1906133754", "附言"),
            ("P1906133753 P19O6133754", "P1906133755", "",       "doubtful P1906133753 P1906133754 P1906133755", "附言"),
            // A field that names several is not overruled by one that repeats one of them.
            ("P1906133753、P1906133754", A,      "",             "several P1906133753 P1906133754", "附言"),
            (A, "P1906133753、P1906133754",      "",             "several P1906133753 P1906133754", "附言"),
            (A, "P1906133753、P1906133753",      "",             "certain P1906133753", "附言"),
            // A truncated one counts only if nothing is better.
            ("P190613375",     "公积金",          "",             "truncated",         "附言"),
            ("P190613375",     "1906133753",     "",             "probable P1906133753", "用途"),
            ("P190613375",     "",               A,              "certain P1906133753", "摘要"),
            // A reference is never joined from two fields.
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
                Claim::SeveralDoubtful(_) => "doubtful",
            };
            let text = format!("{word} {}", names.join(" "));
            let found =
                got.field.map_or(Cow::Borrowed(""), |field| field.in_language(Language::Chinese));
            assert_eq!(
                (text.trim_end(), &*found),
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
