//! A line that is no operation: what was found and what was expected, from what the reader of JSON says.
//!
//! Start at [`malformed`]. The reader says it in English and in few shapes (`missing field`, `unknown
//! field`, `invalid type`, `expected …, found …`); each is a row of the table of refusals. What has
//! none of these shapes is quoted as it is.

use super::Refusal;
use crate::{Language, Localized};
use std::borrow::Cow;
use std::fmt;

/// What stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found(pub String);

/// What may stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected(pub String);

/// How what is found begins, in English and in Chinese.
const FOUND: [(&str, &str); 7] = [
    ("floating point ", "小数 "),
    ("integer ", "整数 "),
    ("string ", "文本 "),
    ("boolean ", "真假值 "),
    ("null", "空值"),
    ("map", "对象"),
    ("sequence", "列表"),
];

/// How what is expected begins, and the whole of it in Chinese.
const EXPECTED: [(&str, &str); 14] = [
    ("yuan as a string", "以元为单位的文本，如 \"5000.00\""),
    ("a month ", "月份的文本，如 \"2026-05\""),
    ("a rate ", "比例的文本，如 \"0.08\""),
    ("a reference ", "缴款登记号，如 \"P1906133753\""),
    ("a day ", "日期的文本，如 \"2026-05-11\""),
    ("an id", "非空的编号"),
    ("a name of 1 to 64", "1 至 64 个字的姓名或工号"),
    ("a string", "文本"),
    ("a boolean", "真假值 true 或 false"),
    ("a sequence", "列表"),
    ("u64", "不小于零的整数"),
    ("u32", "不小于零的整数"),
    ("struct ", "对象"),
    ("internally tagged enum ", "带有字段 op 的对象"),
];

impl Localized for Found {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let known = FOUND.iter().find_map(|(english, chinese)| {
            self.0.strip_prefix(english).map(|rest| format!("{chinese}{rest}"))
        });
        language.choose(known.unwrap_or_else(|| self.0.clone()), self.0.clone()).into()
    }
}

impl Localized for Expected {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match language {
            Language::Chinese => self.chinese(),
            Language::English => self.0.clone().into(),
        }
    }
}

impl Expected {
    fn chinese(&self) -> Cow<'static, str> {
        if let Some(words) = self.0.strip_prefix("one of ") {
            return words.replace(", ", "、").into();
        }
        let known = EXPECTED.iter().find(|(english, _)| self.0.starts_with(english));
        known.map_or_else(|| self.0.clone().into(), |(_, chinese)| Cow::Borrowed(*chinese))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A line that is no operation, as the refusal that is printed for it.
#[must_use]
pub fn malformed(said: impl fmt::Display) -> Refusal {
    let said = said.to_string();
    // Where in the line: nobody counts columns, and the names say it.
    let text = said.split_once(" at line ").map_or(said.as_str(), |(text, _)| text);
    shaped(text).unwrap_or_else(|| Refusal::Unreadable { found: said.clone() })
}

/// The refusal behind a sentence of the reader, where the sentence has a known shape.
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
    use crate::Operation;

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
