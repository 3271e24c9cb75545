//! The report of a very bad night: sixty thousand items in every rendering.
//!
//! Debug builds use a tenth of them.
//!
//! Goal: nothing grows faster than the items, and a report is quick. Method: render, print each duration
//! (`--nocapture`), check the size of the output. Durations are asserted only in release builds, with a margin for a
//! busy machine.

use crate::sample;
use reconcile::report::{csv, html};
use remittance::Language;
use std::time::{Duration, Instant};

const ITEMS: u64 = if cfg!(debug_assertions) { 6_000 } else { 60_000 };

fn timed(name: &str, spent: &mut Duration, render: impl FnOnce() -> usize) -> usize {
    let started = Instant::now();
    let bytes = render();
    *spent += started.elapsed();
    eprintln!("{name}: {:?}, {bytes} bytes", started.elapsed());
    bytes
}

#[test]
fn a_very_bad_night_is_a_report_in_seconds() {
    let report = sample::many(ITEMS);
    let mut spent = Duration::ZERO;
    let page = timed("html", &mut spent, || {
        let mut page = Vec::new();
        html::write(&report, html::Options::default(), &mut page).unwrap();
        page.len()
    });
    assert!(page < 2_000_000, "the page stays readable: {page} bytes");
    timed("csv", &mut spent, || {
        let mut sheet = Vec::new();
        csv::write(&report, Language::Chinese, &mut sheet).unwrap();
        sheet.len()
    });
    timed("json", &mut spent, || serde_json::to_vec(&report).unwrap().len());
    timed("xlsx", &mut spent, || {
        let mut book = std::io::Cursor::new(Vec::new());
        reconcile::report::xlsx::write(&report, Language::Chinese, &mut book).unwrap();
        book.into_inner().len()
    });
    if !cfg!(debug_assertions) {
        assert!(spent < Duration::from_secs(4), "{spent:?}");
    }
}
