//! Reissues undeliverable letters: to another address, as a text message, or on paper.

use super::args::Global;
use super::clock;
use super::failure::Failure;
use super::settings::Settings;
use super::texts;
use crate::nightly::{self, Letterhead};
use crate::rulebook::Rulebook;
use crate::store::Store;

/// Reissues undeliverable letters and prints the counts.
pub(super) fn reissue(
    global: &Global,
    settings: &Settings,
    store: &Store,
    rules: &Rulebook,
) -> Result<(), Failure> {
    let letterhead = Letterhead {
        folder: &settings.outbox,
        centre: &settings.contact(),
        rules: &rules.letters,
        on: clock::today(),
    };
    let contact = settings.contact();
    let by_text = texts::texts(settings, &contact, rules);
    let written = nightly::write_anew_or_text(store, &letterhead, by_text.as_ref())?;
    if written.texted > 0 {
        note!(global, "{} letters did not arrive and go as text messages", written.texted);
    }
    if written.printed > 0 {
        let folder = settings.outbox.join("print");
        note!(
            global,
            "{} letters did not arrive and are to be posted: {}",
            written.printed,
            folder.display()
        );
    }
    if written.mailed > 0 {
        note!(global, "{} letters did not arrive and go to another address", written.mailed);
    }
    Ok(())
}
