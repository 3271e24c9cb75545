//! Parses the ten digits after a prefix, across everything that may separate them.
//!
//! Start at [`Grammar::number`]. Ten digits complete a reference. Until then gaps (space, symbols) are bridged, unless
//! the digits after a gap belong to a word of their own: a month, a year, an amount, a longer number. `follow` rules
//! judge digits glued on behind.
//!
//! Invariant: each character is visited a bounded number of times, so time is linear.

use super::advice::{Advice, AdviceSet};
use super::class::{Class, Shape, Table};
use crate::rulebook::remark::{FollowRule, Limits, UnitRule};
use chrono::NaiveDate;
use remittance::reference::PAYMENT_REFERENCE_DIGITS as TEN;

/// The rules beyond single characters, with the table of classes.
#[derive(Clone, Debug)]
pub(super) struct Grammar {
    pub(super) table: Table,
    pub(super) limits: Limits,
    pub(super) follow: Vec<FollowRule>,
    pub(super) unit: Vec<UnitRule>,
}

/// What follows a prefix.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Number {
    /// The digits so far as a number.
    pub(super) value: u64,
    /// Digits taken, look-alikes included.
    pub(super) taken: usize,
    /// Look-alikes among them.
    pub(super) repaired: usize,
    letters: usize,
    /// Whether a letter that looks like a digit comes directly after the prefix.
    letter_first: bool,
    /// There was a bar where a digit could be.
    pub(super) bar: bool,
    /// Bars were read as digits.
    pub(super) bars: bool,
    /// Byte after the last digit taken.
    pub(super) end: usize,
    /// Byte after the digits glued on.
    pub(super) tail_end: usize,
    pub(super) extra: bool,
    pub(super) faults: AdviceSet,
}

/// What separates two digits.
struct Gap {
    end: usize,
    space: bool,
    symbol: bool,
    invisible: bool,
}

/// Adjacent digits; invisible characters between them are ignored.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) count: usize,
    /// The value of the first eight.
    head: u32,
}

impl Grammar {
    /// The character at a byte, with its class and the byte after it.
    #[inline]
    pub(super) fn peek(&self, text: &str, at: usize) -> Option<(Class, usize)> {
        let char = text.get(at..)?.chars().next()?;
        Some((self.table.class(char), at + char.len_utf8()))
    }

    /// The first byte from `at` on that does not begin an invisible character.
    pub(super) fn visible(&self, text: &str, mut at: usize) -> usize {
        while let Some((Class::Invisible, next)) = self.peek(text, at) {
            at = next;
        }
        at
    }

    /// Parses what follows a prefix, from the byte after it.
    pub(super) fn number(&self, text: &str, at: usize) -> Number {
        let number = self.attempt(text, at, false);
        if number.taken < TEN && number.bar {
            let with_bars = self.attempt(text, at, true);
            if with_bars.taken == TEN && !with_bars.extra {
                return with_bars;
            }
        }
        // A letter directly after the prefix makes a word (PO, POS) unless there are exactly ten digits.
        match number.letter_first && (number.taken < TEN || number.extra) {
            true => Number { end: at, tail_end: at, ..Number::default() },
            false => number,
        }
    }

    fn attempt(&self, text: &str, at: usize, bars: bool) -> Number {
        let mut number = Number { end: at, tail_end: at, ..Number::default() };
        while number.taken < TEN {
            let gap = self.gap(text, number.end);
            let more = match gap.space || gap.symbol {
                false => self.take_tight(text, &gap, &mut number),
                true if bars && self.take_bar(text, &mut number) => true,
                true => self.take_behind_gap(text, &gap, &mut number),
            };
            if !more {
                return number;
            }
        }
        self.judge_tail(text, &mut number);
        number
    }

    fn gap(&self, text: &str, at: usize) -> Gap {
        let mut gap = Gap { end: at, space: false, symbol: false, invisible: false };
        while let Some((class, next)) = self.peek(text, gap.end) {
            let bridged = class == Class::Space || class == Class::Invisible || class.is_symbol();
            if !bridged {
                break;
            }
            gap.space |= class == Class::Space;
            gap.invisible |= class == Class::Invisible;
            gap.symbol |= class.is_symbol();
            gap.end = next;
        }
        gap
    }

    /// Digits or look-alikes directly after the last one.
    fn take_tight(&self, text: &str, gap: &Gap, number: &mut Number) -> bool {
        match self.peek(text, gap.end) {
            Some((Class::Digit { .. }, _)) => {
                let run = self.run(text, gap.end);
                if number.taken == 0 && self.unit_of(text, &run) {
                    return false;
                }
                number.faults.add_if(gap.invisible, Advice::BrokenBySpace);
                self.take(text, gap.end, number);
                true
            }
            Some((Class::Lookalike { value, shape: Shape::Sign }, next)) => {
                number.repair(value, next);
                true
            }
            Some((Class::Lookalike { .. }, _)) => self.take_letters(text, gap.end, number),
            Some(_) | None => false,
        }
    }

    /// Letters read as digits: all of a cluster or none, so that words remain words.
    fn take_letters(&self, text: &str, at: usize, number: &mut Number) -> bool {
        let (mut count, mut end) = (0, at);
        let next = loop {
            match self.peek(text, end) {
                Some((
                    Class::Lookalike { shape: Shape::AsciiLetter | Shape::Letter, .. },
                    next,
                )) => {
                    (count, end) = (count + 1, next);
                }
                // Invisible characters do not split a word.
                Some((Class::Invisible, next)) => break self.peek(text, self.visible(text, next)),
                other => break other,
            }
        };
        let next = next.map(|(class, _)| class);
        let word = next.is_some_and(|class| class.is_ascii_letter() || class.is_prefix());
        let together_max = match number.taken {
            0 => 1,
            _ => self.limits.lookalike_letters_together_max,
        };
        let first_without_digit = number.taken == 0 && !matches!(next, Some(Class::Digit { .. }));
        if word
            || first_without_digit
            || count > together_max
            || number.letters + count > self.limits.lookalike_letters_max
            || number.taken + count > TEN
        {
            return false;
        }
        number.letter_first |= number.taken == 0;
        number.letters += count;
        let mut place = at;
        while let Some((Class::Lookalike { value, .. }, next)) = self.peek(text, place) {
            if place >= end {
                break;
            }
            number.repair(value, next);
            place = next;
        }
        true
    }

    /// Reads a bar as a 1, with a digit or the prefix on one side and a digit on the other.
    fn take_bar(&self, text: &str, number: &mut Number) -> bool {
        let Some((Class::Lookalike { value, shape: Shape::Bar }, next)) =
            self.peek(text, number.end)
        else {
            return false;
        };
        let before_digit = matches!(self.peek(text, next), Some((Class::Digit { .. }, _)));
        if before_digit {
            number.repair(value, next);
            number.bars = true;
        }
        before_digit
    }

    fn take_behind_gap(&self, text: &str, gap: &Gap, number: &mut Number) -> bool {
        let tight_bar = matches!(self.peek(text, number.end), Some((Class::Lookalike { .. }, _)));
        let Some((Class::Digit { .. }, _)) = self.peek(text, gap.end) else {
            return false;
        };
        number.bar |= tight_bar;
        let run = self.run(text, gap.end);
        let missing = TEN - number.taken;
        if (run.count < TEN && self.unit_of(text, &run))
            || self.amount_or_date(text, &run) > missing
            || (run.count > missing && !self.splits(text, &run, missing))
        {
            return false;
        }
        number.faults.add_if(gap.space || gap.invisible, Advice::BrokenBySpace);
        number.faults.add_if(gap.symbol, Advice::SpecialCharacter);
        self.take(text, gap.end, number);
        true
    }

    /// Whether a run that is longer than the missing digits can be divided: the rest reads as a month or a date while
    /// the full run does not, or most of the run belongs to the reference.
    fn splits(&self, text: &str, run: &Run, missing: usize) -> bool {
        if self.follows(text, run).is_some() {
            return false;
        }
        let mut at = run.start;
        for _ in 0..missing {
            at = self.digit(text, at).map_or(at, |(_, next)| next);
        }
        let rest = self.run(text, self.visible(text, at));
        rest.count < missing || self.follows(text, &rest).is_some()
    }

    /// Takes digits of a run as long as digits are missing.
    fn take(&self, text: &str, at: usize, number: &mut Number) {
        let mut at = at;
        while number.taken < TEN {
            let Some((class, next)) = self.peek(text, at) else { return };
            if let Class::Digit { value, folded } = class {
                let broken = number.taken > 0 && self.hidden(text, number.end, at);
                number.faults.add_if(broken, Advice::BrokenBySpace);
                number.faults.add_if(folded, Advice::FullWidth);
                number.push(value, next);
            } else if class != Class::Invisible {
                return;
            }
            at = next;
        }
    }

    /// Whether there is an invisible character between two bytes.
    fn hidden(&self, text: &str, from: usize, to: usize) -> bool {
        matches!(self.peek(text, from), Some((Class::Invisible, _))) && from < to
    }

    /// Judges the digits glued on after ten.
    fn judge_tail(&self, text: &str, number: &mut Number) {
        number.tail_end = number.end;
        let rest = self.run(text, self.visible(text, number.end));
        if rest.count == 0 {
            return;
        }
        number.tail_end = rest.end;
        number.faults.add_if(rest_folded(self, text, &rest), Advice::FullWidth);
        match self.follows(text, &rest) {
            Some(_) => number.faults.add(Advice::DigitsFollow),
            None => {
                number.extra = true;
                number.faults.add(Advice::ExtraDigits);
            }
        }
    }

    /// The digit at a byte, skipping invisible characters before it.
    fn digit(&self, text: &str, at: usize) -> Option<(u8, usize)> {
        match self.peek(text, self.visible(text, at))? {
            (Class::Digit { value, .. }, next) => Some((value, next)),
            _ => None,
        }
    }

    /// The digits from a byte on.
    pub(super) fn run(&self, text: &str, start: usize) -> Run {
        let mut run = Run { start, end: start, count: 0, head: 0 };
        while let Some((value, next)) = self.digit(text, run.end) {
            if run.count < 8 {
                run.head = run.head * 10 + u32::from(value);
            }
            run.count += 1;
            run.end = next;
        }
        run
    }

    /// Whether a word follows a byte; `spaced` allows white space before it.
    fn word_follows(&self, text: &str, at: usize, word: &str, spaced: bool) -> bool {
        let mut at = at;
        while let Some((class, next)) = self.peek(text, at) {
            if class != Class::Invisible && !(spaced && class == Class::Space) {
                break;
            }
            at = next;
        }
        text.get(at..).is_some_and(|rest| rest.starts_with(word))
    }

    /// Whether the run is the number of a word of its own, such as a month.
    fn unit_of(&self, text: &str, run: &Run) -> bool {
        self.unit.iter().any(|unit| {
            unit.digits.contains(&run.count)
                && unit
                    .words
                    .iter()
                    .any(|word| self.word_follows(text, run.end, word.as_ref(), unit.spaced))
        })
    }

    /// The `follow` rule for a run glued on after a reference.
    pub(super) fn follows(&self, text: &str, run: &Run) -> Option<&FollowRule> {
        self.follow.iter().find(|rule| {
            self.fits(rule.shape.as_ref(), run)
                && rule
                    .mark
                    .as_ref()
                    .is_none_or(|mark| self.word_follows(text, run.end, mark, true))
        })
    }

    fn fits(&self, shape: &str, run: &Run) -> bool {
        if run.count != shape.len() {
            return false;
        }
        let (year, month, day) = match shape {
            "m" | "mm" => (self.limits.year_first, run.head, 1),
            "yyyy" => (run.head, 1, 1),
            "yyyymm" => (run.head / 100, run.head % 100, 1),
            _ => (run.head / 10_000, run.head / 100 % 100, run.head % 100),
        };
        let year = (self.limits.year_first..=self.limits.year_last).contains(&year).then_some(year);
        year.and_then(|year| i32::try_from(year).ok())
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .is_some()
    }

    /// Digits of the amount (`1,200.00`) or the date (`2026-05`) that begins with a run; 0 for neither.
    fn amount_or_date(&self, text: &str, run: &Run) -> usize {
        let part = |from: usize, mark: &[char]| {
            let rest = text.get(from..)?;
            let char = rest.chars().next().filter(|char| mark.contains(char))?;
            let part = self.run(text, from + char.len_utf8());
            (part.count > 0).then_some(part)
        };
        let (mut count, mut end) = (run.count, run.end);
        if run.count <= 3 {
            while let Some(group) = part(end, &[',', '，']).filter(|group| group.count == 3) {
                (count, end) = (count + 3, group.end);
            }
        }
        if let Some(cents) = part(end, &['.', '．']).filter(|cents| cents.count == 2) {
            return count + cents.count;
        }
        if end > run.end {
            return count;
        }
        let month = part(end, &['-', '/', '.', '－', '／']).filter(|month| {
            self.fits("yyyy", run) && (self.fits("m", month) || self.fits("mm", month))
        });
        month.map_or(0, |month| count + month.count)
    }
}

impl Number {
    fn push(&mut self, value: u8, end: usize) {
        self.value = self.value * 10 + u64::from(value);
        self.taken += 1;
        self.end = end;
    }

    fn repair(&mut self, value: u8, end: usize) {
        self.push(value, end);
        self.repaired += 1;
        self.faults.add(Advice::Lookalike);
    }
}

/// Whether a digit of the run has another form.
fn rest_folded(grammar: &Grammar, text: &str, run: &Run) -> bool {
    let mut chars = text.get(run.start..run.end).unwrap_or_default().chars();
    chars.any(|char| matches!(grammar.table.class(char), Class::Digit { folded: true, .. }))
}
