//! Zip archives: their statements are parsed one after the other, as if delivered separately.
//!
//! Start at [`read`]. Every file of an archive must be a statement, all in one format: an archive is ingested
//! completely or not at all. A file is unpacked into memory, bounded by its declared and its actual size. An archive
//! within an archive is not opened.

use super::{FeedError, FeedErrorKind, FeedFacts, Sink, Source};
use crate::rules::bank::BankLayouts;

/// Without the feature an archive gives an error.
#[cfg(not(feature = "xlsx"))]
pub(super) fn read(
    _: &mut dyn Source,
    _: &BankLayouts,
    _: &mut dyn Sink,
) -> Result<FeedFacts, FeedError> {
    Err(FeedErrorKind::Feature { needs: "xlsx", found: "a zip archive" }.at(0))
}

#[cfg(feature = "xlsx")]
pub(super) use unpacking::read;

#[cfg(feature = "xlsx")]
mod unpacking {
    use super::{BankLayouts, FeedError, FeedErrorKind, FeedFacts, Sink, Source};
    use crate::feed::{look, sniff};
    use std::io::{Cursor, Read};
    use zip::ZipArchive;

    /// Limit on the unpacked size of one file, against zip bombs.
    const MEMBER_BYTES_MAX: u64 = 48 * 1024 * 1024;
    /// A bank sends one file an account and day.
    const MEMBERS_MAX: usize = 1024;
    /// For files with different encodings.
    const SEVERAL_ENCODINGS: &str = "several";

    /// Parses every statement of the archive; returns their common facts.
    pub(in crate::feed) fn read(
        input: &mut dyn Source,
        layouts: &BankLayouts,
        sink: &mut dyn Sink,
    ) -> Result<FeedFacts, FeedError> {
        let broken = |error: zip::result::ZipError| structure("a zip archive", &error.to_string());
        let mut archive = ZipArchive::new(input).map_err(broken)?;
        if archive.len() > MEMBERS_MAX {
            return Err(structure("an archive of at most 1024 files", "more"));
        }
        let mut shared: Option<FeedFacts> = None;
        for index in 0..archive.len() {
            let member = archive.by_index(index).map_err(broken)?;
            let name = member.name().map_err(broken)?.into_owned();
            // Files that an archiver adds are no delivery.
            if member.is_dir() || name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") {
                continue;
            }
            sink.member(&name);
            let facts = read_member(member, layouts, sink);
            let facts = facts
                .map_err(|error| FeedErrorKind::Member { name, error: Box::new(error) }.at(0))?;
            shared = Some(match shared {
                None => facts,
                Some(other) => together(other, facts)?,
            });
        }
        shared.ok_or_else(|| FeedErrorKind::Empty.at(0))
    }

    fn read_member(
        member: zip::read::ZipFile<'_, &mut dyn Source>,
        layouts: &BankLayouts,
        sink: &mut dyn Sink,
    ) -> Result<FeedFacts, FeedError> {
        let large = || structure("a file of at most 48 MiB unpacked", "more");
        if member.size() > MEMBER_BYTES_MAX {
            return Err(large());
        }
        let mut bytes = Vec::new();
        // The directory may lie about the size.
        member.take(MEMBER_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > MEMBER_BYTES_MAX) {
            return Err(large());
        }
        let mut input = Cursor::new(bytes);
        let look = look(&mut input)?;
        if look.kind == sniff::Kind::Archive {
            let found = "an archive within an archive".to_owned();
            return Err(FeedErrorKind::UnknownFormat { found }.at(0));
        }
        look.read(&mut input, layouts, sink)
    }

    fn together(first: FeedFacts, next: FeedFacts) -> Result<FeedFacts, FeedError> {
        if first.format != next.format {
            let expected = format!("{} as in the files before", first.format.code());
            return Err(structure(&expected, next.format.code()));
        }
        let same = first.encoding == next.encoding;
        let encoding = if same { first.encoding } else { SEVERAL_ENCODINGS };
        let layout = first.layout.filter(|layout| next.layout.as_ref() == Some(layout));
        Ok(FeedFacts { encoding, layout, ..next })
    }

    fn structure(expected: &str, found: &str) -> FeedError {
        let (expected, found) = (expected.to_owned(), found.to_owned());
        FeedErrorKind::Structure { expected, found }.at(0)
    }
}
