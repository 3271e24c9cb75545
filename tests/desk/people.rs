//! People and their secrets: the first login, the second factor, roles, and who may change whom.

use super::centre::every_store;
use super::served::{Browser, PASSWORD, Served, Wish, hire};
use super::wire::Answer;
use duizhang::rulebook::desk::Renewed;
use duizhang::suspense::{AccessKind, AccessRequest, Moment, Role};
use duizhang::web::account::code_at;

const CHOSEN: &str = "a sentence of one's own";

/// The text of the page's first `<code>`.
fn shown(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("<code>").unwrap_or_else(|| panic!("{}", page.body));
    rest.split('<').next().unwrap().to_owned()
}

/// The password form, filled in.
fn change(served: &Served, browser: &Browser, current: &str, password: &str) -> Answer {
    let fields = [("current", current), ("password", password), ("again", password)];
    served.post(browser, "/me/password", &fields)
}

#[test]
fn somebody_new_changes_the_password_and_sets_up_codes_before_anything_else() {
    every_store(|backing| {
        let served = Served::wishing(backing, Wish { second_factor: true, ..Wish::default() });
        hire(&served.centre.store, "keeper", Role::Administrator);
        let administrator = set_up(&served, &served.login("administrator"));
        let fields = [("login", "Wang.Wei"), ("name", "王伟"), ("role", "clerk")];
        let first = shown(&served.post(&administrator, "/people", &fields));
        assert!(first.len() >= 20, "{first}");
        assert_eq!(served.try_login("wang.wei", &first, "").status, 401, "not yet");
        confirm(&served, &set_up(&served, &served.login("keeper")));

        let answer = served.try_login("wang.wei", &first, "");
        let newcomer = served.browser(&answer);
        let home = served.get(&newcomer, "/");
        assert_eq!((home.status, home.header("location")), (303, Some("/me")));
        assert_eq!(served.get(&newcomer, "/people").status, 303);

        let refused = [
            ("wrong", CHOSEN),
            (&*first, "short"),
            (&*first, "wang.wei.wang.wei"),
            (&*first, "gongjijin2026gongjijin"),
            (&*first, &*first),
        ];
        for (current, password) in refused {
            let answer = change(&served, &newcomer, current, password);
            assert_eq!(answer.status, 422, "{password}: {}", answer.body);
        }
        assert_eq!(change(&served, &newcomer, &first, CHOSEN).status, 303);
        assert_eq!(served.get(&newcomer, "/").status, 303, "codes are still to be set up");

        let page = served.get(&newcomer, "/me/second-factor");
        assert!(page.body.contains("<svg"), "the key as a picture");
        let key = shown(&page).replace(' ', "");
        assert_eq!(
            shown(&served.get(&newcomer, "/me/second-factor")).replace(' ', ""),
            key,
            "the same when shown again"
        );
        let wrong = [("password", CHOSEN), ("code", "000000")];
        assert_eq!(served.post(&newcomer, "/me/second-factor", &wrong).status, 422);
        let code = code_at(&key, served.now()).unwrap();
        let codes =
            served.post(&newcomer, "/me/second-factor", &[("password", CHOSEN), ("code", &code)]);
        assert_eq!(codes.status, 200, "{}", codes.body);
        assert_eq!(served.get(&newcomer, "/").status, 200, "now to work");

        // The code that proved the key is used up; a recovery code works once.
        assert_eq!(served.try_login("wang.wei", CHOSEN, &code).status, 401);
        let recovery = shown(&codes);
        assert_eq!(served.try_login("wang.wei", CHOSEN, &recovery).status, 303);
        assert_eq!(served.try_login("wang.wei", CHOSEN, &recovery).status, 401);
        let kept = served.centre.dump();
        for secret in [&first, &recovery, &CHOSEN.to_owned()] {
            for (table, rows) in &kept {
                assert!(!rows.concat().contains(secret.as_str()), "{table} holds a secret");
            }
        }
    });
}

/// Confirms the first pending change of access.
fn confirm(served: &Served, another: &Browser) {
    let page = served.get(another, "/access").body;
    let address = page.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let address = address.into_iter().find(|address| address.ends_with("/confirm")).unwrap();
    assert_eq!(served.post(another, address, &[]).status, 303);
}

/// Sets up a second factor for the logged-in person.
fn set_up(served: &Served, browser: &Browser) -> Browser {
    let key = shown(&served.get(browser, "/me/second-factor")).replace(' ', "");
    let code = code_at(&key, served.now()).unwrap();
    let fields = [("password", PASSWORD), ("code", &*code)];
    assert_eq!(served.post(browser, "/me/second-factor", &fields).status, 200);
    browser.clone()
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    every_store(|backing| {
        let served = Served::new(backing);
        let (here, there) = (served.login("clerk"), served.login("clerk"));
        assert_eq!(change(&served, &here, PASSWORD, CHOSEN).status, 303);
        assert_eq!(served.get(&here, "/me").status, 200);
        assert_eq!(served.get(&there, "/me").status, 303);
        assert_eq!(served.try_login("clerk", PASSWORD, "").status, 401);
        assert_eq!(served.try_login("clerk", CHOSEN, "").status, 303);
    });
}

#[test]
fn guessing_at_the_password_of_an_open_session_waits_like_a_login() {
    every_store(|backing| {
        let served = Served::new(backing);
        let browser = served.login("clerk");
        for _ in 0..5 {
            assert_eq!(change(&served, &browser, "wrong", CHOSEN).status, 422);
        }
        assert_eq!(change(&served, &browser, PASSWORD, CHOSEN).status, 429);
    });
}

#[test]
fn whoever_loses_a_right_loses_the_session() {
    every_store(|backing| {
        let served = Served::new(backing);
        let administrator = served.login("administrator");
        let clerk = served.login("clerk");
        let role = served.post(&administrator, "/people/clerk/role", &[("role", "auditor")]);
        assert_eq!(role.status, 303);
        assert_eq!(served.get(&clerk, "/me").status, 303);

        let clerk = served.login("clerk");
        assert_eq!(served.post(&administrator, "/people/clerk/disable", &[]).status, 303);
        assert_eq!(served.get(&clerk, "/me").status, 303);
        assert_eq!(served.try_login("clerk", PASSWORD, "").status, 401);
        assert_eq!(served.post(&administrator, "/people/clerk/enable", &[]).status, 303);
        let clerk = served.login("clerk");

        let reset = served.post(&administrator, "/people/clerk/reset", &[]);
        assert_eq!(served.get(&clerk, "/me").status, 200, "it waits");
        hire(&served.centre.store, "keeper", Role::Administrator);
        confirm(&served, &served.login("keeper"));
        assert_eq!(served.get(&clerk, "/me").status, 303);
        assert_eq!(served.try_login("clerk", PASSWORD, "").status, 401);
        assert_eq!(served.try_login("clerk", &shown(&reset), "").status, 303);
    });
}

#[test]
fn one_administrator_remains_and_nobody_changes_themselves() {
    every_store(|backing| {
        let served = Served::new(backing);
        let administrator = served.login("administrator");
        for (path, fields) in [
            ("/people/administrator/role", &[("role", "clerk")][..]),
            ("/people/administrator/disable", &[]),
            ("/people/administrator/reset", &[]),
        ] {
            assert_eq!(served.post(&administrator, path, fields).status, 422, "{path}");
        }
        let demote = AccessRequest {
            role: Some(Role::Clerk),
            ..AccessRequest::plain(AccessKind::Role, "administrator")
        };
        for request in [demote, AccessRequest::plain(AccessKind::Lock, "administrator")] {
            let now = Moment { at: served.now(), on: super::centre::date("05-13") };
            let changed =
                served.centre.store.change_access(&Renewed::default(), "operator", &request, now);
            assert!(changed.is_err(), "{request:?}");
        }
        assert_eq!(served.get(&administrator, "/people").status, 200);
        assert_eq!(served.post(&administrator, "/people/nobody/disable", &[]).status, 404);
        let taken = [("login", "clerk"), ("name", "另一个"), ("role", "clerk")];
        assert_eq!(served.post(&administrator, "/people", &taken).status, 409);
    });
}

#[test]
fn sessions_are_listed_and_ended_one_by_one() {
    every_store(|backing| {
        let served = Served::new(backing);
        let (here, there) = (served.login("clerk"), served.login("clerk"));
        let other = served.login("approver");
        let named = served.get(&here, "/me").field("session");
        assert_eq!(served.post(&other, "/me/sessions/end", &[("session", &named)]).status, 303);
        assert_eq!(served.get(&there, "/me").status, 200, "another's session is not theirs to end");
        assert_eq!(served.post(&here, "/me/sessions/end", &[("session", &named)]).status, 303);
        assert_eq!(served.get(&there, "/me").status, 303);
        let again = served.login("clerk");
        assert_eq!(served.post(&here, "/me/sessions/end", &[]).status, 303);
        assert_eq!(served.get(&again, "/me").status, 303);
        assert_eq!(served.get(&here, "/me").status, 200);
    });
}
