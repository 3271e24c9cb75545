//! The centre's mail that is not about an employer's money: summaries, alarms, confirmations.
//!
//! It goes into the outbox with the letters. Without a mail server or recipients in `letters.staff` nothing is
//! written.

use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Failure};
use super::settings::Settings;
use crate::alert::staff::ATTACHED_BYTES_MAX;
use crate::alert::{Alarm, ServerFault, StaffMail};
use crate::nightly;
use crate::remittance::{Language, Localized};
use crate::report::Report;
use crate::rulebook::Rulebook;
use crate::store::{LetterRow, Store};
use crate::suspense::trail::TrailEntry;
use chrono::NaiveDate;
use std::path::Path;

/// Writes the night's summary with its report, and an alarm if needed.
pub(super) fn tell(centre: &Centre, report: &Report, page: &Path) -> Result<(), Failure> {
    if !tells(centre) {
        return Ok(());
    }
    access(&centre.settings, &centre.rules, &centre.store)?;
    let sentences = &centre.rules.letters;
    let mut summary = StaffMail::summary(report, &centre.store.outbox_counts()?, sentences);
    let bytes = std::fs::read(page).doing(|| format!("cannot read {}", page.display()))?;
    if bytes.len() <= ATTACHED_BYTES_MAX {
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        summary.attachment = Some((name, bytes));
    }
    post(centre, &summary)?;
    let mut alarms: Vec<Alarm> = report.warnings.iter().filter_map(Alarm::of).collect();
    for missing in nightly::missing_feeds(&centre.store, &centre.rules.calendar, report.as_of)? {
        alarms.push(Alarm::Feed {
            bank_name: missing.bank_name,
            account: missing.account.to_string(),
            nights: missing.nights,
        });
    }
    if let Some(held) = centre.store.held_night(report.as_of)? {
        let why: Vec<_> = held.why.iter().map(|pull| pull.in_language(Language::Chinese)).collect();
        alarms.insert(0, Alarm::Held { letters: held.letters, why: why.join("；") });
    }
    match StaffMail::alarm(report.as_of, &alarms, sentences) {
        Some(alarm) => post(centre, &alarm.with_trail(report.trail.as_ref())),
        None => Ok(()),
    }
}

/// Writes an alarm about a failed night. A failure to write it was already reported.
pub(super) fn failed(centre: &Centre, night: NaiveDate, error: &str) {
    if !tells(centre) {
        return;
    }
    let alarms = [Alarm::Failed { error: error.to_owned() }];
    let alarm = StaffMail::alarm(night, &alarms, &centre.rules.letters);
    if let Some(Err(failure)) = alarm.map(|alarm| post(centre, &alarm)) {
        tell!("the alarm could not be written: {}", failure.sentence());
    }
}

/// Writes an alarm about a mail server that rejects everything until somebody fixes it. It is visible in the
/// outbox, and is sent first once the server accepts mail again. Once a day.
pub(super) fn refused_by_the_server(
    settings: &Settings,
    (store, rules): (&Store, &Rulebook),
    fault: &ServerFault,
) {
    let Some(answer) = fault.lasting() else { return };
    if settings.letters.staff.is_empty() {
        return;
    }
    let answer = answer.to_owned();
    let alarms = match fault {
        ServerFault::Content(_) => [Alarm::Content { answer }],
        ServerFault::Authority(_)
        | ServerFault::Unreachable(_)
        | ServerFault::Silent
        | ServerFault::Login(_)
        | ServerFault::Sender(_)
        | ServerFault::Recipients(_)
        | ServerFault::Unsteady(_)
        | ServerFault::Limited(_) => [Alarm::Mail { answer }],
    };
    let Some(alarm) = StaffMail::alarm(clock::today(), &alarms, &rules.letters) else { return };
    if let Err(failure) = put(settings, store, &alarm, &settings.letters.staff) {
        tell!("the alarm could not be written: {}", failure.sentence());
    }
}

/// Writes the letter that asks to confirm an address.
pub(super) fn ask(
    centre: &Centre,
    employer: &str,
    address: &str,
    link: &str,
    days: i64,
) -> Result<(), Failure> {
    let contact = centre.contact();
    let question =
        StaffMail::question(clock::today(), employer, link, days, &contact, &centre.rules.letters);
    put(&centre.settings, &centre.store, &question, &[address.to_owned()])
}

/// Writes the access changes since the last mail: pending changes, acts at the command line, and approvals by
/// somebody whose access another person had renewed.
pub(super) fn access(settings: &Settings, rules: &Rulebook, store: &Store) -> Result<(), Failure> {
    if !addressed(settings) {
        return Ok(());
    }
    let news = store.access_news()?;
    let Some((last, _)) = news.last() else { return Ok(()) };
    let last = *last;
    let entries: Vec<TrailEntry> = news.into_iter().map(|(_, entry)| entry).collect();
    let mail = StaffMail::access(clock::today(), &entries, clock::beijing, &rules.letters);
    if let Some(mail) = mail {
        put(settings, store, &mail, &settings.letters.staff)?;
    }
    Ok(store.mark_access_told(last)?)
}

fn tells(centre: &Centre) -> bool {
    addressed(&centre.settings)
}

fn addressed(settings: &Settings) -> bool {
    settings.letters.smtp.is_some() && !settings.letters.staff.is_empty()
}

fn post(centre: &Centre, mail: &StaffMail) -> Result<(), Failure> {
    put(&centre.settings, &centre.store, mail, &centre.settings.letters.staff)
}

fn put(
    settings: &Settings,
    store: &Store,
    mail: &StaffMail,
    readers: &[String],
) -> Result<(), Failure> {
    let contact = settings.contact();
    let letter = |to: &String| -> Result<LetterRow, Failure> {
        let message = mail.eml(&contact, to).doing(|| format!("cannot write to {to:?}"))?;
        Ok(LetterRow {
            letter_id: mail.letter_id(&contact, to),
            kind: mail.kind.code().to_owned(),
            employer_id: String::new(),
            written_on: mail.night,
            recipient: to.to_owned(),
            subject: mail.subject.clone(),
            number: String::new(),
            message: String::from_utf8_lossy(&message).into_owned(),
        })
    };
    let letters: Vec<LetterRow> = readers.iter().map(letter).collect::<Result<_, _>>()?;
    Ok(store.post_letters(&letters)?)
}
