//! What people read when a table cannot be read, and what must hold for any table.
//!
//! The goldens below are the texts of rejects and errors, each from a few lines that make it. The
//! properties run the whole reader over mutated files: nothing panics, every row is accounted for.
#![expect(clippy::unwrap_used, reason = "a test stops where its world is not as it must be")]

use duizhang::feed::identity::Serials;
use duizhang::feed::inspect::inspect;
use duizhang::feed::{self, Entry, FeedError, FeedFacts, Flag, Reject, Sink, Statement};
use duizhang::rulebook::bank::BankLayouts;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::LazyLock;

static LAYOUTS: LazyLock<BankLayouts> = LazyLock::new(|| BankLayouts::shipped().unwrap());

/// Keeps what a reader gives, in words.
#[derive(Default)]
struct Kept {
    entries: Vec<String>,
    identities: Vec<String>,
    lines: BTreeSet<u64>,
    rejects: Vec<String>,
    flags: Vec<String>,
    statements: Vec<String>,
    serials: Serials,
}

impl Sink for Kept {
    fn entry(&mut self, entry: Entry<'_>) {
        let without_line = Entry { line: 0, ..entry };
        self.entries.push(format!("{without_line:?}"));
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
        ("2026-05-11,,贷,-5.00,,,,",          "2:4: 交易金额 \"-5.00\": expected an amount without a minus"),
        ("2026-05-11,,贷,,,,,",               "2:4: 交易金额 \"\": expected a value"),
        ("2026-02-30,,贷,5.00,,,,",           "2:1: 交易日期 \"2026-02-30\": expected a date such as 2026-05-11"),
        ("05/03/24,,贷,5.00,,,,",             "2:1: 交易日期 \"05/03/24\": expected a date such as 2026-05-11"),
        (",,贷,5.00,,,,",                     "2:1: 交易日期 \"\": expected a value"),
        ("2026-05-11,25:00:00,贷,5.00,,,,",   "2:2: 交易时间 \"25:00:00\": expected a time of day such as 09:30:00"),
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
        ("甲,乙,丙\n1,2,3\n".into(), "line 1: expected the columns of a layout in rules/banks, found \"甲,乙,丙\""),
        ("\n交易日期,交易金额,余额,附言\n".into(),
         "line 2: expected the columns 借贷标志 of layout standard, found \"交易日期,交易金额,余额,附言\""),
        ("交易日期,借贷标志,交易金额,附言,附言\n".into(),
         "line 1: expected the column 附言 once, found \"交易日期,借贷标志,交易金额,附言,附言\""),
        ("交易日期,借贷标志,交易金额\n2026-05-11,\"贷,5\n".into(),
         "line 2: expected a closing quote, found \"2026-05-11,\\\"贷,5\\n\""),
        (b"Datum,Betrag,W\xe4hrung\n".to_vec(),
         "line 1: expected UTF-8, or an encoding in which the header has the words of a layout, found bytes that are neither"),
        (encoding_rs::GBK.encode("日子,钱数,公积金缴款说明\n").0.into_owned(),
         "line 1: expected the columns of a layout in rules/banks, found \"日子,钱数,公积金缴款说明\""),
        (utf16("甲,乙,丙\n"), "line 1: expected the columns of a layout in rules/banks, found \"甲,乙,丙\""),
        ("交易日期,借贷,借贷标记,交易金额\n".into(),
         "line 1: expected one layout, found bocom-flagged, jiangsu-detail for the header \"交易日期,借贷,借贷标记,交易金额\""),
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

/// A bank that cuts a remark at a byte count leaves half a character: only that row suffers.
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
    assert_eq!(kept.flags, ["4: running-balance-broken: expected 103.00, found 103.01"]);
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
    let text = format!("{HEADER}\n2026-05-11,,贷,110,,,,\n2026-05-11,,借,x,,,,\n");
    let mut rejects = Vec::new();
    let got = inspect("a.csv", &mut Cursor::new(text), &LAYOUTS, &mut |r| rejects.push(r.line));
    assert_eq!(rejects, [3]);
    assert_eq!(
        serde_json::to_string(&got).unwrap(),
        r#"{"file":"a.csv","format":"csv","encoding":"utf-8","statements":1,"entries":1,"transactions":1,"sum_credit":"110.00","sum_debit":"0.00","currency":"CNY","opening":null,"closing":null,"balance_ok":null,"rejected":1,"error":null,"flags":[]}"#
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
