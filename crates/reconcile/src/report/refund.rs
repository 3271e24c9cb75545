//! The refunds for the bank to pay, as a file: UTF-8 with BOM, CRLF, one row a refund.
//!
//! The account number is complete: the bank pays to it. The order must carry 附言, which identifies the debit later. No
//! cell can begin a formula (`text::cell`); amounts are plain yuan, dates ISO.

use super::text;
use chrono::NaiveDate;
use csv::{Terminator, WriterBuilder};
use remittance::{Money, RefundReference};
use std::io::{self, Write};

/// What the bank needs to pay a refund.
#[derive(Clone, Copy, Debug)]
pub struct RefundOrder<'a> {
    pub reference: RefundReference,
    pub payee_name: &'a str,
    pub payee_account: &'a str,
    pub payee_bank: &'a str,
    pub amount: Money,
    pub why: &'a str,
    /// The returned credit: its day and the centre's account that received it.
    pub booked_on: NaiveDate,
    pub own_account: &'a str,
}

const HEADINGS: [&str; 9] = [
    "退款编号",
    "收款人户名",
    "收款账号",
    "收款银行",
    "金额",
    "附言",
    "退款原因",
    "原来款日期",
    "原收款专户",
];

/// Writes orders in the order given.
///
/// # Errors
/// If the writer fails.
pub fn write<'a, W: Write>(
    orders: impl IntoIterator<Item = RefundOrder<'a>>,
    mut out: W,
) -> io::Result<()> {
    out.write_all("\u{FEFF}".as_bytes())?;
    let mut sheet = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    sheet.write_record(HEADINGS)?;
    for order in orders {
        let reference = order.reference.to_string();
        let (amount, day) = (order.amount.to_string(), order.booked_on.to_string());
        for field in [
            reference.as_str(),
            order.payee_name,
            order.payee_account,
            order.payee_bank,
            amount.as_str(),
            reference.as_str(),
            order.why,
            day.as_str(),
            order.own_account,
        ] {
            sheet.write_field(text::cell(field).as_ref())?;
        }
        sheet.write_record(None::<&[u8]>)?;
    }
    sheet.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_order_and_no_formula() {
        let order = RefundOrder {
            reference: RefundReference::from_number(539_007_547_034).unwrap(),
            payee_name: "=HYPERLINK(\"x\")",
            payee_account: "6222000000000000001",
            payee_bank: "示例银行,甲支行",
            amount: Money::from_fen(123_450_00),
            why: "重复缴款",
            booked_on: NaiveDate::from_ymd_opt(2026, 5, 11).unwrap(),
            own_account: "2100000000000000017",
        };
        let mut out = Vec::new();
        write([order], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let want = "\u{FEFF}退款编号,收款人户名,收款账号,收款银行,金额,附言,退款原因,原来款日期,原收款专户\r\n\
            RF18539007547034,\"'=HYPERLINK(\"\"x\"\")\",6222000000000000001,\"示例银行,甲支行\",123450.00,\
            RF18539007547034,重复缴款,2026-05-11,2100000000000000017\r\n";
        assert_eq!(text, want);
    }
}
