//! What comes back: delivery status notifications (RFC 3464) in a mailbox file or from a webhook.
//!
//! Start at [`read_mailbox`]. A report that says `failed` tells that a letter came back; a delay or a
//! vacation reply does not. Only a status that is about the address blocks it ([`Bounce::condemns`]). Whether the report is about a letter
//! of ours is the outbox's to say: it must name the Message-ID of one that went to that address, so
//! that nobody can silence an employer with a forged report.

use mail_parser::mailbox::mbox;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use std::io::{BufRead, Read as _};

/// A letter that came back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bounce {
    /// The address that does not take letters, in lower case.
    pub address: String,
    /// The enhanced status code, such as `5.1.1`.
    pub status: String,
    /// What the server there said; a hostile text.
    pub diagnosis: String,
    /// The Message-ID of the letter, without angle brackets; empty where the report names none.
    pub message_id: String,
}

impl Bounce {
    /// Whether the address takes no letters at all, rather than not this one or not now.
    #[must_use]
    pub fn condemns(&self) -> bool {
        super::refusal::condemns(&self.status)
    }
}

/// What is in a mailbox: bounces, and how many messages were none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounces {
    pub bounces: Vec<Bounce>,
    pub other: u64,
}

/// Bytes of one message that are looked at: reports are short, attachments are not ours to read.
const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Reads a mailbox file in mbox form, or a single message.
///
/// # Errors
/// Where the file cannot be read.
pub fn read_mailbox(mut file: impl BufRead) -> std::io::Result<Bounces> {
    let mut found = Bounces::default();
    if file.fill_buf()?.starts_with(b"From ") {
        for message in mbox::MessageIterator::new(file) {
            found.add(message?.contents());
        }
        return Ok(found);
    }
    let mut message = Vec::new();
    file.take(MESSAGE_BYTES_MAX as u64).read_to_end(&mut message)?;
    found.add(&message);
    Ok(found)
}

impl Bounces {
    /// Looks at one message, RFC 5322.
    pub fn add(&mut self, message: &[u8]) {
        let shown = message.get(..MESSAGE_BYTES_MAX).unwrap_or(message);
        let bounces = MessageParser::default().parse(shown).map(|message| bounces(&message));
        match bounces {
            Some(found) if !found.is_empty() => self.bounces.extend(found),
            Some(_) | None => self.other += 1,
        }
    }
}

/// The failures that a report tells of; none where the message is no report.
fn bounces(message: &Message<'_>) -> Vec<Bounce> {
    let mut message_id = String::new();
    let mut found = Vec::new();
    for part in &message.parts {
        let kind = part.content_type().map(|kind| {
            let subtype = kind.subtype().unwrap_or_default();
            format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase()
        });
        match kind.as_deref() {
            Some("message/delivery-status" | "message/global-delivery-status") => {
                found.extend(failures(&text(&part.body)));
            }
            Some("message/rfc822" | "message/global") => {
                if let PartType::Message(original) = &part.body {
                    message_id = original.message_id().unwrap_or_default().to_owned();
                }
            }
            Some("text/rfc822-headers" | "message/rfc822-headers") => {
                // The boundary took the last line's end; a head without its end is not read.
                let head = format!("{}\n\n", text(&part.body));
                let original = MessageParser::default().parse(head.as_bytes());
                let id = original.as_ref().and_then(Message::message_id);
                message_id = id.unwrap_or_default().to_owned();
            }
            _ => {}
        }
    }
    for bounce in &mut found {
        bounce.message_id.clone_from(&message_id);
    }
    found
}

fn text(body: &PartType<'_>) -> String {
    match body {
        PartType::Text(text) | PartType::Html(text) => text.to_string(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        PartType::Message(message) => String::from_utf8_lossy(message.raw_message()).into_owned(),
        PartType::Multipart(_) => String::new(),
    }
}

/// The blocks of a delivery status, one a recipient, that say an address is no good.
fn failures(status: &str) -> Vec<Bounce> {
    let status = status.replace("\r\n", "\n");
    status.split("\n\n").filter_map(failure).collect()
}

fn failure(block: &str) -> Option<Bounce> {
    let fields = unfolded(block);
    let field = |name: &str| {
        let found = fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    if !field("Action")?.eq_ignore_ascii_case("failed") {
        return None;
    }
    let status = field("Status")?.split_whitespace().next()?.to_owned();
    // The address that we wrote to, where the report tells it from the one it was forwarded to.
    let address = field("Original-Recipient").or_else(|| field("Final-Recipient"))?;
    let address = address.split_once(';').map_or(address, |(_, address)| address);
    let address = address.trim().trim_matches(['<', '>']).to_ascii_lowercase();
    let diagnosis = field("Diagnostic-Code").unwrap_or_default();
    let diagnosis = diagnosis.split_once(';').map_or(diagnosis, |(_, text)| text).trim();
    (!address.is_empty()).then(|| Bounce {
        address,
        status,
        diagnosis: diagnosis.chars().take(200).collect(),
        message_id: String::new(),
    })
}

/// Fields with folded lines joined.
fn unfolded(block: &str) -> Vec<(&str, String)> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    for line in block.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim(), value.trim().to_owned()));
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(fields: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: gjj@centre.example\r\nSubject: failure\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example\r\n\r\n{fields}\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\n\
             Message-ID: <abc@centre.example>\r\nSubject: x\r\n\r\nbody\r\n--b--\r\n"
        )
    }

    fn read(text: &str) -> Bounces {
        read_mailbox(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_failure_came_back_and_blocks_where_it_is_about_the_address() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // action   status    came back, blocks
            ("failed",  "5.1.1",  true,  true),  // No such mailbox.
            ("failed",  "5.1.10", true,  true),  // The domain takes no mail.
            ("Failed",  "5.4.1",  true,  true),
            ("failed",  "5.2.2",  true,  false), // Full.
            ("failed",  "5.7.1",  true,  false), // About us.
            ("failed",  "4.4.7",  true,  false), // Nobody was reached for days.
            ("delayed", "4.4.1",  false, false),
            ("relayed", "2.0.0",  false, false),
        ];
        for (action, status, came_back, blocks) in rows {
            let fields = format!(
                "Final-Recipient: rfc822; Agent@Employer.example\r\nAction: {action}\r\n\
                 Status: {status}\r\nDiagnostic-Code: smtp; 550 no such\r\n user here\r\n"
            );
            let found = read(&report(&fields));
            assert_eq!(found.bounces.len(), usize::from(came_back), "{action} {status}");
            if let [bounce] = found.bounces.as_slice() {
                assert_eq!(bounce.condemns(), blocks, "{action} {status}");
                assert_eq!(bounce.address, "agent@employer.example");
                assert_eq!(bounce.message_id, "abc@centre.example");
                assert_eq!(bounce.diagnosis, "550 no such user here");
            }
        }
    }

    #[test]
    fn a_mailbox_holds_reports_and_other_messages() {
        let failed = report(
            "Original-Recipient: rfc822;<a@b.example>\r\nFinal-Recipient: rfc822; other@c.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        );
        let vacation = "From: a@b.example\r\nSubject: away\r\n\r\nI am away.\r\n";
        let mailbox = format!(
            "From MAILER-DAEMON Mon May 11 08:00:00 2026\r\n{failed}\r\n\
             From a@b.example Mon May 11 09:00:00 2026\r\n{vacation}\r\n"
        );
        let found = read(&mailbox);
        let addresses: Vec<&str> = found.bounces.iter().map(|one| one.address.as_str()).collect();
        assert_eq!((addresses, found.other), (vec!["a@b.example"], 1));
    }

    #[test]
    fn what_is_no_report_is_no_bounce() {
        for text in ["", "From x\n", "\0\0\0", "Status: 5.1.1\r\nAction: failed\r\n\r\n", "--b--"] {
            assert_eq!(read(text).bounces, vec![], "{text:?}");
        }
    }
}
