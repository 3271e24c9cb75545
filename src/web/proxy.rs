//! Decides which proxies are trusted to name the client.
//!
//! Anybody can send the header. It counts only if the connection comes from a listed proxy, and is read from the
//! right: each hop appends the address it saw, so the first address from the right that is not our proxy is the
//! client.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The trusted proxies by address or network; if empty, the header is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

/// Not a proxy; prints as `expected an address or network, found "…"`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an address or a network such as 10.1.2.3 or 10.1.2.0/24, found {found:?}")]
pub struct ProxyError {
    pub found: String,
}

impl Proxies {
    /// A proxy on this machine.
    #[must_use]
    pub fn here() -> Self {
        let here = ["127.0.0.0/8", "::1/128"];
        Self(here.iter().filter_map(|text| text.parse().ok()).collect())
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        let plain = address.to_canonical();
        self.0.iter().any(|network| network.contains(&plain))
    }

    /// The client's address: the peer, or the one named by a trusted proxy.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let lines: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .map(|line| line.to_str().unwrap_or_default())
            .collect();
        let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
        for hop in hops {
            // Entries left of an untrusted address are unverified.
            if !self.holds(client) {
                break;
            }
            match hop.trim().parse::<IpAddr>() {
                Ok(address) => client = address.to_canonical(),
                Err(_) => break,
            }
        }
        client
    }
}

impl FromStr for Proxies {
    type Err = ProxyError;

    /// Comma-separated addresses and networks; `true` is this machine, `false` none.
    fn from_str(text: &str) -> Result<Self, ProxyError> {
        match text.trim() {
            "" | "false" | "0" | "no" => return Ok(Self::default()),
            "true" | "1" | "yes" => return Ok(Self::here()),
            _ => {}
        }
        let network = |part: &str| {
            let part = part.trim();
            let alone = || part.parse::<IpAddr>().ok().map(|one| IpNet::from(one.to_canonical()));
            let found = part.parse::<IpNet>().ok().or_else(alone);
            found.ok_or_else(|| ProxyError { found: part.to_owned() })
        };
        Ok(Self(text.split(',').map(network).collect::<Result<_, _>>()?))
    }
}

impl fmt::Display for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&shown.join(","))
    }
}

/// The unit of counting: an address, for IPv6 the network of one household.
pub(crate) fn counted(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = ipnet::Ipv6Net::new(address, 64).map(|network| network.trunc());
            network.map_or_else(|_| address.to_string(), |network| network.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_counts_from_the_right_and_from_named_proxies_alone() {
        let proxies: Proxies = "127.0.0.1,10.1.0.0/16,fd00::/8".parse().unwrap();
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // peer            headers                                   client
            ("127.0.0.1",      &["198.51.100.7"][..],                    "198.51.100.7"),
            ("127.0.0.1",      &["10.9.9.9, 198.51.100.7"],              "198.51.100.7"),
            ("127.0.0.1",      &["1.1.1.1", "198.51.100.7, 10.1.2.3"],   "198.51.100.7"),
            ("127.0.0.1",      &["198.51.100.7, nonsense"],              "127.0.0.1"),
            ("127.0.0.1",      &[],                                      "127.0.0.1"),
            ("10.1.255.1",     &["2001:db8::1"],                         "2001:db8::1"),
            ("::ffff:10.1.0.2", &["198.51.100.7"],                       "198.51.100.7"),
            ("203.0.113.5",    &["198.51.100.7"],                        "203.0.113.5"),
            ("127.0.0.2",      &["198.51.100.7"],                        "127.0.0.2"),
        ];
        for (peer, lines, want) in rows {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            let found = proxies.client(peer.parse().unwrap(), &headers);
            assert_eq!(found.to_string(), want, "{peer} {lines:?}");
        }
        let nobody = Proxies::default();
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "198.51.100.7".parse().unwrap());
        let peer = "127.0.0.1".parse().unwrap();
        assert_eq!(nobody.client(peer, &headers), peer);
    }

    #[test]
    fn proxies_are_named_by_address_network_or_as_this_machine() {
        assert_eq!("true".parse::<Proxies>().unwrap(), Proxies::here());
        assert!("false".parse::<Proxies>().unwrap().is_empty());
        assert_eq!(
            "10.1.2.3, fd00::/8".parse::<Proxies>().unwrap().to_string(),
            "10.1.2.3/32,fd00::/8"
        );
        assert!("10.1.2.3,proxy.example".parse::<Proxies>().is_err());
    }

    #[test]
    fn a_household_is_counted_as_one() {
        for (address, want) in [
            ("198.51.100.7", "198.51.100.7"),
            ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:bbbb::1", "2001:db8:1:2::/64"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
        ] {
            assert_eq!(counted(address.parse().unwrap()), want, "{address}");
        }
    }
}
