//! Adds news of notices to letters: the bank reverses their money, they reopen, they are settled.
//!
//! Start at [`Writer::note_taken_back`] and [`Writer::notices_due`].
//!
//! Invariant: whether a notice is open, and how much of it is here, is read inside the night's commit.

use super::Writer;
use super::due::{WORKING_DAYS_TO_ACT, working_days_after};
use super::following::told;
use crate::alert::{Due, NewsStage, NoticeNews, OpenNotice};
use crate::matching::Explanation;
use crate::matching::explanation::Role;
use crate::nightly::RunError;
use crate::remittance::{Direction, Outcome, PaymentReference, Reason};
use crate::report::MaskedAccount;
use crate::store::{BankReversal, NoticeMark, NoticeNewsRow, Recording, RunDecisions, Withheld};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// A notice due for a letter tonight, with its mark.
pub(super) struct NoticeTelling {
    pub(super) news: NoticeNews,
    pub(super) mark: NoticeMark,
}

impl Writer<'_> {
    /// Stores the notices whose money the bank is reversing by debits that opened tonight.
    pub(super) fn note_taken_back(
        recording: &Recording,
        verdict: &RunDecisions<'_>,
    ) -> Result<(), RunError> {
        let reversal = |place: &usize| {
            let (item, decision) = (verdict.items.get(*place)?, verdict.decisions.get(*place)?);
            let reverses = item.direction == Direction::Debit
                && decision.outcome == Outcome::Suspense
                && decision.reason == Some(Reason::ReversalOfMatched);
            let Explanation::Reversal(undone) = &decision.explanation else { return None };
            let known = matches!(undone.role, Role::DebitOfSettled | Role::DebitOfHandled);
            (reverses && known).then(|| BankReversal {
                account: item.account,
                serial: item.serial.to_owned(),
                booked_on: item.booked_on,
                credit: (undone.serial.to_string(), undone.on),
            })
        };
        let reversals: Vec<BankReversal> = recording.opened.iter().filter_map(reversal).collect();
        Ok(recording.note_taken_back(&reversals)?)
    }

    /// The notices to report tonight to employers, some of which have money in suspense. Notices with nothing to
    /// report go to `quiet`.
    pub(super) fn notices_due(
        &self,
        recording: &Recording,
        (withheld, in_suspense): (&Withheld, &BTreeSet<String>),
        quiet: &mut Vec<(PaymentReference, i64)>,
    ) -> Result<Vec<NoticeTelling>, RunError> {
        let night = self.tools.settings.as_of;
        let mut due: Vec<(NoticeNewsRow, Due)> = Vec::new();
        for row in recording.notice_news()? {
            if withheld.notice(row.reference, row.ordinal) {
                continue;
            }
            let Some(entry) = self.book.employers.get(&row.employer_id) else { continue };
            match row.told.due(entry.rhythm, night) {
                Due::NotYet | Due::Advice => {}
                Due::Nothing => quiet.push((row.reference, row.ordinal)),
                what @ (Due::News | Due::Reminder(_) | Due::Outcome) => due.push((row, what)),
            }
        }
        if due.is_empty() {
            return Ok(Vec::new());
        }
        // Report only the latest revision of a notice; it covers the earlier ones.
        let last = |row: &NoticeNewsRow| {
            due.iter()
                .all(|(other, _)| other.reference != row.reference || other.ordinal <= row.ordinal)
        };
        quiet.extend(
            due.iter().filter(|(row, _)| !last(row)).map(|(row, _)| (row.reference, row.ordinal)),
        );
        let employers: BTreeSet<String> =
            due.iter().map(|(row, _)| row.employer_id.clone()).collect();
        let owed = recording.owed(&employers, &BTreeSet::new())?;
        let notification = |(row, what): &(NoticeNewsRow, Due)| {
            let open = owed
                .open
                .get(&row.employer_id)
                .and_then(|open| open.iter().find(|one| one.reference == row.reference).map(told));
            self.notice_telling(row, *what, open, in_suspense.contains(&row.employer_id))
        };
        Ok(due.iter().filter(|(row, _)| last(row)).map(notification).collect())
    }

    fn notice_telling(
        &self,
        row: &NoticeNewsRow,
        due: Due,
        open: Option<OpenNotice>,
        hangs: bool,
    ) -> NoticeTelling {
        let reminded_days = match due {
            Due::Reminder(days) => days,
            Due::News | Due::Outcome | Due::Advice | Due::NotYet | Due::Nothing => 0,
        };
        let stage = row.told.stage;
        let until = match (stage, reminded_days) {
            (NewsStage::Reopened, 0) => Some(self.pay_again_by()),
            (NewsStage::Reopened, _) => row.told.until,
            (NewsStage::TakenBack | NewsStage::Settled | NewsStage::Revoked, _) => None,
        };
        let payback = row.payback.and_then(|(account, payback)| {
            let account = self.tools.accounts.get(account)?;
            let masked = MaskedAccount::of(&account.account_no);
            Some((payback, account.bank_name.clone(), masked))
        });
        let news = NoticeNews {
            employer_id: row.employer_id.clone(),
            reference: row.reference,
            month: row.month,
            amount: row.amount,
            stage,
            by_bank: row.by_bank,
            parts: Vec::new(),
            held: hangs || open.as_ref().is_some_and(|open| !open.in_suspense.is_zero()),
            payback,
            open: open.filter(|_| stage == NewsStage::Reopened),
            until,
            reminds_of: row.told.told_on.filter(|_| reminded_days > 0),
            is_last: reminded_days >= crate::alert::rhythm::REMINDERS[1],
        };
        let mark = NoticeMark {
            reference: row.reference,
            ordinal: row.ordinal,
            news: due == Due::News,
            said: Some(stage),
            reminded_days,
            until,
            done: !stage.asks_for_something(),
        };
        NoticeTelling { news, mark }
    }

    /// The payment deadline of a reopened notice.
    fn pay_again_by(&self) -> NaiveDate {
        let (night, calendar) = (self.tools.settings.as_of, &self.tools.rules.calendar);
        working_days_after(calendar, night, WORKING_DAYS_TO_ACT)
    }
}
