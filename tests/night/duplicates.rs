//! One identity, two contents: the known one is kept, the other is rejected and named.

use super::centre::{Backing, Centre, date, every_store};
use super::feed::{csv, mt940};

fn centre(backing: Backing) -> Centre {
    Centre::new(backing, &["P1 1000", "P2 1000"])
}

/// The rejected rows of the night: serial and problem.
fn aside(centre: &Centre, as_of: &str) -> Vec<(String, String)> {
    let run_details = centre.store.run_details(date(as_of)).unwrap();
    run_details.set_aside.into_iter().map(|row| (row.found, row.problem)).collect()
}

const ONE: &str = "S1 05-11 icbc 1000 P1";
const OTHER: &str = "S1 05-11 icbc 1001 P1";

#[test]
fn within_a_night_the_order_does_not_say_which_content_stands() {
    every_store(|backing| {
        let deliveries: [(&str, Vec<String>); 4] = [
            ("one file", vec![csv(&[ONE, OTHER])]),
            ("one file, turned", vec![csv(&[OTHER, ONE])]),
            ("two files", vec![csv(&[ONE]), csv(&[OTHER])]),
            ("two files, turned", vec![csv(&[OTHER]), csv(&[ONE])]),
        ];
        let mut digests = Vec::new();
        for (way, files) in deliveries {
            let centre = centre(backing);
            let night = centre.night_of("05-11", &files);
            assert_eq!(night.intakes.total().conflicting, 1, "{way}");
            assert!(night.intakes.set_aside(), "{way}");
            let aside = aside(&centre, "05-11");
            assert_eq!(aside.len(), 1, "{way}");
            assert_eq!(aside[0].0, "S1", "{way}");
            assert!(aside[0].1.starts_with("conflicting-duplicate"), "{way}: {aside:?}");
            centre.expect(way, &["S1 matched P1"]);
            digests.push(centre.digest());
        }
        digests.dedup();
        assert_eq!(digests.len(), 1);
    });
}

#[test]
fn what_stood_before_tonight_stands() {
    every_store(|backing| {
        for (known, given, says) in
            [(ONE, OTHER, "S1 matched P1"), (OTHER, ONE, "S1 suspense overpaid")]
        {
            let centre = centre(backing);
            centre.night_of("05-11", &[csv(&[known])]);
            let night = centre.night_of("05-12", &[csv(&[given, "S2 05-12 icbc 1000 P2"])]);
            let total = night.intakes.total();
            assert_eq!((total.fresh, total.conflicting), (1, 1), "the rest of the file goes in");
            centre.expect(known, &[says, "S2 matched P2"]);
            assert_eq!(aside(&centre, "05-12").len(), 1);
        }
    });
}

#[test]
fn every_field_that_differs_is_a_conflict() {
    every_store(|backing| {
        for other in [
            "S1 05-12 icbc 1000 P1",
            "S1 05-11 icbc -1000 P1",
            "S1 05-11 icbc 1000 P2",
            "S1 05-11 icbc 1000 P1 from=6222000000000000009",
            "S1 05-11 icbc 1000 P1 summary=汇款",
            "S1 05-11 icbc 1000 P1 reversal",
        ] {
            let centre = centre(backing);
            let night = centre.night_of("05-12", &[csv(&[ONE]), csv(&[other])]);
            assert_eq!(night.intakes.total().conflicting, 1, "{other}");
        }
    });
}

#[test]
fn the_same_content_is_seen_and_another_serial_is_another_payment() {
    every_store(|backing| {
        let centre = centre(backing);
        let night = centre.night_of("05-11", &[csv(&[ONE, ONE, "S2 05-11 icbc 1000 P1"])]);
        let total = night.intakes.total();
        assert_eq!((total.entries, total.fresh, total.seen, total.conflicting), (3, 2, 1, 0));
        centre.expect("", &["S1 matched P1", "S2 suspense notice-already-paid"]);
    });
}

#[test]
fn equal_rows_without_a_serial_are_as_many_payments_as_a_delivery_holds() {
    every_store(|backing| {
        let centre = centre(backing);
        let (row, other) = ("- 05-11 icbc 500 P1", "- 05-11 icbc 20 -");
        centre.night_of("05-11", &[csv(&[row, other, row])]);
        assert_eq!(centre.transactions().len(), 3);
        let matched = centre.said().values().filter(|said| *said == "matched P1").count();
        assert_eq!(matched, 2, "two halves of one notice");
        // The next delivery overlaps, with its rows in another order.
        let night = centre.night_of("05-12", &[csv(&[row, row, "- 05-12 icbc 500 P1", other])]);
        let total = night.intakes.total();
        assert_eq!((total.fresh, total.seen), (1, 3));
    });
}

#[test]
fn the_same_movements_in_another_format_are_seen() {
    every_store(|backing| {
        let rows = ["S1 05-11 icbc 1000 P1", "S2 05-11 icbc 30 -", "S3 05-11 icbc -10 -"];
        let full = csv(&rows.map(|row| format!("{row} time=09:30:00 balance=5000.00")));
        let bare = mt940("icbc", "05-11", "100.00", "1120.00", &rows);
        let mut digests = Vec::new();
        for files in [[&full, &bare], [&bare, &full]] {
            let centre = centre(backing);
            let laid = files.map(|file| centre.lay(None, "feed", file));
            let total = centre.night("05-11", &laid).intakes.total();
            assert_eq!((total.fresh, total.seen, total.conflicting), (3, 3, 0));
            digests.push(centre.digest());
            let apart = self::centre(backing);
            for (as_of, file) in ["05-11", "05-12"].iter().zip(files) {
                apart.night(as_of, &[apart.lay(None, "feed", file)]);
            }
            assert_eq!(apart.digest(), centre.digest(), "a night apart");
        }
        assert_eq!(digests[0], digests[1], "whichever comes first");
    });
}

/// Goal: a conflict in a file that is then not ingested leaves no trace. Method: the second file has the content that
/// would be kept, and ends with an unknown account.
#[test]
fn a_conflict_in_a_file_that_is_not_taken_in_counts_for_nothing() {
    every_store(|backing| {
        let centre = centre(backing);
        let first = csv(&["S0 05-11 icbc 5 -", OTHER, "S2 05-11 icbc 1000 P2"]);
        let second = csv(&[ONE, "S3 05-11 nobody 1 -"]);
        let night = centre.night_of("05-11", &[first.clone(), second]);
        assert_eq!(night.intakes.quarantined().count(), 1);
        let want = ["S0 suspense no-reference", "S1 suspense overpaid", "S2 matched P2"];
        centre.expect("one night", &want);
        let alone = self::centre(backing);
        alone.night_of("05-11", &[first]);
        assert_eq!(alone.digest(), centre.digest());
    });
}

#[test]
fn what_one_delivery_leaves_out_another_of_the_night_says() {
    every_store(|backing| {
        let bare = csv(&["S1 05-11 icbc 1000 P1", "S2 05-11 icbc 1000 P1"]);
        let timed =
            csv(&["S1 05-11 icbc 1000 P1 time=10:00:00", "S2 05-11 icbc 1000 P1 time=09:00:00"]);
        for files in [[bare.clone(), timed.clone()], [timed, bare]] {
            let centre = centre(backing);
            let night = centre.night_of("05-11", &files);
            let total = night.intakes.total();
            assert_eq!((total.fresh, total.seen, total.conflicting), (2, 2, 0));
            // The earlier of two equal payments settles, whichever file had the time.
            centre.expect("two formats", &["S1 suspense notice-already-paid", "S2 matched P1"]);
        }
    });
}
