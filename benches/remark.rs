//! Remarks parsed a second, compared with the simplest comparable programs.
//!
//! `memchr` only searches for a P: the limit. `nfkc_regex` normalises every row and runs one expression: what a script
//! would do, and less than the rule requires.
//!
//! `ten_megabytes` shows that time is linear on remarks designed to be slow.

use divan::{Bencher, black_box, counter::ItemsCount};
use duizhang::remark::Reader;
use unicode_normalization::UnicodeNormalization;

const COUNT: u64 = 1_000;

fn main() {
    divan::main();
}

fn remarks(form: impl Fn(u64) -> String) -> Vec<String> {
    (0..COUNT).map(|number| form(1_906_133_753 + number * 7_919)).collect()
}

fn clean() -> Vec<String> {
    remarks(|number| match number % 4 {
        0 => format!("P{number}柳州恒瑞机械制造有限公司5月公积金"),
        1 => format!("P{number}公积金汇缴"),
        2 => format!("缴款通知P{number} 桂林华泰物流有限责任公司"),
        _ => format!("P{number}"),
    })
}

fn dirty() -> Vec<String> {
    remarks(|number| match number % 4 {
        0 => format!("ｐ {} {}）2月", number / 10_000, number % 10_000),
        1 => format!("→P{number}/柳州恒瑞|5月"),
        2 => format!("P{number}5月公积金"),
        _ => format!("公积金：Ｐ{number}202605"),
    })
}

fn hostile() -> Vec<String> {
    remarks(|number| match number % 4 {
        0 => "P".repeat(64),
        1 => "P1 ".repeat(24),
        2 => "①②③１２３ P|1|9|0|6|O|l ".repeat(3),
        _ => format!("{}{number}", "P1906\u{200B}".repeat(9)),
    })
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Clean,
    Dirty,
    Hostile,
}

const KINDS: [Kind; 3] = [Kind::Clean, Kind::Dirty, Kind::Hostile];

fn each(bencher: Bencher<'_, '_>, kind: Kind, work: impl Fn(&str) -> u64 + Sync) {
    let rows = match kind {
        Kind::Clean => clean(),
        Kind::Dirty => dirty(),
        Kind::Hostile => hostile(),
    };
    bencher
        .counter(ItemsCount::new(rows.len()))
        .bench(|| rows.iter().map(|row| work(black_box(row))).fold(0, u64::wrapping_add));
}

#[divan::bench(args = KINDS)]
fn claim(bencher: Bencher<'_, '_>, kind: Kind) {
    let reader = Reader::shipped();
    each(bencher, kind, |row| reader.claim(row).references().first().map_or(0, |one| one.number()));
}

#[divan::bench(args = KINDS)]
fn claim_in_full(bencher: Bencher<'_, '_>, kind: Kind) {
    let reader = Reader::shipped();
    each(bencher, kind, |row| {
        reader.claim_in_full(row).references().first().map_or(0, |one| one.number())
    });
}

#[divan::bench(args = KINDS)]
fn read(bencher: Bencher<'_, '_>, kind: Kind) {
    let reader = Reader::shipped();
    each(bencher, kind, |row| reader.read(row).reference.map_or(0, |one| one.number()));
}

#[divan::bench(args = KINDS)]
fn memchr_limit(bencher: Bencher<'_, '_>, kind: Kind) {
    each(bencher, kind, |row| memchr::memchr2_iter(b'P', b'p', row.as_bytes()).count() as u64);
}

#[divan::bench(args = KINDS)]
fn nfkc_regex(bencher: Bencher<'_, '_>, kind: Kind) {
    let Ok(pattern) = regex::Regex::new("[Pp]([0-9]{10})") else { return };
    each(bencher, kind, |row| {
        let plain: String = row.nfkc().collect();
        let digits = pattern.captures(&plain).and_then(|found| found.get(1));
        digits.and_then(|digits| digits.as_str().parse().ok()).unwrap_or(0)
    });
}

/// Remarks of 10 MB each, in forms that would expose quadratic time.
#[divan::bench(args = ["P", "P1 ", "P19061 ", "P1906133753", "1,234", "\u{200B}", "|1"], sample_count = 3)]
fn ten_megabytes(bencher: Bencher<'_, '_>, piece: &str) {
    let reader = Reader::shipped();
    let remark = format!("P{}", piece.repeat(10_000_000 / piece.len()));
    bencher.bench(|| reader.claim(black_box(&remark)));
}
