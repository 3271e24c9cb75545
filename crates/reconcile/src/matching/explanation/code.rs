//! The explanation as one line of text that a store keeps: `underpaid|1906133753|125000|120000|2|…`.
//!
//! Start at [`Explanation::to_code`]; [`Explanation`]'s `FromStr` parses it. Bars separate the fields, amounts are fen,
//! references their number, days ISO; a serial number, which may contain anything, comes last. Words are never reused
//! for another meaning: stored text must read the same for years.
//!
//! Invariant: parsing the written line gives the same explanation.

use super::{
    Doubt, Explanation, Named, NoticeState, PartsSummary, PartsVerdict, PayerDisagrees, RefundLink,
    RefundRole, ReversalLink, Role, SeveralNotices, Unconfirmed,
};
use remittance::{Money, PaymentReference, RefundReference, Total, YearMonth};
use std::fmt;
use std::str::FromStr;

/// Why a stored text is no explanation; prints as `expected an explanation, found "x|y"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplanationError {
    pub found: String,
}

const VERDICTS: [(PartsVerdict, &str); 8] = [
    (PartsVerdict::Exact, "exact"),
    (PartsVerdict::Overpaid, "overpaid"),
    (PartsVerdict::AmbiguousParts, "ambiguous-parts"),
    (PartsVerdict::TooManyParts, "too-many-parts"),
    (PartsVerdict::CrossBank, "cross-bank"),
    (PartsVerdict::CrossMonth, "cross-month"),
    (PartsVerdict::Underpaid, "underpaid"),
    (PartsVerdict::Awaiting, "awaiting"),
];

const ROLES: [(Role, &str); 7] = [
    (Role::Credit, "undone-credit"),
    (Role::Debit, "undone-debit"),
    (Role::DebitOfSettled, "undone-debit-of-settled"),
    (Role::DebitOfHandled, "undone-debit-of-handled"),
    (Role::DebitOfOneOf, "undone-debit-of-one-of"),
    (Role::CreditPerhaps, "undone-credit-perhaps"),
    (Role::DebitOfNone, "undone-debit-of-none"),
];

const REFUND_ROLES: [(RefundRole, &str); 4] = [
    (RefundRole::Paid, "refund-paid"),
    (RefundRole::PaidAndReturned, "refund-paid-and-returned"),
    (RefundRole::Returned, "refund-returned"),
    (RefundRole::ReturnedPerhaps, "refund-returned-perhaps"),
];

const DOUBTS: [(Doubt, &str); 3] = [
    (Doubt::CertainAtHand, "certain-at-hand"),
    (Doubt::AnotherProbable, "another-probable"),
    (Doubt::OtherPayer, "other-payer"),
];

impl Explanation {
    /// One line to store and parse.
    #[must_use]
    pub fn to_code(&self) -> String {
        match self {
            Self::Alone { reference, due } => format!("alone|{}|{}", reference.number(), due.fen()),
            Self::Confirmed { reference, due, from_advance } => {
                let advance = advance_code(*from_advance);
                format!("confirmed|{}|{}{advance}", reference.number(), due.fen())
            }
            Self::Unconfirmed(unconfirmed) => {
                let Unconfirmed { reference, received, state, doubt } = &**unconfirmed;
                let (reference, received) = (reference.number(), received.fen());
                let word = DOUBTS.iter().find(|(known, _)| Some(*known) == *doubt);
                let doubt = word.map(|(_, word)| format!("|{word}")).unwrap_or_default();
                format!("unconfirmed|{reference}|{received}|{}{doubt}", state_code(*state))
            }
            Self::Parts(summary) => summary_code(summary),
            Self::SeveralNotices(together) => {
                let advance = advance_code(together.from_advance);
                let word = match (together.exact, together.certain) {
                    (true, _) if !advance.is_empty() => "together-with-advance",
                    (true, _) => "together",
                    (false, true) => "not-together",
                    (false, false) => "not-certain-together",
                };
                let named = together.named.iter().map(|named| {
                    format!("|{}|{}", named.reference.number(), state_code(named.state))
                });
                let named = named.collect::<String>();
                format!("{word}|{}{advance}{named}", together.received.fen())
            }
            Self::Notice { reference, state } => {
                format!("notice|{}|{}", reference.number(), state_code(*state))
            }
            Self::NoReference => "no-reference".to_owned(),
            Self::Truncated => "truncated".to_owned(),
            Self::PayerDisagrees(disagrees) => {
                let PayerDisagrees { reference, due, nearest, from_advance } = **disagrees;
                let (reference, nearest) = (reference.number(), nearest.number());
                let advance = advance_code(from_advance);
                format!("payer-disagrees|{reference}|{}|{nearest}{advance}", due.fen())
            }
            Self::Contradicted => "contradicted".to_owned(),
            Self::Rule => "rule".to_owned(),
            Self::Reversal(link) => {
                let ReversalLink { role, serial, on, candidates } = &**link;
                let word =
                    ROLES.iter().find(|(known, _)| known == role).map_or("", |(_, word)| word);
                format!("{word}|{on}|{candidates}|{serial}")
            }
            Self::Refund(link) => {
                let RefundLink { role, reference, serial, on } = &**link;
                let word = REFUND_ROLES.iter().find(|(known, _)| known == role);
                let word = word.map_or("", |(_, word)| word);
                format!("{word}|{}|{on}|{serial}", reference.number())
            }
        }
    }
}

fn summary_code(summary: &PartsSummary) -> String {
    let PartsSummary { verdict, reference, due, received, parts, banks, months, .. } = summary;
    let PartsSummary { month, closes_on, from_advance, .. } = summary;
    let advance = advance_code(*from_advance);
    let word = VERDICTS.iter().find(|(known, _)| known == verdict).map_or("", |(_, word)| word);
    let (reference, due, received) = (reference.number(), due.fen(), received.fen());
    format!(
        "{word}|{reference}|{due}|{received}|{parts}|{banks}|{months}|{month}|{closes_on}{advance}"
    )
}

/// What an advance balance pays: a field of its own unless zero.
fn advance_code(from_advance: Money) -> String {
    if from_advance.is_zero() { String::new() } else { format!("|{}", from_advance.fen()) }
}

fn state_code(state: NoticeState) -> String {
    match state {
        NoticeState::Unknown => "unknown".to_owned(),
        NoticeState::Open(due) => format!("open:{}", due.fen()),
        NoticeState::Paid(due) => format!("paid:{}", due.fen()),
        NoticeState::Revoked(due) => format!("revoked:{}", due.fen()),
    }
}

impl FromStr for Explanation {
    type Err = ExplanationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| ExplanationError { found: text.to_owned() })
    }
}

fn read(text: &str) -> Option<Explanation> {
    let (word, rest) = text.split_once('|').unwrap_or((text, ""));
    if let Some(explanation) = with_serial(word, rest) {
        return Some(explanation);
    }
    let fields = &mut rest.split('|');
    let explanation = match word {
        "alone" => Explanation::Alone { reference: reference(fields)?, due: money(fields)? },
        "confirmed" => Explanation::Confirmed {
            reference: reference(fields)?,
            due: money(fields)?,
            from_advance: money_or_none(fields)?,
        },
        "unconfirmed" => Explanation::Unconfirmed(Box::new(Unconfirmed {
            reference: reference(fields)?,
            received: money(fields)?,
            state: state(fields.next()?)?,
            doubt: match fields.next() {
                None => None,
                Some(word) => Some(DOUBTS.iter().find(|(_, known)| *known == word)?.0),
            },
        })),
        "payer-disagrees" => Explanation::PayerDisagrees(Box::new(PayerDisagrees {
            reference: reference(fields)?,
            due: money(fields)?,
            nearest: reference(fields)?,
            from_advance: money_or_none(fields)?,
        })),
        "contradicted" => Explanation::Contradicted,
        "together" | "together-with-advance" | "not-together" | "not-certain-together" => {
            together(word, fields)?
        }
        "notice" => {
            Explanation::Notice { reference: reference(fields)?, state: state(fields.next()?)? }
        }
        "no-reference" => Explanation::NoReference,
        "truncated" => Explanation::Truncated,
        "rule" => Explanation::Rule,
        _ => read_summary(word, fields)?,
    };
    // Extra fields mean that the text is not ours.
    fields.next().filter(|rest| !rest.is_empty()).is_none().then_some(explanation)
}

/// An explanation that ends with a serial number, which may contain anything.
fn with_serial(word: &str, rest: &str) -> Option<Explanation> {
    if let Some((role, _)) = ROLES.iter().find(|(_, known)| *known == word) {
        let mut fields = rest.splitn(3, '|');
        let (on, candidates) = (next(&mut fields)?, next(&mut fields)?);
        let serial = fields.next()?.into();
        return Some(Explanation::Reversal(Box::new(ReversalLink {
            role: *role,
            serial,
            on,
            candidates,
        })));
    }
    if let Some((role, _)) = REFUND_ROLES.iter().find(|(_, known)| *known == word) {
        let mut fields = rest.splitn(3, '|');
        let reference = RefundReference::from_number(next(&mut fields)?)?;
        let (role, on, serial) = (*role, next(&mut fields)?, fields.next()?.into());
        return Some(Explanation::Refund(Box::new(RefundLink { role, reference, serial, on })));
    }
    None
}

fn together<'a>(word: &str, fields: &mut impl Iterator<Item = &'a str>) -> Option<Explanation> {
    let received = money(fields)?;
    let with_advance = word == "together-with-advance";
    let from_advance = if with_advance { money(fields)? } else { Money::ZERO };
    let mut named = Vec::new();
    while let Some(number) = fields.next() {
        let reference = PaymentReference::from_number(number.parse().ok()?)?;
        named.push(Named { reference, state: state(fields.next()?)? });
    }
    let exact = with_advance || word == "together";
    let (certain, named) = (word != "not-certain-together", named.into());
    Some(Explanation::SeveralNotices(Box::new(SeveralNotices {
        received,
        exact,
        from_advance,
        certain,
        named,
    })))
}

fn read_summary<'a>(word: &str, fields: &mut impl Iterator<Item = &'a str>) -> Option<Explanation> {
    let (verdict, _) = VERDICTS.iter().find(|(_, known)| *known == word)?;
    Some(Explanation::Parts(Box::new(PartsSummary {
        verdict: *verdict,
        reference: reference(fields)?,
        due: money(fields)?,
        received: next(fields).map(Total::from_fen)?,
        parts: next(fields)?,
        banks: next(fields)?,
        months: next(fields)?,
        month: next::<YearMonth>(fields)?,
        closes_on: next(fields)?,
        from_advance: money_or_none(fields)?,
    })))
}

fn next<'a, T: FromStr>(fields: &mut impl Iterator<Item = &'a str>) -> Option<T> {
    fields.next()?.parse().ok()
}

fn money<'a>(fields: &mut impl Iterator<Item = &'a str>) -> Option<Money> {
    next(fields).map(Money::from_fen)
}

/// An amount that is omitted when zero.
fn money_or_none<'a>(fields: &mut impl Iterator<Item = &'a str>) -> Option<Money> {
    match fields.next() {
        None => Some(Money::ZERO),
        Some(fen) => fen.parse().ok().map(Money::from_fen),
    }
}

fn reference<'a>(fields: &mut impl Iterator<Item = &'a str>) -> Option<PaymentReference> {
    next(fields).and_then(PaymentReference::from_number)
}

fn state(text: &str) -> Option<NoticeState> {
    if text == "unknown" {
        return Some(NoticeState::Unknown);
    }
    let (word, fen) = text.split_once(':')?;
    let due = Money::from_fen(fen.parse().ok()?);
    match word {
        "open" => Some(NoticeState::Open(due)),
        "paid" => Some(NoticeState::Paid(due)),
        "revoked" => Some(NoticeState::Revoked(due)),
        _ => None,
    }
}

impl fmt::Display for ExplanationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected an explanation, found {:?}", self.found)
    }
}

impl std::error::Error for ExplanationError {}
