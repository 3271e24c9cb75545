//! The rule of `rules/remark.toml` behind each character's class, for explanations.
//!
//! Start at [`Names::rule_of`]. The character classes are compiled once; the parser itself needs only `class.rs`, which
//! has no room for names.
//!
//! Invariant: every character with a step has a rule, whose id is in the file.

use super::class::{self, Class, Shape};
use crate::rulebook::remark::{RemarkRules, StripKind, class_ranges};

/// The characters of one rule.
#[derive(Clone, Debug)]
struct Named {
    id: String,
    kind: Kind,
    ranges: Vec<(char, char)>,
}

/// The section of a rule in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Fold,
    Lowercase,
    Strip(StripKind),
    Lookalike,
}

/// The ids of all rules about characters, in file order.
#[derive(Clone, Debug)]
pub(super) struct Names(Vec<Named>);

impl Names {
    pub(super) fn new(rules: &RemarkRules) -> Self {
        let of_class = |class: &str| class_ranges(class).unwrap_or_default();
        let folds = rules.fold.iter().map(|rule| {
            let ranges = of_class(rule.chars.as_ref());
            // A rule that holds the plain p and no digit is about lower case, not about other forms.
            let lower = holds(&ranges, 'p') && !holds(&ranges, '０');
            let kind = if lower { Kind::Lowercase } else { Kind::Fold };
            Named { id: rule.id.as_ref().clone(), kind, ranges }
        });
        let strips = rules.strip.iter().map(|rule| Named {
            id: rule.id.as_ref().clone(),
            kind: Kind::Strip(rule.kind),
            ranges: of_class(rule.chars.as_ref()),
        });
        let lookalikes = rules.lookalike.iter().map(|rule| {
            let listed =
                rule.chars.as_ref().map(|chars| chars.as_ref().as_str()).unwrap_or_default();
            let class =
                rule.class.as_ref().map(|class| of_class(class.as_ref())).unwrap_or_default();
            let ranges = listed.chars().map(|char| (char, char)).chain(class).collect();
            Named { id: rule.id.as_ref().clone(), kind: Kind::Lookalike, ranges }
        });
        Self(folds.chain(strips).chain(lookalikes).collect())
    }

    /// The id of the rule that classifies a character.
    pub(super) fn rule_of(&self, char: char, class: Class, bars: bool) -> &str {
        let kind = match class {
            Class::Space => Kind::Strip(StripKind::Space),
            Class::Invisible => Kind::Strip(StripKind::Invisible),
            Class::Symbol => Kind::Strip(StripKind::Symbol),
            Class::Lookalike { shape: Shape::Bar, .. } if !bars => Kind::Strip(StripKind::Symbol),
            Class::Lookalike { .. } | Class::PrefixLookalike => Kind::Lookalike,
            Class::Prefix { lower: true, folded: false } => Kind::Lowercase,
            Class::Prefix { .. } | Class::Digit { .. } => Kind::Fold,
            Class::Letter | Class::Other => return "",
        };
        let plain = class::fold(char).unwrap_or(char);
        let of_kind = || self.0.iter().filter(|named| named.kind == kind);
        let found = of_kind().find(|named| holds(&named.ranges, char));
        let found = found.or_else(|| of_kind().find(|named| holds(&named.ranges, plain)));
        found.map_or("", |named| &named.id)
    }

    /// The rule by which symbols around a reference are skipped.
    pub(super) fn symbol_rule(&self) -> &str {
        let symbols = Kind::Strip(StripKind::Symbol);
        self.0.iter().find(|named| named.kind == symbols).map_or("", |named| &named.id)
    }
}

fn holds(ranges: &[(char, char)], char: char) -> bool {
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&char))
}
