//! Who claims a centre, and that a store works under that claim.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// Names who claims: the machine, the process, and what tells two processes of one number apart.
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
    /// Until when it was last said to hold.
    pub(super) until: Arc<AtomicI64>,
}
