-- What staff decide at the desk: proposals, approvals, reversals, the audit trail, and what was learned.
-- Twin: sqlite/0007_desk.sql.
--
-- A proposal is one row with its approvals in it, so that the database itself can refuse the same
-- person twice. The items it is about are rows beside it, each with the version that was looked at. The
-- books stay append-only: a settlement that is booked back moves to settlement_undone with its reversing
-- posting, which makes room for the notice's next one; nothing of it is forgotten.

alter table suspense_item add column version bigint not null default 1;  -- Counts every change.
alter table suspense_item add column pending text collate "C";     -- The proposal that waits for approval.
alter table suspense_item add column decided text collate "C";     -- The proposal that was approved and stands.
alter table suspense_item add column read_as bigint;  -- The reference staff say it means.
alter table suspense_item add column wake_on integer;  -- Nothing before that day.

create table proposal (
    centre_id bigint not null,
    proposal_id text collate "C" not null,  -- From content (suspense::Proposal::id_of).
    revision bigint not null,  -- Counts edits, from 1.
    digest text collate "C" not null,  -- What an approval is bound to.
    kind text collate "C" not null,  -- rulebook::desk::ActKind's code.
    act text collate "C" not null,  -- suspense::Act as JSON.
    note text collate "C" not null,
    amount_fen bigint not null,
    state text collate "C" not null,  -- suspense::ProposalState's code.
    operator smallint not null,  -- 1 where it was done at the command line, by one person.
    proposed_by text collate "C" not null,
    proposed_at bigint not null,
    approvals_needed smallint not null,
    first_by text collate "C",
    first_at bigint,
    second_by text collate "C",
    second_at bigint,
    decided_on integer,           -- The day it is booked on.
    ended_by text collate "C",              -- Who sent it back or took it back.
    ended_at bigint,
    ended_why text collate "C",
    undoes text collate "C",              -- The proposal that this reversal books back.
    primary key (centre_id, proposal_id),
    check (first_by is null or first_by <> proposed_by),
    check (second_by is null or (second_by <> proposed_by and second_by <> first_by)),
    check (state <> 'approved' or operator = 1 or first_by is not null),
    check (state <> 'approved' or operator = 1 or approvals_needed < 2 or second_by is not null)
);

create index proposal_state on proposal (centre_id, state, proposed_at);

create table proposal_item (
    centre_id bigint not null,
    proposal_id text collate "C" not null,
    account_id integer not null,
    serial text collate "C" not null,
    booked_on integer not null,
    position integer not null,  -- In the proposal, from 1.
    version bigint not null,  -- The item's, once it was proposed.
    amount_fen bigint not null,
    -- The decision before it was approved, so that a reversal restores it.
    outcome smallint,
    reason smallint,
    reference bigint,
    notice bigint,
    because text collate "C",
    primary key (centre_id, proposal_id, account_id, serial)
);

create index proposal_of_item on proposal_item (centre_id, account_id, serial, proposal_id);

-- What a split leaves over of a transaction, on an employer's advance balance.
create table advance_part (
    centre_id bigint not null,
    account_id integer not null,
    serial text collate "C" not null,
    booked_on integer not null,
    employer_id text collate "C" not null,
    amount_fen bigint not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial)
);

-- Settlements that were booked back: receipts against contributions on settled_on, the other way round on
-- undone_on.
create table settlement_undone (
    centre_id bigint not null,
    reference bigint not null,
    ordinal integer not null,  -- From 1, of this notice.
    settled_on integer not null,
    undone_on integer not null,
    amount_fen bigint not null check (amount_fen > 0),
    proposal_id text collate "C" not null,  -- The approved reversal.
    primary key (centre_id, reference, ordinal)
);

-- Who pays for whom, as people confirmed or settled items showed. Suggests, settles nothing.
create table payer_fact (
    centre_id bigint not null,
    account_no text collate "C" not null,  -- Empty where the bank gave none.
    name text collate "C" not null,  -- Empty where the bank gave none.
    employer_id text collate "C" not null,
    confirmed integer not null,  -- How often, less what was undone.
    last_on integer not null,
    primary key (centre_id, account_no, name, employer_id)
);

-- Pairs that staff settled and undid: not the first suggestion again.
create table undone_pair (
    centre_id bigint not null,
    account_id integer not null,
    serial text collate "C" not null,
    reference bigint not null,
    undone_on integer not null,
    primary key (centre_id, account_id, serial, reference)
);

-- The audit trail: only ever added to, each row's hash over the one before.
create table trail (
    centre_id bigint not null,
    sequence bigint not null,  -- From 1, without a gap.
    done_at bigint not null,
    actor text collate "C" not null,
    role text collate "C" not null,
    event text collate "C" not null,  -- suspense::trail::EVENTS.
    subject text collate "C" not null,
    detail text collate "C" not null,  -- JSON, or empty.
    previous text collate "C" not null,
    hash text collate "C" not null,
    primary key (centre_id, sequence)
);

create index trail_subject on trail (centre_id, subject, sequence);

-- The end of the trail, and the row that whoever acts holds: one after the other in each centre. turn
-- counts what changes items, so that a night sees that staff acted while it was judging; remade counts what
-- changes many at once and stands in no entry (a night, an import), so that whoever keeps a picture of what
-- hangs knows when to draw it anew. Made when first needed.
create table trail_head (
    centre_id bigint not null,
    sequence bigint not null,
    hash text collate "C" not null,
    turn bigint not null,
    remade bigint not null,
    primary key (centre_id)
);
