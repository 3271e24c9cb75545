//! Finds everything in a remark that is or may be a reference, from left to right, in one pass.
//!
//! Start at [`Grammar::scan`]. It allocates nothing: each [`Found`] is passed on at once. `judge.rs` decides what the
//! findings mean together.
//!
//! Invariant: findings do not overlap and come in the order of the remark.

use super::advice::{Advice, AdviceSet};
use super::class::Class;
use super::number::{Grammar, Number, Run};
use remittance::PaymentReference;
use remittance::reference::PAYMENT_REFERENCE_DIGITS as TEN;

/// The strength of a finding; later is stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Fewer than ten digits.
    Truncated,
    /// Ten bare digits.
    Bare,
    /// A letter directly before the prefix.
    Embedded,
    /// A prefix and ten digits, after a repair.
    Repaired,
    Certain,
}

/// One thing found, by bytes of the remark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) rank: Rank,
    pub(super) start: usize,
    /// After the tenth digit (or the last one there is).
    pub(super) end: usize,
    /// After the digits glued on.
    pub(super) tail_end: usize,
    pub(super) reference: Option<PaymentReference>,
    /// Whether bars inside are digits.
    pub(super) bars: bool,
    value: u64,
    taken: usize,
    /// Faults inside, before and after.
    pub(super) inner: AdviceSet,
    pub(super) before: AdviceSet,
    pub(super) behind: AdviceSet,
}

/// What came before the position of the scan.
#[derive(Clone, Copy)]
struct Front {
    /// Something other than white space and symbols.
    words: bool,
    /// The same, before the letters directly here.
    words_before_letters: bool,
    symbols: bool,
    /// The last visible character.
    last: Class,
    /// Whether the one before it was a digit.
    digit_before_last: bool,
    last_char: char,
}

impl Found {
    /// Whether a truncated reference can be the beginning of this one.
    pub(super) fn is_cut_from(&self, reference: PaymentReference) -> bool {
        let missing = u32::try_from(TEN.saturating_sub(self.taken)).unwrap_or_default();
        reference.number() / 10_u64.pow(missing) == self.value
    }
}

impl Grammar {
    /// Passes on what it finds, in the order of the remark.
    pub(super) fn scan(&self, text: &str, mut visit: impl FnMut(Found)) {
        let mut front = Front::new();
        let mut at = 0;
        while let Some(char) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let (class, next) = (self.table.class(char), at + char.len_utf8());
            let step = if class.is_prefix() {
                self.behind_prefix(text, &front, (class, at, next))
            } else if matches!(class, Class::Digit { .. }) {
                Some(self.bare(text, &front, at))
            } else {
                None
            };
            match step {
                None => {
                    front.pass(char, class);
                    at = next;
                }
                Some((found, end)) => {
                    if let Some(found) = found {
                        visit(found);
                    }
                    front.pass('0', Class::Digit { value: 0, folded: false });
                    at = end;
                }
            }
        }
    }

    /// What a prefix begins; `None` if it is only a letter.
    fn behind_prefix(
        &self,
        text: &str,
        front: &Front,
        (class, start, next): (Class, usize, usize),
    ) -> Option<(Option<Found>, usize)> {
        let number = self.number(text, next);
        let embedded = front.last.is_ascii_letter();
        let rank = rank(&number, class, embedded);
        let real = number.taken - number.repaired;
        if number.taken == 0
            || (rank == Rank::Truncated && (embedded || real < self.limits.truncated_digits_min))
        {
            return None;
        }
        let mut found = Found {
            rank,
            start,
            end: number.end,
            tail_end: number.tail_end.max(number.end),
            reference: (number.taken == TEN)
                .then(|| PaymentReference::from_number(number.value))
                .flatten(),
            bars: number.bars,
            value: number.value,
            taken: number.taken,
            inner: number.faults,
            before: front.faults(),
            behind: AdviceSet::default(),
        };
        if let Class::Prefix { lower, folded } = class {
            found.inner.add_if(lower, Advice::LowercasePrefix);
            found.inner.add_if(folded, Advice::FullWidth);
        } else {
            found.inner.add(Advice::Lookalike);
        }
        found.inner.add_if(rank == Rank::Truncated, Advice::Truncated);
        self.look_behind(text, &mut found);
        Some((Some(found), found.tail_end))
    }

    /// Ten bare digits, if they are here and stand alone.
    fn bare(&self, text: &str, front: &Front, at: usize) -> (Option<Found>, usize) {
        let run = self.run(text, at);
        if run.count != TEN || !self.alone(text, front, &run) {
            return (None, run.end);
        }
        let mut inner = AdviceSet::default();
        inner.add(Advice::MissingPrefix);
        let mut value = 0;
        for char in text.get(run.start..run.end).unwrap_or_default().chars() {
            if let Class::Digit { value: digit, folded } = self.table.class(char) {
                value = value * 10 + u64::from(digit);
                inner.add_if(folded, Advice::FullWidth);
            } else {
                inner.add(Advice::BrokenBySpace);
            }
        }
        let mut found = Found {
            rank: Rank::Bare,
            start: run.start,
            end: run.end,
            tail_end: run.end,
            reference: PaymentReference::from_number(value),
            bars: false,
            value,
            taken: TEN,
            inner,
            before: front.faults(),
            behind: AdviceSet::default(),
        };
        self.look_behind(text, &mut found);
        (Some(found), run.end)
    }

    /// Whether ten digits are a number of their own: not part of a word, an amount, an address, a telephone or a card
    /// number.
    fn alone(&self, text: &str, front: &Front, run: &Run) -> bool {
        const INSIDE_NUMBERS: [char; 10] = ['.', ',', '-', ':', '*', '_', '+', '\'', '．', '－'];
        const MONEY_AND_MASKS: [char; 9] = ['$', '＄', '¥', '￥', '€', '£', '*', '+', '@'];
        let joined_before = front.last.is_ascii_letter()
            || matches!(front.last, Class::Lookalike { .. } if !front.last.is_symbol())
            || MONEY_AND_MASKS.contains(&front.last_char)
            || (front.digit_before_last && INSIDE_NUMBERS.contains(&front.last_char));
        let at = self.visible(text, run.end);
        let rest = text.get(at..).unwrap_or_default();
        let Some(char) = rest.chars().next() else {
            return !joined_before;
        };
        let class = self.table.class(char);
        let digit_next = self.run(text, at + char.len_utf8()).count > 0;
        let joined_behind = class.is_ascii_letter()
            || matches!(class, Class::Lookalike { .. } if !class.is_symbol())
            || matches!(char, '@' | '*' | '%' | '％')
            || (digit_next && INSIDE_NUMBERS.contains(&char))
            || ["元", "圆", "万元"].iter().any(|money| rest.starts_with(money));
        !joined_before && !joined_behind
    }

    fn look_behind(&self, text: &str, found: &mut Found) {
        let behind = self.peek(text, self.visible(text, found.tail_end));
        let glued = found.tail_end > found.end;
        let symbol = !glued && behind.is_some_and(|(class, _)| class.is_symbol());
        found.behind.add_if(symbol, Advice::SpecialCharacter);
    }
}

impl Front {
    const fn new() -> Self {
        Self {
            words: false,
            words_before_letters: false,
            symbols: false,
            last: Class::Space,
            digit_before_last: false,
            last_char: ' ',
        }
    }

    fn pass(&mut self, char: char, class: Class) {
        if class == Class::Invisible {
            return;
        }
        if class.is_ascii_letter() && !self.last.is_ascii_letter() {
            self.words_before_letters = self.words;
        }
        self.symbols |= class.is_symbol();
        self.words |= class != Class::Space && !class.is_symbol();
        self.digit_before_last = matches!(self.last, Class::Digit { .. });
        (self.last, self.last_char) = (class, char);
    }

    fn faults(&self) -> AdviceSet {
        let embedded = self.last.is_ascii_letter();
        let words = if embedded { self.words_before_letters } else { self.words };
        let mut faults = AdviceSet::default();
        faults.add_if(embedded, Advice::Embedded);
        faults.add_if(words, Advice::NotFirst);
        faults.add_if(self.last.is_symbol() || (!words && self.symbols), Advice::SpecialCharacter);
        faults
    }
}

fn rank(number: &Number, class: Class, embedded: bool) -> Rank {
    if number.taken < TEN {
        Rank::Truncated
    } else if embedded {
        Rank::Embedded
    } else if number.extra || number.repaired > 0 || class == Class::PrefixLookalike {
        Rank::Repaired
    } else {
        Rank::Certain
    }
}
