//! The direction and amount of a row: a pair of columns, a column beside a word, a signed column, or the parties.
//!
//! Start at [`RowReader::movement`]. The plan has settled the meaning of a minus ([`Minus`]).

use super::cell::{BadCell, RowReader};
use super::plan::{Amounts, Minus, Model};
use crate::feed::Problem;
use crate::feed::amount::Amount;
use crate::feed::rows::Row;
use crate::rules::bank::Field;
use remittance::Direction;

/// The column of the movement, and its amount.
pub(super) struct Movement {
    pub(super) direction: Direction,
    pub(super) amount: Amount,
    /// A negative amount, which is money in the other direction (红字).
    pub(super) red: bool,
    /// The column is for money in; `None` if one column holds both directions.
    pub(super) credit_column: Option<bool>,
}

impl RowReader<'_> {
    pub(super) fn movement(self, row: Row<'_>) -> Result<Movement, BadCell> {
        let Amounts { model, swapped, .. } = self.plan.amounts;
        let mut movement = match model {
            Model::Pair { credit, debit } => self.pair(row, credit, debit),
            Model::Flagged { amount, flag } => self.flagged(row, amount, flag),
            Model::Signed { amount } => self.signed(row, amount),
            Model::Parties { amount } => self.by_parties(row, amount),
        }?;
        if swapped {
            movement.direction = movement.direction.opposite();
            movement.credit_column = movement.credit_column.map(|credit| !credit);
        }
        Ok(movement)
    }

    fn signed(self, row: Row<'_>, column: usize) -> Result<Movement, BadCell> {
        let amount = self.money(self.cell(row, column), column)?;
        if self.plan.amounts.minus == Minus::Unexplained && amount.hundredths != 0 {
            return Err(BadCell { column, problem: Problem::Direction });
        }
        let out = amount.hundredths < 0;
        let direction = if out { Direction::Debit } else { Direction::Credit };
        Ok(Movement { direction, amount, red: false, credit_column: None })
    }

    /// An amount beside a word for its direction.
    fn flagged(self, row: Row<'_>, column: usize, flag: usize) -> Result<Movement, BadCell> {
        let text = self.cell(row, column);
        let amount = self.money(text, column)?;
        if amount.hundredths == 0 && self.cell(row, flag).is_empty() {
            return Ok(Movement {
                direction: Direction::Credit,
                amount,
                red: false,
                credit_column: None,
            });
        }
        let named = self.flag(row, flag)?;
        let movement = |direction, red| Movement { direction, amount, red, credit_column: None };
        if amount.hundredths >= 0 {
            return Ok(movement(named, false));
        }
        match (named, self.plan.amounts.minus) {
            (Direction::Debit, Minus::Repeats) => Ok(movement(named, false)),
            (Direction::Debit, Minus::Unexplained) => {
                let why =
                    "expected an amount without a minus, or other rows that say what it means";
                Err(BadCell { column, problem: Problem::Amount(why.to_owned()) })
            }
            (Direction::Debit | Direction::Credit, _) => Ok(movement(named.opposite(), true)),
        }
    }

    /// The direction follows from the side of the own account.
    fn by_parties(self, row: Row<'_>, column: usize) -> Result<Movement, BadCell> {
        let amount = self.money(self.cell(row, column), column)?;
        let own = self.plan.own_account.as_deref().unwrap_or_default();
        let (payer, payee) =
            (self.number(row, Field::PayerAccount), self.number(row, Field::PayeeAccount));
        let direction = match (payer == own, payee == own) {
            (true, false) => Direction::Debit,
            (false, true) => Direction::Credit,
            _ => return Err(self.refusal(Field::PayerAccount, Problem::Direction)),
        };
        let red = amount.hundredths < 0 && direction == Direction::Credit;
        let direction = if red { Direction::Debit } else { direction };
        Ok(Movement { direction, amount, red, credit_column: None })
    }

    fn pair(self, row: Row<'_>, credit: usize, debit: usize) -> Result<Movement, BadCell> {
        let side = |column| match self.cell(row, column) {
            "" => Ok(None),
            text => self.money(text, column).map(Some),
        };
        let (into, out) = (side(credit)?, side(debit)?);
        let moves = |amount: &Option<Amount>| amount.is_some_and(|amount| amount.hundredths != 0);
        let (named, amount) = match (into, out) {
            (Some(amount), out) if moves(&into) && !moves(&out) => (Direction::Credit, amount),
            (into, Some(amount)) if moves(&out) && !moves(&into) => (Direction::Debit, amount),
            (Some(amount), None) => (Direction::Credit, amount),
            (None, Some(amount)) => (Direction::Debit, amount),
            (Some(amount), Some(_)) if !moves(&into) => (Direction::Credit, amount),
            (Some(_), Some(_)) | (None, None) => {
                return Err(BadCell { column: credit, problem: Problem::Direction });
            }
        };
        let flag = self.plan.column(Field::Flag);
        if amount.hundredths != 0
            && !self.cell(row, flag).is_empty()
            && self.flag(row, flag)? != named
        {
            return Err(BadCell { column: flag, problem: Problem::Direction });
        }
        let red = amount.hundredths < 0 && self.plan.amounts.minus != Minus::Repeats;
        let direction = if red { named.opposite() } else { named };
        Ok(Movement { direction, amount, red, credit_column: Some(named == Direction::Credit) })
    }

    fn flag(self, row: Row<'_>, column: usize) -> Result<Direction, BadCell> {
        let word = self.cell(row, column);
        let found = self.plan.flags.way(word, self.plan.rules);
        found.ok_or_else(|| {
            let expected = self.plan.flags.expected(self.plan.rules);
            BadCell { column, problem: Problem::Word { expected } }
        })
    }
}
