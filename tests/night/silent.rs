//! A server that falls silent: its clients are released, and clients of a live one keep waiting.

use super::postgres::{self, Client};
use duizhang::store::Store;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[test]
fn a_server_that_falls_silent_is_given_up_and_a_slow_one_is_not() {
    let Some(direct) = postgres::database("silent") else { return };
    let server = postgres::server().unwrap();
    if server.port == 0 {
        return; // Where somebody else's server listens is not known.
    }
    let wire = Wire::to(server.port);
    let words = "sslmode=disable&tcp_user_timeout=1&connect_timeout=1";
    let url = format!("postgres://duizhang@127.0.0.1:{}/silent?{words}", wire.port);
    let store = Store::open(&url, "1", true).unwrap();
    let mut other = Client::connect(&direct).unwrap();
    other.execute("begin; lock table notice in access exclusive mode").unwrap();
    let asked = std::thread::spawn(move || store.audit());
    // Longer than a connection is trusted without a check.
    std::thread::sleep(Duration::from_secs(4));
    assert!(!asked.is_finished(), "{:?}", asked.join().unwrap().err());
    wire.cut.store(true, Ordering::Relaxed);
    let began = Instant::now();
    while !asked.is_finished() {
        assert!(began.elapsed() < Duration::from_secs(60), "it waits for ever");
        std::thread::sleep(Duration::from_millis(50));
    }
    let error = asked.join().unwrap().unwrap_err();
    assert!(error.is_passing(), "{error:?}");
}

/// Passes bytes to a server and back until it is cut; then nothing passes, and nobody hangs up.
struct Wire {
    port: u16,
    cut: Arc<AtomicBool>,
}

impl Wire {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, cut) = (listener.local_addr().unwrap().port(), Arc::new(AtomicBool::new(false)));
        let is_cut = Arc::clone(&cut);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let there = TcpStream::connect(("127.0.0.1", server)).unwrap();
                for (from, to) in [(&client, &there), (&there, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let is_cut = Arc::clone(&is_cut);
                    std::thread::spawn(move || pass(from, to, &is_cut));
                }
            }
        });
        Self { port, cut }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, is_cut: &AtomicBool) {
    let mut bytes = [0; 8_192];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        while is_cut.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_secs(1));
        }
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
