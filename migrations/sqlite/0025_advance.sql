-- What a notice that was issued here has reserved of its employer's advance balance. Twin: postgres/0025_advance.sql.
--
-- A column of the notice rather than a table beside it: a night that reads a million notices needs it of each,
-- since a notice is paid by its amount or by what is then missing. It stays when the notice is paid or revoked;
-- the reservation ends with that, and what really paid it stands in advance_entry.
-- Additive: the previous release reads it unharmed, but cannot write a notice.

alter table notice add column advance_fen integer not null default 0;

-- An employer's notices that have reserved something; few among all.
create index notice_advance on notice (centre_id, employer_id, reference) where advance_fen > 0;

-- What an advance balance paid of a notice is asked for by the notice.
create index advance_entry_reference on advance_entry (centre_id, reference) where reference is not null;
