//! Employers and the accounts they are known to pay from.

use super::super::bulk::{Binder, Bulk};
use super::super::letters::{EMPLOYER, employer};
use super::super::listed::{LIST, looked_up};
use super::super::remittance::take_terms;
use super::super::{Store, StoreError};
use super::{COMPARED_TOGETHER, Imported, row};
use crate::import::EmployerRow;
use crate::remittance::Employer;
use std::collections::{HashMap, HashSet};

impl Store {
    /// Takes in employers and the accounts they are known to pay from.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; nothing is then taken in.
    pub fn import_employers(&self, employers: &[EmployerRow]) -> Result<Imported, StoreError> {
        let bulk = Bulk::open(self)?;
        bulk.atomically(|connection| {
            let mut imported = Imported::default();
            for rows in employers.chunks(COMPARED_TOGETHER) {
                let some: Vec<&Employer> = rows.iter().map(|row| &row.employer).collect();
                let known = known_employers(&bulk, &some)?;
                let paid_from = known_payers(&bulk, &some)?;
                let mut written = Vec::new();
                let mut kept = Vec::with_capacity(rows.len());
                for employer in some {
                    let id = &employer.employer_id;
                    let bare = Employer { payer_accounts: Vec::new(), ..employer.clone() };
                    let pays_from =
                        |account: &String| paid_from.contains(&(id.clone(), account.clone()));
                    let same = known.get(id) == Some(&bare)
                        && employer.payer_accounts.iter().all(pays_from);
                    kept.push((known.contains_key(id), same));
                    if !same {
                        written.push(employer);
                    }
                }
                write_employers(&bulk, &written)?;
                let changed = take_terms(&bulk, rows)?;
                for ((is_known, same), changed) in kept.into_iter().zip(changed) {
                    imported.count(&row(is_known, !same || changed));
                }
            }
            imported.tell(connection, bulk.centre_id)?;
            Ok(imported)
        })
    }
}

/// Those of the employers that the store has, without the accounts they pay from.
fn known_employers(
    bulk: &Bulk,
    employers: &[&Employer],
) -> Result<HashMap<String, Employer>, StoreError> {
    let listed = looked_up(&bulk.connection, LIST, "employer", "e.employer_id = v.column1", "e");
    let sql = format!("select {EMPLOYER} from {listed}");
    let mut known = HashMap::new();
    let id = |row: &mut Binder<'_, '_>, employer: &&Employer| row.bind(&employer.employer_id);
    bulk.ask(&sql, 1, employers, id, |row| {
        let kept = employer(row)?;
        known.insert(kept.employer_id.clone(), kept);
        Ok(())
    })?;
    Ok(known)
}

/// The accounts that they are known to pay from, each behind its employer.
fn known_payers(
    bulk: &Bulk,
    employers: &[&Employer],
) -> Result<HashSet<(String, String)>, StoreError> {
    let key = "p.account_no = v.column1 and p.employer_id = v.column2";
    let listed = looked_up(&bulk.connection, LIST, "payer_account", key, "p");
    let sql = format!("select p.employer_id, p.account_no from {listed}");
    let mut known = HashSet::new();
    bulk.ask(&sql, 2, &payers(employers.iter().copied()), bind_payer, |row| {
        known.insert((row.get(0)?, row.get(1)?));
        Ok(())
    })?;
    Ok(known)
}

/// Every account that employers pay from, with its employer.
fn payers<'e>(employers: impl IntoIterator<Item = &'e Employer>) -> Vec<(&'e str, &'e str)> {
    let accounts = |employer: &'e Employer| {
        let id = employer.employer_id.as_str();
        employer.payer_accounts.iter().map(move |account| (account.as_str(), id))
    };
    employers.into_iter().flat_map(accounts).collect()
}

fn bind_payer(row: &mut Binder<'_, '_>, payer: &(&str, &str)) -> Result<(), StoreError> {
    row.bind(payer.0)?;
    row.bind(payer.1)
}

/// Writes employers and the accounts they pay from, over what is known of them.
fn write_employers(bulk: &Bulk, employers: &[&Employer]) -> Result<(), StoreError> {
    const WRITE: &str = "
        insert into employer
        select ?1, v.column1, v.column2, v.column3, v.column4, v.column5, v.column6
        from (values …) v where true
        on conflict (centre_id, employer_id) do update set
            name = excluded.name, uscc = excluded.uscc, email = excluded.email,
            contact = excluded.contact, mobile = excluded.mobile";
    const PAYER: &str = "
        insert into payer_account select ?1, v.column1, v.column2 from (values …) v where true
        on conflict (centre_id, account_no, employer_id) do nothing";
    bulk.change(WRITE, 6, employers, |row, employer| {
        row.bind(&employer.employer_id)?;
        row.bind(&employer.name)?;
        row.bind(&employer.uscc)?;
        row.bind(&employer.email)?;
        row.bind(&employer.contact)?;
        row.bind(&employer.mobile)
    })?;
    bulk.change(PAYER, 2, &payers(employers.iter().copied()), bind_payer)
}
