//! The centre's own decisions: rates, bases, rounding, reasons, branches, each from a day on.
//!
//! Start at [`Policy`]; `rulebook/policy.rs` makes one from `rules/policy.toml`. Values that change over the years are
//! [`Dated`]: a month uses the value in force on its first day.
//!
//! Invariant: a [`Policy`] is checked when it is built; nothing here has a default of its own.

use super::{Money, Rate, Rounding, YearMonth};
use crate::{Language, Localized};
use chrono::{Datelike, NaiveDate, Weekday};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// Values in order of the day from which each holds; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    first: T,
    later: Vec<(NaiveDate, T)>,
}

/// The lowest and highest rate either side may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    pub minimum: Rate,
    pub maximum: Rate,
}

/// The lowest and highest base (缴存基数).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseLimits {
    pub floor: Money,
    pub cap: Money,
}

/// The span in which an adjustment may be made once.
///
/// The handbook says of the base "once a calendar year" and of base and rate "each contribution
/// year only one choice each". Taken separately, the first rules bases and the second rates;
/// `Both` is the stricter reading, in which one adjustment also blocks the other sentence's span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OncePer {
    CalendarYear,
    ContributionYear,
    Both,
}

/// The caps on what is asked for one person, over all employers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapPer {
    Month,
    Year,
    Both,
}

/// The days on which the centre's branches are open: Monday to Friday, apart from announced changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenDays {
    closed: BTreeSet<NaiveDate>,
    open: BTreeSet<NaiveDate>,
}

/// A reason for sealing an account (封存原因); `aliases` are other accepted words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealReason {
    pub code: String,
    pub name: String,
    pub aliases: Vec<String>,
}

/// A branch (网点) that takes appointments; `*` as an id or a slot takes any word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    pub id: String,
    pub name: String,
    pub slots: Vec<String>,
    /// Appointments one slot of one day can hold.
    pub capacity: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Names of the centre's city; a transfer to any other place is outside.
    pub city: Vec<String>,
    pub rates: Dated<RateLimits>,
    pub bases: Dated<BaseLimits>,
    pub rounding: Dated<Rounding>,
    /// The month that opens a contribution year (汇缴年度): 7, July.
    pub contribution_year_month: u32,
    pub base_once_per: OncePer,
    pub rate_once_per: OncePer,
    /// The third reading of the handbook's sentence: of base and rate only one is adjusted in a
    /// contribution year.
    pub one_of_base_and_rate: bool,
    /// Whether a person may be active at several employers at once.
    pub several_employers: bool,
    pub cap_per: CapPer,
    /// How many months before the operation a supplement may reach.
    pub supplement_months_back: i32,
    /// Days from the payday within which a month is remitted (条例 第十九条: 5).
    pub remit_within_days: u8,
    /// Whether an employer in arrears gets a letter.
    pub arrears_letters: bool,
    /// Days until the next letter.
    pub arrears_letter_every_days: u16,
    /// Whether a sealed account may be supplemented.
    pub supplement_sealed: bool,
    /// Whether a 统一社会信用代码 must have a correct check character.
    pub check_uscc: bool,
    pub seal_reasons: Vec<SealReason>,
    pub branches: Vec<Branch>,
    pub open_days: OpenDays,
}

/// One employee's month: base × rate, each side rounded on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthlyContribution {
    pub employer_share: Money,
    pub employee_share: Money,
}

impl<T: Copy> Dated<T> {
    /// One value for all time; see [`Dated::from_values`] for values that change.
    #[must_use]
    pub const fn always(value: T) -> Self {
        Self { first: value, later: Vec::new() }
    }

    /// The values in order of their days; the first also holds before its day. `None` if there are none or the days do
    /// not rise.
    #[must_use]
    pub fn from_values(values: Vec<(NaiveDate, T)>) -> Option<Self> {
        if !values.is_sorted_by(|(a, _), (b, _)| a < b) {
            return None;
        }
        let mut values = values.into_iter();
        let (_, first) = values.next()?;
        Some(Self { first, later: values.collect() })
    }

    /// The value in force on a day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> T {
        let in_force = self.later.iter().rev().find(|(from, _)| *from <= day);
        in_force.map_or(self.first, |(_, value)| *value)
    }

    /// The value in force on the first day of a month.
    #[must_use]
    pub fn in_month(&self, month: YearMonth) -> T {
        self.on(month.first_day())
    }
}

impl OncePer {
    /// Whether two months are in one span.
    #[must_use]
    pub fn same_span(self, policy: &Policy, a: YearMonth, b: YearMonth) -> bool {
        let calendar = a.year() == b.year();
        let contribution = policy.contribution_year(a) == policy.contribution_year(b);
        match self {
            Self::CalendarYear => calendar,
            Self::ContributionYear => contribution,
            Self::Both => calendar || contribution,
        }
    }
}

/// The span as a refusal names it.
impl Localized for OncePer {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::CalendarYear => language.choose("自然年度", "calendar year"),
            Self::ContributionYear => language.choose("汇缴年度", "contribution year"),
            Self::Both => {
                language.choose("自然年度及汇缴年度", "calendar year and contribution year")
            }
        })
    }
}

impl fmt::Display for OncePer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl CapPer {
    #[must_use]
    pub const fn month(self) -> bool {
        matches!(self, Self::Month | Self::Both)
    }

    #[must_use]
    pub const fn year(self) -> bool {
        matches!(self, Self::Year | Self::Both)
    }
}

impl OpenDays {
    /// Announced days off and working days in exchange; a day in both is a working day.
    #[must_use]
    pub fn new(
        closed: impl IntoIterator<Item = NaiveDate>,
        open: impl IntoIterator<Item = NaiveDate>,
    ) -> Self {
        Self { closed: closed.into_iter().collect(), open: open.into_iter().collect() }
    }

    #[must_use]
    pub fn is_open(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self.open.contains(&day) || !(weekend || self.closed.contains(&day))
    }

    /// The first open day from a day on; the day itself if none is near.
    #[must_use]
    pub fn next_from(&self, day: NaiveDate) -> NaiveDate {
        // The longest holiday so far had nine days.
        day.iter_days().take(31).find(|day| self.is_open(*day)).unwrap_or(day)
    }
}

impl Policy {
    /// The contribution year of a month, named by the calendar year it begins in: with July,
    /// 2025-07 to 2026-06 is 2025.
    #[must_use]
    pub fn contribution_year(&self, month: YearMonth) -> i32 {
        month.year() - i32::from(month.month() < self.contribution_year_month)
    }

    /// What one employee's month costs each side; `None` only on overflow.
    #[must_use]
    pub fn monthly_contribution(
        &self,
        base: Money,
        employer_rate: Rate,
        employee_rate: Rate,
        month: YearMonth,
    ) -> Option<MonthlyContribution> {
        let rounding = self.rounding.in_month(month);
        Some(MonthlyContribution {
            employer_share: employer_rate.share_of(base, rounding)?,
            employee_share: employee_rate.share_of(base, rounding)?,
        })
    }

    /// The most one employee can be paid in a contribution year: twelve months of the highest base
    /// at the highest rate, both sides, each month by the values in force then.
    #[must_use]
    pub fn year_cap(&self, contribution_year: i32) -> Money {
        let first = YearMonth::new(contribution_year, self.contribution_year_month);
        let months = std::iter::successors(first, |month| Some(month.next())).take(12);
        Money::together(months.map(|month| self.month_cap(month)))
    }

    /// The most one employee can receive for a month: both sides of the highest base at the highest rate.
    #[must_use]
    pub fn month_cap(&self, month: YearMonth) -> Money {
        let (cap, rate) = (self.bases.in_month(month).cap, self.rates.in_month(month).maximum);
        let both = self.monthly_contribution(cap, rate, rate, month);
        both.and_then(MonthlyContribution::total).unwrap_or_default()
    }

    /// The reason that a word means: its code, its name or an alias. Letter case, `_`, `-` and spaces do not matter.
    #[must_use]
    pub fn seal_reason(&self, word: &str) -> Option<&SealReason> {
        let word = folded(word);
        self.seal_reasons.iter().find(|reason| {
            let aliases = reason.aliases.iter();
            [&reason.code, &reason.name].into_iter().chain(aliases).any(|name| folded(name) == word)
        })
    }

    /// The branch with this id or name; a branch `*` matches any that is not listed.
    #[must_use]
    pub fn branch(&self, word: &str) -> Option<&Branch> {
        let named = |branch: &&Branch| branch.id == word || branch.name == word;
        let any = || self.branches.iter().find(|branch| branch.id == "*");
        self.branches.iter().find(named).or_else(any)
    }

    /// Whether a place is the centre's city.
    #[must_use]
    pub fn in_city(&self, place: &str) -> bool {
        self.city.iter().any(|name| folded(name) == folded(place))
    }
}

impl MonthlyContribution {
    /// Both sides together; `None` only on overflow.
    #[must_use]
    pub fn total(self) -> Option<Money> {
        self.employer_share.checked_add(self.employee_share)
    }
}

impl Branch {
    #[must_use]
    pub fn has_slot(&self, slot: &str) -> bool {
        self.slots.iter().any(|name| name == slot || name == "*")
    }
}

/// A word without differences of spelling.
fn folded(word: &str) -> String {
    word.trim().to_lowercase().replace(['_', ' '], "-")
}
