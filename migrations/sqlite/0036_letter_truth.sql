-- What a letter promised, how it is called on the telephone, and which notices it must tell of again.
-- Twin: postgres/0036_letter_truth.sql.
--
-- The first deadline that an employer was given is kept, so that a reminder names that one and no other. A letter has a
-- number that can be read out. Whoever declines advice still hears of what is in suspense: null is what was there
-- before, advice is wanted. News of a notice (the bank takes its money back, it is open again) belongs to the notice,
-- not to a transaction: one transfer can have paid notices of several employers, and each is told of its own.
-- Additive: the previous release runs against it unharmed.

alter table telling add column until_on integer;       -- The deadline that the first letter gave.
alter table letter add column number text;             -- Eight digits; null in letters of before.

create index letter_number on letter (centre_id, number) where number is not null;

-- A row for each time that a notice's settlement is taken back or booked back.
create table notice_news (
    centre_id     integer not null,
    reference     integer not null,
    ordinal       integer not null,  -- settlement_undone's, or the one it will have.
    cause         text    not null,  -- bank, or staff.
    account_id    integer,           -- The bank's debit, where one told of it first.
    serial        text,
    booked_on     integer,
    noted_on      integer not null,
    told_on       integer,           -- Null until a letter told of it.
    said          text,              -- What the last letter said: alert::NoticeStage's code.
    reminded_days integer not null,  -- 0, 7 or 30.
    until_on      integer,           -- The deadline that the first letter gave.
    marked_on     integer,
    done          integer not null,  -- 1 where nothing more will be said.
    seal          integer,
    primary key (centre_id, reference, ordinal)
) strict, without rowid;

create index notice_news_open on notice_news (centre_id, reference, ordinal) where done = 0;
