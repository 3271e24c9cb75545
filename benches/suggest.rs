//! How often the intended notice is suggested first, kind by kind, at the size of a city.
//!
//! Run with `cargo bench --bench suggest`. The real night ingests two hard months of invented employers
//! (`demo/hard.rs`); only the bench knows the truth. The second month is ingested twice: without staff confirmations,
//! and after staff confirmed the first month's items at the desk.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    reason = "a bench that cannot be set up may stop; what it measures it prints"
)]

#[path = "../tests/suggest_truth/measure.rs"]
mod measure;

use measure::Measure;
use std::time::Instant;

const SEED: u64 = 20_261_126;
const EMPLOYERS: usize = 10_000;

fn main() {
    let (mut naive, mut taught) = (Measure::new(SEED, EMPLOYERS), Measure::new(SEED, EMPLOYERS));
    let first = naive.month("2026-05", "2026-06-10");
    println!("first month, nothing learned\n{first}");
    let _ = taught.month("2026-05", "2026-06-10");
    taught.staff_confirm("2026-06-11");
    let naive = naive.month("2026-06", "2026-07-10");
    println!("second month, nothing confirmed\n{naive}");
    let began = Instant::now();
    let taught = taught.month("2026-06", "2026-07-10");
    println!("second month, the first confirmed\n{taught}");
    println!("its night and suggestions: {:.1?}", began.elapsed());
    for habit in ["by an agency", "by the owner"] {
        println!(
            "{habit}: {} of 1000 first, {} once it was confirmed",
            naive.of(habit),
            taught.of(habit)
        );
    }
    for scores in [first, naive, taught] {
        assert!(scores.per_mille() >= 950, "fewer than 95 in a hundred:\n{scores}");
    }
}
