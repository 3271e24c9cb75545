//! A quarter of letters, night after night: at most one a week for each employer, none on a day off, and none untrue.
//!
//! Start at the test. Employers pay as people do: in parts, twice, short, without a number, with a number one digit
//! off, into the wrong bank. Banks reverse settled payments; staff decide and reverse. After every night each sentence
//! of each letter is checked against the books ([`held`]), and an employer gets necessary news within a week of working
//! days. A failure names its seed; `DUIZHANG_QUARTERS` runs more of them.

#[path = "quarter/held.rs"]
mod held;

use super::centre::{Centre, SQLITE, rules};
use super::dice::Dice;
use super::feed::csv;
use super::office::{approver, clerk, item, now};
use chrono::{Datelike, Days, NaiveDate};
use duizhang::nightly::{self, Nobody, RunSettings};
use duizhang::remittance::{Direction, Outcome};
use duizhang::store::{NoticeFilter, NoticeRow, SuspenseFilter, TransactionRow};
use duizhang::suspense::{Act, ItemId};
use held::Told;
use std::collections::{BTreeMap, BTreeSet};

/// Quarters in the ordinary run; `.ci/slow` makes many.
const QUARTERS: u64 = 1;

/// Employers; every sixth has no address and gets paper letters.
const EMPLOYERS: u32 = 24;

/// The books after a night.
pub(crate) struct Books {
    pub(crate) night: NaiveDate,
    pub(crate) transactions: Vec<TransactionRow>,
    pub(crate) notices: BTreeMap<String, NoticeRow>,
    /// Notices that were settled on some night.
    pub(crate) ever_settled: BTreeSet<String>,
}

/// The state of a quarter.
struct Quarter {
    centre: Centre,
    dice: Dice,
    seed: u64,
    serial: u32,
    /// Payments that settled something alone: account, serial, amount, for banks to reverse.
    settled: Vec<(String, String, String)>,
    ever_settled: BTreeSet<String>,
    told: Told,
    figures: Figures,
}

#[derive(Debug, Default)]
struct Figures {
    letters: usize,
    paper: usize,
    sentences: usize,
    reopened: usize,
    taken_back: usize,
    /// Letters with advice, and those with only advice.
    advice: usize,
    advice_alone: usize,
    reminders: usize,
}

#[test]
fn every_sentence_of_a_quarters_letters_is_true_and_nobody_hears_twice_in_a_week() {
    let quarters = std::env::var("DUIZHANG_QUARTERS").ok().and_then(|text| text.parse().ok());
    let first = std::env::var("DUIZHANG_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(7);
    let mut kinds = [0; 4];
    for seed in first..first + quarters.unwrap_or(QUARTERS) {
        let mut quarter = Quarter::new(seed);
        let start = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
        for day in start.iter_days().take(91) {
            quarter.day(day);
        }
        let figures = &quarter.figures;
        println!("seed {seed}: {figures:?}");
        let found = [figures.reopened, figures.taken_back, figures.advice, figures.reminders];
        kinds.iter_mut().zip(found).for_each(|(sum, count)| *sum += count);
        quarter.centre.prove("in the end");
    }
    assert!(kinds.iter().all(|count| *count > 0), "every kind of letter was held: {kinds:?}");
}

impl Quarter {
    fn new(seed: u64) -> Self {
        let centre = Centre::new(SQLITE, &[]);
        let rows = (1..=EMPLOYERS).map(|number| {
            let mail =
                if number % 6 == 0 { String::new() } else { format!("e{number}@example.com") };
            format!("E{number},示例{number}号公司,{mail},{}", payer(number))
        });
        centre.employers(&rows.collect::<Vec<_>>().join("\n"));
        Self {
            centre,
            dice: Dice(seed),
            seed,
            serial: 0,
            settled: Vec::new(),
            ever_settled: BTreeSet::new(),
            told: Told::default(),
            figures: Figures::default(),
        }
    }

    /// A day at the banks, at the desk, and its night.
    fn day(&mut self, day: NaiveDate) {
        let works = rules().calendar.is_working_day(day);
        if day.day() == 3 {
            let notices = (1..=EMPLOYERS).map(|number| {
                let amount = 1_000 + number * 10 + day.month();
                format!("P{}{number:02} {amount} awaiting E{number}", day.month())
            });
            let notices: Vec<String> = notices.collect();
            self.centre.notices(&notices.iter().map(String::as_str).collect::<Vec<_>>());
        }
        let rows = if works && day.day() > 3 { self.payments(day) } else { Vec::new() };
        if works {
            self.staff(day);
        }
        let text = day.to_string();
        let deliveries = if rows.is_empty() {
            Vec::new()
        } else {
            // Every fifth employer types a lower-case letter.
            let small = |row: &&String| row.contains("by=示例5号") || row.contains("by=示例10号");
            let (small, plain): (Vec<&String>, Vec<&String>) = rows.iter().partition(small);
            let small = csv(&small).replace("P190613", "p190613");
            let lay = |text: String| self.centre.lay(None, "feed.csv", text);
            vec![lay(csv(&plain)), lay(small)]
        };
        let settings = RunSettings { any_day: false, ..self.centre.settings(&text, &deliveries) };
        nightly::run(&self.centre.store, rules(), &settings, &Nobody).unwrap();
        self.look(day, works);
    }

    fn serial(&mut self) -> String {
        self.serial += 1;
        format!("S{}", self.serial)
    }

    /// The payments: each employer pays once or more a month, some correctly.
    fn payments(&mut self, day: NaiveDate) -> Vec<String> {
        let mut rows = Vec::new();
        for number in 1..=EMPLOYERS {
            if self.dice.roll(12) != 0 {
                continue;
            }
            let amount = 1_000 + number * 10 + day.month();
            let own = format!("P{}{number:02}", day.month());
            let by = format!("from={} by=示例{number}号公司", payer(number));
            let mut row = |quarter: &mut Self, bank: &str, amount: u32, told: &str| {
                let serial = quarter.serial();
                rows.push(format!("{serial} {day} {bank} {amount} {told} {by}"));
                serial
            };
            match self.dice.roll(16) {
                0..=4 => {
                    let serial = row(self, "icbc", amount, &own);
                    self.settled.push(("icbc".to_owned(), serial, amount.to_string()));
                }
                5 => drop(row(self, "icbc", amount, "-")),
                6 => drop(row(self, "icbc", amount, &format!("{own}…"))),
                7 => drop(row(self, "icbc", amount, "P9000")),
                8 => drop(row(self, "icbc", amount - 35, &own)),
                9 => drop(row(self, "icbc", amount + 20, &own)),
                10 => {
                    row(self, "icbc", amount - 400, &own);
                    row(self, "ccb", 400, &own);
                }
                11 => {
                    row(self, "icbc", amount, &own);
                    row(self, "icbc", amount, &own);
                }
                12 => drop(row(self, "icbc", amount, &format!("~{own}"))),
                13 => {
                    let other = format!("P{}{:02}", day.month(), number % EMPLOYERS + 1);
                    row(self, "icbc", amount, &format!("{own}+{other}"));
                }
                14 => {
                    let (half, rest) = (amount / 2, amount - amount / 2);
                    for part in [half, rest, half] {
                        row(self, "icbc", part, &own);
                    }
                }
                _ => {
                    let slip = format!("P{}{:02}", day.month(), number % EMPLOYERS + 1);
                    row(self, "icbc", amount, &slip);
                }
            }
        }
        rows.extend(self.reversal(day));
        rows
    }

    /// Sometimes the bank reverses a settled payment.
    fn reversal(&mut self, day: NaiveDate) -> Option<String> {
        if self.dice.roll(4) != 0 || self.settled.is_empty() {
            return None;
        }
        let at = self.dice.roll(self.settled.len());
        let (bank, serial, amount) = self.settled.swap_remove(at);
        let credit = self.centre.transactions().into_iter().find(|row| row.serial == serial)?;
        if credit.outcome != Some(Outcome::Matched) {
            return None;
        }
        let name = credit.counterparty_name.unwrap_or_default();
        let number: u32 = name.replace("示例", "").replace("号公司", "").parse().unwrap();
        let back = self.serial();
        let by = format!("reversal from={} by={name}", payer(number));
        Some(format!("{back} {day} {bank} -{amount} - {by}"))
    }

    /// Staff decide some items in suspense, handle reversals by the bank, and reverse their own decisions.
    fn staff(&mut self, day: NaiveDate) {
        let open = self.centre.store.suspense(&SuspenseFilter::default()).unwrap();
        for row in open {
            let reverses = row.reason.is_some_and(|reason| reason.code() == "reversal-of-matched");
            let act = match self.dice.roll(if reverses { 3 } else { 14 }) {
                0 if reverses => self.credit_of(&row).map(|credit| Act::TakeBack { credit }),
                0 => Some(Act::Refund),
                1 if !reverses => Some(Act::Advance { employer_id: self.payer_of(&row.id) }),
                2 if !reverses => {
                    let notice = row.reference;
                    notice.map(|notice| Act::settle(vec![notice]))
                }
                3 => Some(Act::NotOurs),
                _ => None,
            };
            if let Some(act) = act {
                self.decide(&row.id, &act, day);
            }
        }
        if self.dice.roll(4) == 0 {
            let filter = SuspenseFilter { closed_too: true, ..SuspenseFilter::default() };
            let closed = self.centre.store.suspense(&filter).unwrap();
            let decided: Vec<&ItemId> =
                closed.iter().filter(|row| row.resolution.is_some()).map(|row| &row.id).collect();
            if let Some(id) = self.dice.of(&decided) {
                self.decide(id, &Act::Reverse, day);
            }
        }
    }

    /// `anna` proposes, `bert` approves; a refusal by the books is ignored.
    fn decide(&self, id: &ItemId, act: &Act, day: NaiveDate) {
        let (store, when) = (&self.centre.store, now(&day.to_string()));
        let draft = self.centre.draft(std::slice::from_ref(id), act);
        let rules = super::office::rules();
        let Ok(Ok(proposal)) = store.propose(rules, &clerk("anna"), &draft, when) else { return };
        let digest = proposal.digest();
        let bert = approver("bert");
        let approved = store.approve(rules, &bert, &proposal.proposal_id, &digest, when).unwrap();
        if approved.is_err() {
            let _ = store.withdraw(&clerk("anna"), &proposal.proposal_id, &digest, when);
        }
    }

    fn payer_of(&self, id: &ItemId) -> Option<String> {
        let row = self.centre.row(id);
        let number = row.counterparty_name.replace("示例", "").replace("号公司", "");
        Some(format!("E{number}"))
    }

    /// The credit that a debit reverses: same payer, same amount, settled.
    fn credit_of(&self, debit: &duizhang::store::SuspenseRow) -> Option<ItemId> {
        let fits = |row: &TransactionRow| {
            row.direction == Direction::Credit
                && row.outcome == Some(Outcome::Matched)
                && row.amount == debit.amount
                && row.counterparty_name.as_deref() == Some(debit.counterparty_name.as_str())
        };
        let credit = self.centre.transactions().into_iter().find(fits)?;
        Some(item("icbc", &credit.serial))
    }

    /// Checks the letters of a night.
    fn look(&mut self, night: NaiveDate, works: bool) {
        let mut notices = BTreeMap::new();
        let take = |row: NoticeRow| {
            notices.insert(row.reference.to_string(), row);
            true
        };
        self.centre.store.notices(&NoticeFilter::default(), take).unwrap();
        let transactions = self.centre.transactions();
        let books = Books { night, transactions, notices, ever_settled: self.ever_settled.clone() };
        let mut letters = Vec::new();
        let take = |letter| {
            letters.push(letter);
            true
        };
        self.centre.store.letters(night, take).unwrap();
        let seed = self.seed;
        assert!(works || letters.is_empty(), "seed {seed}: a letter on {night}, a day off");
        for letter in &letters {
            let found = self.told.hold(letter, &books).unwrap_or_else(|untrue| {
                panic!(
                    "seed {seed}, {night}, {}: {untrue}\n{}",
                    letter.employer_id,
                    held::text(letter)
                )
            });
            self.figures.letters += 1;
            self.figures.paper += usize::from(letter.on_paper());
            self.figures.sentences += found;
            self.figures.reopened += usize::from(letter.subject.contains("重新待收款"));
            self.figures.taken_back += usize::from(letter.subject.contains("银行冲回"));
            let text = held::text(letter);
            self.figures.reminders += usize::from(text.contains("我们曾于"));
            self.figures.advice += usize::from(text.contains("附言填写请注意"));
            self.figures.advice_alone += usize::from(letter.subject.contains("附言填写有建议"));
        }
        self.hear(&books, seed);
        let settled = books.notices.values().filter(|row| row.settled_on.is_some());
        self.ever_settled.extend(settled.map(|row| row.reference.to_string()));
    }

    /// An employer hears of its reopened notice within a week and a long holiday.
    fn hear(&mut self, books: &Books, seed: u64) {
        let night = books.night;
        for reference in &self.ever_settled {
            let Some(row) = books.notices.get(reference) else { continue };
            let open = row.settled_on.is_none() && row.status.code() != "revoked";
            let since = self.told.opened.entry(reference.clone()).or_insert(None);
            match (open, *since) {
                (true, None) => *since = Some(night),
                (false, _) => *since = None,
                (true, Some(_)) => {}
            }
            let late = since.is_some_and(|since| (night - since).num_days() > 15);
            let heard =
                since.is_none_or(|since| self.told.heard(&row.employer_id, reference, since));
            assert!(
                !late || heard,
                "seed {seed}, {night}: nobody told {} of {reference}",
                row.employer_id
            );
        }
    }
}

/// The account that an employer pays from.
fn payer(number: u32) -> String {
    format!("62220000000000{number:05}")
}

#[test]
fn the_right_form_is_shown_only_where_it_is_the_employers_own_open_notice() {
    let centre = Centre::new(SQLITE, &["P1 100", "P2 200 awaiting E2", "P3 300 revoked"]);
    centre.employers("E2,示例乙公司,b@example.com,");
    // The payer is E1 in each; each text breaks a rule of writing.
    let rows = [
        ("S1 05-11 icbc 400 P1", "应当写成：P1906130001"),
        ("S2 05-11 icbc 400 P2", ""),
        ("S3 05-11 icbc 400 P3", ""),
        ("S4 05-11 icbc 400 P7", ""),
    ];
    for (at, (row, want)) in rows.iter().enumerate() {
        let day = NaiveDate::from_ymd_opt(2026, 5, 12).unwrap() + Days::new(7 * at as u64);
        let row = row.replace("05-11", &day.to_string());
        let small = csv(&[row.as_str()]).replace("P190613", "p190613");
        centre.night_of(&day.to_string(), &[small]);
        let mut text = String::new();
        let take = |letter| {
            text.push_str(&held::text(&letter));
            true
        };
        centre.store.letters(day, take).unwrap();
        assert_eq!(text.contains("应当写成：P1906"), !want.is_empty(), "{row}: {text}");
        assert!(text.contains(want), "{row}: {text}");
    }
}
