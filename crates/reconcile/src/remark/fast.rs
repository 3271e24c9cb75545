//! The fast path for plain remarks, which nearly all are.
//!
//! Start at [`Quick::claim`]. It looks at bytes only: for P and p, for control characters, and for the lead bytes of
//! any character that could be a digit, a prefix, a letter of a word or invisible. If there is only one P with ten
//! digits after it, or no P and fewer than ten digits, the answer is known; everything else goes to the full rule.
//!
//! Invariant: its answers equal those of the full rule (a property test checks it).

use super::class::{Class, Shape, Table};
use super::{Claim, PaymentReference};

/// The bytes that send a remark to the full rule.
#[derive(Clone, Debug)]
pub(super) struct Quick {
    /// By byte: 1 for a byte that needs a closer look (P among them), else 0.
    look: Box<[u8; 256]>,
    /// By byte: 1 for an ASCII digit.
    digit: Box<[u8; 256]>,
}

impl Quick {
    pub(super) fn new(table: &Table) -> Self {
        let (mut look, mut digit) = (Box::new([0; 256]), Box::new([0; 256]));
        for char in (0..0x1_0000).filter_map(char::from_u32) {
            if !calm(char, table.class(char)) {
                let lead = char.encode_utf8(&mut [0; 4]).bytes().next().map(usize::from);
                if let Some(place) = lead.and_then(|lead| look.get_mut(lead)) {
                    *place = 1;
                }
            }
        }
        // Beyond the basic plane (lead bytes F0 to F4) everything is rare enough for the full rule.
        for place in look.iter_mut().skip(0xF0) {
            *place = 1;
        }
        for place in digit.iter_mut().skip(usize::from(b'0')).take(10) {
            *place = 1;
        }
        Self { look, digit }
    }

    /// The claim, or `None` if the full rule is needed.
    #[inline]
    pub(super) fn claim(&self, text: &str) -> Option<Claim> {
        let bytes = text.as_bytes();
        let marked = |byte: &u8| self.look.get(usize::from(*byte)).is_some_and(|mark| *mark == 1);
        match bytes.iter().position(marked) {
            None => {
                let digits = bytes
                    .iter()
                    .filter(|byte| self.digit.get(usize::from(**byte)).is_some_and(|one| *one == 1))
                    .take(10)
                    .count();
                (digits < 10).then_some(Claim::None)
            }
            Some(at) => {
                let (before, rest) = bytes.split_at_checked(at)?;
                if before.last().is_some_and(u8::is_ascii_alphabetic) {
                    return None;
                }
                let (reference, behind) = rest.split_at_checked(11)?;
                if behind.first().is_some_and(u8::is_ascii_digit) || behind.iter().any(marked) {
                    return None;
                }
                plain(reference).map(Claim::Certain)
            }
        }
    }
}

/// Whether a character changes nothing around a P with ten digits, and cannot be part of them.
fn calm(char: char, class: Class) -> bool {
    match class {
        Class::Prefix { .. } | Class::PrefixLookalike | Class::Invisible => false,
        Class::Digit { .. }
        | Class::Letter
        | Class::Lookalike { shape: Shape::AsciiLetter, .. } => char.is_ascii(),
        Class::Lookalike { .. } | Class::Space | Class::Symbol | Class::Other => true,
    }
}

/// A reference in the required form.
fn plain(bytes: &[u8]) -> Option<PaymentReference> {
    let (b'P', digits) = bytes.split_first()? else { return None };
    let mut number = 0;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u64::from(byte - b'0');
    }
    PaymentReference::from_number(number)
}
