//! Who pays what, and how it goes wrong.
//!
//! Start at [`PLOT`]: one mishap per row, each with an outcome of the contract. All other employers pay normally:
//! once, on a working day, with a readable remark.

use super::bank;
use super::employer::Invented;
use super::prng::Prng;
use super::remark;
use chrono::{Datelike, NaiveDate, Weekday};

/// A payment notice of the story.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    pub(super) reference: String,
    pub(super) employer_id: String,
    pub(super) amount: i64,
    pub(super) issued_on: NaiveDate,
    pub(super) month: u32,
    pub(super) revoked: bool,
}

/// A movement on one of the centre's accounts.
#[derive(Clone, Debug)]
pub(super) struct Movement {
    /// The account.
    pub(super) at: usize,
    pub(super) on: NaiveDate,
    pub(super) second: u64,
    /// In fen; negative for a debit.
    pub(super) amount: i64,
    pub(super) payer_account: String,
    pub(super) payer: String,
    pub(super) branch: (&'static str, &'static str),
    pub(super) summary: &'static str,
    pub(super) remark: String,
    pub(super) reversal: bool,
}

pub(super) struct Story {
    pub(super) notices: Vec<Notice>,
    pub(super) movements: Vec<Movement>,
}

/// How a payment goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Clean,
    TwoParts,
    ThreeParts,
    Unpaid,
    NoReference,
    Truncated,
    LookAlike,
    Mistyped,
    Revoked,
    PaidTwice,
    OverpaidBy(i64),
    ShortBy(i64),
    CrossBank,
    /// The second part arrives on this day of the next month.
    CrossMonth(u32),
    /// Two pairs of parts, each with the exact amount.
    TwoPairs,
    /// The bank reverses it on the same day.
    TakenBack,
    /// The bank reverses it on this day of the next month.
    TakenBackLater(u32),
    /// One transfer for this notice and the next employer's.
    ForTwo,
    /// One transfer that names two notices but covers neither.
    ForTwoShort,
    /// Only a first part; the rest is still missing.
    Begun,
}

impl Turn {
    /// Account, time and amount; negative for a reversal.
    fn payments(
        self,
        at: usize,
        on: NaiveDate,
        notice: &Notice,
        next: Option<&Notice>,
    ) -> Vec<(usize, NaiveDate, i64)> {
        let amount = notice.amount;
        let half = amount / 2 + 7_00;
        let with_next = amount + next.map_or(0, |next| next.amount);
        let next_month = |day| date(notice.month + 1, day);
        match self {
            Self::Unpaid => vec![],
            Self::Clean
            | Self::NoReference
            | Self::Truncated
            | Self::LookAlike
            | Self::Mistyped
            | Self::Revoked => vec![(at, on, amount)],
            Self::Begun => vec![(at, on, half)],
            Self::OverpaidBy(extra) => vec![(at, on, amount + extra)],
            Self::ShortBy(missing) => vec![(at, on, amount - missing)],
            Self::ForTwo => vec![(at, on, with_next)],
            Self::ForTwoShort => vec![(at, on, with_next - 500_00)],
            Self::PaidTwice => vec![(at, on, amount), (at, later(on, 6), amount)],
            Self::TakenBack => vec![(at, on, amount), (at, on, -amount)],
            Self::TakenBackLater(day) => vec![(at, on, amount), (at, next_month(day), -amount)],
            Self::TwoParts => vec![(at, on, half), (at, on, amount - half)],
            Self::CrossBank => vec![(at, on, half), ((at + 1) % 3, on, amount - half)],
            Self::CrossMonth(day) => vec![(at, on, half), (at, next_month(day), amount - half)],
            Self::ThreeParts => {
                let rest = amount - half - 100_00;
                vec![(at, on, half), (at, on, rest), (at, later(on, 1), 100_00)]
            }
            Self::TwoPairs => {
                let third = amount / 3;
                let parts = [half, amount - half, third, amount - third];
                parts.map(|part| (at, on, part)).to_vec()
            }
        }
    }

    /// How the reference in the remark is damaged.
    fn spoils(self) -> Option<fn(&str, u32) -> String> {
        if self == Self::Truncated {
            Some(remark::truncated)
        } else if self == Self::LookAlike {
            Some(|reference, _| remark::look_alike(reference))
        } else if self == Self::Mistyped {
            Some(|reference, _| format!("{}公积金", remark::mistyped(reference)))
        } else {
            None
        }
    }
}

/// Employer (position in the list), month, day, turn. Sorted by month and day.
#[rustfmt::skip] // A table is read by column.
const PLOT: &[(usize, u32, u32, Turn)] = &[
    (3,   4, 1,  Turn::NoReference),
    (11,  4, 2,  Turn::LookAlike),
    (17,  4, 8,  Turn::TakenBack),
    (23,  4, 9,  Turn::TakenBackLater(12)),
    (29,  4, 13, Turn::ShortBy(1_200_00)),
    (31,  4, 14, Turn::ForTwo),
    (32,  4, 14, Turn::Unpaid), // Paid by its neighbour's transfer.
    (37,  4, 15, Turn::NoReference),
    (41,  4, 16, Turn::PaidTwice),
    (43,  4, 20, Turn::Mistyped),
    (47,  4, 21, Turn::CrossBank),
    (53,  4, 22, Turn::OverpaidBy(100_00)),
    (59,  4, 28, Turn::CrossMonth(7)),
    (61,  4, 23, Turn::Revoked),
    (67,  4, 27, Turn::ShortBy(35_60)),
    (71,  5, 8,  Turn::NoReference),
    (73,  5, 11, Turn::Truncated),
    (79,  5, 11, Turn::TwoPairs),
    (83,  5, 12, Turn::ForTwoShort),
    (84,  5, 12, Turn::Unpaid), // Named by its neighbour's transfer.
    (89,  5, 13, Turn::CrossBank),
    (97,  5, 14, Turn::LookAlike),
    (101, 5, 14, Turn::NoReference),
    (103, 5, 15, Turn::OverpaidBy(2_000_00)),
    (107, 5, 18, Turn::PaidTwice),
    (109, 5, 19, Turn::TakenBack),
    (113, 5, 20, Turn::Mistyped),
    (127, 5, 20, Turn::ThreeParts),
    (131, 5, 21, Turn::ShortBy(640_00)),
    (137, 5, 22, Turn::Truncated),
    (139, 5, 25, Turn::Revoked),
    (149, 5, 26, Turn::CrossMonth(1)),
    (151, 5, 26, Turn::NoReference),
    (157, 5, 27, Turn::ForTwo),
    (158, 5, 27, Turn::Unpaid), // Paid by its neighbour's transfer.
    (163, 5, 28, Turn::ShortBy(1)),
    (167, 5, 29, Turn::CrossBank),
    (173, 5, 29, Turn::NoReference),
    (179, 5, 28, Turn::OverpaidBy(50_00)),
    (181, 6, 1,  Turn::Begun),
    (191, 6, 2,  Turn::NoReference),
    (193, 6, 2,  Turn::Clean),
    (197, 6, 2,  Turn::LookAlike),
];

/// Movements unrelated to any notice: account, month, day, details.
#[rustfmt::skip]
const BY_THE_WAY: &[(usize, u32, u32, i64, &str, &str)] = &[
    // at  m  day  amount         summary     remark
    (0,    4, 10, -26_50,        "手续费",    "网银手续费"),
    (1,    4, 21, 3_482_11,      "结息",      "协定存款利息"),
    (2,    4, 24, -15_00,        "手续费",    "对公账户维护费"),
    (0,    5, 11, -31_00,        "手续费",    "网银手续费"),
    (0,    5, 21, 9_120_45,      "结息",      "协定存款利息"),
    (1,    5, 21, 3_377_90,      "结息",      "协定存款利息"),
    (2,    5, 21, 1_204_36,      "结息",      "协定存款利息"),
    (1,    6, 2,  -880_00,       "冲正",      "冲正"), // Without a matching credit.
];

/// From this position on, the first employer with a known account makes a typing mistake.
const SLIPS_FROM: usize = 20;

/// Transfers between the centre's own accounts: from, to, month, day, amount.
const OWN: &[(usize, usize, u32, u32, i64)] =
    &[(2, 0, 4, 17, 2_000_000_00), (1, 0, 5, 20, 5_000_000_00)];

pub(super) fn tell(employers: &[Invented]) -> Story {
    let mut teller =
        Teller { prng: Prng::new(20_260_603), story: Story { notices: vec![], movements: vec![] } };
    for month in 4..=6 {
        let mut notices: Vec<Notice> = employers
            .iter()
            .zip(0_u64..)
            .map(|(employer, index)| teller.notice(employer, index, month))
            .collect();
        for (index, (employer, notice)) in employers.iter().zip(&notices).enumerate() {
            let next = notices.get(index + 1);
            teller.pay(index, employer, notice, next);
        }
        if month == 6 {
            teller.slip(employers, &mut notices);
        }
        teller.story.notices.extend(notices);
    }
    for &(at, month, day, amount, summary, remark) in BY_THE_WAY {
        let bank = bank::account(at);
        let branch = ("", bank.bank_name);
        let movement = teller.movement(at, date(month, day), amount, remark.to_owned());
        let payer = bank.bank_name.to_owned();
        teller.story.movements.push(Movement { branch, payer, summary, ..movement });
    }
    for &(from, to, month, day, amount) in OWN {
        teller.own_transfer(from, to, date(month, day), amount);
    }
    teller.story.movements.sort_by_key(|movement| (movement.at, movement.on, movement.second));
    teller.story
}

struct Teller {
    prng: Prng,
    story: Story,
}

impl Teller {
    fn notice(&mut self, employer: &Invented, index: u64, month: u32) -> Notice {
        // A bijection of 0..10^10, so that no reference is used twice.
        let number = u64::from(month) * 200 + index;
        let digits = (number * 6_180_339_887 + 1_906_133_753) % 10_000_000_000;
        let revoked = turn_of(usize::try_from(index).unwrap_or_default(), month)
            .is_some_and(|(_, turn)| turn == Turn::Revoked);
        let drift = i64::try_from(self.prng.below(40_000)).unwrap_or_default();
        Notice {
            reference: format!("P{digits:010}"),
            employer_id: employer.id.clone(),
            amount: employer.monthly + i64::from(month) * drift,
            issued_on: date(month, 1),
            month,
            revoked,
        }
    }

    fn pay(&mut self, index: usize, employer: &Invented, notice: &Notice, next: Option<&Notice>) {
        let (day, turn) = match turn_of(index, notice.month) {
            Some(planned) => planned,
            // June has just begun.
            None if notice.month == 6 => return,
            None => {
                let turn = match self.prng.below(100) {
                    0..90 => Turn::Clean,
                    90..95 => Turn::TwoParts,
                    _ => Turn::Unpaid,
                };
                (self.working_day(notice.month), turn)
            }
        };
        let on = date(notice.month, day);
        let words = self.words(employer, notice, next, turn);
        for (at, on, amount) in turn.payments(employer.pays_to, on, notice, next) {
            self.book(employer, at, on, amount, words.clone());
        }
    }

    /// Two neighbours' notices have the same amount and differ in one digit; one employer writes the other's
    /// reference.
    fn slip(&mut self, employers: &[Invented], notices: &mut [Notice]) {
        let from = employers.iter().enumerate().skip(SLIPS_FROM);
        let Some((index, employer)) = { from }.find(|(_, employer)| employer.account_known) else {
            return;
        };
        let Some([own, other]) = notices.get_mut(index..index + 2) else { return };
        let last = own.reference.chars().last().and_then(|digit| digit.to_digit(10));
        let slipped = last.map_or(0, |digit| (digit + 1) % 10);
        let front = own.reference.get(..10).unwrap_or_default();
        other.reference = format!("{front}{slipped}");
        other.amount = own.amount;
        let words = format!("{}公积金", other.reference);
        self.book(employer, employer.pays_to, date(6, 2), own.amount, words);
    }

    fn words(
        &mut self,
        employer: &Invented,
        notice: &Notice,
        next: Option<&Notice>,
        turn: Turn,
    ) -> String {
        let Notice { reference, month, .. } = notice;
        if turn == Turn::NoReference {
            return remark::without(&mut self.prng, &employer.name, *month);
        }
        match (turn.spoils(), next) {
            (Some(spoil), _) => spoil(reference, *month),
            (None, Some(next)) if matches!(turn, Turn::ForTwo | Turn::ForTwoShort) => {
                format!("{reference}、{}公积金", next.reference)
            }
            _ => remark::readable(&mut self.prng, reference, &employer.name, *month),
        }
    }

    fn book(&mut self, employer: &Invented, at: usize, on: NaiveDate, amount: i64, words: String) {
        let taken_back = amount < 0;
        let movement = self.movement(at, on, amount, words);
        let summary = if taken_back {
            "冲正"
        } else {
            self.prng.pick(&["转账", "网银转账", "跨行转账"])
        };
        self.story.movements.push(Movement {
            payer_account: employer.account.clone(),
            payer: employer.name.clone(),
            branch: employer.branch,
            summary,
            // Reversed in the evening, after it arrived.
            second: if taken_back { 75_000 } else { movement.second },
            reversal: taken_back,
            ..movement
        });
    }

    fn movement(&mut self, at: usize, on: NaiveDate, amount: i64, remark: String) -> Movement {
        Movement {
            at,
            on,
            second: 30_600 + self.prng.below(30_000),
            amount,
            payer_account: String::new(),
            payer: String::new(),
            branch: ("", ""),
            summary: "",
            remark,
            reversal: false,
        }
    }

    fn own_transfer(&mut self, from: usize, to: usize, on: NaiveDate, amount: i64) {
        for (at, other, amount) in [(from, to, -amount), (to, from, amount)] {
            let other = bank::account(other);
            let movement = self.movement(at, on, amount, "归集资金划转".to_owned());
            self.story.movements.push(Movement {
                payer_account: other.no.to_owned(),
                payer: other.name.to_owned(),
                branch: ("", other.bank_name),
                summary: "资金划转",
                ..movement
            });
        }
    }

    /// A weekday up to the 28th, except the holidays of early May.
    fn working_day(&mut self, month: u32) -> u32 {
        let first = if month == 5 { 6 } else { 1 };
        loop {
            let day = first + u32::try_from(self.prng.below(28)).unwrap_or_default();
            let weekday = date(month, day).weekday();
            if day <= 28 && !matches!(weekday, Weekday::Sat | Weekday::Sun) {
                return day;
            }
        }
    }
}

fn turn_of(employer: usize, month: u32) -> Option<(u32, Turn)> {
    PLOT.iter()
        .find(|(who, when, ..)| (*who, *when) == (employer, month))
        .map(|&(_, _, day, turn)| (day, turn))
}

fn date(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default()
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(chrono::Days::new(days)).unwrap_or(day)
}
