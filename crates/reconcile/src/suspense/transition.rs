//! Which step may follow where an item stands.

use super::{DeskRefusal, Stage, Step};

impl Stage {
    /// The stage after a step.
    ///
    /// # Errors
    /// [`DeskRefusal::NotFrom`] where the step does not follow; the item stays where it is.
    pub const fn after(self, step: Step) -> Result<Self, DeskRefusal> {
        use Step as S;
        match (self, step) {
            (Self::Open | Self::Assigned, S::Assign) => Ok(Self::Assigned),
            (Self::Assigned, S::Release) => Ok(Self::Open),
            (Self::Open | Self::Assigned, S::Propose) | (Self::Proposed, S::Edit) => {
                Ok(Self::Proposed)
            }
            // Back to whoever proposed.
            (Self::Proposed, S::Withdraw | S::SendBack) => Ok(Self::Assigned),
            (Self::Proposed, S::Post) | (Self::Open | Self::Assigned, S::Engine) => {
                Ok(Self::Resolved)
            }
            (Self::Proposed, S::PutOff) => Ok(Self::Approved),
            (Self::Proposed, S::Reread)
            | (Self::Approved, S::Wake)
            | (Self::Resolved, S::HangAgain)
            // A correction of the reading is reversed while its item is open again.
            | (Self::Open | Self::Assigned | Self::Approved | Self::Resolved, S::Reverse) => {
                Ok(Self::Open)
            }
            (stage, step) => Err(DeskRefusal::NotFrom { stage, step }),
        }
    }
}
