//! An outbox in memory, with the store's rules: what is due, whose hands it is in, where it stands.

use crate::server::MailServer;
use duizhang::alert::{
    Claim, Delivered, Delivery, Ending, LetterState, MailServer as Server, Outbox, Outgoing,
    Security, Settled, Standing, deliver,
};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub(crate) const SENDER: &str = "gjj@centre.test";

pub(crate) struct Shelf {
    letters: Mutex<BTreeMap<String, Place>>,
    pub(crate) now: AtomicI64,
}

struct Place {
    letter: Outgoing,
    standing: Standing,
    lease: Option<(String, i64)>,
}

impl Shelf {
    pub(crate) fn with(count: usize) -> Self {
        let place = |number: usize| {
            let letter = letter(number);
            let standing = Standing::after(&Ending::Untried, 0, 0);
            (letter.letter_id.clone(), Place { letter, standing, lease: None })
        };
        Self { letters: Mutex::new((0..count).map(place).collect()), now: AtomicI64::new(1_000) }
    }

    /// One run against a server.
    pub(crate) fn run(&self, delivery: &Delivery) -> Delivered {
        deliver(self, delivery, &|| self.now.load(Ordering::SeqCst), &|_| {}).unwrap()
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// How many letters stand where.
    pub(crate) fn states(&self) -> BTreeMap<&'static str, usize> {
        let mut states = BTreeMap::new();
        for place in self.letters.lock().unwrap().values() {
            *states.entry(place.standing.state.code()).or_default() += 1;
        }
        states
    }

    pub(crate) fn standing(&self, number: usize) -> Standing {
        self.letters.lock().unwrap()[&letter(number).letter_id].standing.clone()
    }
}

pub(crate) fn letter(number: usize) -> Outgoing {
    let letter_id = format!("{number:064x}");
    let message = format!(
        "From: {SENDER}\r\nTo: e{number}@employer.test\r\nSubject: letter {number}\r\n\
         Message-ID: <{letter_id}@centre.test>\r\n\r\n.a dot first\r\nline {number}\r\n"
    );
    let recipient = format!("e{number}@employer.test");
    Outgoing { letter_id, recipient, message: message.into_bytes(), attempts: 0 }
}

/// A delivery to this server without encryption, fast and impatient.
pub(crate) fn delivery(server: &MailServer) -> Delivery {
    Delivery {
        server: Server {
            host: "localhost".into(),
            port: server.port,
            security: Security::Plain,
            login: None,
            authority: None,
            hello: "centre.test".into(),
            patience: Duration::from_millis(400),
        },
        sender: SENDER.parse().unwrap(),
        signer: None,
        connections: 2,
        per_minute: 0,
        holder: "one".into(),
    }
}

impl Outbox for Shelf {
    type Error = Infallible;

    fn withdraw(&self, _: i64) -> Result<(), Infallible> {
        Ok(())
    }

    fn claim(&self, claim: &Claim) -> Result<Vec<Outgoing>, Infallible> {
        let mut letters = self.letters.lock().unwrap();
        let free = letters.values_mut().filter(|place| {
            let lapsed = place.lease.as_ref().is_none_or(|(_, until)| *until <= claim.now);
            lapsed && place.standing.due_at.is_some_and(|due| due <= claim.now)
        });
        let mut claimed = Vec::new();
        for place in free.take(claim.letters_max) {
            place.standing.state = LetterState::Sending;
            place.lease = Some((claim.holder.clone(), claim.lease_until));
            let attempts = place.standing.attempts;
            claimed.push(Outgoing { attempts, ..place.letter.clone() });
        }
        Ok(claimed)
    }

    fn settle(&self, holder: &str, _: i64, settled: &[Settled]) -> Result<(), Infallible> {
        let mut letters = self.letters.lock().unwrap();
        for Settled { letter_id, standing } in settled {
            let place = letters.get_mut(letter_id).unwrap();
            let ours = place.lease.take().is_some_and(|(by, _)| by == holder);
            assert!(ours, "only who holds a letter says where it stands");
            place.standing = standing.clone();
        }
        Ok(())
    }
}
