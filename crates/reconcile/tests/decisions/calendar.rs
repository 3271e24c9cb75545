//! The calendar against a list of last working days that was derived independently from the announcements.
//!
//! The list is not part of the project: `DUIZHANG_SHARED` names its folder (default `../shared`). Without it the test
//! says that it skips.

use reconcile::rulebook::calendar::shipped;
use remittance::YearMonth;

#[test]
fn the_last_working_days_of_three_years_are_as_listed() {
    let path = crate::shared::shared().join("domain/holidays/last_workdays_2024_2026.tsv");
    let Ok(list) = std::fs::read_to_string(&path) else {
        println!("skipped: no {}", path.display());
        return;
    };
    let days = shipped().unwrap();
    let mut months = 0;
    for line in list.lines().skip(1) {
        let mut columns = line.split('\t');
        let month: YearMonth = columns.next().unwrap().parse().unwrap();
        let want = columns.next().unwrap().parse().unwrap();
        assert_eq!(days.last_working_day(month), want, "{month}");
        months += 1;
    }
    assert_eq!(months, 36);
}
