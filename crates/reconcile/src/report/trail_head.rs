//! The end of the audit trail when a night ended: one line that is sent out with the report.
//!
//! With this line it can be proved later that today's trail continues it (`duizhang audit --head`), and with it the
//! books of that night. If the centre has a key, the signature also proves whose line it is.

use chrono::NaiveDate;
use remittance::{Language, Localized, said};
use serde::Serialize;
use std::borrow::Cow;

/// The end of the trail after a night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrailHead {
    /// The night that wrote the entry.
    #[serde(serialize_with = "super::as_text")]
    pub night: NaiveDate,
    pub entry: i64,
    /// The entry's hash, 64 hexadecimal digits.
    pub head: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<TrailSignature>,
}

/// The signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrailSignature {
    /// Ed25519 over [`TrailHead::signed_text`], as base64.
    pub ed25519: String,
    /// The public half of the key, as 64 hexadecimal digits.
    pub public_key: String,
}

impl TrailHead {
    /// The signed text.
    #[must_use]
    pub fn signed_text(centre: &str, entry: i64, head: &str) -> String {
        format!("duizhang audit trail\ncentre {centre}\nentry {entry}\nhead {head}\n")
    }

    /// The signature in one line; empty without one.
    #[must_use]
    pub fn signed(&self) -> String {
        self.signature.as_ref().map_or_else(String::new, |signature| {
            format!("Ed25519 {} ({})", signature.ed25519, signature.public_key)
        })
    }

    /// The text for a mail.
    #[must_use]
    pub fn mail(&self) -> String {
        let mut text = format!(
            "\n{}\n请留存此邮件：今后可用 duizhang audit --head 证明日志与账簿未被改动。\n{}\n",
            self.in_language(Language::Chinese),
            self.in_language(Language::English)
        );
        if self.signature.is_some() {
            text.push_str(&self.signed());
            text.push('\n');
        }
        text
    }
}

impl Localized for TrailHead {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let Self { night, entry, head, .. } = self;
        said!(
            language,
            "审计日志第 {entry} 条（{night}）：{head}",
            "audit trail, entry {entry} ({night}): {head}"
        )
    }
}
