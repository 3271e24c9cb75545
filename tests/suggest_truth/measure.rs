//! Runs hard months through the real night and scores the suggestions, kind by kind.

use duizhang::alert::CentreContact;
use duizhang::demo::hard::{Kind, Town};
use duizhang::nightly::{self, Advice, Delivery, Nobody, RunSettings};
use duizhang::remark::Reader;
use duizhang::rulebook::Rulebook;
use duizhang::store::{Store, SuspenseFilter, SuspenseRow};
use duizhang::suspense::{Act, Actor, Draft, Moment, Person, Role, Seen};
use std::collections::BTreeMap;
use std::fmt;

/// A centre, its town, and the intended notices of items in suspense.
pub(crate) struct Measure {
    town: Town,
    store: Store,
    rules: Rulebook,
    truth: BTreeMap<String, (Kind, Option<String>)>,
    folder: tempfile::TempDir,
}

/// For the items of each kind that have a notice: their number, and how many have it first and among the five.
#[derive(Default)]
pub(crate) struct Scores(BTreeMap<Kind, (u32, u32, u32)>);

impl Measure {
    pub(crate) fn new(seed: u64, employers: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let town = Town::new(seed, employers);
        let url = format!("sqlite://{}", folder.path().join("centre.db").display());
        let store = Store::open(&url, "450200", true).unwrap();
        let accounts = duizhang::import::accounts(town.accounts().as_bytes()).unwrap();
        store.import_accounts(&accounts.rows).unwrap();
        let list = duizhang::import::employers(town.employers().as_bytes()).unwrap();
        store.import_employers(&list.rows).unwrap();
        let rules = Rulebook::read(Vec::new()).unwrap();
        Self { town, store, rules, truth: BTreeMap::new(), folder }
    }

    /// Ingests a month, decides it on a day after its close, and scores the suggestions.
    pub(crate) fn month(&mut self, month: &str, as_of: &str) -> Scores {
        let made = self.town.month(month);
        let mut notices = duizhang::import::notices(made.notices.as_bytes()).unwrap().rows;
        self.store.import_notices(&mut notices).unwrap();
        let path = self.folder.path().join(format!("{month}.csv"));
        std::fs::write(&path, &made.feed).unwrap();
        let settings = RunSettings {
            as_of: as_of.parse().unwrap(),
            today: as_of.parse().unwrap(),
            deliveries: vec![Delivery { account_no: None, path }],
            inbox: None,
            isolation: duizhang::nightly::Isolation::default(),
            quarantine: self.folder.path().join("quarantine"),
            centre: contact(),
            hold: duizhang::alert::Hold::default(),
            any_day: true,
            large_from: nightly::LARGE,
        };
        nightly::run(&self.store, &self.rules, &settings, &Nobody).unwrap();
        let of_month: Vec<String> = made.truth.iter().map(|(serial, ..)| serial.clone()).collect();
        for (serial, kind, meant) in made.truth {
            self.truth.insert(serial, (kind, meant));
        }
        self.score(&of_month)
    }

    fn open_item(&self) -> Vec<SuspenseRow> {
        self.store.suspense(&SuspenseFilter::default()).unwrap()
    }

    fn score(&self, serials: &[String]) -> Scores {
        let advice = Advice::load(&self.store).unwrap();
        let reader = Reader::new(&self.rules.remark);
        let mut scores = Scores::default();
        for row in self.open_item().iter().filter(|row| serials.contains(&row.id.serial)) {
            let Some((kind, Some(meant))) = self.truth.get(&row.id.serial) else { continue };
            let found = advice.suggestions(row, &reader);
            let place = found.iter().position(|one| one.reference.to_string() == *meant);
            let (items, first, among) = scores.0.entry(*kind).or_default();
            *items += 1;
            *first += u32::from(place == Some(0));
            *among += u32::from(place.is_some());
        }
        scores
    }

    /// Staff find the intended notices, settle exact payments, and credit the rest to the employer's advance balance.
    pub(crate) fn staff_confirm(&mut self, on: &str) {
        let now = Moment::midnight(on.parse().unwrap());
        let clerk = Actor::of(Person("anna".into()), Role::Clerk);
        let approver = Actor::of(Person("bert".into()), Role::Approver);
        let mut other = approver.clone();
        other.person = Person("dora".into());
        let mut parts: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
        for row in self.open_item() {
            if let Some((_, Some(meant))) = self.truth.get(&row.id.serial) {
                let seen = Seen { id: row.id.clone(), version: row.version };
                parts.entry(meant.clone()).or_default().push(seen);
            }
        }
        for (meant, items) in parts {
            let act = Act::settle(vec![meant.parse().unwrap()]);
            let draft = Draft { items, act, note: String::new() };
            let desk = &self.rules.desk;
            let Ok(made) = self.store.propose(desk, &clerk, &draft, now).unwrap() else { continue };
            let (id, digest) = (&made.proposal_id, made.digest());
            for who in [&approver, &other].into_iter().take(made.approvals_needed.into()) {
                self.store.approve(desk, who, id, &digest, now).unwrap().unwrap();
            }
        }
        assert!(self.store.audit().unwrap().gaps.is_empty());
    }
}

impl Scores {
    fn total(&self) -> (u32, u32, u32) {
        self.0.values().fold((0, 0, 0), |(a, b, c), (x, y, z)| (a + x, b + y, c + z))
    }

    /// Items out of a thousand with their notice first.
    pub(crate) fn per_mille(&self) -> u32 {
        let (items, first, _) = self.total();
        (first * 1000).checked_div(items).unwrap_or(0)
    }

    /// The same for one kind.
    pub(crate) fn of(&self, name: &str) -> u32 {
        let found = self.0.iter().find(|(kind, _)| kind.name() == name);
        found.and_then(|(_, (items, first, _))| (first * 1000).checked_div(*items)).unwrap_or(0)
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<24} {:>6} {:>7} {:>8}", "how it went wrong", "items", "first", "in five")?;
        let line = |f: &mut fmt::Formatter<'_>, name: &str, (items, first, among)| {
            let percent =
                |count: u32| format!("{:.1} %", f64::from(count) * 100.0 / f64::from(items));
            writeln!(f, "{name:<24} {items:>6} {:>7} {:>8}", percent(first), percent(among))
        };
        for (kind, counts) in &self.0 {
            line(f, kind.name(), *counts)?;
        }
        line(f, "all", self.total())
    }
}

fn contact() -> CentreContact {
    CentreContact {
        centre_id: "450200".into(),
        name: "示例市住房公积金管理中心".into(),
        phone: "0772-12329".into(),
        hours: "工作日 9:00–17:00".into(),
        address: "示例市示例路1号".into(),
        sender: "gjj@example.org".into(),
        unsubscribe: None,
        reply_to: None,
    }
}
