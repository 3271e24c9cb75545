//! The second factor: six-digit codes that change every 30 seconds (TOTP, RFC 6238).
//!
//! The parameters work with every app: SHA-1, six digits, 30 seconds; a clock may be off by 30 seconds. A code is
//! identified by its step, so that the store can refuse a second use.

use super::fault::Fault;
use super::secret;
use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Algorithm, Builder, Secret, Totp};

const DIGITS: u8 = 6;
const STEP_SECONDS: u64 = 30;
const STEPS_OFF: u16 = 1;
/// Key size, as RFC 4226 recommends for SHA-1.
const KEY_BYTES: usize = 20;

/// Recovery codes per person.
const RECOVERY_CODES: usize = 10;
/// Size of a recovery code: 80 bits, so a plain hash is enough.
const RECOVERY_BYTES: usize = 10;

/// A new key in base32.
pub(crate) fn key() -> Result<String, Fault> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| Fault::Broken)?;
    Ok(Secret::from(bytes.as_slice()).to_base32())
}

/// The step of a code; `None` if it is wrong now.
pub(crate) fn step(key: &str, code: &str, now: i64) -> Option<i64> {
    let digits: String = code.chars().filter(|found| !found.is_whitespace()).collect();
    let now = u64::try_from(now).ok()?;
    let step = totp(key)?.check(&digits, now)?;
    i64::try_from(step).ok()
}

/// The code at an instant.
pub(crate) fn code(key: &str, at: i64) -> Option<String> {
    Some(totp(key)?.generate(u64::try_from(at).ok()?).to_string())
}

fn totp(key: &str) -> Option<Totp> {
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(STEPS_OFF)
        .with_step_duration(STEP_SECONDS)
        .with_secret(Secret::try_from_base32(key).ok()?);
    builder.build().ok()
}

/// The key as a QR code: an inline SVG.
pub(crate) fn picture(key: &str, person_id: &str, centre: &str) -> Result<String, Fault> {
    let pairs = [("secret", key), ("issuer", centre)];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    // Apps read %20, but some show a plus sign literally.
    let query = query.replace('+', "%20");
    let label: String = form_urlencoded::byte_serialize(person_id.as_bytes()).collect();
    let address = format!("otpauth://totp/{label}?{query}");
    let code = QrCode::new(address).map_err(|_| Fault::Broken)?;
    let image = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    // HTML does not allow an XML declaration.
    Ok(image.find("<svg").and_then(|start| image.get(start..)).unwrap_or_default().to_owned())
}

/// New recovery codes, shown once: four groups of five characters.
pub(crate) fn recovery_codes() -> Result<Vec<String>, Fault> {
    let fresh = || {
        let mut bytes = [0; RECOVERY_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| Fault::Broken)?;
        let text = hex::encode(bytes);
        let groups = text.as_bytes().chunks(5).map(String::from_utf8_lossy);
        Ok(groups.collect::<Vec<_>>().join("-"))
    };
    std::iter::repeat_with(fresh).take(RECOVERY_CODES).collect()
}

/// The hash of a recovery code, however its groups were typed.
pub(crate) fn recovery_hash(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    secret::hash("recovery", &plain.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `12345678901234567890` in base32: the key of RFC 6238, appendix B.
    const RFC_KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_are_those_of_rfc_6238() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // Appendix B has eight digits; these are the last six.
            (59,             "287082", 1),
            (1_111_111_109,  "081804", 37_037_036),
            (1_111_111_111,  "050471", 37_037_037),
            (1_234_567_890,  "005924", 41_152_263),
            (2_000_000_000,  "279037", 66_666_666),
            (20_000_000_000, "353130", 666_666_666),
        ];
        for (now, code, want) in rows {
            assert_eq!(step(RFC_KEY, code, now), Some(want), "at {now}");
            assert_eq!(step(RFC_KEY, &format!("{} {}", &code[..3], &code[3..]), now), Some(want));
            assert_eq!(step(RFC_KEY, code, now + 30), Some(want), "half a minute late, at {now}");
            assert_eq!(step(RFC_KEY, code, now + 90), None, "too late, at {now}");
        }
    }

    #[test]
    fn a_recovery_code_is_the_same_however_it_is_typed() {
        let codes = recovery_codes().unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        let code = &codes[0];
        assert_eq!(code.len(), 23, "{code}");
        assert_eq!(recovery_hash(code), recovery_hash(&code.to_uppercase().replace('-', " ")));
        assert_ne!(recovery_hash(code), recovery_hash(&codes[1]));
    }

    #[test]
    fn the_picture_is_markup_that_may_stand_in_a_page() {
        let picture = picture(RFC_KEY, "zhang.wei", "示例市住房公积金管理中心").unwrap();
        assert!(picture.starts_with("<svg"), "{picture}");
        assert!(!picture.contains("style="), "a style inside would be refused by the policy");
    }
}
