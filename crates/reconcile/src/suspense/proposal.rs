//! A proposal: an act on its way from one person to another, and what an approval covers.
//!
//! Start at [`Proposal::digest`]: an approval names the digest of the proposal that was seen, so a later edit voids it.
//! [`Proposal::may_approve`] says whether somebody may approve; the store calls it, and the database refuses the same
//! person again by its own constraint.

use super::canonical::Canonical;
use super::{
    Act, Actor, DeskRefusal, DeskRules, EntityKind, ItemId, Limit, Permission, Person,
    ProposalState, Role, Seen,
};
use remittance::Money;

/// A proposed act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Derived from the first proposal and the versions of its items.
    pub proposal_id: String,
    /// Counts edits, from 1.
    pub revision: i64,
    pub items: Vec<Seen>,
    pub act: Act,
    pub note: String,
    /// The sum of its items, and what an advance balance adds.
    pub amount: Money,
    pub proposed_by: Person,
    pub proposed_at: i64,
    /// Who had recently renewed the proposer's access.
    pub proposer_renewed_by: Option<Person>,
    /// How many others must approve, by the rule at the time of the proposal.
    pub approvals_needed: u8,
    pub approvals: Vec<Approval>,
    pub state: ProposalState,
    /// Who sent it back or withdrew it, with the reason.
    pub ended: Option<(Approval, String)>,
}

/// Who decided, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub by: Person,
    pub at: i64,
    /// Who had recently renewed their access: password, second factor, role or token.
    pub renewed_by: Option<Person>,
}

impl Proposal {
    /// What an approval covers: the full proposal, and its author.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut text = Canonical::default();
        text.add(&self.proposal_id);
        text.add(&self.revision.to_string());
        text.content(&self.items, &self.act, &self.note, &self.proposed_by);
        text.add(&self.amount.fen().to_string());
        text.add(&self.approvals_needed.to_string());
        text.hex()
    }

    /// Its id, from its content: the items' versions make it different each time.
    #[must_use]
    pub fn id_of(items: &[Seen], act: &Act, note: &str, by: &Person) -> String {
        let mut text = Canonical::default();
        text.content(items, act, note, by);
        let mut id = text.hex();
        id.truncate(ID_DIGITS);
        id
    }

    #[must_use]
    pub fn item_ids(&self) -> Vec<ItemId> {
        self.items.iter().map(|seen| seen.id.clone()).collect()
    }

    /// Whether somebody may approve it.
    ///
    /// # Errors
    /// [`DeskRefusal`] with the reason.
    pub fn may_approve(&self, rules: &DeskRules, actor: &Actor) -> Result<(), DeskRefusal> {
        may(actor.role, Permission::Approve)?;
        let limit = limit(rules, &self.act, self.amount)?;
        within(limit, &limit.approve, actor.role, self.amount)?;
        let approved = self.approvals.iter().any(|approval| approval.by == actor.person);
        if actor.person == self.proposed_by || approved {
            return Err(DeskRefusal::SamePerson);
        }
        Ok(())
    }

    /// Whether it needs another approval.
    #[must_use]
    pub fn needs_more(&self) -> bool {
        self.approvals.len() < usize::from(self.approvals_needed)
    }
}

/// Refuses what the role may never do.
///
/// # Errors
/// [`DeskRefusal::MayNot`].
pub fn may(role: Role, permission: Permission) -> Result<(), DeskRefusal> {
    if role.may(permission) { Ok(()) } else { Err(DeskRefusal::MayNot { role, permission }) }
}

/// The limit for proposing an act over an amount.
///
/// # Errors
/// [`DeskRefusal`] if the role may not propose it.
pub fn may_propose<'r>(
    rules: &'r DeskRules,
    role: Role,
    act: &Act,
    amount: Money,
) -> Result<&'r Limit, DeskRefusal> {
    may(role, Permission::Propose)?;
    let limit = limit(rules, act, amount)?;
    within(limit, &limit.propose, role, amount)?;
    Ok(limit)
}

fn limit<'r>(rules: &'r DeskRules, act: &Act, amount: Money) -> Result<&'r Limit, DeskRefusal> {
    // The rules have a limit for every act and amount (`rulebook/desk.rs`).
    let none = || DeskRefusal::NoSuch { what: EntityKind::Limit, id: act.kind().code().to_owned() };
    rules.limit(act.kind(), amount).ok_or_else(none)
}

fn within(limit: &Limit, roles: &[Role], role: Role, amount: Money) -> Result<(), DeskRefusal> {
    if roles.contains(&role) {
        return Ok(());
    }
    Err(DeskRefusal::Limit { rule: limit.id.clone(), role, amount })
}

/// Hex digits of an id: 80 bits, enough for the proposals of all centres.
const ID_DIGITS: usize = 20;

impl Canonical {
    fn content(&mut self, items: &[Seen], act: &Act, note: &str, by: &Person) {
        for seen in items {
            self.add(&seen.id.to_string());
            self.add(&seen.version.to_string());
        }
        self.act(act);
        self.add(note);
        self.add(&by.0);
    }

    fn act(&mut self, act: &Act) {
        self.add(act.kind().code());
        match act {
            Act::Settle { notices, from_advance } => {
                notices.iter().for_each(|one| self.add(&one.to_string()));
                // Older records without this field keep their digest.
                if let Some(amount) = from_advance {
                    self.add("from-advance");
                    self.add(&amount.fen().to_string());
                }
            }
            Act::Split { shares, rest_to } => {
                for share in shares {
                    self.add(&share.item.to_string());
                    self.add(&share.notice.to_string());
                    self.add(&share.amount.fen().to_string());
                }
                self.add(rest_to.as_deref().unwrap_or_default());
            }
            Act::Advance { employer_id } => self.add(employer_id.as_deref().unwrap_or_default()),
            Act::CorrectReference { reference } => self.add(&reference.to_string()),
            Act::WaitUntil { day } => self.add(&day.to_string()),
            Act::TakeBack { credit } => self.add(&credit.to_string()),
            Act::Refund | Act::NotOurs | Act::Reverse => {}
        }
    }
}
