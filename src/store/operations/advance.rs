//! An employer's advance balance read by SQL alone, for the desk and for lists, which load no books; and the
//! part of it that books load.

use super::super::StoreError;
use super::outstanding::AWAITING;
use super::{Books, Scope, thing};
use crate::remittance::payment::IssuedNotice;
use crate::remittance::{Id, Money, NoticeStatus, PaymentReference, Total, YearMonth};
use crate::store::database::columns::columns;
use crate::store::database::row::reference;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::suspense::{AdvanceRefusal, DeskRefusal};
use chrono::NaiveDate;

/// An employer's advance balance, and the notices with reservations on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Advance {
    pub(in crate::store) held: Money,
    pub(in crate::store) reserves: Vec<(PaymentReference, Money)>,
}

impl Advance {
    /// The unreserved amount.
    pub(in crate::store) fn free(&self) -> Money {
        let reserved: Total = self.reserves.iter().map(|(_, amount)| *amount).sum();
        (Total::from(self.held) - reserved).nearest_money()
    }

    /// The amount a notice may use: the unreserved amount, and its own reservation.
    pub(in crate::store) fn free_for(&self, notice: PaymentReference) -> Money {
        let own = self.reserves.iter().filter(|(reference, _)| *reference == notice);
        Money::together(own.map(|(_, amount)| *amount).chain([self.free()]))
    }

    /// The refusal when the unreserved amount is too small.
    pub(in crate::store) fn reserved(&self, employer_id: String, needed: Money) -> DeskRefusal {
        let notices = self.reserves.iter().map(|(reference, _)| *reference).collect();
        let free = self.free();
        DeskRefusal::Advance(AdvanceRefusal::Reserved { employer_id, free, needed, notices })
    }
}

const HELD: &str = "select cast(coalesce(sum(a.amount_fen), 0) as bigint) from advance_entry a
    join employer_book b using (centre_id, employer_no)
    where a.centre_id = ?1 and b.employer_id = ?2";

const RESERVES: &str = "select n.reference, n.advance_fen from notice n
    left join settlement s on s.centre_id = n.centre_id and s.reference = n.reference
    where n.centre_id = ?1 and n.employer_id = ?2 and n.advance_fen > 0 and n.status = ?3
        and s.reference is null
    order by n.reference";

/// The advance balance of an employer.
pub(in crate::store) fn advance_of(tx: &Tx, employer_id: &str) -> Result<Advance, StoreError> {
    let (connection, centre) = (&tx.connection, tx.centre_id);
    let key = params![centre, employer_id];
    let held = connection.fetch_one(HELD, key)?;
    let reserves = connection.fetch_all(RESERVES, params![centre, employer_id, AWAITING])?;
    Ok(Advance { held, reserves })
}

impl Books<'_> {
    /// Loads the notices with reservations on an employer's advance balance.
    pub fn reservations(&mut self, employer_id: &Id) -> Result<(), StoreError> {
        if !self.whole.insert((employer_id.clone(), Scope::Reservations)) {
            return Ok(());
        }
        let select = "select reference from notice
            where centre_id = ?1 and employer_id = ?2 and advance_fen > 0 and status = ?3";
        let mut select = self.tx.connection.prepare_cached(select)?;
        let key = params![self.tx.centre_id, employer_id.as_str(), AWAITING];
        let found: Vec<i64> = select.query_all(key, |row| row.read())?;
        for number in found {
            self.notice(reference(number)?)?;
        }
        Ok(())
    }
}

columns! {
    /// A notice `n` for books, with its settlement `s`, its stored part `p`, and what was used of advances.
    pub(super) struct NoticeColumns<'r> of "n" {
        employer_id: &'r str,
        amount_fen: Money,
        issued_on: NaiveDate,
        month: YearMonth,
        status: NoticeStatus,
        months: Option<&'r str> = "p.months",
        supplements: Option<&'r str> = "p.supplements",
        settled_on: Option<NaiveDate> = "s.settled_on",
        advance_fen: Money,
        advance_used: Money = "(select cast(coalesce(-sum(a.amount_fen), 0) as bigint) from advance_entry a
            where a.centre_id = n.centre_id and a.reference = n.reference)",
    }
}

impl NoticeColumns<'_> {
    pub(super) fn notice(&self, reference: PaymentReference) -> Result<IssuedNotice, StoreError> {
        let status = match self.settled_on {
            Some(_) => NoticeStatus::Paid,
            None => self.status,
        };
        Ok(IssuedNotice {
            reference,
            employer_id: self.employer_id.into(),
            amount: self.amount_fen,
            from_advance: self.advance_fen,
            issued_on: self.issued_on,
            month: self.month,
            months: thing("notice_part", "months", self.months.unwrap_or("[]"))?,
            supplements: thing("notice_part", "supplements", self.supplements.unwrap_or("[]"))?,
            status: status.into(),
            paid_on: self.settled_on,
            advance_used: self.advance_used,
        })
    }
}
