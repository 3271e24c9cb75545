//! The content of a letter in pieces, independent of its output format.
//!
//! Start at [`Body`]. The plain text ([`Body::plain`]), the mail page and the paper page (`page.rs`) are made of
//! the same pieces in the same order, so they say the same; a test compares their words.

use super::digest::CentreContact;
use super::guard::{self, Quote};
use crate::rulebook::letter::LetterRules;
use std::fmt::{Arguments, Write as _};

/// Heading of what the reader is asked to do.
pub(super) const STEPS: &str = "请这样办理";

/// A whole letter.
pub(super) struct Body {
    pub(super) subject: String,
    pub(super) centre: String,
    pub(super) greeting: String,
    /// The box at the top: what to do, by when, whom to call, the letter's number.
    pub(super) summary: Vec<Row>,
    pub(super) opening: String,
    pub(super) sections: Vec<Section>,
    /// Whose words are in quotation marks; empty when nobody is quoted.
    pub(super) quoted: String,
    /// Closing paragraphs.
    pub(super) closing: Vec<String>,
    pub(super) contact: String,
    pub(super) safety: String,
    pub(super) automatic: String,
    pub(super) night: String,
    /// For paper only: the recipient, the sender, and how to get the next letter by mail.
    pub(super) paper: Paper,
}

/// A row of the box: its name and its lines.
pub(super) struct Row {
    pub(super) label: String,
    pub(super) lines: Vec<String>,
}

/// One subject of the letter.
pub(super) struct Section {
    /// Shown before the first section of its kind, when the letter has several kinds.
    pub(super) heading: String,
    /// 0 for an unnumbered section.
    pub(super) number: usize,
    pub(super) title: String,
    /// Whether the employer must act.
    pub(super) asks: bool,
    pub(super) blocks: Vec<Block>,
}

pub(super) enum Block {
    /// A sentence; its label may be empty.
    Said {
        label: String,
        text: String,
        tone: Tone,
    },
    /// A payer's words.
    Quote(Quote),
    Steps(Vec<String>),
    /// The form as written and the right form, which may be empty.
    Forms {
        wrong: String,
        right: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Small,
}

/// What a posted letter has in addition to a mail.
pub(super) struct Paper {
    /// The postal address; empty when the books have none.
    pub(super) address: String,
    pub(super) employer: String,
    pub(super) addressee: String,
    pub(super) sender: String,
    pub(super) note: String,
}

impl Paper {
    pub(super) fn of(
        employer: &str,
        postal: Option<&str>,
        centre: &CentreContact,
        rules: &LetterRules,
    ) -> Self {
        Self {
            address: postal.map(guard::name).unwrap_or_default(),
            employer: guard::harmless(&guard::name(employer), rules),
            addressee: rules.fill("paper-addressee", &[]),
            sender: format!("{}　{}", guard::name(&centre.address), guard::name(&centre.phone)),
            note: rules.fill("paper-note", &[("phone", &centre.phone)]),
        }
    }
}

impl Block {
    pub(super) fn said(label: &str, text: String, tone: Tone) -> Self {
        Self::Said { label: label.to_owned(), text, tone }
    }
}

impl Section {
    /// Adds a sentence unless it is empty.
    pub(super) fn say(&mut self, label: &str, text: String, tone: Tone) {
        if !text.is_empty() {
            self.blocks.push(Block::said(label, text, tone));
        }
    }

    pub(super) fn ask(&mut self, steps: &str) {
        let steps: Vec<String> = steps.lines().map(str::to_owned).collect();
        if !steps.is_empty() {
            self.blocks.push(Block::Steps(steps));
        }
    }
}

impl Body {
    /// The letter as plain text.
    pub(super) fn plain(&self) -> String {
        let mut letter = format!("{}\n{}\n\n{}\n\n", self.centre, self.subject, self.greeting);
        for row in &self.summary {
            let indent = "　".repeat(row.label.chars().count() + 1);
            for (at, line) in row.lines.iter().enumerate() {
                match at {
                    0 => put(&mut letter, format_args!("{}：{line}\n", row.label)),
                    _ => put(&mut letter, format_args!("{indent}{line}\n")),
                }
            }
        }
        put(&mut letter, format_args!("\n{}\n", self.opening));
        self.sections.iter().for_each(|section| section.plain(&mut letter));
        if !self.quoted.is_empty() {
            put(&mut letter, format_args!("\n{}\n", self.quoted));
        }
        for said in &self.closing {
            put(&mut letter, format_args!("\n{said}\n"));
        }
        put(&mut letter, format_args!("\n{}\n\n{}\n", self.contact, self.safety));
        put(&mut letter, format_args!("\n{}\n{}\n\n", self.centre, self.night));
        put(&mut letter, format_args!("-- \n{}\n", self.automatic));
        letter
    }
}

impl Section {
    fn plain(&self, letter: &mut String) {
        if !self.heading.is_empty() {
            put(letter, format_args!("\n{}\n", self.heading));
        }
        match self.number {
            0 => put(letter, format_args!("\n{}\n", self.title)),
            number => put(letter, format_args!("\n{number}. {}\n", self.title)),
        }
        for block in &self.blocks {
            match block {
                Block::Said { label, text, .. } if label.is_empty() => {
                    put(letter, format_args!("   {text}\n"));
                }
                Block::Said { label, text, .. } => {
                    put(letter, format_args!("   {label}：{text}\n"));
                }
                Block::Quote(quote) => {
                    put(letter, format_args!("   {}原文：“{}”", quote.field, quote.whole()));
                    if !quote.read.is_empty() {
                        put(letter, format_args!("（系统读到：{}）", quote.read));
                    }
                    letter.push('\n');
                }
                Block::Steps(steps) => {
                    put(letter, format_args!("   {STEPS}：\n"));
                    for (number, step) in (1..).zip(steps) {
                        put(letter, format_args!("     {number}. {step}\n"));
                    }
                }
                Block::Forms { wrong, right } => {
                    put(letter, format_args!("     现在写成：{wrong}\n"));
                    if !right.is_empty() {
                        put(letter, format_args!("     应当写成：{right}\n"));
                    }
                }
            }
        }
    }
}

/// Writing to a string cannot fail.
fn put(letter: &mut String, words: Arguments<'_>) {
    let _infallible = letter.write_fmt(words);
}
