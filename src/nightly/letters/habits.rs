//! Groups settled payments by how employers write remarks, for advice.
//!
//! Start at [`Writer::advised`] and [`of`]. [`crate::alert::habit`] decides whether advice is sent tonight.
//!
//! Invariant: the suggested form names the notice that the money settled, and only when that is the employer's own.

use super::Writer;
use super::broken::broken_rules;
use crate::alert::{BrokenRule, Habit};
use crate::nightly::RunError;
use crate::remittance::{BankTransaction, Money, PaymentReference};
use crate::store::{NotificationKey, NotificationRow, Recording};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A payment that settled despite its remark.
pub(super) struct Advisable {
    employer_id: String,
    key: NotificationKey,
    transaction_id: String,
    booked_on: NaiveDate,
    amount: Money,
    settled: Option<PaymentReference>,
    rules: Vec<BrokenRule>,
}

/// The same with the owner of the settled notice.
pub(super) struct Advised {
    pub(super) employer_id: String,
    key: NotificationKey,
    transaction_id: String,
    booked_on: NaiveDate,
    amount: Money,
    rules: Vec<BrokenRule>,
}

impl Writer<'_> {
    /// Adds a payment that settled despite its remark.
    pub(super) fn advisable(
        &self,
        row: NotificationRow,
        transaction: &BankTransaction<'_>,
    ) -> Option<Advisable> {
        let account = self.tools.accounts.get(row.key.account)?;
        let rules = broken_rules(&self.readings(transaction), &self.tools.rules.remark);
        Some(Advisable {
            transaction_id: format!("{}/{}", account.account_no, transaction.serial),
            booked_on: transaction.booked_on,
            amount: transaction.amount,
            settled: row.notice,
            rules,
            employer_id: row.employer_id,
            key: row.key,
        })
    }

    /// Adds how each should have been written, when the employer may know it.
    pub(super) fn advised(
        &self,
        recording: &Recording,
        advisable: Vec<Advisable>,
    ) -> Result<Vec<Advised>, RunError> {
        let settled: Vec<PaymentReference> =
            advisable.iter().filter_map(|one| one.settled).collect();
        let owners = recording.employers_of(&settled)?;
        let advised = advisable.into_iter().map(|one| {
            let own = one.settled.filter(|notice| owners.get(notice) == Some(&one.employer_id));
            let right = own.map(|notice| notice.to_string()).unwrap_or_default();
            let with_right = |rule: BrokenRule| BrokenRule { right: right.clone(), ..rule };
            Advised {
                rules: one.rules.into_iter().map(with_right).collect(),
                employer_id: one.employer_id,
                key: one.key,
                transaction_id: one.transaction_id,
                booked_on: one.booked_on,
                amount: one.amount,
            }
        });
        Ok(advised.collect())
    }
}

/// One employer's payments by habit, most frequent first, with the keys of all reported.
pub(super) fn of(mut advised: Vec<Advised>) -> (Vec<Habit>, Vec<NotificationKey>) {
    advised.sort_by(|one, other| {
        (one.booked_on, &one.transaction_id).cmp(&(other.booked_on, &other.transaction_id))
    });
    let mut habits: BTreeMap<String, Habit> = BTreeMap::new();
    for one in &advised {
        for rule in &one.rules {
            let habit = habits.entry(rule.code.clone()).or_insert_with(|| Habit {
                code: rule.code.clone(),
                handbook: rule.handbook.clone(),
                booked_on: Vec::new(),
                amounts: Vec::new(),
                wrong: String::new(),
                right: String::new(),
                transactions: Vec::new(),
            });
            habit.booked_on.push(one.booked_on);
            habit.amounts.push(one.amount);
            habit.transactions.push(one.transaction_id.clone());
            habit.wrong.clone_from(&rule.wrong);
            habit.right.clone_from(&rule.right);
        }
    }
    let mut habits: Vec<Habit> = habits.into_values().collect();
    habits.sort_by_key(|habit| std::cmp::Reverse(habit.transactions.len()));
    (habits, advised.into_iter().map(|one| one.key).collect())
}
