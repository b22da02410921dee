//! Where a request comes from.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName};

/// Set by Cloudflare, which throws away what a client puts there.
const CONNECTING_IP: HeaderName = HeaderName::from_static("cf-connecting-ip");

/// What one house has on the Internet: an IPv4 address, or the 64 bits of an IPv6 address that a network is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl Address {
    /// The address that a request came from; `None` where nobody says so, which at Cloudflare does not happen.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        headers.get(CONNECTING_IP)?.to_str().ok()?.trim().parse::<IpAddr>().ok().map(Self::from)
    }
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 => v4,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn read(sent: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(CONNECTING_IP, HeaderValue::from_str(sent).unwrap())]);
        Address::of(&headers).map(|address| address.to_string())
    }

    #[test]
    fn a_house_is_one_address_however_many_it_may_use() {
        assert_eq!(read("203.0.113.7").as_deref(), Some("203.0.113.7"));
        assert_eq!(read("::ffff:203.0.113.7").as_deref(), Some("203.0.113.7"));
        assert_eq!(read("2001:db8:1:2:3:4:5:6").as_deref(), Some("2001:db8:1:2::"));
        assert_eq!(read("2001:db8:1:2:ffff::1"), read("2001:db8:1:2::"));
        assert_ne!(read("2001:db8:1:3::1"), read("2001:db8:1:2::1"));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for bad in ["", "unknown", "203.0.113.7, 198.51.100.1", "203.0.113"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(Address::of(&HeaderMap::new()), None);
    }
}
