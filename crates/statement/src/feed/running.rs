//! Follows the running balance of each account through a file, and sums its entries.
//!
//! Start at [`Running::entry`]; at the end [`Running::finish`] passes on a statement for each account and flags every
//! balance that does not follow from the previous one. Files are oldest or newest first, so both orders are tried and
//! the one with fewer breaks wins. If neither holds for most rows of a table, [`Running::check`] refuses it. A row that
//! is in the file twice (overlapping pages) is no step.
//!
//! Invariant: memory is bounded by [`ACCOUNTS_MAX`], [`BREAKS_MAX`] and [`ROWS_KNOWN_MAX`] for any file.

use super::amount::Amount;
use super::{Balance, FeedError, FeedErrorKind, Flag, Odd, Sink, Statement, StatementEntry};
use chrono::{Datelike, NaiveDate, Timelike};
use remittance::Direction;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// Accounts of one file that are tracked singly; those beyond are summed together.
const ACCOUNTS_MAX: usize = 4096;
/// Breaks of one account that are reported singly; the rest is counted.
const BREAKS_MAX: usize = 8;
/// From this many steps on, most must hold; fewer have no order, and a break in them is reported.
const CHECKS_MIN: u64 = 5;
/// Rows of an account that are remembered, at eight bytes each.
const ROWS_KNOWN_MAX: usize = 1 << 20;
/// Up to this many breaks are checked for repeated rows; more breaks mean no overlap.
const ASKED_MAX: u64 = 256;

/// The sums and balances of the accounts in one file.
#[derive(Default)]
pub(super) struct Running {
    tracks: Vec<Track>,
    places: HashMap<String, usize>,
    last: usize,
    /// Counts the gaps (rejects); balances are not compared across one.
    gaps: u64,
}

#[derive(Default)]
struct Track {
    account: Option<String>,
    currency: Option<String>,
    line: u64,
    entries: u64,
    credit: i128,
    debit: i128,
    /// Decimals of the most precise amount.
    decimals: u32,
    opening: Option<Amount>,
    closing: Option<Amount>,
    /// Fingerprints of the rows so far.
    known: Vec<u64>,
    /// A row is in the file again; the balances need it once.
    repeated: bool,
    first: Option<(i64, NaiveDate)>,
    previous: Option<Previous>,
    checks: u64,
    ascending: Breaks,
    descending: Breaks,
    rises: bool,
    falls: bool,
}

struct Previous {
    gaps: u64,
    balance: i64,
    movement: i64,
    on: NaiveDate,
}

#[derive(Default)]
struct Breaks {
    count: u64,
    named: Vec<(u64, i64, i64)>,
}

impl Breaks {
    fn check(&mut self, line: u64, expected: i64, found: i64) {
        if expected != found {
            self.count += 1;
            if self.named.len() < BREAKS_MAX {
                self.named.push((line, expected, found));
            }
        }
    }
}

impl Running {
    /// A row was rejected: the following balance cannot be checked against it.
    pub(super) const fn gap(&mut self) {
        self.gaps += 1;
    }

    pub(super) fn entry(
        &mut self,
        entry: &StatementEntry<'_>,
        amount: Amount,
        balance: Option<Amount>,
    ) {
        let gaps = self.gaps;
        let Some(track) = self.track(entry) else { return };
        track.entries += 1;
        track.decimals = track.decimals.max(entry.amount.scale());
        let movement = match entry.direction {
            Direction::Credit => amount.hundredths.abs(),
            Direction::Debit => -amount.hundredths.abs(),
        };
        match entry.direction {
            Direction::Credit => track.credit += i128::from(movement),
            Direction::Debit => track.debit -= i128::from(movement),
        }
        let Some(balance) = balance.map(|balance| balance.hundredths) else {
            track.previous = None;
            return;
        };
        if let Some(previous) = &track.previous
            && previous.gaps == gaps
        {
            let ascending = previous.balance.saturating_add(movement);
            let descending = previous.balance.saturating_sub(previous.movement);
            let holds = ascending == balance || descending == balance;
            if !holds && track.repeats(entry, balance, movement) {
                track.repeated = true;
                return;
            }
            track.checks += 1;
            track.rises |= previous.on < entry.booked_on;
            track.falls |= previous.on > entry.booked_on;
            track.ascending.check(entry.line, ascending, balance);
            track.descending.check(entry.line, descending, balance);
        }
        if track.known.len() < ROWS_KNOWN_MAX {
            track.known.push(fingerprint(entry, balance, movement));
        }
        track.first.get_or_insert((balance, entry.booked_on));
        track.previous = Some(Previous { gaps, balance, movement, on: entry.booked_on });
    }

    /// The account's track, created if new.
    fn track(&mut self, entry: &StatementEntry<'_>) -> Option<&mut Track> {
        let same = |track: &Track| {
            track.account.as_deref() == entry.account && track.currency.as_deref() == entry.currency
        };
        if !self.tracks.get(self.last).is_some_and(same) {
            self.last = if self.tracks.len() <= 16 {
                self.tracks.iter().position(same).unwrap_or(usize::MAX)
            } else {
                self.places.get(&key(entry)).copied().unwrap_or(usize::MAX)
            };
        }
        if self.last == usize::MAX {
            self.last = self.tracks.len().min(ACCOUNTS_MAX);
            if self.last == self.tracks.len() {
                let known = self.last < ACCOUNTS_MAX;
                let owned = |text: Option<&str>| text.filter(|_| known).map(str::to_owned);
                self.tracks.push(Track {
                    account: owned(entry.account),
                    currency: owned(entry.currency),
                    line: entry.line,
                    ..Track::default()
                });
                self.places.insert(key(entry), self.last);
            }
        }
        self.tracks.get_mut(self.last)
    }

    /// A block of a table ends: its declared values go to its account, even without rows.
    pub(super) fn end_block(
        &mut self,
        line: u64,
        account: Option<&str>,
        currency: Option<&str>,
        declared: [Option<Amount>; 2],
    ) {
        // Rows may name the currency if the block does not.
        let known = self.tracks.iter().rposition(|track| track.account.as_deref() == account);
        let place = known.unwrap_or_else(|| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let (account, currency) = (owned(account), owned(currency));
            self.tracks.push(Track { account, currency, line, ..Track::default() });
            self.tracks.len() - 1
        });
        let [opening, closing] = declared;
        if let Some(track) = self.tracks.get_mut(place) {
            track.opening = track.opening.or(opening);
            track.closing = closing.or(track.closing);
        }
    }

    /// The balance after the last row, if that is of this account.
    pub(super) fn last_balance(&self) -> Option<i64> {
        self.tracks.get(self.last)?.previous.as_ref().map(|previous| previous.balance)
    }

    /// Whether the balances of an account prove each of its rows.
    pub(super) fn proved(&self, account: Option<&str>) -> Option<bool> {
        let of_account = self.tracks.iter().filter(|track| track.account.as_deref() == account);
        let proved = of_account.filter_map(Track::proved);
        proved.reduce(|all, one| all && one)
    }

    /// Refuses a table that its balances contradict.
    ///
    /// # Errors
    /// If at least five steps were checked and most of them fail.
    pub(super) fn check(&self) -> Result<(), FeedError> {
        let (mut tried, mut broken) = (0, 0);
        for track in &self.tracks {
            tried += track.checks;
            broken += track.breaks(track.is_descending()).count;
        }
        if tried < CHECKS_MIN || broken * 2 <= tried {
            return Ok(());
        }
        let line = self.tracks.first().map_or(0, |track| track.line);
        Err(FeedErrorKind::Contradicted { tried, broken }.at(line))
    }

    /// Ends a file of records, which has no declared values; an empty file has one empty statement.
    pub(super) fn end_file(mut self, currency: Option<&str>, sink: &mut dyn Sink) {
        if self.tracks.is_empty() {
            self.end_block(1, None, currency, [None, None]);
        }
        self.finish(sink);
    }

    /// Passes on a statement for each account, in the order of their first rows, with its oddities.
    pub(super) fn finish(self, sink: &mut dyn Sink) {
        for track in &self.tracks {
            let balance = |amount: Option<Amount>| {
                amount.map(|amount| Balance { amount: amount.signed(), on: None })
            };
            track.finish(balance(track.opening), balance(track.closing), sink);
        }
    }
}

/// The fingerprint of a row within its account. The hash is fast rather than strong, because every row needs one and
/// matches are checked again on ingest.
fn fingerprint(entry: &StatementEntry<'_>, balance: i64, movement: i64) -> u64 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(MIX);
    let seconds = entry.booked_time.map_or(u32::MAX, |time| time.num_seconds_from_midnight());
    let days = entry.booked_on.num_days_from_ce().cast_unsigned();
    let mut hash = mix(balance.cast_unsigned(), movement.cast_unsigned());
    hash = mix(hash, u64::from(days) << 32 | u64::from(seconds));
    let (words, rest) = entry.serial.as_bytes().as_chunks::<8>();
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte)))
}

fn key(entry: &StatementEntry<'_>) -> String {
    format!("{}\u{1}{}", entry.account.unwrap_or_default(), entry.currency.unwrap_or_default())
}

impl Track {
    /// Whether the row was in the file before.
    fn repeats(&self, entry: &StatementEntry<'_>, balance: i64, movement: i64) -> bool {
        let asked = self.ascending.count.min(self.descending.count);
        asked < ASKED_MAX && self.known.contains(&fingerprint(entry, balance, movement))
    }

    fn proved(&self) -> Option<bool> {
        let holds = || self.breaks(self.is_descending()).count == 0 && !self.repeated;
        (self.checks > 0).then(holds)
    }

    /// Whether the file is newest first.
    fn is_descending(&self) -> bool {
        match (self.rises, self.falls) {
            (true, false) => false,
            (false, true) => true,
            // Days in both directions, or a single one, do not reveal the order.
            (true, true) | (false, false) => self.descending.count < self.ascending.count,
        }
    }

    fn finish(&self, opening: Option<Balance>, declared: Option<Balance>, sink: &mut dyn Sink) {
        let descending = self.is_descending();
        let last = self.previous.as_ref().map(|previous| (previous.balance, previous.on));
        let closing = if descending { self.first } else { last };
        let closing =
            closing.map(|(balance, on)| Balance { amount: Decimal::new(balance, 2), on: Some(on) });
        let scaled = |sum: i128| {
            let divisor = 10_i128.pow(2_u32.saturating_sub(self.decimals));
            Decimal::from_i128_with_scale(sum / divisor, self.decimals.min(2))
        };
        let statement = Statement {
            line: self.line,
            account: self.account.as_deref(),
            currency: self.currency.as_deref(),
            identification: None,
            opening,
            closing: declared.or(closing),
            entries: self.entries,
            sum_credit: scaled(self.credit),
            sum_debit: scaled(self.debit),
            proved: self.proved(),
        };
        self.name_breaks(descending, sink);
        if statement.balance_ok() == Some(false)
            && let (Some(opening), Some(closing)) = (statement.opening, statement.closing)
        {
            let expected = opening.amount + statement.sum_credit - statement.sum_debit;
            let (line, account, found) = (self.line, self.account.clone(), closing.amount);
            sink.flag(Flag::BalanceBroken { line, account, expected, found });
        }
        sink.statement(statement);
    }

    const fn breaks(&self, descending: bool) -> &Breaks {
        if descending { &self.descending } else { &self.ascending }
    }

    fn name_breaks(&self, descending: bool, sink: &mut dyn Sink) {
        let breaks = self.breaks(descending);
        if self.checks >= CHECKS_MIN && breaks.count * 2 > self.checks {
            let found = format!("{} of {} rows", breaks.count, self.checks);
            sink.flag(Flag::Oddity {
                line: self.line,
                odd: Odd::RunningBalanceWithoutOrder,
                found,
            });
            return;
        }
        for (line, expected, found) in breaks.named.iter().copied() {
            let (expected, found) = (Decimal::new(expected, 2), Decimal::new(found, 2));
            sink.flag(Flag::RunningBalanceBroken { line, expected, found });
        }
        if breaks.count > BREAKS_MAX as u64 {
            let found = format!("{} of {} rows", breaks.count, self.checks);
            sink.flag(Flag::Oddity { line: self.line, odd: Odd::RunningBalanceBreaks, found });
        }
    }
}
