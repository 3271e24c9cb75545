//! The results for one document, as lines: a movement, a reject, a statement, a flag, an error.

use super::read;
use crate::feed::{Flag, Odd, Reject, Sink, Statement, StatementEntry};

#[derive(Default)]
struct Told(Vec<String>);

impl Sink for Told {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        let (party, remarks) = (entry.counterparty, entry.remarks);
        let texts = [remarks.postscript, remarks.purpose, remarks.summary, remarks.note].join("|");
        let party = [party.account, party.name, party.bank_code, party.bank_name].join("|");
        let mut more = String::new();
        if entry.reversal {
            more.push_str(" reversal");
        }
        if entry.contradicted {
            more.push_str(" contradicted");
        }
        if let Some(booking) = entry.booking {
            more.push_str(&format!(" of {} [{}]", booking.amount, booking.serial));
        }
        self.0.push(format!(
            "{} {} {} {}{more} [{}] [{texts}] [{party}]",
            entry.line, entry.booked_on, entry.direction, entry.amount, entry.serial,
        ));
    }
    fn reject(&mut self, reject: Reject) {
        assert!(reject.row.starts_with("<Ntry>") && reject.row.ends_with("</Ntry>"), "{reject:?}");
        self.0.push(format!("reject {reject}"));
    }
    fn statement(&mut self, statement: Statement<'_>) {
        self.0.push(format!(
            "statement {:?} {:?} {} +{} -{} {:?}",
            statement.account,
            statement.currency,
            statement.entries,
            statement.sum_credit,
            statement.sum_debit,
            statement.balance_ok(),
        ));
    }
    fn begins_again(&mut self) {
        self.0.push("again".to_owned());
    }
    fn flag(&mut self, flag: Flag) {
        self.0.push(match flag {
            // Nearly every statement here has no balances; another test covers that.
            Flag::Oddity { odd: Odd::NoOpeningBalance, .. } => return,
            Flag::Oddity { odd, found, .. } => format!("flag {} {found}", odd.code()),
            Flag::ControlSum { what, declared, found, .. } => {
                format!("flag {what} {declared} {found}")
            }
            Flag::BalanceBroken { expected, found, .. } => format!("flag {expected} {found}"),
            Flag::RunningBalanceBroken { .. } => "flag running".to_owned(),
        });
    }
}

pub(super) fn told(text: &str) -> Vec<String> {
    let mut told = Told::default();
    if let Err(error) = read(&mut text.as_bytes(), &mut told) {
        told.0.push(format!("error {error}"));
    }
    told.0
}

pub(super) fn statement(body: &str) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <Stmt><Id>S1</Id><Acct><Id><IBAN>CN01</IBAN></Id></Acct>\n{body}</Stmt>\
         </BkToCstmrStmt></Document>"
    )
}

const BOOKED: &str = "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-05-11</Dt></BookgDt>";

pub(super) fn credit(amount: &str, rest: &str) -> String {
    statement(&format!(
        "<Ntry><Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>{BOOKED}{rest}</Ntry>"
    ))
}

/// An entry with only these elements.
pub(super) fn entry(elements: &str) -> String {
    format!("<Ntry>{elements}</Ntry>")
}

#[test]
fn every_text_of_an_entry_finds_its_field() {
    let details = "<NtryDtls><TxDtls><Refs><EndToEndId>P1906133753</EndToEndId></Refs>\
        <RltdPties><Dbtr><Pty><Nm>甲公司</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>6222</Id></Othr></Id></DbtrAcct>\
        <Cdtr><Pty><Nm>中心</Nm></Pty></Cdtr></RltdPties>\
        <RltdAgts><DbtrAgt><FinInstnId><BICFI>ABCDCNBJ</BICFI><ClrSysMmbId><MmbId>308</MmbId></ClrSysMmbId><Nm>某行</Nm></FinInstnId></DbtrAgt></RltdAgts>\
        <Purp><Prtry>公积金</Prtry></Purp><RmtInf><Ustrd>P19061</Ustrd><Ustrd>33753</Ustrd><Strd><CdtrRefInf><Ref>R1</Ref></CdtrRefInf></Strd></RmtInf>\
        <AddtlTxInf>汇</AddtlTxInf></TxDtls></NtryDtls><AddtlNtryInf>网银转账 &amp; &#x6C47;</AddtlNtryInf>";
    let rest = format!("<AcctSvcrRef>B1</AcctSvcrRef>{details}");
    assert_eq!(
        told(&credit("1200.00", &rest)),
        [
            "2 2026-05-11 credit 1200.00 [B1] \
             [P19061 33753|R1；另：公积金|网银转账 & 汇|汇；另：P1906133753] [6222|甲公司|308|某行]",
            "statement Some(\"CN01\") Some(\"CNY\") 1 +1200 -0 None",
        ]
    );
}

#[test]
fn an_entry_that_cannot_be_read_is_a_reject_with_its_field() {
    #[rustfmt::skip]
    let rows = [
        ("<CdtDbtInd>CRDT</CdtDbtInd><Amt Ccy=\"CNY\">1e3</Amt>",      "2: Amt \"1e3\": expected digits with one '.'"),
        ("<CdtDbtInd>CRDT</CdtDbtInd><Amt Ccy=\"CNY\">1<a/>0</Amt>",   "2: Amt \"1 0\": expected digits with one '.'"),
        ("<CdtDbtInd>CRDT</CdtDbtInd><Amt>1</Amt>",                    "2: Amt/@Ccy \"\": expected a value"),
        ("<CdtDbtInd>CRDT</CdtDbtInd><Amt Ccy=\"cny\">1</Amt>",        "2: Amt/@Ccy \"cny\": expected a currency code of three capitals"),
        ("<CdtDbtInd>CRDT</CdtDbtInd>",                                "2: Amt \"\": expected a value"),
        ("<Amt Ccy=\"CNY\">1</Amt>",                                   "2: CdtDbtInd \"\": expected a value"),
        ("<Amt Ccy=\"CNY\">1</Amt><CdtDbtInd>C</CdtDbtInd>",           "2: CdtDbtInd \"C\": expected CRDT or DBIT"),
    ];
    for (fields, want) in rows {
        let text = statement(&format!("<Ntry>{fields}{BOOKED}</Ntry>"));
        assert_eq!(told(&text)[0], format!("reject {want}"), "{fields}");
    }
    let dates = statement(
        "<Ntry><Amt Ccy=\"CNY\">5</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-02-30</Dt></BookgDt></Ntry>",
    );
    let told = told(&dates);
    assert!(told[0].starts_with("reject 2: BookgDt \"2026-02-30\": expected a date"), "{told:?}");
    assert!(told[1].contains("1 +5 -0"), "its amount still counts: {told:?}");
}

#[test]
fn only_the_banks_own_booked_entries_are_movements() {
    let entry = |status: &str| {
        format!(
            "<Ntry><Amt Ccy=\"CNY\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>{status}<ValDt><Dt>2026-05-11</Dt></ValDt></Ntry>"
        )
    };
    let pending = entry("<Sts>PDNG</Sts>") + &entry("<Sts><Cd>INFO</Cd></Sts>");
    let foreign = format!(
        "<x:Ntry xmlns:x=\"urn:evil\">{}</x:Ntry><SplmtryData><Envlp>{}</Envlp></SplmtryData>",
        entry(""),
        entry("")
    );
    let redeclared = entry("").replacen("<Ntry>", "<Ntry xmlns=\"urn:evil\">", 1);
    let told = told(&statement(&(pending + &foreign + &redeclared + &entry(""))));
    assert_eq!(
        told,
        [
            "flag booked-on-value-date 2026-05-11",
            "2 2026-05-11 credit 1 [] [|||] [|||]",
            "statement Some(\"CN01\") Some(\"CNY\") 3 +1 -0 None",
        ]
    );
}

#[test]
fn one_namespace_may_go_by_two_prefixes() {
    let text = credit("1", "")
        .replace(
            "<Document xmlns=",
            "<Document xmlns:b=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\" xmlns=",
        )
        .replace("<Ntry>", "<b:Ntry>")
        .replace("</Ntry>", "</b:Ntry>");
    assert_eq!(told(&text).len(), 2, "{:?}", told(&text));
}

#[test]
fn what_is_no_statement_is_an_error_of_the_file() {
    let good = credit("1", "<AddtlNtryInf>x</AddtlNtryInf>");
    let deep = "<a>".repeat(100_000);
    #[rustfmt::skip]
    let rows = [
        (String::new(),                                               "error line 1: expected a statement, found an empty file"),
        (" \n ".to_owned(),                                           "error line 2: expected a statement, found an empty file"),
        (good[..good.len() - 5].to_owned(),                           "error line 2: expected well-formed XML"),
        (good.replace("</Document>", ""),                             "error line 2: expected the end of the document"),
        (good.replace("</Ntry>", "</Stmt>"),                          "error line 2: expected well-formed XML"),
        (good.clone() + "<a/>",                                       "error line 2: expected the end of the file"),
        (good.clone() + "x",                                          "error line 2: expected a camt document"),
        (good.replace("camt.053", "pain.001"),                        "error line 1: expected the namespace"),
        ("<html><body>Sorry</body></html>".to_owned(),                "error line 1: expected a camt.052, camt.053"),
        (format!("<!DOCTYPE d [<!ENTITY e \"1\">]>{good}"),            "error line 1: refused: the file holds a document type"),
        (good.replace(">x<", ">&e;<"),                                "error line 2: refused: the file holds an entity"),
        (good.replace("Ccy=\"CNY\"", "Ccy=\"&e;\""),                  "error line 2: refused: the file holds an entity"),
        (good.replace(">x<", ">\0<"),                                 "error line 2: expected text without control"),
        (good.replace(">x<", ">&#0;<"),                               "error line 2: expected "),
        (deep,                                                        "error line 1: expected at most 64 nested"),
    ];
    for (text, want) in rows {
        let told = told(&text);
        let last = told.last().unwrap();
        assert!(last.starts_with(want), "{}: {last}", text.chars().take(60).collect::<String>());
    }
}

#[test]
fn a_remark_of_ten_megabytes_is_read_and_an_endless_one_refused() {
    let long = "公积金".repeat(1_100_000);
    let told_long = told(&credit("1", &format!("<AddtlNtryInf>{long}</AddtlNtryInf>")));
    assert!(told_long[0].contains(&long) && told_long.len() == 2);
    let kilobyte = "x".repeat(1024);
    for piece in ["", "&amp;", "<!-- -->"] {
        let endless = format!("{kilobyte}{piece}").repeat(13 << 10);
        let told = told(&credit("1", &format!("<AddtlNtryInf>{endless}</AddtlNtryInf>")));
        assert!(told[0].starts_with("error line 2: expected"), "{}", &told[0][..80]);
    }
}

#[test]
fn what_a_statement_declares_is_compared() {
    let balance = |code: &str, amount: &str, indicator: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{amount}</Amt>{indicator}</Bal>"
        )
    };
    let overdrawn = balance("PRCD", "10", "<CdtDbtInd>DBIT</CdtDbtInd>");
    let totals =
        "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>1.00</Sum></TtlNtries></TxsSummry>";
    let body = credit("1", "");
    let entry = &body[body.find("<Ntry>").unwrap()..body.find("</Stmt>").unwrap()];
    let told =
        told(&statement(&format!("{overdrawn}{}{totals}{entry}", balance("CLBD", "-8", ""))));
    assert_eq!(told[1..3], ["flag -9 -8", "flag TxsSummry/TtlNtries 2 1"]);
    assert!(told[3].ends_with("Some(false)"));
}

#[test]
fn an_entry_without_a_day_takes_the_one_day_of_its_statement() {
    let period = |from: &str, to: &str| {
        format!("<FrToDt><FrDtTm>{from}</FrDtTm><ToDtTm>{to}</ToDtTm></FrToDt>")
    };
    let balance = |code: &str, day: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">1</Amt><Dt><Dt>{day}</Dt></Dt></Bal>"
        )
    };
    let (on, before) = ("2026-05-11", "2026-05-10");
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (period("2026-05-11T00:00:00", "2026-05-11T23:59:59"),             true),
        (period("2026-05-11T00:00:00+08:00", "2026-05-12T00:00:00+08:00"), true),
        (period("2026-05-10T16:00:00Z", "2026-05-11T15:59:59Z"),           true),
        (period("2026-05-11T00:00:00", "2026-05-12T23:59:59"),             false),
        (period("2026-05-11T00:00:00", ""),                                false),
        (period("2026-05-11", "2026-05-11"),                               true),
        (balance("OPBD", on) + &balance("CLBD", on),                       true),
        (balance("PRCD", before) + &balance("CLBD", on),                   true),
        (balance("OPBD", before) + &balance("CLBD", on),                   false),
        (balance("CLBD", on),                                              false),
        (period("2026-05-11", "2026-05-11") + &balance("CLBD", before),    false),
        (String::new(),                                                    false),
    ];
    for (head, known) in rows {
        let entry = entry("<Amt Ccy=\"CNY\">5</Amt><CdtDbtInd>CRDT</CdtDbtInd>");
        let told = told(&statement(&(head.clone() + &entry)));
        let has = |start: &str| told.iter().any(|line| line.starts_with(start));
        assert_eq!(has("2 2026-05-11 credit 5 "), known, "{head}: {told:?}");
        assert_eq!(has("flag booked-on-statement-day 2026-05-11"), known, "{head}: {told:?}");
        assert_eq!(has("reject 2: BookgDt \"\": expected a value"), !known, "{head}: {told:?}");
    }
}

#[test]
fn an_amount_past_the_largest_is_a_reject_and_in_no_sum() {
    let most = told(&credit("999999999999.99", ""));
    assert!(most[0].contains("credit 999999999999.99 "), "{most:?}");
    let more = told(&credit("70201200000000123", ""));
    assert_eq!(
        more,
        [
            "reject 2: Amt \"70201200000000123\": expected at most 999999999999.99",
            "statement Some(\"CN01\") None 1 +0 -0 None",
        ]
    );
}

#[test]
fn a_statement_that_stands_there_twice_begins_again() {
    let once = credit("1", "");
    let whole = &once[once.find("<Stmt>").unwrap()..once.find("</BkToCstmrStmt>").unwrap()];
    let twice = once.replace(whole, &format!("{whole}{whole}"));
    let again = told(&twice).iter().filter(|line| *line == "again").count();
    assert_eq!(again, 1);
    assert!(told(&twice).contains(&"flag statement-repeated S1".to_owned()));
    let other = whole.replace("<Acct>", "<CreDtTm>2026-05-12T09:00:00</CreDtTm><Acct>");
    let two = told(&once.replace(whole, &format!("{whole}{other}")));
    assert!(!two.contains(&"again".to_owned()), "{two:?}");
}

#[test]
fn what_is_missing_between_statements_of_a_file_is_told() {
    let balance = |code: &str, amount: u32| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{amount}</Amt></Bal>"
        )
    };
    let part = |id: u32, numbers: &str, balances: String| {
        format!(
            "<Stmt><Id>{id}</Id>{numbers}<Acct><Id><IBAN>CN01</IBAN></Id></Acct>{balances}</Stmt>"
        )
    };
    let both = |opening, closing| balance("OPBD", opening) + &balance("CLBD", closing);
    let number = |number: u32| format!("<ElctrncSeqNb>{number}</ElctrncSeqNb>");
    let page = |page: u32, last: bool| {
        format!("<StmtPgntn><PgNb>{page}</PgNb><LastPgInd>{last}</LastPgInd></StmtPgntn>")
    };
    let legal = |number: u32| format!("<LglSeqNb>{number}</LglSeqNb>");
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (vec![part(1, &number(1), both(0, 5)), part(2, &number(2), both(5, 9))], ""),
        (vec![part(1, &number(1), both(0, 5)), part(2, &number(4), both(5, 9))], "flag page-missing numbers 2 to 3"),
        (vec![part(1, &legal(1), both(0, 5)), part(2, &legal(3), both(5, 9))],   "flag page-missing number 2"),
        (vec![part(1, "", both(0, 5)), part(2, "", both(6, 9))],                 "flag opening-not-closing 6, closing before 5"),
        (vec![part(1, "", both(5, 9)), part(2, "", both(0, 5))],                 ""),
        (vec![part(1, &page(1, false), both(0, 5)), part(2, &page(3, true), both(5, 9))], "flag page-missing page 2"),
        (vec![part(1, &page(1, false), both(0, 5))],                             "flag page-missing page 2"),
    ];
    for (parts, want) in rows {
        let envelope = statement("");
        let from = envelope.find("<Stmt>").unwrap();
        let to = envelope.find("</BkToCstmrStmt>").unwrap();
        let text = format!("{}{}{}", &envelope[..from], parts.concat(), &envelope[to..]);
        // The balances of these statements without entries do not hold; that is not tested here.
        let flags = told(&text)
            .into_iter()
            .filter(|line| line.contains("-missing") || line.contains("-closing"));
        assert_eq!(flags.collect::<Vec<_>>().join("; "), want, "{text}");
    }
}
