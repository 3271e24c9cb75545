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
    /// `field` can be read.
    pub(super) is_complete: bool,
    /// Lines between `:61:` and `:86:`.
    pub(super) supplement: String,
    /// The lines of `:86:`.
    pub(super) block: String,
    /// Where in `block` another `:86:` begins.
    pub(super) blocks: Vec<usize>,
    pub(super) information: Information,
}

impl Open {
    pub(super) fn begin(&mut self, value: &str, line: u64) {
        self.is = true;
        self.line = line;
        value.trim_end().clone_into(&mut self.field);
        self.is_complete = Movement::read(&self.field).is_ok();
        self.supplement.clear();
        self.block.clear();
        self.blocks.clear();
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
