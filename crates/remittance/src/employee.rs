//! The employee's account at an employer (个人账户) and its entries.
//!
//! Start at [`EmployeeAccount`]. Only `centre/posting.rs` moves its balance, with one [`AccountEntry`] a movement
//! (个人明细), so the entries of an account always add up to its balance.
//!
//! An employee has one number at every employer (derived from the identity number unless the operation gives one); the
//! account is the pair of employer and employee.

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
    /// The document's key ([`super::document`]): a plain 身份证号, any other with its type before it.
    pub id_no: String,
    /// 缴存基数.
    pub base: Money,
    pub status: AccountStatus,
    /// The first roster month.
    pub opened_for: YearMonth,
    /// What lists and supplements ask for, by contribution year; a year without any has no row.
    pub years: Vec<YearTotal>,
    /// The roster months of base adjustments made at this employer.
    pub base_adjusted: Vec<YearMonth>,
    pub balance: Money,
    /// 期初余额: the balance in the previous system. No bank file here brought it, so it is apart from the balance and pays
    /// for nothing; it moves with the account.
    pub opening: Money,
    /// Entries posted so far; also the position of the next one.
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
    /// Moved to another employer; this row only says where.
    Transferred { to: Id },
    /// The person had two numbers; this row only says which one remains.
    Merged { into: Id },
}

/// What is asked for one employee in one contribution year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearTotal {
    pub year: i32,
    pub amount: Money,
    /// The months in whose lists it is, one bit a calendar month: bit 0 is January.
    pub listed: u16,
    /// The amount by calendar month; without what was asked before we kept months.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub months: BTreeMap<u32, Money>,
    /// The supplements that were filed and not revoked, paid or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplements: Vec<Supplemented>,
}

/// A supplement that was filed for an account.
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
    /// The month that it pays for.
    pub for_month: Option<YearMonth>,
    pub reference: Option<PaymentReference>,
    /// The change of the balance; negative for money out.
    pub amount: Money,
    /// The parts of a contribution; both zero for a transfer of the full balance.
    pub employer_share: Money,
    pub employee_share: Money,
    /// The balance after the movement.
    pub balance: Money,
    /// Its voucher in the employer's ledger.
    pub voucher: u32,
}

/// What moved an account, by the ministry's 业务明细类型.
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

    /// The reason for sealing; `None` when it is not sealed.
    #[must_use]
    pub fn seal_reason(&self) -> Option<&str> {
        match &self.status {
            AccountStatus::Sealed { reason } => Some(reason),
            AccountStatus::Active
            | AccountStatus::Transferred { .. }
            | AccountStatus::Merged { .. } => None,
        }
    }

    /// The employer it was transferred to, or the number it was merged into; `None` for a live account.
    #[must_use]
    pub const fn went_to(&self) -> Option<&Id> {
        match &self.status {
            AccountStatus::Active | AccountStatus::Sealed { .. } => None,
            AccountStatus::Transferred { to } => Some(to),
            AccountStatus::Merged { into } => Some(into),
        }
    }

    /// Whether it is only a forwarding record.
    #[must_use]
    pub const fn is_sign(&self) -> bool {
        self.went_to().is_some()
    }

    /// Whether it is the forwarding record of a merged number.
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

    /// Whether it is in a list of that month, here or at the employer before a transfer.
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

    /// Adds to what is asked in a month; a negative amount subtracts.
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
            // What was asked before we kept months may be reverted though it was never added.
            if of_month > Money::ZERO {
                row.months.insert(month.month(), of_month);
            } else {
                row.months.remove(&month.month());
            }
        });
        Ok(())
    }

    /// Records whether it is in the month's list.
    pub(super) fn set_listed(&mut self, year: i32, month: YearMonth, listed: bool) {
        self.change_year(year, |row| {
            row.listed = if listed { row.listed | bit(month) } else { row.listed & !bit(month) };
        });
    }

    /// Records that a supplement was filed or revoked.
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

    /// Changes a year's row; an empty year has none.
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

/// The generated number of an employee: `E` and 16 digits from the identity number.
///
/// `attempt` changes it when two people of one employer would get the same number.
#[must_use]
pub fn employee_id(id_no: &str, attempt: u32) -> Id {
    format!("E{:016}", digest(&["employee", id_no, &attempt.to_string()]) % 10_u64.pow(16)).into()
}

/// The first eight bytes of the SHA-256 of some parts, each ended by a line feed.
pub(super) fn digest(parts: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
