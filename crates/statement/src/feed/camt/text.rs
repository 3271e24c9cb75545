//! The texts of one entry, one behind the other in buffers that are used again for the next.
//!
//! Start at [`Texts::word`]. A field is a [`Span`] of a buffer: beginning an entry forgets all texts by
//! moving four positions, and a detail is a list of numbers that can be kept by the thousand. What a
//! bank cuts into pieces (`Ustrd`, `Strd`, `AddtlTxInf`) has a buffer each, so that a piece always stands
//! right behind the one before.
//!
//! Invariant: a span was made by the buffer that it is read from, for the entry that is open.

/// Stands between texts of different origin. Words, because a reference may be broken by spaces and
/// signs: nothing of the one text may ever complete a number cut off in the other.
const JOINT: &str = "；另：";

/// Where a text stands in its buffer.
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

    /// Adds a text of another origin to one that stands last.
    pub(super) fn join(&mut self, whole: &mut Span, part: &str) {
        self.add(whole, JOINT, part);
    }

    /// Adds the next piece of the same text (banks cut it after 140 characters).
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

/// Adds a text of another origin.
pub(in crate::feed) fn join(whole: &mut String, part: &str) {
    if !part.is_empty() {
        if !whole.is_empty() {
            whole.push_str(JOINT);
        }
        whole.push_str(part);
    }
}
