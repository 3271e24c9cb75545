//! Mail addresses as people type them in a list, an operation or a page.
//!
//! Start at [`Addresses::read`]. It understands full-width signs, `mailto:`, names and comments, several addresses with
//! any separator, words for "none" and Chinese domains. It never guesses: what is not clearly one address is kept as
//! typed in the rest, and somebody is told.
//!
//! Invariant: an address in [`Addresses::good`] is plain ASCII that a mail server accepts; parsing [`Addresses::text`]
//! gives the same result.

use std::borrow::Cow;

/// Addresses that one employer may have; more go to the rest.
pub const ADDRESSES_MAX: usize = 3;

/// The longest mail address, and the longest part before its `@` (RFC 5321, 4.5.3.1).
const ADDRESS_CHARS_MAX: usize = 254;
const NAME_CHARS_MAX: usize = 64;

/// Words that mean that there is none.
const NONE: [&str; 20] = [
    "无",
    "没有",
    "暂无",
    "空",
    "未知",
    "不详",
    "未填",
    "未填写",
    "未提供",
    "无邮箱",
    "没有邮箱",
    "暂无邮箱",
    "无电子邮箱",
    "none",
    "null",
    "nil",
    "no",
    "n/a",
    "na",
    "not available",
];

/// The contents of a mail address field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// In the order typed, without duplicates; the domain in lower case, a Chinese one in its ASCII form.
    pub good: Vec<String>,
    /// What is no address, or is one too many.
    pub left_over: Vec<String>,
}

impl Addresses {
    #[must_use]
    pub fn read(typed: &str) -> Self {
        if is_plain(typed) {
            return Self { good: vec![typed.to_owned()], left_over: Vec::new() };
        }
        let text = folded(typed);
        let mut found = Self::default();
        if says_none(&text) {
            return found;
        }
        for piece in pieces(&text) {
            match addresses(&piece) {
                Some(several) => several.into_iter().for_each(|one| found.take(one)),
                None if says_none(&piece) => {}
                None => found.left_over.push(piece.trim().to_owned()),
            }
        }
        found
    }

    /// The field as we store it: the addresses, then the rest; `None` if it is empty.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let all: Vec<&str> = self.good.iter().chain(&self.left_over).map(String::as_str).collect();
        (!all.is_empty()).then(|| all.join(";"))
    }

    fn take(&mut self, address: String) {
        let known = |kept: &String| kept.eq_ignore_ascii_case(&address);
        if self.good.iter().chain(&self.left_over).any(known) {
            return;
        }
        let free = self.good.len() < ADDRESSES_MAX;
        if free { &mut self.good } else { &mut self.left_over }.push(address);
    }
}

/// The one address in a text, as [`Addresses::good`] holds it; `None` if there is none, several, or other text.
#[must_use]
pub fn one(typed: &str) -> Option<String> {
    let mut found = Addresses::read(typed);
    match (found.good.len(), found.left_over.is_empty()) {
        (1, true) => found.good.pop(),
        _ => None,
    }
}

/// Whether a field holds one plain address, as nearly all do: a run reads every employer's.
fn is_plain(typed: &str) -> bool {
    let Some((name, domain)) = typed.split_once('@') else { return false };
    let quoted = |byte: u8| matches!(byte, b'\'' | b'`' | b'|');
    typed.len() <= ADDRESS_CHARS_MAX
        && is_name(name)
        && !name.bytes().any(quoted)
        && is_domain(domain)
        && !domain.bytes().any(|byte| byte.is_ascii_uppercase())
        && !domain.contains("--")
}

/// Replaces full-width signs with plain ones and drops invisible ones.
fn folded(typed: &str) -> String {
    let fold = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0),
        '\u{3000}' | '\u{a0}' => Some(' '),
        '\u{fe6b}' => Some('@'),
        '。' | '｡' => Some('.'),
        '、' | '､' => Some(','),
        '〈' | '《' => Some('<'),
        '〉' | '》' => Some('>'),
        '“' | '”' => Some('"'),
        '‘' | '’' => Some('\''),
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' => None,
        '\n' | '\r' => Some(';'),
        other if other.is_control() => Some(' '),
        other => Some(other),
    };
    typed.chars().filter_map(fold).collect::<String>().trim().to_owned()
}

/// Whether a text means that there is no address: a word for it, or punctuation alone.
fn says_none(text: &str) -> bool {
    let text = text.trim().trim_matches(['(', ')', '[', ']', '.', ',', ';']).trim();
    text.chars().all(|letter| !letter.is_alphanumeric())
        || NONE.iter().any(|none| none.eq_ignore_ascii_case(text))
}

/// Splits a text at the separators between addresses, but not within quotes or comments.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut quoted, mut depth) = (false, 0_u32);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' | ',' | '|' if !quoted && depth == 0 => {
                pieces.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(letter);
        }
    }
    pieces.retain(|piece| !piece.trim().is_empty());
    pieces
}

/// The addresses of a piece; `None` if it holds anything but addresses, names and comments.
fn addresses(piece: &str) -> Option<Vec<String>> {
    let piece = without_comments(piece);
    if let Some((name, rest)) = piece.split_once('<') {
        let (inside, rest) = rest.split_once('>')?;
        // A person's name may be anything but another address.
        if name.contains('@') {
            return None;
        }
        let mut found = vec![address(inside)?];
        if !rest.trim().is_empty() {
            found.extend(addresses(rest)?);
        }
        return Some(found);
    }
    let piece = joined(&without_label(&piece));
    let words: Vec<&str> = piece.split_whitespace().flat_map(apart).collect();
    let mut found = Vec::new();
    for word in words {
        if word.contains('@') {
            found.push(address(word)?);
        } else if word.chars().any(|letter| letter.is_ascii_alphanumeric()) {
            // It may be the first part of an address that was split.
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Drops bracketed text, and quotes around all of it.
fn without_comments(piece: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::with_capacity(piece.len());
    for letter in piece.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    kept.trim().to_owned()
}

/// Drops a label such as `邮箱:` or `E-mail:` at the start.
fn without_label(piece: &str) -> Cow<'_, str> {
    match piece.split_once(':') {
        Some((label, rest))
            if !label.contains('@') && !label.trim().eq_ignore_ascii_case("mailto") =>
        {
            Cow::Borrowed(rest)
        }
        _ => Cow::Borrowed(piece),
    }
}

/// Drops the blanks around an `@`.
fn joined(piece: &str) -> String {
    let parts: Vec<&str> = piece.split('@').collect();
    let last = parts.len().saturating_sub(1);
    let tight = |(place, part): (usize, &&str)| {
        let part = if place > 0 { part.trim_start() } else { part };
        if place < last { part.trim_end().to_owned() } else { part.to_owned() }
    };
    parts.iter().enumerate().map(tight).collect::<Vec<_>>().join("@")
}

/// Splits addresses at a slash or a word between them.
fn apart(word: &str) -> Vec<&str> {
    let parts: Vec<&str> = word.split(['/', '或', '和']).collect();
    if parts.iter().all(|part| part.contains('@')) { parts } else { vec![word] }
}

/// One address, perhaps with `mailto:` before it or a query after it.
fn address(word: &str) -> Option<String> {
    let word = word.trim().trim_matches(['\'', '"', '`']);
    let word = match word.get(..7) {
        Some(head) if head.eq_ignore_ascii_case("mailto:") => {
            let rest = word.get(7..).unwrap_or_default();
            rest.split('?').next().unwrap_or_default()
        }
        _ => word,
    };
    let (name, domain) = word.trim().trim_end_matches('.').split_once('@')?;
    let domain = ascii_domain(domain)?;
    let whole = format!("{name}@{domain}");
    (is_name(name) && is_domain(&domain) && whole.len() <= ADDRESS_CHARS_MAX).then_some(whole)
}

/// The domain as mail servers know it: `公积金.中国` is `xn--55qp10hc3p.xn--fiqs8s`.
#[cfg(feature = "idna")]
fn ascii_domain(domain: &str) -> Option<String> {
    idna::domain_to_ascii_strict(domain).ok()
}

/// The domain in lower case; without the feature `idna` only domains in ASCII are understood.
#[cfg(not(feature = "idna"))]
fn ascii_domain(domain: &str) -> Option<String> {
    domain.is_ascii().then(|| domain.to_ascii_lowercase())
}

/// Whether a text is a dot-atom of RFC 5322.
fn is_name(name: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    let atom = |part: &str| !part.is_empty() && part.bytes().all(sign);
    name.len() <= NAME_CHARS_MAX && name.split('.').all(atom)
}

fn is_domain(domain: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(sign)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.')
        && domain.split('.').all(label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[cfg(feature = "idna")]
    #[test]
    fn an_address_is_found_as_people_type_it() {
        #[rustfmt::skip] // A table is read by column.
        let rows: [(&str, &[&str], &[&str]); 50] = [
            // typed                                      addresses                               left over
            ("gjj@example.com",                           &["gjj@example.com"],                   &[]),
            (" Gjj@Example.COM ",                         &["Gjj@example.com"],                   &[]),
            ("gjj＠example．com",                         &["gjj@example.com"],                   &[]),
            ("ｇｊｊ＠ｅｘａｍｐｌｅ．ｃｏｍ",            &["gjj@example.com"],                   &[]),
            ("gjj@example。com",                          &["gjj@example.com"],                   &[]),
            ("gjj@example.com.",                          &["gjj@example.com"],                   &[]),
            ("gjj@example.com。",                         &["gjj@example.com"],                   &[]),
            ("mailto:gjj@example.com",                    &["gjj@example.com"],                   &[]),
            ("MAILTO:gjj@example.com?subject=x",          &["gjj@example.com"],                   &[]),
            ("<gjj@example.com>",                         &["gjj@example.com"],                   &[]),
            ("张三 <gjj@example.com>",                    &["gjj@example.com"],                   &[]),
            ("张三＜gjj@example.com＞",                   &["gjj@example.com"],                   &[]),
            ("\"张三, 李四\" <gjj@example.com>",          &["gjj@example.com"],                   &[]),
            ("Zhang San <mailto:gjj@example.com>",        &["gjj@example.com"],                   &[]),
            ("gjj@example.com(张三)",                     &["gjj@example.com"],                   &[]),
            ("gjj@example.com（财务，张三）",             &["gjj@example.com"],                   &[]),
            ("张三 gjj@example.com",                      &["gjj@example.com"],                   &[]),
            ("邮箱：gjj@example.com",                     &["gjj@example.com"],                   &[]),
            ("E-mail: gjj@example.com",                   &["gjj@example.com"],                   &[]),
            ("gjj @ example.com",                         &["gjj@example.com"],                   &[]),
            ("'gjj@example.com'",                         &["gjj@example.com"],                   &[]),
            ("“gjj@example.com”",                         &["gjj@example.com"],                   &[]),
            ("gjj@example.com\u{200b}",                   &["gjj@example.com"],                   &[]),
            ("a@x.com;b@y.com",                           &["a@x.com", "b@y.com"],                &[]),
            ("a@x.com；b@y.com",                          &["a@x.com", "b@y.com"],                &[]),
            ("a@x.com、b@y.com",                          &["a@x.com", "b@y.com"],                &[]),
            ("a@x.com，b@y.com, c@z.com",                 &["a@x.com", "b@y.com", "c@z.com"],     &[]),
            ("a@x.com b@y.com",                           &["a@x.com", "b@y.com"],                &[]),
            ("a@x.com　b@y.com",                          &["a@x.com", "b@y.com"],                &[]),
            ("a@x.com\nb@y.com",                          &["a@x.com", "b@y.com"],                &[]),
            ("a@x.com/b@y.com",                           &["a@x.com", "b@y.com"],                &[]),
            ("a@x.com或b@y.com",                          &["a@x.com", "b@y.com"],                &[]),
            ("甲 <a@x.com> 乙 <b@y.com>",                 &["a@x.com", "b@y.com"],                &[]),
            ("a@x.com;A@X.com",                           &["a@x.com"],                           &[]),
            ("a@x.com,b@x.com,c@x.com,d@x.com",           &["a@x.com", "b@x.com", "c@x.com"],     &["d@x.com"]),
            ("gjj@公积金.中国",                           &["gjj@xn--55qp10hc3p.xn--fiqs8s"],      &[]),
            ("",                                          &[],                                    &[]),
            ("无",                                        &[],                                    &[]),
            (" 暂无 ",                                    &[],                                    &[]),
            ("-",                                         &[],                                    &[]),
            ("／",                                        &[],                                    &[]),
            ("N/A",                                       &[],                                    &[]),
            ("——",                                        &[],                                    &[]),
            ("无;gjj@example.com",                        &["gjj@example.com"],                   &[]),
            ("gjj",                                       &[],                                    &["gjj"]),
            ("gjj@example",                               &[],                                    &["gjj@example"]),
            ("gjj@@example.com",                          &[],                                    &["gjj@@example.com"]),
            ("wang fang@example.com",                     &[],                                    &["wang fang@example.com"]),
            ("张三@example.com",                          &[],                                    &["张三@example.com"]),
            ("a@x.com;13800000000",                       &["a@x.com"],                           &["13800000000"]),
        ];
        for (typed, good, left_over) in rows {
            let found = Addresses::read(typed);
            assert_eq!(found.good, good, "{typed}");
            assert_eq!(found.left_over, left_over, "{typed}");
            let again = Addresses::read(&found.text().unwrap_or_default());
            assert_eq!(again, found, "{typed} read again");
        }
    }

    #[test]
    fn one_address_is_one_and_nothing_else() {
        assert_eq!(one("甲 <a@x.com>").as_deref(), Some("a@x.com"));
        for typed in ["", "无", "a@x.com;b@x.com", "a@x.com;b", "a@x.com\r\nBcc: b@x.com"] {
            assert_eq!(one(typed), None, "{typed}");
        }
    }

    proptest! {
        /// No input yields an address with a character that addresses do not have, and the stored text parses to the
        /// same.
        #[test]
        fn whatever_is_typed_is_read_once_and_for_all(typed in "[a-c@.;,、 <>()\"无：/\\PC]{0,40}") {
            let found = Addresses::read(&typed);
            for address in &found.good {
                prop_assert!(address.bytes().all(|byte| byte.is_ascii_graphic()), "{address}");
                prop_assert_eq!(address.matches('@').count(), 1);
            }
            prop_assert!(found.good.len() <= ADDRESSES_MAX);
            let again = Addresses::read(&found.text().unwrap_or_default());
            prop_assert_eq!(&again.good, &found.good);
        }
    }
}
