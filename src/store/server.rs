//! How a PostgreSQL server is reached: the URL, the password, TLS.
//!
//! `postgres://user@host:5432/name?sslmode=require`, as libpq writes it, and four words of our own or
//! libpq's that the driver does not know: `sslrootcert` (a PEM file of authorities), `passfile` (a file
//! that holds the password and nothing else, such as systemd's `LoadCredential` gives) and
//! `statement_timeout` (milliseconds a statement may take).
//!
//! Invariant: where TLS is used, the server's certificate is verified, name and chain. A server on
//! this machine is reached without unless the URL asks; any other needs `sslmode=disable` to be
//! reached in clear.

use super::StoreError;
use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a connection may take to come about, where the URL does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a silent peer is believed: a failed-over server must not hang a night.
const USER_TIMEOUT: Duration = Duration::from_secs(60);

/// A server, and how to reach it.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    config: Config,
    authorities: Option<PathBuf>,
    /// Milliseconds a statement may take.
    pub(crate) statement_timeout: Option<u32>,
    /// For messages: never with the password.
    pub(crate) shown: String,
}

/// Why a URL is no server's.
#[derive(Debug)]
pub enum ServerError {
    Syntax(postgres::Error),
    File { path: PathBuf, source: std::io::Error },
    Authorities { path: PathBuf },
    Number { name: String, found: String },
    Tls(rustls::Error),
}

impl Server {
    /// Reads a URL.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let shown = super::without_password(url);
        let read = |url: &str| Self::read(url, &shown);
        read(url).map_err(|source| StoreError::Server { url: shown.clone(), source })
    }

    fn read(url: &str, shown: &str) -> Result<Self, ServerError> {
        let (mut authorities, mut password, mut statement_timeout) = (None, None, None);
        let own = |name: &str, value: &str| -> Result<bool, ServerError> {
            match name {
                "sslrootcert" => authorities = Some(PathBuf::from(value)),
                "passfile" => password = Some(first_line(Path::new(value))?),
                "statement_timeout" => {
                    let number = value.parse().map_err(|_| ServerError::Number {
                        name: name.to_owned(),
                        found: value.to_owned(),
                    })?;
                    statement_timeout = Some(number);
                }
                _ => return Ok(false),
            }
            Ok(true)
        };
        let mut config: Config = without(url, own)?.parse().map_err(ServerError::Syntax)?;
        if let Some(password) = password {
            config.password(password);
        }
        if config.get_application_name().is_none() {
            config.application_name("duizhang");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(USER_TIMEOUT);
        }
        let asked = url.contains("sslmode=");
        if !asked {
            config.ssl_mode(if is_here(&config) { SslMode::Disable } else { SslMode::Require });
        }
        Ok(Self { config, authorities, statement_timeout, shown: shown.to_owned() })
    }

    /// Connects.
    pub(crate) fn connect(&self) -> Result<Client, StoreError> {
        let fail = |source| StoreError::Connect { url: self.shown.clone(), source };
        if self.config.get_ssl_mode() == SslMode::Disable {
            return self.config.connect(NoTls).map_err(fail);
        }
        let tls =
            self.tls().map_err(|source| StoreError::Server { url: self.shown.clone(), source })?;
        self.config.connect(tls).map_err(fail)
    }

    fn tls(&self) -> Result<MakeRustlsConnect, ServerError> {
        let mut roots = rustls::RootCertStore::empty();
        match &self.authorities {
            Some(path) => {
                let unreadable = |_| ServerError::Authorities { path: path.clone() };
                let found = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
                for certificate in found {
                    roots.add(certificate.map_err(unreadable)?).map_err(ServerError::Tls)?;
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(ServerError::Tls)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(MakeRustlsConnect::new(config))
    }
}

/// Whether every host is this machine.
fn is_here(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        Host::Unix(_) => true,
    })
}

/// The URL without the words that `own` takes for itself.
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

impl std::fmt::Display for ServerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Syntax(error) => write!(f, "{error}"),
            Self::File { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Self::Authorities { path } => {
                write!(f, "{}: expected certificates in PEM form", path.display())
            }
            Self::Number { name, found } => {
                write!(f, "{name}={found}: expected a whole number of milliseconds")
            }
            Self::Tls(error) => write!(f, "TLS: {error}"),
        }
    }
}

impl std::error::Error for ServerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Syntax(error) => Some(error),
            Self::File { source, .. } => Some(source),
            Self::Tls(error) => Some(error),
            Self::Authorities { .. } | Self::Number { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_is_reached_by_tls_unless_the_url_says_otherwise() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("postgres://localhost/gjj",                        SslMode::Disable),
            ("postgres://%2Fvar%2Frun%2Fpostgresql/gjj",         SslMode::Disable),
            ("postgres://db.example.org/gjj",                   SslMode::Require),
            ("postgres://db.example.org/gjj?sslmode=disable",   SslMode::Disable),
            ("postgres://localhost/gjj?sslmode=require",        SslMode::Require),
        ];
        for (url, want) in rows {
            let server = Server::parse(url).unwrap();
            assert_eq!(server.config.get_ssl_mode(), want, "{url}");
        }
    }

    #[test]
    fn our_own_words_are_taken_out_of_the_url() {
        let url = "postgres://db/gjj?sslrootcert=ca.pem&statement_timeout=5000&application_name=x";
        let server = Server::parse(url).unwrap();
        assert_eq!(server.authorities.as_deref(), Some(Path::new("ca.pem")));
        assert_eq!(server.statement_timeout, Some(5_000));
        assert_eq!(server.config.get_application_name(), Some("x"));
        assert!(Server::parse("postgres://db/gjj?statement_timeout=soon").is_err());
    }
}
