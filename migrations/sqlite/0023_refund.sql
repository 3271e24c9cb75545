-- What was decided to be returned, until the bank's debit that paid it is known. Twin: postgres/0023_refund.sql.
--
-- A refund was a decision without an end: its item was closed, its money stood on 应退款项 for ever, and nobody
-- could say whether it had left, or to whom. A table of its own, because a refund lives on after its item: it is
-- exported, paid, sent back by the payee's bank and paid again, and staff may correct whom it goes to.
-- Additive: the previous release runs against it, and its refunds stand on no list.

create table refund (
    centre_id       integer not null,
    reference       integer not null,  -- The twelve digits (remittance::RefundReference::number).
    account_id      integer not null,  -- The credit that is returned, with the two below.
    serial          text    not null,
    booked_on       integer not null,
    amount_fen      integer not null check (amount_fen > 0),
    payee_name      text    not null,
    payee_account   text    not null,  -- The whole number; empty where nobody knows it.
    payee_bank      text    not null,
    why             text    not null,
    proposed_by     text    not null,
    approved_by     text    not null,  -- Several between commas; empty before releases that know them.
    decided_on      integer not null,
    state           text    not null,  -- suspense::RefundState's code.
    exported_on     integer,           -- When the bank was last told; null while it is to be told.
    paid_account_id integer,           -- The debit that paid it, with the two below; null before.
    paid_serial     text,
    paid_on         integer,           -- Its booking day.
    tied_on         integer,
    tied_by         text,              -- Who said that the debit paid it; night where it says so itself.
    returned_on     integer,           -- When it last came back, by the bank's booking.
    returns         integer not null,  -- How often it came back.
    primary key (centre_id, reference)
) strict, without rowid;

create index refund_of_item on refund (centre_id, account_id, serial);

-- What is still to leave is asked for every night; what left is found again by its amount when it comes back.
create index refund_state on refund (centre_id, state);
create index refund_amount on refund (centre_id, amount_fen);

-- Each time that a refund came back (退票): the debit that had paid it, and the credit that brought it.
create table refund_return (
    centre_id         integer not null,
    reference         integer not null,
    ordinal           integer not null,  -- From 1, of this refund.
    debit_account_id  integer not null,
    debit_serial      text    not null,
    debit_on          integer not null,
    credit_account_id integer not null,
    credit_serial     text    not null,
    credit_on         integer not null,
    tied_on           integer not null,
    tied_by           text    not null,
    primary key (centre_id, reference, ordinal)
) strict, without rowid;

-- A change that one person asked for and another has to approve; one at a time.
create table refund_request (
    centre_id integer not null,
    reference integer not null,
    change    text    not null,  -- suspense::RefundChange as JSON.
    note      text    not null,
    asked_by  text    not null,
    asked_at  integer not null,
    primary key (centre_id, reference)
) strict, without rowid;

-- What was decided before: its reference from the day and the order of that day's decisions.
insert into refund
    select d.centre_id,
        cast(substr(strftime('%Y%m%d', d.decided_on * 86400, 'unixepoch'), 3) as integer) * 1000000
            + row_number() over (partition by d.centre_id, d.decided_on order by d.account_id, d.serial),
        d.account_id, d.serial, d.booked_on, t.amount_fen, coalesce(t.counterparty_name, ''),
        coalesce(t.counterparty_account, ''),
        coalesce((select b.bank_name from bank_branch b where b.centre_id = t.centre_id
            and b.branch_id = t.counterparty_branch_id), ''),
        coalesce(p.note, i.note, ''), coalesce(p.proposed_by, i.resolved_by, ''),
        coalesce(p.first_by || coalesce(',' || p.second_by, ''), p.proposed_by, i.resolved_by, ''),
        d.decided_on, 'due', null, null, null, null, null, null, null, 0
    from decision d
    join bank_transaction t using (centre_id, account_id, serial, booked_on)
    left join suspense_item i on i.centre_id = d.centre_id and i.account_id = d.account_id
        and i.serial = d.serial
    left join proposal p on p.centre_id = i.centre_id and p.proposal_id = i.decided
    where d.outcome = 7 and t.direction = 1;
