//! Warnings besides the items: breaks, gaps, quarantined files and rejected rows.
//!
//! A [`Warning`] carries values; its two sentences are made here, so that every rendering says the same. Nothing named
//! here is lost: a file is in quarantine, a row is kept beside it.

use super::{MaskedAccount, as_text};
use chrono::NaiveDate;
use remittance::{Bilingual, Language, Localized, said};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// One thing for a person to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Warning {
    /// Opening + credits − debits differs from closing.
    BalanceBroken { place: String, account: MaskedAccount, expected: String, found: String },
    /// Two consecutive statements of an account do not join.
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
    /// A file was quarantined.
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
    /// The bank delivered different content under an identity it had used.
    ConflictingDuplicate { place: String, account: MaskedAccount, serial: String },
    /// The ledger and the items disagree.
    LedgerGap { gap: String },
    /// Anything else, in words.
    Other {
        place: String,
        #[serde(flatten)]
        said: Bilingual,
    },
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

    /// The kind of warning.
    #[must_use]
    pub const fn title(&self) -> Bilingual {
        match self {
            Self::BalanceBroken { .. } => Bilingual::fixed("余额不符", "Balance does not hold"),
            Self::StatementGap { .. } => Bilingual::fixed("对账单不衔接", "Statements do not join"),
            Self::CalendarUnknown { .. } => Bilingual::fixed("缺少节假日历", "No holiday calendar"),
            Self::FileQuarantined { .. } => Bilingual::fixed("文件已隔离", "File in quarantine"),
            Self::RowRejected { .. } => Bilingual::fixed("行无法读取", "Row not readable"),
            Self::ConflictingDuplicate { .. } => {
                Bilingual::fixed("流水号相同、内容不一致", "Conflicting duplicate")
            }
            Self::LedgerGap { .. } => Bilingual::fixed("总分不符", "Ledger disagrees"),
            Self::Other { .. } => Bilingual::fixed("提示", "Note"),
        }
    }
}

/// The sentence for staff.
impl Localized for Warning {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::BalanceBroken { account, expected, found, .. } => said!(
                language,
                "账户 {account}：期初加收减支应为 {expected}，对账单期末为 {found}",
                "account {account}: opening + credits − debits gives {expected}, the statement closes at {found}"
            ),
            Self::StatementGap { account, closed_on, closing, opened_on, opening, .. } => said!(
                language,
                "账户 {account}：{closed_on} 期末 {closing}，下一份 {opened_on} 期初 {opening}，中间可能缺少对账单",
                "account {account}: closed {closed_on} at {closing}, next opened {opened_on} at {opening}; a statement may be missing"
            ),
            Self::CalendarUnknown { year } => said!(
                language,
                "rules/calendar 中没有 {year} 年的放假安排，工作日暂按周一至周五计算",
                "rules/calendar has no holidays for {year}; weekdays count as working days"
            ),
            Self::FileQuarantined { why, .. } => {
                let why = why.in_language(language);
                said!(
                    language,
                    "整份文件未入库，原因：{why}",
                    "nothing of the file was taken in: {why}"
                )
            }
            Self::RowRejected { found, why, .. } => {
                let why = why.in_language(language);
                said!(language, "原文 “{found}”：{why}", "found “{found}”: {why}")
            }
            Self::ConflictingDuplicate { account, serial, .. } => said!(
                language,
                "账户 {account} 流水号 {serial} 再次送达且内容不同，后到的一行已搁置",
                "account {account} serial {serial} came again with other content; the later row was set aside"
            ),
            Self::LedgerGap { gap } => said!(
                language,
                "总账挂账余额与明细相差 {gap} 元，请运行 duizhang audit",
                "ledger and items differ by {gap} yuan; run duizhang audit"
            ),
            Self::Other { said, .. } => said.in_language(language),
        }
    }
}
