-- What was decided, what it posted, and what is in suspense.
--
-- Written in one commit a night. Decision and suspense_item have the transaction's key, so that they are appended in the
-- order in which they are read. What is said of a transaction says when it was booked: PostgreSQL cuts these tables by
-- that month, and a row finds its transaction there only if it knows the day; on SQLite nothing is cut, and the
-- statements are the same. The books stay append-only: a settlement that is booked back moves to settlement_undone with
-- its reversing posting, which makes room for the notice's next one; nothing of it is forgotten.

-- What became of a transaction, and why.
create table decision (
    centre_id  {big}   not null,
    account_id integer not null,
    serial     {text}  not null,
    booked_on  integer not null,  -- The transaction's.
    outcome    {small} not null,  -- remittance::Outcome::number.
    reason     {small},  -- remittance::Reason::number, for suspense.
    rule       {text},  -- The rule in rules/matching.toml, for ignored.
    reference  {big},  -- What the remark was read as; null where that is the notice.
    notice     {big},  -- The notice it settles, or is a part of.
    decided_on integer not null,
    because    {text},  -- matching's explanation as data; null for a plain match.
    seal       {big},
    primary key (centre_id, account_id, serial{postgres:, booked_on})
) {cut by booked_on};

-- A night judges again what is awaiting or in suspense; after ten years that is still a small set.
create index decision_open on decision (centre_id, outcome, account_id, serial, booked_on) where outcome in (2, 3);

-- A notice's earlier payments, by what their remarks said. Few: what a plain payment was read as is the notice that it
-- settled, and stands in that column alone.
create index decision_read on decision (centre_id, reference, booked_on) where reference is not null;

-- One transaction that settles several notices: its amount, split.
create table allocation (
    centre_id  {big}   not null,
    account_id integer not null,
    serial     {text}  not null,
    booked_on  integer not null,
    reference  {big}   not null,
    amount_fen {big}   not null check (amount_fen > 0),
    seal       {big},
    primary key (centre_id, account_id, serial, {postgres:booked_on, }reference)
) {cut by booked_on};

-- The settlement journal, a special journal: every row posts receipts-to-be-cleared against the
-- employer's contributions for the whole notice. How it spreads over employees comes on top of it.
create table settlement (
    centre_id  {big}   not null,
    reference  {big}   not null,
    settled_on integer not null,
    amount_fen {big}   not null check (amount_fen > 0),
    seal       {big},
    primary key (centre_id, reference)
) {keyed};

-- Settlements that were booked back: receipts against contributions on settled_on, the other way round on
-- undone_on.
create table settlement_undone (
    centre_id   {big}   not null,
    reference   {big}   not null,
    ordinal     integer not null,  -- From 1, of this notice.
    settled_on  integer not null,
    undone_on   integer not null,
    amount_fen  {big}   not null check (amount_fen > 0),
    proposal_id {text}  not null,  -- The approved reversal.
    seal        {big},
    primary key (centre_id, reference, ordinal)
) {keyed};

-- The general journal: every other move between the books' subjects, for one transaction, step by step.
create table journal (
    centre_id  {big}   not null,
    account_id integer not null,
    serial     {text}  not null,
    booked_on  integer not null,
    step       integer not null,  -- From 1, in the order posted.
    posted_on  integer not null,
    debit      {small} not null,  -- books::Subject::number.
    credit     {small} not null,
    amount_fen {big}   not null check (amount_fen > 0),
    seal       {big},
    primary key (centre_id, account_id, serial, {postgres:booked_on, }step)
) {cut by booked_on};

-- What no check could settle, each waiting for a person; few, and looked at every day, so it is not cut.
create table suspense_item (
    centre_id   {big}   not null,
    account_id  integer not null,
    serial      {text}  not null,
    booked_on   integer not null,
    opened_on   integer not null,
    closed_on   integer,  -- Null while it is in suspense.
    state       {text}  not null,  -- suspense::State's code.
    assignee    {text},
    note        {text},
    -- What staff decided, kept for ever; the engine never overturns it.
    resolution  {text},
    resolved_by {text},
    resolved_on integer,
    version     {big}   not null default 1,  -- Counts every change.
    pending     {text},  -- The proposal that waits for approval.
    decided     {text},  -- The proposal that was approved and stands.
    read_as     {big},  -- The reference staff say it means.
    wake_on     integer,  -- Nothing before that day.
    kept_on     integer,  -- Since when it was in suspense, where a night of a day gone by closed it.
    seal        {big},
    primary key (centre_id, account_id, serial)
) {keyed};

-- The oldest first: lists begin behind the last row that was shown, so each order that a page offers is an index to walk.
create index suspense_open on suspense_item (centre_id, booked_on, account_id, serial)
    where closed_on is null;
create index suspense_item_kept on suspense_item (centre_id) where kept_on is not null;

-- One row a night, for "against the nights before". Suspense amounts are signed: a settled credit
-- that the bank took back is in suspense with a negative amount.
create table night (
    centre_id      {big}   not null,
    as_of          integer not null,
    received_count {big}   not null,  -- Transactions judged for the first time.
    received_fen   {big}   not null,
    matched_count  {big}   not null,
    matched_fen    {big}   not null,
    opened_count   {big}   not null,
    opened_fen     {big}   not null,
    closing_count  {big}   not null,
    closing_fen    {big}   not null,
    -- How many times 10^18 fen come on top of the column of the same name in _fen.
    received_over  integer not null default 0,
    matched_over   integer not null default 0,
    opened_over    integer not null default 0,
    closing_over   integer not null default 0,
    mended         integer not null default 0,  -- 1 once a good night has mended what it did, being of a day to come.
    filed          integer not null default 1,  -- 0 until its letters lie as files, where they are to.
    seal           {big},
    primary key (centre_id, as_of)
) {keyed};

-- What each night decided, by outcome: counted while it is written, so that a report need not go
-- through all decisions there are.
create table night_outcome (
    centre_id   {big}   not null,
    as_of       integer not null,
    outcome     {small} not null,  -- remittance::Outcome::number.
    count       {big}   not null,
    amount_fen  {big}   not null,  -- Signed: money out counts negative.
    amount_over integer not null default 0,  -- As in night.
    seal        {big},
    primary key (centre_id, as_of, outcome)
) {keyed};
