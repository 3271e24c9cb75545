//! Sends text messages over an HTTP gateway: one request per message, made from templates.
//!
//! Start at [`Gateway::open`]. `{{number}}`, `{{text}}`, `{{id}}` and `{{secret}}` are replaced in the address, the
//! headers and the body, each escaped for its place: URL, JSON string or header. Only a gateway on this machine may
//! use plain HTTP.
//!
//! Invariant: results and debug output contain no secret, number or text.

use super::{Channel, ChannelFault, ShortMessage};
use crate::alert::state::Ending;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Error};

/// How to call a gateway.
#[derive(Clone)]
pub struct GatewaySettings {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// Empty for none; JSON if its type says so, else a form.
    pub body: String,
    pub secret: String,
    /// Statuses that mean success; if empty, any 2xx.
    pub success_status: Vec<u16>,
    /// A field of the JSON answer (dots between levels) and its values that mean success.
    pub success_field: Option<String>,
    pub success_values: Vec<String>,
    /// Its values that mean "not now".
    pub later_values: Vec<String>,
    pub timeout: Duration,
    /// Additional trusted certificates, DER.
    pub authorities: Vec<Vec<u8>>,
}

pub struct Gateway {
    settings: GatewaySettings,
    agent: Agent,
}

/// Bytes read of an answer.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Characters kept of the answer's field.
const SAID_CHARS_MAX: usize = 40;

/// Seconds to pause after a "too many" answer.
const PAUSE_SECONDS: i64 = 900;

impl Gateway {
    #[must_use]
    pub fn open(settings: GatewaySettings) -> Self {
        let system = rustls_native_certs::load_native_certs().certs;
        let own = settings.authorities.iter().map(|der| Certificate::from_der(der).to_owned());
        let roots: Vec<Certificate<'static>> =
            system.iter().map(|der| Certificate::from_der(der).to_owned()).chain(own).collect();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let agent = Agent::config_builder()
            .timeout_global(Some(settings.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .tls_config(tls)
            .build()
            .new_agent();
        Self { settings, agent }
    }

    fn filled(
        &self,
        template: &str,
        message: ShortMessage<'_>,
        as_its_place: fn(&str) -> String,
    ) -> String {
        // In one pass: inserted values are not expanded again.
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once("{{") {
            filled.push_str(before);
            let (name, after) = behind.split_once("}}").unwrap_or((behind, ""));
            filled.push_str(&as_its_place(match name.trim() {
                "number" => message.number,
                "text" => message.text,
                "id" => message.id,
                "secret" => &self.settings.secret,
                _ => "",
            }));
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn ask(&self, message: ShortMessage<'_>) -> Result<(u16, String), Error> {
        let settings = &self.settings;
        let json = settings.body.trim_start().starts_with(['{', '[']);
        let body = self.filled(&settings.body, message, if json { json_inside } else { form_part });
        let kind = if json {
            "application/json; charset=utf-8"
        } else {
            "application/x-www-form-urlencoded"
        };
        let mut request = ureq::http::Request::builder()
            .method(settings.method.as_str())
            .uri(self.filled(&settings.url, message, form_part))
            .header("content-type", kind);
        for (name, value) in &settings.headers {
            request = request.header(name.as_str(), self.filled(value, message, str::to_owned));
        }
        let mut answer = self.agent.run(request.body(body)?)?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string()?;
        Ok((status, text))
    }

    fn meaning(&self, status: u16, said: Option<&str>) -> Result<Ending, ChannelFault> {
        let settings = &self.settings;
        let shown = format!("{status} {}", said.unwrap_or_default()).trim_end().to_owned();
        let among =
            |values: &[String]| said.is_some_and(|said| values.iter().any(|one| one == said));
        let taken = if settings.success_status.is_empty() {
            (200..300).contains(&status)
        } else {
            settings.success_status.contains(&status)
        };
        if among(&settings.later_values) || matches!(status, 408 | 425 | 429) {
            return Ok(Ending::PutOff { answer: shown, pause: PAUSE_SECONDS });
        }
        if taken && (settings.success_field.is_none() || among(&settings.success_values)) {
            return Ok(Ending::Sent(shown));
        }
        match status {
            300..=399 | 401 | 403 | 404 | 405 | 407 => Err(ChannelFault::Refused(shown)),
            500.. => Ok(Ending::Later(shown)),
            _ => Ok(Ending::Refused(shown)),
        }
    }

    /// The field's value, without anything that must not be stored.
    fn said(&self, answer: &str, message: ShortMessage<'_>) -> Option<String> {
        let field = self.settings.success_field.as_ref()?;
        let answer: serde_json::Value = serde_json::from_str(answer).ok()?;
        let found = field.split('.').try_fold(&answer, |value, name| value.get(name))?;
        let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
        let secrets = [message.number, message.text, self.settings.secret.as_str()];
        let hidden = secrets.iter().any(|secret| !secret.is_empty() && text.contains(secret));
        if hidden {
            Some("…".to_owned())
        } else {
            Some(text.chars().take(SAID_CHARS_MAX).collect())
        }
    }
}

impl Channel for Gateway {
    fn hand_over(&self, message: ShortMessage<'_>) -> Result<Ending, ChannelFault> {
        match self.ask(message) {
            Ok((status, answer)) => self.meaning(status, self.said(&answer, message).as_deref()),
            Err(Error::HostNotFound) => Err(ChannelFault::Unreachable("no such host".to_owned())),
            Err(Error::ConnectionFailed) => {
                Err(ChannelFault::Unreachable("no connection".to_owned()))
            }
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                Err(ChannelFault::Unreachable("no connection".to_owned()))
            }
            Err(Error::Tls(_) | Error::Rustls(_)) => {
                Err(ChannelFault::Unreachable("its certificate is not trusted".to_owned()))
            }
            Err(Error::BadUri(_) | Error::Http(_)) => {
                Err(ChannelFault::Refused("the settings make no request".to_owned()))
            }
            // The message may have been accepted. The error text may contain the URL and with it the number.
            Err(_) => {
                Ok(Ending::Unknown("no answer in time, or none that could be read".to_owned()))
            }
        }
    }
}

fn json_inside(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

fn form_part(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("method", &self.settings.method).finish_non_exhaustive()
    }
}
