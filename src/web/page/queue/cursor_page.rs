//! One page of rows, and whether there are more on either side.

use crate::store::Cursor;
use crate::web::page::ROWS;

pub(super) struct CursorPage<T> {
    pub(super) rows: Vec<T>,
    pub(super) previous: bool,
    pub(super) next: bool,
}

impl<T> CursorPage<T> {
    /// Makes a page from rows with one extra, which shows that there is another page.
    pub(super) fn of(mut rows: Vec<T>, cursor: &Cursor) -> Self {
        let more = rows.len() > ROWS as usize;
        match cursor {
            Cursor::Start | Cursor::After(_) => {
                rows.truncate(ROWS as usize);
                Self { rows, previous: *cursor != Cursor::Start, next: more }
            }
            // Read backward: the extra row is the first, and a next page always exists.
            Cursor::Before(_) => {
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
            (Cursor::Start, short, (0, false, false)),
            (Cursor::Start, full, (0, false, true)),
            (Cursor::After(place()), short, (0, true, false)),
            (Cursor::After(place()), full, (0, true, true)),
            (Cursor::Before(place()), short, (0, false, true)),
            (Cursor::Before(place()), full, (1, true, true)),
        ];
        for (cursor, count, (first, previous, next)) in rows {
            let cursor_page = CursorPage::of((0..count).collect(), &cursor);
            let found = (cursor_page.rows.first().copied(), cursor_page.rows.len());
            assert_eq!(found, (Some(first), ROWS as usize), "{cursor:?} {count}");
            assert_eq!(
                (cursor_page.previous, cursor_page.next),
                (previous, next),
                "{cursor:?} {count}"
            );
        }
    }
}
