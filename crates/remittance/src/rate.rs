//! Rates and rounding: the exact contribution from a base and a rate.
//!
//! Start at [`Rate::share_of`]. A rate is whole ten-thousandths (0.01 %), a base whole fen, so the
//! product is a whole number of ten-thousandths of a fen and [`Rounding`] is the only step that loses anything.

use super::Money;
use std::fmt;
use std::str::FromStr;

/// Ten-thousandths in one: `0.0800` has four decimals.
const ONE: i64 = 10_000;

/// A contribution rate (缴存比例) of one side, from 0 to 1 in steps of 0.0001.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

/// Why a text is not a rate; prints as `expected a rate such as 0.08, found "8%"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateError {
    pub found: String,
}

/// How a share is rounded; the names are those of the policy file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rounding {
    /// 到元: half a yuan and more rounds up. The default.
    Yuan,
    /// 到角: five fen and more round up.
    Jiao,
    /// 到分: half a fen and more rounds up.
    Fen,
    /// 见角进元: drops the fen, then rounds any jiao up to a yuan.
    JiaoUpToYuan,
    /// 舍角: drops jiao and fen.
    DropJiao,
}

impl Rate {
    pub const ZERO: Self = Self(0);

    /// A rate of so many ten-thousandths; `None` above 1 or below 0.
    #[must_use]
    pub const fn from_ten_thousandths(count: i64) -> Option<Self> {
        if count >= 0 && count <= ONE { Some(Self(count)) } else { None }
    }

    #[must_use]
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// One side's monthly share of a base; `None` only on overflow.
    #[must_use]
    pub fn share_of(self, base: Money, rounding: Rounding) -> Option<Money> {
        let exact = i128::from(base.fen()) * i128::from(self.0);
        let one = i128::from(ONE);
        let half_up = |unit: i128| (exact + unit * one / 2).div_euclid(unit * one) * unit;
        let fen = match rounding {
            Rounding::Yuan => half_up(100),
            Rounding::Jiao => half_up(10),
            Rounding::Fen => half_up(1),
            Rounding::JiaoUpToYuan => (exact.div_euclid(10 * one) * 10 + 90).div_euclid(100) * 100,
            Rounding::DropJiao => exact.div_euclid(100 * one) * 100,
        };
        i64::try_from(fen).ok().map(Money::from_fen)
    }
}

impl Rounding {
    pub const ALL: [Self; 5] =
        [Self::Yuan, Self::Jiao, Self::Fen, Self::JiaoUpToYuan, Self::DropJiao];

    /// The word of the policy file.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Yuan => "yuan",
            Self::Jiao => "jiao",
            Self::Fen => "fen",
            Self::JiaoUpToYuan => "jiao-up-to-yuan",
            Self::DropJiao => "drop-jiao",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rounding| rounding.code() == code)
    }
}

impl FromStr for Rate {
    type Err = RateError;

    /// Reads `0.08`, `0.0750`, `1`; at most four decimals.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || RateError { found: text.to_owned() };
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let shaped = !whole.is_empty() && whole.len() <= 2 && decimals.len() <= 4;
        if !shaped || !digits(whole) || !digits(decimals) || text.ends_with('.') {
            return Err(error());
        }
        let padded = format!("{whole}{decimals:0<4}");
        let count = padded.parse().map_err(|_| error())?;
        Self::from_ten_thousandths(count).ok_or_else(error)
    }
}

/// Writes whole percents with two decimals and finer rates with the decimals they need: `0.10`, `0.075`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:04}", self.0 / ONE, self.0 % ONE);
        let shortest = text.trim_end_matches('0').len().max("0.00".len());
        f.pad(text.get(..shortest).unwrap_or(&text))
    }
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a rate such as 0.08, found {:?}", self.found)
    }
}

impl std::error::Error for RateError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_is_rounded_by_the_policys_mode() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // base     rate    yuan    jiao    fen     up-to-yuan drop-jiao
            (5000_00, "0.08",   400_00, 400_00, 400_00, 400_00, 400_00),
            (5006_25, "0.08",   401_00, 400_50, 400_50, 401_00, 400_00), // 400.50: half goes up
            (5005_00, "0.08",   400_00, 400_40, 400_40, 401_00, 400_00), // 400.40
            (5000_63, "0.08",   400_00, 400_10, 400_05, 400_00, 400_00), // 400.0504: no jiao
            (5001_25, "0.08",   400_00, 400_10, 400_10, 401_00, 400_00), // 400.10
            (3333_33, "0.075",  250_00, 250_00, 250_00, 250_00, 249_00), // 249.99975
            (1990_00, "0.05",   100_00,  99_50,  99_50, 100_00,  99_00),
            (0,       "0.12",        0,      0,      0,      0,      0),
        ];
        for (base, rate, yuan, jiao, fen, up, drop) in rows {
            let rate: Rate = rate.parse().unwrap();
            for (rounding, want) in Rounding::ALL.into_iter().zip([yuan, jiao, fen, up, drop]) {
                let got = rate.share_of(Money::from_fen(base), rounding).unwrap().fen();
                assert_eq!(got, want, "base {base} rate {rate} {}", rounding.code());
            }
        }
    }

    #[test]
    fn a_rate_is_a_decimal_of_at_most_four_places() {
        for (text, want) in [("0.08", 800), ("0.0750", 750), ("1", 10_000), ("0.12", 1200)] {
            assert_eq!(text.parse::<Rate>().map(Rate::ten_thousandths), Ok(want), "{text}");
        }
        for text in
            ["8%", "", ".", "0.", ".08", "-0.08", "0.08001", "1.0001", "8", "０.０８", "1e-1"]
        {
            assert!(text.parse::<Rate>().is_err(), "{text:?}");
        }
        for (text, want) in [("0.0800", "0.08"), ("0.1", "0.10"), ("0", "0.00"), ("0.075", "0.075")]
        {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), want);
        }
    }
}
