-- What the banks delivered: files, their statements, the transactions in them, and what could not be read.
--
-- A transaction is the bank's fact and never changes. Its identity is the own account and the bank's serial. On SQLite
-- that is its key, so that "seen before" costs no second index: the insert finds the row or makes it. PostgreSQL keeps
-- transactions by month of booking, so that a night costs the same after ten years as on the first day; there the day
-- is part of the key, and transaction_identity says that a transaction is unique at all. It outlives the archive: what
-- was booked once is never booked again. The night makes the partitions that it needs, `duizhang archive` takes old
-- ones off. There is no default partition: rows for a month that was archived must be refused, not hidden.

create table feed (
    centre_id   {big}   not null,
    feed_id     {text}  not null,  -- From content: sha256 of the bytes and the account it was delivered for.
    file_name   {text}  not null,
    format      {text}  not null,
    encoding    {text}  not null,
    taken_on    integer not null,  -- The night's day (--as-of).
    entries     {big}   not null,
    fresh       {big}   not null,  -- Entries that were new.
    seen        {big}   not null,  -- Entries known before, with equal content.
    conflicting {big}   not null,  -- Entries set aside as conflicting-duplicate.
    rejected    {big}   not null,  -- Rows that could not be read.
    judged      {small} not null,  -- 0 until a commit holds decisions for all its transactions.
    -- By which its transactions name it, so that a million rows do not repeat its digest.
    number      integer,
    seal        {big},
    primary key (centre_id, feed_id)
) {keyed};

create unique index feed_number on feed (centre_id, number) where number is not null;

-- What a delivery brought of which another delivery had brought it before: withdrawing either must not lose what the other
-- said. Counted, not listed: a bank that delivers its month anew each day would list it thirty times.
create table feed_met (
    centre_id   {big}   not null,
    feed_no     integer not null,  -- The delivery that came later.
    before_no   integer not null,  -- The one that had brought it; 0 where that had no number.
    account_id  integer not null,
    seen        {big}   not null,  -- Rows that were known, with equal content.
    changed     {big}   not null,  -- Rows that it completed, replaced, or took apart into their parts.
    conflicting {big}   not null,  -- Rows that were set aside against it.
    first_on    integer not null,  -- The first and the last booking day of those rows.
    last_on     integer not null,
    seal        {big},
    primary key (centre_id, feed_no, before_no, account_id)
) {keyed};

-- The banks and branches that counterparties bank with: a few thousand, named by every transaction.
-- Numbered in the order in which they were met.
create table bank_branch (
    centre_id {big}   not null,
    branch_id integer not null,
    bank_code {text}  not null,  -- 行号; empty where the feed does not say.
    bank_name {text}  not null,  -- 开户行; empty where the feed does not say.
    seal      {big},
    primary key (centre_id, branch_id),
    unique (centre_id, bank_code, bank_name)
) {keyed};

-- What a bank booked on one of the accounts.
create table bank_transaction (
    centre_id              {big}   not null,
    account_id             integer not null,
    serial                 {text}  not null,
    booked_on              integer not null,
    booked_time            integer,  -- Seconds since midnight.
    direction              {small} not null,  -- 1 credit, 2 debit.
    amount_fen             {big}   not null check (amount_fen > 0),
    balance_fen            {big},
    counterparty_account   {text},
    counterparty_name      {text},
    counterparty_branch_id integer,  -- Null where the feed names no bank.
    postscript             {text},
    purpose                {text},
    summary                {text},
    note                   {text},
    reversal               {small} not null,  -- 1 where the bank marks it as undoing another.
    taken_on               integer not null,  -- The night that brought it.
    contradicted           {small} not null default 0,  -- 1: the file contradicts itself here; no reference in it settles.
    -- The delivery that brought it (feed.number). An amount is at most 999,999,999,999.99 yuan (remittance::AMOUNT_MAX): a
    -- serial in the amount's column must not bring sums past 64 bits. What has no delivery is not asked.
    feed_no                integer constraint amount_bound check (feed_no is null or amount_fen <= 99999999999999),
    seal                   {big},
    primary key (centre_id, {postgres:booked_on, }account_id, serial)
) {cut by booked_on};

{postgres:
-- Every transaction there ever was, and in which month to find it. Two connections write a file in two thirds of the
-- time, one of them this table. An account is four bytes, not two: so the serial behind it begins where a text of a key
-- is found without counting, which a seventh of writing it costs.
create table transaction_identity (
    centre_id  {big}   not null,
    account_id integer not null,
    serial     {text}  not null,
    booked_on  integer not null,
    primary key (centre_id, account_id, serial)
);
}{sqlite:
-- Nights append to it in the order of days; without it the newest transactions of ten years are found by
-- reading ten years.
create index bank_transaction_day on bank_transaction (centre_id, booked_on, account_id, serial);
}
-- A reversal's credit is found whatever its age: a debit that takes a credit back says its amount and little else. It
-- holds all that is asked for of the key: SQLite, which has no figures, would else rather walk along a whole account.
create index bank_transaction_amount on bank_transaction (centre_id, account_id, amount_fen, booked_on);

-- The receipt journal: what each file brought, an account and a booking day a row. It is posted as
-- bank deposit against receipts to be cleared, in the same commit as the transactions themselves.
create table receipt (
    centre_id   {big}   not null,
    feed_id     {text}  not null,
    account_id  integer not null,
    booked_on   integer not null,
    credit_fen  {big}   not null,
    debit_fen   {big}   not null,
    -- Of sums that 64 bits do not hold: how many times 10^18 fen come on top of the column of the same name in _fen.
    credit_over integer not null default 0,
    debit_over  integer not null default 0,
    seal        {big},
    primary key (centre_id, feed_id, account_id, booked_on)
) {keyed};

-- What a file brought, beside its receipt: the sum of the digests of the rows that it put in on an account and a
-- booking day, less those of the rows that it replaced, as 64 hexadecimal digits without what passes the 256th bit.
-- Over all files of an account and a day it is the sum over the rows that are there. Not a column of receipt: a file
-- that only says more of what is known has no receipt.
create table receipt_digest (
    centre_id  {big}   not null,
    feed_id    {text}  not null,  -- Empty where a change of transactions was no file's.
    turn       {big}   not null,  -- From 1: a file that was taken back may come again.
    account_id {big}   not null,
    booked_on  {big}   not null,
    digest     {text}  not null,
    seal       {big},
    primary key (centre_id, feed_id, turn, account_id, booked_on)
) {keyed};

-- A statement in a file: an account, its balances, and what it counts.
create table statement (
    centre_id      {big}   not null,
    feed_id        {text}  not null,
    position       integer not null,  -- In its file, from 1.
    account_id     integer not null,
    identification {text},
    opening_fen    {big},
    opening_on     integer,
    closing_fen    {big},
    closing_on     integer,
    entries        {big}   not null,
    credit_fen     {big}   not null,
    debit_fen      {big}   not null,
    -- 1 where the balances prove each entry, 0 where they prove the contrary, null where there are none to prove it by. Two
    -- payments on two days under one serial are told from a wrong delivery by this alone.
    proved         {small},
    seal           {big},
    primary key (centre_id, feed_id, position)
) {keyed};

-- What the bank booked as one sum and wrote down part by part. The parts are transactions; whoever brings the sum alone,
-- before or after, means the same money.
create table booking (
    centre_id  {big}   not null,
    account_id integer not null,
    serial     {text}  not null,  -- The bank's own, of the whole.
    booked_on  integer not null,
    direction  {small} not null,
    amount_fen {big}   not null check (amount_fen > 0),
    feed_no    integer,
    seal       {big},
    primary key (centre_id, account_id, serial)
) {keyed};

-- Rows set aside: unreadable, or in conflict with a transaction known before. Nothing is lost.
create table set_aside (
    centre_id {big}   not null,
    feed_id   {text}  not null,
    position  integer not null,  -- Among the rows of its file that were set aside, from 1.
    line      {big}   not null,
    field_no  integer,  -- Column of the field, from 1, where the format has columns.
    field     {text}  not null,
    found     {text}  not null,
    problem   {text}  not null,  -- What was expected, or conflicting-duplicate.
    row_text  {text}  not null,
    seal      {big},
    primary key (centre_id, feed_id, position)
) {keyed};

-- What a person should know of a file that was taken in all the same: a balance that does not hold,
-- a control sum that disagrees.
create table feed_flag (
    centre_id {big}   not null,
    feed_id   {text}  not null,
    position  integer not null,
    line      {big}   not null,
    code      {text}  not null,
    detail    {text}  not null,
    seal      {big},
    primary key (centre_id, feed_id, position)
) {keyed};

-- Files nothing of which was taken in, each with the reason, until the same file is taken in after all.
create table quarantined_feed (
    centre_id {big}   not null,
    folder    {text}  not null,  -- The account folder it lay in; empty where in none.
    file_name {text}  not null,
    reason    {text}  not null,
    first_on  integer not null,
    last_on   integer not null,
    seal      {big},
    primary key (centre_id, folder, file_name)
) {keyed};
