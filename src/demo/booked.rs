//! A movement as booked by the bank, and the banks' forms of amounts and times.

use super::story::Movement;

#[derive(Clone, Debug)]
pub(super) struct DemoLine {
    pub(super) serial: String,
    pub(super) movement: Movement,
    /// Balance after it, in fen.
    pub(super) balance: i64,
}

/// Fen as yuan with two decimals.
pub(super) fn yuan(fen: i64) -> String {
    crate::remittance::Money::from_fen(fen).to_string()
}

/// A second of the day as a time.
pub(super) fn time(second: u64, between: &str) -> String {
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{hour:02}{between}{minute:02}{between}{:02}", second % 60)
}
