//! The small language of the suites for bank deliveries.
//!
//! A row is `serial day account amount remark flags…`: `S1 05-11 icbc 600 P1` is 600 yuan booked on 11 May 2026 at the
//! centre's ICBC account with a clean remark that names notice P1. A negative amount is money out; the serial `-` is
//! none. In a remark `~P1` has a letter for a digit (a probable reading), `P1+P2` names several, `RF…` is a refund's
//! reference, `P1…` is truncated, `-` is empty.
//!
//! Flags: `reversal` (the bank's mark), `own` (from the centre's own CCB account), `interest` (the bank's word, no
//! counterparty), and `time=`, `balance=`, `from=`, `by=` (the payer's name), `summary=` with a value; `from=` and
//! `by=` without one are values that the bank does not give.

use std::fmt::Write as _;

/// The centre's accounts: two at ICBC, one at CCB.
pub(crate) const ACCOUNTS: [(&str, &str); 3] = [
    ("icbc", "2105400000000000011"),
    ("icbc2", "2105400000000000022"),
    ("ccb", "45001600000000000033"),
];

/// An account of somebody else.
pub(crate) const STRANGER: &str = "99999999999999999999";

pub(crate) const HEADER: &str = "本方账号,交易流水号,交易日期,交易时间,借贷标志,交易金额,余额,对方账号,对方户名,摘要,附言,冲正标志";

/// The number of an account by its short name.
pub(crate) fn account(name: &str) -> &'static str {
    ACCOUNTS.iter().find(|(short, _)| *short == name).map_or(STRANGER, |(_, number)| number)
}

/// The reference of `P1`.
pub(crate) fn reference(short: &str) -> String {
    format!("P190613{:04}", short.trim_start_matches('P').parse::<u32>().unwrap())
}

/// A day of 2026, or a full date.
pub(crate) fn day(text: &str) -> String {
    if text.len() == 5 { format!("2026-{text}") } else { text.to_owned() }
}

fn remark(text: &str) -> String {
    if let Some(short) = text.strip_prefix('~') {
        return reference(short).replacen('0', "O", 1);
    }
    if let Some(short) = text.strip_suffix('…') {
        let mut reference = reference(short);
        reference.truncate(7);
        return format!("{reference}…公积金");
    }
    if text.starts_with("RF") {
        return format!("退款 {text}");
    }
    if text == "-" {
        return "公积金".to_owned();
    }
    text.split('+').map(reference).collect::<Vec<_>>().join(" ")
}

/// One row of the standard feed, without its line end.
pub(crate) fn row(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [serial, booked_on, own, amount, told, flags @ ..] = words.as_slice() else {
        panic!("not a row: {text}")
    };
    let value = |name: &str| flags.iter().find_map(|flag| flag.strip_prefix(name));
    let has = |name: &str| flags.contains(&name);
    let mut from = value("from=").unwrap_or("6222000000000000001");
    let mut name = value("by=").unwrap_or("示例甲公司");
    let mut summary = value("summary=").unwrap_or("转账");
    if has("own") {
        from = account("ccb");
    }
    if has("interest") {
        (from, name, summary) = ("", "", "结息");
    }
    format!(
        "{},{},{},{},{},{},{},{from},{name},{summary},{},{}",
        account(own),
        if *serial == "-" { "" } else { serial },
        day(booked_on),
        value("time=").unwrap_or_default(),
        if amount.starts_with('-') { "借" } else { "贷" },
        amount.trim_start_matches('-'),
        value("balance=").unwrap_or_default(),
        remark(told),
        if has("reversal") { "是" } else { "" },
    )
}

/// A file of the standard feed.
pub(crate) fn csv<T: AsRef<str>>(rows: &[T]) -> String {
    let mut text = format!("{HEADER}\n");
    for each in rows {
        text.push_str(&row(each.as_ref()));
        text.push('\n');
    }
    text
}

/// One statement of MT940: account, the day, balances, and rows without balance or time.
pub(crate) fn mt940(
    own: &str,
    booked_on: &str,
    opening: &str,
    closing: &str,
    rows: &[&str],
) -> String {
    let short = day(booked_on).replace('-', "")[2..].to_owned();
    let comma = |yuan: &str| yuan.replace('.', ",");
    let mut text = format!(
        "{{1:F01BANKCNBJAXXX0000000000}}{{2:I940BANKCNBJAXXXN}}{{4:\r\n:20:STMT{short}\r\n:25:{}\r\n\
         :28C:1/1\r\n:60F:C{short}CNY{}\r\n",
        account(own),
        comma(opening)
    );
    for each in rows {
        let words: Vec<&str> = each.split_whitespace().collect();
        let (serial, amount, told) = (words[0], words[3], words[4]);
        let mark = if amount.starts_with('-') { "D" } else { "C" };
        write!(
            text,
            ":61:{short}{}{mark}{}NTRFNONREF//{serial}\r\n:86:166?00转账\r\n?20{}\r\n?316222000000000000001\r\n?32示例甲公司\r\n",
            &short[2..],
            comma(&format!("{}.00", amount.trim_start_matches('-'))),
            remark(told),
        )
        .unwrap();
    }
    write!(text, ":62F:C{short}CNY{}\r\n-}}\r\n", comma(closing)).unwrap();
    text
}
