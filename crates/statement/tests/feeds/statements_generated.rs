//! Random statements from the parts of headings that public importers know, in every form and container.
//!
//! Goal: no table is misread, none is silently incomplete, and nearly all are read completely. Method: the movements
//! are drawn first, then one way to write them: headings, order of columns, direction, forms of days and amounts,
//! labels, footers, blocks, container, encoding. The reader's results are compared with the drawn values. The words of
//! headings are repeated here from the same public sources, and do not come from the reader's rules.
//! `DUIZHANG_STATEMENTS` changes their number (the slow suite does), `DUIZHANG_SEED` the start.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where its world is not as it must be"
)]

mod made;
mod written;

use made::{Made, Movement, Prng};
use rust_decimal::Decimal;
use statement::feed::{self, Flag, Reject, Sink, Statement, StatementEntry};
use statement::rules::bank::BankLayouts;
use std::io::Cursor;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static LAYOUTS: LazyLock<BankLayouts> = LazyLock::new(|| BankLayouts::shipped().unwrap());

/// The most failing statements shown.
const SHOWN: usize = 10;

/// Statements of the ordinary run.
const STATEMENTS: u64 = 400;

#[derive(Default)]
struct Kept {
    entries: Vec<Movement>,
    rejects: Vec<String>,
    flags: Vec<String>,
}

impl Sink for Kept {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        let remarks = entry.remarks;
        let texts = [remarks.postscript, remarks.purpose, remarks.summary, remarks.note];
        self.entries.push(Movement {
            account: entry.account.unwrap_or_default().to_owned(),
            day: entry.booked_on,
            credit: entry.direction.code() == "credit",
            fen: i64::try_from((entry.amount * Decimal::ONE_HUNDRED).normalize().mantissa())
                .unwrap(),
            red: entry.reversal,
            payer_account: entry.counterparty.account.to_owned(),
            payer_name: entry.counterparty.name.to_owned(),
            words: texts.join("|"),
            serial: entry.serial.to_owned(),
            balance: 0,
        });
    }

    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject.to_string());
    }

    fn statement(&mut self, _: Statement<'_>) {}

    fn flag(&mut self, flag: Flag) {
        self.flags.push(flag.to_string());
    }
}

enum End {
    Whole,
    /// The file was refused, with the reason.
    Refused(String),
    Wrong(String),
}

fn end(made: &Made) -> End {
    let mut kept = Kept::default();
    let read = feed::read(&mut Cursor::new(&made.bytes), &LAYOUTS, &mut kept);
    if let Err(error) = read {
        return End::Refused(error.to_string());
    }
    if let Some(reject) = kept.rejects.first() {
        return End::Wrong(format!("rejects {reject}"));
    }
    if kept.entries.len() != made.movements.len() {
        return End::Wrong(format!("{} of {} rows", kept.entries.len(), made.movements.len()));
    }
    for (got, want) in kept.entries.iter().zip(&made.movements) {
        if let Some(difference) = want.difference(got, made) {
            return End::Wrong(difference);
        }
    }
    match kept.flags.first() {
        Some(flag) => End::Wrong(format!("tells {flag}")),
        None => End::Whole,
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the slow suite says how many by the environment"
    )]
    let given = std::env::var(name);
    given.ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn no_statement_is_read_wrongly_and_nearly_all_are_read_whole() {
    let first = number("DUIZHANG_SEED", 1);
    let count = number("DUIZHANG_STATEMENTS", STATEMENTS);
    let (mut whole, mut refused, mut wrong) = (0_u64, Vec::new(), Vec::new());
    for seed in first..first + count {
        let made = Made::draw(&mut Prng::new(seed));
        match end(&made) {
            End::Whole => whole += 1,
            End::Refused(why) => refused.push((seed, why, made)),
            End::Wrong(why) => wrong.push((seed, why, made)),
        }
    }
    println!("{whole} of {count} read whole, {} refused, {} wrong", refused.len(), wrong.len());
    for (seed, why, made) in wrong.iter().chain(&refused).take(SHOWN) {
        println!("seed {seed}: {why}\n{}", made.shown());
    }
    assert!(wrong.is_empty(), "{} of {count} are read wrongly", wrong.len());
    assert!(whole * 1000 >= count * 995, "only {whole} of {count} are read whole");
}

/// Junk in cells, too many and too few cells: never a panic, never a long wait, and no uncounted row.
#[test]
fn no_junk_makes_a_row_vanish() {
    let first = number("DUIZHANG_SEED", 1);
    let count = number("DUIZHANG_STATEMENTS", STATEMENTS);
    let (mut read, mut wrong) = (0_u64, Vec::new());
    for seed in first..first + count {
        let made = Made::hurt(&mut Prng::new(seed));
        let mut kept = Kept::default();
        let began = Instant::now();
        let end = feed::read(&mut Cursor::new(&made.bytes), &LAYOUTS, &mut kept);
        let waited = began.elapsed();
        read += u64::from(end.is_ok());
        // A movement of zero is flagged and dropped.
        let zeros = kept.flags.iter().filter(|flag| flag.contains("zero-amount")).count();
        let counted = kept.entries.len() + kept.rejects.len() + zeros;
        let lost = end.is_ok() && made.kept.is_some_and(|kept| counted < kept);
        if lost || waited > Duration::from_secs(5) {
            wrong.push(format!(
                "seed {seed}: {counted} of {:?} rows, {waited:?}\n{}",
                made.kept,
                made.shown()
            ));
        }
    }
    println!("{read} of {count} hurt statements are read, none loses a row");
    let shown: Vec<&String> = wrong.iter().take(SHOWN).collect();
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        shown.iter().map(|text| text.as_str()).collect::<String>()
    );
}
