-- What is left of months whose transactions were taken off: the sums that the audit needs. Twin: postgres/0011_archive.sql.
--
-- A month is taken off whole, for all centres at once, and only when nothing in it can change any more.
-- Notices and settlements stay: each is still proved to be paid, to the fen, by the parts that went.
-- On SQLite nothing is cut and nothing is taken off: the tables stay empty, and the audit reads them all the
-- same.

create table archived_month (
    centre_id    integer not null,
    month        integer not null,  -- Of booking; months go in their order.
    booked_until integer not null,  -- The first day that is not in it.
    archived_on  integer not null,
    primary key (centre_id, month)
) strict, without rowid;

-- Transactions by place (store::audit::Place, from 0) and direction.
create table archived_place (
    centre_id  integer not null,
    month      integer not null,
    place      integer not null,
    direction  integer not null,
    count      integer not null,
    amount_fen integer not null,
    primary key (centre_id, month, place, direction)
) strict, without rowid;

-- What came to each account and left it.
create table archived_account (
    centre_id  integer not null,
    month      integer not null,
    account_id integer not null,
    credit_fen integer not null,
    debit_fen  integer not null,
    primary key (centre_id, month, account_id)
) strict, without rowid;

-- The general journal, by the pair of subjects.
create table archived_posting (
    centre_id  integer not null,
    month      integer not null,
    debit      integer not null,
    credit     integer not null,
    amount_fen integer not null,
    primary key (centre_id, month, debit, credit)
) strict, without rowid;

-- What the month's transactions paid of each notice.
create table archived_payment (
    centre_id  integer not null,
    reference  integer not null,
    month      integer not null,
    amount_fen integer not null,
    primary key (centre_id, reference, month)
) strict, without rowid;
