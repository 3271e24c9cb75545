//! Packets: numbers and texts of known length, one call each.
//!
//! Wire format: the length of the numbers, the length of the texts, the numbers, the texts. All texts are adjacent, so
//! that one UTF-8 check covers them and they can be borrowed from the buffer.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::sync::{Mutex, PoisonError};

/// Longest packet: a row of 12 MiB, with its texts several times over.
const PACKET_BYTES_MAX: usize = 128 << 20;
/// Memory allocated for a packet before it has arrived.
const ROOM_BYTES: usize = 1 << 20;
/// The most constant texts of the readers kept here; there are some dozens.
const CONSTANTS_MAX: usize = 512;

/// A packet being written.
#[derive(Default)]
pub(super) struct Packet {
    numbers: Vec<u8>,
    texts: String,
}

impl Packet {
    pub(super) fn begin(&mut self, tag: u8) {
        self.numbers.clear();
        self.texts.clear();
        self.numbers.push(tag);
    }

    pub(super) fn number(&mut self, number: u64) {
        self.numbers.extend(number.to_le_bytes());
    }

    pub(super) fn truth(&mut self, truth: bool) {
        self.numbers.push(u8::from(truth));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.texts.push_str(text);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.numbers.extend(bytes);
    }

    pub(super) fn decimal(&mut self, decimal: Decimal) {
        self.numbers.extend(decimal.serialize());
    }

    pub(super) fn day(&mut self, day: NaiveDate) {
        self.numbers.extend(day.num_days_from_ce().to_le_bytes());
    }

    pub(super) fn time(&mut self, time: NaiveTime) {
        self.numbers.extend(time.num_seconds_from_midnight().to_le_bytes());
        self.numbers.extend(time.nanosecond().to_le_bytes());
    }

    pub(super) fn maybe<T>(&mut self, value: Option<T>, pack: impl FnOnce(&mut Self, T)) {
        self.truth(value.is_some());
        if let Some(value) = value {
            pack(self, value);
        }
    }

    pub(super) fn several<T>(&mut self, values: &[T], mut pack: impl FnMut(&mut Self, &T)) {
        self.length(values.len());
        for value in values {
            pack(self, value);
        }
    }

    /// A value by its index in a table that both sides have.
    pub(super) fn place<T: PartialEq>(&mut self, table: &[T], value: &T) {
        let place = table.iter().position(|one| one == value).and_then(|at| u8::try_from(at).ok());
        self.numbers.push(place.unwrap_or(u8::MAX));
    }

    /// No call is longer than memory; the limit on packets cuts off anything longer.
    fn length(&mut self, length: usize) {
        self.numbers.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    }

    pub(super) fn write(&self, to: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        to.write_all(&length(self.numbers.len()))?;
        to.write_all(&length(self.texts.len()))?;
        to.write_all(&self.numbers)?;
        to.write_all(self.texts.as_bytes())
    }
}

/// Packets as they arrive.
pub(super) struct Packets<'r> {
    from: &'r mut dyn Read,
    buffer: Vec<u8>,
}

impl<'r> Packets<'r> {
    pub(super) fn new(from: &'r mut dyn Read) -> Self {
        Self { from, buffer: Vec::new() }
    }

    /// The next packet and its tag.
    pub(super) fn next(&mut self) -> io::Result<(u8, Unpack<'_>)> {
        let mut lengths = [[0; 4]; 2];
        for length in &mut lengths {
            self.from.read_exact(length)?;
        }
        let [numbers, texts] =
            lengths.map(|length| usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX));
        let wrong = || io::Error::from(io::ErrorKind::InvalidData);
        let length = numbers.saturating_add(texts);
        if length > PACKET_BYTES_MAX {
            return Err(wrong());
        }
        if length <= ROOM_BYTES {
            self.buffer.resize(length, 0);
            self.from.read_exact(&mut self.buffer)?;
        } else {
            self.buffer.clear();
            let limit = u64::try_from(length).unwrap_or(u64::MAX);
            let read = (&mut self.from).take(limit).read_to_end(&mut self.buffer)?;
            if read < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let (numbers, texts) = self.buffer.split_at_checked(numbers).ok_or_else(wrong)?;
        let (tag, numbers) = numbers.split_first().ok_or_else(wrong)?;
        let texts = simdutf8::basic::from_utf8(texts).map_err(|_| wrong())?;
        Ok((*tag, Unpack { numbers, texts }))
    }
}

/// A packet being parsed; `None` if it does not hold the requested value.
pub(super) struct Unpack<'a> {
    numbers: &'a [u8],
    texts: &'a str,
}

impl<'a> Unpack<'a> {
    /// Whether all of it was consumed.
    pub(super) const fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.texts.is_empty()
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.numbers.split_first_chunk::<N>()?;
        self.numbers = rest;
        Some(*taken)
    }

    fn length(&mut self) -> Option<usize> {
        self.fixed().and_then(|bytes| usize::try_from(u32::from_le_bytes(bytes)).ok())
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.fixed().map(u64::from_le_bytes)
    }

    pub(super) fn truth(&mut self) -> Option<bool> {
        let [byte] = self.fixed()?;
        (byte < 2).then_some(byte == 1)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = self.length()?;
        let (taken, rest) = self.texts.split_at_checked(length)?;
        self.texts = rest;
        Some(taken)
    }

    pub(super) fn owned(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        let (taken, rest) = self.numbers.split_at_checked(length)?;
        self.numbers = rest;
        Some(taken)
    }

    pub(super) fn decimal(&mut self) -> Option<Decimal> {
        self.fixed().map(Decimal::deserialize)
    }

    pub(super) fn day(&mut self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(self.fixed()?))
    }

    pub(super) fn time(&mut self) -> Option<NaiveTime> {
        let seconds = u32::from_le_bytes(self.fixed()?);
        NaiveTime::from_num_seconds_from_midnight_opt(seconds, u32::from_le_bytes(self.fixed()?))
    }

    pub(super) fn maybe<T>(
        &mut self,
        unpack: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.truth()? { unpack(self).map(Some) } else { Some(None) }
    }

    pub(super) fn several<T>(
        &mut self,
        mut unpack: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let length = self.length()?;
        // A declared count reserves no memory.
        let mut values = Vec::new();
        for _ in 0..length {
            values.push(unpack(self)?);
        }
        Some(values)
    }

    pub(super) fn place<T: Copy>(&mut self, table: &[T]) -> Option<T> {
        let [place] = self.fixed()?;
        table.get(usize::from(place)).copied()
    }

    /// A constant text of the program; each is leaked only once.
    pub(super) fn constant(&mut self) -> Option<&'static str> {
        static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let text = self.text()?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(text) {
            return Some(known);
        }
        if known.len() >= CONSTANTS_MAX {
            return None;
        }
        let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
        known.insert(kept);
        Some(kept)
    }
}
