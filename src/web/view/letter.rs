//! Where a letter stands and where letters go, in words.

use crate::alert::{LetterState, Rhythm};
use crate::remittance::Language;
use crate::store::ContactPreference;

/// Where a letter stands; one from before there was an outbox stands nowhere.
pub(crate) const fn state(state: Option<LetterState>, language: Language) -> &'static str {
    let Some(state) = state else { return "" };
    let (zh, en) = match state {
        LetterState::Waiting => ("待发", "waiting"),
        LetterState::Sending => ("发送中", "being sent"),
        LetterState::Sent => ("已发出", "sent"),
        LetterState::Returned => ("被退回", "came back"),
        LetterState::Refused => ("被拒收", "refused"),
        LetterState::GivenUp => ("已放弃", "given up"),
        LetterState::Unknown => ("状态未知", "unconfirmed"),
        LetterState::Printed => ("纸质", "on paper"),
        LetterState::Filed => ("已存为文件", "left as a file"),
        LetterState::Held => ("暂扣待放行", "held back"),
        LetterState::Dropped => ("已撤下", "dropped"),
    };
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

/// Whether it did not arrive, as far as anybody knows.
pub(crate) const fn failed(state: Option<LetterState>) -> bool {
    match state {
        Some(
            LetterState::Returned
            | LetterState::Refused
            | LetterState::GivenUp
            | LetterState::Unknown,
        ) => true,
        None
        | Some(
            LetterState::Waiting
            | LetterState::Sending
            | LetterState::Sent
            | LetterState::Printed
            | LetterState::Filed
            | LetterState::Held
            | LetterState::Dropped,
        ) => false,
    }
}

/// How often an employer gets letters.
pub(crate) fn rhythm(rhythm: Rhythm, language: Language) -> &'static str {
    match rhythm {
        Rhythm::Immediate => language.choose("次日", "the next morning"),
        Rhythm::Weekly => language.choose("每周一", "on Mondays"),
        Rhythm::Never => language.choose("不寄函件", "no letters"),
    }
}

/// How it is known that an address is the employer's.
pub(crate) fn known_by(choice: &ContactPreference, language: Language) -> String {
    let day = choice.confirmed_on.map(|day| format!(" {day}")).unwrap_or_default();
    match choice.confirmed_by.as_deref() {
        None => String::new(),
        Some("import") => language.choose("随单位资料导入", "imported").to_owned(),
        Some("link") => {
            format!("{}{day}", language.choose("单位点开链接确认", "confirmed by its link"))
        }
        Some(by) => {
            let by = by.strip_prefix("staff:").unwrap_or(by);
            format!("{} {by}{day}", language.choose("工作人员登记", "entered by"))
        }
    }
}
