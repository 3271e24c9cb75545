//! DKIM signatures (RFC 6376, RFC 8463): they prove who wrote a letter and that nobody changed it.
//!
//! Start at [`Signer::signed`]. It uses relaxed canonical forms, because relays rewrap headers, and rsa-sha256 or
//! ed25519-sha256 according to the key. A signature has no timestamp, so the same letter always has the same bytes.
//!
//! Invariant: the headers that a reader sees are signed once more than they occur, so that nobody can add a second
//! From or Subject to a signed letter.

mod record;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{self, Ed25519KeyPair, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;

/// Signs letters of one domain with one key, or with two during a migration to a new key type.
#[derive(Clone, Debug)]
pub struct Signer {
    domain: String,
    keys: Vec<Arc<Key>>,
}

/// A key with the selector of its public half in the DNS.
pub struct Key {
    selector: String,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// Why a key cannot sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// Not a PEM private key.
    NoKey,
    /// PEM, but neither Ed25519 nor RSA of at least 2048 bits; with the reason.
    Unfit(String),
    /// Not a valid DNS name.
    Name(String),
}

/// Headers to sign, where present.
const SIGNED: [&str; 12] = [
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-id",
];

/// Headers that must not be added later.
const SEALED: [&str; 4] = ["from", "to", "subject", "date"];

/// Characters of base64 per line.
const FOLD: usize = 72;

impl Key {
    /// Reads a private key: PEM, PKCS#8 or (for RSA) PKCS#1.
    ///
    /// # Errors
    /// [`KeyError`] when DKIM cannot use the key.
    pub fn from_pem(selector: &str, pem: &[u8]) -> Result<Self, KeyError> {
        let selector = dns_name(selector)?;
        let unfit = |why: ring::error::KeyRejected| KeyError::Unfit(why.to_string());
        let pair = match PrivateKeyDer::from_pem_slice(pem).map_err(|_| KeyError::NoKey)? {
            PrivateKeyDer::Pkcs1(der) => {
                Pair::Rsa(RsaKeyPair::from_der(der.secret_pkcs1_der()).map_err(unfit)?)
            }
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                    Ok(pair) => Pair::Ed25519(pair),
                    Err(_) => Pair::Rsa(RsaKeyPair::from_pkcs8(der).map_err(unfit)?),
                }
            }
            PrivateKeyDer::Sec1(_) | _ => {
                return Err(KeyError::Unfit("an elliptic curve that DKIM does not know".into()));
            }
        };
        Ok(Self { selector, pair })
    }

    const fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) => "rsa-sha256",
            Pair::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// The signature; `None` when the system has no randomness to blind an RSA key.
    fn sign(&self, data: &[u8]) -> Option<Vec<u8>> {
        match &self.pair {
            Pair::Ed25519(pair) => Some(pair.sign(&Sha256::digest(data)).as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signed = vec![0; pair.public().modulus_len()];
                let (padding, random) = (&signature::RSA_PKCS1_SHA256, SystemRandom::new());
                pair.sign(padding, &random, data, &mut signed).ok().map(|()| signed)
            }
        }
    }
}

impl Signer {
    /// Signs for a domain, which should be that of the letters' From.
    ///
    /// # Errors
    /// [`KeyError`] when the domain is invalid.
    pub fn new(domain: &str, keys: Vec<Key>) -> Result<Self, KeyError> {
        let keys = keys.into_iter().map(Arc::new).collect();
        Ok(Self { domain: dns_name(domain)?, keys })
    }

    /// The message, preceded by its signatures.
    #[must_use]
    pub fn signed(&self, message: &[u8]) -> Vec<u8> {
        let mut signed = Vec::with_capacity(message.len() + 1024 * self.keys.len());
        for key in &self.keys {
            signed.extend(self.signature(key, message).unwrap_or_default().into_bytes());
        }
        signed.extend(message);
        signed
    }

    fn signature(&self, key: &Key, message: &[u8]) -> Option<String> {
        let (headers, body) = parts(message);
        let present = SIGNED.into_iter().filter(|name| headers.iter().any(|one| one.is(name)));
        let names: Vec<&str> = present.chain(SEALED).collect();
        let (domain, selector) = (&self.domain, &key.selector);
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={domain}; s={selector};\r\n\th={};\r\n\tbh={};\r\n\tb=",
            key.algorithm(),
            names.join(":"),
            body_hash(body),
        );
        let signature = key.sign(&to_be_signed(&headers, &names, &unsigned))?;
        Some(format!("{unsigned}{}\r\n", folded(&BASE64.encode(signature))))
    }
}

/// A raw header: name and value, with the line ends of folding.
struct RawHeader<'m> {
    name: &'m str,
    value: &'m str,
}

impl RawHeader<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.trim_end().eq_ignore_ascii_case(name)
    }

    /// RFC 6376, 3.4.2.
    fn relaxed(&self) -> String {
        let value: Vec<&str> = self.value.split_ascii_whitespace().collect();
        format!("{}:{}", self.name.trim_end().to_ascii_lowercase(), value.join(" "))
    }
}

/// Splits a message into headers and body. Our own letters are ASCII; otherwise only the body would be signed.
fn parts(message: &[u8]) -> (Vec<RawHeader<'_>>, &[u8]) {
    const BLANK: &[u8] = b"\r\n\r\n";
    let end = message.windows(BLANK.len()).position(|four| four == BLANK);
    let (head, body) = match end {
        Some(end) => message.split_at(end + BLANK.len()),
        None => (message, &[][..]),
    };
    let mut headers: Vec<RawHeader<'_>> = Vec::new();
    let mut rest = std::str::from_utf8(head).unwrap_or_default();
    while let Some((name, behind)) = rest.split_once(':') {
        let length = value_length(behind);
        let (value, next) = behind.split_at_checked(length).unwrap_or((behind, ""));
        headers.push(RawHeader { name, value });
        rest = next;
    }
    (headers, body)
}

/// Length up to and including the first line end that is not followed by white space.
fn value_length(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive("\r\n") {
        at += line.len();
        let behind = text.get(at..).unwrap_or_default();
        if !behind.starts_with([' ', '\t']) {
            break;
        }
    }
    at
}

/// The signed data: the named headers from the last upwards, then the signature itself without its value.
fn to_be_signed(headers: &[RawHeader<'_>], names: &[&str], unsigned: &str) -> Vec<u8> {
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        let before = names.iter().take(index).filter(|other| *other == name).count();
        let found = headers.iter().rev().filter(|header| header.is(name)).nth(before);
        if let Some(header) = found {
            text.push_str(&header.relaxed());
            text.push_str("\r\n");
        }
    }
    if let Some((name, value)) = unsigned.split_once(':') {
        text.push_str(&RawHeader { name, value }.relaxed());
    }
    text.into_bytes()
}

/// RFC 6376, 3.4.4, hashed.
fn body_hash(body: &[u8]) -> String {
    let mut hash = Sha256::new();
    let mut blank_lines = 0_usize;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = relaxed_line(line);
        if line.is_empty() {
            blank_lines += 1;
            continue;
        }
        // Blank lines count only when something follows them.
        for _ in 0..std::mem::take(&mut blank_lines) {
            hash.update(b"\r\n");
        }
        hash.update(&line);
        hash.update(b"\r\n");
    }
    BASE64.encode(hash.finalize())
}

/// Collapses white space and removes it at the end.
fn relaxed_line(line: &[u8]) -> Vec<u8> {
    let mut relaxed = Vec::with_capacity(line.len());
    for byte in line.trim_ascii_end() {
        match byte {
            b' ' | b'\t' if relaxed.last() == Some(&b' ') => {}
            b' ' | b'\t' => relaxed.push(b' '),
            byte => relaxed.push(*byte),
        }
    }
    relaxed
}

fn folded(base64: &str) -> String {
    let mut folded = String::with_capacity(base64.len() + base64.len() / FOLD * 3);
    for (index, character) in base64.chars().enumerate() {
        if index > 0 && index.is_multiple_of(FOLD) {
            folded.push_str("\r\n\t");
        }
        folded.push(character);
    }
    folded
}

/// Accepts letters, digits, hyphens and dots, the characters of a domain or selector.
fn dns_name(name: &str) -> Result<String, KeyError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if !name.is_empty() && name.bytes().all(fits) {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(KeyError::Name(name.to_owned()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} {})", self.selector, self.algorithm())
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey => write!(f, "expected PEM with a private key"),
            Self::Unfit(why) => {
                write!(f, "expected an Ed25519 key or RSA of 2048 bits or more: {why}")
            }
            Self::Name(name) => write!(f, "expected a name for the DNS, found {name:?}"),
        }
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message, signatures and public keys of RFC 8463, appendix A, to check ours against.
    const MESSAGE: &str = "From: Joe SixPack <joe@football.example.com>\r\n\
        To: Suzie Q <suzie@shopping.example.net>\r\n\
        Subject: Is dinner ready?\r\n\
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
        Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\
        \r\n\
        Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
    const NAMES: [&str; 8] =
        ["from", "to", "subject", "date", "message-id", "from", "subject", "date"];

    #[test]
    fn what_we_sign_is_what_the_standards_own_signatures_are_over() {
        let (headers, body) = parts(MESSAGE.as_bytes());
        assert_eq!(body_hash(body), "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
        let unsigned = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n \
            d=football.example.com; i=@football.example.com;\r\n \
            q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n \
            subject : date : message-id : from : subject : date;\r\n \
            bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
        let data = to_be_signed(&headers, &NAMES, unsigned);
        let key = BASE64.decode("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=").unwrap();
        let signature = BASE64
            .decode(
                "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\
                 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==",
            )
            .unwrap();
        signature::UnparsedPublicKey::new(&signature::ED25519, key)
            .verify(&Sha256::digest(&data), &signature)
            .unwrap();
    }

    #[test]
    fn the_key_of_the_standard_gives_the_signature_of_the_standard() {
        // RFC 8463's secret key, in the PKCS#8 of RFC 8410.
        let mut der = vec![
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ];
        der.extend(BASE64.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").unwrap());
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            BASE64.encode(der)
        );
        let key = Key::from_pem("brisbane", pem.as_bytes()).unwrap();
        let (headers, _) = parts(MESSAGE.as_bytes());
        let unsigned = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n \
            d=football.example.com; i=@football.example.com;\r\n \
            q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n \
            subject : date : message-id : from : subject : date;\r\n \
            bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
        let signed = key.sign(&to_be_signed(&headers, &NAMES, unsigned)).unwrap();
        assert!(BASE64.encode(signed).starts_with("/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQ"));
    }

    #[test]
    fn a_body_is_hashed_without_the_blanks_that_relays_change() {
        let rows = [
            ("a b\r\n", "a \t b  \r\n\r\n\r\n"),
            ("a\r\n\r\nb\r\n", "a \r\n\t\r\nb"),
            ("", "\r\n\r\n"),
        ];
        for (one, other) in rows {
            assert_eq!(body_hash(one.as_bytes()), body_hash(other.as_bytes()), "{one:?}");
        }
        assert_ne!(body_hash(b" a\r\n"), body_hash(b"a\r\n"), "blanks in front count");
    }

    #[test]
    fn what_is_no_key_is_said_plainly() {
        assert_eq!(Key::from_pem("s1", b"not a key").unwrap_err(), KeyError::NoKey);
        assert!(matches!(Key::from_pem("s 1; d=evil", b""), Err(KeyError::Name(_))));
        assert!(matches!(Signer::new("", vec![]), Err(KeyError::Name(_))));
    }
}
