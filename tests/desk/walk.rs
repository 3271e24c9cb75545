//! Every address, as everybody: requests over a socket get what the table of routes says.
//!
//! [`WHO`] repeats by hand who may do what. A route missing from it fails the first test; the second tests that roles
//! are refused what they may not do; the others check every answer's headers.

use super::centre::{Backing, Centre, every_store};
use super::served::{Browser, Served, Wish, hire};
use super::wire::{Answer, Ask, get, post};
use duizhang::store::Store;
use duizhang::suspense::Role;
use duizhang::web::listed;

/// Method, address, and who: `anybody`, `own` (everyone logged in), or roles by letter: c(lerk), a(pprover), m
/// (administrator), u (auditor); `api:` before them for programs' tokens.
#[rustfmt::skip] // A table is read by column.
const WHO: &[(&str, &str, &str)] = &[
    ("GET",  "/",                     "camu"),
    ("GET",  "/queue",                "camu"),
    ("GET",  "/queue/export.xlsx",    "cau"),
    ("GET",  "/items/{account}/{serial}",        "camu"),
    ("POST", "/items/{account}/{serial}/unmask", "cau"),
    ("POST", "/items/{account}/{serial}/note",   "ca"),
    ("POST", "/assign",               "ca"),
    ("POST", "/preview",              "ca"),
    ("POST", "/propose",              "ca"),
    ("POST", "/proposals/{id}/withdraw",         "ca"),
    ("POST", "/proposals/{id}/send-back",        "a"),
    ("GET",  "/approvals",            "camu"),
    ("POST", "/approvals/approve",    "a"),
    ("GET",  "/refunds",              "camu"),
    ("POST", "/refunds/export",       "a"),
    ("GET",  "/refunds/{reference}",  "camu"),
    ("POST", "/refunds/{reference}/unmask",      "cau"),
    ("POST", "/refunds/{reference}/ask",         "ca"),
    ("POST", "/refunds/{reference}/approve",     "a"),
    ("POST", "/refunds/{reference}/drop",        "ca"),
    ("GET",  "/counter",              "camu"),
    ("POST", "/counter",              "ca"),
    ("POST", "/counter/{id}/unmask",  "cau"),
    ("POST", "/counter/{id}/approve", "a"),
    ("POST", "/counter/{id}/send-back", "a"),
    ("POST", "/counter/{id}/withdraw",  "ca"),
    ("GET",  "/transactions",         "camu"),
    ("GET",  "/transactions/{account}/{serial}", "camu"),
    ("GET",  "/notices",              "camu"),
    ("GET",  "/employers",            "camu"),
    ("GET",  "/employers/{id}",       "camu"),
    ("POST", "/employers/{id}/address", "cam"),
    ("GET",  "/letters",              "camu"),
    ("GET",  "/letters/back",         "camu"),
    ("POST", "/letters/back/{id}",    "cam"),
    ("GET",  "/letters/{id}",         "camu"),
    ("GET",  "/letters/{id}/letter.eml", "camu"),
    ("GET",  "/letters/{id}/print",   "camu"),
    ("POST", "/letters/{id}/retry",   "cam"),
    ("GET",  "/held",                 "camu"),
    ("POST", "/held",                 "a"),
    ("GET",  "/calls",                "camu"),
    ("POST", "/calls",                "ca"),
    ("GET",  "/runs",                 "camu"),
    ("GET",  "/runs/{day}",           "camu"),
    ("GET",  "/rules",                "camu"),
    ("GET",  "/trail",                "amu"),
    ("GET",  "/trail/export.csv",     "amu"),
    ("GET",  "/trail/export.jsonl",   "amu"),
    ("GET",  "/login",                "anybody"),
    ("POST", "/login",                "anybody"),
    ("POST", "/logout",               "own"),
    ("GET",  "/confirm",              "anybody"),
    ("POST", "/confirm",              "anybody"),
    ("GET",  "/unsubscribe",          "anybody"),
    ("POST", "/unsubscribe",          "anybody"),
    ("GET",  "/language/{language}",  "anybody"),
    ("GET",  "/me",                   "own"),
    ("POST", "/me/password",          "own"),
    ("GET",  "/me/second-factor",     "own"),
    ("POST", "/me/second-factor",     "own"),
    ("POST", "/me/sessions/end",      "own"),
    ("GET",  "/people",               "m"),
    ("POST", "/people",               "m"),
    ("POST", "/people/{id}/role",     "m"),
    ("POST", "/people/{id}/disable",  "m"),
    ("POST", "/people/{id}/enable",   "m"),
    ("POST", "/people/{id}/reset",    "m"),
    ("GET",  "/access",               "amu"),
    ("POST", "/access/{id}/confirm",  "m"),
    ("POST", "/access/{id}/withdraw", "m"),
    ("POST", "/access/{id}/object",   "a"),
    ("GET",  "/tokens",               "m"),
    ("POST", "/tokens",               "m"),
    ("POST", "/tokens/{id}/revoke",   "m"),
    ("GET",  "/asset/{name}",         "anybody"),
    ("GET",  "/healthz",              "anybody"),
    ("GET",  "/readyz",               "anybody"),
    ("GET",  "/metrics",              "anybody"),
    ("GET",  "/api/v1/openapi.json",  "anybody"),
    ("GET",  "/api/v1/suspense",      "api:camu"),
    ("GET",  "/api/v1/suspense/{account}/{serial}",             "api:camu"),
    ("GET",  "/api/v1/suspense/{account}/{serial}/suggestions", "api:camu"),
    ("GET",  "/api/v1/suspense/{account}/{serial}/history",     "api:camu"),
    ("POST", "/api/v1/suspense/{account}/{serial}/notes",       "api:ca"),
    ("POST", "/api/v1/assignments",   "api:ca"),
    ("POST", "/api/v1/previews",      "api:ca"),
    ("GET",  "/api/v1/proposals",     "api:camu"),
    ("POST", "/api/v1/proposals",     "api:ca"),
    ("GET",  "/api/v1/proposals/{id}",            "api:camu"),
    ("POST", "/api/v1/proposals/{id}/approve",    "api:a"),
    ("POST", "/api/v1/proposals/{id}/send-back",  "api:a"),
    ("POST", "/api/v1/proposals/{id}/withdraw",   "api:ca"),
    ("GET",  "/api/v1/transactions",  "api:camu"),
    ("GET",  "/api/v1/notices",       "api:camu"),
    ("GET",  "/api/v1/employers",     "api:camu"),
    ("GET",  "/api/v1/employers/{id}", "api:camu"),
    ("GET",  "/api/v1/runs",          "api:camu"),
    ("GET",  "/api/v1/letters",       "api:camu"),
    ("POST", "/api/v1/bounces",       "api:cam"),
    ("GET",  "/api/v1/trail",         "api:amu"),
    ("GET",  "/api/v1/audit",         "api:amu"),
];

const LETTERS: [(Role, char); 4] =
    [(Role::Clerk, 'c'), (Role::Approver, 'a'), (Role::Administrator, 'm'), (Role::Auditor, 'u')];

/// An address with its parameters filled in.
fn filled(path: &str) -> String {
    let gap = |part: &str| match part {
        "{language}" => "en".to_owned(),
        "{serial}" => "S3".to_owned(),
        "{day}" => "2026-05-12".to_owned(),
        gap if gap.starts_with('{') => "1".to_owned(),
        fixed => fixed.to_owned(),
    };
    path.split('/').map(gap).collect::<Vec<_>>().join("/")
}

fn ask(method: &str, path: &str, browser: Option<&Browser>, csrf: Option<&str>) -> Ask {
    let path = filled(path);
    let ask = match (method, csrf) {
        ("GET", _) => get(&path),
        (_, Some(csrf)) => post(&path, &[("csrf", csrf)]),
        (_, None) => post(&path, &[]),
    };
    match browser {
        Some(browser) => ask.with("cookie", &browser.cookie),
        None => ask,
    }
}

fn desk_routes() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    WHO.iter().filter(|(_, _, who)| !who.starts_with("api:"))
}

/// Whether the answer sends a visitor without a login away.
fn asks_for_login(answer: &Answer) -> bool {
    let to_login = answer.header("location").is_some_and(|to| to.starts_with("/login"));
    answer.status == 401 || (answer.status == 303 && to_login)
}

#[test]
fn every_route_is_known_here() {
    let mut listed: Vec<(String, String)> =
        listed().iter().map(|route| (route.method.to_string(), route.path.to_owned())).collect();
    let mut known: Vec<(String, String)> =
        WHO.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    listed.sort();
    known.sort();
    assert_eq!(listed, known, "a route without a row in WHO, or a row without its route");
}

#[test]
fn what_a_role_may_not_do_is_refused_and_nothing_else_is() {
    every_store(|backing| {
        let served = Served::new(backing);
        for (role, letter) in LETTERS {
            let mut browser = served.login(role.code());
            for (method, path, who) in desk_routes() {
                // Some of these acts end the session.
                if served.get(&browser, "/me").status != 200 {
                    browser = served.login(role.code());
                }
                let answer = served.ask(&ask(method, path, Some(&browser), Some(&browser.csrf)));
                let may = who.contains(letter) || *who == "own";
                let case = format!("{method} {path} as {role:?}: {}", answer.status);
                assert!(answer.status < 500, "{case}: {}", answer.body);
                // A form before the login is bound to another cookie than a session's.
                if *who == "anybody" {
                    assert!(
                        matches!(*path, "/login" | "/confirm") || answer.status != 403,
                        "{case}"
                    );
                } else if may {
                    assert!(
                        answer.status != 403 && !(asks_for_login(&answer) && *path != "/logout"),
                        "{case}"
                    );
                } else {
                    assert_eq!(answer.status, 403, "{case}");
                }
            }
        }
    });
}

#[test]
fn without_a_session_nothing_is_answered_but_the_login() {
    every_store(|backing| {
        let served = Served::new(backing);
        // A session of another centre in the same database is invalid here.
        let foreign = foreign(backing, &served);
        let elsewhere = Browser { csrf: foreign.1, cookie: foreign.0 };
        for (method, path, who) in desk_routes().filter(|(_, _, who)| *who != "anybody") {
            for browser in [None, Some(&elsewhere)] {
                let csrf = browser.map(|browser| browser.csrf.as_str());
                let answer = served.ask(&ask(method, path, browser, csrf));
                assert!(asks_for_login(&answer), "{method} {path} ({who}): {}", answer.status);
                assert!(!answer.body.contains("S3"), "{method} {path}");
            }
        }
    });
}

#[test]
fn a_token_may_what_its_role_may_here_and_nowhere_else() {
    every_store(|backing| {
        let served = Served::new(backing);
        let url = served.centre.url();
        let code = format!("{url}-{}-far", served.centre.store.centre_id());
        let elsewhere = Store::open(&url, &code, true).unwrap();
        let token = |store: &Store, role: Role| {
            let (token, _) = super::served::token(store, role.code(), role, served.now(), 1);
            format!("Bearer {token}")
        };
        for (role, letter) in LETTERS {
            hire(&elsewhere, role.code(), role);
            let (own, foreign) = (token(&served.centre.store, role), token(&elsewhere, role));
            for (method, path, who) in WHO.iter().filter(|(_, _, who)| who.starts_with("api:")) {
                let bare = ask(method, path, None, None);
                let case = format!("{method} {path} as {role:?}");
                assert_eq!(served.ask(&bare).status, 401, "{case}: without a token");
                let foreign = served.ask(&bare.clone().with("authorization", &foreign));
                assert_eq!(foreign.status, 401, "{case}: of another centre");
                let answer = served.ask(&bare.with("authorization", &own));
                assert!(answer.status < 500, "{case}: {}", answer.body);
                let may = who.trim_start_matches("api:").contains(letter);
                assert_eq!(answer.status != 403, may, "{case}: {}", answer.status);
            }
        }
    });
}

/// Cookie and CSRF token of a clerk logged in at another centre of the same database.
fn foreign(backing: Backing, served: &Served) -> (String, String) {
    let url = served.centre.url();
    let store = Store::open(&url, &format!("{url}-elsewhere"), true).unwrap();
    hire(&store, "clerk", Role::Clerk);
    let other = Served::of(Centre::over(backing, store), Wish::default());
    let browser = other.login("clerk");
    assert_eq!(other.get(&browser, "/me").status, 200);
    (browser.cookie, browser.csrf)
}

#[test]
fn a_form_that_is_not_ours_is_refused() {
    every_store(|backing| {
        let served = Served::new(backing);
        let stranger = served.login("auditor");
        for (role, letter) in LETTERS {
            let browser = served.login(role.code());
            let acts = desk_routes().filter(|(method, ..)| *method == "POST");
            for (method, path, _) in acts
                .filter(|(_, _, who)| *who == "own" || who.contains(letter))
                // A link is its own proof: a mail system has no form of ours.
                .filter(|(_, path, _)| *path != "/unsubscribe")
            {
                // Without a token, with another session's, and with another site as origin.
                let bare = ask(method, path, Some(&browser), None);
                let strangers = ask(method, path, Some(&browser), Some(&stranger.csrf));
                let elsewhere = ask(method, path, Some(&browser), Some(&browser.csrf))
                    .with("sec-fetch-site", "cross-site");
                for ask in [bare, strangers, elsewhere] {
                    let answer = served.ask(&ask);
                    assert_eq!(answer.status, 403, "{method} {path} as {role:?}: {ask:?}");
                }
            }
            assert_eq!(
                served.get(&browser, "/me").status,
                200,
                "no act was done, not even a logout"
            );
        }
        let bare = served.ask(&post("/login", &[("name", "clerk"), ("password", "x")]));
        assert_eq!(bare.status, 403, "a login form from elsewhere");
        let bare = served.ask(&post("/confirm", &[("token", "x")]));
        assert_eq!(bare.status, 403, "a confirming form from elsewhere");
    });
}

#[test]
fn every_answer_says_what_a_browser_may_do_with_it() {
    every_store(|backing| {
        let served = Served::new(backing);
        let browser = served.login("administrator");
        let routes = desk_routes().map(|(method, path, _)| (*method, *path));
        for (method, path) in
            routes.chain([("GET", "/nowhere"), ("PUT", "/login"), ("GET", "/api/v1/nowhere")])
        {
            for browser in [None, Some(&browser)] {
                let answer = served.ask(&ask(method, path, browser, None));
                let case = format!("{method} {path}: {}", answer.status);
                let policy =
                    answer.header("content-security-policy").unwrap_or_else(|| panic!("{case}"));
                assert!(policy.starts_with("default-src 'none';"), "{case}");
                assert!(!policy.contains("unsafe"), "{case}");
                assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{case}");
                assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{case}");
                assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{case}");
                assert_eq!(
                    answer.header("strict-transport-security"),
                    None,
                    "{case}: no proxy, no TLS"
                );
                if !(path.starts_with("/asset/") && answer.status == 200) {
                    assert_eq!(answer.header("cache-control"), Some("no-store"), "{case}");
                }
                // The page has nothing that the policy forbids.
                for mark in [
                    "<script>",
                    "style=\"",
                    " onclick",
                    "<style",
                    "javascript:",
                    "http://",
                    "https://",
                ] {
                    let body = answer.body.replace("http://www.w3.org/2000/svg", "");
                    assert!(!body.contains(mark), "{case}: {mark}");
                }
            }
        }
    });
}

#[test]
fn files_are_found_by_what_is_in_them_and_kept() {
    every_store(|backing| {
        let served = Served::new(backing);
        let page = served.ask(&get("/login")).body;
        let addresses: Vec<&str> =
            page.split('"').filter(|part| part.starts_with("/asset/")).collect();
        assert!(addresses.len() >= 3, "{page}");
        for address in addresses {
            let answer = served.ask(&get(address));
            assert_eq!(answer.status, 200, "{address}");
            assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
            assert!(answer.body.len() > 10, "{address}");
        }
        assert_eq!(served.ask(&get("/asset/0000000000000000-desk.css")).status, 404);
    });
}
