//! `duizhang alert send`, and the end of a night: sends letters over the mail server.
//!
//! Start at [`send`]. The settings become a delivery ([`delivery`]), and `alert` does it. Undeliverable letters are
//! reissued before and after ([`reissue`]). No claim on the centre is needed: letters are claimed one by one, so
//! nights and staff can work meanwhile. A dry run and the demo never send anything.

use super::args::Global;
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::key;
use super::outbox;
use super::progress::Progress;
use super::reissue::reissue;
use super::rows::{Column, Printer, Value};
use super::rules;
use super::settings::{Protection, Settings, Smtp};
use super::staff;
use super::texts;
use crate::alert::dkim::{Key, Signer};
use crate::alert::{Delivered, Delivery, Login, MailServer, Security, deliver};
use crate::durable::OperatingSystem;
use crate::nightly::{self, Transport, Watch};
use crate::rulebook::Rulebook;
use crate::rulebook::letter::LetterRules;
use crate::rulebook::returned::ReturnedWords;
use crate::store::Store;
use chrono::NaiveDateTime;
use std::time::Duration;

const COLUMNS: &[Column<Delivered>] = &[
    Column { key: "sent", heading: "sent", value: |row| Value::count(row.sent) },
    Column { key: "refused", heading: "refused", value: |row| Value::count(row.refused) },
    Column { key: "given_up", heading: "given up", value: |row| Value::count(row.given_up) },
    Column { key: "unknown", heading: "unknown", value: |row| Value::count(row.unknown) },
    Column { key: "later", heading: "later", value: |row| Value::count(row.later) },
];

/// `duizhang alert send`; with `now` also outside the mail window.
pub(super) fn send(global: &Global, now: bool) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    if global.dry_run || centre.settings.centre.demo {
        let why = if global.dry_run { "dry run" } else { "this is a demo" };
        note!(global, "{why}: nothing is sent; these letters would be");
        return outbox::due(&centre);
    }
    let opens = if now { None } else { opens(&centre.settings, &centre.rules) };
    file_released(&centre.settings, &centre.store, &centre.rules)?;
    texts::send(global, (&centre.settings, &centre.store), opens)?;
    let delivery = delivery(&centre.settings, &centre.store, &centre.rules)?;
    if delivery.is_none() && centre.settings.letters.sms.is_some() {
        return Ok(Done::Fully);
    }
    let Some(delivery) = delivery else {
        return Err(Failure::Usage(
            "there is no mail server: fill in [letters.smtp] in duizhang.toml; until then letters lie \
             in outbox/ for another mail program"
                .to_owned(),
        ));
    };
    centre.store.settle_access(clock::moment(None))?;
    staff::access(&centre.settings, &centre.rules, &centre.store)?;
    reissue(global, &centre.settings, &centre.store, &centre.rules)?;
    let delivered = run(global, (&centre.store, &centre.rules.letters), (&delivery, opens))?;
    reissue(global, &centre.settings, &centre.store, &centre.rules)?;
    let fault = delivered.fault.clone();
    if let Some(fault) = fault.as_ref().or(delivered.disliked.as_ref()) {
        staff::refused_by_the_server(&centre.settings, (&centre.store, &centre.rules), fault);
    }
    Printer::print(centre.settings.format, COLUMNS, [delivered])?;
    match fault {
        None => Ok(Done::Fully),
        Some(fault) => Err(Failure::because(format!("{fault}; the letters wait for the next run"))),
    }
}

/// Sends a night's letters after it released the centre. A mail server that is down does not fail a night, since
/// the letters wait.
pub(super) fn after_a_night(global: &Global, settings: &Settings) {
    if global.dry_run || settings.centre.demo {
        return;
    }
    let sent = || -> Result<(), Failure> {
        if settings.letters.smtp.is_none() && settings.letters.sms.is_none() {
            return Ok(());
        }
        let rules = rules::load(settings)?;
        let store = Store::open(&settings.database, &settings.centre.code, false)?;
        let opens = opens(settings, &rules);
        texts::send(global, (settings, &store), opens)?;
        let Some(delivery) = delivery(settings, &store, &rules)? else { return Ok(()) };
        reissue(global, settings, &store, &rules)?;
        let delivered = run(global, (&store, &rules.letters), (&delivery, opens))?;
        reissue(global, settings, &store, &rules)?;
        if let Some(fault) = delivered.fault.as_ref().or(delivered.disliked.as_ref()) {
            staff::refused_by_the_server(settings, (&store, &rules), fault);
        }
        if delivered.tried() > 0 || delivered.fault.is_some() {
            note!(global, "letters: {}", sentence(&delivered));
        }
        Ok(())
    };
    if let Err(failure) = sent() {
        tell!("letters were not sent, they wait: {}", failure.sentence());
    }
}

fn sentence(delivered: &Delivered) -> String {
    let Delivered { sent, refused, given_up, unknown, later, fault, disliked } = delivered;
    let mut words = vec![format!("{sent} sent")];
    let others = [
        (refused, "refused"),
        (given_up, "given up"),
        (unknown, "of unknown fate"),
        (later, "to be tried again"),
    ];
    let others = others.into_iter().filter(|(count, _)| **count > 0);
    words.extend(others.map(|(count, what)| format!("{count} {what}")));
    let disliked = disliked.iter().filter(|_| fault.is_none());
    words.extend(disliked.map(|_| "a receiver likes none of the letters; they wait".to_owned()));
    words.extend(fault.iter().map(|fault| format!("{fault}; the rest waits")));
    words.join(", ")
}

/// When letters to employers may be sent next; `None` if now.
fn opens(settings: &Settings, rules: &Rulebook) -> Option<NaiveDateTime> {
    settings.letters.window.opens(&rules.calendar, clock::beijing_time())
}

/// Who takes the letters that go by mail.
pub(super) const fn transport(settings: &Settings) -> Transport {
    match settings.letters.smtp {
        Some(_) => Transport::MailServer,
        None => Transport::Files,
    }
}

/// Distributes released letters by their employers' ways, and writes the files they need.
pub(super) fn file_released(
    settings: &Settings,
    store: &Store,
    rules: &Rulebook,
) -> Result<(), Failure> {
    if !settings.centre.demo {
        texts::distribute_released(settings, (store, rules))?;
    }
    let (folder, transport) = (&settings.outbox, transport(settings));
    nightly::file_released(&OperatingSystem, folder, store, transport)?;
    Ok(())
}

/// Sends what is due. Outside the mail window, only mail to staff.
fn run(
    global: &Global,
    (store, rules): (&Store, &LetterRules),
    (delivery, opens): (&Delivery, Option<NaiveDateTime>),
) -> Result<Delivered, Failure> {
    let progress = Progress::start(global, "sending letters");
    let shown = std::cell::Cell::new(0);
    let watch = |delivered: &Delivered| {
        let before = shown.replace(delivered.tried());
        progress.advance(delivered.tried().saturating_sub(before));
    };
    let delivered = match opens {
        None => {
            nightly::join(store, rules, (clock::now(), clock::today()))?;
            deliver(store, delivery, &clock::now, &watch)
        }
        Some(opens) => {
            let waiting = store.due_letters(clock::now())?;
            if waiting > 0 {
                note!(
                    global,
                    "{waiting} letters to employers wait until {} Beijing time: mail goes out in the hours of \
                     letters.window on working days; `duizhang alert send --now` sends at once",
                    opens.format("%Y-%m-%d %H:%M")
                );
            }
            deliver(&store.mail_to_staff(), delivery, &clock::now, &watch)
        }
    };
    let delivered = delivered.doing(|| "cannot send letters".to_owned())?;
    tracing::info!(sent = delivered.sent, tried = delivered.tried(), "letters");
    Ok(delivered)
}

/// The delivery from the settings; `None` without a mail server.
pub(super) fn delivery(
    settings: &Settings,
    store: &Store,
    rules: &Rulebook,
) -> Result<Option<Delivery>, Failure> {
    let letters = &settings.letters;
    let Some(smtp) = &letters.smtp else { return Ok(None) };
    let sender = letters.from.parse().map_err(|_| {
        Failure::Usage(format!("letters.from: expected a mail address, found {:?}", letters.from))
    })?;
    let holder = format!("{}-{}-{}", std::process::id(), clock::now(), clock::now_nanos());
    Ok(Some(Delivery {
        server: server(smtp, letters.domain(), &rules.returned)?,
        sender,
        verp: letters.verp,
        signer: signer(settings)?,
        one_click: key::one_click(settings, store),
        connections: usize::from(smtp.connections.max(1)),
        per_minute: smtp.per_minute,
        servers: smtp.paced(&rules.servers),
        holder,
    }))
}

fn server(smtp: &Smtp, domain: &str, words: &ReturnedWords) -> Result<MailServer, Failure> {
    let (security, port) = match smtp.security {
        Protection::Starttls => (Security::StartTls, 587),
        Protection::Tls => (Security::Tls, 465),
        Protection::None if smtp.is_here() => (Security::Plain, 25),
        Protection::None => {
            return Err(Failure::Usage(format!(
                "letters.smtp: security = \"none\" is for a relay on this machine; {:?} is another: \
                 say \"starttls\" or \"tls\"",
                smtp.host
            )));
        }
    };
    let login = match &smtp.username {
        Some(user) => Some(Login { user: user.clone(), password: smtp.password()? }),
        None => None,
    };
    let read = |path: &std::path::PathBuf| {
        std::fs::read(path).doing(|| format!("cannot read {}", path.display()))
    };
    Ok(MailServer {
        host: smtp.host.clone(),
        port: smtp.port.unwrap_or(port),
        security,
        login,
        authority: smtp.ca_file.as_ref().map(read).transpose()?,
        hello: smtp.hello.clone().unwrap_or_else(|| domain.to_owned()),
        patience: Duration::from_secs(smtp.timeout_seconds.max(1).into()),
        words: words.clone(),
    })
}

fn signer(settings: &Settings) -> Result<Option<Signer>, Failure> {
    let letters = &settings.letters;
    let Some(first) = letters.dkim.first() else { return Ok(None) };
    let mut keys = Vec::with_capacity(letters.dkim.len());
    for dkim in &letters.dkim {
        let file = &dkim.key_file;
        let pem = std::fs::read(file).doing(|| format!("cannot read {}", file.display()))?;
        let key = Key::from_pem(&dkim.selector, &pem);
        keys.push(key.map_err(|error| {
            Failure::Usage(format!("letters.dkim: {}: {error}", file.display()))
        })?);
    }
    let domain = first.domain.as_deref().unwrap_or_else(|| letters.domain());
    let signer = Signer::new(domain, keys);
    Ok(Some(signer.map_err(|error| Failure::Usage(format!("letters.dkim: {error}")))?))
}
