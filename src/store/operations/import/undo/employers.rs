//! Employers: one with notices, employees, operations or letters cannot be removed.

use super::super::change::BOOK;
use super::super::employers::{PAYER, PAYER_GONE, bind_payer, write_employers};
use super::super::{RowChange, RowEffect};
use super::{Kept, Rests, Undoing};
use crate::remittance::Employer;
use crate::store::StoreError;
use crate::store::database::columns::{columns, select};
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::sql::{Read, params};
use crate::store::database::tx::Binder;
use std::collections::{BTreeSet, HashMap};

/// Tables that name an employer, and what a row there means as an obstacle to deleting it.
const NAMED_IN: [(&str, Rests); 7] = [
    ("select distinct employer_id from notice where centre_id = ?1", Rests::Notices),
    ("select distinct employer_id from letter where centre_id = ?1", Rests::Letters),
    ("select distinct employer_id from letter_choice where centre_id = ?1", Rests::Letters),
    ("select distinct employer_id from arrears_told where centre_id = ?1", Rests::Letters),
    ("select distinct employer_id from advance_part where centre_id = ?1", Rests::Decisions),
    ("select distinct employer_id from payer_fact where centre_id = ?1", Rests::Decisions),
    (
        "select b.employer_id from employer_book b where b.centre_id = ?1
            and (exists (select 1 from employee e where e.centre_id = b.centre_id
                    and e.employer_no = b.employer_no)
                or exists (select 1 from employer_record r where r.centre_id = b.centre_id
                    and r.employer_no = b.employer_no)
                or exists (select 1 from advance_entry a where a.centre_id = b.centre_id
                    and a.employer_no = b.employer_no))",
        Rests::Accounts,
    ),
];

/// The current employer.
struct EmployerNow {
    employer: Employer,
    /// Its books: empty if it has a number but no books, `None` if it has neither.
    book: Option<String>,
}

columns! { impl EmployerNow {
    employer as Employer,
    book = "case when b.employer_no is null then null else coalesce(b.body, '') end",
} }

impl Undoing<'_> {
    pub(super) fn employers(
        &mut self,
        kept: &Kept,
        changes: &[RowChange],
    ) -> Result<(), StoreError> {
        let standing = self.employers_standing(changes)?;
        self.named_elsewhere(changes)?;
        let (mut gone, mut restored) = (Vec::new(), Vec::new());
        let (mut left, mut back) = (Vec::<(String, &str)>::new(), Vec::<(String, &str)>::new());
        let mut books = Vec::new();
        for change in changes {
            let Some(known) = standing.get(&change.key) else {
                self.stands_in_the_way(change, Rests::Gone);
                continue;
            };
            let payers = known.employer.payer_accounts.join(";");
            let mut was = known.employer.clone();
            for field in &change.changed {
                let before = field.before.clone();
                let (is, put): (Option<&str>, Option<&mut Option<String>>) = match &*field.field {
                    "name" => {
                        was.name = before.clone().unwrap_or_default();
                        (Some(&known.employer.name), None)
                    }
                    "uscc" => (known.employer.uscc.as_deref(), Some(&mut was.uscc)),
                    "email" => (known.employer.email.as_deref(), Some(&mut was.email)),
                    "contact" => (known.employer.contact.as_deref(), Some(&mut was.contact)),
                    "mobile" => (known.employer.mobile.as_deref(), Some(&mut was.mobile)),
                    "payer_accounts" => {
                        let had = split(field.after.as_deref());
                        left.extend(had.map(|account| (account, change.key.as_str())));
                        let has = split(before.as_deref());
                        back.extend(has.map(|account| (account, change.key.as_str())));
                        (Some(&*payers).filter(|text| !text.is_empty()), None)
                    }
                    BOOK => {
                        books.push((change.key.as_str(), before.clone()));
                        (known.book.as_deref(), None)
                    }
                    // Fields in the books are compared with the books.
                    _ => continue,
                };
                self.unless_changed(change, field, is);
                if let Some(put) = put {
                    *put = before;
                }
            }
            if change.effect == RowEffect::Added {
                gone.push(change.key.as_str());
            } else {
                restored.push(was);
            }
        }
        self.clear(kept)?;
        write_employers(self.tx, &restored.iter().collect::<Vec<_>>())?;
        self.tx.change(PAYER_GONE, &left, bind_payer)?;
        self.tx.change(PAYER, &back, bind_payer)?;
        self.restore_books(&books)?;
        self.remove_employers(&gone)
    }

    /// Restores employers' books; one without books before loses its number too.
    fn restore_books(&self, books: &[(&str, Option<String>)]) -> Result<(), StoreError> {
        let (none, some): (Vec<_>, Vec<_>) = books.iter().partition(|(_, book)| book.is_none());
        let none: Vec<&str> = none.into_iter().map(|(employer_id, _)| *employer_id).collect();
        let sql = "update employer_book set body = nullif(v.column2, '') from (values …) v
            where employer_book.centre_id = ?1 and employer_book.employer_id = v.column1";
        self.tx.change(sql, &some, |row, (employer_id, book)| {
            row.bind(*employer_id)?;
            row.bind(book)
        })?;
        let sql = "delete from employer_book where centre_id = ?1
            and employer_id in (select v.column1 from (values …) v)
            and not exists (select 1 from employee e where e.centre_id = employer_book.centre_id
                and e.employer_no = employer_book.employer_no)";
        self.tx.change(sql, &none, |row, employer_id| row.bind(*employer_id))
    }

    fn remove_employers(&self, gone: &[&str]) -> Result<(), StoreError> {
        for sql in [
            "delete from employer where centre_id = ?1
                and employer_id in (select v.column1 from (values …) v)",
            "delete from employer_book where centre_id = ?1
                and employer_id in (select v.column1 from (values …) v)",
        ] {
            self.tx.change(sql, gone, |row, employer_id| row.bind(*employer_id))?;
        }
        Ok(())
    }

    /// The rows that name an employer added by the import.
    fn named_elsewhere(&mut self, changes: &[RowChange]) -> Result<(), StoreError> {
        let added = changes.iter().filter(|change| change.effect == RowEffect::Added);
        let added: HashMap<&str, &RowChange> =
            added.map(|change| (change.key.as_str(), change)).collect();
        if added.is_empty() {
            return Ok(());
        }
        for (sql, rests) in NAMED_IN {
            let mut named = BTreeSet::new();
            self.tx.connection.prepare_cached(sql)?.each(params![self.tx.centre_id], |row| {
                let employer_id: &str = row.read()?;
                if added.contains_key(employer_id) {
                    named.insert(employer_id.to_owned());
                }
                Ok(Read::On)
            })?;
            for change in named.iter().filter_map(|name| added.get(name.as_str())) {
                self.stands_in_the_way(change, rests.clone());
            }
        }
        Ok(())
    }

    /// The current employers of an import.
    fn employers_standing(
        &self,
        changes: &[RowChange],
    ) -> Result<HashMap<String, EmployerNow>, StoreError> {
        let from =
            query_in(&self.tx.connection, LIST, "employer", "e.employer_id = v.column1", "e");
        let sql = select::<EmployerNow>(&format!(
            "from {from}
             left join employer_book b on b.centre_id = ?1 and b.employer_id = e.employer_id"
        ));
        let mut standing = HashMap::new();
        let key = |row: &mut Binder<'_, '_>, change: &RowChange| row.bind(&change.key);
        self.tx.ask(&sql, changes, key, |row| {
            let found: EmployerNow = row.read()?;
            standing.insert(found.employer.employer_id.clone(), found);
            Ok(())
        })?;
        let sql = "select employer_id, account_no from payer_account where centre_id = ?1
            order by employer_id, account_no";
        self.tx.connection.prepare_cached(sql)?.each(params![self.tx.centre_id], |row| {
            let (employer_id, account_no): (&str, &str) = row.read()?;
            if let Some(known) = standing.get_mut(employer_id) {
                known.employer.payer_accounts.push(account_no.to_owned());
            }
            Ok(Read::On)
        })?;
        Ok(standing)
    }
}

fn split(accounts: Option<&str>) -> impl Iterator<Item = String> {
    let accounts = accounts.unwrap_or_default().split(';').filter(|text| !text.is_empty());
    accounts.map(str::to_owned)
}
