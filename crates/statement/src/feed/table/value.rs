//! Removes from cells of tables what banks and spreadsheets put around their values.

/// A number without the guards that keep its digits in a spreadsheet: `="6222"`, `'6222`.
pub(super) fn unguarded(text: &str) -> &str {
    if !text.starts_with(['=', '\'']) {
        return text;
    }
    let kept = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"'));
    kept.unwrap_or_else(|| text.strip_prefix('\'').unwrap_or(text))
}

/// An amount without a currency sign or name around it.
pub(super) fn money(text: &str) -> &str {
    let bytes = text.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.');
    if bytes.first().is_some_and(plain) && bytes.last().is_some_and(u8::is_ascii_digit) {
        return text;
    }
    let text = unguarded(text);
    let (sign, rest) = match text.split_at_checked(1) {
        Some((sign @ ("-" | "+"), rest)) => (sign, rest),
        _ => ("", text),
    };
    let bare = rest
        .trim_start_matches(['￥', '¥', ' '])
        .trim_start_matches("CNY")
        .trim_start_matches("RMB")
        .trim_start()
        .trim_end_matches('元')
        .trim_end();
    // A sign before the currency's is a sign of the amount: the text in between is dropped only if there is none.
    if sign.is_empty() { bare } else { text.trim_end_matches('元').trim_end() }
}

/// Whether the cell is only a placeholder: hyphens of any length and width.
pub(super) fn is_filler(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '-' | '—' | '－' | '–' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_freed_of_its_currency() {
        for (text, want) in [
            ("1,200.00", "1,200.00"),
            ("￥1,200.00", "1,200.00"),
            ("¥ 1,200.00元", "1,200.00"),
            ("CNY 123.18", "123.18"),
            ("-20.00元", "-20.00"),
            ("1,2o0.00", "1,2o0.00"),
            ("'1200.00", "1200.00"),
        ] {
            assert_eq!(money(text), want);
        }
    }
}
