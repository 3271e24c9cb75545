//! The steps of the schema: a database of another release is refused before any change.

use super::centre::{Centre, POSTGRES, SQLITE};
use super::postgres;
use duizhang::store::{Store, StoreError};

#[test]
fn a_database_that_another_release_made_is_refused() {
    let centre = Centre::new(SQLITE, &[]);
    let run = |sql: &str| {
        let file = rusqlite::Connection::open(centre.store.path().unwrap()).unwrap();
        file.execute_batch(sql).unwrap();
    };
    refused(&centre.url(), run);
    let Some(url) = postgres::database("another_release") else { return };
    drop(Centre::on(POSTGRES, &url, &[]));
    refused(&url, |sql| {
        postgres::Client::connect(&url).unwrap().execute(sql).unwrap();
    });
}

fn refused(url: &str, run: impl Fn(&str)) {
    let open = || Store::open(url, "450200", false);
    open().unwrap();
    run("insert into _migration values (99, '0099_later', '00')");
    let later = open().unwrap_err();
    assert!(matches!(later, StoreError::MigrationUnknown { version: 99, .. }), "{later}");
    run("delete from _migration where version = 99");
    open().unwrap();
    run("update _migration set checksum = '00' where version = 2");
    let changed = open().unwrap_err();
    assert!(matches!(changed, StoreError::MigrationChanged { version: 2, .. }), "{changed}");
}
