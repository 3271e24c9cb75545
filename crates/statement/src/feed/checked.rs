//! Checks every entry on its way from a reader to the sink, in any format.
//!
//! Start at [`Checked`]: [`super::Look::read`] puts it between the two, so that `feed inspect` and a run get the same.
//! A movement of zero moves nothing: it is flagged and dropped, though its statement counts it. A day or an amount that
//! cannot be one is a reject. A serial that says "none" is dropped.
//!
//! Invariant: an entry leaves here at most once: unchanged, as a reject, or flagged as zero. A file with a million
//! oddities does not fill a table with them.

use super::entry::is_oversize;
use super::identity::is_no_serial;
use super::{BlockRead, Flag, Odd, Reject, Sink, Statement, StatementEntry};
use crate::rules::bank::SerialPeriod;

/// Oddities of one kind that are reported singly; the rest of a file's are counted.
const TOLD_MAX: u64 = 20;

/// A sink in front of the sink.
pub(super) struct Checked<'s> {
    sink: &'s mut dyn Sink,
    /// For each kind of oddity: its count in this file, and the line of the last.
    oddities: Vec<(Odd, u64, u64)>,
}

impl<'s> Checked<'s> {
    pub(super) const fn new(sink: &'s mut dyn Sink) -> Self {
        Self { sink, oddities: Vec::new() }
    }

    /// Ends the file: reports how many oddities were not reported singly.
    pub(super) fn finish(mut self) {
        self.tell_rest();
    }

    fn tell_rest(&mut self) {
        for (odd, count, line) in self.oddities.drain(..) {
            if let Some(more) = count.checked_sub(TOLD_MAX).filter(|more| *more > 0) {
                let found = format!("{more} more up to here");
                self.sink.flag(Flag::Oddity { line, odd, found });
            }
        }
    }

    /// Whether an oddity is still reported singly.
    fn count(&mut self, odd: Odd, line: u64) -> bool {
        if let Some((_, count, last)) = self.oddities.iter_mut().find(|(known, ..)| *known == odd) {
            (*count, *last) = (*count + 1, line);
            return *count <= TOLD_MAX;
        }
        self.oddities.push((odd, 1, line));
        true
    }
}

impl Sink for Checked<'_> {
    fn entry(&mut self, mut entry: StatementEntry<'_>) {
        if entry.amount.is_zero() {
            let (line, found) = (entry.line, entry.amount.to_string());
            return self.flag(Flag::Oddity { line, odd: Odd::ZeroAmount, found });
        }
        if is_no_serial(entry.serial) {
            entry.serial = "";
        }
        match entry.check() {
            Ok(()) => self.sink.entry(entry),
            Err(reject) => self.sink.reject(reject),
        }
    }

    fn reject(&mut self, reject: Reject) {
        self.sink.reject(reject);
    }

    /// A balance past the bound proves nothing: it is flagged, and its statement continues without it.
    fn statement(&mut self, mut statement: Statement<'_>) {
        let line = statement.line;
        for balance in [&mut statement.opening, &mut statement.closing] {
            if let Some(absurd) = balance.take_if(|balance| is_oversize(&balance.amount)) {
                let (odd, found) = (Odd::BalanceUnreadable, absurd.amount.to_string());
                self.flag(Flag::Oddity { line, odd, found });
            }
        }
        self.sink.statement(statement);
    }

    fn flag(&mut self, flag: Flag) {
        let told = match &flag {
            Flag::Oddity { line, odd, .. } => self.count(*odd, *line),
            Flag::BalanceBroken { .. }
            | Flag::RunningBalanceBroken { .. }
            | Flag::ControlSum { .. } => true,
        };
        if told {
            self.sink.flag(flag);
        }
    }

    fn begins_again(&mut self) {
        self.sink.begins_again();
    }

    fn serial_period(&mut self, period: SerialPeriod) {
        self.sink.serial_period(period);
    }

    fn block(&mut self, block: BlockRead) {
        self.sink.block(block);
    }

    fn names_account(&mut self, account: &str, line: u64) {
        self.sink.names_account(account, line);
    }

    fn is_own(&self, account: &str) -> Option<bool> {
        self.sink.is_own(account)
    }

    fn member(&mut self, name: &str) {
        self.tell_rest();
        self.sink.member(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use remittance::{Counterparty, Direction, Remarks};
    use rust_decimal::Decimal;

    #[derive(Default)]
    struct Told(Vec<String>);

    impl Sink for Told {
        fn entry(&mut self, entry: StatementEntry<'_>) {
            self.0.push(format!("{} {} [{}]", entry.line, entry.amount, entry.serial));
        }
        fn reject(&mut self, reject: Reject) {
            self.0.push(format!("reject {reject}"));
        }
        fn statement(&mut self, _: Statement<'_>) {}
        fn flag(&mut self, flag: Flag) {
            self.0.push(format!("flag {flag}"));
        }
    }

    fn entry(line: u64, year: i32, amount: Decimal, serial: &str) -> StatementEntry<'_> {
        StatementEntry {
            line,
            account: None,
            currency: None,
            serial,
            booked_on: NaiveDate::from_ymd_opt(year, 5, 11).unwrap(),
            booked_time: None,
            direction: Direction::Credit,
            amount,
            balance: None,
            counterparty: Counterparty::default(),
            remarks: Remarks::default(),
            reversal: false,
            booking: None,
            contradicted: false,
        }
    }

    #[test]
    fn an_entry_goes_on_or_is_refused_or_told() {
        let mut told = Told::default();
        let mut checked = Checked::new(&mut told);
        let fen = |fen| Decimal::new(fen, 2);
        checked.entry(entry(1, 2026, fen(5_00), "B1"));
        checked.entry(entry(2, 2026, fen(5_00), "0000"));
        checked.entry(entry(3, 2026, fen(999_999_999_999_99), "B3"));
        checked.entry(entry(4, 2026, fen(1_000_000_000_000_00), "B4"));
        checked.entry(entry(5, 1, fen(5_00), "B5"));
        checked.entry(StatementEntry {
            balance: Some(fen(-1_000_000_000_000_00)),
            ..entry(6, 2026, fen(5_00), "B6")
        });
        checked.entry(entry(7, 2026, fen(0), "B7"));
        checked.finish();
        assert_eq!(
            told.0,
            [
                "1 5.00 [B1]",
                "2 5.00 []",
                "3 999999999999.99 [B3]",
                "reject 4: amount \"1000000000000.00\": expected at most 999999999999.99",
                "reject 5: booked on \"0001-05-11\": expected a day of the years 1980 to 2099",
                "reject 6: balance \"-1000000000000.00\": expected at most 999999999999.99",
                "flag 7: zero-amount: found \"0.00\"",
            ]
        );
    }

    #[test]
    fn many_zeros_are_told_once_more() {
        let mut told = Told::default();
        let mut checked = Checked::new(&mut told);
        (1..=32).for_each(|line| checked.entry(entry(line, 2026, Decimal::ZERO, "")));
        checked.finish();
        assert_eq!(told.0.len(), 21);
        assert_eq!(told.0[20], "flag 32: zero-amount: found \"12 more up to here\"");
    }
}
