//! A request to a reader, as a packet: the inspected file, and its rules.

use super::packet::{Packet, Packets, Unpack};
use super::whole;
use crate::feed::Look;
use crate::feed::encoding::Scan;
use crate::feed::sniff::Kind;
use crate::rules::RuleFile;
use crate::rules::bank::BankLayouts;
use std::io::{self, Read, Write};

/// Changes with the format below; both sides are one program and check it.
const VERSION: u8 = 1;

const KINDS: [Kind; 9] = [
    Kind::Xml,
    Kind::Mt,
    Kind::Settlement,
    Kind::SettlementEnvelope,
    Kind::Excel,
    Kind::Archive,
    Kind::Html,
    Kind::SpreadsheetXml,
    Kind::Text,
];

/// A request to a reader: the inspected file, its layouts, the centre's accounts.
pub struct Asked {
    pub look: Look,
    pub files: Vec<RuleFile>,
    /// `None` if unknown.
    pub own: Option<Vec<String>>,
}

/// Requests a reader elsewhere to parse an inspected file.
///
/// # Errors
/// If it does not listen.
pub fn ask(
    to: &mut dyn Write,
    look: &Look,
    layouts: &BankLayouts,
    own: Option<&[&str]>,
) -> io::Result<()> {
    let mut packet = Packet::default();
    packet.begin(VERSION);
    let Scan { bytes, sha256, utf8, ascii, head } = &look.scan;
    packet.number(*bytes);
    packet.bytes(sha256);
    packet.maybe(utf8.err(), Packet::number);
    packet.truth(*ascii);
    packet.bytes(head);
    packet.place(&KINDS, &look.kind);
    packet.several(layouts.files(), |packet, file| {
        packet.text(&file.path);
        packet.text(&file.text);
    });
    packet.maybe(own, |packet, own| packet.several(own, |packet, account| packet.text(account)));
    packet.write(to)?;
    to.flush()
}

/// Parses a request.
///
/// # Errors
/// If the bytes are not from [`ask`].
pub fn asked(from: &mut dyn Read) -> io::Result<Asked> {
    let mut packets = Packets::new(from);
    let (tag, mut packet) = packets.next()?;
    let unpacked = (tag == VERSION).then_some(()).and_then(|()| question(&mut packet));
    whole(unpacked, &packet)
}

fn question(packet: &mut Unpack<'_>) -> Option<Asked> {
    let scan = Scan {
        bytes: packet.number()?,
        sha256: packet.bytes()?.try_into().ok()?,
        utf8: packet.maybe(Unpack::number)?.map_or(Ok(()), Err),
        ascii: packet.truth()?,
        head: packet.bytes()?.to_vec(),
    };
    let look = Look { scan, kind: packet.place(&KINDS)? };
    let files =
        packet.several(|packet| Some(RuleFile { path: packet.owned()?, text: packet.owned()? }))?;
    let own = packet.maybe(|packet| packet.several(Unpack::owned))?;
    Some(Asked { look, files, own })
}
