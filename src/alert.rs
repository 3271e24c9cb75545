//! Letters to employers: at most one a night each, about its own money only.
//!
//! Start at [`identify`] (whose transaction it is, if anybody's), then [`Digest::new`] (whether a letter may be
//! written), then [`Letter::write`]. Sentences come from `rules/letters`. This module does not store or send: a
//! letter becomes `.eml` bytes ([`Letter::eml`]), and the caller puts them somewhere.
//!
//! Invariants, enforced by the types: without an address there is no letter. Every item says how it is known to be
//! this employer's ([`KnownBy`] has no variant for a guess), and another employer's item is refused. Accounts are
//! masked. The letter's id derives from its content, so a letter is never written twice. No payer's text reaches a
//! header.

pub mod arrears;
mod body;
pub mod bounce;
pub mod brake;
pub mod channel;
pub mod delivery;
pub mod digest;
pub mod dkim;
mod eml;
mod guard;
pub mod habit;
pub mod identity;
mod item;
mod kind;
pub mod letter;
pub mod letter_number;
mod notice;
mod outcome;
mod page;
mod paragraph;
pub mod refusal;
mod reissue;
pub mod rhythm;
pub mod sample;
pub mod smtp;
pub mod staff;
pub mod state;
mod summary;
pub mod together;
pub mod unsubscribe;
pub mod window;

pub use arrears::{Arrears, OwedMonth};
pub use brake::{FileOfLetters, Hold, NightOfLetters, Pull, pulls};
pub use delivery::{
    Delivered, Delivery, DeliveryError, LetterClaim, Outbox, Outgoing, Settled, deliver,
};
pub use digest::{Addressee, CentreContact, Contents, Digest, LetterRefusal};
pub use eml::{EmlError, dated, plain_text};
pub use habit::Habit;
pub use identity::{Clues, KnownBy, Owner, identify};
pub use item::{About, BrokenRule, DigestItem, HandbookQuote, ReadRemark};
pub use kind::LetterKind;
pub use letter::Letter;
pub use letter_number::short_id;
pub use notice::{NewsStage, NoticeNews, NoticeTold, Payback};
pub use outcome::{OpenNotice, Solution, Whereabouts};
pub use reissue::{Reissue, Written};
pub use rhythm::{Due, Rhythm, Told, may_write};
pub use smtp::{Login, MailServer, Security, ServerFault, TrialStep, try_out};
pub use staff::{Alarm, StaffMail};
pub use state::{Ending, LetterStanding, LetterState, NoMailbox, Tries};
pub use together::{Part, together};
pub use unsubscribe::{Declined, OneClick};
pub use window::Window;
