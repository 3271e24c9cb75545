//! Separates payments from other movements: the ignore rules, and movements that reverse another.
//!
//! Start at [`TransactionClassifier::classify`]. It runs on every row of every feed, so a plain credit is recognized
//! first: one search for any word of all rules, one look-up of the centre's own accounts. `rules/matching.toml` has the
//! rules; `reversal.rs` finds the credit of a reversal.
//!
//! Invariant: the quick check only skips work; the answer is that of the rules, in their order.

use crate::rulebook::matching::{AccountKind, Condition, MatchingRules, RuleIndex};
use regex::Regex;
use remittance::{BankTransaction, Direction};

/// What kind of movement a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To be matched with notices.
    Remittance,
    /// No payment, by this rule. The rule yields to any reading of a credit's remark and to a known payer, unless it
    /// says `even_with_reference`; `decide` applies this.
    Ignored(RuleIndex),
    /// Decided so in an earlier run: it stays no payment, but the bank may reverse it.
    IgnoredBefore(RuleIndex),
    /// The bank reverses an earlier movement.
    Reversal,
}

/// The rules, compiled for a million rows.
#[derive(Clone, Debug)]
pub struct TransactionClassifier<'r> {
    rules: &'r MatchingRules,
    own_accounts: Vec<String>,
    /// Any word of any rule; `None` if the rules have none or too many to search at once.
    words: Option<Regex>,
    /// Some rule can hold without any word, for a credit without a counterparty account.
    wordless: bool,
}

impl<'r> TransactionClassifier<'r> {
    #[must_use]
    pub fn new<S: Into<String>>(
        rules: &'r MatchingRules,
        own_accounts: impl IntoIterator<Item = S>,
    ) -> Self {
        let conditions = || rules.ignore.iter().flat_map(|rule| &rule.when);
        let lists =
            conditions().flat_map(|when| [&when.text, &when.summary]).filter_map(Option::as_ref);
        let words: Vec<String> = lists
            .flatten()
            .chain(&rules.reversal.words)
            .filter(|word| !word.is_empty())
            .map(|word| regex::escape(word))
            .collect();
        // A condition with a word, an own account or a reversal cannot hold for a plain credit.
        let needs = |when: &Condition| {
            when.text.is_some()
                || when.summary.is_some()
                || when.reversal == Some(true)
                || when.counterparty_account == Some(AccountKind::Own)
        };
        let credit = |rule: &&crate::rulebook::matching::IgnoreRule| {
            rule.direction != Some(Direction::Debit)
        };
        let wordless = rules.ignore.iter().filter(credit).any(|rule| !rule.when.iter().all(needs));
        Self {
            rules,
            own_accounts: own_accounts.into_iter().map(Into::into).collect(),
            words: Regex::new(&words.join("|")).ok().filter(|_| !words.is_empty()),
            wordless,
        }
    }

    #[must_use]
    pub fn classify(&self, transaction: &BankTransaction<'_>) -> Kind {
        let own = self.is_own(transaction.counterparty.account);
        let plain = transaction.direction == Direction::Credit
            && !transaction.reversal
            && !own
            && !self.wordless
            && !self.has_word(transaction);
        if plain { Kind::Remittance } else { self.by_rule(transaction, own) }
    }

    fn by_rule(&self, transaction: &BankTransaction<'_>, own: bool) -> Kind {
        let undoes = self.undoes(transaction);
        for (index, rule) in (0_u16..).zip(&self.rules.ignore) {
            let way = rule.direction.is_none_or(|direction| direction == transaction.direction);
            let index = RuleIndex(index);
            // Movements that reverse another must reach `reversal.rs`; these two rules are only its fallback.
            let last = index == self.rules.debit() || index == self.rules.reversal_credit();
            if way && rule.when.iter().any(|when| holds(when, transaction, own, undoes)) {
                return if undoes && last { Kind::Reversal } else { Kind::Ignored(index) };
            }
        }
        if undoes { Kind::Reversal } else { Kind::Remittance }
    }

    /// Whether the movement reverses another, by the bank's mark or by its words.
    ///
    /// The payer may write anything in a credit, so there only the summary counts.
    fn undoes(&self, transaction: &BankTransaction<'_>) -> bool {
        let words = &self.rules.reversal.words;
        transaction.reversal
            || match transaction.direction {
                Direction::Credit => any_word(words, &[transaction.remarks.summary]),
                Direction::Debit => any_word(words, &texts(transaction)),
            }
    }

    fn is_own(&self, account: &str) -> bool {
        !account.is_empty() && self.own_accounts.iter().any(|own| own == account)
    }

    fn has_word(&self, transaction: &BankTransaction<'_>) -> bool {
        let Some(words) = &self.words else { return true };
        texts(transaction).into_iter().any(|text| !text.is_empty() && words.is_match(text))
    }
}

fn texts<'a>(transaction: &BankTransaction<'a>) -> [&'a str; 4] {
    let remarks = transaction.remarks;
    [remarks.summary, remarks.postscript, remarks.purpose, remarks.note]
}

fn any_word(words: &[String], texts: &[&str]) -> bool {
    texts.iter().any(|text| words.iter().any(|word| text.contains(word.as_str())))
}

/// Whether all parts of a condition hold.
fn holds(when: &Condition, transaction: &BankTransaction<'_>, own: bool, undoes: bool) -> bool {
    let one_of = |words: &Option<Vec<String>>, texts: &[&str]| {
        words.as_ref().is_none_or(|words| any_word(words, texts))
    };
    let account = match when.counterparty_account {
        None => true,
        Some(AccountKind::Own) => own,
        Some(AccountKind::None) => transaction.counterparty.account.is_empty(),
    };
    account
        && when.reversal.is_none_or(|wanted| wanted == undoes)
        && one_of(&when.text, &texts(transaction))
        && one_of(&when.summary, &[transaction.remarks.summary])
        && one_of(&when.counterparty_name, &[transaction.counterparty.name])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::matching::{Example, shipped};
    use chrono::NaiveDate;
    use remittance::{Counterparty, Money, Remarks};

    const OWN: &str = "45001600000000000001";

    fn movement(example: &Example) -> BankTransaction<'_> {
        let account = match example.counterparty_account.as_str() {
            "own" => OWN,
            other => other,
        };
        BankTransaction {
            account: "45001600000000000002",
            serial: "1",
            booked_on: NaiveDate::from_ymd_opt(2026, 5, 11).unwrap(),
            booked_time: None,
            direction: example.direction,
            amount: Money::from_fen(1),
            balance: None,
            counterparty: Counterparty {
                account,
                name: &example.counterparty_name,
                ..Counterparty::default()
            },
            remarks: Remarks {
                postscript: &example.postscript,
                purpose: &example.purpose,
                summary: &example.summary,
                note: &example.note,
            },
            reversal: example.reversal,
            contradicted: false,
        }
    }

    #[test]
    fn every_rule_does_what_its_examples_say() {
        let rules = shipped().unwrap();
        let classifier = TransactionClassifier::new(&rules, [OWN]);
        assert!(!classifier.wordless, "the quick look must work for the shipped rules");
        for (index, rule) in (0_u16..).zip(&rules.ignore) {
            let own = Kind::Ignored(RuleIndex(index));
            for example in &rule.examples {
                let got = classifier.classify(&movement(example));
                // Reversals are decided later; an unpaired one then falls under this rule.
                let falls = got == own || (got == Kind::Reversal && rule.id == "reversal-credit");
                assert_eq!(falls, example.counts, "{}: {example:?} gives {got:?}", rule.id);
            }
        }
        for example in &rules.reversal.examples {
            let got = classifier.classify(&movement(example));
            assert_eq!(got == Kind::Reversal, example.counts, "{example:?} gives {got:?}");
        }
    }

    #[test]
    fn the_quick_look_changes_no_answer() {
        let rules = shipped().unwrap();
        let classifier = TransactionClassifier::new(&rules, [OWN]);
        let slow = TransactionClassifier { words: None, ..classifier.clone() };
        let examples = rules.ignore.iter().flat_map(|rule| &rule.examples);
        for example in examples.chain(&rules.reversal.examples) {
            let movement = movement(example);
            assert_eq!(classifier.classify(&movement), slow.classify(&movement), "{example:?}");
        }
    }
}
