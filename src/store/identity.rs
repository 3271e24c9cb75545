//! The people of a centre, their sessions, API tokens, and the throttling of failed logins.

pub(super) mod news;
pub(super) mod person;
pub(super) mod session;
pub(super) mod throttle;
pub(super) mod token;
