//! `duizhang serve`: the web desk, until told to stop.

use super::args::{Global, ServeArgs};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use crate::web::{self, Setup};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Where the desk listens unless told otherwise: for this machine alone.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

pub(super) fn run(global: &Global, args: &ServeArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let settings = &centre.settings;
    let listen = args.listen.or(settings.desk.listen).unwrap_or(LISTEN);
    let behind_proxy = args.behind_proxy || settings.desk.behind_proxy;
    if !listen.ip().is_loopback() && !behind_proxy {
        return Err(Failure::Usage(format!(
            "{listen} can be reached by others, without TLS; put a proxy with TLS in front and say \
             --behind-proxy, or listen on 127.0.0.1"
        )));
    }
    if centre.store.people()?.is_empty() {
        note!(
            global,
            "nobody can log in yet; in another terminal: duizhang user add NAME --role administrator"
        );
    }
    let setup = Setup {
        centre: settings.centre.name.clone(),
        language: settings.language(),
        behind_proxy,
        second_factor: settings.desk.second_factor.is_required(),
        clock: Arc::new(clock::now),
        store: centre.store.clone(),
        rules: centre.rules.clone(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.doing(|| "cannot start the runtime".to_owned())?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await;
        let listener = listener.doing(|| format!("cannot listen on {listen}"))?;
        let address = listener.local_addr().doing(|| format!("cannot listen on {listen}"))?;
        let mut terminated =
            signal(SignalKind::terminate()).doing(|| "cannot wait for signals".to_owned())?;
        tell!("the desk is at http://{address}/");
        let stop = async {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        };
        web::serve(listener, setup, stop).await;
        Ok(Done::Fully)
    })
}
