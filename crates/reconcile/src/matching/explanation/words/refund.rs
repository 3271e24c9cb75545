//! What is said of a refund that left with a movement, or came back with it.
//!
//! Its reference is the centre's own and may be told; the payee is not named.

use super::day;
use crate::matching::explanation::{RefundLink, RefundRole};

impl RefundLink {
    pub(super) fn in_chinese(&self) -> String {
        let Self { role, reference, serial, on } = self;
        let on = day(*on);
        match role {
            RefundRole::Paid => {
                format!("退款{reference}由本笔汇出，退回{on}的来款（流水{serial}）。")
            }
            RefundRole::PaidAndReturned => {
                format!("退款{reference}由本笔汇出，{on}被银行退回（退票，流水{serial}）。")
            }
            RefundRole::Returned => {
                format!("退款{reference}（{on}汇出，流水{serial}）被银行退回（退票），待重新退款。")
            }
            RefundRole::ReturnedPerhaps => format!(
                "银行标记为退回，可能是退款{reference}（{on}汇出，流水{serial}）被退票；核实前挂账。"
            ),
        }
    }

    pub(super) fn in_english(&self) -> String {
        let Self { role, reference, serial, on } = self;
        match role {
            RefundRole::Paid => {
                format!("Paid refund {reference}, of the credit of {on} ({serial}).")
            }
            RefundRole::PaidAndReturned => {
                format!("Paid refund {reference}, which came back on {on} ({serial}).")
            }
            RefundRole::Returned => {
                format!("Refund {reference}, paid on {on} ({serial}), came back; it is due again.")
            }
            RefundRole::ReturnedPerhaps => format!(
                "Marked as returned; it may be refund {reference}, paid on {on} ({serial})."
            ),
        }
    }
}
