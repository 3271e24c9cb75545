//! The movement that is open: `:61:` and the lines that belong to it, until the next field.

use super::information::Information;
use super::movement::Movement;
use crate::feed::camt::value::number;
use crate::feed::{Flag, Odd, Sink};
use chrono::NaiveTime;

/// Characters of a row that a reject shows.
const ROW_CHARACTERS_MAX: usize = 4096;

/// What is gathered of it; the buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) is: bool,
    pub(super) line: u64,
    pub(super) field: String,
    /// `field` can be read, and no digit of its amount can stand in the next line.
    pub(super) is_complete: bool,
    /// Lines between `:61:` and `:86:`.
    pub(super) supplement: String,
    /// The lines of `:86:`.
    pub(super) block: String,
    /// Where in `block` another `:86:` begins.
    pub(super) blocks: Vec<usize>,
    pub(super) information: Information,
}

/// A transaction type: `N`, `F` or `S` and three letters or digits.
fn begins_with_type(text: &str) -> bool {
    let code = text.as_bytes().get(..4).unwrap_or_default();
    matches!(code, [b'N' | b'F' | b'S', rest @ ..] if rest.iter().all(u8::is_ascii_alphanumeric))
}

impl Open {
    pub(super) fn begin(&mut self, value: &str, line: u64) {
        self.is = true;
        self.line = line;
        value.trim_end().clone_into(&mut self.field);
        self.is_complete = Movement::read(&self.field)
            .is_ok_and(|movement| movement.ends() || movement.amount.scale() == 2);
        self.supplement.clear();
        self.block.clear();
        self.blocks.clear();
    }

    /// Takes the rest of a line that was cut before its amount or inside it; false where the text is a
    /// line of its own.
    pub(super) fn go_on(&mut self, text: &str) -> bool {
        let behind =
            text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.'));
        // Digits behind an amount that has no end: they go on with it, or nobody knows.
        let digits = behind.len() < text.len();
        let readable = Movement::read(&self.field).is_ok();
        let length = self.field.len();
        if readable && digits && !begins_with_type(behind) {
            self.field.push(' ');
        }
        self.field.push_str(text);
        // Where it was readable and cannot be read now, the whole is refused.
        let taken = if readable { digits } else { Movement::read(&self.field).is_ok() };
        if taken {
            self.is_complete = true;
            return true;
        }
        self.field.truncate(length);
        // Nothing of the amount stands behind a line of text.
        self.is_complete = readable;
        false
    }

    pub(super) fn row(&self) -> String {
        let row = format!(":61:{}\n{}\n:86:{}", self.field, self.supplement, self.block);
        row.chars().take(ROW_CHARACTERS_MAX).collect()
    }

    /// The supplementary line where it is a time of day and nothing else.
    pub(super) fn time(&self) -> Option<NaiveTime> {
        match *self.supplement.trim_end().as_bytes() {
            [h1, h2, b':', m1, m2, b':', s1, s2] => {
                NaiveTime::from_hms_opt(number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?)
            }
            _ => None,
        }
    }

    pub(super) fn read_information(&mut self, sink: &mut dyn Sink) {
        if memchr::memchr(0, self.block.as_bytes()).is_some() {
            self.block = self.block.replace('\0', " ");
            let (line, found) = (self.line, "NUL in :86:".to_owned());
            sink.flag(Flag::Oddity { line, odd: Odd::ControlCharacter, found });
        }
        self.information.clear();
        let mut from = 0;
        for at in self.blocks.iter().copied().chain([self.block.len()]) {
            self.information.read(self.block.get(from..at).unwrap_or_default());
            from = at;
        }
    }
}
