//! Decides whether a permanent refusal (5xx) is about the letter or the address.
//!
//! Start at [`judge`]. Words take precedence over codes (`rules/returned.toml`), because servers use 5.0.0 or a
//! bare 550 for everything. In doubt the address is not to blame: a wrongly blocked address gets no more mail,
//! while one that is wrongly kept refuses one more letter. In both cases the letter goes to its employer on paper.

use crate::rulebook::returned::{REFUSAL, ReturnedWords, Says};

/// What a refusal says about the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing: it is about us, the letter, a limit, or the route.
    NotTheAddress,
    /// It does not accept mail now: blocked if this happens on two days.
    Doubtful,
    /// The mailbox does not exist: blocked at once.
    Gone,
}

/// Codes for a missing mailbox (RFC 3463, RFC 7505), whatever the words beside them.
const GONE: [&str; 2] = ["5.1.1", "5.1.10"];

/// Codes about the address: invalid, closed, unroutable, or unknown to Microsoft's servers.
const DOUBTFUL: [&str; 7] = ["5.1.0", "5.1.2", "5.1.3", "5.1.6", "5.1.9", "5.2.1", "5.4.1"];

/// Codes never about the address, whatever the words: mailbox full, too long, sender's address, route, content.
const NEVER: [&str; 7] = ["5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.2.4", "5.4", "5.6"];

/// Policy codes: only words about the mailbox count, and not at once.
const POLICY: &str = "5.7";

/// Numbers that blame the mailbox even without words: not local, name not allowed (RFC 5321, 4.2.2). A bare 550 is
/// as often about the content.
const OF_A_MAILBOX: [&str; 2] = ["551", "553"];

/// What a refusal says about the address. `status` is a report's code or empty; `said` is the server's message,
/// with its number and code if given.
#[must_use]
pub fn judge(words: &ReturnedWords, status: &str, said: &str) -> Verdict {
    let says = words.of(said, REFUSAL);
    let number = number(said);
    let passing = number.is_some_and(|number| number.starts_with('4'))
        || status.starts_with('4')
        || status.starts_with('2');
    if passing || says == Some(Says::Never) {
        return Verdict::NotTheAddress;
    }
    let given = [status].into_iter().filter(|status| is_code(status) && *status != "5.0.0");
    let codes: Vec<&str> = given.chain(codes(said)).collect();
    let any = |known: &[&str]| codes.iter().any(|code| known.iter().any(|one| is(code, one)));
    let is_unknown_to_microsoft = any(&["5.4.1"]);
    if any(&NEVER) && !is_unknown_to_microsoft {
        return Verdict::NotTheAddress;
    }
    let policy = any(&[POLICY]);
    match says {
        Some(Says::Gone) if policy => Verdict::Doubtful,
        Some(Says::Gone) => Verdict::Gone,
        Some(_) if is_unknown_to_microsoft || any(&GONE) => Verdict::Gone,
        _ if policy => Verdict::NotTheAddress,
        _ if any(&GONE) => Verdict::Gone,
        Some(_) => Verdict::Doubtful,
        None if any(&DOUBTFUL) => Verdict::Doubtful,
        None if codes.is_empty() && number.is_some_and(|one| OF_A_MAILBOX.contains(&one)) => {
            Verdict::Doubtful
        }
        None => Verdict::NotTheAddress,
    }
}

/// The code to store for a refusal: the most specific one, else the number.
#[must_use]
pub fn code(status: &str, said: &str) -> String {
    let given = Some(status).filter(|status| is_code(status) && *status != "5.0.0");
    let found = given.or_else(|| codes(said).next()).or_else(|| number(said));
    let found = found.or_else(|| Some(status).filter(|status| is_code(status)));
    found.unwrap_or_default().to_owned()
}

/// Whether a code equals the other or belongs to its class.
fn is(code: &str, known: &str) -> bool {
    code.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The SMTP number at the start of an answer, or after the words of a forwarder.
pub(super) fn number(said: &str) -> Option<&str> {
    let bare = |word: &&str| {
        let word = word.as_bytes();
        matches!(word, [b'4' | b'5', b'0'..=b'7', b'0'..=b'9'])
    };
    said.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.').find(bare)
}

/// The enhanced codes in a text (RFC 3463) except 5.0.0; IP addresses do not count.
pub(super) fn codes(said: &str) -> impl Iterator<Item = &str> {
    said.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.')
        .map(|word| word.trim_matches('.'))
        .filter(|word| is_code(word) && *word != "5.0.0")
}

/// Whether a word is an enhanced refusal code.
pub(super) fn is_code(word: &str) -> bool {
    let mut parts = word.split('.');
    let number = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    parts.next().is_some_and(|class| matches!(class, "2" | "4" | "5"))
        && parts.next().is_some_and(number)
        && parts.next().is_some_and(number)
        && parts.next().is_none()
}

/// An answer without addresses and digits, to compare answers to different recipients.
#[must_use]
pub fn likeness(answer: &str) -> String {
    let words = answer.split_whitespace().filter(|word| !word.contains('@'));
    let plain = |word: &str| -> String { word.chars().filter(|one| one.is_alphabetic()).collect() };
    let first = number(answer).unwrap_or_default().to_owned();
    words.map(plain).filter(|word| !word.is_empty()).fold(first, |all, word| all + " " + &word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::returned::shipped;

    #[test]
    fn a_refusal_is_about_the_address_only_where_it_says_so() {
        use Verdict::{Doubtful, Gone, NotTheAddress as Never};
        let words = shipped().unwrap();
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // status     said                                                          verdict
            ("",          "550 5.1.1 no such user",                                      Gone),
            ("",          "550 5.1.10 the domain takes no mail",                         Gone),
            ("5.1.1",     "",                                                            Gone),
            ("5.1.1",     "550 no",                                                      Gone),
            ("",          "550 5.2.1 mailbox disabled",                                  Doubtful),
            ("",          "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", Gone),
            ("5.4.1",     "no answer from host",                                         Never),
            ("5.4.1",     "",                                                            Doubtful),
            ("5.4.4",     "Host or domain name not found",                               Never),
            ("5.4.4",     "user unknown",                                                Never),
            ("",          "550 User not found",                                          Gone),
            ("",          "550 User not found: 12345@163.com",                           Gone),
            ("",          "550 Mail content denied",                                     Never),
            ("",          "550 no",                                                      Never),
            ("",          "551 not here",                                                Doubtful),
            ("",          "553 not a name we allow",                                     Doubtful),
            ("",          "553 no",                                                      Doubtful),
            ("",          "550 5.7.1 relaying denied",                                   Never),
            ("",          "550 5.7.1 no",                                                Never),
            ("",          "550 5.7.1 no such user",                                      Doubtful),
            ("",          "554 5.7.1 spam",                                              Never),
            ("",          "554 no",                                                      Never),
            ("",          "552 5.2.2 mailbox full",                                      Never),
            ("",          "552 too large",                                               Never),
            ("",          "553 5.1.8 your sender's domain does not exist",               Never),
            ("",          "550 5.6.0 headers",                                           Never),
            ("",          "550 10.5.1.1 is not let in",                                  Never),
            ("",          "550 Requested action not taken: mailbox unavailable",         Doubtful),
            ("",          "550 User suspended",                                          Doubtful),
            ("5.0.0",     "550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?no=1000728", Gone),
            ("5.0.0",     "550 Ip frequency limited [abc Blocked IP 192.0.2.22]",        Never),
            ("5.0.0",     "554 DT:SPM 163 gzga-mx-mta-g0-1 http://mail.163.com/help",    Never),
            ("5.0.0",     "552 5.2.2 mailbox full",                                      Never),
            ("5.0.0",     "550 5.1.1 user unknown",                                      Gone),
            ("5.1.0",     "550 5.1.0 192.0.2.2 is not allowed to send per its SPF Record", Never),
            ("5.1.0",     "550 #5.1.0 Address rejected.",                                Doubtful),
            ("5.1.1",     "550 5.1.1 rate limit exceeded",                               Never),
            ("5.1.1",     "552 5.2.2 over quota",                                        Never),
            ("5.4.6",     "554 5.4.6 Too many hops",                                     Never),
            ("5.4.316",   "550 5.4.316 Message expired, connection refused",             Never),
            ("5.5.0",     "550 no such user",                                            Gone),
            ("4.4.7",     "expired",                                                     Never),
            ("4.1.1",     "450 4.1.1 User unknown in virtual alias table",               Never),
            ("5.1.1",     "450 4.1.1 User unknown",                                      Never),
            ("",          "550 RC:LD The email account that you tried to reach does no exists.", Gone),
            ("",          "该用户不存在",                                                Gone),
            ("",          "对方邮箱空间不足",                                            Never),
        ];
        for (status, said, verdict) in rows {
            assert_eq!(judge(&words, status, said), verdict, "{status} {said}");
        }
    }

    #[test]
    fn answers_are_alike_whomever_they_are_about() {
        let one = "550 5.1.1 <a@b.example>: user unknown (id 12ab)";
        let two = "550 5.1.1 <c@d.example>: user unknown (id 34ab)";
        assert_eq!(likeness(one), likeness(two));
        assert_ne!(likeness(one), likeness("550 5.1.1 <a@b.example>: mailbox full"));
    }
}
