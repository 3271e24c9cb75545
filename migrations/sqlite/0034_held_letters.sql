-- Letters that a night held back, whom it is known of, and when a letter first went to a server.
-- Twin: postgres/0034_held_letters.sql.
--
-- A bank's file that had lost its remarks wrote a letter to every employer before anybody could look. Such a night's
-- letters now wait for a person. What a held letter tells counts as not told: its marks stand here, not in telling,
-- and are made when it is released; when it is dropped they are never made, and the next night looks anew.
-- Additive: the previous release runs against it; letters that are held it lists under a state it does not know.

-- A letter that is or was held.
create table held_letter (
    centre_id  integer not null,
    letter_id  text    not null,
    night      integer not null,  -- The night that wrote it.
    state      text    not null,  -- held, released, dropped, or outdated: the books say otherwise by now.
    facts      text    not null,  -- Digest of what the books said of what it tells: SHA-256, in hex.
    decided_at integer,           -- Null while it is held.
    decided_by text,
    note       text,
    filed      integer not null,  -- 0 while a released letter is still to lie as a file.
    seal       integer,
    primary key (centre_id, letter_id)
) strict, without rowid;

-- What waits for a person, and what for its file; after years a small set.
create index held_letter_open on held_letter (centre_id, letter_id) where state = 'held';
create index held_letter_night on held_letter (centre_id, night, letter_id);
create index held_letter_unfiled on held_letter (centre_id, letter_id) where filed = 0;

-- What a held letter tells, and the mark that its release makes.
create table held_mark (
    centre_id     integer not null,
    letter_id     text    not null,
    about         text    not null,  -- suspense, advice, arrears, or notice.
    account_id    integer not null,  -- 0 of arrears and notices.
    serial        text    not null,  -- The employer, of arrears; the number, of a notice.
    booked_on     integer not null,  -- The month, of arrears; the turn, of a notice.
    news          integer not null,
    said          integer,
    reminded_days integer not null,
    done          integer not null,
    until_on      integer,           -- The deadline that the letter gives.
    stage         text,              -- What it says of a notice.
    reason        integer,           -- Why it hung when the letter was written.
    seal          integer,
    primary key (centre_id, letter_id, about, account_id, serial, booked_on)
) strict, without rowid;

-- Why a night's letters were held, and how many.
create table held_night (
    centre_id integer not null,
    night     integer not null,
    letters   integer not null,
    why       text    not null,  -- alert::Pull as JSON, a list.
    seal      integer,
    primary key (centre_id, night)
) strict, without rowid;

-- When a letter was first handed to a server: its Date, whichever try succeeds.
alter table outbox add column handed_at integer;

-- The mail that holds this letter as a part; it stands where that mail stands.
alter table outbox add column joined text;
create index outbox_joined on outbox (centre_id, joined) where joined is not null;

-- 1 where an employer wants one mail with its neighbours at the same address.
alter table letter_choice add column together integer;

-- A call that was made about an item after the last reminder.
create table call_made (
    centre_id  integer not null,
    account_id integer not null,
    serial     text    not null,
    booked_on  integer not null,
    told_on    integer not null,  -- The first letter about it: what hangs again is called about again.
    called_at  integer not null,
    called_by  text    not null,
    note       text    not null,
    seal       integer,
    primary key (centre_id, account_id, serial, booked_on, told_on)
) strict, without rowid;
