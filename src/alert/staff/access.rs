//! The details of an access change, in words for a mail.
//!
//! Only known fields are included: a mail has no notes and no account numbers.

use crate::remittance::{Language, Localized};
use crate::suspense::{AccessKind, ActKind, Role};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// What an entry says besides who did what to whom.
pub(super) fn words(detail: &str) -> String {
    let fields: Map<String, Value> = serde_json::from_str(detail).unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let mut parts = Vec::new();
    if let Some(kind) = text("change").and_then(AccessKind::from_code) {
        parts.push(kind.in_language(Language::Chinese).into_owned());
    }
    let act = fields.get("act").and_then(|act| act.get("act"));
    if let Some(kind) = act.and_then(Value::as_str) {
        let known = ActKind::ALL.into_iter().find(|known| known.code() == kind);
        let said = known.map(|known| known.in_language(Language::Chinese));
        parts.push(said.map_or_else(|| kind.to_owned(), Cow::into_owned));
    }
    match text("is") {
        Some("reset") => parts.push("重置密码与动态码".to_owned()),
        Some("enabled") => parts.push("启用".to_owned()),
        Some(code) => parts.extend(
            Role::from_code(code).map(|role| role.in_language(Language::Chinese).into_owned()),
        ),
        None => {}
    }
    for (name, label) in [
        ("amount", "金额"),
        ("owner", "所属人员"),
        ("asked_by", "申请人"),
        ("unopposed", "满 24 小时无异议，申请人"),
        ("renewed_by", "近期由他人办理权限："),
        ("token", "令牌"),
    ] {
        if let Some(value) = text(name) {
            parts.push(format!("{label} {value}"));
        }
    }
    parts.join("；")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_told_without_its_note() {
        let detail = r#"{"proposal":"ab","act":{"act":"refund"},"amount":"12.50","note":"王伟的账户","renewed_by":"li.na"}"#;
        assert_eq!(words(detail), "退回付款人；金额 12.50；近期由他人办理权限： li.na");
        let detail = r#"{"change":"reset","is":null,"asked_by":"li.na","id":"ab"}"#;
        assert_eq!(words(detail), "重置密码与动态码；申请人 li.na");
        assert_eq!(words(r#"{"is":"approver"}"#), "复核");
        assert_eq!(words(""), "");
    }
}
