//! The memory of the readers themselves, for any file.
//!
//! Goal: a remark of ten megabytes passes, an endless piece is refused, and neither exceeds its bound, nor does a file
//! of any length. Method: no file is ever in memory completely; a source makes the bytes during the read, and the
//! kernel reports the peak of the process. It is one test, because the peak belongs to the process; without such a
//! kernel only the results count.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where its world is not as it must be, and shows what it measured"
)]

#[path = "../../../../tests/made/workbook.rs"]
#[expect(dead_code, reason = "the suites of a night need more of it")]
mod workbook;

use statement::feed::Source;
use statement::feed::inspect::{Summary, inspect};
use statement::rules::bank::BankLayouts;
use std::io::{self, Read, Seek, SeekFrom};

/// A file of `before`, repetitions of `again`, and `after`.
struct Made {
    before: Vec<u8>,
    again: Vec<u8>,
    times: usize,
    after: Vec<u8>,
    at: usize,
}

impl Made {
    fn new(before: &str, again: &str, times: usize, after: &str) -> Self {
        let bytes = |text: &str| text.as_bytes().to_vec();
        Self { before: bytes(before), again: bytes(again), times, after: bytes(after), at: 0 }
    }
}

impl Read for Made {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let middle = self.before.len() + self.again.len() * self.times;
        let from = if self.at < self.before.len() {
            &self.before[self.at..]
        } else if self.at < middle {
            &self.again[(self.at - self.before.len()) % self.again.len()..]
        } else {
            &self.after[self.at - middle..]
        };
        let count = from.len().min(into.len());
        into[..count].copy_from_slice(&from[..count]);
        self.at += count;
        Ok(count)
    }
}

impl Seek for Made {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(at) = to else { return Err(io::ErrorKind::Unsupported.into()) };
        self.at = usize::try_from(at).unwrap();
        Ok(at)
    }
}

/// The present and the peak memory of the process, in kilobytes, since the last reset.
fn kilobytes(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.map_or(0, |line| line.trim_start_matches(':').replace("kB", "").trim().parse().unwrap())
}

/// The summary, and the peak megabytes beyond the `began` value.
fn measured(
    name: &str,
    input: &mut dyn Source,
    layouts: &BankLayouts,
    began: u64,
) -> (Summary, u64) {
    // Resets the peak, if the kernel can.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let summary = inspect(name, input, layouts, &mut |_| {});
    let taken = kilobytes("VmHWM").saturating_sub(began) / 1024;
    println!("{name}: {taken} MB, {:?}", summary.error);
    (summary, taken)
}

const CAMT: &str = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>\
    <Stmt><Id>S</Id><Acct><Id><Othr><Id>1</Id></Othr></Id></Acct>";
const ENTRY: &str = "<Ntry><Amt Ccy=\"CNY\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
    <BookgDt><Dt>2026-05-11</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>";
const ENTRY_END: &str = "</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>";
const CAMT_END: &str = "</Stmt></BkToCstmrStmt></Document>";
const MT: &str = ":20:S\n:25:1\n:28C:1\n:60F:C260511CNY0,\n";
const MT_ENTRY: &str = ":61:2605110511C1,00NTRF1\n:86:";
const MT_END: &str = "\n:62F:C260511CNY1,\n-\n";
const CSV: &str = "本方账号,交易流水号,交易日期,借贷标志,交易金额,附言\n";
const ROW: &str = "1,1,2026-05-11,贷,1.00,";

type Case = (&'static str, Box<dyn Source>, Option<u64>, u64);

/// Workbooks of some kilobytes that claim to be large. A far cell costs under 100 MB; here, far less.
fn books() -> Vec<Case> {
    use workbook::{FAR_CELL, MANY_STRINGS, NO_STRINGS, statement, xlsx};
    let good = statement("1", "S1", "1.00", "P1906133753");
    let book = |rows: &str, strings: &str| -> Box<dyn Source> {
        Box::new(io::Cursor::new(xlsx(rows, strings)))
    };
    let wide: String = (3..2_000)
        .map(|row| format!("<row r=\"{row}\"><c r=\"XFD{row}\"><v>1</v></c></row>"))
        .collect();
    let beyond = "<row r=\"4000000000\"><c r=\"A4000000000\"><v>1</v></c></row>";
    let alike = format!("<row r=\"3\">{}</row>", "<c r=\"A3\"><v>1</v></c>".repeat(200_000));
    vec![
        ("XLSX, a far cell", book(&format!("{good}{FAR_CELL}"), NO_STRINGS), Some(1), 16),
        ("XLSX, many strings", book(&good, MANY_STRINGS), Some(1), 16),
        ("XLSX, a row past the limit", book(&format!("{good}{beyond}"), NO_STRINGS), None, 16),
        ("XLSX, nothing but far cells", book(&format!("{good}{wide}"), NO_STRINGS), None, 64),
        ("XLSX, one cell again and again", book(&format!("{good}{alike}"), NO_STRINGS), None, 64),
    ]
}

#[test]
fn memory_is_bounded_whatever_a_file_holds() {
    let ten = 10 << 10; // Times a kilobyte: ten megabytes.
    let long = 20 << 10; // Past every bound.
    let kilobyte = "P1906133753 公积金 ".repeat(45);
    let camt = format!("{CAMT}{ENTRY}");
    let camt_end = format!("{ENTRY_END}{CAMT_END}");
    let mt = format!("{MT}{MT_ENTRY}");
    let csv = format!("{CSV}{ROW}");
    let open = format!("{csv}\"");
    let whole = format!("{ENTRY}P1906133753{ENTRY_END}\n");
    let movement = format!("{MT_ENTRY}P1906133753\n");
    let row = format!("{ROW}P1906133753\n");
    // Name, bytes, entries or the error, megabytes at most.
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("no header, one line",  Made::new("", &kilobyte, long, ""),              None,    8),
        ("camt, many entries",   Made::new(CAMT, &whole, 50_000, CAMT_END),       Some(50_000), 8),
        ("MT940, many entries",  Made::new(MT, &movement, 50_000, MT_END),        Some(50_000), 8),
        ("CSV, many entries",    Made::new(CSV, &row, 50_000, ""),                Some(50_000), 8),
        ("camt, a long remark",  Made::new(&camt, &kilobyte, ten, &camt_end),     Some(1), 64),
        ("MT940, a long remark", Made::new(&mt, &kilobyte, ten, MT_END),          Some(1), 64),
        ("CSV, a long remark",   Made::new(&csv, &kilobyte, ten, "\n"),           Some(1), 64),
        ("camt, endless text",   Made::new(&camt, &kilobyte, long, &camt_end),    None,    64),
        ("MT940, endless line",  Made::new(&mt, &kilobyte, long, MT_END),         None,    64),
        ("MT940, endless text",  Made::new(&mt, &format!("{kilobyte}\n"), long, MT_END), None, 64),
        ("CSV, endless line",    Made::new(&csv, &kilobyte, long, "\n"),          None,    64),
        ("CSV, open quote",      Made::new(&open, &format!("{kilobyte}\n"), long, "\n"), None, 64),
    ];
    let layouts = BankLayouts::shipped().unwrap();
    let books = books();
    let began = kilobytes("VmRSS");
    let mut wrong = Vec::new();
    let rows = rows.map(|(name, input, entries, most)| {
        (name, Box::new(input) as Box<dyn Source>, entries, most)
    });
    for (name, mut input, entries, most) in books.into_iter().chain(rows) {
        let (summary, taken) = measured(name, input.as_mut(), &layouts, began);
        let ends_well = match entries {
            Some(entries) => summary.error.is_none() && summary.entries == entries,
            None => summary.error.as_ref().is_some_and(|error| error.len() < 1000),
        };
        if !ends_well || taken > most {
            wrong.push(format!("{name}: {taken} MB of {most}, {:?}", summary.error));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
