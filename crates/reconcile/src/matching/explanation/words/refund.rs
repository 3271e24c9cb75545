//! The sentences about a refund that a movement paid or returned.
//!
//! Its reference is the centre's own and may be shown; the payee is not named.

use super::day_in;
use crate::matching::explanation::{RefundLink, RefundRole};
use remittance::{Language, Localized, said};
use std::borrow::Cow;

impl Localized for RefundLink {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let Self { role, reference, serial, on } = self;
        let on = day_in(*on, language);
        match role {
            RefundRole::Paid => said!(
                language,
                "退款{reference}由本笔汇出，退回{on}的来款（流水{serial}）。",
                "Paid refund {reference}, of the credit of {on} ({serial})."
            ),
            RefundRole::PaidAndReturned => said!(
                language,
                "退款{reference}由本笔汇出，{on}被银行退回（退票，流水{serial}）。",
                "Paid refund {reference}, which came back on {on} ({serial})."
            ),
            RefundRole::Returned => said!(
                language,
                "退款{reference}（{on}汇出，流水{serial}）被银行退回（退票），待重新退款。",
                "Refund {reference}, paid on {on} ({serial}), came back; it is due again."
            ),
            RefundRole::ReturnedPerhaps => said!(
                language,
                "银行标记为退回，可能是退款{reference}（{on}汇出，流水{serial}）被退票；核实前挂账。",
                "Marked as returned; it may be refund {reference}, paid on {on} ({serial})."
            ),
        }
    }
}
