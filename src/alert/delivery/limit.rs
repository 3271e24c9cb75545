//! Decides what a refusal is about: the letter, its mailbox, its receiver, this connection, or everything we send.
//!
//! Start at [`looked_at`]. The words of a refusal decide (`rules/servers.toml`); if none is known, its number and
//! the step decide. A limit costs no letter a try: it becomes [`Ending::PutOff`].

use crate::alert::smtp::{SendOutcome, ServerFault, Step};
use crate::alert::state::Ending;
use crate::rulebook::servers::{AnswerKind, ServerRules};

/// The scope of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// The connection, after some letters: another may work.
    Connection,
    /// All letters to the domain.
    Receiver,
    /// This letter: its mailbox is busy, or greylisting.
    Letter,
}

/// A try with the limit in its answer.
pub(super) struct Looked {
    pub(super) over: SendOutcome,
    pub(super) limit: Option<Limit>,
    /// Refused for its content or its sender.
    pub(super) content: bool,
}

impl Looked {
    /// A try without a limit.
    pub(super) const fn of(over: SendOutcome) -> Self {
        Self { over, limit: None, content: false }
    }
}

/// Interprets the result of a try.
pub(super) fn looked_at(mut over: SendOutcome, rules: &ServerRules) -> Looked {
    let answer = match (&over.ending, &over.fault) {
        (_, Some(ServerFault::Sender(answer))) => answer.clone(),
        (Ending::Later(answer) | Ending::Refused(answer), _)
        | (Ending::NoMailbox { answer, .. }, _) => answer.clone(),
        (Ending::Sent(_) | Ending::Unknown(_) | Ending::PutOff { .. } | Ending::Untried, _) => {
            return Looked::of(over);
        }
    };
    // A lost connection has no number and says nothing about limits.
    let number = answer.get(..3).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(number) = number else { return Looked { over, limit: None, content: false } };
    let transient = number.starts_with('4');
    let rule = rules.answer(&answer);
    let pause = rule.map_or(0, |rule| rule.pause);
    let about = match rule.map(|rule| rule.kind) {
        Some(AnswerKind::Connection) => Some(Limit::Connection),
        Some(AnswerKind::Rate) => Some(Limit::Receiver),
        Some(AnswerKind::Busy) => Some(Limit::Letter),
        Some(AnswerKind::Grey) if over.step != Step::Sender => Some(Limit::Letter),
        _ if number == "421" => Some(Limit::Receiver),
        Some(AnswerKind::Content | AnswerKind::Policy) if transient => Some(Limit::Letter),
        Some(AnswerKind::Mailbox | AnswerKind::Size) => None,
        _ if over.step == Step::Recipient && matches!(number, "450" | "451") => Some(Limit::Letter),
        _ => None,
    };
    if over.step == Step::Sender {
        // The server does not know the recipient yet, so its answer applies to all.
        if transient || about.is_some() {
            over.ending = Ending::Untried;
            over.fault = Some(ServerFault::Limited(answer));
            over.goes_on = false;
        }
        return Looked::of(over);
    }
    if about.is_some() {
        over.ending = Ending::PutOff { answer, pause };
        over.fault = None;
        return Looked { over, limit: about, content: false };
    }
    let disliked =
        matches!(rule.map(|rule| rule.kind), Some(AnswerKind::Content | AnswerKind::Policy));
    if disliked && let Ending::NoMailbox { answer, .. } = over.ending {
        over.ending = Ending::Refused(answer);
    }
    let sized = rule.is_some_and(|rule| rule.kind == AnswerKind::Size) || number == "552";
    let refused = matches!(over.ending, Ending::Refused(_));
    let content = refused && !sized && (over.step == Step::Content || disliked);
    Looked { over, limit: None, content }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::servers;

    #[test]
    fn words_and_number_say_what_a_refusal_is_about() {
        use Step::{Content, Recipient, Sender};
        let rules = servers::shipped().unwrap();
        let (connection, receiver, letter) =
            (Some(Limit::Connection), Some(Limit::Receiver), Some(Limit::Letter));
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // answer                            step       limit       put off  content  fault
            ("450 greylisted",                   Recipient, letter,     true,    false,   false),
            ("450 not now",                      Recipient, letter,     true,    false,   false),
            ("451 DT:SPM ,please try again",     Content,   letter,     true,    false,   false),
            ("451 4.3.0 disk",                   Content,   None,       false,   false,   false),
            ("452 mailbox full",                 Recipient, None,       false,   false,   false),
            ("421 going away",                   Recipient, receiver,   true,    false,   false),
            ("451 MI:SFQ",                       Content,   receiver,   true,    false,   false),
            ("550 Ip frequency limited",         Recipient, receiver,   true,    false,   false),
            ("554 MI:STC",                       Content,   receiver,   true,    false,   false),
            ("450 MI:DMC",                       Content,   connection, true,    false,   false),
            ("550 Mailbox unavailable or access denied", Recipient, letter, true, false,  false),
            ("554 DT:SPM",                       Content,   None,       false,   true,    false),
            ("550 Mail content denied",          Recipient, None,       false,   true,    false),
            ("554 no",                           Content,   None,       false,   true,    false),
            ("552 too large",                    Content,   None,       false,   false,   false),
            ("550 5.1.1 unknown",                Recipient, None,       false,   false,   false),
            ("451 later",                        Sender,    None,       false,   false,   true),
            ("550 Sender frequency limited",     Sender,    None,       false,   false,   true),
        ];
        for (answer, step, limit, put_off, content, fault) in rows {
            let ending = if answer.starts_with('4') {
                Ending::Later(answer.to_owned())
            } else {
                Ending::Refused(answer.to_owned())
            };
            let looked = looked_at(SendOutcome { step, ..SendOutcome::of(ending, true) }, &rules);
            let off = matches!(looked.over.ending, Ending::PutOff { .. });
            let limited = matches!(looked.over.fault, Some(ServerFault::Limited(_)));
            let found = (looked.limit, off, looked.content, limited);
            assert_eq!(found, (limit, put_off, content, fault), "{answer}");
        }
    }
}
