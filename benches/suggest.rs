//! How often the notice that was meant is suggested first, kind by kind, at the size of a city.
//!
//! Run with `cargo bench --bench suggest`. Two hard months of invented employers (`demo/hard.rs`) come in
//! through the real night; the truth stays with the bench. The second month comes twice: as if staff had
//! confirmed nothing, and after they confirmed the first month's items at the desk.

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
    println!("first month, nothing learned\n{}", naive.month("2026-05", "2026-06-10"));
    let _ = taught.month("2026-05", "2026-06-10");
    taught.staff_confirm("2026-06-11");
    println!("second month, nothing confirmed\n{}", naive.month("2026-06", "2026-07-10"));
    let began = Instant::now();
    println!("second month, the first confirmed\n{}", taught.month("2026-06", "2026-07-10"));
    println!("night and suggestions of it: {:.1?}", began.elapsed());
}
