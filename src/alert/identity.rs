//! Finds the owner of a transaction, the only employer that may be told about it.
//!
//! No employer may see another's money, so all clues that name anyone must agree on one employer. A similar name or
//! a reference one slip away is not a clue.

use serde::Serialize;
use std::fmt;

/// How the employer was identified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownBy {
    /// A certain parse of one of its notices' references.
    Reference,
    /// The payer's account is one that it is known to pay from.
    PayerAccount,
    /// The payer's name equals its registered name.
    ExactName,
}

/// The employers that each clue names; empty for none.
///
/// Several employers may share an account (an agent pays for them); then it names them all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clues<'a> {
    /// Certain references only; a probable one names nobody.
    pub reference: &'a [&'a str],
    pub payer_account: &'a [&'a str],
    pub exact_name: &'a [&'a str],
}

/// The one employer, with the strongest clue that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    pub employer_id: &'a str,
    pub known_by: KnownBy,
}

/// The employer that all clues agree on; `None` if they name nobody, several, or disagree.
#[must_use]
pub fn identify<'a>(clues: Clues<'a>) -> Option<Owner<'a>> {
    let Clues { reference, payer_account, exact_name } = clues;
    let named: Vec<(KnownBy, &[&str])> = [
        (KnownBy::Reference, reference),
        (KnownBy::PayerAccount, payer_account),
        (KnownBy::ExactName, exact_name),
    ]
    .into_iter()
    .filter(|(_, employers)| !employers.is_empty())
    .collect();
    let (strongest, candidates) = *named.first()?;
    let mut common: Vec<&'a str> = candidates
        .iter()
        .filter(|employer| named.iter().all(|(_, employers)| employers.contains(employer)))
        .copied()
        .collect();
    common.sort_unstable();
    common.dedup();
    match common.as_slice() {
        [employer_id] => Some(Owner { employer_id, known_by: strongest }),
        _ => None,
    }
}

impl KnownBy {
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let all = [Self::Reference, Self::PayerAccount, Self::ExactName];
        all.into_iter().find(|known_by| known_by.code() == code)
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::PayerAccount => "payer_account",
            Self::ExactName => "exact_name",
        }
    }
}

impl fmt::Display for KnownBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_employer_all_clues_agree_on_is_told() {
        type Row = (
            &'static [&'static str],
            &'static [&'static str],
            &'static [&'static str],
            Option<(&'static str, KnownBy)>,
        );
        #[rustfmt::skip] // A table is read by column.
        let rows: [Row; 10] = [
            // reference    account         name        told
            (&[],           &[],            &[],        None),
            (&["A"],        &[],            &[],        Some(("A", KnownBy::Reference))),
            (&[],           &["A"],         &[],        Some(("A", KnownBy::PayerAccount))),
            (&[],           &[],            &["A"],     Some(("A", KnownBy::ExactName))),
            (&["A"],        &["A"],         &["A"],     Some(("A", KnownBy::Reference))),
            (&["A"],        &["B"],         &[],        None), // B wrote A's reference: A must not see B's money.
            (&["A"],        &["A", "B"],    &[],        Some(("A", KnownBy::Reference))),
            (&[],           &["A", "B"],    &[],        None), // An agent's account alone says nothing.
            (&[],           &["A", "B"],    &["B"],     Some(("B", KnownBy::PayerAccount))),
            (&["A", "A"],   &[],            &[],        Some(("A", KnownBy::Reference))),
        ];
        for (reference, payer_account, exact_name, want) in rows {
            let found = identify(Clues { reference, payer_account, exact_name });
            let found = found.map(|owner| (owner.employer_id, owner.known_by));
            assert_eq!(found, want, "{reference:?} {payer_account:?} {exact_name:?}");
        }
    }
}
