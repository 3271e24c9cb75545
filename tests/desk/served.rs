//! A running desk: an invented centre, its people, a clock set by tests.

use super::centre::{Backing, Centre, rules};
use super::feed::csv;
use super::wire::{Answer, Ask, get, post};
use duizhang::remittance::Language;
use duizhang::rulebook::desk::Renewed;
use duizhang::store::Store;
use duizhang::suspense::trail::TrailEntry;
use duizhang::suspense::trail::TrailEvent;
use duizhang::suspense::{AccessRequest, Moment, Role};
use duizhang::web::account::{self, Newcomer};
use duizhang::web::key::{KEY_BYTES, Keys};
use duizhang::web::proxy::Proxies;
use duizhang::web::{self, Setup};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// The clock when a desk starts: noon of 2026-05-13 in Beijing.
pub(crate) const OPENED_AT: i64 = 1_778_644_800;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// The key of RFC 6238's vectors, in base32.
pub(crate) const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

pub(crate) struct Served {
    pub(crate) centre: Centre,
    pub(crate) address: SocketAddr,
    clock: Arc<AtomicI64>,
    runtime: Runtime,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<tokio::task::JoinHandle<()>>,
}

/// The options of the desk.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wish {
    /// A proxy on this machine, the source of the tests' own requests.
    pub(crate) behind_proxy: bool,
    pub(crate) second_factor: bool,
    /// A monitor may read figures at the desk's own address.
    pub(crate) metrics: bool,
}

/// The token of a monitor.
pub(crate) const METRICS_TOKEN: &str = "a token that only the monitor knows";

/// A browser: its session's cookie, and its form token.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl Served {
    /// A centre with some open items and one person of each role, named after it.
    pub(crate) fn new(backing: Backing) -> Self {
        Self::wishing(backing, Wish::default())
    }

    pub(crate) fn wishing(backing: Backing, wish: Wish) -> Self {
        let centre = Centre::new(backing, &["P1 1000", "P2 300", "P3 200"]);
        centre.night_of(
            "05-12",
            &[csv(&["S1 05-11 icbc 600 P1", "S2 05-11 ccb 400 P1", "S3 05-12 icbc 500 -"])],
        );
        for role in Role::ALL {
            hire(&centre.store, role.code(), role);
        }
        Self::of(centre, wish)
    }

    pub(crate) fn of(centre: Centre, wish: Wish) -> Self {
        let clock = Arc::new(AtomicI64::new(OPENED_AT));
        let hand = Arc::clone(&clock);
        let setup = Setup {
            store: centre.store.clone(),
            rules: rules().clone(),
            centre: "示例市住房公积金管理中心".to_owned(),
            language: Language::Chinese,
            proxies: if wish.behind_proxy { Proxies::here() } else { Proxies::default() },
            second_factor: wish.second_factor,
            keys: keys(),
            metrics_token: wish.metrics.then(|| METRICS_TOKEN.to_owned()),
            told: None,
            clock: Arc::new(move || hand.load(Ordering::SeqCst)),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = runtime.spawn(web::serve(listener, setup, async {
            let _ = stopped.await;
        }));
        Self { centre, address, clock, runtime, stop: Some(stop), serving: Some(serving) }
    }

    pub(crate) fn turn_clock(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub(crate) fn ask(&self, ask: &Ask) -> Answer {
        ask.send(self.address)
    }

    /// Fills in the login form.
    pub(crate) fn try_login(&self, name: &str, password: &str, code: &str) -> Answer {
        let page = self.ask(&get("/login"));
        let visitor = page.cookie("__Host-duizhang-visitor").unwrap().split(';').next().unwrap();
        let fields = [
            ("csrf", &*page.field("csrf")),
            ("name", name),
            ("password", password),
            ("code", code),
        ];
        self.ask(&post("/login", &fields).with("cookie", visitor))
    }

    /// Logs in and expects success.
    pub(crate) fn login(&self, name: &str) -> Browser {
        let answer = self.try_login(name, PASSWORD, "");
        assert_eq!(answer.status, 303, "{name}: {}", answer.body);
        self.browser(&answer)
    }

    /// The browser after a login.
    pub(crate) fn browser(&self, login: &Answer) -> Browser {
        let cookie = login.cookie("__Host-duizhang").unwrap().split(';').next().unwrap().to_owned();
        let page = self.ask(&get("/me").with("cookie", &cookie));
        assert_eq!(page.status, 200, "{}", page.body);
        Browser { csrf: page.field("csrf"), cookie }
    }

    pub(crate) fn get(&self, browser: &Browser, path: &str) -> Answer {
        self.ask(&get(path).with("cookie", &browser.cookie))
    }

    /// Sends a form of this browser.
    pub(crate) fn post(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", browser.csrf.as_str())];
        all.extend_from_slice(fields);
        self.ask(&post(path, &all).with("cookie", &browser.cookie))
    }

    /// Stops the desk and waits for its end.
    pub(crate) fn stop(&mut self) {
        if let (Some(stop), Some(serving)) = (self.stop.take(), self.serving.take()) {
            let _ = stop.send(());
            self.runtime.block_on(serving).unwrap();
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
        }
    }
}

/// The keys that seal second factors.
pub(crate) fn keys() -> Keys {
    Keys::of(&[7; KEY_BYTES]).unwrap()
}

/// Adds somebody with [`PASSWORD`], a month ago at the command line.
pub(crate) fn hire(store: &Store, login: &str, role: Role) {
    // Hashing is slow; all of them have the same password.
    static HASH: OnceLock<String> = OnceLock::new();
    let newcomer = Newcomer {
        login: login.to_owned(),
        name: format!("{login}先生"),
        role,
        password: PASSWORD.to_owned(),
        password_given: false,
    };
    let hash = HASH.get_or_init(|| duizhang::web::password::hash(PASSWORD).unwrap());
    change(store, &newcomer.request(hash), OPENED_AT - 30 * 24 * 3600);
}

/// Changes somebody's access at the command line.
pub(crate) fn change(store: &Store, request: &AccessRequest, at: i64) {
    let on = chrono::DateTime::from_timestamp(at, 0).unwrap().date_naive();
    store.change_access(&Renewed::default(), "operator", request, Moment { at, on }).unwrap();
}

/// A token of somebody, made a month ago at the command line and valid for some days from now; and its id.
pub(crate) fn token(
    store: &Store,
    owner: &str,
    role: Role,
    now: i64,
    days: u16,
) -> (String, String) {
    let (token, request) = account::token("测试程序", role, owner, now, days).unwrap();
    change(store, &request, OPENED_AT - 30 * 24 * 3600);
    (token, request.token.unwrap().0)
}

pub(crate) fn entry(event: impl Into<TrailEvent>, subject: &str) -> TrailEntry {
    let [actor, role] = ["operator"; 2].map(str::to_owned);
    let (event, subject) = (event.into(), subject.to_owned());
    TrailEntry { at: OPENED_AT, actor, role, event, subject, detail: String::new() }
}
