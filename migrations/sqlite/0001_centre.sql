-- The centre, its collection accounts, the employers it knows and their notices.
--
-- centre_id comes first in every key: one database can hold many centres, and a distributed one can
-- place them apart. Days are whole numbers since 1970-01-01, months since year 0, money is fen:
-- SQLite has neither dates nor exact decimals, and small integers keep the clustered trees short.

create table centre (
    centre_id integer not null primary key,
    -- What people call it on the command line; the id is derived from it.
    code      text    not null
) strict;

create table collection_account (
    centre_id    integer not null,
    -- The place in the centre's list, from 1: a short key for tables with millions of rows.
    account_id   integer not null,
    account_no   text    not null,
    -- Accounts with equal keys are at "the same bank" (转入银行).
    bank         text    not null,
    bank_name    text    not null,
    account_name text    not null,
    primary key (centre_id, account_id),
    unique (centre_id, account_no)
) strict, without rowid;

create table employer (
    centre_id   integer not null,
    employer_id text    not null,
    name        text    not null,
    uscc        text,
    email       text,   -- Null: no letter is ever written.
    contact     text,
    mobile      text,
    primary key (centre_id, employer_id)
) strict, without rowid;

-- Accounts an employer is known to pay from. An agency's account may serve several employers.
create table payer_account (
    centre_id   integer not null,
    account_no  text    not null,
    employer_id text    not null,
    primary key (centre_id, account_no, employer_id)
) strict, without rowid;

create table employee (
    centre_id   integer not null,
    employee_id text    not null,
    employer_id text    not null,
    name        text    not null,
    id_no       text    not null,
    base_fen    integer not null,
    status      text    not null,
    primary key (centre_id, employee_id)
) strict, without rowid;

-- What the core system said of a notice. That we settled it is a row in settlement, not a change here:
-- a million notices paid in one night would otherwise be a million rewritten rows.
create table notice (
    centre_id   integer not null,
    reference   integer not null,  -- The ten digits of the payment reference.
    employer_id text    not null,
    amount_fen  integer not null check (amount_fen > 0),
    issued_on   integer not null,
    month       integer not null,
    status      integer not null,  -- 1 awaiting, 2 paid elsewhere, 3 revoked.
    primary key (centre_id, reference)
) strict, without rowid;
