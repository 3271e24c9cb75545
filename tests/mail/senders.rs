//! Several senders on one outbox, and dying senders: no letter has two senders, none is left behind.

use crate::centre::{Backing, every_store};
use crate::server::{Act, MailServer};
use crate::shelf::{Shelf, delivery};
use duizhang::alert::{Delivery, LetterClaim, Outbox, Outgoing, Settled, deliver};
use duizhang::store::{Store, StoreError};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

fn named(holder: &str, server: &MailServer) -> Delivery {
    Delivery { holder: holder.to_owned(), ..delivery(server) }
}

/// How many copies of each letter a server has.
fn copies(server: &MailServer) -> BTreeMap<String, usize> {
    server.taken().into_iter().fold(BTreeMap::new(), |mut copies, letter| {
        *copies.entry(letter.to).or_default() += 1;
        copies
    })
}

#[test]
fn two_senders_at_once_never_send_one_letter_twice() {
    every_store(|backing| {
        let server = MailServer::start(|_| Act::GoOn);
        let shelf = Shelf::with(backing, 200);
        // Each opens the database itself, like another program.
        let senders = ["one", "two", "three"].map(|name| (shelf.beside(), named(name, &server)));
        let sent: u64 = std::thread::scope(|scope| {
            let shelf = &shelf;
            let run = |(store, delivery)| scope.spawn(move || shelf.run_on(store, delivery).sent);
            let runs: Vec<_> =
                senders.iter().map(|(store, delivery)| run((store, delivery))).collect();
            runs.into_iter().map(|run| run.join().unwrap()).sum()
        });
        let copies = copies(&server);
        assert_eq!((sent, server.taken().len(), copies.len()), (200, 200, 200));
    });
}

/// Goal: a sender that dies before recording its work loses no letter and stops nobody. Method: an outbox that fails at
/// its second write, like a lost database or a killed program; then the lease ends and another sender works.
#[test]
fn a_sender_that_dies_leaves_its_letters_to_the_next() {
    every_store(|backing: Backing| {
        let server = MailServer::start(|_| Act::GoOn);
        let shelf = Shelf::with(backing, 200);
        let dying = Dying { store: &shelf.store, settled: AtomicU32::new(0) };
        let now = || shelf.now.load(Ordering::SeqCst);
        assert!(deliver(&dying, &named("dead", &server), &now, &|_| {}).is_err());
        let states = shelf.states();
        assert_eq!(states.values().sum::<u64>(), 200, "{states:?}");
        assert!(states.contains_key("sending"), "{states:?}");
        let before = shelf.run(&named("next", &server)).sent;
        assert_eq!(
            before + states["sent"] + states["sending"],
            200,
            "what nobody held goes at once"
        );
        shelf.later(3_600);
        shelf.run(&named("next", &server));
        assert_eq!(shelf.states().into_iter().collect::<Vec<_>>(), [("sent", 200)]);
        let copies = copies(&server);
        assert_eq!(copies.len(), 200);
        // Only what the dead one had handed over and not recorded was sent twice.
        let twice = copies.values().filter(|copies| **copies == 2).count() as u64;
        assert!(
            copies.values().all(|copies| *copies <= 2) && twice <= states["sending"],
            "{copies:?}"
        );
    });
}

/// A store that fails at its second settling.
struct Dying<'a> {
    store: &'a Store,
    settled: AtomicU32,
}

#[derive(Debug)]
enum Died {
    Here,
    Store(StoreError),
}

impl fmt::Display for Died {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here => write!(f, "died"),
            Self::Store(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Died {}

impl Outbox for Dying<'_> {
    type Error = Died;

    fn withdraw(&self, now: i64) -> Result<(), Died> {
        Outbox::withdraw(self.store, now).map_err(Died::Store)
    }

    fn claim(&self, claim: &LetterClaim) -> Result<Vec<Outgoing>, Died> {
        Outbox::claim(self.store, claim).map_err(Died::Store)
    }

    fn settle(&self, holder: &str, now: i64, settled: &[Settled]) -> Result<(), Died> {
        if self.settled.fetch_add(1, Ordering::SeqCst) > 0 {
            return Err(Died::Here);
        }
        Outbox::settle(self.store, holder, now, settled).map_err(Died::Store)
    }
}
