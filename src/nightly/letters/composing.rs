//! Turns due notifications into letters: collects them by employer, writes them and marks them as notified.
//!
//! Start at [`Writer::compose`]. Due notifications come from payments ([`super::gathering`]), reopened notices
//! ([`super::notices`]) and habits of writing ([`super::habits`]). An employer that got a letter within the week
//! waits, and nobody gets one on a day off.
//!
//! Invariant: a letter and the marks of its content are committed together; an employer gets one letter a night.

use super::due::Notification;
use super::habits::Advised;
use super::notices::NoticeTelling;
use super::{LetterEmployer, Writer};
use crate::alert::{
    Addressee, Contents, Digest, DigestItem, Due, Habit, Letter, LetterKind, LetterRefusal,
    NewsStage, NoticeNews, Rhythm, Told, habit, letter_number, may_write,
};
use crate::nightly::RunError;
use crate::remittance::Outcome;
use crate::store::{
    LetterRow, NoticeMark, NotificationKey, NotificationMark, Recording, ToldTonight, Withheld,
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Letters inserted into the outbox per batch: limits memory.
pub(super) const POSTED_TOGETHER: usize = 250;

/// How many numbers are tried when a letter's number is already used.
const NUMBERS_TRIED: u32 = 64;

/// Everything due to one employer.
#[derive(Default)]
struct Pack {
    notifications: Vec<Notification>,
    notices: Vec<NoticeTelling>,
    advised: Vec<Advised>,
}

/// The marks of one letter's content.
#[derive(Default)]
struct Marks {
    items: Vec<NotificationMark>,
    notices: Vec<NoticeMark>,
}

/// A letter without its number.
struct Composed {
    digest: Digest,
    marks: Marks,
}

impl Writer<'_> {
    /// Writes every due letter into the outbox. Employers in `later` wait for their arrears letter.
    pub(super) fn compose(
        &self,
        recording: &mut Recording,
        (withheld, later): (&Withheld, &BTreeSet<String>),
        all: &mut ToldTonight,
    ) -> Result<(), RunError> {
        let packs = self.packs(recording, withheld)?;
        let lately = recording.lately_written(crate::alert::rhythm::APART)?;
        let advised = recording.advised()?;
        let night = self.tools.settings.as_of;
        let waits = |employer_id: &String| {
            let last = lately.get(employer_id).map(|(on, _)| *on);
            later.contains(employer_id) || !may_write(last, night)
        };
        let mut composed = Vec::new();
        let due = packs.into_iter().filter(|(employer_id, _)| !waits(employer_id));
        for (employer_id, pack) in due {
            let advised_on = advised.get(&employer_id).copied();
            composed.push((employer_id, pack, advised_on));
        }
        for some in composed.chunks_mut(POSTED_TOGETHER) {
            let employers: Vec<&str> = some.iter().map(|(id, ..)| id.as_str()).collect();
            let postal = self.postal(recording, &employers)?;
            let digests: Vec<Composed> = some
                .iter_mut()
                .filter_map(|(employer_id, pack, advised_on)| {
                    let address = postal.get(employer_id.as_str()).cloned();
                    self.digest(employer_id, std::mem::take(pack), *advised_on, address)
                })
                .collect();
            self.post(recording, digests, all)?;
        }
        Ok(())
    }

    /// The due notifications by employer; those with nothing to report are marked.
    fn packs(
        &self,
        recording: &mut Recording,
        withheld: &Withheld,
    ) -> Result<BTreeMap<String, Pack>, RunError> {
        let mut gathered = self.gather(recording, withheld)?;
        let mut packs: BTreeMap<String, Pack> = BTreeMap::new();
        let drafts = std::mem::take(&mut gathered.drafts);
        let followed = std::mem::take(&mut gathered.followed);
        let finished = self.finish(recording, drafts)?.into_iter();
        for notification in finished.chain(self.follow(recording, followed)?) {
            let employer_id = notification.item.employer_id.clone();
            if self.is_worth_it(&employer_id, notification.item.asks_for_something()) {
                packs.entry(employer_id).or_default().notifications.push(notification);
            } else {
                gathered.quiet.push(notification.key);
            }
        }
        let mut quiet = Vec::new();
        for notification in
            self.notices_due(recording, (withheld, &gathered.in_suspense), &mut quiet)?
        {
            let employer_id = notification.news.employer_id.clone();
            if self.is_worth_it(&employer_id, notification.news.asks_for_something()) {
                packs.entry(employer_id).or_default().notices.push(notification);
            } else {
                quiet.push((notification.mark.reference, notification.mark.ordinal));
            }
        }
        for advised in self.advised(recording, gathered.advised)? {
            packs.entry(advised.employer_id.clone()).or_default().advised.push(advised);
        }
        recording.dismiss(&gathered.quiet)?;
        recording.dismiss_notices(&quiet)?;
        Ok(packs)
    }

    /// Whether it is worth sending: paper letters only ask for action.
    fn is_worth_it(&self, employer_id: &str, asks: bool) -> bool {
        let entry = self.book.employers.get(employer_id);
        entry
            .is_some_and(|entry| entry.rhythm != Rhythm::Never && (asks || entry.address.is_some()))
    }

    /// The addresses of employers that get paper letters.
    pub(super) fn postal(
        &self,
        recording: &Recording,
        employers: &[&str],
    ) -> Result<BTreeMap<String, String>, RunError> {
        let on_paper = |employer_id: &&&str| {
            self.book.employers.get(**employer_id).is_some_and(|entry| entry.address.is_none())
        };
        let employers: Vec<&str> = employers.iter().filter(on_paper).copied().collect();
        Ok(recording.postal_addresses(&employers)?)
    }

    /// One employer's unwritten letter with its marks; `None` when nothing is worth a letter.
    fn digest(
        &self,
        employer_id: &str,
        pack: Pack,
        advised_on: Option<NaiveDate>,
        postal: Option<String>,
    ) -> Option<Composed> {
        let entry = self.book.employers.get(employer_id)?;
        let Pack { notifications, notices, advised } = pack;
        let mut marks = Marks::default();
        let inside = !notifications.is_empty() || !notices.is_empty();
        let (habits, advice) = super::habits::of(advised);
        let most = habits.iter().map(|habit: &Habit| habit.transactions.len()).max().unwrap_or(0);
        let night = self.tools.settings.as_of;
        let habits =
            if habit::is_due(most, inside, advised_on, night) { habits } else { Vec::new() };
        if !inside && habits.is_empty() {
            return None;
        }
        let told = |told: Notification| {
            let mark = mark(told.key, told.due, told.said, told.item.until);
            marks.items.push(mark);
            told.item
        };
        let mut items: Vec<DigestItem> = notifications.into_iter().map(told).collect();
        if !habits.is_empty() {
            let advice = advice.into_iter();
            marks.items.extend(advice.map(|key| mark(key, Due::Advice, Outcome::Matched, None)));
        }
        let mut news: Vec<NoticeNews> = Vec::with_capacity(notices.len());
        for NoticeTelling { news: mut notice, mark } in notices {
            marks.notices.push(mark);
            // Mention each notice once.
            let of_it = |item: &mut DigestItem| item.only_notice() == Some(notice.reference);
            if notice.stage == NewsStage::Reopened {
                notice.parts = items.extract_if(.., of_it).collect();
            }
            news.push(notice);
        }
        let contents = Contents { notices: news, items, habits };
        let digest = self.addressed(entry, contents, postal)?;
        Some(Composed { digest, marks })
    }

    fn addressed(
        &self,
        entry: &LetterEmployer,
        contents: Contents,
        postal: Option<String>,
    ) -> Option<Digest> {
        let night = self.tools.settings.as_of;
        let employer = &entry.employer;
        let addressee = Addressee {
            employer_id: employer.employer_id.clone(),
            name: employer.name.clone(),
            contact: employer.contact.clone(),
            email: entry.address.clone(),
            postal,
        };
        let employer_id = employer.employer_id.as_str();
        let centre = self.tools.settings.centre.clone();
        let digest = match entry.address {
            Some(_) => Digest::new(centre.clone(), addressee.clone(), night, contents.clone()),
            None => Err(LetterRefusal::NoAddress { employer_id: employer_id.to_owned() }),
        };
        let digest = match digest {
            // An imported address that is invalid counts as no address.
            Err(LetterRefusal::NoAddress { .. } | LetterRefusal::InvalidAddress { .. }) => {
                Digest::on_paper(centre, addressee, night, contents)
            }
            other => other,
        };
        match digest {
            Ok(digest) => Some(digest),
            Err(refusal) => {
                tracing::warn!(employer_id, reason = refusal.code(), "no letter");
                None
            }
        }
    }

    /// Writes digests into the outbox under unused numbers and adds their marks to `all`.
    fn post(
        &self,
        recording: &mut Recording,
        composed: Vec<Composed>,
        all: &mut ToldTonight,
    ) -> Result<(), RunError> {
        let ids: Vec<String> = composed.iter().map(|one| one.digest.letter_id()).collect();
        let numbers = numbers(recording, &ids)?;
        let mut letters = Vec::new();
        for (one, number) in composed.into_iter().zip(numbers) {
            let letter = Letter::numbered(&one.digest, &self.tools.rules.letters, &number);
            let Some(row) = self.row(LetterKind::Digest, letter) else { continue };
            let id = &row.letter_id;
            all.items.extend(one.marks.items.into_iter().map(|mark| (id.clone(), mark)));
            all.notices.extend(one.marks.notices.into_iter().map(|mark| (id.clone(), mark)));
            letters.push(row);
        }
        Ok(recording.post(&letters)?)
    }

    /// The outbox row of a letter; `None` when it cannot be a valid message.
    pub(super) fn row(&self, kind: LetterKind, letter: Letter) -> Option<LetterRow> {
        let night = self.tools.settings.as_of;
        let message = if letter.to.is_empty() {
            letter.html
        } else {
            match letter.eml(night) {
                Ok(message) => String::from_utf8_lossy(&message).into_owned(),
                Err(_) => {
                    let employer_id = letter.employer_id;
                    tracing::warn!(employer_id, "the letter cannot be written as a message");
                    return None;
                }
            }
        };
        Some(LetterRow {
            letter_id: letter.letter_id,
            kind: kind.code().to_owned(),
            employer_id: letter.employer_id,
            written_on: night,
            recipient: letter.to,
            subject: letter.subject,
            number: letter.number,
            message,
        })
    }
}

/// An unused number for each letter; an existing letter keeps its own.
pub(super) fn numbers(recording: &Recording, ids: &[String]) -> Result<Vec<String>, RunError> {
    let mut numbers: Vec<String> = ids.iter().map(|id| letter_number::of(id, 0)).collect();
    for attempt in 1..NUMBERS_TRIED {
        let known = recording.numbered(&numbers)?;
        let mut taken: BTreeMap<String, &String> = BTreeMap::new();
        let mut changed = false;
        for (number, id) in numbers.iter_mut().zip(ids) {
            let other = known.get(number).is_some_and(|letter_id| letter_id != id);
            let twice = taken.get(number).is_some_and(|letter_id| *letter_id != id);
            if other || twice {
                *number = letter_number::of(id, attempt);
                changed = true;
            }
            taken.insert(number.clone(), id);
        }
        if !changed {
            break;
        }
    }
    Ok(numbers)
}

fn mark(
    key: NotificationKey,
    due: Due,
    said: Outcome,
    until: Option<NaiveDate>,
) -> NotificationMark {
    let (reminded_days, done) = match due {
        Due::Reminder(days) => (days, false),
        Due::Advice => (0, true),
        Due::Outcome => (0, Told::is_final(said)),
        Due::News | Due::NotYet | Due::Nothing => (0, false),
    };
    NotificationMark { key, news: due == Due::News, reminded_days, said: Some(said), until, done }
}
