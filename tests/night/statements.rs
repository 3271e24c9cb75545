//! Consecutive statements of an account must join: the opening equals the previous closing.

use super::centre::{Centre, date, every_store};
use super::feed::mt940;

/// A statement: day (or `from..to`), opening, closing.
type Said = (&'static str, &'static str, &'static str);

fn gaps(backing: super::centre::Backing, nights: &[&[Said]]) -> Vec<String> {
    let centre = Centre::new(backing, &[]);
    let mut number = 0;
    for (night, files) in nights.iter().enumerate() {
        for (on, opening, closing) in *files {
            number += 1;
            let (from, on) = on.split_once("..").unwrap_or((on, on));
            let moved = fen(closing) - fen(opening);
            let row = format!("S{number} {on} icbc {} -", moved / 100);
            let rows: Vec<&str> = if moved == 0 { vec![] } else { vec![&row] };
            let file = mt940("icbc", on, opening, closing, &rows);
            let opened = |day: &str| format!(":60F:C26{}", day.replace('-', ""));
            let file = file.replace(&opened(on), &opened(from));
            let as_of = format!("05-{}", 20 + night);
            centre.night(&as_of, &[centre.lay(None, "statement.sta", file)]);
        }
    }
    let gaps = centre.store.run_details(date("05-30")).unwrap().gaps;
    gaps.into_iter()
        .map(|gap| format!("{} {} {} {}", gap.closed_on, gap.closing, gap.opened_on, gap.opening))
        .collect()
}

fn fen(yuan: &str) -> i64 {
    yuan.replace('.', "").parse().unwrap()
}

const MONDAY: Said = ("05-11", "100.00", "200.00");
const TUESDAY: Said = ("05-12", "200.00", "150.00");
const WEDNESDAY: Said = ("05-13", "150.00", "400.00");

#[test]
fn statements_that_do_not_join_are_found() {
    every_store(|backing| {
        assert_eq!(gaps(backing, &[&[MONDAY, TUESDAY, WEDNESDAY]]), Vec::<String>::new());
        assert_eq!(
            gaps(backing, &[&[WEDNESDAY], &[MONDAY, TUESDAY]]),
            Vec::<String>::new(),
            "late ones join"
        );
        let lost = ["2026-05-11 200.00 2026-05-13 150.00"];
        assert_eq!(gaps(backing, &[&[MONDAY, WEDNESDAY]]), lost, "Tuesday is lost");
        assert_eq!(gaps(backing, &[&[MONDAY], &[WEDNESDAY]]), lost, "a night apart");
    });
}

#[test]
fn a_statement_delivered_twice_is_no_gap() {
    every_store(|backing| {
        let files = &[MONDAY, TUESDAY, MONDAY, TUESDAY, WEDNESDAY];
        assert_eq!(gaps(backing, &[files, &[TUESDAY, WEDNESDAY]]), Vec::<String>::new());
    });
}

#[test]
fn two_statements_of_one_day_join_whichever_way_the_balance_went() {
    every_store(|backing| {
        for (noon, run_details) in [
            (("05-11", "100.00", "200.00"), ("05-11", "200.00", "300.00")),
            (("05-11", "300.00", "200.00"), ("05-11", "200.00", "100.00")),
        ] {
            assert_eq!(gaps(backing, &[&[noon, run_details]]), Vec::<String>::new(), "{noon:?}");
            let next = ("05-12", run_details.2, "999.00");
            assert_eq!(
                gaps(backing, &[&[noon, run_details, next]]),
                Vec::<String>::new(),
                "{next:?}"
            );
        }
    });
}

#[test]
fn a_gap_within_the_first_day_is_told_once() {
    every_store(|backing| {
        let (noon, run_details) = (("05-11", "100.00", "160.00"), ("05-11", "210.00", "220.00"));
        let lost = ["2026-05-11 160.00 2026-05-11 210.00"];
        assert_eq!(gaps(backing, &[&[noon, run_details]]), lost);
        assert_eq!(
            gaps(backing, &[&[noon], &[run_details, noon]]),
            lost,
            "a night apart, and again"
        );
        let between = ("05-11", "160.00", "210.00");
        assert_eq!(gaps(backing, &[&[noon, run_details, between]]), Vec::<String>::new());
        assert_eq!(gaps(backing, &[&[run_details], &[between, noon]]), Vec::<String>::new());
        // A statement that begins at the same point and goes further is no gap.
        let whole = ("05-11", "100.00", "300.00");
        assert_eq!(gaps(backing, &[&[noon, whole]]), Vec::<String>::new());
    });
}

#[test]
fn a_statement_over_several_days_stands_beside_the_daily_ones() {
    every_store(|backing| {
        let all = ("05-11..05-13", "100.00", "400.00");
        let next = ("05-14", "400.00", "401.00");
        for files in [
            &[MONDAY, TUESDAY, WEDNESDAY, all, next][..],
            &[all, MONDAY, TUESDAY, WEDNESDAY, next],
            &[all, next],
        ] {
            assert_eq!(gaps(backing, &[files]), Vec::<String>::new(), "{files:?}");
        }
    });
}
