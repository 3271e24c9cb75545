//! The holder of a centre's lease, and the claim a store works under.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// Names the holder: machine, process, and a part that tells apart two processes with the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder(Arc<str>);

impl Holder {
    #[must_use]
    pub fn new(machine: &str, process: u32, begun: u64) -> Self {
        Self(format!("{machine}/{process}/{begun}").into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A store's claim, shared by all who work through it.
#[derive(Clone, Debug)]
pub(in crate::store) struct Claimed {
    pub(super) holder: Holder,
    /// The end of the lease as last renewed.
    pub(super) until: Arc<AtomicI64>,
}
