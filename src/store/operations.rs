//! Stores the remittance domain: loads what an operation concerns, and writes what it changed.
//!
//! Start at [`Store::apply_file`]. [`Books`] works inside one open transaction: it loads the part of the centre
//! that an operation needs ([`load`], [`needs`]), applies the operation in memory, and writes the changes
//! ([`write`]) before the next operation. So memory always equals the transaction, and the database does the
//! rollback.
//!
//! A settlement works the same way ([`allocate`]): settling a notice with lines posts each line to its employee
//! in the same commit.

mod advance;
mod corrections;
mod history;
pub(super) mod import;
mod load;
mod needs;
pub(super) mod notices;
pub(super) mod outstanding;
mod people;
pub(super) mod proof;
mod read;
mod terms;
mod write;

use super::{Store, StoreError};
use crate::remittance::file::{FileApplied, OnRefusal};
use crate::remittance::operation::Output;
use crate::remittance::payment::{IssuedNotice, NoticeState};
use crate::remittance::{Answer, Centre, Id, Money, Operation, Payment, PaymentReference, Policy};
use crate::remittance::{Applied, Author, Refusal};
use crate::rulebook::policy;
use crate::store::database::row::{day_number, reference_number};
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) use advance::advance_of;
pub use history::SettledWhole;
pub use read::NoticeSheet;
pub(super) use read::logs;
pub(super) use terms::{LaterOperations, TermsTaken, later_operations, rates_said};
pub(super) use write::{OPENING, OPENING_GONE};

/// The loaded part of a centre, and its connection.
#[derive(Debug)]
pub struct Books<'b> {
    tx: &'b Tx,
    centre: Centre,
    /// The employers' numbers in the database.
    numbers: BTreeMap<Id, i64>,
    /// The accounts' numbers at their employers, and the next free one.
    seats: BTreeMap<(Id, Id), i64>,
    next_seats: BTreeMap<Id, i64>,
    /// What was loaded completely.
    whole: BTreeSet<(Id, Scope)>,
    /// The registers filed by lines of the present file.
    filed: BTreeMap<(Id, u64), String>,
}

/// What can be loaded completely of an employer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    Accounts,
    Rosters,
    OpenRegisters,
    Corrections,
    /// Notices with a reservation on the advance balance.
    Reservations,
}

impl Store {
    /// Applies the lines of one file in one transaction; `answered` receives the answer to each.
    ///
    /// `author` is the person who applies it; the log records them where a line names nobody. By default the
    /// first refusal rolls back the file; the result then gives the line.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; nothing is then changed.
    pub fn apply_file(
        &self,
        policy: Arc<Policy>,
        author: Author,
        lines: impl IntoIterator<Item = (u64, Result<Operation, Refusal>)>,
        on_refusal: OnRefusal,
        mut answered: impl FnMut(&Answer),
    ) -> Result<FileApplied, StoreError> {
        let tx = self.writing_for(author)?;
        tx.atomically_or_not(|connection| {
            let mut books = Books::new(&tx, policy);
            let mut file = FileApplied::default();
            for (line, operation) in lines {
                let result = match operation {
                    Ok(operation) => books.apply(&operation, line)?,
                    Err(refusal) => Err(refusal),
                };
                let refused = result.is_err();
                answered(&Answer::new(line, result));
                match (refused, on_refusal) {
                    (false, _) => file.done += 1,
                    (true, OnRefusal::KeepGoing) => file.refused += 1,
                    (true, OnRefusal::UndoAll) => {
                        let undone_at = Some(line);
                        let undone = FileApplied { refused: 1, undone_at, ..Default::default() };
                        return Ok((undone, false));
                    }
                }
            }
            if file.done > 0 {
                super::trail::rebuild_epoch(connection, tx.centre_id)?;
                // A concurrent run must read again: notices and reservations have changed.
                super::trail::next_turn(connection, tx.centre_id)?;
            }
            Ok((file, true))
        })
    }

    /// Reads the books; what `look` loads is discarded afterwards.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn look<T>(
        &self,
        policy: Arc<Policy>,
        look: impl FnOnce(&mut Books<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let tx = self.reading()?;
        look(&mut Books::new(&tx, policy))
    }
}

impl<'b> Books<'b> {
    pub(super) fn new(tx: &'b Tx, policy: Arc<Policy>) -> Self {
        let mut centre = Centre::new(policy);
        centre.set_author(tx.author());
        Self {
            tx,
            centre,
            numbers: BTreeMap::new(),
            seats: BTreeMap::new(),
            next_seats: BTreeMap::new(),
            whole: BTreeSet::new(),
            filed: BTreeMap::new(),
        }
    }

    #[must_use]
    pub const fn centre(&self) -> &Centre {
        &self.centre
    }

    /// Applies one operation and writes its changes; a refusal changes nothing.
    pub(super) fn apply(
        &mut self,
        operation: &Operation,
        line: u64,
    ) -> Result<Result<Output, Refusal>, StoreError> {
        self.need(operation)?;
        let applied = match self.centre.apply(operation, line) {
            Ok(applied) => applied,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(register_id) = &applied.output.register_id {
            for employer_id in operation.employers() {
                self.filed.insert((employer_id.clone(), line), register_id.clone());
            }
        }
        self.write(applied.changes)?;
        Ok(Ok(applied.output))
    }

    /// Applies an operation in memory only; nothing is written.
    pub(super) fn rehearse(
        mut self,
        operation: &Operation,
    ) -> Result<Result<Applied, Refusal>, StoreError> {
        self.need(operation)?;
        Ok(self.centre.apply(operation, 1))
    }

    /// Posts a settled notice to its employees, with its part from the advance balance.
    fn settle(
        &mut self,
        Settled { reference, from_advance, .. }: Settled,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        self.need_lines(reference, on)?;
        let Some(notice) = self.centre.notice(reference).cloned() else { return Ok(()) };
        let amount = notice.amount;
        // Its settlement is already in this commit; the employees' postings are still to come.
        self.centre.load(IssuedNotice {
            status: NoticeState::Awaiting,
            paid_on: None,
            advance_used: Money::ZERO,
            ..notice
        });
        let missing = amount.checked_sub(from_advance).unwrap_or_default();
        let payment = Payment { bank_parts: vec![missing], from_advance };
        let applied = self.centre.settle(reference, on, &payment).map_err(StoreError::Domain)?;
        self.write(applied.changes)
    }
}

/// A notice that was just settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Settled {
    pub(super) reference: PaymentReference,
    pub(super) amount: Money,
    /// The part paid from the employer's advance balance.
    pub(super) from_advance: Money,
}

/// Posts each line of newly settled notices to its employee. Notices without lines are left alone, unless an
/// advance balance pays a part. `settled` is in the order of references, so that the same night writes the same
/// books.
pub(super) fn allocate(tx: &Tx, settled: &[Settled], on: NaiveDate) -> Result<(), StoreError> {
    let centre = tx.centre_id;
    // A centre that only imports notices has no lines at all: checked once, not a million times.
    let any = "select 1 from notice_part where centre_id = ?1 limit 1";
    let with_advance = settled.iter().any(|one| !one.from_advance.is_zero());
    if !with_advance && !tx.connection.prepare_cached(any)?.exists(params![centre])? {
        return Ok(());
    }
    let mut has_lines = tx
        .connection
        .prepare_cached("select 1 from notice_part where centre_id = ?1 and reference = ?2")?;
    let mut policy = None;
    for one in settled {
        let number = reference_number(one.reference);
        if one.from_advance.is_zero() && !has_lines.exists(params![centre, number])? {
            continue;
        }
        let policy = match &policy {
            Some(known) => Arc::clone(known),
            None => Arc::clone(policy.insert(shipped_policy()?)),
        };
        // Separate books: one notice at a time in memory.
        Books::new(tx, policy).settle(*one, on)?;
    }
    Ok(())
}

/// Credits the employer's advance balance with the amount staff decided for an item.
pub(super) fn credit_advance(
    tx: &Tx,
    employer_id: &str,
    on: NaiveDate,
    fen: i64,
) -> Result<(), StoreError> {
    let mut books = Books::new(tx, shipped_policy()?);
    let employer_id = Id::from(employer_id);
    books.employer(&employer_id, on)?;
    let applied = books.centre.credit_advance(&employer_id, on, Money::from_fen(fen));
    books.write(applied.map_err(StoreError::Domain)?.changes)
}

/// Reverses a credit to an employer's advance balance.
pub(super) fn reverse_advance(
    tx: &Tx,
    employer_id: &str,
    on: NaiveDate,
    amount: Money,
) -> Result<(), StoreError> {
    let mut books = Books::new(tx, shipped_policy()?);
    let employer_id = Id::from(employer_id);
    books.employer(&employer_id, on)?;
    books.reservations(&employer_id)?;
    let applied = books.centre.reverse_advance(&employer_id, on, amount);
    books.write(applied.map_err(StoreError::Domain)?.changes)
}

/// Reverses a settlement in the employees' books, if the notice has lines or the advance balance paid a part;
/// its settlement must still exist. Gives the amount returned to the advance balance.
pub(super) fn reverse(
    tx: &Tx,
    reference: PaymentReference,
    on: NaiveDate,
) -> Result<Money, StoreError> {
    let posted = "select 1 from notice_part where centre_id = ?1 and reference = ?2
        union all select 1 from advance_entry where centre_id = ?1 and reference = ?2";
    let key = params![tx.centre_id, reference_number(reference)];
    if !tx.connection.prepare_cached(posted)?.exists(key)? {
        return Ok(Money::ZERO);
    }
    let mut books = Books::new(tx, shipped_policy()?);
    books.need_completed(reference, on)?;
    let used = books.centre.notice(reference).map(|notice| notice.advance_used);
    let applied = books.centre.reverse_settlement(reference, on).map_err(StoreError::Domain)?;
    books.write(applied.changes)?;
    Ok(used.unwrap_or_default())
}

/// A settlement needs some policy, no matter which.
pub(super) fn shipped_policy() -> Result<Arc<Policy>, StoreError> {
    policy::shipped().map(Arc::new).map_err(|_| StoreError::Policy)
}

/// An employer's books as stored.
pub(super) fn employer_of(body: &str) -> Result<crate::remittance::EmployerAccount, StoreError> {
    thing("employer_book", "body", body)
}

/// A domain value from its stored JSON.
fn thing<T: serde::de::DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Unknown {
        table,
        column,
        found: error.to_string(),
    })
}

/// A domain value as JSON.
fn text_of(thing: &impl serde::Serialize) -> Result<String, StoreError> {
    // Map keys are texts, so serializing cannot fail.
    serde_json::to_string(thing).map_err(|_| StoreError::Writer)
}

fn day_or_none(day: Option<NaiveDate>) -> Option<i64> {
    day.map(day_number)
}
