//! `duizhang audit`: proves the books, or names the gap.

use super::args::Global;
use super::centre::Centre;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value, grouped};
use crate::remittance::Money;
use crate::store::{AdvanceFigures, Audit, Place, Standing};

/// One place where money stands; the figures of advance balances stand beside their own place.
struct Row {
    standing: Standing,
    advance: Option<AdvanceFigures>,
}

impl Row {
    fn figure(&self, figure: impl Fn(&AdvanceFigures) -> Money) -> Value<'_> {
        self.advance.as_ref().map_or(Value::Absent, |advance| Value::Amount(figure(advance)))
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
    Column { key: "amount", heading: "yuan", value: |row| Value::Amount(row.standing.amount) },
    Column {
        key: "outcome",
        heading: "outcome",
        value: |row| Value::text(row.standing.place.outcome().code()),
    },
    Column {
        key: "by_outcome",
        heading: "by outcome",
        value: |row| Value::Amount(row.standing.by_outcome),
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

pub(super) fn run(global: &Global, digest: bool, history: bool) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    if digest {
        return digest_of(&centre, history);
    }
    centre.store.look_through()?;
    let audit = centre.store.audit()?;
    let rows = audit.places.iter().map(|standing| Row {
        standing: *standing,
        advance: Some(audit.advance).filter(|_| standing.place == Place::Advance),
    });
    Printer::print(centre.settings.format, COLUMNS, rows)?;
    verdict(global, &audit)
}

/// One line of data: stores with equal digests hold equal books, with equal ones of history had equal nights.
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

fn verdict(global: &Global, audit: &Audit) -> Result<Done, Failure> {
    let received = grouped(audit.received);
    if let Some(trail) = audit.trail.as_ref().filter(|trail| !trail.is_empty()) {
        // Written down elsewhere, the head proves later that nothing before it was changed.
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
