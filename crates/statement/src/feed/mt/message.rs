//! The messages of a file: collects fields until their movement or message is complete.
//!
//! A message is a statement once it names an account, a balance, a movement or a total. It ends at the next `:20:`, the
//! next block or the end of the file. Banks also write `-}`, `-` or `-XXX`, but a hyphen alone may be a line of text,
//! and fields after it without a `:20:` have no other statement.

use super::balance::leading_currency;
use super::movement::BadPart;
use super::open::Open;
use super::statement::{File, Message};
use super::tag::{Tag, may_be_a_time, tag};
use crate::feed::{FeedErrorKind, Flag, Format, Odd, Reject, Sink};

/// The most bytes of text in one movement.
const TEXT_BYTES_MAX: usize = 12 << 20;

/// Characters of a field shown in a reject.
const FOUND_CHARACTERS_MAX: usize = 80;

/// The owner of the next line without a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    /// Nothing that is kept: headers, unused fields.
    Nothing,
    Movement,
    Information,
}

/// The state of a parse.
pub(super) struct Messages {
    message: Message,
    open: Open,
    context: Context,
    any_field: bool,
    statements: u64,
    header_942: bool,
    interim: bool,
    balanced: bool,
    /// A block was opened with `{4:` and not yet closed.
    block_open: bool,
    file: File,
}

impl Messages {
    pub(super) fn new() -> Self {
        Self {
            message: Message::default(),
            open: Open::default(),
            context: Context::Nothing,
            any_field: false,
            statements: 0,
            header_942: false,
            interim: false,
            balanced: false,
            block_open: false,
            file: File::default(),
        }
    }

    /// Handles a line.
    pub(super) fn take(
        &mut self,
        text: &str,
        line: u64,
        sink: &mut dyn Sink,
    ) -> Result<(), FeedErrorKind> {
        if text.starts_with('-') && self.ends_a_message(text) {
            self.close_movement(sink);
            self.context = Context::Nothing;
            self.block_open = false;
            let rest = text.strip_prefix("-}").unwrap_or_default();
            return if rest.starts_with('{') { self.header(rest, line, sink) } else { Ok(()) };
        }
        if ["{1:", "{2:", "{4:"].iter().any(|block| text.starts_with(block)) {
            return self.header(text, line, sink);
        }
        match tag(text) {
            Some((tag, value)) if !self.is_text(tag, value) => self.field(tag, value, line, sink),
            _ => self.continue_text(text),
        }
    }

    /// Whether a line that begins with a hyphen ends the message.
    fn ends_a_message(&self, text: &str) -> bool {
        let text = text.trim_end();
        text.starts_with("-}") || text == "-XXX" || (text == "-" && !self.awaits_closing())
    }

    /// Whether an apparent field is the payer's text continued.
    fn is_text(&self, tag: Tag, value: &str) -> bool {
        self.context == Context::Information && self.awaits_closing() && may_be_a_time(tag, value)
    }

    /// Whether the message has an opening balance, so that a closing one is required.
    const fn awaits_closing(&self) -> bool {
        self.message.opening.is_some() && !self.message.closed
    }

    fn header(&mut self, text: &str, line: u64, sink: &mut dyn Sink) -> Result<(), FeedErrorKind> {
        self.close(sink)?;
        self.header_942 |= text.contains("{2:I942") || text.contains("{2:O942");
        // An acknowledgement has a block 4 of its own before the message's.
        if let Some((_, rest)) = text.rsplit_once("{4:")
            && !rest.starts_with('{')
        {
            self.block_open = true;
            if let Some((tag, value)) = tag(rest) {
                return self.field(tag, value, line, sink);
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        tag: Tag,
        value: &str,
        line: u64,
        sink: &mut dyn Sink,
    ) -> Result<(), FeedErrorKind> {
        self.any_field = true;
        let value = value.strip_suffix("-}").unwrap_or(value);
        if tag == Tag::Information {
            self.information(value);
            return Ok(());
        }
        self.close_movement(sink);
        self.context = Context::Nothing;
        if tag == Tag::Reference {
            self.close(sink)?;
        }
        let message = &mut self.message;
        if message.line == 0 {
            message.line = line;
        }
        message.is_statement |= !matches!(tag, Tag::Reference | Tag::Number | Tag::Other);
        match tag {
            Tag::Reference => value.trim().clone_into(&mut message.reference),
            // A second one is a mistyped field of something else.
            Tag::Account if message.account.is_empty() => {
                value.trim().clone_into(&mut message.account);
            }
            Tag::Number => value.trim().clone_into(&mut message.number),
            Tag::Opening | Tag::OpeningPage => {
                self.balanced = true;
                message.opens = true;
                message.continues = tag == Tag::OpeningPage;
                let read = message.balance(value, line, sink);
                message.opening = message.opening.or(read);
            }
            Tag::Closing | Tag::ClosingPage => {
                self.balanced = true;
                message.closed = true;
                message.more = tag == Tag::ClosingPage;
                message.closing = message.balance(value, line, sink).or(message.closing);
            }
            Tag::Floor => {
                self.interim = true;
                message.interim = true;
                message.take_currency(leading_currency(value).unwrap_or_default(), line, sink);
            }
            Tag::Time => {
                self.interim = true;
                message.interim = true;
            }
            Tag::Credits => value.trim().clone_into(&mut message.declared_credit),
            Tag::Debits => value.trim().clone_into(&mut message.declared_debit),
            Tag::Movement => {
                message.begin_movements(&mut self.file.heads, sink);
                self.context = Context::Movement;
                self.open.begin(value, line);
            }
            Tag::Account | Tag::Information | Tag::Other => {}
        }
        Ok(())
    }

    /// `:86:` belongs to the open movement; before the first and after the closing it has no owner.
    fn information(&mut self, value: &str) {
        if !self.open.is {
            self.context = Context::Nothing;
            return;
        }
        self.context = Context::Information;
        if !self.open.block.is_empty() {
            self.open.blocks.push(self.open.block.len());
        }
        self.open.block.push_str(value);
    }

    fn continue_text(&mut self, text: &str) -> Result<(), FeedErrorKind> {
        let open = &mut self.open;
        let into = match self.context {
            Context::Nothing => return Ok(()),
            Context::Movement if !open.is_complete => {
                // Some lines are cut off before the amount.
                if open.go_on(text) {
                    return Ok(());
                }
                &mut open.supplement
            }
            Context::Movement => &mut open.supplement,
            Context::Information => &mut open.block,
        };
        if into.len() + text.len() > TEXT_BYTES_MAX {
            return Err(FeedErrorKind::Structure {
                expected: "at most 12 MiB of text with one movement".to_owned(),
                found: "more".to_owned(),
            });
        }
        if !into.is_empty() || self.context == Context::Information {
            into.push('\n');
        }
        into.push_str(text);
        Ok(())
    }

    fn close_movement(&mut self, sink: &mut dyn Sink) {
        if std::mem::take(&mut self.open.is) {
            self.message.entries += 1;
            self.open.read_information(sink);
            if let Err(BadPart(field, found, problem)) = self.message.give(&self.open, sink) {
                sink.reject(Reject {
                    line: self.open.line,
                    column: None,
                    field: format!(":61: {field}"),
                    found: found.chars().take(FOUND_CHARACTERS_MAX).collect(),
                    problem,
                    row: self.open.row(),
                });
            }
        }
    }

    /// Ends the open message.
    fn close(&mut self, sink: &mut dyn Sink) -> Result<(), FeedErrorKind> {
        self.close_movement(sink);
        self.context = Context::Nothing;
        let message = std::mem::take(&mut self.message);
        if message.is_statement {
            self.statements += 1;
            message.close(&mut self.file, self.header_942, sink)?;
        }
        Ok(())
    }

    /// Ends the file and reports its format.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<Format, FeedErrorKind> {
        let line = self.message.line;
        self.close(sink)?;
        std::mem::take(&mut self.file.sequence).finish(sink);
        if !self.any_field {
            return Err(FeedErrorKind::Structure {
                expected: "fields of MT940 or MT942, the first `:20:`".to_owned(),
                found: "none".to_owned(),
            });
        }
        let flag = |odd| Flag::Oddity { line, odd, found: String::new() };
        if self.block_open {
            sink.flag(flag(Odd::MessageNotClosed));
        }
        if self.statements == 0 {
            sink.flag(flag(Odd::NoStatement));
        }
        let interim = self.header_942 || (self.interim && !self.balanced);
        Ok(if interim { Format::Mt942 } else { Format::Mt940 })
    }
}
