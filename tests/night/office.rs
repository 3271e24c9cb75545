//! People at the desk, for the suites: who they are, what they saw, and a check of the books after every act.

use super::centre::{Centre, date};
use super::feed::{account, reference};
use duizhang::remittance::{Author, Operation, PaymentReference};
use duizhang::rulebook::desk;
use duizhang::store::{Approved, MoneyPlace, SuspenseFilter, SuspenseRow};
use duizhang::suspense::{
    Act, Actor, DeskRefusal, DeskRules, Draft, ItemId, Moment, Person, Proposal, Role, Seen,
};
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};

pub(crate) fn rules() -> &'static DeskRules {
    static RULES: OnceLock<DeskRules> = OnceLock::new();
    RULES.get_or_init(|| desk::shipped().unwrap())
}

pub(crate) fn clerk(name: &str) -> Actor {
    Actor::of(Person(name.to_owned()), Role::Clerk)
}

pub(crate) fn approver(name: &str) -> Actor {
    Actor::of(Person(name.to_owned()), Role::Approver)
}

pub(crate) fn now(day: &str) -> Moment {
    Moment::midnight(date(day))
}

pub(crate) fn item(own: &str, serial: &str) -> ItemId {
    ItemId { account_no: account(own).to_owned(), serial: serial.to_owned() }
}

pub(crate) fn notice(short: &str) -> PaymentReference {
    reference(short).parse().unwrap()
}

pub(crate) fn settle(notices: &[&str]) -> Act {
    Act::settle(notices.iter().map(|short| notice(short)).collect())
}

impl Centre {
    /// An item with all its data, open or not.
    pub(crate) fn row(&self, id: &ItemId) -> SuspenseRow {
        let filter =
            SuspenseFilter { id: Some(id.clone()), closed_too: true, ..SuspenseFilter::default() };
        self.store.suspense(&filter).unwrap().remove(0)
    }

    pub(crate) fn seen(&self, id: &ItemId) -> Seen {
        Seen { id: id.clone(), version: self.row(id).version }
    }

    /// A draft about items in their present state.
    pub(crate) fn draft(&self, items: &[ItemId], act: &Act) -> Draft {
        let items = items.iter().map(|id| self.seen(id)).collect();
        Draft { items, act: act.clone(), note: "电话核实".to_owned() }
    }

    pub(crate) fn propose_as(
        &self,
        who: &Actor,
        items: &[ItemId],
        act: &Act,
        on: &str,
    ) -> Result<Proposal, DeskRefusal> {
        let draft = self.draft(items, act);
        let done = self.store.propose(rules(), who, &draft, now(on)).unwrap();
        self.prove("after a proposal");
        done
    }

    /// `anna` proposes.
    pub(crate) fn proposes(&self, items: &[ItemId], act: &Act, on: &str) -> Proposal {
        self.propose_as(&clerk("anna"), items, act, on).unwrap()
    }

    pub(crate) fn approve_as(
        &self,
        who: &Actor,
        proposal: &Proposal,
        on: &str,
    ) -> Result<Approved, DeskRefusal> {
        let (id, digest) = (&proposal.proposal_id, proposal.digest());
        let done = self.store.approve(rules(), who, id, &digest, now(on)).unwrap();
        self.prove("after an approval");
        done
    }

    /// `anna` proposes, `bert` approves.
    pub(crate) fn does(&self, items: &[ItemId], act: &Act, on: &str) -> Proposal {
        let proposal = self.proposes(items, act, on);
        assert_eq!(self.approve_as(&approver("bert"), &proposal, on), Ok(Approved::Booked));
        proposal
    }

    pub(crate) fn standing(&self, wanted: MoneyPlace) -> String {
        let audit = self.store.audit().unwrap();
        audit.places.iter().find(|standing| standing.place == wanted).unwrap().amount.to_string()
    }

    /// An item's stage and resolution, such as `resolved refund` or `open`.
    pub(crate) fn stage(&self, id: &ItemId) -> String {
        let row = self.row(id);
        format!("{} {}", row.stage.code(), row.resolution.unwrap_or_default()).trim().to_owned()
    }

    /// The trail's codes about an item, oldest first, with the actors.
    pub(crate) fn told(&self, id: &ItemId) -> Vec<String> {
        let history = self.store.history(id).unwrap();
        let people = history.iter().filter(|entry| entry.posting.is_none());
        let who = |by: &Option<Person>| by.as_ref().map_or("night", |by| &by.0).to_owned();
        people.map(|entry| format!("{} {}", who(&entry.by), entry.code())).collect()
    }

    /// Applies operations of employers, all of which must succeed. Returns the answers.
    pub(crate) fn apply(&self, operations: &[Value]) -> Vec<Value> {
        let policy = Arc::new(duizhang::rulebook::policy::shipped().unwrap());
        let lines = (1..).zip(operations).map(|(line, operation)| {
            (line, Ok(serde_json::from_value::<Operation>(operation.clone()).unwrap()))
        });
        let mut answers = Vec::new();
        let undo = duizhang::remittance::file::OnRefusal::UndoAll;
        let take = |answer: &_| answers.push(serde_json::to_value(answer).unwrap());
        self.store.apply_file(policy, Author::default(), lines, undo, take).unwrap();
        assert!(answers.iter().all(|answer| answer["ok"] == json!(true)), "{answers:?}");
        answers
    }
}
