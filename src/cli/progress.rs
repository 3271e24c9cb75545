//! Progress, shown only on a terminal and removed when the work is done.

use super::args::Global;
use crate::nightly::{Step, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// A spinner with the current action.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn start(global: &Global, doing: &str) -> Self {
        let bar = ProgressBar::new_spinner();
        if global.quiet > 0 || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {human_pos:.dim}") {
            bar.set_style(style);
        }
        bar.set_message(doing.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    pub(super) fn say(&self, doing: &str) {
        self.0.set_message(doing.to_owned());
    }
}

impl Watch for Progress {
    fn step(&self, step: Step, total: Option<u64>) {
        let doing = match step {
            Step::TakeIn => "taking in",
            Step::Load => "loading what is open",
            Step::Decide => "deciding",
            Step::Record => "recording",
            Step::Report => "writing the report",
        };
        tracing::info!(step = doing, total, "night");
        self.0.reset();
        self.0.set_message(doing);
    }

    fn advance(&self, count: u64) {
        self.0.inc(count);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
