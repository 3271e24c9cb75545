//! Splits a message into the report, the returned original and the sender's text.
//!
//! Nested messages are searched too: a forwarded report is a message within a message.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

/// Most levels of nested messages.
const DEPTH_MAX: u32 = 4;

/// Largest attachment that is checked for a message.
const ATTACHED_BYTES_MAX: usize = 512 * 1024;

/// The parts of a message.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The raw headers.
    head: String,
    /// RFC 3464 parts.
    pub(super) statuses: Vec<String>,
    /// The RFC 5965 part.
    pub(super) feedback: Option<String>,
    /// Whether it reports that a letter was displayed or deleted (RFC 8098).
    pub(super) disposition: bool,
    /// Whether its own headers declare an RFC 3464 report.
    pub(super) is_delivery_report: bool,
    /// The sender's text.
    texts: Vec<String>,
    /// Headers and text of nested messages.
    within: Vec<String>,
}

impl Gathered {
    pub(super) fn of(message: &Message<'_>) -> Self {
        let report = message.content_type().and_then(|kind| kind.attribute("report-type"));
        let mut found = Self {
            head: head(message),
            is_delivery_report: report
                .is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status")),
            ..Self::default()
        };
        found.walk(message, 0);
        let subject = message.subject().unwrap_or_default().trim_start().to_lowercase();
        let forwarded =
            ["fw:", "fwd:", "转发", "fw：", "fwd："].iter().any(|mark| subject.starts_with(mark));
        if found.statuses.is_empty() && forwarded {
            found.quoted_report();
        }
        found
    }

    /// All of the sender's text.
    pub(super) fn words(&self) -> String {
        self.texts.join("\n")
    }

    /// The sender's text without the quoted letter.
    pub(super) fn answer(&self) -> String {
        let mut kept = String::new();
        for line in self.texts.first().map(String::as_str).unwrap_or_default().lines() {
            let line = line.trim();
            let begins = ["-----", "发件人:", "发件人：", "From:", "________"];
            if begins.iter().any(|mark| line.starts_with(mark)) {
                break;
            }
            if !line.starts_with('>') {
                kept.push_str(line);
                kept.push('\n');
            }
        }
        kept
    }

    /// Every text, most reliable first.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        let texts = [&self.statuses, &self.within, &self.texts].into_iter().flatten();
        std::iter::once(&self.head).chain(texts).map(String::as_str)
    }

    fn walk(&mut self, message: &Message<'_>, depth: u32) {
        for part in &message.parts {
            let kind = part.content_type().map(|kind| {
                let subtype = kind.subtype().unwrap_or_default();
                format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase()
            });
            let kind = kind.unwrap_or_default();
            if let PartType::Message(inner) = &part.body {
                self.open(inner, depth);
            } else if kind.ends_with("delivery-status") {
                self.statuses.push(text(message, part));
            } else if kind == "message/feedback-report" {
                self.feedback = Some(text(message, part).to_lowercase());
            } else if kind.ends_with("disposition-notification") {
                self.disposition |= depth == 0;
            } else if kind.ends_with("headers") || kind.starts_with("message/") {
                self.within.push(text(message, part));
            } else {
                self.other(message, part, depth);
            }
        }
    }

    fn open(&mut self, inner: &Message<'_>, depth: u32) {
        self.within.push(head(inner));
        if depth < DEPTH_MAX {
            self.walk(inner, depth + 1);
        }
    }

    fn other(&mut self, message: &Message<'_>, part: &MessagePart<'_>, depth: u32) {
        match &part.body {
            PartType::Text(_) | PartType::Html(_) => {
                let text = text(message, part);
                if depth == 0 { &mut self.texts } else { &mut self.within }.push(text);
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes)
                if bytes.len() <= ATTACHED_BYTES_MAX && is_named_message(part) =>
            {
                if let Some(inner) = MessageParser::default().parse(bytes.as_ref()) {
                    self.open(&inner, depth);
                }
            }
            PartType::Binary(_)
            | PartType::InlineBinary(_)
            | PartType::Message(_)
            | PartType::Multipart(_) => {}
        }
    }

    /// A report whose fields were forwarded as text.
    fn quoted_report(&mut self) {
        let plain = |text: &String| -> String {
            let line = |line: &str| format!("{}\n", line.trim_start_matches(['>', ' ', '\t']));
            text.lines().map(line).collect()
        };
        let is_report = |text: &String| {
            let text = text.to_lowercase();
            text.contains("final-recipient:")
                && (text.contains("action:") || text.contains("status:"))
        };
        self.statuses = self.texts.iter().map(plain).filter(is_report).collect();
    }
}

/// Whether an attachment's name is that of a message.
fn is_named_message(part: &MessagePart<'_>) -> bool {
    part.attachment_name().is_some_and(|name| name.to_lowercase().ends_with(".eml"))
}

/// The raw headers of a message.
fn head(message: &Message<'_>) -> String {
    let heads = message.headers_raw().map(|(name, value)| format!("{name}:{value}"));
    heads.collect::<Vec<_>>().join("\n")
}

/// The text of a part. Without a declared character set, text that is not UTF-8 is read as GB18030.
fn text(message: &Message<'_>, part: &MessagePart<'_>) -> String {
    let text = match &part.body {
        PartType::Text(text) => text.to_string(),
        PartType::Html(html) => html_to_text(html),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            // Try UTF-8 first: nearly all bytes are valid GB18030.
            let chinese = || encoding_rs::GB18030.decode(bytes).0.into_owned();
            std::str::from_utf8(bytes).map_or_else(|_| chinese(), str::to_owned)
        }
        PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()).into_owned(),
        PartType::Multipart(_) => String::new(),
    };
    if !text.contains('\u{fffd}') {
        return text;
    }
    let from = usize::try_from(part.offset_body).unwrap_or(usize::MAX);
    let to = usize::try_from(part.offset_end).unwrap_or(usize::MAX);
    let raw = message.raw_message().get(from..to).unwrap_or_default();
    if raw.is_ascii() {
        return text;
    }
    let (decoded, _, broken) = encoding_rs::GB18030.decode(raw);
    if broken { text } else { decoded.into_owned() }
}
