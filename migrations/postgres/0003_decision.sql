-- What was decided, what it posted, what hangs, and what employers are told.
--
-- Written in one commit a night. Decision and suspense_item share the transaction's key, so that
-- they are appended in the order they are read.

create table decision (
    centre_id  bigint not null,
    account_id integer not null,
    serial     text collate "C" not null,
    outcome    smallint not null,  -- remittance::Outcome::number.
    reason     smallint,           -- remittance::Reason::number, for suspense.
    rule       text collate "C",              -- The rule in rules/matching.toml, for ignored.
    reference  bigint,           -- What the remark was read as; null where that is the notice.
    notice     bigint,           -- The notice it settles, or is a part of.
    decided_on integer not null,
    because    text collate "C",              -- matching's explanation as data; null for a plain match.
    primary key (centre_id, account_id, serial)
);

-- A night judges again what is awaiting or suspended; after ten years that is still a small set.
create index decision_open on decision (centre_id, outcome, account_id, serial) where outcome in (2, 3);

-- One transaction that settles several notices: its amount, split.
create table allocation (
    centre_id  bigint not null,
    account_id integer not null,
    serial     text collate "C" not null,
    reference  bigint not null,
    amount_fen bigint not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial, reference)
);

-- The settlement journal, a special journal: every row posts receipts-to-be-cleared against the
-- employer's contributions for the whole notice. How it spreads over employees comes on top of it.
create table settlement (
    centre_id  bigint not null,
    reference  bigint not null,
    settled_on integer not null,
    amount_fen bigint not null check (amount_fen > 0),
    primary key (centre_id, reference)
);

-- The general journal: every other move between the books' subjects, for one transaction, step by step.
create table journal (
    centre_id  bigint not null,
    account_id integer not null,
    serial     text collate "C" not null,
    step       integer not null,  -- From 1, in the order posted.
    posted_on  integer not null,
    debit      smallint not null,  -- books::Subject::number.
    credit     smallint not null,
    amount_fen bigint not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial, step)
);

create table suspense_item (
    centre_id  bigint not null,
    account_id integer not null,
    serial     text collate "C" not null,
    opened_on  integer not null,
    closed_on  integer,          -- Null while it hangs.
    state      text collate "C" not null, -- suspense::State's code.
    assignee   text collate "C",
    note       text collate "C",
    -- What staff decided, kept for ever; the engine never overturns it.
    resolution text collate "C",
    resolved_by text collate "C",
    resolved_on integer,
    primary key (centre_id, account_id, serial)
);

-- The outbox. letter_id is derived from what the letter says, so a night run twice writes it once.
create table letter (
    centre_id   bigint not null,
    letter_id   text collate "C" not null,
    employer_id text collate "C" not null,
    written_on  integer not null,
    recipient   text collate "C" not null,
    subject     text collate "C" not null,
    message     text collate "C" not null,  -- The whole message, RFC 5322.
    primary key (centre_id, letter_id)
);

-- One row a night, for "against the nights before". Suspense amounts are signed: a settled credit
-- that the bank took back hangs with a negative amount.
create table night (
    centre_id      bigint not null,
    as_of          integer not null,
    received_count bigint not null,  -- Transactions judged for the first time.
    received_fen   bigint not null,
    matched_count  bigint not null,
    matched_fen    bigint not null,
    opened_count   bigint not null,
    opened_fen     bigint not null,
    closing_count  bigint not null,
    closing_fen    bigint not null,
    primary key (centre_id, as_of)
);

-- What each night decided, by outcome: counted while it is written, so that a report need not go
-- through all decisions there are.
create table night_outcome (
    centre_id  bigint not null,
    as_of      integer not null,
    outcome    smallint not null,  -- remittance::Outcome::number.
    count      bigint not null,
    amount_fen bigint not null,  -- Signed: money out counts negative.
    primary key (centre_id, as_of, outcome)
);
