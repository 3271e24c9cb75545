//! Puts the JSON details of a trail entry into words.
//!
//! Unknown details are shown as stored: a trail hides nothing.

use super::proposal::{Known, after};
use super::{foreign, yuan};
use crate::remittance::{Language, Localized, Money};
use crate::suspense::{AccessKind, Act, CounterOperation, Role};
use serde_json::Value;

/// What an entry says besides its kind.
pub(crate) fn words(detail: &str, known: &Known, language: Language) -> String {
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(detail) else {
        return foreign(detail);
    };
    let mut parts = Vec::new();
    for (name, value) in &fields {
        match (name.as_str(), value) {
            (_, Value::Null) | ("proposal" | "revision", _) => {}
            ("act", value) => match serde_json::from_value::<Act>(value.clone()) {
                Ok(act) => {
                    let lines = after(&act, known, language);
                    let lines: Vec<String> = lines.into_iter().map(|line| line.words).collect();
                    parts.push(lines.join("；"));
                }
                Err(_) => parts.push(foreign(&value.to_string())),
            },
            ("amount", Value::String(amount)) => {
                parts.push(Money::of_any_size(amount).map_or_else(|_| foreign(amount), yuan));
            }
            (_, Value::String(text)) if text.is_empty() => {}
            ("note" | "text", Value::String(text)) => {
                parts.push(format!("“{}”", foreign(text)));
            }
            ("why", Value::String(text)) => {
                parts.push(format!("{}“{}”", language.choose("原因", "because "), foreign(text)));
            }
            ("is" | "was", Value::String(code)) if Role::from_code(code).is_some() => {
                let role = Role::from_code(code).map(|role| role.in_language(language));
                let role = role.unwrap_or_default();
                let was = if name == "was" { language.choose("原为", "was ") } else { "" };
                parts.push(format!("{was}{role}"));
            }
            ("counter", Value::String(code)) => {
                parts.push(CounterOperation::name_of(code).in_language(language).into_owned());
            }
            (name, Value::String(text))
                if let Some(words) = access(name, text, known, language) =>
            {
                parts.push(words);
            }
            ("to", Value::String(login)) => parts.push(format!("→ {}", known.person(login))),
            (name, Value::String(text)) => parts.push(format!("{name} {}", foreign(text))),
            (name, value) => parts.push(format!("{name} {}", foreign(&value.to_string()))),
        }
    }
    parts.join(" · ")
}

/// The words for a detail about access or about who holds an act; `None` for other details.
fn access(name: &str, text: &str, known: &Known, language: Language) -> Option<String> {
    let kind = match (name, text) {
        ("change", code) => AccessKind::from_code(code),
        ("is", "reset") => Some(AccessKind::Reset),
        ("is", "enabled") => Some(AccessKind::Enable),
        _ => None,
    };
    if let Some(kind) = kind {
        return Some(kind.in_language(language).into_owned());
    }
    let says = match name {
        "token" => return Some(format!("{} {}", language.choose("令牌", "token"), foreign(text))),
        "asked_by" => language.choose("申请人", "asked for by"),
        "unopposed" => {
            language.choose("满 24 小时无异议，申请人", "a day without objection, asked for by")
        }
        "renewed_by" => {
            language.choose("近期办理其权限的人", "whose access was renewed of late by")
        }
        "owner" => language.choose("所属人员", "of"),
        _ => return None,
    };
    Some(format!("{says} {}", known.person(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_told_in_words_and_nothing_of_it_is_hidden() {
        let known = Known::default();
        let told = |detail| words(detail, &known, Language::Chinese);
        let act =
            r#"{"proposal":"ab","act":{"act":"refund"},"amount":"12.50","note":"重复","why":null}"#;
        assert_eq!(told(act), "退回付款人 · 12.50 · “重复”");
        let hands = r#"{"is":"reset","asked_by":"li.na","token":"0a1b","renewed_by":"li.na"}"#;
        let words = "重置密码与动态码 · 申请人 li.na · 近期办理其权限的人 li.na · 令牌 0a1b";
        let mut found: Vec<String> = told(hands).split(" · ").map(str::to_owned).collect();
        let mut wanted: Vec<String> = words.split(" · ").map(str::to_owned).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted);
        assert_eq!(told(r#"{"new":1}"#), "new 1");
        assert_eq!(told("not json"), "not json");
        assert_eq!(told(""), "");
    }
}
