//! Arrears 欠缴: which months of an employer were to be remitted by now and were not.
//!
//! Start at [`EmployerAccount::owed`]. The regulation (住房公积金管理条例 第十九条) gives an employer five days from
//! its payday; the days are the policy's. Whoever never said its payday has the month's last day: nobody is called
//! late who may not be. A deferred month is due with the first month after the deferral.
//!
//! Not here: working days. A last day on which nobody works is moved on by whoever asks (`calendar.rs`).

use super::EmployerAccount;
use super::YearMonth;
use super::policy::Policy;
use chrono::{Days, NaiveDate};

/// A month that is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    pub month: YearMonth,
    /// The last day on which it was in time.
    pub due_on: NaiveDate,
}

impl EmployerAccount {
    /// The last day on which a month is remitted in time.
    #[must_use]
    pub fn due_on(&self, policy: &Policy, month: YearMonth) -> NaiveDate {
        let mut month = month;
        // One deferral may follow another; each step goes forward, and none overlaps.
        while let Some(deferral) = self.deferrals.iter().find(|known| known.covers(month)) {
            month = deferral.to.next();
        }
        let last = month.last_day();
        let days = self.payday.map_or(u64::MAX, |payday| u64::from(payday.saturating_sub(1)));
        let payday = month.first_day().checked_add_days(Days::new(days)).unwrap_or(last).min(last);
        payday.checked_add_days(Days::new(u64::from(policy.remit_within_days))).unwrap_or(payday)
    }

    /// The months that were due before a day, oldest first: lists that are made and not paid, and months without
    /// a list. `due_on` moves a day on to the next on which banks work.
    #[must_use]
    pub fn owed(
        &self,
        policy: &Policy,
        unpaid: &[YearMonth],
        on: NaiveDate,
        working: impl Fn(NaiveDate) -> NaiveDate,
    ) -> Vec<Owed> {
        let unlisted = std::iter::successors(Some(self.roster_month), |month| Some(month.next()))
            .take_while(|month| month.first_day() <= on);
        let months = unpaid.iter().copied().chain(unlisted);
        let owed = months.map(|month| Owed { month, due_on: working(self.due_on(policy, month)) });
        let mut owed: Vec<Owed> = owed.filter(|owed| owed.due_on < on).collect();
        owed.sort_by_key(|owed| owed.month);
        owed
    }
}
