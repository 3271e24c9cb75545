//! What an entry must be to become a transaction of the centre.
//!
//! Start at [`Entry::transaction`]. The readers keep every currency and every amount; here the
//! centre's own terms apply: CNY, two decimals, more than zero.
//!
//! A movement of zero is a reject, not an oddity: it moves no fen, so nothing is lost by leaving it
//! out of the books, but a person should see that the bank wrote one.

use super::{Entry, Problem, Reject};
use crate::remittance::{BankTransaction, Money};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

impl<'a> Entry<'a> {
    /// The transaction on `account`, under `serial` (see [`super::identity`]).
    ///
    /// # Errors
    /// A [`Reject`] for another currency than CNY, for an amount with a third decimal, and for one
    /// that is not more than zero.
    pub fn transaction(
        &self,
        account: &'a str,
        serial: &'a str,
    ) -> Result<BankTransaction<'a>, Reject> {
        if let Some(currency) = self.currency.filter(|currency| *currency != "CNY") {
            return Err(self.set_aside("currency", currency, Problem::Currency));
        }
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

    /// Whole fen; trailing zeros behind the second decimal are no third decimal.
    fn fen(&self, field: &'static str, amount: Decimal) -> Result<Money, Reject> {
        let why =
            |why: &str| self.set_aside(field, &amount.to_string(), Problem::Amount(why.to_owned()));
        if amount.normalize().scale() > 2 {
            return Err(why("expected at most two decimals"));
        }
        let fen = amount.checked_mul(Decimal::ONE_HUNDRED).and_then(|fen| fen.to_i64());
        fen.map(Money::from_fen).ok_or_else(|| why("expected at most 92233720368547758.07"))
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
    use crate::remittance::{Counterparty, Direction, Remarks};
    use chrono::NaiveDate;

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
             Err("7: amount \"99999999999999999999\": expected at most 92233720368547758.07")),
        ];
        for (currency, amount, want) in rows {
            let entry = Entry {
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
