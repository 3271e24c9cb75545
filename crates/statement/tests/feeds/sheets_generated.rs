//! Random sheets as people fill them: forms × containers × slips.
//!
//! Goal: plain values are parsed as meant, a slip is reported at its row and column, and nothing is misread. Method: a
//! table of known values is written in a form that people and programs use, into a container that they save, with one
//! slip or none. Errors are written back, found again, fixed, and the file is then clean. `DUIZHANG_SHEETS=n` makes n
//! of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on stops")]
#![expect(clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "how many is the environment's to say")]

mod made;
mod written;

use made::{Dice, Slip, Table};
use remittance::template::Template;
use statement::import::{self, Register, book, marked};
use written::Container;

/// Sheets of one run; `.ci/slow` makes many more.
const SHEETS: u64 = 100;

fn read(bytes: &[u8], template: Template, what: &str) -> Register {
    import::register(bytes, template).unwrap_or_else(|errors| panic!("{what}: {errors:?}"))
}

/// The values of every parsed row, by row number.
fn values(register: &Register) -> Vec<(u64, Vec<String>)> {
    register.rows.iter().map(|row| (row.line, row.cells.clone())).collect()
}

#[test]
fn nothing_is_taken_wrongly_and_what_is_mended_is_clean() {
    let count =
        std::env::var("DUIZHANG_SHEETS").ok().and_then(|n| n.parse().ok()).unwrap_or(SHEETS);
    let (mut slips, mut clean) = (0, 0);
    for seed in 0..count {
        let mut dice = Dice(seed);
        let table = Table::make(&mut dice);
        let container = Container::choose(&mut dice);
        let slip = Slip::choose(&mut dice, &table, container);
        let what = format!("seed {seed}: {} as {container:?}, {slip:?}", table.template.name());
        let sheet = table.lay_out(&mut dice, container, slip.as_ref());
        let bytes = container.write(&sheet);
        let truth = sheet.truth(&table);
        let register = read(&bytes, table.template, &what);
        match &slip {
            None => {
                clean += 1;
                assert_eq!(register.errors, [], "{what}");
                assert_eq!(values(&register), truth, "{what}");
            }
            Some(slip) => {
                slips += 1;
                let place = sheet.place(slip);
                let told = register.errors.iter().any(|error| {
                    error.line == place.0
                        && (slip.is_of_the_row() || error.column == Some(place.1 + 1))
                });
                assert!(told, "{what}: at {place:?}: {:?}", register.errors);
                assert!(
                    register.errors.iter().all(|error| error.line == place.0),
                    "{what}: {:?}",
                    register.errors
                );
                let others: Vec<_> = truth.iter().filter(|row| row.0 != place.0).cloned().collect();
                assert_eq!(values(&register), others, "{what}");
                mend(&bytes, &register, &table, slip, place, &truth, &what);
            }
        }
    }
    assert!(slips > count / 3 && clean > count / 6, "{slips} slips, {clean} clean");
    println!(
        "{count} sheets: {clean} clean, {slips} with a slip; each slip told at its place, mended and clean"
    );
}

/// Errors are written back; unchanged the sheet is still wrong, fixed it is clean.
fn mend(
    bytes: &[u8],
    register: &Register,
    table: &Table,
    slip: &Slip,
    place: (u64, usize),
    truth: &[(u64, Vec<String>)],
    what: &str,
) {
    let mut sheet = marked(bytes, &register.errors).unwrap();
    let row = sheet.rows.iter().find(|row| row.number == place.0).unwrap();
    assert!(!row.said.is_empty(), "{what}: nothing is said in the row");
    let again = read(&book::marked(&sheet).unwrap(), table.template, what);
    let hidden = matches!(slip, Slip::HiddenRow { .. });
    assert_eq!(again.errors.is_empty(), hidden, "{what}: unmended: {:?}", again.errors);
    let row = sheet.rows.iter_mut().find(|row| row.number == place.0).unwrap();
    slip.mend(row, table, place);
    let clean = read(&book::marked(&sheet).unwrap(), table.template, what);
    assert_eq!(clean.errors, [], "{what}: mended");
    assert_eq!(values(&clean), truth, "{what}: mended");
}
