-- The centre, its collection accounts, the employers it knows, their notices, and what lists changed of them.
--
-- One template for both databases: src/store/migrate/template.rs says what the words in braces become. centre_id comes
-- first in every key: one database can hold many centres, and a distributed one can place them apart. Days are whole numbers
-- since 1970-01-01, months since year 0, money is fen, truth is 0 or 1: SQLite has neither dates nor exact decimals,
-- both databases hold the same numbers, and small ones keep the keys narrow. Texts sort by their bytes, wherever a
-- server stands: lists and digests must not depend on a locale.
--
-- A table that is sealed has a column seal: the first 64 bits of the SHA-256 over the row's table and columns, in their
-- order (src/store/seal.rs). Whoever changes a row by hand leaves a seal that does not fit. It is a column rather than
-- a second table: eight bytes a row, written with the row. A column that a later step adds to such a table must be null
-- in the rows that are there: nulls are not hashed, so that their seals go on fitting.

create table centre (
    centre_id {big}   not null primary key,
    -- What people call it on the command line; the id is derived from it.
    code      {text}  not null
) {strict};

-- Who works on a centre, and until when it is believed to: a row a centre, changed by compare and set. Such a lock outlives
-- no worker by more than a minute, needs no session, and is the same on one machine and on many.
create table centre_lease (
    centre_id   {big}   not null,
    holder      {text}  not null,  -- Machine, process and claim; empty before the first.
    claimed_at  {big}   not null,  -- Seconds since 1970, UTC.
    lease_until {big}   not null,  -- Nobody holds what ended before now.
    -- What became of the last night: its day, when it ended, and how (done, set-aside, failed).
    night       integer,
    ended_at    {big},
    ending      {text},
    failure     {text},  -- Why it failed, for the operator.
    checked_at  {big},  -- When the database's file was last looked through: seconds since 1970, UTC.
    primary key (centre_id)
) {keyed};

create table collection_account (
    centre_id    {big}   not null,
    -- The place in the centre's list, from 1: a short key for tables with millions of rows.
    account_id   integer not null,
    account_no   {text}  not null,
    -- Accounts with equal keys are at "the same bank" (转入银行).
    bank         {text}  not null,
    bank_name    {text}  not null,
    account_name {text}  not null,
    seal         {big},
    primary key (centre_id, account_id),
    unique (centre_id, account_no)
) {keyed};

-- What is known of an employer from lists.
create table employer (
    centre_id   {big}   not null,
    employer_id {text}  not null,
    name        {text}  not null,
    uscc        {text},
    email       {text},  -- Null: no letter is ever written.
    contact     {text},
    mobile      {text},
    seal        {big},
    primary key (centre_id, employer_id)
) {keyed};

-- Accounts an employer is known to pay from. An agency's account may serve several employers.
create table payer_account (
    centre_id   {big}   not null,
    account_no  {text}  not null,
    employer_id {text}  not null,
    seal        {big},
    primary key (centre_id, account_no, employer_id)
) {keyed};

-- What the core system said of a notice. That we settled it is a row in settlement, not a change here:
-- a million notices paid in one night would otherwise be a million rewritten rows.
create table notice (
    centre_id   {big}   not null,
    reference   {big}   not null,  -- The ten digits of the payment reference.
    employer_id {text}  not null,
    amount_fen  {big}   not null check (amount_fen > 0),
    issued_on   integer not null,
    month       integer not null,
    status      {small} not null,  -- 1 awaiting, 2 paid elsewhere, 3 revoked.
    -- What it has reserved of its employer's advance balance. A column rather than a table: a night that reads a million
    -- notices needs it of each. It stays when the notice is paid or revoked; the reservation ends with that.
    advance_fen {big}   not null default 0,
    -- 1 where the amount was asked for its bound (remittance::AMOUNT_MAX) when it was written.
    bounded     {small} constraint amount_bound check (bounded is null or amount_fen <= 99999999999999),
    seal        {big},
    primary key (centre_id, reference)
) {keyed};

-- An employer's notices that have reserved something; few among all.
create index notice_advance on notice (centre_id, employer_id, reference) where advance_fen > 0;

-- Which notices may still wait for money, so that a night need not look through the notices of all years. Below the mark
-- every notice is settled, paid elsewhere or revoked, but for those in notice_outstanding. A centre without a mark
-- begins at nought: all its notices are looked through, until a night moves the mark.
create table notice_mark (
    centre_id {big}   not null primary key,
    reference {big}   not null  -- The first that is not below it.
) {keyed};

-- Notices below the mark that may wait for money. One that no longer does may stay here.
create table notice_outstanding (
    centre_id {big}   not null,
    reference {big}   not null,
    primary key (centre_id, reference)
) {keyed};

-- What a list changed, so that it can be said, and taken back: a row a list with its counts, and what was before and after
-- in each row that it changed. Not a row a change: a list of a million notices would double the database, so the changes
-- stand a few hundred together as JSON lines.
create table list_import (
    centre_id {big}   not null,
    import_id {text}  not null,  -- From the list's kind, the file's content, and how often that came before.
    list      {text}  not null,  -- accounts, employers, employees, notices.
    file      {text}  not null,
    sha256    {text}  not null,
    list_day  {big}   not null,  -- The day of which the list says how things stood.
    sequence  {big}   not null,  -- Of its entry in the trail: what came later has a higher one.
    added     {big}   not null,
    changed   {big}   not null,
    unchanged {big}   not null,
    kept      {big}   not null,  -- Rows of which something was not taken.
    missing   {big}   not null,  -- What a full list no longer has.
    undone    {big},  -- The trail's entry that took it back; null while it stands.
    seal      {big},
    primary key (centre_id, import_id)
) {keyed};

create table list_import_part (
    centre_id {big}   not null,
    import_id {text}  not null,
    part      {big}   not null,  -- From 1.
    body      {text}  not null,  -- store::RowChange as JSON, one a line.
    seal      {big},
    primary key (centre_id, import_id, part)
) {keyed};
