//! Whether tonight's letters go, or wait for a person.
//!
//! Start at [`Writer::brake`]. What makes a night unlike others is `alert`'s to say ([`pulls`]); here its counts are
//! read inside the night's commit, after all letters were written and before any counts as told.

use super::Writer;
use crate::alert::pulls;
use crate::nightly::RunError;
use crate::store::{Recording, ToldTonight};

impl Writer<'_> {
    /// Marks what the letters tell as told, or holds all of them.
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
