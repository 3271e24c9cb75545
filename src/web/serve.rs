//! The socket: takes connections, bounds what each may take, and ends gracefully.
//!
//! A connection that sends its headers slowly is closed, a body that comes slowly is refused, and so is
//! a connection past the number that the process can hold. When told to stop, no new request is
//! taken and those under way are finished.

use super::{Desk, Setup, route};
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// How long a request's headers may take to arrive.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// How long requests under way may take once the desk is told to stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// Connections at once: a thousand browsers' worth, and far from a process's open files.
const CONNECTIONS_MAX: usize = 500;
/// How long to wait when the system has no file left for a connection.
const BREATH: Duration = Duration::from_millis(100);

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// Serves the desk until `stop` is done.
pub async fn serve(listener: TcpListener, setup: Setup, stop: impl Future<Output = ()>) {
    let router = route::router(Desk::new(setup));
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(permit) = Arc::clone(&connections).acquire_owned().await else { break };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot take a connection");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Small answers leave at once; a failure to set this only makes them later.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let answer = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer.ip()));
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .serve_connection(TokioIo::new(stream), answer);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that goes away in the middle is no news.
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_WITHIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still under way when the desk stopped");
    }
}
