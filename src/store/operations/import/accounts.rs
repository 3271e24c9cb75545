//! The centre's collection accounts.

use super::{FieldChange, Importing, RowChange};
use crate::remittance::CollectionAccount;
use crate::store::StoreError;
use crate::store::database::columns::columns_of;
use crate::store::database::sql::params;
use crate::store::database::tx::Binder;
use std::collections::BTreeMap;

pub(super) const CHANGE: &str = "update collection_account
    set bank = v.column2, bank_name = v.column3, account_name = v.column4
    from (values …) v
    where collection_account.centre_id = ?1 and collection_account.account_no = v.column1";

impl Importing<'_> {
    /// A new account goes to the end of the centre's list.
    pub(super) fn accounts(&mut self, accounts: &[CollectionAccount]) -> Result<(), StoreError> {
        let (mut known, mut last) = self.known_accounts()?;
        let mut fresh: Vec<(i64, &CollectionAccount)> = Vec::new();
        let mut changed: Vec<&CollectionAccount> = Vec::new();
        for account in accounts {
            let key = &account.account_no;
            let Some(was) = known.remove(key) else {
                last += 1;
                fresh.push((last, account));
                let name = Some(account.account_name.clone());
                self.note(&RowChange { name, ..RowChange::added(key) })?;
                continue;
            };
            let fields = differences(&was, account);
            if fields.is_empty() {
                self.unchanged();
            } else {
                changed.push(account);
                self.note(&RowChange::known(key, fields, Vec::new()))?;
            }
        }
        let centre = self.tx.centre_id;
        let columns = format!("centre_id, account_id, {BOUND}");
        self.tx.insert("collection_account", &columns, &fresh, |row, (place, account)| {
            row.bind(centre)?;
            row.bind(*place)?;
            bind(row, account)
        })?;
        self.tx.change(CHANGE, &changed, |row, account| bind(row, account))?;
        if self.order.full {
            known.keys().try_for_each(|key| self.note(&RowChange::missing(key)))?;
        }
        Ok(())
    }

    /// The existing accounts, and the last position in the list.
    fn known_accounts(&self) -> Result<(BTreeMap<String, CollectionAccount>, i64), StoreError> {
        let columns = columns_of::<CollectionAccount>();
        let sql =
            format!("select {columns}, account_id from collection_account where centre_id = ?1");
        let rows: Vec<(CollectionAccount, i64)> =
            self.tx.connection.fetch_all(&sql, params![self.tx.centre_id])?;
        let last = rows.iter().map(|(_, place)| *place).max().unwrap_or_default();
        Ok((rows.into_iter().map(|(one, _)| (one.account_no.clone(), one)).collect(), last))
    }
}

/// The columns that [`bind`] binds.
const BOUND: &str = "account_no, bank, bank_name, account_name";

pub(super) fn bind(
    row: &mut Binder<'_, '_>,
    account: &CollectionAccount,
) -> Result<(), StoreError> {
    row.bind(&account.account_no)?;
    row.bind(&account.bank)?;
    row.bind(&account.bank_name)?;
    row.bind(&account.account_name)
}

fn differences(was: &CollectionAccount, is: &CollectionAccount) -> Vec<FieldChange> {
    let fields = [
        ("bank", &was.bank, &is.bank),
        ("bank_name", &was.bank_name, &is.bank_name),
        ("account_name", &was.account_name, &is.account_name),
    ];
    let change = |(field, was, is): (&'static str, &String, &String)| {
        FieldChange::between(field, Some(was), Some(is))
    };
    fields.into_iter().filter_map(change).collect()
}
