//! Every camt, MT940 and MT942 file of the corpus against its figures.
//!
//! The corpus is not part of the project: `DUIZHANG_SHARED` says where it lies (default
//! `../shared`); without it the tests say so and pass. Real files must agree to the fen with
//! `expected.json`; attacks and malformed files must end as their `expect` says, soon.
//!
//! [`Totals`] is the rule by which statements come to the figures of a file.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where its data is not what it must be, and says when it skips"
)]

use duizhang::feed::{self, Entry, FeedError, Flag, Format, Reject, Sink, Statement};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Sums up a file.
///
/// - `entries`: all that the statements count, booked or not, readable or not.
/// - `currency`: that of the booked entries; without any, that of the statements; `MULTI` if several.
/// - sums: over the statements; none where the currency is `MULTI` or an amount had a sign.
/// - `opening`, `closing`: of a single statement only.
/// - `balance_ok`: false if one statement's is false, else true if one's is true; a statement whose
///   entries have another currency than its own has none.
#[derive(Default)]
struct Totals {
    statements: u64,
    entries: u64,
    booked: u64,
    rejected: u64,
    flags: Vec<Flag>,
    entry_currencies: BTreeSet<String>,
    statement_currencies: BTreeSet<String>,
    /// Currencies of the entries since the last statement ended.
    current: BTreeSet<String>,
    sum_credit: Decimal,
    sum_debit: Decimal,
    opening: Option<Decimal>,
    closing: Option<Decimal>,
    balances: Vec<bool>,
}

impl Sink for Totals {
    fn entry(&mut self, entry: Entry<'_>) {
        self.booked += 1;
        if let Some(currency) = entry.currency {
            self.entry_currencies.insert(currency.to_owned());
            self.current.insert(currency.to_owned());
        }
    }

    fn reject(&mut self, _: Reject) {
        self.rejected += 1;
    }

    fn statement(&mut self, statement: Statement<'_>) {
        self.statements += 1;
        self.entries += statement.entries;
        self.sum_credit += statement.sum_credit;
        self.sum_debit += statement.sum_debit;
        self.opening = statement.opening.map(|balance| balance.amount);
        self.closing = statement.closing.map(|balance| balance.amount);
        let mut current = std::mem::take(&mut self.current);
        if let Some(currency) = statement.currency {
            self.statement_currencies.insert(currency.to_owned());
            current.insert(currency.to_owned());
        }
        if current.len() <= 1 {
            self.balances.extend(statement.balance_ok());
        }
    }

    fn flag(&mut self, flag: Flag) {
        self.flags.push(flag);
    }
}

impl Totals {
    fn currency(&self) -> Option<&str> {
        let currencies = if self.entry_currencies.is_empty() {
            &self.statement_currencies
        } else {
            &self.entry_currencies
        };
        match currencies.len() {
            0 => None,
            1 => currencies.first().map(String::as_str),
            _ => Some("MULTI"),
        }
    }

    /// Without statements that declare one, the sign of an amount can be read either way.
    fn sums(&self) -> Option<(Decimal, Decimal)> {
        let signed = self
            .flags
            .iter()
            .any(|flag| matches!(flag, Flag::Oddity { code: "negative-amount", .. }));
        (self.currency() != Some("MULTI") && !signed).then_some((self.sum_credit, self.sum_debit))
    }

    fn balance_ok(&self) -> Option<bool> {
        let broken = self.balances.contains(&false);
        (!self.balances.is_empty()).then_some(!broken)
    }

    /// The figures in which this differs from the expected ones.
    fn differences(&self, expected: &Value) -> Vec<String> {
        let single = self.statements == 1;
        let decimal = |name: &str| expected[name].as_str().map(|text| text.parse().unwrap());
        let mut differences = Vec::new();
        let mut compare = |name: &str, got: String, want: String| {
            if got != want {
                differences.push(format!("{name}: got {got}, want {want}"));
            }
        };
        let number = |name: &str| format!("{:?}", expected[name].as_u64());
        compare("statements", format!("{:?}", Some(self.statements)), number("statements"));
        compare("entries", format!("{:?}", Some(self.entries)), number("entries"));
        compare(
            "currency",
            format!("{:?}", self.currency()),
            format!("{:?}", expected["currency"].as_str()),
        );
        let amounts = [
            ("sum_credit", self.sums().map(|(credit, _)| credit)),
            ("sum_debit", self.sums().map(|(_, debit)| debit)),
            ("opening", self.opening.filter(|_| single)),
            ("closing", self.closing.filter(|_| single)),
        ];
        for (name, got) in amounts {
            let want: Option<Decimal> = decimal(name);
            compare(
                name,
                format!("{:?}", got.map(|d| d.normalize())),
                format!("{:?}", want.map(|d| d.normalize())),
            );
        }
        compare(
            "balance_ok",
            format!("{:?}", self.balance_ok()),
            format!("{:?}", expected["balance_ok"].as_bool()),
        );
        differences
    }
}

fn corpus() -> Option<(PathBuf, Vec<Value>)> {
    #[expect(clippy::disallowed_methods, reason = "a test finds its data by the environment")]
    let shared = std::env::var("DUIZHANG_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let root = PathBuf::from(shared).join("corpus");
    let Ok(text) = std::fs::read_to_string(root.join("expected.json")) else {
        println!("skipped: no corpus in {}", root.display());
        return None;
    };
    Some((root, serde_json::from_str(&text).unwrap()))
}

/// The text as UTF-8, by mark, declaration or the one code page that most banks use.
fn decode(bytes: &[u8], is_xml: bool) -> Result<Vec<u8>, String> {
    let whole = |encoding: &'static encoding_rs::Encoding, bytes: &[u8]| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
        text.map(|text| text.into_owned().into_bytes()).ok_or(format!("not {}", encoding.name()))
    };
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return whole(encoding, &bytes[mark..]);
    }
    if is_xml {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        let label = start.split("encoding=\"").nth(1).and_then(|rest| rest.split('"').next());
        let label = label.unwrap_or("UTF-8");
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes());
        return whole(encoding.ok_or(format!("unknown encoding {label}"))?, bytes);
    }
    let utf8 = std::str::from_utf8(bytes).is_ok();
    whole(if utf8 { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 }, bytes)
}

fn read(bytes: &[u8], format: &str, totals: &mut Totals) -> Result<Format, FeedError> {
    let mut input = bytes;
    match format {
        "mt940" | "mt942" => feed::mt::read(&mut input, totals),
        _ => feed::camt::read(&mut input, totals),
    }
}

fn is_ours(expected: &Value) -> bool {
    let format = expected["format"].as_str().unwrap();
    format.starts_with("camt.05") || format.starts_with("mt94")
}

/// Containers are opened elsewhere; here they are bytes that are no statement.
fn is_container(file: &str) -> bool {
    file.ends_with(".zip")
}

#[test]
fn every_sample_agrees_with_its_figures() {
    let Some((root, corpus)) = corpus() else { return };
    let mut wrong = Vec::new();
    let mut count = 0;
    for expected in corpus.iter().filter(|expected| is_ours(expected)) {
        let file = expected["file"].as_str().unwrap();
        let class = expected["class"].as_str().unwrap();
        let format = expected["format"].as_str().unwrap();
        if !matches!(class, "sample" | "fragment" | "malformed-real") || is_container(file) {
            continue;
        }
        count += 1;
        let bytes = std::fs::read(root.join(file)).unwrap();
        let mut totals = Totals::default();
        let outcome = decode(&bytes, format.starts_with("camt"))
            .map_err(|error| error.to_string())
            .and_then(|text| read(&text, format, &mut totals).map_err(|error| error.to_string()));
        match outcome {
            Err(error) => wrong.push(format!("{file}: {error}")),
            Ok(found) => {
                let differences = totals.differences(expected);
                if !differences.is_empty() {
                    wrong.push(format!("{file}: {} {:?}", differences.join("; "), totals.flags));
                }
                if class == "sample" && found.code() != format {
                    wrong.push(format!("{file}: read as {}", found.code()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} disagree:\n{}", wrong.len(), wrong.join("\n"));
    println!("{count} files agree");
}

#[test]
fn every_attack_and_malformed_file_ends_as_expected() {
    let Some((root, corpus)) = corpus() else { return };
    let mut wrong = Vec::new();
    let mut count = 0;
    for expected in corpus.iter().filter(|expected| is_ours(expected)) {
        let Some(expect) = expected["expect"].as_str() else { continue };
        let file = expected["file"].as_str().unwrap();
        let format = expected["format"].as_str().unwrap();
        count += 1;
        let bytes = std::fs::read(root.join(file)).unwrap();
        let mut totals = Totals::default();
        let began = Instant::now();
        let outcome = decode(&bytes, format.starts_with("camt"))
            .and_then(|text| read(&text, format, &mut totals).map_err(|error| error.to_string()));
        if began.elapsed() > Duration::from_secs(1) {
            wrong.push(format!("{file}: took {:?}", began.elapsed()));
        }
        let rejected = outcome.is_err() || totals.rejected > 0;
        let flagged = rejected || !totals.flags.is_empty();
        let exact = !rejected && totals.differences(expected).is_empty();
        let ends_well = match expect {
            "reject" => rejected,
            "flag" | "reject-or-flag" => flagged,
            "accept" => exact && totals.flags.is_empty(),
            "accept-or-flag" => exact || flagged,
            "accept-exact-or-reject" | "reject-or-accept" => exact || rejected,
            other => panic!("{file}: expect {other:?} is not known"),
        };
        // Whatever is let pass must be right, unless there is nothing to compare with.
        let silent = !flagged && expected["entries"].is_u64() && !exact;
        if !ends_well || silent {
            let differences = totals.differences(expected);
            wrong.push(format!(
                "{file}: want {expect}: {outcome:?} {differences:?} {:?}",
                totals.flags
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} end otherwise:\n{}", wrong.len(), wrong.join("\n"));
    println!("{count} files end as expected");
}
