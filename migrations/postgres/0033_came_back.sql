-- What comes back, kept: answers, complaints, reports that nobody could tie to a letter, and which address failed when.
-- Twin: sqlite/0033_came_back.sql.
--
-- A message that was no report of a failure of ours was counted and forgotten: "I have left, write to …" reached
-- nobody. And one refusal blocked an address whatever it said; now most need a second one on another day, so the
-- first must be remembered. Apart from blocked_address: what is remembered here blocks nothing.
-- Additive: the previous release runs against it unharmed.

create table came_back (
    centre_id   bigint not null,
    message_id  text collate "C" not null,  -- SHA-256 of the message; of the address where a shared one waits.
    kind        text collate "C" not null,  -- alert::bounce::Kind's code, or shared.
    letter_id   text collate "C" not null,  -- The letter of ours that it is about; empty where nobody knows.
    employer_id text collate "C" not null,
    sender      text collate "C" not null,  -- Who wrote it; of a shared address, the address.
    subject     text collate "C" not null,
    body        text collate "C" not null,  -- Hostile, shortened.
    noted_on    bigint not null,
    waits       bigint not null,  -- 1 until somebody dealt with it; 0 also where nobody needs to.
    primary key (centre_id, message_id)
);

create index came_back_waits on came_back (centre_id, noted_on, message_id) where waits = 1;

-- When letters to an address failed for a reason that is about the address and not enough by itself.
create table address_failure (
    centre_id bigint not null,
    address   text collate "C" not null,  -- In lower case.
    letter_id text collate "C" not null,
    failed_on bigint not null,
    primary key (centre_id, address, letter_id)
);
