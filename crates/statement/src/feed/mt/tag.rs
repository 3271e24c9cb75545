//! The field that a line begins.
//!
//! Only the fields of MT940 and MT942 count: a line of a payer's text may begin with a colon and two digits (a time of
//! day cut by the line end) and is still text.

/// A field of the two messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// `:20:`
    Reference,
    /// `:25:`
    Account,
    /// `:28:`, `:28C:`
    Number,
    /// `:60F:`
    Opening,
    /// `:60M:`: earlier pages exist.
    OpeningPage,
    /// `:61:`
    Movement,
    /// `:62F:`
    Closing,
    /// `:62M:`: further pages exist.
    ClosingPage,
    /// `:86:`
    Information,
    /// `:34F:`
    Floor,
    /// `:90C:`
    Credits,
    /// `:90D:`
    Debits,
    /// `:13:`, `:13D:`
    Time,
    /// `:21:`, `:64:`, `:65:`, `:NS:`: unused.
    Other,
}

/// The field that a line begins, and the rest of the line.
pub(super) fn tag(line: &str) -> Option<(Tag, &str)> {
    let (name, value) = line.strip_prefix(':')?.split_once(':')?;
    let tag = match name {
        "20" => Tag::Reference,
        "25" | "25P" => Tag::Account,
        "28" | "28C" => Tag::Number,
        "60" | "60F" => Tag::Opening,
        "60M" => Tag::OpeningPage,
        "61" => Tag::Movement,
        "62" | "62F" => Tag::Closing,
        "62M" => Tag::ClosingPage,
        "86" => Tag::Information,
        "34F" => Tag::Floor,
        "90C" => Tag::Credits,
        "90D" => Tag::Debits,
        "13" | "13D" => Tag::Time,
        "21" | "64" | "65" | "64F" | "65F" | "64M" | "65M" | "NS" => Tag::Other,
        _ => return None,
    };
    Some((tag, value))
}

/// Whether a line that begins a field can also be the rest of a time of day: `:20:15 Uhr`.
pub(super) fn may_be_a_time(tag: Tag, value: &str) -> bool {
    let hour = matches!(tag, Tag::Reference | Tag::Time | Tag::Other);
    let minute = match value.as_bytes() {
        [b'0'..=b'5', b'0'..=b'9', rest @ ..] => {
            !rest.first().is_some_and(u8::is_ascii_alphanumeric)
        }
        _ => false,
    };
    hour && minute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_fields_begin_one() {
        #[rustfmt::skip]
        let rows = [
            (":61:2403050305C100,00NTRF", Some(Tag::Movement)),
            (":86:",                      Some(Tag::Information)),
            (":62M:C240305EUR1,",         Some(Tag::ClosingPage)),
            (":NS:22",                    Some(Tag::Other)),
            (":26:37 Karte",              None),
            (":Kunde 12:34 Uhr",          None),
            ("61:2403",                   None),
            (":",                         None),
        ];
        for (line, want) in rows {
            assert_eq!(tag(line).map(|(tag, _)| tag), want, "{line}");
        }
    }
}
