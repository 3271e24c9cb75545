//! Recipients of letters, and rows of the outbox.
//!
//! Invariant: a letter is in the outbox once; its id is derived from its content. `alert` decides which
//! employer a payment belongs to, and ensures that nobody is told of another's money.

use crate::alert::LetterKind;
use crate::matching::Item;
use crate::remittance::{BankTransaction, Employer, PaymentReference};
use crate::store::database::columns::{columns, columns_of, select};
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::row::{day_number, reference_number};
use crate::store::database::sql::{Connection, Read, params};
use crate::store::database::tx::{Binder, Tx};
use crate::store::operations::notices::notices_listed;
use crate::store::posting::Recording;
use crate::store::posting::working_set::{TransactionColumns, account_id, transactions_listed};
use crate::store::{Store, StoreError};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A letter in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterRow {
    pub letter_id: String,
    /// `digest` and `arrears` to an employer; `joint` to one address, for several employers; `summary` and
    /// `alarm` to staff; `confirm` to an address that must confirm it.
    pub kind: String,
    pub employer_id: String,
    pub written_on: NaiveDate,
    /// Empty for a letter on paper.
    pub recipient: String,
    pub subject: String,
    /// Eight digits for telephone enquiries; empty in letters to staff.
    pub number: String,
    /// The whole message, RFC 5322; on paper, the page to print.
    pub message: String,
}

impl LetterRow {
    /// Whether it is printed and posted, because its employer has no address.
    #[must_use]
    pub fn on_paper(&self) -> bool {
        self.recipient.is_empty()
    }
}

columns! { impl LetterRow of "l" {
    letter_id, employer_id, written_on, recipient, subject, message, kind, number = "coalesce(l.number, '')",
} }

columns! { impl Employer of "e" {
    employer_id, name, uscc, email, contact, mobile; payer_accounts: Vec::new(),
} }

impl Recording {
    /// The employers of notices, by their ids.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn employers_of(
        &self,
        references: &[PaymentReference],
    ) -> Result<BTreeMap<PaymentReference, String>, StoreError> {
        let listed = notices_listed(&self.tx.connection);
        let sql = format!("select n.reference, n.employer_id from {listed}");
        let number =
            |row: &mut Binder<'_, '_>, one: &PaymentReference| row.bind(reference_number(*one));
        let mut employers = BTreeMap::new();
        self.tx.ask(&sql, references, number, |row| {
            let (reference, employer_id) = row.read()?;
            employers.insert(reference, employer_id);
            Ok(())
        })?;
        Ok(employers)
    }

    /// Passes transactions with all their texts to `show`, each with its position among the items; unordered.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn transactions(
        &self,
        items: &[&Item<'_>],
        mut show: impl FnMut(usize, &BankTransaction<'_>),
    ) -> Result<(), StoreError> {
        let listed = transactions_listed(&self.tx.connection);
        let columns = columns_of::<TransactionColumns<'_>>();
        let sql = format!("select {columns}, v.column4 from {listed}");
        let placed: Vec<_> = items.iter().enumerate().collect();
        let key = |row: &mut Binder<'_, '_>, (place, item): &(usize, &&Item<'_>)| {
            row.bind(account_id(item.account))?;
            row.bind(item.serial)?;
            row.bind(day_number(item.booked_on))?;
            row.bind(i64::try_from(*place).unwrap_or(i64::MAX))
        };
        self.tx.ask(&sql, &placed, key, |row| {
            let (columns, place): (TransactionColumns<'_>, usize) = row.read()?;
            show(place, &columns.transaction()?);
            Ok(())
        })
    }

    /// Which of these numbers are taken, and by which letter.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn numbered(&self, numbers: &[String]) -> Result<BTreeMap<String, String>, StoreError> {
        let listed = query_in(&self.tx.connection, LIST, "letter", "l.number = v.column1", "l");
        let sql = format!("select l.number, l.letter_id from {listed}");
        let mut found = BTreeMap::new();
        self.tx.ask(
            &sql,
            numbers,
            |row, number| row.bind(number),
            |row| {
                let (number, letter_id) = row.read()?;
                found.insert(number, letter_id);
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// Each employer's last letter from the days before this night, or from it: its day, and whether it was
    /// about arrears.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn lately_written(
        &self,
        days: i64,
    ) -> Result<BTreeMap<String, (NaiveDate, bool)>, StoreError> {
        let sql = "select l.employer_id, l.written_on, l.kind from letter l
            join outbox o on o.centre_id = l.centre_id and o.letter_id = l.letter_id
            where l.centre_id = ?1 and l.written_on > ?2 and l.written_on <= ?3
                and l.kind in ('digest', 'arrears') and o.state <> 'dropped'
            order by l.written_on, l.letter_id";
        let (since, night) = (day_number(self.as_of) - days, day_number(self.as_of));
        let mut select = self.tx.connection.prepare_cached(sql)?;
        let mut lately = BTreeMap::new();
        select.each(params![self.tx.centre_id, since, night], |row| {
            let (employer_id, written_on, kind): (String, NaiveDate, &str) = row.read()?;
            lately.insert(employer_id, (written_on, kind == LetterKind::Arrears.code()));
            Ok(Read::On)
        })?;
        Ok(lately)
    }

    /// The postal addresses of employers that have one in the books.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn postal_addresses(
        &self,
        employers: &[&str],
    ) -> Result<BTreeMap<String, String>, StoreError> {
        postal_addresses(&self.tx, employers)
    }
}

/// The addresses employers gave on enrolment, or a later list.
pub(in crate::store) fn postal_addresses(
    tx: &Tx,
    employers: &[&str],
) -> Result<BTreeMap<String, String>, StoreError> {
    let on = "b.employer_id = v.column1 and b.body is not null";
    let listed = query_in(&tx.connection, LIST, "employer_book", on, "b");
    let sql = format!("select b.employer_id, b.body from {listed}");
    let mut addresses = BTreeMap::new();
    tx.ask(
        &sql,
        employers,
        |row, employer_id| row.bind(*employer_id),
        |row| {
            let (employer_id, body): (&str, &str) = row.read()?;
            let address = crate::store::operations::employer_of(body)?.address;
            if let Some(address) = address.filter(|address| !address.trim().is_empty()) {
                addresses.insert(employer_id.to_owned(), address);
            }
            Ok(())
        },
    )?;
    Ok(addresses)
}

/// A list of ids, joined with the letters `l`.
pub(in crate::store) fn letters_listed(connection: &Connection) -> String {
    query_in(connection, LIST, "letter", "l.letter_id = v.column1", "l")
}

/// The letters `l` of a night, `?2`. The keys alone are selected first, from a covering index
/// ([`crate::store::posting::working_set::open_transactions`] gives the reason).
pub(in crate::store) fn letters_of_night(connection: &Connection) -> String {
    let night = "(select letter_id from letter where centre_id = ?1 and written_on = ?2) w";
    query_in(connection, night, "letter", "l.letter_id = w.letter_id", "l")
}

impl Store {
    /// All letters that a night wrote, ordered by id; `show` says whether to go on.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn letters(
        &self,
        night: NaiveDate,
        mut show: impl FnMut(LetterRow) -> bool,
    ) -> Result<(), StoreError> {
        let tx = self.reading()?;
        let listed = letters_of_night(&tx.connection);
        let sql = select::<LetterRow>(&format!("from {listed} order by l.letter_id"));
        let mut select = tx.connection.prepare_cached(&sql)?;
        select.each(params![tx.centre_id, day_number(night)], |row| {
            Ok(if show(row.read()?) { Read::On } else { Read::Enough })
        })
    }

    /// The same without held and dropped ones.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn letters_to_file(
        &self,
        night: NaiveDate,
        mut show: impl FnMut(LetterRow) -> bool,
    ) -> Result<(), StoreError> {
        let tx = self.reading()?;
        let listed = letters_of_night(&tx.connection);
        let sql = select::<LetterRow>(&format!(
            "from {listed}
             left join outbox o on o.centre_id = l.centre_id and o.letter_id = l.letter_id
             where coalesce(o.state, '') not in ('held', 'dropped') order by l.letter_id"
        ));
        let mut select = tx.connection.prepare_cached(&sql)?;
        select.each(params![tx.centre_id, day_number(night)], |row| {
            Ok(if show(row.read()?) { Read::On } else { Read::Enough })
        })
    }

    /// Every employer with its payer accounts, for suggestions.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn employers(&self, mut take: impl FnMut(Employer)) -> Result<(), StoreError> {
        let tx = self.reading()?;
        let sql =
            select::<Employer>("from employer e where e.centre_id = ?1 order by e.employer_id");
        let mut select = tx.connection.prepare_cached(&sql)?;
        let accounts = "select employer_id, account_no from payer_account where centre_id = ?1
            order by employer_id, account_no";
        let known: Vec<(String, String)> =
            tx.connection.fetch_all(accounts, params![tx.centre_id])?;
        let mut known = known.into_iter().peekable();
        select.each(params![tx.centre_id], |row| {
            let mut employer: Employer = row.read()?;
            while known.next_if(|(id, _)| *id < employer.employer_id).is_some() {}
            while let Some((_, account)) = known.next_if(|(id, _)| *id == employer.employer_id) {
                employer.payer_accounts.push(account);
            }
            take(employer);
            Ok(Read::On)
        })
    }
}
