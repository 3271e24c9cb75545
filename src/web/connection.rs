//! Limits per address: connections by peer, requests in progress by client.
//!
//! Start at [`Connections::admit`]. Opening a connection costs a client nothing, so a new one is never refused
//! because of the existing ones. It is admitted, and the oldest idle connection is closed: of the same address if
//! that has its share, else of the address with the most. A client that sends its request at once, such as a health
//! check, is answered before its turn to be closed; a slow one makes room. A trusted proxy speaks for many clients
//! and has no share of its own: its requests are counted by the address that it names ([`Requests`]).
//!
//! Invariant: there are never more than [`CONNECTIONS_MAX`] connections.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Concurrent connections: enough for a thousand browsers, and far below a process's limit of open files.
pub(super) const CONNECTIONS_MAX: usize = 500;
/// Per address: enough for ten browsers, and more than a tunnel's few.
const ADDRESS_MAX: usize = 64;
/// Concurrent requests per client.
const REQUESTS_MAX: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    /// Sequence number of the next connection: lower is older.
    next: u64,
    by_address: BTreeMap<IpAddr, BTreeMap<u64, Arc<Mark>>>,
    count: usize,
}

/// The outside view of a connection.
#[derive(Debug, Default)]
pub(super) struct Mark {
    /// A request is in progress.
    busy: AtomicBool,
    /// It must close to make room.
    gone: Notify,
}

/// An admitted connection, removed on drop.
#[derive(Debug)]
pub(super) struct Admitted {
    connections: Arc<Connections>,
    address: IpAddr,
    number: u64,
    pub(super) mark: Arc<Mark>,
}

impl Mark {
    /// Sets whether a request is in progress.
    pub(super) fn set_busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::Relaxed);
    }

    /// Completes once the connection must close.
    pub(super) async fn gone(&self) {
        self.gone.notified().await;
    }
}

impl Connections {
    /// Admits a connection, closing another if there are too many. `shares` is whether the limit per address
    /// applies.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr, shares: bool) -> Admitted {
        let mut open = self.lock();
        let own = open.by_address.get(&address).map_or(0, BTreeMap::len);
        if shares && own >= ADDRESS_MAX {
            open.make_room(address);
        }
        if open.count >= CONNECTIONS_MAX {
            let fullest = open.by_address.iter().max_by_key(|(_, all)| all.len());
            if let Some(fullest) = fullest.map(|(address, _)| *address) {
                open.make_room(fullest);
            }
        }
        let (number, mark) = (open.next, Arc::<Mark>::default());
        open.next += 1;
        open.count += 1;
        open.by_address.entry(address).or_default().insert(number, Arc::clone(&mark));
        drop(open);
        Admitted { connections: Arc::clone(self), address, number, mark }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Closes the oldest idle connection of an address; if all are busy, the oldest.
    fn make_room(&mut self, address: IpAddr) {
        let Some(all) = self.by_address.get(&address) else { return };
        let waits = |mark: &Arc<Mark>| !mark.busy.load(Ordering::Relaxed);
        let oldest = all.iter().find(|(_, mark)| waits(mark)).or_else(|| all.iter().next());
        let Some((number, mark)) = oldest.map(|(number, mark)| (*number, Arc::clone(mark))) else {
            return;
        };
        mark.gone.notify_one();
        self.forget(address, number);
    }

    fn forget(&mut self, address: IpAddr, number: u64) {
        let Some(all) = self.by_address.get_mut(&address) else { return };
        if all.remove(&number).is_some() {
            self.count -= 1;
        }
        if all.is_empty() {
            self.by_address.remove(&address);
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.connections.lock().forget(self.address, self.number);
    }
}

/// Requests in progress by client.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<BTreeMap<String, usize>>);

/// A request in progress.
pub(super) struct UnderWay {
    requests: Arc<Requests>,
    client: String,
}

impl Requests {
    /// Starts a request; `None` if the client has too many.
    pub(super) fn begin(self: &Arc<Self>, client: &str) -> Option<UnderWay> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(client.to_owned()).or_default();
        if *count >= REQUESTS_MAX {
            return None;
        }
        *count += 1;
        Some(UnderWay { requests: Arc::clone(self), client: client.to_owned() })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut all = self.requests.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn address(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    fn of(connections: &Connections, address: IpAddr) -> usize {
        connections.lock().by_address.get(&address).map_or(0, BTreeMap::len)
    }

    #[test]
    fn an_address_has_its_share_and_the_oldest_that_waits_makes_room() {
        let connections = Arc::<Connections>::default();
        let mut open: Vec<Admitted> =
            (0..ADDRESS_MAX).map(|_| connections.admit(HERE, true)).collect();
        open[0].mark.set_busy(true);
        open.push(connections.admit(HERE, true));
        assert_eq!(of(&connections, HERE), ADDRESS_MAX);
        let there: Vec<u64> = connections.lock().by_address[&HERE].keys().copied().collect();
        assert!(
            there.contains(&0) && !there.contains(&1),
            "the first is at work, the second waits"
        );
        drop(open);
        assert_eq!(of(&connections, HERE), 0);
        assert_eq!(connections.lock().count, 0);
    }

    #[test]
    fn a_full_house_takes_from_whoever_has_most() {
        let connections = Arc::<Connections>::default();
        let proxy: Vec<Admitted> =
            (0..CONNECTIONS_MAX - 10).map(|_| connections.admit(HERE, false)).collect();
        assert_eq!(of(&connections, HERE), CONNECTIONS_MAX - 10, "a proxy has no share");
        let others: Vec<Admitted> =
            (0..20).map(|number| connections.admit(address(number), true)).collect();
        assert_eq!(connections.lock().count, CONNECTIONS_MAX);
        assert_eq!(of(&connections, HERE), CONNECTIONS_MAX - 20);
        assert!((0..20).all(|number| of(&connections, address(number)) == 1));
        drop((proxy, others));
        assert_eq!(connections.lock().count, 0);
    }

    #[test]
    fn a_client_has_so_many_requests_under_way() {
        let requests = Arc::<Requests>::default();
        let under_way: Vec<UnderWay> =
            (0..REQUESTS_MAX).filter_map(|_| requests.begin("192.0.2.1")).collect();
        assert_eq!(under_way.len(), REQUESTS_MAX);
        assert!(requests.begin("192.0.2.1").is_none() && requests.begin("192.0.2.2").is_some());
        drop(under_way);
        assert!(requests.0.lock().unwrap().is_empty());
    }
}
