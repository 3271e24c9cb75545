//! How a command ends: done, done with input set aside, or not done, each with its exit code.
//!
//! The codes are the contract's. A failure prints as `error: …` with its causes below it; a rule
//! file is shown with the line that is wrong.

use super::args::Global;
use crate::nightly::RunError;
use crate::rulebook::{RuleError, RuleFile};
use crate::store::{StoreError, look_through, sqlite_path};
use crate::web::password::HashError;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

/// A command did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Fully,
    /// A file is in quarantine or a row was rejected.
    InputSetAside,
}

/// A command did not do its work.
#[derive(Debug)]
pub(super) enum Failure {
    /// The world failed, or input is wrong; nothing is half-written.
    World(Box<dyn Error + Send + Sync>),
    /// The command cannot be meant like this.
    Usage(String),
    /// A rule file is wrong; each with the whole file, to show the place.
    Rules(Vec<(RuleFile, RuleError)>),
    /// The settings file is wrong.
    Settings(Box<(RuleFile, RuleError)>),
    /// The rules do not do what their examples say.
    BadRules(String),
    /// Another run holds the centre.
    Held(String),
    /// Whoever read our output has gone: nothing to say, nobody to say it to.
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

/// A cause with what was being done when it struck; prints the latter, and has the former as source.
#[derive(Debug, thiserror::Error)]
#[error("{doing}")]
struct Context {
    doing: String,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

/// Says what was being done.
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
    /// A failure that is a sentence of its own.
    pub(super) fn because(sentence: impl Into<String>) -> Self {
        Self::World(sentence.into().into())
    }

    /// The same with the file that is behind it, where that is SQLite's: which one, and, where it is damaged, where and
    /// what to do. Values that make no sense may come from a page that is not what it was; only the file can tell.
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
            // Said once, however often it is asked.
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

    /// Whether the database's file is damaged: then nothing more is written to it.
    pub(super) fn is_damage(&self) -> bool {
        self.store_errors().any(|error| matches!(error, StoreError::Damaged { .. }))
    }

    /// The store's errors among the causes.
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

    /// In one line, for a listing.
    pub(super) fn sentence(&self) -> String {
        let mut text = Vec::new();
        let _ = self.write(&mut text);
        let text = String::from_utf8_lossy(&text).trim().replace("\n  caused by", "");
        text.trim_start_matches("error: ").to_owned()
    }

    /// Tells standard error, and gives the exit code.
    pub(super) fn report(&self, _global: &Global) -> ExitCode {
        let mut err = std::io::stderr();
        // A closed standard error leaves nobody to tell; the exit code still tells.
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

/// Shows the place in the file, as a compiler would.
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
    /// Errors of standard output, which alone come without words about what was being done.
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
