//! How a command ends: done, done with rejected input, or failed, each with its exit code.
//!
//! The codes are the contract's. A failure prints as `error: …` with its causes below; an error in a rule file
//! shows the line.

use super::args::Global;
use crate::nightly::RunError;
use crate::rulebook::{RuleError, RuleFile};
use crate::store::{StoreError, look_through, sqlite_path};
use crate::web::password::HashError;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

/// The result of a successful command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Fully,
    /// A file is in quarantine or a row was rejected.
    InputSetAside,
}

/// The failure of a command.
#[derive(Debug)]
pub(super) enum Failure {
    /// The environment failed, or input is invalid; nothing is half-written.
    World(Box<dyn Error + Send + Sync>),
    /// Wrong usage.
    Usage(String),
    /// Errors in rule files, each with the whole file to show the place.
    Rules(Vec<(RuleFile, RuleError)>),
    /// The settings file is invalid.
    Settings(Box<(RuleFile, RuleError)>),
    /// The rules contradict their examples.
    BadRules(String),
    /// Another run holds the centre.
    Held(String),
    /// The reader of our output has gone: there is nobody to tell.
    Unread,
}

impl Done {
    pub(super) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fully => 0,
            Self::InputSetAside => 3,
        })
    }
}

/// A cause with the action that failed: prints the action, and has the cause as source.
#[derive(Debug, thiserror::Error)]
#[error("{doing}")]
struct Context {
    doing: String,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

/// Adds the action that failed.
pub(super) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> Doing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| {
            Failure::World(Box::new(Context { doing: what(), source: error.into() }))
        })
    }
}

impl Failure {
    /// A failure with its own sentence.
    pub(super) fn because(sentence: impl Into<String>) -> Self {
        Self::World(sentence.into().into())
    }

    /// Adds the SQLite file to its failure and, if the file is damaged, where and what to do. Invalid values may
    /// come from a damaged page, which only the file can show.
    pub(super) fn explained(self, database: &str) -> Self {
        let Some(path) = sqlite_path(database) else { return self };
        if self.store_errors().any(StoreError::may_be_damage)
            && let Err(damaged @ StoreError::Damaged { .. }) = look_through(&path)
        {
            return Self::World(Box::new(damaged));
        }
        let is_sqlite = self.store_errors().any(|error| matches!(error, StoreError::Sqlite(_)));
        let doing = format!("database {}", path.display());
        match self {
            // Add this only once.
            Self::World(source) if is_sqlite && source.to_string() != doing => {
                Self::World(Box::new(Context { doing, source }))
            }
            Self::World(_)
            | Self::Usage(_)
            | Self::Rules(_)
            | Self::Settings(_)
            | Self::BadRules(_)
            | Self::Held(_)
            | Self::Unread => self,
        }
    }

    /// Whether the database file is damaged: then nothing more is written to it.
    pub(super) fn is_damage(&self) -> bool {
        self.store_errors().any(|error| matches!(error, StoreError::Damaged { .. }))
    }

    /// The store errors among the causes.
    pub(super) fn store_errors(&self) -> impl Iterator<Item = &StoreError> {
        let first: Option<&(dyn Error + 'static)> = match self {
            Self::World(error) => Some(&**error),
            Self::Usage(_)
            | Self::Rules(_)
            | Self::Settings(_)
            | Self::BadRules(_)
            | Self::Held(_)
            | Self::Unread => None,
        };
        std::iter::successors(first, |error: &&'_ (dyn Error + 'static)| (*error).source())
            .filter_map(|error| match error.downcast_ref::<RunError>() {
                Some(RunError::Store(store)) => Some(store),
                _ => error.downcast_ref::<StoreError>(),
            })
    }

    /// On one line, for a listing.
    pub(super) fn sentence(&self) -> String {
        let mut text = Vec::new();
        let _ = self.write(&mut text);
        let text = String::from_utf8_lossy(&text).trim().replace("\n  caused by", "");
        text.trim_start_matches("error: ").to_owned()
    }

    /// Prints to standard error and returns the exit code.
    pub(super) fn report(&self, _global: &Global) -> ExitCode {
        let mut err = std::io::stderr();
        // If standard error is closed, the exit code is enough.
        let _ = self.write(&mut err);
        ExitCode::from(match self {
            Self::Unread => 0,
            Self::World(_) => 1,
            Self::Usage(_) | Self::Rules(_) | Self::BadRules(_) | Self::Settings(_) => 2,
            Self::Held(_) => 4,
        })
    }

    fn write(&self, err: &mut impl Write) -> std::io::Result<()> {
        match self {
            Self::Unread => Ok(()),
            Self::Usage(sentence) | Self::BadRules(sentence) | Self::Held(sentence) => {
                writeln!(err, "error: {sentence}")
            }
            Self::World(error) => {
                writeln!(err, "error: {error}")?;
                let mut cause = error.source();
                while let Some(error) = cause {
                    writeln!(err, "  caused by: {error}")?;
                    cause = error.source();
                }
                Ok(())
            }
            Self::Settings(fault) => show(err, &fault.0.path, &fault.0, &fault.1),
            Self::Rules(faults) => faults.iter().try_for_each(|(file, error)| {
                show(err, &format!("rules/{}", file.path), file, error)
            }),
        }
    }
}

/// Shows the place in the file like a compiler.
fn show(
    err: &mut impl Write,
    name: &str,
    file: &RuleFile,
    error: &RuleError,
) -> std::io::Result<()> {
    let end = error.span.end.min(file.text.len());
    let span = error.span.start.min(end)..end;
    let report = miette::miette!(
        labels = vec![miette::LabeledSpan::new_with_span(Some("here".to_owned()), span)],
        "{}",
        error.message
    )
    .with_source_code(miette::NamedSource::new(name, file.text.clone()));
    writeln!(err, "error: {name}:{}:{}", error.line, error.column)?;
    writeln!(err, "{report:?}")
}

impl From<std::io::Error> for Failure {
    /// Errors of standard output, the only ones without an action.
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::Unread;
        }
        Self::World(Box::new(Context {
            doing: "cannot write to standard output".to_owned(),
            source: Box::new(error),
        }))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::World(Box::new(error))
    }
}

impl From<HashError> for Failure {
    fn from(error: HashError) -> Self {
        Self::World(Box::new(error))
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self::World(Box::new(error))
    }
}
