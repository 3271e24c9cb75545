//! Decides whether tonight's letters are sent or held for approval.
//!
//! Start at [`Writer::brake`]. The module `alert` decides what makes a night unusual ([`pulls`]). This file reads
//! the counts inside the night's commit, after all letters are written and before any is marked as notified.

use super::Writer;
use crate::alert::pulls;
use crate::nightly::RunError;
use crate::store::{Recording, ToldTonight};

impl Writer<'_> {
    /// Marks the letters' content as notified, or holds all letters.
    pub(super) fn brake(
        &self,
        recording: &mut Recording,
        told: &ToldTonight,
    ) -> Result<(), RunError> {
        let rules = &self.tools.rules.brake;
        let night = recording.night_of_letters(told, rules.usual_nights)?;
        let pulls = pulls(&night, self.tools.settings.hold, rules);
        if pulls.is_empty() {
            recording.told(&told.items)?;
            recording.told_of_notices(&told.notices)?;
            return Ok(recording.arrears_told(&told.months)?);
        }
        Ok(recording.hold(told, &pulls)?)
    }
}
