//! The counterparties' bank branches: a few thousand branches share names of forty bytes.
//!
//! The reading thread numbers the branches it encounters ([`BranchNumbers`]) and sends each along once; the
//! writing thread maps the numbers to the store's keys ([`BranchKeys`]). So each of a million rows carries a
//! small number instead of two texts.

use crate::store::StoreError;
use crate::store::database::columns::insert_into;
use crate::store::database::sql::params;
use crate::store::database::tx::{Binder, Tx};
use std::collections::HashMap;

/// A branch, numbered by first appearance in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct BranchNumber(usize);

/// The 行号 and 开户行 of a branch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::store) struct Branch {
    bank_code: String,
    bank_name: String,
}

/// The branches a run has encountered so far, on the reading side.
#[derive(Debug, Default)]
pub struct BranchNumbers {
    known: HashMap<String, HashMap<String, BranchNumber>>,
    count: usize,
}

/// The store's keys of the branches, on the writing side.
#[derive(Debug, Default)]
pub(in crate::store) struct BranchKeys {
    met: Vec<(Branch, Option<i64>)>,
}

impl BranchNumbers {
    /// The number of a branch, and the branch itself at its first appearance. `None` if the feed names no bank.
    pub(in crate::store) fn number(
        &mut self,
        bank_code: &str,
        bank_name: &str,
    ) -> Option<(BranchNumber, Option<Branch>)> {
        if bank_code.is_empty() && bank_name.is_empty() {
            return None;
        }
        let known = self.known.get(bank_name).and_then(|codes| codes.get(bank_code));
        if let Some(number) = known {
            return Some((*number, None));
        }
        let number = BranchNumber(self.count);
        self.count += 1;
        self.known.entry(bank_name.to_owned()).or_default().insert(bank_code.to_owned(), number);
        let branch = Branch { bank_code: bank_code.to_owned(), bank_name: bank_name.to_owned() };
        Some((number, Some(branch)))
    }
}

impl BranchKeys {
    /// Adds branches from the reading side, in its order.
    pub(in crate::store) fn meet(&mut self, branches: &[Branch]) {
        self.met.extend(branches.iter().map(|branch| (branch.clone(), None)));
    }

    /// Finds the store's keys of these branches together; inserts missing ones.
    pub(in crate::store) fn find(
        &mut self,
        tx: &Tx,
        numbers: impl Iterator<Item = BranchNumber>,
    ) -> Result<(), StoreError> {
        let mut unknown: Vec<usize> = numbers.map(|number| number.0).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown.retain(|number| self.met.get(*number).is_none_or(|(_, key)| key.is_none()));
        let branches: Vec<&Branch> =
            unknown.iter().filter_map(|number| Some(&self.met.get(*number)?.0)).collect();
        let sql = "select b.bank_code, b.bank_name, b.branch_id from (values …) v
            cross join bank_branch b
            where b.centre_id = ?1 and b.bank_code = v.column1 and b.bank_name = v.column2";
        let names = |row: &mut Binder<'_, '_>, branch: &&Branch| {
            row.bind(&branch.bank_code)?;
            row.bind(&branch.bank_name)
        };
        let mut known: HashMap<Branch, i64> = HashMap::new();
        tx.ask(sql, &branches, names, |row| {
            let (bank_code, bank_name, key) = row.read()?;
            known.insert(Branch { bank_code, bank_name }, key);
            Ok(())
        })?;
        self.give(tx, &unknown, &known)
    }

    /// Takes known keys and makes the others.
    fn give(
        &mut self,
        tx: &Tx,
        numbers: &[usize],
        known: &HashMap<Branch, i64>,
    ) -> Result<(), StoreError> {
        let sql = "select count(*) from bank_branch where centre_id = ?1";
        let count: i64 = tx.connection.fetch_one(sql, params![tx.centre_id])?;
        let mut free = count + 1..;
        let mut fresh: Vec<(i64, Branch)> = Vec::new();
        for number in numbers {
            let (branch, key) = self.met.get_mut(*number).ok_or(StoreError::Writer)?;
            *key = known.get(branch).copied();
            if key.is_none() {
                *key = free.next();
                fresh.extend(key.map(|key| (key, branch.clone())));
            }
        }
        insert_into!(tx, "bank_branch", &fresh, |(key, branch)| {
            centre_id: tx.centre_id,
            branch_id: *key,
            bank_code: &branch.bank_code,
            bank_name: &branch.bank_name,
        })
    }

    /// The store's key of a known branch.
    pub(in crate::store) fn key(&self, number: BranchNumber) -> Result<i64, StoreError> {
        self.met.get(number.0).and_then(|(_, key)| *key).ok_or(StoreError::Writer)
    }

    /// The 行号 and 开户行 of a branch; empty if a row names none.
    pub(in crate::store) fn names(&self, number: Option<BranchNumber>) -> (&str, &str) {
        let found = number.and_then(|number| self.met.get(number.0));
        found.map(|(branch, _)| (&*branch.bank_code, &*branch.bank_name)).unwrap_or_default()
    }

    /// Forgets all keys: the file that made some of them was rolled back.
    pub(in crate::store) fn forget(&mut self) {
        for (_, key) in &mut self.met {
            *key = None;
        }
    }
}

/// Finds or inserts the store's key of a branch by its names.
pub(in crate::store) fn key_of(
    tx: &Tx,
    bank_code: &str,
    bank_name: &str,
) -> Result<i64, StoreError> {
    tx.connection
        .prepare_cached(
            "insert into bank_branch (centre_id, branch_id, bank_code, bank_name)
             select ?1, (select count(*) + 1 from bank_branch where centre_id = ?1), ?2, ?3
             where true on conflict (centre_id, bank_code, bank_name) do nothing",
        )?
        .execute(params![tx.centre_id, bank_code, bank_name])?;
    let sql = "select branch_id from bank_branch
        where centre_id = ?1 and bank_code = ?2 and bank_name = ?3";
    let key = params![tx.centre_id, bank_code, bank_name];
    tx.connection.fetch_one(sql, key)
}
