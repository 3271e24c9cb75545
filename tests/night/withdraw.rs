//! A delivery can be withdrawn while nothing of it is settled, and the next run decides as if it had never come.

use super::centre::{Centre, date, every_store};
use super::feed::csv;
use super::office::{item, settle};
use duizhang::store::{Held, InTheWay, TrailFilter, Withdrawal};
use duizhang::suspense::{Act, Moment};

impl Centre {
    /// The id of the feed with this file name.
    fn feed(&self, name: &str) -> String {
        let feeds = self.store.feeds(None, None).unwrap();
        feeds.into_iter().find(|feed| feed.file_name == name).unwrap().feed_id
    }

    /// Withdraws deliveries by file name; returns the obstacles.
    fn withdraws(&self, names: &[&str], on: &str) -> Vec<String> {
        let feeds: Vec<String> = names.iter().map(|name| self.feed(name)).collect();
        let now = Moment::midnight(date(on));
        let before = self.dump();
        let by = ("dora", "operator");
        let done = self.store.withdraw_feeds(&feeds, by, "文件有误", now).unwrap();
        self.prove("after a withdrawal");
        match done {
            Withdrawal::Done(done) => {
                assert_eq!(done.feeds.len(), names.len());
                Vec::new()
            }
            Withdrawal::Refused(in_the_way) => {
                assert_eq!(self.dump(), before, "refused, and nothing changed");
                let mut words: Vec<String> = in_the_way.iter().map(words).collect();
                words.sort();
                words
            }
            Withdrawal::NotOne { name, begin_so } => panic!("{name}: {begin_so:?}"),
        }
    }

    /// Writes a file of these rows and runs a night on it.
    fn delivers(&self, name: &str, rows: &[&str], on: &str) {
        let file = self.lay(None, name, csv(rows));
        self.night(on, &[file]);
    }
}

fn words(one: &InTheWay) -> String {
    match one {
        InTheWay::Transaction { serial, held, .. } => {
            let mut with = "";
            if let Held::Returned { serial } = held {
                with = serial;
            }
            format!("{serial} {} {with}", held.code()).trim().to_owned()
        }
        InTheWay::Feed { file_name, seen, changed, conflicting, .. } => {
            format!("{file_name} saw {seen} changed {changed} contradicts {conflicting}")
        }
        InTheWay::Under { file_name, changed, .. } => format!("changed {changed} of {file_name}"),
        InTheWay::Beside { .. } | InTheWay::Archived { .. } | InTheWay::Unclear { .. } => {
            format!("{one:?}")
        }
    }
}

/// Rows in suspense, waiting or no remittance; of several accounts and days. Their owners are unknown, because a letter
/// about them would remain.
/// written of it would stay.
const WRONG: &[&str] = &[
    "W1 05-11 icbc 600 P1", // A part of P1.
    "W2 05-11 icbc 777 - by= from=",
    "W3 05-12 ccb 9 P7 by= from=",
    "W4 05-12 ccb -50 - by= from= summary=手续费",
    "- 05-12 icbc2 8 - by= from=",
    "W6 05-12 icbc -31 - reversal by= from=",
];

#[test]
fn the_next_night_judges_as_if_it_had_never_come() {
    every_store(|backing| {
        let notices = &["P1 1000", "P2 500"];
        let (one, never) = (Centre::new(backing, notices), Centre::new(backing, notices));
        for centre in [&one, &never] {
            centre.delivers("good.csv", &["G1 05-10 icbc 500 P2", "G2 05-10 ccb 3 -"], "05-11");
        }
        let wrong = one.lay(None, "wrong.csv", csv(WRONG));
        one.ingest("05-12", std::slice::from_ref(&wrong));
        // Withdrawn before any decision about it, and after a run.
        assert_eq!(one.withdraws(&["wrong.csv"], "05-12"), [""; 0]);
        assert_eq!(one.digest(), never.digest());
        one.night("05-12", std::slice::from_ref(&wrong));
        one.expect("the wrong file", &["W1 awaiting", "W2 suspense no-reference"]);
        assert_eq!(one.withdraws(&["wrong.csv"], "05-12"), [""; 0]);
        never.night("05-12", &[]);
        assert_eq!(one.digest(), never.digest(), "withdrawn");
        for centre in [&one, &never] {
            centre.delivers("next.csv", &["N1 05-12 icbc 1000 P1", "N2 05-12 ccb 1 -"], "05-13");
        }
        one.expect("the next night", &["N1 matched P1"]);
        assert_eq!(one.digest(), never.digest(), "the next night");
        // The same file is ingested again as a new one.
        let night = one.night("05-14", &[wrong]);
        assert_eq!(night.intakes.total().fresh, 6);
        let filter = TrailFilter { event: Some("feed-withdrawn".into()), ..TrailFilter::default() };
        let told = one.store.trail(&filter, 10).unwrap();
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|link| link.entry.actor == "dora"), "{told:?}");
        assert!(told[0].entry.detail.contains("\"credit\":\"1394.00\""), "{told:?}");
    });
}

#[test]
fn what_is_settled_returned_or_proposed_stands_in_the_way_by_name() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000", "P2 500", "P3 70"]);
        centre.delivers("first.csv", &["C1 05-10 icbc 44 -", "C2 05-10 icbc 45 -"], "05-11");
        let rows = &[
            "S1 05-11 icbc 1000 P1",
            "S2 05-11 icbc 12 -",
            "S3 05-11 icbc -44 - reversal",
            "S4 05-11 icbc 70 -",
            "S5 05-11 icbc 5 -",
        ];
        centre.delivers("mixed.csv", rows, "05-12");
        centre.does(&[item("icbc", "S4")], &settle(&["P3"]), "05-12");
        centre.does(&[item("icbc", "S5")], &Act::Refund, "05-12");
        centre.proposes(&[item("icbc", "S2")], &Act::NotOurs, "05-12");
        assert_eq!(
            centre.withdraws(&["mixed.csv"], "05-12"),
            ["S1 matched", "S2 proposed", "S3 returned C1", "S4 matched", "S5 refund-due"]
        );
        assert_eq!(centre.withdraws(&["first.csv"], "05-12"), ["C1 returned S3"]);
        // A row returned between two that belong together does not interfere.
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.delivers("first.csv", &["C1 05-10 icbc 44 -"], "05-11");
        centre.delivers("second.csv", &["S3 05-11 icbc -44 - reversal"], "05-12");
        assert_eq!(centre.withdraws(&["first.csv", "second.csv"], "05-12"), [""; 0]);
        assert_eq!(centre.transactions().len(), 0);
    });
}

#[test]
fn what_another_delivery_stands_for_is_not_lost() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.delivers("a.csv", &["S1 05-10 icbc 44 -", "S2 05-10 icbc 45 - by= from="], "05-11");
        // b repeats one of a's rows, adds detail to another, and has one of its own.
        let b = &["S1 05-10 icbc 44 -", "S2 05-10 icbc 45 -", "S3 05-10 icbc 46 -"];
        centre.delivers("b.csv", b, "05-12");
        // c contradicts a.
        centre.delivers("c.csv", &["S1 05-10 icbc 4400 -"], "05-13");
        assert_eq!(
            centre.withdraws(&["a.csv"], "05-13"),
            ["b.csv saw 2 changed 1 contradicts 0", "c.csv saw 0 changed 0 contradicts 1"],
        );
        assert_eq!(centre.withdraws(&["b.csv"], "05-13"), ["changed 1 of a.csv"]);
        assert_eq!(
            centre.withdraws(&["a.csv", "b.csv"], "05-13"),
            ["c.csv saw 0 changed 0 contradicts 1"],
        );
        // c brought no money and is withdrawn alone; then the other two together, and b is ingested again with its own
        // content.
        assert_eq!(centre.withdraws(&["c.csv"], "05-13"), [""; 0]);
        assert_eq!(centre.withdraws(&["a.csv", "b.csv"], "05-13"), [""; 0]);
        assert_eq!(centre.transactions().len(), 0);
        centre.delivers("b.csv", b, "05-14");
        let never = Centre::new(backing, &["P1 1000"]);
        never.delivers("b.csv", b, "05-14");
        assert_eq!(centre.said(), never.said());
    });
}
