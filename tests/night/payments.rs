//! One payment or two: hand-written rows, delivered in more or less detailed formats.
//!
//! Start at the tables; the last test generates deliveries of one truth.

use super::by_hand::{Given, deliver, given};
use super::centre::{Backing, Centre, every_store};

fn rows(texts: &[&str]) -> Vec<Given> {
    texts.iter().map(|text| given(text)).collect()
}

/// A delivery: its night, whether its balances prove it, its rows.
type Delivered<'a> = (&'a str, Option<bool>, &'a [&'a str]);

/// A name, the deliveries, the stored payments, and the counts.
type Case<'a> = (&'a str, &'a [Delivered<'a>], &'a [&'a str], [u64; 3]);

const PROVED: Option<bool> = Some(true);

/// Delivers, and decides each night after all of its deliveries; returns serials and days of the stored payments, and
/// the counts of fresh, seen and conflicting rows.
fn after(backing: Backing, deliveries: &[Delivered<'_>]) -> (Centre, Vec<String>, [u64; 3]) {
    let centre = Centre::new(backing, &["P1 1000", "P2 500"]);
    let mut counts = [0; 3];
    for (place, (as_of, proved, texts)) in deliveries.iter().enumerate() {
        let taken = deliver(&centre, as_of, *proved, &rows(texts));
        for (count, one) in counts.iter_mut().zip([taken.fresh, taken.seen, taken.conflicting]) {
            *count += one;
        }
        if deliveries.get(place + 1).is_none_or(|(next, ..)| next != as_of) {
            centre.judge(as_of);
        }
    }
    let short = |serial: &str| match serial.strip_prefix('~') {
        Some(_) => "-".to_owned(),
        None => serial.to_owned(),
    };
    let kept = centre.transactions().into_iter().map(|row| {
        format!("{} {} {}", short(&row.serial), row.booked_on.format("%m-%d"), row.amount)
    });
    let mut kept: Vec<String> = kept.collect();
    kept.sort();
    (centre, kept, counts)
}

/// Asserts the stored payments and the counts of each case.
#[track_caller]
fn each_ends_as_told(backing: Backing, table: &[Case<'_>]) {
    for (case, deliveries, kept, counts) in table {
        let (_, found, counted) = after(backing, deliveries);
        assert_eq!(
            (found.iter().map(String::as_str).collect::<Vec<_>>(), counted),
            (kept.to_vec(), *counts),
            "{case}"
        );
    }
}

#[test]
fn a_serial_that_comes_twice_is_two_payments_where_the_balances_need_both() {
    every_store(|backing| {
        let (one, other) = ("X1 05-11 600 P1", "X1 05-11 500 P1");
        #[rustfmt::skip] // A table is read by column.
        let table: &[Case<'_>] = &[
            ("proved", &[("05-12", PROVED, &[one, one])],
             &["X1 05-11 600.00", "X1~2 05-11 600.00"], [2, 0, 0]),
            ("not proved", &[("05-12", None, &[one, one])], &["X1 05-11 600.00"], [1, 1, 0]),
            ("contrary proved", &[("05-12", Some(false), &[one, one])], &["X1 05-11 600.00"], [1, 1, 0]),
            ("again", &[("05-12", PROVED, &[one, one]), ("05-13", PROVED, &[one, one])],
             &["X1 05-11 600.00", "X1~2 05-11 600.00"], [2, 2, 0]),
            ("again, not proved", &[("05-12", PROVED, &[one, one]), ("05-13", None, &[one, one])],
             &["X1 05-11 600.00", "X1~2 05-11 600.00"], [2, 2, 0]),
            ("one before", &[("05-12", None, &[one]), ("05-13", PROVED, &[one, one])],
             &["X1 05-11 600.00", "X1~2 05-11 600.00"], [2, 1, 0]),
            ("three", &[("05-12", PROVED, &[one, one, one])],
             &["X1 05-11 600.00", "X1~2 05-11 600.00", "X1~3 05-11 600.00"], [3, 0, 0]),
            ("other content", &[("05-12", PROVED, &[one, other])],
             &["X1 05-11 500.00", "X1~2 05-11 600.00"], [2, 0, 0]),
            ("other content, turned", &[("05-12", PROVED, &[other, one])],
             &["X1 05-11 500.00", "X1~2 05-11 600.00"], [2, 0, 0]),
            ("other content, not proved", &[("05-12", None, &[one, other])],
             &["X1 05-11 500.00"], [1, 0, 1]),
            ("other content, again", &[("05-12", PROVED, &[one, other]), ("05-13", None, &[other, one])],
             &["X1 05-11 500.00", "X1~2 05-11 600.00"], [2, 2, 0]),
            ("one of two first", &[("05-12", PROVED, &[one]), ("05-12", PROVED, &[one, other])],
             &["X1 05-11 500.00", "X1~2 05-11 600.00"], [2, 1, 0]),
            ("one of two last", &[("05-12", PROVED, &[other, one]), ("05-12", PROVED, &[one])],
             &["X1 05-11 500.00", "X1~2 05-11 600.00"], [2, 1, 0]),
        ];
        each_ends_as_told(backing, table);
    });
}

#[test]
fn serials_that_begin_anew_are_told_from_a_wrong_day_by_the_balances() {
    every_store(|backing| {
        let (one, other) = ("7 05-11 600 P1", "7 05-12 600 P1");
        #[rustfmt::skip] // A table is read by column.
        let table: &[Case<'_>] = &[
            ("both proved", &[("05-12", PROVED, &[one]), ("05-13", PROVED, &[other])],
             &["7 05-11 600.00", "7~20260512 05-12 600.00"], [2, 0, 0]),
            ("one night", &[("05-13", PROVED, &[one]), ("05-13", PROVED, &[other])],
             &["7 05-11 600.00", "7~20260512 05-12 600.00"], [2, 0, 0]),
            ("one night, turned", &[("05-13", PROVED, &[other]), ("05-13", PROVED, &[one])],
             &["7 05-11 600.00", "7~20260512 05-12 600.00"], [2, 0, 0]),
            ("one file", &[("05-13", PROVED, &[other, one])],
             &["7 05-11 600.00", "7~20260512 05-12 600.00"], [2, 0, 0]),
            ("twice on the other day", &[("05-12", PROVED, &[one]), ("05-13", PROVED, &[other, other])],
             &["7 05-11 600.00", "7~20260512 05-12 600.00", "7~20260512~2 05-12 600.00"], [3, 0, 0]),
            ("again together", &[("05-12", PROVED, &[one]), ("05-13", PROVED, &[other]), ("05-14", None, &[other, one])],
             &["7 05-11 600.00", "7~20260512 05-12 600.00"], [2, 2, 0]),
            ("not proved before", &[("05-12", None, &[one]), ("05-13", PROVED, &[other])], &["7 05-11 600.00"], [1, 0, 1]),
            ("not proved now", &[("05-12", PROVED, &[one]), ("05-13", None, &[other])], &["7 05-11 600.00"], [1, 0, 1]),
        ];
        each_ends_as_told(backing, table);
    });
}

#[test]
fn a_bank_may_say_that_its_serials_begin_anew() {
    every_store(|backing| {
        let rows: &[&str] = &["7 05-11 600 P1 daily", "7 05-12 600 P1 daily"];
        let (_, kept, counts) = after(backing, &[("05-12", None, rows), ("05-13", None, rows)]);
        assert_eq!((kept.len(), counts), (2, [2, 2, 0]));
        // Rows ingested before the bank's rule existed are known by the bare serial.
        let before: &[&str] = &["7 05-11 600 P1"];
        let (_, kept, counts) = after(backing, &[("05-12", None, before), ("05-13", None, rows)]);
        assert_eq!(kept, ["7 05-11 600.00", "7~20260512 05-12 600.00"]);
        assert_eq!(counts, [2, 1, 0]);
    });
}

#[test]
fn silence_is_no_contradiction_with_a_serial_or_without() {
    every_store(|backing| {
        for serial in ["S1", "-"] {
            let bare = format!("{serial} 05-11 1000");
            let full = format!("{serial} 05-11 1000 P1 time=9 balance=1700 from=甲");
            let moved = format!("{serial} 05-11 1000 用途=P1 time=9");
            let other = format!("{serial} 05-11 1000 P2 time=9");
            let mut digests = Vec::new();
            for way in [[&bare, &full, &moved], [&full, &moved, &bare], [&moved, &bare, &full]] {
                let files = way.map(|row| ("05-12", None, [row.as_str()]));
                let files: Vec<Delivered<'_>> =
                    files.iter().map(|(night, proved, row)| (*night, *proved, &row[..])).collect();
                let (centre, kept, counts) = after(backing, &files);
                assert_eq!((kept.len(), counts), (1, [1, 2, 0]), "{way:?}");
                assert_eq!(centre.said().values().collect::<Vec<_>>(), ["matched P1"], "{way:?}");
                digests.push(centre.digest());
            }
            digests.dedup();
            assert_eq!(digests.len(), 1, "{serial}: the order changes nothing");
            // A night later an open payment is completed and decided again; a settled one is seen.
            for (first, then) in [(&bare, &full), (&full, &bare), (&full, &moved)] {
                let (first, then) = ([first.as_str()], [then.as_str()]);
                let (centre, kept, counts) =
                    after(backing, &[("05-12", None, &first), ("05-13", None, &then)]);
                assert_eq!((kept.len(), counts), (1, [1, 1, 0]), "{first:?} {then:?}");
                assert_eq!(centre.said().values().collect::<Vec<_>>(), ["matched P1"], "{first:?}");
            }
            // A different text is not a missing one: with a serial it is a conflict, without one another payment.
            let (first, then) = ([full.as_str()], [other.as_str()]);
            let (_, kept, counts) =
                after(backing, &[("05-12", None, &first), ("05-12", None, &then)]);
            let want = if serial == "-" { (2, [2, 0, 0]) } else { (1, [1, 0, 1]) };
            assert_eq!((kept.len(), counts), want);
        }
        // Two rows with one serial that name two notices are not one payment, whichever field each is in.
        let (one, other) = (["S1 05-11 1000 P1"], ["S1 05-11 1000 用途=P2"]);
        let (_, _, counts) = after(backing, &[("05-12", None, &one), ("05-12", None, &other)]);
        assert_eq!(counts, [1, 0, 1]);
    });
}

#[test]
fn rows_without_a_serial_are_as_many_as_in_the_delivery_with_most() {
    every_store(|backing| {
        let (bare, full, late) =
            ("- 05-11 500 P2", "- 05-11 500 P2 time=9", "- 05-11 500 P2 time=15");
        #[rustfmt::skip] // A table is read by column.
        let table: &[(&str, &[&[&str]], usize)] = &[
            ("one and one",    &[&[bare], &[full]], 1),
            ("two and one",    &[&[bare, bare], &[full]], 2),
            ("one and two",    &[&[bare], &[full, late]], 2),
            ("two and two",    &[&[bare, bare], &[late, full]], 2),
            ("apart",          &[&[full], &[late]], 2),
            ("apart and both", &[&[full], &[late], &[bare, bare]], 2),
            ("mixed",          &[&[full, bare], &[full, late]], 2),
        ];
        for (case, files, count) in table {
            let mut digests = Vec::new();
            for turned in [false, true] {
                let mut night: Vec<Delivered<'_>> =
                    files.iter().map(|rows| ("05-12", None, *rows)).collect();
                if turned {
                    night.reverse();
                }
                let (centre, kept, _) = after(backing, &night);
                assert_eq!(kept.len(), *count, "{case}, turned {turned}: {kept:?}");
                digests.push(centre.digest());
            }
            assert_eq!(digests[0], digests[1], "{case}: whichever came first");
            let nights = ["05-12", "05-13", "05-14", "05-15"];
            let nights: Vec<Delivered<'_>> =
                nights.iter().zip(*files).map(|(night, rows)| (*night, None, *rows)).collect();
            assert_eq!(after(backing, &nights).1.len(), *count, "{case}, a night apart");
        }
    });
}

#[test]
fn a_booking_and_its_parts_are_the_same_money() {
    every_store(|backing| {
        let whole: &[&str] = &["R1 05-11 1700"];
        let parts: &[&str] = &["T1 05-11 1200 P1 of=1700", "T2 05-11 500 P2 of=1700"];
        let want = ["T1 05-11 1200.00", "T2 05-11 500.00"];
        let mut digests = Vec::new();
        for files in [[whole, parts], [parts, whole]] {
            let (centre, kept, _) =
                after(backing, &[("05-12", None, files[0]), ("05-12", PROVED, files[1])]);
            assert_eq!(kept, want, "one night");
            digests.push(centre.digest());
            let (centre, kept, _) = after(
                backing,
                &[
                    ("05-12", None, files[0]),
                    ("05-13", PROVED, files[1]),
                    ("05-14", None, files[0]),
                ],
            );
            assert_eq!(kept, want, "a night apart");
            centre.expect("a night apart", &["T2 matched P2"]);
        }
        assert_eq!(digests[0], digests[1]);
        // The suspense of the sum is gone, and a night later nothing changes any more.
        let (centre, ..) = after(backing, &[("05-12", None, whole), ("05-13", None, parts)]);
        for table in ["decision", "suspense_item", "telling", "bank_transaction"] {
            let rows = centre.dump().remove(table).unwrap();
            assert!(rows.iter().all(|row| !row.contains("R1")), "{table}: {rows:?}");
        }
        // Once the sum is settled its parts are seen; another sum is a contradiction.
        let settled: &[&str] = &["R1 05-11 1000 P1"];
        for (late, counts) in [
            (["T1 05-11 600 P2 of=1000", "T2 05-11 400 of=1000"], [1, 2, 0]),
            (["T1 05-11 600 P2 of=1700", "T2 05-11 1100 of=1700"], [1, 0, 2]),
        ] {
            let deliveries: [Delivered<'_>; 2] = [("05-12", None, settled), ("05-13", None, &late)];
            let (centre, kept, counted) = after(backing, &deliveries);
            assert_eq!((kept.len(), counted), (1, counts), "{late:?}");
            centre.expect("", &["R1 matched P1"]);
        }
    });
}

/// A generator of numbers, determined by the seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound as u64).unwrap()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Payments of two days on an account whose bank gives serials and one whose bank does not; their times and balances
/// distinguish them.
fn truth(draw: &mut Draw) -> Vec<Given> {
    let mut payments = Vec::new();
    for number in 0..4 + u32::try_from(draw.below(6)).unwrap() {
        let day = ["05-11", "05-12"][draw.below(2)];
        let remark = ["P1", "P2", "", "公积金"][draw.below(4)];
        let mut row = given(&format!("S{number} {day} {} {remark}", [500, 1000][draw.below(2)]));
        if draw.below(2) == 0 {
            (row.own, row.serial) = ("icbc2", String::new());
        }
        (row.time, row.balance) = (Some(9 + (number * 7) % 10), Some(10_000 + i64::from(number)));
        row.payer = ["甲", "乙"][draw.below(2)].to_owned();
        payments.push(row);
    }
    payments
}

/// A format's view of a payment: its balance, time, payer and words.
fn seen_as(row: &Given, [balance, time, payer, words]: [bool; 4]) -> Given {
    let mut row = row.clone();
    row.balance = row.balance.filter(|_| balance);
    row.time = row.time.filter(|_| time);
    if !payer {
        row.payer.clear();
    }
    if !words {
        row.postscript.clear();
    }
    row
}

/// Goal: in any formats and in any order, the number of payments is correct. Method: full days of one truth, in formats
/// with different missing fields, over one night or two. If each format contains the previous one, the order within a
/// night leaves the same books too.
#[test]
fn deliveries_of_one_truth_end_with_its_payments() {
    every_store(|backing| {
        for seed in 0..if backing.name == "sqlite" { 40 } else { 12 } {
            let mut draw = Draw(seed);
            let truth = truth(&mut draw);
            let nested = seed % 2 == 0;
            let formats = [
                [false, false, false, false],
                [false, true, false, false],
                [false, true, true, false],
                [true, true, true, true],
            ];
            let mut files: Vec<Vec<Given>> = Vec::new();
            for number in 0..3 {
                let format = if nested {
                    formats[draw.below(4)]
                } else {
                    [(); 4].map(|()| draw.below(2) == 0)
                };
                let days: &[&str] = [&["05-11"][..], &["05-12"], &["05-11", "05-12"]]
                    [if number == 0 { 2 } else { draw.below(3) }];
                let rows = truth.iter().filter(|row| days.contains(&row.day.as_str()));
                files.push(rows.map(|row| seen_as(row, format)).collect());
            }
            let nights = draw.below(2);
            let mut digests = Vec::new();
            for _ in 0..3 {
                draw.shuffle(&mut files);
                let centre = Centre::new(backing, &["P1 1000", "P2 500"]);
                for (number, rows) in files.iter_mut().enumerate() {
                    draw.shuffle(rows);
                    let as_of = if nights == 1 && number > 0 { "05-14" } else { "05-13" };
                    deliver(&centre, as_of, None, rows);
                    if nights == 1 && number == 0 {
                        centre.judge("05-13");
                    }
                }
                centre.judge(if nights == 1 { "05-14" } else { "05-13" });
                centre.prove("in the end");
                let kept = centre.transactions();
                assert_eq!(kept.len(), truth.len(), "seed {seed}: {files:#?}");
                digests.push(centre.digest());
            }
            digests.dedup();
            assert!(digests.len() == 1 || nights == 1 || !nested, "seed {seed}: {files:#?}");
        }
    });
}
