//! One person, one account: checks the rows against each other, and against accounts of the same people
//! elsewhere.
//!
//! Start at [`faults`]. It judges the state after the import, so a list may seal a person at one employer and
//! activate them at the next.

use super::super::Unfit;
use super::judge::Fault;
use super::known::{EmployeeState, Known};
use super::{Found, Listed, RowJudgement, is_active};
use crate::import::EmployeeRow;
use crate::remittance::Refusal;

/// The rows that conflict with others, or with known accounts.
pub(super) fn faults(
    listed: &Listed<'_>,
    found: &[Found],
    verdicts: &[RowJudgement],
    several_employers: bool,
) -> Vec<(usize, Fault)> {
    let people = People { listed, found, verdicts, several_employers };
    let mut faults = Vec::new();
    for (place, (row, verdict)) in listed.rows.iter().zip(verdicts).enumerate() {
        if verdict.brings(row)
            && let Some(why) =
                people.beside_known(place, row).or_else(|| people.beside_rows(place, row))
        {
            faults.push((place, ("id_no", row.id_no.clone(), why)));
        }
    }
    faults
}

struct People<'p> {
    listed: &'p Listed<'p>,
    found: &'p [Found],
    verdicts: &'p [RowJudgement],
    several_employers: bool,
}

impl RowJudgement {
    /// Whether a row adds the person to an employer, or activates them.
    fn brings(&self, row: &EmployeeRow) -> bool {
        match self {
            Self::New | Self::Moves(_) => true,
            Self::Known(effect) => {
                effect.changes("id_no") || (effect.changes("status") && is_active(row))
            }
            Self::Same | Self::Refused => false,
        }
    }
}

impl People<'_> {
    /// Why a row conflicts with the known accounts.
    fn beside_known(&self, place: usize, row: &EmployeeRow) -> Option<Unfit> {
        let Some(Found::Accounts(accounts)) = self.found.get(place) else { return None };
        let same =
            |known: &&Known| super::judge::is_same_document(&known.id_no, self.listed.id_no(place));
        for known in accounts.others.iter().filter(same) {
            let Some(active) = self.stays(known) else { continue };
            let (employer, employee) =
                (known.employer_id.as_str().into(), known.employee_id.as_str().into());
            if known.employer_id == row.employer_id {
                return Some(Unfit::Domain(Box::new(match &known.standing {
                    EmployeeState::Transferred { to } => {
                        Refusal::AccountWentAway { employee, to_employer: to.as_str().into() }
                    }
                    EmployeeState::Sealed => Refusal::AccountSealedHere { employer, employee },
                    EmployeeState::Active | EmployeeState::Merged { .. } => {
                        Refusal::AccountExists { employer, employee }
                    }
                })));
            }
            if active && is_active(row) && !self.several_employers {
                let why = Refusal::ActiveElsewhere { employee, employer };
                return Some(Unfit::Domain(Box::new(why)));
            }
        }
        None
    }

    /// Whether an account is active after the import; `None` if it is no longer the person's.
    fn stays(&self, known: &Known) -> Option<bool> {
        let active = known.standing == EmployeeState::Active;
        if matches!(known.standing, EmployeeState::Merged { .. }) {
            return None;
        }
        if known.is_fixed() || known.is_sign() {
            return Some(active);
        }
        let Some(place) = self.listed.row_of(&known.employer_id, &known.employee_id) else {
            let leaves = |place: usize| match self.verdicts.get(place) {
                Some(RowJudgement::Moves(moves)) => moves.0.place() == known.place(),
                _ => false,
            };
            let left = self.listed.by_number.rows(&known.employee_id).any(leaves);
            return (!left).then_some(active);
        };
        if !super::judge::is_same_document(&known.id_no, self.listed.id_no(place)) {
            return None;
        }
        self.listed.rows.get(place).map(is_active)
    }

    /// Why a row conflicts with an earlier one; of two conflicting rows the later one is refused.
    fn beside_rows(&self, place: usize, row: &EmployeeRow) -> Option<Unfit> {
        let earlier = self.listed.by_person.rows(self.listed.id_no(place));
        for other in earlier.take_while(|other| *other < place) {
            let both = self.listed.rows.get(other).zip(self.verdicts.get(other));
            let brings = both.filter(|(beside, verdict)| verdict.brings(beside));
            let Some((beside, _)) = brings else { continue };
            if beside.employer_id == row.employer_id {
                return Some(Unfit::SamePerson { other: beside.employee_id.clone() });
            }
            if is_active(beside) && is_active(row) && !self.several_employers {
                return Some(Unfit::ActiveTwice { employer: beside.employer_id.clone() });
            }
        }
        None
    }
}
