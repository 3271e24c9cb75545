//! Errors of files and rejects of rows as packets.

use super::packet::{Packet, Unpack};
use crate::feed::{FeedError, FeedErrorKind, Problem, Reject};

/// Archives contain no archives; an error is in one member at most.
const DEPTH_MAX: u8 = 4;

pub(super) fn pack(packet: &mut Packet, error: &FeedError) {
    packet.number(error.line);
    let mut texts = |kind: &str, texts: &[&str]| {
        packet.text(kind);
        texts.iter().for_each(|text| packet.text(text));
    };
    match &error.kind {
        FeedErrorKind::Empty => texts("e", &[]),
        FeedErrorKind::UnknownFormat { found } => texts("u", &[found]),
        FeedErrorKind::Encoding { expected, found } => texts("c", &[expected, found]),
        FeedErrorKind::UnknownLayout { header } => texts("l", &[header]),
        FeedErrorKind::Page { title } => texts("p", &[title]),
        FeedErrorKind::Feature { needs, found } => texts("f", &[needs, found]),
        FeedErrorKind::Structure { expected, found } => texts("s", &[expected, found]),
        FeedErrorKind::Forbidden { found } => texts("d", &[found]),
        FeedErrorKind::Stopped { why } => texts("x", &[why]),
        FeedErrorKind::Io(error) => texts("i", &[error]),
        FeedErrorKind::Member { name, error } => {
            texts("m", &[name]);
            pack(packet, error);
        }
        FeedErrorKind::Contradicted { tried, broken } => {
            texts("b", &[]);
            packet.number(*tried);
            packet.number(*broken);
        }
        FeedErrorKind::NotUnderstood { understood, missing, header, columns } => {
            texts("n", &[]);
            packet.several(understood, |packet, (heading, reads)| {
                packet.text(heading);
                packet.text(reads);
            });
            packet.several(missing, |packet, missing| packet.text(missing));
            packet.text(header);
            packet.several(columns, |packet, column| packet.number(*column));
        }
    }
}

pub(super) fn unpack(packet: &mut Unpack<'_>) -> Option<FeedError> {
    unpack_at(packet, 0)
}

fn unpack_at(packet: &mut Unpack<'_>, depth: u8) -> Option<FeedError> {
    let line = packet.number()?;
    let kind = match packet.text()? {
        "e" => FeedErrorKind::Empty,
        "u" => FeedErrorKind::UnknownFormat { found: packet.owned()? },
        "c" => FeedErrorKind::Encoding { expected: packet.constant()?, found: packet.owned()? },
        "l" => FeedErrorKind::UnknownLayout { header: packet.owned()? },
        "n" => FeedErrorKind::NotUnderstood {
            understood: packet.several(|packet| Some((packet.owned()?, packet.constant()?)))?,
            missing: packet.several(Unpack::constant)?,
            header: packet.owned()?,
            columns: packet.several(Unpack::number)?,
        },
        "b" => FeedErrorKind::Contradicted { tried: packet.number()?, broken: packet.number()? },
        "p" => FeedErrorKind::Page { title: packet.owned()? },
        "f" => FeedErrorKind::Feature { needs: packet.constant()?, found: packet.constant()? },
        "s" => FeedErrorKind::Structure { expected: packet.owned()?, found: packet.owned()? },
        "d" => FeedErrorKind::Forbidden { found: packet.constant()? },
        "m" if depth < DEPTH_MAX => FeedErrorKind::Member {
            name: packet.owned()?,
            error: Box::new(unpack_at(packet, depth + 1)?),
        },
        "x" => FeedErrorKind::Stopped { why: packet.owned()? },
        "i" => FeedErrorKind::Io(packet.owned()?),
        _ => return None,
    };
    Some(kind.at(line))
}

pub(super) fn pack_reject(packet: &mut Packet, reject: &Reject) {
    packet.number(reject.line);
    packet.maybe(reject.column, |packet, column| packet.number(u64::from(column)));
    packet.text(&reject.field);
    packet.text(&reject.found);
    packet.text(&reject.row);
    let (kind, text) = match &reject.problem {
        Problem::Missing => ("m", ""),
        Problem::Amount(why) => ("a", why.as_str()),
        Problem::Date { expected } => ("d", *expected),
        Problem::Word { expected } => ("w", expected.as_str()),
        Problem::Fields { expected } => ("f", expected.as_str()),
        Problem::Currency => ("c", ""),
        Problem::Direction => ("b", ""),
        Problem::Text { expected } => ("t", *expected),
    };
    packet.text(kind);
    packet.text(text);
}

pub(super) fn unpack_reject(packet: &mut Unpack<'_>) -> Option<Reject> {
    let line = packet.number()?;
    let column = packet.maybe(Unpack::number)?.map(u32::try_from).transpose().ok()?;
    let (field, found, row) = (packet.owned()?, packet.owned()?, packet.owned()?);
    let problem = match packet.text()? {
        kind @ ("m" | "c" | "b") => {
            packet.text()?;
            match kind {
                "m" => Problem::Missing,
                "c" => Problem::Currency,
                _ => Problem::Direction,
            }
        }
        "a" => Problem::Amount(packet.owned()?),
        "d" => Problem::Date { expected: packet.constant()? },
        "w" => Problem::Word { expected: packet.owned()? },
        "f" => Problem::Fields { expected: packet.owned()? },
        "t" => Problem::Text { expected: packet.constant()? },
        _ => return None,
    };
    Some(Reject { line, column, field, found, problem, row })
}
