//! Attackers: slow senders, huge bodies, odd bytes, texts with markup.

use super::centre::every_store;
use super::served::{METRICS_TOKEN, Served, Wish};
use super::wire::{get, post, read};
use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[test]
fn whoever_sends_headers_slowly_is_cut_off_and_others_are_served() {
    every_store(|backing| {
        let served = Served::new(backing);
        let mut slow: Vec<TcpStream> =
            (0..20).map(|_| TcpStream::connect(served.address).unwrap()).collect();
        for stream in &mut slow {
            stream.write_all(b"GET /login HTTP/1.1\r\nhost: a\r\n").unwrap();
        }
        let began = Instant::now();
        assert_eq!(served.ask(&get("/healthz")).status, 200);
        assert!(began.elapsed() < Duration::from_secs(2));
        let last = slow.last_mut().unwrap();
        last.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let answer = read(last);
        assert!(matches!(answer.status, 0 | 408), "{answer:?}");
        assert!(began.elapsed() < Duration::from_secs(20), "cut off after ten seconds");
    });
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    every_store(|backing| {
        let served = Served::new(backing);
        let browser = served.login("clerk");
        let large = "x".repeat(100_000);
        let answer = served.post(&browser, "/me/password", &[("current", &large)]);
        assert_eq!(answer.status, 413);
        assert_eq!(served.get(&browser, "/me").status, 200);
    });
}

#[test]
fn what_is_no_form_and_no_address_is_refused_in_words() {
    every_store(|backing| {
        let served = Served::new(backing);
        let browser = served.login("administrator");
        let missing = served.post(&browser, "/people", &[("login", "a")]);
        assert_eq!(missing.status, 422);
        assert!(missing.body.contains("<main"), "a page, not a program's words: {}", missing.body);
        let mut json = post("/people", &[]).with("cookie", &browser.cookie);
        json = json.with("x-csrf-token", &browser.csrf);
        json.headers[0].1 = "application/json".into();
        json.body = "{\"login\":\"a\"}".into();
        assert_eq!(served.ask(&json).status, 422);
        for path in [
            "/%00",
            "/%ff%fe",
            "/../../etc/passwd",
            "/asset/..%2f..%2fCargo.toml",
            "/people/%0d%0aa/role",
        ] {
            let status = served.ask(&get(path)).status;
            assert!((400..500).contains(&status), "{path}: {status}");
        }
    });
}

#[test]
fn a_name_that_would_be_markup_is_text() {
    every_store(|backing| {
        let served = Served::new(backing);
        let browser = served.login("administrator");
        let name = "<img src=x onerror=alert(1)>\"'&";
        let fields = [("login", "mallory"), ("name", name), ("role", "auditor")];
        assert_eq!(served.post(&browser, "/people", &fields).status, 200);
        let page = served.get(&browser, "/people").body;
        assert!(!page.contains("<img"), "{page}");
        assert!(page.contains("&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;"), "{page}");
        let login = served.ask(&get("/login?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")).body;
        assert!(!login.contains("<script>"), "{login}");
        let agent = get("/login").with("user-agent", "<script>alert(1)</script>");
        served.ask(&agent);
    });
}

#[test]
fn figures_are_for_the_monitor_alone_and_name_nobody() {
    every_store(|backing| {
        assert_eq!(Served::new(backing).ask(&get("/metrics")).status, 404, "nobody asked for them");
        let served = Served::wishing(backing, Wish { metrics: true, ..Wish::default() });
        served.login("clerk");
        served.ask(&get("/people/somebody/role"));
        served.ask(&get("/made-up-by-a-stranger"));
        let with = |token: &str| get("/metrics").with("authorization", &format!("Bearer {token}"));
        for ask in [get("/metrics"), with("wrong"), with("")] {
            assert_eq!(served.ask(&ask).status, 401);
        }
        let answer = served.ask(&with(METRICS_TOKEN));
        assert_eq!(answer.status, 200);
        let text = &answer.body;
        for line in [
            "duizhang_suspense_items{reason=\"no-reference\"} 1",
            "duizhang_suspense_items{reason=\"cross-bank\"}",
            "duizhang_suspense_fen{reason=\"no-reference\"} 50000",
            "duizhang_oldest_item_days",
            "duizhang_last_night_timestamp_seconds 1778544000",
            "duizhang_http_requests_total{method=\"POST\",route=\"/login\",status=\"303\"} 1",
            "duizhang_http_request_duration_seconds_bucket{",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        for word in ["clerk", "somebody", "stranger", "S3", "示例"] {
            assert!(!text.contains(word), "{word}");
        }
    });
}

#[test]
fn slow_connections_that_come_back_starve_no_health_check() {
    let many = std::env::var("DUIZHANG_SLOW").ok().and_then(|many| many.parse().ok());
    let many: usize = many.unwrap_or(600);
    every_store(|backing| {
        let served = Served::new(backing);
        let over = AtomicBool::new(false);
        let came = AtomicUsize::new(0);
        let (mut longest, mut asked) = (Duration::ZERO, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Each sends part of a head, and reconnects as soon as it is dropped.
                let mut slow: Vec<Option<TcpStream>> = (0..many).map(|_| None).collect();
                while !over.load(Ordering::Relaxed) {
                    for stream in &mut slow {
                        let gone = stream
                            .as_mut()
                            .is_none_or(|stream| stream.write_all(b"x: y\r\n").is_err());
                        if gone {
                            *stream = TcpStream::connect(served.address).ok();
                            came.fetch_add(1, Ordering::Relaxed);
                            if let Some(stream) = stream {
                                let _ = stream.write_all(b"GET /login HTTP/1.1\r\nhost: a\r\n");
                            }
                        }
                    }
                    std::thread::sleep(Duration::from_millis(20));
                }
            });
            std::thread::sleep(Duration::from_millis(300));
            while asked < 20 {
                let began = Instant::now();
                assert_eq!(served.ask(&get("/healthz")).status, 200);
                longest = longest.max(began.elapsed());
                asked += 1;
                std::thread::sleep(Duration::from_millis(30));
            }
            over.store(true, Ordering::Relaxed);
        });
        println!(
            "slow connections: {many}, which came {} times; {asked} health checks, the slowest {longest:?}, {}",
            came.load(Ordering::Relaxed),
            backing.name
        );
        assert!(longest < Duration::from_secs(1), "{longest:?}");
    });
}

#[test]
fn behind_a_proxy_there_is_no_way_back_from_tls() {
    every_store(|backing| {
        let served = Served::wishing(backing, Wish { behind_proxy: true, ..Wish::default() });
        let answer = served.ask(&get("/login"));
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
    });
}

#[test]
fn told_to_stop_the_desk_finishes_what_is_under_way() {
    every_store(|backing| {
        let mut served = Served::new(backing);
        let mut stream = TcpStream::connect(served.address).unwrap();
        // A request is in progress once its head has arrived, even before the rest of its form.
        stream
            .write_all(
                b"POST /login HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 9\r\n\
                  content-type: application/x-www-form-urlencoded\r\n\r\nname=",
            )
            .unwrap();
        let end = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            stream.write_all(b"none").unwrap();
            read(&mut stream)
        });
        std::thread::sleep(Duration::from_millis(100));
        let began = Instant::now();
        served.stop();
        assert!(began.elapsed() < Duration::from_secs(15));
        let answer = end.join().unwrap();
        assert_eq!(answer.status, 403, "answered, though with no more than a refusal: {answer:?}");
        assert!(TcpStream::connect(served.address).is_err(), "nobody listens any more");
    });
}
