//! A repeated night changes nothing; the distribution of its rows over files changes nothing either.

use super::centre::{Backing, Centre, every_store, same};
use super::feed::csv;

const NOTICES: [&str; 6] = ["P1 1000", "P2 500", "P3 300", "P4 800", "P5 250", "P6 600 revoked"];

/// A night with something of everything.
const ROWS: [&str; 20] = [
    "S01 05-11 icbc 1000 P1",
    "S02 05-11 icbc 200 P2 time=09:00:00",
    "S03 05-11 icbc2 300 P2 time=08:00:00",
    "S04 05-11 icbc 300 P2 time=10:00:00",
    "S05 05-11 ccb 300 P3",
    "S06 05-12 ccb 300 P3",
    "S07 05-11 icbc 400 P4",
    "S08 05-12 ccb 400 P4",
    "S09 05-12 icbc 250 ~P5",
    "S10 05-12 icbc 600 P6",
    "S11 05-12 icbc 77 P9",
    "S12 05-12 icbc 78 -",
    "S13 05-12 icbc 79 P1…",
    "S14 05-12 icbc -78 - reversal",
    "S15 05-12 icbc 1800 P1+P4",
    "S16 05-12 icbc -20 P2",
    "S17 05-12 icbc 5000 - own",
    "- 05-12 icbc 66 -",
    "- 05-12 icbc 66 -",
    "S18 05-12 ccb 3.21 - interest",
];

fn centre(backing: Backing) -> Centre {
    Centre::new(backing, &NOTICES)
}

/// A repeatable shuffle (a linear congruence over the places).
fn shuffled(rows: &[&'static str], by: usize) -> Vec<&'static str> {
    let count = rows.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|place| (place * 7_919 + by * 104_729) % 1_009);
    order.into_iter().map(|place| rows[place]).collect()
}

#[test]
fn a_night_run_twice_changes_nothing() {
    every_store(|backing| {
        let centre = centre(backing);
        let file = centre.lay(None, "a.csv", csv(&ROWS));
        centre.night("05-12", std::slice::from_ref(&file));
        let before = centre.dump();
        assert!(
            before["letter"].len() == 1,
            "the employer has new suspense: {:?}",
            before["letter"]
        );
        centre.night("05-12", std::slice::from_ref(&file));
        same(&before, &centre.dump(), "the same file");
        centre.night("05-12", &[]);
        same(&before, &centre.dump(), "no file");
        centre.judge("05-12");
        same(&before, &centre.dump(), "judged once more");
        let other = centre.lay(None, "b.csv", csv(&ROWS));
        centre.night("05-12", &[other]);
        same(&before, &centre.dump(), "the same bytes under another name");
    });
}

#[test]
fn a_night_of_a_later_day_without_news_decides_nothing() {
    every_store(|backing| {
        let centre = centre(backing);
        centre.night_of("05-12", &[csv(&ROWS)]);
        let before = centre.digest();
        centre.night("05-13", &[]);
        assert_eq!(before, centre.digest());
    });
}

#[test]
fn overlapping_deliveries_of_later_nights_change_no_decision() {
    every_store(|backing| {
        let centre = centre(backing);
        centre.night_of("05-12", &[csv(&ROWS)]);
        let before = centre.digest();
        let night = centre.night_of("05-12", &[csv(&ROWS[5..]), csv(&shuffled(&ROWS, 3))]);
        let total = night.intakes.total();
        assert_eq!((total.fresh, total.seen, total.conflicting), (0, 35, 0));
        assert_eq!(before, centre.digest());
    });
}

#[test]
fn how_rows_are_spread_over_files_and_lines_changes_nothing() {
    every_store(|backing| {
        let want = {
            let centre = centre(backing);
            centre.night_of("05-12", &[csv(&ROWS)]);
            centre.digest()
        };
        let (one, two) = ROWS.split_at(7);
        let odd: Vec<_> = ROWS.iter().step_by(2).copied().collect();
        // The two rows without a serial are equal: they must be in one delivery to count as two.
        let even: Vec<_> =
            ROWS.iter().skip(1).step_by(2).copied().filter(|row| !row.starts_with('-')).collect();
        let odd: Vec<_> = odd.into_iter().filter(|row| !row.starts_with('-')).collect();
        let rest = &ROWS[17..19];
        let ways: Vec<(&str, Vec<String>)> = vec![
            ("two files", vec![csv(one), csv(two)]),
            ("two files, the later first", vec![csv(two), csv(one)]),
            ("odd, rest and even", vec![csv(&odd), csv(rest), csv(&even)]),
            ("even, rest and odd", vec![csv(&even), csv(rest), csv(&odd)]),
            ("overlapping", vec![csv(&ROWS[..15]), csv(&ROWS[10..]), csv(&ROWS)]),
            ("a shuffled file", vec![csv(&shuffled(&ROWS, 1))]),
            ("another shuffled file", vec![csv(&shuffled(&ROWS, 2))]),
            (
                "each row a file",
                ROWS[..17].iter().map(|row| csv(&[row])).chain([csv(&ROWS[17..])]).collect(),
            ),
        ];
        for (way, files) in ways {
            let centre = centre(backing);
            centre.night_of("05-12", &files);
            assert_eq!(centre.digest(), want, "{way}");
        }
    });
}

#[test]
fn ingest_and_then_match_is_a_night() {
    every_store(|backing| {
        let (whole, halves) = (centre(backing), centre(backing));
        let files = [csv(&ROWS[..9]), csv(&ROWS[6..])];
        whole.night_of("05-12", &files);
        for file in &files {
            halves.ingest("05-12", &[halves.lay(None, "feed.csv", file)]);
        }
        assert!(
            halves.transactions().iter().all(|row| row.outcome.is_none()),
            "nothing is judged yet"
        );
        halves.judge("05-12");
        same(&whole.dump(), &halves.dump(), "ingest, ingest, match");
    });
}
