-- What tells one payment from two. Twin: postgres/0015_identity.sql.
--
-- contradicted: what the file says of the transaction contradicts itself, so no reference in it settles.
-- proved: the balances prove each entry of the account's statement, 0 where they prove the contrary, null where
-- there are none to prove it by; what was taken in before this step is not proved. Two payments on two days under
-- one serial are told from a wrong delivery by this alone.
-- booking: what the bank booked as one sum and wrote down part by part. The parts are transactions; whoever brings
-- the sum alone, before or after, means the same money.
-- Additive, but for the columns: the previous release names none of them and cannot take files in any more.

alter table bank_transaction add column contradicted integer not null default 0;
alter table statement add column proved integer;

create table booking (
    centre_id  integer not null,
    account_id integer not null,
    serial     text    not null,  -- The bank's own, of the whole.
    booked_on  integer not null,
    direction  integer not null,
    amount_fen integer not null check (amount_fen > 0),
    primary key (centre_id, account_id, serial)
) strict, without rowid;
