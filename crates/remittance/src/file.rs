//! A file of operations: the first refusal undoes all of it, or only skips its line.
//!
//! Start at [`Centre::apply_file`]. The default undoes everything by reverting the changes: the cost depends on the
//! changes, and the centre is never copied.

use super::Centre;
use super::change::Change;
use super::operation::{Answer, Operation};
use super::refusal::Refusal;
pub use super::refusal::malformed;

/// What to do after a line that is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnRefusal {
    /// Undo the file and stop.
    #[default]
    UndoAll,
    /// Skip that line and go on.
    KeepGoing,
}

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileApplied {
    /// For the store to write; empty when the file was undone.
    pub changes: Vec<Change>,
    pub done: usize,
    pub refused: usize,
    /// The line whose refusal undid the file.
    pub undone_at: Option<u64>,
}

impl Centre {
    /// Applies the lines of one file in order; passes each answer to `answered` at once.
    ///
    /// A line that could not be parsed comes as a [`Refusal`] ([`malformed`]) and counts as refused.
    pub fn apply_file(
        &mut self,
        lines: impl IntoIterator<Item = (u64, Result<Operation, Refusal>)>,
        on_refusal: OnRefusal,
        mut answered: impl FnMut(&Answer),
    ) -> FileApplied {
        self.begin_file();
        let mut file = FileApplied::default();
        for (line, operation) in lines {
            let result = operation.and_then(|operation| self.apply(&operation, line));
            let result = result.map(|applied| {
                file.changes.extend(applied.changes);
                applied.output
            });
            let refused = result.is_err();
            answered(&Answer::new(line, result));
            match (refused, on_refusal) {
                (false, _) => file.done += 1,
                (true, OnRefusal::KeepGoing) => file.refused += 1,
                (true, OnRefusal::UndoAll) => {
                    self.undo(std::mem::take(&mut file.changes));
                    return FileApplied { refused: 1, undone_at: Some(line), ..Default::default() };
                }
            }
        }
        file
    }
}
