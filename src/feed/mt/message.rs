//! The messages of a file: fields gathered until what they belong to is complete.
//!
//! A message is a statement once it names an account, a balance, a movement or a total. It ends
//! with the next `:20:`, the next block or the file. Banks also write `-}`, `-` or `-XXX`, but a
//! hyphen alone may be a line of text, and what follows without a `:20:` has no other statement.

use super::balance::{balance, leading_currency, total};
use super::information::Information;
use super::movement::{Movement, Refusal};
use super::tag::{Tag, may_be_a_time, tag};
use crate::feed::camt::value::decimal_of_units;
use crate::feed::{Balance, Entry, FeedErrorKind, Flag, Format, Reject, Sink, Statement};
use crate::remittance::{Counterparty, Direction, Remarks};
use chrono::NaiveTime;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Bytes of text that one movement may carry.
const TEXT_BYTES_MAX: usize = 12 << 20;

/// Characters of a row and of a field that a reject shows.
const ROW_CHARACTERS_MAX: usize = 4096;
const FOUND_CHARACTERS_MAX: usize = 80;

/// What the next line without a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    /// Nothing that is kept: headers, fields that are not read.
    Nothing,
    Movement,
    Information,
}

/// How many, and how much in units of 10^-5.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: u64,
    units: i128,
}

/// The message that is open.
#[derive(Debug, Default)]
struct Message {
    line: u64,
    /// Holds something that makes it a statement.
    is_statement: bool,
    reference: String,
    account: String,
    number: String,
    currency: String,
    opening: Option<Balance>,
    closing: Option<Balance>,
    /// A closing stood there, readable or not.
    closed: bool,
    entries: u64,
    credit: Sum,
    debit: Sum,
    declared_credit: String,
    declared_debit: String,
}

/// The movement that is open; the buffers are used again.
#[derive(Debug, Default)]
struct Open {
    is: bool,
    line: u64,
    field: String,
    /// Lines between `:61:` and `:86:`.
    supplement: String,
    /// The lines of `:86:`.
    block: String,
    /// Where in `block` another `:86:` begins.
    blocks: Vec<usize>,
    information: Information,
}

/// The state of a reading.
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
    seen: HashSet<u64>,
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
            seen: HashSet::new(),
        }
    }

    /// Takes in a line.
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

    /// Whether what looks like a field is the payer's text, going on.
    fn is_text(&self, tag: Tag, value: &str) -> bool {
        self.context == Context::Information && self.awaits_closing() && may_be_a_time(tag, value)
    }

    /// Whether the message has an opening balance, so that a closing one must come.
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
            Tag::Opening => {
                self.balanced = true;
                let read = message.balance(value, line, sink);
                message.opening = message.opening.or(read);
            }
            Tag::Closing => {
                self.balanced = true;
                message.closed = true;
                message.closing = message.balance(value, line, sink).or(message.closing);
            }
            Tag::Floor => {
                self.interim = true;
                message.take_currency(leading_currency(value).unwrap_or_default(), line, sink);
            }
            Tag::Time => self.interim = true,
            Tag::Credits => value.trim().clone_into(&mut message.declared_credit),
            Tag::Debits => value.trim().clone_into(&mut message.declared_debit),
            Tag::Movement => {
                self.context = Context::Movement;
                self.open.begin(value, line);
            }
            Tag::Account | Tag::Information | Tag::Other => {}
        }
        Ok(())
    }

    /// `:86:` belongs to the open movement; before the first and after the closing, to nobody.
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
            Context::Movement if Movement::read(&open.field).is_err() => {
                // Some lines are cut before the amount.
                let length = open.field.len();
                open.field.push_str(text);
                if Movement::read(&open.field).is_ok() {
                    return Ok(());
                }
                open.field.truncate(length);
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
            if let Err(Refusal(field, found, problem)) = self.message.give(&self.open, sink) {
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

    /// Ends the message that is open.
    fn close(&mut self, sink: &mut dyn Sink) -> Result<(), FeedErrorKind> {
        self.close_movement(sink);
        self.context = Context::Nothing;
        let message = std::mem::take(&mut self.message);
        if message.is_statement {
            self.statements += 1;
            message.close(&mut self.seen, sink)?;
        }
        Ok(())
    }

    /// Ends the file and says what it was.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<Format, FeedErrorKind> {
        let line = self.message.line;
        self.close(sink)?;
        if !self.any_field {
            return Err(FeedErrorKind::Structure {
                expected: "fields of MT940 or MT942, the first `:20:`".to_owned(),
                found: "none".to_owned(),
            });
        }
        let flag = |code: &'static str| Flag::Oddity { line, code, found: String::new() };
        if self.block_open {
            sink.flag(flag("message-not-closed"));
        }
        if self.statements == 0 {
            sink.flag(flag("no-statement"));
        }
        let interim = self.header_942 || (self.interim && !self.balanced);
        Ok(if interim { Format::Mt942 } else { Format::Mt940 })
    }
}

impl Open {
    fn begin(&mut self, value: &str, line: u64) {
        self.is = true;
        self.line = line;
        value.trim_end().clone_into(&mut self.field);
        self.supplement.clear();
        self.block.clear();
        self.blocks.clear();
    }

    fn row(&self) -> String {
        let row = format!(":61:{}\n{}\n:86:{}", self.field, self.supplement, self.block);
        row.chars().take(ROW_CHARACTERS_MAX).collect()
    }

    /// The supplementary line where it is a time of day and nothing else.
    fn time(&self) -> Option<NaiveTime> {
        NaiveTime::parse_from_str(self.supplement.trim(), "%H:%M:%S").ok()
    }

    fn read_information(&mut self, sink: &mut dyn Sink) {
        if memchr::memchr(0, self.block.as_bytes()).is_some() {
            self.block = self.block.replace('\0', " ");
            let (line, found) = (self.line, "NUL in :86:".to_owned());
            sink.flag(Flag::Oddity { line, code: "control-character", found });
        }
        self.information.clear();
        let mut from = 0;
        for at in self.blocks.iter().copied().chain([self.block.len()]) {
            self.information.read(self.block.get(from..at).unwrap_or_default());
            from = at;
        }
    }
}

impl Message {
    /// Counts the open movement and gives it to the sink.
    fn give<'a>(&mut self, open: &'a Open, sink: &mut dyn Sink) -> Result<(), Refusal<'a>> {
        let movement = Movement::read(&open.field)?;
        if movement.expected {
            return Ok(());
        }
        let sum = match movement.direction {
            Direction::Credit => &mut self.credit,
            Direction::Debit => &mut self.debit,
        };
        sum.count += 1;
        sum.units = sum.units.saturating_add(movement.units);
        let booked = movement.booked()?;
        if booked.value_impossible {
            let (line, found) = (open.line, open.field.clone());
            sink.flag(Flag::Oddity { line, code: "value-date-impossible", found });
        }
        let time = open.time();
        let information = &open.information;
        // A code word is the bank's, and so is the time; all else is kept as a note.
        let supplement = if time.is_some() { "" } else { open.supplement.trim() };
        sink.entry(Entry {
            line: open.line,
            account: some(&self.account),
            currency: some(&self.currency),
            serial: movement.serial,
            booked_on: booked.on,
            booked_time: time,
            direction: movement.direction,
            amount: movement.amount.decimal(),
            balance: None,
            counterparty: Counterparty {
                account: &information.account,
                name: &information.name,
                bank_code: &information.bank_code,
                bank_name: "",
            },
            remarks: Remarks {
                postscript: &information.postscript,
                purpose: &information.note,
                summary: &information.summary,
                note: supplement,
            },
            reversal: movement.reversal,
        });
        Ok(())
    }

    /// Reads a balance of this message, or says that it cannot be read.
    fn balance(&mut self, text: &str, line: u64, sink: &mut dyn Sink) -> Option<Balance> {
        let found = || text.chars().take(FOUND_CHARACTERS_MAX).collect::<String>();
        let Some(read) = balance(text.trim()) else {
            sink.flag(Flag::Oddity { line, code: "balance-unreadable", found: found() });
            return None;
        };
        if !read.rest.is_empty() {
            sink.flag(Flag::Oddity { line, code: "text-after-balance", found: found() });
        }
        self.take_currency(read.currency, line, sink);
        Some(read.balance)
    }

    fn take_currency(&mut self, currency: &str, line: u64, sink: &mut dyn Sink) {
        if self.currency.is_empty() {
            currency.clone_into(&mut self.currency);
        } else if !currency.is_empty() && currency != self.currency {
            let found = format!("{} and {currency}", self.currency);
            sink.flag(Flag::Oddity { line, code: "several-currencies", found });
        }
    }

    /// Gives the statement and what is odd about it to the sink.
    fn close(mut self, seen: &mut HashSet<u64>, sink: &mut dyn Sink) -> Result<(), FeedErrorKind> {
        let declared = [
            (":90C:", std::mem::take(&mut self.declared_credit), self.credit),
            (":90D:", std::mem::take(&mut self.declared_debit), self.debit),
        ];
        for (what, text, sum) in declared {
            self.check_total(what, text, sum, sink);
        }
        let sum = |sum: Sum| {
            decimal_of_units(sum.units).ok_or_else(|| FeedErrorKind::Structure {
                expected: "movements with a sum of at most 22 digits".to_owned(),
                found: "more".to_owned(),
            })
        };
        let line = self.line;
        let statement = Statement {
            line,
            account: some(&self.account),
            currency: some(&self.currency),
            identification: some(&self.reference),
            opening: self.opening,
            closing: self.closing,
            entries: self.entries,
            sum_credit: sum(self.credit)?,
            sum_debit: sum(self.debit)?,
        };
        if let (Some(opening), Some(closing), Some(false)) =
            (statement.opening, statement.closing, statement.balance_ok())
        {
            let expected = opening.amount + statement.sum_credit - statement.sum_debit;
            let (account, found) = (some(&self.account).map(str::to_owned), closing.amount);
            sink.flag(Flag::BalanceBroken { line, account, expected, found });
        }
        if self.opening.is_some() && !self.closed {
            let found = self.reference.clone();
            sink.flag(Flag::Oddity { line, code: "no-closing-balance", found });
        }
        if !self.reference.is_empty() && !seen.insert(self.fingerprint()) {
            let found = self.reference.clone();
            sink.flag(Flag::Oddity { line, code: "statement-repeated", found });
        }
        sink.statement(statement);
        Ok(())
    }

    fn check_total(&mut self, what: &'static str, text: String, sum: Sum, sink: &mut dyn Sink) {
        if text.is_empty() {
            return;
        }
        let read = total(&text);
        if let Some(read) = &read {
            self.take_currency(read.currency, self.line, sink);
        }
        let agrees =
            read.is_some_and(|read| read.count == sum.count && read.sum.units() == Some(sum.units));
        if !agrees {
            let units = decimal_of_units(sum.units);
            let found = units.map_or(String::new(), |units| format!("{} with {units}", sum.count));
            sink.flag(Flag::ControlSum { line: self.line, what, declared: text, found });
        }
    }

    /// What makes two messages of one file the same: many banks write one reference into all.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let balances = [self.opening, self.closing]
            .map(|balance| balance.map(|balance| (balance.amount, balance.on)));
        (&self.account, &self.reference, &self.number, balances, self.entries).hash(&mut hasher);
        (self.credit.units, self.debit.units).hash(&mut hasher);
        hasher.finish()
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
