-- What is left of months whose transactions were taken off: the sums that the audit needs. Twin: sqlite/0011_archive.sql.
--
-- A month is taken off whole, for all centres at once, and only when nothing in it can change any more.
-- Notices and settlements stay: each is still proved to be paid, to the fen, by the parts that went.
-- The partitions go to the schema `archive`, from where a database administrator dumps and drops them.

create table archived_month (
    centre_id    bigint not null,
    month        integer not null,  -- Of booking; months go in their order.
    booked_until integer not null,  -- The first day that is not in it.
    archived_on  integer not null,
    primary key (centre_id, month)
);

-- Transactions by place (store::audit::Place, from 0) and direction.
create table archived_place (
    centre_id  bigint not null,
    month      integer not null,
    place      smallint not null,
    direction  smallint not null,
    count      bigint not null,
    amount_fen bigint not null,
    primary key (centre_id, month, place, direction)
);

-- What came to each account and left it.
create table archived_account (
    centre_id  bigint not null,
    month      integer not null,
    account_id integer not null,
    credit_fen bigint not null,
    debit_fen  bigint not null,
    primary key (centre_id, month, account_id)
);

-- The general journal, by the pair of subjects.
create table archived_posting (
    centre_id  bigint not null,
    month      integer not null,
    debit      smallint not null,
    credit     smallint not null,
    amount_fen bigint not null,
    primary key (centre_id, month, debit, credit)
);

-- What the month's transactions paid of each notice.
create table archived_payment (
    centre_id  bigint not null,
    reference  bigint not null,
    month      integer not null,
    amount_fen bigint not null,
    primary key (centre_id, reference, month)
);
