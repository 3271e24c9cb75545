-- What a letter that did not arrive leads to. Twin: sqlite/0012_letters.sql.
--
-- A try that the server did not confirm was told from others only by their number, so a letter that had
-- been put off once before never went out again: such tries are now counted by themselves. And a letter
-- that was refused, given up or came back is written anew, to another address or on paper: what is still to
-- be written stands here, so that a program that is killed before leaves it to the next. Letters that
-- failed before this step are not: staff have seen to them.
-- Additive: the previous release runs against it unharmed.

alter table outbox add column unconfirmed integer not null default 0;

-- 0 it stands as it is, 1 it is to be written anew, 2 it was.
alter table outbox add column anew integer not null default 0;

create index outbox_anew on outbox (centre_id, letter_id) where anew = 1;

-- Whose address it is; empty where it was blocked before this step.
alter table blocked_address add column employer_id text collate "C" not null default '';
