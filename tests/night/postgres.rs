//! A PostgreSQL server for the tests: started once a test program, and removed with it.
//!
//! Start at [`url`], or at [`database`] for a separate database. It runs in a temporary directory, on a socket there
//! and on a port with TLS, and never as root, which PostgreSQL refuses. `TEST_POSTGRES_URL` names another server
//! instead. Without any server a suite says that it skips.

use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, raw_sql};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The server's URL, with a database to use; `None` without PostgreSQL.
pub(crate) fn url() -> Option<&'static str> {
    server().map(|server| server.url.as_str())
}

/// The server; `None` if there is none.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(start).as_ref()
}

/// Makes a database of this name, and gives its URL.
pub(crate) fn database(name: &str) -> Option<String> {
    let url = url()?;
    let made = format!("create database {name} template template0");
    Client::connect(url).unwrap().execute(&made).unwrap();
    Some(match url.strip_suffix("/postgres") {
        Some(start) => format!("{start}/{name}"),
        None => panic!("TEST_POSTGRES_URL must end with /postgres"),
    })
}

/// Direct access to the server behind the store's back.
pub(crate) struct Client {
    runtime: tokio::runtime::Runtime,
    connection: PgConnection,
}

impl Client {
    pub(crate) fn connect(url: &str) -> Result<Self, sqlx::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // A pooler knows no such setting.
        let place = url.parse::<PgConnectOptions>()?.extra_float_digits(None);
        let connection = runtime.block_on(place.connect())?;
        Ok(Self { runtime, connection })
    }

    /// Runs statements; returns the number of affected rows.
    pub(crate) fn execute(&mut self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = raw_sql(AssertSqlSafe(sql.to_owned()));
        let done = self.runtime.block_on(sql.execute(&mut self.connection))?;
        Ok(done.rows_affected())
    }

    /// The rows of a statement, as texts.
    pub(crate) fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        let sql = raw_sql(AssertSqlSafe(sql.to_owned()));
        let rows = self.runtime.block_on(sql.fetch_all(&mut self.connection)).unwrap();
        let text =
            |row: &PgRow, column| row.try_get_unchecked::<Option<String>, _>(column).unwrap();
        let texts = |row: &PgRow| {
            (0..row.len()).map(|column| text(row, column).unwrap_or_default()).collect()
        };
        rows.iter().map(texts).collect()
    }
}

/// A running server.
pub(crate) struct Server {
    pub(crate) url: String,
    /// The folder of its socket; empty for another server.
    pub(crate) folder: PathBuf,
    /// The port with TLS on 127.0.0.1.
    pub(crate) port: u16,
    /// The watcher stops the server when this end of the pipe closes, however the tests end.
    _alive: Option<ChildStdin>,
    _watcher: Option<Child>,
}

/// Runs the server until standard input closes, then cleans up.
const WATCH: &str = r#"
    "$1/postgres" -D "$2/data" -k "$2" -p "$3" -c listen_addresses=127.0.0.1 -c ssl=on \
        -c "ssl_cert_file=$2/server.pem" -c "ssl_key_file=$2/server.key" \
        -c fsync=off -c full_page_writes=off \
        -c max_connections=200 -c shared_buffers=256MB -c log_min_messages=panic \
        >"$2/log" 2>&1 </dev/null &
    server=$!
    cat >/dev/null
    kill -INT $server
    wait $server
    rm -rf "$2"
"#;

fn start() -> Option<Server> {
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        return Some(Server { url, folder: PathBuf::new(), port: 0, _alive: None, _watcher: None });
    }
    let Some(programs) = programs() else {
        println!("skipped on postgres: no server is installed (Debian: postgresql)");
        return None;
    };
    let folder = folder();
    let made = as_nobody_special(&folder, "sh")
        .args([
            "-c",
            r#""$1/initdb" -D "$2/data" -U duizhang -A trust -E UTF8 --locale=C.UTF-8 --no-sync"#,
        ])
        .arg("initdb")
        .args([&programs, &folder])
        .output()
        .unwrap();
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    certify(&folder);
    let port = free_port();
    let mut watcher = as_nobody_special(&folder, "sh")
        .args(["-c", WATCH, "watch"])
        .args([&programs, &folder])
        .arg(port.to_string())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let socket = folder.display().to_string().replace('/', "%2F");
    let url = format!("postgres://duizhang@{socket}:{port}/postgres");
    let alive = watcher.stdin.take();
    let server = Server { url, folder, port, _alive: alive, _watcher: Some(watcher) };
    server.wait();
    Some(server)
}

/// A self-signed certificate for `localhost`.
fn certify(folder: &Path) {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("server.pem"), signed.cert.pem()).unwrap();
    std::fs::write(folder.join("server.key"), signed.signing_key.serialize_pem()).unwrap();
    // The server must own its key, and refuses one that others may read.
    let key = folder.join("server.key");
    assert!(Command::new("chmod").arg("600").arg(&key).status().unwrap().success());
    if is_root() {
        assert!(Command::new("chown").arg("nobody").arg(&key).status().unwrap().success());
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Server {
    /// Waits until it answers.
    fn wait(&self) {
        let began = Instant::now();
        while let Err(error) = Client::connect(&self.url) {
            if began.elapsed() > Duration::from_secs(60) {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("the server on port {} did not come up: {error}\n{log}", self.port);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A folder for the server; in memory if possible.
fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let within = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = tempfile::Builder::new().prefix("duizhang-postgres-").tempdir_in(within).unwrap();
    // The watcher removes it.
    let folder = folder.keep();
    if is_root() {
        let given = Command::new("chown").arg("nobody").arg(&folder).status().unwrap();
        assert!(given.success(), "chown {}", folder.display());
    }
    folder
}

/// A command as another user if we are root: PostgreSQL does not run as root.
pub(crate) fn as_nobody_special(folder: &Path, program: &str) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--clear-groups", "--", program]);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder).stdout(Stdio::null());
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// The folder of the newest server's programs.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop()
}
