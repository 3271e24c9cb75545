//! The notices that a night's transactions name.
//!
//! Invariant: a night's cost depends on its transactions, not on the years of history. A few references are
//! looked up one by one; for very many, the notices above the low-water mark
//! (`store/operations/outstanding.rs`) are read in one scan, and older ones looked up.

use super::outstanding;
use crate::matching::NoticeFact;
use crate::matching::suggest::EmployerIndex;
use crate::remittance::{CollectionAccount, Money, PartsHere, PaymentReference, YearMonth};
use crate::store::database::columns::{columns, columns_of};
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::row::{reference, reference_number, status};
use crate::store::database::seal::check::RowCheck;
use crate::store::database::sql::{Connection, Read, Row, params};
use crate::store::database::tx::Tx;
use crate::store::operations::outstanding::AWAITING;
use crate::store::{Store, StoreError};
use std::collections::{BTreeSet, HashMap};

/// The number of references from which one scan of the notices is cheaper than look-ups (measured: a look-up is
/// about 2 µs, a scanned row 0.3 µs).
const PASS_FROM: usize = 100_000;

columns! {
    /// A notice, and whether it is settled.
    struct FactColumns<'r> of "n" {
        reference: PaymentReference,
        amount_fen: Money,
        status: i64 = "case when s.reference is not null then 2 else n.status end",
        employer_id: &'r str,
        payable: Money = "n.amount_fen - n.advance_fen",
    }
}

/// A notice's stage for lists (`row::stage_number`), for a notice `n` joined with its settlement `s` and
/// [`PARTS`].
pub(in crate::store) const STAGE: &str = "case when s.reference is not null then 2
    when n.status = 1 and h.reference is not null then 4 else n.status end";

/// The notices `h` with part of their money received: awaiting parts, and parts in suspense that name the
/// notice with certainty. They are collected first: they are few among all decisions, and adjacent in an index.
pub(in crate::store) const PARTS: &str = "left join (select d.reference from decision d
        where d.centre_id = ?1 and d.outcome in (2, 3) and d.reference is not null
            and (d.reason is null or d.reason <> 2) group by d.reference) h
    on h.reference = n.reference";

/// The advance-balance part of a notice `n`, joined with its settlement `s` and [`USED`]: the reserved amount
/// while it is open, the used amount once it is paid.
pub(in crate::store) const DEDUCTION: &str =
    "case when s.reference is not null then coalesce(u.fen, 0)
    when n.status = 1 then n.advance_fen else 0 end";

/// The amounts advance balances paid for notices `u`; few among all notices.
pub(in crate::store) const USED: &str =
    "left join (select a.reference, cast(-sum(a.amount_fen) as bigint) as fen
        from advance_entry a where a.centre_id = ?1 and a.reference is not null
        group by a.reference) u
    on u.reference = n.reference";

/// The same parts of one notice, counted and summed.
const PARTS_OF: &str = "select count(*), cast(coalesce(sum(t.amount_fen), 0) as text)
    from decision d join bank_transaction t using (centre_id, account_id, serial, booked_on)
    where d.centre_id = ?1 and d.reference = ?2 and d.outcome in (2, 3) and t.direction = 1
        and (d.reason is null or d.reason <> 2)";

/// The money received for a notice that does not settle it yet.
pub(in crate::store) fn parts_here(
    connection: &Connection,
    centre: i64,
    reference: PaymentReference,
) -> Result<PartsHere, StoreError> {
    let key = params![centre, reference_number(reference)];
    connection.prepare_cached(PARTS_OF)?.query_row(key, |row| {
        let (count, sum) = row.read()?;
        Ok(PartsHere { count, sum })
    })
}

/// A list of references, joined with the notices `n`.
pub(in crate::store) fn notices_listed(connection: &Connection) -> String {
    query_in(connection, LIST, "notice", "n.reference = v.column1", "n")
}

/// The notices from a reference on, in the order of references.
#[derive(Clone, Debug)]
pub struct RecentNotices {
    from: i64,
    read: NoticesRead,
}

/// Notices as read.
#[derive(Clone, Debug, Default)]
pub struct NoticesRead {
    pub facts: Vec<NoticeFact>,
    pub numbers: EmployerNumbers,
    /// Altered notices: nothing may settle them.
    pub altered: BTreeSet<PaymentReference>,
}

impl NoticesRead {
    /// Adds a row of [`FactColumns`] followed by the whole notice.
    fn take(&mut self, check: &mut RowCheck, row: &Row<'_>) -> Result<(), StoreError> {
        let mut at = row.reader();
        let columns: FactColumns<'_> = at.next()?;
        if !check.fits(&mut at)? {
            self.altered.insert(columns.reference);
        }
        self.facts.push(NoticeFact {
            reference: columns.reference,
            amount: columns.amount_fen,
            payable: columns.payable,
            status: status(columns.status)?,
            employer: self.numbers.number(columns.employer_id),
        });
        at.end()
    }
}

/// The employers of notices, numbered by first appearance.
#[derive(Clone, Debug, Default)]
pub struct EmployerNumbers {
    numbers: HashMap<Box<str>, EmployerIndex>,
}

impl EmployerNumbers {
    /// The number of an employer, assigned if it is new.
    pub fn number(&mut self, employer_id: &str) -> EmployerIndex {
        if let Some(number) = self.numbers.get(employer_id) {
            return *number;
        }
        let number = EmployerIndex(u32::try_from(self.numbers.len()).unwrap_or(u32::MAX));
        self.numbers.insert(employer_id.into(), number);
        number
    }
}

impl Store {
    /// The centre's collection accounts, in the order of its list.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn accounts(&self) -> Result<Vec<CollectionAccount>, StoreError> {
        let tx = self.reading()?;
        let from = "from collection_account where centre_id = ?1 order by account_id";
        tx.connection.select_all(from, params![tx.centre_id])
    }

    /// Every notice that a transaction names, and those in `read`; with their employers' numbers.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn notices_named<'r>(
        &self,
        named: impl Iterator<Item = &'r PaymentReference>,
        read: Option<RecentNotices>,
    ) -> Result<NoticesRead, StoreError> {
        let mut named: Vec<i64> = named.map(|reference| reference_number(*reference)).collect();
        named.sort_unstable();
        named.dedup();
        let recent = match read {
            Some(recent) => recent,
            None if named.len() >= PASS_FROM => self.recent_notices()?,
            None => RecentNotices { from: i64::MAX, read: NoticesRead::default() },
        };
        named.truncate(named.partition_point(|number| *number < recent.from));
        let RecentNotices { read: NoticesRead { facts, numbers, mut altered }, .. } = recent;
        let mut read = self.facts_of(&named, numbers)?;
        read.facts.extend(facts);
        read.altered.append(&mut altered);
        Ok(read)
    }

    /// These notices; missing ones are left out.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn notices_of(
        &self,
        references: &[PaymentReference],
        numbers: &mut EmployerNumbers,
    ) -> Result<Vec<NoticeFact>, StoreError> {
        let listed: Vec<i64> = references.iter().copied().map(reference_number).collect();
        let read = self.facts_of(&listed, std::mem::take(numbers))?;
        *numbers = read.numbers;
        Ok(read.facts)
    }

    fn facts_of(
        &self,
        listed: &[i64],
        numbers: EmployerNumbers,
    ) -> Result<NoticesRead, StoreError> {
        let tx = self.reading()?;
        let mut read = NoticesRead { numbers, ..NoticesRead::default() };
        let mut check = RowCheck::of(&tx.connection, "notice")?;
        let sql = format!(
            "select {}, {} from {}
             left join settlement s on s.centre_id = ?1 and s.reference = n.reference",
            columns_of::<FactColumns<'_>>(),
            check.columns("n"),
            notices_listed(&tx.connection)
        );
        tx.ask(&sql, listed, |row, number| row.bind(*number), |row| read.take(&mut check, row))?;
        Ok(read)
    }

    /// Every notice above the low-water mark, in one scan.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn recent_notices(&self) -> Result<RecentNotices, StoreError> {
        let tx = self.reading()?;
        let from = outstanding::mark(&tx.connection, tx.centre_id)?;
        let mut check = RowCheck::of(&tx.connection, "notice")?;
        let sql = format!(
            "select {}, {} from notice n
             left join settlement s on s.centre_id = n.centre_id and s.reference = n.reference
                and s.reference >= ?2
             where n.centre_id = ?1 and n.reference >= ?2
             order by n.centre_id, n.reference",
            columns_of::<FactColumns<'_>>(),
            check.columns("n")
        );
        let mut select = tx.connection.prepare_cached(&sql)?;
        let mut read = NoticesRead::default();
        select.each(params![tx.centre_id, from], |row| {
            read.take(&mut check, row)?;
            Ok(Read::On)
        })?;
        Ok(RecentNotices { from, read })
    }

    /// Every open notice, for suggestions.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn open_notices(
        &self,
        take: impl FnMut(PaymentReference, &str, Money, YearMonth),
    ) -> Result<(), StoreError> {
        each_open(&*self.reading()?, take)
    }
}

columns! {
    /// A notice for suggestions.
    struct OpenColumns<'r> of "n" {
        employer_id: &'r str,
        amount_fen: Money,
        month: YearMonth,
    }
}

/// Calls back for every open notice visible to the connection.
pub(in crate::store) fn each_open(
    tx: &Tx,
    mut take: impl FnMut(PaymentReference, &str, Money, YearMonth),
) -> Result<(), StoreError> {
    let (connection, centre) = (&tx.connection, tx.centre_id);
    let open = columns_of::<OpenColumns<'_>>();
    let sql = format!(
        "select n.reference, {open} from notice_outstanding o
        join notice n on n.centre_id = o.centre_id and n.reference = o.reference
        left join settlement s on s.centre_id = o.centre_id and s.reference = o.reference
        where o.centre_id = ?1 and n.status = ?2 and s.reference is null
        order by o.centre_id, o.reference"
    );
    connection.prepare_cached(&sql)?.each(params![centre, AWAITING], |row| {
        let (reference, open): (_, OpenColumns<'_>) = row.read()?;
        take(reference, open.employer_id, open.amount_fen, open.month);
        Ok(Read::On)
    })?;
    // A merge of both tables in the order of references takes a third of the time of a look-up per notice.
    let from = outstanding::mark(connection, centre)?;
    let sql = "select reference from settlement where centre_id = ?1 and reference >= ?2
        order by centre_id, reference";
    let settled: Vec<i64> = connection.fetch_all(sql, params![centre, from])?;
    let mut settled = settled.into_iter().peekable();
    let sql = format!(
        "select n.reference, n.status, {open} from notice n
        where n.centre_id = ?1 and n.reference >= ?2 order by n.centre_id, n.reference"
    );
    connection.prepare_cached(&sql)?.each(params![centre, from], |row| {
        let mut at = row.reader();
        let (number, status): (i64, i64) = at.next()?;
        while settled.next_if(|paid| *paid < number).is_some() {}
        if settled.peek() != Some(&number) && status == AWAITING {
            // Most are settled, and the rest of their columns is not read.
            let open: OpenColumns<'_> = at.next()?;
            at.end()?;
            take(reference(number)?, open.employer_id, open.amount_fen, open.month);
        }
        Ok(Read::On)
    })
}

columns! { impl CollectionAccount { account_no, bank, bank_name, account_name } }
