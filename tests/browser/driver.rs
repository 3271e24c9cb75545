//! A browser: Chromium through chromedriver, by WebDriver's JSON over a socket.
//!
//! Start at [`Browser::open`]. Each has its own profile, which is deleted with it. It connects only to the desk:
//! everything that would call home is off.

use crate::served::{PASSWORD, Served};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long to wait for an element.
const PATIENCE: Duration = Duration::from_secs(10);

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

const ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
];

pub(crate) struct Browser {
    child: Child,
    port: u16,
    session: String,
    base: String,
    pub(crate) folder: TempDir,
}

impl Browser {
    /// Opens a browser at a desk; `None`, with a message, if this machine has none.
    pub(crate) fn open(served: &Served) -> Option<Self> {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = started else {
            println!("skipped: there is no chromedriver on this machine");
            return None;
        };
        let port = port(&mut child);
        let folder = tempfile::tempdir().unwrap();
        let mut browser = Self {
            child,
            port,
            session: String::new(),
            base: format!("http://{}", served.address),
            folder,
        };
        let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).to_vec();
        arguments
            .push(format!("--user-data-dir={}", browser.folder.path().join("profile").display()));
        let options = json!({ "goog:chromeOptions": { "args": arguments } });
        let asked = json!({ "capabilities": { "alwaysMatch": options } });
        let answer = browser.call("POST", "/session", &asked);
        let Some(session) = answer["sessionId"].as_str() else {
            println!("skipped: chromedriver opens no browser: {}", answer["message"]);
            return None;
        };
        browser.session = format!("/session/{session}");
        browser.size(1280, 900);
        Some(browser)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        // It may keep the connection open despite the request, so the length marks the end.
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(found) = line.strip_prefix("content-length:") {
                length = found.trim().parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body).unwrap();
        let answer: Value = serde_json::from_slice(&body).unwrap();
        answer["value"].clone()
    }

    fn ask(&self, path: &str, body: Value) -> Value {
        let answer = self.call("POST", &format!("{}{path}", self.session), &body);
        assert!(
            answer["error"].is_null(),
            "{path} {body}: {} {}",
            answer["error"],
            answer["message"]
        );
        answer
    }

    /// Goes to an address of the desk.
    pub(crate) fn go(&self, path: &str) {
        self.ask("/url", json!({ "url": format!("{}{path}", self.base) }));
    }

    /// The current path and query.
    pub(crate) fn place(&self) -> String {
        self.js("return location.pathname + location.search").as_str().unwrap().to_owned()
    }

    /// Runs a script in the page.
    pub(crate) fn js(&self, script: &str) -> Value {
        self.ask("/execute/sync", json!({ "script": script, "args": [] }))
    }

    /// Runs a script that reports its end through its last argument.
    pub(crate) fn js_later(&self, script: &str) -> Value {
        self.ask("/execute/async", json!({ "script": script, "args": [] }))
    }

    /// Waits for the first element of a selector.
    fn element(&self, css: &str) -> String {
        let began = Instant::now();
        loop {
            let asked = json!({ "using": "css selector", "value": css });
            let path = format!("{}/element", self.session);
            let found = self.call("POST", &path, &asked);
            if let Some(element) = found[ELEMENT].as_str() {
                return element.to_owned();
            }
            let text = || self.js("return document.body.innerText.slice(0, 1500)");
            assert!(began.elapsed() < PATIENCE, "no {css} at {}: {}", self.place(), text());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn wait_for(&self, css: &str) {
        self.element(css);
    }

    /// Waits until the page has an address with this beginning.
    pub(crate) fn arrive(&self, at: &str) {
        let began = Instant::now();
        while !self.place().starts_with(at) {
            let text = || self.js("return document.body.innerText.slice(0, 1500)");
            assert!(began.elapsed() < PATIENCE, "{at} expected, at {}: {}", self.place(), text());
            std::thread::sleep(Duration::from_millis(50));
        }
        self.wait_for("main");
    }

    pub(crate) fn click(&self, css: &str) {
        let element = self.element(css);
        self.ask(&format!("/element/{element}/click"), json!({}));
    }

    pub(crate) fn fill(&self, css: &str, text: &str) {
        let element = self.element(css);
        self.ask(&format!("/element/{element}/clear"), json!({}));
        self.ask(&format!("/element/{element}/value"), json!({ "text": text }));
    }

    /// Presses keys one after the other at the focus.
    pub(crate) fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                ["keyDown", "keyUp"].map(|what| json!({ "type": what, "value": key.to_string() }))
            })
            .collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.ask("/actions", json!({ "actions": [keyboard] }));
    }

    /// The text of the page.
    pub(crate) fn text(&self) -> String {
        self.js("return document.body.innerText").as_str().unwrap_or_default().to_owned()
    }

    /// Sets the screen width; below 600 it is a phone's.
    pub(crate) fn size(&self, width: u32, height: u32) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 }),
        );
    }

    /// Switches to a dark colour scheme.
    pub(crate) fn dark(&self) {
        let dark = json!({ "name": "prefers-color-scheme", "value": "dark" });
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [dark] }));
    }

    fn devtools(&self, command: &str, parameters: Value) {
        self.ask("/goog/cdp/execute", json!({ "cmd": command, "params": parameters }));
    }

    /// Sends downloads to a folder.
    pub(crate) fn download_into(&self, folder: &Path) {
        let parameters = json!({ "behavior": "allow", "downloadPath": folder });
        self.devtools("Browser.setDownloadBehavior", parameters);
    }

    /// Logs in by the form, with a code if required.
    pub(crate) fn log_in(&self, name: &str, code: &str) {
        self.go("/login");
        self.fill("#name", name);
        self.fill("#password", PASSWORD);
        self.fill("#code", code);
        self.click("form.login button");
        self.arrive("/");
    }

    pub(crate) fn log_out(&self) {
        self.click("form.who button");
        self.arrive("/login");
    }
}

/// The port that chromedriver reports.
fn port(child: &mut Child) -> u16 {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .filter(|line| line.contains("started successfully"))
        .find_map(|line| line.rsplit_once("on port ").map(|(_, port)| port.to_owned()));
    // Its other output must be drained.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    port.unwrap().trim_end_matches('.').parse().unwrap()
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            self.call("DELETE", &self.session, &Value::Null);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
