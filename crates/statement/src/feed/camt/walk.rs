//! The walk through a document: the open elements, and the effect of closing one.
//!
//! Invariant: `places` holds one place for each open element, never more than [`DEPTH_MAX`]; `text` holds the text of
//! the innermost leaf.

use super::gathered::Gathered;
use super::namespace::Namespaces;
use super::place::{Field, Place};
use super::source::Source;
use super::statement::{File, Statement};
use crate::feed::{FeedErrorKind, Flag, Format, Odd, Sink};
use quick_xml::events::BytesStart;
use std::borrow::Cow;

/// The most open elements; the deepest field of any camt version is on level 13, envelopes add a few.
const DEPTH_MAX: usize = 64;

/// The most bytes of text in all details of one entry.
const ENTRY_TEXT_BYTES_MAX: usize = 12 << 20;

/// Bytes kept of a currency.
const CURRENCY_BYTES_MAX: usize = 16;

/// The cost of a text beside its own bytes: the joint before it.
const TEXT_BYTES_MORE: usize = 16;

/// The characters with names in XML itself; any other entity is refused.
const PREDEFINED: [(&str, &str); 5] =
    [("lt", "<"), ("gt", ">"), ("amp", "&"), ("apos", "'"), ("quot", "\"")];

/// The state of a parse.
pub(super) struct Walk {
    places: Vec<Place>,
    /// The names of the open elements, joined, and the start of each.
    names: String,
    name_starts: Vec<usize>,
    namespaces: Namespaces,
    root: String,
    root_closed: bool,
    format: Option<Format>,
    text: String,
    text_bytes: usize,
    currency: String,
    statement: Statement,
    entry: Gathered,
    statements: u64,
    file: File,
}

impl Walk {
    pub(super) fn new() -> Self {
        Self {
            places: Vec::with_capacity(DEPTH_MAX),
            names: String::new(),
            name_starts: Vec::with_capacity(DEPTH_MAX),
            namespaces: Namespaces::new(),
            root: String::new(),
            root_closed: false,
            format: None,
            text: String::new(),
            text_bytes: 0,
            currency: String::new(),
            statement: Statement::default(),
            entry: Gathered::default(),
            statements: 0,
            file: File::default(),
        }
    }

    /// Handles a start tag, given the text between its brackets.
    pub(super) fn open(&mut self, tag: &str, source: &Source<'_>) -> Result<(), FeedErrorKind> {
        let length = tag.bytes().position(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        let (qualified, attributes) =
            tag.split_at_checked(length.unwrap_or(tag.len())).unwrap_or((tag, ""));
        if self.root_closed {
            return Err(structure("the end of the file", qualified));
        }
        if self.places.len() == DEPTH_MAX {
            return Err(structure("at most 64 nested elements", qualified));
        }
        // Nearly every attribute is an amount's currency and declares nothing.
        let currency = plain_currency(attributes);
        if !attributes.is_empty() && currency.is_none() {
            check_references(attributes)?;
            let start = BytesStart::from_content(tag, qualified.len());
            self.namespaces.open(&start, self.places.len())?;
        }
        let (prefix, name) = match memchr::memchr(b':', qualified.as_bytes()) {
            Some(_) => qualified.split_once(':').unwrap_or(("", qualified)),
            None => ("", qualified),
        };
        let parent = self.places.last().copied();
        let place = match parent {
            None => {
                name.clone_into(&mut self.root);
                self.envelope_child(name, prefix)?
            }
            Some(Place::Envelope) => self.envelope_child(name, prefix)?,
            Some(Place::Skip) => Place::Skip,
            Some(parent) if self.namespaces.own(prefix) => parent.child(super::name::name(name)),
            Some(_) => Place::Skip,
        };
        self.begin(parent, place, source);
        if place.has_currency() {
            match currency {
                Some(currency) => currency.clone_into(&mut self.currency),
                None => self.take_currency(&BytesStart::from_content(tag, qualified.len())),
            }
        }
        self.places.push(place);
        self.name_starts.push(self.names.len());
        self.names.push_str(qualified);
        Ok(())
    }

    /// An element outside the message: the message itself, or another envelope.
    fn envelope_child(&mut self, name: &str, prefix: &str) -> Result<Place, FeedErrorKind> {
        // Version 01 has the version in the name.
        let format = match name.strip_suffix("V01").unwrap_or(name) {
            "BkToCstmrAcctRpt" => Format::Camt052,
            "BkToCstmrStmt" => Format::Camt053,
            "BkToCstmrDbtCdtNtfctn" => Format::Camt054,
            _ => return Ok(Place::Envelope),
        };
        let namespace = self.namespaces.settle(prefix);
        // Documents without a namespace exist; one with another message's namespace is that message.
        if let Some((_, message)) = namespace.split_once(":tech:xsd:")
            && !message.starts_with("camt")
        {
            return Err(structure("the namespace of camt.052, camt.053 or camt.054", namespace));
        }
        if self.format.is_some_and(|other| other != format) {
            return Err(structure("one kind of camt message", name));
        }
        self.format = Some(format);
        Ok(Place::Message)
    }

    fn begin(&mut self, parent: Option<Place>, place: Place, source: &Source<'_>) {
        match place {
            Place::Statement => {
                self.text_bytes = 0;
                self.statement.begin(source.line());
            }
            Place::Balance => self.statement.begin_balance(),
            Place::Entry => {
                self.text_bytes = 0;
                self.entry.begin(source.line());
                source.record();
            }
            Place::Detail => self.entry.begin_detail(source.line()),
            // `Sts` holds its text or a `Cd`: the text continues in the child.
            Place::CursorPage(_) if matches!(parent, Some(Place::CursorPage(_))) => {
                self.text.push(' ')
            }
            Place::CursorPage(_) => self.text.clear(),
            // An element inside a text breaks it: `1<x/>00` is not 100.
            Place::Skip if matches!(parent, Some(Place::CursorPage(_))) => self.text.push(' '),
            Place::Envelope | Place::Message | Place::Group(_) | Place::Skip => {}
        }
    }

    fn take_currency(&mut self, start: &BytesStart<'_>) {
        self.currency.clear();
        for attribute in start.attributes().with_checks(false).flatten() {
            let key: &str = attribute.key.as_ref();
            if key == "Ccy" {
                let value: &str = attribute.value.as_ref();
                // A longer one is no currency, which the kept part already shows.
                let value = value.get(..CURRENCY_BYTES_MAX).unwrap_or(value);
                value.clone_into(&mut self.currency);
            }
        }
    }

    /// Handles an end tag; one without a name belongs to an empty element.
    pub(super) fn close(
        &mut self,
        name: Option<&str>,
        source: &Source<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), FeedErrorKind> {
        let (Some(place), Some(start)) = (self.places.pop(), self.name_starts.pop()) else {
            return Err(structure("well-formed XML", "an end tag without a start tag"));
        };
        let opened = self.names.get(start..).unwrap_or_default();
        if name.is_some_and(|name| name != opened) {
            let found = format!("</{}> for <{opened}>", name.unwrap_or_default());
            return Err(structure("well-formed XML", &found));
        }
        self.names.truncate(start);
        self.namespaces.close(self.places.len());
        self.root_closed = self.places.is_empty();
        match place {
            Place::CursorPage(field) => {
                let text = self.text.trim_matches([' ', '\t', '\n', '\r']);
                match field {
                    Field::Statement(field) => self.statement.store(field, text, &self.currency),
                    Field::Entry(field) => self.entry.store(field, text, &self.currency),
                }
            }
            Place::Detail => self.entry.close_detail(),
            Place::Entry => {
                self.statement.begin_entries(&mut self.file, sink);
                self.entry.close(&mut self.statement, source, sink);
            }
            Place::Balance => self.statement.close_balance(),
            Place::Statement => {
                self.statements += 1;
                self.statement.close(self.format, &mut self.file, sink)?;
            }
            Place::Envelope | Place::Message | Place::Group(_) | Place::Skip => {}
        }
        Ok(())
    }

    /// Handles text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), FeedErrorKind> {
        // The loop has no early exit, so that many bytes are checked together.
        let control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        if text.bytes().fold(false, |any, byte| any | control(byte)) {
            return Err(structure("text without control characters", "one"));
        }
        match self.places.last() {
            Some(Place::CursorPage(_)) => {
                let lines = line_ends(text);
                let text: &str = &lines;
                self.text_bytes = self.text_bytes.saturating_add(text.len() + TEXT_BYTES_MORE);
                if self.text_bytes > ENTRY_TEXT_BYTES_MAX {
                    return Err(structure("at most 12 MiB of text in one entry", "more"));
                }
                self.text.push_str(text);
                Ok(())
            }
            Some(_) => Ok(()),
            None if text.trim_start_matches('\u{feff}').trim().is_empty() => Ok(()),
            None => Err(structure("a camt document", &text.chars().take(40).collect::<String>())),
        }
    }

    /// Handles `&name;`: only a character reference or one of the five names.
    pub(super) fn reference(&mut self, name: &str) -> Result<(), FeedErrorKind> {
        if let Some(number) = name.strip_prefix('#') {
            let character =
                character(number).ok_or_else(|| structure("a character reference", name))?;
            return self.text(character.encode_utf8(&mut [0; 4]));
        }
        let mark = predefined(name).ok_or(FeedErrorKind::Forbidden { found: "an entity" })?;
        self.text(mark)
    }

    /// Handles an XML declaration. Its encoding no longer applies.
    pub(super) fn declaration(&self) -> Result<(), FeedErrorKind> {
        if self.root.is_empty() {
            return Ok(());
        }
        Err(structure("an XML declaration before the document only", "another one"))
    }

    /// Reports the file's format, at its end.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<Format, FeedErrorKind> {
        if self.root.is_empty() {
            return Err(FeedErrorKind::Empty);
        }
        if !self.root_closed {
            return Err(structure("the end of the document", "the end of the file"));
        }
        std::mem::take(&mut self.file.sequence).finish(sink);
        let format = self.format.ok_or_else(|| {
            structure("a camt.052, camt.053 or camt.054 message", &format!("<{}>", self.root))
        })?;
        if self.statements == 0 {
            let found = self.root.clone();
            sink.flag(Flag::Oddity { line: 1, odd: Odd::NoStatement, found });
        }
        Ok(format)
    }
}

/// `Ccy="CNY"` and nothing else.
fn plain_currency(attributes: &str) -> Option<&str> {
    let value = attributes.strip_prefix(" Ccy=\"")?.strip_suffix('"')?;
    (value.len() <= 3 && value.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(value)
}

/// Line ends as in XML: CR LF and CR alone are LF.
fn line_ends(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The character of `&#38;` or `&#x26;`; number zero has none.
fn character(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok().filter(|code| *code > 0).and_then(char::from_u32)
}

fn predefined(name: &str) -> Option<&'static str> {
    PREDEFINED.iter().find(|(known, _)| *known == name).map(|(_, mark)| *mark)
}

/// Refuses an entity in an attribute.
fn check_references(attributes: &str) -> Result<(), FeedErrorKind> {
    for piece in attributes.split('&').skip(1) {
        let name = piece.split(';').next().unwrap_or_default();
        if !name.starts_with('#') && predefined(name).is_none() {
            return Err(FeedErrorKind::Forbidden { found: "an entity" });
        }
    }
    Ok(())
}

fn structure(expected: &str, found: &str) -> FeedErrorKind {
    FeedErrorKind::Structure { expected: expected.to_owned(), found: found.to_owned() }
}
