//! `duizhang serve`: runs the web desk until stopped.

use super::args::{Global, ServeArgs};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::settings::{Settings, secret};
use super::{key, mail, staff};
use crate::web::proxy::Proxies;
use crate::web::{self, Setup, Told};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Default address: only this machine.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Minimum characters of a monitor's token: 128 bits in hexadecimal.
const METRICS_TOKEN_MIN: usize = 32;

pub(super) fn run(global: &Global, args: &ServeArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let settings = &centre.settings;
    let listen = args.listen.or(settings.desk.listen).unwrap_or(LISTEN);
    let proxies = proxies(global, args, settings, listen)?;
    if centre.store.people()?.is_empty() {
        note!(
            global,
            "nobody can log in yet; in another terminal: duizhang user add NAME --role administrator"
        );
    }
    let setup = Setup {
        centre: settings.centre.name.clone(),
        language: settings.language(),
        proxies,
        keys: key::keys(args, settings, &centre.store)?,
        metrics_token: metrics_token(args, settings)?,
        told: Some(told(&centre)),
        second_factor: settings.desk.second_factor.is_required(),
        clock: Arc::new(clock::now),
        store: centre.store.clone(),
        rules: centre.rules.clone(),
    };
    let figures = args.metrics_listen.or(settings.desk.metrics_listen);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.doing(|| "cannot start the runtime".to_owned())?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await;
        let listener = listener.doing(|| format!("cannot listen on {listen}"))?;
        let address = listener.local_addr().doing(|| format!("cannot listen on {listen}"))?;
        let figures = match figures {
            Some(at) => {
                Some(TcpListener::bind(at).await.doing(|| format!("cannot listen on {at}"))?)
            }
            None => None,
        };
        let mut terminated =
            signal(SignalKind::terminate()).doing(|| "cannot wait for signals".to_owned())?;
        tell!("the desk is at http://{address}/");
        if let Some(address) = figures.as_ref().and_then(|figures| figures.local_addr().ok()) {
            tell!("figures for a monitor are at http://{address}/metrics");
        }
        let stop = async {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        };
        web::serve_figures(listener, figures, setup, stop).await;
        Ok(Done::Fully)
    })
}

/// The trusted proxies; without a proxy only this machine can reach the desk.
fn proxies(
    global: &Global,
    args: &ServeArgs,
    settings: &Settings,
    listen: SocketAddr,
) -> Result<Proxies, Failure> {
    let proxies = match &args.behind_proxy {
        Some(proxies) => proxies.clone(),
        None => {
            let named = settings.desk.behind_proxy.proxies();
            named.map_err(|error| Failure::Usage(format!("[desk] behind_proxy: {error}")))?
        }
    };
    if !listen.ip().is_loopback() && proxies.is_empty() {
        return Err(Failure::Usage(format!(
            "{listen} can be reached by others, without TLS; put a proxy with TLS in front and name it with \
             --behind-proxy=ADDRESS, or listen on 127.0.0.1"
        )));
    }
    if !proxies.is_empty() {
        note!(global, "who asks is believed of these proxies alone: {proxies}");
    }
    Ok(proxies)
}

/// The monitor's token, from its file.
fn metrics_token(args: &ServeArgs, settings: &Settings) -> Result<Option<String>, Failure> {
    let file = args.metrics_token_file.as_ref().or(settings.desk.metrics_token_file.as_ref());
    let Some(file) = file else { return Ok(None) };
    let token = secret(file)?;
    if token.len() < METRICS_TOKEN_MIN {
        return Err(Failure::because(format!(
            "{}: expected a token of {METRICS_TOKEN_MIN} characters or more, as `openssl rand -hex 32` makes one",
            file.display()
        )));
    }
    Ok(Some(token))
}

/// Writes access news for approvers to the outbox, for the next `alert send`. Also writes files for released
/// letters that go on paper or by another program.
fn told(centre: &Centre) -> Told {
    let (settings, rules) = (centre.settings.clone(), centre.rules.clone());
    let store = centre.store.clone();
    Arc::new(move || {
        if let Err(failure) = mail::file_released(&settings, &store, &rules) {
            tracing::warn!(
                error = failure.sentence(),
                "released letters could not be written as files"
            );
        }
        if let Err(failure) = staff::access(&settings, &rules, &store) {
            tracing::warn!(
                error = failure.sentence(),
                "staff could not be told of a change of access"
            );
        }
    })
}
