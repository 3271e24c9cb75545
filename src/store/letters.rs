//! Letters: what employers are to be told, what they were told, and how each letter is sent.
//!
//! Start at [`outbox`], where letters wait and are settled; [`notification`] and [`notice_news`] record what
//! was told.

pub(super) mod arrears;
pub(super) mod calls;
pub(super) mod contact_preferences;
pub(super) mod letter;
pub(super) mod notice_news;
pub(super) mod notification;
pub(super) mod outbox;
pub(super) mod owed;
pub(super) mod unsubscribe;
