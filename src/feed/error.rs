//! Why a whole file cannot be read.

use std::fmt;

/// Why a whole file cannot be read; nothing of it is taken in.
///
/// Prints as `line 3: expected …, found …`; the shell puts the file's name before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedError {
    /// Physical line, from 1; 0 where it concerns the file as a whole.
    pub line: u64,
    pub kind: FeedErrorKind,
}

/// The kinds of whole-file errors; carry values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedErrorKind {
    Empty,
    /// No reader knows it; `found` quotes its beginning.
    UnknownFormat {
        found: String,
    },
    Encoding {
        expected: &'static str,
        found: String,
    },
    /// No layout has these columns.
    UnknownLayout {
        header: String,
    },
    /// One layout comes near, but columns that it needs are not there.
    MissingColumns {
        layout: String,
        missing: Vec<String>,
        header: String,
    },
    /// Several layouts fit one header equally well.
    AmbiguousLayout {
        layouts: Vec<String>,
        header: String,
    },
    /// This build of the program cannot read it.
    Feature {
        needs: &'static str,
        found: &'static str,
    },
    /// The structure is broken (XML not well-formed, a block without end, a missing tag).
    Structure {
        expected: String,
        found: String,
    },
    /// A document type or an entity: refused unread, nothing is ever expanded.
    Forbidden {
        found: &'static str,
    },
    /// A file of an archive cannot be read.
    Member {
        name: String,
        error: Box<FeedError>,
    },
    /// The world failed while reading.
    Io(String),
}

impl FeedErrorKind {
    /// The error at a line; 0 where it concerns the file as a whole.
    #[must_use]
    pub const fn at(self, line: u64) -> FeedError {
        FeedError { line, kind: self }
    }
}

impl From<std::io::Error> for FeedError {
    fn from(error: std::io::Error) -> Self {
        FeedErrorKind::Io(error.to_string()).at(0)
    }
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        match &self.kind {
            FeedErrorKind::Empty => write!(f, "expected a statement, found an empty file"),
            FeedErrorKind::UnknownFormat { found } => {
                write!(f, "expected CSV, camt, MT940 or settlement records, found {found:?}")
            }
            FeedErrorKind::Encoding { expected, found } => {
                write!(f, "expected {expected}, found {found}")
            }
            FeedErrorKind::UnknownLayout { header } => {
                write!(f, "expected the columns of a layout in rules/banks, found {header:?}")
            }
            FeedErrorKind::MissingColumns { layout, missing, header } => {
                let missing = missing.join(", ");
                write!(f, "expected the columns {missing} of layout {layout}, found {header:?}")
            }
            FeedErrorKind::AmbiguousLayout { layouts, header } => {
                let layouts = layouts.join(", ");
                write!(f, "expected one layout, found {layouts} for the header {header:?}")
            }
            FeedErrorKind::Feature { needs, found } => {
                write!(f, "expected a build with the feature {needs:?}, found {found}")
            }
            FeedErrorKind::Structure { expected, found } => {
                write!(f, "expected {expected}, found {found:?}")
            }
            FeedErrorKind::Forbidden { found } => write!(f, "refused: the file holds {found}"),
            FeedErrorKind::Member { name, error } => write!(f, "in {name:?}: {error}"),
            FeedErrorKind::Io(error) => f.write_str(error),
        }
    }
}

impl std::error::Error for FeedError {}
