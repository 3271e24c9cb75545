//! Tries a reading of a table on its first rows: does each balance follow from the previous one?
//!
//! Start at [`score`]. A statement is oldest or newest first, so both orders are tried, for each own account
//! separately; the better one counts.

use super::cell::RowReader;
use super::plan::Plan;
use super::row::Joined;
use crate::feed::rows::KeptRow;
use chrono::NaiveDate;
use remittance::Direction;
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeMap;

/// The result of a reading on some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Score {
    /// Rows with an unreadable day.
    pub(super) refused: u32,
    /// Steps from one balance to the next, and the failed ones among them.
    pub(super) tried: u32,
    pub(super) broken: u32,
    /// Amounts differed: if all are equal, both orders give the same result for either direction.
    pub(super) varied: bool,
}

impl Score {
    /// Each step holds, and there are enough.
    pub(super) const fn is_proved(self, steps: u32) -> bool {
        self.refused == 0 && self.broken == 0 && self.tried > 0 && self.tried >= steps
    }

    /// All but a few of many steps hold.
    pub(super) const fn mostly_holds(self, steps: u32) -> bool {
        self.tried >= 5 && self.tried >= steps && self.broken * 8 <= self.tried
    }
}

#[derive(Default)]
struct Steps {
    /// Balance and movement of the previous row.
    before: Option<(i64, i64)>,
    tried: u32,
    rising: u32,
    falling: u32,
    /// The previous day, and whether days rise or fall.
    day: Option<NaiveDate>,
    up: bool,
    down: bool,
}

/// Reads the rows under the plan and compares their balances.
pub(super) fn score(
    plan: &Plan<'_>,
    rows: &[KeptRow],
    account: Option<&str>,
    opening: Option<i64>,
) -> Score {
    let reader = RowReader { plan };
    let mut joined = Joined::default();
    let mut accounts: BTreeMap<String, Steps> = BTreeMap::new();
    let mut score = Score::default();
    let mut first = None;
    for kept in rows {
        let row = kept.row();
        let Ok(reading) = reader.read(row, account, None, &mut joined) else {
            score.refused += u32::from(reader.day(row).is_ok());
            continue;
        };
        let amount = reading.amount.hundredths.saturating_abs();
        let way = reading.entry.direction;
        let movement = if way == Direction::Credit { amount } else { -amount };
        score.varied |= *first.get_or_insert(movement) != movement;
        let own = reading.entry.account.unwrap_or_default();
        if !accounts.contains_key(own) {
            // A declared opening belongs to the only account.
            let before = opening.filter(|_| accounts.is_empty()).map(|opening| (opening, 0));
            accounts.insert(own.to_owned(), Steps { before, ..Steps::default() });
        }
        let Some(steps) = accounts.get_mut(own) else { continue };
        let balance = reading.balance.map(|balance| balance.hundredths);
        let day = reading.entry.booked_on;
        steps.up |= steps.day.is_some_and(|before| before < day);
        steps.down |= steps.day.is_some_and(|before| before > day);
        steps.day = Some(day);
        steps.follow(balance, movement);
    }
    for steps in accounts.values() {
        score.tried += steps.tried;
        score.broken += match (steps.up, steps.down) {
            (true, false) => steps.rising,
            (false, true) => steps.falling,
            (true, true) | (false, false) => steps.rising.min(steps.falling),
        };
    }
    score
}

impl Steps {
    fn follow(&mut self, balance: Option<i64>, movement: i64) {
        let Some(balance) = balance else {
            self.before = None;
            return;
        };
        if let Some((before, moved)) = self.before {
            self.tried += 1;
            self.rising += u32::from(before.saturating_add(movement) != balance);
            self.falling += u32::from(before.saturating_sub(moved) != balance);
        }
        self.before = Some((balance, movement));
    }
}

/// Hundredths of an amount, if it has no more decimals than that.
pub(super) fn hundredths(amount: rust_decimal::Decimal) -> Option<i64> {
    amount.checked_mul(rust_decimal::Decimal::ONE_HUNDRED)?.to_i64()
}
