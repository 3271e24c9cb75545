//! Registers: what an employer files before the month's list, one kind to a register.
//!
//! Start at [`RegisterRequest`] (what the employer writes, single or in bulk) and [`Register`] (its result). 变更清册 open,
//! unseal and seal accounts; base and rate adjustments, supplements (补缴清册) and transfers are filed in the same way. All
//! have the same life: entered (a request in the employer's hands), saved (a [`Draft`], without effect), submitted (a
//! [`Register`], in effect), completed 办结 (its money came), or revoked.
//!
//! Every line records the previous value, so that a revocation restores it exactly.

use super::document::DocumentType;
use super::enrolment::RatePeriod;
use super::wire::day;
use super::{Id, Money, PaymentReference, YearMonth};
use crate::{Language, Localized};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// What an employer asks for in one register: any number of lines of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterRequest {
    Open(Vec<OpenLine>),
    Unseal(Vec<UnsealLine>),
    Seal(Vec<SealLine>),
    AdjustBase(Vec<BaseLine>),
    Supplement(Vec<SupplementRequest>),
    Transfer(Vec<TransferLine>),
}

/// 开户
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenLine {
    #[serde(default)]
    pub id_type: DocumentType,
    pub id_no: String,
    pub name: String,
    pub base: Money,
    #[serde(default)]
    pub employee_id: Option<Id>,
}

/// 启封; the base may change with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnsealLine {
    pub employee_id: Id,
    #[serde(default)]
    pub base: Option<Money>,
}

/// 封存
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealLine {
    pub employee_id: Id,
    pub reason: String,
}

/// 基数调整
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseLine {
    pub employee_id: Id,
    pub base: Money,
}

/// 补缴
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplementRequest {
    pub employee_id: Id,
    pub for_month: YearMonth,
    /// The last month of a span that begins with `for_month`; the amount is then the whole span's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_month: Option<YearMonth>,
    pub amount: Money,
    /// 补缴原因
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// 职工转移; without a city it is within the centre's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferLine {
    pub employee_id: Id,
    pub to_employer: Id,
    #[serde(default)]
    pub city: Option<String>,
}

/// A register saved for later, without effect yet (已保存).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub employer_id: Id,
    pub ordinal: u32,
    pub month: YearMonth,
    #[serde(with = "day")]
    pub saved_on: NaiveDate,
    pub request: RegisterRequest,
}

/// A register that was submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    pub employer_id: Id,
    pub ordinal: u32,
    /// 清册月份: the roster month it was filed for.
    pub month: YearMonth,
    #[serde(with = "day")]
    pub submitted_on: NaiveDate,
    pub status: RegisterStatus,
    pub content: RegisterContent,
    /// The notice a supplement is on.
    pub reference: Option<PaymentReference>,
}

/// The life of a submitted register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterStatus {
    Submitted,
    /// 办结
    Completed,
    Revoked,
}

/// The lines of a register, with the previous values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterContent {
    Open(Vec<Opened>),
    Unseal(Vec<Unsealed>),
    Seal(Vec<SealLine>),
    /// 封存原因变更
    SealReason(ReasonCorrected),
    AdjustBase(Vec<BaseAdjusted>),
    /// 比例调整
    AdjustRate(RatePeriod),
    Supplement(Vec<SupplementLine>),
    /// 内部转移, at the old employer
    TransferOut(Moved),
    /// 内部转移, at the new employer
    TransferIn(Moved),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    pub employee_id: Id,
    pub base: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unsealed {
    pub employee_id: Id,
    pub base_before: Money,
    pub base: Money,
    pub reason_before: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonCorrected {
    pub employee_id: Id,
    pub reason_before: String,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseAdjusted {
    pub employee_id: Id,
    pub base_before: Money,
    pub base: Money,
    /// Whether it counts as the span's one adjustment; one forced by new limits does not.
    pub counted: bool,
}

/// One supplement, already split as the month's rates split a contribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplementLine {
    pub employee_id: Id,
    pub for_month: YearMonth,
    pub employer_share: Money,
    pub employee_share: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    pub employee_id: Id,
    /// The other employer, and the ordinal of the register there.
    pub other_employer: Id,
    pub other_ordinal: u32,
}

impl Register {
    /// The register's public name: the employer's id and its count.
    #[must_use]
    pub fn register_id(&self) -> String {
        register_id(&self.employer_id, self.ordinal)
    }

    /// Whether it is in effect and wholly unpaid.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == RegisterStatus::Submitted
    }

    /// Whether it is a supplement, which payment completes on its own.
    #[must_use]
    pub const fn is_supplement(&self) -> bool {
        matches!(self.content, RegisterContent::Supplement(_))
    }

    /// Both sides of every supplement line; zero for registers of other kinds.
    #[must_use]
    pub fn amount(&self) -> Money {
        let lines = self.supplements().iter();
        Money::together(lines.flat_map(|line| [line.employer_share, line.employee_share]))
    }

    /// The supplement lines; none for registers of other kinds.
    #[must_use]
    pub fn supplements(&self) -> &[SupplementLine] {
        if let RegisterContent::Supplement(lines) = &self.content { lines } else { &[] }
    }
}

/// The public name of an employer's register.
#[must_use]
pub fn register_id(employer_id: &Id, ordinal: u32) -> String {
    format!("{employer_id}-R{ordinal}")
}

/// The ordinal in a register's public name; `None` if it is another employer's.
#[must_use]
pub fn register_ordinal(employer_id: &Id, register_id: &str) -> Option<u32> {
    register_id.strip_prefix(employer_id.as_str())?.strip_prefix("-R")?.parse().ok()
}

impl RegisterRequest {
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Open(lines) => lines.len(),
            Self::Unseal(lines) => lines.len(),
            Self::Seal(lines) => lines.len(),
            Self::AdjustBase(lines) => lines.len(),
            Self::Supplement(lines) => lines.len(),
            Self::Transfer(lines) => lines.len(),
        }
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number in a line, lines counted from 1.
    #[must_use]
    pub fn employee(&self, row: u64) -> Option<&Id> {
        let index = usize::try_from(row).ok()?.checked_sub(1)?;
        match self {
            Self::Open(lines) => lines.get(index)?.employee_id.as_ref(),
            Self::Unseal(lines) => Some(&lines.get(index)?.employee_id),
            Self::Seal(lines) => Some(&lines.get(index)?.employee_id),
            Self::AdjustBase(lines) => Some(&lines.get(index)?.employee_id),
            Self::Supplement(lines) => Some(&lines.get(index)?.employee_id),
            Self::Transfer(lines) => Some(&lines.get(index)?.employee_id),
        }
    }

    /// The employers that receive transfers; none for registers of other kinds.
    #[must_use]
    pub fn transfers(&self) -> &[TransferLine] {
        if let Self::Transfer(lines) = self { lines } else { &[] }
    }

    /// The single operation that files one such line.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        match self {
            Self::Open(_) => "open_account",
            Self::Unseal(_) => "unseal",
            Self::Seal(_) => "seal",
            Self::AdjustBase(_) => "adjust_base",
            Self::Supplement(_) => "supplement",
            Self::Transfer(_) => "transfer",
        }
    }
}

impl RegisterContent {
    /// The operation that files it; for a transfer, with its half.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open(_) => "open_account",
            Self::Unseal(_) => "unseal",
            Self::Seal(_) => "seal",
            Self::SealReason(_) => "correct_seal_reason",
            Self::AdjustBase(_) => "adjust_base",
            Self::AdjustRate(_) => "adjust_rate",
            Self::Supplement(_) => "supplement",
            Self::TransferOut(_) => "transfer_out",
            Self::TransferIn(_) => "transfer_in",
        }
    }
}

impl Localized for RegisterContent {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Open(_) => language.choose("开户", "open_account"),
            Self::Unseal(_) => language.choose("启封", "unseal"),
            Self::Seal(_) => language.choose("封存", "seal"),
            Self::SealReason(_) => language.choose("封存原因变更", "correct_seal_reason"),
            Self::AdjustBase(_) => language.choose("基数调整", "adjust_base"),
            Self::AdjustRate(_) => language.choose("比例调整", "adjust_rate"),
            Self::Supplement(_) => language.choose("补缴", "supplement"),
            Self::TransferOut(_) => language.choose("职工转出", "transfer_out"),
            Self::TransferIn(_) => language.choose("职工转入", "transfer_in"),
        })
    }
}

impl RegisterStatus {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Completed => "completed",
            Self::Revoked => "revoked",
        }
    }
}

impl Localized for RegisterStatus {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Submitted => language.choose("已提交", "submitted"),
            Self::Completed => language.choose("已办结", "completed"),
            Self::Revoked => language.choose("已撤销", "revoked"),
        })
    }
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "register {} ({})",
            self.register_id(),
            self.content.in_language(Language::Chinese)
        )
    }
}
