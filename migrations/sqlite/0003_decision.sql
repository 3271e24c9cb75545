-- What was decided, what it posted, what hangs, and what employers are told.
--
-- Written in one commit a night. Decision and suspense_item share the transaction's key, so that
-- they are appended in the order they are read.

create table decision (
    centre_id  integer not null,
    account_id integer not null,
    serial     text    not null,
    outcome    integer not null,  -- remittance::Outcome::number.
    reason     integer,           -- remittance::Reason::number, for suspense.
    rule       text,              -- The rule in rules/matching.toml, for ignored.
    reference  integer,           -- What the remark was read as; null where that is the notice.
    notice     integer,           -- The notice it settles, or is a part of.
    decided_on integer not null,
    because    text,              -- matching's explanation as data; null for a plain match.
    primary key (centre_id, account_id, serial)
) strict, without rowid;

-- A night judges again what is awaiting or suspended; after ten years that is still a small set.
create index decision_open on decision (centre_id, outcome, account_id, serial) where outcome in (2, 3);

-- One transaction that settles several notices: its amount, split.
create table allocation (
    centre_id  integer not null,
    account_id integer not null,
    serial     text    not null,
    reference  integer not null,
    amount_fen integer not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial, reference)
) strict, without rowid;

-- The settlement journal, a special journal: every row posts receipts-to-be-cleared against the
-- employer's contributions for the whole notice. How it spreads over employees comes on top of it.
create table settlement (
    centre_id  integer not null,
    reference  integer not null,
    settled_on integer not null,
    amount_fen integer not null check (amount_fen > 0),
    primary key (centre_id, reference)
) strict, without rowid;

-- The general journal: every other move between the books' subjects, for one transaction, step by step.
create table journal (
    centre_id  integer not null,
    account_id integer not null,
    serial     text    not null,
    step       integer not null,  -- From 1, in the order posted.
    posted_on  integer not null,
    debit      integer not null,  -- books::Subject::number.
    credit     integer not null,
    amount_fen integer not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial, step)
) strict, without rowid;

create table suspense_item (
    centre_id  integer not null,
    account_id integer not null,
    serial     text    not null,
    opened_on  integer not null,
    closed_on  integer,          -- Null while it hangs.
    state      text    not null, -- suspense::State's code.
    assignee   text,
    note       text,
    -- What staff decided, kept for ever; the engine never overturns it.
    resolution text,
    resolved_by text,
    resolved_on integer,
    primary key (centre_id, account_id, serial)
) strict, without rowid;

-- The outbox. letter_id is derived from what the letter says, so a night run twice writes it once.
create table letter (
    centre_id   integer not null,
    letter_id   text    not null,
    employer_id text    not null,
    written_on  integer not null,
    recipient   text    not null,
    subject     text    not null,
    message     text    not null,  -- The whole message, RFC 5322.
    primary key (centre_id, letter_id)
) strict, without rowid;

-- One row a night, for "against the nights before". Suspense amounts are signed: a settled credit
-- that the bank took back hangs with a negative amount.
create table night (
    centre_id      integer not null,
    as_of          integer not null,
    received_count integer not null,  -- Transactions judged for the first time.
    received_fen   integer not null,
    matched_count  integer not null,
    matched_fen    integer not null,
    opened_count   integer not null,
    opened_fen     integer not null,
    closing_count  integer not null,
    closing_fen    integer not null,
    primary key (centre_id, as_of)
) strict, without rowid;

-- What each night decided, by outcome: counted while it is written, so that a report need not go
-- through all decisions there are.
create table night_outcome (
    centre_id  integer not null,
    as_of      integer not null,
    outcome    integer not null,  -- remittance::Outcome::number.
    count      integer not null,
    amount_fen integer not null,  -- Signed: money out counts negative.
    primary key (centre_id, as_of, outcome)
) strict, without rowid;
