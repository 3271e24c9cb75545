//! 总览: today's receipts and settlements, suspense by age and reason, and my tasks.
//!
//! Start at [`show`]. Every number links to the list it counts, and every chart has its numbers as text. Suspense
//! is counted now, the rest is as of the latest night.

use super::as_of;
use crate::nightly::night_point;
use crate::remittance::{Language, Localized, Outcome, Reason, Tally};
use crate::report::NightPoint;
use crate::report::html::trend::Trend;
use crate::store::{Assigned, Cell, Counts, FeedRow, QueueFilter, RunLine};
use crate::suspense::{Age, Permission, Person, ProposalState, Stage, age_days};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::address::Query;
use crate::web::view::{self, count, foreign, share, yuan};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Nights in the trend.
const NIGHTS: u32 = 90;

#[derive(Template)]
#[template(path = "desk/today.html")]
struct Page {
    frame: Frame,
    /// The latest night; `None` before the first.
    night: Option<Night>,
    tiles: Vec<Tile>,
    mine: Vec<Tile>,
    /// Suspense breakdowns, in two columns.
    breakdowns: [Vec<Breakdown>; 2],
    trend: Option<Trend>,
}

/// A number with a link to what it counts.
struct Tile {
    name: &'static str,
    value: String,
    more: String,
    href: String,
}

/// Results of the night.
struct Night {
    as_of: NaiveDate,
    href: String,
    outcomes: Vec<Row>,
    movement: [(&'static str, String, String); 4],
}

/// Suspense by one criterion.
struct Breakdown {
    name: &'static str,
    rows: Vec<Row>,
    total: Option<(String, String)>,
}

/// A table row with its bar.
struct Row {
    words: String,
    count: String,
    amount: String,
    is_negative: bool,
    href: String,
    /// The bar's length in thousandths.
    share: u64,
    class: &'static str,
}

struct Found {
    as_of: NaiveDate,
    runs: Vec<RunLine>,
    outcomes: Vec<(Outcome, Tally)>,
    feeds: Vec<FeedRow>,
    counts: Counts,
    awaiting: Tally,
    /// Pending proposals of others.
    waiting: Tally,
    sent_back: Tally,
}

pub(crate) async fn show(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    let today = desk.today();
    let me = Person(session.person_id.clone());
    let found = desk
        .read(move |store| {
            let as_of = as_of(store, today)?;
            Ok(Found {
                as_of,
                runs: store.runs(None, NIGHTS)?,
                outcomes: store.run_outcomes(as_of)?,
                feeds: store.feeds(Some(as_of), Some(as_of))?,
                counts: store.counts(&QueueFilter::default(), as_of, usize::MAX)?,
                awaiting: store.awaiting_total()?,
                waiting: store.proposals_total(ProposalState::Open, &me, true)?,
                sent_back: store.proposals_total(ProposalState::SentBack, &me, false)?,
            })
        })
        .await?;
    let frame = Frame::new(&desk, &session, "总览", "Today");
    answer(&page(frame, &session, &found))
}

fn page(frame: Frame, session: &Session, found: &Found) -> Page {
    let language = frame.language;
    let points = points(&found.runs);
    Page {
        night: found.runs.first().map(|_| night(found, &points, language)),
        tiles: tiles(found, &points, language),
        mine: mine(found, session, &frame),
        breakdowns: [
            vec![by_reason(&found.counts, language)],
            vec![by_age(&found.counts, language), by_bank(&found.counts, language)],
        ],
        trend: Trend::of(&points, found.as_of),
        frame,
    }
}

/// The nights for the report's trend, oldest first. A night's opening suspense is the previous night's closing one.
fn points(runs: &[RunLine]) -> Vec<NightPoint> {
    let mut before = Tally::default();
    let mut points = Vec::new();
    for run in runs.iter().rev() {
        points.push(night_point(run, before));
        before = run.closing;
    }
    points
}

fn tiles(found: &Found, points: &[NightPoint], language: Language) -> Vec<Tile> {
    let say = |zh, en| language.choose(zh, en);
    let open = found.counts.total();
    let oldest = found.counts.oldest_on().map(|on| age_days(on, found.as_of));
    let days = |days: u32| format!("{days} {}", say("天", "days"));
    let percent = points.last().and_then(NightPoint::matched_percent);
    let entries: u64 = found.feeds.iter().map(|feed| feed.fresh).sum();
    let taken = Query::default().with("taken", &found.as_of.to_string());
    vec![
        Tile {
            name: say("挂账笔数", "Items in suspense"),
            value: count(open.count),
            more: String::new(),
            href: "/queue".to_owned(),
        },
        Tile {
            name: say("挂账金额（元）", "Amount (yuan)"),
            value: yuan(open.amount),
            more: String::new(),
            href: "/queue?order=largest".to_owned(),
        },
        Tile {
            name: say("最老一笔", "Oldest item"),
            value: oldest.map_or_else(|| "–".to_owned(), days),
            more: String::new(),
            href: "/queue".to_owned(),
        },
        Tile {
            name: say("昨夜新流水", "New movements"),
            value: count(entries),
            more: format!("{} {}", count(found.feeds.len() as u64), say("份文件", "files")),
            href: taken.on("/transactions"),
        },
        Tile {
            name: say("自动入账率", "Matched by itself"),
            value: percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent}%")),
            more: String::new(),
            href: taken.with("outcome", "matched").on("/transactions"),
        },
        Tile {
            name: say("待补足（分笔未齐）", "Awaiting parts"),
            value: count(found.awaiting.count),
            more: yuan(found.awaiting.amount),
            href: "/transactions?outcome=awaiting".to_owned(),
        },
    ]
}

/// Tasks that wait for the reader.
fn mine(found: &Found, session: &Session, frame: &Frame) -> Vec<Tile> {
    let say = |zh, en| frame.language.choose(zh, en);
    let me = Assigned::To(session.person_id.clone());
    let tile = |name, tally: Tally, href: &str| Tile {
        name,
        value: count(tally.count),
        more: yuan(tally.amount),
        href: href.to_owned(),
    };
    let mut tiles = Vec::new();
    if frame.may(Permission::Propose) {
        let my = found.counts.of(|cell| cell.assigned == me && cell.stage == Stage::Assigned);
        tiles.push(tile(say("我经办的", "Mine to work on"), my, "/queue?stage=assigned&who=me"));
        let nobodys = found.counts.of(|cell| cell.stage == Stage::Open);
        tiles.push(tile(say("还没有人经办", "Nobody's yet"), nobodys, "/queue?stage=open"));
        tiles.push(Tile {
            name: say("被退回的", "Sent back to me"),
            value: count(found.sent_back.count),
            more: String::new(),
            href: "/approvals?state=sent-back".to_owned(),
        });
    }
    if frame.may(Permission::Approve) {
        tiles.push(tile(say("等我复核", "To approve"), found.waiting, "/approvals"));
    }
    tiles
}

fn night(found: &Found, points: &[NightPoint], language: Language) -> Night {
    let say = |zh, en| language.choose(zh, en);
    let as_of = found.as_of;
    let last = points.last().cloned();
    let (opened, cleared, closing) =
        last.map_or_else(Default::default, |point| (point.opened, point.cleared, point.closing));
    let opening = closing.plus(cleared).minus(opened);
    let sum = |name, tally: Tally| (name, count(tally.count), yuan(tally.amount));
    let most =
        found.outcomes.iter().map(|(_, tally)| tally.amount.fen().unsigned_abs()).sum::<u128>();
    let taken = Query::default().with("taken", &as_of.to_string());
    let outcomes = found.outcomes.iter().map(|(outcome, tally)| {
        let href = taken.clone().with("outcome", outcome.code()).on("/transactions");
        row(outcome.in_language(language).into_owned(), *tally, href, most, "fill")
    });
    Night {
        as_of,
        href: format!("/runs/{as_of}"),
        outcomes: outcomes.collect(),
        movement: [
            sum(say("上日余额", "Opening"), opening),
            sum(say("新挂账", "New"), opened),
            sum(say("已清理", "Cleared"), cleared),
            sum(say("日终余额", "Closing"), closing),
        ],
    }
}

fn row(words: String, tally: Tally, href: String, most: u128, class: &'static str) -> Row {
    Row {
        words,
        count: count(tally.count),
        amount: yuan(tally.amount),
        is_negative: tally.amount.is_negative(),
        href,
        share: share(tally.amount, most),
        class,
    }
}

/// The sum of all absolute amounts, the scale of the bars.
fn whole(tallies: &[Tally]) -> u128 {
    tallies.iter().map(|tally| tally.amount.fen().unsigned_abs()).sum()
}

/// One table: each non-empty value with its suspense.
fn breakdown<T: Copy>(
    name: &'static str,
    counts: &Counts,
    values: impl Iterator<Item = T>,
    is_in: impl Fn(&Cell, T) -> bool,
    say: impl Fn(T) -> (String, String, &'static str),
) -> Breakdown {
    let tallied: Vec<(T, Tally)> = values
        .map(|value| (value, counts.of(|cell| is_in(cell, value))))
        .filter(|(_, tally)| tally.count > 0)
        .collect();
    let most = whole(&tallied.iter().map(|(_, tally)| *tally).collect::<Vec<_>>());
    let rows = tallied.iter().map(|(value, tally)| {
        let (words, href, class) = say(*value);
        row(words, *tally, href, most, class)
    });
    let total = counts.total();
    Breakdown { name, rows: rows.collect(), total: Some((count(total.count), yuan(total.amount))) }
}

fn by_reason(counts: &Counts, language: Language) -> Breakdown {
    let say = |reason: Reason| {
        let href = format!("/queue?reason={}", reason.code());
        (reason.in_language(language).into_owned(), href, "fill")
    };
    let name = language.choose("按原因", "By reason");
    let is_in = |cell: &Cell, reason| cell.reason == Some(reason);
    breakdown(name, counts, Reason::ALL.into_iter(), is_in, say)
}

fn by_bank(counts: &Counts, language: Language) -> Breakdown {
    let banks: BTreeSet<(&str, &str)> =
        counts.cells.iter().map(|cell| (cell.bank.as_str(), cell.bank_name.as_str())).collect();
    let say = |(bank, name): (&str, &str)| {
        (foreign(name), Query::default().with("bank", bank).on("/queue"), "fill")
    };
    let name = language.choose("按收款银行", "By receiving bank");
    let is_in = |cell: &Cell, (bank, _): (&str, &str)| cell.bank == bank;
    breakdown(name, counts, banks.into_iter(), is_in, say)
}

fn by_age(counts: &Counts, language: Language) -> Breakdown {
    let say = |age: Age| {
        let href = Query::default().with("age", age.code()).on("/queue");
        (age.in_language(language).into_owned(), href, view::age_class(age))
    };
    let name = language.choose("按账龄", "By age");
    breakdown(name, counts, Age::ALL.into_iter(), |cell, age| cell.age == age, say)
}
