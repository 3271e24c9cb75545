//! Who works with a centre: persons, their sessions, tokens of programs, and how often a login may fail.

pub(super) mod news;
pub(super) mod person;
pub(super) mod session;
pub(super) mod throttle;
pub(super) mod token;
