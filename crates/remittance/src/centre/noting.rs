//! Writes the employer's log.

use super::Work;
use crate::counter::Counter;
use crate::log::{Author, LogEntry, LogKind};
use crate::{Id, Money};

impl Work<'_> {
    /// Writes an entry to the employer's log under a given ordinal.
    pub(crate) fn note(
        &mut self,
        employer_id: &Id,
        ordinal: u32,
        kind: LogKind,
        what: &str,
        subject: String,
        amount: Option<Money>,
    ) {
        let entry = self.log_entry(employer_id, ordinal, kind, what, subject, amount);
        self.put(entry);
    }

    /// A log entry in the name of the author of this piece of work.
    pub(crate) fn log_entry(
        &self,
        employer_id: &Id,
        ordinal: u32,
        kind: LogKind,
        what: &str,
        subject: String,
        amount: Option<Money>,
    ) -> LogEntry {
        let (on, line) = (self.on, self.line);
        let Author { by, at } = self.author.clone();
        let (employer_id, what) = (employer_id.clone(), what.to_owned());
        let counter = None;
        LogEntry { employer_id, ordinal, on, line, kind, what, subject, amount, by, at, counter }
    }

    /// Logs an operation of the counter.
    #[expect(clippy::too_many_arguments, reason = "one a column of the log")]
    pub(crate) fn note_counter(
        &mut self,
        employer_id: &Id,
        ordinal: u32,
        kind: LogKind,
        what: &str,
        subject: String,
        amount: Option<Money>,
        counter: Counter,
    ) {
        let entry = self.log_entry(employer_id, ordinal, kind, what, subject, amount);
        self.put(LogEntry { counter: Some(counter), ..entry });
    }
}
