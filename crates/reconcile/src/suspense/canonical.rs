//! The text for digests, different for any two contents.

use sha2::{Digest, Sha256};

/// Text that two contents cannot share: every part follows its length.
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
