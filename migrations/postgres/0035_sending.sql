-- What a server's limits did to a letter, who carries it, what an employer wants by which way, and what it declined.
-- Twin: sqlite/0035_sending.sql.
--
-- A limit of a mail server (greylisting, letters a minute) cost a letter its tries, until it was given up and printed.
-- Such answers are now counted by themselves. A letter that no mail reaches may go as a text message before it goes on
-- paper, and may lie in the hall's inbox beside any other way.
-- Additive: the previous release runs against it; a letter whose text message waits it leaves alone.

-- Null is none: a column that is added must not change the seals of rows that are here.
alter table outbox add column put_off bigint;        -- How often a limit put it off,
alter table outbox add column put_off_since bigint;  -- and since when.
alter table outbox add column channel text collate "C";  -- sms while it goes, or went, as a text message; null: mail or paper.
alter table outbox add column reached text collate "C";  -- The number that the text goes to.
alter table outbox add column told text collate "C";  -- What the text message says.

-- Text messages that are due: the mail's sender does not look at these.
create index outbox_text on outbox (centre_id, due_at, letter_id) where channel is not null and due_at is not null;

-- By which ways an employer wants letters of a kind; without a row, by mail, then a text message, then on paper.
create table letter_way (
    centre_id   bigint not null,
    employer_id text collate "C" not null,
    kind        text collate "C" not null,  -- suspense, advice, arrears.
    ways        text collate "C" not null,  -- alert::Way's codes in their order, a comma between.
    seal        bigint,
    primary key (centre_id, employer_id, kind)
);

-- When an employer declined advice by the link in a letter; null: it did not. What is in suspense it hears of as before.
alter table letter_choice add column advice_declined_at bigint;

-- Letters in the hall's inbox: what they say stands in letter.
create table hall_message (
    centre_id   bigint not null,
    letter_id   text collate "C" not null,
    employer_id text collate "C" not null,
    put_on      bigint not null,
    read_at     bigint,           -- When somebody of the employer opened it.
    seal        bigint,
    primary key (centre_id, letter_id)
);

create index hall_message_employer on hall_message (centre_id, employer_id, put_on);
