//! A list's statement on one value: nothing, that there is none, or the value.

/// A cell of a list whose column is optional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// The list has no such column: the known value remains.
    #[default]
    Absent,
    /// The cell is empty: the known value is cleared.
    Empty,
    Value(T),
}

impl<T> Given<T> {
    /// A parsed cell of a column that may be missing.
    pub fn new(has_column: bool, cell: Option<T>) -> Self {
        match cell {
            Some(value) => Self::Value(value),
            None if has_column => Self::Empty,
            None => Self::Absent,
        }
    }

    /// The new value, given the old one.
    pub fn over(self, known: Option<T>) -> Option<T> {
        match self {
            Self::Absent => known,
            Self::Empty => None,
            Self::Value(value) => Some(value),
        }
    }

    pub const fn as_ref(&self) -> Given<&T> {
        match self {
            Self::Absent => Given::Absent,
            Self::Empty => Given::Empty,
            Self::Value(value) => Given::Value(value),
        }
    }

    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_column_keeps_an_empty_cell_clears_and_a_value_replaces() {
        for (given, want) in [
            (Given::new(false, None), Some(1)),
            (Given::new(true, None), None),
            (Given::new(true, Some(2)), Some(2)),
        ] {
            assert_eq!(given.over(Some(1)), want, "{given:?}");
        }
    }
}
