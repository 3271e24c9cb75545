//! Hand-made malicious workbooks, for the suites that attack readers.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

const HEADINGS: [&str; 6] = ["本方账号", "交易流水号", "交易日期", "借贷标志", "交易金额", "附言"];

/// A valid statement of one row, as the rows of a sheet.
pub(crate) fn statement(account: &str, serial: &str, amount: &str, remark: &str) -> String {
    let row = [account, serial, "2026-05-11", "贷", amount, remark];
    [HEADINGS, row].iter().zip(1..).map(|(cells, line)| written(line, cells)).collect()
}

fn written(line: u32, cells: &[&str]) -> String {
    let cell = |(column, text): (char, &&str)| {
        format!("<c r=\"{column}{line}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let cells: String = ('A'..).zip(cells).map(cell).collect();
    format!("<row r=\"{line}\">{cells}</row>")
}

/// An `.xlsx` with these rows in its sheet and this table of shared strings.
pub(crate) fn xlsx(rows: &str, strings: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let types = "http://schemas.openxmlformats.org/package/2006/content-types";
    let members = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{types}\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"s\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\" {strings}")),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in members {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// No strings and no count.
pub(crate) const NO_STRINGS: &str = "></sst>";
/// One string with a declared count of four thousand million.
pub(crate) const MANY_STRINGS: &str =
    "count=\"4000000000\" uniqueCount=\"4000000000\"><si><t>a</t></si></sst>";
/// The last possible cell of a sheet.
pub(crate) const FAR_CELL: &str = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";

/// An `.xls` with one sheet of two number cells: the first, and the last that its format can name. calamine builds a
/// dense range of a hundred gigabytes over both, so the process that opens it ends.
pub(crate) fn xls_with_a_far_cell() -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes()[..], data].concat()
    };
    let number = |row: u16, column: u16| {
        let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        record(0x0203, &[&place[..], &1.0_f64.to_le_bytes()[..]].concat())
    };
    let bof = |kind: u8| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let end = record(0x000A, &[]);
    let bound = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 1, 0, b's']].concat());
    let globals = bof(5).len() + bound(0).len() + end.len();
    let mut stream = [bof(5), bound(u32::try_from(globals).unwrap()), end.clone()].concat();
    stream.extend([bof(16), number(0, 0), number(u16::MAX, u16::MAX), end].concat());
    stream.resize(4096, 0);
    compound(&stream)
}

/// A compound file (MS-CFB) of sectors of 512 bytes that holds one stream, `Workbook`.
fn compound(stream: &[u8]) -> Vec<u8> {
    const END: u32 = 0xffff_fffe;
    const FREE: u32 = 0xffff_ffff;
    let sectors = u32::try_from(stream.len() / 512).unwrap();
    let mut header = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    header.resize(24, 0);
    for half in [0x3e_u16, 3, 0xfffe, 9, 6] {
        header.extend(half.to_le_bytes());
    }
    header.resize(44, 0);
    // One sector of the table, the directory in sector 1, no small streams.
    for word in [1, 1, 0, 4096, END, 0, END, 0, 0] {
        header.extend(word.to_le_bytes());
    }
    header.resize(512, 0xff);
    let mut table = vec![0xffff_fffd_u32, END];
    table.extend((0..sectors).map(|one| if one + 1 == sectors { END } else { one + 3 }));
    table.resize(128, FREE);
    let entry = |name: &str, kind: u8, child: u32, start: u32, length: usize| {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry.resize(64, 0);
        entry.extend(u16::try_from(name.len() * 2 + 2).unwrap().to_le_bytes());
        entry.extend([kind, 1]);
        for word in [FREE, FREE, child] {
            entry.extend(word.to_le_bytes());
        }
        entry.resize(116, 0);
        entry.extend(start.to_le_bytes());
        entry.extend(u32::try_from(length).unwrap().to_le_bytes());
        entry.resize(128, 0);
        entry
    };
    let mut directory =
        [entry("Root Entry", 5, 1, END, 0), entry("Workbook", 2, FREE, 2, stream.len())].concat();
    directory.resize(512, 0);
    let table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();
    [header, table, directory, stream.to_vec()].concat()
}
