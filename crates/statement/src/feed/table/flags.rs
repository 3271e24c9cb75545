//! The words for the direction, and the meaning of 1 and 2 if something else confirms it.

use super::header::Header;
use crate::feed::rows::KeptRow;
use crate::rules::bank::Precedence;
use crate::rules::headings::Headings;
use remittance::Direction;

/// The words of a direction's column.
#[derive(Clone, Debug, Default)]
pub(super) struct Flags {
    /// Words from the layout and from the heading itself.
    own: Vec<(String, Direction)>,
    /// Words in the first rows that the rules know: tried first.
    seen: Vec<(String, Direction)>,
    /// Whether 1 is money in; `None` if digits mean nothing.
    pub(super) one_is_in: Option<bool>,
}

impl Flags {
    /// The meaning of words by the layout and by the heading, and those in the first rows.
    pub(super) fn learnt(
        rules: &Headings,
        header: &Header<'_>,
        column: usize,
        rows: &[KeptRow],
    ) -> Self {
        let mut flags = Self::default();
        let Some(heading) = header.headings.get(column) else { return flags };
        if let Some((layout, _)) = header.layout {
            // Digits vary in meaning: only a layout learnt from this very form is trusted on them.
            let learned = layout.precedence == Precedence::Learned;
            let says = |word: &&String| learned || !word.bytes().all(|byte| byte.is_ascii_digit());
            let words = |words: &[String], way| -> Vec<(String, Direction)> {
                words.iter().filter(says).map(|word| (word.clone(), way)).collect()
            };
            flags.own.extend(words(&layout.credit, Direction::Credit));
            flags.own.extend(words(&layout.debit, Direction::Debit));
        }
        flags.own.extend(heading.legend.iter().cloned());
        for row in rows {
            let word = row.row().cell(column);
            let known = flags.seen.iter().any(|(seen, _)| seen == word);
            if !known && let Some(way) = flags.way_of_new(word, rules) {
                flags.seen.push((word.to_owned(), way));
            }
        }
        flags
    }

    /// The direction of a word.
    pub(super) fn way(&self, word: &str, rules: &Headings) -> Option<Direction> {
        if let Some((_, way)) = self.seen.iter().find(|(seen, _)| seen == word) {
            return Some(*way);
        }
        self.way_of_new(word, rules)
    }

    fn way_of_new(&self, word: &str, rules: &Headings) -> Option<Direction> {
        let folded = rules.folded(word);
        let folded = folded.strip_suffix(".0").unwrap_or(&folded);
        if let Some((_, way)) = self.own.iter().find(|(own, _)| own == word || own == folded) {
            return Some(*way);
        }
        let is = |words: &[String]| words.iter().any(|word| word == folded);
        let values = &rules.values;
        if is(&values.money_in) {
            return Some(Direction::Credit);
        }
        if is(&values.money_out) {
            return Some(Direction::Debit);
        }
        let one_is_in = self.one_is_in?;
        let (one, two) = (is(&values.in_digit), is(&values.out_digit));
        let credit = if one_is_in { Direction::Credit } else { Direction::Debit };
        match (one, two) {
            (true, _) => Some(credit),
            (_, true) => Some(credit.opposite()),
            (false, false) => None,
        }
    }

    /// The allowed words, for an error.
    pub(super) fn expected(&self, rules: &Headings) -> String {
        let own = |way| -> Vec<&str> {
            let words = self.own.iter().filter(|(_, own)| *own == way);
            words.map(|(word, _)| word.as_str()).collect()
        };
        let or = |own: Vec<&str>, usual: &[String]| {
            if own.is_empty() { usual.join(", ") } else { own.join(", ") }
        };
        let credit = or(own(Direction::Credit), &rules.values.money_in);
        let debit = or(own(Direction::Debit), &rules.values.money_out);
        format!("{credit} (credit) or {debit} (debit)")
    }
}
