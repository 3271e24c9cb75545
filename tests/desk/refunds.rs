//! Refunds at the desk: the list, the logged look at the account, the change by two, the file for the bank.

use super::centre::every_store;
use super::served::Served;
use duizhang::store::{RefundFilter, RefundRow, TrailFilter};
use duizhang::suspense::{Act, ItemId, Moment, RefundState};

const PAYEE: &str = "6222000000000000001";

/// S3, 500, is to be returned.
fn decided(served: &Served) -> RefundRow {
    let account_no = super::feed::account("icbc").to_owned();
    let item = ItemId { account_no, serial: "S3".to_owned() };
    let now = Moment::midnight(super::centre::date("05-13"));
    served.centre.store.resolve(&[item], &Act::Refund, "017", "重复缴款", now).unwrap();
    row(served)
}

fn row(served: &Served) -> RefundRow {
    served.centre.store.refunds(&RefundFilter::default()).unwrap().remove(0)
}

#[test]
fn a_refund_is_worked_on_by_two_and_its_account_is_seen_with_a_trace() {
    every_store(|backing| {
        let served = Served::new(backing);
        let (clerk, approver) = (served.login("clerk"), served.login("approver"));
        let reference = decided(&served).reference;
        let page = format!("/refunds/{reference}");
        let list = served.get(&clerk, "/refunds");
        assert!(list.body.contains(&page) && list.body.contains("待退款"), "{}", list.body);
        for address in ["/refunds", &page, "/items/1/S3"] {
            let shown = served.get(&clerk, address);
            assert_eq!(shown.status, 200, "{address}");
            assert!(shown.body.contains(&reference.to_string()), "{address}: {}", shown.body);
            assert!(!shown.body.contains(PAYEE), "{address}: masked");
        }
        let whole = served.post(&clerk, &format!("{page}/unmask"), &[]);
        assert!(whole.body.contains(PAYEE), "{}", whole.body);
        let looked = TrailFilter { event: Some("unmasked".to_owned()), ..TrailFilter::default() };
        assert_eq!(served.centre.store.trail(&looked, 10).unwrap()[0].entry.actor, "clerk");

        let ask = [
            ("change", "payee"),
            ("name", "示例甲公司"),
            ("account", "6222000000000000009"),
            ("note", "来函更正"),
        ];
        let asked = served.post(&clerk, &format!("{page}/ask"), &ask);
        assert_eq!(asked.header("location"), Some(&*format!("{page}?done=asked")));
        let waits = served.get(&approver, &page);
        assert!(waits.body.contains("待复核的更改") && waits.body.contains("来函更正"));
        let digest = waits.field("digest");
        let done = served.post(&approver, &format!("{page}/approve"), &[("digest", &digest)]);
        assert_eq!(done.header("location"), Some(&*format!("{page}?done=approved")));
        assert_eq!(row(&served).payee_account, "6222000000000000009");
        let late = served.post(&approver, &format!("{page}/approve"), &[("digest", &digest)]);
        assert_eq!(late.status, 422, "{}", late.body);
        served.centre.prove("a change of two");
    });
}

#[test]
fn the_file_for_the_bank_is_made_once_and_a_debit_is_tied_from_the_list_of_those_that_fit() {
    every_store(|backing| {
        let served = Served::new(backing);
        let (clerk, approver) = (served.login("clerk"), served.login("approver"));
        let reference = decided(&served).reference;
        let page = format!("/refunds/{reference}");
        let file = served.post(&approver, "/refunds/export", &[]);
        assert_eq!(file.status, 200);
        assert!(file.body.contains(&format!("{reference},示例甲公司,{PAYEE}")), "{}", file.body);
        assert_eq!(row(&served).state, RefundState::Exported);
        let again = served.post(&approver, "/refunds/export", &[]);
        assert!(!again.body.contains(PAYEE), "{}", again.body);
        assert!(served.get(&clerk, "/refunds").body.contains("已导出"));
        let paid = super::feed::csv(&["D1 05-14 icbc -500 - from=", "D2 05-14 icbc -400 -"]);
        served.centre.night_of("05-14", &[paid]);
        let shown = served.get(&clerk, &page);
        let debit = format!("{}/D1", super::feed::account("icbc"));
        assert!(shown.body.contains(&debit) && !shown.body.contains("/D2\""), "{}", shown.body);
        let ask = [("change", "paid"), ("movement", &*debit), ("note", "回单核对")];
        assert_eq!(served.post(&clerk, &format!("{page}/ask"), &ask).status, 303);
        let digest = served.get(&approver, &page).field("digest");
        served.post(&approver, &format!("{page}/approve"), &[("digest", &digest)]);
        assert_eq!(row(&served).state, RefundState::Refunded);
        assert!(served.get(&clerk, "/items/1/S3").body.contains("已退款"));
        served.centre.prove("tied by hand");
    });
}
