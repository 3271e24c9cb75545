//! Words for letters' states and addresses.

use crate::alert::LetterState;
use crate::remittance::Language;
use crate::store::ContactPreference;

/// Whether it did not arrive, as far as known.
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

/// How an address is known to be the employer's.
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
