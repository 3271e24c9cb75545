//! Any message in a mailbox can be parsed: reports of `fixtures/bounces`, broken in any way.
//!
//! Goal: no message stops the parser, none returns a letter that it does not name, and the stored part is bounded.
//! Method: each report is cut, doubled, mixed with another and sprinkled with bytes, randomly with the message's number
//! as seed. `DUIZHANG_BOUNCES` says how many (`.ci/slow`).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a step that fails ends its test; how many is asked of the environment"
)]

use duizhang::alert::bounce::{CameBack, Kind, LetterName};
use duizhang::rulebook::returned::shipped;
use std::fs;
use std::path::Path;

const LETTER: &str = "3f2a90c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f80";
const FORGED: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(below.max(1)).unwrap()).unwrap()
    }
}

/// Every report, with a letter's number and address in it.
fn reports() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bounces");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|one| one.unwrap().path()).collect();
    paths.sort();
    let filled = |path: &std::path::PathBuf| {
        // GBK is kept unchanged: every byte as one letter, and back.
        let text: String = fs::read(path).unwrap().into_iter().map(char::from).collect();
        let text = text.replace("@@LETTER@@", LETTER).replace("@@TO@@", "gjj@d001.example.com");
        text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()
    };
    paths.iter().map(filled).collect()
}

fn broken(reports: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut message = reports[dice.roll(reports.len())].clone();
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(message.len());
        match dice.roll(6) {
            0 => message.truncate(at),
            1 => message.insert(at, u8::try_from(dice.roll(256)).unwrap()),
            2 => {
                let other = &reports[dice.roll(reports.len())];
                message.splice(at..at, other[dice.roll(other.len())..].iter().copied());
            }
            3 => {
                let end = (at + dice.roll(40)).min(message.len());
                message.drain(at..end);
            }
            4 => message.iter_mut().skip(at).take(3).for_each(|byte| *byte = 0),
            _ => {
                let again = message[at..].to_vec();
                message.extend(again);
            }
        }
    }
    message
}

#[test]
fn a_message_that_is_broken_in_any_way_is_read() {
    let asked = std::env::var("DUIZHANG_BOUNCES").ok();
    let count: u64 = asked.as_deref().map_or(400, |count| count.parse().unwrap());
    let (reports, words) = (reports(), shipped().unwrap());
    let mut failures = 0_u64;
    for seed in 0..count {
        let message = broken(&reports, &mut Dice(seed));
        let found = CameBack::read(&message, &words);
        let known = |name: &LetterName| match name {
            LetterName::Whole(id) => id == LETTER || id == FORGED,
            LetterName::Beginning(_) => false,
        };
        // A number changed by chance names nothing.
        let text: String = message.iter().copied().map(char::from).collect();
        for name in found.names.iter().filter(|name| !known(name)) {
            let LetterName::Whole(id) = name else { continue };
            assert!(text.to_ascii_lowercase().contains(id.as_str()), "seed {seed}: {id}");
        }
        assert!(found.names.len() <= 16, "seed {seed}");
        assert!(found.text.chars().count() <= 4_000, "seed {seed}");
        assert!(!found.text.contains('\0') && !found.subject.contains('\0'), "seed {seed}");
        assert_eq!(found.failures.is_empty(), found.kind != Kind::Failure, "seed {seed}");
        failures += u64::from(found.kind == Kind::Failure);
    }
    assert!(failures > 0);
    if asked.is_some() {
        println!("broken messages: {count}, of which {failures} are read as reports of failure");
    }
}
