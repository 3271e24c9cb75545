//! Letters to employers: at most one a night each, about its own money only.
//!
//! Start at [`identify`] (whose transaction it is, or nobody's), then [`Digest::new`] (whether a
//! letter may be written at all), then [`Letter::write`]. Sentences come from `rules/letters`.
//! Delivery is not here: a letter becomes `.eml` bytes ([`Letter::eml`]), the shell puts them somewhere.
//!
//! Invariants, held by the types: without an address there is no letter; every item says how it is
//! known to be this employer's ([`KnownBy`] has no word for a guess) and an item of another employer
//! is refused; accounts are masked; the letter's id follows from its content, so that a letter is
//! never written twice. No text of a payer reaches a header.

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
