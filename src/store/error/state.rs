//! Refusals because something is not in the required state, in both languages.

use crate::alert::LetterState;
use crate::remittance::{Language, Localized, said};
use std::borrow::Cow;
use std::fmt;

/// What is in the wrong state, and its present state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateRefusal {
    Letter {
        letter_id: String,
        /// As stored in the outbox.
        state: String,
        wanted: LetterWanted,
    },
    /// A received message that concerns no shared address.
    MessageOfNoSharedAddress { message_id: String, kind: String },
    /// The import is already undone.
    ImportUndone { import_id: String },
    /// The import changed nothing, so there is nothing to undo.
    ImportEmpty { import_id: String },
    /// Several import ids have this prefix.
    ImportAmbiguous { beginning: String },
    /// The target database already has rows of the centre.
    TableNotEmpty { table: &'static str },
    /// Months are archived, which only PostgreSQL can store.
    ArchivedInPart { centre_id: i64 },
}

/// The state a letter must be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterWanted {
    Held,
    NotArrived,
    ToBeSent,
}

impl Localized for LetterWanted {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Held => language.choose("暂扣待放行的函件", "a letter that is held"),
            Self::NotArrived => language.choose("未送达的函件", "a letter that did not arrive"),
            Self::ToBeSent => language.choose("待发的函件", "a letter that is to be sent"),
        })
    }
}

impl Localized for StateRefusal {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Letter { letter_id, state, wanted } => {
                let wanted = wanted.in_language(language);
                let known = LetterState::from_code(state).map(|state| state.in_language(language));
                let known = known.unwrap_or_else(|| state.clone().into());
                said!(
                    language,
                    "状态已变化，请刷新后再试：函件 {letter_id} 现为“{known}”，须为{wanted}",
                    "letter {letter_id} is {state}, expected {wanted}"
                )
            }
            Self::MessageOfNoSharedAddress { message_id, kind } => said!(
                language,
                "状态已变化，请刷新后再试：来信 {message_id} 不是共用地址的退信",
                "message {message_id} is {kind}, expected a shared address that letters came back from"
            ),
            Self::ImportUndone { import_id } => said!(
                language,
                "导入 {import_id} 已经撤销",
                "import {import_id} is taken back already, expected one that stands"
            ),
            Self::ImportEmpty { import_id } => said!(
                language,
                "导入 {import_id} 没有改变任何资料，无可撤销",
                "import {import_id} is one that changed nothing, expected one that changed something"
            ),
            Self::ImportAmbiguous { beginning } => said!(
                language,
                "有多次导入的编号以 {beginning} 开头，请多写几位",
                "import {beginning} is the beginning of several, expected more of its characters"
            ),
            Self::TableNotEmpty { table } => said!(
                language,
                "目标数据库的数据表 {table} 中已有本中心的记录",
                "table {table} is not empty, expected a target without rows of this centre"
            ),
            Self::ArchivedInPart { centre_id } => said!(
                language,
                "公积金中心 {centre_id} 已有月份归档，只能复制到 PostgreSQL",
                "centre {centre_id} is archived in part, expected a target on PostgreSQL, where months can be archived"
            ),
        }
    }
}

impl fmt::Display for StateRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}
