//! The counterparties' banks: a name of forty bytes that a few thousand branches share.
//!
//! The reading thread numbers the branches it meets ([`BranchNumbers`]) and sends each along once;
//! the writing thread knows under which key each stands in the store ([`BranchKeys`]). So a row of a
//! million carries a small number instead of two texts.

use super::StoreError;
use super::bulk::Bulk;
use super::sql::params;
use std::collections::HashMap;

/// A branch by the order in which a run met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BranchNumber(usize);

/// 行号 and 开户行 of a branch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Branch {
    bank_code: String,
    bank_name: String,
}

/// The branches that a run has met so far, on the reading side.
#[derive(Debug, Default)]
pub struct BranchNumbers {
    known: HashMap<String, HashMap<String, BranchNumber>>,
    count: usize,
}

/// Under which keys the branches stand in the store, on the writing side.
#[derive(Debug, Default)]
pub(super) struct BranchKeys {
    met: Vec<(Branch, Option<i64>)>,
}

impl BranchNumbers {
    /// The number of a branch, and the branch itself where it is met for the first time. `None`
    /// where the feed names no bank.
    pub(super) fn number(
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
    /// Notes branches that the reading side met, in its order.
    pub(super) fn meet(&mut self, branches: &[Branch]) {
        self.met.extend(branches.iter().map(|branch| (branch.clone(), None)));
    }

    /// The store's key of a branch; it gets one where it has none.
    pub(super) fn key(&mut self, bulk: &Bulk, number: BranchNumber) -> Result<i64, StoreError> {
        let Some((branch, key)) = self.met.get_mut(number.0) else {
            return Err(StoreError::Writer);
        };
        if let Some(key) = *key {
            return Ok(key);
        }
        let found = key_of(bulk, &branch.bank_code, &branch.bank_name)?;
        *key = Some(found);
        Ok(found)
    }

    /// 行号 and 开户行 of a branch.
    pub(super) fn names(&self, number: BranchNumber) -> (&str, &str) {
        let found = self.met.get(number.0);
        found.map(|(branch, _)| (&*branch.bank_code, &*branch.bank_name)).unwrap_or_default()
    }

    /// Forgets all keys: the file that made some of them was undone.
    pub(super) fn forget(&mut self) {
        for (_, key) in &mut self.met {
            *key = None;
        }
    }
}

/// The store's key of a branch by its names; it gets one where it has none.
pub(super) fn key_of(bulk: &Bulk, bank_code: &str, bank_name: &str) -> Result<i64, StoreError> {
    bulk.connection
        .prepare_cached(
            "insert into bank_branch
             select ?1, (select count(*) + 1 from bank_branch where centre_id = ?1), ?2, ?3
             where true on conflict (centre_id, bank_code, bank_name) do nothing",
        )?
        .execute(params![bulk.centre_id, bank_code, bank_name])?;
    let sql = "select branch_id from bank_branch
        where centre_id = ?1 and bank_code = ?2 and bank_name = ?3";
    let key = params![bulk.centre_id, bank_code, bank_name];
    bulk.connection.prepare_cached(sql)?.query_row(key, |row| row.get(0))
}
