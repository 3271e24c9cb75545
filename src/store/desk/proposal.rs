//! Stores, reads and lists proposals.

use super::super::{Store, StoreError};
use super::item::Held;
use super::{Desk, Stop};
use crate::remittance::{Money, Tally};
use crate::store::database::columns::columns;
use crate::store::database::row::day_number;
use crate::store::database::sql::params;
use crate::store::database::tx::{Binder, Tx};
use crate::suspense::{
    Actor, Approval, DeskRefusal, EntityKind, ItemId, Person, Proposal, ProposalState, Seen,
};
use std::collections::BTreeMap;

/// Which proposals to list; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProposalFilter {
    pub state: Option<ProposalState>,
    pub proposed_by: Option<Person>,
    /// Those about this item.
    pub item: Option<ItemId>,
    /// Only those proposed before this one: time and id of the last row of the previous page.
    pub before: Option<(i64, String)>,
}

columns! {
    /// The row of a proposal `p`.
    struct ProposalColumns of "p" {
        proposal_id: String,
        revision: i64,
        act: String,
        note: String,
        amount_fen: Money,
        proposed_by: Person,
        proposed_at: i64,
        approvals_needed: i64,
        first_by: Option<Person>,
        first_at: Option<i64>,
        second_by: Option<Person>,
        second_at: Option<i64>,
        state: String,
        ended_by: Option<Person>,
        ended_at: Option<i64>,
        ended_why: String = "coalesce(p.ended_why, '')",
        proposed_renewed_by: Option<Person>,
        first_renewed_by: Option<Person>,
        second_renewed_by: Option<Person>,
    }
}

/// The items of proposals; the list's one column is the proposal.
const ITEMS: &str = "
    select i.proposal_id, a.account_no, i.serial, i.version
    from (values …) v cross join proposal_item i
    join collection_account a using (centre_id, account_id)
    where i.centre_id = ?1 and i.proposal_id = v.column1
    order by i.proposal_id, i.position";

const INSERT: &str =
    "insert into proposal (centre_id, proposal_id, revision, digest, kind, act, note,
        amount_fen, state, operator, proposed_by, proposed_at, approvals_needed, decided_on, proposed_renewed_by)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";

const INSERT_ITEM: &str = "insert into proposal_item
        (centre_id, proposal_id, account_id, serial, booked_on, position, version, amount_fen)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    on conflict (centre_id, proposal_id, account_id, serial)
        do update set version = excluded.version";

const SAVE: &str = "update proposal set revision = ?3, digest = ?4, kind = ?5, act = ?6, note = ?7,
        state = ?8, approvals_needed = ?9, first_by = ?10, first_at = ?11, second_by = ?12,
        second_at = ?13, ended_by = ?14, ended_at = ?15, ended_why = ?16, decided_on = ?17,
        first_renewed_by = ?18, second_renewed_by = ?19
    where centre_id = ?1 and proposal_id = ?2";

impl Desk<'_> {
    pub(super) fn insert_proposal(&self, proposal: &Proposal, operator: bool) -> Result<(), Stop> {
        let decided_on = operator.then(|| self.on());
        self.tx.connection.prepare_cached(INSERT)?.execute(params![
            self.tx.centre_id,
            proposal.proposal_id,
            proposal.revision,
            proposal.digest(),
            proposal.act.kind().code(),
            act_json(proposal)?,
            proposal.note,
            proposal.amount.fen(),
            proposal.state.code(),
            i64::from(operator),
            proposal.proposed_by.0,
            proposal.proposed_at,
            i64::from(proposal.approvals_needed),
            decided_on,
            renewer(&proposal.proposer_renewed_by)
        ])?;
        Ok(())
    }

    /// Stores the current versions of its items in a proposal, and updates its digest.
    pub(super) fn remember_versions(
        &self,
        proposal: &mut Proposal,
        items: &[Held],
    ) -> Result<(), Stop> {
        let mut insert = self.tx.connection.prepare_cached(INSERT_ITEM)?;
        for (position, item) in (1_i64..).zip(items) {
            insert.execute(params![
                self.tx.centre_id,
                proposal.proposal_id,
                item.account_id,
                item.id.serial,
                item.booked_on,
                position,
                item.version,
                item.amount.fen()
            ])?;
        }
        proposal.items = items.iter().map(Held::seen).collect();
        self.save_proposal(proposal)
    }

    pub(super) fn save_proposal(&self, proposal: &Proposal) -> Result<(), Stop> {
        let approval = |index: usize| proposal.approvals.get(index);
        let ended = proposal.ended.as_ref();
        let decided = proposal.state == ProposalState::Approved;
        self.tx.connection.prepare_cached(SAVE)?.execute(params![
            self.tx.centre_id,
            proposal.proposal_id,
            proposal.revision,
            proposal.digest(),
            proposal.act.kind().code(),
            act_json(proposal)?,
            proposal.note,
            proposal.state.code(),
            i64::from(proposal.approvals_needed),
            approval(0).map(|approval| approval.by.0.clone()),
            approval(0).map(|approval| approval.at),
            approval(1).map(|approval| approval.by.0.clone()),
            approval(1).map(|approval| approval.at),
            ended.map(|(ended, _)| ended.by.0.clone()),
            ended.map(|(ended, _)| ended.at),
            ended.map(|(_, why)| why.clone()),
            decided.then(|| day_number(self.now.on)),
            approval(0).and_then(|approval| renewer(&approval.renewed_by)),
            approval(1).and_then(|approval| renewer(&approval.renewed_by))
        ])?;
        Ok(())
    }

    pub(super) fn proposal(&self, proposal_id: &str) -> Result<Proposal, Stop> {
        let found = read(self.tx, proposal_id)?;
        let id = proposal_id.to_owned();
        found.ok_or_else(|| DeskRefusal::NoSuch { what: EntityKind::Proposal, id }.into())
    }

    /// A pending proposal, if it is still the viewed version.
    pub(super) fn open_proposal(&self, proposal_id: &str, digest: &str) -> Result<Proposal, Stop> {
        let proposal = self.proposal(proposal_id)?;
        let proposal_id = proposal.proposal_id.clone();
        if proposal.state != ProposalState::Open {
            return Err(DeskRefusal::Closed { proposal_id, state: proposal.state }.into());
        }
        if proposal.digest() != digest {
            return Err(DeskRefusal::Edited { proposal_id }.into());
        }
        Ok(proposal)
    }

    pub(super) fn own_proposal(
        &self,
        actor: &Actor,
        proposal_id: &str,
        digest: &str,
    ) -> Result<Proposal, Stop> {
        let proposal = self.open_proposal(proposal_id, digest)?;
        if proposal.proposed_by != actor.person {
            return Err(DeskRefusal::NotYours { proposed_by: proposal.proposed_by }.into());
        }
        Ok(proposal)
    }

    /// The items of a pending proposal, unchanged since it was proposed.
    pub(super) fn items_of(&self, proposal: &Proposal) -> Result<Vec<Held>, Stop> {
        proposal.items.iter().map(|seen| self.fresh(seen)).collect()
    }
}

fn renewer(person: &Option<Person>) -> Option<String> {
    person.as_ref().map(|person| person.0.clone())
}

fn act_json(proposal: &Proposal) -> Result<String, StoreError> {
    serde_json::to_string(&proposal.act).map_err(|_| StoreError::Writer)
}

fn read(tx: &Tx, proposal_id: &str) -> Result<Option<Proposal>, StoreError> {
    let from = "from proposal p where p.centre_id = ?1 and p.proposal_id = ?2";
    let key = params![tx.centre_id, proposal_id];
    let found: Option<ProposalColumns> = tx.connection.select_optional(from, key)?;
    let found = found.map(|head| with_items(tx, vec![head.proposal()?])).transpose()?;
    Ok(found.into_iter().flatten().next())
}

/// Proposals with their items.
fn with_items(tx: &Tx, mut proposals: Vec<Proposal>) -> Result<Vec<Proposal>, StoreError> {
    let mut items: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    let id = |row: &mut Binder<'_, '_>, proposal: &Proposal| row.bind(&proposal.proposal_id);
    tx.ask(ITEMS, &proposals, id, |row| {
        let (proposal_id, id, version) = row.read()?;
        items.entry(proposal_id).or_default().push(Seen { id, version });
        Ok(())
    })?;
    for proposal in &mut proposals {
        proposal.items = items.remove(&proposal.proposal_id).unwrap_or_default();
    }
    Ok(proposals)
}

impl ProposalColumns {
    /// The proposal without its items.
    fn proposal(self) -> Result<Proposal, StoreError> {
        let unknown = |column, found| StoreError::Unknown { table: "proposal", column, found };
        let act =
            serde_json::from_str(&self.act).map_err(|error| unknown("act", error.to_string()))?;
        let approval = |by: Option<Person>, at: Option<i64>, renewed_by| {
            by.map(|by| Approval { by, at: at.unwrap_or_default(), renewed_by })
        };
        let state = ProposalState::from_code(&self.state)
            .ok_or_else(|| unknown("state", self.state.clone()))?;
        Ok(Proposal {
            proposal_id: self.proposal_id,
            revision: self.revision,
            items: Vec::new(),
            act,
            note: self.note,
            amount: self.amount_fen,
            proposed_by: self.proposed_by,
            proposed_at: self.proposed_at,
            approvals_needed: u8::try_from(self.approvals_needed).unwrap_or(u8::MAX),
            proposer_renewed_by: self.proposed_renewed_by,
            approvals: [
                approval(self.first_by, self.first_at, self.first_renewed_by),
                approval(self.second_by, self.second_at, self.second_renewed_by),
            ]
            .into_iter()
            .flatten()
            .collect(),
            state,
            ended: approval(self.ended_by, self.ended_at, None).zip(Some(self.ended_why)),
        })
    }
}

impl Store {
    /// One proposal.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn proposal(&self, proposal_id: &str) -> Result<Option<Proposal>, StoreError> {
        read(&*self.reading()?, proposal_id)
    }

    /// A page of proposals, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn proposals(
        &self,
        filter: &ProposalFilter,
        limit: u32,
    ) -> Result<Vec<Proposal>, StoreError> {
        let tx = self.reading()?;
        let from = "from proposal p where p.centre_id = ?1
                and (cast(?2 as text) is null or p.state = ?2)
                and (cast(?3 as text) is null or p.proposed_by = ?3)
                and (cast(?4 as text) is null or exists (select 1 from proposal_item i
                    join collection_account a on a.centre_id = i.centre_id
                        and a.account_id = i.account_id
                    where i.centre_id = p.centre_id and i.proposal_id = p.proposal_id
                        and a.account_no = ?4 and i.serial = ?5))
                and (cast(?6 as bigint) is null or p.proposed_at < ?6
                    or (p.proposed_at = ?6 and p.proposal_id > ?7))
             order by p.proposed_at desc, p.proposal_id limit ?8";
        let (at, id) = filter.before.clone().unzip();
        let item = filter.item.as_ref();
        let heads: Vec<ProposalColumns> = tx.connection.select_all(
            from,
            params![
                tx.centre_id,
                filter.state.map(|state| state.code().to_owned()),
                filter.proposed_by.as_ref().map(|by| by.0.clone()),
                item.map(|item| item.account_no.clone()),
                item.map(|item| item.serial.clone()),
                at,
                id,
                i64::from(limit)
            ],
        )?;
        let heads = heads.into_iter().map(ProposalColumns::proposal);
        with_items(&tx, heads.collect::<Result<_, _>>()?)
    }

    /// The number and sum of proposals in a state: those of one person, or of all others.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn proposals_total(
        &self,
        state: ProposalState,
        by: &Person,
        others: bool,
    ) -> Result<Tally, StoreError> {
        let tx = self.reading()?;
        let sql = "select count(*), cast(coalesce(sum(p.amount_fen), 0) as text) from proposal p
            where p.centre_id = ?1 and p.state = ?2
                and case when p.proposed_by = ?3 then 0 else 1 end = ?4";
        let key = params![tx.centre_id, state.code(), by.0, i64::from(others)];
        let (count, amount) = tx.connection.fetch_one(sql, key)?;
        Ok(Tally { count, amount })
    }
}
