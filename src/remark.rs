//! What a remark claims to pay.
//!
//! Start at [`Claim`]: it is all that `matching.rs` needs to know of a remark. It says what a payer
//! wrote, not whether such a notice exists; that is for matching to find out.

use crate::remittance::PaymentReference;

/// The reading of all of a transaction's remark fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing like a reference.
    None,
    /// The beginning of a reference; the rest is missing.
    Truncated,
    /// A payer who wrote this can have meant nothing else.
    Certain(PaymentReference),
    /// One reading, but it rests on a repair: notice and amount must both confirm it.
    Probable(PaymentReference),
    /// Several different references, in the order in which they stand.
    Several(Box<[PaymentReference]>),
}
