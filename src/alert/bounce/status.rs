//! Reads delivery status reports (RFC 3464, RFC 6533): blocks of fields, one per recipient.
//!
//! Real reports have comments, folded lines, whitespace lines between blocks, addresses in xtext, and sometimes no
//! Action or Status.

use super::super::refusal::{self, Verdict};
use super::{Failure, Kind, LINE_CHARS_MAX, Told, compared, kept, prose};
use crate::rulebook::returned::{REPORT, ReturnedWords, Says};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Failed,
    Delayed,
    Handed,
}

/// The findings of the statuses; `None` without a recipient. `text` is the prose beside them.
pub(super) fn told(statuses: &[String], words: &ReturnedWords, text: &str) -> Option<Told> {
    let mut actions = Vec::new();
    let (mut failures, mut not_failed) = (Vec::new(), Vec::new());
    for block in statuses.iter().flat_map(|status| blocks(status)) {
        let block = Block(block);
        let addresses = block.addresses();
        if addresses.is_empty() {
            continue;
        }
        let action = block.action(words, text);
        actions.push(action);
        if action == Action::Failed {
            failures.push(block.failure(addresses, words, text));
        } else {
            not_failed.extend(addresses);
        }
    }
    let kind = if !failures.is_empty() {
        Kind::Failure
    } else if actions.contains(&Action::Delayed) {
        Kind::Delay
    } else {
        Kind::Relay
    };
    (!actions.is_empty()).then_some(Told { kind, failures, not_failed })
}

/// The fields of each block, with folded lines joined.
fn blocks(status: &str) -> Vec<Vec<(String, String)>> {
    let mut blocks: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in status.lines() {
        let Some(block) = blocks.last_mut() else { break };
        if line.trim().is_empty() {
            if !block.is_empty() {
                blocks.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = block.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            block.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    blocks
}

struct Block(Vec<(String, String)>);

impl Block {
    fn field(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The recipient's addresses.
    fn addresses(&self) -> Vec<String> {
        let names = ["original-recipient", "final-recipient", "x-actual-recipient"];
        let named = names.into_iter().take(2).filter_map(|name| self.field(name));
        let mut found: Vec<String> = named.map(address).filter(|one| !one.is_empty()).collect();
        if found.is_empty() {
            found.extend(self.field("x-actual-recipient").map(address));
        }
        found.dedup();
        found
    }

    fn status(&self) -> Option<&str> {
        let words =
            self.field("status")?.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
        words.into_iter().find(|word| refusal::is_code(word))
    }

    /// The server's message without the type before it.
    fn said(&self) -> &str {
        let said = self.field("diagnostic-code").unwrap_or_default();
        match said.split_once(';') {
            Some((kind, said)) if !kind.trim().contains(' ') => said.trim(),
            _ => said,
        }
    }

    fn action(&self, words: &ReturnedWords, text: &str) -> Action {
        let given = self.field("action").unwrap_or_default().trim_start().to_ascii_lowercase();
        for (word, action) in [
            ("failed", Action::Failed),
            ("failure", Action::Failed),
            ("delayed", Action::Delayed),
            ("relayed", Action::Handed),
            ("delivered", Action::Handed),
            ("expanded", Action::Handed),
        ] {
            if given.starts_with(word) {
                return action;
            }
        }
        let class = self.status().or_else(|| refusal::number(self.said()));
        match class.and_then(|class| class.chars().next()) {
            Some('5') => Action::Failed,
            Some('2') => Action::Handed,
            _ if words.of(text, REPORT) == Some(Says::Failed) => Action::Failed,
            Some(_) => Action::Delayed,
            None => Action::Handed,
        }
    }

    fn failure(&self, addresses: Vec<String>, words: &ReturnedWords, text: &str) -> Failure {
        let status = self.status().unwrap_or_default();
        let mut said = self.said().to_owned();
        // A server without a reason in its fields often gives one in the text.
        if said.is_empty() && matches!(status, "" | "5.0.0") {
            said = prose::notification(text, words);
        }
        let mut verdict = refusal::judge(words, status, &said);
        // A failure after forwarding says nothing about the address that we wrote to.
        if addresses.len() > 1 {
            verdict = Verdict::NotTheAddress;
        }
        Failure {
            addresses,
            status: refusal::code(status, &said),
            diagnosis: kept(&said, LINE_CHARS_MAX),
            verdict,
        }
    }
}

/// An address without its type, brackets and comments.
fn address(field: &str) -> String {
    let address = field.split_once(';').map_or(field, |(_, address)| address);
    let bare = address.split('(').next().unwrap_or_default().trim();
    let bare = bare.trim_matches(['<', '>', '"']);
    compared(&decoded(bare))
}

/// `gjj+40d.example` as `gjj@d.example` (RFC 3461), and `\x{7f8e}` as a letter (RFC 6533).
fn decoded(address: &str) -> String {
    let mut text = address.to_owned();
    if !text.contains('@') {
        text = xtext(&text);
    }
    while let Some((before, rest)) = text.split_once("\\x{") {
        let Some((number, after)) = rest.split_once('}') else { break };
        let letter = u32::from_str_radix(number, 16).ok().and_then(char::from_u32);
        let Some(letter) = letter else { break };
        text = format!("{before}{letter}{after}");
    }
    text
}

fn xtext(text: &str) -> String {
    let mut pieces = text.split('+');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok());
        match code.filter(u8::is_ascii_graphic) {
            Some(code) => {
                plain.push(char::from(code));
                plain.push_str(piece.get(2..).unwrap_or_default());
            }
            None => {
                plain.push('+');
                plain.push_str(piece);
            }
        }
    }
    plain
}
