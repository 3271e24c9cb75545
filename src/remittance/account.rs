//! The centre's collection accounts (归集专户), at which money is received.

/// One of the centre's own accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionAccount {
    pub account_no: String,
    /// The key of "the same bank" (转入银行): accounts with equal keys are at one bank.
    pub bank: String,
    pub bank_name: String,
    pub account_name: String,
}

/// An account number as it may be shown: the last four characters, the rest as dots.
#[must_use]
pub fn masked(account_no: &str) -> String {
    let count = account_no.chars().count();
    let shown: String = account_no.chars().skip(count.saturating_sub(4)).collect();
    if count <= 4 { shown } else { format!("····{shown}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_four_characters_of_an_account_are_shown() {
        assert_eq!(masked("2105400009300123456"), "····3456");
        assert_eq!(masked("12"), "12");
        assert_eq!(masked(""), "");
    }
}
