//! The two CSV layouts of the story: the standard one, and one in GB18030 with two amount columns.

use super::booked::{DemoLine, time, yuan};

/// The standard feed: UTF-8, with an account column.
pub(super) fn standard(account: &str, lines: &[DemoLine]) -> String {
    let mut text = String::from(
        "本方账号,交易流水号,交易日期,交易时间,借贷标志,交易金额,余额,对方账号,对方户名,对方行号,\
         对方开户行,摘要,附言,冲正标志\r\n",
    );
    for DemoLine { serial, movement, balance } in lines {
        let side = if movement.amount < 0 { "借" } else { "贷" };
        let (on, at) = (movement.on, time(movement.second, ":"));
        let (amount, balance) = (yuan(movement.amount.abs()), yuan(*balance));
        let (code, branch) = movement.branch;
        let reversal = if movement.reversal { "1" } else { "" };
        text.push_str(&format!(
            "{account},{serial},{on},{at},{side},{amount},{balance},{},{},{code},{branch},{},{},{reversal}\r\n",
            movement.payer_account,
            movement.payer,
            movement.summary,
            cell(&movement.remark),
        ));
    }
    text
}

/// A bank's own export: GB18030, without an account, with separate columns for credit and debit; optionally with a
/// last row typed by hand.
pub(super) fn two_columns(lines: &[DemoLine], typed_row: bool) -> Vec<u8> {
    let mut text = String::from(
        "交易日期,交易时间,收入金额,支出金额,余额,对方账号,对方户名,对方行号,对方开户行,摘要,附言,\
         交易流水号,冲正标志\r\n",
    );
    for DemoLine { serial, movement, balance } in lines {
        let amount = yuan(movement.amount.abs());
        let (income, spent) =
            if movement.amount < 0 { (String::new(), amount) } else { (amount, String::new()) };
        let (code, branch) = movement.branch;
        let reversal = if movement.reversal { "1" } else { "" };
        text.push_str(&format!(
            "{},{},{income},{spent},{},{},{},{code},{branch},{},{},{serial},{reversal}\r\n",
            movement.on.format("%Y%m%d"),
            time(movement.second, ":"),
            yuan(*balance),
            movement.payer_account,
            movement.payer,
            movement.summary,
            cell(&movement.remark),
        ));
    }
    if typed_row {
        text.push_str("20260602,17:05:00,\"1,2o0.00\",,,,手工补录,,,补录,,,\r\n");
    }
    encoding_rs::GB18030.encode(&text).0.into_owned()
}

fn cell(text: &str) -> String {
    if text.contains([',', '"']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}
