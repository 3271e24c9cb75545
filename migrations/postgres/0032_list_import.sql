-- What a list changed, so that it can be said, and taken back. Twin: sqlite/0032_list_import.sql.
--
-- An import wrote over what was there, and nobody could say afterwards what a wrong list had done. Now each has a row
-- with its counts, and what was before and after in each row that it changed. Not a row a change: a list of a million
-- notices would double the database, so the changes stand a few hundred together as JSON lines.
-- Additive: the previous release runs against it, and its imports can be neither shown nor taken back.

create table list_import (
    centre_id    bigint not null,
    import_id    text collate "C" not null,  -- From the list's kind, the file's content, and how often that came before.
    list         text collate "C" not null,  -- accounts, employers, employees, notices.
    file         text collate "C" not null,
    sha256       text collate "C" not null,
    list_day     bigint not null,  -- The day of which the list says how things stood.
    sequence     bigint not null,  -- Of its entry in the trail: what came later has a higher one.
    added        bigint not null,
    changed      bigint not null,
    unchanged    bigint not null,
    kept         bigint not null,  -- Rows of which something was not taken.
    missing      bigint not null,  -- What a full list no longer has.
    undone       bigint,           -- The trail's entry that took it back; null while it stands.
    seal         bigint,
    primary key (centre_id, import_id)
);

create table list_import_part (
    centre_id bigint not null,
    import_id text collate "C" not null,
    part      bigint not null,  -- From 1.
    body      text collate "C" not null,  -- store::RowChange as JSON, one a line.
    seal      bigint,
    primary key (centre_id, import_id, part)
);
