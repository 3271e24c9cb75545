//! Why a file is unusable.

use std::fmt;

/// Why a file is unusable; nothing of it is ingested.
///
/// Prints as `line 3: expected …, found …`; the shell puts the file's name before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedError {
    /// Physical line, from 1; 0 for the file itself.
    pub line: u64,
    pub kind: FeedErrorKind,
}

/// The kinds of file errors; they carry values.
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
    /// Some headings are known, but required ones are missing.
    NotUnderstood {
        /// Each heading with its meaning.
        understood: Vec<(String, &'static str)>,
        missing: Vec<&'static str>,
        header: String,
        /// The column of each known heading, from 1.
        columns: Vec<u64>,
    },
    /// The balances contradict the amounts under every reading of the headings.
    Contradicted {
        tried: u64,
        broken: u64,
    },
    /// An HTML page that is no statement, such as a notice that a session has ended.
    Page {
        title: String,
    },
    /// This build of the program cannot parse it.
    Feature {
        needs: &'static str,
        found: &'static str,
    },
    /// The structure is broken (XML not well-formed, a block without end, a missing tag).
    Structure {
        expected: String,
        found: String,
    },
    /// A document type or an entity: refused, nothing is ever expanded.
    Forbidden {
        found: &'static str,
    },
    /// A file in an archive is unusable.
    Member {
        name: String,
        error: Box<FeedError>,
    },
    /// The reader did not finish: it panicked, was stopped, or gave nothing for too long.
    Stopped {
        why: String,
    },
    /// The input failed.
    Io(String),
}

impl FeedErrorKind {
    /// The error at a line; 0 for the file itself.
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
                write!(f, "expected the headings of a statement, found {header:?}")
            }
            FeedErrorKind::NotUnderstood { understood, missing, header, .. } => {
                let missing = missing.join(" and ");
                write!(f, "expected {missing}, found {header:?}; understood")?;
                for (place, (heading, reads)) in understood.iter().enumerate() {
                    let before = if place == 0 { " " } else { ", " };
                    write!(f, "{before}{heading} as {reads}")?;
                }
                Ok(())
            }
            FeedErrorKind::Contradicted { tried, broken } => write!(
                f,
                "expected balances that follow from the amounts, found {broken} of {tried} that do not"
            ),
            FeedErrorKind::Page { title } => {
                write!(f, "expected a statement, found a web page with the title {title:?}")
            }
            FeedErrorKind::Feature { needs, found } => {
                write!(f, "expected a build with the feature {needs:?}, found {found}")
            }
            FeedErrorKind::Structure { expected, found } => {
                write!(f, "expected {expected}, found {found:?}")
            }
            FeedErrorKind::Forbidden { found } => write!(f, "refused: the file holds {found}"),
            FeedErrorKind::Member { name, error } => write!(f, "in {name:?}: {error}"),
            FeedErrorKind::Stopped { why } => write!(f, "the reader was stopped: {why}"),
            FeedErrorKind::Io(error) => f.write_str(error),
        }
    }
}

impl FeedError {
    /// The same without any text from the file: for logs, which outlive files and have other readers.
    #[must_use]
    pub fn in_log(&self) -> String {
        let place = if self.line > 0 { format!("line {}: ", self.line) } else { String::new() };
        let said = match &self.kind {
            FeedErrorKind::UnknownFormat { .. } => {
                "expected CSV, camt, MT940 or settlement records, found something else".to_owned()
            }
            FeedErrorKind::Encoding { expected, .. } => {
                format!("expected {expected}, found other bytes")
            }
            FeedErrorKind::UnknownLayout { .. } => {
                "expected the headings of a statement, found none that is known".to_owned()
            }
            FeedErrorKind::NotUnderstood { understood, missing, columns, .. } => {
                let missing = missing.join(" and ");
                let read = columns.iter().zip(understood);
                let read = read.map(|(column, (_, reads))| format!("column {column} as {reads}"));
                let read = read.collect::<Vec<_>>().join(", ");
                format!("expected {missing}, found other headings; understood {read}")
            }
            FeedErrorKind::Page { .. } => "expected a statement, found a web page".to_owned(),
            FeedErrorKind::Structure { expected, .. } => {
                format!("expected {expected}, found something else")
            }
            FeedErrorKind::Member { error, .. } => {
                return format!("in a file of the archive: {}", error.in_log());
            }
            FeedErrorKind::Empty
            | FeedErrorKind::Contradicted { .. }
            | FeedErrorKind::Feature { .. }
            | FeedErrorKind::Forbidden { .. }
            | FeedErrorKind::Stopped { .. }
            | FeedErrorKind::Io(_) => return self.to_string(),
        };
        place + &said
    }
}

impl std::error::Error for FeedError {}
