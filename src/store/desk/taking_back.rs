//! 冲回: the bank took back a credit that had settled a notice; staff name the credit, and the two cancel out.
//!
//! Start at [`Desk::take_back`]. The credit's settlements are reversed as by 红冲, in the employees' books too;
//! credit and debit are then both returned, and belong to nobody. Other payments of the same notice await it
//! again. [`Desk::give_back`] undoes all of that, while the notices are open and their payments still wait.
//!
//! Staff can also name an open or awaiting credit, held back because the debit's credit was ambiguous: it had
//! paid nothing, so only its own money moves.

use super::super::trail;
use super::check::PreviewNotice;
use super::item::Held;
use super::item::Posting;
use super::{Desk, Stop};
use crate::matching::Explanation;
use crate::matching::explanation::{ReversalLink, Role};
use crate::remittance::{Direction, Money, Outcome, PaymentReference, Reason, Subject, Total};
use crate::store::database::columns::{columns, columns_of};
use crate::store::database::row::{reference, reference_number};
use crate::store::database::sql::params;
use crate::store::letters::notification;
use crate::store::operations::Settled;
use crate::suspense::{DeskRefusal, EntityKind, ItemId, Proposal, TakeBackFault};

/// The credit, with its state.
struct Credit {
    account_id: i64,
    booked_on: i64,
    outcome: i64,
    notice: Option<i64>,
    /// Staff decided it, or a proposal for it is pending.
    with_staff: bool,
}

/// The difference of two amounts, the first not less than the second.
fn difference(more: Money, less: Money) -> Money {
    more.checked_sub(less).unwrap_or_default()
}

impl Credit {
    /// The subject of its money while it settles nothing; `None` once it settled something or was returned.
    fn unsettled_on(&self) -> Option<Subject> {
        match Outcome::from_number(self.outcome)? {
            Outcome::Suspense => Some(Subject::Suspense),
            Outcome::Awaiting => Some(Subject::Receipts),
            Outcome::Matched
            | Outcome::Returned
            | Outcome::Ignored
            | Outcome::Advance
            | Outcome::RefundDue
            | Outcome::Refunded => None,
        }
    }
}

columns! { impl Credit of "t" {
    account_id, booked_on, outcome = "d.outcome", notice = "d.notice",
    with_staff = "case when d.rule = 'staff' or i.decided is not null or i.pending is not null
        then 1 else 0 end",
} }

const CREDIT: &str = "
    from collection_account a
    join bank_transaction t on t.centre_id = a.centre_id and t.account_id = a.account_id
    join decision d on d.centre_id = t.centre_id and d.account_id = t.account_id
        and d.serial = t.serial and d.booked_on = t.booked_on
    left join suspense_item i on i.centre_id = t.centre_id and i.account_id = t.account_id
        and i.serial = t.serial and i.booked_on = t.booked_on
    where a.centre_id = ?1 and a.account_no = ?2 and t.serial = ?3";

const SHARES: &str = "select reference from allocation
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4 order by reference";

const RETURNED: &str = "update decision set outcome = 4, reason = null, rule = null,
        reference = coalesce(reference, notice), notice = null, because = ?5, decided_on = ?6
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4";

/// Restores a credit that settled one notice (`?6`) or, if that is null, several.
const MATCHED_AGAIN: &str = "update decision set outcome = 1, because = null, decided_on = ?5,
        notice = ?6, reference = case when reference = ?6 then null else reference end
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4";

/// Closes the item of a credit.
const CLOSE: &str =
    "update suspense_item set closed_on = ?5, state = 'resolved', version = version + 1
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4
        and closed_on is null";

/// Reopens a credit that had settled nothing; the next night judges it.
const HANGS: &str = "update decision set outcome = 3, reason = ?5, because = ?6, decided_on = ?7
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4";

const OPEN: &str =
    "insert into suspense_item (centre_id, account_id, serial, booked_on, opened_on, state)
    values (?1, ?2, ?3, ?4, ?5, 'open')
    on conflict (centre_id, account_id, serial) do update set opened_on = excluded.opened_on,
        closed_on = null, state = 'open', assignee = null, version = suspense_item.version + 1";

/// The sum of the payments that await a notice.
const WAITING: &str = "select cast(coalesce(sum(t.amount_fen), 0) as text) from decision d
    join bank_transaction t using (centre_id, account_id, serial, booked_on)
    where d.centre_id = ?1 and d.outcome = 2 and coalesce(d.reference, d.notice) = ?2";

/// Marks these payments as matched again.
const WAITING_MATCHED: &str = "update decision set outcome = 1, decided_on = ?3, notice = ?2,
        reference = null
    where centre_id = ?1 and outcome = 2 and coalesce(reference, notice) = ?2";

/// The notices that an approved act reversed.
const BOOKED_BACK: &str = "select reference from settlement_undone
    where centre_id = ?1 and proposal_id = ?2 order by reference";

impl Desk<'_> {
    /// The notices that a credit had settled, if these debits can have taken it back.
    pub(super) fn taken_back(
        &self,
        credit: &ItemId,
        debits: &[Held],
    ) -> Result<Vec<PaymentReference>, Stop> {
        self.settled_credit(credit, debits).map(|(_, notices)| notices)
    }

    fn settled_credit(
        &self,
        credit: &ItemId,
        debits: &[Held],
    ) -> Result<(Credit, Vec<PaymentReference>), Stop> {
        let refuse = |why| DeskRefusal::TakenBack { credit: credit.clone(), why };
        let (found, amount, is_credit) = self.credit(credit)?;
        let fits = |debit: &Held| {
            debit.direction == Direction::Debit
                && debit.account_id == found.account_id
                && debit.amount == amount
                && debit.booked_on >= found.booked_on
        };
        let [debit] = debits else { return Err(DeskRefusal::ManyToMany.into()) };
        if !is_credit || !fits(debit) {
            return Err(refuse(TakeBackFault::Unlike).into());
        }
        if found.with_staff {
            return Err(refuse(TakeBackFault::ByStaff).into());
        }
        if found.unsettled_on().is_some() {
            return Ok((found, Vec::new()));
        }
        if found.outcome != Outcome::Matched.number() {
            return Err(refuse(TakeBackFault::Nowhere).into());
        }
        let notices = self.paid_by(credit, &found)?;
        Ok((found, notices))
    }

    /// Reverses what the credit had paid, and returns both.
    pub(super) fn take_back(
        &self,
        proposal: &Proposal,
        credit: &ItemId,
        debits: &[Held],
    ) -> Result<Vec<Posting>, Stop> {
        let (found, notices) = self.settled_credit(credit, debits)?;
        let mut postings = self.open_again(proposal, &notices, true)?;
        let key = params![self.tx.centre_id, found.account_id, credit.serial, found.booked_on];
        let sql = "delete from allocation
            where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4";
        self.tx.connection.prepare_cached(sql)?.execute(key)?;
        let from = match found.unsettled_on() {
            Some(subject) => {
                let on = self.on();
                let item = params![
                    self.tx.centre_id,
                    found.account_id,
                    credit.serial,
                    found.booked_on,
                    on
                ];
                self.tx.connection.prepare_cached(CLOSE)?.execute(item)?;
                // The credit is none of the act's items, so cached indexes must be rebuilt.
                trail::rebuild_epoch(&self.tx.connection, self.tx.centre_id)?;
                subject
            }
            None => Subject::Receipts,
        };
        let told = (found.account_id, credit.serial.as_str(), found.booked_on);
        notification::look_again(&self.tx.connection, self.tx.centre_id, told)?;
        for debit in debits {
            let of = (found.account_id, credit, found.booked_on);
            self.returns(of, Role::Credit, (&debit.id, debit.booked_on))?;
            let of = (debit.account_id, &debit.id, debit.booked_on);
            self.returns(of, Role::Debit, (credit, found.booked_on))?;
            postings.push(self.move_of(
                (found.account_id, &credit.serial, found.booked_on),
                (from, Subject::Other, debit.amount),
            )?);
        }
        postings.extend(self.leave_suspense(debits, Subject::Other)?);
        self.reopen_notices(&notices)?;
        Ok(postings)
    }

    /// Restores what the credit had paid; its debit is open again.
    pub(super) fn give_back(
        &self,
        original: &Proposal,
        credit: &ItemId,
        debits: &[Held],
    ) -> Result<Vec<Posting>, Stop> {
        let (found, amount, _) = self.credit(credit)?;
        let of_original = params![self.tx.centre_id, original.proposal_id];
        let mut select = self.tx.connection.prepare_cached(BOOKED_BACK)?;
        let notices: Vec<PaymentReference> =
            select.query_all(of_original, |row| row.read::<PaymentReference>())?;
        let mut postings = Vec::new();
        if notices.is_empty() {
            postings.push(self.hangs_again(credit, &found, amount, debits)?);
            postings.extend(self.return_to_suspense(debits, Subject::Other)?);
            return Ok(postings);
        }
        let on = self.on();
        let only = match notices.as_slice() {
            [only] => Some(reference_number(*only)),
            _ => None,
        };
        let mut given = Total::from(amount);
        if let Some(number) = only {
            let waiting = params![self.tx.centre_id, number];
            given += self.tx.connection.fetch_one::<Total>(WAITING, waiting)?;
            let matched = params![self.tx.centre_id, number, on];
            self.tx.connection.prepare_cached(WAITING_MATCHED)?.execute(matched)?;
        }
        let shares = self.shares_again(&notices, given)?;
        for Settled { reference, amount, from_advance } in &shares {
            self.settle_notice(reference_number(*reference), *amount)?;
            postings.push((Subject::Receipts, Subject::Contributions, *amount));
            if !from_advance.is_zero() {
                postings.push((Subject::Advance, Subject::Receipts, *from_advance));
            }
        }
        self.matched_again(credit, &found, only, &shares)?;
        crate::store::operations::allocate(self.tx, &shares, self.now.on)?;
        postings.push(self.move_of(
            (found.account_id, &credit.serial, found.booked_on),
            (Subject::Other, Subject::Receipts, amount),
        )?);
        postings.extend(self.return_to_suspense(debits, Subject::Other)?);
        Ok(postings)
    }

    /// How the notices are settled again: by the money alone, or with the reservations on advance balances.
    fn shares_again(
        &self,
        notices: &[PaymentReference],
        given: Total,
    ) -> Result<Vec<Settled>, Stop> {
        let mut open = Vec::with_capacity(notices.len());
        for notice in notices {
            open.push(self.open_notice(*notice)?);
        }
        let owed: Total = open.iter().map(|one| one.amount).sum();
        let reserved: Total = open.iter().map(|one| one.reserved).sum();
        let with_advance = given != owed;
        if with_advance && (given != owed - reserved || reserved.is_zero()) {
            return Err(DeskRefusal::Sum { given, wanted: owed }.into());
        }
        let settled = |one: &PreviewNotice| Settled {
            reference: one.reference,
            amount: one.amount,
            from_advance: if with_advance { one.reserved } else { Money::ZERO },
        };
        // A notice that the advance balance pays in full takes nothing from a credit.
        if with_advance && open.iter().any(|one| one.amount == one.reserved) {
            return Err(DeskRefusal::Sum { given, wanted: owed }.into());
        }
        Ok(open.iter().map(settled).collect())
    }

    /// Reopens a credit that had paid nothing, until the next night judges it.
    fn hangs_again(
        &self,
        credit: &ItemId,
        found: &Credit,
        amount: Money,
        debits: &[Held],
    ) -> Result<Posting, Stop> {
        let (connection, centre, on) = (&self.tx.connection, self.tx.centre_id, self.on());
        let (serial, booked_on) = debits
            .first()
            .map_or(("", found.booked_on), |debit| (&*debit.id.serial, debit.booked_on));
        let explanation = Explanation::Reversal(Box::new(ReversalLink {
            role: Role::CreditPerhaps,
            serial: serial.into(),
            on: crate::store::database::row::day(booked_on)?,
            candidates: 1,
        }));
        let (account_id, booked_on) = (found.account_id, found.booked_on);
        let reason = Reason::ReversalUnclear.number();
        let code = explanation.to_code();
        let key = params![centre, account_id, credit.serial, booked_on, reason, code, on];
        connection.prepare_cached(HANGS)?.execute(key)?;
        let key = params![centre, account_id, credit.serial, booked_on, on];
        connection.prepare_cached(OPEN)?.execute(key)?;
        trail::rebuild_epoch(connection, centre)?;
        let moved = (Subject::Other, Subject::Suspense, amount);
        self.move_of((account_id, &credit.serial, booked_on), moved)
    }

    fn matched_again(
        &self,
        credit: &ItemId,
        found: &Credit,
        only: Option<i64>,
        shares: &[Settled],
    ) -> Result<(), Stop> {
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let (account_id, booked_on, on) = (found.account_id, found.booked_on, self.on());
        let key = params![centre, account_id, credit.serial, booked_on, on, only];
        connection.prepare_cached(MATCHED_AGAIN)?.execute(key)?;
        if only.is_some() {
            return Ok(());
        }
        let sql = "insert into allocation (centre_id, account_id, serial, booked_on, reference,
                amount_fen)
            values (?1, ?2, ?3, ?4, ?5, ?6)";
        for one in shares {
            let number = reference_number(one.reference);
            let fen = difference(one.amount, one.from_advance).fen();
            let share = params![centre, account_id, credit.serial, booked_on, number, fen];
            connection.prepare_cached(sql)?.execute(share)?;
        }
        Ok(())
    }

    /// The credit, its amount, and whether it is a credit.
    fn credit(&self, credit: &ItemId) -> Result<(Credit, Money, bool), Stop> {
        let key = params![self.tx.centre_id, credit.account_no, credit.serial];
        let columns = columns_of::<Credit>();
        let sql = format!("select {columns}, t.amount_fen, t.direction {CREDIT}");
        let found: Option<(Credit, Money, Direction)> =
            self.tx.connection.fetch_optional(&sql, key)?;
        let none = || DeskRefusal::NoSuch { what: EntityKind::Item, id: credit.to_string() };
        let (found, amount, direction) = found.ok_or_else(none)?;
        Ok((found, amount, direction == Direction::Credit))
    }

    fn paid_by(&self, id: &ItemId, credit: &Credit) -> Result<Vec<PaymentReference>, Stop> {
        if let Some(only) = credit.notice {
            return Ok(vec![reference(only)?]);
        }
        let key = params![self.tx.centre_id, credit.account_id, id.serial, credit.booked_on];
        let mut select = self.tx.connection.prepare_cached(SHARES)?;
        Ok(select.query_all(key, |row| row.read::<PaymentReference>())?)
    }

    /// Marks a movement as returned, paired with the other.
    fn returns(
        &self,
        (account_id, id, booked_on): (i64, &ItemId, i64),
        role: Role,
        (other, on): (&ItemId, i64),
    ) -> Result<(), Stop> {
        let explanation = Explanation::Reversal(Box::new(ReversalLink {
            role,
            serial: other.serial.as_str().into(),
            on: crate::store::database::row::day(on)?,
            candidates: 1,
        }));
        let (centre, code, today) = (self.tx.centre_id, explanation.to_code(), self.on());
        let values = params![centre, account_id, id.serial, booked_on, code, today];
        self.tx.connection.prepare_cached(RETURNED)?.execute(values)?;
        Ok(())
    }
}
