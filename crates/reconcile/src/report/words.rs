//! The words of the report in both languages: codes of the domain as people say them.
//!
//! Each function is a complete table: a new variant does not compile until it has its words.

use super::{Age, EvidenceKind, Holds, Language, Stage, Suggestion, text};
use remittance::{Outcome, Reason, RemarkField};

/// The same words in Chinese and English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub &'static str, pub &'static str);

impl Words {
    pub const fn of(self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.0,
            Language::English => self.1,
        }
    }
}

pub const fn reason(reason: Reason) -> Words {
    let english = match reason {
        Reason::NoReference => "No reference",
        Reason::UnreadableReference => "Unreadable reference",
        Reason::SeveralReferences => "Several references",
        Reason::UnknownReference => "Unknown reference",
        Reason::NoticeRevoked => "Notice revoked",
        Reason::NoticeAlreadyPaid => "Notice already paid",
        Reason::Overpaid => "Overpaid",
        Reason::CrossBank => "Across banks",
        Reason::CrossMonth => "Across months",
        Reason::Underpaid => "Underpaid",
        Reason::AmbiguousParts => "Ambiguous parts",
        Reason::ReversalOfMatched => "Reversal of a settled credit",
        Reason::PayerDisagrees => "Payer disagrees",
        Reason::ReversalUnclear => "Reversal unclear",
    };
    Words(reason.chinese(), english)
}

pub const fn outcome(outcome: Outcome) -> Words {
    let english = match outcome {
        Outcome::Matched => "Matched",
        Outcome::Awaiting => "Awaiting",
        Outcome::Suspense => "Suspense",
        Outcome::Returned => "Returned",
        Outcome::Ignored => "Ignored",
        Outcome::Advance => "Advance",
        Outcome::RefundDue => "Refund due",
        Outcome::Refunded => "Refunded",
    };
    Words(outcome.chinese(), english)
}

pub const fn age(band: Age) -> Words {
    match band {
        Age::UpTo7 => Words("0–7 天", "0–7 days"),
        Age::UpTo30 => Words("8–30 天", "8–30 days"),
        Age::UpTo60 => Words("31–60 天", "31–60 days"),
        Age::Over60 => Words("60 天以上", "over 60 days"),
    }
}

pub const fn stage(stage: Stage) -> Words {
    Words(stage.chinese(), stage.english())
}

pub const fn field(field: RemarkField) -> Words {
    let english = match field {
        RemarkField::Postscript => "Postscript",
        RemarkField::Purpose => "Purpose",
        RemarkField::Summary => "Summary",
        RemarkField::Note => "Bank note",
    };
    Words(field.chinese(), english)
}

pub const fn evidence(kind: EvidenceKind) -> Words {
    match kind {
        EvidenceKind::Amount => Words("金额", "amount"),
        EvidenceKind::PayerAccount => Words("账号", "account"),
        EvidenceKind::Name => Words("名称", "name"),
        EvidenceKind::Reference => Words("登记号", "reference"),
        EvidenceKind::Month => Words("月份", "month"),
        EvidenceKind::History => Words("处理记录", "history"),
    }
}

/// A tick for the eye and a word for the ear.
pub const fn holds(holds: Holds) -> (&'static str, Words) {
    match holds {
        Holds::Yes => ("✓", Words("相符", "agrees")),
        Holds::Nearly => ("≈", Words("接近", "is near")),
        Holds::No => ("✗", Words("不符", "differs")),
    }
}

/// Suggestions on as many lines: `P1906133753 某某公司 2026-05 1,200.00 ✓金额 ≈名称`.
pub fn suggestions(suggestions: &[Suggestion], language: Language) -> String {
    let mut lines = String::new();
    for suggestion in suggestions {
        if !lines.is_empty() {
            lines.push('\n');
        }
        let amount = text::grouped(suggestion.amount);
        let Suggestion { reference, employer, month, .. } = suggestion;
        lines.push_str(&format!("{reference} {employer} {month} {amount}"));
        for piece in &suggestion.evidence {
            lines.push_str(&format!(
                " {}{}",
                holds(piece.holds).0,
                evidence(piece.kind).of(language)
            ));
            let detail = piece.detail_in(language);
            if !detail.is_empty() {
                lines.push_str(&format!("({detail})"));
            }
        }
    }
    lines
}
