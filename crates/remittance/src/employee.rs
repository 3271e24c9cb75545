//! The employee's account at an employer (个人账户) and what was posted to it.
//!
//! Start at [`EmployeeAccount`]. Its balance moves only through `centre/posting.rs`, one [`AccountEntry`]
//! a movement (个人明细), so the entries of an account always add up to its balance.
//!
//! An employee has one number wherever it works (derived from the identity number unless the
//! operation gives one); the account is the pair of employer and employee.

use super::bound::sum;
use super::refusal::Refusal;
use super::wire::day;
use super::{Id, Money, PaymentReference, YearMonth};
use crate::{Language, Localized};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One employee at one employer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmployeeAccount {
    pub employer_id: Id,
    pub employee_id: Id,
    pub name: String,
    /// The document's key ([`super::document`]): a 身份证号 as it is, any other with its type before it.
    pub id_no: String,
    /// 缴存基数.
    pub base: Money,
    pub status: AccountStatus,
    /// The roster month from which it is remitted.
    pub opened_for: YearMonth,
    /// What lists and supplements ask for, by contribution year; a year of nothing has no row.
    pub years: Vec<YearTotal>,
    /// The roster months of base adjustments made at this employer.
    pub base_adjusted: Vec<YearMonth>,
    pub balance: Money,
    /// 期初余额: what it had in the system before this one. No bank file here brought it, so it stands apart
    /// from the balance, pays for nothing, and goes wherever the account goes.
    pub opening: Money,
    /// Entries posted so far; the next one's position.
    pub entries: u32,
}

/// The life of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum AccountStatus {
    /// 正常
    Active,
    /// 封存; the reason is a code of the policy.
    Sealed { reason: String },
    /// It went to another employer; what remains is a sign that says where.
    Transferred { to: Id },
    /// The person had two numbers; what remains of this one is a sign that says which is theirs.
    Merged { into: Id },
}

/// What is asked for one employee in one contribution year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearTotal {
    pub year: i32,
    pub amount: Money,
    /// The months whose lists it is on, one bit a calendar month: bit 0 is January.
    pub listed: u16,
    /// The amount by calendar month; of what was asked for before months were kept nothing is here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub months: BTreeMap<u32, Money>,
    /// The supplements that were filed and not revoked, paid or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplements: Vec<Supplemented>,
}

/// A supplement that an account was filed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supplemented {
    pub month: YearMonth,
    pub amount: Money,
}

/// One movement of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEntry {
    pub employer_id: Id,
    pub employee_id: Id,
    /// Counts from 0 within the account.
    pub position: u32,
    #[serde(with = "day")]
    pub on: NaiveDate,
    pub kind: EntryKind,
    /// The month it was paid for.
    pub for_month: Option<YearMonth>,
    pub reference: Option<PaymentReference>,
    /// What moved the balance; below zero on the way out.
    pub amount: Money,
    /// The parts of a contribution; both zero where a whole balance moves.
    pub employer_share: Money,
    pub employee_share: Money,
    /// What the balance became.
    pub balance: Money,
    /// The voucher of the employer's ledger it belongs to.
    pub voucher: u32,
}

/// What moved an account; named after the ministry's 业务明细类型.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// 01 汇缴
    Remittance,
    /// 02 补缴
    Supplement,
    /// 06 内部转移, out
    TransferOut,
    /// 06 内部转移, in
    TransferIn,
    /// 73 错缴更正
    Correction,
    /// 合并, out of the number that ends
    MergeOut,
    /// 合并, into the number that stays
    MergeIn,
}

impl EntryKind {
    pub const ALL: [Self; 7] = [
        Self::Remittance,
        Self::Supplement,
        Self::TransferOut,
        Self::TransferIn,
        Self::Correction,
        Self::MergeOut,
        Self::MergeIn,
    ];
}

impl EmployeeAccount {
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == AccountStatus::Active
    }

    /// Why it is sealed; `None` when it is not.
    #[must_use]
    pub fn seal_reason(&self) -> Option<&str> {
        match &self.status {
            AccountStatus::Sealed { reason } => Some(reason),
            AccountStatus::Active
            | AccountStatus::Transferred { .. }
            | AccountStatus::Merged { .. } => None,
        }
    }

    /// The employer it was transferred to, or the number it was merged into; `None` while it is an account.
    #[must_use]
    pub const fn went_to(&self) -> Option<&Id> {
        match &self.status {
            AccountStatus::Active | AccountStatus::Sealed { .. } => None,
            AccountStatus::Transferred { to } => Some(to),
            AccountStatus::Merged { into } => Some(into),
        }
    }

    /// Whether it is only a sign of where it went.
    #[must_use]
    pub const fn is_sign(&self) -> bool {
        self.went_to().is_some()
    }

    /// Whether it is the sign of a number that was merged into another.
    #[must_use]
    pub const fn is_merged(&self) -> bool {
        matches!(self.status, AccountStatus::Merged { .. })
    }

    /// What lists and supplements ask for in a contribution year.
    #[must_use]
    pub fn year_total(&self, year: i32) -> Money {
        let row = self.years.iter().find(|row| row.year == year);
        row.map_or(Money::ZERO, |row| row.amount)
    }

    /// Whether it is on a list of that month, here or where it was before a transfer.
    #[must_use]
    pub fn is_listed(&self, year: i32, month: YearMonth) -> bool {
        self.years.iter().any(|row| row.year == year && row.listed & bit(month) != 0)
    }

    /// What lists and supplements ask for in a month of a contribution year.
    #[must_use]
    pub fn month_total(&self, year: i32, month: YearMonth) -> Money {
        let row = self.years.iter().find(|row| row.year == year);
        row.and_then(|row| row.months.get(&month.month())).copied().unwrap_or_default()
    }

    /// Whether a supplement of that amount was filed for a month, and not revoked.
    #[must_use]
    pub fn is_supplemented(&self, year: i32, month: YearMonth, amount: Money) -> bool {
        let wanted = Supplemented { month, amount };
        self.years.iter().any(|row| row.year == year && row.supplements.contains(&wanted))
    }

    /// Asks for more in a month, or for less where the amount is below zero.
    pub(super) fn ask(
        &mut self,
        year: i32,
        month: YearMonth,
        amount: Money,
    ) -> Result<(), Refusal> {
        let total = sum(self.year_total(year), amount)?;
        let of_month = sum(self.month_total(year, month), amount)?;
        self.change_year(year, |row| {
            row.amount = total;
            // What was asked for before months were kept may be taken back and was never added.
            if of_month > Money::ZERO {
                row.months.insert(month.month(), of_month);
            } else {
                row.months.remove(&month.month());
            }
        });
        Ok(())
    }

    /// Says whether it is on the month's list.
    pub(super) fn set_listed(&mut self, year: i32, month: YearMonth, listed: bool) {
        self.change_year(year, |row| {
            row.listed = if listed { row.listed | bit(month) } else { row.listed & !bit(month) };
        });
    }

    /// Remembers that a supplement was filed, or that it was revoked.
    pub(super) fn set_supplemented(&mut self, year: i32, one: Supplemented, filed: bool) {
        self.change_year(year, |row| {
            let known = row.supplements.iter().position(|known| *known == one);
            match (known, filed) {
                (None, true) => row.supplements.push(one),
                (Some(index), false) => {
                    row.supplements.remove(index);
                }
                (None, false) | (Some(_), true) => {}
            }
        });
    }

    /// Changes a year's row; a year of which nothing is asked has none.
    fn change_year(&mut self, year: i32, change: impl FnOnce(&mut YearTotal)) {
        let found = self.years.iter().position(|row| row.year == year);
        let mut row = match found {
            Some(index) => self.years.remove(index),
            None => YearTotal { year, ..YearTotal::default() },
        };
        change(&mut row);
        if !(row.amount.is_zero() && row.listed == 0 && row.supplements.is_empty()) {
            self.years.push(row);
            self.years.sort_by_key(|row| row.year);
        }
    }
}

/// The bit of a calendar month.
const fn bit(month: YearMonth) -> u16 {
    1 << (month.ordinal().rem_euclid(12))
}

impl AccountStatus {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Sealed { .. } => "sealed",
            Self::Transferred { .. } => "transferred",
            Self::Merged { .. } => "merged",
        }
    }
}

impl Localized for AccountStatus {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Active => language.choose("正常", "active"),
            Self::Sealed { .. } => language.choose("封存", "sealed"),
            Self::Transferred { .. } => language.choose("已转出", "transferred"),
            Self::Merged { .. } => language.choose("已合并", "merged"),
        })
    }
}

impl Localized for EntryKind {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Remittance => language.choose("汇缴", "remittance"),
            Self::Supplement => language.choose("补缴", "supplement"),
            Self::TransferOut => language.choose("内部转出", "transfer out"),
            Self::TransferIn => language.choose("内部转入", "transfer in"),
            Self::Correction => language.choose("错缴更正", "correction"),
            Self::MergeOut => language.choose("合并转出", "merge out"),
            Self::MergeIn => language.choose("合并转入", "merge in"),
        })
    }
}

/// The number of an employee that no operation named: `E` and 16 digits from the identity number.
///
/// The `attempt` steps on where two people of one employer would meet in one number.
#[must_use]
pub fn employee_id(id_no: &str, attempt: u32) -> Id {
    format!("E{:016}", digest(&["employee", id_no, &attempt.to_string()]) % 10_u64.pow(16)).into()
}

/// The first eight bytes of the SHA-256 of some parts, each closed by a line end.
pub(super) fn digest(parts: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
