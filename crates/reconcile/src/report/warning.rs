//! What people must know besides the items: breaks, gaps, files and rows that were set aside.
//!
//! A [`Warning`] carries values; its two sentences are made here, so that every rendering says the
//! same. Nothing named here was lost: a file lies in quarantine, a row is kept beside it.

use super::{Bilingual, MaskedAccount, as_text};
use chrono::NaiveDate;
use serde::{Serialize, Serializer};

/// One thing a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Warning {
    /// Opening + credits − debits is not closing.
    BalanceBroken { place: String, account: MaskedAccount, expected: String, found: String },
    /// Two statements of an account that follow each other do not join.
    StatementGap {
        place: String,
        account: MaskedAccount,
        #[serde(serialize_with = "as_text")]
        closed_on: NaiveDate,
        closing: String,
        #[serde(serialize_with = "as_text")]
        opened_on: NaiveDate,
        opening: String,
    },
    /// The holiday calendar does not reach this year; month closing counts weekdays only.
    CalendarUnknown { year: i32 },
    /// A whole file was set aside.
    FileQuarantined {
        file: String,
        #[serde(serialize_with = "in_chinese")]
        why: Bilingual,
    },
    /// A row could not be read; `place` is `file:line:column`.
    RowRejected {
        place: String,
        found: String,
        #[serde(serialize_with = "in_chinese")]
        why: Bilingual,
    },
    /// The bank delivered another content under an identity it had used.
    ConflictingDuplicate { place: String, account: MaskedAccount, serial: String },
    /// The ledger and the items disagree.
    LedgerGap { gap: String },
    /// Anything else, in words.
    Other { place: String, zh: String, en: String },
}

fn in_chinese<S: Serializer>(why: &Bilingual, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&why.zh)
}

impl Warning {
    /// Where to look: a file and line, or empty.
    #[must_use]
    pub fn place(&self) -> &str {
        match self {
            Self::BalanceBroken { place, .. }
            | Self::StatementGap { place, .. }
            | Self::RowRejected { place, .. }
            | Self::ConflictingDuplicate { place, .. }
            | Self::Other { place, .. } => place,
            Self::FileQuarantined { file, .. } => file,
            Self::CalendarUnknown { .. } | Self::LedgerGap { .. } => "",
        }
    }

    /// What kind of warning it is, Chinese and English.
    #[must_use]
    pub const fn title(&self) -> (&'static str, &'static str) {
        match self {
            Self::BalanceBroken { .. } => ("余额不符", "Balance does not hold"),
            Self::StatementGap { .. } => ("对账单不衔接", "Statements do not join"),
            Self::CalendarUnknown { .. } => ("缺少节假日历", "No holiday calendar"),
            Self::FileQuarantined { .. } => ("文件已隔离", "File in quarantine"),
            Self::RowRejected { .. } => ("行无法读取", "Row not readable"),
            Self::ConflictingDuplicate { .. } => {
                ("流水号相同、内容不一致", "Conflicting duplicate")
            }
            Self::LedgerGap { .. } => ("总分不符", "Ledger disagrees"),
            Self::Other { .. } => ("提示", "Note"),
        }
    }

    /// The sentence for staff.
    #[must_use]
    pub fn chinese(&self) -> String {
        match self {
            Self::BalanceBroken { account, expected, found, .. } => {
                format!("账户 {account}：期初加收减支应为 {expected}，对账单期末为 {found}")
            }
            Self::StatementGap { account, closed_on, closing, opened_on, opening, .. } => format!(
                "账户 {account}：{closed_on} 期末 {closing}，下一份 {opened_on} 期初 {opening}，中间可能缺少对账单"
            ),
            Self::CalendarUnknown { year } => {
                format!("rules/calendar 中没有 {year} 年的放假安排，工作日暂按周一至周五计算")
            }
            Self::FileQuarantined { why, .. } => format!("整份文件未入库，原因：{}", why.zh),
            Self::RowRejected { found, why, .. } => format!("原文 “{found}”：{}", why.zh),
            Self::ConflictingDuplicate { account, serial, .. } => {
                format!("账户 {account} 流水号 {serial} 再次送达且内容不同，后到的一行已搁置")
            }
            Self::LedgerGap { gap } => {
                format!("总账挂账余额与明细相差 {gap} 元，请运行 duizhang audit")
            }
            Self::Other { zh, .. } => zh.clone(),
        }
    }

    /// The same in English.
    #[must_use]
    pub fn english(&self) -> String {
        match self {
            Self::BalanceBroken { account, expected, found, .. } => format!(
                "account {account}: opening + credits − debits gives {expected}, the statement closes at {found}"
            ),
            Self::StatementGap { account, closed_on, closing, opened_on, opening, .. } => format!(
                "account {account}: closed {closed_on} at {closing}, next opened {opened_on} at {opening}; a statement may be missing"
            ),
            Self::CalendarUnknown { year } => {
                format!("rules/calendar has no holidays for {year}; weekdays count as working days")
            }
            Self::FileQuarantined { why, .. } => {
                format!("nothing of the file was taken in: {}", why.en)
            }
            Self::RowRejected { found, why, .. } => format!("found “{found}”: {}", why.en),
            Self::ConflictingDuplicate { account, serial, .. } => format!(
                "account {account} serial {serial} came again with other content; the later row was set aside"
            ),
            Self::LedgerGap { gap } => {
                format!("ledger and items differ by {gap} yuan; run duizhang audit")
            }
            Self::Other { en, .. } => en.clone(),
        }
    }
}
