//! Random runs: the invariants of every decision, for any input in any order.
//!
//! Start at the first test. Each seed makes a few notices and many payments for them: parts, doubles, several
//! references, probable readings, reversals, payers of other employers, ignored movements and contradictions, over two
//! months and two banks. A failure names its seed, which is enough to reproduce it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the impossible should stop"
)]

use chrono::NaiveDate;
use reconcile::calendar::WorkingDays;
use reconcile::matching::suggest::EmployerIndex;
use reconcile::matching::{
    AccountIndex, BankIndex, Credit, CreditState, Decision, Directory, Item, Kind, Known,
    NoticeBook, NoticeFact, Payers, PayingBank, decide,
};
use reconcile::remark::Claim;
use reconcile::rulebook::{self, matching::MatchingRules, matching::RuleIndex};
use remittance::{Direction, Money, NoticeStatus, Outcome, PaymentReference, Reason};
use std::collections::{BTreeMap, BTreeSet};

/// A small generator, so that a seed has the same meaning forever.
struct Prng(u64);

impl Prng {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            let other = usize::try_from(self.below(u64::try_from(last).unwrap() + 1)).unwrap();
            all.swap(last, other);
        }
    }
}

struct World {
    rules: MatchingRules,
    calendar: WorkingDays,
}

impl World {
    fn judge(&self, items: &[Item<'_>], facts: &[NoticeFact]) -> Vec<Decision> {
        self.judge_after(items, facts, &[])
    }

    fn judge_after(
        &self,
        items: &[Item<'_>],
        facts: &[NoticeFact],
        credits: &[Credit<'_>],
    ) -> Vec<Decision> {
        let as_of = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        let book = NoticeBook::new(facts.to_vec());
        let mut directory = Directory::default();
        for (number, account) in (0..).zip(ACCOUNTS) {
            directory.add_account(account, EmployerIndex(number));
            directory.add_name(NAMES[usize::try_from(number).unwrap()], EmployerIndex(number));
        }
        let payers = Payers::of(items, &book, &directory);
        let known = Known { credits: credits.to_vec(), payers, ..Known::default() };
        decide(items, &book, &known, &self.rules, &self.calendar, as_of)
    }
}

/// The accounts and names of employers, by number; the empty ones are unknown.
const ACCOUNTS: [&str; 3] = ["", "622201", "622202"];
const NAMES: [&str; 3] = ["", "示例甲公司", "示例乙公司"];

fn reference(number: u64) -> PaymentReference {
    PaymentReference::from_number(number).unwrap()
}

fn notices(prng: &mut Prng) -> Vec<NoticeFact> {
    let fact = |number| {
        let status = match prng.below(8) {
            0 => NoticeStatus::Paid,
            1 => NoticeStatus::Revoked,
            _ => NoticeStatus::Awaiting,
        };
        let amount = Money::from_fen((prng.below(12) + 1).cast_signed());
        let employer = EmployerIndex(u32::try_from(prng.below(3)).unwrap());
        // Some have a reservation of the advance balance, a few for the full amount.
        let reserved =
            if prng.below(2) == 0 { prng.below(amount.fen().cast_unsigned() + 1) } else { 0 };
        let payable = Money::from_fen(amount.fen() - reserved.cast_signed());
        NoticeFact { reference: reference(number), amount, payable, status, employer }
    };
    (0..5).map(fact).collect()
}

fn payments<'a>(prng: &mut Prng, serials: &'a [String]) -> Vec<Item<'a>> {
    let make = |serial: &'a String| {
        let one = reference(prng.below(6));
        let claim = match prng.below(14) {
            0 => Claim::None,
            1 => Claim::Truncated,
            2 => Claim::Probable(one),
            3 => Claim::Several([one, reference(prng.below(6))].into()),
            4 => Claim::SeveralDoubtful([one, reference(prng.below(6))].into()),
            _ => Claim::Certain(one),
        };
        let debit = prng.below(8) == 0;
        let bank = u16::try_from(prng.below(2)).unwrap();
        let month = u32::try_from(4 + prng.below(2)).unwrap();
        let day = u32::try_from(1 + prng.below(6)).unwrap();
        Item {
            account: AccountIndex(bank),
            bank: BankIndex(bank),
            paying_bank: PayingBank(0),
            serial,
            booked_on: NaiveDate::from_ymd_opt(2026, month, day).unwrap(),
            booked_time: None,
            direction: if debit { Direction::Debit } else { Direction::Credit },
            amount: Money::from_fen((prng.below(12) + 1).cast_signed()),
            counterparty_account: ACCOUNTS[usize::try_from(prng.below(3)).unwrap()],
            counterparty_name: NAMES[usize::try_from(prng.below(3)).unwrap()],
            claim,
            kind: match prng.below(16) {
                0 if debit => Kind::Ignored(RuleIndex(5)),
                1..4 if debit => Kind::Remittance,
                _ if debit => Kind::Reversal,
                0 => Kind::Ignored(RuleIndex(1)),
                1 => Kind::Reversal,
                _ => Kind::Remittance,
            },
            refund: None,
            contradicted: prng.below(24) == 0,
        }
    };
    serials.iter().map(make).collect()
}

/// Goal: no order of arrival changes a decision, loses a fen, or settles a notice twice; a repeated run changes
/// nothing; nothing probable, contradicted or reversed settles while something certain is present. Method: each random
/// input is decided, decided in shuffled order, and its open items decided again after its settlements.
#[test]
fn every_fen_is_in_one_place_whatever_the_order_and_a_rerun_changes_nothing() {
    let world = World {
        rules: rulebook::matching::shipped().unwrap(),
        calendar: rulebook::calendar::shipped().unwrap(),
    };
    let serials: Vec<String> = (0..40).map(|number| format!("{number:04}")).collect();
    let mut outcomes = BTreeSet::new();
    for seed in 0..4_000 {
        let mut prng = Prng(seed);
        let facts = notices(&mut prng);
        let count = usize::try_from(1 + prng.below(39)).unwrap();
        let items = payments(&mut prng, &serials[..count]);
        let decisions = world.judge(&items, &facts);

        let paid = check_money(seed, &items, &decisions, &facts);
        check_probable(seed, &items, &decisions);
        check_reversals(seed, &items, &decisions);
        outcomes.extend(decisions.iter().map(|one| (one.outcome, one.reason)));

        let mut order: Vec<usize> = (0..count).collect();
        prng.shuffle(&mut order);
        let shuffled: Vec<_> = order.iter().map(|place| items[*place].clone()).collect();
        let mut reversed_facts = facts.clone();
        reversed_facts.reverse();
        let again = world.judge(&shuffled, &reversed_facts);
        for (place, decision) in order.iter().zip(&again) {
            assert_eq!(decision, &decisions[*place], "seed {seed}: order changed {place}");
        }

        rerun(&world, seed, &items, &decisions, &facts, &paid);
    }
    assert!(outcomes.len() >= 17, "the nights are too dull: {outcomes:?}");
}

/// Each settled notice got exactly its amount, once; returned credits and debits balance.
fn check_money(
    seed: u64,
    items: &[Item<'_>],
    decisions: &[Decision],
    facts: &[NoticeFact],
) -> BTreeSet<PaymentReference> {
    let mut received: BTreeMap<(Vec<PaymentReference>, bool), i64> = BTreeMap::new();
    let mut returned = 0;
    for (item, decision) in items.iter().zip(decisions) {
        assert_eq!(decision.outcome == Outcome::Suspense, decision.reason.is_some(), "seed {seed}");
        assert_eq!(decision.outcome == Outcome::Ignored, decision.rule.is_some(), "seed {seed}");
        let named = decision.notices.as_slice();
        assert_eq!(decision.outcome == Outcome::Matched, !named.is_empty(), "seed {seed}");
        let fen = item.amount.fen();
        match (decision.outcome, item.direction) {
            (Outcome::Matched, Direction::Credit) => {
                *received.entry((named.to_vec(), decision.with_advance)).or_default() += fen;
            }
            (Outcome::Matched, Direction::Debit) => panic!("seed {seed}: a debit settled a notice"),
            (Outcome::Returned, Direction::Credit) => returned += fen,
            (Outcome::Returned, Direction::Debit) => returned -= fen,
            (Outcome::Awaiting | Outcome::Suspense | Outcome::Ignored, _) => {}
            (by_staff @ (Outcome::Advance | Outcome::RefundDue | Outcome::Refunded), _) => {
                panic!("seed {seed}: {by_staff} is for staff to decide")
            }
        }
    }
    assert_eq!(returned, 0, "seed {seed}: what is returned came in and went out");
    let mut paid = BTreeSet::new();
    for ((references, with_advance), fen) in received {
        let due = references.iter().map(|one| {
            assert!(paid.insert(*one), "seed {seed}: {one} settled twice");
            let fact = facts.iter().find(|fact| fact.reference == *one).unwrap();
            assert_eq!(fact.status, NoticeStatus::Awaiting, "seed {seed}: {one} was not open");
            if with_advance { fact.payable.fen() } else { fact.amount.fen() }
        });
        assert_eq!(due.sum::<i64>(), fen, "seed {seed}: {references:?} not settled exactly");
    }
    paid
}

/// Goal: a notice with a reservation of the advance balance is settled by its amount if only one set makes it,
/// otherwise by the rest if only one set makes that, and by nothing else. Method: random parts of one notice at two
/// banks, against all their sets tried one by one.
#[test]
fn the_amount_comes_first_and_what_is_missing_second_as_trying_every_set_says() {
    let world = World {
        rules: rulebook::matching::shipped().unwrap(),
        calendar: rulebook::calendar::shipped().unwrap(),
    };
    let serials: Vec<String> = (0..8).map(|number| format!("{number:04}")).collect();
    let mut said = [0; 4];
    for seed in 0..4_000 {
        let mut prng = Prng(seed);
        let amount = Money::from_fen((2 + prng.below(10)).cast_signed());
        let missing = 1 + prng.below(amount.fen().cast_unsigned() - 1);
        let payable = Money::from_fen(missing.cast_signed());
        let (status, employer) = (NoticeStatus::Awaiting, EmployerIndex(0));
        let fact = NoticeFact { reference: reference(1), amount, payable, status, employer };
        let count = usize::try_from(1 + prng.below(8)).unwrap();
        let mut items = payments(&mut prng, &serials[..count]);
        for item in &mut items {
            item.claim = Claim::Certain(reference(1));
            (item.kind, item.direction) = (Kind::Remittance, Direction::Credit);
            (item.contradicted, item.counterparty_account) = (false, "");
            item.counterparty_name = "";
            item.amount = Money::from_fen((1 + prng.below(6)).cast_signed());
        }
        let decisions = world.judge(&items, &[fact]);
        let (want, index) = match (sets(&items, amount), sets(&items, payable)) {
            (2.., _) => (None, 0),
            (1, _) => (Some((false, amount)), 1),
            (0, 2..) => (None, 0),
            (0, 1) => (Some((true, payable)), 2),
            (0, 0) => (None, 3),
        };
        said[index] += 1;
        let matched = || {
            let both = items.iter().zip(&decisions);
            both.filter(|(_, decision)| decision.outcome == Outcome::Matched)
        };
        let paid: i64 = matched().map(|(item, _)| item.amount.fen()).sum();
        let with: BTreeSet<bool> = matched().map(|(_, decision)| decision.with_advance).collect();
        let got = with.first().map(|with_advance| (*with_advance, Money::from_fen(paid)));
        assert!(with.len() < 2, "seed {seed}");
        assert_eq!(got, want, "seed {seed}: {amount} or {payable} of {items:?}");
        if index == 0 {
            let unclear = Some(Reason::AmbiguousParts);
            assert!(decisions.iter().all(|one| one.reason == unclear), "seed {seed}");
        }
    }
    assert!(said.iter().all(|count| *count > 100), "the parts are too dull: {said:?}");
}

/// The number of different sets of parts that make an amount, in the split with most of them.
fn sets(items: &[Item<'_>], amount: Money) -> usize {
    let mut splits: BTreeMap<(String, BankIndex), Vec<i64>> = BTreeMap::new();
    for item in items {
        let month = item.booked_on.format("%Y-%m").to_string();
        splits.entry((month, item.bank)).or_default().push(item.amount.fen());
    }
    let ways = |parts: &Vec<i64>| {
        let mut sets = BTreeSet::new();
        for mask in 1_u32..1 << parts.len() {
            let chosen = (0..parts.len()).filter(|place| mask >> place & 1 == 1);
            let mut chosen: Vec<i64> = chosen.map(|place| parts[place]).collect();
            chosen.sort_unstable();
            if chosen.iter().sum::<i64>() == amount.fen() {
                sets.insert(chosen);
            }
        }
        sets.len()
    };
    splits.values().map(ways).max().unwrap()
}

/// Nothing else names a notice settled by a probable reading, except what is no payment any more.
fn check_probable(seed: u64, items: &[Item<'_>], decisions: &[Decision]) {
    for (item, decision) in items.iter().zip(decisions) {
        let (Outcome::Matched, Claim::Probable(reference)) = (decision.outcome, &item.claim) else {
            continue;
        };
        let gone =
            |decision: &Decision| matches!(decision.outcome, Outcome::Returned | Outcome::Ignored);
        let rivals = items.iter().zip(decisions).filter(|(other, became)| {
            other.direction == Direction::Credit
                && other.claim.references().contains(reference)
                && !gone(became)
        });
        assert_eq!(rivals.count(), 1, "seed {seed}: {reference} had a rival");
    }
}

/// Each reversed credit fits its debit; a reversal is never ignored, and no credit is held without one.
fn check_reversals(seed: u64, items: &[Item<'_>], decisions: &[Decision]) {
    let mut returned: BTreeMap<(AccountIndex, Money), [usize; 2]> = BTreeMap::new();
    let mut held: BTreeMap<(AccountIndex, Money), [usize; 2]> = BTreeMap::new();
    for (item, decision) in items.iter().zip(decisions) {
        let side = usize::from(item.direction == Direction::Debit);
        let key = (item.account, item.amount);
        if decision.outcome == Outcome::Returned {
            returned.entry(key).or_default()[side] += 1;
        }
        if decision.reason == Some(Reason::ReversalUnclear) {
            held.entry(key).or_default()[side] += 1;
        }
        if item.direction == Direction::Debit && item.kind == Kind::Reversal {
            assert_ne!(decision.outcome, Outcome::Ignored, "seed {seed}: {}", item.serial);
        }
        if item.contradicted {
            assert_ne!(decision.outcome, Outcome::Matched, "seed {seed}: {}", item.serial);
        }
    }
    assert!(returned.values().all(|[credits, debits]| credits == debits), "seed {seed}");
    assert!(held.values().all(|[credits, debits]| *credits == 0 || *debits > 0), "seed {seed}");
}

fn rerun(
    world: &World,
    seed: u64,
    items: &[Item<'_>],
    decisions: &[Decision],
    facts: &[NoticeFact],
    paid: &BTreeSet<PaymentReference>,
) {
    // Items in suspense or waiting; and ignored ones, which a reversal may still reverse.
    let open = |(item, decision): &(&Item<'_>, &Decision)| match decision.outcome {
        Outcome::Awaiting | Outcome::Suspense => true,
        Outcome::Ignored => item.direction == Direction::Credit && item.kind != Kind::Reversal,
        Outcome::Matched
        | Outcome::Returned
        | Outcome::Advance
        | Outcome::RefundDue
        | Outcome::Refunded => false,
    };
    let left: Vec<_> = items.iter().zip(decisions).filter(open).collect();
    let mut open_items = Vec::new();
    for (item, decision) in &left {
        let kind = decision.rule.map_or(item.kind, Kind::IgnoredBefore);
        open_items.push(Item { kind, ..(*item).clone() });
    }
    let mut facts = facts.to_vec();
    for fact in &mut facts {
        if paid.contains(&fact.reference) {
            fact.status = NoticeStatus::Paid;
        }
    }
    let matched = |(item, decision): (&'_ Item<'_>, &Decision)| {
        (decision.outcome == Outcome::Matched).then(|| item.serial.to_owned())
    };
    let settled: BTreeSet<String> = items.iter().zip(decisions).filter_map(matched).collect();
    let credits: Vec<Credit<'_>> =
        items.iter().filter(|item| settled.contains(item.serial)).map(settled_credit).collect();
    let again = world.judge_after(&open_items, &facts, &credits);
    for ((item, before), now) in left.iter().zip(again) {
        assert_eq!(&&now, before, "seed {seed}: the rerun changed {}", item.serial);
    }
}

/// Goal: no settled or decided credit is linked to two debits, and however many and however old they are, no debit
/// settles, returns or loses anything by itself. Method: random runs with many debits after many credits, decided in
/// two orders.
#[test]
fn what_was_settled_before_is_taken_back_once_and_by_a_person() {
    let world = World {
        rules: rulebook::matching::shipped().unwrap(),
        calendar: rulebook::calendar::shipped().unwrap(),
    };
    let serials: Vec<String> = (0..80).map(|number| format!("{number:04}")).collect();
    let mut said = BTreeSet::new();
    for seed in 0..4_000 {
        let mut prng = Prng(seed);
        let facts = notices(&mut prng);
        let (tonight, earlier) = serials.split_at(12);
        let mut items = payments(&mut prng, tonight);
        for item in &mut items {
            item.amount = Money::from_fen(1 + item.amount.fen() % 3);
        }
        let count = usize::try_from(prng.below(30)).unwrap();
        let mut before = payments(&mut prng, &earlier[..count]);
        before.retain(|one| one.direction == Direction::Credit);
        for item in &mut before {
            item.amount = Money::from_fen(1 + item.amount.fen() % 3);
        }
        let mut credits: Vec<Credit<'_>> = before.iter().map(settled_credit).collect();
        for credit in &mut credits {
            if prng.below(2) == 0 {
                credit.state = CreditState::Handled;
            }
        }
        let decisions = world.judge_after(&items, &facts, &credits);
        check_reversals(seed, &items, &decisions);
        let of_matched = |(account, amount): (AccountIndex, Money)| {
            let fits = |(item, decision): &(&Item<'_>, &Decision)| {
                decision.reason == Some(Reason::ReversalOfMatched)
                    && (item.account, item.amount) == (account, amount)
            };
            items.iter().zip(&decisions).filter(fits).count()
        };
        for item in &items {
            let key = (item.account, item.amount);
            let there = credits.iter().filter(|one| (one.account, one.amount) == key).count();
            assert!(of_matched(key) <= there, "seed {seed}: a credit was taken back twice");
        }
        said.extend(decisions.iter().filter_map(|one| one.reason));
        credits.reverse();
        assert_eq!(world.judge_after(&items, &facts, &credits), decisions, "seed {seed}: order");
    }
    assert!(said.contains(&Reason::ReversalOfMatched) && said.contains(&Reason::ReversalUnclear));
}

/// A payment as one that settled in an earlier run.
fn settled_credit<'a>(item: &'a Item<'a>) -> Credit<'a> {
    Credit {
        account: item.account,
        serial: item.serial,
        booked_on: item.booked_on,
        booked_time: item.booked_time,
        amount: item.amount,
        counterparty_account: item.counterparty_account,
        counterparty_name: item.counterparty_name,
        claim: &item.claim,
        notices: &[],
        state: CreditState::Settled,
    }
}
