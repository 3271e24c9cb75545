//! Settings in layers: flags, then `DUIZHANG_*`, then `duizhang.toml`, then defaults.
//!
//! Start at [`Settings::load`]. clap handles the first two layers (each flag names its variable in `args.rs`), so
//! our own code does not read the environment. Paths in the file are relative to its folder; paths on the command
//! line to the current directory.
//!
//! Invariant: an unknown key in the file is an error and is shown in its place.

mod mail;

pub(super) use mail::{Dkim, Letters, Protection, Sms, Smtp, credential, secret};

use super::args::{Format, Global};
use super::failure::{Doing, Failure};
use crate::alert::CentreContact;
use crate::remittance::Language;
use crate::rulebook::RuleFile;
use crate::web::proxy::{Proxies, ProxyError};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub(super) const FILE_NAME: &str = "duizhang.toml";

/// The settings of a command.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) database: String,
    pub(super) centre: Centre,
    pub(super) format: Format,
    /// The centre's own rule files; `None` to use the built-in ones.
    pub(super) rules: Option<PathBuf>,
    pub(super) inbox: PathBuf,
    /// How long a file must be unmodified before a night ingests it.
    pub(super) inbox_quiet_seconds: u64,
    pub(super) quarantine: PathBuf,
    pub(super) reports: PathBuf,
    pub(super) outbox: PathBuf,
    pub(super) letters: Letters,
    pub(super) desk: Desk,
    pub(super) audit: Audit,
    /// The settings file, if any.
    pub(super) file: Option<PathBuf>,
}

/// The centre's identity and contact.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Centre {
    /// Its key in the database.
    pub(super) code: String,
    pub(super) name: String,
    /// The telephone for employers' questions.
    pub(super) phone: String,
    pub(super) address: String,
    pub(super) hours: String,
    /// An invented centre that never sends anything.
    pub(super) demo: bool,
}

/// How the head of the audit trail is published.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Audit {
    /// A private key, Ed25519 in PEM, to sign it.
    pub(super) sign_key: Option<PathBuf>,
}

/// Settings of the web desk.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Desk {
    pub(super) listen: Option<SocketAddr>,
    /// Its public URL, used in links of letters. Without it there are no links.
    pub(super) url: Option<String>,
    /// The trusted proxies: addresses or networks, or `true` for this machine.
    pub(super) behind_proxy: BehindProxy,
    pub(super) second_factor: SecondFactor,
    /// The key that seals second factors; outside the database.
    pub(super) key_file: Option<PathBuf>,
    /// A separate listener for `/metrics`.
    pub(super) metrics_listen: Option<SocketAddr>,
    /// The token for `/metrics` at the desk's own address.
    pub(super) metrics_token_file: Option<PathBuf>,
}

/// The proxies as in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum BehindProxy {
    Here(bool),
    One(String),
    Several(Vec<String>),
}

impl Default for BehindProxy {
    fn default() -> Self {
        Self::Here(false)
    }
}

impl BehindProxy {
    pub(super) fn proxies(&self) -> Result<Proxies, ProxyError> {
        match self {
            Self::Here(here) => Ok(if *here { Proxies::here() } else { Proxies::default() }),
            Self::One(text) => text.parse(),
            Self::Several(all) => all.join(",").parse(),
        }
    }
}

/// Whether people can use the desk without a second factor.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SecondFactor {
    #[default]
    Required,
    /// For evaluation only.
    Optional,
}

impl SecondFactor {
    pub(super) const fn is_required(self) -> bool {
        matches!(self, Self::Required)
    }
}

/// A language as in the file.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Tongue {
    Zh,
    En,
}

impl Default for Centre {
    fn default() -> Self {
        Self {
            code: "1".to_owned(),
            name: "住房公积金管理中心".to_owned(),
            phone: String::new(),
            address: String::new(),
            hours: String::new(),
            demo: false,
        }
    }
}

/// `duizhang.toml`; every key is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    database: Option<String>,
    rules: Option<PathBuf>,
    inbox: Option<PathBuf>,
    inbox_quiet_seconds: u64,
    quarantine: Option<PathBuf>,
    reports: Option<PathBuf>,
    outbox: Option<PathBuf>,
    centre: Centre,
    letters: Letters,
    desk: Desk,
    audit: Audit,
}

impl Desk {
    /// Resolves paths relative to the settings file's folder.
    fn rooted(mut self, folder: &Path) -> Self {
        let files = [&mut self.key_file, &mut self.metrics_token_file];
        files.into_iter().flatten().for_each(|file| *file = folder.join(&*file));
        self
    }
}

impl Settings {
    /// A file beside the settings file, or in the current directory without one.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.file.as_deref().map(folder_of).unwrap_or_default().join(name)
    }

    pub(super) const fn language(&self) -> Language {
        match self.letters.language {
            Tongue::Zh => Language::Chinese,
            Tongue::En => Language::English,
        }
    }

    /// The settings of one centre among many: `centres/CODE/duizhang.toml` beside this file if it exists; else
    /// these settings, with a subfolder for the centre in each folder. All share the database.
    pub(super) fn of_centre(&self, global: &Global, code: &str) -> Result<Self, Failure> {
        let folder = self.file.as_deref().map(folder_of).unwrap_or_default();
        let own = folder.join("centres").join(code).join(FILE_NAME);
        let mut settings = if own.is_file() {
            Self::at(global, &own)?
        } else {
            let mut settings = self.clone();
            for place in [
                &mut settings.inbox,
                &mut settings.quarantine,
                &mut settings.reports,
                &mut settings.outbox,
            ] {
                place.push(code);
            }
            settings
        };
        settings.database.clone_from(&self.database);
        code.clone_into(&mut settings.centre.code);
        Ok(settings)
    }

    /// The confirmation link without its token: the configured page, or the desk's.
    pub(super) fn confirm_link(&self) -> Option<String> {
        let own = self.letters.confirm_url.clone();
        let desk =
            || Some(format!("{}/confirm?token=", self.desk.url.as_ref()?.trim_end_matches('/')));
        own.or_else(desk)
    }

    /// The desk's unsubscribe page; `None` if mail systems cannot reach it, which requires https (RFC 8058).
    pub(super) fn unsubscribe_page(&self) -> Option<String> {
        let url = self.desk.url.as_ref().filter(|url| url.starts_with("https://"))?;
        Some(format!("{}/unsubscribe", url.trim_end_matches('/')))
    }

    /// The centre's contact for letters.
    pub(super) fn contact(&self) -> CentreContact {
        let Self { centre, letters, .. } = self;
        // A missing value is named as missing instead of leaving a gap in a sentence.
        let unfilled = CentreContact::placeholder(&centre.code, &centre.name);
        let filled =
            |text: &str, otherwise| if text.is_empty() { otherwise } else { text.to_owned() };
        CentreContact {
            phone: filled(&centre.phone, unfilled.phone),
            hours: filled(&centre.hours, unfilled.hours),
            address: filled(&centre.address, unfilled.address),
            sender: letters.from.clone(),
            unsubscribe: letters.unsubscribe.clone(),
            reply_to: letters.reply_to.clone(),
            centre_id: unfilled.centre_id,
            name: unfilled.name,
        }
    }

    /// Combines flags, file and defaults.
    pub(super) fn load(global: &Global) -> Result<Self, Failure> {
        Self::layered(global, global.config.clone().or_else(find))
    }

    /// The same with a given file.
    pub(super) fn at(global: &Global, path: &Path) -> Result<Self, Failure> {
        Self::layered(global, Some(path.to_path_buf()))
    }

    fn layered(global: &Global, path: Option<PathBuf>) -> Result<Self, Failure> {
        let format = global.form().ok_or_else(|| {
            Failure::Usage(
                "--for-spreadsheet is a form of CSV: give it with --format csv or alone".to_owned(),
            )
        })?;
        let (file, folder) = match &path {
            Some(path) => (read(path)?, folder_of(path)),
            None => (File::default(), PathBuf::new()),
        };
        let place = |given: Option<PathBuf>, name: &str| {
            folder.join(given.unwrap_or_else(|| PathBuf::from(name)))
        };
        let own_rules = || file.rules.as_ref().map(|rules| folder.join(rules));
        let mut centre = file.centre;
        if let Some(code) = &global.centre {
            centre.code.clone_from(code);
        }
        Ok(Self {
            database: global.database.clone().unwrap_or_else(|| {
                rooted(file.database.as_deref().unwrap_or("sqlite://duizhang.db"), &folder)
            }),
            centre,
            format,
            rules: global.rules.clone().or_else(own_rules),
            inbox: place(file.inbox, "inbox"),
            inbox_quiet_seconds: file.inbox_quiet_seconds,
            quarantine: place(file.quarantine, "quarantine"),
            reports: place(file.reports, "reports"),
            outbox: place(file.outbox, "outbox"),
            letters: file.letters.rooted(&folder),
            desk: file.desk.rooted(&folder),
            audit: Audit { sign_key: file.audit.sign_key.map(|key| folder.join(key)) },
            file: path,
        })
    }
}

/// The settings file here or in the nearest parent folder, as `git` and `cargo` search.
fn find() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let found =
        here.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file())?;
    // Keep it short if possible: messages show it.
    Some(if found.parent() == Some(&here) { PathBuf::from(FILE_NAME) } else { found })
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

fn read(path: &Path) -> Result<File, Failure> {
    let text = std::fs::read_to_string(path).doing(|| format!("cannot read {}", path.display()))?;
    let file = RuleFile { path: path.display().to_string(), text };
    file.parse().map_err(|error| Failure::Settings(Box::new((file, error))))
}

/// A SQLite file in the settings file is relative to it, wherever the command runs.
fn rooted(database: &str, folder: &Path) -> String {
    match database.strip_prefix("sqlite://") {
        Some(file) if !file.starts_with('/') && !file.starts_with(":memory:") => {
            format!("sqlite://{}", folder.join(file).display())
        }
        Some(_) | None => database.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_file_lies_beside_the_settings() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("sqlite://duizhang.db",      "/srv/gjj", "sqlite:///srv/gjj/duizhang.db"),
            ("sqlite:///var/lib/gjj.db",  "/srv/gjj", "sqlite:///var/lib/gjj.db"),
            ("sqlite://duizhang.db",      "",         "sqlite://duizhang.db"),
            ("postgres://db/gjj",         "/srv/gjj", "postgres://db/gjj"),
        ];
        for (database, folder, want) in rows {
            assert_eq!(rooted(database, Path::new(folder)), want);
        }
    }

    #[test]
    fn the_file_that_init_writes_is_read_and_a_mistyped_key_is_not() {
        let text = super::super::init::settings_text("示例市住房公积金管理中心", "", false);
        let file = RuleFile { path: FILE_NAME.to_owned(), text };
        let read: File = file.parse().unwrap();
        assert_eq!(read.centre.name, "示例市住房公积金管理中心");
        let file = RuleFile { path: FILE_NAME.to_owned(), text: "databse = \"x\"\n".to_owned() };
        assert!(file.parse::<File>().is_err());
    }
}
