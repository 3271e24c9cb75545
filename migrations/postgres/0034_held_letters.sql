-- Letters that a night held back, whom it is known of, and when a letter first went to a server.
-- Twin: sqlite/0034_held_letters.sql.
--
-- A bank's file that had lost its remarks wrote a letter to every employer before anybody could look. Such a night's
-- letters now wait for a person. What a held letter tells counts as not told: its marks stand here, not in telling,
-- and are made when it is released; when it is dropped they are never made, and the next night looks anew.
-- Additive: the previous release runs against it; letters that are held it lists under a state it does not know.

-- A letter that is or was held.
create table held_letter (
    centre_id  bigint not null,
    letter_id  text collate "C" not null,
    night      bigint not null,  -- The night that wrote it.
    state      text collate "C" not null,  -- held, released, dropped, or outdated: the books say otherwise by now.
    facts      text collate "C" not null,  -- Digest of what the books said of what it tells: SHA-256, in hex.
    decided_at bigint,           -- Null while it is held.
    decided_by text collate "C",
    note       text collate "C",
    filed      bigint not null,  -- 0 while a released letter is still to lie as a file.
    seal       bigint,
    primary key (centre_id, letter_id)
);

-- What waits for a person, and what for its file; after years a small set.
create index held_letter_open on held_letter (centre_id, letter_id) where state = 'held';
create index held_letter_night on held_letter (centre_id, night, letter_id);
create index held_letter_unfiled on held_letter (centre_id, letter_id) where filed = 0;

-- What a held letter tells, and the mark that its release makes.
create table held_mark (
    centre_id     bigint not null,
    letter_id     text collate "C" not null,
    about         text collate "C" not null,  -- suspense, advice, arrears, or notice.
    account_id    bigint not null,  -- 0 of arrears and notices.
    serial        text collate "C" not null,  -- The employer, of arrears; the number, of a notice.
    booked_on     bigint not null,  -- The month, of arrears; the turn, of a notice.
    news          bigint not null,
    said          bigint,
    reminded_days bigint not null,
    done          bigint not null,
    until_on      bigint,           -- The deadline that the letter gives.
    stage         text collate "C",  -- What it says of a notice.
    reason        bigint,           -- Why it hung when the letter was written.
    seal          bigint,
    primary key (centre_id, letter_id, about, account_id, serial, booked_on)
);

-- Why a night's letters were held, and how many.
create table held_night (
    centre_id bigint not null,
    night     bigint not null,
    letters   bigint not null,
    why       text collate "C" not null,  -- alert::Pull as JSON, a list.
    seal      bigint,
    primary key (centre_id, night)
);

-- When a letter was first handed to a server: its Date, whichever try succeeds.
alter table outbox add column handed_at bigint;

-- The mail that holds this letter as a part; it stands where that mail stands.
alter table outbox add column joined text collate "C";
create index outbox_joined on outbox (centre_id, joined) where joined is not null;

-- 1 where an employer wants one mail with its neighbours at the same address.
alter table letter_choice add column together bigint;

-- A call that was made about an item after the last reminder.
create table call_made (
    centre_id  bigint not null,
    account_id bigint not null,
    serial     text collate "C" not null,
    booked_on  bigint not null,
    told_on    bigint not null,  -- The first letter about it: what hangs again is called about again.
    called_at  bigint not null,
    called_by  text collate "C" not null,
    note       text collate "C" not null,
    seal       bigint,
    primary key (centre_id, account_id, serial, booked_on, told_on)
);
