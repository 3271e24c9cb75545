//! Collection accounts: one with transactions cannot be removed.

use super::super::accounts::{CHANGE, bind};
use super::super::{RowChange, RowEffect};
use super::{Kept, Rests, Undoing};
use crate::remittance::CollectionAccount;
use crate::store::StoreError;
use crate::store::database::columns::columns;
use crate::store::database::sql::params;
use std::collections::BTreeMap;

/// The current account, and whether anything was delivered for it.
struct AccountNow {
    account: CollectionAccount,
    is_used: bool,
}

columns! { impl AccountNow {
    account as CollectionAccount,
    is_used = "case when exists (select 1 from bank_transaction t
                where t.centre_id = a.centre_id and t.account_id = a.account_id)
            or exists (select 1 from receipt r
                where r.centre_id = a.centre_id and r.account_id = a.account_id)
            or exists (select 1 from archived_account o
                where o.centre_id = a.centre_id and o.account_id = a.account_id)
            or exists (select 1 from statement s
                where s.centre_id = a.centre_id and s.account_id = a.account_id)
        then 1 else 0 end",
} }

impl Undoing<'_> {
    pub(super) fn accounts(
        &mut self,
        kept: &Kept,
        changes: &[RowChange],
    ) -> Result<(), StoreError> {
        let known = self.known_accounts()?;
        let mut gone = Vec::new();
        let mut restored = Vec::new();
        for change in changes {
            let Some(known) = known.get(&change.key) else {
                self.stands_in_the_way(change, Rests::Gone);
                continue;
            };
            if change.effect == RowEffect::Added {
                if known.is_used {
                    self.stands_in_the_way(change, Rests::Transactions);
                }
                gone.push(&change.key);
                continue;
            }
            let mut account = known.account.clone();
            for (field, is) in [
                ("bank", &mut account.bank),
                ("bank_name", &mut account.bank_name),
                ("account_name", &mut account.account_name),
            ] {
                if let Some(was) = change.of(field) {
                    self.unless_changed(change, was, Some(is));
                    *is = was.before.clone().unwrap_or_default();
                }
            }
            restored.push(account);
        }
        self.clear(kept)?;
        self.tx.change(CHANGE, &restored, bind)?;
        let sql = "delete from collection_account where centre_id = ?1
            and account_no in (select v.column1 from (values …) v)";
        self.tx.change(sql, &gone, |row, account_no| row.bind(*account_no))
    }

    fn known_accounts(&self) -> Result<BTreeMap<String, AccountNow>, StoreError> {
        let from = "from collection_account a where a.centre_id = ?1";
        let rows: Vec<AccountNow> =
            self.tx.connection.select_all(from, params![self.tx.centre_id])?;
        Ok(rows.into_iter().map(|one| (one.account.account_no.clone(), one)).collect())
    }
}
