//! Why an operation was refused, and what must be done first: in one place, in both languages.
//!
//! Start at [`Refusal`]: a value with parameters, not a failure. The employer asked for something that the handbook
//! does not allow now. Every sentence is a row of `table.rs`; a program uses the code ([`RefusalCode`]) and the
//! parameters, which are the fields of the row. `json.rs` refuses a line that is no operation. One refusal reports
//! every bad line of a register or a list (`several.rs`).
//!
//! Invariant: a row has both sentences; a parameter's name means one thing in every row.

mod check;
mod code;
mod define;
mod json;
mod malformed;
mod parameter;
mod several;
mod table;

use crate::{Language, Localized};
pub use code::RefusalCode;
pub use json::malformed;
pub use malformed::{Expected, Found};
pub use parameter::{DocumentForm, Filed, Side, Undo};
pub(crate) use several::all_of;
pub use table::Refusal;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A line that cannot be done, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offender {
    /// From 1, in the register as given; a list has no rows yet and names the employee.
    pub row: Option<u64>,
    /// The person in the line, if known.
    pub name: Option<String>,
    pub refusal: Refusal,
}

/// At least one offender, in line order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Several {
    first: Box<Offender>,
    /// All of them, with the first.
    offenders: Vec<Offender>,
}

impl std::error::Error for Refusal {}

/// `{"error":code,"message":…,"message_zh":…}` and the parameters, all as text.
impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("error", &self.code())?;
        map.serialize_entry("message", &self.to_string())?;
        map.serialize_entry("message_zh", &self.in_language(Language::Chinese))?;
        for (name, value) in self.parameters() {
            map.serialize_entry(name, &value)?;
        }
        if let Self::Several(several) = self {
            map.serialize_entry("offenders", several.offenders())?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_a_row_and_every_row_says_its_parameters_in_both_languages() {
        let with_a_row: BTreeSet<RefusalCode> = table::ROWS.iter().map(|row| row.code).collect();
        assert_eq!(with_a_row, RefusalCode::ALL.iter().copied().collect());
        for row in table::ROWS {
            let define::Row { variant, parameters, english, chinese, .. } = row;
            assert!(english.is_ascii() || english.contains("异地"), "{variant}: {english}");
            let in_chinese = |sentence: &str| sentence.chars().any(|c| ('一'..='龥').contains(&c));
            // Removes clauses, between commas and stops, that only a reader of English would understand.
            let pieces =
                chinese.split(['，', '；', '：', '。']).filter(|piece| !piece.contains('{'));
            for piece in pieces {
                assert!(in_chinese(piece), "{variant}: {piece:?} of {chinese}");
            }
            assert!(in_chinese(chinese), "{variant}: {chinese}");
            for parameter in *parameters {
                assert!(
                    !["line", "ok", "error", "message", "message_zh", "row", "code", "offenders"]
                        .contains(parameter)
                );
                let said = chinese.contains(&format!("{{{parameter}"));
                let told = english.contains(&format!("{{{parameter}"));
                assert!(said && told, "{variant} does not say {parameter}");
            }
        }
    }

    #[test]
    fn a_refusal_is_written_with_its_code_both_sentences_and_its_parameters() {
        let refusal = Refusal::BaseBelowFloor {
            employee: "A1".into(),
            value: "100.00".parse_yuan(),
            month: "2026-05".parse().unwrap(),
            least: "2000.00".parse_yuan(),
            most: "30000.00".parse_yuan(),
        };
        let want = serde_json::json!({
            "error": "base-below-floor",
            "message": "the base of A1 is 100.00; in 2026-05 give one from 2000.00 to 30000.00",
            "message_zh": "职工 A1 的缴存基数 100.00 元低于下限；2026-05 应在 2000.00 元至 30000.00 元之间",
            "employee": "A1", "value": "100.00", "month": "2026-05",
            "least": "2000.00", "most": "30000.00",
        });
        assert_eq!(serde_json::to_value(&refusal).unwrap(), want);
    }

    trait Yuan {
        fn parse_yuan(self) -> crate::Money;
    }

    impl Yuan for &str {
        fn parse_yuan(self) -> crate::Money {
            crate::Money::from_yuan(self).unwrap()
        }
    }
}
