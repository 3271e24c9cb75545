//! Reads failure reports in prose: Exim, qmail, sendmail, Gmail, Yahoo, NetEase, QQ and similar ones.
//!
//! An address alone on a line begins a block about it. Without such a line, the whole text is about the addresses
//! it names. The copy of the letter that follows is not read.

use super::super::refusal;
use super::{Failure, LINE_CHARS_MAX, compared, kept};
use crate::remittance::email::{self, Addresses};
use crate::rulebook::returned::{REFUSAL, ReturnedWords};
use mail_parser::Message;

/// Markers that begin a copy of the letter.
const COPIES: [&str; 9] = [
    "this is a copy of the message",
    "this is a copy of your message",
    "below this line is a copy",
    "original message",
    "original message follows",
    "message header follows",
    "unsent message below",
    "here is a copy of",
    "原邮件如下",
];

/// Most addresses read per text.
const ADDRESSES_MAX: usize = 32;

/// The failed addresses, each with its reason.
pub(super) fn failures(message: &Message<'_>, words: &ReturnedWords, text: &str) -> Vec<Failure> {
    let text = before_the_copy(text);
    let ours = |address: &String| is_ours(message, address);
    let mut found = Vec::new();
    for (address, block) in blocks(text) {
        if !ours(&address) {
            found.push(failure(vec![address], &block, words));
        }
    }
    let header = message.header_raw("X-Failed-Recipients").unwrap_or_default();
    let named: Vec<String> = Addresses::read(header).good.iter().map(|one| compared(one)).collect();
    for address in named {
        if !found.iter().any(|one: &Failure| one.addresses.contains(&address)) {
            found.push(failure(vec![address], text, words));
        }
    }
    if found.is_empty() {
        let named: Vec<String> = named_in(text).into_iter().filter(|one| !ours(one)).collect();
        found.push(failure(named, text, words));
    }
    found
}

fn failure(addresses: Vec<String>, block: &str, words: &ReturnedWords) -> Failure {
    let said = notification(block, words);
    Failure {
        addresses,
        status: refusal::code("", &said),
        verdict: refusal::judge(words, "", &said),
        diagnosis: kept(&said, LINE_CHARS_MAX),
    }
}

/// The sentence with the reason: from the first line with a code to the end of its paragraph, else the lines that
/// mention a refusal.
pub(super) fn notification(block: &str, words: &ReturnedWords) -> String {
    let block = before_the_copy(block);
    let has_code =
        |line: &&str| refusal::number(line).is_some() || refusal::codes(line).next().is_some();
    let lines: Vec<&str> = block.lines().map(str::trim).collect();
    if let Some(first) = lines.iter().position(has_code) {
        let paragraph = lines.iter().skip(first).take_while(|line| !line.is_empty());
        return paragraph.copied().collect::<Vec<_>>().join(" ");
    }
    let says = |line: &&&str| words.of(line, REFUSAL).is_some();
    lines.iter().filter(says).copied().collect::<Vec<_>>().join(" ")
}

fn before_the_copy(text: &str) -> &str {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let plain = line.trim().trim_matches(['-', '=', ' ']).to_lowercase();
        if line.trim().starts_with(['-', '=']) && COPIES.iter().any(|copy| plain.starts_with(copy))
        {
            return text.get(..at).unwrap_or(text);
        }
        at += line.len();
    }
    text
}

/// Addresses alone on a line, each with the text that follows.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(address) = alone(line) {
            found.push((address, String::new()));
        } else if let Some((_, block)) = found.last_mut() {
            block.push_str(line);
            block.push('\n');
        }
    }
    // The same address can appear again, in a list or before a second sentence.
    let mut merged: Vec<(String, String)> = Vec::new();
    for (address, block) in found {
        match merged.iter_mut().find(|(known, _)| *known == address) {
            Some((_, all)) => all.push_str(&block),
            None => merged.push((address, block)),
        }
    }
    merged
}

/// The address of a line that contains nothing else.
fn alone(line: &str) -> Option<String> {
    let line = line.trim().trim_end_matches([':', '：', ',']).trim();
    let bare = line.strip_prefix('<').and_then(|line| line.strip_suffix('>')).unwrap_or(line);
    if bare.contains(char::is_whitespace) || !bare.contains('@') {
        return None;
    }
    email::one(bare).map(|address| address.to_lowercase())
}

/// Every address in a text.
fn named_in(text: &str) -> Vec<String> {
    let inside =
        |letter: char| letter.is_ascii_alphanumeric() || "@.!#$%&*+-/=?^_`{|}~".contains(letter);
    let words = text.split(|letter: char| !inside(letter)).filter(|word| word.contains('@'));
    let mut found: Vec<String> = Vec::new();
    for word in words.take(ADDRESSES_MAX) {
        if let Some(address) = email::one(word).map(|address| address.to_lowercase())
            && !found.contains(&address)
        {
            found.push(address);
        }
    }
    found
}

/// Whether an address is the report's recipient or a postmaster.
fn is_ours(message: &Message<'_>, address: &str) -> bool {
    let keeper = address.split('@').next().unwrap_or_default();
    let to = message.to().into_iter().flat_map(|to| to.iter());
    ["postmaster", "mailer-daemon", "abuse", "support"].contains(&keeper)
        || to.filter_map(|to| to.address()).any(|to| compared(to) == address)
}
