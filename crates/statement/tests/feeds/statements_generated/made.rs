//! The drawn values: the movements of a statement, and one way to write them.

use super::written;
use chrono::{Days, NaiveDate};

/// Random numbers from a seed (splitmix64).
pub(crate) struct Prng(u64);

impl Prng {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A random number below `most`.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(most).unwrap()).unwrap()
    }

    /// One time in `times`.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, of: &mut [T]) {
        for place in (1..of.len()).rev() {
            let other = self.below(place + 1);
            of.swap(place, other);
        }
    }
}

/// A movement with its expected values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Movement {
    pub(crate) account: String,
    pub(crate) day: NaiveDate,
    pub(crate) credit: bool,
    pub(crate) fen: i64,
    /// A correction, written with a minus in the column of the other direction.
    pub(crate) red: bool,
    pub(crate) payer_account: String,
    pub(crate) payer_name: String,
    /// The payer's text; for parsed movements, the words of all fields.
    pub(crate) words: String,
    pub(crate) serial: String,
    pub(crate) balance: i64,
}

impl Movement {
    /// The difference of the parsed movement, if any.
    pub(crate) fn difference(&self, got: &Self, made: &Made) -> Option<String> {
        let day = (self.day, &self.account, self.credit, self.red);
        if day != (got.day, &got.account, got.credit, got.red) {
            return Some(format!(
                "want {day:?}, got {:?}",
                (got.day, &got.account, got.credit, got.red)
            ));
        }
        if self.fen != got.fen {
            return Some(format!("want {} fen, got {}", self.fen, got.fen));
        }
        if !got.words.contains(&self.words) {
            return Some(format!("want the words {:?}, got {:?}", self.words, got.words));
        }
        let named = |has: bool, want: &str, got: &str| has && want != got;
        if named(made.has_payer_account, &self.payer_account, &got.payer_account)
            || named(made.has_payer_name, &self.payer_name, &got.payer_name)
        {
            return Some(format!("want the payer {self:?}, got {got:?}"));
        }
        let serial = if made.has_serial { self.serial.as_str() } else { "" };
        (serial != got.serial).then(|| format!("want the serial {serial:?}, got {:?}", got.serial))
    }
}

/// A written statement.
pub(crate) struct Made {
    pub(crate) movements: Vec<Movement>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) has_payer_account: bool,
    pub(crate) has_payer_name: bool,
    pub(crate) has_serial: bool,
    /// The cells, for looking at failures.
    pub(crate) text: String,
    /// In a damaged statement: the rows that must be an entry or a reject.
    pub(crate) kept: Option<usize>,
}

impl Made {
    pub(crate) fn draw(prng: &mut Prng) -> Self {
        let blocks = if prng.one_in(6) { 2 } else { 1 };
        let sheets = (0..blocks).map(|block| movements(prng, block)).collect::<Vec<_>>();
        written::write(prng, sheets, false)
    }

    /// A statement with junk in some cells.
    pub(crate) fn hurt(prng: &mut Prng) -> Self {
        let blocks = if prng.one_in(4) { 2 } else { 1 };
        let sheets = (0..blocks).map(|block| movements(prng, block)).collect::<Vec<_>>();
        written::write(prng, sheets, true)
    }

    pub(crate) fn shown(&self) -> String {
        self.text.lines().take(60).map(|line| format!("    {line}\n")).collect()
    }
}

const NAMES: [&str; 6] = [
    "示例甲公司",
    "示例乙机械制造有限公司",
    "示例丙（集团）股份有限公司",
    "示例丁商贸",
    "示例戊学校",
    "示例己医院",
];

/// The movements of one own account, oldest first.
fn movements(prng: &mut Prng, block: usize) -> Vec<Movement> {
    let account = format!("21054000{:010}{block}", prng.below(1_000_000_000));
    let mut day = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap()
        + Days::new(u64::try_from(prng.below(60)).unwrap());
    let mut balance = i64::try_from(prng.below(5_000_000)).unwrap() + 10_000_00;
    let count = 1 + prng.below(18);
    let mut found = Vec::new();
    for place in 0..count {
        day = day + Days::new(u64::try_from(prng.below(3)).unwrap());
        let credit = !prng.one_in(3);
        let most = if prng.one_in(4) { 90_000_000 } else { 200_000 };
        let fen = 1 + i64::try_from(prng.below(most)).unwrap();
        balance += if credit { fen } else { -fen };
        let number = prng.below(1_000_000_000);
        found.push(Movement {
            account: account.clone(),
            day,
            credit,
            fen,
            red: false,
            payer_account: format!("6222{:015}", prng.below(1_000_000_000_000)),
            payer_name: (*prng.pick(&NAMES)).to_owned(),
            words: if credit {
                format!("P{:010}5月公积金", number)
            } else {
                "退款".to_owned()
            },
            serial: format!("S{block}{place:03}{:08}", prng.below(100_000_000)),
            balance,
        });
    }
    found
}
