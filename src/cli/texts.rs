//! Text messages: chooses the letters to send as text and passes them to the gateway.
//!
//! Start at [`send`]. If the gateway is unreachable or rejects our login, no message loses a try. If it refuses the
//! first few alike, their numbers are not blamed. No number, text or secret is logged or printed.

use super::args::Global;
use super::clock;
use super::failure::{Doing, Failure};
use super::settings::{Settings, Sms, secret};
use crate::alert::channel::gateway::{Gateway, GatewaySettings};
use crate::alert::channel::{Channel, ChannelFault, ShortMessage};
use crate::alert::{CentreContact, Ending, LetterClaim, LetterStanding, LetterState};
use crate::nightly::{self, Distributed, Texts};
use crate::rulebook::Rulebook;
use crate::store::{OutgoingText, Store};
use chrono::{NaiveDate, NaiveDateTime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::time::Duration;

/// Messages claimed at a time; each may take the gateway's full time-out.
const CLAIMED: usize = 16;

/// Messages refused before the first is accepted that are the gateway's fault.
const REFUSED_AT_FIRST_MAX: usize = 3;

/// Seconds until those are retried.
const REFUSED_FOR: i64 = 3_600;

/// The counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Texted {
    pub(super) sent: u64,
    /// Impossible as text: sent by mail or on paper instead.
    pub(super) back: u64,
    pub(super) later: u64,
    pub(super) fault: Option<ChannelFault>,
}

/// Distributes the letters of a night by their employers' ways.
pub(super) fn distribute(
    settings: &Settings,
    (store, rules): (&Store, &Rulebook),
    night: NaiveDate,
) -> Result<(), Failure> {
    let centre = settings.contact();
    let done = nightly::distribute(store, night, texts(settings, &centre, rules).as_ref())?;
    tell_of(done);
    Ok(())
}

/// The same for letters that were held and then released.
pub(super) fn distribute_released(
    settings: &Settings,
    (store, rules): (&Store, &Rulebook),
) -> Result<(), Failure> {
    let centre = settings.contact();
    let done = nightly::distribute_released(store, texts(settings, &centre, rules).as_ref())?;
    tell_of(done);
    Ok(())
}

fn tell_of(done: Distributed) {
    if done.texts + done.hall > 0 {
        tracing::info!(texts = done.texts, hall = done.hall, "letters by other ways");
    }
}

/// What is needed to write texts, if there is a gateway.
pub(super) fn texts<'a>(
    settings: &Settings,
    centre: &'a CentreContact,
    rules: &'a Rulebook,
) -> Option<Texts<'a>> {
    let sms = settings.letters.sms.as_ref()?;
    Some(Texts { centre, rules: &rules.letters, parts_max: usize::from(sms.parts_max) })
}

/// Sends due text messages, if there is a gateway. Outside the mail window for employers they wait.
pub(super) fn send(
    global: &Global,
    (settings, store): (&Settings, &Store),
    opens: Option<NaiveDateTime>,
) -> Result<(), Failure> {
    let Some(sms) = &settings.letters.sms else { return Ok(()) };
    if let Some(opens) = opens {
        let waiting = store.due_texts(clock::now())?;
        if waiting > 0 {
            let opens = opens.format("%Y-%m-%d %H:%M");
            note!(
                global,
                "{waiting} text messages wait until {opens} Beijing time (letters.window)"
            );
        }
        return Ok(());
    }
    let channel = gateway(sms)?;
    let backoff = i64::from(sms.timeout_seconds.max(1));
    let texted = run(settings, store, &channel, backoff)?;
    let Texted { sent, back, later, fault } = &texted;
    tracing::info!(sent, back, later, "text messages");
    if sent + back + later > 0 || fault.is_some() {
        let why =
            fault.iter().map(|fault| format!("; {fault}; the rest waits")).collect::<String>();
        note!(
            global,
            "text messages: {sent} sent, {back} by mail or paper instead, {later} later{why}"
        );
    }
    Ok(())
}

fn run(
    settings: &Settings,
    store: &Store,
    channel: &dyn Channel,
    backoff: i64,
) -> Result<Texted, Failure> {
    let mut texted = Texted::default();
    let holder = format!("texts-{}-{}", std::process::id(), clock::now_nanos());
    let sender = Sender { folder: &settings.outbox, store, holder: &holder };
    let mut doubted: Vec<(OutgoingText, LetterStanding)> = Vec::new();
    while texted.fault.is_none() {
        let now = clock::now();
        let lease_until = now + backoff * i64::try_from(CLAIMED).unwrap_or(1) * 2 + 60;
        let claim = LetterClaim { holder: holder.clone(), now, lease_until, letters_max: CLAIMED };
        let messages = store.claim_texts(&claim)?;
        if messages.is_empty() {
            break;
        }
        for text in messages {
            let OutgoingText { letter_id: id, number, text: words, .. } = &text;
            let tried = if texted.fault.is_some() {
                Ok(Ending::Untried)
            } else {
                channel.hand_over(ShortMessage { id, number, text: words })
            };
            let ending = tried.unwrap_or_else(|fault| {
                texted.fault = Some(fault);
                Ending::Untried
            });
            let standing = LetterStanding::after(&ending, text.tries, clock::now());
            if standing.state == LetterState::Refused && texted.sent == 0 {
                doubted.push((text, standing));
            } else {
                sender.settle(&text, &standing, &mut texted)?;
            }
            if texted.sent == 0 && doubted.len() >= REFUSED_AT_FIRST_MAX {
                let said = doubted.last().map(|(_, standing)| standing.answer.clone());
                texted.fault.get_or_insert(ChannelFault::Refused(said.unwrap_or_default()));
            }
        }
        if texted.sent > 0 {
            for (text, standing) in std::mem::take(&mut doubted) {
                sender.settle(&text, &standing, &mut texted)?;
            }
        }
    }
    for (text, standing) in doubted {
        let waits = LetterStanding::after(&Ending::Untried, text.tries, clock::now() + REFUSED_FOR);
        let standing = if texted.fault.is_some() { waits } else { standing };
        sender.settle(&text, &standing, &mut texted)?;
    }
    Ok(texted)
}

/// Records the results of messages.
struct Sender<'a> {
    folder: &'a std::path::Path,
    store: &'a Store,
    holder: &'a str,
}

impl Sender<'_> {
    fn settle(
        &self,
        text: &OutgoingText,
        standing: &LetterStanding,
        texted: &mut Texted,
    ) -> Result<(), Failure> {
        match standing.state {
            LetterState::Sent => texted.sent += 1,
            LetterState::Refused | LetterState::GivenUp => {
                texted.back += 1;
                // The page is written before the outbox says so.
                let letter = self.store.letter(&text.letter_id)?;
                if let Some(letter) = letter.filter(|letter| letter.on_paper()) {
                    nightly::print_page(self.folder, &letter)?;
                }
            }
            LetterState::Waiting
            | LetterState::Sending
            | LetterState::Returned
            | LetterState::Unknown
            | LetterState::Printed
            | LetterState::Filed
            | LetterState::Held
            | LetterState::Dropped => texted.later += 1,
        }
        Ok(self.store.settle_text(self.holder, clock::now(), (&text.letter_id, standing))?)
    }
}

/// The gateway from the settings.
fn gateway(sms: &Sms) -> Result<Gateway, Failure> {
    let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let behind =
        |start: &&str| sms.url.strip_prefix(*start).map(|rest| rest.starts_with([':', '/']));
    if !sms.url.starts_with("https://") && !here.iter().any(|start| behind(start) == Some(true)) {
        return Err(Failure::Usage(
            "letters.sms: the url must begin with https:// (http only for a gateway on this machine)"
                .to_owned(),
        ));
    }
    let authorities = match &sms.ca_file {
        None => Vec::new(),
        Some(file) => {
            let pem = std::fs::read(file).doing(|| format!("cannot read {}", file.display()))?;
            let found = CertificateDer::pem_slice_iter(&pem).flatten();
            found.map(|one| one.as_ref().to_vec()).collect()
        }
    };
    Ok(Gateway::open(GatewaySettings {
        method: sms.method.clone(),
        url: sms.url.clone(),
        headers: sms.headers.clone().into_iter().collect(),
        body: sms.body.clone(),
        secret: sms.secret_file.as_deref().map(secret).transpose()?.unwrap_or_default(),
        success_status: sms.success_status.clone(),
        success_field: sms.success_field.clone(),
        success_values: sms.success_values.clone(),
        later_values: sms.later_values.clone(),
        timeout: Duration::from_secs(sms.timeout_seconds.max(1).into()),
        authorities,
    }))
}
