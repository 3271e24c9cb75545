//! Sums of money in 128 bits, because no database content may stop an addition.
//!
//! An amount ([`super::Money`]) is bounded; a sum of amounts needs no bound in practice: overflow would take 1.8 ×
//! 10^19 of the largest amounts that 64 bits hold. So sums of rows are never refused, cut or wrong, whatever a row
//! says.

use super::Money;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// A sum of amounts in fen (1/100 yuan); negative if more went out than came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Total {
    fen: i128,
}

impl Total {
    pub const ZERO: Self = Self { fen: 0 };

    #[must_use]
    pub const fn from_fen(fen: i128) -> Self {
        Self { fen }
    }

    #[must_use]
    pub const fn fen(self) -> i128 {
        self.fen
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.fen == 0
    }

    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.fen < 0
    }

    /// The absolute value.
    #[must_use]
    pub const fn absolute(self) -> Self {
        Self { fen: self.fen.saturating_abs() }
    }

    /// As an amount; `None` if 64 bits do not hold it.
    #[must_use]
    pub fn money(self) -> Option<Money> {
        i64::try_from(self.fen).ok().map(Money::from_fen)
    }

    /// The nearest amount. For values that must be amounts and are, unless a database holds rows that were never
    /// bounded.
    #[must_use]
    pub fn nearest_money(self) -> Money {
        let end = if self.fen < 0 { i64::MIN } else { i64::MAX };
        self.money().unwrap_or(Money::from_fen(end))
    }
}

impl Money {
    /// The sum of a few amounts of one thing: both shares of a line, the lines of one notice. It saturates at 64 bits,
    /// which bounded amounts do not reach; [`Total`] sums the rows of a database.
    #[must_use]
    pub fn together(amounts: impl IntoIterator<Item = Self>) -> Self {
        let sum: Total = amounts.into_iter().sum();
        sum.nearest_money()
    }
}

impl From<Money> for Total {
    fn from(amount: Money) -> Self {
        Self { fen: i128::from(amount.fen()) }
    }
}

/// For templates, which pass references.
impl From<&Money> for Total {
    fn from(amount: &Money) -> Self {
        Self::from(*amount)
    }
}

impl From<&Self> for Total {
    fn from(total: &Self) -> Self {
        *total
    }
}

impl Add for Total {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { fen: self.fen.saturating_add(other.fen) }
    }
}

impl Sub for Total {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { fen: self.fen.saturating_sub(other.fen) }
    }
}

impl Neg for Total {
    type Output = Self;

    fn neg(self) -> Self {
        Self { fen: self.fen.saturating_neg() }
    }
}

impl AddAssign for Total {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Total {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl<M: Into<Self>> Sum<M> for Total {
    fn sum<I: Iterator<Item = M>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |total, amount| total + amount.into())
    }
}

impl PartialEq<Money> for Total {
    fn eq(&self, other: &Money) -> bool {
        *self == Self::from(*other)
    }
}

impl PartialOrd<Money> for Total {
    fn partial_cmp(&self, other: &Money) -> Option<std::cmp::Ordering> {
        self.partial_cmp(&Self::from(*other))
    }
}

/// As [`Money`]: `1200.00`.
impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fen = self.fen.unsigned_abs();
        let sign = if self.fen < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_goes_on_where_an_amount_ends() {
        let most = Money::from_fen(i64::MAX);
        let total: Total = [most, most, most].into_iter().sum();
        assert_eq!(total.to_string(), "276701161105643274.21");
        assert_eq!(total.money(), None);
        assert_eq!((total - Total::from(most) - Total::from(most)).money(), Some(most));
        assert_eq!((-total).to_string(), "-276701161105643274.21");
    }
}
