//! An outbox with letters in a real store, and a clock that tests advance.

use crate::centre::{self, Backing};
use crate::server::MailServer;
use chrono::NaiveDate;
use duizhang::alert::{Delivered, Delivery, MailServer as Server, Security, deliver};
use duizhang::store::{LetterRow, OutboxFilter, OutboxRow, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

pub(crate) const SENDER: &str = "gjj@centre.test";

pub(crate) struct Shelf {
    pub(crate) store: Store,
    pub(crate) now: AtomicI64,
    backing: Backing,
    folder: TempDir,
}

impl Shelf {
    pub(crate) fn with(backing: Backing, count: usize) -> Self {
        Self::to(backing, count, |number| format!("e{number}@employer.test"))
    }

    /// Letters to different addresses.
    pub(crate) fn to(backing: Backing, count: usize, address: impl Fn(usize) -> String) -> Self {
        let folder = centre::scratch();
        let store = open(backing, &folder, true);
        let one = |number| LetterRow { recipient: address(number), ..letter(number) };
        let letters: Vec<LetterRow> = (0..count).map(one).collect();
        store.post_letters(&letters).unwrap();
        Self { store, now: AtomicI64::new(1_000), backing, folder }
    }

    /// The same outbox opened by another program.
    pub(crate) fn beside(&self) -> Store {
        open(self.backing, &self.folder, false)
    }

    /// One run against a server.
    pub(crate) fn run(&self, delivery: &Delivery) -> Delivered {
        self.run_on(&self.store, delivery)
    }

    pub(crate) fn run_on(&self, store: &Store, delivery: &Delivery) -> Delivered {
        deliver(store, delivery, &|| self.now.load(Ordering::SeqCst), &|_| {}).unwrap()
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The number of letters in each state; every letter has one.
    pub(crate) fn states(&self) -> BTreeMap<&'static str, u64> {
        let counts = self.store.outbox_counts().unwrap().into_iter();
        counts.filter(|(_, count)| *count > 0).map(|(state, count)| (state.code(), count)).collect()
    }

    pub(crate) fn letters(&self) -> Vec<OutboxRow> {
        self.store.outbox(&OutboxFilter::default()).unwrap()
    }

    pub(crate) fn standing(&self, number: usize) -> OutboxRow {
        let wanted = letter(number).letter_id;
        self.letters().into_iter().find(|row| row.letter_id == wanted).unwrap()
    }

    pub(crate) fn blocked(&self) -> BTreeSet<String> {
        let blocked = self.store.blocked_addresses(99).unwrap().into_iter();
        blocked.map(|address| address.address).collect()
    }
}

fn open(backing: Backing, folder: &TempDir, create: bool) -> Store {
    Store::open(&(backing.url)(folder.path()), &(backing.code)(folder.path()), create).unwrap()
}

pub(crate) fn letter(number: usize) -> LetterRow {
    let letter_id = format!("{number:064x}");
    let subject = format!("letter {number}");
    let message = format!(
        "From: {SENDER}\r\nTo: e{number}@employer.test\r\nSubject: {subject}\r\n\
         Message-ID: <{letter_id}@centre.test>\r\n\r\n.a dot first\r\nline {number}\r\n"
    );
    LetterRow {
        letter_id,
        kind: "digest".into(),
        employer_id: format!("E{number}"),
        written_on: NaiveDate::from_ymd_opt(2026, 5, 11).unwrap(),
        recipient: format!("e{number}@employer.test"),
        subject,
        number: String::new(),
        message,
    }
}

/// A delivery to this server without encryption, with short timeouts.
pub(crate) fn delivery(server: &MailServer) -> Delivery {
    Delivery {
        server: Server {
            host: "localhost".into(),
            port: server.port,
            security: Security::Plain,
            login: None,
            authority: None,
            hello: "centre.test".into(),
            patience: Duration::from_millis(700),
            words: duizhang::rulebook::returned::shipped().unwrap(),
        },
        sender: SENDER.parse().unwrap(),
        verp: false,
        signer: None,
        one_click: None,
        connections: 2,
        per_minute: 0,
        servers: duizhang::rulebook::servers::shipped().unwrap(),
        holder: "one".into(),
    }
}
