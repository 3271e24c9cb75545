//! `duizhang feed list` and `feed withdraw`: lists deliveries, and withdraws a whole delivery.
//!
//! If something prevents it, exit code 1: each blocking transaction or delivery is listed on standard error with
//! its state, and nothing changes.

use crate::cli::args::{FeedListArgs, WithdrawArgs};
use crate::cli::args::{Format, Global};
use crate::cli::centre::Centre;
use crate::cli::clock;
use crate::cli::failure::{Done, Failure};
use crate::cli::rows::{Column, Printer, Value};
use crate::store::{FeedRow, InTheWay, TakenBack, Withdrawal};
use std::borrow::Cow;

/// Characters of a feed id in the table, enough to identify it among a century of deliveries.
const SHOWN: usize = 12;

const COLUMNS: &[Column<FeedRow>] = &[
    Column { key: "feed", heading: "", value: |row| Value::text(&row.feed_id) },
    Column { key: "file", heading: "file", value: |row| Value::text(&row.file_name) },
    Column { key: "format", heading: "format", value: |row| Value::text(&row.format) },
    Column { key: "taken_on", heading: "night", value: |row| Value::Day(row.taken_on) },
    Column { key: "entries", heading: "", value: |row| Value::count(row.entries) },
    Column { key: "new", heading: "new", value: |row| Value::count(row.fresh) },
    Column { key: "seen", heading: "seen", value: |row| Value::count(row.seen) },
    Column { key: "conflicting", heading: "", value: |row| Value::count(row.conflicting) },
    Column { key: "rejected", heading: "rejected", value: |row| Value::count(row.rejected) },
    Column { key: "credit", heading: "in", value: |row| Value::amount(row.credit) },
    Column { key: "debit", heading: "out", value: |row| Value::amount(row.debit) },
];

const WITHDRAWN: &[Column<TakenBack>] = &[
    Column { key: "feed", heading: "feed", value: |row| Value::text(&row.feed_id) },
    Column { key: "file", heading: "file", value: |row| Value::text(&row.file_name) },
    Column { key: "taken_on", heading: "night", value: |row| Value::Day(row.taken_on) },
    Column {
        key: "transactions",
        heading: "transactions",
        value: |row| Value::count(row.transactions),
    },
    Column { key: "credit", heading: "in", value: |row| Value::amount(row.credit) },
    Column { key: "debit", heading: "out", value: |row| Value::amount(row.debit) },
    Column { key: "items", heading: "hung", value: |row| Value::count(row.items) },
    Column { key: "set_aside", heading: "set aside", value: |row| Value::count(row.set_aside) },
];

pub(in crate::cli) fn list(global: &Global, args: &FeedListArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let rows = centre.store.feeds(args.from, args.to)?.into_iter();
    let format = centre.settings.format;
    if format == Format::Table {
        /// The same with a shortened id for typing.
        const TABLE: &[Column<FeedRow>] = &[
            Column { key: "feed", heading: "feed", value: |row| Value::Text(begins(&row.feed_id)) },
            Column { key: "file", heading: "file", value: |row| Value::text(&row.file_name) },
            Column { key: "format", heading: "format", value: |row| Value::text(&row.format) },
            Column { key: "taken_on", heading: "night", value: |row| Value::Day(row.taken_on) },
            Column { key: "new", heading: "new", value: |row| Value::count(row.fresh) },
            Column { key: "seen", heading: "seen", value: |row| Value::count(row.seen) },
            Column {
                key: "rejected",
                heading: "rejected",
                value: |row| Value::count(row.rejected),
            },
            Column { key: "credit", heading: "in", value: |row| Value::amount(row.credit) },
            Column { key: "debit", heading: "out", value: |row| Value::amount(row.debit) },
        ];
        Printer::print(format, TABLE, rows)?;
    } else {
        Printer::print(format, COLUMNS, rows)?;
    }
    Ok(Done::Fully)
}

/// The beginning of an id, with its account if it has one.
fn begins(feed_id: &str) -> Cow<'_, str> {
    let (digest, account) = feed_id.split_once('/').unwrap_or((feed_id, ""));
    let begins = digest.get(..SHOWN).unwrap_or(digest);
    // One file in two folders is two deliveries; only the full id distinguishes them.
    if account.is_empty() { begins.into() } else { format!("{begins}…/{account}").into() }
}

pub(in crate::cli) fn withdraw(global: &Global, args: &WithdrawArgs) -> Result<Done, Failure> {
    for (what, text) in [("--by", &args.by), ("--note", &args.note)] {
        if text.trim().is_empty() {
            return Err(Failure::Usage(format!("{what} is empty: the trail keeps who and why")));
        }
    }
    let centre = Centre::write(global)?;
    let now = clock::moment(args.as_of.as_of);
    let by = (args.by.as_str(), "operator");
    let feeds: Vec<String> = args.feeds.iter().map(|name| name.replace('…', "")).collect();
    match centre.store.withdraw_feeds(&feeds, by, &args.note, now)? {
        Withdrawal::Done(withdrawn) => {
            Printer::print(centre.settings.format, WITHDRAWN, withdrawn.feeds)?;
            note!(
                global,
                "the same files may come in again; one that lies in the inbox does so in the next night"
            );
            if centre.is_rehearsal() {
                note!(global, "dry run: nothing was written");
            }
            Ok(Done::Fully)
        }
        Withdrawal::NotOne { name, begin_so } if begin_so.is_empty() => {
            Err(Failure::because(format!("no feed {name:?}; `duizhang feed list` shows them")))
        }
        Withdrawal::NotOne { name, begin_so } => Err(Failure::because(format!(
            "several feeds begin with {name:?}: {}",
            begin_so.join(", ")
        ))),
        Withdrawal::Refused(in_the_way) => {
            for one in &in_the_way {
                tell!("in the way: {one}");
            }
            let others = in_the_way.iter().filter_map(other);
            let together: Vec<&str> = feeds.iter().map(String::as_str).chain(others).collect();
            if together.len() > feeds.len() {
                tell!("together: duizhang feed withdraw {}", together.join(" "));
            }
            let count = in_the_way.len();
            Err(Failure::because(format!("{count} things stand in the way; nothing was withdrawn")))
        }
    }
}

/// A delivery that could be withdrawn together with this one.
fn other(in_the_way: &InTheWay) -> Option<&str> {
    match in_the_way {
        InTheWay::Feed { feed_id, .. }
        | InTheWay::Under { feed_id, .. }
        | InTheWay::Beside { feed_id, .. } => Some(feed_id),
        InTheWay::Transaction { .. } | InTheWay::Archived { .. } | InTheWay::Unclear { .. } => None,
    }
}
