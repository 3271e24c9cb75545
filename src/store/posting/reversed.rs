//! Loads what earlier nights contribute to tonight's reversals and probable readings: credits of any age, and
//! readings.
//!
//! Start at [`Store::load_reversed`]. Credits are looked up, by own account and amount, only if a night has a
//! reversing debit; decisions are looked up, by the reference read, only if it has a probable reading. Both use
//! an index, so that the cost depends on the night alone.
//!
//! Invariant: a credit that is an open item of the working set is not loaded a second time.

use super::working_set::{PreviousDecision, TransactionColumns, account_id};
use crate::matching::{AccountIndex, Credit, CreditState, Item, Kind};
use crate::remark::{Claim, Reader};
use crate::remittance::{Direction, Money, Outcome, PaymentReference, RemarkField, Remarks};
use crate::rulebook::matching::{MatchingRules, RuleIndex};
use crate::store::database::columns::{columns, columns_of};
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::row::{day_number, reference, reference_number};
use crate::store::database::sql::Connection;
use crate::store::database::tx::{Binder, Tx};
use crate::store::{Store, StoreError, WorkingSet};
use chrono::{NaiveDate, NaiveTime};
use std::collections::{BTreeMap, BTreeSet};

/// A credit of an earlier night that a reversal may take back, with owned texts.
#[derive(Clone, Debug)]
pub struct EarlierCredit {
    account: AccountIndex,
    serial: String,
    booked_on: NaiveDate,
    booked_time: Option<NaiveTime>,
    amount: Money,
    counterparty_account: String,
    counterparty_name: String,
    claim: Claim,
    notices: Vec<PaymentReference>,
    state: CreditState,
}

impl EarlierCredit {
    /// The credit, for matching.
    #[must_use]
    pub fn as_credit(&self) -> Credit<'_> {
        Credit {
            account: self.account,
            serial: &self.serial,
            booked_on: self.booked_on,
            booked_time: self.booked_time,
            amount: self.amount,
            counterparty_account: &self.counterparty_account,
            counterparty_name: &self.counterparty_name,
            claim: &self.claim,
            notices: &self.notices,
            state: self.state,
        }
    }
}

/// Own account and amount of a reversal.
type Reversal = (AccountIndex, Money);

/// Whether an item `i` of a decision `d` is closed to the night: staff decided it, or a proposal is pending.
const CLOSED: &str = "case when d.outcome in (2, 3) and i.resolution is null
        and (i.state is null or i.state not in ('proposed', 'approved')) and i.pending is null
    then 0 else 1 end";

columns! {
    /// Who handles a decided transaction, from its decision `d` and its item `i`.
    struct Handling<'r> {
        rule: &'r str = "d.rule",
        read_as: Option<PaymentReference> = "i.read_as",
        is_closed: bool = CLOSED,
        by_staff: bool = "case when d.rule = 'staff' or i.decided is not null
            or i.pending is not null then 1 else 0 end",
    }
}

/// Transactions `t` with their decisions `d` and, if any, their items `i`.
fn with_items(transactions_and_decisions: &str) -> String {
    format!(
        "{transactions_and_decisions}
         left join suspense_item i on i.centre_id = ?1 and i.account_id = d.account_id
            and i.serial = d.serial"
    )
}

/// The transactions of an account and amount, with their decisions.
fn of_amount(connection: &Connection) -> String {
    let amount = "k.account_id = v.column1 and k.amount_fen = v.column2";
    let keys = query_in(connection, LIST, "bank_transaction", amount, "k");
    with_items(&whole(connection, &keys))
}

/// The decisions whose remark was read as a reference, with their transactions.
fn read_as(connection: &Connection) -> String {
    let read = "k.reference = v.column1 and k.reference is not null";
    let keys = query_in(connection, LIST, "decision", read, "k");
    with_items(&whole(connection, &keys))
}

/// Full transactions `t` and decisions `d` for keys `k` from an index-only query
/// ([`super::working_set::open_transactions`] gives the reason).
pub(in crate::store) fn whole(connection: &Connection, keys: &str) -> String {
    let key = |alias: &str| {
        format!(
            "{alias}.booked_on = k.booked_on and {alias}.account_id = k.account_id
                and {alias}.serial = k.serial"
        )
    };
    let transactions = query_in(connection, keys, "bank_transaction", &key("t"), "t");
    query_in(connection, &transactions, "decision", &key("d"), "d")
}

/// The reference read from a remark, or the one staff assigned.
fn claim_of(read_as: Option<PaymentReference>, remarks: &Remarks<'_>, reader: &Reader) -> Claim {
    match read_as {
        Some(reference) => Claim::Certain(reference),
        None => reader.claim_fields(remarks, &RemarkField::DEFAULT_ORDER).claim,
    }
}

impl Store {
    /// Loads the credits, of any age, that the working set's reversals could take back and that it does not
    /// hold. Credits that a rule ignored on an earlier night re-enter the working set, since the bank may take
    /// them back too.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn load_reversed(
        &self,
        working_set: &mut WorkingSet,
        reader: &Reader,
        rules: &MatchingRules,
    ) -> Result<Vec<EarlierCredit>, StoreError> {
        let reversals = working_set.reversals();
        if reversals.is_empty() {
            return Ok(Vec::new());
        }
        let tx = self.reading()?;
        let listed = of_amount(&tx.connection);
        let sql = format!(
            "select {} from {listed} where d.outcome <> 4 and t.direction = 1
             order by t.account_id, t.booked_on, t.serial",
            columns_of::<(TransactionColumns<'_>, PreviousDecision, Handling<'_>)>()
        );
        let bind = |row: &mut Binder<'_, '_>, (account, amount): &Reversal| {
            row.bind(account_id(*account))?;
            row.bind(amount.fen())
        };
        let mut credits = Vec::new();
        tx.ask(&sql, &reversals, bind, |row| {
            let (columns, previous, handling): (
                TransactionColumns<'_>,
                PreviousDecision,
                Handling<'_>,
            ) = row.read()?;
            // A non-payment decided by staff stays decided, like all their decisions.
            if previous.outcome == Outcome::Ignored.number() && !handling.by_staff {
                if let Some(rule) = ignored_by(handling.rule, rules) {
                    let (account, read) = (columns.account()?, columns.transaction()?);
                    let claim = claim_of(handling.read_as, &read.remarks, reader);
                    let kind = Kind::IgnoredBefore(rule);
                    working_set.push_previous(account, &read, claim, kind, previous);
                }
            } else if handling.is_closed {
                credits.push(earlier_credit(&columns, &previous, &handling, reader)?);
            }
            Ok(())
        })?;
        allocated(&tx, &mut credits)?;
        Ok(credits)
    }

    /// Of the notices named by a probable reading, those that a payment of an earlier night named with
    /// certainty. Such a payment is no longer an open item; reversed payments and non-payments do not count.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn named_before(
        &self,
        items: &[Item<'_>],
        reader: &Reader,
    ) -> Result<BTreeSet<PaymentReference>, StoreError> {
        let probable = |item: &Item<'_>| match item.claim {
            Claim::Probable(reference) => Some(reference_number(reference)),
            Claim::None
            | Claim::Truncated
            | Claim::Certain(_)
            | Claim::Several(_)
            | Claim::SeveralDoubtful(_) => None,
        };
        let mut wanted: Vec<i64> = items.iter().filter_map(probable).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut named = BTreeSet::new();
        if wanted.is_empty() {
            return Ok(named);
        }
        let tx = self.reading()?;
        let listed = read_as(&tx.connection);
        let sql = format!(
            "select {}, v.column1, i.read_as
             from {listed} where t.direction = 1 and d.outcome not in (4, 5) and {CLOSED} = 1",
            columns_of::<TransactionColumns<'_>>()
        );
        tx.ask(
            &sql,
            &wanted,
            |row, number| row.bind(*number),
            |row| {
                let (columns, wanted, read_as): (TransactionColumns<'_>, _, _) = row.read()?;
                let read = columns.transaction()?;
                let certain = match claim_of(read_as, &read.remarks, reader) {
                    Claim::Certain(read) => read == wanted,
                    Claim::Several(read) => read.contains(&wanted),
                    Claim::None
                    | Claim::Truncated
                    | Claim::Probable(_)
                    | Claim::SeveralDoubtful(_) => false,
                };
                if certain {
                    named.insert(wanted);
                }
                Ok(())
            },
        )?;
        Ok(named)
    }
}

/// The rule that ignores a credit, if the rule still exists. A credit that undid a debit cannot be taken back.
fn ignored_by(id: &str, rules: &MatchingRules) -> Option<RuleIndex> {
    rules.find(id).filter(|index| *index != rules.reversal_credit())
}

fn earlier_credit(
    columns: &TransactionColumns<'_>,
    previous: &PreviousDecision,
    handling: &Handling<'_>,
    reader: &Reader,
) -> Result<EarlierCredit, StoreError> {
    let read = columns.transaction()?;
    let settled = previous.outcome == Outcome::Matched.number() && !handling.by_staff;
    Ok(EarlierCredit {
        account: columns.account()?,
        serial: read.serial.to_owned(),
        booked_on: read.booked_on,
        booked_time: read.booked_time,
        amount: read.amount,
        counterparty_account: read.counterparty.account.to_owned(),
        counterparty_name: read.counterparty.name.to_owned(),
        claim: claim_of(handling.read_as, &read.remarks, reader),
        notices: previous.notice.map(reference).transpose()?.into_iter().collect(),
        state: if settled { CreditState::Settled } else { CreditState::Handled },
    })
}

/// Adds the notices of credits that were allocated to several.
fn allocated(tx: &Tx, credits: &mut [EarlierCredit]) -> Result<(), StoreError> {
    let mut places: BTreeMap<usize, Vec<PaymentReference>> = BTreeMap::new();
    let without: Vec<(usize, &EarlierCredit)> =
        credits.iter().enumerate().filter(|(_, credit)| credit.notices.is_empty()).collect();
    let key = "l.account_id = v.column1 and l.serial = v.column2 and l.booked_on = v.column3";
    let listed = query_in(&tx.connection, LIST, "allocation", key, "l");
    let sql = format!("select v.column4, l.reference from {listed}");
    let bind = |row: &mut Binder<'_, '_>, (place, credit): &(usize, &EarlierCredit)| {
        row.bind(account_id(credit.account))?;
        row.bind(&*credit.serial)?;
        row.bind(day_number(credit.booked_on))?;
        row.bind(i64::try_from(*place).unwrap_or(i64::MAX))
    };
    tx.ask(&sql, &without, bind, |row| {
        let (place, reference): (usize, PaymentReference) = row.read()?;
        places.entry(place).or_default().push(reference);
        Ok(())
    })?;
    for (place, mut notices) in places {
        notices.sort_unstable();
        if let Some(credit) = credits.get_mut(place) {
            credit.notices = notices;
        }
    }
    Ok(())
}

impl WorkingSet {
    /// The own accounts and amounts of reversing debits, without duplicates.
    fn reversals(&self) -> Vec<Reversal> {
        let undoes = |(account, direction, kind, amount)| {
            (direction == Direction::Debit && kind == Kind::Reversal).then_some((account, amount))
        };
        let all: BTreeSet<Reversal> = self.movements().filter_map(undoes).collect();
        all.into_iter().collect()
    }
}
