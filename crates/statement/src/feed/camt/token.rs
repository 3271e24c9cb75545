//! Cuts tags, texts and the other parts of XML out of a text in memory.
//!
//! Start at [`scan`]. It knows where a piece ends but not what it means; it expands nothing. `walk.rs` checks that end
//! tags belong to start tags.
//!
//! Invariant: only complete pieces are returned, so the end of a window changes nothing.

use std::ops::Range;

/// A piece of XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Name and attributes, as between `<` and `>`.
    Start(&'a str),
    /// The same for a tag that ends with `/>`.
    Empty(&'a str),
    End(&'a str),
    Text(&'a str),
    /// The text between `&` and `;`.
    Reference(&'a str),
    Declaration,
    DocumentType,
    /// A comment or a processing instruction.
    Nothing,
    EndOfFile,
}

#[derive(Clone, Copy, Debug, Default)]
enum Kind {
    Start,
    Empty,
    End,
    Text,
    Reference,
    Declaration,
    DocumentType,
    Nothing,
    #[default]
    EndOfFile,
}

/// A found piece: its kind, the place of its content, its length.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    kind: Kind,
    from: usize,
    to: usize,
    pub(super) used: usize,
}

impl Found {
    /// The token, given the text it was found in.
    #[inline]
    pub(super) fn token(self, used: &str) -> Token<'_> {
        let content = used.get(self.from..self.to).unwrap_or_default();
        match self.kind {
            Kind::Start => Token::Start(content),
            Kind::Empty => Token::Empty(content),
            Kind::End => Token::End(content),
            Kind::Text => Token::Text(content),
            Kind::Reference => Token::Reference(content),
            Kind::Declaration => Token::Declaration,
            Kind::DocumentType => Token::DocumentType,
            Kind::Nothing => Token::Nothing,
            Kind::EndOfFile => Token::EndOfFile,
        }
    }
}

#[inline]
const fn found(
    kind: Kind,
    content: Range<usize>,
    used: usize,
) -> Result<Option<Found>, &'static str> {
    Ok(Some(Found { kind, from: content.start, to: content.end, used }))
}

/// Finds the piece at the start of a text; `None` if more text is needed.
///
/// # Errors
/// What was found instead of XML.
#[inline]
pub(super) fn scan(text: &str, last: bool) -> Result<Option<Found>, &'static str> {
    let bytes = text.as_bytes();
    let piece = match bytes {
        [b'<', b'/', rest @ ..] => match memchr::memchr(b'>', rest) {
            Some(end) => {
                // A blank may follow the name.
                let name = rest.get(..end).unwrap_or_default().trim_ascii_end();
                return found(Kind::End, 2..2 + name.len(), end + 3);
            }
            None => None,
        },
        [b'<', b'!', ..] => bang(bytes)?,
        [b'<', b'?', ..] => instruction(bytes),
        [b'<', _, ..] => tag(bytes),
        [b'<'] => None,
        [b'&', rest @ ..] => match memchr::memchr3(b';', b'&', b'<', rest) {
            Some(end) if rest.get(end) == Some(&b';') => {
                return found(Kind::Reference, 1..end + 1, end + 2);
            }
            Some(_) => return Err("`&` that begins no reference"),
            None => None,
        },
        [_, ..] => match memchr::memchr2(b'<', b'&', bytes) {
            Some(end) => return found(Kind::Text, 0..end, end),
            None if last => return found(Kind::Text, 0..bytes.len(), bytes.len()),
            None => None,
        },
        [] if last => return found(Kind::EndOfFile, 0..0, 0),
        [] => None,
    };
    match piece {
        None if last => Err("a piece that is cut"),
        piece => Ok(piece),
    }
}

/// A start tag; `>` may occur between quotes.
#[inline]
fn tag(bytes: &[u8]) -> Option<Found> {
    let mut end = memchr::memchr(b'>', bytes)?;
    let quoted = |end: usize| bytes.get(..end).and_then(|tag| memchr::memchr2(b'"', b'\'', tag));
    if let Some(mut quote) = quoted(end) {
        loop {
            let mark = *bytes.get(quote)?;
            let behind = quote + 1 + memchr::memchr(mark, bytes.get(quote + 1..)?)? + 1;
            let next = behind + memchr::memchr3(b'>', b'"', b'\'', bytes.get(behind..)?)?;
            if bytes.get(next) == Some(&b'>') {
                end = next;
                break;
            }
            quote = next;
        }
    }
    let empty = end > 1 && bytes.get(end - 1) == Some(&b'/');
    let (kind, to) = if empty { (Kind::Empty, end - 1) } else { (Kind::Start, end) };
    Some(Found { kind, from: 1, to, used: end + 1 })
}

/// `<!--`, `<![CDATA[` or `<!DOCTYPE`.
fn bang(bytes: &[u8]) -> Result<Option<Found>, &'static str> {
    let until = |start: usize, mark: &[u8]| {
        let behind = bytes.get(start..)?;
        Some(start + memchr::memmem::find(behind, mark)?)
    };
    let piece = |kind, from, mark: &[u8]| {
        let to = until(from, mark)?;
        Some(Found { kind, from, to, used: to + mark.len() })
    };
    match bytes {
        [_, _, b'-', b'-', ..] => Ok(piece(Kind::Nothing, 4, b"-->")),
        _ if bytes.starts_with(b"<![CDATA[") => Ok(piece(Kind::Text, 9, b"]]>")),
        _ if bytes.get(..9).is_some_and(|head| head.eq_ignore_ascii_case(b"<!DOCTYPE")) => {
            found(Kind::DocumentType, 0..9, 9)
        }
        _ if bytes.len() < 9 => Ok(None),
        _ => Err("`<!` that begins nothing"),
    }
}

fn instruction(bytes: &[u8]) -> Option<Found> {
    let to = 2 + memchr::memmem::find(bytes.get(2..)?, b"?>")?;
    let declares = match bytes.get(2..to)? {
        [b'x', b'm', b'l'] => true,
        [b'x', b'm', b'l', behind, ..] => behind.is_ascii_whitespace(),
        _ => false,
    };
    let kind = if declares { Kind::Declaration } else { Kind::Nothing };
    Some(Found { kind, from: 2, to, used: to + 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(mut text: &str) -> Vec<String> {
        let mut given = Vec::new();
        loop {
            match scan(text, true) {
                Ok(Some(found)) => {
                    let (used, rest) = text.split_at(found.used);
                    // Any cut inside a piece must wait for the rest and give the same piece.
                    for end in (0..used.len()).filter(|end| used.is_char_boundary(*end)) {
                        let cut = used.get(..end).unwrap();
                        if let Ok(Some(early)) = scan(cut, false) {
                            panic!("{cut:?} of {used:?} gives {:?}", early.token(cut));
                        }
                    }
                    let token = found.token(used);
                    given.push(format!("{token:?}"));
                    if token == Token::EndOfFile {
                        return given;
                    }
                    text = rest;
                }
                Ok(None) => panic!("more after the end"),
                Err(why) => {
                    given.push(format!("error {why}"));
                    return given;
                }
            }
        }
    }

    #[test]
    fn a_text_is_cut_into_its_pieces() {
        #[rustfmt::skip] // A table is read by column.
        let rows: &[(&str, &[&str])] = &[
            ("<a>x</a>",                    &["Start(\"a\")", "Text(\"x\")", "End(\"a\")", "EndOfFile"]),
            ("<a b='1>2' c=\"'\">",         &["Start(\"a b='1>2' c=\\\"'\\\"\")", "EndOfFile"]),
            ("<a/><b />",                   &["Empty(\"a\")", "Empty(\"b \")", "EndOfFile"]),
            ("</a \n>",                     &["End(\"a\")", "EndOfFile"]),
            ("x&amp;&#x6C47;y",             &["Text(\"x\")", "Reference(\"amp\")", "Reference(\"#x6C47\")", "Text(\"y\")", "EndOfFile"]),
            ("<![CDATA[a<b>&c]]]>",         &["Text(\"a<b>&c]\")", "EndOfFile"]),
            ("<!-- a > b -- --><?p i?>",    &["Nothing", "Nothing", "EndOfFile"]),
            ("<?xml version='1.0'?><?xmlx?>", &["Declaration", "Nothing", "EndOfFile"]),
            ("<!doctype a>",                &["DocumentType", "Text(\" a>\")", "EndOfFile"]),
            ("x & y;",                      &["Text(\"x \")", "Reference(\" y\")", "EndOfFile"]),
            ("a&b<c>",                      &["Text(\"a\")", "error `&` that begins no reference"]),
            ("<a",                          &["error a piece that is cut"]),
            ("<a b='>",                     &["error a piece that is cut"]),
            ("<!-- a ->",                   &["error a piece that is cut"]),
            ("<!ELEMENT a>",                &["error `<!` that begins nothing"]),
            ("",                            &["EndOfFile"]),
        ];
        for (text, want) in rows {
            assert_eq!(tokens(text), *want, "{text}");
        }
    }
}
