//! An invented centre with every kind of mistake, for trials, training and tests.
//!
//! Start at [`centre`], which returns the lists and, night by night, the bytes of the files that banks deliver.
//! [`story`](self) says who pays what and how it goes wrong; the writers below it format movements as banks do.
//! Nothing here touches a disk or a database.
//!
//! Invariant: always the same bytes. Names, accounts and addresses are invented: every employer is called 示例, and
//! every mail address ends in `example.com`.

mod bank;
mod booked;
mod camt;
mod delivery;
mod employer;
pub mod hard;
mod mt940;
mod prng;
mod remark;
mod statement;
mod story;

pub use bank::{ADDRESS, NAME};

use chrono::NaiveDate;

#[derive(Clone, Debug)]
pub struct Demo {
    /// `accounts.csv`
    pub accounts: String,
    /// `employers.csv`
    pub employers: String,
    /// In order; the last night is the one to look at.
    pub nights: Vec<DemoNight>,
}

/// The input of one night.
#[derive(Clone, Debug)]
pub struct DemoNight {
    pub as_of: NaiveDate,
    /// A list of notices to import first, at the beginning of a month.
    pub notices: Option<(String, String)>,
    /// The inbox: relative paths and bytes.
    pub inbox: Vec<(String, Vec<u8>)>,
}

#[must_use]
pub fn centre() -> Demo {
    let employers = employer::invent();
    let story = story::tell(&employers);
    Demo {
        accounts: bank::accounts_csv(),
        employers: employer::csv(&employers),
        nights: delivery::nights(&story),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_centre_is_invented_every_time() {
        assert_eq!(format!("{:?}", centre()), format!("{:?}", centre()));
    }

    #[test]
    fn the_lists_are_ones_that_import_takes() {
        let demo = centre();
        assert_eq!(crate::import::accounts(demo.accounts.as_bytes()).unwrap().rows.len(), 3);
        assert_eq!(crate::import::employers(demo.employers.as_bytes()).unwrap().rows.len(), 200);
        for night in &demo.nights {
            if let Some((name, list)) = &night.notices {
                let list = crate::import::notices(list.as_bytes());
                assert!(list.is_ok_and(|list| !list.rows.is_empty()), "{name}");
            }
        }
    }

    #[test]
    fn nobody_real_can_get_a_letter() {
        let list = crate::import::employers(centre().employers.as_bytes()).unwrap();
        for employer in list.rows {
            let employer = employer.employer;
            assert!(employer.name.starts_with("示例"), "{}", employer.name);
            let email = employer.email.over(None);
            assert!(email.is_none_or(|email| email.ends_with(".example.com")));
        }
    }
}
