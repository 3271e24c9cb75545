//! Settings of letters: `[letters]` of `duizhang.toml`.
//!
//! Passwords are not in the settings. They come from a file, systemd's credentials or the environment
//! ([`Smtp::password`]), and never from the command line, where every user of the machine could read them.

use super::Tongue;
use crate::alert::{Hold, Window};
use crate::cli::failure::{Doing, Failure};
use crate::rulebook::servers::{Pace, ServerRules};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `[letters]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::cli) struct Letters {
    pub(in crate::cli) from: String,
    /// Where to unsubscribe.
    pub(in crate::cli) unsubscribe: Option<String>,
    /// A mailbox that is read, for employers' replies: `Reply-To` of their letters.
    pub(in crate::cli) reply_to: Option<String>,
    /// Whether each letter has its own envelope sender, `bounces+…@` the domain of `from`. A bounce to it then
    /// identifies the letter even if it quotes nothing.
    pub(in crate::cli) verp: bool,
    /// The language in which reports open; a page has both.
    pub(in crate::cli) language: Tongue,
    /// Recipients of the night's summary and alarms.
    pub(in crate::cli) staff: Vec<String>,
    /// When letters are held for approval.
    pub(in crate::cli) hold: Hold,
    /// When mail may be sent.
    pub(in crate::cli) window: Window,
    /// A page for confirmation links instead of the desk's; the token is appended.
    pub(in crate::cli) confirm_url: Option<String>,
    /// The mail server; without it letters become files for another program.
    pub(in crate::cli) smtp: Option<Smtp>,
    /// Keys to sign letters with.
    pub(in crate::cli) dkim: Vec<Dkim>,
    /// A text message gateway, if any.
    pub(in crate::cli) sms: Option<Sms>,
}

/// `[letters.sms]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Sms {
    pub(in crate::cli) url: String,
    #[serde(default = "post")]
    pub(in crate::cli) method: String,
    #[serde(default)]
    pub(in crate::cli) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(in crate::cli) body: String,
    pub(in crate::cli) secret_file: Option<PathBuf>,
    #[serde(default)]
    pub(in crate::cli) success_status: Vec<u16>,
    pub(in crate::cli) success_field: Option<String>,
    #[serde(default)]
    pub(in crate::cli) success_values: Vec<String>,
    #[serde(default)]
    pub(in crate::cli) later_values: Vec<String>,
    #[serde(default = "ten")]
    pub(in crate::cli) timeout_seconds: u16,
    /// Most messages of 70 characters per text.
    #[serde(default = "one")]
    pub(in crate::cli) parts_max: u8,
    /// Additional trusted certificates, PEM.
    pub(in crate::cli) ca_file: Option<PathBuf>,
}

/// `[letters.smtp]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Smtp {
    pub(in crate::cli) host: String,
    pub(in crate::cli) port: Option<u16>,
    #[serde(default)]
    pub(in crate::cli) security: Protection,
    pub(in crate::cli) username: Option<String>,
    pub(in crate::cli) password_file: Option<PathBuf>,
    /// Additional trusted certificates, for one's own server.
    pub(in crate::cli) ca_file: Option<PathBuf>,
    /// This machine's name in EHLO [default: the domain of `from`].
    pub(in crate::cli) hello: Option<String>,
    #[serde(default = "two")]
    pub(in crate::cli) connections: u16,
    /// Letters a minute over all connections; 0 for no limit.
    #[serde(default = "hundred_twenty")]
    pub(in crate::cli) per_minute: u32,
    #[serde(default = "sixty")]
    pub(in crate::cli) timeout_seconds: u16,
    /// The pace of receivers, by one of their domains, where it differs from `rules/servers.toml`.
    #[serde(default)]
    pub(in crate::cli) domains: BTreeMap<String, Pace>,
}

/// `[[letters.dkim]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Dkim {
    pub(in crate::cli) selector: String,
    pub(in crate::cli) key_file: PathBuf,
    /// The signed domain [default: the domain of `from`].
    pub(in crate::cli) domain: Option<String>,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::cli) enum Protection {
    #[default]
    Starttls,
    Tls,
    None,
}

fn post() -> String {
    "POST".to_owned()
}

const fn one() -> u8 {
    1
}

const fn ten() -> u16 {
    10
}

const fn two() -> u16 {
    2
}

const fn sixty() -> u16 {
    60
}

const fn hundred_twenty() -> u32 {
    120
}

/// Name of the systemd credential, and of the variable, for the mail server's password.
const CREDENTIAL: &str = "smtp-password";
const VARIABLE: &str = "DUIZHANG_SMTP_PASSWORD";

impl Default for Letters {
    fn default() -> Self {
        Self {
            from: "duizhang@localhost.invalid".to_owned(),
            unsubscribe: None,
            reply_to: None,
            verp: false,
            language: Tongue::Zh,
            staff: Vec::new(),
            hold: Hold::default(),
            window: Window::default(),
            confirm_url: None,
            smtp: None,
            dkim: Vec::new(),
            sms: None,
        }
    }
}

impl Letters {
    /// Resolves paths relative to the settings file's folder.
    pub(super) fn rooted(mut self, folder: &Path) -> Self {
        if let Some(smtp) = &mut self.smtp {
            let files = [&mut smtp.password_file, &mut smtp.ca_file];
            files.into_iter().flatten().for_each(|file| *file = folder.join(&*file));
        }
        if let Some(sms) = &mut self.sms {
            let files = [&mut sms.secret_file, &mut sms.ca_file];
            files.into_iter().flatten().for_each(|file| *file = folder.join(&*file));
        }
        self.dkim.iter_mut().for_each(|key| key.key_file = folder.join(&key.key_file));
        self
    }

    /// The domain of the centre's own address.
    pub(in crate::cli) fn domain(&self) -> &str {
        self.from.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl Smtp {
    /// The server rules with the centre's own paces.
    pub(in crate::cli) fn paced(&self, servers: &ServerRules) -> ServerRules {
        let own = self.domains.iter();
        own.fold(servers.clone(), |servers, (domain, pace)| servers.with_pace(domain, *pace))
    }

    /// The password: from its file, else systemd's credentials, else the environment.
    pub(in crate::cli) fn password(&self) -> Result<String, Failure> {
        if let Some(file) = &self.password_file {
            return secret(file);
        }
        if let Some(file) = credential(CREDENTIAL) {
            return secret(&file);
        }
        variable(VARIABLE).filter(|password| !password.is_empty()).ok_or_else(|| {
            Failure::Usage(format!(
                "letters.smtp has a username and no password: name a password_file, give systemd \
                 the credential {CREDENTIAL}, or set {VARIABLE}"
            ))
        })
    }

    /// Whether the server is this machine.
    pub(in crate::cli) fn is_here(&self) -> bool {
        let address = self.host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

/// A systemd credential, if there is one of that name.
pub(in crate::cli) fn credential(name: &str) -> Option<PathBuf> {
    let file = Path::new(&variable("CREDENTIALS_DIRECTORY")?).join(name);
    file.is_file().then_some(file)
}

/// A secret from a file, without the line end.
pub(in crate::cli) fn secret(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file)
        .doing(|| format!("cannot read the secret in {}", file.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// An environment variable without a flag: a flag's value would be visible in the process list.
fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a password must not be an argument")]
    std::env::var(name).ok()
}
