//! Classifies single characters for the parser of remarks.
//!
//! Start at [`Table::class`]. The table is built once from `rules/remark.toml`; a lookup is one load. If rules overlap,
//! the class that keeps a reading certain wins: symbol, space and invisible lose to a look-alike, which loses to a
//! fold; ASCII digits and the letter P cannot be redefined.

use crate::rulebook::remark::{LookalikeRule, RemarkRules, StripKind, class_ranges};
use unicode_normalization::char::decompose_compatible;

/// The class of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Digit {
        value: u8,
        folded: bool,
    },
    Prefix {
        lower: bool,
        folded: bool,
    },
    PrefixLookalike,
    Lookalike {
        value: u8,
        shape: Shape,
    },
    /// An ASCII letter or a form of one, other than P.
    Letter,
    Space,
    Invisible,
    Symbol,
    Other,
}

/// The kind of a look-alike of a digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An ASCII letter or a form of one.
    AsciiLetter,
    /// A letter of another script.
    Letter,
    /// A circled digit, a digit of another script.
    Sign,
    /// A symbol, which is skipped like any other unless no other reading works.
    Bar,
}

/// The class of every character.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The basic plane, one entry a code point.
    basic: Box<[Class]>,
    /// Beyond the basic plane, sorted by code point.
    beyond: Vec<(u32, u32, Class)>,
}

/// Code points of the basic plane.
const BASIC: usize = 0x1_0000;

impl Class {
    /// Whether a word would continue over this character: an ASCII letter or a form of one.
    pub(super) const fn is_ascii_letter(self) -> bool {
        matches!(
            self,
            Self::Prefix { .. } | Self::Letter | Self::Lookalike { shape: Shape::AsciiLetter, .. }
        )
    }

    pub(super) const fn is_symbol(self) -> bool {
        matches!(self, Self::Symbol | Self::Lookalike { shape: Shape::Bar, .. })
    }

    pub(super) const fn is_prefix(self) -> bool {
        matches!(self, Self::Prefix { .. } | Self::PrefixLookalike)
    }
}

impl Table {
    pub(super) fn new(rules: &RemarkRules) -> Self {
        let mut table =
            Self { basic: vec![Class::Other; BASIC].into_boxed_slice(), beyond: Vec::new() };
        for kind in [StripKind::Symbol, StripKind::Invisible, StripKind::Space] {
            for rule in rules.strip.iter().filter(|rule| rule.kind == kind) {
                let class = match kind {
                    StripKind::Symbol => Class::Symbol,
                    StripKind::Invisible => Class::Invisible,
                    StripKind::Space => Class::Space,
                };
                for (first, last) in class_ranges(rule.chars.as_ref()).unwrap_or_default() {
                    table.set_range(u32::from(first), u32::from(last), class);
                }
            }
        }
        for rule in &rules.lookalike {
            table.set_lookalikes(rule);
        }
        for rule in &rules.fold {
            for (first, last) in class_ranges(rule.chars.as_ref()).unwrap_or_default() {
                for char in (first..=last).filter(|char| may_fold(*char)) {
                    if let Some(folded) = fold(char) {
                        table.set_folded(char, folded);
                    }
                }
            }
        }
        for char in ' '..='~' {
            table.set_folded(char, char);
        }
        table
    }

    #[inline]
    pub(super) fn class(&self, char: char) -> Class {
        let code = u32::from(char);
        match usize::try_from(code).ok().and_then(|index| self.basic.get(index)) {
            Some(class) => *class,
            None => self.class_beyond(code),
        }
    }

    fn class_beyond(&self, code: u32) -> Class {
        let after = self.beyond.partition_point(|(first, _, _)| *first <= code);
        match after.checked_sub(1).and_then(|index| self.beyond.get(index)) {
            Some((_, last, class)) if code <= *last => *class,
            Some(_) | None => Class::Other,
        }
    }

    fn set_lookalikes(&mut self, rule: &LookalikeRule) {
        if let Some(class) = &rule.class {
            for (first, last) in class_ranges(class.as_ref()).unwrap_or_default() {
                // Decimal digits come in blocks of ten, 0 first (Unicode's stability policy).
                for (char, value) in (first..=last).zip((0..10).cycle()) {
                    self.set(char, Class::Lookalike { value, shape: Shape::Sign });
                }
            }
        }
        let chars = rule.chars.as_ref().map(|chars| chars.as_ref().as_str()).unwrap_or_default();
        for (char, read) in chars.chars().zip(rule.reads.as_ref().chars().cycle()) {
            let class = match read.to_digit(10).and_then(|value| u8::try_from(value).ok()) {
                None => Class::PrefixLookalike,
                Some(value) => Class::Lookalike { value, shape: self.shape(char) },
            };
            self.set(char, class);
        }
    }

    fn shape(&self, char: char) -> Shape {
        if self.class(char) == Class::Symbol {
            Shape::Bar
        } else if fold(char).is_some_and(|folded| folded.is_ascii_alphabetic()) {
            Shape::AsciiLetter
        } else if char.is_alphabetic() {
            Shape::Letter
        } else {
            Shape::Sign
        }
    }

    /// Gives a character the class of its ASCII letter or digit.
    fn set_folded(&mut self, char: char, ascii: char) {
        let folded = char != ascii;
        let class = match ascii {
            '0'..='9' => {
                let value = ascii.to_digit(10).and_then(|value| u8::try_from(value).ok());
                Class::Digit { value: value.unwrap_or_default(), folded }
            }
            'P' | 'p' => Class::Prefix { lower: ascii == 'p', folded },
            'A'..='Z' | 'a'..='z' => {
                let known = self.class(ascii);
                if matches!(known, Class::Lookalike { .. }) { known } else { Class::Letter }
            }
            _ => return,
        };
        self.set(char, class);
    }

    fn set(&mut self, char: char, class: Class) {
        self.set_range(u32::from(char), u32::from(char), class);
    }

    fn set_range(&mut self, first: u32, last: u32, class: Class) {
        for code in first..=last {
            match usize::try_from(code).ok().and_then(|index| self.basic.get_mut(index)) {
                Some(place) => *place = class,
                None => return self.set_beyond(code, last, class),
            }
        }
    }

    /// Replaces a range beyond the basic plane, keeping the parts outside it.
    fn set_beyond(&mut self, first: u32, last: u32, class: Class) {
        // The ranges are disjoint and rising, so those it covers are adjacent.
        let from = self.beyond.partition_point(|(_, to, _)| *to < first);
        let until = self.beyond.partition_point(|(from, _, _)| *from <= last);
        let covered = self.beyond.get(from..until).unwrap_or_default();
        let before = covered.first().filter(|(from, _, _)| *from < first);
        let after = covered.last().filter(|(_, to, _)| *to > last);
        let before = before.map(|(from, _, old)| (*from, first - 1, *old));
        let after = after.map(|(_, to, old)| (last + 1, *to, *old));
        let put = before.into_iter().chain([(first, last, class)]).chain(after);
        let put: Vec<_> = put.collect();
        self.beyond.splice(from..until, put);
    }
}

/// Whether a letter can be another form of an ASCII one: ideographs and Hangul never are.
fn may_fold(char: char) -> bool {
    !matches!(char, '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{1F900}'..)
        || matches!(char, '\u{1FBF0}'..='\u{1FBF9}')
}

/// The one ASCII letter or digit that a character is a compatibility form of.
pub(super) fn fold(char: char) -> Option<char> {
    let (mut only, mut count) = (None, 0);
    decompose_compatible(char, |part| {
        only = Some(part);
        count += 1;
    });
    only.filter(|part| count == 1 && part.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_what_the_rules_say() {
        let table = Table::new(&RemarkRules::shipped());
        let digit = |value| Class::Digit { value, folded: true };
        let sign = |value| Class::Lookalike { value, shape: Shape::Sign };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ('5', Class::Digit { value: 5, folded: false }),
            ('５', digit(5)), ('𝟓', digit(5)), ('\u{1FBF5}', digit(5)),
            ('⑤', sign(5)), ('²', sign(2)), ('₂', sign(2)), ('٥', sign(5)), ('९', sign(9)),
            ('⑩', Class::Other), ('½', Class::Other), ('五', Class::Other), ('〇', Class::Other), ('Ⅰ', Class::Other),
            ('P', Class::Prefix { lower: false, folded: false }), ('ｐ', Class::Prefix { lower: true, folded: true }),
            ('ℙ', Class::Prefix { lower: false, folded: true }), ('𝐏', Class::Prefix { lower: false, folded: true }),
            ('ᴾ', Class::Prefix { lower: false, folded: true }),
            ('Р', Class::PrefixLookalike), ('Ⓟ', Class::PrefixLookalike), ('🅟', Class::PrefixLookalike), ('⒫', Class::PrefixLookalike),
            ('O', Class::Lookalike { value: 0, shape: Shape::AsciiLetter }), ('Ｏ', Class::Lookalike { value: 0, shape: Shape::AsciiLetter }),
            ('О', Class::Lookalike { value: 0, shape: Shape::Letter }), ('|', Class::Lookalike { value: 1, shape: Shape::Bar }),
            ('H', Class::Letter), ('Ｈ', Class::Letter), ('K', Class::Letter),
            (' ', Class::Space), ('\u{3000}', Class::Space), ('\n', Class::Space), ('\u{2028}', Class::Space),
            ('\u{200B}', Class::Invisible), ('\u{FEFF}', Class::Invisible), ('\u{AD}', Class::Invisible), ('\0', Class::Invisible),
            ('\u{200F}', Class::Invisible), ('\u{FE0F}', Class::Invisible), ('\u{E0020}', Class::Invisible),
            ('→', Class::Symbol), ('￥', Class::Symbol), ('（', Class::Symbol), ('—', Class::Symbol), ('😀', Class::Symbol),
            ('…', Class::Other), ('月', Class::Other), ('é', Class::Other), ('\u{301}', Class::Other), ('\u{E000}', Class::Other),
            ('\u{10FFFF}', Class::Other),
        ];
        for (char, want) in rows {
            assert_eq!(table.class(char), want, "{char:?} U+{:04X}", u32::from(char));
        }
    }

    /// The fact base of character forms names the class of each; the first word of a row counts.
    #[test]
    fn every_row_of_the_fact_base_is_classed_as_it_says() {
        let shared = option_env!("DUIZHANG_SHARED").unwrap_or("../shared");
        let Ok(text) = std::fs::read_to_string(format!("{shared}/domain/charforms.tsv")) else {
            println!("skipped: no charforms.tsv in {shared}");
            return;
        };
        let table = Table::new(&RemarkRules::shipped());
        for row in text.lines().skip(1) {
            let columns: Vec<&str> = row.split('\t').collect();
            let code = u32::from_str_radix(columns[1].trim_start_matches("U+"), 16).unwrap();
            let (char, category, why) = (char::from_u32(code).unwrap(), columns[3], columns[10]);
            let class = table.class(char);
            let lookalike = matches!(class, Class::Lookalike { .. });
            let right = match why {
                "canonical prefix" | "lowercase; forbidden by manual rule 2" => class.is_prefix(),
                "full-width" => matches!(class, Class::Prefix { folded: true, .. }),
                "Cyrillic/Greek confusables" => class == Class::PrefixLookalike,
                "other P look-alikes" => {
                    let folds = columns[7] == "P" && category == "Lu";
                    class.is_prefix() && folds == (class != Class::PrefixLookalike)
                }
                "full-width digit" | "math digit" => {
                    matches!(class, Class::Digit { folded: true, .. })
                }
                "circled" if columns[7].len() > 1 => class == Class::Other,
                "circled" | "parenthesised" | "digit full stop" | "superscript" | "subscript"
                | "Arabic-Indic" | "O for 0" | "l/I/| for 1" => lookalike,
                "roman numeral" | "CJK numeral" | "CJK circled/paren" | "CJK" => {
                    class == Class::Other
                }
                "space" => class == Class::Space,
                "zero-width/format" | "bidi" => class == Class::Invisible,
                "control" => class == Class::Space,
                "symbol forbidden by manual rule 5" | "other punctuation" => class.is_symbol(),
                "other OCR slips" => lookalike || char == ' ',
                other => panic!("a kind of form this test does not know: {other}"),
            };
            assert!(right, "{char:?} {}: {why}: {class:?}", columns[1]);
        }
    }
}
