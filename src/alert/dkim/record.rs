//! The DNS record of a public key.

use super::{BASE64, Key, Pair};
use base64::Engine as _;
use ring::signature::KeyPair as _;

/// The header of an RSA SubjectPublicKeyInfo after its length: the algorithm without parameters.
const RSA_ALGORITHM: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

impl Key {
    /// Name and value of the TXT record with which receivers check a domain's signatures.
    #[must_use]
    pub fn dns_record(&self, domain: &str) -> (String, String) {
        let name = format!("{}._domainkey.{domain}", self.selector);
        let (kind, public) = match &self.pair {
            Pair::Ed25519(pair) => ("ed25519", pair.public_key().as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let bits = [&[0][..], pair.public_key().as_ref()].concat();
                let key = [&RSA_ALGORITHM[..], &tagged(0x03, &bits)].concat();
                ("rsa", tagged(0x30, &key))
            }
        };
        (name, format!("v=DKIM1; k={kind}; p={}", BASE64.encode(public)))
    }
}

/// An ASN.1 value with its tag and length (DER).
fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let bytes = value.len().to_be_bytes();
    let long: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let length = match (u8::try_from(value.len()), u8::try_from(long.len())) {
        (Ok(short), _) if short < 0x80 => vec![short],
        (_, Ok(count)) => [&[0x80 | count][..], &long].concat(),
        (_, Err(_)) => Vec::new(),
    };
    [&[tag][..], &length, value].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_of_the_standards_key_is_the_standards() {
        // RFC 8463, appendix A: secret and public key.
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
        let (name, value) = key.dns_record("football.example.com");
        assert_eq!(name, "brisbane._domainkey.football.example.com");
        assert_eq!(value, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    }

    #[test]
    fn lengths_are_written_as_der_wants_them() {
        assert_eq!(tagged(4, &[1; 5]).get(..2), Some(&[4, 5][..]));
        assert_eq!(tagged(4, &[1; 0x90]).get(..3), Some(&[4, 0x81, 0x90][..]));
        assert_eq!(tagged(4, &[1; 0x126]).get(..4), Some(&[4, 0x82, 0x01, 0x26][..]));
    }
}
