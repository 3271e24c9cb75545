//! Random histories of money: at every commit each fen is in one place, by outcome, by employer and by employee.
//!
//! Start at [`history`]. Two employers file months and issue notices, with and without their advance balances. Payers
//! pay the amount, the rest, or something else. Staff credit money to balances, return it, add a balance to short money
//! and reverse. Notices are revoked with money received; the bank reverses credits; refunds are paid and come back;
//! paid lines are corrected at the counter. A refusal must leave everything unchanged. A failure names its seed.

use super::centre::{Backing, Centre, every_store};
use super::dice::Dice;
use super::feed::{HEADER, csv};
use super::office::item;
use duizhang::remittance::file::OnRefusal;
use duizhang::remittance::{
    Author, Direction, Id, Money, NoticeStage, Operation, Outcome, PaymentReference,
};
use duizhang::store::{
    Books, NoticeFilter, NoticeRow, RefundFilter, SuspenseFilter, TransactionRow,
};
use duizhang::suspense::{Act, Moment, RefundState};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Histories in the ordinary run; `DUIZHANG_CONSERVATION` makes them more.
const HISTORIES: u64 = 6;
/// Steps of one history.
const STEPS: usize = 32;

/// Employers with their employees and what each gets a month, in fen.
const PEOPLE: [(&str, &[(&str, i64)]); 2] =
    [("E2", &[("A", 800_00), ("B", 480_00)]), ("E3", &[("C", 640_00)])];
const MONTHS: [&str; 6] = ["2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"];

/// A centre, and its inputs so far.
struct Play {
    centre: Centre,
    dice: Dice,
    /// Days since 11 May.
    day: u64,
    serials: u32,
    /// The owner of the advance balance that staff credited with an item, by its serial.
    owners: BTreeMap<String, &'static str>,
    /// The corrections of each employee, in fen.
    corrected: BTreeMap<&'static str, i64>,
    done: BTreeMap<&'static str, u32>,
}

impl Play {
    fn new(backing: Backing, seed: u64) -> Self {
        let centre = Centre::new(backing, &[]);
        let on = "2026-05-11";
        let mut number = 0;
        for (employer, people) in PEOPLE {
            centre.apply(&[json!({"op": "open_employer", "on": on, "employer_id": employer,
                "name": format!("示例{employer}公司"), "kind": "company",
                "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2026-05"})]);
            for (employee, monthly) in people {
                number += 1;
                let base = Money::from_fen(monthly * 100 / 16).to_string();
                centre.apply(&[json!({"op": "open_account", "on": on, "employer_id": employer,
                    "employee_id": employee, "id_no": super::desk::id_no(number), "name": "某人",
                    "base": base, "month": "2026-05"})]);
            }
            for month in MONTHS {
                centre.apply(&[json!({"op": "remit", "on": on, "employer_id": employer,
                    "month": month})]);
            }
        }
        let mut play = Self {
            centre,
            dice: Dice(seed * 2_654_435_761 + 1),
            day: 0,
            serials: 0,
            owners: BTreeMap::new(),
            corrected: BTreeMap::new(),
            done: BTreeMap::new(),
        };
        // An initial balance.
        let row = (play.row(900_00, ""), None);
        play.night(&[row]);
        let act = Act::Advance { employer_id: Some("E2".to_owned()) };
        assert!(play.resolve("put to a balance", "S1", &act));
        play.owners.insert("S1".to_owned(), "E2");
        play
    }

    fn today(&self) -> String {
        let first = super::centre::date("05-11");
        (first + chrono::Days::new(self.day)).to_string()
    }

    fn count(&mut self, what: &'static str, done: bool) {
        if done {
            *self.done.entry(what).or_default() += 1;
        }
    }

    /// Applies one operation, which may be refused.
    fn ask(&mut self, what: &'static str, mut operation: Value) -> bool {
        operation["on"] = json!(self.today());
        let operation = serde_json::from_value::<Operation>(operation).unwrap();
        let policy = Arc::new(duizhang::rulebook::policy::shipped().unwrap());
        let lines = [(1, Ok(operation))];
        let (store, author) = (&self.centre.store, Author::default());
        let applied = store.apply_file(policy, author, lines, OnRefusal::UndoAll, |_| ());
        let done = applied.unwrap().done == 1;
        self.count(what, done);
        done
    }

    /// A decision of the operator about an item, which may be refused.
    fn resolve(&mut self, what: &'static str, serial: &str, act: &Act) -> bool {
        let now = Moment::midnight(self.today().parse().unwrap());
        let items = [item("icbc", serial)];
        let done = self.centre.store.resolve(&items, act, "wang", "来函", now).is_ok();
        self.count(what, done);
        done
    }

    fn notices(&self, wanted: impl Fn(&NoticeRow) -> bool) -> Vec<NoticeRow> {
        let mut found = Vec::new();
        let take = |row| {
            found.push(row);
            true
        };
        self.centre.store.notices(&NoticeFilter::default(), take).unwrap();
        found.retain(wanted);
        found
    }

    fn open(&self) -> Vec<NoticeRow> {
        let open = [NoticeStage::Awaiting, NoticeStage::PartlyReceived];
        self.notices(|row| open.contains(&row.status))
    }

    /// An employer's books: employees' balances, the advance balance, and its free part.
    fn books(&self, employer: &str) -> (BTreeMap<String, Money>, Money, Money) {
        let policy = Arc::new(duizhang::rulebook::policy::shipped().unwrap());
        let (id, on) = (Id::from(employer), super::centre::date("05-11"));
        let look = |books: &mut Books<'_>| {
            books.employer(&id, on)?;
            books.accounts(&id)?;
            books.reservations(&id)?;
            let centre = books.centre();
            let accounts = centre.accounts_of(&id);
            let balances =
                accounts.map(|account| (account.employee_id.to_string(), account.balance));
            let advance = centre.employer(&id).unwrap().balances.advance;
            Ok((balances.collect(), advance, centre.free_advance(&id)))
        };
        self.centre.store.look(policy, look).unwrap()
    }

    /// A night with these rows; each may name a notice.
    fn night(&mut self, rows: &[(String, Option<PaymentReference>)]) {
        self.day += 1;
        let on = self.today();
        let mut file = format!("{HEADER}\n");
        for (text, reference) in rows {
            let one = csv(&[text]);
            let line = one.lines().nth(1).unwrap().to_owned();
            file.push_str(&match reference {
                Some(reference) => line.replace("公积金", &reference.to_string()),
                None => line,
            });
            file.push('\n');
        }
        let delivery = self.centre.lay(None, "feed.csv", file);
        self.centre.night(&on, &[delivery]);
        let before = self.centre.digest();
        self.centre.night(&on, &[]);
        assert_eq!(before, self.centre.digest(), "the night again");
    }

    fn row(&mut self, fen: i64, flag: &str) -> String {
        self.serials += 1;
        let day = (super::centre::date("05-11") + chrono::Days::new(self.day + 1)).to_string();
        format!("S{} {day} icbc {} - {flag}", self.serials, Money::from_fen(fen))
    }

    fn step(&mut self) {
        match self.dice.roll(16) {
            0..3 => self.issue(),
            3..6 => self.pay(),
            6 => {
                let fen = self.dice.pick(&[300_00, 600_00, 640_00, 1_280_00]);
                let row = (self.row(fen, ""), None);
                self.night(&[row]);
            }
            7 | 8 => self.decide(),
            9 => self.revoke_or_pay_whole(),
            10 => self.reverse(),
            11 => self.bank_takes_back(),
            12 | 13 => self.correct(),
            _ => self.refund_moves(),
        }
    }

    fn issue(&mut self) {
        let (employer, _) = self.dice.pick(&PEOPLE);
        let month = self.dice.pick(&MONTHS);
        let from_advance = self.dice.pick(&["auto", "auto", "none", "100.00", "640.00"]);
        self.ask(
            "issued",
            json!({"op": "issue_notice", "employer_id": employer, "months": [month],
                "from_advance": from_advance}),
        );
    }

    /// The counter corrects one employee's paid line.
    fn correct(&mut self) {
        let paid = self.notices(|row| row.status == NoticeStage::Paid);
        if paid.is_empty() {
            return;
        }
        let notice = self.dice.pick(&paid);
        let (employer, month) = (notice.employer_id, notice.month.to_string());
        let of_employer = PEOPLE.into_iter().find(|(id, _)| *id == employer).unwrap().1;
        let (employee, _) = self.dice.pick(of_employer);
        let fen = self.dice.pick(&[40_00, 123_45, 480_00]);
        let amount = Money::from_fen(fen).to_string();
        let asked = json!({"op": "correct_paid", "employer_id": employer, "employee_id": employee,
            "month": month, "amount": amount, "reason": "重复缴存", "by": "anna",
            "approved_by": "bert"});
        if self.ask("corrected", asked) {
            *self.corrected.entry(employee).or_default() += fen;
        }
    }

    /// A refund is paid, or a paid one comes back.
    fn refund_moves(&mut self) {
        let refunds = self.centre.store.refunds(&RefundFilter::default()).unwrap();
        if refunds.is_empty() {
            if let Some(serial) = self.open_credit() {
                self.resolve("returned to its payer", &serial, &Act::Refund);
            }
            return;
        }
        let refund = self.dice.pick(&refunds);
        let (what, sign, account) = match refund.state {
            RefundState::Reversed => return,
            RefundState::Refunded => ("came back", "", ""),
            RefundState::Due | RefundState::Exported => ("left", "-", &*refund.payee_account),
        };
        self.serials += 1;
        let day = (super::centre::date("05-11") + chrono::Days::new(self.day + 1)).to_string();
        let (number, amount, reference) = (self.serials, refund.amount, refund.reference);
        let row = format!("S{number} {day} icbc {sign}{amount} {reference} from={account} by=");
        self.night(&[(row, None)]);
        let filter = RefundFilter { reference: Some(refund.reference), ..RefundFilter::default() };
        let now = self.centre.store.refunds(&filter).unwrap().pop().unwrap();
        self.count(what, now.state != refund.state);
    }

    fn pay(&mut self) {
        let open = self.open();
        if open.is_empty() {
            return;
        }
        let notice = self.dice.pick(&open);
        let missing = notice.payable().fen();
        let sum = match self.dice.roll(6) {
            0 | 1 => notice.amount.fen(),
            2 | 3 if missing > 0 => missing,
            4 => notice.amount.fen() - 1_00,
            _ => notice.amount.fen() + 50_00,
        };
        let cut = if self.dice.roll(2) == 0 { sum / 4 } else { 0 };
        let parts: Vec<i64> = [sum - cut, cut].into_iter().filter(|fen| *fen > 0).collect();
        let rows: Vec<_> =
            parts.into_iter().map(|fen| (self.row(fen, ""), Some(notice.reference))).collect();
        self.night(&rows);
    }

    fn open_credit(&mut self) -> Option<String> {
        let mut open = self.centre.store.suspense(&SuspenseFilter::default()).unwrap();
        open.retain(|row| row.direction == Direction::Credit);
        if open.is_empty() { None } else { Some(self.dice.pick(&open).id.serial) }
    }

    /// Staff decide an open item.
    fn decide(&mut self) {
        let open = self.centre.store.suspense(&SuspenseFilter::default()).unwrap();
        let credits: Vec<_> =
            open.into_iter().filter(|row| row.direction == Direction::Credit).collect();
        if credits.is_empty() {
            return;
        }
        let row = self.dice.pick(&credits);
        let serial = row.id.serial.clone();
        let (employer, _) = self.dice.pick(&PEOPLE);
        let notices = self.open();
        match self.dice.roll(7) {
            0..3 => {
                let act = Act::Advance { employer_id: Some(employer.to_owned()) };
                if self.resolve("put to a balance", &serial, &act) {
                    self.owners.insert(serial, employer);
                }
            }
            3 => drop(self.resolve("returned to its payer", &serial, &Act::Refund)),
            _ => {
                // Preferably a short one: the balance pays the rest.
                let mut short: Vec<_> =
                    notices.iter().filter(|notice| notice.amount >= row.amount).collect();
                short.sort_by_key(|notice| (notice.amount, notice.reference));
                for notice in short {
                    let missing = notice.amount.checked_sub(row.amount).unwrap();
                    let from_advance = Some(missing).filter(|missing| !missing.is_zero());
                    let act = Act::Settle { notices: vec![notice.reference], from_advance };
                    if self.resolve("settled by staff", &serial, &act) {
                        return;
                    }
                }
            }
        }
    }

    fn revoke_or_pay_whole(&mut self) {
        let open = self.open();
        if open.is_empty() {
            return;
        }
        let notice = self.dice.pick(&open);
        let reference = notice.reference.to_string();
        match self.dice.roll(3) {
            0 => self.ask("paid whole", json!({"op": "pay_from_advance", "reference": reference})),
            1 => self.ask("revoked", json!({"op": "revoke_notice", "reference": reference})),
            _ => self.ask(
                "revoked with parts",
                json!({"op": "revoke_notice", "reference": reference, "parts": "to-suspense"}),
            ),
        };
    }

    /// Reverses a decision of staff.
    fn reverse(&mut self) {
        let all = SuspenseFilter { closed_too: true, ..SuspenseFilter::default() };
        let mut decided = self.centre.store.suspense(&all).unwrap();
        decided.retain(|row| row.decided.is_some());
        if decided.is_empty() {
            return;
        }
        let serial = self.dice.pick(&decided).id.serial;
        let who = super::office::clerk("anna");
        let on = self.today();
        let proposed = self.centre.propose_as(&who, &[item("icbc", &serial)], &Act::Reverse, &on);
        let Ok(proposal) = proposed else { return };
        let boss = super::office::approver("bert");
        let done = self.centre.approve_as(&boss, &proposal, &on).is_ok();
        self.count("booked back", done);
        if done {
            self.owners.remove(&serial);
        } else {
            let (id, digest) = (&proposal.proposal_id, proposal.digest());
            let now = super::office::now(&on);
            self.centre.store.withdraw(&who, id, &digest, now).unwrap().unwrap();
        }
    }

    /// The bank reverses a credit that settled a notice, and staff record it.
    fn bank_takes_back(&mut self) {
        let matched = |row: &TransactionRow| row.outcome == Some(Outcome::Matched);
        let rows: Vec<_> = self.centre.transactions().into_iter().filter(matched).collect();
        if rows.is_empty() {
            return;
        }
        let credit = self.dice.pick(&rows);
        let row = self.row(-credit.amount.fen(), "reversal");
        let debit = row.split_whitespace().next().unwrap().to_owned();
        self.night(&[(row, None)]);
        let act = Act::TakeBack { credit: item("icbc", &credit.serial) };
        self.resolve("taken back", &debit, &act);
    }

    /// The invariants, computed in other ways than the audit's.
    fn prove(&self, when: &str) {
        self.centre.prove(when);
        let rows = self.centre.transactions();
        for (employer, people) in PEOPLE {
            let paid =
                self.notices(|row| row.employer_id == employer && row.status == NoticeStage::Paid);
            let (balances, advance, free) = self.books(employer);
            let mut corrected = 0;
            for (employee, monthly) in people {
                let back = self.corrected.get(employee).copied().unwrap_or_default();
                corrected += back;
                let want = Money::from_fen(monthly * paid.len() as i64 - back);
                assert_eq!(balances[*employee], want, "{when}: {employee}");
            }
            // Every paid notice has its amount: from transactions, and the rest from the balance.
            let mut used = 0;
            for notice in &paid {
                let parts = rows.iter().filter(|row| row.notices == [notice.reference]);
                let fen: i64 = parts.map(|row| row.amount.fen()).sum();
                assert!(fen <= notice.amount.fen(), "{when}: {} got too much", notice.reference);
                used += notice.amount.fen() - fen;
            }
            let put_in: i64 = rows
                .iter()
                .filter(|row| row.outcome == Some(Outcome::Advance))
                .filter(|row| self.owners.get(&row.serial) == Some(&employer))
                .map(|row| row.amount.fen())
                .sum();
            assert_eq!(
                advance.fen(),
                put_in + corrected - used,
                "{when}: the balance of {employer}"
            );
            let reserved: i64 = self
                .open()
                .iter()
                .filter(|row| row.employer_id == employer)
                .map(|row| row.amount.fen() - row.payable().fen())
                .sum();
            assert_eq!(free.fen(), advance.fen() - reserved, "{when}: free of {employer}");
            assert!(free >= Money::ZERO, "{when}: {employer} reserves what is not there");
        }
    }
}

/// One history; returns what was done in it, so that the test can check the variety.
fn history(backing: Backing, seed: u64) -> BTreeMap<&'static str, u32> {
    let mut play = Play::new(backing, seed);
    for step in 0..STEPS {
        play.step();
        play.prove(&format!("seed {seed}, step {step}"));
    }
    play.night(&[]);
    play.prove(&format!("seed {seed}, the end"));
    play.done
}

#[test]
fn each_fen_is_in_one_place_by_employer_and_employee_too() {
    let histories =
        std::env::var("DUIZHANG_CONSERVATION").ok().and_then(|count| count.parse().ok());
    every_store(|backing| {
        let mut done: BTreeMap<&str, u32> = BTreeMap::new();
        let asked: u64 = histories.unwrap_or(HISTORIES);
        let seeds = if backing.name == "sqlite" { asked } else { asked.div_ceil(3) };
        for seed in 0..seeds {
            for (what, count) in history(backing, seed) {
                *done.entry(what).or_default() += count;
            }
        }
        println!("{done:?}");
        for what in ["issued", "put to a balance"] {
            assert!(done.contains_key(what), "too dull: {what} never happened in {done:?}");
        }
        for what in ["booked back", "taken back", "corrected", "left", "came back"] {
            let dull = backing.name == "sqlite" && !done.contains_key(what);
            assert!(!dull, "too dull: {what} never happened in {done:?}");
        }
    });
}
