//! The centre's collection accounts (归集专户), which receive the money.

/// One of the centre's own accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionAccount {
    pub account_no: String,
    /// The key of "the same bank" (转入银行): accounts at one bank have equal keys.
    pub bank: String,
    pub bank_name: String,
    pub account_name: String,
}

/// An account number as we show it: the last four characters, with dots for the rest.
#[must_use]
pub fn masked(account_no: &str) -> String {
    let count = account_no.chars().count();
    let shown: String = account_no.chars().skip(count.saturating_sub(4)).collect();
    if count <= 4 { shown } else { format!("····{shown}") }
}

/// Whether two texts are the same full account number. Blanks between groups do not count; a mask or an empty text is
/// no number.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    let plain =
        |text: &str| text.chars().filter(|found| !found.is_whitespace()).collect::<String>();
    let (one, other) = (plain(one), plain(other));
    !one.is_empty() && !one.contains('*') && one == other
}

/// Whether a mask such as `6222****0001` can stand for a number: the number has the visible parts, in order.
#[must_use]
pub fn is_shown_as(account_no: &str, mask: &str) -> bool {
    let mut parts = mask.split('*').filter(|part| !part.is_empty());
    let first = if mask.starts_with('*') { "" } else { parts.next().unwrap_or_default() };
    let Some(mut rest) = account_no.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return mask.ends_with('*') };
    let (last, between) =
        if mask.ends_with('*') { ("", parts.as_slice()) } else { (*last, between) };
    for part in between {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_the_numbers_that_have_what_it_leaves() {
        for (mask, fits) in [
            ("2105****3456", true),
            ("2105*3456", true),
            ("****3456", true),
            ("2105****", true),
            ("2105**0930**3456", true),
            ("2106****3456", false),
            ("2105****3457", false),
            ("2105**9999**3456", false),
            ("2105400009300123456*3456", false),
        ] {
            assert_eq!(is_shown_as("2105400009300123456", mask), fits, "{mask}");
        }
    }

    #[test]
    fn a_number_is_the_same_however_it_is_grouped_and_a_mask_is_none() {
        for (one, other, same) in [
            ("6222000000000001", "6222 0000 0000 0001", true),
            ("6222000000000001", "6222000000000002", false),
            ("6222****0001", "6222****0001", false),
            ("", "", false),
        ] {
            assert_eq!(is_same(one, other), same, "{one} {other}");
        }
    }

    #[test]
    fn only_the_last_four_characters_of_an_account_are_shown() {
        assert_eq!(masked("2105400009300123456"), "····3456");
        assert_eq!(masked("12"), "12");
        assert_eq!(masked(""), "");
    }
}
