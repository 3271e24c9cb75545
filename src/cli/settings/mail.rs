//! How letters leave the centre: `[letters]` of `duizhang.toml`.
//!
//! A password stands in no setting: it is read from a file, from systemd's credentials or from the
//! environment ([`Smtp::password`]), and never from a command line, where every user of the machine
//! could read it.

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
    /// Where an employer asks for no more letters.
    pub(in crate::cli) unsubscribe: Option<String>,
    /// A mailbox that is read, for answers of employers: `Reply-To` of their letters.
    pub(in crate::cli) reply_to: Option<String>,
    /// Whether each letter leaves with a sender of its own in its envelope, `bounces+…@` the domain of `from`: what
    /// comes back there names its letter even where it holds nothing of it.
    pub(in crate::cli) verp: bool,
    /// Of reports; a page carries both, this is the one it opens in.
    pub(in crate::cli) language: Tongue,
    /// Who gets the night's summary and alarms.
    pub(in crate::cli) staff: Vec<String>,
    /// When letters wait for a person.
    pub(in crate::cli) hold: Hold,
    /// When mail goes out.
    pub(in crate::cli) window: Window,
    /// A page of one's own that a confirming link opens, instead of the desk's; the token is put behind it.
    pub(in crate::cli) confirm_url: Option<String>,
    /// The mail server; without it letters are left as files for another program.
    pub(in crate::cli) smtp: Option<Smtp>,
    /// Keys to sign letters with.
    pub(in crate::cli) dkim: Vec<Dkim>,
    /// A gateway of text messages; without it there are none.
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
    /// Messages of 70 characters that one text may take.
    #[serde(default = "one")]
    pub(in crate::cli) parts_max: u8,
    /// Certificates to trust besides the system's, PEM.
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
    /// Certificates to trust besides the system's, for a server of one's own.
    pub(in crate::cli) ca_file: Option<PathBuf>,
    /// How this machine calls itself [default: the domain of `from`].
    pub(in crate::cli) hello: Option<String>,
    #[serde(default = "two")]
    pub(in crate::cli) connections: u16,
    /// Letters a minute over all connections; 0 is as fast as the server takes them.
    #[serde(default = "hundred_twenty")]
    pub(in crate::cli) per_minute: u32,
    #[serde(default = "sixty")]
    pub(in crate::cli) timeout_seconds: u16,
    /// The pace of receivers, by one of their domains, where it is another than in `rules/servers.toml`.
    #[serde(default)]
    pub(in crate::cli) domains: BTreeMap<String, Pace>,
}

/// `[[letters.dkim]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Dkim {
    pub(in crate::cli) selector: String,
    pub(in crate::cli) key_file: PathBuf,
    /// Whose letters they are [default: the domain of `from`].
    pub(in crate::cli) domain: Option<String>,
}

/// How the way to the mail server is protected.
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

/// The credential's name for systemd, and the variable, for the mail server's password.
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
    /// Takes paths from the folder of the settings file.
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
    /// What is known of servers, with the centre's own paces.
    pub(in crate::cli) fn paced(&self, servers: &ServerRules) -> ServerRules {
        let own = self.domains.iter();
        own.fold(servers.clone(), |servers, (domain, pace)| servers.with_pace(domain, *pace))
    }

    /// The password: from its file, else from systemd's credentials, else from the environment.
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

    /// Whether the server is this machine itself.
    pub(in crate::cli) fn is_here(&self) -> bool {
        let address = self.host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

/// A credential that systemd gave, where it gave one of that name.
pub(in crate::cli) fn credential(name: &str) -> Option<PathBuf> {
    let file = Path::new(&variable("CREDENTIALS_DIRECTORY")?).join(name);
    file.is_file().then_some(file)
}

/// A secret as it stands in a file, the line end aside.
pub(in crate::cli) fn secret(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file)
        .doing(|| format!("cannot read the secret in {}", file.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A variable that is no flag's: as a flag its value would be seen in the list of processes.
fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a password must not be an argument")]
    std::env::var(name).ok()
}
