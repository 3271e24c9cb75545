//! One-click unsubscribe from advice (RFC 8058): makes and verifies the link in a letter.
//!
//! Start at [`OneClick::linked`]. A letter with advice ([`advises`]) gets the two headers when it is sent, before
//! it is signed. The link has the employer's number, what is declined, and a code that only this centre can make
//! from both and the address. Nobody can decline for another, and no link is stored.
//!
//! Invariant: only advice can be declined. Letters about money in suspense have no such link.

use ring::hmac;
use std::fmt;

/// Makes and verifies links.
#[derive(Clone)]
pub struct OneClick {
    /// The URL of the desk's page, without a query.
    page: String,
    key: hmac::Key,
}

/// What a link declines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declined {
    Advice,
}

/// Hexadecimal digits of a code: 128 bits.
const CODE_CHARS: usize = 32;

impl Declined {
    /// A stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Advice => "advice",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        (code == Self::Advice.code()).then_some(Self::Advice)
    }
}

impl OneClick {
    #[must_use]
    pub const fn new(page: String, key: hmac::Key) -> Self {
        Self { page, key }
    }

    /// The link for an employer and the address that the letter goes to.
    #[must_use]
    pub fn link(&self, employer_id: &str, address: &str, declined: Declined) -> String {
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("employer", employer_id)
            .append_pair("kind", declined.code())
            .append_pair("code", &self.code(employer_id, address, declined))
            .finish();
        format!("{}?{query}", self.page)
    }

    /// Whether the code is ours for this employer, address and choice.
    #[must_use]
    pub fn fits(&self, employer_id: &str, address: &str, declined: Declined, code: &str) -> bool {
        let own = self.code(employer_id, address, declined);
        // Takes the same time whatever is wrong, so that no digit can be guessed alone.
        own.len() == code.len()
            && own.bytes().zip(code.bytes()).fold(0, |off, (one, other)| off | (one ^ other)) == 0
    }

    fn code(&self, employer_id: &str, address: &str, declined: Declined) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        for field in
            ["duizhang unsubscribe 1", employer_id, &address.to_lowercase(), declined.code()]
        {
            context.update(&u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(field.as_bytes());
        }
        let code = hex::encode(context.sign().as_ref());
        code.get(..CODE_CHARS).unwrap_or_default().to_owned()
    }

    /// The message with the link in its headers if it contains advice; otherwise unchanged.
    #[must_use]
    pub fn linked(&self, message: &[u8], employer_id: &str, address: &str) -> Option<Vec<u8>> {
        const BLANK: &str = "\r\n\r\n";
        let text = std::str::from_utf8(message)
            .ok()
            .filter(|text| !employer_id.is_empty() && advises(text))?;
        let (head, body) = text.split_once(BLANK)?;
        let mut lines: Vec<String> = Vec::new();
        for line in head.split("\r\n") {
            match lines.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
                Some(last) => *last = format!("{last}\r\n{line}"),
                None => lines.push(line.to_owned()),
            }
        }
        let is_old = |line: &&String| value(line, "list-unsubscribe").is_some();
        let old = lines.iter().find(is_old).and_then(|line| value(line, "list-unsubscribe"));
        let by_mail = old.map(|old| format!(",\r\n {}", old.trim())).unwrap_or_default();
        let link = self.link(employer_id, address, Declined::Advice);
        let fresh = [
            format!("List-Unsubscribe: <{link}>{by_mail}"),
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click".to_owned(),
        ];
        let kept = lines.iter().filter(|line| !is_old(line)).chain(&fresh);
        let head: Vec<&str> = kept.map(String::as_str).collect();
        Some(format!("{}{BLANK}{body}", head.join("\r\n")).into_bytes())
    }
}

/// Whether our message contains advice.
#[must_use]
pub fn advises(message: &str) -> bool {
    let head = message.split("\r\n\r\n").next().unwrap_or_default();
    let lists =
        |line: &str| value(line, "list-id").is_some_and(|id| id.trim().starts_with("<advice."));
    head.split("\r\n").any(lists)
}

/// The value of a header line with this name.
fn value<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (found, value) = line.split_once(':')?;
    found.eq_ignore_ascii_case(name).then_some(value)
}

impl fmt::Debug for OneClick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneClick").field("page", &self.page).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clicks_of(key: u8) -> OneClick {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[key; 32]);
        OneClick::new("https://desk.example/unsubscribe".into(), key)
    }

    #[test]
    fn a_code_is_good_for_its_employer_address_and_kind_alone() {
        let clicks = clicks_of(7);
        let code = clicks.code("E1", "A@employer.test", Declined::Advice);
        assert_eq!(code.len(), CODE_CHARS);
        let fits =
            |employer, address, code: &str| clicks.fits(employer, address, Declined::Advice, code);
        assert!(fits("E1", "a@employer.test", &code));
        assert!(!fits("E2", "a@employer.test", &code) && !fits("E1", "b@employer.test", &code));
        assert!(!fits("E1", "a@employer.test", "") && !fits("E1", "a@employer.test", &code[1..]));
        let others = clicks_of(8);
        assert!(!others.fits("E1", "a@employer.test", Declined::Advice, &code));
        let link = clicks.link("E&1", "a@employer.test", Declined::Advice);
        assert!(
            link.starts_with("https://desk.example/unsubscribe?employer=E%261&kind=advice&code=")
        );
        assert!(!link.contains('@'), "no address stands in it");
    }

    #[test]
    fn only_a_letter_with_advice_gets_a_link_and_keeps_its_address_for_mail() {
        let clicks = clicks_of(7);
        let plain = "From: a@b.test\r\nSubject: x\r\n\r\nList-Id: <advice.b.test>\r\n";
        assert_eq!(clicks.linked(plain.as_bytes(), "E1", "e@f.test"), None);
        let advice = "From: a@b.test\r\nList-Unsubscribe: <mailto:t@b.test?subject=unsubscribe>\r\n\
            List-Id: <advice.b.test>\r\nSubject: x\r\n y\r\n\r\nbody\r\n\r\nmore\r\n";
        let linked = clicks.linked(advice.as_bytes(), "E1", "e@f.test").unwrap();
        let linked = String::from_utf8(linked).unwrap();
        let link = clicks.link("E1", "e@f.test", Declined::Advice);
        let want = format!(
            "From: a@b.test\r\nList-Id: <advice.b.test>\r\nSubject: x\r\n y\r\n\
             List-Unsubscribe: <{link}>,\r\n <mailto:t@b.test?subject=unsubscribe>\r\n\
             List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nbody\r\n\r\nmore\r\n"
        );
        assert_eq!(linked, want);
    }
}
