-- Rows are sealed, commits are counted, and the trail begins at one. Twin: sqlite/0031_seal.sql.
--
-- A seal is the first 64 bits of the SHA-256 over a row's table and columns (src/store/seal.rs): whoever changes a
-- row by hand leaves a seal that does not fit. A column of its own rather than a second table: eight bytes a row,
-- written with the row. Rows that are here already are sealed as they are found, by the program, in the commit that
-- makes these columns; after it a row without a seal is one that this program did not write.
--
-- A column that is added to one of these tables later must be null in the rows that are there: nulls are not hashed,
-- so that their seals go on fitting.

alter table collection_account add column seal bigint;
alter table employer add column seal bigint;
alter table payer_account add column seal bigint;
alter table notice add column seal bigint;
alter table feed add column seal bigint;
alter table bank_branch add column seal bigint;
alter table bank_transaction add column seal bigint;
alter table receipt add column seal bigint;
alter table statement add column seal bigint;
alter table booking add column seal bigint;
alter table set_aside add column seal bigint;
alter table feed_flag add column seal bigint;
alter table quarantined_feed add column seal bigint;
alter table decision add column seal bigint;
alter table allocation add column seal bigint;
alter table settlement add column seal bigint;
alter table journal add column seal bigint;
alter table suspense_item add column seal bigint;
alter table letter add column seal bigint;
alter table outbox add column seal bigint;
alter table letter_choice add column seal bigint;
alter table blocked_address add column seal bigint;
alter table telling add column seal bigint;
alter table arrears_told add column seal bigint;
alter table feed_met add column seal bigint;
alter table access_change add column seal bigint;
alter table access_told add column seal bigint;
alter table night add column seal bigint;
alter table night_outcome add column seal bigint;
alter table employer_book add column seal bigint;
alter table employee add column seal bigint;
alter table opening_balance add column seal bigint;
alter table account_entry add column seal bigint;
alter table roster add column seal bigint;
alter table roster_line add column seal bigint;
alter table notice_part add column seal bigint;
alter table employer_record add column seal bigint;
alter table advance_entry add column seal bigint;
alter table correction add column seal bigint;
alter table appointment add column seal bigint;
alter table archived_month add column seal bigint;
alter table archived_place add column seal bigint;
alter table archived_account add column seal bigint;
alter table archived_posting add column seal bigint;
alter table archived_payment add column seal bigint;
alter table person add column seal bigint;
alter table recovery_code add column seal bigint;
alter table api_token add column seal bigint;
alter table proposal add column seal bigint;
alter table proposal_item add column seal bigint;
alter table advance_part add column seal bigint;
alter table settlement_undone add column seal bigint;
alter table payer_fact add column seal bigint;
alter table undone_pair add column seal bigint;
alter table refund add column seal bigint;
alter table refund_return add column seal bigint;
alter table refund_request add column seal bigint;
alter table counter_request add column seal bigint;

-- What a file brought, beside its receipt: the sum of the digests of the rows that it put in on an account and a
-- booking day, less those of the rows that it replaced, as 64 hexadecimal digits without what passes the 256th bit.
-- Over all files of an account and a day it is the sum over the rows that are there. Not a column of receipt: a file
-- that only says more of what is known has no receipt.
create table receipt_digest (
    centre_id  bigint not null,
    feed_id    text collate "C" not null,  -- Empty where a change of transactions was no file's.
    turn       bigint not null,  -- From 1: a file that was taken back may come again.
    account_id bigint not null,
    booked_on  bigint not null,
    digest     text collate "C" not null,
    seal       bigint,
    primary key (centre_id, feed_id, turn, account_id, booked_on)
);

-- One row a commit that changed sealed rows: which tables, by how many rows and by which difference of their seals.
-- The sum of all steps is what must stand in the tables, so that a row taken out or put in by hand shows; each step's
-- hash is taken over the one before, and each night writes the last into the trail.
create table books_step (
    centre_id bigint not null,
    ordinal   bigint not null check (ordinal > 0),  -- From 1, without a gap.
    changes   text collate "C" not null,  -- table +rows sum, a list between semicolons.
    chain     text collate "C" not null,
    primary key (centre_id, ordinal)
);

create table books_head (
    centre_id bigint not null,
    ordinal   bigint not null,
    chain     text collate "C" not null,
    primary key (centre_id)
);

-- What stands before the first entry was never written by this program.
delete from trail where sequence <= 0;
alter table trail add constraint trail_sequence check (sequence > 0);
