//! From a remark to a decision: what a payer wrote, which notice it means, what happens to the money.
//!
//! In the order of the money: [`remark`] parses remarks, [`matching`] decides, [`suspense`] says what staff may do with
//! open items, [`report`] is what they read in the morning. All of it follows the [`rulebook`] and the working days of
//! the [`calendar`].
//!
//! Pure: the same input gives the same output. No clock, file, database or environment.

pub mod calendar;
pub mod matching;
pub mod remark;
pub mod report;
pub mod rulebook;
pub mod suspense;
