-- What is left of months whose transactions were taken off: the sums that the audit needs.
--
-- A month is taken off whole, for all centres at once, and only when nothing in it can change any more. Notices and
-- settlements stay: each is still proved to be paid, to the fen, by the parts that went. The partitions go to the schema
-- `archive`, from where a database administrator dumps and drops them. On SQLite nothing is cut and nothing is taken
-- off: the tables stay empty, and the audit reads them all the same.

-- The months that were taken off.
create table archived_month (
    centre_id    {big}   not null,
    month        integer not null,  -- Of booking; months go in their order.
    booked_until integer not null,  -- The first day that is not in it.
    archived_on  integer not null,
    seal         {big},
    primary key (centre_id, month)
) {keyed};

-- Transactions by outcome (remittance::Outcome::number) and direction.
create table archived_place (
    centre_id   {big}   not null,
    month       integer not null,
    outcome     {small} not null,
    direction   {small} not null,
    count       {big}   not null,
    amount_fen  {big}   not null,
    amount_over integer not null default 0,  -- As in night.
    seal        {big},
    primary key (centre_id, month, outcome, direction)
) {keyed};

-- What came to each account and left it.
create table archived_account (
    centre_id   {big}   not null,
    month       integer not null,
    account_id  integer not null,
    credit_fen  {big}   not null,
    debit_fen   {big}   not null,
    credit_over integer not null default 0,
    debit_over  integer not null default 0,
    seal        {big},
    primary key (centre_id, month, account_id)
) {keyed};

-- The general journal, by the pair of subjects.
create table archived_posting (
    centre_id   {big}   not null,
    month       integer not null,
    debit       {small} not null,
    credit      {small} not null,
    amount_fen  {big}   not null,
    amount_over integer not null default 0,
    seal        {big},
    primary key (centre_id, month, debit, credit)
) {keyed};

-- What the month's transactions paid of each notice.
create table archived_payment (
    centre_id  {big}   not null,
    reference  {big}   not null,
    month      integer not null,
    amount_fen {big}   not null,
    seal       {big},
    primary key (centre_id, reference, month)
) {keyed};
