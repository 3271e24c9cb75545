//! Suggestions: the open notices nearest to a payment in suspense, with the evidence for each.
//!
//! Start at [`suggest`]. It gathers candidates (the notices that are named, one slip away, begun by a truncated
//! reference, of a known employer, or of the same amount), then weighs each on the same scale. `suggest/notices.rs` and
//! `suggest/employers.rs` are the indices, built once a run.
//!
//! An open notice that the remark names with certainty is always first, and once one is named exactly, slips do not
//! count. Only if the run itself doubts it (`payer-disagrees`) does the notice that the payer probably meant come
//! first.
//!
//! Invariant: a suggestion settles nothing. It is for a person, who also sees the evidence against it.

mod employers;
mod notices;
mod sorted;
mod words;

pub(super) use employers::folded;
pub use employers::{EmployerFact, EmployerIndex, Employers};
pub use notices::{OpenNotice, OpenNotices};

use crate::remark::Claim;
use chrono::NaiveDate;
use remittance::reference::{Slip, places};
use remittance::{Money, PaymentReference, YearMonth};

/// At most as many suggestions as fit into a card on the desk.
const SUGGESTIONS_MAX: usize = 5;
/// If more notices than this have an amount, the amount alone is no evidence.
const EQUAL_AMOUNTS_MAX: usize = 32;
/// How many of an employer's latest notices are considered.
const NOTICES_OF_EMPLOYER_MAX: usize = 16;
/// How many notices may begin like a truncated reference; with more, the beginning alone is no evidence.
const PREFIXED_MAX: usize = 32;
/// The least weight worth showing: an employer known by name, or stronger.
const WEIGHT_MIN: u32 = 250;

/// What a read reference loses if the amount differs. It then weighs a little less than an equal amount: people copy an
/// old or foreign reference more often than they hit a sum to the fen.
const READ_OTHERWISE: u32 = 510;
/// What a notice loses if the amount differs and the payer usually pays for others.
const OTHER_PAYER: u32 = 300;

/// A payment in suspense, as suggestions need it.
#[derive(Clone, Copy, Debug)]
pub struct OpenItem<'a> {
    pub amount: Money,
    pub booked_on: NaiveDate,
    /// Empty if the bank gives none.
    pub payer_account: &'a str,
    pub payer_name: &'a str,
    pub claim: &'a Claim,
    /// The ASCII digits of a reference that is too short or too long, without the P; otherwise empty.
    pub digits: &'a str,
    /// Notices that it settled before and that were reversed.
    pub undone: &'a [PaymentReference],
    /// The run found that the payer's own notice is one slip away from the written one.
    pub payer_disagrees: bool,
}

/// A notice that may be meant, with the evidence for and against it; the strongest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion<'e> {
    pub reference: PaymentReference,
    pub employer_id: &'e str,
    pub employer: EmployerIndex,
    pub amount: Money,
    pub month: YearMonth,
    pub evidence: Vec<Evidence>,
    pub against: Vec<Against>,
    /// The weight of the evidence; comparable only between suggestions for the same payment.
    pub weight: u32,
}

/// Evidence for a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The remark names it.
    ReferenceRead,
    /// The remark is one slip away from it.
    ReferenceSlip(Slip),
    /// The remark contains its first digits, this many.
    ReferencePrefix(u8),
    /// It has the check digit of a reference issued here, and the written one had none.
    CheckDigit,
    AmountEqual,
    /// The payer's account has paid for its employer before.
    AccountKnown,
    /// Staff confirmed that the payer's account pays for its employer.
    AccountConfirmed,
    NameEqual,
    /// Staff confirmed that a payer of this name pays for its employer.
    NameConfirmed,
    /// The similarity of the names, in per mille.
    NameAlike(u16),
    /// It is for the month of the booking, or the one before.
    Month,
}

/// Evidence against a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    Amount {
        due: Money,
        received: Money,
    },
    Month {
        notice: YearMonth,
        booked: YearMonth,
    },
    /// The payer usually pays for others, and not for its employer.
    OtherPayer,
    /// It settled this notice before, and that was reversed.
    ReversalLink,
}

impl Evidence {
    /// Whether it identifies the payer by itself.
    const fn names_payer(self) -> bool {
        match self {
            Self::AccountKnown | Self::AccountConfirmed | Self::NameEqual | Self::NameConfirmed => {
                true
            }
            Self::ReferenceRead
            | Self::ReferenceSlip(_)
            | Self::ReferencePrefix(_)
            | Self::CheckDigit
            | Self::AmountEqual
            | Self::NameAlike(_)
            | Self::Month => false,
        }
    }

    const fn names_account(self) -> bool {
        matches!(self, Self::AccountKnown | Self::AccountConfirmed)
    }

    /// Its weight. A read reference outweighs everything if the amount is equal too.
    const fn weight(self) -> u32 {
        match self {
            Self::ReferenceRead => 900,
            Self::ReferenceSlip(_) => 350,
            Self::ReferencePrefix(digits) => 25 * digits as u32,
            Self::CheckDigit => 30,
            Self::AmountEqual => 400,
            Self::AccountKnown => 300,
            Self::AccountConfirmed => 330,
            Self::NameEqual => 250,
            Self::NameConfirmed => 260,
            Self::NameAlike(per_mille) => per_mille as u32 / 5,
            Self::Month => 40,
        }
    }
}

/// The weight of the evidence for, less that against.
fn weight(evidence: &[Evidence], against: &[Against]) -> u32 {
    let weight: u32 = evidence.iter().map(|one| one.weight()).sum();
    if evidence.contains(&Evidence::AmountEqual) {
        // An agency may pay exactly for a new employer: paying for others too costs nothing.
        return weight;
    }
    let read = evidence.contains(&Evidence::ReferenceRead);
    let other = against.contains(&Against::OtherPayer);
    let less = if read { READ_OTHERWISE } else { 0 } + if other { OTHER_PAYER } else { 0 };
    weight.saturating_sub(less)
}

/// A candidate and how its reference relates to the remark.
type Candidate = (u32, Option<Evidence>);

/// The open notices nearest to a payment, at most five, the likeliest first.
#[must_use]
pub fn suggest<'e>(
    open_item: &OpenItem<'_>,
    notices: &OpenNotices,
    employers: &'e Employers,
) -> Vec<Suggestion<'e>> {
    let payers = employers.likely(open_item.payer_account, open_item.payer_name);
    let mut candidates = by_reference(open_item, notices);
    // When a notice is named exactly, slips count only for the payer's own employers.
    if open_item.payer_disagrees {
        candidates.retain(|(notice, evidence)| {
            let employer = notices.open(*notice).map(|notice| notice.employer);
            let is_payers = |(one, says): &(EmployerIndex, Evidence)| {
                Some(*one) == employer && says.names_account()
            };
            *evidence == Some(Evidence::ReferenceRead) || payers.iter().any(is_payers)
        });
    }
    let mut add = |found: &[u32]| candidates.extend(found.iter().map(|one| (*one, None)));
    for (employer, _) in &payers {
        let all = notices.of_employer(*employer);
        add(all.get(all.len().saturating_sub(NOTICES_OF_EMPLOYER_MAX)..).unwrap_or_default());
    }
    let equal = notices.of_amount(open_item.amount);
    if equal.len() <= EQUAL_AMOUNTS_MAX {
        add(equal);
    }
    // Of a notice found twice, keep the one with evidence about its reference.
    candidates.sort_unstable_by_key(|(notice, evidence)| (*notice, evidence.is_none(), *evidence));
    candidates.dedup_by_key(|(notice, _)| *notice);
    let weigh = |(notice, evidence): &Candidate| {
        let notice = notices.open(*notice)?;
        let suggestion = weighed(open_item, notice, *evidence, &payers, employers)?;
        // What the remark names is shown despite any evidence against it.
        let named = suggestion.evidence.contains(&Evidence::ReferenceRead);
        (named || suggestion.weight >= WEIGHT_MIN).then_some(suggestion)
    };
    let mut best: Vec<Suggestion<'e>> = candidates.iter().filter_map(weigh).collect();
    // A notice whose settlement was reversed is not proposed first again, however strong the evidence, unless the
    // remark names it.
    let undone = |one: &Suggestion<'_>| one.against.contains(&Against::ReversalLink);
    let place = |one: &Suggestion<'_>| (first(open_item, one), undone(one));
    best.sort_by_key(|one| (place(one), std::cmp::Reverse(one.weight), one.reference));
    best.truncate(SUGGESTIONS_MAX);
    best
}

/// The rank of a suggestion before weighing: 0 for the notice that the payer probably meant if the run says so, 1 for
/// what the remark names with certainty, 2 for the rest.
fn first(open_item: &OpenItem<'_>, suggestion: &Suggestion<'_>) -> u8 {
    let evidence = &suggestion.evidence;
    let slip = evidence.iter().any(|one| matches!(one, Evidence::ReferenceSlip(_)));
    let certain = matches!(open_item.claim, Claim::Certain(_) | Claim::Several(_));
    if open_item.payer_disagrees && slip && evidence.contains(&Evidence::AmountEqual) {
        0
    } else if certain && evidence.contains(&Evidence::ReferenceRead) {
        1
    } else {
        2
    }
}

/// Notices whose references relate to the remark's digits.
fn by_reference(open_item: &OpenItem<'_>, notices: &OpenNotices) -> Vec<Candidate> {
    let mut found = Vec::new();
    let read = open_item.claim.references();
    let open = |reference: &PaymentReference| {
        notices.find(*reference).filter(|notice| notices.open(*notice).is_some())
    };
    found.extend(read.iter().filter_map(open).map(|one| (one, Some(Evidence::ReferenceRead))));
    let named = !found.is_empty();
    if let [only] = read
        && (!named || open_item.payer_disagrees)
    {
        slips_of_ten(only.number(), notices, &mut found);
    }
    if named {
        return found;
    }
    let digits = open_item.digits;
    let ascii = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !ascii || !(4..=11).contains(&digits.len()) {
        return found;
    }
    let Ok(number) = digits.parse::<u64>() else { return found };
    match digits.len() {
        10 => slips_of_ten(number, notices, &mut found),
        11 => extra_digit(number, notices, &mut found),
        length => {
            if length == 9 {
                missing_digit(number, notices, &mut found);
            }
            let prefixed = notices.beginning_with(number, length);
            if prefixed.len() <= PREFIXED_MAX {
                let evidence = u8::try_from(length).ok().map(Evidence::ReferencePrefix);
                found.extend(prefixed.map(|notice| (notice, evidence)));
            }
        }
    }
    found
}

/// The digits of a reference that is truncated or has one too many, in a remark normalised by `remark.rs`: the first P
/// followed by four to eleven digits. Empty if there is none.
#[must_use]
pub fn digits_behind_p(plain: &str) -> &str {
    let behind = |(at, _)| plain.get(at + 1..).unwrap_or_default();
    let digits = |rest: &'_ str| rest.bytes().take_while(u8::is_ascii_digit).count();
    plain
        .match_indices(['P', 'p'])
        .map(behind)
        .filter_map(|rest| rest.get(..digits(rest)))
        .find(|digits| (4..=11).contains(&digits.len()))
        .unwrap_or_default()
}

/// Looks up a number that is one slip from the written one.
fn look(number: u64, slip: Slip, notices: &OpenNotices, found: &mut Vec<Candidate>) {
    let reference = PaymentReference::from_number(number);
    if let Some(notice) = reference.and_then(|reference| notices.find(reference)) {
        found.push((notice, Some(Evidence::ReferenceSlip(slip))));
    }
}

/// One digit wrong, or two neighbours swapped.
fn slips_of_ten(number: u64, notices: &OpenNotices, found: &mut Vec<Candidate>) {
    let Some(written) = PaymentReference::from_number(number) else { return };
    for (slipped, slip) in written.slips() {
        look(slipped.number(), slip, notices, found);
    }
}

/// Nine digits: one was left out.
fn missing_digit(number: u64, notices: &OpenNotices, found: &mut Vec<Candidate>) {
    for (position, place) in places() {
        let (front, back) = (number / place, number % place);
        for digit in 0..10 {
            let whole = (front * 10 + digit) * place + back;
            look(whole, Slip::Missing { position }, notices, found);
        }
    }
}

/// Eleven digits: one is too many.
fn extra_digit(number: u64, notices: &OpenNotices, found: &mut Vec<Candidate>) {
    for (position, place) in (1..=11).zip((0..11).rev().map(|power| 10_u64.pow(power))) {
        let without = number / (place * 10) * place + number % place;
        look(without, Slip::Extra { position }, notices, found);
    }
}

fn weighed<'e>(
    open_item: &OpenItem<'_>,
    notice: &OpenNotice,
    reference: Option<Evidence>,
    payers: &[(EmployerIndex, Evidence)],
    employers: &'e Employers,
) -> Option<Suggestion<'e>> {
    let mut evidence: Vec<Evidence> = reference.into_iter().collect();
    if matches!(reference, Some(Evidence::ReferenceSlip(_)))
        && notice.reference.seems_issued_for(notice.month)
    {
        evidence.push(Evidence::CheckDigit);
    }
    let mut against = Vec::new();
    if notice.amount == open_item.amount {
        evidence.push(Evidence::AmountEqual);
    } else {
        against.push(Against::Amount { due: notice.amount, received: open_item.amount });
    }
    let payer = payers.iter().filter(|(employer, _)| *employer == notice.employer);
    evidence.extend(payer.map(|(_, evidence)| *evidence));
    if payers.iter().any(|(_, evidence)| evidence.names_payer())
        && !payers.iter().any(|(employer, _)| *employer == notice.employer)
    {
        against.push(Against::OtherPayer);
    }
    let booked = YearMonth::of(open_item.booked_on);
    if (0..=1).contains(&booked.months_since(notice.month)) {
        evidence.push(Evidence::Month);
    } else {
        against.push(Against::Month { notice: notice.month, booked });
    }
    if open_item.undone.contains(&notice.reference) {
        against.push(Against::ReversalLink);
    }
    Some(Suggestion {
        reference: notice.reference,
        employer_id: employers.id(notice.employer)?,
        employer: notice.employer,
        amount: notice.amount,
        month: notice.month,
        weight: weight(&evidence, &against),
        evidence,
        against,
    })
}

#[cfg(test)]
mod tests;
