-- What a night of a wrong day did, so that the next good one can mend it; and what was done last. Twin: postgres/0029_wrong_day.sql.
--
-- A night of a day to come left its day where reminders and ages count from, and nothing counted any more; one of a
-- day gone by closed items for a day and made them young again. Letters of a night that was cut off before they lay
-- as files were never looked for again. Additive: the previous release reads it unharmed.

alter table night add column mended integer not null default 0;  -- 1 once a good night has mended what it did, being of a day to come.
alter table night add column filed integer not null default 1;   -- 0 until its letters lie as files, where they are to.

alter table telling add column marked_on integer;       -- The night that last told of it, or was done with it.
alter table suspense_item add column kept_on integer;   -- Since when it hung, where a night of a day gone by closed it.
create index suspense_item_kept on suspense_item (centre_id) where kept_on is not null;

alter table centre_lease add column checked_at integer;  -- When the database's file was last looked through: seconds since 1970, UTC.
