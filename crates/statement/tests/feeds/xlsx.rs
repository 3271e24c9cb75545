//! Workbooks are parsed like tables, and their floats are never trusted.
//!
//! The workbook is written here, with numbers, texts and dates as in banks' programs.

#![expect(clippy::unwrap_used, reason = "a test stops where its world is not as it must be")]

#[path = "../../../../tests/made/workbook.rs"]
#[expect(dead_code, reason = "the suites of a night need more of it")]
mod made;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use statement::feed::{self, Flag, Reject, Sink, Statement, StatementEntry};
use statement::rules::bank::BankLayouts;
use std::io::Cursor;

#[derive(Default)]
struct Kept(Vec<String>);

impl Sink for Kept {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        self.0.push(format!(
            "{} {} {} {} {} {}",
            entry.account.unwrap_or("-"),
            entry.booked_on,
            entry.direction,
            entry.amount,
            entry.counterparty.account,
            entry.remarks.postscript,
        ));
    }

    fn reject(&mut self, reject: Reject) {
        self.0.push(reject.to_string());
    }

    fn statement(&mut self, _: Statement<'_>) {}

    fn flag(&mut self, flag: Flag) {
        self.0.push(flag.to_string());
    }
}

fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, "说明").unwrap();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "账　　号：").unwrap();
    sheet.write(0, 1, "2105400000000000011").unwrap();
    for (column, heading) in
        ["交易日期", "收入金额", "支出金额", "对方账号", "附言"].into_iter().enumerate()
    {
        sheet.write(2, u16::try_from(column).unwrap(), heading).unwrap();
    }
    let day = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_with_format(3, 0, ExcelDateTime::from_ymd(2026, 5, 11).unwrap(), &day).unwrap();
    sheet.write(3, 1, 53117.1).unwrap();
    sheet.write(3, 3, "6222000000000000001").unwrap();
    sheet.write(3, 4, "P1906133753").unwrap();
    sheet.write(4, 0, "20260511").unwrap();
    sheet.write(4, 2, 20).unwrap();
    sheet.write(4, 3, 622_200_000_000_f64).unwrap();
    sheet.write(5, 0, "2026-05-11").unwrap();
    // The result of 0.1 + 0.2 in a spreadsheet.
    sheet.write(5, 1, 0.300_000_000_000_000_04).unwrap();
    sheet.write(6, 0, "合计").unwrap();
    sheet.write(6, 1, 53117.4).unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_is_a_table_whose_floats_must_be_exact() {
    let layouts = BankLayouts::shipped().unwrap();
    let mut kept = Kept::default();
    let facts = feed::read(&mut Cursor::new(workbook()), &layouts, &mut kept).unwrap();
    assert_eq!((facts.format.code(), facts.layout.as_deref()), ("xlsx", Some("standard-pair")));
    assert_eq!(
        kept.0,
        [
            "2105400000000000011 2026-05-11 credit 53117.10 6222000000000000001 P1906133753",
            "2105400000000000011 2026-05-11 debit 20 622200000000 ",
            "6:2: 收入金额 \"≈3.0000000000000004e-1\": expected a digit at position 1, found '≈'",
        ]
    );
}

#[test]
fn a_broken_workbook_is_an_error() {
    let layouts = BankLayouts::shipped().unwrap();
    let mut bytes = workbook();
    bytes.truncate(bytes.len() / 2);
    let error = feed::read(&mut Cursor::new(bytes), &layouts, &mut Kept::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected a workbook of at most 512 MiB, found \"more, or a broken archive\""
    );
}

/// The entries of a workbook, parsed with the shipped rules.
fn read(bytes: Vec<u8>) -> Result<Vec<String>, String> {
    let layouts = BankLayouts::shipped().unwrap();
    let mut kept = Kept::default();
    let read = feed::read(&mut Cursor::new(bytes), &layouts, &mut kept);
    read.map(|_| kept.0).map_err(|error| error.to_string())
}

#[test]
fn what_a_workbook_says_of_itself_is_not_believed_and_what_it_holds_is_read() {
    let good = made::statement("1", "S1", "1200.00", "P1906133753");
    let want = vec!["1 2026-05-11 credit 1200.00  P1906133753".to_owned()];
    let rows = format!("{good}{}", made::FAR_CELL);
    assert_eq!(read(made::xlsx(&rows, made::NO_STRINGS)), Ok(want.clone()), "a far cell");
    assert_eq!(read(made::xlsx(&good, made::MANY_STRINGS)), Ok(want), "a count of strings");
    let beyond = [
        ("1048577", "A1048577", "one in row 1048577, column 1"),
        ("3", "XFE3", "one in row 3, column 16385"),
        ("1", "A1", "row 1 behind row 2"),
    ];
    for (row, place, says) in beyond {
        let rows = format!("{good}<row r=\"{row}\"><c r=\"{place}\"><v>1</v></c></row>");
        let error = read(made::xlsx(&rows, made::NO_STRINGS)).unwrap_err();
        assert!(error.contains(says), "{place}: {error}");
    }
}

#[test]
fn a_table_may_stand_anywhere_in_its_sheet() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let rows = [
        ["本方账号", "交易流水号", "交易日期", "借贷标志", "交易金额", "附言"],
        ["1", "S1", "2026-05-11", "贷", "7.00", "甲"],
        ["1", "S2", "2026-05-12", "贷", "8.00", "乙"],
    ];
    // From C5 on, with three thousand empty rows in the middle and a note far to the right of a row.
    for (cells, row) in rows.iter().zip([4, 5, 3005]) {
        for (cell, column) in cells.iter().zip(2..) {
            sheet.write(row, column, *cell).unwrap();
        }
    }
    sheet.write(5, 40, "核").unwrap();
    let read = read(workbook.save_to_buffer().unwrap()).unwrap();
    let want = [
        "1 2026-05-11 credit 7.00  甲",
        "1 2026-05-12 credit 8.00  乙",
        "6: column-not-read: found \"column 41\"",
    ];
    let mut sorted = read.clone();
    sorted.sort();
    assert_eq!(sorted, want);
}
