-- When an employer was last told by letter that it owes a month. Twin: postgres/0026_arrears_told.sql.
--
-- A row for each month, not a search of letters: a letter is words, and what may be said again hangs on the months.
-- Additive: the previous release reads it unharmed.

create table arrears_told (
    centre_id   integer not null,
    employer_id text    not null,
    month       integer not null,  -- Months since year 0.
    told_on     integer not null,
    primary key (centre_id, employer_id, month)
) strict, without rowid;

-- The lists that are not paid: few among those of all years, and every night looks through them.
create index roster_unpaid on roster (centre_id, employer_no, month) where paid_on is null;
