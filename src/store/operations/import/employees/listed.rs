//! Indexes the rows of a list by number and by person.

use crate::import::EmployeeRow;
use std::borrow::Cow;
use std::collections::HashMap;

/// A list of employees.
pub(super) struct Listed<'r> {
    pub(super) rows: &'r [EmployeeRow],
    /// The documents' keys, in capitals.
    pub(super) id_nos: &'r [Cow<'r, str>],
    pub(super) by_number: Chains<'r>,
    pub(super) by_person: Chains<'r>,
}

/// Rows by a text that several may share, as linked chains: no list is allocated per text.
pub(super) struct Chains<'t> {
    first: HashMap<&'t str, usize>,
    next: Vec<u32>,
}

/// `next` holds the position of the next row plus one; this value ends a chain.
const END: u32 = 0;

impl<'t> Chains<'t> {
    fn new(texts: &[&'t str]) -> Self {
        let mut next = vec![END; texts.len()];
        let mut first: HashMap<&str, usize> = HashMap::with_capacity(texts.len());
        // Backwards, so that a chain is in row order.
        for (row, (text, next)) in texts.iter().zip(&mut next).enumerate().rev() {
            if let Some(behind) = first.insert(*text, row) {
                *next = u32::try_from(behind - row).unwrap_or(END);
            }
        }
        Self { first, next }
    }

    /// The rows that have a text, in order.
    pub(super) fn rows(&self, text: &str) -> impl Iterator<Item = usize> {
        let step = |row: &usize| {
            let distance = self.next.get(*row).copied().filter(|distance| *distance != END)?;
            Some(row + usize::try_from(distance).ok()?)
        };
        std::iter::successors(self.first.get(text).copied(), step)
    }
}

impl<'r> Listed<'r> {
    pub(super) fn new(rows: &'r [EmployeeRow], id_nos: &'r [Cow<'r, str>]) -> Self {
        let numbers: Vec<&str> = rows.iter().map(|row| row.employee_id.as_str()).collect();
        let by_number = Chains::new(&numbers);
        let persons: Vec<&str> = id_nos.iter().map(|id_no| &**id_no).collect();
        Self { rows, id_nos, by_number, by_person: Chains::new(&persons) }
    }

    pub(super) fn id_no(&self, row: usize) -> &str {
        self.id_nos.get(row).map_or("", |id_no| id_no)
    }

    /// The row that names an account.
    pub(super) fn row_of(&self, employer_id: &str, employee_id: &str) -> Option<usize> {
        let at =
            |row: &usize| self.rows.get(*row).is_some_and(|found| found.employer_id == employer_id);
        self.by_number.rows(employee_id).find(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_text_are_found_in_their_order() {
        let chains = Chains::new(&["a", "b", "a", "c", "a"]);
        for (text, want) in [("a", vec![0, 2, 4]), ("b", vec![1]), ("c", vec![3]), ("d", vec![])] {
            assert_eq!(chains.rows(text).collect::<Vec<_>>(), want, "{text}");
        }
    }
}
