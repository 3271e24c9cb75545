//! An employer's advance balance as SQL alone knows it: for the desk and for lists, which load no books; and
//! what books load of it.

use super::super::StoreError;
use super::super::notices::AWAITING;
use super::super::row::{day, reference, status};
use super::super::sql::{Row, params};
use super::super::tx::Tx;
use super::{Books, Scope, thing};
use crate::remittance::payment::IssuedNotice;
use crate::remittance::{Id, Money, NoticeStatus, PaymentReference, Total, YearMonth};
use crate::suspense::{AdvanceRefusal, DeskRefusal};

/// What is on an employer's advance balance, and which notices have reserved some of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Advance {
    pub(in crate::store) held: Money,
    pub(in crate::store) reserves: Vec<(PaymentReference, Money)>,
}

impl Advance {
    /// What no notice has reserved.
    pub(in crate::store) fn free(&self) -> Money {
        let reserved: Total = self.reserves.iter().map(|(_, amount)| *amount).sum();
        (Total::from(self.held) - reserved).nearest_money()
    }

    /// What a notice may use: what is free, and what it has reserved itself.
    pub(in crate::store) fn free_for(&self, notice: PaymentReference) -> Money {
        let own = self.reserves.iter().filter(|(reference, _)| *reference == notice);
        Money::together(own.map(|(_, amount)| *amount).chain([self.free()]))
    }

    /// That what is free is too little.
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
    let held = connection.prepare_cached(HELD)?.query_row(key, |row| row.get(0))?;
    let mut reserves = connection.prepare_cached(RESERVES)?;
    let reserves = reserves.query_all(params![centre, employer_id, AWAITING], |row| {
        Ok((reference(row.get(0)?)?, Money::from_fen(row.get(1)?)))
    })?;
    Ok(Advance { held: Money::from_fen(held), reserves })
}

impl Books<'_> {
    /// Loads the notices that have reserved something of an employer's advance balance.
    pub fn reservations(&mut self, employer_id: &Id) -> Result<(), StoreError> {
        if !self.whole.insert((employer_id.clone(), Scope::Reservations)) {
            return Ok(());
        }
        let select = "select reference from notice
            where centre_id = ?1 and employer_id = ?2 and advance_fen > 0 and status = ?3";
        let mut select = self.tx.connection.prepare_cached(select)?;
        let key = params![self.tx.centre_id, employer_id.as_str(), AWAITING];
        let found: Vec<i64> = select.query_all(key, |row| row.get(0))?;
        for number in found {
            self.notice(reference(number)?)?;
        }
        Ok(())
    }
}

/// A notice as books load it, with what it has reserved and what was used.
pub(super) fn notice(
    reference: PaymentReference,
    row: &Row<'_>,
) -> Result<IssuedNotice, StoreError> {
    let paid_on = row.get::<Option<i64>>(7)?.map(day).transpose()?;
    let status = match (status(row.get(4)?)?, paid_on) {
        (_, Some(_)) => NoticeStatus::Paid,
        (status, None) => status,
    };
    let list = |column| row.text_or_null(column).map(|text| text.unwrap_or("[]"));
    Ok(IssuedNotice {
        reference,
        employer_id: row.text(0)?.into(),
        amount: Money::from_fen(row.get(1)?),
        from_advance: Money::from_fen(row.get(8)?),
        issued_on: day(row.get(2)?)?,
        month: YearMonth::from_ordinal(row.get(3)?),
        months: thing("notice_part", "months", list(5)?)?,
        supplements: thing("notice_part", "supplements", list(6)?)?,
        status: status.into(),
        paid_on,
        advance_used: Money::from_fen(row.get(9)?),
    })
}
