//! The link that declines advice: for mail systems, which visit no page of ours first, and for people.

use super::centre::every_store;
use super::served::{Served, keys};
use super::wire::{get, post};
use duizhang::alert::Declined;

fn address(served: &Served) -> String {
    served.centre.store.advised_at("E1").unwrap().unwrap().0.remove(0)
}

/// The path of the link in a letter to E1.
fn link(served: &Served) -> String {
    let clicks = keys().one_click("https://desk.example/unsubscribe".to_owned());
    let link = clicks.link("E1", &address(served), Declined::Advice);
    link.strip_prefix("https://desk.example").unwrap().to_owned()
}

fn declined(served: &Served) -> bool {
    served.centre.store.contact_preferences(Some("E1")).unwrap().remove(0).no_advice
}

#[test]
fn one_click_declines_advice_and_opening_the_page_does_not() {
    every_store(|backing| {
        let served = Served::new(backing);
        let path = link(&served);
        for _ in 0..3 {
            let page = served.ask(&get(&path));
            assert_eq!(page.status, 200);
            let name =
                served.centre.store.contact_preferences(Some("E1")).unwrap().pop().unwrap().name;
            assert!(!page.body.contains(&name) && !page.body.contains(&address(&served)));
        }
        assert!(!declined(&served), "a mail scanner follows every link");
        // A mail system's POST (RFC 8058): no cookie, no form of ours.
        let fields = [("List-Unsubscribe", "One-Click")];
        assert_eq!(served.ask(&post(&path, &fields)).status, 200);
        assert!(declined(&served));
        assert_eq!(served.ask(&post(&path, &fields)).status, 200, "again is no fault");
        let choice = served.centre.store.contact_preferences(Some("E1")).unwrap().pop().unwrap();
        assert_eq!(choice.rhythm.code(), "immediate", "what is in suspense is told as before");
    });
}

#[test]
fn a_link_that_is_not_ours_declines_nothing_and_whoever_tries_many_waits() {
    every_store(|backing| {
        let served = Served::new(backing);
        let path = link(&served);
        let forged = [
            path.replace("code=", "code=0"),
            path.replace("employer=E1", "employer=E2"),
            path.replace("kind=advice", "kind=suspense"),
            "/unsubscribe".to_owned(),
        ];
        for path in &forged {
            assert_eq!(served.ask(&post(path, &[])).status, 404, "{path}");
        }
        assert!(!declined(&served));
        let waits = (0..120).any(|_| served.ask(&get("/unsubscribe?employer=E1")).status == 429);
        assert!(waits);
        served.turn_clock(3_600);
        assert_eq!(served.ask(&post(&path, &[])).status, 200);
    });
}
