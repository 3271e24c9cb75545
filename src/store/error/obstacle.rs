//! Obstacles to undoing an import, in both languages.

use crate::remittance::{Language, Localized, said};
use std::borrow::Cow;
use std::fmt;

/// A row of an import that cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    pub key: String,
    /// The employer, if the key is an employee's.
    pub employer_id: Option<String>,
    pub rests: Rests,
}

/// What depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rests {
    /// It no longer exists.
    Gone,
    /// The field no longer has the import's value.
    ChangedSince {
        field: String,
    },
    LaterImport {
        import_id: String,
    },
    Entries,
    Operation,
    Notices,
    Accounts,
    Transactions,
    Settlement,
    Letters,
    /// A decision of staff names it.
    Decisions,
}

impl Localized for Obstacle {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let of = self.employer_id.as_ref();
        let of = of.map(|of| said!(language, "（单位 {of}）", " of {of}")).unwrap_or_default();
        let (key, rests) = (&self.key, self.rests.in_language(language));
        said!(language, "{key}{of}{rests}", "{key}{of}{rests}")
    }
}

/// The text after the name of the row.
impl Localized for Rests {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Gone => said!(language, "已不存在", " is not there any more"),
            Self::ChangedSince { field } => {
                said!(language, "的 {field} 其后已有更改", ": {field} was changed since")
            }
            Self::LaterImport { import_id } => said!(
                language,
                "其后已由导入 {import_id} 更改，请先撤销该次导入",
                " was changed by import {import_id} since; take that back first"
            ),
            Self::Entries => said!(language, "已有明细或列入名单", " has entries or is on a list"),
            Self::Operation => said!(language, "已办理业务", ": an operation was done with it"),
            Self::Notices => said!(language, "已有通知书", " has notices"),
            Self::Accounts => said!(language, "已有职工或业务", " has employees or operations"),
            Self::Transactions => said!(language, "已有流水", " has transactions"),
            Self::Settlement => said!(language, "已有款项入账", ": money was found for it"),
            Self::Letters => {
                said!(language, "已有函件或送达方式", " was written to, or chose how")
            }
            Self::Decisions => {
                said!(language, "已写入处理意见", " is named in what staff decided")
            }
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}
