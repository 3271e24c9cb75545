//! Staff's work on suspense: propose, approve, send back, reverse; each verb is one commit.
//!
//! Start at [`Store::propose`] and [`Store::approve`]. An act is checked when it is proposed and again when it
//! is approved, because the data may change in between. Its effect on the books is in [`books`], its reversal
//! in [`reversal`]. A verb returns its result or a [`DeskRefusal`]; a refused verb changes nothing.
//!
//! Invariant: the acts of one centre are serialized: each verb first locks the head of the audit trail
//! ([`super::trail::hold`]), and its trail entries are in the same commit.

mod access;
mod assigning;
mod books;
mod check;
pub(super) mod counter;
mod history;
mod item;
mod payer_hints;
pub(super) mod proof;
mod proposal;
mod refund;
mod reversal;
mod taking_back;

pub use access::Requested;
pub use check::{Preview, PreviewNotice};
pub use counter::{CounterEffect, CounterRow};
pub use history::{HistoryEntry, SimilarItem};
pub use payer_hints::{PayerFact, Touched};
pub use proposal::ProposalFilter;

use self::check::Checked;
use self::item::Held;
use super::{Store, StoreError, trail};
use crate::remittance::{Author, Money, Total};
use crate::store::database::tx::Tx;
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::suspense::{
    Act, Actor, Approval, DeskRefusal, DeskRules, Draft, EntityKind, ItemId, Limit, Moment,
    Permission, Person, Proposal, ProposalState, Seen, Stage, Step, may, may_propose,
};

/// The result, or the refusal.
pub type Answered<T> = Result<Result<T, DeskRefusal>, StoreError>;

/// The result of an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approved {
    /// It is booked.
    Booked,
    /// Its amount is above the limit of one approver: somebody else must approve too.
    NeedsAnother,
}

/// The trail's name for a person at the command line.
const OPERATOR: &str = "operator";

/// A new act for a pending proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub proposal_id: String,
    /// The digest of the proposal as viewed.
    pub digest: String,
    pub act: Act,
    pub note: String,
}

/// Why a piece of work stops.
enum Stop {
    Refused(DeskRefusal),
    Failed(StoreError),
}

impl From<DeskRefusal> for Stop {
    fn from(refusal: DeskRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        // A refusal of the remittance domain becomes a refusal for the actor.
        if let StoreError::Domain(refusal) = error {
            return Self::Refused(DeskRefusal::Books { because: Box::new(refusal) });
        }
        Self::Failed(error)
    }
}

/// Work at the desk, inside one open transaction.
struct Desk<'b> {
    tx: &'b Tx,
    now: Moment,
    actor: &'b str,
    role: &'b str,
    /// The API token in use; the trail names it beside its owner.
    token: Option<&'b str>,
    /// The person who recently renewed the actor's access.
    renewed_by: Option<Person>,
}

impl Store {
    /// Does the work in one commit; a refusal or a rehearsal rolls back.
    fn at_desk<T>(
        &self,
        now: Moment,
        (actor, role): (&str, &str),
        keeps: bool,
        work: impl FnOnce(&Desk<'_>) -> Result<T, Stop>,
    ) -> Answered<T> {
        let author = Author { by: Some(actor.to_owned()), at: Some(now.at) };
        let tx = self.writing_for(author)?;
        tx.atomically_or_not(|connection| {
            trail::hold(connection, tx.centre_id)?;
            let (token, renewed_by) = (None, None);
            match work(&Desk { tx: &tx, now, actor, role, token, renewed_by }) {
                Ok(done) => Ok((Ok(done), keeps)),
                Err(Stop::Refused(refusal)) => Ok((Err(refusal), false)),
                Err(Stop::Failed(error)) => Err(error),
            }
        })
    }

    fn act<T>(
        &self,
        actor: &Actor,
        now: Moment,
        work: impl FnOnce(&Desk<'_>) -> Result<T, Stop>,
    ) -> Answered<T> {
        self.at_desk(now, (&actor.person.0, actor.role.code()), true, |desk| {
            let renewed_by = desk.renewed_by(actor)?;
            work(&Desk { token: actor.token.as_deref(), renewed_by, ..*desk })
        })
    }

    /// Proposes an act; its items are locked against the engine until somebody else decides.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn propose(
        &self,
        rules: &DeskRules,
        actor: &Actor,
        draft: &Draft,
        now: Moment,
    ) -> Answered<Proposal> {
        self.act(actor, now, |desk| desk.propose(rules, actor, draft))
    }

    /// Proposes several acts, all or none.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn propose_all(
        &self,
        rules: &DeskRules,
        actor: &Actor,
        drafts: &[Draft],
        now: Moment,
    ) -> Answered<Vec<Proposal>> {
        self.act(actor, now, |desk| {
            drafts.iter().map(|draft| desk.propose(rules, actor, draft)).collect()
        })
    }

    /// Previews an act, up to its postings; nothing is written.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn preview(
        &self,
        rules: &DeskRules,
        actor: &Actor,
        draft: &Draft,
        now: Moment,
    ) -> Answered<Preview> {
        let by = (actor.person.0.as_str(), actor.role.code());
        self.at_desk(now, by, false, |desk| desk.preview(rules, actor, draft))
    }

    /// Previews several acts, each on its own.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn preview_all(
        &self,
        rules: &DeskRules,
        actor: &Actor,
        drafts: &[Draft],
        now: Moment,
    ) -> Result<Vec<Result<Preview, DeskRefusal>>, StoreError> {
        drafts.iter().map(|draft| self.preview(rules, actor, draft, now)).collect()
    }

    /// Edits one's own proposal; its earlier approvals are void.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn edit(
        &self,
        rules: &DeskRules,
        actor: &Actor,
        edit: &Edit,
        now: Moment,
    ) -> Answered<Proposal> {
        self.act(actor, now, |desk| {
            let (proposal, ..) = desk.edit(rules, actor, edit)?;
            desk.tell_of(&proposal, TrailEvent::Edited)?;
            Ok(proposal)
        })
    }

    /// Previews an edited proposal, up to its postings; nothing is written.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn preview_edit(
        &self,
        rules: &DeskRules,
        actor: &Actor,
        edit: &Edit,
        now: Moment,
    ) -> Answered<Preview> {
        let by = (actor.person.0.as_str(), actor.role.code());
        self.at_desk(now, by, false, |desk| {
            let (proposal, mut items, checked, limit) = desk.edit(rules, actor, edit)?;
            let postings = desk.book(&proposal, &mut items)?;
            Ok(Preview::of(&proposal, checked, limit, postings))
        })
    }

    /// Withdraws one's own proposal; the items return to the proposer.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn withdraw(
        &self,
        actor: &Actor,
        proposal_id: &str,
        digest: &str,
        now: Moment,
    ) -> Answered<()> {
        self.act(actor, now, |desk| {
            let proposal = desk.own_proposal(actor, proposal_id, digest)?;
            desk.end(proposal, ProposalState::Withdrawn, "")
        })
    }

    /// Rejects another's proposal, with a reason.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn send_back(
        &self,
        actor: &Actor,
        proposal_id: &str,
        digest: &str,
        why: &str,
        now: Moment,
    ) -> Answered<()> {
        self.act(actor, now, |desk| {
            may(actor.role, Permission::Approve)?;
            let proposal = desk.open_proposal(proposal_id, digest)?;
            if proposal.proposed_by == actor.person {
                return Err(DeskRefusal::SamePerson.into());
            }
            if why.trim().is_empty() {
                return Err(DeskRefusal::Nothing { what: EntityKind::Reason }.into());
            }
            desk.end(proposal, ProposalState::SentBack, why)
        })
    }

    /// Approves another's proposal as viewed; the books change in the same commit.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn approve(
        &self,
        rules: &DeskRules,
        actor: &Actor,
        proposal_id: &str,
        digest: &str,
        now: Moment,
    ) -> Answered<Approved> {
        self.act(actor, now, |desk| desk.approve(rules, actor, proposal_id, digest))
    }

    /// Approves several proposals, each with the digest of what was viewed; all or none.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn approve_all(
        &self,
        rules: &DeskRules,
        actor: &Actor,
        proposals: &[(String, String)],
        now: Moment,
    ) -> Answered<Vec<Approved>> {
        self.act(actor, now, |desk| {
            proposals.iter().map(|(id, digest)| desk.approve(rules, actor, id, digest)).collect()
        })
    }

    /// Decides at the command line, where the owner of the database acts alone: no second approval is needed,
    /// and the trail says `operator`.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if an item or a notice is not open, or the sums differ; nothing is then changed.
    pub fn resolve(
        &self,
        items: &[ItemId],
        act: &Act,
        by: &str,
        note: &str,
        now: Moment,
    ) -> Result<(), StoreError> {
        let done = self.at_desk(now, (by, OPERATOR), true, |desk| {
            let seen = desk.as_they_stand(items)?;
            let draft = Draft { items: seen, act: act.clone(), note: note.to_owned() };
            let (mut proposal, mut held) = desk.draw_up(&draft, &Person(by.to_owned()))?;
            proposal.state = ProposalState::Approved;
            desk.insert_proposal(&proposal, true)?;
            desk.remember_versions(&mut proposal, &held)?;
            desk.book(&proposal, &mut held)?;
            desk.tell_of(&proposal, TrailEvent::Resolved)
        })?;
        done.map_err(as_error)
    }
}

impl Desk<'_> {
    fn propose(&self, rules: &DeskRules, actor: &Actor, draft: &Draft) -> Result<Proposal, Stop> {
        may(actor.role, Permission::Propose)?;
        self.check_day(rules, &draft.act)?;
        let (mut proposal, mut items) = self.draw_up(draft, &actor.person)?;
        let limit = may_propose(rules, actor.role, &proposal.act, proposal.amount)?;
        proposal.approvals_needed = limit.approvals;
        self.insert_proposal(&proposal, false)?;
        for item in &mut items {
            if draft.act != Act::Reverse {
                item.stage = item.stage.after(Step::Propose)?;
            }
            item.pending = Some(proposal.proposal_id.clone());
            self.save(item)?;
        }
        self.remember_versions(&mut proposal, &items)?;
        self.tell_of(&proposal, TrailEvent::Proposed)?;
        Ok(proposal)
    }

    fn preview(&self, rules: &DeskRules, actor: &Actor, draft: &Draft) -> Result<Preview, Stop> {
        may(actor.role, Permission::Propose)?;
        self.check_day(rules, &draft.act)?;
        let (mut proposal, mut items) = self.draw_up(draft, &actor.person)?;
        let limit = may_propose(rules, actor.role, &proposal.act, proposal.amount)?;
        let checked = self.check(&proposal.act, &items)?;
        // The rehearsal takes every step, so that refusals of the books show here.
        self.insert_proposal(&proposal, true)?;
        self.remember_versions(&mut proposal, &items)?;
        let postings = self.book(&proposal, &mut items)?;
        Ok(Preview::of(&proposal, checked, limit, postings))
    }

    /// Replaces the act of one's own proposal; its items stay, with their versions incremented.
    fn edit<'r>(
        &self,
        rules: &'r DeskRules,
        actor: &Actor,
        Edit { proposal_id, digest, act, note }: &Edit,
    ) -> Result<(Proposal, Vec<Held>, Checked, &'r Limit), Stop> {
        let mut proposal = self.own_proposal(actor, proposal_id, digest)?;
        let mut items = self.items_of(&proposal)?;
        self.check_day(rules, act)?;
        let checked = self.check(act, &items)?;
        let limit = may_propose(rules, actor.role, act, checked.amount)?;
        // A reversal keeps its items where they are, so it cannot become another act, or another act a
        // reversal.
        if let Some(item) =
            items.first().filter(|_| (*act == Act::Reverse) != (proposal.act == Act::Reverse))
        {
            return Err(DeskRefusal::NotFrom { stage: item.stage, step: Step::Edit }.into());
        }
        proposal.revision += 1;
        proposal.act = act.clone();
        note.clone_into(&mut proposal.note);
        proposal.approvals_needed = limit.approvals;
        proposal.approvals.clear();
        self.save_proposal(&proposal)?;
        for item in &mut items {
            if item.stage == Stage::Proposed {
                item.stage = item.stage.after(Step::Edit)?;
            }
            self.save(item)?;
        }
        self.remember_versions(&mut proposal, &items)?;
        Ok((proposal, items, checked, limit))
    }

    /// Makes a proposal from a draft, checks everything, and loads its items.
    fn draw_up(&self, draft: &Draft, by: &Person) -> Result<(Proposal, Vec<Held>), Stop> {
        let items = self.take_up(draft)?;
        let checked = self.check(&draft.act, &items)?;
        let seen: Vec<Seen> = items.iter().map(Held::seen).collect();
        let proposal = Proposal {
            proposal_id: Proposal::id_of(&seen, &draft.act, &draft.note, by),
            revision: 1,
            items: seen,
            act: draft.act.clone(),
            note: draft.note.clone(),
            amount: checked.amount,
            proposed_by: by.clone(),
            proposed_at: self.now.at,
            proposer_renewed_by: self.renewed_by.clone(),
            approvals_needed: 0,
            approvals: Vec::new(),
            state: ProposalState::Open,
            ended: None,
        };
        Ok((proposal, items))
    }

    fn approve(
        &self,
        rules: &DeskRules,
        actor: &Actor,
        proposal_id: &str,
        digest: &str,
    ) -> Result<Approved, Stop> {
        let mut proposal = self.open_proposal(proposal_id, digest)?;
        proposal.may_approve(rules, actor)?;
        let (by, renewed_by) = (actor.person.clone(), self.renewed_by.clone());
        proposal.approvals.push(Approval { by, at: self.now.at, renewed_by });
        if proposal.needs_more() {
            self.save_proposal(&proposal)?;
            self.tell_of(&proposal, TrailEvent::ApprovedFirst)?;
            return Ok(Approved::NeedsAnother);
        }
        let mut items = self.items_of(&proposal)?;
        self.check(&proposal.act, &items)?;
        proposal.state = ProposalState::Approved;
        self.save_proposal(&proposal)?;
        self.book(&proposal, &mut items)?;
        let event =
            if proposal.act == Act::Reverse { TrailEvent::Reversed } else { TrailEvent::Approved };
        self.tell_of(&proposal, event)?;
        Ok(Approved::Booked)
    }

    /// Ends a proposal without approval; its items return to the proposer.
    fn end(&self, mut proposal: Proposal, state: ProposalState, why: &str) -> Result<(), Stop> {
        let (step, event) = if state == ProposalState::Withdrawn {
            (Step::Withdraw, TrailEvent::Withdrawn)
        } else {
            (Step::SendBack, TrailEvent::SentBack)
        };
        proposal.state = state;
        let by = Person(self.actor.to_owned());
        let by = Approval { by, at: self.now.at, renewed_by: self.renewed_by.clone() };
        proposal.ended = Some((by, why.to_owned()));
        self.save_proposal(&proposal)?;
        for item in &mut self.items_of(&proposal)? {
            if item.stage == Stage::Proposed {
                item.stage = item.stage.after(step)?;
                item.assignee = Some(proposal.proposed_by.0.clone());
            }
            item.pending = None;
            self.save(item)?;
        }
        self.tell_of(&proposal, event)
    }

    /// Adds a trail entry for every item of a proposal.
    fn tell_of(&self, proposal: &Proposal, event: TrailEvent) -> Result<(), Stop> {
        trail::next_turn(&self.tx.connection, self.tx.centre_id)?;
        let detail = serde_json::json!({
            "proposal": proposal.proposal_id,
            "revision": proposal.revision,
            "act": proposal.act,
            "amount": proposal.amount,
            "note": proposal.note,
            "why": proposal.ended.as_ref().map(|(_, why)| why),
        });
        let detail = detail.to_string();
        proposal
            .items
            .iter()
            .try_for_each(|item| self.tell(event.clone(), item.id.to_string(), &detail))
    }

    /// A detail, with the API token in use and the person who recently renewed the actor's access.
    fn with_whose_hands(&self, detail: &str) -> String {
        let renewed_by = self.renewed_by.as_ref().map(|by| by.0.as_str());
        let hands = [("token", self.token), ("renewed_by", renewed_by)];
        let hands = hands.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        let mut fields: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(detail).unwrap_or_default();
        let known = fields.len();
        fields.extend(hands.map(|(name, value)| (name.to_owned(), value.into())));
        // Unchanged if there is nothing to add, or the detail has other keys or is no JSON.
        if fields.len() == known {
            detail.to_owned()
        } else {
            serde_json::Value::Object(fields).to_string()
        }
    }

    fn tell(&self, event: TrailEvent, subject: String, detail: &str) -> Result<(), Stop> {
        let detail = self.with_whose_hands(detail);
        let entry = TrailEntry {
            at: self.now.at,
            actor: self.actor.to_owned(),
            role: self.role.to_owned(),
            event,
            subject,
            detail,
        };
        trail::append(&self.tx.connection, self.tx.centre_id, &entry)?;
        Ok(())
    }
}

/// A refusal as an error, for the command line and the night.
fn as_error(refusal: DeskRefusal) -> StoreError {
    StoreError::Refused(super::StoreRefusal::Act(Box::new(refusal)))
}

/// The sum of the items' amounts, if a proposal can be that large.
fn total(items: &[Held]) -> Result<Money, DeskRefusal> {
    let amount: Total = items.iter().map(|item| item.amount).sum();
    amount.money().ok_or(DeskRefusal::Amount { amount })
}
