//! A line that is no operation: what was found and what was expected, from the JSON parser's message.
//!
//! Start at [`malformed`]. The parser's messages are English and have few shapes (`missing field`, `unknown field`,
//! `invalid type`, `expected …, found …`); each is a row of the table of refusals. A message of any other shape is
//! quoted unchanged.

use super::Refusal;
use super::malformed::{Expected, Found};
use std::fmt;

/// The refusal for a line that is no operation.
#[must_use]
pub fn malformed(said: impl fmt::Display) -> Refusal {
    let said = said.to_string();
    // Drops the position in the line: nobody counts columns, and the field names are enough.
    let text = said.split_once(" at line ").map_or(said.as_str(), |(text, _)| text);
    shaped(text).unwrap_or_else(|| Refusal::Unreadable { found: said.clone() })
}

/// The refusal for a parser message, if its shape is known.
fn shaped(text: &str) -> Option<Refusal> {
    let plain = |text: &str| text.replace('`', "");
    if let Some(field) = text.strip_prefix("missing field ") {
        return Some(Refusal::MissingField { field: plain(field) });
    }
    if let Some((expected, found)) =
        text.strip_prefix("expected ").and_then(|rest| rest.split_once(", found "))
    {
        return Some(Refusal::WrongValue {
            found: Found(plain(found)),
            expected: Expected(plain(expected)),
        });
    }
    let (what, expected) = text.split_once(", expected ")?;
    let expected = Expected(plain(expected));
    if let Some(field) = what.strip_prefix("unknown field ") {
        return Some(Refusal::UnknownField { field: plain(field), expected });
    }
    if let Some(word) = what.strip_prefix("unknown variant ") {
        return Some(Refusal::UnknownWord { found: plain(word), expected });
    }
    let found =
        ["invalid type: ", "invalid value: "].iter().find_map(|start| what.strip_prefix(start))?;
    Some(Refusal::WrongValue { found: Found(plain(found)), expected })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Localized, Operation};

    #[test]
    fn a_line_says_what_was_found_and_what_was_expected_in_both_languages() {
        let pay = |rest: &str| format!(r#"{{"op":"remit","on":"2026-05-11",{rest}}}"#);
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (pay(r#""month":"2026-05""#), "the field employer_id is missing", "缺少字段 employer_id"),
            (pay(r#""employer_id":"E1","month":"2026-05","year":1"#),
                "unknown field year, expected one of on, by, employer_id, month", "没有字段 year；可用：on、by、employer_id、month"),
            (pay(r#""employer_id":"E1","month":"2026-13""#),
                "found \"2026-13\", expected a month such as 2026-05", "填写的是\"2026-13\"；应为月份的文本，如 \"2026-05\""),
            (pay(r#""employer_id":"E1","month":5"#),
                "found integer 5, expected a month as a string such as \"2026-05\"", "填写的是整数 5；应为月份的文本，如 \"2026-05\""),
            (r#"{"op":"pay_from_advance","on":"2026-05-11","reference":null}"#.to_owned(),
                "found null, expected a reference such as \"P1906133753\"", "填写的是空值；应为缴款登记号，如 \"P1906133753\""),
            (r#"{"on":"2026-05-11"}"#.to_owned(), "the field op is missing", "缺少字段 op"),
        ];
        for (line, english, chinese) in rows {
            let refusal = malformed(serde_json::from_str::<Operation>(&line).unwrap_err());
            assert_eq!(
                (refusal.to_string(), refusal.in_language(Language::Chinese).into_owned()),
                (english.into(), chinese.into()),
                "{line}"
            );
        }
        let dance = malformed(serde_json::from_str::<Operation>(r#"{"op":"dance"}"#).unwrap_err());
        assert!(
            dance.in_language(Language::Chinese).starts_with("没有“dance”；可用：open_employer、"),
            "{}",
            dance.in_language(Language::Chinese)
        );
        let broken = malformed(serde_json::from_str::<Operation>(r#"{"op":"#).unwrap_err());
        assert!(matches!(broken, Refusal::Unreadable { .. }), "{broken}");
    }
}
