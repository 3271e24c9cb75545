//! Known devices: browsers with an earlier login, recognised by a cookie that the desk signed.
//!
//! However often strangers fail at a login, a known device has its own count and is limited only by its own
//! failures (OWASP's device cookies). The cookie gives no access; it only selects the count. It is bound to the
//! centre and one login name, and each login on a shared computer has its own.

use super::key::Keys;
use super::{Fault, cookie, secret};
use axum::http::{HeaderMap, HeaderValue};

/// How long a device stays known after a login.
const KNOWN_SECONDS: i64 = 90 * 24 * 3600;
/// Characters of the login's hash in the cookie's name.
const NAME_CHARACTERS: usize = 8;

/// A known device of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Device {
    nonce: String,
}

impl Device {
    /// The device in the browser's cookie, if the desk signed it.
    pub(super) fn of(
        keys: &Keys,
        whose: (i64, &str),
        headers: &HeaderMap,
        now: i64,
    ) -> Option<Self> {
        let value = cookie::value(headers, &name(whose.1))?;
        let mut parts = value.split('.');
        let (Some(at), Some(nonce), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let genuine = secret::same(&signed(keys, whose, at, nonce), signature);
        let since: i64 = at.parse().ok()?;
        let fresh = (since..since.saturating_add(KNOWN_SECONDS)).contains(&now);
        (genuine && fresh).then(|| Self { nonce: nonce.to_owned() })
    }

    /// The cookie of a device after a login: its existing one or a new one.
    pub(super) fn remembered(
        known: Option<Self>,
        keys: &Keys,
        whose: (i64, &str),
        now: i64,
    ) -> Result<Option<HeaderValue>, Fault> {
        let nonce = known.map_or_else(secret::token, |device| Ok(device.nonce))?;
        let at = now.to_string();
        let value = format!("{at}.{nonce}.{}", signed(keys, whose, &at, &nonce));
        Ok(cookie::set(&name(whose.1), &value, Some(KNOWN_SECONDS.cast_unsigned())))
    }

    /// The count that its failures go to.
    pub(super) fn subject(&self, person_id: &str) -> String {
        secret::hash("device", &format!("{person_id}\n{}", self.nonce))
    }
}

fn name(person_id: &str) -> String {
    let hash = secret::hash("device-of", person_id);
    format!("{}-{}", cookie::DEVICE, hash.get(..NAME_CHARACTERS).unwrap_or_default())
}

fn signed(keys: &Keys, (centre_id, person_id): (i64, &str), at: &str, nonce: &str) -> String {
    keys.sign(&format!("{centre_id}\n{person_id}\n{at}\n{nonce}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_for_its_login_at_its_centre_and_under_its_key() {
        let (keys, others) = (Keys::fresh().unwrap(), Keys::fresh().unwrap());
        let whose = (1, "li.na");
        let set = Device::remembered(None, &keys, whose, 1_000).unwrap().unwrap();
        let cookie = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        let known = |keys: &Keys, whose: (i64, &str), cookie: &str, now: i64| {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", cookie.parse().unwrap());
            Device::of(keys, whose, &headers, now)
        };
        let device = known(&keys, whose, &cookie, 2_000).unwrap();
        assert_eq!(known(&others, whose, &cookie, 2_000), None);
        assert_eq!(known(&keys, (2, "li.na"), &cookie, 2_000), None);
        assert_eq!(known(&keys, (1, "wang.wei"), &cookie, 2_000), None);
        assert_eq!(known(&keys, whose, &cookie, 1_000 + KNOWN_SECONDS), None);
        assert_eq!(known(&keys, whose, &cookie, 999), None, "from ahead");
        assert_eq!(known(&keys, whose, &cookie.replace("1000.", "1001."), 2_000), None);
        let again = Device::remembered(Some(device.clone()), &keys, whose, 3_000).unwrap().unwrap();
        let again = again.to_str().unwrap().split(';').next().unwrap().to_owned();
        assert_eq!(known(&keys, whose, &again, 3_001), Some(device), "it stays the same device");
    }
}
