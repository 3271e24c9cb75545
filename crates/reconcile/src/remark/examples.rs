//! Runs the examples in a rule file, for `duizhang rules test`.
//!
//! Start at [`Reader::failing_examples`]. A failing example is a mistake in the file: the rule does not do what its
//! author says.
//!
//! Invariant: the shipped rules have no failing example (a test checks it).

use super::Reader;
use std::fmt;

/// A failing example; both sides print as `certain P1906133753 [full_width]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailingExample {
    /// The rule's id.
    pub rule: String,
    pub from: String,
    pub expected: String,
    pub found: String,
    /// Byte range of the example in the file, for showing it.
    pub span: std::ops::Range<usize>,
}

impl Reader {
    /// The examples that this reader parses differently from their rules.
    #[must_use]
    pub fn failing_examples(&self) -> Vec<FailingExample> {
        let mut failing = Vec::new();
        for (rule, example) in self.rules().examples() {
            let reading = self.read(example.from.as_ref());
            let codes: Vec<&str> = reading.advice.iter().map(|advice| advice.code()).collect();
            let gives = reading.reference.map(|reference| reference.to_string());
            let found = told(reading.certainty.code(), gives.as_deref(), &codes);
            let expected = told(&example.certainty, example.gives.as_deref(), &example.advice);
            if found != expected {
                let (rule, from) = (rule.to_owned(), example.from.as_ref().clone());
                failing.push(FailingExample {
                    rule,
                    from,
                    expected,
                    found,
                    span: example.from.span(),
                });
            }
        }
        failing
    }
}

fn told(certainty: &str, gives: Option<&str>, advice: &[impl AsRef<str>]) -> String {
    let advice: Vec<&str> = advice.iter().map(AsRef::as_ref).collect();
    format!("{certainty} {} [{}]", gives.unwrap_or("-"), advice.join(" "))
}

impl fmt::Display for FailingExample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, from, expected, found, .. } = self;
        write!(f, "rule {rule}: {from:?}: expected {expected}, found {found}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::remark::RemarkRules;

    #[test]
    fn every_example_that_ships_holds() {
        assert_eq!(Reader::shipped().failing_examples(), []);
    }

    #[test]
    fn an_example_that_does_not_hold_is_named() {
        let mut file = RemarkRules::shipped_file();
        file.text = file.text.replacen("shape = \"yyyymm\"", "shape = \"yyyy\"", 1);
        let failing = Reader::new(&RemarkRules::parse(&file).unwrap()).failing_examples();
        let first = failing.first().unwrap();
        assert_eq!(
            first.to_string(),
            "rule year-month: \"P1234567891202005\": \
             expected certain P1234567891 [digits_follow], found probable P1234567891 [extra_digits]"
        );
        assert_eq!(&file.text[first.span.clone()], "\"P1234567891202005\"");
    }
}
