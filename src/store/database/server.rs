//! How a PostgreSQL server is reached: the URL, the password, TLS.
//!
//! `postgres://user@host:5432/name?sslmode=require`, in libpq's form. Start at [`Server::parse`]; it first
//! takes out the parameters that the driver does not know ([`Words`]): several hosts, `sslrootcert` (a PEM file
//! of authorities), `passfile` (a file that holds only the password, as systemd's `LoadCredential` gives),
//! `statement_timeout` (milliseconds a statement may take), `connect_timeout` and `tcp_user_timeout` (seconds),
//! `target_session_attrs`.
//!
//! Invariant: where TLS is used, the server's certificate is verified, name and chain. A local server is
//! reached without TLS unless the URL asks for it; any other needs `sslmode=disable` for an unencrypted
//! connection.

use super::sql::postgres::{Reach, Session};
use crate::store::StoreError;
use crate::store::error::ServerError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long connecting may take, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for a silent server: a failed-over server must not hang a night.
const SILENCE: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Server {
    /// The candidate hosts, in the order in which they are tried.
    places: Vec<PgConnectOptions>,
    authorities: Option<PathBuf>,
    connect_timeout: Duration,
    silence: Duration,
    /// Skips a read-only host.
    to_write: bool,
    /// Milliseconds a statement may take.
    pub(crate) statement_timeout: Option<u32>,
    /// For messages, without the password.
    pub(crate) shown: String,
}

/// The URL parameters that the driver does not know, or treats differently.
#[derive(Default)]
struct Words {
    authorities: Option<PathBuf>,
    password: Option<String>,
    statement_timeout: Option<u32>,
    connect_timeout: Option<Duration>,
    silence: Option<Duration>,
    ssl_mode: Option<PgSslMode>,
    to_write: bool,
}

impl Words {
    /// Takes a parameter; `false` if it is the driver's.
    fn take(&mut self, name: &str, value: &str) -> Result<bool, ServerError> {
        let wrong = |expected| ServerError::Value {
            name: name.to_owned(),
            found: value.to_owned(),
            expected,
        };
        let seconds = || match value.parse() {
            Ok(0) => Ok(Duration::MAX), // As in libpq.
            Ok(seconds) => Ok(Duration::from_secs(seconds)),
            Err(_) => Err(wrong("a whole number of seconds")),
        };
        match name {
            "sslrootcert" => self.authorities = Some(PathBuf::from(value)),
            "passfile" => self.password = Some(first_line(Path::new(value))?),
            "statement_timeout" => {
                let number = value.parse().map_err(|_| wrong("a whole number of milliseconds"))?;
                self.statement_timeout = Some(number);
            }
            "connect_timeout" => self.connect_timeout = Some(seconds()?),
            "tcp_user_timeout" => self.silence = Some(seconds()?),
            // The driver checks the certificate only for verify-full. The modes between that and disable would
            // silently drop TLS or the check.
            "sslmode" => match value {
                "disable" => self.ssl_mode = Some(PgSslMode::Disable),
                "require" | "verify-full" => self.ssl_mode = Some(PgSslMode::VerifyFull),
                _ => return Err(wrong("disable or require")),
            },
            "target_session_attrs" => match value {
                "any" => self.to_write = false,
                "read-write" => self.to_write = true,
                _ => return Err(wrong("any or read-write")),
            },
            "user" | "password" | "dbname" | "host" | "port" | "application_name" | "options" => {
                return Ok(false);
            }
            _ => return Err(ServerError::Unknown { name: name.to_owned() }),
        }
        Ok(true)
    }
}

impl Server {
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let shown = crate::store::without_password(url);
        let read = |url: &str| Self::read(url, &shown);
        read(url).map_err(|source| StoreError::Server { url: shown.clone(), source })
    }

    fn read(url: &str, shown: &str) -> Result<Self, ServerError> {
        let mut words = Words::default();
        let url = without(url, |name, value| words.take(name, value))?;
        let mut places = Vec::new();
        for one in of_each_host(&url) {
            let place: PgConnectOptions =
                one.parse().map_err(|error: sqlx::Error| ServerError::Syntax(error.into()))?;
            places.push(ready(place, &url, words.password.as_deref()));
        }
        let is_here = places.iter().all(is_here);
        let ssl_mode = words.ssl_mode.unwrap_or(if is_here {
            PgSslMode::Disable
        } else {
            PgSslMode::VerifyFull
        });
        Ok(Self {
            places: places.into_iter().map(|place| place.ssl_mode(ssl_mode)).collect(),
            authorities: words.authorities,
            connect_timeout: words.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            silence: words.silence.unwrap_or(SILENCE),
            to_write: words.to_write,
            statement_timeout: words.statement_timeout,
            shown: shown.to_owned(),
        })
    }

    /// Connects to the first host that accepts.
    pub(crate) fn connect(&self) -> Result<Session, StoreError> {
        let authorities = self
            .authorities()
            .map_err(|source| StoreError::Server { url: self.shown.clone(), source })?;
        let mut failed = sqlx::Error::Configuration("no host is named".into()).into();
        for place in &self.places {
            let place = match &authorities {
                Some(pem) => place.clone().ssl_root_cert_from_pem(pem.clone()),
                None => place.clone(),
            };
            let (connect_timeout, silence) = (self.connect_timeout, self.silence);
            match Session::open(Reach { place, connect_timeout, silence }) {
                Ok(session) if !self.to_write || session.is_writable().unwrap_or(false) => {
                    return Ok(session);
                }
                Ok(_) => failed = sqlx::Error::Configuration("it can only be read".into()).into(),
                Err(error) => failed = error,
            }
        }
        Err(StoreError::Connect { url: self.shown.clone(), source: failed })
    }

    /// The trusted authorities besides the system's, checked first: the driver would not say which file is
    /// wrong.
    fn authorities(&self) -> Result<Option<Vec<u8>>, ServerError> {
        let Some(path) = &self.authorities else { return Ok(None) };
        let unreadable = || ServerError::Authorities { path: path.clone() };
        let pem = std::fs::read(path).map_err(|_| unreadable())?;
        let mut found = CertificateDer::pem_slice_iter(&pem).peekable();
        if found.peek().is_none() || found.any(|certificate| certificate.is_err()) {
            return Err(unreadable());
        }
        Ok(Some(pem))
    }
}

/// A host's options for the driver.
fn ready(place: PgConnectOptions, url: &str, password: Option<&str>) -> PgConnectOptions {
    // The driver keeps the brackets of an IPv6 address and then finds no such host.
    let host = place.get_host().trim_matches(['[', ']']).to_owned();
    // A pooler does not know `extra_float_digits`; the store logs statements itself.
    let mut place = place.host(&host).extra_float_digits(None).disable_statement_logging();
    if !url.contains("application_name=") {
        place = place.application_name("duizhang");
    }
    match password {
        Some(password) => place.password(password),
        None => place,
    }
}

/// Whether a host is this machine.
fn is_here(place: &PgConnectOptions) -> bool {
    let host = place.get_host();
    place.get_socket().is_some()
        || host.starts_with('/')
        || matches!(host, "localhost" | "127.0.0.1" | "::1")
}

/// One URL for each host of `postgres://user@one:5432,two:5433/name`.
fn of_each_host(url: &str) -> Vec<String> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, hosts) = match authority.rsplit_once('@') {
        Some((user, hosts)) => (format!("{user}@"), hosts),
        None => (String::new(), authority),
    };
    hosts.split(',').map(|host| format!("{scheme}://{user}{host}{tail}")).collect()
}

/// The URL without the parameters that `own` takes.
fn without(
    url: &str,
    mut own: impl FnMut(&str, &str) -> Result<bool, ServerError>,
) -> Result<String, ServerError> {
    let Some((base, query)) = url.split_once('?') else { return Ok(url.to_owned()) };
    let mut rest: Vec<&str> = Vec::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !own(name, value)? {
            rest.push(pair);
        }
    }
    Ok(if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) })
}

fn first_line(path: &Path) -> Result<String, ServerError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ServerError::File { path: path.to_owned(), source })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Without the password, which the driver would print.
impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_is_reached_by_tls_unless_the_url_says_otherwise() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("postgres://localhost/gjj",                        "disable"),
            ("postgres://[::1]:5432/gjj",                       "disable"),
            ("postgres://%2Fvar%2Frun%2Fpostgresql/gjj",         "disable"),
            ("postgres://db.example.org/gjj",                   "verify-full"),
            ("postgres://localhost,db.example.org/gjj",         "verify-full"),
            ("postgres://db.example.org/gjj?sslmode=disable",   "disable"),
            ("postgres://localhost/gjj?sslmode=require",        "verify-full"),
        ];
        for (url, want) in rows {
            let server = Server::parse(url).unwrap();
            for place in &server.places {
                let found = match place.get_ssl_mode() {
                    PgSslMode::Disable => "disable",
                    PgSslMode::VerifyFull => "verify-full",
                    PgSslMode::Allow
                    | PgSslMode::Prefer
                    | PgSslMode::Require
                    | PgSslMode::VerifyCa => "something between",
                };
                assert_eq!(found, want, "{url}");
            }
        }
    }

    #[test]
    fn our_own_words_are_taken_out_of_the_url() {
        let url = "postgres://db/gjj?sslrootcert=ca.pem&statement_timeout=5000&application_name=x\
            &connect_timeout=3&tcp_user_timeout=20&target_session_attrs=read-write";
        let server = Server::parse(url).unwrap();
        assert_eq!(server.authorities.as_deref(), Some(Path::new("ca.pem")));
        assert_eq!(server.statement_timeout, Some(5_000));
        assert_eq!(server.connect_timeout, Duration::from_secs(3));
        assert_eq!(server.silence, Duration::from_secs(20));
        assert!(server.to_write);
        let names: Vec<_> =
            server.places.iter().map(|place| place.get_application_name()).collect();
        assert_eq!(names, [Some("x")]);
    }

    #[test]
    fn what_a_url_gets_wrong_is_named_and_no_password_is_shown() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("statement_timeout=soon", "statement_timeout=soon: expected a whole number of milliseconds"),
            ("connect_timeout=soon",   "connect_timeout=soon: expected a whole number of seconds"),
            ("sslmode=prefer",         "sslmode=prefer: expected disable or require"),
            ("keepalives=1",           "keepalives: no such word is known here"),
            ("passfile=/none",         "cannot read /none: No such file or directory (os error 2)"),
        ];
        for (query, want) in rows {
            let error = Server::parse(&format!("postgres://me:secret@db/gjj?{query}")).unwrap_err();
            let StoreError::Server { url, source } = &error else { panic!("{error:?}") };
            assert_eq!(source.to_string(), want);
            assert!(
                !url.contains("secret") && !format!("{error:?}").contains("secret"),
                "{error:?}"
            );
        }
        let server = Server::parse("postgres://me:secret@db/gjj").unwrap();
        assert_eq!(format!("{server:?}"), "postgres://…@db/gjj");
    }

    #[test]
    fn several_hosts_are_tried_in_their_order() {
        let server = Server::parse("postgres://me@one:1,two,[::1]:3/gjj").unwrap();
        let places: Vec<(&str, u16)> =
            server.places.iter().map(|place| (place.get_host(), place.get_port())).collect();
        assert_eq!(places, [("one", 1), ("two", 5432), ("::1", 3)]);
    }
}
