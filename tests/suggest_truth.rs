//! Suggestions against the truth: a hard month is ingested through the feed, and the intended notice must be first.
//! `benches/suggest.rs` prints the same at size.

#![expect(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    reason = "a test that meets the impossible stops, and a measure is printed"
)]

#[path = "suggest_truth/measure.rs"]
mod measure;

use measure::Measure;

#[test]
fn the_notice_that_was_meant_stands_first() {
    let mut measure = Measure::new(7, 400);
    let fresh = measure.month("2026-05", "2026-06-10");
    println!("{fresh}");
    // A notice named with certainty is first, though in some of these another was meant.
    assert!(fresh.per_mille() >= 940, "{fresh}");
    measure.staff_confirm("2026-06-11");
    let learned = measure.month("2026-06", "2026-07-10");
    println!("{learned}");
    assert!(learned.per_mille() >= 940, "{learned}");
}

#[test]
fn what_staff_confirm_makes_later_suggestions_better() {
    // The same second month, once with staff confirmations of the first and once without.
    let mut without = Measure::new(11, 400);
    let mut with = Measure::new(11, 400);
    let _ = (without.month("2026-05", "2026-06-10"), with.month("2026-05", "2026-06-10"));
    with.staff_confirm("2026-06-11");
    let without = without.month("2026-06", "2026-07-10");
    let with = with.month("2026-06", "2026-07-10");
    println!("{without}\n{with}");
    let habits = |scores: &measure::Scores| scores.of("by an agency") + scores.of("by the owner");
    assert!(habits(&with) >= habits(&without), "{without}\n{with}");
}
