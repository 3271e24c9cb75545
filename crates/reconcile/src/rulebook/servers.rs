//! Parses `rules/servers.toml`: what mail servers mean when they refuse, and how fast to send to them.
//!
//! Start at [`read`]. [`ServerRules::answer`] finds the row for an answer, [`ServerRules::pace`] the pace for a
//! recipient's domain. The delivery acts on the kind (`alert/delivery`).
//!
//! Invariant: whenever the rules are parsed, every row is tried with its own examples.

use super::{RuleError, RuleFile};
use serde::Deserialize;
use toml::Spanned;

/// The file's name below `rules/`, and the compiled-in text.
pub const SHIPPED: (&str, &str) = ("servers.toml", include_str!("../../../../rules/servers.toml"));

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerRules {
    answers: Vec<AnswerRule>,
    paces: Vec<PaceRule>,
}

/// The subject of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerKind {
    /// Connections at once, or letters over one connection.
    Connection,
    /// Letters in a period.
    Rate,
    /// One mailbox gets too many just now.
    Busy,
    /// "Come back later".
    Grey,
    /// The content of the letter.
    Content,
    /// The sender.
    Policy,
    Size,
    Mailbox,
}

/// A row: words, and their meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRule {
    /// In lower case.
    said: Vec<String>,
    pub kind: AnswerKind,
    /// Seconds to leave the server or the mailbox alone.
    pub pause: i64,
}

/// How fast to send to one receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// Letters a minute; 0 is as fast as it accepts them.
    #[serde(default)]
    pub per_minute: u32,
    /// Letters over one connection; 0 is no limit of its own.
    #[serde(default)]
    pub per_connection: u32,
    /// Connections with its letters at the same time; 0 is no limit of its own.
    #[serde(default)]
    pub connections: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct PaceRule {
    domains: Vec<String>,
    pace: Pace,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    answers: Vec<Answer>,
    paces: Vec<Paced>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    said: Vec<Spanned<String>>,
    kind: AnswerKind,
    pause_minutes: Option<Spanned<i64>>,
    /// The source.
    #[serde(rename = "source")]
    _source: String,
    examples: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paced {
    domains: Vec<Spanned<String>>,
    #[serde(default)]
    per_minute: u32,
    #[serde(default)]
    per_connection: u32,
    #[serde(default)]
    connections: u32,
    #[serde(rename = "source")]
    _source: String,
}

/// The longest pause: a day, after which a daily limit has ended.
const PAUSE_MINUTES_MAX: i64 = 1_440;

/// Seconds to leave a server alone if its row does not say.
const PAUSE_SECONDS: i64 = 900;

impl ServerRules {
    /// The row for an answer, number included: `550 Mail content denied`.
    #[must_use]
    pub fn answer(&self, answer: &str) -> Option<&AnswerRule> {
        let answer = answer.to_lowercase();
        self.answers.iter().find(|rule| rule.said.iter().any(|said| answer.contains(said)))
    }

    /// The pace for a recipient's domain, named by the first of its receiver's domains.
    #[must_use]
    pub fn pace(&self, domain: &str) -> Option<(&str, Pace)> {
        let rule = self.paces.iter().find(|rule| rule.domains.iter().any(|own| own == domain))?;
        Some((rule.domains.first()?, rule.pace))
    }

    /// The same with the centre's own pace for a domain and for its receiver's other domains.
    #[must_use]
    pub fn with_pace(mut self, domain: &str, pace: Pace) -> Self {
        let domain = domain.to_lowercase();
        match self.paces.iter_mut().find(|rule| rule.domains.contains(&domain)) {
            Some(rule) => rule.pace = pace,
            None => self.paces.push(PaceRule { domains: vec![domain], pace }),
        }
        self
    }
}

/// The compiled-in rules.
///
/// # Errors
/// Never, as the tests show; the type is that of [`read`].
pub fn shipped() -> Result<ServerRules, RuleError> {
    read(&RuleFile { path: SHIPPED.0.into(), text: SHIPPED.1.into() })
}

/// Parses `servers.toml`.
///
/// # Errors
/// [`RuleError`] with the place of the first error.
pub fn read(file: &RuleFile) -> Result<ServerRules, RuleError> {
    let parsed: File = file.parse()?;
    let mut rules = ServerRules::default();
    for row in &parsed.answers {
        if let Some(empty) = row.said.iter().find(|said| said.get_ref().trim().is_empty()) {
            return Err(file.error_at(empty.span(), "expected words of an answer, found nothing"));
        }
        let pause = match &row.pause_minutes {
            // A server accepts strangers after minutes: the growing pauses find out how many.
            None if row.kind == AnswerKind::Grey => 0,
            None => PAUSE_SECONDS,
            Some(minutes) if (1..=PAUSE_MINUTES_MAX).contains(minutes.get_ref()) => {
                minutes.get_ref() * 60
            }
            Some(minutes) => {
                let found = format!(
                    "expected 1 to {PAUSE_MINUTES_MAX} minutes, found {}",
                    minutes.get_ref()
                );
                return Err(file.error_at(minutes.span(), &found));
            }
        };
        let said = row.said.iter().map(|said| said.get_ref().to_lowercase()).collect();
        rules.answers.push(AnswerRule { said, kind: row.kind, pause });
    }
    for row in &parsed.paces {
        let mut domains = Vec::with_capacity(row.domains.len());
        for domain in &row.domains {
            if rules.pace(domain.get_ref()).is_some() || domains.contains(domain.get_ref()) {
                let found = format!("{:?} has a pace already", domain.get_ref());
                return Err(file.error_at(domain.span(), &found));
            }
            domains.push(domain.get_ref().clone());
        }
        let Paced { per_minute, per_connection, connections, .. } = *row;
        let pace = Pace { per_minute, per_connection, connections };
        rules.paces.push(PaceRule { domains, pace });
    }
    examples(file, &parsed, &rules).map_or(Ok(rules), Err)
}

/// The first example that matches another row than its own.
fn examples(file: &RuleFile, parsed: &File, rules: &ServerRules) -> Option<RuleError> {
    for row in &parsed.answers {
        for example in &row.examples {
            let found = rules.answer(example.get_ref()).map(|rule| rule.kind);
            if found != Some(row.kind) {
                let wrong = format!("expected {:?}, it is read as {found:?}", row.kind);
                return Some(file.error_at(example.span(), &wrong));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_known_by_its_words() {
        let rules = shipped().unwrap();
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("550 Ip frequency limited. http://x",  Some((AnswerKind::Rate, 3_600))),
            ("451 MI:SFQ smtp3",                    Some((AnswerKind::Rate, 900))),
            ("554 mi:stc",                          Some((AnswerKind::Rate, 21_600))),
            ("554 DT:SPM 163",                      Some((AnswerKind::Content, 900))),
            ("451 DT:SPM ,please try again",        Some((AnswerKind::Grey, 0))),
            ("550 5.1.1 no such user",              None),
            ("421 going away",                      None),
        ];
        for (answer, want) in rows {
            let found = rules.answer(answer).map(|rule| (rule.kind, rule.pause));
            assert_eq!(found, want, "{answer}");
        }
    }

    #[test]
    fn a_centres_own_pace_holds_for_all_domains_of_a_receiver() {
        let pace = Pace { per_minute: 5, per_connection: 1, connections: 1 };
        let rules = shipped().unwrap().with_pace("QQ.com", pace).with_pace("corp.example", pace);
        assert_eq!(rules.pace("foxmail.com"), Some(("qq.com", pace)));
        assert_eq!(rules.pace("corp.example"), Some(("corp.example", pace)));
        assert_eq!(rules.pace("employer.test"), None);
    }

    #[test]
    fn a_rule_file_that_is_wrong_says_where() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("pause_minutes = 15",  "pause_minutes = 0",    "expected 1 to 1440 minutes, found 0"),
            ("\"googlemail.com\"",  "\"qq.com\"",           "\"qq.com\" has a pace already"),
            ("\"550 MI:STC\"",      "\"550 MI:XXX\"",       "expected Rate, it is read as None"),
            ("\"mail content denied\"", "\" \"",            "expected words of an answer, found nothing"),
        ];
        for (from, to, want) in rows {
            let text = SHIPPED.1.replacen(from, to, 1);
            assert_ne!(text, SHIPPED.1, "{from}");
            let error = read(&RuleFile { path: SHIPPED.0.into(), text }).unwrap_err();
            assert!(error.to_string().ends_with(want), "{error}");
        }
    }
}
