//! The lists as a clerk delivers them: good, strange, and with every error that the contract names.
//!
//! Errors are compared word for word, because a clerk reads them word for word.

use super::*;
use remittance::{Language, Localized};

fn errors<T: std::fmt::Debug>(result: Result<T, Vec<ImportError>>) -> Vec<String> {
    result.unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn columns_are_found_by_name_in_any_order_and_optional_ones_may_be_absent() {
    let file = "month,amount,reference,issued_on,employer_id\n\
                2026-05,\"1,200.00\",P1906133753,2026-05-02,E001\n";
    let list = notices(file.as_bytes()).unwrap();
    let notice = &list.rows[0];
    assert_eq!(notice.reference.to_string(), "P1906133753");
    assert_eq!(notice.amount.fen(), 1200_00);
    assert_eq!(notice.status.code(), "awaiting");
    let file = "reference,employer_id,amount,issued_on,month,status\r\n\r\n\
                P1906133753,E001,1200,20260502,202605,revoked\r\n,,,,,\r\n";
    let list = notices(file.as_bytes()).unwrap();
    assert_eq!(list.rows.len(), 1);
    assert_eq!(list.rows[0].status.code(), "revoked");
}

#[test]
fn the_encoding_is_found_out_over_the_whole_file() {
    let file = "employer_id,name\nE001,示例联通有限公司\n";
    let marked = [b"\xef\xbb\xbf".as_slice(), file.as_bytes()].concat();
    let (gbk, _, _) = encoding_rs::GB18030.encode(file);
    #[rustfmt::skip] // A table is read by column.
    let rows: [(&[u8], Encoding); 3] = [
        (file.as_bytes(), Encoding::Utf8),
        (&marked,         Encoding::Utf8WithMark),
        (&gbk,            Encoding::Gb18030),
    ];
    for (bytes, want) in rows {
        let list = employers(bytes).unwrap();
        assert_eq!(list.encoding, want);
        assert_eq!(list.rows[0].employer.name, "示例联通有限公司", "{want:?}");
    }
}

#[test]
fn what_is_no_sheet_is_refused_with_what_it_is_and_how_to_save_it() {
    // A build without workbooks says that it cannot read them.
    let workbook = if cfg!(feature = "xlsx") {
        "expected a workbook, found"
    } else {
        "expected a sheet or a CSV, found a workbook, which this build does not read"
    };
    #[rustfmt::skip] // A table is read by column.
    let rows: [(&[u8], &str); 6] = [
        (b"%PDF-1.4",     "expected a sheet or a CSV, found a PDF"),
        (b"a,b\n\0",      "expected a sheet or a CSV, found binary data"),
        (b"PK\x03\x04",   workbook),
        (b"a,b\n\xff\xff", "expected UTF-8 or GB18030 text, found other bytes from offset 4"),
        (b"a,\"b\n",      "expected a closing quote for the one on line 1"),
        (b"\xef\xbb\xbfa\xd6\xd0", "expected UTF-8, as the byte order mark says, found other bytes"),
    ];
    for (bytes, want) in rows {
        let found = employers(bytes).unwrap_err().remove(0);
        assert!(found.to_string().starts_with(want), "{found}");
        assert!(found.to_string().contains("save it as .xlsx"), "{found}");
        assert!(
            found.in_language(Language::Chinese).contains("另存为“Excel 工作簿（.xlsx）”"),
            "{}",
            found.in_language(Language::Chinese)
        );
    }
    assert_eq!(errors(employers(b"")), ["expected a header line, found none"]);
}

#[test]
fn all_that_is_wrong_with_a_header_is_said_at_once() {
    let file = "reference,employer,amount,amount,month\n";
    assert_eq!(
        errors(notices(file.as_bytes())),
        [
            "1:B: column \"employer\": expected one of the columns reference 登记号, employer_id \
             单位编号, amount 金额, issued_on 开具日期, month 月份, status 状态; delete what is not needed",
            "1:D: column \"amount\": expected each column once, found it twice",
            "1: expected a column employer_id, found none",
            "1: expected a column issued_on, found none",
        ]
    );
}

#[test]
fn every_wrong_cell_is_named_with_line_and_column() {
    let file = "reference,employer_id,amount,issued_on,month,status\n\
                P1906133753,E001,\"1,2o0.00\",2026-05-32,2026-5x,open\n\
                P190613375,,0,2026-05-02,2026-05,\n\
                P1906133754,E001,1.005,2026-05-02\n";
    assert_eq!(
        errors(notices(file.as_bytes())),
        [
            "2:C: amount \"1,2o0.00\": expected a digit at position 4, found 'o'",
            "2:D: issued_on \"2026-05-32\": expected a day such as 2026-05-11",
            "2:E: month \"2026-5x\": expected a month such as 2026-05",
            "2:F: status \"open\": expected awaiting, paid or revoked",
            "3:A: reference \"P190613375\": expected 11 characters, found 10, expected P and ten digits",
            "3:B: employer_id \"\": expected a value, found nothing",
            "3:C: amount \"0\": expected more than zero",
            "4:C: amount \"1.005\": expected at most two decimals, found \"1.005\"",
            "4:E: month \"\": expected a value, found nothing",
        ]
    );
}

#[test]
fn a_row_may_stand_twice_but_a_key_has_one_content() {
    let head = "reference,employer_id,amount,issued_on,month\n";
    let row = "P1906133753,E001,1200.00,2026-05-02,2026-05\n";
    let other = "P1906133753,E001,1200.01,2026-05-02,2026-05\n";
    let twice = format!("{head}{row}{row}");
    assert_eq!(notices(twice.as_bytes()).unwrap().rows.len(), 1);
    let conflict = format!("{head}{row}{other}");
    assert_eq!(
        errors(notices(conflict.as_bytes())),
        ["3:A: reference \"P1906133753\": expected each key once, found it with other content on \
          line 2 too"]
    );
    let employer = "employer_id,name\nE1,甲示例公司\nE1,甲示例公司\nE1,乙示例公司\n";
    assert_eq!(
        errors(employers(employer.as_bytes())),
        [
            "4:A: employer_id \"E1\": expected each key once, found it with other content on line 2 too"
        ]
    );
}

#[test]
fn every_error_of_a_long_file_is_kept() {
    let rows = "P1,E001,1,2026-05-02,2026-05\n".repeat(1000);
    let file = format!("reference,employer_id,amount,issued_on,month\n{rows}");
    assert_eq!(errors(notices(file.as_bytes())).len(), 1000);
}

#[test]
fn employers_may_be_known_by_name_alone() {
    let file = "employer_id,name,email,payer_accounts\n\
                E001,甲示例公司,gjj@a.example,6222000011112222; 6222000011113333；\n\
                E002,乙示例公司,,\n";
    let list = employers(file.as_bytes()).unwrap();
    let accounts = ["6222000011112222", "6222000011113333"].map(str::to_owned).to_vec();
    assert_eq!(list.rows[0].employer.payer_accounts, Given::Value(accounts));
    assert_eq!(list.rows[1].employer.email, Given::Empty);
    assert_eq!(list.rows[1].employer.uscc, Given::Absent);
    assert_eq!((&list.lines, list.has("email"), list.has("uscc")), (&vec![2, 3], true, false));
    let file = "employer_id,name,email\nE001,甲示例公司,not an address\n";
    let list = employers(file.as_bytes()).unwrap();
    assert_eq!(list.rows[0].employer.email, Given::Value("not an address".into()), "it is kept");
    assert_eq!(
        list.notes[0].said.en,
        "row 2: email \"not an address\" is no mail address, or one more than three: letters go on paper"
    );
    let file = "employer_id,name,email\nE001,甲,甲＜a@x.example＞、b@y.example\nE002,乙,无\n";
    let list = employers(file.as_bytes()).unwrap();
    assert_eq!(list.rows[0].employer.email, Given::Value("a@x.example;b@y.example".into()));
    assert_eq!(list.rows[1].employer.email, Given::Empty);
    assert_eq!(list.notes, []);
}

#[cfg(feature = "xlsx")]
#[test]
fn a_sheet_is_read_as_it_was_typed_and_rounded_numbers_are_refused() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in ["account_no", "bank", "bank_name", "account_name"].iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), *name).unwrap();
    }
    sheet.write(1, 0, "2105400009300123456").unwrap();
    sheet.write(1, 1, 102).unwrap();
    sheet.write(1, 2, "示例银行").unwrap();
    sheet.write(1, 3, "示例市归集专户").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let list = accounts(&bytes).unwrap();
    assert_eq!(list.encoding, Encoding::Xlsx);
    assert_eq!(list.rows[0].account_no, "2105400009300123456");
    assert_eq!(list.rows[0].bank, "102");
    // A number in a key column is noted: it has no leading zeros.
    assert!(list.notes[0].said.en.starts_with("1 cells of bank are numbers, from row 2 on"));

    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in ["account_no", "bank", "bank_name", "account_name"].iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), *name).unwrap();
        sheet.write(1, u16::try_from(column).unwrap(), "x").unwrap();
    }
    sheet.write(1, 0, 2_105_400_009_300_123_456_u64).unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    assert_eq!(
        errors(accounts(&bytes)),
        ["2:A: account_no \"2105400009300123400\": expected at most fifteen digits in a number, \
          found one that was rounded; format the column as text and type it again"]
    );
}

#[cfg(feature = "xlsx")]
#[test]
fn dates_and_amounts_of_a_sheet_are_cells_of_their_kind() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    let sheet = workbook.add_worksheet();
    let names = ["reference", "employer_id", "amount", "issued_on", "month"];
    for (column, name) in names.iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), *name).unwrap();
    }
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 5, 2).unwrap();
    let month = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 5, 1).unwrap();
    sheet.write(1, 0, "P1906133753").unwrap();
    sheet.write(1, 1, "E001").unwrap();
    sheet.write(1, 2, 53117.1).unwrap();
    sheet.write_with_format(1, 3, &day, &date).unwrap();
    sheet.write_with_format(1, 4, &month, &date).unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let list = notices(&bytes).unwrap();
    assert_eq!(list.rows[0].amount.fen(), 53_117_10);
    assert_eq!(list.rows[0].issued_on.to_string(), "2026-05-02");
    assert_eq!(list.rows[0].month.to_string(), "2026-05");
}

#[test]
fn an_employer_s_terms_are_read_under_either_heading_and_stand_together() {
    let read = |text: &str| employers(text.as_bytes());
    let head = "单位编号,单位名称,单位比例,个人比例,缴至年月,发薪日,地址\n";
    let list = read(&format!("{head}E1,示例公司,8%,0.08,2026-04,15,某路 1 号\nE2,示例二,,,,,\n"));
    let rows = list.unwrap().rows;
    let terms = &rows[0].terms;
    let period = terms.rates.unwrap();
    assert_eq!(
        (period.from.to_string(), period.employer_rate),
        ("2026-05".into(), period.employee_rate)
    );
    assert_eq!(period.employer_rate.to_string(), "0.08");
    assert_eq!(
        (terms.payday, terms.address.as_ref()),
        (Some(Some(15)), Some(&Some("某路 1 号".into())))
    );
    // Empty cells clear optional values; absent columns change nothing.
    assert_eq!((rows[1].terms.rates, rows[1].terms.payday), (None, Some(None)));
    assert!(read("employer_id,name\nE1,示例公司\n").unwrap().rows[0].terms.is_empty());
    #[rustfmt::skip] // A table is read by column.
    let wrong = [
        ("E1,示例公司,8%,,2026-04,,", "2:D: employee_rate \"\": expected both rates and the month paid to, or none of them"),
        ("E1,示例公司,8,8%,2026-04,,", "2:C: employer_rate \"8\": expected a rate such as 0.08 or 8%"),
        ("E1,示例公司,8%,0,2026-04,,", "2:D: employee_rate \"0\": expected a rate such as 0.08 or 8%"),
        ("E1,示例公司,,,,32,",        "2:F: payday \"32\": expected a day from 1 to 31"),
    ];
    for (row, want) in wrong {
        let errors = read(&format!("{head}{row}\n")).unwrap_err();
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(said, [want], "{row}");
    }
}
