//! Random days of several people and the night: for any acts in any order, the books are correct.
//!
//! Goal: every fen in one place after every act; a complete trail; a night changes no decision of a person; a reversal
//! leaves the books' sums unchanged. Method: each seed plays some days with small amounts for a few notices; people
//! propose, edit, approve, send back, withdraw, reverse, put off and correct with what they last saw, which may be
//! outdated. Refusals are allowed; the audit runs after each.

use super::centre::{Backing, Centre, every_store};
use super::dice::Dice;
use super::feed::csv;
use super::office::{approver, clerk, notice, now, rules};
use duizhang::remittance::Money;
use duizhang::store::{Edit, ProposalFilter, SuspenseFilter, SuspenseRow};
use duizhang::suspense::{Act, DeskRefusal, Draft, Proposal, ProposalState, Seen, Share};
use std::collections::BTreeMap;

/// Seeds in the ordinary run; `.ci/slow` raises them by `DUIZHANG_SHIFTS`.
const SEEDS: u64 = 10;
/// Acts between two nights.
const ACTS: usize = 30;

const NOTICES: [&str; 6] = ["P1 5", "P2 6", "P3 8", "P4 3", "P5 11", "P6 4"];
const DAYS: [&str; 5] = ["05-12", "05-20", "06-03", "06-10", "07-03"];

/// The people's screens: items and proposals as last seen.
struct Screens {
    items: Vec<SuspenseRow>,
    proposals: Vec<Proposal>,
}

impl Screens {
    fn look(centre: &Centre) -> Self {
        let all = SuspenseFilter { closed_too: true, ..SuspenseFilter::default() };
        Self {
            items: centre.store.suspense(&all).unwrap(),
            proposals: centre.store.proposals(&ProposalFilter::default(), 50).unwrap(),
        }
    }
}

fn some_act(dice: &mut Dice, items: &[&SuspenseRow], day: &str) -> Act {
    let any = |dice: &mut Dice| notice(dice.pick(&["P1", "P2", "P3", "P4", "P5", "P6"]));
    match dice.roll(12) {
        0 => Act::Refund,
        1 => Act::NotOurs,
        2 => Act::Advance { employer_id: Some("E1".to_owned()) },
        3 => Act::Advance { employer_id: Some("E1".to_owned()) },
        4 => Act::WaitUntil { day: super::centre::date(day) + chrono::Days::new(9) },
        5 => Act::CorrectReference { reference: any(dice) },
        6 | 7 => Act::Reverse,
        8 => {
            let share = |item: &&SuspenseRow| Share {
                item: item.id.clone(),
                notice: notice("P4"),
                amount: Money::from_fen(300),
            };
            Act::Split {
                shares: items.iter().take(1).map(share).collect(),
                rest_to: Some("E1".to_owned()),
            }
        }
        9 => Act::settle(vec![any(dice), any(dice)]),
        _ => Act::settle(vec![any(dice)]),
    }
}

/// One person acts on the screen's content; returns the refusal, if any.
fn somebody(
    dice: &mut Dice,
    centre: &Centre,
    screens: &Screens,
    day: &str,
) -> Result<(), DeskRefusal> {
    let store = &centre.store;
    let who = [clerk("anna"), clerk("carl"), approver("bert"), approver("dora")];
    let who = &who[dice.roll(who.len())];
    let when = now(day);
    let count = 1 + dice.roll(2);
    let items: Vec<&SuspenseRow> = (0..count).filter_map(|_| dice.of(&screens.items)).collect();
    let draft = Draft {
        items: items.iter().map(|row| Seen { id: row.id.clone(), version: row.version }).collect(),
        act: some_act(dice, &items, day),
        note: String::new(),
    };
    let proposal = dice.of(&screens.proposals).cloned();
    let roll = dice.roll(10);
    let Some(proposal) = proposal.filter(|_| roll > 3) else {
        return store.propose(rules(), who, &draft, when).unwrap().map(|_| ());
    };
    let (id, digest) = (&proposal.proposal_id, proposal.digest());
    match roll {
        4 => store.withdraw(who, id, &digest, when).unwrap(),
        5 => store.send_back(who, id, &digest, "再核", when).unwrap(),
        6 => {
            let edit =
                Edit { proposal_id: id.clone(), digest, act: draft.act, note: String::new() };
            store.edit(rules(), who, &edit, when).unwrap().map(|_| ())
        }
        _ => store.approve(rules(), who, id, &digest, when).unwrap().map(|_| ()),
    }
}

/// Staff decisions in effect: item and outcome of its money.
fn decided(centre: &Centre) -> BTreeMap<String, String> {
    let all = SuspenseFilter { closed_too: true, ..SuspenseFilter::default() };
    let items = centre.store.suspense(&all).unwrap();
    let held = items.into_iter().filter(|row| row.resolution.is_some() || row.pending.is_some());
    held.map(|row| {
        let said = centre.said()[&row.id.serial].clone();
        (
            row.id.to_string(),
            format!("{:?} {:?} {:?} {said}", row.stage, row.resolution, row.pending),
        )
    })
    .collect()
}

fn play(backing: Backing, seed: u64) -> (usize, BTreeMap<&'static str, usize>) {
    let dice = &mut Dice(seed * 2_654_435_761 + 99);
    let centre = Centre::new(backing, &NOTICES);
    let (mut done, mut refused) = (0, BTreeMap::new());
    for (night, day) in DAYS.iter().enumerate() {
        let rows: Vec<String> = (0..2 + dice.roll(5))
            .map(|number| {
                let told = dice.pick(&["P1", "P2", "P3", "P5", "P8", "-", "-", "~P1", "P1+P2"]);
                let amount = dice.pick(&["3", "4", "5", "6", "8", "11"]);
                let own = dice.pick(&["icbc", "ccb"]);
                format!("N{night}{number} {day} {own} {amount} {told}")
            })
            .collect();
        let before = decided(&centre);
        centre.night_of(day, &[csv(&rows)]);
        let after = decided(&centre);
        for (item, was) in &before {
            // Snoozed items may be reactivated; no other staff decision changes by itself.
            assert_eq!(after.get(item), Some(was), "seed {seed}, night {day}: {item}");
        }
        let mut screens = Screens::look(&centre);
        for _ in 0..ACTS {
            match somebody(dice, &centre, &screens, day) {
                Ok(()) => done += 1,
                Err(refusal) => *refused.entry(refusal.code()).or_insert(0) += 1,
            }
            centre.prove(&format!("seed {seed}, {day}"));
            if dice.roll(3) == 0 {
                screens = Screens::look(&centre);
            }
        }
    }
    assert!(centre.store.verify_trail().unwrap().is_ok(), "seed {seed}");
    (done, refused)
}

/// At the end everything possible is reversed, and the money is open or waits as it came.
fn undo_all(centre: &Centre, day: &str) {
    for _ in 0..60 {
        let screens = Screens::look(centre);
        for proposal in screens.proposals.iter().filter(|one| one.state == ProposalState::Open) {
            let (id, digest) = (&proposal.proposal_id, proposal.digest());
            let back = centre.store.withdraw(
                &duizhang::suspense::Actor::of(
                    proposal.proposed_by.clone(),
                    duizhang::suspense::Role::Clerk,
                ),
                id,
                &digest,
                now(day),
            );
            back.unwrap().unwrap();
        }
        let Some(row) = Screens::look(centre).items.into_iter().find(|row| row.decided.is_some())
        else {
            return;
        };
        centre.does(&[row.id], &Act::Reverse, day);
    }
    panic!("there is always one more to book back");
}

#[test]
fn whatever_people_and_nights_do_every_fen_is_in_one_place() {
    every_store(|backing| {
        let asked = std::env::var("DUIZHANG_SHIFTS").ok();
        let asked: u64 = asked.map_or(SEEDS, |text| text.parse().unwrap());
        let seeds = if backing.name == "sqlite" { asked } else { asked.div_ceil(5) };
        let (mut done, mut refused) = (0, BTreeMap::new());
        for seed in 1..=seeds {
            let (some, others) = play(backing, seed);
            done += some;
            for (code, count) in others {
                *refused.entry(code).or_insert(0) += count;
            }
        }
        println!("{done} acts done; refused {refused:?}");
        assert!(done > 15 * usize::try_from(seeds).unwrap(), "too few acts to prove anything");
        for code in ["changed", "same-person", "sum", "may-not", "closed", "nothing-to-reverse"] {
            assert!(refused.contains_key(code), "nobody met {code}: {refused:?}");
        }
    });
}

#[test]
fn everything_staff_decided_can_be_booked_back() {
    every_store(|backing| {
        for seed in 1..=3 {
            let dice = &mut Dice(seed * 77_777 + 5);
            let centre = Centre::new(backing, &NOTICES);
            let rows: Vec<String> = (0..8)
                .map(|n| {
                    let amount = dice.pick(&["3", "4", "5", "6", "8"]);
                    format!("N{n} 05-12 icbc {amount} -")
                })
                .collect();
            centre.night_of("05-13", &[csv(&rows)]);
            let hung = centre.standing(duizhang::store::MoneyPlace::Suspense);
            for _ in 0..40 {
                let screens = Screens::look(&centre);
                let _ = somebody(dice, &centre, &screens, "05-14");
            }
            undo_all(&centre, "05-15");
            assert_eq!(centre.standing(duizhang::store::MoneyPlace::Suspense), hung, "seed {seed}");
        }
    });
}
