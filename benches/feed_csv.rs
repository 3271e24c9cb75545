//! The speed of parsing tables, compared with crate csv splitting the same bytes.
//!
//! `cargo bench --bench feed_csv -- FILE...` parses the named files; without one it makes 200,000 rows of the standard
//! layout. Everything is in memory, on one thread.
#![expect(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use duizhang::feed::{self, Flag, Reject, Sink, Statement, StatementEntry};
use duizhang::rulebook::bank::BankLayouts;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Cursor;
use std::time::{Duration, Instant};

#[derive(Default)]
struct Count {
    entries: u64,
    rejects: u64,
}

impl Sink for Count {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        self.entries += 1;
        black_box(&entry);
    }

    fn reject(&mut self, _: Reject) {
        self.rejects += 1;
    }

    fn statement(&mut self, _: Statement<'_>) {}

    fn flag(&mut self, _: Flag) {}
}

fn made() -> Vec<u8> {
    let mut text =
        "本方账号,交易流水号,交易日期,交易时间,借贷标志,交易金额,余额,对方账号,对方户名,\
                    对方行号,对方开户行,摘要,附言\r\n"
            .to_owned();
    let mut balance = 900_000_000_u64;
    for row in 0..200_000_u64 {
        let (yuan, fen) = (100 + row * 7919 % 50_000, row % 100);
        balance += yuan * 100 + fen;
        let _ = write!(
            text,
            "2105400000000000011,26{row:014},2026-05-{:02},{:02}:{:02}:00,贷,{yuan}.{fen:02},{}.{:02},\
             6222{row:015},示例{row}机械制造有限公司,102614000013,中国工商银行示例支行,网银转账,\
             P{:010}示例{row}机械制造有限公司5月公积金\r\n",
            1 + row / 7000,
            row / 60 % 24,
            row % 60,
            balance / 100,
            balance % 100,
            row * 7_364_912_893 % 10_000_000_000,
        );
    }
    text.into_bytes()
}

/// The best of five runs, and the count of the last one.
fn best(mut run: impl FnMut() -> u64) -> (Duration, u64) {
    let mut rows = 0;
    let times = (0..5).map(|_| {
        let start = Instant::now();
        rows = black_box(run());
        start.elapsed()
    });
    let least = times.min().unwrap_or_default();
    (least, rows)
}

fn show(what: &str, bytes: usize, (time, rows): (Duration, u64)) {
    let micros = time.as_micros().max(1);
    let per_second = u128::from(rows) * 1_000_000 / micros;
    let megabytes = bytes as u128 / micros;
    println!("{what:24} {rows:9} rows {per_second:10} rows/s {megabytes:6} MB/s {time:?}");
}

fn main() {
    let layouts = match BankLayouts::shipped() {
        Ok(layouts) => layouts,
        Err(error) => return println!("{error}"),
    };
    let mut inputs: Vec<(String, Vec<u8>)> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .filter_map(|path| std::fs::read(&path).ok().map(|bytes| (path, bytes)))
        .collect();
    if inputs.is_empty() {
        inputs.push(("200,000 made rows".to_owned(), made()));
    }
    for (name, bytes) in &inputs {
        println!("{name}, {} bytes", bytes.len());
        let split = || {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
            let (mut record, mut rows) = (csv::ByteRecord::new(), 0);
            while reader.read_byte_record(&mut record).unwrap_or(false) {
                rows += 1;
            }
            rows
        };
        let read = || {
            let mut count = Count::default();
            match feed::read(&mut Cursor::new(bytes), &layouts, &mut count) {
                Ok(_) => count.entries + count.rejects,
                Err(error) => {
                    println!("{error}");
                    0
                }
            }
        };
        show("csv, ByteRecord alone", bytes.len(), best(split));
        show("feed::read, both passes", bytes.len(), best(read));
    }
}
