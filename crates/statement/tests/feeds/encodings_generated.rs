//! The workload generator's feed gives the same entries in UTF-8 and in GB18030.
//!
//! Goal: decoding while reading changes nothing, on realistic data across many buffers. Method: `bench/gen.py` of the
//! shared folder writes 20,000 rows in both encodings; every entry is hashed in order. Without the folder or without
//! python3 the test says that it skips.

use statement::feed::{self, Flag, Reject, Sink, Statement, StatementEntry};
use statement::rules::bank::BankLayouts;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::Command;

#[derive(Default)]
struct Hashed {
    entries: u64,
    rejects: u64,
    statements: u64,
    hash: DefaultHasher,
}

impl Sink for Hashed {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        self.entries += 1;
        format!("{entry:?}").hash(&mut self.hash);
    }

    fn reject(&mut self, _: Reject) {
        self.rejects += 1;
    }

    fn statement(&mut self, _: Statement<'_>) {
        self.statements += 1;
    }

    fn flag(&mut self, _: Flag) {}
}

#[test]
fn the_generated_feed_is_the_same_in_both_encodings() {
    let script = crate::shared::shared().join("bench/gen.py");
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("python3")
        .arg(&script)
        .args(["-n", "20000", "--seed", "7", "--formats", "csv,gb18030", "--quiet", "--out"])
        .arg(folder.path())
        .status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: no python3 or no {}", script.display());
        return;
    }
    let layouts = BankLayouts::shipped().unwrap();
    let read = |name: &str| {
        let mut hashed = Hashed::default();
        let mut file = File::open(folder.path().join(name)).unwrap();
        let facts = feed::read(&mut file, &layouts, &mut hashed).unwrap();
        let found = (hashed.entries, hashed.rejects, hashed.statements, hashed.hash.finish());
        (facts.encoding, facts.layout, found)
    };
    let (utf8, layout, one) = read("feed.csv");
    let (gb18030, _, other) = read("feed.gb18030.csv");
    assert_eq!((utf8, gb18030, layout.as_deref()), ("utf-8", "gb18030", Some("standard")));
    assert_eq!((one.0, one.1, one.2), (20_000, 0, 6));
    assert_eq!(one, other);
}
