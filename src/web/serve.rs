//! The socket: accepts connections, limits each, and shuts down gracefully.
//!
//! A connection that sends its headers slowly is closed, and a slow body is refused. Above the limit of the process
//! or of an address, an old idle connection is closed ([`super::connection`]). On shutdown no new request is
//! accepted and those in progress finish.

use super::connection::Connections;
use super::visit::Peer;
use super::{Desk, Setup, route};
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// Longest time for a request's headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// Longest time for requests in progress at shutdown.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// Pause when the system has no file descriptor for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the desk until `stop` completes.
pub async fn serve(listener: TcpListener, setup: Setup, stop: impl Future<Output = ()>) {
    serve_figures(listener, None, setup, stop).await;
}

/// Serves the desk and, with a second listener, the metrics there.
pub async fn serve_figures(
    listener: TcpListener,
    figures: Option<TcpListener>,
    setup: Setup,
    stop: impl Future<Output = ()>,
) {
    let desk = Desk::new(setup);
    let (stopped, _) = tokio::sync::watch::channel(());
    let until = |mut stopped: tokio::sync::watch::Receiver<()>| async move {
        let _ = stopped.changed().await;
    };
    let figures = figures.map(|figures| {
        let (router, until) = (route::figures(desk.clone()), until(stopped.subscribe()));
        tokio::spawn(listen(figures, router, desk.clone(), until))
    });
    let router = route::router(desk.clone());
    listen(listener, router, desk, stop).await;
    drop(stopped);
    if let Some(figures) = figures {
        let _ = figures.await;
    }
}

/// Accepts connections until `stop` completes.
async fn listen(listener: TcpListener, router: Router, desk: Desk, stop: impl Future<Output = ()>) {
    let connections = Arc::<Connections>::default();
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot take a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Send small responses at once; if this fails they are only slower.
        let _ = stream.set_nodelay(true);
        let admitted = connections.admit(peer.ip(), !desk.setup().proxies.holds(peer.ip()));
        let (router, mark) = (router.clone(), Arc::clone(&admitted.mark));
        let answer = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer.ip()));
            let (answered, mark) = (router.clone().oneshot(request), Arc::clone(&mark));
            async move {
                mark.set_busy(true);
                let answered = answered.await;
                mark.set_busy(false);
                answered
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .serve_connection(TokioIo::new(stream), answer);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            tokio::select! {
                // A client that disconnects is normal.
                _ = connection => {}
                () = admitted.mark.gone() => {}
            }
            drop(admitted);
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_WITHIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still under way when the desk stopped");
    }
}
