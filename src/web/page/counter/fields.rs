//! The form fields of each counter operation: start at [`fields_of`].
//!
//! Invariant: a name is the operation's field name in JSON; neither of the two persons is a field.

use crate::remittance::document::DocumentType;
use crate::remittance::{Bilingual, Language, Localized};
use std::borrow::Cow;

/// A form field; with choices it is a select.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: Cow<'static, str>,
    pub(super) required: bool,
    pub(super) choices: Vec<(&'static str, Cow<'static, str>)>,
}

/// Name, Chinese, English; in form order.
static LABELS: &[(&str, Bilingual)] = &[
    ("employer_id", Bilingual::fixed("单位编号", "Employer number")),
    ("employee_id", Bilingual::fixed("职工编号", "Employee number")),
    ("into", Bilingual::fixed("保留的职工编号", "Number that stays")),
    ("month", Bilingual::fixed("缴存月份（如 2026-05）", "Month (such as 2026-05)")),
    ("amount", Bilingual::fixed("更正金额（元）", "Amount to correct (yuan)")),
    ("register_id", Bilingual::fixed("补缴清册编号（更正补缴时填）", "Register (of a supplement)")),
    ("name", Bilingual::fixed("姓名或单位名称", "Name")),
    ("kind", Bilingual::fixed("单位性质", "Kind of employer")),
    ("uscc", Bilingual::fixed("统一社会信用代码", "Credit code")),
    ("legal_person", Bilingual::fixed("法定代表人", "Legal person")),
    ("id_type", Bilingual::fixed("证件类型", "Document")),
    ("id_no", Bilingual::fixed("证件号码", "Document number")),
    ("from", Bilingual::fixed("起始月份（如 2026-05）", "From month (such as 2026-05)")),
    ("to", Bilingual::fixed("截止月份", "To month")),
    (
        "employer_rate",
        Bilingual::fixed("单位缴存比例（如 0.04）", "Employer's rate (such as 0.04)"),
    ),
    (
        "employee_rate",
        Bilingual::fixed("个人缴存比例（如 0.04）", "Employee's rate (such as 0.04)"),
    ),
    ("approval", Bilingual::fixed("批准文号", "Approval number")),
    ("reason", Bilingual::fixed("原因", "Reason")),
];

/// Required and optional fields of each operation.
const FORMS: &[(&str, &[&str], &[&str])] = &[
    (
        "correct_paid",
        &["employer_id", "employee_id", "month", "amount", "reason"],
        &["register_id"],
    ),
    ("correct_identity", &["employer_id", "employee_id", "reason"], &["name", "id_type", "id_no"]),
    ("merge_employees", &["employer_id", "employee_id", "into", "reason"], &[]),
    ("update_key", &["employer_id", "reason"], &["name", "kind", "uscc", "legal_person"]),
    ("defer", &["employer_id", "from", "to", "approval", "reason"], &[]),
    (
        "allow_low_rates",
        &["employer_id", "from", "to", "employer_rate", "employee_rate", "approval", "reason"],
        &[],
    ),
];

static KINDS: &[(&str, Bilingual)] = &[
    ("company", Bilingual::fixed("企业", "Company")),
    ("government", Bilingual::fixed("机关", "Government")),
    ("institution", Bilingual::fixed("事业单位", "Institution")),
    ("organization", Bilingual::fixed("社会团体", "Organization")),
    ("individual", Bilingual::fixed("个体工商户", "Individual")),
    ("other", Bilingual::fixed("其他", "Other")),
];

/// A field's label; `None` for an unknown field.
pub(super) fn label(name: &str, language: Language) -> Option<Cow<'static, str>> {
    let (_, label) = LABELS.iter().find(|(known, _)| *known == name)?;
    Some(label.in_language(language))
}

/// The form of an operation; empty for an unknown operation.
pub(super) fn fields_of(code: &str, language: Language) -> Vec<Field> {
    let Some((_, must, may)) = FORMS.iter().find(|(known, ..)| *known == code) else {
        return Vec::new();
    };
    let wanted = LABELS.iter().filter(|(name, ..)| must.contains(name) || may.contains(name));
    let field = |(name, label): &(&'static str, Bilingual)| Field {
        name,
        label: label.in_language(language),
        required: must.contains(name),
        choices: match *name {
            "kind" => {
                KINDS.iter().map(|(code, name)| (*code, name.in_language(language))).collect()
            }
            "id_type" => DocumentType::ALL
                .into_iter()
                .map(|kind| (kind.code(), kind.in_language(language)))
                .collect(),
            _ => Vec::new(),
        },
    };
    wanted.map(field).collect()
}

/// The names that a form may send.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LABELS.iter().map(|(name, ..)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suspense::CounterOperation;

    #[test]
    fn every_operation_of_two_persons_has_a_form_and_no_form_has_the_persons() {
        for (code, ..) in CounterOperation::KINDS {
            let fields = fields_of(code, Language::Chinese);
            let (_, must, may) = FORMS.iter().find(|(known, ..)| known == code).unwrap();
            assert_eq!(fields.len(), must.len() + may.len(), "{code}: a field without a label");
            assert!(must.contains(&"reason"), "{code}");
        }
        assert_eq!(FORMS.len(), CounterOperation::KINDS.len());
        assert!(names().all(|name| !matches!(name, "by" | "approved_by" | "on" | "op")));
    }
}
