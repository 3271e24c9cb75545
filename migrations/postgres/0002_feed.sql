-- What the banks delivered: files, their statements, the transactions in them, and what could not be read.
--
-- A transaction is the bank's fact and never changes. Its key is its identity (own account, bank
-- serial), so "seen before" costs no second index: the insert finds the row or makes it.

create table feed (
    centre_id   bigint not null,
    feed_id     text collate "C" not null,  -- From content: sha256 of the bytes and the account it was delivered for.
    file_name   text collate "C" not null,
    format      text collate "C" not null,
    encoding    text collate "C" not null,
    taken_on    integer not null,  -- The night's day (--as-of).
    entries     bigint not null,
    fresh       bigint not null,  -- Entries that were new.
    seen        bigint not null,  -- Entries known before, with equal content.
    conflicting bigint not null,  -- Entries set aside as conflicting-duplicate.
    rejected    bigint not null,  -- Rows that could not be read.
    judged      smallint not null,  -- 0 until a commit holds decisions for all its transactions.
    primary key (centre_id, feed_id)
);

-- The banks and branches that counterparties bank with: a few thousand, named by every transaction.
-- Numbered in the order in which they were met.
create table bank_branch (
    centre_id bigint not null,
    branch_id integer not null,
    bank_code text collate "C" not null,  -- 行号; empty where the feed does not say.
    bank_name text collate "C" not null,  -- 开户行; empty where the feed does not say.
    primary key (centre_id, branch_id),
    unique (centre_id, bank_code, bank_name)
);

create table bank_transaction (
    centre_id              bigint not null,
    account_id             integer not null,
    serial                 text collate "C" not null,
    booked_on              integer not null,
    booked_time            integer,  -- Seconds since midnight.
    direction              smallint not null,  -- 1 credit, 2 debit.
    amount_fen             bigint not null check (amount_fen > 0),
    balance_fen            bigint,
    counterparty_account   text collate "C",
    counterparty_name      text collate "C",
    counterparty_branch_id integer,  -- Null where the feed names no bank.
    postscript             text collate "C",
    purpose                text collate "C",
    summary                text collate "C",
    note                   text collate "C",
    reversal               smallint not null,  -- 1 where the bank marks it as undoing another.
    taken_on               integer not null,  -- The night that brought it.
    primary key (centre_id, account_id, serial)
);

-- The receipt journal: what each file brought, an account and a booking day a row. It is posted as
-- bank deposit against receipts to be cleared, in the same commit as the transactions themselves.
create table receipt (
    centre_id  bigint not null,
    feed_id    text collate "C" not null,
    account_id integer not null,
    booked_on  integer not null,
    credit_fen bigint not null,
    debit_fen  bigint not null,
    primary key (centre_id, feed_id, account_id, booked_on)
);

create table statement (
    centre_id      bigint not null,
    feed_id        text collate "C" not null,
    position       integer not null,  -- In its file, from 1.
    account_id     integer not null,
    identification text collate "C",
    opening_fen    bigint,
    opening_on     integer,
    closing_fen    bigint,
    closing_on     integer,
    entries        bigint not null,
    credit_fen     bigint not null,
    debit_fen      bigint not null,
    primary key (centre_id, feed_id, position)
);

-- Rows set aside: unreadable, or in conflict with a transaction known before. Nothing is lost.
create table set_aside (
    centre_id  bigint not null,
    feed_id    text collate "C" not null,
    position   integer not null,  -- Among the rows of its file that were set aside, from 1.
    line       bigint not null,
    field_no   integer,           -- Column of the field, from 1, where the format has columns.
    field      text collate "C" not null,
    found      text collate "C" not null,
    problem    text collate "C" not null,  -- What was expected, or conflicting-duplicate.
    row_text   text collate "C" not null,
    primary key (centre_id, feed_id, position)
);

-- What a person should know of a file that was taken in all the same: a balance that does not hold,
-- a control sum that disagrees.
create table feed_flag (
    centre_id bigint not null,
    feed_id   text collate "C" not null,
    position  integer not null,
    line      bigint not null,
    code      text collate "C" not null,
    detail    text collate "C" not null,
    primary key (centre_id, feed_id, position)
);

-- Files nothing of which was taken in, each with the reason, until the same file is taken in after all.
create table quarantined_feed (
    centre_id  bigint not null,
    folder     text collate "C" not null,  -- The account folder it lay in; empty where in none.
    file_name  text collate "C" not null,
    reason     text collate "C" not null,
    first_on   integer not null,
    last_on    integer not null,
    primary key (centre_id, folder, file_name)
);
