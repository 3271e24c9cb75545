//! Encodes a reader's calls to its [`Sink`] as bytes, for a reader in a process of its own.
//!
//! Start at [`Relay`], a sink that writes down every call, and [`replay`], which repeats the calls on another sink. The
//! two together change nothing: `read` through a relay is `read`. Requests to the reader go the other way, by [`ask`]
//! and [`asked`]. The shell handles processes and their failures.
//!
//! Invariant: bytes from another release or another source are an error and never an entry. Each packet carries its
//! length, and is used only if its content has that length.

mod fault;
mod flag;
mod packet;
mod question;

pub use question::{Asked, ask, asked};

use self::packet::{Packet, Packets, Unpack};
use super::{
    Balance, BlockRead, Booking, ColumnRead, FeedError, FeedFacts, Flag, Format, Reject, Sink,
    Statement, StatementEntry,
};
use crate::rules::bank::SerialPeriod;
use remittance::{Counterparty, Direction, Remarks};
use std::io::{self, Read, Write};

const ENTRY: u8 = b'e';
const REJECT: u8 = b'r';
const STATEMENT: u8 = b's';
const FLAG: u8 = b'f';
const BLOCK: u8 = b'b';
const NAMES_ACCOUNT: u8 = b'n';
const BEGINS_AGAIN: u8 = b'a';
const MEMBER: u8 = b'm';
const SERIAL_PERIOD: u8 = b'p';
/// A sign of life from a reader with nothing to report.
const GOES_ON: u8 = b'g';
const READ: u8 = b'k';
const FAILED: u8 = b'x';

const FORMATS: [Format; 8] = [
    Format::Csv,
    Format::Xlsx,
    Format::Camt052,
    Format::Camt053,
    Format::Camt054,
    Format::Mt940,
    Format::Mt942,
    Format::Settlement,
];
const PERIODS: [SerialPeriod; 4] =
    [SerialPeriod::Ever, SerialPeriod::Year, SerialPeriod::Month, SerialPeriod::Day];

/// Writes down a reader's calls.
pub struct Relay<W> {
    to: W,
    packet: Packet,
    /// Whether an account is one of the centre's, as far as the requester knows.
    own: Option<OwnAccount>,
    failed: bool,
}

/// Says whether an account is one of the centre's.
pub type OwnAccount = Box<dyn Fn(&str) -> bool>;

impl<W: Write> Relay<W> {
    #[must_use]
    pub fn new(to: W, own: Option<OwnAccount>) -> Self {
        Self { to, packet: Packet::default(), own, failed: false }
    }

    /// Reports that the reader is alive, and flushes.
    pub fn goes_on(&mut self) {
        self.packet.begin(GOES_ON);
        self.send();
        self.failed |= self.to.flush().is_err();
    }

    /// Whether the receiver is gone.
    #[must_use]
    pub const fn has_failed(&self) -> bool {
        self.failed
    }

    /// Reports the reader's result.
    ///
    /// # Errors
    /// If the receiver is gone.
    pub fn end(&mut self, read: &Result<FeedFacts, FeedError>) -> io::Result<()> {
        let packet = &mut self.packet;
        match read {
            Ok(facts) => {
                packet.begin(READ);
                packet.place(&FORMATS, &facts.format);
                packet.text(facts.encoding);
                packet.number(facts.bytes);
                packet.bytes(&facts.sha256);
                packet.maybe(facts.layout.as_deref(), Packet::text);
            }
            Err(error) => {
                packet.begin(FAILED);
                fault::pack(packet, error);
            }
        }
        self.send();
        self.to.flush()?;
        if self.failed { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }

    fn send(&mut self) {
        self.failed |= self.packet.write(&mut self.to).is_err();
    }
}

fn pack_balance(packet: &mut Packet, balance: Balance) {
    packet.decimal(balance.amount);
    packet.maybe(balance.on, Packet::day);
}

impl<W: Write> Sink for Relay<W> {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        let packet = &mut self.packet;
        packet.begin(ENTRY);
        packet.number(entry.line);
        packet.maybe(entry.account, Packet::text);
        packet.maybe(entry.currency, Packet::text);
        packet.text(entry.serial);
        packet.day(entry.booked_on);
        packet.maybe(entry.booked_time, Packet::time);
        packet.truth(entry.direction == Direction::Credit);
        packet.decimal(entry.amount);
        packet.maybe(entry.balance, Packet::decimal);
        let Counterparty { account, name, bank_code, bank_name } = entry.counterparty;
        let Remarks { postscript, purpose, summary, note } = entry.remarks;
        for text in [account, name, bank_code, bank_name, postscript, purpose, summary, note] {
            packet.text(text);
        }
        packet.truth(entry.reversal);
        packet.maybe(entry.booking, |packet, Booking { serial, amount }| {
            packet.text(serial);
            packet.decimal(amount);
        });
        packet.truth(entry.contradicted);
        self.send();
    }

    fn reject(&mut self, reject: Reject) {
        self.packet.begin(REJECT);
        fault::pack_reject(&mut self.packet, &reject);
        self.send();
    }

    fn statement(&mut self, statement: Statement<'_>) {
        let packet = &mut self.packet;
        packet.begin(STATEMENT);
        packet.number(statement.line);
        packet.maybe(statement.account, Packet::text);
        packet.maybe(statement.currency, Packet::text);
        packet.maybe(statement.identification, Packet::text);
        packet.maybe(statement.opening, pack_balance);
        packet.maybe(statement.closing, pack_balance);
        packet.number(statement.entries);
        packet.decimal(statement.sum_credit);
        packet.decimal(statement.sum_debit);
        packet.maybe(statement.proved, Packet::truth);
        self.send();
    }

    fn flag(&mut self, flag: Flag) {
        self.packet.begin(FLAG);
        flag::pack(&mut self.packet, &flag);
        self.send();
    }

    fn block(&mut self, block: BlockRead) {
        let packet = &mut self.packet;
        packet.begin(BLOCK);
        packet.number(block.line);
        packet.maybe(block.account.as_deref(), Packet::text);
        packet.maybe(block.from, Packet::day);
        packet.maybe(block.to, Packet::day);
        packet.number(block.entries);
        packet.maybe(block.layout.as_deref(), Packet::text);
        packet.several(&block.columns, |packet, column| {
            packet.text(&column.heading);
            packet.text(column.reads);
            packet.text(column.why);
        });
        packet.maybe(block.proved, Packet::truth);
        self.send();
    }

    fn names_account(&mut self, account: &str, line: u64) {
        self.packet.begin(NAMES_ACCOUNT);
        self.packet.text(account);
        self.packet.number(line);
        self.send();
    }

    fn is_own(&self, account: &str) -> Option<bool> {
        self.own.as_ref().map(|own| own(account))
    }

    fn begins_again(&mut self) {
        self.packet.begin(BEGINS_AGAIN);
        self.send();
    }

    fn member(&mut self, name: &str) {
        self.packet.begin(MEMBER);
        self.packet.text(name);
        self.send();
    }

    fn serial_period(&mut self, period: SerialPeriod) {
        self.packet.begin(SERIAL_PERIOD);
        self.packet.place(&PERIODS, &period);
        self.send();
    }
}

/// Repeats on a sink what a [`Relay`] wrote; returns the reader's result.
///
/// # Errors
/// If the bytes end before the reader did, or are not from a relay.
pub fn replay(
    from: &mut dyn Read,
    sink: &mut dyn Sink,
) -> io::Result<Result<FeedFacts, FeedError>> {
    let mut packets = Packets::new(from);
    loop {
        let (tag, mut packet) = packets.next()?;
        match tag {
            READ => return whole(facts(&mut packet), &packet).map(Ok),
            FAILED => return whole(fault::unpack(&mut packet), &packet).map(Err),
            _ => whole(told(tag, &mut packet, sink), &packet)?,
        }
    }
}

/// The unpacked value, if the packet was complete and had nothing more.
fn whole<T>(unpacked: Option<T>, packet: &Unpack<'_>) -> io::Result<T> {
    unpacked.filter(|_| packet.is_empty()).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn told(tag: u8, packet: &mut Unpack<'_>, sink: &mut dyn Sink) -> Option<()> {
    match tag {
        ENTRY => sink.entry(entry(packet)?),
        REJECT => sink.reject(fault::unpack_reject(packet)?),
        STATEMENT => sink.statement(statement(packet)?),
        FLAG => sink.flag(flag::unpack(packet)?),
        BLOCK => sink.block(block(packet)?),
        NAMES_ACCOUNT => {
            let account = packet.text()?;
            sink.names_account(account, packet.number()?);
        }
        BEGINS_AGAIN => sink.begins_again(),
        MEMBER => sink.member(packet.text()?),
        SERIAL_PERIOD => sink.serial_period(packet.place(&PERIODS)?),
        GOES_ON => {}
        _ => return None,
    }
    Some(())
}

fn entry<'a>(packet: &mut Unpack<'a>) -> Option<StatementEntry<'a>> {
    Some(StatementEntry {
        line: packet.number()?,
        account: packet.maybe(Unpack::text)?,
        currency: packet.maybe(Unpack::text)?,
        serial: packet.text()?,
        booked_on: packet.day()?,
        booked_time: packet.maybe(Unpack::time)?,
        direction: if packet.truth()? { Direction::Credit } else { Direction::Debit },
        amount: packet.decimal()?,
        balance: packet.maybe(Unpack::decimal)?,
        counterparty: Counterparty {
            account: packet.text()?,
            name: packet.text()?,
            bank_code: packet.text()?,
            bank_name: packet.text()?,
        },
        remarks: Remarks {
            postscript: packet.text()?,
            purpose: packet.text()?,
            summary: packet.text()?,
            note: packet.text()?,
        },
        reversal: packet.truth()?,
        booking: packet
            .maybe(|packet| Some(Booking { serial: packet.text()?, amount: packet.decimal()? }))?,
        contradicted: packet.truth()?,
    })
}

fn statement<'a>(packet: &mut Unpack<'a>) -> Option<Statement<'a>> {
    let balance = |packet: &mut Unpack<'a>| {
        Some(Balance { amount: packet.decimal()?, on: packet.maybe(Unpack::day)? })
    };
    Some(Statement {
        line: packet.number()?,
        account: packet.maybe(Unpack::text)?,
        currency: packet.maybe(Unpack::text)?,
        identification: packet.maybe(Unpack::text)?,
        opening: packet.maybe(balance)?,
        closing: packet.maybe(balance)?,
        entries: packet.number()?,
        sum_credit: packet.decimal()?,
        sum_debit: packet.decimal()?,
        proved: packet.maybe(Unpack::truth)?,
    })
}

fn block(packet: &mut Unpack<'_>) -> Option<BlockRead> {
    Some(BlockRead {
        line: packet.number()?,
        account: packet.maybe(Unpack::owned)?,
        from: packet.maybe(Unpack::day)?,
        to: packet.maybe(Unpack::day)?,
        entries: packet.number()?,
        layout: packet.maybe(Unpack::owned)?,
        columns: packet.several(|packet| {
            Some(ColumnRead {
                heading: packet.owned()?,
                reads: packet.constant()?,
                why: packet.constant()?,
            })
        })?,
        proved: packet.maybe(Unpack::truth)?,
    })
}

fn facts(packet: &mut Unpack<'_>) -> Option<FeedFacts> {
    Some(FeedFacts {
        format: packet.place(&FORMATS)?,
        encoding: packet.constant()?,
        bytes: packet.number()?,
        sha256: packet.bytes()?.try_into().ok()?,
        layout: packet.maybe(Unpack::owned)?,
    })
}

#[cfg(test)]
mod tests;
