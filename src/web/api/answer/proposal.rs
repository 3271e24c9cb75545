//! Proposals: an act as it is drafted, previewed, proposed and approved.

use super::suspense::Posting;
use crate::remittance::Money;
use crate::store::{self, Approved as DomainApproved};
use crate::suspense::{self, Person};
use crate::web::api::value::{Amount, Day, Instant, ItemId, Month, ProposalState, Reference};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, openapi::Ref};

/// An item as somebody saw it; an act on an older version is refused with 409.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seen {
    id: ItemId,
    version: i64,
}

/// A part of an item's money that pays for a notice.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Share {
    #[schema(value_type = Amount)]
    amount: Money,
    item: ItemId,
    notice: Reference,
}

/// What staff may decide.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Act {
    Settle {
        /// What the employer's advance balance adds, in yuan; for one notice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<Amount>)]
        from_advance: Option<Money>,
        notices: Vec<Reference>,
    },
    Split {
        #[schema(required)]
        rest_to: Option<String>,
        shares: Vec<Share>,
    },
    Advance {
        #[schema(required)]
        employer_id: Option<String>,
    },
    Refund,
    CorrectReference {
        reference: Reference,
    },
    NotOurs,
    TakeBack {
        credit: ItemId,
    },
    WaitUntil {
        day: Day,
    },
    Reverse,
}

/// An act with the items it is about, as they were seen, and why.
#[derive(Deserialize)]
// No deny_unknown_fields beside flatten: serde would count the act's own fields as unknown.
pub(crate) struct Draft {
    items: Vec<Seen>,
    #[serde(flatten)]
    act: Act,
    #[serde(default)]
    note: String,
}

/// What an act would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Preview {
    amount: Amount,
    approvals_needed: u8,
    items: Vec<ItemId>,
    notices: Vec<PreviewNotice>,
    postings: Vec<Posting>,
    rest: Vec<Rest>,
    rule: String,
}

/// A notice that an act settles, or opens again.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviewNotice {
    amount: Amount,
    employer: String,
    employer_id: String,
    month: Month,
    reference: Reference,
}

/// What an item leaves over for an advance balance.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rest {
    amount: Amount,
    item: ItemId,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Proposal {
    act: Act,
    amount: Amount,
    approvals: Vec<Approval>,
    approvals_needed: u8,
    /// What an approval is bound to; an edit makes it another one.
    digest: String,
    #[schema(required)]
    ended: Option<End>,
    items: Vec<Seen>,
    note: String,
    proposal_id: String,
    proposed_at: Instant,
    proposed_by: String,
    /// Who had renewed the proposer's password, second factor, role or token a short while before
    /// (rules/desk.toml); null for nobody.
    #[schema(required)]
    proposer_renewed_by: Option<String>,
    revision: i64,
    state: ProposalState,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Approval {
    at: Instant,
    by: String,
    /// Who had renewed the approver's access a short while before; null for nobody.
    #[schema(required)]
    renewed_by: Option<String>,
}

/// Who sent a proposal back or took it back, and why.
#[derive(Serialize, ToSchema)]
pub(crate) struct End {
    at: Instant,
    by: String,
    why: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Approved {
    approved: Approving,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Approving {
    Booked,
    NeedsAnother,
}

// Written by hand: each act's schema plus the draft's own fields. A schema of two parts would not work, since
// neither part allows the fields of the other.
impl PartialSchema for Draft {
    fn schema() -> RefOr<Schema> {
        let seen = Ref::from_schema_name(Seen::name());
        let RefOr::T(Schema::OneOf(mut acts)) = Act::schema() else { return Act::schema() };
        for act in &mut acts.items {
            if let RefOr::T(Schema::Object(act)) = act {
                let items = ArrayBuilder::new().items(seen.clone());
                let note = ObjectBuilder::new().schema_type(Type::String);
                act.properties.insert("items".to_owned(), items.into());
                act.properties.insert("note".to_owned(), note.into());
                act.required.push("items".to_owned());
            }
        }
        let about = "An act with the items it is about, as they were seen, and why.";
        acts.description = Some(about.to_owned());
        Schema::OneOf(acts).into()
    }
}

impl ToSchema for Draft {
    fn schemas(found: &mut Vec<(String, RefOr<Schema>)>) {
        found.push((Seen::name().into_owned(), Seen::schema()));
        Seen::schemas(found);
        Act::schemas(found);
    }
}

impl From<&suspense::Seen> for Seen {
    fn from(seen: &suspense::Seen) -> Self {
        Self { id: ItemId::from(&seen.id), version: seen.version }
    }
}

impl From<Seen> for suspense::Seen {
    fn from(seen: Seen) -> Self {
        Self { id: seen.id.0, version: seen.version }
    }
}

impl From<suspense::Share> for Share {
    fn from(share: suspense::Share) -> Self {
        Self { amount: share.amount, item: ItemId(share.item), notice: share.notice.into() }
    }
}

impl From<Share> for suspense::Share {
    fn from(share: Share) -> Self {
        Self { item: share.item.0, notice: share.notice.0, amount: share.amount }
    }
}

impl From<suspense::Act> for Act {
    fn from(act: suspense::Act) -> Self {
        use suspense::Act as A;
        match act {
            A::Settle { notices, from_advance } => {
                let notices = notices.into_iter().map(Reference).collect();
                Self::Settle { from_advance, notices }
            }
            A::Split { shares, rest_to } => {
                let shares = shares.into_iter().map(Share::from).collect();
                Self::Split { rest_to, shares }
            }
            A::Advance { employer_id } => Self::Advance { employer_id },
            A::Refund => Self::Refund,
            A::CorrectReference { reference } => {
                Self::CorrectReference { reference: Reference(reference) }
            }
            A::NotOurs => Self::NotOurs,
            A::TakeBack { credit } => Self::TakeBack { credit: ItemId(credit) },
            A::WaitUntil { day } => Self::WaitUntil { day: Day(day) },
            A::Reverse => Self::Reverse,
        }
    }
}

impl From<Act> for suspense::Act {
    fn from(act: Act) -> Self {
        match act {
            Act::Settle { notices, from_advance } => {
                let notices = notices.into_iter().map(|reference| reference.0).collect();
                Self::Settle { notices, from_advance }
            }
            Act::Split { shares, rest_to } => {
                let shares = shares.into_iter().map(suspense::Share::from).collect();
                Self::Split { shares, rest_to }
            }
            Act::Advance { employer_id } => Self::Advance { employer_id },
            Act::Refund => Self::Refund,
            Act::CorrectReference { reference } => {
                Self::CorrectReference { reference: reference.0 }
            }
            Act::NotOurs => Self::NotOurs,
            Act::TakeBack { credit } => Self::TakeBack { credit: credit.0 },
            Act::WaitUntil { day } => Self::WaitUntil { day: day.0 },
            Act::Reverse => Self::Reverse,
        }
    }
}

impl From<Draft> for suspense::Draft {
    fn from(draft: Draft) -> Self {
        let items = draft.items.into_iter().map(suspense::Seen::from).collect();
        Self { items, act: draft.act.into(), note: draft.note }
    }
}

impl From<store::Preview> for Preview {
    fn from(preview: store::Preview) -> Self {
        let rest = |(item, amount)| Rest { amount: Amount::from(amount), item: ItemId(item) };
        Self {
            amount: preview.amount.into(),
            approvals_needed: preview.approvals_needed,
            items: preview.items.into_iter().map(ItemId).collect(),
            notices: preview.notices.into_iter().map(PreviewNotice::from).collect(),
            postings: preview.postings.into_iter().map(Posting::from).collect(),
            rest: preview.rest.into_iter().map(rest).collect(),
            rule: preview.rule,
        }
    }
}

impl From<store::PreviewNotice> for PreviewNotice {
    fn from(notice: store::PreviewNotice) -> Self {
        Self {
            amount: notice.amount.into(),
            employer: notice.employer,
            employer_id: notice.employer_id,
            month: notice.month.into(),
            reference: notice.reference.into(),
        }
    }
}

impl From<suspense::Proposal> for Proposal {
    fn from(proposal: suspense::Proposal) -> Self {
        let name = |person: Person| person.0;
        let end = |(end, why): (suspense::Approval, String)| End {
            at: Instant::of(end.at),
            by: end.by.0,
            why,
        };
        Self {
            digest: proposal.digest(),
            act: proposal.act.into(),
            amount: proposal.amount.into(),
            approvals: proposal.approvals.into_iter().map(Approval::from).collect(),
            approvals_needed: proposal.approvals_needed,
            ended: proposal.ended.map(end),
            items: proposal.items.iter().map(Seen::from).collect(),
            note: proposal.note,
            proposal_id: proposal.proposal_id,
            proposed_at: Instant::of(proposal.proposed_at),
            proposed_by: proposal.proposed_by.0,
            proposer_renewed_by: proposal.proposer_renewed_by.map(name),
            revision: proposal.revision,
            state: proposal.state.into(),
        }
    }
}

impl From<suspense::Approval> for Approval {
    fn from(approval: suspense::Approval) -> Self {
        Self {
            at: Instant::of(approval.at),
            by: approval.by.0,
            renewed_by: approval.renewed_by.map(|person| person.0),
        }
    }
}

impl From<DomainApproved> for Approved {
    fn from(done: DomainApproved) -> Self {
        let approved = match done {
            DomainApproved::Booked => Approving::Booked,
            DomainApproved::NeedsAnother => Approving::NeedsAnother,
        };
        Self { approved }
    }
}
