//! Parses `rules/matching.toml`: the centre's choices in matching, and which movements are no payments.
//!
//! Start at [`read`]. The rules become [`MatchingRules`]; `matching/classifier.rs` applies them to a movement,
//! `matching.rs` settles. Each rule carries its own examples, and `matching/classifier.rs` checks them with the code
//! that the night runs.
//!
//! Invariant: the rules `debit` and `reversal-credit` exist, so every movement that is no payment has a rule to name.

use super::{RuleError, RuleFile};
use remittance::Direction;
use toml::Spanned;

/// The file's name below `rules/`, and the compiled-in text.
pub const SHIPPED: (&str, &str) =
    ("matching.toml", include_str!("../../../../rules/matching.toml"));

/// The largest `parts_budget`: two halves of 2^16 sums each fit any machine, and no payer splits more than that.
const PARTS_BUDGET_MAX: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchingRules {
    /// Working days from a month's last day until it closes.
    pub lag_working_days: u8,
    /// The most parts in a search for an exact set.
    pub parts_budget: usize,
    /// Whether the parts of a notice must also come from one paying bank.
    pub same_paying_bank: bool,
    pub reversal: ReversalRule,
    /// In order of precedence.
    pub ignore: Vec<IgnoreRule>,
    debit: RuleIndex,
    reversal_credit: RuleIndex,
}

/// The place of an ignore rule in [`MatchingRules::ignore`], from 0.
///
/// It is valid for one parse of the rules; the store keeps the rule's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub u16);

/// Words that mark a movement as reversing another one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReversalRule {
    pub why: String,
    pub words: Vec<String>,
    pub examples: Vec<Example>,
}

/// One kind of movement that is no payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoreRule {
    /// The reason code that a transaction gets; kebab-case, kept forever.
    pub id: String,
    pub why: String,
    /// `None`: both.
    pub direction: Option<Direction>,
    /// Holds even for a credit that names a certain reference.
    pub even_with_reference: bool,
    /// One of these must hold.
    pub when: Vec<Condition>,
    pub examples: Vec<Example>,
}

/// A condition on a movement; every given part must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// One of these words is in any remark field.
    pub text: Option<Vec<String>>,
    /// One of these words is in the summary, which the bank writes.
    pub summary: Option<Vec<String>>,
    /// One of these words is in the counterparty's name.
    pub counterparty_name: Option<Vec<String>>,
    pub counterparty_account: Option<AccountKind>,
    /// The movement reverses another one.
    pub reversal: Option<bool>,
}

/// The kind of the counterparty's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountKind {
    /// One of the centre's collection accounts.
    Own,
    /// The bank gives none, as for its own bookings.
    None,
}

/// A movement for the rule, or, with `counts = false`, one that it must leave alone.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    #[serde(deserialize_with = "direction")]
    pub direction: Direction,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub postscript: String,
    #[serde(default)]
    pub purpose: String,
    #[serde(default)]
    pub note: String,
    /// `own` means one of the centre's accounts.
    #[serde(default)]
    pub counterparty_account: String,
    #[serde(default)]
    pub counterparty_name: String,
    #[serde(default)]
    pub reversal: bool,
    #[serde(default = "yes")]
    pub counts: bool,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    lag_working_days: Spanned<u8>,
    parts_budget: Spanned<usize>,
    same_paying_bank: bool,
    reversal: ReversalRule,
    ignore: Vec<Ignore>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignore {
    id: Spanned<String>,
    why: String,
    #[serde(default, deserialize_with = "some_direction")]
    direction: Option<Direction>,
    #[serde(default)]
    even_with_reference: bool,
    when: Vec<Condition>,
    examples: Vec<Example>,
}

fn yes() -> bool {
    true
}

fn direction<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Direction, D::Error> {
    let found = <String as serde::Deserialize>::deserialize(deserializer)?;
    [Direction::Credit, Direction::Debit]
        .into_iter()
        .find(|known| known.code() == found)
        .ok_or_else(|| {
            let unexpected = serde::de::Unexpected::Str(&found);
            serde::de::Error::invalid_value(unexpected, &"\"credit\" or \"debit\"")
        })
}

fn some_direction<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Direction>, D::Error> {
    direction(d).map(Some)
}

/// The compiled-in rules.
///
/// # Errors
/// Never, as the tests show; the type is that of [`read`].
pub fn shipped() -> Result<MatchingRules, RuleError> {
    read(&RuleFile { path: SHIPPED.0.into(), text: SHIPPED.1.into() })
}

/// Parses `matching.toml`.
///
/// # Errors
/// [`RuleError`] with the place of the first error.
pub fn read(file: &RuleFile) -> Result<MatchingRules, RuleError> {
    let parsed: File = file.parse()?;
    let lag = *parsed.lag_working_days.get_ref();
    if lag > 31 {
        let message = format!("expected at most 31 working days, found {lag}");
        return Err(file.error_at(parsed.lag_working_days.span(), &message));
    }
    let budget = *parsed.parts_budget.get_ref();
    if !(1..=PARTS_BUDGET_MAX).contains(&budget) {
        let message = format!("expected 1 to {PARTS_BUDGET_MAX} parts, found {budget}");
        return Err(file.error_at(parsed.parts_budget.span(), &message));
    }
    check_ids(file, &parsed.ignore)?;
    let named = |id: &str| {
        let found = parsed.ignore.iter().position(|rule| rule.id.get_ref() == id);
        found.and_then(|index| u16::try_from(index).ok()).map(RuleIndex).ok_or_else(|| {
            file.error_at(0..0, &format!("expected an ignore rule with id \"{id}\", found none"))
        })
    };
    let (debit, reversal_credit) = (named("debit")?, named("reversal-credit")?);
    Ok(MatchingRules {
        lag_working_days: lag,
        parts_budget: budget,
        same_paying_bank: parsed.same_paying_bank,
        reversal: parsed.reversal,
        ignore: parsed.ignore.into_iter().map(IgnoreRule::from).collect(),
        debit,
        reversal_credit,
    })
}

fn check_ids(file: &RuleFile, rules: &[Ignore]) -> Result<(), RuleError> {
    for (index, rule) in rules.iter().enumerate() {
        let id = rule.id.get_ref();
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(kebab) {
            let message = format!("expected an id in kebab-case, found {id:?}");
            return Err(file.error_at(rule.id.span(), &message));
        }
        if rules.iter().take(index).any(|earlier| earlier.id.get_ref() == id) {
            let message = format!("expected each id once, found {id:?} again");
            return Err(file.error_at(rule.id.span(), &message));
        }
        let last = index + 1 == rules.len();
        if rule.when.is_empty() || (!last && rule.when.contains(&Condition::default())) {
            let message = "expected conditions; only the last rule may hold for everything";
            return Err(file.error_at(rule.id.span(), message));
        }
    }
    Ok(())
}

impl From<Ignore> for IgnoreRule {
    fn from(rule: Ignore) -> Self {
        let Ignore { id, why, direction, even_with_reference, when, examples } = rule;
        Self { id: id.into_inner(), why, direction, even_with_reference, when, examples }
    }
}

impl MatchingRules {
    #[must_use]
    pub fn rule(&self, index: RuleIndex) -> Option<&IgnoreRule> {
        self.ignore.get(usize::from(index.0))
    }

    /// The place of the rule with this id, if there is one.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<RuleIndex> {
        let found = self.ignore.iter().position(|rule| rule.id == id)?;
        u16::try_from(found).ok().map(RuleIndex)
    }

    /// The rule for every debit that reverses nothing.
    #[must_use]
    pub fn debit(&self) -> RuleIndex {
        self.debit
    }

    /// The rule for a credit that reverses a debit.
    #[must_use]
    pub fn reversal_credit(&self) -> RuleIndex {
        self.reversal_credit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_compiled_in_are_the_contracts_defaults() {
        let rules = shipped().unwrap();
        assert_eq!(rules.lag_working_days, 2);
        assert_eq!(rules.parts_budget, 24);
        assert!(!rules.same_paying_bank);
        assert_eq!(rules.rule(rules.debit()).unwrap().id, "debit");
        assert!(rules.ignore.iter().all(|rule| !rule.why.is_empty() && !rule.examples.is_empty()));
    }

    #[test]
    fn a_rule_file_that_is_wrong_says_where() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // in the shipped file, this   becomes this          and the error, at its last place, is
            ("parts_budget = 24",          "parts_budget = 99",  "16: expected 1 to 32 parts, found 99"),
            ("parts_budget = 24",          "parts = 24",         "1: unknown field `parts`, expected one of `lag_working_days`, `parts_budget`, `same_paying_bank`, `reversal`, `ignore`"),
            ("id = \"bank-fee\"",          "id = \"Bank fee\"",  "6: expected an id in kebab-case, found \"Bank fee\""),
            ("id = \"bank-fee\"",          "id = \"debit\"",     "6: expected each id once, found \"debit\" again"),
        ];
        for (from, to, want) in rows {
            let text = SHIPPED.1.replace(from, to);
            let line = text.lines().count() - text.lines().rev().position(|l| l == to).unwrap();
            let error = read(&RuleFile { path: SHIPPED.0.into(), text }).unwrap_err();
            assert_eq!(error.to_string(), format!("rules/matching.toml:{line}:{want}"), "{to}");
        }
        let text = SHIPPED.1.replace("id = \"debit\"", "id = \"money-out\"");
        let error = read(&RuleFile { path: SHIPPED.0.into(), text }).unwrap_err();
        let want = "rules/matching.toml:1:1: expected an ignore rule with id \"debit\", found none";
        assert_eq!(error.to_string(), want);
    }
}
