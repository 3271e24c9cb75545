-- What comes back, kept: answers, complaints, reports that nobody could tie to a letter, and which address failed when.
-- Twin: postgres/0033_came_back.sql.
--
-- A message that was no report of a failure of ours was counted and forgotten: "I have left, write to …" reached
-- nobody. And one refusal blocked an address whatever it said; now most need a second one on another day, so the
-- first must be remembered. Apart from blocked_address: what is remembered here blocks nothing.
-- Additive: the previous release runs against it unharmed.

create table came_back (
    centre_id   integer not null,
    message_id  text not null,  -- SHA-256 of the message; of the address where a shared one waits.
    kind        text not null,  -- alert::bounce::Kind's code, or shared.
    letter_id   text not null,  -- The letter of ours that it is about; empty where nobody knows.
    employer_id text not null,
    sender      text not null,  -- Who wrote it; of a shared address, the address.
    subject     text not null,
    body        text not null,  -- Hostile, shortened.
    noted_on    integer not null,
    waits       integer not null,  -- 1 until somebody dealt with it; 0 also where nobody needs to.
    primary key (centre_id, message_id)
) strict, without rowid;

create index came_back_waits on came_back (centre_id, noted_on, message_id) where waits = 1;

-- When letters to an address failed for a reason that is about the address and not enough by itself.
create table address_failure (
    centre_id integer not null,
    address   text not null,  -- In lower case.
    letter_id text not null,
    failed_on integer not null,
    primary key (centre_id, address, letter_id)
) strict, without rowid;
