//! Logging in: what it takes, what it tells, how often it may be tried, how long it lasts.

use super::centre::{Backing, every_store};
use super::served::{KEY, PASSWORD, Served, Wish, entry};
use super::wire::{get, post};
use duizhang::web::account::code_at;

/// A desk where the clerk has a second factor.
fn with_second_factor(backing: Backing) -> Served {
    let served = Served::wishing(backing, Wish { second_factor: true, ..Wish::default() });
    let store = &served.centre.store;
    store
        .set_second_factor("clerk", KEY, 0, &[], &entry("second-factor-changed", "clerk"))
        .unwrap();
    served
}

#[test]
fn the_session_is_the_hosts_alone_and_out_of_reach_of_scripts() {
    every_store(|backing| {
        let served = Served::new(backing);
        let answer = served.try_login("Clerk ", PASSWORD, "");
        let cookie = answer.cookie("__Host-duizhang").unwrap();
        for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        let value = cookie.split(['=', ';']).nth(1).unwrap();
        assert_eq!(value.len(), 64, "256 bits in hexadecimal");
        assert!(!served.centre.dump()["session"].concat().contains(value), "only its hash is kept");
    });
}

#[test]
fn each_login_has_a_session_of_its_own_and_ends_the_browsers_last() {
    every_store(|backing| {
        let served = Served::new(backing);
        let first = served.login("clerk");
        let page = served.ask(&get("/login"));
        let visitor = page.cookie("__Host-duizhang-visitor").unwrap().split(';').next().unwrap();
        let fields = [("csrf", &*page.field("csrf")), ("name", "approver"), ("password", PASSWORD)];
        let cookies = format!("{visitor}; {}", first.cookie);
        let answer = served.ask(&post("/login", &fields).with("cookie", &cookies));
        let second = served.browser(&answer);
        assert_ne!(first.cookie, second.cookie);
        assert_eq!(served.get(&first, "/me").status, 303, "whoever knew the old token has nothing");
        assert!(served.get(&second, "/me").body.contains("approver先生"));
    });
}

#[test]
fn whatever_is_wrong_the_answer_is_the_same() {
    every_store(|backing| {
        let served = with_second_factor(backing);
        let store = &served.centre.store;
        store.set_disabled("auditor", Some(1), &entry("person-locked", "auditor")).unwrap();
        let rows = [
            ("clerk", "wrong wrong wrong", "000000"),
            ("nobody", PASSWORD, ""),
            ("clerk", PASSWORD, ""),
            ("auditor", PASSWORD, ""),
            ("<script>alert(1)</script>", "'; drop table person; --", "\u{0}"),
        ];
        let mut bodies = Vec::new();
        for (name, password, code) in rows {
            let answer = served.try_login(name, password, code);
            assert_eq!(answer.status, 401, "{name}");
            assert_eq!(answer.cookie("__Host-duizhang"), None, "{name}");
            bodies.push(answer.body.replace(&answer.field("csrf"), ""));
            // Not the throttle, but the answer is looked at here.
            served.turn_clock(3600);
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "{bodies:?}");
    });
}

#[test]
fn after_five_failures_each_further_one_waits_twice_as_long() {
    every_store(|backing| {
        let served = Served::new(backing);
        // A name that there is not is counted like one that there is.
        for name in ["clerk", "nobody"] {
            for attempt in 1..=5 {
                assert_eq!(served.try_login(name, "wrong", "").status, 401, "{name}, {attempt}");
            }
            for seconds in [1, 2, 4, 8] {
                let answer = served.try_login(name, PASSWORD, "");
                assert_eq!(answer.status, 429, "{name}, the right password too");
                assert_eq!(
                    answer.header("retry-after"),
                    Some(seconds.to_string().as_str()),
                    "{name}"
                );
                served.turn_clock(seconds);
                assert_eq!(
                    served.try_login(name, "wrong", "").status,
                    401,
                    "{name} after {seconds} s"
                );
            }
            served.turn_clock(3600);
        }
        assert_eq!(
            served.try_login("clerk", PASSWORD, "").status,
            303,
            "an hour later it is forgotten"
        );
    });
}

#[test]
fn an_address_that_guesses_at_many_names_waits_too() {
    every_store(|backing| {
        let served = Served::wishing(backing, Wish { behind_proxy: true, ..Wish::default() });
        let guess = |name: &str, address: &str| {
            let page = served.ask(&get("/login"));
            let visitor =
                page.cookie("__Host-duizhang-visitor").unwrap().split(';').next().unwrap();
            let fields = [("csrf", &*page.field("csrf")), ("name", name), ("password", "wrong")];
            let ask = post("/login", &fields).with("cookie", visitor);
            // What stands before the last comma is the client's own word.
            served.ask(&ask.with("x-forwarded-for", &format!("10.9.9.9, {address}"))).status
        };
        for name in ["a", "b", "c", "d", "e"] {
            assert_eq!(guess(name, "192.0.2.1"), 401);
        }
        assert_eq!(guess("f", "192.0.2.1"), 429);
        assert_eq!(guess("f", "192.0.2.2"), 401, "another address is not held back");
    });
}

#[test]
fn a_session_ends_after_a_quarter_of_an_hour_of_rest_and_after_eight_hours_in_any_case() {
    every_store(|backing| {
        let served = Served::new(backing);
        let browser = served.login("clerk");
        served.turn_clock(15 * 60 - 1);
        assert_eq!(served.get(&browser, "/me").status, 200);
        served.turn_clock(15 * 60);
        let over = served.get(&browser, "/me?a=b");
        assert_eq!(
            (over.status, over.header("location")),
            (303, Some("/login?next=%2Fme%3Fa%3Db"))
        );

        let browser = served.login("clerk");
        for _ in 0..47 {
            served.turn_clock(10 * 60);
            assert_eq!(served.get(&browser, "/me").status, 200);
        }
        served.turn_clock(10 * 60);
        assert_eq!(served.get(&browser, "/me").status, 303, "eight hours");
    });
}

#[test]
fn a_use_of_a_session_is_written_down_once_a_minute() {
    every_store(|backing| {
        let served = Served::new(backing);
        let browser = served.login("clerk");
        let before = served.centre.dump();
        served.turn_clock(50);
        served.get(&browser, "/me");
        assert_eq!(served.centre.dump(), before, "reading writes nothing");
        served.turn_clock(50);
        served.get(&browser, "/me");
        assert_ne!(served.centre.dump(), before);
    });
}

#[test]
fn a_code_is_taken_once() {
    every_store(|backing| {
        let served = with_second_factor(backing);
        let code = code_at(KEY, served.now()).unwrap();
        assert_eq!(served.try_login("clerk", PASSWORD, &code).status, 303);
        assert_eq!(served.try_login("clerk", PASSWORD, &code).status, 401, "the same code again");
        let earlier = code_at(KEY, served.now() - 30).unwrap();
        assert_eq!(served.try_login("clerk", PASSWORD, &earlier).status, 401, "an earlier one");
        served.turn_clock(30);
        let next = code_at(KEY, served.now()).unwrap();
        assert_eq!(served.try_login("clerk", PASSWORD, &next).status, 303);
    });
}

#[test]
fn who_logs_out_is_out() {
    every_store(|backing| {
        let served = Served::new(backing);
        let browser = served.login("clerk");
        let answer = served.post(&browser, "/logout", &[]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/login")));
        assert!(answer.cookie("__Host-duizhang").unwrap().contains("Max-Age=0"));
        assert_eq!(served.get(&browser, "/me").status, 303, "the token alone opens nothing");
    });
}
