//! The stored accounts that a list of employees concerns.
//!
//! Start at [`Known`]. For a long list the centre's accounts are scanned once; for a short one they are looked
//! up by employee number and identity number. An account equal to its row is not kept in memory.

use crate::remittance::Money;
use crate::store::StoreError;
use crate::store::database::columns::{columns, select};
use crate::store::database::listed::{LIST, query_in, rare};
use crate::store::database::sql::{Read, params};
use crate::store::database::tx::Tx;

/// A stored account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store::operations::import) struct Known {
    pub(in crate::store::operations::import) employer_no: i64,
    pub(in crate::store::operations::import) seat: i64,
    pub(in crate::store::operations::import) employer_id: String,
    pub(in crate::store::operations::import) employee_id: String,
    pub(in crate::store::operations::import) name: String,
    pub(in crate::store::operations::import) id_no: String,
    pub(in crate::store::operations::import) base: Money,
    pub(in crate::store::operations::import) standing: EmployeeState,
    pub(in crate::store::operations::import) by_operation: bool,
    /// Money was requested or posted.
    pub(in crate::store::operations::import) has_entries: bool,
    pub(in crate::store::operations::import) opening: Money,
}

/// The status of an account; a list cannot give the reason of a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store::operations::import) enum EmployeeState {
    Active,
    Sealed,
    Transferred { to: String },
    Merged { into: String },
}

impl EmployeeState {
    pub(in crate::store::operations::import) const fn code(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Sealed => "sealed",
            Self::Transferred { .. } => "transferred",
            Self::Merged { .. } => "merged",
        }
    }

    pub(in crate::store::operations::import) fn read(
        code: &str,
        detail: &str,
    ) -> Result<Self, StoreError> {
        match code {
            "active" => Ok(Self::Active),
            "sealed" => Ok(Self::Sealed),
            "transferred" => Ok(Self::Transferred { to: detail.to_owned() }),
            "merged" => Ok(Self::Merged { into: detail.to_owned() }),
            _ => Err(crate::store::database::row::unknown("employee", "status", code)),
        }
    }
}

impl Known {
    /// Whether only the counter may change it: an operation or money depends on it.
    pub(in crate::store::operations::import) const fn is_fixed(&self) -> bool {
        self.by_operation || self.has_entries
    }

    /// Whether it is only a placeholder that says where the account went.
    pub(in crate::store::operations::import) const fn is_sign(&self) -> bool {
        matches!(self.standing, EmployeeState::Transferred { .. } | EmployeeState::Merged { .. })
    }

    pub(in crate::store::operations::import) const fn place(&self) -> (i64, i64) {
        (self.employer_no, self.seat)
    }
}

/// An account has an employer; the left join keeps SQLite from starting with the employers.
const BESIDE: &str =
    "left join employer_book b on b.centre_id = ?1 and b.employer_no = e.employer_no
    left join opening_balance o on o.centre_id = ?1 and o.employer_no = e.employer_no
        and o.employee_no = e.employee_no";

columns! {
    /// The row of an account, borrowed.
    pub(in crate::store::operations::import) struct View<'r> of "e" {
        employer_no: i64,
        seat: i64 = "e.employee_no",
        pub(in crate::store::operations::import) employer_id: &'r str = "b.employer_id",
        pub(in crate::store::operations::import) employee_id: &'r str,
        pub(in crate::store::operations::import) name: &'r str,
        pub(in crate::store::operations::import) id_no: &'r str,
        pub(in crate::store::operations::import) base_fen: i64,
        pub(in crate::store::operations::import) status: &'r str,
        detail: &'r str,
        by_operation: bool = "case when e.opened_for is null then 0 else 1 end",
        has_entries: bool = "case when e.entries > 0 or e.balance_fen <> 0 or e.years <> '[]' then 1 else 0 end",
        pub(in crate::store::operations::import) opening: Money = "coalesce(o.amount_fen, 0)",
    }
}

impl View<'_> {
    /// The same with owned texts.
    pub(in crate::store::operations::import) fn keep(&self) -> Result<Known, StoreError> {
        Ok(Known {
            employer_no: self.employer_no,
            seat: self.seat,
            employer_id: self.employer_id.to_owned(),
            employee_id: self.employee_id.to_owned(),
            name: self.name.to_owned(),
            id_no: self.id_no.to_owned(),
            base: Money::from_fen(self.base_fen),
            standing: EmployeeState::read(self.status, self.detail)?,
            by_operation: self.by_operation,
            has_entries: self.has_entries,
            opening: self.opening,
        })
    }
}

/// How many accounts the centre has.
pub(in crate::store::operations::import) fn count(tx: &Tx) -> Result<usize, StoreError> {
    let sql = "select count(*) from employee where centre_id = ?1";
    let count: i64 = tx.connection.fetch_one(sql, params![tx.centre_id])?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Calls `show` for every account of the centre.
pub(in crate::store::operations::import) fn all(
    tx: &Tx,
    mut show: impl FnMut(&View<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = select::<View<'_>>(&format!("from employee e {BESIDE} where e.centre_id = ?1"));
    tx.connection.prepare_cached(&sql)?.each(params![tx.centre_id], |row| {
        show(&row.read()?)?;
        Ok(Read::On)
    })
}

/// Calls `show` for the accounts of a list of numbers, then those of a list of identity numbers.
pub(in crate::store::operations::import) fn some(
    tx: &Tx,
    numbers: &[&str],
    id_nos: &[&str],
    mut show: impl FnMut(&View<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for (key, wanted) in [("e.employee_id", numbers), ("e.id_no", id_nos)] {
        let key = rare(&tx.connection, &format!("{key} = v.column1"));
        let listed = query_in(&tx.connection, LIST, "employee", &key, "e");
        let sql = select::<View<'_>>(&format!("from {listed} {BESIDE}"));
        let bind =
            |row: &mut crate::store::database::tx::Binder<'_, '_>, text: &&str| row.bind(*text);
        tx.ask(&sql, wanted, bind, |row| show(&row.read()?))?;
    }
    Ok(())
}
