//! Closed months are detached, and nothing is forgotten; the schema is the same on both sides.
//!
//! A month is detached for all centres at once, so these tests have their own database.

use super::centre::{ARCHIVING, Centre, SQLITE, date};
use super::feed::csv;
use super::postgres;
use std::collections::BTreeMap;

/// A centre with two months: May is closed, June has open items.
fn two_months(url: &str) -> Centre {
    let centre = Centre::on(ARCHIVING, url, &["P1 1000", "P2 500", "P3 800", "P4 300", "P5 200"]);
    centre.night_of(
        "06-03",
        &[csv(&[
            "S1 05-11 icbc 1000 P1",
            "S2 05-12 icbc 200 P2",
            "S3 05-13 icbc 300 P2",
            "S4 05-14 icbc 1100 P3+P4",
            "S5 05-15 icbc -30 -",
            "SA 05-16 icbc 78 -",
            "SB 05-16 icbc -78 - reversal",
            "S6 06-01 icbc 100 P5",
        ])],
    );
    centre
}

#[test]
fn a_month_that_is_over_is_taken_off_and_still_proved() {
    let Some(url) = postgres::database("archived") else { return };
    let centre = two_months(&url);
    let before = centre.store.audit().unwrap();
    let month = |text: &str| text.parse().unwrap();
    let on = date("07-10");
    let gone = centre.store.archive(month("2026-07"), on, false).unwrap();
    // June stays: a part of P5 waits in it.
    let said: Vec<(String, u64)> =
        gone.iter().map(|month| (month.month.to_string(), month.unfinished)).collect();
    assert_eq!(said, [("2026-05".to_owned(), 0), ("2026-06".to_owned(), 1)]);
    let after = centre.store.audit().unwrap();
    assert_eq!(
        (after.received, &after.places, &after.balances),
        (before.received, &before.places, &before.balances)
    );
    assert!(after.gaps.is_empty(), "{:?}", after.gaps);
    assert_eq!(centre.transactions().len(), 1, "only June's is looked at by a night");
    // None of it can be ingested again: neither the same file, nor one of its serials on a later day.
    let again = centre.lay(None, "late.csv", csv(&["S1 05-11 icbc 1000 P1", "S9 05-20 icbc 70 -"]));
    let reused =
        centre.lay(None, "reused.csv", csv(&["S2 06-12 icbc 200 P2", "S7 06-12 icbc 100 P5"]));
    let night = centre.night("07-10", &[again, reused]);
    let total = night.intakes.total();
    assert_eq!((total.fresh, total.rejected), (1, 3));
    centre.expect("after the archive", &["S6 matched P5", "S7 matched P5"]);
    assert!(
        centre
            .store
            .archive(month("2026-07"), on, true)
            .unwrap()
            .iter()
            .all(|month| month.unfinished == 0)
    );
}

#[test]
fn a_fen_that_is_missing_from_the_sums_is_found() {
    for (number, tampered) in [
        "update archived_account set credit_fen = credit_fen - 1",
        "update archived_payment set amount_fen = amount_fen + 1 where reference = 1906130001",
        "update archived_posting set amount_fen = amount_fen + 1",
        "update archived_place set amount_fen = amount_fen + 1 where outcome = 1",
        "delete from archived_payment where reference = 1906130002",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("tampered_{number}");
        let Some(url) = postgres::database(&name) else { return };
        let centre = two_months(&url);
        let on = date("07-10");
        centre.store.archive("2026-06".parse().unwrap(), on, false).unwrap();
        let mut client = postgres::Client::connect(&url).unwrap();
        assert!(client.execute(tampered).unwrap() > 0, "{tampered}");
        assert!(!centre.store.audit().unwrap().gaps.is_empty(), "{tampered}");
    }
}

#[test]
fn both_databases_have_the_same_tables_with_the_same_columns() {
    let Some(url) = postgres::database("schema_twins") else { return };
    drop(Centre::on(ARCHIVING, &url, &[]));
    let mut client = postgres::Client::connect(&url).unwrap();
    let columns = "select table_name::text, string_agg(column_name || case is_nullable when 'NO' then '!' else '' end,
            ',' order by ordinal_position)
        from information_schema.columns where table_schema = 'public' and table_name !~ '_[0-9]{4}_[0-9]{2}$'
            and table_name <> 'transaction_identity'
        group by 1";
    let of_postgres: BTreeMap<String, String> =
        client.rows(columns).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let sqlite = Centre::new(SQLITE, &[]);
    let connection = rusqlite::Connection::open(sqlite.store.path().unwrap()).unwrap();
    let columns = "select m.name, group_concat(c.name || case c.\"notnull\" when 1 then '!' else '' end, ',' order by c.cid)
        from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' group by 1";
    let mut select = connection.prepare(columns).unwrap();
    let of_sqlite: BTreeMap<String, String> = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(of_postgres, of_sqlite);
}
