-- The centre, its collection accounts, the employers it knows and their notices.
--
-- centre_id comes first in every key: one database can hold many centres, and a distributed one can
-- place them apart. Days are whole numbers since 1970-01-01, months since year 0, money is fen,
-- as on SQLite: the same numbers on both sides, and narrow keys. Texts sort by their bytes (collate "C"),
-- wherever the server stands: lists and digests must not depend on a locale.

create table centre (
    centre_id bigint not null primary key,
    -- What people call it on the command line; the id is derived from it.
    code      text collate "C" not null
);

create table collection_account (
    centre_id    bigint not null,
    -- The place in the centre's list, from 1: a short key for tables with millions of rows.
    account_id   integer not null,
    account_no   text collate "C" not null,
    -- Accounts with equal keys are at "the same bank" (转入银行).
    bank         text collate "C" not null,
    bank_name    text collate "C" not null,
    account_name text collate "C" not null,
    primary key (centre_id, account_id),
    unique (centre_id, account_no)
);

create table employer (
    centre_id   bigint not null,
    employer_id text collate "C" not null,
    name        text collate "C" not null,
    uscc        text collate "C",
    email       text collate "C",   -- Null: no letter is ever written.
    contact     text collate "C",
    mobile      text collate "C",
    primary key (centre_id, employer_id)
);

-- Accounts an employer is known to pay from. An agency's account may serve several employers.
create table payer_account (
    centre_id   bigint not null,
    account_no  text collate "C" not null,
    employer_id text collate "C" not null,
    primary key (centre_id, account_no, employer_id)
);

create table employee (
    centre_id   bigint not null,
    employee_id text collate "C" not null,
    employer_id text collate "C" not null,
    name        text collate "C" not null,
    id_no       text collate "C" not null,
    base_fen    bigint not null,
    status      text collate "C" not null,
    primary key (centre_id, employee_id)
);

-- What the core system said of a notice. That we settled it is a row in settlement, not a change here:
-- a million notices paid in one night would otherwise be a million rewritten rows.
create table notice (
    centre_id   bigint not null,
    reference   bigint not null,  -- The ten digits of the payment reference.
    employer_id text collate "C" not null,
    amount_fen  bigint not null check (amount_fen > 0),
    issued_on   integer not null,
    month       integer not null,
    status      smallint not null,  -- 1 awaiting, 2 paid elsewhere, 3 revoked.
    primary key (centre_id, reference)
);
