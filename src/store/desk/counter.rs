//! What two persons do at the counter: one asks, another approves, and the books move in the approval's commit.
//!
//! Start at [`Store::ask_counter`] and [`Store::approve_counter`]. A request is never edited, so its id is what an
//! approval is bound to. What it would do is rehearsed in memory ([`Books::rehearse`]) whenever it is looked at.
//!
//! Invariant: both persons in the books' log are those of the request, and they differ; an open request has changed
//! nothing.

use super::super::{Store, StoreError, trail};
use super::{Answered, Desk, Stop};
use crate::remittance::{self, Applied, Change, Money, Policy};
use crate::store::database::columns::columns;
use crate::store::database::row::unknown;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::operations::Books;
use crate::suspense::trail::TrailEvent;
use crate::suspense::{
    Actor, CounterOperation, CounterRequest, DeskRefusal, EntityKind, Moment, Permission, Person,
    ProposalState, may,
};
use chrono::NaiveDate;
use std::sync::Arc;

/// What must not be; with the sentence that names it.
pub(in crate::store) const ORPHANS: [(&str, &str); 1] = [(
    "counter operation that no second person approved",
    "select count(*) from counter_request where centre_id = ?1 and state = 'approved'
        and (decided_by is null or decided_by = asked_by)",
)];

const REQUESTS: &str = "from counter_request
    where centre_id = ?1 and (?2 = '' or request_id = ?2)
        and (?3 = 0 or (?3 = 1 and state = 'open') or (?3 = 2 and state <> 'open'))
    order by case when ?3 = 2 then -decided_at else asked_at end, request_id limit ?4";

columns! {
    /// A request as its row holds it.
    struct RequestColumns {
        request_id: String,
        operation: String,
        asked_by: Person,
        asked_at: i64,
        state: String,
        note: String,
        decided_by: Option<Person>,
        decided_at: Option<i64>,
        asked_renewed_by: Option<Person>,
        decided_renewed_by: Option<Person>,
    }
}

const INSERT: &str = "insert into counter_request
        (centre_id, request_id, operation, asked_by, asked_at, state, note, asked_renewed_by)
    values (?1, ?2, ?3, ?4, ?5, 'open', '', ?6)";

const DECIDE: &str =
    "update counter_request set state = ?3, note = ?4, decided_by = ?5, decided_at = ?6,
        decided_renewed_by = ?7
    where centre_id = ?1 and request_id = ?2";

/// More than wait at any counter.
const OPEN_MAX: i64 = 1_000;

/// A request as it is listed; `would` is what it would do today, where it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterRow {
    pub request: CounterRequest,
    pub would: Option<Result<CounterEffect, remittance::Refusal>>,
}

/// What a request would do: each line that the log would get, as before and after, and its money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CounterEffect {
    pub lines: Vec<(String, String, Option<Money>)>,
}

impl Store {
    /// Asks for an operation that two persons do; refused at once where the books would refuse it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn ask_counter(
        &self,
        policy: Arc<Policy>,
        actor: &Actor,
        operation: CounterOperation,
        now: Moment,
    ) -> Answered<String> {
        self.act(actor, now, |desk| {
            may(actor.role, Permission::Propose)?;
            let operation = operation.unsigned();
            let body = serde_json::to_string(&operation).map_err(|_| StoreError::Writer)?;
            let request_id = CounterRequest::id_of(&body, &actor.person, now.at);
            let same = |open: &CounterRequest| {
                open.operation.signed(now.on, "", "") == operation.signed(now.on, "", "")
            };
            if requests(desk.tx, "", 1, OPEN_MAX)?.iter().any(same) {
                return Err(DeskRefusal::Twice {
                    what: EntityKind::CounterOperation,
                    id: request_id,
                }
                .into());
            }
            rehearse(desk.tx, policy, &operation, &actor.person, now.on)?
                .map_err(StoreError::Domain)?;
            let (by, centre) = (&actor.person.0, desk.tx.centre_id);
            let renewed_by = desk.renewed_by.as_ref().map(|by| by.0.clone());
            let values = params![centre, request_id, body, by, now.at, renewed_by];
            desk.tx.connection.prepare_cached(INSERT)?.execute(values)?;
            desk.tell_counter(TrailEvent::CounterAsked, &request_id, &operation, "")?;
            Ok(request_id)
        })
    }

    /// Approves another's request; the operation is done in the same commit, in both names.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn approve_counter(
        &self,
        policy: Arc<Policy>,
        actor: &Actor,
        request_id: &str,
        now: Moment,
    ) -> Answered<()> {
        self.act(actor, now, |desk| {
            let request = desk.request_of_another(actor, request_id)?;
            let signed = request.operation.signed(now.on, &request.asked_by.0, &actor.person.0);
            let done = Books::new(desk.tx, policy).apply(&signed, 1)?;
            done.map_err(StoreError::Domain)?;
            // Notices and balances are others now: what was judged or drawn meanwhile is looked at again.
            trail::rebuild_epoch(&desk.tx.connection, desk.tx.centre_id)?;
            trail::next_turn(&desk.tx.connection, desk.tx.centre_id)?;
            desk.end_request(&request, ProposalState::Approved, "", TrailEvent::CounterApproved)
        })
    }

    /// Says no to another's request, and why; nothing of it is done.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn send_back_counter(
        &self,
        actor: &Actor,
        request_id: &str,
        why: &str,
        now: Moment,
    ) -> Answered<()> {
        self.act(actor, now, |desk| {
            let request = desk.request_of_another(actor, request_id)?;
            if why.trim().is_empty() {
                return Err(DeskRefusal::Nothing { what: EntityKind::Reason }.into());
            }
            desk.end_request(&request, ProposalState::SentBack, why, TrailEvent::CounterSentBack)
        })
    }

    /// Takes one's own request back.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn withdraw_counter(&self, actor: &Actor, request_id: &str, now: Moment) -> Answered<()> {
        self.act(actor, now, |desk| {
            may(actor.role, Permission::Propose)?;
            let request = desk.open_request(request_id)?;
            if request.asked_by != actor.person {
                return Err(DeskRefusal::NotYours { proposed_by: request.asked_by }.into());
            }
            desk.end_request(&request, ProposalState::Withdrawn, "", TrailEvent::CounterWithdrawn)
        })
    }

    /// What waits, oldest first, each with what it would do on that day.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn open_counter(
        &self,
        policy: &Arc<Policy>,
        on: NaiveDate,
    ) -> Result<Vec<CounterRow>, StoreError> {
        let tx = self.reading()?;
        let rows = requests(&tx, "", 1, OPEN_MAX)?.into_iter().map(|request| {
            let by = &request.asked_by;
            let would = rehearse(&tx, Arc::clone(policy), &request.operation, by, on)?;
            Ok(CounterRow { request, would: Some(would.map(|applied| effect(&applied))) })
        });
        rows.collect()
    }

    /// Whether there is such a request.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn has_counter(&self, request_id: &str) -> Result<bool, StoreError> {
        let tx = self.reading()?;
        Ok(!request_id.is_empty() && !requests(&tx, request_id, 0, 1)?.is_empty())
    }

    /// What was decided, latest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn decided_counter(&self, most: u32) -> Result<Vec<CounterRow>, StoreError> {
        let rows = requests(&*self.reading()?, "", 2, i64::from(most))?;
        Ok(rows.into_iter().map(|request| CounterRow { request, would: None }).collect())
    }
}

impl Desk<'_> {
    fn open_request(&self, request_id: &str) -> Result<CounterRequest, Stop> {
        let none = || DeskRefusal::NoSuch {
            what: EntityKind::CounterOperation,
            id: request_id.to_owned(),
        };
        if request_id.is_empty() {
            return Err(none().into());
        }
        let request = requests(self.tx, request_id, 0, 1)?.pop().ok_or_else(none)?;
        if request.state != ProposalState::Open {
            let (proposal_id, state) = (request.request_id, request.state);
            return Err(DeskRefusal::Closed { proposal_id, state }.into());
        }
        Ok(request)
    }

    /// A request that waits, for whoever may decide it: another person than asked.
    fn request_of_another(&self, actor: &Actor, request_id: &str) -> Result<CounterRequest, Stop> {
        may(actor.role, Permission::Approve)?;
        let request = self.open_request(request_id)?;
        if request.asked_by == actor.person {
            return Err(DeskRefusal::SamePerson.into());
        }
        Ok(request)
    }

    fn end_request(
        &self,
        request: &CounterRequest,
        state: ProposalState,
        why: &str,
        event: TrailEvent,
    ) -> Result<(), Stop> {
        let (centre, id) = (self.tx.centre_id, &request.request_id);
        let renewed_by = self.renewed_by.as_ref().map(|by| by.0.clone());
        let values = params![centre, id, state.code(), why, self.actor, self.now.at, renewed_by];
        self.tx.connection.prepare_cached(DECIDE)?.execute(values)?;
        self.tell_counter(event, id, &request.operation, why)
    }

    /// The trail has the employer and no name, no document's number: they stand in the request.
    fn tell_counter(
        &self,
        event: TrailEvent,
        request_id: &str,
        operation: &CounterOperation,
        why: &str,
    ) -> Result<(), Stop> {
        let detail = serde_json::json!({
            "counter": operation.code(),
            "employer": operation.employer_id(),
            "why": why,
        });
        self.tell(event, request_id.to_owned(), &detail.to_string())
    }
}

/// Does an operation in memory, in the name of whoever asked and of another who is not known yet.
fn rehearse(
    tx: &Tx,
    policy: Arc<Policy>,
    operation: &CounterOperation,
    by: &Person,
    on: NaiveDate,
) -> Result<Result<Applied, remittance::Refusal>, StoreError> {
    let signed = operation.signed(on, &by.0, &format!("not {by}"));
    Books::new(tx, policy).rehearse(&signed)
}

fn effect(applied: &Applied) -> CounterEffect {
    let mut effect = CounterEffect::default();
    for change in &applied.changes {
        let Change::Log(put) = change else { continue };
        let Some(entry) = &put.after else { continue };
        let (before, after) = entry
            .counter
            .as_ref()
            .map(|counter| (counter.before.clone(), counter.after.clone()))
            .unwrap_or_default();
        effect.lines.push((before, after, entry.amount));
    }
    effect
}

/// `which`: 0 for all, 1 for those that wait, 2 for those that are decided.
fn requests(
    tx: &Tx,
    request_id: &str,
    which: i64,
    most: i64,
) -> Result<Vec<CounterRequest>, StoreError> {
    let values = params![tx.centre_id, request_id, which, most];
    let found: Vec<RequestColumns> = tx.connection.select_all(REQUESTS, values)?;
    found.into_iter().map(RequestColumns::request).collect()
}

impl RequestColumns {
    fn request(self) -> Result<CounterRequest, StoreError> {
        let operation = serde_json::from_str(&self.operation)
            .map_err(|error| unknown("counter_request", "operation", error.to_string()))?;
        let state = ProposalState::from_code(&self.state)
            .ok_or_else(|| unknown("counter_request", "state", &self.state))?;
        Ok(CounterRequest {
            request_id: self.request_id,
            operation,
            asked_by: self.asked_by,
            asked_at: self.asked_at,
            state,
            note: self.note,
            decided: self.decided_by.zip(self.decided_at),
            asked_renewed_by: self.asked_renewed_by,
            decided_renewed_by: self.decided_renewed_by,
        })
    }
}
