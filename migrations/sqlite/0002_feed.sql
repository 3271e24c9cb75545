-- What the banks delivered: files, their statements, the transactions in them, and what could not be read.
--
-- A transaction is the bank's fact and never changes. Its key is its identity (own account, bank
-- serial), so "seen before" costs no second index: the insert finds the row or makes it.

create table feed (
    centre_id   integer not null,
    feed_id     text    not null,  -- From content: sha256 of the bytes and the account it was delivered for.
    file_name   text    not null,
    format      text    not null,
    encoding    text    not null,
    taken_on    integer not null,  -- The night's day (--as-of).
    entries     integer not null,
    fresh       integer not null,  -- Entries that were new.
    seen        integer not null,  -- Entries known before, with equal content.
    conflicting integer not null,  -- Entries set aside as conflicting-duplicate.
    rejected    integer not null,  -- Rows that could not be read.
    judged      integer not null,  -- 0 until a commit holds decisions for all its transactions.
    primary key (centre_id, feed_id)
) strict, without rowid;

-- The banks and branches that counterparties bank with: a few thousand, named by every transaction.
-- Numbered in the order in which they were met.
create table bank_branch (
    centre_id integer not null,
    branch_id integer not null,
    bank_code text    not null,  -- 行号; empty where the feed does not say.
    bank_name text    not null,  -- 开户行; empty where the feed does not say.
    primary key (centre_id, branch_id),
    unique (centre_id, bank_code, bank_name)
) strict, without rowid;

create table bank_transaction (
    centre_id              integer not null,
    account_id             integer not null,
    serial                 text    not null,
    booked_on              integer not null,
    booked_time            integer,  -- Seconds since midnight.
    direction              integer not null,  -- 1 credit, 2 debit.
    amount_fen             integer not null check (amount_fen > 0),
    balance_fen            integer,
    counterparty_account   text,
    counterparty_name      text,
    counterparty_branch_id integer,  -- Null where the feed names no bank.
    postscript             text,
    purpose                text,
    summary                text,
    note                   text,
    reversal               integer not null,  -- 1 where the bank marks it as undoing another.
    taken_on               integer not null,  -- The night that brought it.
    primary key (centre_id, account_id, serial)
) strict, without rowid;

-- The receipt journal: what each file brought, an account and a booking day a row. It is posted as
-- bank deposit against receipts to be cleared, in the same commit as the transactions themselves.
create table receipt (
    centre_id  integer not null,
    feed_id    text    not null,
    account_id integer not null,
    booked_on  integer not null,
    credit_fen integer not null,
    debit_fen  integer not null,
    primary key (centre_id, feed_id, account_id, booked_on)
) strict, without rowid;

create table statement (
    centre_id      integer not null,
    feed_id        text    not null,
    position       integer not null,  -- In its file, from 1.
    account_id     integer not null,
    identification text,
    opening_fen    integer,
    opening_on     integer,
    closing_fen    integer,
    closing_on     integer,
    entries        integer not null,
    credit_fen     integer not null,
    debit_fen      integer not null,
    primary key (centre_id, feed_id, position)
) strict, without rowid;

-- Rows set aside: unreadable, or in conflict with a transaction known before. Nothing is lost.
create table set_aside (
    centre_id  integer not null,
    feed_id    text    not null,
    position   integer not null,  -- Among the rows of its file that were set aside, from 1.
    line       integer not null,
    field_no   integer,           -- Column of the field, from 1, where the format has columns.
    field      text    not null,
    found      text    not null,
    problem    text    not null,  -- What was expected, or conflicting-duplicate.
    row_text   text    not null,
    primary key (centre_id, feed_id, position)
) strict, without rowid;

-- What a person should know of a file that was taken in all the same: a balance that does not hold,
-- a control sum that disagrees.
create table feed_flag (
    centre_id integer not null,
    feed_id   text    not null,
    position  integer not null,
    line      integer not null,
    code      text    not null,
    detail    text    not null,
    primary key (centre_id, feed_id, position)
) strict, without rowid;

-- Files nothing of which was taken in, each with the reason, until the same file is taken in after all.
create table quarantined_feed (
    centre_id  integer not null,
    folder     text    not null,  -- The account folder it lay in; empty where in none.
    file_name  text    not null,
    reason     text    not null,
    first_on   integer not null,
    last_on    integer not null,
    primary key (centre_id, folder, file_name)
) strict, without rowid;
