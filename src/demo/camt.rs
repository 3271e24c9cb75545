//! The third bank's statements from May on: camt.053.001.08.

use super::booked::{DemoLine, time, yuan};
use chrono::NaiveDate;

pub(super) fn write(account: &str, on: NaiveDate, opening: i64, lines: &[DemoLine]) -> String {
    let first = lines.first().map_or(on, |line| line.movement.on);
    let closing = lines.last().map_or(opening, |line| line.balance);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n<BkToCstmrStmt>\n\
         <GrpHdr><MsgId>ST{on}</MsgId><CreDtTm>{on}T23:59:59</CreDtTm></GrpHdr>\n\
         <Stmt><Id>ST{on}</Id><CreDtTm>{on}T23:59:59</CreDtTm>\
         <Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>\n{}{}",
        balance("OPBD", opening, first),
        balance("CLBD", closing, on),
    );
    for line in lines {
        text.push_str(&entry(line));
    }
    text.push_str("</Stmt>\n</BkToCstmrStmt>\n</Document>\n");
    text
}

fn balance(code: &str, fen: i64, on: NaiveDate) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>\n",
        yuan(fen)
    )
}

fn entry(line: &DemoLine) -> String {
    let DemoLine { serial, movement, .. } = line;
    let (mark, side) = if movement.amount < 0 { ("DBIT", "Cdtr") } else { ("CRDT", "Dbtr") };
    let (on, amount) = (movement.on, yuan(movement.amount.abs()));
    let at = time(movement.second, ":");
    let reversal = if movement.reversal { "<RvslInd>true</RvslInd>" } else { "" };
    let (code, branch) = movement.branch;
    format!(
        "<Ntry><NtryRef>{serial}</NtryRef><Amt Ccy=\"CNY\">{amount}</Amt>\
         <CdtDbtInd>{mark}</CdtDbtInd>{reversal}<Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><DtTm>{on}T{at}</DtTm></BookgDt><ValDt><Dt>{on}</Dt></ValDt>\
         <AcctSvcrRef>{serial}</AcctSvcrRef>\n<NtryDtls><TxDtls>\
         <Refs><AcctSvcrRef>{serial}</AcctSvcrRef></Refs>\
         <RltdPties><{side}><Pty><Nm>{}</Nm></Pty></{side}>\
         <{side}Acct><Id><Othr><Id>{}</Id></Othr></Id></{side}Acct></RltdPties>\
         <RltdAgts><{side}Agt><FinInstnId><ClrSysMmbId><MmbId>{code}</MmbId></ClrSysMmbId>\
         <Nm>{branch}</Nm></FinInstnId></{side}Agt></RltdAgts>\
         <RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls></NtryDtls>\
         <AddtlNtryInf>{}</AddtlNtryInf></Ntry>\n",
        escaped(&movement.payer),
        movement.payer_account,
        escaped(&movement.remark),
        movement.summary,
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
