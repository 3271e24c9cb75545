//! The centre's collection accounts, by their short numbers.

use crate::store::StoreError;
use crate::store::database::columns::columns;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;

/// One of the centre's collection accounts, by its short number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAccount {
    pub account_id: i64,
    pub account_no: String,
    pub bank: String,
    pub bank_name: String,
}

columns! { impl OwnAccount { account_id, account_no, bank, bank_name } }

pub(super) fn own_accounts(tx: &Tx) -> Result<Vec<OwnAccount>, StoreError> {
    let from = "from collection_account where centre_id = ?1 order by account_id";
    tx.connection.select_all(from, params![tx.centre_id])
}
