//! On PostgreSQL the identities of a file's transactions are committed before the file. A night stopped in between
//! leaves unused identities: whoever delivers the transaction gets its identity.

use super::centre::{Centre, POSTGRES};
use super::feed::csv;
use super::postgres;

const NOTICES: [&str; 2] = ["P1 1000", "P2 500"];
const ROWS: [&str; 2] = ["S1 05-11 icbc 1000 P1", "S2 05-12 icbc 500 P2"];

#[test]
fn what_names_nothing_is_taken_over() {
    if postgres::url().is_none() {
        return;
    }
    let centre = Centre::new(POSTGRES, &NOTICES);
    let accounts = centre.tamper(
        "insert into transaction_identity select centre_id, account_id, 'S1', 20000
         from collection_account where account_id > 0",
    );
    assert!(accounts > 0);
    let night = centre.night_of("05-14", &[csv(&ROWS)]);
    assert_eq!(night.intakes.total().fresh, 2);
    centre.expect("names were left", &["S1 matched P1", "S2 matched P2"]);
    // It is stored on its own day, and is known from now on.
    let again = centre.night_of("05-16", &[csv(&[ROWS[0], "S3 05-14 icbc 70 -"])]);
    assert_eq!((again.intakes.total().fresh, again.intakes.total().seen), (1, 1));
    assert!(centre.store.audit().unwrap().gaps.is_empty());
    let undisturbed = Centre::new(POSTGRES, &NOTICES);
    undisturbed.night_of("05-14", &[csv(&ROWS)]);
    undisturbed.night_of("05-16", &[csv(&[ROWS[0], "S3 05-14 icbc 70 -"])]);
    assert_eq!(centre.digest(), undisturbed.digest());
}
