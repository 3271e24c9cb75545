//! The declared number of shared strings of a workbook, for which calamine reserves memory.
//!
//! A workbook of three kilobytes may declare four thousand million, which would kill the process. An impossible number
//! is removed from a copy of the archive, and the existing strings are read.

use super::{WorkbookError, broken};
use quick_xml::events::Event;
use std::io::{BufReader, Cursor, Read, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The table of strings must begin within so many bytes.
const HEAD_BYTES_MAX: u64 = 64 * 1024;
/// `<si/>`: the shortest string.
const STRING_BYTES_MIN: u64 = 5;

/// The start of a table of strings.
struct Head {
    /// The bytes before the tag, the tag's name, and the length of both.
    before: usize,
    name: String,
    bytes: usize,
    declared: u64,
}

/// A copy of the archive without the count, if that is impossible.
///
/// # Errors
/// If a table of strings does not begin as one.
pub(super) fn mended<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    most: u64,
) -> Result<Option<Vec<u8>>, WorkbookError> {
    let mut lying = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|error| broken(&error))?;
        let name = member.name().map_err(|error| broken(&error))?.to_ascii_lowercase();
        if !name.ends_with("sharedstrings.xml") {
            continue;
        }
        let possible = member.size() / STRING_BYTES_MIN;
        let head = head(member.take(HEAD_BYTES_MAX))?;
        if head.declared > possible {
            lying.push((index, head));
        }
    }
    if lying.is_empty() { Ok(None) } else { copied(archive, &lying, most).map(Some) }
}

fn head(member: impl Read) -> Result<Head, WorkbookError> {
    let strange = |found: String| WorkbookError { expected: "a table of shared strings", found };
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(member));
    let mut buffer = Vec::new();
    loop {
        let before = usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX);
        buffer.clear();
        let tag = match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) if tag.local_name().as_ref() == "sst" => tag,
            Ok(Event::Eof) => return Err(strange("none at its beginning".to_owned())),
            Ok(_) => continue,
            Err(error) => return Err(strange(error.to_string())),
        };
        let name = tag.name().as_ref().to_owned();
        // Calamine also ignores a count that is no number.
        let count = |attribute: quick_xml::events::attributes::Attribute<'_>| {
            (attribute.key.as_ref() == "uniqueCount")
                .then(|| attribute.value.trim().parse::<u64>().unwrap_or(u64::MAX))
        };
        let mut attributes = tag.attributes();
        let declared = attributes.with_checks(false).flatten().filter_map(count).max().unwrap_or(0);
        let bytes = usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX);
        return Ok(Head { before, name, bytes, declared });
    }
}

/// Copies every member unchanged, except tables of strings with a false count.
fn copied<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    lying: &[(usize, Head)],
    most: u64,
) -> Result<Vec<u8>, WorkbookError> {
    let mut copy = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let Some((_, head)) = lying.iter().find(|(place, _)| *place == index) else {
            let member = archive.by_index_raw(index).map_err(|error| broken(&error))?;
            copy.raw_copy_file(member).map_err(|error| broken(&error))?;
            continue;
        };
        let member = archive.by_index(index).map_err(|error| broken(&error))?;
        let name = member.name().map_err(|error| broken(&error))?.into_owned();
        let mut strings = Vec::new();
        member.take(most).read_to_end(&mut strings).map_err(|error| broken(&error))?;
        let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        copy.start_file(name, packed).map_err(|error| broken(&error))?;
        let tag = strings.get(head.before..head.bytes).unwrap_or_default();
        let end = if tag.ends_with(b"/>") { "/>" } else { ">" };
        let bare = format!("<{}{end}", head.name);
        for part in [
            strings.get(..head.before).unwrap_or_default(),
            bare.as_bytes(),
            strings.get(head.bytes..).unwrap_or_default(),
        ] {
            copy.write_all(part).map_err(|error| broken(&error))?;
        }
    }
    Ok(copy.finish().map_err(|error| broken(&error))?.into_inner())
}
