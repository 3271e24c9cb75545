//! The third bank's statements in April: one MT940 message per delivery.

use super::booked::{DemoLine, time, yuan};
use std::fmt::Display;

/// Characters of a remark per sub-field of `:86:`.
const SUBFIELD_CHARS: usize = 27;

pub(super) fn write(account: &str, on: impl Display, opening: i64, lines: &[DemoLine]) -> Vec<u8> {
    let day = |line: &DemoLine| line.movement.on.format("%y%m%d").to_string();
    let first = lines.first().map(day).unwrap_or_default();
    let last = lines.last().map(day).unwrap_or_default();
    let mut text = format!(
        "{{1:F01BANKCNBJAXXX0000000000}}{{2:I940BANKCNBJAXXXN}}{{4:\r\n:20:ST{on}\r\n\
         :25:{account}\r\n:28C:00001/1\r\n:60F:C{first}CNY{}\r\n",
        comma(opening)
    );
    for line in lines {
        let DemoLine { serial, movement, .. } = line;
        let mark = match (movement.amount < 0, movement.reversal) {
            (false, false) => "C",
            (true, false) => "D",
            (false, true) => "RD",
            (true, true) => "RC",
        };
        let entry = movement.on.format("%m%d");
        let amount = comma(movement.amount.abs());
        text.push_str(&format!(
            ":61:{}{entry}{mark}{amount}NTRFNONREF//{serial}\r\n{}\r\n:86:166?00{}",
            day(line),
            time(movement.second, ":"),
            movement.summary
        ));
        let remark: Vec<char> = movement.remark.chars().collect();
        for (number, part) in (20..30).zip(remark.chunks(SUBFIELD_CHARS)) {
            text.push_str(&format!("\r\n?{number}{}", part.iter().collect::<String>()));
        }
        let (code, _) = movement.branch;
        let (payer, payer_account) = (&movement.payer, &movement.payer_account);
        text.push_str(&format!("\r\n?30{code}?31{payer_account}\r\n?32{payer}\r\n"));
    }
    let closing = lines.last().map_or(opening, |line| line.balance);
    text.push_str(&format!(":62F:C{last}CNY{}\r\n-}}\r\n", comma(closing)));
    text.into_bytes()
}

fn comma(fen: i64) -> String {
    yuan(fen).replace('.', ",")
}
