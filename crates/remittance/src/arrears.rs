//! Arrears 欠缴: the months that an employer should have remitted by now and did not.
//!
//! Start at [`EmployerAccount::owed`]. The regulation (住房公积金管理条例 第十九条) gives an employer five days from its payday; the
//! policy sets the days. An employer with no known payday has until the month's last day, so that we call nobody late
//! by mistake. A deferred month is due with the first month after the deferral.
//!
//! Not here: working days. The caller moves a last day that is not a working day (`calendar.rs`).

use super::EmployerAccount;
use super::YearMonth;
use super::policy::Policy;
use chrono::{Days, NaiveDate};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    pub month: YearMonth,
    /// The last day on which payment was in time.
    pub due_on: NaiveDate,
}

impl EmployerAccount {
    /// The last day for remitting a month in time.
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

    /// The months that were due before a day, oldest first: unpaid lists, and months without a list. `due_on` moves a
    /// day to the next working day of the banks.
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
