-- Which notices may still wait for money, so that a night need not look through the notices of all years.
-- Twin: sqlite/0014_outstanding.sql.
--
-- Below the mark every notice is settled, paid elsewhere or revoked, but for those in notice_outstanding. A centre
-- without a mark begins at nought: all its notices are looked through, until a night moves the mark.

create table notice_mark (
    centre_id bigint not null primary key,
    reference bigint not null  -- The first that is not below it.
);

-- Notices below the mark that may wait for money. One that no longer does may stay here.
create table notice_outstanding (
    centre_id bigint not null,
    reference bigint not null,
    primary key (centre_id, reference)
);
