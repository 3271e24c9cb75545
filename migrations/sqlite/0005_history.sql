-- What hangs on a transaction says when it was booked. Twin: postgres/0005_history.sql.
--
-- A transaction's decision, split, postings and suspense item were found by its identity alone. On
-- PostgreSQL these tables are cut by booking month, so that a night need not look into ten years, and
-- a row finds its transaction only if it knows the day. Here nothing is cut, the keys stay as they
-- were, and the day is one more column to join by: the statements are the same on both sides.
-- Rewrites four tables; the previous release does not know the column.

create table decision_new (
    centre_id  integer not null,
    account_id integer not null,
    serial     text    not null,
    booked_on  integer not null,  -- The transaction's.
    outcome    integer not null,  -- remittance::Outcome::number.
    reason     integer,           -- remittance::Reason::number, for suspense.
    rule       text,              -- The rule in rules/matching.toml, for ignored.
    reference  integer,           -- What the remark was read as; null where that is the notice.
    notice     integer,           -- The notice it settles, or is a part of.
    decided_on integer not null,
    because    text,              -- matching's explanation as data; null for a plain match.
    primary key (centre_id, account_id, serial)
) strict, without rowid;

insert into decision_new
    select d.centre_id, d.account_id, d.serial, t.booked_on, d.outcome, d.reason, d.rule, d.reference,
        d.notice, d.decided_on, d.because
    from decision d join bank_transaction t using (centre_id, account_id, serial);
drop table decision;
alter table decision_new rename to decision;
create index decision_open on decision (centre_id, outcome, account_id, serial, booked_on) where outcome in (2, 3);

create table allocation_new (
    centre_id  integer not null,
    account_id integer not null,
    serial     text    not null,
    booked_on  integer not null,
    reference  integer not null,
    amount_fen integer not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial, reference)
) strict, without rowid;

insert into allocation_new
    select l.centre_id, l.account_id, l.serial, t.booked_on, l.reference, l.amount_fen
    from allocation l join bank_transaction t using (centre_id, account_id, serial);
drop table allocation;
alter table allocation_new rename to allocation;

create table journal_new (
    centre_id  integer not null,
    account_id integer not null,
    serial     text    not null,
    booked_on  integer not null,
    step       integer not null,  -- From 1, in the order posted.
    posted_on  integer not null,
    debit      integer not null,  -- books::Subject::number.
    credit     integer not null,
    amount_fen integer not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial, step)
) strict, without rowid;

insert into journal_new
    select j.centre_id, j.account_id, j.serial, t.booked_on, j.step, j.posted_on, j.debit, j.credit,
        j.amount_fen
    from journal j join bank_transaction t using (centre_id, account_id, serial);
drop table journal;
alter table journal_new rename to journal;

create table suspense_item_new (
    centre_id   integer not null,
    account_id  integer not null,
    serial      text    not null,
    booked_on   integer not null,
    opened_on   integer not null,
    closed_on   integer,          -- Null while it hangs.
    state       text    not null, -- suspense::State's code.
    assignee    text,
    note        text,
    -- What staff decided, kept for ever; the engine never overturns it.
    resolution  text,
    resolved_by text,
    resolved_on integer,
    primary key (centre_id, account_id, serial)
) strict, without rowid;

insert into suspense_item_new
    select i.centre_id, i.account_id, i.serial, t.booked_on, i.opened_on, i.closed_on, i.state,
        i.assignee, i.note, i.resolution, i.resolved_by, i.resolved_on
    from suspense_item i join bank_transaction t using (centre_id, account_id, serial);
drop table suspense_item;
alter table suspense_item_new rename to suspense_item;
