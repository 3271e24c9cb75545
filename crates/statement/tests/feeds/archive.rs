//! Zipped statements are parsed one by one, all or none.

#![expect(clippy::unwrap_used, reason = "a test stops where its world is not as it must be")]

use statement::feed::inspect::{Summary, inspect};
use statement::rules::bank::BankLayouts;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const ROWS: &str = "本方账号,交易流水号,交易日期,借贷标志,交易金额\n1,1,2026-05-11,贷,1.00\n";
const MESSAGE: &str = ":20:S\n:25:1\n:60F:C260511CNY0,\n:62F:C260511CNY0,\n-\n";

/// A file of an archive: name and bytes.
type Member<'a> = (&'a str, &'a [u8]);
/// Statements and entries, or the error.
type Wanted = Result<(u64, u64), &'static str>;

fn archive(members: &[Member<'_>]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn summary(bytes: Vec<u8>) -> Summary {
    let layouts = BankLayouts::shipped().unwrap();
    inspect("a.zip", &mut Cursor::new(bytes), &layouts, &mut |_| {})
}

#[test]
fn an_archive_is_its_statements_or_an_error_that_names_the_file() {
    let inner = archive(&[("a.csv", ROWS.as_bytes())]);
    let bomb = vec![0; 49 << 20];
    #[rustfmt::skip] // A table is read by column.
    let rows: [(&[Member<'_>], Wanted); 8] = [
        (&[("a.csv", ROWS.as_bytes())],                                  Ok((1, 1))),
        (&[("a.csv", ROWS.as_bytes()), ("b/b.csv", ROWS.as_bytes())],    Ok((2, 2))),
        (&[("a.csv", ROWS.as_bytes()), ("__MACOSX/._a.csv", b"\0\x05")], Ok((1, 1))),
        (&[("a.csv", ROWS.as_bytes()), ("a.sta", MESSAGE.as_bytes())],
         Err("expected csv as in the files before, found \"mt940\"")),
        (&[("a.csv", ROWS.as_bytes()), ("read.me", b"see a.csv")],
         Err("in \"read.me\": line 1: expected the headings of a statement, found \"see a.csv\"")),
        (&[("a.zip", &inner)],
         Err("in \"a.zip\": expected CSV, camt, MT940 or settlement records, found \"an archive within an archive\"")),
        (&[("a.csv", &bomb)],
         Err("in \"a.csv\": expected a file of at most 48 MiB unpacked, found \"more\"")),
        (&[("__MACOSX/a", b"x")], Err("expected a statement, found an empty file")),
    ];
    for (members, want) in rows {
        let names: Vec<_> = members.iter().map(|(name, _)| name).collect();
        let got = summary(archive(members));
        let ended = match &got.error {
            Some(error) => Err(error.as_str()),
            None => Ok((got.statements, got.entries)),
        };
        assert_eq!(ended, want, "{names:?}");
    }
    let mut cut = archive(&[("a.csv", ROWS.as_bytes())]);
    cut.truncate(cut.len() - 30);
    assert!(summary(cut).error.unwrap().starts_with("expected a zip archive, found"));
}
