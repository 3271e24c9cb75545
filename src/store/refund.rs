//! Refunds: the work list, and the states of a refund.
//!
//! Start at [`Store::refunds`]. A refund is opened by the act that decided it (`desk/books.rs`), advanced by
//! the night that sees its debit ([`night`]), and changed by staff (`desk/refund.rs`); all of them end in
//! [`pay`] and [`bring_back`], so that row, decisions and postings always change together.
//!
//! Invariant: a credit is `refund-due` while its refund is due or exported, and `refunded` while its refund is,
//! with one debit of the same amount that is `refunded` too; [`proof`] counts violations.

mod movements;
pub(super) mod night;
pub(super) mod proof;

use super::{Store, StoreError};
use crate::matching::Explanation;
use crate::matching::explanation::{RefundLink, RefundRole};
use crate::remittance::{Money, RefundReference, Subject};
use crate::report::refund::RefundOrder;
use crate::store::database::columns::columns;
use crate::store::database::row::read_as;
use crate::store::database::row::{day, unknown};
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::posting::journal;
use crate::suspense::{ItemId, Person, RefundRequest, RefundState};
use chrono::NaiveDate;

pub use movements::RefundMovement;
pub use night::EarlierRefund;

/// Which refunds to list; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefundFilter {
    pub state: Option<RefundState>,
    /// Only those not yet paid.
    pub open: bool,
    pub reference: Option<RefundReference>,
    /// Those of this credit.
    pub item: Option<ItemId>,
}

/// A refund with its current state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRow {
    pub reference: RefundReference,
    /// The credit to be returned.
    pub item: ItemId,
    pub booked_on: NaiveDate,
    pub amount: Money,
    pub payee_name: String,
    /// The full account number; empty if unknown.
    pub payee_account: String,
    pub payee_bank: String,
    pub why: String,
    pub proposed_by: String,
    pub approved_by: String,
    pub decided_on: NaiveDate,
    pub state: RefundState,
    pub exported_on: Option<NaiveDate>,
    /// The debit that paid it, and its booking day.
    pub paid_by: Option<(ItemId, NaiveDate)>,
    pub tied_by: Option<String>,
    /// When it last came back, and how often.
    pub returned_on: Option<NaiveDate>,
    pub returns: u32,
    /// A change pending approval.
    pub request: Option<RefundRequest>,
    pub(super) credit: Movement,
    pub(super) debit: Option<Movement>,
}

/// The key of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Movement {
    pub(super) account_id: i64,
    pub(super) serial: String,
    pub(super) booked_on: i64,
}

columns! { impl Movement { account_id, serial, booked_on } }

columns! {
    /// The row of a refund `f`, with its request `q` and the account `p` of the debit that paid it.
    struct RefundColumns of "f" {
        reference: RefundReference,
        item: ItemId = "a.account_no, f.serial",
        booked_on: NaiveDate,
        amount_fen: Money,
        payee_name: String,
        payee_account: String,
        payee_bank: String,
        why: String,
        proposed_by: String,
        approved_by: String,
        decided_on: NaiveDate,
        state: RefundState,
        exported_on: Option<NaiveDate>,
        paid_account_no: Option<String> = "p.account_no",
        paid_account_id: Option<i64>,
        paid_serial: String = "coalesce(f.paid_serial, '')",
        paid_on: Option<i64>,
        tied_by: Option<String>,
        returned_on: Option<NaiveDate>,
        returns: u32,
        change: Option<String> = "q.change",
        note: String = "coalesce(q.note, '')",
        asked_by: Person = "coalesce(q.asked_by, '')",
        asked_at: i64 = "coalesce(q.asked_at, 0)",
        credit: Movement = "f.account_id, f.serial, f.booked_on",
    }
}

read_as! {
    RefundState: String => |code: String| Self::from_code(&code)
        .ok_or_else(|| unknown("refund", "state", &code));
}

const REFUNDS: &str = "from refund f
    join collection_account a on a.centre_id = f.centre_id and a.account_id = f.account_id
    left join collection_account p on p.centre_id = f.centre_id
        and p.account_id = f.paid_account_id
    left join refund_request q on q.centre_id = f.centre_id and q.reference = f.reference
    where f.centre_id = ?1
        and (cast(?2 as text) is null or f.state = ?2)
        and (?3 = 0 or f.state in ('due', 'exported'))
        and (cast(?4 as bigint) is null or f.reference = ?4)
        and (cast(?5 as text) is null or a.account_no = ?5)
        and (cast(?6 as text) is null or f.serial = ?6)
    order by f.decided_on, f.reference";

impl Store {
    /// The refunds that match the filter, in the order of their decisions.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn refunds(&self, filter: &RefundFilter) -> Result<Vec<RefundRow>, StoreError> {
        refunds(&*self.reading()?, filter)
    }

    /// One refund.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn refund(&self, reference: RefundReference) -> Result<Option<RefundRow>, StoreError> {
        refund(&*self.reading()?, reference)
    }
}

impl RefundRow {
    /// The payment order for the bank's file.
    #[must_use]
    pub fn order(&self) -> RefundOrder<'_> {
        RefundOrder {
            reference: self.reference,
            payee_name: &self.payee_name,
            payee_account: &self.payee_account,
            payee_bank: &self.payee_bank,
            amount: self.amount,
            why: &self.why,
            booked_on: self.booked_on,
            own_account: &self.item.account_no,
        }
    }
}

pub(super) fn refund(tx: &Tx, reference: RefundReference) -> Result<Option<RefundRow>, StoreError> {
    let filter = RefundFilter { reference: Some(reference), ..RefundFilter::default() };
    Ok(refunds(tx, &filter)?.into_iter().next())
}

pub(super) fn refunds(tx: &Tx, filter: &RefundFilter) -> Result<Vec<RefundRow>, StoreError> {
    let item = filter.item.as_ref();
    let values = params![
        tx.centre_id,
        filter.state.map(RefundState::code),
        i64::from(filter.open),
        filter.reference.map(number),
        item.map(|item| item.account_no.clone()),
        item.map(|item| item.serial.clone()),
    ];
    let found: Vec<RefundColumns> = tx.connection.select_all(REFUNDS, values)?;
    found.into_iter().map(RefundColumns::refund).collect()
}

impl RefundColumns {
    fn refund(self) -> Result<RefundRow, StoreError> {
        let request = self.request()?;
        let serial = self.paid_serial;
        let debit = self.paid_account_id.zip(self.paid_on).map(|(account_id, booked_on)| {
            Movement { account_id, serial: serial.clone(), booked_on }
        });
        let paid_by = self.paid_account_no.map(|account_no| ItemId { account_no, serial });
        Ok(RefundRow {
            reference: self.reference,
            item: self.item,
            booked_on: self.booked_on,
            amount: self.amount_fen,
            payee_name: self.payee_name,
            payee_account: self.payee_account,
            payee_bank: self.payee_bank,
            why: self.why,
            proposed_by: self.proposed_by,
            approved_by: self.approved_by,
            decided_on: self.decided_on,
            state: self.state,
            exported_on: self.exported_on,
            paid_by: paid_by.zip(self.paid_on.map(day).transpose()?),
            tied_by: self.tied_by,
            returned_on: self.returned_on,
            returns: self.returns,
            request,
            credit: self.credit,
            debit,
        })
    }

    fn request(&self) -> Result<Option<RefundRequest>, StoreError> {
        let Some(change) = &self.change else { return Ok(None) };
        let change = serde_json::from_str(change)
            .map_err(|error| unknown("refund_request", "change", error.to_string()))?;
        let (note, by) = (self.note.clone(), self.asked_by.clone());
        Ok(Some(RefundRequest { change, note, by, at: self.asked_at }))
    }
}

/// The reference's twelve digits, as stored.
pub(super) fn number(reference: RefundReference) -> i64 {
    reference.number().cast_signed()
}

/// Records that the debit paid the refund: in the row, the credit's decision, and the postings that clear 应退款项.
pub(super) fn pay(
    tx: &Tx,
    on: i64,
    refund: &RefundRow,
    debit: &Movement,
    by: &str,
) -> Result<(), StoreError> {
    let sql = "update refund set state = 'refunded', paid_account_id = ?3, paid_serial = ?4,
            paid_on = ?5, tied_on = ?6, tied_by = ?7
        where centre_id = ?1 and reference = ?2";
    let key = number(refund.reference);
    let Movement { account_id, serial, booked_on } = debit;
    let values = params![tx.centre_id, key, account_id, serial, booked_on, on, by];
    tx.connection.prepare_cached(sql)?.execute(values)?;
    stands(tx, on, &refund.credit, 8)?;
    post(tx, on, &refund.credit, (Subject::Refund, Subject::Other, refund.amount))?;
    tell_again(tx, &refund.credit)
}

/// Reopens the refund: the credit is to be returned again. `state` is its present state.
pub(super) fn bring_back(
    tx: &Tx,
    on: i64,
    refund: &RefundRow,
    state: RefundState,
) -> Result<(), StoreError> {
    let sql = "update refund set state = ?3, paid_account_id = null, paid_serial = null,
            paid_on = null, tied_on = null, tied_by = null
        where centre_id = ?1 and reference = ?2";
    let values = params![tx.centre_id, number(refund.reference), state.code()];
    tx.connection.prepare_cached(sql)?.execute(values)?;
    stands(tx, on, &refund.credit, 7)?;
    post(tx, on, &refund.credit, (Subject::Other, Subject::Refund, refund.amount))?;
    tell_again(tx, &refund.credit)
}

/// Records a return of the refund: the debit that had paid it, and the credit that brought the money back. The
/// next export includes it again.
pub(super) fn remember_return(
    tx: &Tx,
    on: i64,
    refund: RefundReference,
    (debit, credit): (&Movement, &Movement),
    by: &str,
) -> Result<(), StoreError> {
    let key = number(refund);
    let sql = "insert into refund_return (centre_id, reference, ordinal, debit_account_id,
            debit_serial, debit_on, credit_account_id, credit_serial, credit_on, tied_on, tied_by)
        select f.centre_id, f.reference, f.returns + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
        from refund f where f.centre_id = ?1 and f.reference = ?2";
    tx.connection.prepare_cached(sql)?.execute(params![
        tx.centre_id,
        key,
        debit.account_id,
        debit.serial,
        debit.booked_on,
        credit.account_id,
        credit.serial,
        credit.booked_on,
        on,
        by
    ])?;
    let sql = "update refund set returns = returns + 1, returned_on = ?3, exported_on = null
        where centre_id = ?1 and reference = ?2";
    let values = params![tx.centre_id, key, credit.booked_on];
    tx.connection.prepare_cached(sql)?.execute(values).map(|_| ())
}

/// Records the role of a debit or a returned credit in a refund.
pub(super) fn explain(
    tx: &Tx,
    on: i64,
    movement: &Movement,
    outcome: i64,
    (role, refund, other): (RefundRole, RefundReference, &Movement),
) -> Result<(), StoreError> {
    let explanation = Explanation::Refund(Box::new(RefundLink {
        role,
        reference: refund,
        serial: other.serial.as_str().into(),
        on: day(other.booked_on)?,
    }));
    let sql = "update decision set outcome = ?5, reason = null, rule = null, because = ?6,
            decided_on = ?7
        where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4";
    let Movement { account_id, serial, booked_on } = movement;
    let code = explanation.to_code();
    let values = params![tx.centre_id, account_id, serial, booked_on, outcome, code, on];
    tx.connection.prepare_cached(sql)?.execute(values).map(|_| ())
}

/// Gives a credit decided by staff another outcome; it stays a decision of staff.
fn stands(tx: &Tx, on: i64, credit: &Movement, outcome: i64) -> Result<(), StoreError> {
    let sql = "update decision set outcome = ?5, decided_on = ?6
        where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4";
    let Movement { account_id, serial, booked_on } = credit;
    let values = params![tx.centre_id, account_id, serial, booked_on, outcome, on];
    tx.connection.prepare_cached(sql)?.execute(values).map(|_| ())
}

/// Posts the next step of a movement in the general journal.
pub(super) fn post(
    tx: &Tx,
    on: i64,
    movement: &Movement,
    posting: (Subject, Subject, Money),
) -> Result<(), StoreError> {
    let Movement { account_id, serial, booked_on } = movement;
    journal::post_step(tx, on, (*account_id, serial, *booked_on), posting)
}

/// Notifies the employer again if it was told of the credit.
fn tell_again(tx: &Tx, credit: &Movement) -> Result<(), StoreError> {
    let Movement { account_id, serial, booked_on } = credit;
    let key = (*account_id, serial.as_str(), *booked_on);
    crate::store::letters::notification::look_again(&tx.connection, tx.centre_id, key)
}
