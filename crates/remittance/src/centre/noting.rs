//! What is done is noted in the employer's log.

use super::Work;
use crate::counter::Counter;
use crate::log::{Author, LogEntry, LogKind};
use crate::{Id, Money};

impl Work<'_> {
    /// Notes what happened in the employer's log, under the ordinal it was given.
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

    /// A line of the employer's log, in the name of whoever does this piece of work.
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

    /// Notes in the employer's log what the counter did.
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
