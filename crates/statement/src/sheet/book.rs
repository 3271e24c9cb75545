//! A workbook's data for all its sheets: number formats and shared texts.

use super::{Format, Unreadable};

/// A workbook's data for all its sheets.
#[derive(Default)]
pub(super) struct Book {
    pub(super) formats: Vec<Format>,
    pub(super) texts: Texts,
    pub(super) since_1904: bool,
}

/// The shared texts, joined.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) text: String,
    pub(super) ends: Vec<usize>,
}

impl Texts {
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(index)?)
    }
}

pub(super) fn broken(error: &dyn std::fmt::Display) -> Unreadable {
    Unreadable::Broken(error.to_string())
}
