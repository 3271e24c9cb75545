//! `duizhang init`: creates a new centre's folder with everything a night needs.
//!
//! The database comes last, created by the store, so a folder with a database is complete. Nothing is overwritten.
//! Everything is private to its owner (0700, 0600).

use super::args::{Global, InitArgs};
use super::centre::Centre;
use super::failure::{Doing, Done, Failure};
use super::private;
use super::settings::{FILE_NAME, Settings};
use std::io::Write;
use std::path::Path;

const FOLDERS: &[&str] = &["inbox", "quarantine", "reports", "outbox", "rules"];

pub(super) fn run(global: &Global, args: &InitArgs) -> Result<Done, Failure> {
    if global.dry_run {
        note!(global, "would make {} with {FILE_NAME}, {}", args.dir.display(), FOLDERS.join(", "));
        return Ok(Done::Fully);
    }
    make(global, &args.dir, &settings_text(&args.name, "", false))?;
    note!(
        global,
        "a new centre is in {}; next:\n  \
         1. look through {FILE_NAME}: name, telephone and address stand on every letter\n  \
         2. duizhang import accounts accounts.csv   (makes inbox/<account>/ for each)\n  \
         3. duizhang import employers employers.csv && duizhang import notices notices.csv\n  \
         4. put the banks' files into inbox/, then: duizhang nightly",
        args.dir.display()
    );
    Ok(Done::Fully)
}

/// Creates a centre's folder, its database last; returns its settings.
pub(super) fn make(global: &Global, dir: &Path, settings: &str) -> Result<Settings, Failure> {
    for file in [FILE_NAME, "duizhang.db"] {
        if dir.join(file).exists() {
            let shown = dir.join(file);
            return Err(Failure::because(format!(
                "{} is there already: init overwrites nothing",
                shown.display()
            )));
        }
    }
    // Do not change a folder that is also used for other things.
    let own = dir.read_dir().map_or(true, |mut entries| entries.next().is_none());
    for folder in FOLDERS {
        let path = dir.join(folder);
        std::fs::create_dir_all(&path).doing(|| format!("cannot make {}", path.display()))?;
    }
    for rule in crate::rulebook::shipped() {
        new_file(&dir.join("rules").join(&rule.path), &rule.text)?;
    }
    new_file(&dir.join(FILE_NAME), settings)?;
    let settings = Settings::at(global, &dir.join(FILE_NAME))?;
    Centre::found(&settings)?;
    if own {
        private::close(dir)?;
    } else {
        for made in FOLDERS.iter().chain(&[FILE_NAME]) {
            private::close(&dir.join(made))?;
        }
        if private::is_open_to_others(dir) {
            note!(global, "others can look into {0}; chmod 700 {0}", dir.display());
        }
    }
    Ok(settings)
}

/// Writes a new file and the folders it needs; never overwrites.
pub(super) fn new_file(path: &Path, text: &str) -> Result<(), Failure> {
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::File::create_new(path)?.write_all(text.as_bytes())
    };
    write().doing(|| format!("cannot write {}", path.display()))
}

/// The settings for the pace of receivers, and for text messages.
const SENDING: &str = r#"# Slower to some receivers, or faster than rules/servers.toml has it (letters a minute, letters a connection, connections).
# 对个别收件方放慢或放快：每分钟封数、每个连接封数、同时连接数；缺省值见 rules/servers.toml。
# [letters.smtp.domains]
# "qq.com" = { per_minute = 20, per_connection = 10, connections = 1 }
# "163.com" = { per_minute = 20, per_connection = 10, connections = 1 }
#
# Text messages, where no mail reaches an employer and before paper: one request a message over HTTP. {{number}}, {{text}},
# {{id}} and {{secret}} are filled in. 单位没有可用邮箱时先发短信再寄信；按短信服务商的接口填写。
# [letters.sms]
# url = "https://sms.example.invalid/send"
# body = '{"to":"{{number}}","text":"{{text}}","key":"{{secret}}"}'
# secret_file = "/etc/duizhang/sms-secret"
# success_field = "code"     # taken where this field of the answer is one of these
# success_values = ["0"]
# parts_max = 1              # messages of 70 characters a text may take
#
"#;

/// The settings file of a new centre; a demo never sends anything.
pub(super) fn settings_text(name: &str, address: &str, demo: bool) -> String {
    let demo =
        if demo { "demo = true                # nothing is ever sent from it\n" } else { "" };
    // TOML strings have the same form and escapes as in JSON.
    let (name, address) = (serde_json::Value::from(name), serde_json::Value::from(address));
    format!(
        r#"# Settings of this centre. Flags and DUIZHANG_* go before what stands here.
# 本中心的设置。命令行参数与环境变量 DUIZHANG_* 优先。

# Paths are taken from the folder of this file. 路径以本文件所在目录为准。
database = "sqlite://duizhang.db"
rules = "rules"            # the centre's own rules; a file left out of it is the built-in one
inbox = "inbox"            # banks' files: inbox/ or inbox/<account number>/
# inbox_quiet_seconds = 0  # leave a file for the next run that was written into less long ago
quarantine = "quarantine"  # files that could not be read, each with the reason beside it
reports = "reports"
outbox = "outbox"          # letters to employers, as .eml

[centre]
# The key of this centre in the database, such as its division code; never change it later.
code = "1"
name = {name}
# On every letter and report. 印在每封函件和报告上。
phone = "12329"
address = {address}
hours = "工作日 9:00–17:00"
{demo}
[letters]
from = "gjj@example.invalid"
# unsubscribe = "gjj@example.invalid"   # where an employer asks for no more letters
# reply_to = "gjj-desk@example.invalid"   # a mailbox that is read: answers go there, and `duizhang alert bounces` reads it
# verp = true              # a sender of its own for each letter, bounces+…@ the domain of `from`; that mailbox must take them
language = "zh"            # reports open in it; or "en"
staff = []                 # who gets the night's summary and alarms. 夜间小结和告警的收件人
# Letters of a night unlike others wait for a person: "brake"; also a centre's first: "first"; every night's: "always";
# none: "never" (rules/letters/brake.toml). 何时整夜函件先暂扣、由人放行
hold = "brake"
# Hours in which mail goes out, Beijing's, on working days; "always" is at any hour. 工作日发信时段
window = "9-17"

# The mail server. Without it letters lie in outbox/ as .eml, for another mail program.
# 邮件服务器；不填则函件以 .eml 存入 outbox/，由其他邮件程序发送。
# [letters.smtp]
# host = "mail.example.invalid"
# security = "starttls"      # or "tls"; "none" only for a relay on this machine
# username = "gjj"
# password_file = "/etc/duizhang/smtp-password"
# per_minute = 120           # letters a minute; 0 is as fast as the server takes them
#
{SENDING}# [[letters.dkim]]           # signs letters, so that receivers can tell them from forgeries
# selector = "gjj1"
# key_file = "/etc/duizhang/dkim.pem"

[desk]
listen = "127.0.0.1:8080"
# url = "https://desk.example"  # where others reach it: links in letters begin with it
# Proxies with TLS in front whose word is believed: addresses or networks; true is this machine (docs/operations.md).
behind_proxy = false
# key_file = "/etc/duizhang/desk.key"  # second factors are sealed under it; else desk.key here, made at the first use
# metrics_listen = "127.0.0.1:9100"    # figures for a monitor, at a listener of their own
second_factor = "required" # or "optional", for trying things out
"#
    )
}
