//! The details of an entry of the trail, which are kept as JSON, in words.
//!
//! What this release does not know of them is shown as it is kept: a trail hides nothing.

use super::proposal::{Known, after};
use super::{foreign, yuan};
use crate::remittance::Money;
use crate::report::Language;
use crate::suspense::{AccessKind, Act, CounterOperation, Role};
use crate::web::frame::choose;
use serde_json::Value;

/// What a role is called.
pub(crate) const fn role_words(role: Role, language: Language) -> &'static str {
    match language {
        Language::Chinese => role.chinese(),
        Language::English => role.code(),
    }
}

/// What an entry says besides what happened.
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
                parts.push(format!("{}“{}”", choose(language, "原因", "because "), foreign(text)));
            }
            ("is" | "was", Value::String(code)) if Role::from_code(code).is_some() => {
                let role = Role::from_code(code).map_or("", |role| role_words(role, language));
                let was = if name == "was" { choose(language, "原为", "was ") } else { "" };
                parts.push(format!("{was}{role}"));
            }
            ("counter", Value::String(code)) => {
                let (zh, en) = CounterOperation::words(code);
                parts.push(choose(language, zh, en).to_owned());
            }
            ("change", Value::String(code)) if AccessKind::from_code(code).is_some() => {
                let words = AccessKind::from_code(code).map_or(("", ""), AccessKind::words);
                parts.push(choose(language, words.0, words.1).to_owned());
            }
            ("is", Value::String(code)) if code == "reset" || code == "enabled" => {
                let kind = if code == "reset" { AccessKind::Reset } else { AccessKind::Enable };
                let (zh, en) = kind.words();
                parts.push(choose(language, zh, en).to_owned());
            }
            ("asked_by" | "unopposed" | "renewed_by" | "owner", Value::String(login)) => {
                let (zh, en) = match name.as_str() {
                    "asked_by" => ("申请人", "asked for by"),
                    "unopposed" => {
                        ("满 24 小时无异议，申请人", "a day without objection, asked for by")
                    }
                    "owner" => ("所属人员", "of"),
                    _ => ("近期办理其权限的人", "whose access was renewed of late by"),
                };
                parts.push(format!("{} {}", choose(language, zh, en), known.person(login)));
            }
            ("token", Value::String(token)) => {
                parts.push(format!("{} {}", choose(language, "令牌", "token"), foreign(token)));
            }
            ("to", Value::String(login)) => parts.push(format!("→ {}", known.person(login))),
            (name, Value::String(text)) => parts.push(format!("{name} {}", foreign(text))),
            (name, value) => parts.push(format!("{name} {}", foreign(&value.to_string()))),
        }
    }
    parts.join(" · ")
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
        assert_eq!(told(r#"{"new":1}"#), "new 1");
        assert_eq!(told("not json"), "not json");
        assert_eq!(told(""), "");
    }
}
