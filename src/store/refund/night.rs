//! The night's part of refunds: loading them, and recording the results.
//!
//! Start at [`Store::load_refunds`]. A night loads every unpaid refund: they are few. Of paid refunds it loads
//! only those that the night's movements name, or that a marked return may bring back. A movement that an
//! earlier night ignored, because the refund was not due then or had another account, re-enters the working set
//! if it names a refund.
//!
//! Invariant: [`Recording::refunds`] writes in the commit of the decisions it follows from.

use super::super::{Store, StoreError, WorkingSet, trail};
use super::{
    Movement, RefundFilter, RefundRow, bring_back, explain, number, pay, refund, refunds,
    remember_return,
};
use crate::matching::explanation::{RefundLink, RefundRole};
use crate::matching::{AccountIndex, Explanation, Item, Kind, PaidBy, Refund};
use crate::remark::{Claim, Reader, refund_named};
use crate::remittance::{Direction, Money, Outcome, RefundReference, RemarkField};
use crate::rulebook::matching::MatchingRules;
use crate::store::database::columns::columns_of;
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::row::account_index;
use crate::store::database::row::{day, day_number};
use crate::store::database::sql::params;
use crate::store::database::tx::{Binder, Tx};
use crate::store::posting::reversed::whole;
use crate::store::posting::working_set::{PreviousDecision, TransactionColumns, account_id};
use crate::store::posting::{Recording, RunDecisions};
use crate::suspense::trail::{NIGHT, TrailEntry, TrailEvent};
use crate::suspense::{ItemId, Moment, RefundState};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// A refund that a night may advance, with owned texts.
#[derive(Clone, Debug)]
pub struct EarlierRefund {
    reference: RefundReference,
    amount: Money,
    payee_account: String,
    serial: String,
    booked_on: NaiveDate,
    paid_by: Option<(AccountIndex, String, NaiveDate)>,
}

impl EarlierRefund {
    /// The refund, for matching.
    #[must_use]
    pub fn as_refund(&self) -> Refund<'_> {
        let paid_by = self.paid_by.as_ref();
        Refund {
            reference: self.reference,
            amount: self.amount,
            payee_account: &self.payee_account,
            serial: &self.serial,
            booked_on: self.booked_on,
            paid_by: paid_by.map(|(account, serial, on)| PaidBy::earlier(*account, serial, *on)),
        }
    }

    fn of(row: &RefundRow) -> Result<Self, StoreError> {
        let paid = |debit: &Movement| -> Result<_, StoreError> {
            Ok((account_index(debit.account_id)?, debit.serial.clone(), day(debit.booked_on)?))
        };
        Ok(Self {
            reference: row.reference,
            amount: row.amount,
            payee_account: row.payee_account.clone(),
            serial: row.item.serial.clone(),
            booked_on: row.booked_on,
            paid_by: row.debit.as_ref().map(paid).transpose()?,
        })
    }
}

impl Store {
    /// Loads the refunds that the working set's movements may pay or bring back. Movements ignored by earlier
    /// nights that name one of them re-enter the working set.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn load_refunds(
        &self,
        working_set: &mut WorkingSet,
        reader: &Reader,
        rules: &MatchingRules,
    ) -> Result<Vec<EarlierRefund>, StoreError> {
        let tx = self.reading()?;
        let open = refunds(&tx, &RefundFilter { open: true, ..RefundFilter::default() })?;
        let mut wanted: BTreeMap<RefundReference, EarlierRefund> = BTreeMap::new();
        for row in &open {
            wanted.insert(row.reference, EarlierRefund::of(row)?);
        }
        let named: BTreeSet<RefundReference> = working_set.refunds_named().collect();
        let gone = tx.archived_until()?;
        let left = named.into_iter().filter(|one| !wanted.contains_key(one));
        let mut left: Vec<RefundReference> = left.collect();
        left.extend(returned_perhaps(&tx, working_set)?);
        for reference in left {
            let Some(row) = refund(&tx, reference)? else { continue };
            // Archived movements stay unchanged.
            let within = |movement: &Movement| gone.is_none_or(|until| movement.booked_on >= until);
            let stays = within(&row.credit) && row.debit.as_ref().is_some_and(within);
            if row.state == RefundState::Refunded && stays {
                wanted.insert(reference, EarlierRefund::of(&row)?);
            }
        }
        passed_over(&tx, working_set, reader, rules, &open)?;
        Ok(wanted.into_values().collect())
    }
}

/// Paid refunds whose debit has the account and amount of a marked return in the working set.
fn returned_perhaps(tx: &Tx, working_set: &WorkingSet) -> Result<Vec<RefundReference>, StoreError> {
    let returns: BTreeSet<(AccountIndex, Money)> = working_set
        .movements()
        .filter(|(_, direction, kind, _)| {
            *direction == Direction::Credit && *kind == Kind::Reversal
        })
        .map(|(account, _, _, amount)| (account, amount))
        .collect();
    let returns: Vec<(AccountIndex, Money)> = returns.into_iter().collect();
    let key = "f.amount_fen = v.column2";
    let listed = query_in(&tx.connection, LIST, "refund", key, "f");
    let sql = format!(
        "select f.reference from {listed}
         where f.paid_account_id = v.column1 and f.state = 'refunded' order by f.reference"
    );
    let bind = |row: &mut Binder<'_, '_>, (account, amount): &(AccountIndex, Money)| {
        row.bind(account_id(*account))?;
        row.bind(amount.fen())
    };
    let mut found = Vec::new();
    tx.ask(&sql, &returns, bind, |row| {
        found.push(row.read()?);
        Ok(())
    })?;
    Ok(found)
}

/// Returns to the working set the movements that an earlier night ignored and that name an unpaid refund: of
/// the centre's accounts, by the refund's amount.
fn passed_over(
    tx: &Tx,
    working_set: &mut WorkingSet,
    reader: &Reader,
    rules: &MatchingRules,
    open: &[RefundRow],
) -> Result<(), StoreError> {
    let sql = "select account_id from collection_account where centre_id = ?1 order by account_id";
    let centre = params![tx.centre_id];
    let accounts: Vec<i64> = tx.connection.fetch_all(sql, centre)?;
    let amounts: BTreeSet<(i64, i64)> = open
        .iter()
        .flat_map(|refund| accounts.iter().map(|account| (*account, refund.amount.fen())))
        .collect();
    let amounts: Vec<(i64, i64)> = amounts.into_iter().collect();
    let names: BTreeSet<RefundReference> = open.iter().map(|refund| refund.reference).collect();
    let key = "k.account_id = v.column1 and k.amount_fen = v.column2";
    let keys = query_in(&tx.connection, LIST, "bank_transaction", key, "k");
    let listed = whole(&tx.connection, &keys);
    let sql = format!(
        "select {}, d.rule
         from {listed} where d.outcome = 5 and d.rule in ('debit', 'reversal-credit')",
        columns_of::<(TransactionColumns<'_>, PreviousDecision)>()
    );
    let bind = |row: &mut Binder<'_, '_>, (account, amount): &(i64, i64)| {
        row.bind(*account)?;
        row.bind(*amount)
    };
    tx.ask(&sql, &amounts, bind, |row| {
        let (columns, previous, rule): (TransactionColumns<'_>, _, &str) = row.read()?;
        let read = columns.transaction()?;
        let Some(rule) = rules.find(rule) else { return Ok(()) };
        if !refund_named(&read.remarks).is_some_and(|named| names.contains(&named)) {
            return Ok(());
        }
        let claim: Claim = reader.claim_fields(&read.remarks, &RemarkField::DEFAULT_ORDER).claim;
        let account = columns.account()?;
        working_set.push_previous(account, &read, claim, Kind::IgnoredBefore(rule), previous);
        Ok(())
    })
}

/// A night's results for one refund: its returns, in order, and the debit that finally paid it.
#[derive(Default)]
struct Found {
    /// The credit, and the debit that it returns.
    returns: Vec<(Movement, Movement)>,
    paid_by: Option<Movement>,
}

impl Recording {
    /// Advances refunds by the night's decisions, with their credits and the debits of earlier nights.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub(in crate::store) fn refunds(&self, verdict: &RunDecisions<'_>) -> Result<(), StoreError> {
        let mut found: BTreeMap<RefundReference, Found> = BTreeMap::new();
        for (place, item) in verdict.items.iter().enumerate() {
            let Some(decision) = verdict.decisions.get(place) else { continue };
            let Explanation::Refund(link) = &decision.explanation else { continue };
            // An unchanged decision is no news.
            let earlier = verdict.working_set.previous(place);
            if earlier.is_some_and(|previous| previous.outcome == decision.outcome.number()) {
                continue;
            }
            note(found.entry(link.reference).or_default(), item, link);
        }
        for (reference, mut found) in found {
            found.returns.sort_by(|(one, _), (other, _)| {
                (one.booked_on, &one.serial).cmp(&(other.booked_on, &other.serial))
            });
            let Some(row) = refund(&self.tx, reference)? else { continue };
            self.move_on(&row, &found)?;
        }
        Ok(())
    }

    fn move_on(&self, row: &RefundRow, found: &Found) -> Result<(), StoreError> {
        let (tx, on) = (&self.tx, day_number(self.as_of));
        for (credit, debit) in &found.returns {
            remember_return(tx, on, row.reference, (debit, credit), NIGHT)?;
            let link = (RefundRole::PaidAndReturned, row.reference, credit);
            explain(tx, on, debit, Outcome::Returned.number(), link)?;
            self.tell(TrailEvent::RefundReturned, row, debit, Some(credit))?;
        }
        if row.state == RefundState::Refunded && !found.returns.is_empty() {
            bring_back(tx, on, row, RefundState::Due)?;
        } else if !found.returns.is_empty() {
            // It was sent and returned in this night: the next export includes it again.
            let sql = "update refund set state = 'due' where centre_id = ?1 and reference = ?2";
            let key = params![tx.centre_id, number(row.reference)];
            tx.connection.prepare_cached(sql)?.execute(key)?;
        }
        if let Some(debit) = &found.paid_by {
            pay(tx, on, row, debit, NIGHT)?;
            self.tell(TrailEvent::RefundPaid, row, debit, None)?;
        }
        Ok(())
    }

    /// A trail entry, about the returned credit.
    fn tell(
        &self,
        event: TrailEvent,
        row: &RefundRow,
        debit: &Movement,
        credit: Option<&Movement>,
    ) -> Result<(), StoreError> {
        let (tx, at) = (&self.tx, Moment::midnight(self.as_of).at);
        let named = |movement: &Movement| -> Result<String, StoreError> {
            let sql = "select account_no from collection_account
                where centre_id = ?1 and account_id = ?2";
            let key = params![tx.centre_id, movement.account_id];
            let account_no = tx.connection.fetch_one(sql, key)?;
            Ok(ItemId { account_no, serial: movement.serial.clone() }.to_string())
        };
        let detail = serde_json::json!({
            "refund": row.reference.to_string(),
            "debit": named(debit)?,
            "credit": credit.map(named).transpose()?,
        });
        let entry = TrailEntry {
            at,
            actor: NIGHT.to_owned(),
            role: String::new(),
            event,
            subject: row.item.to_string(),
            detail: detail.to_string(),
        };
        trail::append(&tx.connection, tx.centre_id, &entry).map(|_| ())
    }
}

fn note(found: &mut Found, item: &Item<'_>, link: &RefundLink) {
    let own = Movement {
        account_id: account_id(item.account),
        serial: item.serial.to_owned(),
        booked_on: day_number(item.booked_on),
    };
    match link.role {
        RefundRole::Paid => found.paid_by = Some(own),
        RefundRole::Returned => {
            // The returning credit is on the account that had paid.
            let (account_id, serial) = (own.account_id, link.serial.to_string());
            let debit = Movement { account_id, serial, booked_on: day_number(link.on) };
            found.returns.push((own, debit));
        }
        RefundRole::PaidAndReturned | RefundRole::ReturnedPerhaps => {}
    }
}
