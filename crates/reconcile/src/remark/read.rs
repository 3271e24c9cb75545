//! A reading with everything an explanation needs: spans, steps, the plain form.
//!
//! Start at [`Reader::read`]. Spans count characters of the original remark, half open. In the plain form compatibility
//! forms are folded, white space is one space, invisible characters are dropped, and a recognized reference contains
//! nothing else.

use super::advice::AdviceSet;
use super::class::{self, Class, Shape};
use super::find::{Found, Rank};
use super::judge::Judgement;
use super::{Advice, Certainty, Reader};
use remittance::PaymentReference;
use serde::Serialize;
use std::collections::BTreeMap;

/// The verdict on a remark, and how it was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The normalised remark.
    pub plain: String,
    pub reference: Option<PaymentReference>,
    pub certainty: Certainty,
    /// All named references: none, the reference alone, or the several in order.
    pub candidates: Vec<PaymentReference>,
    /// What the payer should do differently; sorted, without duplicates.
    pub advice: Vec<Advice>,
    /// The characters of the original that carry the reference.
    pub span: Option<(usize, usize)>,
    /// The characters of each candidate in order, or of a truncated reference.
    pub places: Vec<(usize, usize)>,
    /// What was folded, stripped, repaired or left off, in order.
    pub steps: Vec<Step>,
}

/// One change to the remark during parsing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Characters of the original, half open.
    pub span: (usize, usize),
    /// The result; empty if they were stripped or left off.
    pub became: String,
    /// The rule's id in `rules/remark.toml`, or `extra-digits` if no rule explains them.
    pub rule: String,
}

/// A reading in the contract's JSON.
#[derive(Clone, Debug, Serialize)]
pub struct View<'a> {
    pub remark: &'a str,
    pub plain: &'a str,
    pub reference: Option<String>,
    pub certainty: &'static str,
    pub candidates: Vec<String>,
    pub advice: Vec<&'static str>,
    pub span: Option<(usize, usize)>,
}

impl Reader {
    /// Parses a remark, with all that an explanation needs.
    #[must_use]
    pub fn read(&self, remark: &str) -> Reading {
        let tally = self.tally(remark);
        let verdict = tally.verdict();
        let mut advice = AdviceSet::default();
        let (certainty, members) = match verdict {
            Judgement::None => (Certainty::None, Vec::new()),
            Judgement::Truncated(found) => {
                advice = found.inner.union(found.before);
                (Certainty::None, vec![found])
            }
            Judgement::One(found) => {
                advice = found.inner.union(found.before).union(found.behind);
                let cut = found.reference.is_some_and(|one| tally.another_was_cut(one));
                advice.add_if(cut, Advice::Truncated);
                let certain = found.rank == Rank::Certain;
                (if certain { Certainty::Certain } else { Certainty::Probable }, vec![found])
            }
            Judgement::Several(members) => {
                // What separates two references is a fault only before the first.
                advice = members.iter().fold(advice, |sum, found| sum.union(found.inner));
                advice = members.first().map_or(advice, |first| advice.union(first.before));
                advice.add(Advice::SeveralReferences);
                advice.add_if(tally.any_was_cut(), Advice::Truncated);
                (Certainty::Ambiguous, members)
            }
        };
        let candidates: Vec<_> = members.iter().filter_map(|found| found.reference).collect();
        let mut walk = Walk::new(self);
        walk.over(remark, &members);
        let alone = match certainty {
            Certainty::Certain | Certainty::Probable => true,
            Certainty::Ambiguous | Certainty::None => false,
        };
        Reading {
            plain: walk.plain.trim_end_matches(' ').to_owned(),
            reference: candidates.first().copied().filter(|_| alone),
            certainty,
            candidates,
            advice: advice.to_vec(),
            span: walk.places.first().copied().filter(|_| alone),
            places: walk.places,
            steps: walk.steps,
        }
    }
}

impl Reading {
    /// The reading in the contract's JSON, with its remark.
    #[must_use]
    pub fn view<'a>(&'a self, original: &'a str) -> View<'a> {
        View {
            remark: original,
            plain: &self.plain,
            reference: self.reference.map(|reference| reference.to_string()),
            certainty: self.certainty.code(),
            candidates: self.candidates.iter().map(ToString::to_string).collect(),
            advice: self.advice.iter().map(|advice| advice.code()).collect(),
            span: self.span,
        }
    }
}

/// One walk over the remark that makes the plain form, the spans and the steps.
struct Walk<'r> {
    reader: &'r Reader,
    plain: String,
    places: Vec<(usize, usize)>,
    steps: Vec<Step>,
    /// Whether bars are digits in the current finding.
    bars: bool,
    /// The start of the adjacent symbols here, outside a reference.
    symbols_from: Option<usize>,
    /// Whether they begin directly after a reference.
    symbols_touch: bool,
    /// The end of the last reference.
    left_at: Option<usize>,
    rules: BTreeMap<char, &'r str>,
}

/// A character's place in a finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CharPlace {
    Outside,
    Inside,
    Tail,
}

impl<'r> Walk<'r> {
    fn new(reader: &'r Reader) -> Self {
        Self {
            reader,
            plain: String::new(),
            places: Vec::new(),
            steps: Vec::new(),
            bars: false,
            symbols_from: None,
            symbols_touch: false,
            left_at: None,
            rules: BTreeMap::new(),
        }
    }

    fn over(&mut self, remark: &str, members: &[Found]) {
        let mut members = members.iter().peekable();
        let (mut start, mut length) = (0, 0);
        for (index, (byte, char)) in remark.char_indices().enumerate() {
            length = index + 1;
            while let Some(past) = members.next_if(|found| found.tail_end <= byte) {
                self.leave(past, start, index);
            }
            let class = self.reader.grammar.table.class(char);
            let place = match members.peek() {
                Some(found) if found.start <= byte && byte < found.end => {
                    if found.start == byte {
                        start = index;
                        self.bars = found.bars;
                        self.symbols(index, true);
                    }
                    self.step(char, class, index);
                    CharPlace::Inside
                }
                Some(found) if found.end <= byte => {
                    if found.end == byte {
                        self.places.push((start, index));
                        self.glued(remark, found, index);
                    }
                    CharPlace::Tail
                }
                Some(_) | None => {
                    self.outside(class, index);
                    CharPlace::Outside
                }
            };
            self.write(char, class, place);
        }
        for past in members {
            self.leave(past, start, length);
        }
        self.symbols(length, false);
    }

    /// Follows adjacent symbols outside a reference.
    fn outside(&mut self, class: Class, index: usize) {
        match self.symbols_from {
            None if class.is_symbol() => {
                self.symbols_from = Some(index);
                self.symbols_touch = self.left_at == Some(index);
            }
            Some(_) if !class.is_symbol() => self.symbols(index, false),
            Some(_) | None => {}
        }
    }

    /// Ends such a row of symbols: if it touches a reference, it was skipped.
    fn symbols(&mut self, index: usize, touch: bool) {
        if let Some(from) = self.symbols_from.take().filter(|_| touch || self.symbols_touch) {
            let rule = self.reader.names.symbol_rule().to_owned();
            self.steps.push(Step { span: (from, index), became: String::new(), rule });
        }
    }

    /// Records the place of a finding whose end was passed without a tail.
    fn leave(&mut self, found: &Found, start: usize, index: usize) {
        if found.end == found.tail_end {
            self.places.push((start, index));
            self.left_at = Some(index);
        }
    }

    /// Records the digits glued on after a reference.
    fn glued(&mut self, remark: &str, found: &Found, index: usize) {
        let grammar = &self.reader.grammar;
        let run = grammar.run(remark, grammar.visible(remark, found.end));
        let rule = grammar.follows(remark, &run).map_or("extra-digits", |rule| rule.id.as_ref());
        let tail = remark.get(found.end..found.tail_end).unwrap_or_default().chars().count();
        let span = (index, index + tail);
        self.steps.push(Step { span, became: String::new(), rule: rule.to_owned() });
    }

    fn write(&mut self, char: char, class: Class, place: CharPlace) {
        match (class, place) {
            (Class::Invisible, _) => {}
            (Class::Space, CharPlace::Inside) => {}
            (Class::Space, CharPlace::Outside | CharPlace::Tail) => {
                if !self.plain.is_empty() && !self.plain.ends_with(' ') {
                    self.plain.push(' ');
                }
            }
            (class, CharPlace::Inside) if class.is_symbol() && !self.bars => {}
            (Class::Symbol, CharPlace::Inside) => {}
            (Class::Prefix { .. }, CharPlace::Inside) => self.plain.push('P'),
            (_, CharPlace::Inside | CharPlace::Outside | CharPlace::Tail) => {
                self.plain.push(folded(char, class))
            }
        }
    }

    fn step(&mut self, char: char, class: Class, index: usize) {
        let became = match class {
            Class::Digit { value, folded: true } => value.to_string(),
            Class::Lookalike { shape: Shape::Bar, .. } if !self.bars => String::new(),
            Class::Lookalike { value, .. } => value.to_string(),
            Class::Prefix { lower: true, .. } | Class::Prefix { folded: true, .. } => {
                "P".to_owned()
            }
            Class::PrefixLookalike => "P".to_owned(),
            Class::Space | Class::Invisible | Class::Symbol => String::new(),
            Class::Digit { folded: false, .. }
            | Class::Prefix { lower: false, folded: false }
            | Class::Letter
            | Class::Other => return,
        };
        let rule = self.rule_of(char, class);
        match self.steps.last_mut() {
            Some(last) if last.span.1 == index && last.rule == rule => {
                last.span.1 = index + 1;
                last.became.push_str(&became);
            }
            Some(_) | None => {
                self.steps.push(Step { span: (index, index + 1), became, rule: rule.to_owned() });
            }
        }
    }

    /// The rule of a character, looked up once per character.
    fn rule_of(&mut self, char: char, class: Class) -> &'r str {
        let (reader, bars) = (self.reader, self.bars);
        self.rules.entry(char).or_insert_with(|| reader.names.rule_of(char, class, bars))
    }
}

/// A character in its plain form: letters, digits and full-width punctuation as ASCII.
fn folded(char: char, class: Class) -> char {
    match class {
        Class::Digit { .. }
        | Class::Prefix { .. }
        | Class::Letter
        | Class::Lookalike { shape: Shape::AsciiLetter, .. } => class::fold(char).unwrap_or(char),
        Class::PrefixLookalike
        | Class::Lookalike { .. }
        | Class::Space
        | Class::Invisible
        | Class::Symbol
        | Class::Other => match char {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(char) - 0xFEE0).unwrap_or(char),
            _ => char,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_names_its_rule() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("ｐ1906133753",       vec![(0, 1, "P", "compatibility-form")]),
            ("p1906133753",        vec![(0, 1, "P", "lowercase")]),
            ("P1906\u{200B} 133753", vec![(5, 6, "", "invisible"), (6, 7, "", "space")]),
            ("P1906|133753",       vec![(5, 6, "", "symbol")]),
            ("P|906133753",        vec![(1, 2, "1", "bar-for-digit")]),
            ("PＯ906133753",       vec![(1, 2, "0", "letter-for-digit")]),
            ("Р19061337⑤3",        vec![(0, 1, "P", "prefix-lookalike"), (9, 10, "5", "circled-digit")]),
            ("P19061337٥3",        vec![(9, 10, "5", "other-script-digit")]),
            ("P1906133753202605",  vec![(11, 17, "", "year-month")]),
            ("P19061337539",       vec![(11, 12, "", "extra-digits")]),
        ];
        let reader = Reader::shipped();
        for (remark, want) in rows {
            let steps = reader.read(remark).steps;
            let got: Vec<_> = steps
                .iter()
                .map(|step| (step.span.0, step.span.1, step.became.as_str(), step.rule.as_str()))
                .collect();
            assert_eq!(got, want, "{remark:?}");
        }
    }
}
