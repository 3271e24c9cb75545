//! The delivery state of a letter, and its state after a try.
//!
//! Start at [`LetterStanding::after`], which is the whole delivery policy. A letter waits, is held by one sender
//! during its lease, and ends as sent, refused, given up or unknown. A later report can say that a sent letter
//! bounced.
//!
//! Invariant: a letter is in exactly one state, and only a final state removes it from the queue. Instants are
//! seconds since 1970-01-01 UTC and come from the caller.

use crate::remittance::{Language, Localized};
use std::borrow::Cow;
use std::fmt;

/// The state of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LetterState {
    /// To be sent, once it is due.
    Waiting,
    /// Claimed by a sender until its lease ends.
    Sending,
    /// A mail server accepted it.
    Sent,
    /// A mail server accepted it, and it bounced later.
    Returned,
    /// A mail server refused it permanently (5xx).
    Refused,
    /// All retries are used up or its address was blocked.
    GivenUp,
    /// The server received the whole letter but died before it answered: perhaps sent.
    Unknown,
    /// To be printed and posted: its employer has no mail address.
    Printed,
    /// Left as a file for another mail program; no mail server is configured.
    Filed,
    /// Held for approval: neither sent nor printed.
    Held,
    /// Held and then dropped: its content counts as not reported.
    Dropped,
}

/// The result of a try; the texts are the server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Sent(String),
    /// Permanently refused.
    Refused(String),
    /// Permanently refused because of the address; `status` is the code. With `at_once` the mailbox does not exist;
    /// otherwise this must happen on two days.
    NoMailbox {
        status: String,
        answer: String,
        at_once: bool,
    },
    /// Not now: a 4xx, or the connection was lost before the letter was sent.
    Later(String),
    /// Deferred by a limit, not by a fault of the letter: waits at least this many seconds.
    PutOff {
        answer: String,
        pause: i64,
    },
    /// The connection was lost after the letter was sent and before the answer.
    Unknown(String),
    /// Not tried: the server could not be reached, or the lease was nearly over.
    Untried,
}

/// A mark against an address from a server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoMailbox {
    /// The code.
    pub status: String,
    /// Whether this answer alone blocks the address.
    pub at_once: bool,
}

impl Ending {
    /// The mark against the address, if the server's answer was about it.
    #[must_use]
    pub fn no_mailbox(self) -> Option<NoMailbox> {
        match self {
            Self::NoMailbox { status, at_once, .. } => Some(NoMailbox { status, at_once }),
            Self::Sent(_)
            | Self::Refused(_)
            | Self::Later(_)
            | Self::PutOff { .. }
            | Self::Unknown(_)
            | Self::Untried => None,
        }
    }
}

/// The previous tries of a letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    pub attempts: u32,
    /// Tries after which the server had the whole letter but did not confirm.
    pub unconfirmed: u32,
    /// How often a limit deferred it, which costs no try, and since when.
    pub put_off: u32,
    pub put_off_since: Option<i64>,
}

/// A letter's state in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterStanding {
    pub state: LetterState,
    /// When it may be tried next; `None` in a final state.
    pub due_at: Option<i64>,
    pub tries: Tries,
    /// The server's last answer, or why it is no longer tried.
    pub answer: String,
}

/// Seconds before the next try, by number of tries.
///
/// Greylisting needs minutes, a full mailbox hours, a server that fails over a holiday days.
const PAUSES: [i64; 8] = [60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400];

/// Seconds before the next try of a letter deferred by a limit, by number of deferrals: greylisting usually ends
/// after five minutes, an hourly limit after an hour.
const PUT_OFF_PAUSES: [i64; 6] = [300, 600, 1_200, 3_600, 7_200, 14_400];

/// Seconds during which a limit costs no try. What lasts longer is not a limit: the letter then continues like any
/// deferred one, and finally goes on paper.
const PUT_OFF_FOR: i64 = 3 * 86_400;

/// Seconds until a letter with unknown result is sent again, under the same Message-ID.
const UNKNOWN_PAUSE: i64 = 3_600;

/// Most copies sent of a letter that a server never confirmed.
const UNCONFIRMED_MAX: u32 = 2;

/// Characters kept of a server's answer.
const ANSWER_CHARS_MAX: usize = 200;

impl LetterState {
    pub const ALL: [Self; 11] = [
        Self::Waiting,
        Self::Sending,
        Self::Sent,
        Self::Returned,
        Self::Refused,
        Self::GivenUp,
        Self::Unknown,
        Self::Printed,
        Self::Filed,
        Self::Held,
        Self::Dropped,
    ];

    /// A stable kebab-case code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Returned => "returned",
            Self::Refused => "refused",
            Self::GivenUp => "given-up",
            Self::Unknown => "unknown",
            Self::Printed => "printed",
            Self::Filed => "filed",
            Self::Held => "held",
            Self::Dropped => "dropped",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl Localized for LetterState {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Waiting => language.choose("待发", "waiting"),
            Self::Sending => language.choose("发送中", "being sent"),
            Self::Sent => language.choose("已发出", "sent"),
            Self::Returned => language.choose("被退回", "came back"),
            Self::Refused => language.choose("被拒收", "refused"),
            Self::GivenUp => language.choose("已放弃", "given up"),
            Self::Unknown => language.choose("状态未知", "unconfirmed"),
            Self::Printed => language.choose("纸质", "on paper"),
            Self::Filed => language.choose("已存为文件", "left as a file"),
            Self::Held => language.choose("暂扣待放行", "held back"),
            Self::Dropped => language.choose("已撤下", "dropped"),
        })
    }
}

impl fmt::Display for LetterState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl LetterStanding {
    /// The state of a letter after a try; `before` counts the earlier tries.
    ///
    /// A 5xx is final. A 4xx or a lost connection is retried after a growing pause. A letter that the server
    /// received without answering is sent again, whichever try it was: mail systems recognise a duplicate by its
    /// Message-ID, but a lost letter stays lost.
    #[must_use]
    pub fn after(ending: &Ending, before: Tries, now: i64) -> Self {
        let tries = before.and(ending);
        let standing =
            |state, due_at, answer: &str| Self { state, due_at, tries, answer: one_line(answer) };
        match ending {
            Ending::Untried => standing(LetterState::Waiting, Some(now), ""),
            Ending::Sent(answer) => standing(LetterState::Sent, None, answer),
            Ending::Refused(answer) | Ending::NoMailbox { answer, .. } => {
                standing(LetterState::Refused, None, answer)
            }
            Ending::PutOff { answer, pause } => Self::put_off(answer, *pause, before, now),
            Ending::Later(answer) => match pause(tries.attempts) {
                Some(pause) => standing(LetterState::Waiting, Some(now + pause), answer),
                // It may have arrived long ago: nobody can say that it did not.
                None if tries.unconfirmed > 0 => standing(LetterState::Unknown, None, answer),
                None => standing(LetterState::GivenUp, None, answer),
            },
            Ending::Unknown(answer) => {
                let again = (tries.unconfirmed < UNCONFIRMED_MAX).then(|| now + UNKNOWN_PAUSE);
                standing(LetterState::Unknown, again, answer)
            }
        }
    }
}

impl LetterStanding {
    /// The state of a letter deferred by a limit: it waits without losing a try, for some days.
    fn put_off(answer: &str, at_least: i64, before: Tries, now: i64) -> Self {
        let since = before.put_off_since.unwrap_or(now);
        if now - since >= PUT_OFF_FOR {
            return Self::after(&Ending::Later(answer.to_owned()), before, now);
        }
        let index = usize::try_from(before.put_off).unwrap_or(usize::MAX);
        let growing = PUT_OFF_PAUSES.get(index).or(PUT_OFF_PAUSES.last()).copied();
        let pause = growing.unwrap_or(0).max(at_least);
        let tries = Tries {
            put_off: before.put_off.saturating_add(1),
            put_off_since: Some(since),
            ..before
        };
        Self {
            state: LetterState::Waiting,
            due_at: Some(now + pause),
            tries,
            answer: one_line(answer),
        }
    }
}

impl Tries {
    /// Counts one more try, if it was one.
    const fn and(self, ending: &Ending) -> Self {
        let (tried, unconfirmed) = match ending {
            Ending::Untried | Ending::PutOff { .. } => (0, 0),
            Ending::Unknown(_) => (1, 1),
            Ending::Sent(_) | Ending::Refused(_) | Ending::NoMailbox { .. } | Ending::Later(_) => {
                (1, 0)
            }
        };
        Self {
            attempts: self.attempts.saturating_add(tried),
            unconfirmed: self.unconfirmed.saturating_add(unconfirmed),
            ..self
        }
    }
}

/// Seconds to wait after this many tries; `None` after the last.
fn pause(attempts: u32) -> Option<i64> {
    let index = usize::try_from(attempts).ok()?.checked_sub(1)?;
    PAUSES.get(index).copied()
}

/// A server's answer on one short line, for terminals and pages.
fn one_line(answer: &str) -> String {
    let seen = answer.chars().map(|found| if found.is_whitespace() { ' ' } else { found });
    let seen = seen.filter(|found| crate::report::text::visible(*found).is_none());
    seen.take(ANSWER_CHARS_MAX).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_leads_to_one_state() {
        let said = || "answer".to_owned();
        let no_mailbox =
            || Ending::NoMailbox { status: "5.1.1".to_owned(), answer: said(), at_once: true };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // ending                  tried, unconfirmed  state       due in        tried, unconfirmed
            (Ending::Untried,          (3, 1), LetterState::Waiting, Some(0),       (3, 1)),
            (Ending::Sent(said()),     (0, 0), LetterState::Sent,    None,          (1, 0)),
            (Ending::Refused(said()),  (0, 0), LetterState::Refused, None,          (1, 0)),
            (no_mailbox(),             (2, 1), LetterState::Refused, None,          (3, 1)),
            (Ending::Later(said()),    (0, 0), LetterState::Waiting, Some(60),      (1, 0)),
            (Ending::Later(said()),    (1, 1), LetterState::Waiting, Some(300),     (2, 1)),
            (Ending::Later(said()),    (7, 0), LetterState::Waiting, Some(86_400),  (8, 0)),
            (Ending::Later(said()),    (8, 0), LetterState::GivenUp, None,          (9, 0)),
            (Ending::Later(said()),    (8, 1), LetterState::Unknown, None,          (9, 1)),
            (Ending::Unknown(said()),  (0, 0), LetterState::Unknown, Some(3_600),   (1, 1)),
            (Ending::Unknown(said()),  (5, 0), LetterState::Unknown, Some(3_600),   (6, 1)),
            (Ending::Unknown(said()),  (1, 1), LetterState::Unknown, None,          (2, 2)),
        ];
        let tries = |(attempts, unconfirmed)| Tries { attempts, unconfirmed, ..Tries::default() };
        for (ending, before, state, due_in, now_tried) in rows {
            let found = LetterStanding::after(&ending, tries(before), 1_000);
            let want = (state, due_in.map(|pause| 1_000 + pause), tries(now_tried));
            assert_eq!((found.state, found.due_at, found.tries), want, "{ending:?}, {before:?}");
        }
    }

    #[test]
    fn pauses_grow() {
        assert!(PAUSES.is_sorted() && PUT_OFF_PAUSES.is_sorted());
    }

    #[test]
    fn a_limit_costs_no_try_until_it_has_lasted_for_days() {
        let limit = |pause| Ending::PutOff { answer: "451 greylisted".into(), pause };
        let mut tries = Tries { attempts: 2, ..Tries::default() };
        let (mut now, mut due) = (1_000, Vec::new());
        loop {
            let standing = LetterStanding::after(&limit(60), tries, now);
            assert_eq!(standing.state, LetterState::Waiting);
            if standing.tries.attempts > 2 {
                break;
            }
            due.push(standing.due_at.unwrap() - now);
            (tries, now) = (standing.tries, standing.due_at.unwrap());
        }
        assert_eq!(due.get(..4), Some(&[300, 600, 1_200, 3_600][..]), "{due:?}");
        assert!((now - 1_000) >= PUT_OFF_FOR && tries.put_off > 9, "{now}, {tries:?}");
        let daily = LetterStanding::after(&limit(21_600), Tries::default(), 0);
        assert_eq!(daily.due_at, Some(21_600), "a limit by the day is left alone for longer");
    }

    #[test]
    fn a_servers_answer_cannot_drive_a_terminal() {
        let answer = Ending::Refused(format!("550 no\r\n\u{1b}[2J\u{202E}{}", "x".repeat(500)));
        let found = LetterStanding::after(&answer, Tries::default(), 0).answer;
        assert!(found.starts_with("550 no") && found.chars().count() <= 200, "{found}");
        assert!(!found.contains(['\u{1b}', '\u{202E}', '\n']), "{found}");
    }

    #[test]
    fn a_state_is_known_by_its_word() {
        for state in LetterState::ALL {
            assert_eq!(LetterState::from_code(state.code()), Some(state));
        }
        assert_eq!(LetterState::from_code("lost"), None);
    }
}
