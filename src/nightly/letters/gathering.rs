//! Collects the payments that are due for a letter from the store, whichever night found them, so that a reminder
//! says the same as the first letter.
//!
//! Start at [`Writer::gather`], then [`Writer::finish`]. It reads what letters say of notices (existence, owner,
//! amount due, amount received) once for all, inside the night's commit.
//!
//! Invariant: a letter shows a reference as correct only when it is the employer's notice and is open or was
//! settled by this money. It reveals nothing about another employer's notice.

use super::Writer;
use super::broken::{broken_rules, missing_reference};
use super::due::{DAYS_TO_ACT, Notification, WORKING_DAYS_TO_ACT, working_days_after};
use super::following::{Followed, told};
use super::habits::Advisable;
use crate::alert::{About, DigestItem, Due, OpenNotice, ReadRemark, Whereabouts};
use crate::matching::Explanation;
use crate::nightly::RunError;
use crate::remittance::{
    BankTransaction, Language, Localized, Outcome, PaymentReference, Reason, YearMonth,
};
use crate::report::MaskedAccount;
use crate::store::{NotificationKey, NotificationRow, Owed, Recording, Withheld};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The material of tonight's letters.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) drafts: Vec<Draft>,
    pub(super) followed: Vec<Followed>,
    pub(super) advised: Vec<Advisable>,
    /// Employers with money in suspense.
    pub(super) in_suspense: BTreeSet<String>,
    /// Keys with nothing to report.
    pub(super) quiet: Vec<NotificationKey>,
}

/// A payment in suspense, before the owners of its notices are known.
pub(super) struct Draft {
    key: NotificationKey,
    due: Due,
    said: Outcome,
    item: DigestItem,
    explanation: Option<Explanation>,
    /// The notice that the remark names, if one was parsed.
    named: Option<PaymentReference>,
    /// All notices named by the remark or by the match explanation.
    mentioned: BTreeSet<PaymentReference>,
}

impl Writer<'_> {
    /// Collects everything that is due.
    pub(super) fn gather(
        &self,
        recording: &Recording,
        withheld: &Withheld,
    ) -> Result<Gathered, RunError> {
        let night = self.tools.settings.as_of;
        let mut gathered = Gathered::default();
        recording.notifications(|row, transaction| {
            let Some(entry) = self.book.employers.get(&row.employer_id) else { return };
            if row.told.is_open() && !row.told.advice {
                gathered.in_suspense.insert(row.employer_id.clone());
            }
            if withheld.item(&row.key) {
                return;
            }
            match row.told.due(entry.rhythm, night) {
                Due::NotYet => {}
                Due::Nothing => gathered.quiet.push(row.key),
                // Advice is not sent on paper, and is useless when the money did not stay settled.
                Due::Advice if !entry.is_advised() || row.told.outcome != Outcome::Matched => {
                    gathered.quiet.push(row.key);
                }
                Due::Advice => gathered.advised.extend(self.advisable(row, transaction)),
                Due::Outcome => gathered.followed.extend(self.followed(row, transaction)),
                due @ (Due::News | Due::Reminder(_)) => {
                    gathered.drafts.extend(self.draft(row, due, transaction));
                }
            }
        })?;
        Ok(gathered)
    }

    /// What a letter says of an item; `None` when this release does not know its reason.
    fn draft(
        &self,
        row: NotificationRow,
        due: Due,
        transaction: &BankTransaction<'_>,
    ) -> Option<Draft> {
        let reason = row.reason?;
        let about = match due {
            Due::Reminder(days) => About::Reminder(reason, days),
            Due::News | Due::Advice | Due::Outcome | Due::NotYet | Due::Nothing => {
                About::Suspense(reason)
            }
        };
        let mut item = self.item_about(&row, about, transaction)?;
        let reminds = matches!(about, About::Reminder(..));
        item.reminds_of = row.told.told_on.filter(|_| reminds);
        item.until =
            if reminds { row.told.until } else { Some(self.until(reason, transaction.booked_on)) };
        let readings = self.readings(transaction);
        let remark_rules = &self.tools.rules.remark;
        item.rules = broken_rules(&readings, remark_rules);
        if item.rules.is_empty() {
            item.rules.extend(missing_reference(reason, &readings, remark_rules));
        }
        let explanation =
            row.explanation.as_deref().and_then(|code| code.parse::<Explanation>().ok());
        let named = row.read_as.or(row.notice).or(row.reference);
        let read = readings.iter().flat_map(|(_, reading)| {
            reading.reference.into_iter().chain(reading.candidates.iter().copied())
        });
        let mentioned =
            read.chain(named).chain(explanation.as_ref().into_iter().flat_map(mentions));
        let mentioned = mentioned.collect();
        Some(Draft {
            key: row.key,
            due,
            said: row.told.outcome,
            item,
            explanation,
            named,
            mentioned,
        })
    }

    /// Adds what the books know of the named notices.
    pub(super) fn finish(
        &self,
        recording: &Recording,
        drafts: Vec<Draft>,
    ) -> Result<Vec<Notification>, RunError> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let mentioned: BTreeSet<PaymentReference> =
            drafts.iter().flat_map(|draft| draft.mentioned.iter().copied()).collect();
        let owners = recording.employers_of(&mentioned.iter().copied().collect::<Vec<_>>())?;
        let employers = drafts.iter().map(|draft| draft.item.employer_id.clone()).collect();
        let owed = recording.owed(&employers, &BTreeSet::new())?;
        Ok(drafts.into_iter().map(|draft| draft.finished(&owners, &owed)).collect())
    }

    /// An item as every letter shows it.
    pub(super) fn item_about(
        &self,
        row: &NotificationRow,
        about: About,
        transaction: &BankTransaction<'_>,
    ) -> Option<DigestItem> {
        let account = self.tools.accounts.get(row.key.account)?;
        let remarks = self.readings(transaction).into_iter().map(|(text, reading)| {
            let mut read: Vec<PaymentReference> = reading.reference.into_iter().collect();
            read.extend(reading.candidates);
            read.dedup();
            ReadRemark { text, read }
        });
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
            remarks: remarks.collect(),
            explanation: String::new(),
            rules: Vec::new(),
            until: None,
            reminds_of: None,
            whereabouts: Whereabouts::default(),
        })
    }

    /// By when an employer should act: before its month closes, if that leaves time and helps.
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
}

impl Draft {
    fn finished(self, owners: &BTreeMap<PaymentReference, String>, owed: &Owed) -> Notification {
        let Self { key, due, said, mut item, explanation, named, mentioned } = self;
        let is_own = |notice: &PaymentReference| owners.get(notice) == Some(&item.employer_id);
        let open: BTreeMap<PaymentReference, OpenNotice> = owed
            .open
            .get(&item.employer_id)
            .map(|open| open.iter().map(|one| (one.reference, told(one))).collect())
            .unwrap_or_default();
        // Do not reveal another employer's notice; do report one that does not exist.
        let foreign = mentioned.iter().any(|one| owners.contains_key(one) && !is_own(one));
        let names_another = matches!(explanation, Some(Explanation::PayerDisagrees(_)));
        if !foreign && !names_another {
            item.explanation = explanation
                .map(|explanation| explanation.in_language(Language::Chinese))
                .unwrap_or_default()
                .into_owned();
        }
        let named = named.filter(is_own).and_then(|one| open.get(&one).cloned());
        for rule in &mut item.rules {
            let right = rule.right.parse::<PaymentReference>().ok();
            let stands = right.is_some_and(|one| is_own(&one) && open.contains_key(&one));
            if !stands {
                rule.right.clear();
            }
        }
        if let Some(named) = named {
            item.whereabouts = Whereabouts { open: vec![named], named: true, ..item.whereabouts };
        }
        Notification { key, due, said, item }
    }
}

/// The notices that an explanation mentions.
fn mentions(explanation: &Explanation) -> Vec<PaymentReference> {
    match explanation {
        Explanation::Alone { reference, .. }
        | Explanation::Confirmed { reference, .. }
        | Explanation::Notice { reference, .. } => vec![*reference],
        Explanation::Unconfirmed(one) => vec![one.reference],
        Explanation::Parts(one) => vec![one.reference],
        Explanation::SeveralNotices(all) => all.named.iter().map(|one| one.reference).collect(),
        Explanation::PayerDisagrees(one) => vec![one.reference, one.nearest],
        Explanation::NoReference
        | Explanation::Truncated
        | Explanation::Contradicted
        | Explanation::Rule
        | Explanation::Reversal(_)
        | Explanation::Refund(_) => Vec::new(),
    }
}
