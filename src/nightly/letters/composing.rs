//! What is due becomes letters: gathered employer by employer, written, and marked as told.
//!
//! Start at [`Writer::compose`]. An item is told from what the store holds of it, whichever night found
//! it, so that a weekly letter and a reminder say the same as the first letter did.

use super::{Entry, Writer};
use crate::alert::{
    About, Addressee, BrokenRule, Digest, DigestItem, Due, HandbookQuote, Letter, Refusal, Told,
    Whereabouts,
};
use crate::calendar::WorkingDays;
use crate::matching::Because;
use crate::nightly::NightError;
use crate::remark::{Advice, Reading};
use crate::remittance::{BankTransaction, Outcome, PaymentReference, Reason, YearMonth};
use crate::report::{MaskedAccount, RemarkText};
use crate::rulebook::remark::RemarkRules;
use crate::store::{LetterRow, Recording, TellingKey, TellingMark, TellingRow, ToldTonight};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Working days that an employer has where its month leaves it none.
pub(super) const WORKING_DAYS_TO_ACT: u8 = 10;

/// Days before its month closes that an employer needs to act in it.
pub(super) const DAYS_TO_ACT: i64 = 3;

/// Letters that go into the outbox together: what of them is held in memory.
pub(super) const POSTED_TOGETHER: usize = 250;

/// Something that is due tonight.
pub(super) struct Telling {
    pub(super) key: TellingKey,
    pub(super) due: Due,
    /// What the letter says became of it.
    pub(super) said: Outcome,
    pub(super) item: DigestItem,
}

impl Writer<'_> {
    /// Writes every letter that is due into the outbox.
    pub(super) fn compose(
        &self,
        recording: &mut Recording,
        all: &mut ToldTonight,
    ) -> Result<(), NightError> {
        let night = self.tools.settings.as_of;
        let mut due: BTreeMap<String, Vec<Telling>> = BTreeMap::new();
        let (mut settled_quietly, mut followed) = (Vec::new(), Vec::new());
        let withheld = recording.withheld()?;
        recording.tellings(|row, transaction| {
            if withheld.item(&row.key) {
                return;
            }
            let Some(entry) = self.book.employers.get(&row.employer_id) else { return };
            let what = row.told.due(entry.rhythm, night);
            let on_paper = entry.address.is_none();
            match what {
                Due::NotYet => {}
                Due::Nothing => settled_quietly.push(row.key),
                // Paper is for what must be done.
                Due::Advice if on_paper || entry.declined => settled_quietly.push(row.key),
                Due::Outcome => followed.extend(self.followed(row, transaction)),
                Due::News | Due::Reminder(_) | Due::Advice => {
                    if let Some(item) = self.digest_item(&row, what, transaction) {
                        let said = row.told.outcome;
                        let telling = Telling { key: row.key, due: what, said, item };
                        due.entry(row.employer_id).or_default().push(telling);
                    }
                }
            }
        })?;
        for telling in self.follow(recording, followed)? {
            let employer_id = &telling.item.employer_id;
            let Some(entry) = self.book.employers.get(employer_id) else { continue };
            if entry.address.is_none() && !telling.item.asks_for_something() {
                settled_quietly.push(telling.key);
            } else {
                due.entry(employer_id.clone()).or_default().push(telling);
            }
        }
        recording.never_mind(&settled_quietly)?;
        let mut letters = Vec::new();
        for (employer_id, tellings) in due {
            if let Some((letter, marks)) = self.tell(&employer_id, tellings) {
                all.items.extend(marks.into_iter().map(|mark| (letter.letter_id.clone(), mark)));
                letters.push(letter);
            }
            if letters.len() == POSTED_TOGETHER {
                recording.post(&letters)?;
                letters.clear();
            }
        }
        Ok(recording.post(&letters)?)
    }

    /// Writes one employer's letter, with the marks of what it tells.
    fn tell(
        &self,
        employer_id: &str,
        tellings: Vec<Telling>,
    ) -> Option<(LetterRow, Vec<TellingMark>)> {
        let entry = self.book.employers.get(employer_id)?;
        let (items, marks): (Vec<_>, Vec<_>) = tellings
            .into_iter()
            .map(|told| (told.item, mark(told.key, told.due, told.said)))
            .unzip();
        Some((self.letter(entry, items)?, marks))
    }

    /// What a letter says of an item; `None` where this release does not know its reason.
    fn digest_item(
        &self,
        row: &TellingRow,
        due: Due,
        transaction: &BankTransaction<'_>,
    ) -> Option<DigestItem> {
        let about = match due {
            Due::News => About::Suspense(row.reason?),
            Due::Reminder(days) => About::Reminder(row.reason?, days),
            Due::Advice => About::Advice,
            Due::Outcome | Due::NotYet | Due::Nothing => return None,
        };
        self.item_about(row, about, transaction)
    }

    /// An item as every letter shows it, and what `about` adds to it.
    pub(super) fn item_about(
        &self,
        row: &TellingRow,
        about: About,
        transaction: &BankTransaction<'_>,
    ) -> Option<DigestItem> {
        let account = self.tools.accounts.get(row.key.account)?;
        let readings = self.readings(transaction);
        let remark_rules = &self.tools.rules.remark;
        let mut rules = match about {
            About::Settled(_) | About::Unfinished(_) => Vec::new(),
            About::Suspense(_) | About::Reminder(..) | About::Advice => {
                broken_rules(&readings, row.notice, remark_rules)
            }
        };
        let until = match about {
            About::Suspense(reason) | About::Reminder(reason, _) => {
                if rules.is_empty() {
                    rules.extend(missing_reference(reason, &readings, remark_rules));
                }
                Some(self.until(reason, transaction.booked_on))
            }
            About::Settled(_) | About::Unfinished(_) | About::Advice => None,
        };
        let because = row.because.as_deref().filter(|_| until.is_some());
        let because = because.and_then(|code| code.parse::<Because>().ok());
        Some(DigestItem {
            transaction_id: format!("{}/{}", account.account_no, transaction.serial),
            employer_id: row.employer_id.clone(),
            known_by: row.known_by,
            about,
            booked_on: transaction.booked_on,
            amount: transaction.amount,
            bank_name: account.bank_name.clone(),
            account: MaskedAccount::of(&account.account_no),
            payer_account: MaskedAccount::of(transaction.counterparty.account),
            remarks: readings.into_iter().map(|(text, _)| text).collect(),
            explanation: because.map(|because| because.in_chinese()).unwrap_or_default(),
            rules,
            until,
            whereabouts: Whereabouts::default(),
        })
    }

    /// Until when an employer should act: before its month closes, where that leaves time and helps.
    fn until(&self, reason: Reason, booked_on: NaiveDate) -> NaiveDate {
        let (night, rules) = (self.tools.settings.as_of, self.tools.rules);
        let closes =
            rules.calendar.closes_on(YearMonth::of(booked_on), rules.matching.lag_working_days);
        let helps = !matches!(reason, Reason::CrossMonth | Reason::Underpaid);
        if helps && (closes - night).num_days() >= DAYS_TO_ACT {
            closes
        } else {
            working_days_after(&rules.calendar, night, WORKING_DAYS_TO_ACT)
        }
    }

    fn letter(&self, entry: &Entry, items: Vec<DigestItem>) -> Option<LetterRow> {
        let night = self.tools.settings.as_of;
        let employer = &entry.employer;
        let addressee = Addressee {
            employer_id: employer.employer_id.clone(),
            name: employer.name.clone(),
            contact: employer.contact.clone(),
            email: entry.address.clone(),
        };
        let employer_id = employer.employer_id.as_str();
        let centre = self.tools.settings.centre.clone();
        let digest = match entry.address {
            Some(_) => Digest::new(centre.clone(), addressee.clone(), night, items.clone()),
            None => Err(Refusal::NoAddress { employer_id: employer_id.to_owned() }),
        };
        let digest = match digest {
            // What was imported as an address and is none is no address.
            Err(Refusal::NoAddress { .. } | Refusal::InvalidAddress { .. }) => {
                Digest::on_paper(centre, addressee, night, items)
            }
            other => other,
        };
        let digest = match digest {
            Ok(digest) => digest,
            Err(refusal) => {
                tracing::warn!(employer_id, reason = refusal.code(), "no letter");
                return None;
            }
        };
        let letter = Letter::write(&digest, &self.tools.rules.letters);
        self.row("digest", letter)
    }

    /// A letter for the outbox; `None` where it cannot be a message.
    pub(super) fn row(&self, kind: &str, letter: Letter) -> Option<LetterRow> {
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
            kind: kind.to_owned(),
            employer_id: letter.employer_id,
            written_on: night,
            recipient: letter.to,
            subject: letter.subject,
            message,
        })
    }
}

fn mark(key: TellingKey, due: Due, said: Outcome) -> TellingMark {
    let (reminded_days, done) = match due {
        Due::Reminder(days) => (days, false),
        Due::Advice => (0, true),
        Due::Outcome => (0, Told::is_final(said)),
        Due::News | Due::NotYet | Due::Nothing => (0, false),
    };
    TellingMark { key, news: due == Due::News, reminded_days, said: Some(said), done }
}

/// The working day that is so many after a day.
pub(super) fn working_days_after(calendar: &WorkingDays, day: NaiveDate, count: u8) -> NaiveDate {
    let days = day.iter_days().skip(1).filter(|day| calendar.is_working_day(*day));
    days.take(usize::from(count)).last().unwrap_or(day)
}

/// The rules of writing that the remark broke, with the wrong and the right form side by side.
fn broken_rules(
    readings: &[(RemarkText, Reading)],
    settled: Option<PaymentReference>,
    rules: &RemarkRules,
) -> Vec<BrokenRule> {
    // Only the field that carries the reading breaks rules; a bank's own words do not.
    let Some((text, reading)) = readings.iter().find(|(_, reading)| !reading.advice.is_empty())
    else {
        return Vec::new();
    };
    let right = settled.or(reading.reference).map(|reference| reference.to_string());
    let right = right.unwrap_or_default();
    reading.advice.iter().map(|advice| broken(*advice, text.text(), &right, rules)).collect()
}

/// The handbook's first rule, for a remark that says nothing at all.
fn missing_reference(
    reason: Reason,
    readings: &[(RemarkText, Reading)],
    rules: &RemarkRules,
) -> Option<BrokenRule> {
    (reason == Reason::NoReference).then(|| {
        let wrong = readings.first().map_or("（空）", |(text, _)| text.text());
        broken(Advice::NotFirst, wrong, "", rules)
    })
}

/// A rule with the handbook's words for it.
fn broken(advice: Advice, wrong: &str, right: &str, rules: &RemarkRules) -> BrokenRule {
    let words = rules.advice_text(advice.code());
    let handbook = words.and_then(|words| rules.handbook_rule(*words.handbook.get_ref()));
    BrokenRule {
        code: advice.code().to_owned(),
        handbook: handbook.map(|rule| HandbookQuote { number: rule.number, text: rule.zh.clone() }),
        wrong: wrong.to_owned(),
        right: right.to_owned(),
    }
}
