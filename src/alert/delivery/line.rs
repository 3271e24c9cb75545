//! A worker's connection: counts its letters and decides when to open another.
//!
//! Start at [`WorkerPool::send`]. If a server closes a used connection or accepts no more over it, the same letter
//! is sent over a new one. Only a refusal on the new connection counts.

use super::limit::{Looked, looked_at};
use super::{ANEW_IN_VAIN_MAX, LETTERS_A_CONNECTION, Outgoing, WorkerPool, receiver, untried};
use crate::alert::smtp::{SendOutcome, ServerFault, Session};
use crate::alert::state::Ending;
use crate::alert::unsubscribe::OneClick;
use lettre::Address;
use std::sync::atomic::Ordering;

impl WorkerPool {
    /// Sends a letter over the open connection or a new one.
    pub(super) async fn send(&self, line: &mut MailLine, letter: &Outgoing) -> Looked {
        let Ok(recipient) = letter.recipient.parse::<Address>() else {
            let (status, answer) = ("5.1.3".to_owned(), "not a mail address".to_owned());
            let none = Ending::NoMailbox { status, answer, at_once: true };
            return Looked::of(SendOutcome::of(none, line.session.is_some()));
        };
        let (receiver, pace) = receiver::named(&self.delivery.servers, &letter.recipient);
        let most = pace.map_or(0, |pace| pace.per_connection);
        let link = |clicks: &OneClick| {
            clicks.linked(&letter.message, &letter.employer_id, &letter.recipient)
        };
        let linked = self.delivery.one_click.as_ref().and_then(link);
        let message = linked.as_deref().unwrap_or(&letter.message);
        let signed = self.delivery.signer.as_ref().map(|signer| signer.signed(message));
        let message = signed.as_deref().unwrap_or(message);
        let sender = self.delivery.sender_of(&letter.letter_id);
        let mut anew = false;
        loop {
            line.make_room(&receiver, most).await;
            let (used, carried) = (line.session.is_some(), line.letters > 0);
            let mut session = match line.session.take() {
                Some(session) => session,
                None => match Session::open(&self.delivery.server).await {
                    Ok(session) => session,
                    Err(fault) => return Looked::of(untried(Some(fault))),
                },
            };
            let over = session.hand_over(&sender, &recipient, message).await;
            let looked = looked_at(over, &self.delivery.servers);
            if looked.over.goes_on {
                line.keep(session, receiver.clone()).await;
            } else {
                line.letters = 0;
                // Close politely even when deferred, but do not wait after a broken conversation.
                if busy(&looked.over) {
                    session.close().await;
                }
            }
            // Servers close a connection after some use; that is not a fault.
            let closed = !looked.over.goes_on && looked.over.fault.is_none();
            let later = matches!(looked.over.ending, Ending::Later(_) | Ending::PutOff { .. });
            if used && closed && later {
                continue;
            }
            if self.wants_another(&looked, anew, used && carried) {
                anew = true;
                line.close().await;
                continue;
            }
            if anew && (looked.limit.is_some() || busy(&looked.over)) {
                self.anew_in_vain.fetch_add(1, Ordering::Relaxed);
            }
            return looked;
        }
    }

    /// Whether another connection may succeed: once when the server has no room, and once when a limit deferred the
    /// letter after others were sent, until that has failed several times.
    fn wants_another(&self, looked: &Looked, anew: bool, carried: bool) -> bool {
        let limited = looked.limit.is_some();
        let in_vain = self.anew_in_vain.load(Ordering::Relaxed) >= ANEW_IN_VAIN_MAX;
        !anew && (busy(&looked.over) || (limited && carried && !in_vain))
    }
}

/// A worker's connection, with its count of letters in total and to the last receiver.
#[derive(Default)]
pub(super) struct MailLine {
    session: Option<Session>,
    letters: u32,
    receiver: String,
    to_receiver: u32,
}

impl MailLine {
    async fn keep(&mut self, session: Session, receiver: String) {
        self.letters += 1;
        self.to_receiver = if self.receiver == receiver { self.to_receiver + 1 } else { 1 };
        self.receiver = receiver;
        self.session = Some(session);
        if self.letters >= LETTERS_A_CONNECTION {
            self.close().await;
        }
    }

    /// Closes a connection that reached the receiver's limit of letters per connection.
    async fn make_room(&mut self, receiver: &str, most: u32) {
        if most > 0 && self.receiver == receiver && self.to_receiver >= most {
            self.close().await;
        }
    }

    pub(super) async fn close(&mut self) {
        (self.letters, self.to_receiver) = (0, 0);
        if let Some(session) = self.session.take() {
            session.close().await;
        }
    }
}

/// Whether a server has no room for this connection or for more letters over it.
pub(super) const fn busy(over: &SendOutcome) -> bool {
    matches!(over.fault, Some(ServerFault::Limited(_) | ServerFault::Unreachable(_)))
}
