//! Matches a refund with a movement named by staff: the check, and the postings.
//!
//! A debit or a returned credit is either ignored by a rule (`ignored`), and its money stays on its subject; or
//! it is an open item of suspense, and its money leaves suspense. A movement that another person decided, or
//! with a pending proposal, cannot be matched.

use super::super::super::refund::{
    Movement, RefundRow, bring_back, explain, pay, post, remember_return,
};
use super::super::super::trail;
use super::super::{Desk, Stop};
use crate::matching::explanation::RefundRole;
use crate::remittance::{Direction, Money, Outcome, Reason, Subject};
use crate::store::database::columns::columns;
use crate::store::database::sql::params;
use crate::suspense::{DeskRefusal, EntityKind, ItemId, RefundFault, RefundState, Step};

/// A movement named by staff, with its state.
pub(super) struct Named {
    id: ItemId,
    pub(super) movement: Movement,
    pub(super) direction: Direction,
    pub(super) amount: Money,
    outcome: i64,
    rule: String,
    /// It has an open item without a pending proposal.
    in_suspense: bool,
}

columns! { impl Named of "t" {
    id = "a.account_no, t.serial", movement = "t.account_id, t.serial, t.booked_on", direction,
    amount = "t.amount_fen", outcome = "d.outcome", rule = "coalesce(d.rule, '')",
    in_suspense = "case when i.account_id is not null and i.closed_on is null and i.pending is null
        then 1 else 0 end",
} }

const NAMED: &str = "from collection_account a
    join bank_transaction t on t.centre_id = a.centre_id and t.account_id = a.account_id
    join decision d on d.centre_id = t.centre_id and d.account_id = t.account_id
        and d.serial = t.serial and d.booked_on = t.booked_on
    left join suspense_item i on i.centre_id = t.centre_id and i.account_id = t.account_id
        and i.serial = t.serial
    where a.centre_id = ?1 and a.account_no = ?2 and t.serial = ?3";

impl Desk<'_> {
    /// Checks that a movement fits and is free: a rule ignores it, or it is in suspense without a pending
    /// proposal.
    pub(super) fn free(&self, row: &RefundRow, named: Named, fits: bool) -> Result<Named, Stop> {
        let unfit = |what| DeskRefusal::RefundUnfit { refund: row.reference, what };
        if !fits {
            return Err(unfit(RefundFault::Movement).into());
        }
        let ignored = named.outcome == Outcome::Ignored.number()
            && matches!(named.rule.as_str(), "debit" | "reversal-credit");
        if !ignored && !named.in_suspense {
            return Err(unfit(RefundFault::Decided).into());
        }
        Ok(named)
    }

    pub(super) fn named(&self, id: &ItemId) -> Result<Named, Stop> {
        let key = params![self.tx.centre_id, id.account_no, id.serial];
        let found = self.tx.connection.select_optional(NAMED, key)?;
        found.ok_or_else(|| {
            DeskRefusal::NoSuch { what: EntityKind::Transaction, id: id.to_string() }.into()
        })
    }

    pub(super) fn tie_debit(&self, row: &RefundRow, debit: &Named, by: &str) -> Result<(), Stop> {
        self.take_out(debit, "refund-paid")?;
        let link = (RefundRole::Paid, row.reference, &row.credit);
        explain(self.tx, self.on(), &debit.movement, Outcome::Refunded.number(), link)?;
        pay(self.tx, self.on(), row, &debit.movement, by)?;
        Ok(())
    }

    pub(super) fn tie_return(&self, row: &RefundRow, credit: &Named, by: &str) -> Result<(), Stop> {
        let Some(debit) = &row.debit else { return Ok(()) };
        let returned = Outcome::Returned.number();
        self.take_out(credit, "refund-returned")?;
        let link = (RefundRole::Returned, row.reference, debit);
        explain(self.tx, self.on(), &credit.movement, returned, link)?;
        let link = (RefundRole::PaidAndReturned, row.reference, &credit.movement);
        explain(self.tx, self.on(), debit, returned, link)?;
        let pair = (debit, &credit.movement);
        remember_return(self.tx, self.on(), row.reference, pair, by)?;
        bring_back(self.tx, self.on(), row, RefundState::Due)?;
        Ok(())
    }

    /// Unmatches a debit that did not pay the refund: it becomes an open item again if it was one, else no
    /// payment by the rule of debits.
    pub(super) fn untie_debit(&self, row: &RefundRow) -> Result<(), Stop> {
        let Some((debit, (id, _))) = row.debit.as_ref().zip(row.paid_by.as_ref()) else {
            return Ok(());
        };
        let state =
            if row.exported_on.is_some() { RefundState::Exported } else { RefundState::Due };
        bring_back(self.tx, self.on(), row, state)?;
        let Movement { account_id, serial, booked_on } = debit;
        let key = params![self.tx.centre_id, account_id, serial, booked_on];
        let sql = "select 1 from suspense_item
            where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4
                and resolution = 'refund-paid'";
        let was_item = self.tx.connection.prepare_cached(sql)?.exists(key)?;
        let (outcome, reason, rule) = if was_item {
            (Outcome::Suspense.number(), Some(Reason::ReversalUnclear.number()), None)
        } else {
            (Outcome::Ignored.number(), None, Some("debit"))
        };
        let sql = "update decision set outcome = ?5, reason = ?6, rule = ?7, because = ?8,
                decided_on = ?9
            where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4";
        let (centre, on) = (self.tx.centre_id, self.on());
        let code = (!was_item).then_some("rule");
        let values =
            params![centre, account_id, serial, booked_on, outcome, reason, rule, code, on];
        self.tx.connection.prepare_cached(sql)?.execute(values)?;
        if was_item {
            let mut item = self.load(id)?;
            post(self.tx, on, debit, item.flows(Subject::Other, Subject::Suspense))?;
            self.reopen(&mut item)?;
            self.save(&mut item)?;
            trail::rebuild_epoch(&self.tx.connection, centre)?;
        }
        Ok(())
    }

    /// Takes an open item's money out of suspense; that of an ignored movement stays.
    fn take_out(&self, named: &Named, resolution: &str) -> Result<(), Stop> {
        if !named.in_suspense {
            return Ok(());
        }
        let mut item = self.load(&named.id)?;
        // A pending proposal takes precedence.
        item.stage.after(Step::Propose)?;
        let posting = item.flows(Subject::Suspense, Subject::Other);
        post(self.tx, self.on(), &named.movement, posting)?;
        self.close(&mut item, resolution);
        item.wake_on = None;
        self.save(&mut item)?;
        // The trail entry names another item, so cached indexes must be rebuilt.
        trail::rebuild_epoch(&self.tx.connection, self.tx.centre_id)?;
        Ok(())
    }
}
