//! 挂账: the life of an item in suspense, from the night that could not settle it to its resolution.
//!
//! Start at [`Stage::after`], which says which step may follow which. Staff decide by an [`Act`] on items; a
//! [`Proposal`] carries it from one person to another; what cannot be done is a [`DeskRefusal`], a value with words for
//! people. [`Role::may`] and the limits of `rulebook/desk.rs` say who may do what; the [`trail`] chains what was done.
//! `remittance::Reason` says why an item is open; `matching::suggest` suggests a resolution. [`AccessKind`] says who
//! gives whom access, which takes two people as well.
//!
//! Invariant: the proposer does not approve, and an approved item leaves the engine: an item that is
//! [`Stage::held_by_staff`] is no longer given to `matching::decide`.

mod access;
mod act;
mod age;
mod canonical;
mod counter;
mod item;
mod proposal;
mod proposal_state;
mod refund;
mod refusal;
mod role;
mod stage;
pub mod trail;
mod transition;

pub use crate::rulebook::desk::{ActKind, DeskRules, Limit};
pub use access::{AccessChange, AccessKind, AccessRequest, AccessState, DELAY_SECONDS};
pub use act::{Act, Allocation, Draft, Share};
pub use age::{Age, age_days};
pub use counter::{CounterOperation, CounterRequest};
pub use item::{Actor, ItemId, ItemIdError, Moment, Person, Seen};
pub use proposal::{Approval, Proposal, may, may_propose};
pub use proposal_state::ProposalState;
pub use refund::{RefundChange, RefundRequest, RefundState};
pub use refusal::{
    AccessRefusal, AdvanceRefusal, DeskRefusal, EntityKind, ItemChange, RefundFault, TakeBackFault,
};
pub use role::{Permission, Role};
pub use stage::{Stage, Step};
