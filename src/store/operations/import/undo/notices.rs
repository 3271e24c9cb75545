//! Notices: one with payments found for it cannot be undone.

use super::super::notices::{Known, change_notices, known_numbers};
use super::super::{RowChange, RowEffect};
use super::{Kept, Rests, Undoing};
use crate::remittance::{Money, NoticeStatus, PaymentNotice, PaymentReference};
use crate::store::StoreError;
use crate::store::database::row::{reference, reference_number};
use crate::store::database::sql::{Read, params};
use std::borrow::Cow;
use std::collections::HashSet;

impl Undoing<'_> {
    pub(super) fn notices(&mut self, kept: &Kept, changes: &[RowChange]) -> Result<(), StoreError> {
        let references = changes.iter().map(|change| parsed::<PaymentReference>(&change.key));
        let references = references.collect::<Result<Vec<_>, _>>()?;
        let known = known_numbers(self.tx, &references)?;
        let named = self.named_in_decisions(&references)?;
        let (mut gone, mut restored) = (Vec::new(), Vec::new());
        for (change, reference) in changes.iter().zip(references) {
            let Some(known) = known.get(&reference) else {
                self.stands_in_the_way(change, Rests::Gone);
                continue;
            };
            let is_added = change.effect == RowEffect::Added;
            if known.is_fixed() || (is_added && named.contains(&reference)) {
                self.stands_in_the_way(change, Rests::Settlement);
            } else if is_added {
                gone.push(reference_number(reference));
            } else {
                restored.push(Cow::Owned(self.restored(change, known, reference)?));
            }
        }
        self.clear(kept)?;
        change_notices(self.tx, &restored)?;
        for sql in [
            "delete from notice where centre_id = ?1
                and reference in (select v.column1 from (values …) v)",
            "delete from notice_outstanding where centre_id = ?1
                and reference in (select v.column1 from (values …) v)",
        ] {
            self.tx.change(sql, &gone, |row, number| row.bind(*number))?;
        }
        Ok(())
    }

    /// A notice before the import.
    fn restored(
        &mut self,
        change: &RowChange,
        known: &Known,
        reference: PaymentReference,
    ) -> Result<PaymentNotice, StoreError> {
        let mut notice = known.to_notice(reference)?;
        let said = |notice: &PaymentNotice| {
            [
                ("amount", notice.amount.to_string()),
                ("employer_id", notice.employer_id.clone()),
                ("status", notice.status.to_string()),
                ("issued_on", notice.issued_on.to_string()),
                ("month", notice.month.to_string()),
            ]
        };
        for (field, is) in said(&notice) {
            let Some(was) = change.of(field) else { continue };
            self.unless_changed(change, was, Some(&is));
            let before = was.before.as_deref().unwrap_or_default();
            match field {
                "amount" => {
                    notice.amount = Money::from_yuan(before).map_err(|_| strange(before))?;
                }
                "employer_id" => before.clone_into(&mut notice.employer_id),
                "status" => {
                    notice.status =
                        NoticeStatus::from_code(before).ok_or_else(|| strange(before))?;
                }
                "issued_on" => notice.issued_on = parsed(before)?,
                _ => notice.month = parsed(before)?,
            }
        }
        Ok(notice)
    }

    /// The notices named by a transaction's decision: it settles them, or is a part of the payment.
    fn named_in_decisions(
        &self,
        references: &[PaymentReference],
    ) -> Result<HashSet<PaymentReference>, StoreError> {
        let wanted: HashSet<i64> = references.iter().map(|one| reference_number(*one)).collect();
        let mut named = HashSet::new();
        for sql in [
            "select notice from decision where centre_id = ?1 and notice is not null",
            "select reference from settlement_undone where centre_id = ?1",
        ] {
            self.tx.connection.prepare_cached(sql)?.each(params![self.tx.centre_id], |row| {
                let number: i64 = row.read()?;
                if wanted.contains(&number) {
                    named.insert(reference(number)?);
                }
                Ok(Read::On)
            })?;
        }
        Ok(named)
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| strange(text))
}

fn strange(text: &str) -> StoreError {
    crate::store::database::row::unknown("list_import_part", "body", text)
}
