//! The open movement: `:61:` and its further lines, until the next field.

use super::information::Information;
use super::movement::Movement;
use crate::feed::camt::value::number;
use crate::feed::{Flag, Odd, Sink};
use chrono::NaiveTime;

/// Characters of a row shown in a reject.
const ROW_CHARACTERS_MAX: usize = 4096;

/// Its data; the buffers are reused.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) is: bool,
    pub(super) line: u64,
    pub(super) field: String,
    /// `field` is readable, and its amount cannot continue in the next line.
    pub(super) is_complete: bool,
    /// Lines between `:61:` and `:86:`.
    pub(super) supplement: String,
    /// The lines of `:86:`.
    pub(super) block: String,
    /// The start of each further `:86:` in `block`.
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

    /// Appends the rest of a line that was cut before or inside its amount; false if the text is a line of its own.
    pub(super) fn go_on(&mut self, text: &str) -> bool {
        let behind =
            text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.'));
        // Digits after an amount without an end: they continue it, or the amount is unknown.
        let digits = behind.len() < text.len();
        let readable = Movement::read(&self.field).is_ok();
        let length = self.field.len();
        if readable && digits && !begins_with_type(behind) {
            self.field.push(' ');
        }
        self.field.push_str(text);
        // If it was readable and is not any more, all of it is rejected.
        let taken = if readable { digits } else { Movement::read(&self.field).is_ok() };
        if taken {
            self.is_complete = true;
            return true;
        }
        self.field.truncate(length);
        // The amount cannot continue after a line of text.
        self.is_complete = readable;
        false
    }

    pub(super) fn row(&self) -> String {
        let row = format!(":61:{}\n{}\n:86:{}", self.field, self.supplement, self.block);
        row.chars().take(ROW_CHARACTERS_MAX).collect()
    }

    /// The supplementary line if it is only a time of day.
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
