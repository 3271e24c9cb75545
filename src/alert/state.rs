//! Where a letter stands on its way, and where it stands after a try.
//!
//! Start at [`Standing::after`]: it is the whole policy of delivery. A letter waits, is in one
//! sender's hands for as long as a lease lasts, and ends as sent, refused, given up or unknown.
//!
//! Invariant: a letter is in exactly one state, and nothing but a final state takes it off the list
//! of what is to be sent. Instants are seconds since 1970-01-01 UTC and come from the shell.

use std::fmt;

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LetterState {
    /// To be sent, once it is due.
    Waiting,
    /// In a sender's hands until its lease runs out.
    Sending,
    /// A mail server has taken it.
    Sent,
    /// A mail server will never take it (5xx).
    Refused,
    /// Tried until the pauses were used up, or its address was blocked: nobody tries again.
    GivenUp,
    /// The server had the whole letter and died before it answered: sent, or not.
    Unknown,
    /// To be printed and posted: its employer has no address.
    Printed,
    /// Left as a file for another mail program; no mail server is set up here.
    Filed,
}

/// How a try to hand a letter over ended; the texts are the server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Sent(String),
    Refused(String),
    /// Not now: a 4xx, or the connection was lost before the letter was handed over.
    Later(String),
    /// The connection was lost after the letter was handed over and before it was answered.
    Unknown(String),
    /// Never tried: the server could not be reached, or the lease was nearly used up.
    Untried,
}

/// A letter's place in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: LetterState,
    /// When it may be tried next; `None` in a final state.
    pub due_at: Option<i64>,
    /// How often it was tried.
    pub attempts: u32,
    /// What the server said last, or why nobody tries again.
    pub answer: String,
}

/// Seconds before the next try, by how often it was tried.
///
/// Greylisting asks for minutes, a full mailbox for hours, a holiday's broken server for days.
const PAUSES: [i64; 8] = [60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400];

/// Seconds until a letter whose fate is unknown goes out once more, under the same Message-ID.
const UNKNOWN_PAUSE: i64 = 3_600;

/// Tries of a letter whose fate was unknown each time.
const UNKNOWN_ATTEMPTS_MAX: u32 = 2;

/// Characters of a server's answer that are kept.
const ANSWER_CHARS_MAX: usize = 200;

impl LetterState {
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Sending,
        Self::Sent,
        Self::Refused,
        Self::GivenUp,
        Self::Unknown,
        Self::Printed,
        Self::Filed,
    ];

    /// A kebab-case word that stays.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::GivenUp => "given-up",
            Self::Unknown => "unknown",
            Self::Printed => "printed",
            Self::Filed => "filed",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl fmt::Display for LetterState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Standing {
    /// Where a letter stands after a try: `before` it was tried `attempts` times.
    ///
    /// A 5xx is final. A 4xx or a lost connection is tried again after a growing pause. What the
    /// server had in full without an answer goes out once more: a second copy has the same
    /// Message-ID and is recognised by mail systems, a letter that never came is not.
    #[must_use]
    pub fn after(ending: &Ending, attempts: u32, now: i64) -> Self {
        let attempts = match ending {
            Ending::Untried => attempts,
            Ending::Sent(_) | Ending::Refused(_) | Ending::Later(_) | Ending::Unknown(_) => {
                attempts.saturating_add(1)
            }
        };
        let standing = |state, due_at, answer: &str| Self {
            state,
            due_at,
            attempts,
            answer: one_line(answer),
        };
        match ending {
            Ending::Untried => standing(LetterState::Waiting, Some(now), ""),
            Ending::Sent(answer) => standing(LetterState::Sent, None, answer),
            Ending::Refused(answer) => standing(LetterState::Refused, None, answer),
            Ending::Later(answer) => match pause(attempts) {
                Some(pause) => standing(LetterState::Waiting, Some(now + pause), answer),
                None => standing(LetterState::GivenUp, None, answer),
            },
            Ending::Unknown(answer) => {
                let again = (attempts < UNKNOWN_ATTEMPTS_MAX).then(|| now + UNKNOWN_PAUSE);
                standing(LetterState::Unknown, again, answer)
            }
        }
    }
}

/// Seconds to wait after so many tries; `None` after the last.
fn pause(attempts: u32) -> Option<i64> {
    let index = usize::try_from(attempts).ok()?.checked_sub(1)?;
    PAUSES.get(index).copied()
}

/// A server's answer on one short line: it is shown on terminals and pages.
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
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // ending                  tried  state                 due in     tried now
            (Ending::Untried,          3, LetterState::Waiting, Some(0),       3),
            (Ending::Sent(said()),     0, LetterState::Sent,    None,          1),
            (Ending::Refused(said()),  0, LetterState::Refused, None,          1),
            (Ending::Later(said()),    0, LetterState::Waiting, Some(60),      1),
            (Ending::Later(said()),    1, LetterState::Waiting, Some(300),     2),
            (Ending::Later(said()),    7, LetterState::Waiting, Some(86_400),  8),
            (Ending::Later(said()),    8, LetterState::GivenUp, None,          9),
            (Ending::Unknown(said()),  0, LetterState::Unknown, Some(3_600),   1),
            (Ending::Unknown(said()),  1, LetterState::Unknown, None,          2),
        ];
        for (ending, tried, state, due_in, now_tried) in rows {
            let found = Standing::after(&ending, tried, 1_000);
            let want = (state, due_in.map(|pause| 1_000 + pause), now_tried);
            assert_eq!((found.state, found.due_at, found.attempts), want, "{ending:?}, {tried}");
        }
    }

    #[test]
    fn pauses_grow() {
        assert!(PAUSES.is_sorted());
    }

    #[test]
    fn a_servers_answer_cannot_drive_a_terminal() {
        let answer = Ending::Refused(format!("550 no\r\n\u{1b}[2J\u{202E}{}", "x".repeat(500)));
        let found = Standing::after(&answer, 0, 0).answer;
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
