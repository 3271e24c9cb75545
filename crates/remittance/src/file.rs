//! A file of operations: undone whole on the first refusal, or gone on with after it.
//!
//! Start at [`Centre::apply_file`]. The default undoes everything, by taking the changes back: it
//! costs what the file changed, never a copy of the centre.

use super::Centre;
use super::change::Change;
use super::operation::{Answer, Operation};
use super::refusal::Refusal;
pub use super::refusal::malformed;

/// What to do after a line that is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnRefusal {
    /// Undo the whole file and stop.
    #[default]
    UndoAll,
    /// Leave that line out and go on.
    KeepGoing,
}

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileApplied {
    /// What a store writes; empty when the file was undone.
    pub changes: Vec<Change>,
    pub done: usize,
    pub refused: usize,
    /// The line whose refusal undid the file.
    pub undone_at: Option<u64>,
}

impl Centre {
    /// Applies the lines of one file in order; `answered` gets the answer to each as it is given.
    ///
    /// A line that could not be read comes as a [`Refusal`] ([`malformed`]) and counts as refused.
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
