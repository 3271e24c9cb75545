-- No amount that makes no sense comes in, sums have no end, and a delivery can be taken back whole.
-- Twin: postgres/0027_withdraw.sql.
--
-- A serial in the amount's column put rows into a database whose sum passes 64 bits, and nothing took them out again.
-- Additive, but for the columns: the previous release names none of them and cannot take files in any more.

-- Which delivery brought a transaction: the feed's number, so that a million rows do not repeat its digest. Feeds that an
-- earlier release took in have none, and their transactions neither; those are known by night, account and day.
alter table feed add column number integer;
create unique index feed_number on feed (centre_id, number) where number is not null;
alter table booking add column feed_no integer;

-- An amount is at most 999,999,999,999.99 yuan (remittance::AMOUNT_MAX). What an earlier release took in is not asked: it has
-- no number and stands where it is, seen by audit and report, until its delivery is withdrawn.
-- SQLite adds a constraint to a table with a column alone, and looks through the table for it once.
alter table bank_transaction add column feed_no integer
    constraint amount_bound check (feed_no is null or amount_fen <= 99999999999999);

-- The same of notices: 1 where the amount was asked for its bound when it was written.
alter table notice add column bounded integer
    constraint amount_bound check (bounded is null or amount_fen <= 99999999999999);

-- What a delivery brought of which another delivery had brought it before: withdrawing either must not lose what the other
-- said. Counted, not listed: a bank that delivers its month anew each day would list it thirty times.
create table feed_met (
    centre_id   integer not null,
    feed_no     integer not null,  -- The delivery that came later.
    before_no   integer not null,  -- The one that had brought it; 0 where an earlier release took that in.
    account_id  integer not null,
    seen        integer not null,  -- Rows that were known, with equal content.
    changed     integer not null,  -- Rows that it completed, replaced, or took apart into their parts.
    conflicting integer not null,  -- Rows that were set aside against it.
    first_on    integer not null,  -- The first and the last booking day of those rows.
    last_on     integer not null,
    primary key (centre_id, feed_no, before_no, account_id)
) strict, without rowid;

-- Sums that 64 bits do not hold: how many times 10^18 fen come on top of the column of the same name in _fen.
alter table receipt add column credit_over integer not null default 0;
alter table receipt add column debit_over integer not null default 0;
alter table night add column received_over integer not null default 0;
alter table night add column matched_over integer not null default 0;
alter table night add column opened_over integer not null default 0;
alter table night add column closing_over integer not null default 0;
alter table night_outcome add column amount_over integer not null default 0;
alter table archived_place add column amount_over integer not null default 0;
alter table archived_account add column credit_over integer not null default 0;
alter table archived_account add column debit_over integer not null default 0;
alter table archived_posting add column amount_over integer not null default 0;
