-- What employees had in the system before this one. Twin: postgres/0019_opening_balance.sql.
--
-- A subject of its own (期初余额): no bank file that was taken in here brought it, so it stands apart from the
-- balance, which is proved by entries, and goes wherever the account goes.
-- Additive: the previous release runs against it unharmed.

create table opening_balance (
    centre_id   integer not null,
    employer_no integer not null,
    employee_no integer not null,
    amount_fen  integer not null check (amount_fen > 0),
    primary key (centre_id, employer_no, employee_no)
) strict, without rowid;
