//! The texts of one entry, one after the other in buffers that are reused for the next.
//!
//! Start at [`Texts::word`]. A field is a [`Span`] of a buffer: starting an entry drops all texts by resetting four
//! positions, and a detail is a few numbers that can be kept by the thousand. Texts that a bank cuts into pieces
//! (`Ustrd`, `Strd`, `AddtlTxInf`) have a buffer each, so that a piece always directly follows the one before.
//!
//! Invariant: a span is read from the buffer that made it, for the open entry.

/// Separates texts of different origin. It consists of words, because a reference may be broken by spaces and signs:
/// one text must never complete a number cut off in the other.
const JOINT: &str = "；另：";

/// The place of a text in its buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    from: usize,
    to: usize,
}

impl Span {
    pub(super) const fn is_empty(self) -> bool {
        self.from == self.to
    }
}

/// A buffer of texts.
#[derive(Debug, Default)]
pub(super) struct Texts(String);

impl Texts {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn get(&self, span: Span) -> &str {
        self.0.get(span.from..span.to).unwrap_or_default()
    }

    /// Keeps a text.
    pub(super) fn word(&mut self, text: &str) -> Span {
        let from = self.0.len();
        self.0.push_str(text);
        Span { from, to: self.0.len() }
    }

    /// Appends a text of another origin to the last one.
    pub(super) fn join(&mut self, whole: &mut Span, part: &str) {
        self.add(whole, JOINT, part);
    }

    /// Appends the next piece of the same text (banks cut it after 140 characters).
    pub(super) fn extend(&mut self, whole: &mut Span, part: &str) {
        self.add(whole, " ", part);
    }

    fn add(&mut self, whole: &mut Span, between: &str, part: &str) {
        if part.is_empty() {
            return;
        }
        if whole.is_empty() {
            *whole = self.word(part);
        } else {
            self.0.push_str(between);
            self.0.push_str(part);
            whole.to = self.0.len();
        }
    }
}

/// Appends a text of another origin.
pub(in crate::feed) fn join(whole: &mut String, part: &str) {
    if !part.is_empty() {
        if !whole.is_empty() {
            whole.push_str(JOINT);
        }
        whole.push_str(part);
    }
}
