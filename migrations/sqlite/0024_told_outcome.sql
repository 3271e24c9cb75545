-- What the last letter said became of an item. Twin: postgres/0024_told_outcome.sql.
--
-- An item was told of when it came into suspense, in reminders, and once when it had left it; whether the money came
-- to its end after that (a refund that leaves, a part that is completed) nobody heard. Now each turn is told, once.
-- Null where no letter since this release told of it: then the last word was that it is in suspense. Additive.

alter table telling add column said integer;  -- remittance::Outcome::number.
