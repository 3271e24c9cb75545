//! `rules/policy.toml` becomes a [`Policy`], or an error that names the place.
//!
//! Every dated row carries its reason and an example. Parsing runs the example, so a row with a failing example never
//! reaches an employer.
//!
//! Invariant: an unknown key, dates out of order and an empty list are errors.

use super::{RuleError, RuleFile};
use crate::calendar::{Day, WorkingDays};
use remittance::policy::{
    BaseLimits, Branch, CapPer, Dated, OncePer, OpenDays, Policy, RateLimits, SealReason,
};
use remittance::{Money, Rate, Rounding};
use serde::Deserialize;
use toml::Spanned;

/// The shipped policy.
pub const SHIPPED: &str = include_str!("../../../../rules/policy.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    city: Vec<String>,
    contribution_year_month: Spanned<u32>,
    base_once_per: Spanned<String>,
    rate_once_per: Spanned<String>,
    one_of_base_and_rate: bool,
    several_employers: bool,
    cap_per: Spanned<String>,
    supplement_months_back: Spanned<i32>,
    remit_within_days: u8,
    arrears_letters: bool,
    arrears_letter_every_days: Spanned<u16>,
    supplement_sealed: bool,
    check_uscc: bool,
    rates: Vec<Spanned<RateRow>>,
    bases: Vec<Spanned<BaseRow>>,
    rounding: Vec<Spanned<RoundingRow>>,
    seal_reasons: Vec<ReasonRow>,
    branches: Vec<BranchRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateRow {
    from: String,
    minimum: Rate,
    maximum: Rate,
    #[serde(rename = "why")]
    _why: String,
    example: RateExample,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateExample {
    rate: Rate,
    answer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BaseRow {
    from: String,
    floor: Money,
    cap: Money,
    #[serde(rename = "why")]
    _why: String,
    example: BaseExample,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BaseExample {
    base: Money,
    answer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoundingRow {
    from: String,
    mode: String,
    #[serde(rename = "why")]
    _why: String,
    example: RoundingExample,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoundingExample {
    base: Money,
    rate: Rate,
    share: Money,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonRow {
    code: String,
    name: String,
    aliases: Vec<String>,
    #[serde(rename = "why")]
    _why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BranchRow {
    id: String,
    name: String,
    slots: Vec<String>,
    capacity: usize,
    #[serde(rename = "why")]
    _why: String,
}

/// Parses a policy file.
///
/// # Errors
/// [`RuleError`] with the place of the first error, a failing example included.
pub fn read(file: &RuleFile) -> Result<Policy, RuleError> {
    let rows: File = file.parse()?;
    let month = &rows.contribution_year_month;
    if !(1..=12).contains(month.get_ref()) {
        return Err(file.error_at(month.span(), "expected a month from 1 to 12"));
    }
    Ok(Policy {
        city: rows.city,
        contribution_year_month: *month.get_ref(),
        base_once_per: once_per(file, &rows.base_once_per)?,
        rate_once_per: once_per(file, &rows.rate_once_per)?,
        one_of_base_and_rate: rows.one_of_base_and_rate,
        several_employers: rows.several_employers,
        cap_per: cap_per(file, &rows.cap_per)?,
        supplement_months_back: months_back(file, &rows.supplement_months_back)?,
        remit_within_days: rows.remit_within_days,
        arrears_letters: rows.arrears_letters,
        arrears_letter_every_days: days_between(file, &rows.arrears_letter_every_days)?,
        supplement_sealed: rows.supplement_sealed,
        check_uscc: rows.check_uscc,
        rates: dated(file, &rows.rates, |row| (row.from.clone(), rate_limits(row)))?,
        bases: dated(file, &rows.bases, |row| (row.from.clone(), base_limits(row)))?,
        rounding: dated(file, &rows.rounding, |row| (row.from.clone(), rounding(row)))?,
        seal_reasons: rows
            .seal_reasons
            .into_iter()
            .map(|row| SealReason { code: row.code, name: row.name, aliases: row.aliases })
            .collect(),
        branches: rows
            .branches
            .into_iter()
            .map(|row| Branch {
                id: row.id,
                name: row.name,
                slots: row.slots,
                capacity: row.capacity,
            })
            .collect(),
        open_days: OpenDays::default(),
    })
}

/// The open days of branches, from the calendar; a policy file does not have them.
#[must_use]
pub fn open_days(calendar: &WorkingDays) -> OpenDays {
    let of = |wanted: Day| {
        calendar.announced().filter(move |(_, day)| *day == wanted).map(|(date, _)| date)
    };
    OpenDays::new(of(Day::Off), of(Day::Work))
}

/// The shipped policy.
///
/// # Errors
/// Only if the shipped file is wrong, which a test rules out.
pub fn shipped() -> Result<Policy, RuleError> {
    let policy = read(&RuleFile { path: "policy.toml".into(), text: SHIPPED.into() })?;
    Ok(Policy { open_days: open_days(&super::calendar::shipped()?), ..policy })
}

fn cap_per(file: &RuleFile, word: &Spanned<String>) -> Result<CapPer, RuleError> {
    match word.get_ref().as_str() {
        "month" => Ok(CapPer::Month),
        "year" => Ok(CapPer::Year),
        "both" => Ok(CapPer::Both),
        found => {
            Err(file
                .error_at(word.span(), &format!("expected month, year or both, found {found:?}")))
        }
    }
}

fn months_back(file: &RuleFile, months: &Spanned<i32>) -> Result<i32, RuleError> {
    if (0..=1200).contains(months.get_ref()) {
        return Ok(*months.get_ref());
    }
    Err(file.error_at(months.span(), "expected a number of months from 0 to 1200"))
}

/// A letter every night would have no effect.
fn days_between(file: &RuleFile, days: &Spanned<u16>) -> Result<u16, RuleError> {
    if (7..=366).contains(days.get_ref()) {
        return Ok(*days.get_ref());
    }
    Err(file.error_at(days.span(), "expected a number of days from 7 to 366"))
}

fn once_per(file: &RuleFile, word: &Spanned<String>) -> Result<OncePer, RuleError> {
    match word.get_ref().as_str() {
        "calendar-year" => Ok(OncePer::CalendarYear),
        "contribution-year" => Ok(OncePer::ContributionYear),
        "both" => Ok(OncePer::Both),
        found => Err(file.error_at(
            word.span(),
            &format!("expected calendar-year, contribution-year or both, found {found:?}"),
        )),
    }
}

/// Turns rows into values in order of their days, after each row's own check.
fn dated<R, T: Copy>(
    file: &RuleFile,
    rows: &[Spanned<R>],
    read: impl Fn(&R) -> (String, Result<T, String>),
) -> Result<Dated<T>, RuleError> {
    let mut values: Vec<(chrono::NaiveDate, T)> = Vec::new();
    for row in rows {
        let at = |message: String| file.error_at(row.span(), &message);
        let (from, value) = read(row.get_ref());
        let from = remittance::wire::day::read(&from).map_err(at)?;
        if values.last().is_some_and(|(before, _)| *before >= from) {
            return Err(at(format!("expected a day after the row before it, found {from}")));
        }
        values.push((from, value.map_err(at)?));
    }
    Dated::from_values(values).ok_or_else(|| file.error_at(0..0, "expected at least one row"))
}

fn rate_limits(row: &RateRow) -> Result<RateLimits, String> {
    let limits = RateLimits { minimum: row.minimum, maximum: row.maximum };
    if limits.minimum > limits.maximum {
        return Err("the minimum is above the maximum".into());
    }
    let answer = limits.judge(row.example.rate).map_or("ok", |code| code.code());
    as_said(&row.example.answer, answer).map(|()| limits)
}

fn base_limits(row: &BaseRow) -> Result<BaseLimits, String> {
    let limits = BaseLimits { floor: row.floor, cap: row.cap };
    if limits.floor > limits.cap || limits.floor < Money::ZERO {
        return Err("the floor is above the cap or below zero".into());
    }
    let answer = limits.judge(row.example.base).map_or("ok", |code| code.code());
    as_said(&row.example.answer, answer).map(|()| limits)
}

fn rounding(row: &RoundingRow) -> Result<Rounding, String> {
    let words = || Rounding::ALL.map(Rounding::code).join(", ");
    let mode = Rounding::from_code(&row.mode)
        .ok_or_else(|| format!("expected one of {}, found {:?}", words(), row.mode))?;
    let share = row.example.rate.share_of(row.example.base, mode).map(|share| share.to_string());
    as_said(&row.example.share.to_string(), &share.unwrap_or_default()).map(|()| mode)
}

/// Checks the result of an example.
fn as_said(said: &str, came: &str) -> Result<(), String> {
    if said == came {
        return Ok(());
    }
    Err(format!("the example says {said:?}, but these values give {came:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(from: &str, to: &str) -> Result<Policy, String> {
        assert!(SHIPPED.contains(from), "{from}");
        let file = RuleFile { path: "policy.toml".into(), text: SHIPPED.replacen(from, to, 1) };
        read(&file).map_err(|error| error.message)
    }

    #[test]
    fn the_shipped_policy_reads_and_its_examples_come_true() {
        let policy = shipped().unwrap();
        let july = "2025-07".parse().unwrap();
        assert_eq!(policy.rates.in_month(july).maximum.to_string(), "0.12");
        assert_eq!(policy.contribution_year(july), 2025);
        assert_eq!(policy.contribution_year(july.previous()), 2024);
        // 26000 × 0.12 = 3120 a side and month.
        assert_eq!(policy.year_cap(2025), Money::from_fen(3120_00 * 2 * 12));
        assert!(policy.in_city("liuzhou") && !policy.in_city("南宁"));
        assert_eq!(policy.seal_reason(" 离职 ").map(|r| r.code.as_str()), Some("resigned"));
        assert_eq!(policy.seal_reason("unpaid_leave").map(|r| r.name.as_str()), Some("停薪留职"));
        assert_eq!(policy.seal_reason("不想缴"), None);
    }

    #[test]
    fn a_row_that_contradicts_itself_is_refused_with_its_place() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("share = \"401.00\"", "share = \"400.00\"", "the example says \"400.00\", but these values give \"401.00\""),
            ("mode = \"yuan\"", "mode = \"up\"", "expected one of yuan, jiao, fen, jiao-up-to-yuan, drop-jiao, found \"up\""),
            ("from = \"2025-07-01\"", "from = \"2024-07-01\"", "expected a day after the row before it, found 2024-07-01"),
            ("base_once_per = \"calendar-year\"", "base_once_per = \"never\"", "expected calendar-year, contribution-year or both, found \"never\""),
            ("cap_per = \"both\"", "cap_per = \"week\"", "expected month, year or both, found \"week\""),
            ("supplement_months_back = 60", "supplement_months_back = -1", "expected a number of months from 0 to 1200"),
            ("arrears_letter_every_days = 30", "arrears_letter_every_days = 1", "expected a number of days from 7 to 366"),
            ("contribution_year_month = 7", "contribution_year_month = 13", "expected a month from 1 to 12"),
            ("cap = \"26000.00\"", "cap = \"1.00\"", "the floor is above the cap or below zero"),
        ];
        for (from, to, want) in rows {
            assert_eq!(read_with(from, to), Err(want.to_owned()), "{to}");
        }
    }
}
