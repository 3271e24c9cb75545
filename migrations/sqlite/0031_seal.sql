-- Rows are sealed, commits are counted, and the trail begins at one. Twin: postgres/0031_seal.sql.
--
-- A seal is the first 64 bits of the SHA-256 over a row's table and columns (src/store/seal.rs): whoever changes a
-- row by hand leaves a seal that does not fit. A column of its own rather than a second table: eight bytes a row,
-- written with the row. Rows that are here already are sealed as they are found, by the program, in the commit that
-- makes these columns; after it a row without a seal is one that this program did not write.
--
-- A column that is added to one of these tables later must be null in the rows that are there: nulls are not hashed,
-- so that their seals go on fitting.

alter table collection_account add column seal integer;
alter table employer add column seal integer;
alter table payer_account add column seal integer;
alter table notice add column seal integer;
alter table feed add column seal integer;
alter table bank_branch add column seal integer;
alter table bank_transaction add column seal integer;
alter table receipt add column seal integer;
alter table statement add column seal integer;
alter table booking add column seal integer;
alter table set_aside add column seal integer;
alter table feed_flag add column seal integer;
alter table quarantined_feed add column seal integer;
alter table decision add column seal integer;
alter table allocation add column seal integer;
alter table settlement add column seal integer;
alter table journal add column seal integer;
alter table suspense_item add column seal integer;
alter table letter add column seal integer;
alter table outbox add column seal integer;
alter table letter_choice add column seal integer;
alter table blocked_address add column seal integer;
alter table telling add column seal integer;
alter table arrears_told add column seal integer;
alter table feed_met add column seal integer;
alter table access_change add column seal integer;
alter table access_told add column seal integer;
alter table night add column seal integer;
alter table night_outcome add column seal integer;
alter table employer_book add column seal integer;
alter table employee add column seal integer;
alter table opening_balance add column seal integer;
alter table account_entry add column seal integer;
alter table roster add column seal integer;
alter table roster_line add column seal integer;
alter table notice_part add column seal integer;
alter table employer_record add column seal integer;
alter table advance_entry add column seal integer;
alter table correction add column seal integer;
alter table appointment add column seal integer;
alter table archived_month add column seal integer;
alter table archived_place add column seal integer;
alter table archived_account add column seal integer;
alter table archived_posting add column seal integer;
alter table archived_payment add column seal integer;
alter table person add column seal integer;
alter table recovery_code add column seal integer;
alter table api_token add column seal integer;
alter table proposal add column seal integer;
alter table proposal_item add column seal integer;
alter table advance_part add column seal integer;
alter table settlement_undone add column seal integer;
alter table payer_fact add column seal integer;
alter table undone_pair add column seal integer;
alter table refund add column seal integer;
alter table refund_return add column seal integer;
alter table refund_request add column seal integer;
alter table counter_request add column seal integer;

-- What a file brought, beside its receipt: the sum of the digests of the rows that it put in on an account and a
-- booking day, less those of the rows that it replaced, as 64 hexadecimal digits without what passes the 256th bit.
-- Over all files of an account and a day it is the sum over the rows that are there. Not a column of receipt: a file
-- that only says more of what is known has no receipt.
create table receipt_digest (
    centre_id  integer not null,
    feed_id    text not null,  -- Empty where a change of transactions was no file's.
    turn       integer not null,  -- From 1: a file that was taken back may come again.
    account_id integer not null,
    booked_on  integer not null,
    digest     text not null,
    seal       integer,
    primary key (centre_id, feed_id, turn, account_id, booked_on)
) strict, without rowid;

-- One row a commit that changed sealed rows: which tables, by how many rows and by which difference of their seals.
-- The sum of all steps is what must stand in the tables, so that a row taken out or put in by hand shows; each step's
-- hash is taken over the one before, and each night writes the last into the trail.
create table books_step (
    centre_id integer not null,
    ordinal   integer not null check (ordinal > 0),  -- From 1, without a gap.
    changes   text not null,  -- table +rows sum, a list between semicolons.
    chain     text not null,
    primary key (centre_id, ordinal)
) strict, without rowid;

create table books_head (
    centre_id integer not null,
    ordinal   integer not null,
    chain     text not null,
    primary key (centre_id)
) strict, without rowid;

-- SQLite cannot add a check to a table that is there, so the trail is made anew. What stands before its first entry
-- was never written by this program.
create table trail_new (
    centre_id integer not null,
    sequence  integer not null check (sequence > 0),  -- From 1, without a gap.
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

insert into trail_new
    select centre_id, sequence, done_at, actor, role, event, subject, detail, previous, hash
    from trail where sequence > 0;
drop table trail;
alter table trail_new rename to trail;
create index trail_subject on trail (centre_id, subject, sequence);
