//! What a digest is taken of: text in which no two contents are alike.

use sha2::{Digest, Sha256};

/// Text that two contents cannot share: every part with its length before it.
#[derive(Default)]
pub(super) struct Canonical(Sha256);

impl Canonical {
    pub(super) fn add(&mut self, part: &str) {
        self.0.update(part.len().to_string());
        self.0.update(b":");
        self.0.update(part);
    }

    pub(super) fn hex(self) -> String {
        hex::encode(self.0.finalize())
    }
}
