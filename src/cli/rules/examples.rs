//! `duizhang rules test`: checks every rule against its examples.
//!
//! Examples are in the same file as their rules, so that the effect of a change is visible at once. Each failure
//! names the rule, the example, and the actual result.

use crate::feed::{self, Flag, Reject, Sink, Statement, StatementEntry};
use crate::matching::{Kind, TransactionClassifier};
use crate::remark::Reader;
use crate::remittance::{BankTransaction, Counterparty, Money, Remarks};
use crate::rulebook::Rulebook;
use crate::rulebook::bank::Precedence;
use crate::rulebook::desk::LimitExample;
use crate::rulebook::matching::{Example, RuleIndex};
use chrono::NaiveDate;
use std::fmt::Write;
use std::io::Cursor;

/// The number of examples run, and the failures.
#[derive(Default)]
pub(super) struct Report {
    pub(super) run: u64,
    pub(super) faults: Vec<String>,
}

impl Report {
    fn check(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        self.run += 1;
        if !holds {
            self.faults.push(fault());
        }
    }
}

/// Runs every example of every rule.
pub(super) fn run(rules: &Rulebook) -> Report {
    let mut report = Report::default();
    remarks(rules, &mut report);
    movements(rules, &mut report);
    layouts(rules, &mut report);
    limits(rules, &mut report);
    brake(rules, &mut report);
    report
}

fn remarks(rules: &Rulebook, report: &mut Report) {
    let reader = Reader::new(&rules.remark);
    for (id, example) in rules.remark.examples() {
        let reading = reader.read(example.from.as_ref());
        let gives = reading.reference.map(|reference| reference.to_string());
        let advice: Vec<&str> = reading.advice.iter().map(|advice| advice.code()).collect();
        let certainty = reading.certainty.code();
        let holds = gives == example.gives
            && certainty == example.certainty
            && advice.iter().eq(example.advice.iter());
        report.check(holds, || {
            let gives = gives.as_deref().unwrap_or("nothing");
            format!(
                "remark.toml: rule {id}: {:?} gives {gives}, {certainty}, advice [{}]",
                example.from.as_ref(),
                advice.join(", ")
            )
        });
    }
}

/// Represents one of the centre's accounts in an example.
const OWN: &str = "own";

fn movements(rules: &Rulebook, report: &mut Report) {
    let classifier = TransactionClassifier::new(&rules.matching, [OWN]);
    for (index, rule) in (0_u16..).zip(&rules.matching.ignore) {
        for example in &rule.examples {
            let got = classifier.classify(&movement(example));
            // Reversals are decided later; this rule is the fallback for an unpaired one.
            let falls = got == Kind::Ignored(RuleIndex(index))
                || (got == Kind::Reversal && rule.id == "reversal-credit");
            report.check(falls == example.counts, || told(&rule.id, example, falls));
        }
    }
    for example in &rules.matching.reversal.examples {
        let falls = classifier.classify(&movement(example)) == Kind::Reversal;
        report.check(falls == example.counts, || told("reversal", example, falls));
    }
}

fn told(rule: &str, example: &Example, falls: bool) -> String {
    let verb = if falls { "counts" } else { "does not count" };
    format!("matching.toml: rule {rule}: {verb}: {example:?}")
}

fn movement(example: &Example) -> BankTransaction<'_> {
    BankTransaction {
        account: "another",
        serial: "1",
        booked_on: NaiveDate::default(),
        booked_time: None,
        direction: example.direction,
        amount: Money::from_fen(1),
        balance: None,
        counterparty: Counterparty {
            account: &example.counterparty_account,
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

/// The layouts whose examples a learnt layout matches: it must precede them.
pub(super) fn taken_by(rules: &Rulebook, id: &str) -> Vec<String> {
    let others = rules.banks.iter().filter(|layout| layout.id != id);
    let takes = |text: &str| {
        let text = text.trim_start_matches('\n');
        let read =
            feed::read(&mut Cursor::new(text.as_bytes()), &rules.banks, &mut Lines::default());
        read.is_ok_and(|facts| facts.layout.as_deref() == Some(id))
    };
    let taken = others.filter(|layout| layout.examples.iter().any(|example| takes(&example.text)));
    taken.map(|layout| layout.id.clone()).collect()
}

fn layouts(rules: &Rulebook, report: &mut Report) {
    let others = rules.banks.without_learned_but("");
    for layout in rules.banks.iter() {
        let learned = layout.precedence == Precedence::Learned;
        let own = learned.then(|| rules.banks.without_learned_but(&layout.id));
        let banks = own.as_ref().unwrap_or(&others);
        for example in &layout.examples {
            let text = example.text.trim_start_matches('\n');
            let mut lines = Lines::default();
            let read = feed::read(&mut Cursor::new(text.as_bytes()), banks, &mut lines);
            let got = match read {
                Err(error) => error.to_string(),
                Ok(facts) if facts.layout.as_deref() != Some(layout.id.as_str()) => {
                    format!("read by layout {}", facts.layout.as_deref().unwrap_or("none"))
                }
                Ok(_) => lines.0,
            };
            report.check(got.trim() == example.entries.trim(), || {
                format!("banks: layout {} reads its example as:\n{}", layout.id, got.trim())
            });
        }
    }
}

fn limits(rules: &Rulebook, report: &mut Report) {
    for limit in &rules.desk.limits {
        for example in &limit.examples {
            let decides = rules.desk.limit(example.act, example.amount);
            let decides = decides.is_some_and(|decides| decides.id == limit.id);
            report.check(decides == example.counts, || {
                let verb = if decides { "decides" } else { "does not decide" };
                let LimitExample { act, amount, .. } = example;
                format!("desk.toml: limit {}: {verb} {} of {amount}", limit.id, act.code())
            });
        }
    }
}

fn brake(rules: &Rulebook, report: &mut Report) {
    for example in &rules.brake.examples {
        let holds = crate::alert::brake::tried(example, &rules.brake);
        report.check(holds == example.holds, || {
            format!("letters/brake.toml: {:?}: {holds}, not {}", example.why, example.holds)
        });
    }
}

/// Entries in the form of examples: one line each.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line}");
    }
}

impl Sink for Lines {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        let mut line = entry.booked_on.to_string();
        let mut put = |text: &str| {
            line.push(' ');
            line.push_str(text);
        };
        if let Some(time) = entry.booked_time {
            put(&time.to_string());
        }
        put(entry.direction.code());
        put(&entry.amount.to_string());
        put(entry.currency.unwrap_or("-"));
        let balance = entry.balance.map_or(String::new(), |balance| balance.to_string());
        let fields = [
            ("account", entry.account.unwrap_or_default()),
            ("serial", entry.serial),
            ("balance", &balance),
            ("from", entry.counterparty.account),
            ("name", entry.counterparty.name),
            ("bank_code", entry.counterparty.bank_code),
            ("bank_name", entry.counterparty.bank_name),
            ("postscript", entry.remarks.postscript),
            ("purpose", entry.remarks.purpose),
            ("summary", entry.remarks.summary),
            ("note", entry.remarks.note),
        ];
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            put(&format!("{name}={value}"));
        }
        if entry.reversal {
            put("reversal");
        }
        self.line(format_args!("{line}"));
    }

    fn reject(&mut self, reject: Reject) {
        self.line(format_args!("reject {reject}"));
    }

    fn statement(&mut self, _: Statement<'_>) {}

    fn flag(&mut self, flag: Flag) {
        self.line(format_args!("flag {flag}"));
    }
}
