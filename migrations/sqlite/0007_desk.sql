-- What staff decide at the desk: proposals, approvals, reversals, the audit trail, and what was learned.
-- Twin: postgres/0007_desk.sql.
--
-- A proposal is one row with its approvals in it, so that the database itself can refuse the same
-- person twice. The items it is about are rows beside it, each with the version that was looked at. The
-- books stay append-only: a settlement that is booked back moves to settlement_undone with its reversing
-- posting, which makes room for the notice's next one; nothing of it is forgotten.

alter table suspense_item add column version integer not null default 1;  -- Counts every change.
alter table suspense_item add column pending text;     -- The proposal that waits for approval.
alter table suspense_item add column decided text;     -- The proposal that was approved and stands.
alter table suspense_item add column read_as integer;  -- The reference staff say it means.
alter table suspense_item add column wake_on integer;  -- Nothing before that day.

create table proposal (
    centre_id        integer not null,
    proposal_id      text    not null,  -- From content (suspense::Proposal::id_of).
    revision         integer not null,  -- Counts edits, from 1.
    digest           text    not null,  -- What an approval is bound to.
    kind             text    not null,  -- rulebook::desk::ActKind's code.
    act              text    not null,  -- suspense::Act as JSON.
    note             text    not null,
    amount_fen       integer not null,
    state            text    not null,  -- suspense::ProposalState's code.
    operator         integer not null,  -- 1 where it was done at the command line, by one person.
    proposed_by      text    not null,
    proposed_at      integer not null,
    approvals_needed integer not null,
    first_by         text,
    first_at         integer,
    second_by        text,
    second_at        integer,
    decided_on       integer,           -- The day it is booked on.
    ended_by         text,              -- Who sent it back or took it back.
    ended_at         integer,
    ended_why        text,
    undoes           text,              -- The proposal that this reversal books back.
    primary key (centre_id, proposal_id),
    check (first_by is null or first_by <> proposed_by),
    check (second_by is null or (second_by <> proposed_by and second_by <> first_by)),
    check (state <> 'approved' or operator = 1 or first_by is not null),
    check (state <> 'approved' or operator = 1 or approvals_needed < 2 or second_by is not null)
) strict, without rowid;

create index proposal_state on proposal (centre_id, state, proposed_at);

create table proposal_item (
    centre_id   integer not null,
    proposal_id text    not null,
    account_id  integer not null,
    serial      text    not null,
    booked_on   integer not null,
    position    integer not null,  -- In the proposal, from 1.
    version     integer not null,  -- The item's, once it was proposed.
    amount_fen  integer not null,
    -- The decision before it was approved, so that a reversal restores it.
    outcome     integer,
    reason      integer,
    reference   integer,
    notice      integer,
    because     text,
    primary key (centre_id, proposal_id, account_id, serial)
) strict, without rowid;

create index proposal_of_item on proposal_item (centre_id, account_id, serial, proposal_id);

-- What a split leaves over of a transaction, on an employer's advance balance.
create table advance_part (
    centre_id   integer not null,
    account_id  integer not null,
    serial      text    not null,
    booked_on   integer not null,
    employer_id text    not null,
    amount_fen  integer not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial)
) strict, without rowid;

-- Settlements that were booked back: receipts against contributions on settled_on, the other way round on
-- undone_on.
create table settlement_undone (
    centre_id   integer not null,
    reference   integer not null,
    ordinal     integer not null,  -- From 1, of this notice.
    settled_on  integer not null,
    undone_on   integer not null,
    amount_fen  integer not null check (amount_fen > 0),
    proposal_id text    not null,  -- The approved reversal.
    primary key (centre_id, reference, ordinal)
) strict, without rowid;

-- Who pays for whom, as people confirmed or settled items showed. Suggests, settles nothing.
create table payer_fact (
    centre_id    integer not null,
    account_no   text    not null,  -- Empty where the bank gave none.
    name         text    not null,  -- Empty where the bank gave none.
    employer_id  text    not null,
    confirmed    integer not null,  -- How often, less what was undone.
    last_on      integer not null,
    primary key (centre_id, account_no, name, employer_id)
) strict, without rowid;

-- Pairs that staff settled and undid: not the first suggestion again.
create table undone_pair (
    centre_id  integer not null,
    account_id integer not null,
    serial     text    not null,
    reference  integer not null,
    undone_on  integer not null,
    primary key (centre_id, account_id, serial, reference)
) strict, without rowid;

-- The audit trail: only ever added to, each row's hash over the one before.
create table trail (
    centre_id integer not null,
    sequence  integer not null,  -- From 1, without a gap.
    done_at   integer not null,
    actor     text    not null,
    role      text    not null,
    event     text    not null,  -- suspense::trail::EVENTS.
    subject   text    not null,
    detail    text    not null,  -- JSON, or empty.
    previous  text    not null,
    hash      text    not null,
    primary key (centre_id, sequence)
) strict, without rowid;

create index trail_subject on trail (centre_id, subject, sequence);

-- The end of the trail, and the row that whoever acts holds: one after the other in each centre. turn
-- counts what changes items, so that a night sees that staff acted while it was judging; remade counts what
-- changes many at once and stands in no entry (a night, an import), so that whoever keeps a picture of what
-- hangs knows when to draw it anew. Made when first needed.
create table trail_head (
    centre_id integer not null,
    sequence  integer not null,
    hash      text    not null,
    turn      integer not null,
    remade    integer not null,
    primary key (centre_id)
) strict, without rowid;
