//! Chooses which letters of a night go as a text message or to the hall's inbox instead of mail and paper.
//!
//! Start at [`distribute`], which the caller runs after the night's letters are written and before any becomes a
//! file. An employer chooses its ways; the default is mail, then a text message, then paper.

use super::RunError;
use crate::alert::CentreContact;
use crate::alert::channel::{Kind, Way, mobile, text};
use crate::rulebook::letter::LetterRules;
use crate::store::{LetterRow, Routed, Store};
use chrono::NaiveDate;

/// What is needed to send text messages; without a gateway there are none.
pub struct Texts<'a> {
    pub centre: &'a CentreContact,
    pub rules: &'a LetterRules,
    /// The most messages that one text may take.
    pub parts_max: usize,
}

/// Counts of letters that go another way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distributed {
    pub texts: u64,
    /// Copied to the hall's inbox.
    pub hall: u64,
}

/// Distributes the letters of a night by the ways their employers want.
///
/// # Errors
/// [`RunError`] where the store fails.
pub fn distribute(
    store: &Store,
    night: NaiveDate,
    texts: Option<&Texts<'_>>,
) -> Result<Distributed, RunError> {
    by_their_ways(store, &store.routed(night)?, texts)
}

/// The same for letters that were held and then released; call it before their pages are written.
///
/// # Errors
/// [`RunError`] where the store fails.
pub fn distribute_released(
    store: &Store,
    texts: Option<&Texts<'_>>,
) -> Result<Distributed, RunError> {
    by_their_ways(store, &store.routed_released()?, texts)
}

fn by_their_ways(
    store: &Store,
    routed: &[Routed],
    texts: Option<&Texts<'_>>,
) -> Result<Distributed, RunError> {
    let mut done = Distributed::default();
    let in_hall: Vec<&LetterRow> = routed
        .iter()
        .filter(|one| ways(one).contains(&Way::Inbox))
        .map(|one| &one.letter)
        .collect();
    store.put_in_hall(&in_hall)?;
    done.hall = in_hall.len() as u64;
    for one in routed {
        if let Some((number, text)) = texts.and_then(|texts| texts.first(one)) {
            done.texts += u64::from(store.by_text(&one.letter.letter_id, &number, &text)?);
        }
    }
    Ok(done)
}

/// The ways for a letter: its employer's choice for its kind, or the default.
fn ways(routed: &Routed) -> Vec<Way> {
    let kind = Kind::of(&routed.letter.kind, &routed.letter.message).code();
    let own = routed.ways.iter().find(|(of, _)| of == kind);
    own.and_then(|(_, ways)| Way::list(ways)).unwrap_or_else(|| Way::USUAL.to_vec())
}

impl Texts<'_> {
    /// The number and text of a letter whose first way is a text message.
    fn first(&self, routed: &Routed) -> Option<(String, String)> {
        let number = routed.mobile.as_deref().and_then(mobile);
        let letter = &routed.letter;
        let way = Way::first(&ways(routed), !letter.on_paper(), number.is_some());
        let kind = Kind::of(&letter.kind, &letter.message);
        let text = text(
            kind,
            (&letter.letter_id, &letter.number),
            self.centre,
            self.rules,
            self.parts_max,
        );
        (way == Way::Sms).then_some(number?).zip(text)
    }

    /// The same for a letter that would otherwise be printed.
    ///
    /// # Errors
    /// [`RunError`] where the store fails.
    pub fn before_paper(
        &self,
        store: &Store,
        letter: &LetterRow,
    ) -> Result<Option<(String, String)>, RunError> {
        Ok(self.first(&store.routes_of(letter)?))
    }
}
