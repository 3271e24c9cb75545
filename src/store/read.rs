//! Read-only queries for the desk's pages.
//!
//! Start at [`queue`](crate::store::Store::queue), the list that staff work through; each other module serves
//! one page. Lists use keyset pagination, continuing from the last row shown, so that the thousandth page costs
//! what the first does. Open suspense is counted and paged in memory ([`queue_index`]).
//!
//! Invariant: text typed by a person is a bound value here, also inside a pattern ([`pattern`]).

mod count;
mod employer;
mod letter;
pub(super) mod listing;
pub(super) mod metrics;
mod notice;
pub(super) mod outcomes;
mod own_account;
mod queue;
mod queue_index;
mod run;
pub(super) mod suspense;
mod transaction;

pub use count::{Cell, Counts};
pub use employer::{AdvanceOffer, EmployerSheet};
pub use letter::{LetterLine, LetterSearch};
pub(super) use notice::beside_notice;
pub use notice::{NoticeRow, NoticeSearch};
pub use own_account::OwnAccount;
pub use queue::{Assigned, Cursor, OpenItem, Order, QueueFilter, RowPlace};
pub(super) use queue_index::QueueIndex;
pub use run::RunLine;
pub use transaction::{Posting, TransactionSearch, TransactionSheet};

/// A pattern for `like … escape '!'` that finds the text anywhere, ignoring the case of ASCII letters;
/// characters of the text are never wildcards.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for found in text.trim().chars() {
        if matches!(found, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(found.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn nothing_that_is_typed_is_a_wildcard() {
        for (typed, want) in
            [("100%", "%100!%%"), ("a_B", "%a!_b%"), ("!", "%!!%"), (" 张 ", "%张%")]
        {
            assert_eq!(pattern(typed), want, "{typed:?}");
        }
    }
}
