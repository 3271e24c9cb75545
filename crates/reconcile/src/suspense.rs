//! 挂账: the life of an item in suspense, from the night that could not settle it to its resolution.
//!
//! Start at [`Stage::after`]: which step may follow which. What staff decide is an [`Act`] on items;
//! a [`Proposal`] carries it from one person to another; what cannot be done is a [`DeskRefusal`], a value
//! with words for people. Who may do what is [`Role::may`] and the limits of `rulebook/desk.rs`; what was
//! done is chained in the [`trail`]. Why an item is open is `remittance::Reason`; what might resolve it is
//! suggested by `matching::suggest`. Who gives whom access is [`AccessKind`]; it takes two as well.
//!
//! Invariant: who proposes does not approve, and what is approved leaves the engine's hands: an item
//! that is [`Stage::held_by_staff`] is no longer given to `matching::decide`.

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
