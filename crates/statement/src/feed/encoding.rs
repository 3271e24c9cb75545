//! Detects a file's encoding, and decodes it to UTF-8 during the read.
//!
//! Start at [`scan`], the first pass over a file. One function for each kind of file decides the encoding: [`of_xml`],
//! [`of_messages`], [`of_settlement`]; for tables it is in `csv.rs`, where the header's words confirm it.
//! [`Utf8Reader`] then decodes while reading.
//!
//! Invariant: GB18030 is never tried before UTF-8, because Chinese text in UTF-8 can decode as GB18030 without error. A
//! byte that does not decode becomes U+FFFD, which every reader of this module rejects in a row; it is never dropped.

use super::{FeedError, FeedErrorKind, Source};
use crate::rules::bank::{BankLayout, BankLayouts};
use encoding_rs::{CoderResult, Decoder};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, Read};

/// Bytes inspected to detect format, encoding and layout: enough for 64 preamble rows of 1 KiB.
pub(super) const HEAD_BYTES: usize = 64 * 1024;
/// Bytes read at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// The result of the first pass over a file.
pub(super) struct Scan {
    pub(super) bytes: u64,
    pub(super) sha256: [u8; 32],
    /// Whether the file, after its BOM, is UTF-8; otherwise the first line that is not.
    pub(super) utf8: Result<(), u64>,
    pub(super) ascii: bool,
    pub(super) head: Vec<u8>,
}

/// An encoding and the evidence for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    encoding: &'static encoding_rs::Encoding,
    bom_bytes: usize,
    /// Every byte is known to be UTF-8: nothing needs decoding.
    valid: bool,
    certain: bool,
}

impl Encoding {
    pub(super) const UTF_8: Self = Self::of(encoding_rs::UTF_8);
    #[cfg(feature = "xlsx")]
    /// UTF-8 with every byte checked.
    pub(super) const UTF_8_VALID: Self = Self { valid: true, ..Self::UTF_8 };
    pub(super) const GB18030: Self = Self::of(encoding_rs::GB18030);
    const WINDOWS_1252: Self = Self::of(encoding_rs::WINDOWS_1252);

    const fn of(encoding: &'static encoding_rs::Encoding) -> Self {
        Self { encoding, bom_bytes: 0, valid: false, certain: true }
    }

    /// The encoding with this WHATWG label, such as `gbk` or `windows-1252`.
    pub(super) fn labelled(label: &str) -> Option<Self> {
        encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Self::of)
    }

    /// The byte order mark's encoding, or UTF-8 if all bytes are valid.
    pub(super) fn proven(scan: &Scan) -> Option<Self> {
        let marked = encoding_rs::Encoding::for_bom(&scan.head);
        let (encoding, bom_bytes) = match marked {
            Some(found) => found,
            None if scan.utf8.is_ok() => (encoding_rs::UTF_8, 0),
            None => return None,
        };
        let valid = encoding == encoding_rs::UTF_8 && scan.utf8.is_ok();
        Some(Self { encoding, bom_bytes, valid, certain: true })
    }

    /// Its name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.encoding.name() {
            "UTF-8" => "utf-8",
            "gb18030" | "GBK" => "gb18030",
            "UTF-16LE" => "utf-16le",
            "UTF-16BE" => "utf-16be",
            "windows-1252" => "windows-1252",
            "macintosh" => "macintosh",
            other => other,
        }
    }

    /// Every byte is already known to be UTF-8.
    pub(super) const fn is_valid(self) -> bool {
        self.valid
    }

    /// Whether a bank of this layout delivers in it; Unicode is always accepted.
    pub(super) fn suits(self, layout: &BankLayout) -> bool {
        self.name().starts_with("utf-")
            || layout.encodings.iter().any(|label| {
                Self::labelled(label).is_some_and(|encoding| encoding.name() == self.name())
            })
    }

    /// Candidates for a table that is not UTF-8, in order: Chinese, then the layouts' encodings, finally UTF-8 with
    /// some broken bytes.
    pub(super) fn candidates(layouts: &BankLayouts) -> Vec<Self> {
        let mut candidates = vec![Self::GB18030];
        for label in layouts.iter().flat_map(|layout| &layout.encodings) {
            if let Some(encoding) = Self::labelled(label)
                && candidates.iter().all(|other| other.name() != encoding.name())
            {
                candidates.push(encoding);
            }
        }
        candidates.push(Self::UTF_8);
        candidates
    }

    /// Whether the file itself proves it, rather than convention.
    pub(super) const fn is_certain(self) -> bool {
        self.certain
    }

    /// The beginning of a file as text; drops a character cut off at its end.
    pub(super) fn decode_head(self, head: &[u8]) -> String {
        let bytes = head.get(self.bom_bytes..).unwrap_or_default();
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0);
        let mut text = String::with_capacity(room);
        // `last` is false: a sequence cut off there is no error.
        let _ = decoder.decode_to_string(bytes, &mut text, head.len() < HEAD_BYTES);
        text
    }
}

/// Reads the file once.
pub(super) fn scan(input: &mut dyn Source) -> Result<Scan, FeedError> {
    input.rewind()?;
    let mut hash = Sha256::new();
    let mut scan = Scan { bytes: 0, sha256: [0; 32], utf8: Ok(()), ascii: true, head: Vec::new() };
    let (mut buffer, mut kept, mut line) = (vec![0; CHUNK_BYTES], 0, 1);
    loop {
        let read = match input.read(buffer.get_mut(kept..).unwrap_or_default()) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let fresh = buffer.get(kept..kept + read).unwrap_or_default();
        hash.update(fresh);
        scan.bytes += u64::try_from(read).unwrap_or(u64::MAX);
        let wanted = HEAD_BYTES.saturating_sub(scan.head.len()).min(read);
        scan.head.extend_from_slice(fresh.get(..wanted).unwrap_or_default());
        if scan.utf8.is_ok() {
            let bytes = buffer.get(..kept + read).unwrap_or_default();
            kept = check(bytes, read == 0, &mut scan, &mut line);
            let from = bytes.len() - kept;
            buffer.copy_within(from..from + kept, 0);
        }
        if read == 0 {
            scan.sha256 = hash.finalize().into();
            return if scan.bytes == 0 { Err(FeedErrorKind::Empty.at(0)) } else { Ok(scan) };
        }
    }
}

/// Checks one chunk for UTF-8 and returns how many bytes of an unfinished character end it.
fn check(bytes: &[u8], last: bool, scan: &mut Scan, line: &mut u64) -> usize {
    let breaks = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
    scan.ascii &= bytes.is_ascii();
    // The chunk's end may split a character; it is checked with the next chunk.
    let kept = if last { 0 } else { unfinished(bytes) };
    let whole = bytes.get(..bytes.len() - kept).unwrap_or_default();
    if simdutf8::basic::from_utf8(whole).is_ok() {
        *line += u64::try_from(breaks(whole)).unwrap_or(0);
        return kept;
    }
    let before = std::str::from_utf8(whole).err().map_or(0, |error| error.valid_up_to());
    let before = breaks(whole.get(..before).unwrap_or_default());
    scan.utf8 = Err(*line + u64::try_from(before).unwrap_or(0));
    0
}

/// Bytes at the end that begin a character without finishing it.
fn unfinished(bytes: &[u8]) -> usize {
    for (byte, length) in bytes.iter().rev().zip(1..=3) {
        let needed = match byte {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xff => 4,
            0x80..=0xbf => continue,
            0..=0x7f => return 0,
        };
        return if needed > length { length } else { 0 };
    }
    0
}

/// XML declares its encoding; if that disagrees with the bytes, the file is refused.
pub(super) fn of_xml(scan: &Scan) -> Result<Encoding, FeedError> {
    let marked = encoding_rs::Encoding::for_bom(&scan.head).is_some();
    let declared = declared(&scan.head);
    let wrong = |expected, found: String| FeedErrorKind::Encoding { expected, found };
    if let (Some(found), true) = (Encoding::proven(scan), marked) {
        return match (found.valid, scan.utf8) {
            (false, Err(line)) if found.encoding == encoding_rs::UTF_8 => {
                Err(wrong("UTF-8, as the byte order mark says", "other bytes".to_owned()).at(line))
            }
            _ => Ok(found),
        };
    }
    let Some(label) = declared else {
        let refuse = |line| wrong("UTF-8", "other bytes".to_owned()).at(line);
        return scan.utf8.map_err(refuse).map(|()| Encoding { valid: true, ..Encoding::UTF_8 });
    };
    let Some(encoding) = Encoding::labelled(&label) else {
        return Err(wrong("an encoding that is known", label).at(1));
    };
    let utf8 = encoding.encoding == encoding_rs::UTF_8;
    match scan.utf8 {
        _ if encoding.name().starts_with("utf-16") => {
            Err(wrong("UTF-16, as declared", "bytes of one-byte characters".to_owned()).at(1))
        }
        Ok(()) if utf8 || scan.ascii => Ok(Encoding { valid: true, ..encoding }),
        Ok(()) => Err(wrong("the declared encoding", format!("UTF-8 declared as {label}")).at(1)),
        Err(line) if utf8 => Err(wrong("UTF-8, as declared", "other bytes".to_owned()).at(line)),
        Err(_) => Ok(encoding),
    }
}

/// The `encoding` of an XML declaration.
fn declared(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head.get(..256.min(head.len()))?);
    let declaration = head.trim_start().strip_prefix("<?xml")?.split("?>").next()?.to_owned();
    let after = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    after.get(1..)?.split(quote).next().map(str::to_owned)
}

/// SWIFT messages have no words to confirm an encoding: Chinese if bytes above ASCII come in pairs, otherwise the
/// western one-byte encoding, which decodes any byte. Both are flagged.
pub(super) fn of_messages(scan: &Scan) -> Encoding {
    if let Some(encoding) = Encoding::proven(scan) {
        return encoding;
    }
    let found = if is_paired(&scan.head) { Encoding::GB18030 } else { Encoding::WINDOWS_1252 };
    Encoding { certain: false, ..found }
}

/// Whether bytes above ASCII come in pairs, as common Chinese in GBK does; western letters are single between ASCII
/// ones. One in four may break the rule: rare characters, truncated remarks.
fn is_paired(bytes: &[u8]) -> bool {
    let (mut pairs, mut alone) = (0_usize, 0_usize);
    for run in bytes.split(u8::is_ascii) {
        pairs += run.len() / 2;
        alone += run.len() % 2;
    }
    pairs > 4 * alone
}

/// Settlement records are GBK by their specification; UTF-8 is accepted if proven.
pub(super) fn of_settlement(scan: &Scan) -> Result<Encoding, FeedError> {
    if let Some(encoding) = Encoding::proven(scan) {
        return Ok(encoding);
    }
    let text = Encoding::GB18030.decode_head(&scan.head);
    if text.contains('\u{fffd}') && !text.chars().any(is_chinese) {
        let found = "bytes that are neither".to_owned();
        return Err(FeedErrorKind::Encoding { expected: "GB18030 or UTF-8", found }.at(0));
    }
    Ok(Encoding::GB18030)
}

/// Common Chinese: found in a bank's GBK text, but not in western text decoded as GBK.
pub(super) fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}'
        | '\u{2010}'..='\u{2027}' | '\u{2460}'..='\u{249b}' | '→' | '×' | '·')
}

/// Reads any encoding as UTF-8; UTF-8 itself passes unchanged.
pub struct Utf8Reader<R> {
    input: R,
    decoder: Option<Decoder>,
    skip: usize,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    out: Vec<u8>,
    out_at: usize,
    out_end: usize,
    finished: bool,
}

impl<R: Read> Utf8Reader<R> {
    pub fn new(input: R, encoding: Encoding) -> Self {
        let decoder =
            (!encoding.valid).then(|| encoding.encoding.new_decoder_without_bom_handling());
        let size = if decoder.is_some() { CHUNK_BYTES } else { 0 };
        Self {
            input,
            decoder,
            skip: encoding.bom_bytes,
            raw: vec![0; size],
            raw_at: 0,
            raw_end: 0,
            out: vec![0; CHUNK_BYTES],
            out_at: 0,
            out_end: 0,
            finished: false,
        }
    }

    fn read_input(input: &mut R, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match input.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    /// Reads past the byte order mark.
    fn skip_mark(&mut self) -> io::Result<()> {
        let mut mark = [0; 3];
        while self.skip > 0 {
            let buffer = mark.get_mut(..self.skip).unwrap_or_default();
            match Self::read_input(&mut self.input, buffer)? {
                0 => self.skip = 0,
                read => self.skip -= read,
            }
        }
        Ok(())
    }

    fn refill(&mut self) -> io::Result<()> {
        self.skip_mark()?;
        let Some(decoder) = &mut self.decoder else {
            self.out_at = 0;
            self.out_end = Self::read_input(&mut self.input, &mut self.out)?;
            return Ok(());
        };
        while self.out_at == self.out_end && !self.finished {
            if self.raw_at == self.raw_end {
                self.raw_at = 0;
                self.raw_end = Self::read_input(&mut self.input, &mut self.raw)?;
            }
            let last = self.raw_end == 0;
            let raw = self.raw.get(self.raw_at..self.raw_end).unwrap_or_default();
            let (result, read, written, _) = decoder.decode_to_utf8(raw, &mut self.out, last);
            self.raw_at += read;
            (self.out_at, self.out_end) = (0, written);
            self.finished = last && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.out_at == self.out_end && self.decoder.is_none() && self.skip == 0 {
            return Self::read_input(&mut self.input, target);
        }
        let available = self.fill_buf()?;
        let count = available.len().min(target.len());
        if let (Some(to), Some(from)) = (target.get_mut(..count), available.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Utf8Reader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.out_at == self.out_end {
            self.refill()?;
        }
        Ok(self.out.get(self.out_at..self.out_end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.out_at = (self.out_at + count).min(self.out_end);
    }
}
