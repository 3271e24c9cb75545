//! The writing rules that a remark broke, in the handbook's words.

use crate::alert::{BrokenRule, HandbookQuote};
use crate::remark::{Advice, Reading};
use crate::remittance::Reason;
use crate::report::RemarkText;
use crate::rulebook::remark::RemarkRules;

/// The broken rules, each with the text as written and as parsed.
pub(super) fn broken_rules(
    readings: &[(RemarkText, Reading)],
    rules: &RemarkRules,
) -> Vec<BrokenRule> {
    // Only the field with the parsed reference can break rules; a bank's own text cannot.
    let Some((text, reading)) = readings.iter().find(|(_, reading)| !reading.advice.is_empty())
    else {
        return Vec::new();
    };
    let right = reading.reference.map(|reference| reference.to_string()).unwrap_or_default();
    reading.advice.iter().map(|advice| broken(*advice, text.text(), &right, rules)).collect()
}

/// The handbook's first rule, for an empty remark.
pub(super) fn missing_reference(
    reason: Reason,
    readings: &[(RemarkText, Reading)],
    rules: &RemarkRules,
) -> Option<BrokenRule> {
    (reason == Reason::NoReference).then(|| {
        let wrong = readings.first().map_or("（空）", |(text, _)| text.text());
        broken(Advice::NotFirst, wrong, "", rules)
    })
}

/// A rule in the handbook's words.
fn broken(advice: Advice, wrong: &str, right: &str, rules: &RemarkRules) -> BrokenRule {
    let words = rules.advice_text(advice.code());
    let handbook = words.and_then(|words| rules.handbook_rule(*words.handbook.get_ref()));
    BrokenRule {
        code: advice.code().to_owned(),
        handbook: handbook.map(|rule| HandbookQuote { number: rule.number, text: rule.zh.clone() }),
        wrong: wrong.to_owned(),
        right: right.to_owned(),
    }
}
