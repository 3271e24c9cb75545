-- Transactions and postings are cut by month, so that a night costs the same after ten years as on
-- the first day. Twin: sqlite/0005_history.sql.
--
-- A partition is a month of booking days (of posting days for employees' entries); the night makes the
-- partitions it needs, `duizhang archive` takes old ones off. There is no default partition: rows for
-- a month that was archived must be refused, not hidden. The day is part of every key here, so that a
-- transaction is unique within its month only; that it is unique at all is transaction_identity's to
-- say, which outlives the archive: what was booked once is never booked again.
-- An account is four bytes, not two: so the serial behind it begins where a text of a key is found without
-- counting, which a seventh of writing it costs.
-- The tables are made anew: this dialect begins with this step, so that none of them holds a row.

drop table bank_transaction;
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
    -- The day first: a night appends, and lists are read by day. By its serial alone a transaction is
    -- found through transaction_identity.
    primary key (centre_id, booked_on, account_id, serial)
) partition by range (booked_on);

-- Every transaction there ever was, and in which month to find it.
create table transaction_identity (
    centre_id  bigint not null,
    account_id integer not null,
    serial     text collate "C" not null,
    booked_on  integer not null,
    primary key (centre_id, account_id, serial)
);

drop table decision;
create table decision (
    centre_id  bigint not null,
    account_id integer not null,
    serial     text collate "C" not null,
    booked_on  integer not null,  -- The transaction's.
    outcome    smallint not null,  -- remittance::Outcome::number.
    reason     smallint,           -- remittance::Reason::number, for suspense.
    rule       text collate "C",   -- The rule in rules/matching.toml, for ignored.
    reference  bigint,             -- What the remark was read as; null where that is the notice.
    notice     bigint,             -- The notice it settles, or is a part of.
    decided_on integer not null,
    because    text collate "C",   -- matching's explanation as data; null for a plain match.
    primary key (centre_id, account_id, serial, booked_on)
) partition by range (booked_on);
create index decision_open on decision (centre_id, outcome, account_id, serial, booked_on) where outcome in (2, 3);

drop table allocation;
create table allocation (
    centre_id  bigint not null,
    account_id integer not null,
    serial     text collate "C" not null,
    booked_on  integer not null,
    reference  bigint not null,
    amount_fen bigint not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial, booked_on, reference)
) partition by range (booked_on);

drop table journal;
create table journal (
    centre_id  bigint not null,
    account_id integer not null,
    serial     text collate "C" not null,
    booked_on  integer not null,
    step       integer not null,  -- From 1, in the order posted.
    posted_on  integer not null,
    debit      smallint not null,  -- books::Subject::number.
    credit     smallint not null,
    amount_fen bigint not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial, booked_on, step)
) partition by range (booked_on);

-- What hangs is few and is looked at every day: not cut.
drop table suspense_item;
create table suspense_item (
    centre_id   bigint not null,
    account_id  integer not null,
    serial      text collate "C" not null,
    booked_on   integer not null,
    opened_on   integer not null,
    closed_on   integer,          -- Null while it hangs.
    state       text collate "C" not null, -- suspense::State's code.
    assignee    text collate "C",
    note        text collate "C",
    -- What staff decided, kept for ever; the engine never overturns it.
    resolution  text collate "C",
    resolved_by text collate "C",
    resolved_on integer,
    primary key (centre_id, account_id, serial)
);

drop table account_entry;
create table account_entry (
    centre_id    bigint not null,
    employer_no  integer not null,
    employee_no  integer not null,
    position     integer not null,  -- From 0 within the account.
    posted_on    integer not null,
    kind         smallint not null,  -- 1 remittance, 2 supplement, 3 transfer out, 4 transfer in.
    for_month    integer,
    reference    bigint,
    amount_fen   bigint not null,
    employer_fen bigint not null,
    employee_fen bigint not null,
    balance_fen  bigint not null,
    voucher      integer not null,  -- The ordinal of the voucher it belongs to.
    primary key (centre_id, employer_no, employee_no, position, posted_on)
) partition by range (posted_on);
