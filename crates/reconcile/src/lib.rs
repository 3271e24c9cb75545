//! From a remark to a decision: what a payer wrote, which notice it means, what becomes of the money.
//!
//! Along the way of the money: [`remark`] reads what a remark says, [`matching`] decides, [`suspense`]
//! says what staff may do with what is open, [`report`] is what they read in the morning. All of it
//! follows the [`rulebook`] and the working days of the [`calendar`].
//!
//! Pure: same values in, same values out. No clock, file, database or environment.

pub mod calendar;
pub mod matching;
pub mod remark;
pub mod report;
pub mod rulebook;
pub mod suspense;
