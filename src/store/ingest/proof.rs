//! Which rows of a delivery its statements prove.
//!
//! A statement whose balances equal the sums of its entries proves that each entry moved money once: two
//! entries that look alike are two payments. A row's line and account tell its statement.

use super::StatementRecord;
use crate::matching::AccountIndex;

/// The statements of a delivery and their proofs.
#[derive(Debug, Default)]
pub(super) struct Proof {
    statements: Vec<(AccountIndex, u64, bool)>,
}

impl Proof {
    pub(super) fn of(statements: &[StatementRecord]) -> Self {
        let proved = |statement: &StatementRecord| {
            (statement.account, statement.line, statement.proved == Some(true))
        };
        Self { statements: statements.iter().map(proved).collect() }
    }

    /// Whether an account has statements, and all of them are proved.
    pub(super) fn proves_all(&self, account: AccountIndex) -> bool {
        let mut proved = self.of_account(account).map(|(_, proved)| proved).peekable();
        proved.peek().is_some() && proved.all(|proved| proved)
    }

    /// Whether the statement of a row is proved: the account's last one that starts before the row's line. In a
    /// file of one line all statements start there.
    pub(super) fn proves(&self, account: AccountIndex, line: u64) -> bool {
        let before =
            self.of_account(account).map(|(start, _)| start).filter(|start| *start <= line);
        match before.max() {
            Some(start) => self.of_account(account).all(|(other, proved)| other != start || proved),
            None => self.proves_all(account),
        }
    }

    fn of_account(&self, account: AccountIndex) -> impl Iterator<Item = (u64, bool)> {
        let mine = self.statements.iter().filter(move |(other, ..)| *other == account);
        mine.map(|(_, line, proved)| (*line, *proved))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_proved_by_the_statement_it_stands_in() {
        let (one, other) = (AccountIndex(0), AccountIndex(1));
        let proof = Proof { statements: vec![(one, 1, true), (one, 10, false), (other, 5, true)] };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (one, 2, true), (one, 9, true), (one, 10, false), (one, 12, false),
            (other, 6, true), (other, 2, true), (AccountIndex(2), 6, false),
        ];
        for (account, line, want) in rows {
            assert_eq!(proof.proves(account, line), want, "{account:?} line {line}");
        }
        assert!(!proof.proves_all(one) && proof.proves_all(other));
    }
}
