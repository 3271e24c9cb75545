//! Proposals in the store: written, read back, listed.

use super::super::row::day_number;
use super::super::sql::{Row, params};
use super::super::tx::{Binder, Tx};
use super::super::{Store, StoreError};
use super::item::Held;
use super::{Desk, Stop};
use crate::remittance::{Money, Tally};
use crate::suspense::{
    Actor, Approval, DeskRefusal, EntityKind, ItemId, Person, Proposal, ProposalState, Seen,
};
use std::collections::BTreeMap;

/// Which proposals to list; a field that is `None` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProposalFilter {
    pub state: Option<ProposalState>,
    pub proposed_by: Option<Person>,
    /// Those about this item.
    pub item: Option<ItemId>,
    /// Only those proposed before this one; with its time, the last of the page before.
    pub before: Option<(i64, String)>,
}

const COLUMNS: &str = "p.proposal_id, p.revision, p.act, p.note, p.amount_fen, p.proposed_by,
        p.proposed_at, p.approvals_needed, p.first_by, p.first_at, p.second_by, p.second_at,
        p.state, p.ended_by, p.ended_at, p.ended_why, p.proposed_renewed_by, p.first_renewed_by,
        p.second_renewed_by
    from proposal p";

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

    /// Writes the versions that its items have now into a proposal; its digest follows.
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

    /// A proposal that waits for approval and is still what was looked at.
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

    /// The items of a proposal that waits, unchanged since it was proposed.
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
    let sql = format!("select {COLUMNS} where p.centre_id = ?1 and p.proposal_id = ?2");
    let mut select = tx.connection.prepare_cached(&sql)?;
    let found = select.query_row_optional(params![tx.centre_id, proposal_id], head)?;
    let found = found.map(|proposal| with_items(tx, vec![proposal])).transpose()?;
    Ok(found.into_iter().flatten().next())
}

/// Proposals with their items.
fn with_items(tx: &Tx, mut proposals: Vec<Proposal>) -> Result<Vec<Proposal>, StoreError> {
    let mut items: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    let id = |row: &mut Binder<'_, '_>, proposal: &Proposal| row.bind(&proposal.proposal_id);
    tx.ask(ITEMS, 1, &proposals, id, |row| {
        let id = ItemId { account_no: row.get(1)?, serial: row.get(2)? };
        let seen = Seen { id, version: row.get(3)? };
        items.entry(row.get(0)?).or_default().push(seen);
        Ok(())
    })?;
    for proposal in &mut proposals {
        proposal.items = items.remove(&proposal.proposal_id).unwrap_or_default();
    }
    Ok(proposals)
}

/// A proposal without its items.
fn head(row: &Row<'_>) -> Result<Proposal, StoreError> {
    let unknown = |column, found| StoreError::Unknown { table: "proposal", column, found };
    let act =
        serde_json::from_str(row.text(2)?).map_err(|error| unknown("act", error.to_string()))?;
    let person = |column| Ok::<_, StoreError>(row.get::<Option<String>>(column)?.map(Person));
    let approval = |by, at, renewed| -> Result<Option<Approval>, StoreError> {
        let (by, at, renewed_by) = (person(by)?, row.get::<Option<i64>>(at)?, renewed);
        Ok(by.map(|by| Approval { by, at: at.unwrap_or_default(), renewed_by }))
    };
    let state = row.text(12)?;
    Ok(Proposal {
        proposal_id: row.get(0)?,
        revision: row.get(1)?,
        items: Vec::new(),
        act,
        note: row.get(3)?,
        amount: Money::from_fen(row.get(4)?),
        proposed_by: Person(row.get(5)?),
        proposed_at: row.get(6)?,
        approvals_needed: u8::try_from(row.get::<i64>(7)?).unwrap_or(u8::MAX),
        proposer_renewed_by: person(16)?,
        approvals: [approval(8, 9, person(17)?)?, approval(10, 11, person(18)?)?]
            .into_iter()
            .flatten()
            .collect(),
        state: ProposalState::from_code(state).ok_or_else(|| unknown("state", state.to_owned()))?,
        ended: approval(13, 14, None)?.zip(Some(row.text(15)?.to_owned())),
    })
}

impl Store {
    /// One proposal.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn proposal(&self, proposal_id: &str) -> Result<Option<Proposal>, StoreError> {
        read(&Tx::open(self)?, proposal_id)
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
        let tx = Tx::open(self)?;
        let sql = format!(
            "select {COLUMNS} where p.centre_id = ?1
                and (cast(?2 as text) is null or p.state = ?2)
                and (cast(?3 as text) is null or p.proposed_by = ?3)
                and (cast(?4 as text) is null or exists (select 1 from proposal_item i
                    join collection_account a on a.centre_id = i.centre_id
                        and a.account_id = i.account_id
                    where i.centre_id = p.centre_id and i.proposal_id = p.proposal_id
                        and a.account_no = ?4 and i.serial = ?5))
                and (cast(?6 as bigint) is null or p.proposed_at < ?6
                    or (p.proposed_at = ?6 and p.proposal_id > ?7))
             order by p.proposed_at desc, p.proposal_id limit ?8"
        );
        let (at, id) = filter.before.clone().unzip();
        let item = filter.item.as_ref();
        let heads = tx.connection.prepare_cached(&sql)?.query_all(
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
            head,
        )?;
        with_items(&tx, heads)
    }

    /// How many proposals are in a state, and their sum: those of one person, or of all others.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn proposals_total(
        &self,
        state: ProposalState,
        by: &Person,
        others: bool,
    ) -> Result<Tally, StoreError> {
        let tx = Tx::open(self)?;
        let sql = "select count(*), cast(coalesce(sum(p.amount_fen), 0) as text) from proposal p
            where p.centre_id = ?1 and p.state = ?2
                and case when p.proposed_by = ?3 then 0 else 1 end = ?4";
        let key = params![tx.centre_id, state.code(), by.0, i64::from(others)];
        tx.connection.prepare_cached(sql)?.query_row(key, |row| {
            let count = row.get::<i64>(0)?.cast_unsigned();
            Ok(Tally { count, amount: row.get(1)? })
        })
    }
}
