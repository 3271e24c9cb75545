//! Runs with a wrong day: what they leave behind, and that the next correct one repairs it.
//!
//! Start at [`parts`]: half of notice P1 came in May, so the item is awaiting until May is closed and underpaid after
//! that. A centre after a wrong run is compared with one that never had it.

use super::centre::{Backing, Centre, every_store};
use super::feed::csv;
use duizhang::store::{OutboxFilter, SuspenseFilter, Turn};
use std::collections::BTreeMap;

/// Half of P1 in May, and a payment without text. P2 belongs to another employer.
fn parts(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000", "P2 500 awaiting E2"]);
    centre.employers("E2,示例乙公司,yi@example.com,6222000000000000002");
    let rows = ["S1 05-28 icbc 400 P1", "S2 05-28 icbc 70 -"];
    centre.night_of("05-29", &[csv(&rows)]);
    centre
}

/// The day of each letter with its subject.
fn letters(centre: &Centre) -> Vec<(String, String)> {
    let rows = centre.store.outbox(&OutboxFilter::default()).unwrap().into_iter();
    rows.map(|row| (row.written_on.to_string(), row.subject)).collect()
}

/// The age of each open item.
fn ages(centre: &Centre) -> BTreeMap<String, String> {
    let rows = centre.store.suspense(&SuspenseFilter::default()).unwrap().into_iter();
    let open = rows.filter(|row| row.closed_on.is_none());
    open.map(|row| (row.id.serial, row.opened_on.to_string())).collect()
}

/// A week of nights after which every reminder has been due.
const AFTER: [&str; 6] = ["06-06", "06-10", "06-11", "07-03", "07-04", "07-06"];

#[test]
fn a_night_of_a_day_gone_by_writes_no_letter_and_makes_nothing_young_again() {
    every_store(|backing| {
        let (wrong, right) = (parts(backing), parts(backing));
        for centre in [&wrong, &right] {
            centre.night("06-05", &[]);
            centre.expect("June", &["S1 suspense underpaid"]);
        }
        let written = letters(&wrong);
        assert_eq!(written.len(), 2, "{written:?}");
        wrong.night("05-30", &[]);
        wrong.expect("May again", &["S1 awaiting"]);
        assert_eq!(letters(&wrong), written, "no letter");
        wrong.night("05-30", &[]);
        for night in AFTER {
            for centre in [&wrong, &right] {
                centre.night(night, &[]);
            }
            assert_eq!(letters(&wrong), letters(&right), "{night}");
            assert_eq!(ages(&wrong), ages(&right), "{night}");
        }
        assert_eq!(ages(&wrong)["S1"], "2026-06-05");
        assert!(letters(&wrong).len() > written.len(), "reminders came");
    });
}

#[test]
fn what_a_night_of_a_day_gone_by_finds_is_told_by_the_next_one_and_counts_from_the_last() {
    every_store(|backing| {
        let centre = parts(backing);
        centre.night("06-03", &[]);
        let written = letters(&centre).len();
        let late = centre.lay(None, "late.csv", csv(&["S3 05-28 icbc 80 -"]));
        centre.night("05-30", &[late]);
        assert_eq!(letters(&centre).len(), written);
        assert_eq!(ages(&centre)["S3"], "2026-06-03");
        centre.night("06-10", &[]);
        let last = letters(&centre).pop().unwrap();
        assert_eq!(last.0, "2026-06-10");
        assert!(last.1.contains("80.00 元待核实"), "{last:?}");
    });
}

#[test]
fn a_night_of_a_day_to_come_silences_nobody_and_ages_nothing_below_zero() {
    every_store(|backing| {
        let centre = parts(backing);
        // The clock jumps by decades, and back.
        let stray = centre.lay(None, "stray.csv", csv(&["S4 05-28 icbc 90 -"]));
        centre.night_told("2099-01-02", "05-30", &[stray]);
        assert_eq!(ages(&centre)["S4"], "2099-01-02");
        let before = letters(&centre).len();
        centre.night_told("05-31", "05-31", &[]);
        centre.expect("the good one", &["S1 awaiting"]);
        assert_eq!(ages(&centre)["S4"], "2026-05-31");
        let told = letters(&centre);
        let said: Vec<_> =
            told.iter().skip(before).filter(|(night, _)| night == "2026-05-31").collect();
        for (_, subject) in &said {
            assert!(!subject.contains("办妥"), "a part that waits is not done: {subject}");
        }
        let on = |day: &str| letters(&centre).iter().filter(|(night, _)| night == day).count();
        // A week after the correct night, because an employer may have had a letter the day before.
        centre.night_told("06-07", "06-07", &[]);
        assert_eq!(on("2026-06-07"), 1, "reminders go on: {:?}", letters(&centre));
        let now = letters(&centre).len();
        centre.night_told("06-07", "06-07", &[]);
        assert_eq!(letters(&centre).len(), now, "and nothing is mended twice");
        centre.night_told("07-01", "07-01", &[]);
        assert_eq!(on("2026-07-01"), 1, "the last reminder too");
    });
}

#[test]
fn an_item_that_waits_again_is_not_called_done() {
    every_store(|backing| {
        // A future day closes May; S1 is in suspense and its employer gets a letter.
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.night_of("05-29", &[csv(&["S1 05-28 icbc 400 P1"])]);
        centre.night_told("2099-01-02", "05-30", &[]);
        centre.expect("closed", &["S1 suspense underpaid"]);
        centre.night_told("05-31", "05-31", &[]);
        let last = letters(&centre);
        let of_the_good: Vec<_> = last.iter().filter(|(night, _)| night == "2026-05-31").collect();
        assert!(
            matches!(of_the_good.as_slice(), [(_, subject)] if subject.contains("仍有缴款通知书未缴清")),
            "{last:?}"
        );
    });
}

#[test]
fn what_staff_put_off_is_not_woken_by_a_wrong_day() {
    use duizhang::suspense::{Act, ItemId, Moment};
    every_store(|backing| {
        let centre = parts(backing);
        let account_no = super::feed::account("icbc").to_owned();
        let item = ItemId { account_no, serial: "S2".into() };
        let until = super::centre::date("06-20");
        let moment = Moment::midnight(super::centre::date("05-30"));
        centre.store.resolve(&[item], &Act::WaitUntil { day: until }, "017", "", moment).unwrap();
        let state = |centre: &Centre| {
            let rows = centre.store.suspense(&SuspenseFilter::default()).unwrap();
            rows.into_iter().find(|row| row.id.serial == "S2").unwrap().wake_on
        };
        assert_eq!(state(&centre), Some(until));
        centre.night_told("2099-01-02", "05-30", &[]);
        assert_eq!(state(&centre), Some(until));
        centre.night_told("06-20", "06-20", &[]);
        assert_eq!(state(&centre), None);
    });
}

#[test]
fn a_turn_is_over_once_a_later_night_has_been() {
    let day = super::centre::date;
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        // night        today    last             over   counts from
        ("05-12",      "05-20", None,            false, "05-12"),
        ("05-12",      "05-20", Some("05-11"),   false, "05-12"),
        ("05-12",      "05-20", Some("05-12"),   false, "05-12"),
        ("05-12",      "05-20", Some("05-13"),   true,  "05-13"),
        ("2099-01-02", "05-20", Some("05-13"),   false, "2099-01-02"),
    ];
    for (as_of, today, last, over, counts_from) in rows {
        let turn = Turn { as_of: day(as_of), today: day(today), last: last.map(day) };
        assert_eq!((turn.is_over(), turn.counts_from()), (over, day(counts_from)), "{as_of}");
    }
}
