//! Random nights: what must hold of every decision, whatever comes in and in whatever order.
//!
//! Start at the test. Each seed makes a few notices and many payments that crowd upon them: parts,
//! doubles, several references, probable readings, reversals, three months, two banks. A failure names
//! its seed, and the seed is all that is needed to see it again.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the impossible should stop"
)]

use chrono::NaiveDate;
use duizhang::calendar::WorkingDays;
use duizhang::matching::{
    AccountIndex, BankIndex, Decision, Item, Kind, NoticeBook, NoticeFact, PayingBank, Settled,
    decide, wants_earlier,
};
use duizhang::remark::Claim;
use duizhang::remittance::{Direction, Money, NoticeStatus, Outcome, PaymentReference};
use duizhang::rulebook::{self, matching::MatchingRules};
use std::collections::{BTreeMap, BTreeSet};

/// A small generator, so that a seed means the same for ever.
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
        settled: &[Settled<'_>],
    ) -> Vec<Decision> {
        let as_of = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        let book = NoticeBook::new(facts.to_vec());
        decide(items, &book, settled, &self.rules, &self.calendar, as_of)
    }
}

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
        NoticeFact { reference: reference(number), amount, status }
    };
    (0..5).map(fact).collect()
}

fn payments<'a>(prng: &mut Prng, serials: &'a [String]) -> Vec<Item<'a>> {
    let make = |serial: &'a String| {
        let one = reference(prng.below(6));
        let claim = match prng.below(12) {
            0 => Claim::None,
            1 => Claim::Truncated,
            2 => Claim::Probable(one),
            3 => Claim::Several([one, reference(prng.below(6))].into()),
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
            counterparty_account: ["", "622201", "622202"][usize::try_from(prng.below(3)).unwrap()],
            claim,
            kind: if debit && prng.below(4) > 0 { Kind::Reversal } else { Kind::Remittance },
        }
    };
    serials.iter().map(make).collect()
}

/// Goal: no order of arrival changes a decision, loses a fen, or settles a notice twice, and a night run
/// again changes nothing. Method: each random night is judged, judged shuffled, and judged once more with
/// what it left open against what it paid.
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
    assert!(outcomes.len() >= 13, "the nights are too dull: {outcomes:?}");
}

/// Each notice that is settled got exactly its amount, once; returned credits and debits balance.
fn check_money(
    seed: u64,
    items: &[Item<'_>],
    decisions: &[Decision],
    facts: &[NoticeFact],
) -> BTreeSet<PaymentReference> {
    let mut received: BTreeMap<Vec<PaymentReference>, i64> = BTreeMap::new();
    let mut returned = 0;
    for (item, decision) in items.iter().zip(decisions) {
        assert_eq!(decision.outcome == Outcome::Suspense, decision.reason.is_some(), "seed {seed}");
        assert_eq!(decision.outcome == Outcome::Ignored, decision.rule.is_some(), "seed {seed}");
        let named = decision.notices.as_slice();
        assert_eq!(decision.outcome == Outcome::Matched, !named.is_empty(), "seed {seed}");
        let fen = item.amount.fen();
        match (decision.outcome, item.direction) {
            (Outcome::Matched, Direction::Credit) => {
                *received.entry(named.to_vec()).or_default() += fen;
            }
            (Outcome::Matched, Direction::Debit) => panic!("seed {seed}: a debit settled a notice"),
            (Outcome::Returned, Direction::Credit) => returned += fen,
            (Outcome::Returned, Direction::Debit) => returned -= fen,
            (Outcome::Awaiting | Outcome::Suspense | Outcome::Ignored, _) => {}
        }
    }
    assert_eq!(returned, 0, "seed {seed}: what is returned came in and went out");
    let mut paid = BTreeSet::new();
    for (references, fen) in received {
        let due = references.iter().map(|one| {
            assert!(paid.insert(*one), "seed {seed}: {one} settled twice");
            let fact = facts.iter().find(|fact| fact.reference == *one).unwrap();
            assert_eq!(fact.status, NoticeStatus::Awaiting, "seed {seed}: {one} was not open");
            fact.amount.fen()
        });
        assert_eq!(due.sum::<i64>(), fen, "seed {seed}: {references:?} not settled exactly");
    }
    paid
}

fn rerun(
    world: &World,
    seed: u64,
    items: &[Item<'_>],
    decisions: &[Decision],
    facts: &[NoticeFact],
    paid: &BTreeSet<PaymentReference>,
) {
    let open = |(_, decision): &(&Item<'_>, &Decision)| {
        matches!(decision.outcome, Outcome::Awaiting | Outcome::Suspense)
    };
    let left: Vec<_> = items.iter().zip(decisions).filter(open).collect();
    let open_items: Vec<Item<'_>> = left.iter().map(|(item, _)| (*item).clone()).collect();
    let mut facts = facts.to_vec();
    for fact in &mut facts {
        if paid.contains(&fact.reference) {
            fact.status = NoticeStatus::Paid;
        }
    }
    for ((item, before), now) in left.iter().zip(world.judge(&open_items, &facts)) {
        assert_eq!(&&now, before, "seed {seed}: the rerun changed {}", item.serial);
    }
}

/// Goal: where the credits settled of late are said to be enough, all that ever settled would change nothing.
/// Method: random nights with many debits, judged with the credits since a random day and with all.
#[test]
fn what_settled_of_late_is_enough_where_it_is_said_to_be() {
    let world = World {
        rules: rulebook::matching::shipped().unwrap(),
        calendar: rulebook::calendar::shipped().unwrap(),
    };
    let serials: Vec<String> = (0..80).map(|number| format!("{number:04}")).collect();
    let mut said = [0, 0];
    for seed in 0..4_000 {
        let mut prng = Prng(seed);
        let facts = notices(&mut prng);
        let (tonight, earlier) = serials.split_at(12);
        let mut items = payments(&mut prng, tonight);
        for item in &mut items {
            item.amount = Money::from_fen(1 + item.amount.fen() % 3);
        }
        let before = payments(&mut prng, earlier);
        let credits = before.iter().filter(|one| one.direction == Direction::Credit);
        let all: Vec<Settled<'_>> = credits.filter_map(settled).collect();
        let since =
            NaiveDate::from_ymd_opt(2026, 4, 1 + u32::try_from(prng.below(6)).unwrap()).unwrap();
        let late: Vec<_> = all.iter().filter(|one| one.booked_on >= since).cloned().collect();
        let more = wants_earlier(&items, &late, since);
        said[usize::from(more)] += 1;
        if !more {
            let with_late = world.judge_after(&items, &facts, &late);
            assert_eq!(with_late, world.judge_after(&items, &facts, &all), "seed {seed}");
        }
    }
    assert!(said.iter().all(|times| *times > 300), "the nights are too dull: {said:?}");
}

/// A payment as one that settled the notice it names.
fn settled<'a>(item: &'a Item<'a>) -> Option<Settled<'a>> {
    let Claim::Certain(reference) = &item.claim else { return None };
    Some(Settled {
        account: item.account,
        serial: item.serial,
        booked_on: item.booked_on,
        amount: Money::from_fen(1 + item.amount.fen() % 3),
        counterparty_account: item.counterparty_account,
        references: std::slice::from_ref(reference),
    })
}
