//! Log lines on standard error.
//!
//! Without `-v` only warnings are logged: a command prints its own messages. Logs have ids and counts, never names,
//! account numbers, remarks or addresses.

use super::args::{Global, LogFormat};
use tracing_subscriber::filter::LevelFilter;

pub(super) fn start(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (0, 0) => LevelFilter::WARN,
        (0, 1) => LevelFilter::INFO,
        (0, 2) => LevelFilter::DEBUG,
        (0, _) => LevelFilter::TRACE,
        _ => LevelFilter::ERROR,
    };
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    // Keep an existing logger (in tests).
    let _ = match global.log_format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(false).with_target(false).try_init(),
    };
}
