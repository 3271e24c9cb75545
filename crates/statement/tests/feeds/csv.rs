//! Messages for people about unreadable tables, and invariants for any table.
//!
//! The goldens below are the texts of rejects and errors, each from a few lines that cause it. The properties run the
//! full reader over mutated files: nothing panics, every row is accounted for.
#![expect(clippy::unwrap_used, reason = "a test stops where its world is not as it must be")]

use proptest::prelude::*;
use statement::feed::identity::Serials;
use statement::feed::inspect::inspect;
use statement::feed::{self, FeedError, FeedFacts, Flag, Reject, Sink, Statement, StatementEntry};
use statement::rules::bank::BankLayouts;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::LazyLock;

static LAYOUTS: LazyLock<BankLayouts> = LazyLock::new(|| BankLayouts::shipped().unwrap());

/// Keeps a reader's results as text.
#[derive(Default)]
struct Kept {
    entries: Vec<String>,
    identities: Vec<String>,
    lines: BTreeSet<u64>,
    rejects: Vec<String>,
    flags: Vec<String>,
    statements: Vec<String>,
    serials: Serials,
    /// Direction, amount and whether it is a correction, as `debit 5.00 red`.
    ways: Vec<String>,
}

impl Sink for Kept {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        let without_line = StatementEntry { line: 0, ..entry };
        self.entries.push(format!("{without_line:?}"));
        let red = if entry.reversal { " red" } else { "" };
        self.ways.push(format!("{} {}{red}", entry.direction, entry.amount));
        let account = entry.account.unwrap_or("inbox");
        self.identities.push(format!("{account} {}", self.serials.serial(account, &entry)));
        assert!(self.lines.insert(entry.line), "line {} twice", entry.line);
    }

    fn reject(&mut self, reject: Reject) {
        assert!(self.lines.insert(reject.line), "line {} twice", reject.line);
        self.rejects.push(reject.to_string());
    }

    fn statement(&mut self, statement: Statement<'_>) {
        let balance = |balance: Option<feed::Balance>| {
            balance.map_or("-".to_owned(), |balance| balance.amount.to_string())
        };
        self.statements.push(format!(
            "{} {} entries, +{} -{}, {} to {}",
            statement.account.unwrap_or("-"),
            statement.entries,
            statement.sum_credit,
            statement.sum_debit,
            balance(statement.opening),
            balance(statement.closing),
        ));
    }

    fn flag(&mut self, flag: Flag) {
        self.flags.push(flag.to_string());
    }
}

fn read(bytes: &[u8]) -> (Result<FeedFacts, FeedError>, Kept) {
    let mut kept = Kept::default();
    let result = feed::read(&mut Cursor::new(bytes), &LAYOUTS, &mut kept);
    (result, kept)
}

const HEADER: &str = "交易日期,交易时间,借贷标志,交易金额,余额,币种,附言,冲正标志";

#[test]
fn a_row_that_cannot_be_read_says_where_and_why() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("2026-05-11,,贷,\"1,2o0.00\",,,,",   "2:4: 交易金额 \"1,2o0.00\": expected a digit at position 4, found 'o'"),
        ("2026-05-11,,贷,1.005,,,,",          "2:4: 交易金额 \"1.005\": expected at most two decimals, found \"1.005\""),
        ("2026-05-11,,贷,\"12,00\",,,,",      "2:4: 交易金额 \"12,00\": expected commas between groups of three digits, found \"12,00\""),
        ("2026-05-11,,贷,,,,,",               "2:4: 交易金额 \"\": expected a value"),
        ("2026-02-30,,贷,5.00,,,,",           "2:1: 交易日期 \"2026-02-30\": expected a date such as 2026-05-11"),
        ("05/03/24,,贷,5.00,,,,",             "2:1: 交易日期 \"05/03/24\": expected a date such as 2026-05-11"),
        ("2026-05-11,,X,5.00,,,,",            "2:3: 借贷标志 \"X\": expected 贷, 贷方, C, CR, credit, 收, 收入 (credit) or 借, 借方, D, DR, debit, 付, 支出 (debit)"),
        ("2026-05-11,,贷,5.00,x,,,",          "2:5: 余额 \"x\": expected a digit at position 1, found 'x'"),
        ("2026-05-11,,贷,5.00,,金元,,",        "2:6: 币种 \"金元\": expected a currency such as 人民币 or CNY"),
        ("2026-05-11,,贷,5.00,,,,?",          "2:8: 冲正标志 \"?\": expected 是, 1, Y, 冲正 or 否"),
        ("2026-05-11,,贷,5.00",               "2: row \"4 fields\": expected 8 fields"),
        ("2026-05-11,,贷,5.00,,,a,否,b",       "2: row \"9 fields\": expected 8 fields"),
        ("2026-05-11,,贷,5.00,,,a\0b,",       "2: row \"2026-05-11,,贷,5.00,,,a\\0b,\": expected text without NUL"),
    ];
    for (row, want) in rows {
        let (result, kept) = read(format!("{HEADER}\n{row}\n").as_bytes());
        assert!(result.is_ok(), "{row}: {result:?}");
        assert_eq!(kept.rejects, [want], "row {row:?}");
        assert!(kept.entries.is_empty(), "row {row:?}");
    }
}

/// The meaning of a minus: a correction (红字), or nothing new beside a word if each outgoing row has both.
#[test]
fn a_minus_is_read_as_the_table_uses_it() {
    let flagged = "交易日期,借贷标志,交易金额,余额";
    let pair = "交易日期,收入金额,支出金额,余额";
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (flagged, "2026-05-11,贷,-5.00,95.00", vec!["debit 5.00 red"]),
        (flagged, "2026-05-11,借,-5.00,95.00\n2026-05-11,贷,5.00,100.00", vec!["debit 5.00", "credit 5.00"]),
        (flagged, "2026-05-11,借,5.00,95.00\n2026-05-11,借,-5.00,100.00", vec!["debit 5.00", "credit 5.00 red"]),
        // If balances disagree with the rows without a minus, the balances win.
        (flagged, "2026-05-11,借,5.00,95.00\n2026-05-11,借,-5.00,90.00", vec!["debit 5.00", "debit 5.00"]),
        (pair,    "2026-05-11,,-5.00,105.00",  vec!["credit 5.00 red"]),
        (pair,    "2026-05-11,-5.00,,95.00",   vec!["debit 5.00 red"]),
        (pair,    "2026-05-11,0.00,-5.00,105.00", vec!["credit 5.00 red"]),
    ];
    for (header, text, want) in rows {
        let (result, kept) = read(format!("{header}\n{text}\n").as_bytes());
        assert!(result.is_ok(), "{text}: {result:?}");
        assert!(kept.rejects.is_empty(), "{text}: {:?}", kept.rejects);
        assert_eq!(kept.ways, want, "{text}");
    }
}

/// 贷 is money in for a bank; in the account owner's books it is the opposite, and only balances can tell.
#[test]
fn books_of_the_owner_are_read_where_balances_prove_them() {
    let bank = "交易日期,借方,贷方,余额\n2026-05-11,,100.00,1100.00\n2026-05-12,30.00,,1070.00\n2026-05-13,,7.00,1077.00\n";
    let owner = "交易日期,借方,贷方,余额\n2026-05-11,100.00,,1100.00\n2026-05-12,,30.00,1070.00\n2026-05-13,7.00,,1077.00\n";
    for text in [bank, owner] {
        let (result, kept) = read(text.as_bytes());
        assert!(result.is_ok(), "{result:?}");
        assert_eq!(kept.ways, ["credit 100.00", "debit 30.00", "credit 7.00"], "{text}");
    }
    // 收入 and 支出 are unambiguous: a contradiction is flagged, and refused if it continues.
    let other = owner.replace("借方", "支出").replace("贷方", "收入");
    let (result, kept) = read(other.as_bytes());
    assert!(result.is_ok() && kept.flags.len() == 2, "{result:?} {:?}", kept.flags);
    let more: String = (0..6_i64).map(|n| format!("2026-05-14,1.00,,{}.00\n", 1078 + n)).collect();
    let error = read(format!("{other}{more}").as_bytes()).0.unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 2: expected balances that follow from the amounts, found 8 of 8 that do not"
    );
}

/// After the last row a row without a day is a footer, whatever sums it has; between rows it is a reject.
#[test]
fn a_row_without_a_day_is_a_footer_or_a_reject() {
    let header = "交易日期,收入金额,支出金额,余额,对方户名,附言";
    let row = "2026-05-11,5.00,,105.00,甲,";
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (format!("{row}\n合计,5.00,,,,"),               0, 1),
        (format!("{row}\n,5.00,0.00,,,"),               0, 1),
        (format!("{row}\n,3.00,,,乙公司,P1906133753"),  1, 1),
        (format!("{row}\n,3.00,,108.00,,"),             1, 1),
        (format!("{row}\n,3.00,,,,\n{row}"),            1, 2),
        (format!("{row}\n承前页,5.00,,,,\n{row}"),      0, 2),
        (format!("{row}\n20260532,5.00,,,,"),           1, 1),
    ];
    for (text, rejects, entries) in rows {
        let (result, kept) = read(format!("{header}\n{text}\n").as_bytes());
        assert!(result.is_ok(), "{text}: {result:?}");
        assert_eq!((kept.rejects.len(), kept.entries.len()), (rejects, entries), "{text}");
    }
}

/// A row without a day gets the statement's day if that is a single one, and a flag.
#[test]
fn a_statement_of_one_day_gives_its_rows_the_day() {
    let rows = "09:30:00,5.00,,105.00,甲\n09:31:00,,1.00,104.00,\n合计,5.00,1.00,,\n";
    let header = "交易时间,收入金额,支出金额,余额,对方户名";
    let (result, kept) = read(format!("交易日期：2026-05-11\n{header}\n{rows}").as_bytes());
    assert!(result.is_ok(), "{result:?}");
    assert_eq!((kept.entries.len(), kept.rejects.len()), (2, 0));
    assert!(kept.entries.iter().all(|entry| entry.contains("booked_on: 2026-05-11")));
    assert!(kept.entries[0].contains("09:30:00"), "{}", kept.entries[0]);
    assert_eq!(kept.flags, ["3: booked-on-statement-day: found \"2026-05-11\""]);
    // With two days the choice would be arbitrary.
    let (_, kept) = read(format!("起止日期：2026-05-11至2026-05-12\n{header}\n{rows}").as_bytes());
    assert_eq!((kept.entries.len(), kept.rejects.len()), (0, 1));
}

/// The most common headings of Chinese exports need no layout.
#[test]
fn headings_alone_are_enough() {
    let text = "账号：70200000000000099\n入账日期,收入,支出,余额,对方名称,备注\n\
                2026-05-11,1200.00,,11200.00,示例甲公司,P1906133753\n期末余额,,,11200.00,,\n";
    let (result, kept) = read(text.as_bytes());
    assert_eq!(result.unwrap().layout, None);
    assert_eq!(kept.ways, ["credit 1200.00"]);
    assert!(kept.entries[0].contains("示例甲公司") && kept.entries[0].contains("P1906133753"));
    assert!(
        kept.flags.is_empty() && kept.rejects.is_empty(),
        "{:?} {:?}",
        kept.flags,
        kept.rejects
    );
    assert_eq!(kept.statements, ["70200000000000099 1 entries, +1200.00 -0.00, - to 11200.00"]);
}

/// Unread columns are reported, so that nobody is told that a payer wrote nothing.
#[test]
fn a_column_with_words_that_nobody_reads_is_named() {
    let text = "交易日期,收入金额,支出金额,红利账本,空栏\n2026-05-11,5.00,,P1906133753,\n2026-05-11,5.00,,P1906133753,\n";
    let (_, kept) = read(text.as_bytes());
    assert_eq!(kept.flags, ["2: column-not-read: found \"红利账本\""]);
}

#[test]
fn a_time_that_is_none_rejects_its_row_where_others_have_one() {
    let text =
        "交易日期,交易时间,收入金额,支出金额\n2026-05-11,09:30,5.00,\n2026-05-11,25:00:00,5.00,\n";
    let (_, kept) = read(text.as_bytes());
    let want = "3:2: 交易时间 \"25:00:00\": expected a time of day such as 09:30:00";
    assert_eq!((kept.entries.len(), kept.rejects), (1, vec![want.to_owned()]));
    let (_, kept) = read(text.replace("09:30", "上午九点半").as_bytes());
    assert_eq!((kept.entries.len(), kept.rejects.len()), (2, 0));
    assert_eq!(kept.flags, ["2: column-not-read: found \"交易时间\""]);
}

#[test]
fn a_pair_of_columns_holds_one_amount() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("2026-05-11,5.00,6.00,", "2:2: 收入金额 \"5.00\": expected either a debit or a credit amount"),
        ("2026-05-11,,,",         "2:2: 收入金额 \"\": expected either a debit or a credit amount"),
        ("2026-05-11,5.00,,借",    "2:4: 借贷标志 \"借\": expected either a debit or a credit amount"),
    ];
    for (row, want) in rows {
        let (_, kept) = read(format!("交易日期,收入金额,支出金额,借贷标志\n{row}\n").as_bytes());
        assert_eq!(kept.rejects, [want], "row {row:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_says_what_was_found_and_expected() {
    let utf16 = |text: &str| {
        let mut bytes = vec![0xff, 0xfe];
        text.encode_utf16().for_each(|unit| bytes.extend(unit.to_le_bytes()));
        bytes
    };
    #[rustfmt::skip] // A table is read by column.
    let rows: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), "expected a statement, found an empty file"),
        (b" \r\n ".to_vec(), "expected a statement, found an empty file"),
        (b"\x1f\x8b\x08".to_vec(), "expected CSV, camt, MT940 or settlement records, found \"gzip data\""),
        ("甲,乙,丙\n1,2,3\n".into(), "line 1: expected the headings of a statement, found \"甲,乙,丙\""),
        ("\n交易日期,收入金额,余额,附言\n".into(),
         "line 2: expected the amount of money out, found \"交易日期,收入金额,余额,附言\"; understood 交易日期 as day, 收入金额 as credit, 余额 as balance, 附言 as postscript"),
        ("交易日期,交易金额,附言\n2026-05-11,5.00,\n".into(),
         "line 1: expected which way the money went (a direction, signs, or balances that prove it), found \"交易日期,交易金额,附言\"; understood 交易日期 as day, 交易金额 as amount, 附言 as postscript"),
        ("2026-05-11,5.00,,甲\n交易日期,收入金额,支出金额,附言\n".into(),
         "line 1: expected a header before the first row, found \"rows without one\""),
        ("交易日期,借贷标志,交易金额\n2026-05-11,\"贷,5\n".into(),
         "line 2: expected a closing quote, found \"2026-05-11,\\\"贷,5\\n\""),
        (b"Datum,Betrag,W\xe4hrung\n".to_vec(),
         "line 1: expected UTF-8, or an encoding in which the header has the words of a statement, found bytes that are neither"),
        (encoding_rs::GBK.encode("日子,钱数,公积金缴款说明\n").0.into_owned(),
         "line 1: expected the amount, found \"日子,钱数,公积金缴款说明\"; understood 日子 as day, 公积金缴款说明 as note"),
        (utf16("甲,乙,丙\n"), "line 1: expected the headings of a statement, found \"甲,乙,丙\""),
        ("<html><head><title>会话超时</title></head><body>请重新登录</body></html>".into(),
         "expected a statement, found a web page with the title \"会话超时\""),
    ];
    for (bytes, want) in rows {
        let (result, _) = read(&bytes);
        assert_eq!(result.map(|facts| facts.format).unwrap_err().to_string(), want);
    }
}

#[test]
fn every_encoding_gives_the_same_entries_and_is_named() {
    let text = format!(
        "{HEADER}\r\n2026-05-11,09:30,贷,1200.00,,人民币,P1906133753公积金,\r\n合计,,,,,,,\r\n"
    );
    let mut marked = vec![0xef, 0xbb, 0xbf];
    marked.extend(text.bytes());
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(to_bytes).collect::<Vec<u8>>()
    };
    let want = read(text.as_bytes()).1.entries;
    assert_eq!(want.len(), 1);
    let rows = [
        ("utf-8", text.clone().into_bytes()),
        ("utf-8", marked),
        ("gb18030", encoding_rs::GB18030.encode(&text).0.into_owned()),
        ("gb18030", encoding_rs::GBK.encode(&text).0.into_owned()),
        ("utf-16le", utf16(u16::to_le_bytes)),
        ("utf-16be", utf16(u16::to_be_bytes)),
        ("utf-8", text.replace("\r\n", "\r").into_bytes()),
        ("utf-8", text.replace("\r\n", "\n").into_bytes()),
        ("utf-8", text.replace(',', "\t").into_bytes()),
        ("utf-8", text.replace(',', ";").into_bytes()),
    ];
    for (encoding, bytes) in rows {
        let (result, kept) = read(&bytes);
        assert_eq!(result.unwrap().encoding, encoding);
        assert_eq!(kept.entries, want, "{encoding}");
        assert!(kept.rejects.is_empty(), "{encoding}: {:?}", kept.rejects);
    }
}

/// A bank that cuts a remark at a byte count leaves half a character: only that row is rejected.
#[test]
fn a_character_cut_in_two_rejects_its_row_alone() {
    let text = format!("{HEADER}\n2026-05-11,,贷,5.00,,,公积金,\n2026-05-11,,贷,6.00,,,公积金,\n");
    for (encoding, word) in [("utf-8", encoding_rs::UTF_8), ("gb18030", encoding_rs::GB18030)] {
        let mut bytes = word.encode(&text).0.into_owned();
        let cut = bytes.iter().rposition(|byte| !byte.is_ascii()).unwrap();
        bytes.remove(cut);
        let (result, kept) = read(&bytes);
        assert_eq!(result.unwrap().encoding, encoding);
        assert_eq!((kept.entries.len(), kept.rejects.len()), (1, 1), "{encoding}");
        assert!(kept.rejects[0].ends_with("expected text in the file's encoding"));
    }
}

#[test]
fn running_balances_are_followed_for_each_account_in_either_order() {
    let file =
        |rows: &[&str]| format!("本方账号,交易日期,借贷标志,交易金额,余额\n{}\n", rows.join("\n"));
    let up = ["1,2026-05-11,贷,5.00,105.00", "2,2026-05-11,贷,1,8", "1,2026-05-12,借,2.00,103.00"];
    let down: Vec<_> = up.iter().rev().copied().collect();
    for rows in [&up[..], &down] {
        let (_, kept) = read(file(rows).as_bytes());
        assert!(kept.flags.is_empty(), "{:?}", kept.flags);
        assert!(kept.statements.contains(&"1 2 entries, +5.00 -2.00, - to 103.00".to_owned()));
        assert!(kept.statements.contains(&"2 1 entries, +1 -0, - to 8.00".to_owned()));
    }
    let (_, kept) = read(file(&[up[0], up[1], "1,2026-05-12,借,2.00,103.01"]).as_bytes());
    assert_eq!(kept.flags, ["4: balance-broken: expected 103.00, found 103.01"]);
}

#[test]
fn a_preamble_gives_account_and_balances() {
    let text = "账号：2105400000000000011,币种：人民币\n期初余额：,100.00\n期末余额,120.00\n\
                交易日期,收入金额,支出金额,余额\n2026-05-11,5.00,,105.00\n";
    let (_, kept) = read(text.as_bytes());
    assert_eq!(kept.statements, ["2105400000000000011 1 entries, +5.00 -0.00, 100.00 to 120.00"]);
    assert_eq!(kept.flags, ["5: balance-broken: account ····0011: expected 105.00, found 120.00"]);
}

#[test]
fn settlement_records_are_read_plain_and_in_their_envelope() {
    let records = "1|2105400000000000011|H0001|BDC01|6222000000000000001|示例甲公司|1200.00|20260511|093000|\
        11200.00|0001|P1906133753|156|1|11200.00|0|null|null|102614000013|转账|0|null|null|\r\n\
        2|2105400000000000011|H0002|BDC01|null|null|-20.00|20260511|100000|11180.00|0001|手续费|156|1|\
        11180.00|0|null|null|null|\"费|1|null|null|\r\n\
        3|2105400000000000011|H0003|BDC01|null|null|x|20260511|100000||0001||156|1|||||||2|||\r\n";
    let plain = encoding_rs::GBK.encode(records).0.into_owned();
    let hex: String = plain.iter().map(|byte| format!("{byte:02X}")).collect();
    let envelope = format!(
        "<?xml version=\"1.0\" encoding=\"GBK\"?>\n<message><head><field name=\"TxCode\">SBDC100</field>\
         </head><body><!-- <field name=\"DATA\">00</field> --><field-list name=\"FILE_LIST\">\
         <field-list name=\"0\"><field name=\"NAME\">BDC_BAL_NTF.act</field><field name=\"DATA\">{hex}\
         </field></field-list></field-list></body></message>"
    );
    for bytes in [plain, envelope.clone().into_bytes()] {
        let (result, kept) = read(&bytes);
        assert_eq!(result.unwrap().format.code(), "settlement");
        assert_eq!(
            kept.statements,
            ["2105400000000000011 2 entries, +1200.00 -20.00, - to 11180.00"]
        );
        assert_eq!(kept.rejects, ["3:7: amt \"x\": expected a digit at position 1, found 'x'"]);
        assert!(kept.entries[0].contains("P1906133753") && kept.entries[0].contains("示例甲公司"));
        assert!(kept.entries[1].contains("reversal: true") && kept.entries[1].contains("\\\"费"));
    }
    #[rustfmt::skip] // A table is read by column.
    let broken = [
        (envelope.replace("</message>", ""),           "line 2: expected the end tag of the message, found \"the end of the file\""),
        (envelope.replace("<message>", "<!DOCTYPE message><message>"), "line 2: refused: the file holds a document type"),
        (envelope.replace(&hex, "0G"),                 "expected pairs of hexadecimal digits, found 'G'"),
        (envelope.replace("\"DATA\"", "\"DATE\""),     "expected a field DATA with records, found \"none\""),
    ];
    for (text, want) in broken {
        assert_eq!(read(text.as_bytes()).0.unwrap_err().to_string(), want);
    }
}

#[test]
fn an_html_table_named_xls_is_a_table() {
    let page = "<html><body><table><tr><td>账号：</td><td>2105400000000000011</td></tr>\n\
        <tr><th>交易日期</th><th>收入金额</th><th>支出金额</th><th>附言</th></tr>\n\
        <tr><td>2026-05-11</td><td>1,200.00</td><td>&nbsp;</td><td>P1906133753<br>甲&amp;乙</td></tr>\n\
        </table></body></html>";
    let (result, kept) = read(page.as_bytes());
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(kept.statements, ["2105400000000000011 1 entries, +1200.00 -0.00, - to -"]);
    assert!(kept.entries[0].contains("P1906133753 甲&乙"));
}

#[test]
fn a_summary_has_the_keys_of_the_contract_in_their_order() {
    let text = "交易日期,借贷标志,交易金额\n2026-05-11,贷,110\n2026-05-11,借,x\n";
    let mut rejects = Vec::new();
    let got = inspect("a.csv", &mut Cursor::new(text), &LAYOUTS, &mut |r| rejects.push(r.line));
    assert_eq!(rejects, [3]);
    assert_eq!(
        serde_json::to_string(&got).unwrap(),
        concat!(
            r#"{"file":"a.csv","format":"csv","encoding":"utf-8","statements":1,"entries":1,"transactions":1,"#,
            r#""sum_credit":"110.00","sum_debit":"0.00","currency":"CNY","opening":null,"closing":null,"balance_ok":null,"rejected":1,"#,
            r#""error":null,"flags":[],"blocks":[{"line":1,"account":null,"from":"2026-05-11","to":"2026-05-11","#,
            r#""entries":1,"layout":"standard","columns":[{"heading":"交易日期","reads":"date","why":"layout"},"#,
            r#"{"heading":"借贷标志","reads":"flag","why":"layout"},{"heading":"交易金额","reads":"amount","why":"layout"}],"#,
            r#""proved":null}]}"#,
        )
    );
}

fn row() -> impl Strategy<Value = String> {
    let amount = prop_oneof![Just("5.00"), Just("1,200.00"), Just("x"), Just(""), Just("7")];
    let text = "[a-zA-ZP0-9 \"公积金，\n;|]{0,12}";
    (1..4_u32, amount, any::<bool>(), text).prop_map(|(day, amount, credit, text)| {
        let flag = if credit { "贷" } else { "借" };
        let text = text.replace('"', "\"\"");
        format!("2026-05-{day:02},,{flag},\"{amount}\",,,\"{text}\",")
    })
}

proptest! {
    #[test]
    fn every_row_is_an_entry_or_a_reject(rows in proptest::collection::vec(row(), 0..40)) {
        let text = format!("{HEADER}\n{}\n", rows.join("\n"));
        let (result, kept) = read(text.as_bytes());
        prop_assert!(result.is_ok());
        prop_assert_eq!(kept.entries.len() + kept.rejects.len(), rows.len());
    }

    #[test]
    fn the_order_of_rows_changes_no_identity(
        rows in proptest::collection::vec(row(), 0..20).prop_shuffle(),
    ) {
        let identities = |rows: &[String]| {
            let mut found = read(format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes()).1.identities;
            found.sort();
            found
        };
        let mut sorted = rows.clone();
        sorted.sort();
        let one = identities(&rows);
        prop_assert_eq!(&one, &identities(&sorted));
        let different: BTreeSet<_> = one.iter().collect();
        prop_assert_eq!(different.len(), one.len());
    }

    #[test]
    fn hostile_bytes_are_an_outcome_and_never_a_panic(
        rows in proptest::collection::vec(row(), 0..5),
        gb18030 in any::<bool>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        start in prop_oneof![Just(""), Just("PK\u{3}\u{4}xl/"), Just("<html><tr><td>"), Just("1|")],
    ) {
        let text = format!("{start}{HEADER}\n{}\n", rows.join("\n"));
        let mut bytes = text.clone().into_bytes();
        if gb18030 {
            bytes = encoding_rs::GB18030.encode(&text).0.into_owned();
        }
        for (index, byte) in edits {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes);
    }
}
