-- What was done, and that nothing of it was taken out: the audit trail of people, and the steps of the books.
--
-- Both are chains, each row's hash over the one before. Rows of people's acts say who did what; rows of the books say
-- by which difference of their seals the tables changed, so that a row taken out or put in by hand shows.

-- The audit trail: only ever added to.
create table trail (
    centre_id {big}   not null,
    sequence  {big}   not null constraint trail_sequence check (sequence > 0),  -- From 1, without a gap.
    done_at   {big}   not null,
    actor     {text}  not null,
    role      {text}  not null,
    event     {text}  not null,  -- suspense::trail::EVENTS.
    subject   {text}  not null,
    detail    {text}  not null,  -- JSON, or empty.
    previous  {text}  not null,
    hash      {text}  not null,
    primary key (centre_id, sequence)
) {keyed};

create index trail_subject on trail (centre_id, subject, sequence);

-- The end of the trail, and the row that whoever acts holds: one after the other in each centre. turn
-- counts what changes items, so that a night sees that staff acted while it was judging; remade counts what
-- changes many at once and stands in no entry (a night, an import), so that whoever keeps a picture of what
-- is in suspense knows when to draw it anew. Made when first needed.
create table trail_head (
    centre_id {big}   not null,
    sequence  {big}   not null,
    hash      {text}  not null,
    turn      {big}   not null,
    remade    {big}   not null,
    primary key (centre_id)
) {keyed};

-- One row a commit that changed sealed rows: which tables, by how many rows and by which difference of their seals.
-- The sum of all steps is what must stand in the tables, so that a row taken out or put in by hand shows; each step's
-- hash is taken over the one before, and each night writes the last into the trail.
create table books_step (
    centre_id {big}   not null,
    ordinal   {big}   not null check (ordinal > 0),  -- From 1, without a gap.
    changes   {text}  not null,  -- table +rows sum, a list between semicolons.
    chain     {text}  not null,
    primary key (centre_id, ordinal)
) {keyed};

-- The end of the steps.
create table books_head (
    centre_id {big}   not null,
    ordinal   {big}   not null,
    chain     {text}  not null,
    primary key (centre_id)
) {keyed};
