//! The invented centre's files are ones that the readers take, all but the one that is meant to fail.

#![cfg(feature = "app")]

use duizhang::feed::inspect::inspect;
use duizhang::rulebook::bank::BankLayouts;
use std::io::Cursor;

#[test]
fn every_delivery_of_the_demo_is_read_without_a_reject() {
    let layouts = BankLayouts::shipped().unwrap();
    let mut broken = Vec::new();
    for night in duizhang::demo::centre().nights {
        for (path, bytes) in night.inbox {
            let mut rejects = Vec::new();
            let summary = inspect(&path, &mut Cursor::new(bytes), &layouts, &mut |reject| {
                rejects.push(reject.to_string());
            });
            assert_eq!(rejects, Vec::<String>::new(), "{path}");
            match summary.error {
                Some(_) => broken.push(path),
                None => {
                    assert_ne!(summary.balance_ok, Some(false), "{path}");
                    assert!(summary.entries > 0, "{path}");
                }
            }
        }
    }
    assert_eq!(broken, ["对账单下载.csv"]);
}
