//! The box at the top of a letter: what to do, by when, whom to call, the number, and what the centre does
//! otherwise.
//!
//! Start at [`rows`]. The box alone tells the reader what is wanted. If nothing is to be done it says so and names
//! no day.

use super::body::Row;
use super::digest::Digest;
use super::item::About;
use super::notice::NewsStage;
use super::paragraph::{self, Group};
use crate::rulebook::letter::LetterRules;
use chrono::NaiveDate;

/// Most actions listed in the box; the others are counted.
const LISTED: usize = 4;

/// An action: a clause, its deadline, and when it was first asked for, in a reminder.
struct Wanted {
    /// The number of its section.
    number: usize,
    what: String,
    until: Option<NaiveDate>,
    reminds: bool,
    otherwise: &'static str,
}

/// The rows of the box.
pub(super) fn rows(digest: &Digest, number: &str, rules: &LetterRules) -> Vec<Row> {
    let wanted = wanted(digest, rules);
    let mut rows = Vec::new();
    let mut row = |section: &str, lines: Vec<String>| {
        let label = rules.fill(section, &[]);
        rows.push(Row { label, lines });
    };
    if wanted.is_empty() {
        row("box-do", vec![rules.fill("box-nothing", &[])]);
    } else {
        row("box-do", listed(&wanted, rules));
        row("box-until", vec![deadline(&wanted, digest.night, rules)]);
    }
    let reach = [("phone", digest.centre.phone.as_str()), ("hours", &digest.centre.hours)];
    row("box-call", vec![rules.fill("box-phone", &reach)]);
    row("box-number", vec![rules.fill("box-letter", &[("letter", number)])]);
    let mut otherwise: Vec<&str> = wanted.iter().map(|one| one.otherwise).collect();
    otherwise.sort_unstable();
    otherwise.dedup();
    if !otherwise.is_empty() {
        row("box-else", otherwise.iter().map(|section| rules.fill(section, &[])).collect());
    }
    rows
}

/// The actions, in the order of the letter.
fn wanted(digest: &Digest, rules: &LetterRules) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    let asking = || digest.notices.iter().filter(|one| one.asks_for_something());
    for (number, notice) in (1..).zip(asking()) {
        wanted.push(Wanted {
            number,
            what: paragraph::notice_wants(notice, rules),
            until: notice.until,
            reminds: notice.reminds_of.is_some(),
            otherwise: match notice.stage {
                NewsStage::TakenBack => "box-else-taken-back",
                NewsStage::Reopened if notice.is_last => "box-else-last",
                NewsStage::Reopened | NewsStage::Settled | NewsStage::Revoked => "box-else-open",
            },
        });
    }
    for (number, group) in (1 + asking().count()..).zip(Group::of(&digest.items)) {
        if !group.asks_for_something() {
            continue;
        }
        wanted.push(Wanted {
            number,
            what: group.wants(rules),
            until: group.until(),
            reminds: matches!(group.about(), About::Reminder(..)),
            otherwise: match group.about() {
                About::Suspense(_) => "box-else-suspense",
                About::Reminder(_, ..=7) => "box-else-again",
                About::Reminder(..) => "box-else-last",
                About::Unfinished(_) | About::Settled(_) => "box-else-open",
            },
        });
    }
    wanted
}

fn listed(wanted: &[Wanted], rules: &LetterRules) -> Vec<String> {
    let mut lines: Vec<String> = match wanted {
        [only] => vec![only.what.clone()],
        several => {
            let listed = several.iter().take(LISTED);
            listed.map(|one| format!("第 {} 项：{}", one.number, one.what)).collect()
        }
    };
    if wanted.len() > LISTED {
        let more = (wanted.len() - LISTED).to_string();
        lines.push(rules.fill("box-more", &[("count", &more)]));
    }
    lines
}

/// The earliest deadline. If everything was asked for before, the first deadline and that it has passed.
fn deadline(wanted: &[Wanted], night: NaiveDate, rules: &LetterRules) -> String {
    let first = |reminds: bool| {
        let those = wanted.iter().filter(|one| one.reminds == reminds);
        those.filter_map(|one| one.until).min()
    };
    match (first(false), first(true)) {
        (Some(until), _) => rules.fill("box-before", &[("until", &until.to_string())]),
        (None, Some(until)) => {
            let days = (night - until).num_days().to_string();
            rules.fill("box-late", &[("until", &until.to_string()), ("days", &days)])
        }
        (None, None) => rules.fill("box-soon", &[]),
    }
}
