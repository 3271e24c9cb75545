//! The conditions for an entry to become a transaction of the centre.
//!
//! Start at [`StatementEntry::transaction`]. The readers keep every currency and every amount; here the centre's rules
//! apply: CNY, two decimals, more than zero. [`StatementEntry::check`] applies to every currency.
//!
//! Invariant: an amount in the books is at most [`AMOUNT_MAX`], so that a century of them adds up without overflow.

use super::{Problem, Reject, StatementEntry};
use chrono::{Datelike, NaiveDate};
use remittance::{AMOUNT_MAX, BankTransaction, Money};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::ops::RangeInclusive;

/// Years in which a bank books; others are a machine's empty date (`0001-01-01`, `9999-12-31`).
const YEARS: RangeInclusive<i32> = 1980..=2099;

/// Whether a bank can have booked on this day.
pub(super) fn is_booking_day(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
}

/// Digits of an amount that no number of decimals makes too large.
const SMALL: u128 = 999_999_999_999;

/// Whether an absolute amount is past the bound. The digits alone show that nearly every one is far below.
pub(super) fn is_oversize(amount: &Decimal) -> bool {
    amount.mantissa().unsigned_abs() > SMALL && amount.abs() > Decimal::new(AMOUNT_MAX.fen(), 2)
}

impl<'a> StatementEntry<'a> {
    /// Checks whether the day and the amounts are possible.
    ///
    /// # Errors
    /// A [`Reject`] for a day in an impossible year and for an amount past [`AMOUNT_MAX`].
    pub fn check(&self) -> Result<(), Reject> {
        if !is_booking_day(self.booked_on) {
            let expected = "a day of the years 1980 to 2099";
            let found = self.booked_on.to_string();
            return Err(self.set_aside("booked on", &found, Problem::Date { expected }));
        }
        let why = || Problem::Amount(format!("expected at most {AMOUNT_MAX}"));
        if is_oversize(&self.amount) {
            return Err(self.set_aside("amount", &self.amount.to_string(), why()));
        }
        match self.balance.filter(is_oversize) {
            Some(balance) => Err(self.set_aside("balance", &balance.to_string(), why())),
            None => Ok(()),
        }
    }

    /// The transaction on `account`, under `serial` (see [`super::identity`]).
    ///
    /// # Errors
    /// A [`Reject`] for a currency other than CNY, for an amount with a third decimal, for one that is not more than
    /// zero, and for what [`Self::check`] refuses.
    pub fn transaction(
        &self,
        account: &'a str,
        serial: &'a str,
    ) -> Result<BankTransaction<'a>, Reject> {
        if let Some(currency) = self.currency.filter(|currency| *currency != "CNY") {
            return Err(self.set_aside("currency", currency, Problem::Currency));
        }
        self.check()?;
        let amount = self.fen("amount", self.amount)?;
        if amount.fen() <= 0 {
            let why = Problem::Amount("expected more than zero".to_owned());
            return Err(self.set_aside("amount", &self.amount.to_string(), why));
        }
        Ok(BankTransaction {
            account,
            serial,
            booked_on: self.booked_on,
            booked_time: self.booked_time,
            direction: self.direction,
            amount,
            balance: self.balance.map(|balance| self.fen("balance", balance)).transpose()?,
            counterparty: self.counterparty,
            remarks: self.remarks,
            reversal: self.reversal,
            contradicted: self.contradicted,
        })
    }

    /// Converts to fen; trailing zeros after the second decimal do not count.
    fn fen(&self, field: &'static str, amount: Decimal) -> Result<Money, Reject> {
        let why =
            |why: &str| self.set_aside(field, &amount.to_string(), Problem::Amount(why.to_owned()));
        if amount.normalize().scale() > 2 {
            return Err(why("expected at most two decimals"));
        }
        let fen = amount.checked_mul(Decimal::ONE_HUNDRED).and_then(|fen| fen.to_i64());
        fen.map(Money::from_fen).ok_or_else(|| why(&format!("expected at most {AMOUNT_MAX}")))
    }

    fn set_aside(&self, field: &str, found: &str, problem: Problem) -> Reject {
        let currency = self.currency.unwrap_or("CNY");
        let row = format!(
            "{} {} {} {currency} {} {}",
            self.booked_on, self.direction, self.amount, self.serial, self.counterparty.name
        );
        let (field, found) = (field.to_owned(), found.to_owned());
        Reject { line: self.line, column: None, field, found, problem, row }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use remittance::{Counterparty, Direction, Remarks};

    #[test]
    fn only_yuan_of_more_than_zero_become_transactions() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (Some("CNY"), "1200.00",  Ok(1200_00)),
            (None,        "1200",     Ok(1200_00)),
            (None,        "0.10000",  Ok(10)),
            (Some("EUR"), "1200.00",  Err("7: currency \"EUR\": expected CNY")),
            (None,        "0.00",     Err("7: amount \"0.00\": expected more than zero")),
            (None,        "1.005",    Err("7: amount \"1.005\": expected at most two decimals")),
            (None,        "99999999999999999999",
             Err("7: amount \"99999999999999999999\": expected at most 999999999999.99")),
            (None,        "999999999999.99", Ok(999_999_999_999_99)),
            (None,        "1000000000000.00",
             Err("7: amount \"1000000000000.00\": expected at most 999999999999.99")),
        ];
        for (currency, amount, want) in rows {
            let entry = StatementEntry {
                line: 7,
                account: None,
                currency,
                serial: "1",
                booked_on: NaiveDate::from_ymd_opt(2026, 5, 11).unwrap(),
                booked_time: None,
                direction: Direction::Credit,
                amount: Decimal::from_str_exact(amount).unwrap(),
                balance: None,
                counterparty: Counterparty::default(),
                remarks: Remarks::default(),
                reversal: false,
                booking: None,
                contradicted: false,
            };
            let got = entry.transaction("1", "1").map(|transaction| transaction.amount.fen());
            assert_eq!(got.map_err(|e| e.to_string()), want.map_err(str::to_owned), "{amount}");
        }
    }
}
