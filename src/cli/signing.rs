//! Signs the head of the audit trail with the centre's own key, and verifies such signatures.
//!
//! Ed25519 (RFC 8032) is deterministic, so a rewritten report has the same bytes. The key is a PEM file as from
//! `openssl genpkey -algorithm ed25519`; it is read for each report and not stored.

use super::failure::{Doing, Failure};
use super::settings::Settings;
use crate::report::{TrailHead, TrailSignature};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use std::path::Path;

const PUBLIC_KEY_BYTES: usize = 32;

/// Signs the head if the settings have a key.
pub(super) fn sign(settings: &Settings, head: &mut TrailHead) -> Result<(), Failure> {
    let Some(file) = &settings.audit.sign_key else { return Ok(()) };
    let doing = || format!("cannot sign with {}", file.display());
    let pem = std::fs::read(file).doing(doing)?;
    let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).doing(doing)?;
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der())
        .map_err(|why| Failure::Usage(format!("audit.sign_key: {}: {why}", file.display())))?;
    let text = TrailHead::signed_text(&settings.centre.code, head.entry, &head.head);
    head.signature = Some(TrailSignature {
        ed25519: BASE64.encode(pair.sign(text.as_bytes())),
        public_key: hex::encode(pair.public_key().as_ref()),
    });
    Ok(())
}

/// Verifies a signature with a public key, given as digits or a PEM file.
pub(super) fn is_signed(
    settings: &Settings,
    (entry, head): (i64, &str),
    signature: &str,
    public_key: &str,
) -> Result<bool, Failure> {
    let key = public(public_key)?;
    let Ok(signature) = BASE64.decode(signature.trim()) else { return Ok(false) };
    let text = TrailHead::signed_text(&settings.centre.code, entry, head);
    Ok(UnparsedPublicKey::new(&ED25519, key).verify(text.as_bytes(), &signature).is_ok())
}

fn public(given: &str) -> Result<Vec<u8>, Failure> {
    if let Some(key) = digits(given.trim()) {
        return Ok(key);
    }
    let doing = || format!("cannot read the public key {given}");
    let pem = std::fs::read(Path::new(given)).doing(doing)?;
    let der = SubjectPublicKeyInfoDer::from_pem_slice(&pem).doing(doing)?;
    // The key is at the end, after its type.
    let from = der.len().saturating_sub(PUBLIC_KEY_BYTES);
    Ok(der.get(from..).unwrap_or_default().to_vec())
}

/// Parses hexadecimal digits.
fn digits(text: &str) -> Option<Vec<u8>> {
    if text.len() != 2 * PUBLIC_KEY_BYTES || !text.is_ascii() {
        return None;
    }
    (0..PUBLIC_KEY_BYTES)
        .map(|byte| u8::from_str_radix(text.get(2 * byte..2 * byte + 2)?, 16).ok())
        .collect()
}
