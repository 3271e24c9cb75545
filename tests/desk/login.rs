//! Logging in: the required secrets, the messages, the rate limits, the duration.

use super::centre::{Backing, every_store};
use super::served::{KEY, PASSWORD, Served, Wish, change, entry, keys};
use super::wire::{Answer, get, post};
use duizhang::suspense::{AccessKind, AccessRequest};
use duizhang::web::account::code_at;
use duizhang::web::key::seal_second_factors;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

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
        let lock = AccessRequest::plain(AccessKind::Lock, "auditor");
        change(&served.centre.store, &lock, served.now());
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
            // This tests the answer, not the throttle.
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
        // An unknown name is counted like a known one.
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

/// A login through the proxy from an address, with or without the cookie of a known device.
fn from(at: SocketAddr, address: &str, name: &str, password: &str, device: &str) -> Answer {
    let page = get("/login").with("x-forwarded-for", address).send(at);
    let visitor = page.cookie("__Host-duizhang-visitor").unwrap().split(';').next().unwrap();
    let fields = [("csrf", &*page.field("csrf")), ("name", name), ("password", password)];
    let ask = post("/login", &fields).with("cookie", &format!("{visitor}; {device}"));
    // Everything before the last comma is the client's own claim.
    ask.with("x-forwarded-for", &format!("10.9.9.9, {address}")).send(at)
}

fn behind_proxy(backing: Backing) -> Served {
    Served::wishing(backing, Wish { behind_proxy: true, ..Wish::default() })
}

/// The cookie that makes a browser a known device of the login.
fn device(answer: &Answer) -> String {
    let set =
        answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value);
    let mut known = set.filter(|value| value.starts_with("__Host-duizhang-device-"));
    known.next().unwrap().split(';').next().unwrap().to_owned()
}

/// Counts failures against somebody directly in the store, so that a test need not hash them.
fn strangers_fail(served: &Served, times: usize) {
    for number in 0..times {
        let address = format!("198.51.100.{}", number % 250);
        let answer = from(served.address, &address, "clerk", "wrong", "");
        assert!(matches!(answer.status, 401 | 429), "{}", answer.status);
        if number == 12 {
            break;
        }
    }
    let hash = |purpose: &str, text: &str| {
        let mut digest = Sha256::new();
        digest.update(purpose.as_bytes());
        digest.update([0]);
        digest.update(text.as_bytes());
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let subject = hash("account", "clerk");
    let sql = format!("update login_failure set failures = {times} where subject = '{subject}'");
    assert_eq!(served.centre.tamper(&sql), 1);
}

#[test]
fn strangers_keep_nobody_out() {
    every_store(|backing| {
        let served = behind_proxy(backing);
        let known = device(&from(served.address, "192.0.2.1", "clerk", PASSWORD, ""));
        // Forty-five strangers with different addresses, none of which affects the others.
        for number in 0..45 {
            let address = format!("198.51.100.{number}");
            assert_eq!(
                from(served.address, &address, "clerk", "wrong", "").status,
                401,
                "{number}"
            );
        }
        assert_eq!(from(served.address, "192.0.2.1", "clerk", PASSWORD, &known).status, 303);
        assert_eq!(
            from(served.address, "192.0.2.9", "clerk", PASSWORD, "").status,
            303,
            "a new device"
        );
        // Thousands: a known device does not notice, a new one waits a second.
        strangers_fail(&served, 5_000);
        let began = Instant::now();
        assert_eq!(from(served.address, "192.0.2.1", "clerk", PASSWORD, &known).status, 303);
        assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
        assert_eq!(from(served.address, "192.0.2.77", "clerk", PASSWORD, "").status, 303);
        assert!(began.elapsed() >= Duration::from_secs(1), "one a second");
    });
}

#[test]
fn a_known_device_has_a_count_of_its_own_and_is_known_for_its_login() {
    every_store(|backing| {
        let served = behind_proxy(backing);
        let known = device(&from(served.address, "192.0.2.1", "clerk", PASSWORD, ""));
        for _ in 0..5 {
            assert_eq!(from(served.address, "192.0.2.1", "clerk", "wrong", &known).status, 401);
        }
        assert_eq!(
            from(served.address, "192.0.2.1", "clerk", PASSWORD, &known).status,
            429,
            "its own"
        );
        assert_eq!(
            from(served.address, "192.0.2.1", "clerk", PASSWORD, "").status,
            303,
            "and no other's"
        );
        for attempt in 0..6 {
            let answer = from(served.address, "192.0.2.3", "approver", "wrong", &known);
            assert_eq!(
                answer.status,
                if attempt < 5 { 401 } else { 429 },
                "for another login it is none"
            );
        }
        let forged = known.replace('=', "=1");
        assert_eq!(from(served.address, "192.0.2.1", "clerk", PASSWORD, &forged).status, 303);
    });
}

#[test]
fn six_wrong_tries_shut_no_office_and_a_hundred_an_hour_do() {
    every_store(|backing| {
        let served = behind_proxy(backing);
        let office = "192.0.2.1";
        for name in ["a", "b", "c", "d", "e", "f", "g"] {
            assert_eq!(from(served.address, office, name, "wrong", "").status, 401);
        }
        let first = from(served.address, office, "clerk", PASSWORD, "");
        assert_eq!(first.status, 303, "seven wrong ones of others are no matter");
        let known = device(&first);
        let sql = "update login_failure set failures = 100 where failures = 7";
        assert_eq!(served.centre.tamper(sql), 1, "the address, seven times");
        let full = from(served.address, office, "approver", PASSWORD, "");
        assert_eq!((full.status, full.header("retry-after")), (429, Some("36")));
        assert_eq!(
            from(served.address, office, "clerk", PASSWORD, &known).status,
            303,
            "a known device"
        );
        assert_eq!(
            from(served.address, "192.0.2.2", "approver", PASSWORD, "").status,
            303,
            "elsewhere"
        );
        served.turn_clock(36);
        assert_eq!(from(served.address, office, "approver", PASSWORD, "").status, 303);
    });
}

/// How many of many concurrent logins succeed; each is hashed, so the short form has few.
#[test]
fn of_a_rush_all_who_have_the_right_password_get_in() {
    let many = std::env::var("DUIZHANG_RUSH").ok().and_then(|many| many.parse().ok());
    let many: usize = many.unwrap_or(20);
    every_store(|backing| {
        let served = behind_proxy(backing);
        let began = Instant::now();
        let rush = |name: &'static str, password: &'static str, many: usize| -> Vec<u16> {
            let at = served.address;
            std::thread::scope(|scope| {
                let logins: Vec<_> = (0..many)
                    .map(|_| scope.spawn(move || from(at, "192.0.2.1", name, password, "").status))
                    .collect();
                logins.into_iter().map(|login| login.join().unwrap()).collect()
            })
        };
        let count = |found: &[u16], wanted: u16| found.iter().filter(|one| **one == wanted).count();
        // As many at once as one client may have in progress, repeated until all are done.
        let mut entered = 0;
        while entered < many {
            let wave = (many - entered).min(50);
            let found = rush("clerk", PASSWORD, wave);
            assert_eq!(count(&found, 303), wave, "{found:?}");
            entered += wave;
        }
        println!("login rush: {entered} of {many} in, {:?}, {}", began.elapsed(), backing.name);
        // Concurrent guesses are limited by how few are checked at a time.
        let found = rush("approver", "wrong", many.min(50));
        let checked = count(&found, 401);
        println!("guess rush: {checked} of {} checked, {}", many.min(50), backing.name);
        assert!((5..=7).contains(&checked), "{found:?}");
        assert_eq!(checked + count(&found, 429), many.min(50), "{found:?}");
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

#[test]
fn nobody_is_sent_elsewhere_after_a_login() {
    every_store(|backing| {
        let served = Served::new(backing);
        for (next, want) in [
            ("/queue?reason=underpaid", "/queue?reason=underpaid"),
            ("/\t/evil.example", "/"),
            ("/%09/evil.example", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/nowhere", "/"),
        ] {
            let page = served.ask(&get(&format!("/login?next={}", super::wire::escaped(next))));
            let visitor =
                page.cookie("__Host-duizhang-visitor").unwrap().split(';').next().unwrap();
            assert_eq!(page.field("next"), want.replace('&', "&#38;"), "{next:?} in the form");
            // Nor with a hand-made form.
            let fields = [
                ("csrf", &*page.field("csrf")),
                ("name", "clerk"),
                ("password", PASSWORD),
                ("next", next),
            ];
            let answer = served.ask(&post("/login", &fields).with("cookie", visitor));
            assert_eq!(answer.header("location"), Some(want), "{next:?}");
            let language = format!("/language/en?next={}", super::wire::escaped(next));
            assert_eq!(served.ask(&get(&language)).header("location"), Some(want), "{next:?}");
        }
    });
}

#[test]
fn second_factors_are_sealed_and_those_of_before_are_sealed_at_the_start() {
    every_store(|backing| {
        let served = with_second_factor(backing);
        let store = &served.centre.store;
        let kept = || store.person("clerk").unwrap().unwrap().second_factor.unwrap();
        assert_eq!(kept(), KEY, "as the release before kept it");
        assert_eq!(seal_second_factors(store, &keys()).unwrap(), 1);
        assert!(!kept().contains(KEY) && kept().starts_with("sealed:1:"));
        assert_eq!(seal_second_factors(store, &keys()).unwrap(), 0, "once");
        let code = code_at(KEY, served.now()).unwrap();
        assert_eq!(served.try_login("clerk", PASSWORD, &code).status, 303);
        // Another person's sealed key does not open.
        let sealed = kept();
        store
            .set_second_factor(
                "approver",
                &sealed,
                0,
                &[],
                &entry("second-factor-changed", "approver"),
            )
            .unwrap();
        let code = code_at(KEY, served.now()).unwrap();
        assert_eq!(served.try_login("approver", PASSWORD, &code).status, 401);
        let other = duizhang::web::key::Keys::fresh().unwrap();
        let told = seal_second_factors(store, &other).unwrap_err().to_string();
        assert_eq!(told, "2 second factors were sealed under another key");
    });
}
