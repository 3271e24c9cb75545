//! A page among pages: its rows, and whether there are more on either side.

use crate::store::Edge;
use crate::web::page::ROWS;

/// The rows of a page.
pub(super) struct Leaf<T> {
    pub(super) rows: Vec<T>,
    pub(super) previous: bool,
    pub(super) next: bool,
}

impl<T> Leaf<T> {
    /// Of rows of which one more was asked for than a page has: that one says that there is another page.
    pub(super) fn of(mut rows: Vec<T>, edge: &Edge) -> Self {
        let more = rows.len() > ROWS as usize;
        match edge {
            Edge::Start | Edge::Behind(_) => {
                rows.truncate(ROWS as usize);
                Self { rows, previous: *edge != Edge::Start, next: more }
            }
            // Read backward: the one too many is the first, and where one came from is there still.
            Edge::Before(_) => {
                rows.drain(..usize::from(more));
                Self { rows, previous: more, next: true }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RowPlace;

    #[test]
    fn the_row_too_many_tells_of_another_page() {
        let place = || RowPlace { key: 1, account_id: 1, serial: String::new() };
        let (full, short) = (ROWS + 1, ROWS);
        let rows = [
            (Edge::Start, short, (0, false, false)),
            (Edge::Start, full, (0, false, true)),
            (Edge::Behind(place()), short, (0, true, false)),
            (Edge::Behind(place()), full, (0, true, true)),
            (Edge::Before(place()), short, (0, false, true)),
            (Edge::Before(place()), full, (1, true, true)),
        ];
        for (edge, count, (first, previous, next)) in rows {
            let leaf = Leaf::of((0..count).collect(), &edge);
            let found = (leaf.rows.first().copied(), leaf.rows.len());
            assert_eq!(found, (Some(first), ROWS as usize), "{edge:?} {count}");
            assert_eq!((leaf.previous, leaf.next), (previous, next), "{edge:?} {count}");
        }
    }
}
