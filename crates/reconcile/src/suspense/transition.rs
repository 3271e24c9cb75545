//! The steps allowed in each stage.

use super::{DeskRefusal, Stage, Step};

impl Stage {
    /// The stage after a step.
    ///
    /// # Errors
    /// [`DeskRefusal::NotFrom`] if the step is not allowed; the item keeps its stage.
    pub const fn after(self, step: Step) -> Result<Self, DeskRefusal> {
        use Step as S;
        match (self, step) {
            (Self::Open | Self::Assigned, S::Assign) => Ok(Self::Assigned),
            (Self::Assigned, S::Release) => Ok(Self::Open),
            (Self::Open | Self::Assigned, S::Propose) | (Self::Proposed, S::Edit) => {
                Ok(Self::Proposed)
            }
            // Back to the proposer.
            (Self::Proposed, S::Withdraw | S::SendBack) => Ok(Self::Assigned),
            (Self::Proposed, S::Post) | (Self::Open | Self::Assigned, S::Engine) => {
                Ok(Self::Resolved)
            }
            (Self::Proposed, S::PutOff) => Ok(Self::Approved),
            (Self::Proposed, S::Reread)
            | (Self::Approved, S::Wake)
            | (Self::Resolved, S::HangAgain)
            // A correction of the reading can be reversed while its item is open again.
            | (Self::Open | Self::Assigned | Self::Approved | Self::Resolved, S::Reverse) => {
                Ok(Self::Open)
            }
            (stage, step) => Err(DeskRefusal::NotFrom { stage, step }),
        }
    }
}
