//! Two-person operations at the counter: one person requests, another approves, and the books change in the
//! commit of the approval.
//!
//! Start at [`Store::ask_counter`] and [`Store::approve_counter`]. A request is never edited, so an approval
//! refers to its id. Its effect is rehearsed in memory ([`Books::rehearse`]) whenever it is viewed.
//!
//! Invariant: the books' log names the two persons of the request, and they differ; an open request has changed
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

/// A query that counts violations; with the sentence that names them.
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
    /// The row of a request.
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

/// More than any counter has pending.
const OPEN_MAX: i64 = 1_000;

/// A request in a list; `would` is its effect as of today, if it is pending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterRow {
    pub request: CounterRequest,
    pub would: Option<Result<CounterEffect, remittance::Refusal>>,
}

/// The effect of a request: each log line with values before and after, and the money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CounterEffect {
    pub lines: Vec<(String, String, Option<Money>)>,
}

impl Store {
    /// Requests a two-person operation; refused at once if the books would refuse it.
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

    /// Approves another's request; the operation is done in the same commit, under both names.
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
            // Notices and balances have changed: concurrent runs and cached indexes must be refreshed.
            trail::rebuild_epoch(&desk.tx.connection, desk.tx.centre_id)?;
            trail::next_turn(&desk.tx.connection, desk.tx.centre_id)?;
            desk.end_request(&request, ProposalState::Approved, "", TrailEvent::CounterApproved)
        })
    }

    /// Rejects another's request, with a reason.
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

    /// Withdraws one's own request.
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

    /// The pending requests, oldest first, each with its effect as of that day.
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

    /// Whether the request exists.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn has_counter(&self, request_id: &str) -> Result<bool, StoreError> {
        let tx = self.reading()?;
        Ok(!request_id.is_empty() && !requests(&tx, request_id, 0, 1)?.is_empty())
    }

    /// The decided requests, latest first.
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

    /// A pending request, for a person other than the requester.
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

    /// The trail has the employer, but no name and no document number: these are in the request.
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

/// Rehearses an operation in memory, under the requester's name and a yet unknown approver's.
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

/// `which`: 0 for all, 1 for pending, 2 for decided.
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
