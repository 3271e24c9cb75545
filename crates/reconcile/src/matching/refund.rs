//! Links refunds to the movements that pay and return them.
//!
//! Start at [`tie`]. A debit pays a refund for certain if three things agree: the refund's reference in its remark, the
//! payee's account as counterparty, and the amount. With fewer it is a suggestion for staff and settles nothing here. A
//! credit returns a refund (退票) if it comes to the account that paid it, with the same amount, and names it; or if the
//! bank marks it as a return, the counterparty is the payee's account, and no other refund and no other return fits. A
//! marked return that fits less clearly is held for a person.
//!
//! Invariant: one debit pays a refund at a time, and each movement is linked to one refund. The links do not depend on
//! the order of arrival: movements are served in booking order until nothing more fits.

use super::explanation::{RefundLink, RefundRole};
use super::{AccountIndex, Decision, Explanation, Item, Kind, Run, place};
use crate::remark::Claim;
use chrono::NaiveDate;
use remittance::account::is_same;
use remittance::{Direction, Money, Outcome, Reason, RefundReference};
use std::collections::BTreeMap;

/// A refund that a movement of the run may pay or return.
#[derive(Clone, Debug)]
pub struct Refund<'k> {
    pub reference: RefundReference,
    pub amount: Money,
    /// The full number; empty if unknown.
    pub payee_account: &'k str,
    /// The credit that the refund returns.
    pub serial: &'k str,
    pub booked_on: NaiveDate,
    /// The debit that paid it in an earlier run.
    pub paid_by: Option<PaidBy<'k>>,
}

/// The debit that paid a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidBy<'k> {
    pub account: AccountIndex,
    pub serial: &'k str,
    pub booked_on: NaiveDate,
    /// Its place among the items of this run.
    tonight: Option<u32>,
}

impl<'k> PaidBy<'k> {
    /// A debit of an earlier run.
    #[must_use]
    pub const fn earlier(account: AccountIndex, serial: &'k str, booked_on: NaiveDate) -> Self {
        Self { account, serial, booked_on, tonight: None }
    }
}

/// The state of a refund during the run.
struct Course<'n> {
    refund: &'n Refund<'n>,
    paid_by: Option<PaidBy<'n>>,
    /// The unlinked movements that name it, in booking order.
    named: Vec<u32>,
}

/// Links the movements of the run to refunds.
pub(super) fn tie(night: &mut Run<'_, '_>) {
    let known = night.known;
    if known.refunds.is_empty() {
        return;
    }
    let mut courses = courses(night);
    let mut tied: BTreeMap<u32, Decision> = BTreeMap::new();
    loop {
        let mut more = false;
        for course in &mut courses {
            more |= walk(night, course, &mut tied);
        }
        if !more && !bring_back(night, &mut courses, &mut tied) {
            break;
        }
    }
    for (index, decision) in tied {
        night.set(index, decision);
    }
}

fn courses<'n>(night: &Run<'n, '_>) -> Vec<Course<'n>> {
    let mut named: BTreeMap<RefundReference, Vec<u32>> = BTreeMap::new();
    for (index, item) in (0_u32..).zip(night.items) {
        if let Some(reference) = item.refund {
            named.entry(reference).or_default().push(index);
        }
    }
    let order = |index: &u32| {
        let item = night.items.get(place(*index))?;
        Some((item.booked_on, item.direction == Direction::Credit, item.order()))
    };
    let course = |refund: &'n Refund<'n>| {
        let mut named = named.remove(&refund.reference).unwrap_or_default();
        named.sort_by(|one, other| order(one).cmp(&order(other)));
        Course { refund, paid_by: refund.paid_by, named }
    };
    night.known.refunds.iter().map(course).collect()
}

/// Serves the movements that name a refund; returns whether anything was linked.
fn walk<'n>(
    night: &Run<'n, '_>,
    course: &mut Course<'n>,
    tied: &mut BTreeMap<u32, Decision>,
) -> bool {
    let waiting = std::mem::take(&mut course.named);
    let before = waiting.len();
    for index in waiting {
        let Some(item) = night.items.get(place(index)) else { continue };
        match (item.direction, course.paid_by) {
            (Direction::Debit, None) if pays(item, course.refund) => {
                pay(course, index, item, tied);
            }
            (Direction::Credit, Some(paid_by)) if returns(night, item, course.refund, &paid_by) => {
                give_back(course, (index, item), paid_by, tied);
            }
            _ => course.named.push(index),
        }
    }
    course.named.len() < before
}

/// Whether a debit that names the refund pays it.
fn pays(item: &Item<'_>, refund: &Refund<'_>) -> bool {
    item.amount == refund.amount
        && item.booked_on >= refund.booked_on
        && !item.contradicted
        && is_same(item.counterparty_account, refund.payee_account)
}

/// Whether a credit that names the refund returns it.
fn returns(
    night: &Run<'_, '_>,
    item: &Item<'_>,
    refund: &Refund<'_>,
    paid_by: &PaidBy<'_>,
) -> bool {
    let by_payee = item.counterparty_account.is_empty()
        || is_same(item.counterparty_account, refund.payee_account);
    comes_back(item, refund, paid_by)
        && !item.contradicted
        && (is_marked(night, item) || (by_payee && item.claim == Claim::None))
}

/// Whether the credit can be the refund's money: to the account that paid it, later, the same amount.
fn comes_back(item: &Item<'_>, refund: &Refund<'_>, paid_by: &PaidBy<'_>) -> bool {
    item.account == paid_by.account
        && item.amount == refund.amount
        && item.booked_on >= paid_by.booked_on
}

/// Whether the bank marks the credit as reversing a debit.
fn is_marked(night: &Run<'_, '_>, item: &Item<'_>) -> bool {
    match item.kind {
        Kind::Reversal => true,
        Kind::IgnoredBefore(rule) => rule == night.rules.reversal_credit(),
        Kind::Remittance | Kind::Ignored(_) => false,
    }
}

fn pay<'n>(
    course: &mut Course<'n>,
    index: u32,
    item: &'n Item<'_>,
    tied: &mut BTreeMap<u32, Decision>,
) {
    let (refund, tonight) = (course.refund, Some(index));
    let explanation = link(RefundRole::Paid, refund.reference, refund.serial, refund.booked_on);
    tied.insert(index, Decision::plain(Outcome::Refunded, explanation));
    let (account, booked_on) = (item.account, item.booked_on);
    course.paid_by = Some(PaidBy { account, serial: item.serial, booked_on, tonight });
}

fn give_back(
    course: &mut Course<'_>,
    (index, item): (u32, &Item<'_>),
    paid_by: PaidBy<'_>,
    tied: &mut BTreeMap<u32, Decision>,
) {
    let reference = course.refund.reference;
    let explanation = link(RefundRole::Returned, reference, paid_by.serial, paid_by.booked_on);
    tied.insert(index, Decision::plain(Outcome::Returned, explanation));
    if let Some(debit) = paid_by.tonight {
        let explanation = link(RefundRole::PaidAndReturned, reference, item.serial, item.booked_on);
        tied.insert(debit, Decision::plain(Outcome::Returned, explanation));
    }
    course.paid_by = None;
}

/// Marked returns that name no refund: linked if only one reading is left, otherwise held. Returns whether anything was
/// linked.
fn bring_back<'n>(
    night: &Run<'n, '_>,
    courses: &mut [Course<'n>],
    tied: &mut BTreeMap<u32, Decision>,
) -> bool {
    let mut fits: Vec<(u32, Vec<usize>)> = Vec::new();
    for (index, item) in (0_u32..).zip(night.items) {
        let unnamed = item.direction == Direction::Credit
            && item.kind == Kind::Reversal
            && item.refund.is_none()
            && tied.get(&index).is_none_or(|decision| decision.outcome != Outcome::Returned);
        if unnamed {
            fits.push((index, fitting(item, courses)));
        }
    }
    for (index, fitting) in &fits {
        let Some(item) = night.items.get(place(*index)) else { continue };
        let rivals = fits.iter().filter(|(_, other)| other.iter().any(|one| fitting.contains(one)));
        let only = match fitting.as_slice() {
            [only] if rivals.count() == 1 => courses.get_mut(*only),
            _ => None,
        };
        let clear = only.filter(|course| {
            is_same(item.counterparty_account, course.refund.payee_account) && !item.contradicted
        });
        if let Some((course, paid_by)) = clear.and_then(|course| {
            let paid_by = course.paid_by?;
            Some((course, paid_by))
        }) {
            give_back(course, (*index, item), paid_by, tied);
            return true;
        }
    }
    for (index, fitting) in fits {
        let latest = fitting.iter().filter_map(|place| courses.get(*place)).filter_map(|course| {
            course.paid_by.map(|paid_by| (paid_by.booked_on, course.refund.reference, paid_by))
        });
        if let Some((on, reference, paid_by)) =
            latest.max_by_key(|(on, reference, _)| (*on, *reference))
        {
            let explanation = link(RefundRole::ReturnedPerhaps, reference, paid_by.serial, on);
            tied.insert(index, Decision::suspense(Reason::ReversalUnclear, explanation));
        }
    }
    false
}

/// The refunds that a marked return may have returned: its counterparty is the payee, or unknown.
fn fitting(item: &Item<'_>, courses: &[Course<'_>]) -> Vec<usize> {
    let fits = |course: &Course<'_>| {
        let payee = item.counterparty_account.is_empty()
            || is_same(item.counterparty_account, course.refund.payee_account);
        payee && course.paid_by.is_some_and(|paid_by| comes_back(item, course.refund, &paid_by))
    };
    courses.iter().enumerate().filter(|(_, course)| fits(course)).map(|(place, _)| place).collect()
}

fn link(role: RefundRole, reference: RefundReference, serial: &str, on: NaiveDate) -> Explanation {
    Explanation::Refund(Box::new(RefundLink { role, reference, serial: serial.into(), on }))
}
