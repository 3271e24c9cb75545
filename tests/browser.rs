//! The desk in a real browser: Debian's Chromium, headless, driven by WebDriver.
//!
//! Start at `browser/work.rs`: a clerk and an approver clear an item. `browser/driver.rs` is the browser,
//! `desk/served.rs` the desk. Without Chromium or chromedriver, each test says so and proves nothing.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that meets the impossible stops; it says when it skips, and looks for a browser on the path"
)]

#[path = "night/centre.rs"]
#[expect(dead_code, reason = "the suites of the night need more of it")]
mod centre;
#[path = "browser/driver.rs"]
mod driver;
#[path = "night/feed.rs"]
#[expect(dead_code, reason = "the suites of the night need more of it")]
mod feed;
#[path = "browser/hostile.rs"]
mod hostile;
#[path = "night/postgres.rs"]
#[expect(dead_code, reason = "the suites of the night need more of it")]
mod postgres;
#[path = "browser/reach.rs"]
mod reach;
#[path = "desk/served.rs"]
#[expect(dead_code, reason = "the suites without a browser need more of it")]
mod served;
#[path = "desk/wire.rs"]
#[expect(dead_code, reason = "the suites without a browser need more of it")]
mod wire;
#[path = "browser/work.rs"]
mod work;
