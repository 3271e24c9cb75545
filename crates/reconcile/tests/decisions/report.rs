//! The report for people and programs: golden files, parsing it again, and attacks.
//!
//! The goldens in `fixtures/report/` were read by eye, in a browser and in a spreadsheet. To rewrite them after an
//! intended change, run with `BLESS=1` and look at the difference.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use crate::sample::{HOSTILE, believable, every_case, many};
use reconcile::report::{Report, csv, html};
use remittance::Language;

fn page(report: &Report, options: html::Options) -> String {
    let mut page = Vec::new();
    html::write(report, options, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

fn sheet(report: &Report, language: Language) -> Vec<u8> {
    let mut sheet = Vec::new();
    csv::write(report, language, &mut sheet).unwrap();
    sheet
}

/// Compares with a golden file, or writes it on request.
fn golden(name: &str, found: &[u8]) {
    let path = crate::shared::project().join("fixtures/report").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let want = std::fs::read(&path).unwrap_or_default();
    assert!(found == want, "fixtures/report/{name} differs; BLESS=1 writes it anew");
}

#[test]
fn the_page_is_the_one_that_was_looked_at() {
    golden("believable.html", page(&believable(), html::Options::default()).as_bytes());
}

#[test]
fn the_sheet_is_the_one_that_was_looked_at() {
    golden("believable.csv", &sheet(&believable(), Language::Chinese));
    golden("believable-en.csv", &sheet(&believable(), Language::English));
}

#[test]
fn no_text_becomes_markup_on_the_page() {
    let page = page(&every_case(), html::Options::default());
    golden("every-case.html", page.as_bytes());
    for forbidden in [
        "<script",
        "<img",
        "onerror=alert(1)>",
        "\" onmouseover=\"",
        "javascript:",
        "\u{202E}",
        "\0",
    ] {
        assert!(!page.contains(forbidden), "the page holds {forbidden:?}");
    }
    assert!(page.contains("⟨U+202E⟩"), "a hidden direction change is shown");
    assert!(page.contains("Content-Security-Policy\" content=\"default-src 'none'"));
    let outside = page.matches("http").count() - page.matches("http-equiv").count();
    assert_eq!(
        outside,
        page.matches("http://example.invalid").count(),
        "the page asks for nothing"
    );
}

#[test]
fn every_tag_of_the_page_is_closed_in_order() {
    let page = page(&every_case(), html::Options::default());
    let void = ["meta", "input", "col", "rect", "line", "polygon", "polyline", "path"];
    let mut open: Vec<&str> = Vec::new();
    let body = page.split_once("</style>").unwrap().1;
    for piece in body.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        match tag.strip_prefix('/') {
            Some(_) => assert!(
                matches!((open.pop(), name), (Some(last), name) if last == name)
                    || ["head", "html"].contains(&name),
                "</{name}> closes nothing, open: {open:?}"
            ),
            None if void.contains(&name) => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn every_link_of_the_page_leads_somewhere_on_it() {
    let page = page(&every_case(), html::Options { items_max: 7, ..html::Options::default() });
    for link in page.split("href=\"").skip(1) {
        let target = link.split('"').next().unwrap();
        let anchor = target.strip_prefix('#').expect("links stay on the page");
        assert!(page.contains(&format!("id=\"{anchor}\"")), "{target} leads nowhere");
    }
}

#[test]
fn with_many_items_the_page_shows_the_weightiest_and_says_so() {
    let options = html::Options { items_max: 500, ..html::Options::default() };
    let page = page(&many(3_000), options);
    assert_eq!(page.matches("<tr id=\"item-").count(), 500);
    assert!(page.contains("共 3,000 笔"));
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
}

#[test]
fn a_gap_to_the_ledger_is_said_loudly() {
    let mut report = believable();
    report.movement.ledger = remittance::Total::from_fen(1);
    assert!(!report.ties());
    let page = page(&report, html::Options::default());
    assert!(page.contains("总账不符") && page.contains("duizhang audit"));
}

#[test]
fn a_night_without_suspense_is_a_page_too() {
    let mut report = believable();
    report.items.clear();
    report.nights.clear();
    report.awaiting.clear();
    report.warnings.clear();
    let page = page(&report, html::Options::default());
    assert!(page.contains("没有挂账"));
}

#[test]
fn no_cell_of_the_sheet_begins_a_formula() {
    let bytes = sheet(&every_case(), Language::Chinese);
    assert!(bytes.starts_with("\u{FEFF}序号,".as_bytes()));
    let text = std::str::from_utf8(&bytes[3..]).unwrap();
    let mut rows = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut count = 0;
    for record in rows.records() {
        let record = record.unwrap();
        for (column, cell) in record.iter().enumerate() {
            let amount = column == 5;
            assert!(
                amount || !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "{cell:?}"
            );
        }
        count += 1;
    }
    assert_eq!(count, every_case().items.len() + 1);
    assert!(text.contains(&format!("'{}", HOSTILE[4])), "the guard is an apostrophe");
}

#[test]
fn the_document_is_the_one_that_was_looked_at() {
    let mut document = Vec::new();
    reconcile::report::json::write(&believable(), &mut document).unwrap();
    golden("believable.json", &document);
    let value: serde_json::Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(value["items_total"]["amount"], value["movement"]["closing"]["amount"]);
    assert_eq!(value["ties"], true);
    assert_eq!(value["items"][0]["remarks"][0]["segments"][0]["kind"], "read");
}

mod xlsx {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    fn workbook(report: &Report) -> Xlsx<Cursor<Vec<u8>>> {
        let mut bytes = Cursor::new(Vec::new());
        reconcile::report::xlsx::write(report, Language::Chinese, &mut bytes).unwrap();
        Xlsx::new(Cursor::new(bytes.into_inner())).unwrap()
    }

    #[test]
    fn the_workbook_reads_back_as_it_was_meant() {
        let report = every_case();
        let mut book = workbook(&report);
        assert_eq!(book.sheet_names(), ["汇总", "明细", "待补足", "警告"]);
        let items = book.worksheet_range("明细").unwrap();
        assert_eq!(items.height(), report.items.len() + 1);
        for (row, item) in items.rows().skip(1).zip(&report.items) {
            let amount: f64 = item.amount.to_string().parse().unwrap();
            assert_eq!(row[5], Data::Float(amount), "item {}", item.number);
            assert!(matches!(&row[4], Data::DateTime(_)), "item {}", item.number);
            assert!(matches!(&row[3], Data::String(_)), "serials are text, item {}", item.number);
        }
        assert_eq!(items.rows().nth(1).unwrap()[3], Data::String("20260511000018734521".into()));
    }

    #[test]
    fn no_cell_of_the_workbook_is_a_formula() {
        let mut book = workbook(&every_case());
        for name in book.sheet_names() {
            let formulas = book.worksheet_formula(&name).unwrap();
            assert_eq!(formulas.used_cells().count(), 0, "{name}");
            for (row, column, cell) in book.worksheet_range(&name).unwrap().used_cells() {
                if let Data::String(text) = cell {
                    let heading = name == "汇总" && column == 0;
                    assert!(
                        heading || !text.starts_with(['=', '+', '-', '@']),
                        "{name} {row}: {text}"
                    );
                    assert!(text.encode_utf16().count() <= 32_767, "{name} {row}");
                    assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
                }
            }
        }
    }

    #[test]
    fn the_same_report_gives_the_same_workbook() {
        let bytes = || {
            let mut bytes = Cursor::new(Vec::new());
            reconcile::report::xlsx::write(&believable(), Language::Chinese, &mut bytes).unwrap();
            bytes.into_inner()
        };
        assert!(bytes() == bytes());
    }
}
