//! What a server's "never" (5xx) is about: the letter, or the address it was for.
//!
//! Start at [`of_recipient`] and [`of_letter`]. Where the answer has an enhanced status code
//! (RFC 3463), that code decides; a bare number decides only where it can mean nothing else. In doubt it
//! is the letter: an address that is blocked wrongly gets no more mail, one that is not gets one more
//! letter refused, and either way the letter goes to its employer on paper.

/// Status codes that are permanent in form and yet say nothing against the recipient's address: our
/// own address (5.1.7, 5.1.8), a full mailbox, a letter too long, and all that is about a server, the
/// protocol, the content or somebody's policy.
const NOT_THE_ADDRESS: [&str; 8] = ["5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.3", "5.5", "5.6", "5.7"];

/// Numbers that name the mailbox when a server gives them to RCPT: not available, not here, not allowed
/// as a name (RFC 5321, 4.2.2).
const OF_A_MAILBOX: [&str; 3] = ["550", "551", "553"];

/// The same once the server has the letter. A bare 550 is then as often a word about what is in it
/// ("550 Mail content denied").
const OF_A_MAILBOX_AFTER_DATA: [&str; 2] = ["551", "553"];

/// Whether letters to an address will never arrive, by the status of a refusal or of a report.
#[must_use]
pub fn condemns(status: &str) -> bool {
    let about = |code: &&str| status == *code || status.starts_with(&format!("{code}."));
    status.starts_with("5.") && !NOT_THE_ADDRESS.iter().any(about)
}

/// The code for which the address is to be blocked, where the server refused the recipient.
pub(super) fn of_recipient(number: &str, answer: &str) -> Option<String> {
    blame(number, answer, &OF_A_MAILBOX)
}

/// The code for which the address is to be blocked, where the server refused the letter it had.
pub(super) fn of_letter(number: &str, answer: &str) -> Option<String> {
    blame(number, answer, &OF_A_MAILBOX_AFTER_DATA)
}

fn blame(number: &str, answer: &str, numbers: &[&str]) -> Option<String> {
    match enhanced(answer) {
        Some(status) => condemns(status).then(|| status.to_owned()),
        None => numbers.contains(&number).then(|| number.to_owned()),
    }
}

/// The enhanced status code that an answer begins with (RFC 2034), such as `5.1.1`.
fn enhanced(answer: &str) -> Option<&str> {
    let word = answer.split_whitespace().next()?;
    let mut parts = word.split('.');
    let number = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_code = parts.next() == Some("5")
        && parts.next().is_some_and(number)
        && parts.next().is_some_and(number)
        && parts.next().is_none();
    is_code.then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_about_the_address_only_where_it_says_so() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // number answer                                      at RCPT        after DATA
            ("550", "5.1.1 no such user",                         Some("5.1.1"), Some("5.1.1")),
            ("550", "5.1.10 the domain takes no mail",            Some("5.1.10"), Some("5.1.10")),
            ("550", "5.2.1 mailbox disabled",                     Some("5.2.1"), Some("5.2.1")),
            ("550", "5.4.1 recipient rejected: access denied",    Some("5.4.1"), Some("5.4.1")),
            ("550", "User not found",                             Some("550"),   None),
            ("550", "Mail content denied",                        Some("550"),   None),
            ("551", "not here",                                   Some("551"),   Some("551")),
            ("553", "not a name we allow",                        Some("553"),   Some("553")),
            ("550", "5.7.1 relaying denied",                      None,          None),
            ("554", "5.7.1 spam",                                 None,          None),
            ("554", "no",                                         None,          None),
            ("552", "5.2.2 mailbox full",                         None,          None),
            ("552", "too large",                                  None,          None),
            ("553", "5.1.8 your sender's domain does not exist",  None,          None),
            ("550", "5.6.0 headers",                              None,          None),
            ("550", "10.5.1.1 is not let in",                     Some("550"),   None),
        ];
        for (number, answer, at_rcpt, after_data) in rows {
            assert_eq!(of_recipient(number, answer).as_deref(), at_rcpt, "{number} {answer}");
            assert_eq!(of_letter(number, answer).as_deref(), after_data, "{number} {answer}");
        }
    }
}
