//! `duizhang audit`: proves the books or names the gap.

use super::args::{AuditArgs, Global};
use super::centre::Centre;
use super::clock;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value, grouped};
use super::signing;
use crate::remittance::Total;
use crate::store::{AdvanceFigures, Audit, Continued, MoneyPlace, PlaceFigures};
use chrono::NaiveDate;

/// One kind of place where money is; the row of advance balances also has their totals.
struct Row {
    standing: PlaceFigures,
    advance: Option<AdvanceFigures>,
}

impl Row {
    fn figure(&self, figure: impl Fn(&AdvanceFigures) -> Total) -> Value<'_> {
        self.advance.as_ref().map_or(Value::Absent, |advance| Value::amount(figure(advance)))
    }
}

const COLUMNS: &[Column<Row>] = &[
    Column {
        key: "place",
        heading: "where it stands",
        value: |row| Value::text(row.standing.place.code()),
    },
    Column {
        key: "transactions",
        heading: "transactions",
        value: |row| Value::count(row.standing.transactions),
    },
    Column { key: "amount", heading: "yuan", value: |row| Value::amount(row.standing.amount) },
    Column {
        key: "outcome",
        heading: "outcome",
        value: |row| Value::text(row.standing.place.outcome().code()),
    },
    Column {
        key: "by_outcome",
        heading: "by outcome",
        value: |row| Value::amount(row.standing.by_outcome),
    },
    Column { key: "put_in", heading: "put in", value: |row| row.figure(|figures| figures.put_in) },
    Column {
        key: "corrected",
        heading: "corrected",
        value: |row| row.figure(|figures| figures.corrected),
    },
    Column { key: "used", heading: "used", value: |row| row.figure(|figures| figures.used) },
    Column { key: "left", heading: "left", value: |row| row.figure(|figures| figures.left) },
];

pub(super) fn run(global: &Global, args: &AuditArgs) -> Result<Done, Failure> {
    let head = args.head.as_deref().map(written_down).transpose()?;
    let centre = Centre::read(global)?;
    if args.digest {
        return digest_of(&centre, args.history);
    }
    if let Some(head) = head {
        return continues(global, &centre, &head, args);
    }
    centre.store.look_through()?;
    let audit = centre.store.audit()?;
    let rows = audit.places.iter().map(|standing| Row {
        standing: *standing,
        advance: Some(audit.advance).filter(|_| standing.place == MoneyPlace::Advance),
    });
    Printer::print(centre.settings.format, COLUMNS, rows)?;
    let held = centre.store.count_held_letters()?;
    if held > 0 {
        note!(
            global,
            "{held} letters to employers wait for a person: `duizhang alert hold` shows them"
        );
    }
    verdict(global, &audit)
}

/// Prints one row: equal digests mean equal books, equal history digests mean equal nights.
fn digest_of(centre: &Centre, history: bool) -> Result<Done, Failure> {
    struct Digest(String);
    const BOOKS: &[Column<Digest>] = &[Column {
        key: "digest",
        heading: "sha256 of the books",
        value: |row| Value::text(&row.0),
    }];
    const HISTORY: &[Column<Digest>] = &[Column {
        key: "digest",
        heading: "sha256 of the history",
        value: |row| Value::text(&row.0),
    }];
    let (columns, digest) = match history {
        false => (BOOKS, centre.store.digest()?),
        true => (HISTORY, centre.store.history_digest()?),
    };
    Printer::print(centre.settings.format, columns, [Digest(digest)])?;
    Ok(Done::Fully)
}

/// A trail head as somebody may have copied it.
fn written_down(head: &str) -> Result<String, Failure> {
    let plain: String = head.chars().filter(|one| !one.is_whitespace()).collect();
    if plain.len() == 64 && plain.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(plain.to_lowercase());
    }
    Err(Failure::Usage(format!("--head: expected 64 hexadecimal digits, found {head:?}")))
}

/// The entry with the recorded hash, and the current head of the trail.
struct Continuation {
    entry: i64,
    on: NaiveDate,
    event: String,
    entries: i64,
    head: String,
    signed: bool,
}

const CONTINUATION: &[Column<Continuation>] = &[
    Column { key: "entry", heading: "entry", value: |row| Value::Number(row.entry) },
    Column { key: "day", heading: "day", value: |row| Value::Day(row.on) },
    Column { key: "event", heading: "event", value: |row| Value::text(&row.event) },
    Column { key: "signed", heading: "signed", value: |row| Value::Truth(row.signed) },
    Column { key: "entries", heading: "entries today", value: |row| Value::Number(row.entries) },
    Column { key: "head", heading: "head today", value: |row| Value::text(&row.head) },
];

/// Proves that the trail continues a head and, if a signature is given, who signed it.
fn continues(
    global: &Global,
    centre: &Centre,
    head: &str,
    args: &AuditArgs,
) -> Result<Done, Failure> {
    let (link, chain) = match centre.store.continues(head)? {
        Continued::From { link, chain } => (link, chain),
        Continued::Unknown => {
            return Err(Failure::because(format!(
                "the audit trail does not continue {head}: none of its entries has this hash"
            )));
        }
        Continued::Broken(broken) => {
            return Err(Failure::because(format!("the audit trail is not whole: {broken}")));
        }
    };
    let signed = match (&args.signature, &args.public_key) {
        (Some(signature), Some(key)) => {
            let said = (link.sequence, link.hash.as_str());
            if !signing::is_signed(&centre.settings, said, signature, key)? {
                return Err(Failure::because("the signature is not that of this head and key"));
            }
            true
        }
        _ => false,
    };
    let (entry, on) = (link.sequence, clock::day(link.entry.at));
    note!(
        global,
        "the audit trail continues it: entry {entry} of {on}; {} entries today, head {}",
        chain.len(),
        chain.head()
    );
    let row = Continuation {
        entry,
        on,
        event: link.entry.event.to_string(),
        entries: chain.len(),
        head: chain.head().to_owned(),
        signed,
    };
    Printer::print(centre.settings.format, CONTINUATION, [row])?;
    Ok(Done::Fully)
}

fn verdict(global: &Global, audit: &Audit) -> Result<Done, Failure> {
    let received = grouped(audit.received);
    if let Some(trail) = audit.trail.as_ref().filter(|trail| !trail.is_empty()) {
        // A head recorded elsewhere later proves that nothing before it was changed.
        note!(global, "the audit trail is whole: {} entries, head {}", trail.len(), trail.head());
    }
    if audit.opening.count > 0 {
        let (count, amount) = (audit.opening.count, grouped(audit.opening.amount));
        note!(
            global,
            "opening balances stand apart: {amount} yuan of {count} accounts, as lists brought them"
        );
    }
    if audit.gaps.is_empty() {
        note!(
            global,
            "the books are whole: {received} yuan came in, every fen of it stands in one place"
        );
        return Ok(Done::Fully);
    }
    for gap in &audit.gaps {
        tell!("gap: {gap}");
    }
    Err(Failure::because(format!("{} gaps in the books of {received} yuan", audit.gaps.len())))
}
